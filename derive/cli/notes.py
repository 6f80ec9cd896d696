"""`derive notes`: recipes to lecture notes, every claim checked while they are written."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from derive import registry
from derive.cache import Cache, default_folder
from derive.checker.verdicts import FileReport, Report
from derive.derivation import Derivation
from derive.errors import UsageError

FORMATS = ("html", "tex", "md", "text", "json")


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
    default="html,tex",
    show_default=True,
    help=f"Formats, of {', '.join(FORMATS)}.",
)
@click.option("--title", default="Lecture notes", show_default=True)
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
    formats: str,
    title: str,
    seed: int,
    jobs: int | None,
    no_cache: bool,
) -> None:
    """Lecture notes of recipes (default: the whole catalogue). Exit status 1 when a claim fails."""
    from derive import api, pipeline
    from derive.cli import reports

    chosen = [f.strip() for f in formats.split(",") if f.strip()]
    unknown = [f for f in chosen if f not in FORMATS]
    if unknown or not chosen:
        raise click.UsageError(f"--to {formats!r}: formats are {', '.join(FORMATS)}")
    slugs = _slugs(recipes, chapter, goal)
    derivations: list[Derivation] = []
    files: list[FileReport] = []
    kept = None if no_cache else Cache(default_folder())
    made = pipeline.filled_and_judged(slugs, pipeline.CheckOptions(seed=seed), jobs, kept)
    for position, outcome in enumerate(made, start=1):
        if sys.stderr.isatty():
            line = f"\r\x1b[K[{position}/{len(slugs)}] {outcome.target}"
            print(line, end="", file=sys.stderr, flush=True)
        derivations.extend(outcome.derivations)
        files.extend(outcome.report.files if outcome.report else ())
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr)
    output.mkdir(parents=True, exist_ok=True)
    whole = Report(tuple(files))
    for kind in chosen:
        path = output / f"notes.{ {'text': 'txt'}.get(kind, kind) }"
        path.write_text(api.write_collection(derivations, whole, to=kind, title=title), "utf-8")
        click.echo(str(path))
    click.echo(reports.as_text(whole), nl=False)
    raise SystemExit(0 if whole.ok else 1)


def _slugs(recipes: Sequence[str], chapter: str | None, goal: str | None) -> list[str]:
    if sum(map(bool, (recipes, chapter, goal))) > 1:
        raise UsageError("give recipes, --chapter or --path, only one of them")
    if goal:
        return [r.slug for r in registry.catalogue().path_to(goal)]
    if recipes:
        return [registry.load_recipe(slug).slug for slug in recipes]
    found = [r.slug for r in registry.catalogue().recipes.values() if chapter in (None, r.chapter)]
    if not found:
        raise UsageError(f"no recipe in chapter {chapter!r}")
    return found
