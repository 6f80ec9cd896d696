"""The way of a derivation: load, fill, judge, explain; one after another or in several processes.

Everything heavy is imported on first use, so that `import derive` stays light.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from derive import registry
from derive.derivation import Derivation, Side, Step, Unreadable
from derive.errors import DeriveError, ReadError
from derive.expr.nodes import Expr

if TYPE_CHECKING:
    from derive.checker.mutants import MutantRow
    from derive.checker.verdicts import FileReport, RelationReport, Report, Verdict

NOTES = (".tex", ".md", ".qmd", ".ipynb", ".txt")


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
    report = checker.judge(
        derivation, seed=chosen.seed, strict=chosen.strict, time_limit=chosen.time_limit
    )
    pairs = zip(report.relations, _sides(derivation), strict=True)
    return replace(report, relations=tuple(_finished(r, *sides) for r, sides in pairs))


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


def check_derivation(derivation: Derivation, options: CheckOptions | None = None) -> FileReport:
    """Fill, then judge."""
    return judged(filled(derivation), options)


def report_of(target: str | Path, options: CheckOptions) -> Report:
    from derive.checker.verdicts import Report

    return Report(tuple(check_derivation(d, options) for d in load_derivations(target)))


def check_all(
    targets: Sequence[str], options: CheckOptions, jobs: int | None = None
) -> Iterator[tuple[str, Report | DeriveError]]:
    """Each target with its report, or the error that kept it from being read; in order, several processes at once."""
    yield from _in_processes(_outcome, targets, options, jobs)


def _outcome(target: str, options: CheckOptions) -> Report | DeriveError:
    try:
        return report_of(target, options)
    except DeriveError as error:
        return error
    except OSError as error:
        return ReadError(f"cannot read {target}: {error.strerror or error}")


def filled_and_judged(
    slugs: Sequence[str], options: CheckOptions, jobs: int | None = None
) -> Iterator[tuple[Derivation, FileReport]]:
    """Each recipe's derivation without holes, and its verdicts."""
    for _, pair in _in_processes(_pair, slugs, options, jobs):
        yield pair


def _pair(slug: str, options: CheckOptions) -> tuple[Derivation, FileReport]:
    derivation = filled(registry.load_recipe(slug).derivation())
    return derivation, judged(derivation, options)


def _in_processes(
    function: Any, targets: Sequence[str], options: CheckOptions, jobs: int | None
) -> Iterator[tuple[str, Any]]:
    """function(target, options) for each target in order. JAX must not be forked, so processes are spawned."""
    count = min(jobs or os.cpu_count() or 1, len(targets))
    if count <= 1 or len(targets) < 4:
        for target in targets:
            yield target, function(target, options)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(function, target, options) for target in targets]
        for target, future in zip(targets, futures, strict=True):
            yield target, future.result()


def mutant_rows(target: str, seed: int = 0) -> list[MutantRow]:
    """What became of the mutants of every relation of a target, for `derive check --mutants`."""
    from derive.checker.neighbours import mutant_table

    found = [filled(derivation) for derivation in load_derivations(target)]
    return [row for derivation in found for row in mutant_table(derivation, seed)]


def annotated(path: Path, report: Report) -> str:
    """A copy of a note in which each relation carries its verdict; the author's text is unchanged."""
    from derive.writer import annotation

    return annotation.annotated(
        path.read_text("utf-8", "surrogateescape"), report.files[0], path.suffix
    )
