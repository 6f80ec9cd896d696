"""The pytest plugin: `pytest --derive notes/ recipes/` makes a test of every relation of a note and every claim of a
recipe.

A relation that fails shows its counterexample, one that is unchecked is skipped with the reason. Without `--derive`
the plugin adds its options and nothing else; everything of derive is imported on first use.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from derive.checker.verdicts import FileReport, RelationReport
    from derive.derivation import Derivation

#: what is read as a note, and what marks a Python file that defines recipes
NOTES = frozenset({".tex", ".md", ".qmd", ".ipynb"})
RECIPE = re.compile(r"^@(?:derive\.)?recipe\(", re.MULTILINE)
#: the most characters of a test's name
LONGEST_NAME = 100


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--derive` and its companions."""
    group = parser.getgroup("derive", "mathematics checked by derive")
    group.addoption(
        "--derive",
        action="store_true",
        help="collect the relations of notes (.tex .md .qmd .ipynb) and of files with recipes (.py)",
    )
    group.addoption(
        "--derive-seed", type=int, default=0, metavar="N", help="seed of the sampled points"
    )
    group.addoption(
        "--derive-no-cache",
        action="store_true",
        help="do not use or keep verdicts of earlier runs",
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A note or a file with recipes, when `--derive` is given."""
    if not parent.config.getoption("derive"):
        return None
    is_recipe = file_path.suffix == ".py" and RECIPE.search(file_path.read_text("utf-8", "replace"))
    if file_path.suffix in NOTES or is_recipe:
        made: pytest.Collector = DerivationFile.from_parent(parent, path=file_path)
        return made
    return None


class DerivationFile(pytest.File):
    """A note, or a Python file with recipes."""

    def collect(self) -> Iterator[pytest.Item]:
        """An item for each relation, in reading order; definitions have nothing to check."""
        from derive import pipeline
        from derive.errors import DeriveError

        try:
            loaded = [pipeline.filled(d) for d in pipeline.load_derivations(self.path)]
        except DeriveError as error:
            raise self.CollectError(str(error)) from error
        names: dict[str, int] = {}
        for derivation in loaded:
            work = Work(derivation, self.config)
            for index, (line, stated) in enumerate(_stated(derivation)):
                if not stated:
                    continue
                prefix = f"{derivation.slug}:" if len(loaded) > 1 else ""
                name = f"{prefix}{line} {stated}"
                names[name] = names.get(name, 0) + 1
                name += f" ({names[name]})" if names[name] > 1 else ""
                yield RelationItem.from_parent(self, name=name, work=work, index=index)


def _stated(derivation: Derivation) -> Iterator[tuple[int, str]]:
    """Line and one-line text of each relation; no text for one that introduces its left side."""
    for chain in derivation.chains:
        left = chain.source or _shown(chain.lhs)
        for step in chain.steps:
            right = step.source or _shown(step.rhs)
            text = "" if step.role == "definition" else _one_line(f"{left} {step.op} {right}")
            yield step.place.line or chain.place.line, text
            left = right


def _shown(side: Any) -> str:
    from derive import writer
    from derive.derivation import Unreadable

    return side.latex if isinstance(side, Unreadable) else writer.text(side)


def _one_line(text: str) -> str:
    """Without line breaks and `::`, which separates the parts of a test's name."""
    flat = re.sub(r":{2,}", ":", " ".join(text.split()))
    return flat if len(flat) <= LONGEST_NAME else flat[: LONGEST_NAME - 1].rstrip() + "…"


class Work:
    """The judging of one derivation, done when the first of its relations is run."""

    def __init__(self, derivation: Derivation, config: pytest.Config) -> None:
        self.derivation = derivation
        self.seed: int = config.getoption("derive_seed")
        self.use_cache = not config.getoption("derive_no_cache")
        self._report: FileReport | None = None

    @property
    def report(self) -> FileReport:
        """The verdicts on all relations."""
        if self._report is None:
            from derive import pipeline
            from derive.cache import Cache, default_folder

            kept = Cache(default_folder()) if self.use_cache else None
            options = pipeline.CheckOptions(seed=self.seed)
            self._report = pipeline.check_derivation(self.derivation, options, kept)
        return self._report


class RelationFails(Exception):
    """A relation is false; the message is what the user reads."""


class RelationItem(pytest.Item):
    """One relation as a test."""

    def __init__(self, *, work: Work, index: int, **rest: Any) -> None:
        super().__init__(**rest)
        self.work, self.index = work, index

    @property
    def relation(self) -> RelationReport:
        """The verdict on this relation."""
        return self.work.report.relations[self.index]

    def runtest(self) -> None:
        """Pass when the relation holds; raise when it fails; skip when it was not decided."""
        relation = self.relation
        verdict = relation.verdict
        if verdict.kind == "fails":
            raise RelationFails(_failure(relation))
        if verdict.kind != "holds":
            why = verdict.why or "nothing to check"
            pytest.skip(f"{self.path.name}:{relation.line}: {verdict.kind}: {why}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The counterexample instead of a traceback."""
        if isinstance(excinfo.value, RelationFails):
            return f"{self.path}:{self.relation.line}: {excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """File, line (counted from 0) and name."""
        line, _ = list(_stated(self.work.derivation))[self.index]
        return self.path, max(line - 1, 0), self.name


def _failure(relation: RelationReport) -> str:
    from derive.cli import reports

    lines = [f"fails: {reports.message(relation)}"]
    lines += [f"    {line}" for line in reports.details(relation)]
    return "\n".join(lines)
