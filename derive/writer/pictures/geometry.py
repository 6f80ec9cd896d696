"""Points, ellipses, projections and the simplex."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from derive.expr.nodes import Derivative
from derive.writer.pictures.mathematics import Mathematics
from derive.writer.pictures.style import (
    BLUE,
    DARK,
    GREEN,
    GREY,
    ORANGE,
    SERIES,
    arrow,
    axes,
    bare,
    figure,
    label,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def ellipse(covariance: Any, mean: Any, deviations: float, count: int = 120) -> Any:
    """The points at so many standard deviations from the mean: count x 2."""
    values, vectors = np.linalg.eigh(covariance)
    angle = np.linspace(0, 2 * np.pi, count)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return np.asarray(mean) + deviations * (circle * np.sqrt(values)) @ vectors.T


def _cloud(count: int) -> Any:
    """Centred points in the plane, longer in one direction: count x 2."""
    rng = np.random.default_rng(5)
    X = rng.normal(size=(count, 2)) @ np.array([[1.9, 0.9], [-0.35, 0.6]])
    return X - X.mean(axis=0)


def principal_axes(m: Mathematics) -> Figure:
    """Centred data with the ellipse and the eigenvectors of its covariance."""
    X = _cloud(70)
    S = m.at("S", {"X": X})
    _, vectors = np.linalg.eigh(S)
    made = figure()
    ax = axes(made, equal=True)
    ax.plot(*X.T, "o", color=GREY, ms=2.6, alpha=0.8)
    for deviations in (1, 2):
        ax.plot(*ellipse(S, (0, 0), deviations).T, color=BLUE, lw=0.9)
    for number, k in enumerate((1, 0), start=1):
        u = vectors[:, k] * (1 if vectors[0, k] > 0 else -1)
        variance = float(u @ S @ u)
        arrow(ax, (0, 0), np.sqrt(variance) * u, ORANGE, 1.8)
        name = rf"$\sqrt{{\lambda_{number}}}\, u_{number}$"
        shift = (4, 4) if number == 1 else (6, -8)
        label(ax, name, np.sqrt(variance) * u, shift)
    return made


def reconstruction(m: Mathematics) -> Figure:
    """Points and their reconstructions from one direction."""
    X = _cloud(22)
    _, vectors = np.linalg.eigh(X.T @ X)
    U = vectors[:, 1:]
    made = figure()
    ax = axes(made, equal=True)
    R = X @ U @ U.T
    ax.axline((0, 0), tuple(U[:, 0]), color=BLUE, lw=1.1)
    for x, r in zip(X, R, strict=True):
        ax.plot(*np.stack([x, r]).T, color=GREY, lw=0.8)
    ax.plot(*X.T, "o", color=DARK, ms=3)
    ax.plot(*R.T, "o", color=ORANGE, ms=3)
    return made


def projection(m: Mathematics) -> Figure:
    """A point, its projection onto a line, and circles of equal distance."""
    A, b = np.array([[2.0], [1.0]]), np.array([0.9, 2.1])
    P = m.at("P", {"A": A})
    foot = P @ b
    made = figure()
    ax = axes(made, equal=True)
    ax.axline((0, 0), tuple(A[:, 0]), color=BLUE, lw=1.2)
    distance = float(
        np.sqrt(m.at("f", {"A": A, "b": b, "x": np.linalg.lstsq(A, b, rcond=None)[0]}))
    )
    for radius in (0.6, 1.0, 1.4):
        circle = b + distance * radius * _circle()
        ax.plot(*circle.T, color=GREY, lw=0.6, ls="-" if radius == 1 else ":")
    arrow(ax, (0, 0), b, DARK, 1.5)
    arrow(ax, (0, 0), foot, ORANGE, 1.8)
    ax.plot(*np.stack([b, foot]).T, "--", color=GREEN, lw=1.2)
    _right_angle(ax, foot, -A[:, 0], b - foot)
    for text, at, shift in (("$b$", b, (4, 4)), ("$P b$", foot, (4, -11))):
        label(ax, text, at, shift)
    label(ax, "$b - P b$", (b + foot) / 2, (5, 1), color=GREEN)
    ax.set_xlim(-0.6, 3.2)
    ax.set_ylim(-0.4, 3.2)
    return made


def _circle() -> Any:
    angle = np.linspace(0, 2 * np.pi, 120)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _right_angle(ax: Axes, at: Any, one: Any, other: Any, size: float = 0.13) -> None:
    a, b = (size * np.asarray(v) / np.linalg.norm(v) for v in (one, other))
    corner = np.stack([at + a, at + a + b, at + b])
    ax.plot(*corner.T, color=DARK, lw=0.7)


#: corners of the triangle of three probabilities
CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(3) / 2]])


def simplex(m: Mathematics) -> Figure:
    """Softmax of growing logits in the triangle of probabilities, and columns of its Jacobian."""
    made = figure()
    ax = bare(made)
    ax.plot(*CORNERS[[0, 1, 2, 0]].T, color=DARK, lw=0.8)
    scale = np.linspace(0, 6, 80)[:, None]
    for color, z in zip(
        SERIES, ((1.0, 0.4, -0.3), (-0.2, 1.0, 0.7), (0.1, -0.5, 1.0)), strict=False
    ):
        ax.plot(*(m.at("p", {"z": scale * np.array(z)}) @ CORNERS).T, color=color)
    at = np.array([0.5, -0.1, 0.2])
    start = m.at("p", {"z": at})
    jacobian = m.at(Derivative(m.symbol("p"), (m.symbol("z"),), "jacobian"), {"z": at})
    for k, color in enumerate(SERIES[:3]):
        arrow(ax, start @ CORNERS, (start + jacobian[:, k]) @ CORNERS, color, 1.5)
    ax.plot(*(start @ CORNERS), "o", color=DARK, ms=3.5)
    for k, shift in enumerate(((-14, -6), (6, -6), (-6, 6))):
        label(ax, f"$p_{k + 1} = 1$", CORNERS[k], shift)
    return made
