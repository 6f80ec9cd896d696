"""Level lines of functions of two variables, with gradients, steps and paths on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from derive.writer.pictures.mathematics import Mathematics
from derive.writer.pictures.style import (
    BLUE,
    DARK,
    GREEN,
    GREY,
    ORANGE,
    WIDTH,
    arrow,
    axes,
    figure,
    label,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def plane(x: tuple[float, float], y: tuple[float, float], count: int) -> tuple[Any, Any, Any]:
    """A grid: its two coordinates (count x count), and its points (count^2 x 2)."""
    u, v = np.meshgrid(np.linspace(*x, count), np.linspace(*y, count))
    return u, v, np.stack([u.ravel(), v.ravel()], axis=1)


def descent(step: Any, start: Any, count: int) -> Any:
    """start, step(start), step(step(start)), ...: (count + 1) x 2."""
    path = [np.asarray(start, dtype=float)]
    for _ in range(count):
        path.append(step(path[-1]))
    return np.array(path)


def draw_path(ax: Axes, path: Any, color: str, label: str = "") -> None:
    """A path with its points."""
    ax.plot(
        path[:, 0], path[:, 1], "-o", color=color, ms=2.6, lw=1.1, label=label or None, zorder=4
    )


def loss_surface(m: Mathematics) -> Figure:
    """The mean squared error over two weights."""
    rng = np.random.default_rng(3)
    X = rng.normal(size=(30, 2)) @ np.array([[1.3, 0.5], [0.0, 0.8]])
    data = {"X": X, "y": X @ np.array([1.0, -0.5]) + 0.3 * rng.normal(size=30)}
    gradient = m.derived("L", "w")
    u, v, points = plane((-1, 3), (-2.5, 1.5), 90)
    level = m.at("L", {**data, "w": points}).reshape(u.shape)
    path = descent(lambda w: w - 0.1 * m.at(gradient, {**data, "w": w}), (2.6, 0.9), 45)
    made = figure()
    ax = axes(made, r"$w_1$", r"$w_2$", equal=True)
    low = m.at("L", {**data, "w": path[-1]})
    ax.contour(
        u, v, level - low, levels=[0.1, 0.4, 1, 2, 3.4, 5.2, 8], cmap="viridis", linewidths=0.9
    )
    _, _, sparse = plane((-0.7, 2.7), (-2.2, 1.2), 7)
    slope = -m.at(gradient, {**data, "w": sparse})
    ax.quiver(
        *sparse.T, *slope.T, angles="xy", scale_units="xy", scale=14, width=0.0045, color=GREY
    )
    draw_path(ax, path, ORANGE)
    ax.plot(*path[-1], "o", color=DARK, ms=4, zorder=5)
    label(ax, r"$\hat{w}$", path[-1], (5, 5))
    return made


def step_sizes(m: Mathematics) -> Figure:
    """Three step sizes on one quadratic function."""
    angle = 0.5
    Q = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    data = {"Q": Q, r"\lambda": np.array([1.0, 7.0]), "b": np.array([0.6, 0.2])}
    gradient, best = m.derived("f", "x"), float(m.at(r"\eta^\star", data))
    end = m.at(r"x^\star", data)
    made = figure(2 * WIDTH * 0.75, 2.5)
    cases = (
        (0.25 * best, r"$\eta = \eta^\star / 4$", BLUE),
        (best, r"$\eta = \eta^\star$", GREEN),
        (0.99 * 2 / 7, r"$\eta = 0.99 \cdot 2/\lambda_{\max}$", ORANGE),
    )
    u, v, points = plane((-2.4, 2.4), (-1.7, 2.1), 70)
    level = (m.at("f", {**data, "x": points}) - m.at("f", {**data, "x": end})).reshape(u.shape)
    for number, (eta, name, color) in enumerate(cases, start=1):
        ax = axes(made, r"$x_1$", r"$x_2$" if number == 1 else "", equal=True, place=(1, 3, number))
        ax.contour(u, v, level, levels=[0.1, 0.5, 1.3, 2.6, 4.5, 7], colors=GREY, linewidths=0.6)
        path = descent(lambda x, h=eta: x - h * m.at(gradient, {**data, "x": x}), (-2.0, -0.4), 16)
        draw_path(ax, path, color)
        ax.plot(*end, "+", color=DARK, ms=7)
        ax.set_title(name, fontsize=9)
    return made


def newton_step(m: Mathematics) -> Figure:
    """The quadratic model, the Newton step and the negative gradient."""
    data = {"f": 0.0, "g": np.array([1.1, 1.6]), "H": np.array([[1.0, 0.5], [0.5, 2.4]])}
    s = m.symbol("s")
    model = m.call("m", s)
    step = m.at(m.result(m.symbol(r"s^\star")), data)
    u, v, points = plane((-2.4, 0.8), (-1.7, 0.7), 80)
    level = m.at(model, {**data, "s": points}).reshape(u.shape)
    down = -m.at(m.derived(model, s), {**data, "s": np.zeros(2)})
    made = figure()
    ax = axes(made, r"$s_1$", r"$s_2$", equal=True)
    ax.contour(u, v, level, levels=11, cmap="viridis", linewidths=0.8)
    arrow(ax, (0, 0), step, ORANGE, 1.6)
    arrow(ax, (0, 0), down * 0.8, BLUE, 1.6)
    ax.plot(0, 0, "o", color=DARK, ms=4)
    label(ax, r"$s^\star = -H^{-1} g$", step, (-6, 5), color=ORANGE, ha="right")
    label(ax, r"$-g$", down * 0.8, (5, -3), color=BLUE)
    return made
