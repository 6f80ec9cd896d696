"""Products of matrices as boxes drawn to scale, whose shapes are those of the factors in the derivation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from derive.expr.nodes import Add, Expr, Product
from derive.expr.sizes import Shape, shape_text
from derive.writer.latex import latex
from derive.writer.pictures.mathematics import Mathematics
from derive.writer.pictures.style import BLUE, DARK, GREEN, GREY, ORANGE, bare, figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: side of a box for a size, in units of the picture; 1 is drawn thin
SIDES = {"n": 1.5, "p": 0.9, "q": 0.6}
THIN, GAP = 0.14, 0.55


def _side(shape: Shape, axis: int) -> float:
    if axis >= len(shape):
        return THIN
    names = shape[axis].names
    return SIDES.get(names[0], THIN) if names else THIN


def _box(ax: Axes, expr: Expr, x: float, color: str) -> float:
    """Draw the box of an expression from x on; returns where it ends."""
    from matplotlib.patches import Rectangle

    height, width = _side(expr.shape, 0), _side(expr.shape, 1)
    corner = (x, -height / 2)
    ax.add_patch(Rectangle(corner, width, height, fc=color, ec=DARK, lw=0.8, alpha=0.35))
    ax.text(
        x + width / 2, height / 2 + 0.1, f"${latex(expr)}$", ha="center", va="bottom", fontsize=10
    )
    ax.text(
        x + width / 2,
        -height / 2 - 0.1,
        shape_text(expr.shape),
        ha="center",
        va="top",
        fontsize=7.5,
        color=DARK,
    )
    return x + width


def _row(ax: Axes, left: Expr, right: Expr) -> None:
    """left = right, the factors of each product side by side."""
    colors = iter((BLUE, ORANGE, GREEN, GREY))
    x = _box(ax, left, 0.0, BLUE) + GAP / 2
    ax.text(x, 0, "$=$", ha="center", va="center", fontsize=12)
    x += GAP / 2
    for number, term in enumerate(right.terms if isinstance(right, Add) else (right,)):
        if number:
            ax.text(x + GAP / 2, 0, "$+$", ha="center", va="center", fontsize=12)
            x += GAP
        for position, factor in enumerate(term.factors if isinstance(term, Product) else (term,)):
            x = _box(ax, factor, x + (0.42 if position else 0.0), next(colors))
    ax.set_xlim(-0.4, 5.2)
    ax.set_ylim(-1.15, 1.25)


def dense_layer(m: Mathematics) -> Figure:
    """A dense layer and its three gradients."""
    layer = m.symbol("Y")
    assert layer.definition is not None
    rows: list[tuple[Expr, Expr]] = [(layer, layer.definition)]
    for chain in m.derivation.chains:
        if chain.result and isinstance(chain.lhs, Expr) and isinstance(chain.steps[-1].rhs, Expr):
            rows.append((chain.lhs, chain.steps[-1].rhs))
    made = figure(4.6, 1.8 * len(rows))
    for number, (left, right) in enumerate(rows, start=1):
        _row(bare(made, (len(rows), 1, number)), left, right)
    return made
