"""`derive notes`: recipes to lecture notes, every claim checked while they are written."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from derive import registry
from derive.cache import Cache, default_folder
from derive.derivation import Derivation
from derive.errors import DeriveError, UsageError

if TYPE_CHECKING:
    from derive.checker.verdicts import FileReport
    from derive.writer.book import Book
    from derive.writer.pictures import Picture

FORMATS = ("html", "tex", "pdf", "md", "ipynb", "slides", "text", "json")


@click.command("notes")
@click.argument("recipes", nargs=-1)
@click.option("--chapter", help="The recipes of one chapter.")
@click.option(
    "--path", "goal", metavar="RECIPE", help="A recipe and all that it needs, in reading order."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("build"),
    show_default=True,
    help="Folder to write.",
)
@click.option(
    "--to",
    "formats",
    multiple=True,
    default=("html,tex",),
    show_default=True,
    help=f"Formats, of {', '.join(FORMATS)}; with commas, or given several times.",
)
@click.option("--title", help="Title of the notes (default: the chapter, or Lecture notes).")
@click.option(
    "--language",
    default="en",
    show_default=True,
    help="Of headings, rules and captions: de es fr nb ru zh.",
)
@click.option("--seed", default=0, show_default=True, help="Seed of the sampled points.")
@click.option(
    "--jobs", "-j", type=click.IntRange(min=1), help="Processes (default: one for each core)."
)
@click.option(
    "--no-cache",
    is_flag=True,
    help="Check everything again; do not use the verdicts of earlier runs.",
)
def notes_command(
    recipes: tuple[str, ...],
    chapter: str | None,
    goal: str | None,
    output: Path,
    formats: tuple[str, ...],
    title: str | None,
    language: str,
    seed: int,
    jobs: int | None,
    no_cache: bool,
) -> None:
    """Lecture notes of recipes (default: the whole catalogue). Exit status 1 when a claim fails."""
    from derive import pipeline
    from derive.checker.verdicts import Report
    from derive.cli import reports

    chosen = chosen_formats(formats, language)
    slugs = slugs_of(recipes, chapter, goal)
    derivations: list[Derivation] = []
    files: list[FileReport] = []
    kept = None if no_cache else Cache(default_folder())
    made = pipeline.filled_and_judged(slugs, pipeline.CheckOptions(seed=seed), jobs, kept)
    for position, outcome in enumerate(made, start=1):
        if outcome.error is not None:
            raise outcome.error
        _progress(f"[{position}/{len(slugs)}] {outcome.target}")
        derivations.extend(outcome.derivations)
        files.extend(outcome.report.files if outcome.report else ())
    output.mkdir(parents=True, exist_ok=True)
    title = title or _title(slugs, chapter, goal, language)
    for path in written(derivations, files, chosen, output, title, language):
        _progress("")
        click.echo(str(path))
    whole = Report(tuple(files))
    click.echo(reports.as_text(whole), nl=False)
    raise SystemExit(0 if whole.ok else 1)


def written(
    derivations: Sequence[Derivation],
    reports: Sequence[FileReport],
    formats: Sequence[str],
    output: Path,
    title: str,
    language: str,
) -> Iterator[Path]:
    """Write the notes in each format into a folder; the paths as they are written. A notebook gets programs too."""
    from derive import writer
    from derive.writer.pictures.embed import with_pictures, write_files

    drawn = _pictures(derivations)
    book = with_pictures(writer.collected(derivations, reports, title, language), drawn)
    for kind in formats:
        _progress(f"writing {kind}")
        yield from write_files(book, kind, output)
        if kind == "pdf":
            yield _written_pdf(book, output / "notes.pdf", slides=False)
        elif kind == "slides":
            path = output / "slides.tex"
            path.write_text(writer.render(book, "slides"), "utf-8")
            yield path
            try:
                yield _written_pdf(book, output / "slides.pdf", slides=True)
            except UsageError as error:  # the source alone was asked for as well
                _progress("")
                print(f"slides.pdf was not made: {error}", file=sys.stderr)
        elif kind == "ipynb":
            from derive.listings import programs

            listed = programs(derivations)
            with_code = writer.collected(derivations, reports, title, language, listed)
            with_code = with_pictures(with_code, drawn)
            path = output / "notes.ipynb"
            path.write_text(writer.render(with_code, kind), "utf-8")
            yield path
        else:
            path = output / f"notes.{ {'text': 'txt'}.get(kind, kind) }"
            path.write_text(writer.render(book, kind), "utf-8")
            yield path


def _pictures(derivations: Sequence[Derivation]) -> dict[str, Picture]:
    """The pictures by slug. One that cannot be drawn is told, and the notes are written without it."""
    from derive import pipeline

    _progress("drawing")
    drawn: dict[str, Picture] = {}
    for derivation in derivations:
        try:
            picture = pipeline.picture_of(derivation)
        except DeriveError as error:
            _progress("")
            print(f"{derivation.slug}: no picture: {error}", file=sys.stderr)
            continue
        if picture is not None:
            drawn[derivation.slug] = picture
    return drawn


def _written_pdf(book: Book, path: Path, slides: bool) -> Path:
    """One PDF. When TeX made it because typst is missing, that is told."""
    from derive import writer
    from derive.writer.typst_pdf import INSTALL

    data, maker = writer.render_pdf(book, slides)
    path.write_bytes(data)
    if maker != "typst":
        print(f"{path}: made by {maker}, since typst is missing. {INSTALL}", file=sys.stderr)
    return path


def chosen_formats(formats: Sequence[str], language: str) -> list[str]:
    """The formats of `--to`, each once; an unknown one or an unknown language is refused before anything is done."""
    from derive.writer.languages import language as language_of

    listed = [part.strip() for text in formats for part in text.split(",") if part.strip()]
    unknown = [kind for kind in listed if kind not in FORMATS]
    if unknown or not listed:
        raise click.UsageError(f"--to {','.join(formats)!r}: formats are {', '.join(FORMATS)}")
    language_of(language)
    return list(dict.fromkeys(listed))


def slugs_of(recipes: Sequence[str], chapter: str | None, goal: str | None) -> list[str]:
    """The recipes to write, in reading order."""
    if sum(map(bool, (recipes, chapter, goal))) > 1:
        raise UsageError("give recipes, --chapter or --path, only one of them")
    if goal:
        return [r.slug for r in registry.catalogue().path_to(goal)]
    if recipes:
        return [registry.load_recipe(slug).slug for slug in recipes]
    return [r.slug for r in registry.catalogue().of_chapter(chapter)]


def _title(slugs: Sequence[str], chapter: str | None, goal: str | None, language: str) -> str:
    from derive.writer.languages import language as language_of

    say = language_of(language)
    if chapter:
        named = say(chapter)
        return named[:1].upper() + named[1:]
    if goal or len(slugs) == 1:
        return registry.load_recipe(slugs[-1]).title
    return say("Lecture notes")


def _progress(text: str) -> None:
    """One line that replaces itself, when standard error is a terminal."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
