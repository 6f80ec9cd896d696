"""Functions of one variable and their derivatives, as the derivation found them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from derive.expr.nodes import Derivative, Expr
from derive.expr.walk import free_symbols
from derive.writer.latex import latex
from derive.writer.pictures.mathematics import Mathematics
from derive.writer.pictures.style import BLUE, GREY, ORANGE, axes, figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLUMNS = 3


def _pairs(m: Mathematics) -> list[tuple[Expr, Expr]]:
    """Each function of x that the derivation differentiates, with the result; the first derivation of each."""
    x = m.symbol("x")
    found: dict[Expr, Expr] = {}
    for chain in m.derivation.chains:
        left, right = chain.lhs, chain.steps[-1].rhs
        by_x = isinstance(left, Derivative) and left.wrt == (x,) and not chain.premises
        if by_x and isinstance(left, Derivative) and isinstance(right, Expr):
            found.setdefault(left.body, right)
    return list(found.items())


def activations(m: Mathematics) -> Figure:
    """A panel for each function of one variable with its derivative."""
    pairs = _pairs(m)
    rows = -(-len(pairs) // COLUMNS)
    made = figure(6.2, 1.55 * rows)
    x = np.linspace(-4, 4, 322)  # an even number of points: zero, a kink, is not one of them
    for number, (body, derivative) in enumerate(pairs, start=1):
        ax = axes(made, place=(rows, COLUMNS, number))
        others = {s.name: 0.2 for s in free_symbols(body) if s.name != "x"}
        ax.axhline(0, color=GREY, lw=0.5)
        for expr, color, style in ((body, BLUE, "-"), (derivative, ORANGE, "--")):
            y = m.at(expr, {"x": x, **others})
            jumps = np.abs(np.diff(y, append=y[-1])) > 0.5
            ax.plot(x, np.where(jumps, np.nan, y), style, color=color)
        ax.set_title(f"${_short(latex(body))}$", fontsize=8.5)
        ax.set_xlim(-4, 4)
        ax.set_ylim(-1.4, 3)
    return made


def _short(text: str) -> str:
    """LaTeX as far as matplotlib knows it."""
    for ours, theirs in ((r"\operatorname", r"\mathrm"), (r"\lvert", "|"), (r"\rvert", "|")):
        text = text.replace(ours, theirs)
    return text.replace(r"\left", "").replace(r"\right", "")
