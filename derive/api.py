"""The public functions of `derive`, and the pipeline behind them: load, fill, judge, explain, write.

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
from derive.registry import Recipe

if TYPE_CHECKING:
    from derive.checker.verdicts import FileReport, RelationReport, Report
    from derive.differentiation import Derivative
    from derive.expr.nodes import Expr

NOTES = (".tex", ".md", ".qmd", ".ipynb", ".txt")


@dataclass(frozen=True)
class CheckOptions:
    """`seed` of the sampled points; `strict` adds the power check; `time_limit` in seconds for one relation."""

    seed: int = 0
    strict: bool = False
    time_limit: float = 2.0


# ------------------------------------------------------------------------------------------- loading


def load_recipe(slug: str) -> Recipe:
    """The recipe of a slug; raises `RecipeError` with near slugs."""
    return registry.catalogue()[slug]


def load_derivations(target: str | Path) -> list[Derivation]:
    """The derivations of a target: a recipe's slug, a note (.tex .md .qmd .ipynb), a Python file of recipes, or `-`."""
    from derive import reader

    text = str(target)
    path = Path(text)
    if text == "-":
        import sys

        return [reader.read(sys.stdin.read(), "-")]
    if path.suffix == ".py" and path.exists():
        return [recipe.derivation() for recipe in registry.recipes_of_file(path)]
    if path.suffix in NOTES or path.exists():
        return [reader.read_file(path)]
    return [load_recipe(text).derivation()]


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

    proved, explained = False, None
    readable = not isinstance(left, Unreadable) and not isinstance(step.rhs, Unreadable)
    if readable and relation.verdict.kind == "holds":
        proved = engine.proved(left, step.op, step.rhs)
        rule = step.reason.rule
        explained = rule if rule and engine.explain(left, step.rhs, rule) else None
    return replace(
        relation,
        lhs=source or _latex(left),
        rhs=step.source or _latex(step.rhs),
        proved=proved,
        explained=explained,
    )


def _latex(side: Side) -> str:
    from derive import writer

    return side.latex if isinstance(side, Unreadable) else writer.latex(side)


def check_derivation(derivation: Derivation, options: CheckOptions | None = None) -> FileReport:
    """Fill, then judge."""
    return judged(filled(derivation), options)


def check(target: str | Path, seed: int = 0) -> Report:
    """The verdict on every relation of a note, a recipe file, or a recipe of the catalogue."""
    return _report(target, CheckOptions(seed=seed))


def _report(target: str | Path, options: CheckOptions) -> Report:
    from derive.checker.verdicts import Report

    return Report(tuple(check_derivation(d, options) for d in load_derivations(target)))


def check_text(latex: str, seed: int = 0, path: str = "") -> Report:
    """The verdict on every relation of a LaTeX or Markdown text."""
    from derive import reader
    from derive.checker.verdicts import Report

    return Report((check_derivation(reader.read(latex, path), CheckOptions(seed=seed)),))


def check_all(
    targets: Sequence[str], options: CheckOptions, jobs: int | None = None
) -> Iterator[tuple[str, Report | DeriveError]]:
    """Each target with its report, or the error that kept it from being read; in order, several processes at once."""
    yield from _in_processes(_outcome, targets, options, jobs)


def _outcome(target: str, options: CheckOptions) -> Report | DeriveError:
    try:
        return _report(target, options)
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
    derivation = filled(load_recipe(slug).derivation())
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


# ------------------------------------------------------------------------------------------- writing


def write(derivation: Derivation, report: FileReport | None = None, to: str = "html") -> str:
    """A page of one derivation: html, tex, md, text or json; with a report it shows the verdicts."""
    from derive import writer

    return writer.write(derivation, report, to=to)


def write_collection(
    derivations: Sequence[Derivation], report: Report, *, to: str, title: str
) -> str:
    """Lecture notes of several derivations as one document."""
    from derive import writer

    return writer.write_collection(derivations, list(report.files), to=to, title=title)


# ----------------------------------------------------------------------------------- reading formulas


def parse(latex: str, given: Sequence[str] = (), where: Sequence[str] = ()) -> Expr:
    """The expression of a LaTeX formula; raises `ReadError` with the place of what cannot be read."""
    from derive import reader

    return reader.read_expression(latex, given=list(given), where=list(where))


def differentiate(
    expr: Expr | str,
    wrt: Expr | str,
    *,
    given: Sequence[str] = (),
    where: Sequence[str] = (),
    kind: str = "gradient",
    layout: str = "denominator",
    check: bool = True,
    seed: int = 0,
) -> Derivative:
    """The derivative of `expr` by `wrt` (expressions, or LaTeX with declarations `given` and definitions `where`).

    `kind` is gradient, jacobian or hessian; `layout` denominator (a gradient has the shape of its variable) or numerator
    (a row). With `check` every step is judged. Raises `ReadError`, `ShapeError` or `NoRuleError`.
    """
    from derive import differentiation

    return differentiation.differentiate(
        expr, wrt, given=given, where=where, kind=kind, layout=layout, check=check, seed=seed
    )
