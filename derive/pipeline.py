"""The way of a derivation: load, fill, judge, explain; one after another or in several processes.

Everything heavy is imported on first use, so that `import derive` stays light.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from derive import registry
from derive.derivation import Derivation, Side, Step, Unreadable
from derive.errors import DeriveError, InternalError, ReadError
from derive.expr.nodes import Expr

if TYPE_CHECKING:
    from derive.cache import Cache
    from derive.checker.mutants import MutantRow
    from derive.checker.verdicts import FileReport, RelationReport, Report, Verdict
    from derive.writer.pictures import Picture

NOTES = (".tex", ".md", ".qmd", ".ipynb", ".txt")


RECIPE_SECONDS = 10.0
"""A recipe is no hostile text: a claim of it has at least this much processor time."""


@dataclass(frozen=True)
class CheckOptions:
    """`seed` of the sampled points; `strict` adds the power check; `time_limit` in seconds for one relation."""

    seed: int = 0
    strict: bool = False
    time_limit: float = 2.0


# ------------------------------------------------------------------------------------------- loading


def load_derivations(target: str | Path) -> list[Derivation]:
    """The derivations of a target: a recipe's slug, a note (.tex .md .qmd .ipynb), a Python file of recipes, or `-`."""
    from derive import reader

    text = str(target)
    path = Path(text)
    if text == "-":
        import sys

        return [reader.read(sys.stdin.read(), "-")]
    if path.suffix == ".py" and path.exists():
        return [replace(r.derivation(), path=text) for r in registry.recipes_of_file(path)]
    if path.suffix in NOTES or path.exists():
        return [reader.read_file(path)]
    return [registry.load_recipe(text).derivation()]


# ----------------------------------------------------------------------------------- fill and judge


def filled(derivation: Derivation) -> Derivation:
    """The derivation with its holes filled by the engine; the same value when it has none."""
    if not any(step.role == "hole" for chain in derivation.chains for step in chain.steps):
        return derivation
    from derive import engine

    return engine.fill(derivation)


def judged(derivation: Derivation, options: CheckOptions | None = None) -> FileReport:
    """The verdicts on a derivation, with what the engine adds: which steps it proved or explained by their rule."""
    from derive import checker

    chosen = options or CheckOptions()
    limit = max(chosen.time_limit, RECIPE_SECONDS) if derivation.slug else chosen.time_limit
    report = checker.judge(derivation, seed=chosen.seed, strict=chosen.strict, time_limit=limit)
    pairs = zip(report.relations, _sides(derivation), strict=True)
    own = Path(derivation.path).name  # a recipe knows its file by name alone
    relations = (_finished(r, *sides) for r, sides in pairs)
    return replace(
        report, relations=tuple(replace(r, path="") if r.path == own else r for r in relations)
    )


def _sides(derivation: Derivation) -> Iterator[tuple[Side, str, Step]]:
    """Left side, its source, and the step, for each relation in reading order."""
    for chain in derivation.chains:
        left, source = chain.lhs, chain.source
        for step in chain.steps:
            yield left, source, step
            left, source = step.rhs, step.source


def _finished(relation: RelationReport, left: Side, source: str, step: Step) -> RelationReport:
    from derive import engine

    proved, explained, right = False, None, step.rhs
    if relation.verdict.kind == "holds" and isinstance(left, Expr) and isinstance(right, Expr):
        proved = engine.proved(left, step.op, right)
        rule = step.reason.rule
        explained = rule if rule and engine.explain(left, right, rule) else None
    return replace(
        relation,
        verdict=_with_suggestion(relation.verdict),
        lhs=source or _latex(left),
        rhs=step.source or _latex(step.rhs),
        proved=proved,
        explained=explained,
    )


def _with_suggestion(verdict: Verdict) -> Verdict:
    """The corrected side of a diagnosis as LaTeX."""
    found = verdict.diagnosis
    if found is None or found.corrected is None or found.suggestion:
        return verdict
    return replace(verdict, diagnosis=replace(found, suggestion=_latex(found.corrected)))


def _latex(side: Side) -> str:
    from derive import writer

    return side.latex if isinstance(side, Unreadable) else writer.latex(side)


def check_derivation(
    derivation: Derivation, options: CheckOptions | None = None, kept: Cache | None = None
) -> FileReport:
    """Fill, then judge; the report is taken from `kept` when it is there, and put there when it is not."""
    return _checked(derivation, options or CheckOptions(), kept)[0]


def _checked(
    derivation: Derivation, options: CheckOptions, kept: Cache | None
) -> tuple[FileReport, bool]:
    """The report, and whether it was kept from before."""
    found = kept.get(derivation, options) if kept else None
    if found is not None:
        return found, True
    report = judged(filled(derivation), options)
    if kept:
        kept.put(derivation, options, report)
    return report, False


def report_of(target: str | Path, options: CheckOptions, kept: Cache | None = None) -> Report:
    from derive.checker.verdicts import Report

    return Report(tuple(check_derivation(d, options, kept) for d in load_derivations(target)))


# ------------------------------------------------------------------------------------- many targets


@dataclass(frozen=True)
class Outcome:
    """What became of one target: its derivations without holes and their report, or the error that kept it from being
    read. `kept` says that every verdict was there from an earlier run."""

    target: str
    derivations: tuple[Derivation, ...] = ()
    report: Report | None = None
    error: DeriveError | None = None
    kept: bool = False


def check_all(
    targets: Sequence[str],
    options: CheckOptions,
    jobs: int | None = None,
    kept: Cache | None = None,
) -> Iterator[Outcome]:
    """What became of each target, in order; those that were not checked before in several processes at once."""
    yield from _in_processes(_outcome, targets, options, jobs, kept)


def _outcome(target: str, options: CheckOptions, kept: Cache | None) -> Outcome:
    """A target read and checked; its derivations stay behind, for they are large."""
    from derive.checker.verdicts import Report

    try:
        pairs = [_checked(d, options, kept) for d in load_derivations(target)]
    except DeriveError as error:
        return Outcome(target, error=error)
    except OSError as error:
        reason = ReadError(f"cannot read {target}: {error.strerror or error}")
        return Outcome(target, error=reason)
    report = Report(tuple(report for report, _ in pairs))
    return Outcome(target, report=report, kept=all(known for _, known in pairs))


def filled_and_judged(
    slugs: Sequence[str],
    options: CheckOptions,
    jobs: int | None = None,
    kept: Cache | None = None,
) -> Iterator[Outcome]:
    """Each recipe with its derivation without holes, and its verdicts."""
    yield from _in_processes(_with_derivation, slugs, options, jobs, kept)


def _with_derivation(slug: str, options: CheckOptions, kept: Cache | None) -> Outcome:
    from derive.checker.verdicts import Report

    written = registry.load_recipe(slug).derivation()
    report = kept.get(written, options) if kept else None
    derivation, known = filled(written), report is not None
    if report is None:
        report = judged(derivation, options)
        if kept:
            kept.put(written, options, report)
    return Outcome(slug, (derivation,), Report((report,)), kept=known)


Work = Callable[[str, CheckOptions, "Cache | None"], Outcome]


def _in_processes(
    work: Work,
    targets: Sequence[str],
    options: CheckOptions,
    jobs: int | None,
    kept: Cache | None,
) -> Iterator[Outcome]:
    """work(target, options, kept) for each target in order. JAX must not be forked, so processes are spawned."""
    known = [kept is not None and _is_kept(target, options, kept) for target in targets]
    fresh = [target for target, there in zip(targets, known, strict=True) if not there]
    count = min(jobs or os.cpu_count() or 1, len(fresh))
    if count <= 1 or len(fresh) < 4:
        for target in targets:
            yield work(target, options, kept)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        futures = iter([pool.submit(work, target, options, kept) for target in fresh])
        for target, there in zip(targets, known, strict=True):
            yield work(target, options, kept) if there else next(futures).result()


def _is_kept(target: str, options: CheckOptions, kept: Cache) -> bool:
    """Whether the verdicts of all derivations of a target are there. Standard input can be read only once."""
    if target == "-" or not kept.shelf.exists():
        return False
    try:
        return all(kept.has(d, options) for d in load_derivations(target))
    except (DeriveError, OSError):
        return False


# -------------------------------------------------------------------------------------------- forms


def in_form(
    derivation: Derivation, form: str, options: CheckOptions | None
) -> tuple[Derivation, str]:
    """The derivation in matrix, index or sum form, and how many of its sides were judged to be what was written.

    `InternalError` when one is not: then the form is not shown. Without options nothing is judged.
    """
    from derive.engine.forms import in_form as formed

    made = formed(derivation, form)
    count = len(made.agreement.blocks)
    if options is None:
        return made.derivation, f"{count} sides in {form} form, not checked"
    report = judged(made.agreement, options)
    wrong = [r for r in report.relations if r.verdict.kind == "fails"]
    if wrong:
        shown = f"{wrong[0].lhs} = {wrong[0].rhs}"
        raise InternalError(f"the {form} form of {derivation.slug} differs from the line: {shown}")
    agree = sum(r.verdict.kind == "holds" for r in report.relations)
    told = f"{agree} of {count} sides in {form} form agree with what is written"
    return made.derivation, told + (f", {count - agree} unchecked" if agree < count else "")


# ----------------------------------------------------------------------------------------- pictures


def picture_of(derivation: Derivation) -> Picture | None:
    """The picture of a derivation, or None when it has none."""
    from derive.checker.values import values_at
    from derive.writer import pictures

    return pictures.picture_of(derivation, values_at)


def picture_or_words(derivation: Derivation) -> Picture | None:
    """The picture of a derivation; where it cannot be drawn, what it shows in words and why."""
    from derive.writer import pictures

    try:
        return picture_of(derivation)
    except DeriveError as error:
        return pictures.words_of(derivation, str(error))


def picture_file(derivation: Derivation, kind: str) -> bytes:
    """The picture of a derivation as `png`, `svg` or `pdf`."""
    from derive.checker.values import values_at
    from derive.writer import pictures

    return pictures.bytes_of(derivation, values_at, kind)


def mutant_rows(target: str, seed: int = 0) -> list[MutantRow]:
    """What became of the mutants of every relation of a target, for `derive check --mutants`."""
    from derive.checker.neighbours import mutant_table

    found = [filled(derivation) for derivation in load_derivations(target)]
    return [row for derivation in found for row in mutant_table(derivation, seed)]


def annotated(path: Path, report: Report) -> str:
    """A copy of a note in which each relation carries its verdict; the author's text is unchanged."""
    from derive.writer import annotation

    return annotation.annotated(path.read_bytes().decode("utf-8"), report.files[0], path.suffix)
