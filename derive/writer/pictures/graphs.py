"""The graph of a computation: defined symbols as nodes, with their values and the gradient of the loss in each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from derive.expr.build import hadamard
from derive.expr.nodes import Apply, Call, Derivative, Expr, Symbol, as_expr
from derive.expr.walk import post_order, transform
from derive.writer.pictures.mathematics import Mathematics
from derive.writer.pictures.style import BLUE, GREY, ORANGE, arrow, bare, figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def _with_tanh(expr: Expr) -> Expr:
    """tanh for each function that stands for any smooth one, and its derivative for its prime."""

    def change(node: Expr) -> Expr | None:
        if not isinstance(node, Call) or node.function.body is not None:
            return None
        value = Apply("tanh", node.args)
        return value if node.order == 0 else as_expr(1) - hadamard(value, value)

    return transform(expr, change, into_definitions=True)


def _inputs(symbol: Symbol) -> list[Symbol]:
    """The symbols that the definition of a symbol names."""
    if symbol.definition is None:
        return []
    return [n for n in post_order(symbol.definition) if isinstance(n, Symbol)]


def _columns(goal: Symbol) -> dict[Symbol, int]:
    """Each symbol that the goal is computed from with its column: parameters stand one before what uses them."""
    order: list[Symbol] = []
    stack = [goal]
    while stack:
        symbol = stack.pop()
        if symbol not in order:
            order.append(symbol)
            stack.extend(_inputs(symbol))
    depth: dict[Symbol, int] = {}

    def measure(symbol: Symbol) -> int:
        if symbol not in depth:
            defined = [s for s in _inputs(symbol) if s.definition is not None]
            depth[symbol] = 1 + max((measure(s) for s in defined), default=0)
        return depth[symbol]

    for symbol in order:
        if symbol.definition is not None:
            measure(symbol)
    for symbol in order:
        if symbol.definition is None:
            depth[symbol] = min(depth[s] for s in order if symbol in _inputs(s)) - 1
    return depth


def _number_text(value: Any) -> str:
    """A number, a row, or rows of a matrix with two digits."""
    array = np.atleast_2d(np.asarray(value))
    rows = ["  ".join(f"{x:.2f}".replace("-0.00", "0.00") for x in row) for row in array]
    return "\n".join(rows)


def _node(ax: Axes, at: tuple[float, float], name: str, value: Any, slope: Any) -> None:
    x, y = at
    height = 0.18 * len(np.atleast_2d(np.asarray(value)))
    ax.text(x, y + height / 2 + 0.05, f"${name}$", ha="center", va="bottom", fontsize=10)
    box = {"boxstyle": "round,pad=0.25", "fc": "white", "ec": BLUE, "lw": 0.8}
    ax.text(x, y, _number_text(value), ha="center", va="center", fontsize=7.5, color=BLUE, bbox=box)
    if slope is not None:
        below = y - height / 2 - 0.05
        ax.text(x, below, _number_text(slope), ha="center", va="top", fontsize=7.5, color=ORANGE)


def network_graph(m: Mathematics) -> Figure:
    """A multilayer perceptron with one example."""
    goal = _with_tanh(m.symbol("L"))
    assert isinstance(goal, Symbol)
    rng = np.random.default_rng(1)
    data = {
        "X": np.array([[1.0, 2.0]]),
        "Y": np.array([[1.0, 0.0]]),
        "W_1": np.round(rng.normal(size=(2, 2)), 1),
        "b_1": np.array([0.1, -0.2]),
        "W_2": np.round(rng.normal(size=(2, 2)), 1),
        "b_2": np.array([0.0, 0.3]),
    }
    columns = _columns(goal)
    places = _places(columns)
    made = figure(6.6, 3.3)
    ax = bare(made)
    ax.set_aspect("auto")
    for symbol, at in places.items():
        for other in _inputs(symbol):
            (x0, y0), (x1, y1) = places[other], at
            start, end = (x0 + 0.3, y0), (x1 - 0.3, y1)
            arrow(ax, start, end, GREY, 0.8)
    for symbol, at in places.items():
        value = m.at(symbol, data)
        slope = None if symbol.name in ("X", "Y") else m.at(Derivative(goal, (symbol,)), data)
        if symbol == goal:
            slope = 1.0
        shown = _as_column(symbol, value), None if slope is None else _as_column(symbol, slope)
        _node(ax, at, symbol.name, *shown)
    xs, ys = zip(*places.values(), strict=True)
    ax.set_xlim(min(xs) - 0.55, max(xs) + 0.5)
    ax.set_ylim(min(ys) - 0.5, max(ys) + 0.45)
    return made


def _as_column(symbol: Symbol, value: Any) -> Any:
    array = np.asarray(value)
    return array[:, None] if len(symbol.dims) == 1 else array


def _places(columns: dict[Symbol, int]) -> dict[Symbol, tuple[float, float]]:
    """Computed nodes on the middle line, parameters above and below it."""
    places: dict[Symbol, tuple[float, float]] = {}
    for symbol, column in columns.items():
        if symbol.definition is not None:
            places[symbol] = (float(column), 0.0)
    for column in sorted(set(columns.values())):
        free = [s for s, c in columns.items() if c == column and s.definition is None]
        free.sort(key=lambda s: s.name)
        heights = {1: (1.05,), 2: (1.05, -1.05), 3: (1.05, 0.0, -1.05)}[len(free)] if free else ()
        for symbol, height in zip(free, heights, strict=True):
            places[symbol] = (float(column), height)
    return places
