"""The public functions of `derive`. Everything heavy is imported on first use, so that `import derive` stays light."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from derive import pipeline, registry
from derive.derivation import Derivation
from derive.registry import Recipe

if TYPE_CHECKING:
    from derive.checker.verdicts import FileReport, Report
    from derive.differentiation import Derivative
    from derive.expr.nodes import Expr


def load_recipe(slug: str) -> Recipe:
    """The recipe of a slug; raises `RecipeError` with near slugs."""
    return registry.load_recipe(slug)


def check(target: str | Path, seed: int = 0, *, time_limit: float = 2.0) -> Report:
    """The verdict on every relation of a note, a recipe file, or a recipe of the catalogue.

    time_limit: seconds of processor time for one relation.
    """
    return pipeline.report_of(target, pipeline.CheckOptions(seed=seed, time_limit=time_limit))


def check_text(latex: str, seed: int = 0, path: str = "", *, time_limit: float = 2.0) -> Report:
    """The verdict on every relation of a LaTeX or Markdown text.

    path: where the text comes from; its ending says how it is read (LaTeX without one).
    time_limit: seconds of processor time for one relation.
    """
    from derive import reader
    from derive.checker.verdicts import Report

    options = pipeline.CheckOptions(seed=seed, time_limit=time_limit)
    return Report((pipeline.check_derivation(reader.read(latex, path), options),))


#: formats of one file that has its picture inside
WITH_PICTURE = ("html", "ipynb", "typ")


def write(
    derivation: Derivation,
    report: FileReport | None = None,
    to: str = "html",
    *,
    language: str = "en",
) -> str:
    """A page of one derivation: html, tex, md, ipynb, typ, slides, speech, text or json; with a report it shows the
    verdicts. A notebook carries the programs that check it, and what is one file carries its picture."""
    from derive import pipeline, writer
    from derive.listings import programs

    listings = programs([derivation]) if to == "ipynb" else {}
    return writer.write(
        derivation,
        report,
        to=to,
        language=language,
        listings=listings.get(derivation.slug, ()),
        picture=pipeline.picture_or_words(derivation) if to in WITH_PICTURE else None,
    )


def write_collection(
    derivations: Sequence[Derivation],
    report: Report,
    *,
    to: str,
    title: str,
    language: str = "en",
) -> str:
    """Lecture notes of several derivations as one document."""
    from derive import writer
    from derive.listings import programs

    return writer.write_collection(
        derivations,
        list(report.files),
        to=to,
        title=title,
        language=language,
        listings=programs(derivations) if to == "ipynb" else None,
    )


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

    `kind` is gradient, jacobian or hessian; `layout` denominator (a gradient has the shape of its variable) or
    numerator (a row). With `check` every step is judged. Raises `ReadError`, `ShapeError` or `NoRuleError`.
    """
    from derive import differentiation

    return differentiation.differentiate(
        expr, wrt, given=given, where=where, kind=kind, layout=layout, check=check, seed=seed
    )
