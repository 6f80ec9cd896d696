"""Recipes, and the catalogue of them by slug: ours and those of other packages.

An entry point of the group `derive.recipes` names a package (every module below it is searched), a module, or one
recipe.
Nothing is registered by being imported: a recipe is found because it stands in a module that an entry point names.
"""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import pkgutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from derive.derivation import Derivation, Place
from derive.errors import DeriveError, InternalError, ReadError, RecipeError
from derive.note import Note, place_of

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "derive.recipes"


@dataclass(frozen=True)
class Recipe:
    """A derivation as a function that writes on a note, with what a catalogue says about it."""

    slug: str
    title: str
    chapter: str
    needs: tuple[str, ...]
    source: str
    level: int
    function: Callable[[Note], None]
    place: Place

    @property
    def summary(self) -> str:
        """The first line of the function's docstring, or nothing."""
        return (self.function.__doc__ or "").strip().partition("\n")[0]

    def derivation(self) -> Derivation:
        """What the recipe writes. Errors carry the line of the recipe: `mse.py:19: cannot multiply ...`."""
        note = Note()
        try:
            self.function(note)
        except InternalError:
            raise
        except DeriveError as error:
            raise _with_line(error, self._line_of(error)) from error
        except (TypeError, ValueError, AttributeError, KeyError, IndexError, NameError) as error:
            raise RecipeError(f"{self._line_of(error)}: {type(error).__name__}: {error}") from error
        givens, blocks = note.written()
        return Derivation(
            slug=self.slug,
            title=self.title,
            chapter=self.chapter,
            level=self.level,
            source=self.source,
            needs=self.needs,
            path=self.place.path,
            givens=givens,
            blocks=blocks,
        )

    def _line_of(self, error: BaseException) -> str:
        """`file:line` of the innermost frame in the recipe's file."""
        line, trace = self.place.line, error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == self.function.__code__.co_filename:
                line = trace.tb_lineno
            trace = trace.tb_next
        return f"{self.place.path}:{line}"


def _with_line(error: DeriveError, where: str) -> DeriveError:
    """An error of the same kind whose message begins with the place."""
    text = str(error)
    if text.startswith(where.rpartition(":")[0] + ":"):
        return error
    kind = RecipeError if isinstance(error, ReadError) else type(error)
    return kind(f"{where}: {text}")


def recipe(
    slug: str,
    *,
    title: str,
    chapter: str,
    needs: Sequence[str] = (),
    source: str = "",
    level: int = 1,
) -> Callable[[Callable[[Note], None]], Recipe]:
    """Make a recipe of a function that writes on a note.

    `slug` names it (lower-case words joined by hyphens), `needs` the slugs to read before, `source` says where the
    derivation is printed, `level` is 1 (first weeks of a course) to 5 (research seminar). Raises `RecipeError` for a
    slug of another form.
    """
    if not slug or slug != "-".join(part for part in slug.lower().split("-") if part.isalnum()):
        raise RecipeError(f"{slug!r} is not a slug: lower-case words joined by hyphens")

    def made(function: Callable[[Note], None]) -> Recipe:
        code = function.__code__
        where = place_of(code.co_filename, function.__module__, code.co_firstlineno)
        return Recipe(slug, title, chapter, tuple(needs), source, level, function, where)

    return made


# ------------------------------------------------------------------------------- the catalogue


@dataclass(frozen=True)
class Catalogue:
    """Recipes by slug in order of chapters and reading, and the entry points that could not be loaded, with reasons."""

    recipes: Mapping[str, Recipe]
    broken: tuple[str, ...] = ()

    def __getitem__(self, slug: str) -> Recipe:
        """The recipe of a slug; raises `RecipeError` with near slugs."""
        found = self.recipes.get(slug)
        if found is not None:
            return found
        near = difflib.get_close_matches(slug, self.recipes, n=3, cutoff=0.5)
        parts = [name for name in self.recipes if slug and slug in name and name not in near]
        hint = ", ".join([*near, *parts[:3]])
        text = f"unknown recipe {slug!r}" + (f"; did you mean {hint}?" if hint else "")
        if not hint:
            text += f"; there are {len(self.recipes)}: see `derive list`"
        raise RecipeError("; ".join([text, *self.broken]))

    def chapters(self) -> dict[str, list[Recipe]]:
        """The recipes by chapter, in order."""
        found: dict[str, list[Recipe]] = {}
        for entry in self.recipes.values():
            found.setdefault(entry.chapter, []).append(entry)
        return found

    def of_chapter(self, chapter: str | None) -> list[Recipe]:
        """The recipes of a chapter, whatever its case; all for None. Raises `RecipeError` for an unknown one."""
        if chapter is None:
            return list(self.recipes.values())
        wanted = " ".join(chapter.split()).casefold()
        found = [r for r in self.recipes.values() if r.chapter.casefold() == wanted]
        if not found:
            known = ", ".join(self.chapters())
            raise RecipeError(f"no recipe in chapter {chapter!r}; chapters: {known}")
        return found

    def path_to(self, goal: str) -> list[Recipe]:
        """A reading order that ends with `goal`: everything that it needs comes before it."""
        return self.in_order([self[goal].slug])

    def in_order(self, slugs: Iterable[str]) -> list[Recipe]:
        """The named recipes and all that they need, each after what it needs; raises `RecipeError` for a cycle."""
        done: dict[str, Recipe] = {}
        for slug in slugs:
            self._visit(slug, done)
        return list(done.values())

    def _visit(self, goal: str, done: dict[str, Recipe]) -> None:
        open_: dict[str, Iterator[str]] = {goal: iter(self[goal].needs)}
        if goal in done:
            return
        while open_:
            slug, waiting = next(reversed(open_.items()))
            need = next((n for n in waiting if n not in done), None)
            if need is None:
                del open_[slug]
                done[slug] = self[slug]
            elif need in open_:
                circle = [*list(open_)[list(open_).index(need) :], need]
                raise RecipeError(f"the needs of {goal} go in a circle: {' -> '.join(circle)}")
            elif need not in self.recipes:
                raise RecipeError(f"{slug} needs {need!r}, which is no recipe")
            else:
                open_[need] = iter(self[need].needs)


# ---------------------------------------------------------------------------------- finding them


def recipes_in(found: object) -> Iterator[Recipe]:
    """The recipes of what an entry point names: a recipe, a module, or a package with all modules below it."""
    if isinstance(found, Recipe):
        yield found
        return
    if not isinstance(found, ModuleType):
        raise RecipeError(
            f"{found!r} is neither a recipe nor a module with recipes; name one of them in the entry point"
        )
    yield from _own(found)
    if hasattr(found, "__path__"):
        below = pkgutil.walk_packages(found.__path__, found.__name__ + ".", onerror=_raise)
        for name in sorted(module.name for module in below):
            yield from _own(importlib.import_module(name))


def recipes_of_file(path: Path) -> list[Recipe]:
    """The recipes that a Python file defines, in their order; the file is run as a module of its own."""
    name = path.stem.replace("-", "_")
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise RecipeError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (ImportError, SyntaxError, AttributeError, NameError, TypeError, ValueError) as error:
        raise RecipeError(f"{path} could not be loaded: {type(error).__name__}: {error}") from error
    found = list(_own(module))
    if not found:
        raise RecipeError(f"{path} defines no recipe; `derive new SLUG` writes one to fill in")
    return found


def _raise(name: str) -> None:
    raise


def _own(module: ModuleType) -> Iterator[Recipe]:
    """The recipes that a module defines, not those that it imports."""
    for value in vars(module).values():
        if isinstance(value, Recipe) and value.function.__module__ == module.__name__:
            yield value


def collect(points: Iterable[EntryPoint]) -> Catalogue:
    """The catalogue of some entry points. One that cannot be loaded is told in `broken`; the others stay usable."""
    found: dict[str, Recipe] = {}
    broken: list[str] = []
    for point in points:
        try:
            listed = list(recipes_in(point.load()))
        except (
            Exception
        ) as error:  # any fault of a foreign package, told where its recipes would be
            reason = f"{type(error).__name__}: {error}"
            broken.append(f"recipes of {point.name} ({point.value}) could not be loaded: {reason}")
            continue
        for entry in listed:
            other = found.setdefault(entry.slug, entry)
            if other is not entry:
                broken.append(
                    f"{entry.slug} of {entry.place} is left out: {other.place} has the same slug"
                )
    return Catalogue(_sorted(found), tuple(broken))


def _sorted(found: Mapping[str, Recipe]) -> dict[str, Recipe]:
    """By chapter, each recipe after what it needs; easier ones first, then those that more others need. A chapter
    stands where its first recipe would."""
    uses = Counter(need for entry in found.values() for need in entry.needs)
    by_level = sorted(
        found.values(), key=lambda entry: (entry.level, -uses[entry.slug], entry.slug)
    )
    ordered: dict[str, Recipe] = {}

    def place(entry: Recipe, above: tuple[str, ...]) -> None:
        for need in entry.needs:
            if need in found and need not in above and need not in ordered:
                place(found[need], (*above, entry.slug))
        ordered.setdefault(entry.slug, entry)

    for entry in by_level:
        place(entry, ())
    chapters = {entry.chapter: None for entry in ordered.values()}
    return {
        slug: entry
        for chapter in chapters
        for slug, entry in ordered.items()
        if entry.chapter == chapter
    }


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """Every recipe of the installed packages; ours first, so that no other package can take a slug of ours."""
    from importlib.metadata import entry_points

    points = sorted(
        entry_points(group=GROUP), key=lambda p: (p.value != "recipes", p.name, p.value)
    )
    return collect(dict.fromkeys(points))


def load_recipe(slug: str) -> Recipe:
    """The recipe of a slug; raises `RecipeError` with near slugs when there is none."""
    return catalogue()[slug]


# ---------------------------------------------------------------------------------- a new one

SCAFFOLD = '''\
"""{title}."""

from derive import eq, grad, norm2, recipe


@recipe(
    "{slug}",
    title="{title}",
    chapter="{chapter}",
    needs=[],
    source="author (year), equation or page",
    level=1,
)
def {function}(note):
    """One sentence: what is derived, and what it is good for."""
    n, d = note.dims("n d")
    X = note.matrix("X", n, d, "design matrix, one example per row")
    y = note.vector("y", n, "targets")
    w = note.vector("w", d, "weights")

    note("Say where we start and why, before the formula.")
    L = note.let("L", norm2(X @ w - y))

    note("Say what the next steps use.")
    note.calc(
        grad(L, w),
        eq(2 * X.T @ (X @ w - y), "chain rule for a squared norm"),
        eq(2 * (X.T @ X @ w - X.T @ y), r"distribute $X^\\top$"),
        result=True,
    )
'''


def scaffold(slug: str, chapter: str = "regression") -> str:
    """The text of a recipe to fill in, for `derive new SLUG`; it runs and holds as it stands."""
    words = slug.split("-")
    if not all(word.isalnum() for word in words) or slug != slug.lower():
        raise RecipeError(f"{slug!r} is not a slug: lower-case words joined by hyphens")
    name = "_".join(words)
    return SCAFFOLD.format(
        slug=slug,
        title=" ".join(words).capitalize(),
        chapter=chapter,
        function=name if not name[0].isdigit() else f"recipe_{name}",
    )
