"""`derive check`: targets to reports, progress, and the exit status."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from derive.cache import Cache, default_folder
from derive.checker.verdicts import Report
from derive.cli import reports
from derive.errors import DeriveError, ReadError, UsageError
from derive.pipeline import CheckOptions, Outcome

SUFFIXES = (".tex", ".md", ".qmd", ".ipynb")


@click.command("check")
@click.argument("targets", nargs=-1)
@click.option(
    "--format",
    "format_",
    type=click.Choice(list(reports.FORMATS)),
    default="text",
    show_default=True,
)
@click.option(
    "--seed",
    default=0,
    show_default=True,
    help="Seed of the sampled points; the same seed, the same bytes.",
)
@click.option(
    "--strict",
    is_flag=True,
    help="Power check for each relation; exit status 3 when one is unchecked.",
)
@click.option(
    "--jobs", "-j", type=click.IntRange(min=1), help="Processes (default: one for each core)."
)
@click.option("--time-limit", default=2.0, show_default=True, help="Seconds for one relation.")
@click.option(
    "--mutants", is_flag=True, help="Mutate every relation and print which mutants were rejected."
)
@click.option(
    "--annotate",
    type=click.Path(path_type=Path),
    help="Write a copy of the one file given, with each relation's verdict in the margin.",
)
@click.option(
    "--no-cache",
    is_flag=True,
    help="Check everything again; do not use the verdicts of earlier runs.",
)
@click.option(
    "--verbose", "-v", is_flag=True, help="Print every relation and how the file was read."
)
def check_command(
    targets: tuple[str, ...],
    format_: str,
    seed: int,
    strict: bool,
    jobs: int | None,
    time_limit: float,
    mutants: bool,
    annotate: Path | None,
    no_cache: bool,
    verbose: bool,
) -> None:
    """Check recipes by name, files (.tex .md .qmd .ipynb .py), folders, or - for standard input.

    Without a target every recipe of the catalogue is checked.
    """
    from derive import pipeline

    found = list(_targets(targets))
    if mutants:
        raise SystemExit(_print_mutants(found, seed, jobs))
    options = pipeline.CheckOptions(seed=seed, strict=strict, time_limit=time_limit)
    outcomes = _run(found, options, jobs, None if no_cache else Cache(default_folder()))
    report = Report(tuple(file for o in outcomes if o.report for file in o.report.files))
    unreadable = [_named(o.target, o.error) for o in outcomes if o.error]
    if verbose:
        print(_origins(outcomes), file=sys.stderr)
    for error in unreadable:
        print(f"derive: {error}", file=sys.stderr)
    if annotate is not None:
        _annotate(found, report, annotate)
    text = (
        reports.as_text(report, verbose=verbose, width=_width())
        if format_ == "text"
        else reports.FORMATS[format_](report)
    )
    click.echo(text, nl=False)
    raise SystemExit(_status(report, strict, bool(unreadable)))


def _width() -> int:
    """Columns of the terminal that standard output is, 0 where it is none or wants no colours."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return 0
    return min(shutil.get_terminal_size().columns, 120)


def _status(report: Report, strict: bool, unreadable: bool) -> int:
    if unreadable:
        return 2
    if not report.ok:
        return 1
    return 3 if strict and report.counts()["unchecked"] else 0


def _targets(given: Sequence[str]) -> Iterator[str]:
    """Recipes and files in order; a folder stands for the notes and recipes in it."""
    from derive import registry

    if not given:
        yield from (recipe.slug for recipe in registry.catalogue().recipes.values())
        return
    for target in given:
        path = Path(target)
        if target != "-" and path.is_dir():
            files = [f for f in sorted(path.rglob("*")) if f.suffix in SUFFIXES and f.is_file()]
            if not files:
                raise UsageError(f"{target}: no {', '.join(SUFFIXES)} file in this folder")
            yield from map(str, files)
        else:
            yield target


def _run(
    found: list[str], options: CheckOptions, jobs: int | None, kept: Cache | None
) -> list[Outcome]:
    """What became of all targets, with progress on standard error when it is a terminal."""
    from derive import pipeline

    outcomes: list[Outcome] = []
    shown = sys.stderr.isatty()
    for outcome in pipeline.check_all(found, options, jobs, kept):
        outcomes.append(outcome)
        if shown:
            line = f"\r\x1b[K[{len(outcomes)}/{len(found)}] {outcome.target}"
            print(line, end="", file=sys.stderr, flush=True)
    if shown:
        print("\r\x1b[K", end="", file=sys.stderr)
    return outcomes


def _named(target: str, error: DeriveError) -> DeriveError:
    return error if isinstance(error, ReadError) else type(error)(f"{target}: {error}")


def _origins(outcomes: Sequence[Outcome]) -> str:
    """`derive: 44 of 45 unchanged since an earlier run; checked now: mse-gradient`."""
    fresh = [o.target for o in outcomes if not o.kept]
    line = f"derive: {len(outcomes) - len(fresh)} of {len(outcomes)} unchanged since an earlier run"
    return f"{line}; checked now: {', '.join(fresh)}" if fresh else line


def _annotate(found: list[str], report: Report, output: Path) -> None:
    from derive import pipeline

    if len(found) != 1 or not Path(found[0]).is_file():
        raise UsageError(f"--annotate needs exactly one file, got {len(found)} targets")
    output.write_bytes(pipeline.annotated(Path(found[0]), report).encode("utf-8"))


def _print_mutants(found: list[str], seed: int, jobs: int | None) -> int:
    from derive import pipeline

    total, survived = 0, 0
    for target in found:
        rows = pipeline.mutant_rows(target, seed=seed)
        counted = [row for row in rows if row.outcome != "equivalent"]
        alive = [row for row in counted if row.outcome != "rejected"]
        total, survived = total + len(counted), survived + len(alive)
        click.echo(f"{target}: {len(counted) - len(alive)} of {len(counted)} mutants rejected")
        for row in rows:
            if row.outcome != "rejected":
                click.echo(
                    f"  {row.outcome}: relation {row.relation}, {row.kind}: {row.expression}"
                )
    click.echo(f"{total - survived} of {total} mutants rejected in {len(found)} targets")
    return 1 if survived else 0
