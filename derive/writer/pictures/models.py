"""Models fitted to points in the plane, and the path of ridge weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from derive.writer.pictures.geometry import ellipse
from derive.writer.pictures.mathematics import Mathematics
from derive.writer.pictures.style import (
    BLUE,
    DARK,
    GREY,
    ORANGE,
    SERIES,
    SURFACE,
    axes,
    figure,
    label,
)
from derive.writer.pictures.surfaces import plane

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def ridge_path(m: Mathematics) -> Figure:
    """The ridge weights against the strength of the penalty."""
    rng = np.random.default_rng(11)
    X = rng.normal(size=(25, 4))
    X[:, 1] = X[:, 0] + 0.3 * rng.normal(size=25)
    data = {"X": X, "y": X @ np.array([1.6, -1.0, 0.7, -0.4]) + 0.3 * rng.normal(size=25)}
    penalties = np.logspace(-2.5, 3.5, 120)
    weights = m.at(m.result(m.symbol(r"\hat{w}")), {**data, r"\lambda": penalties})
    made = figure()
    ax = axes(made, r"penalty $\lambda$", "weights")
    for k in range(4):
        ax.semilogx(penalties, weights[:, k], color=SERIES[k], label=rf"$\hat{{w}}_{k + 1}$")
    ax.axhline(0, color=GREY, lw=0.6)
    ax.minorticks_off()
    ax.legend(ncols=2)
    return made


def _with_one(points: Any) -> Any:
    """A column of ones behind the features, for the offset."""
    return np.column_stack([points, np.ones(len(points))])


def _trained(m: Mathematics, gradient: Any, data: dict[str, Any], name: str, start: Any) -> Any:
    """The weights after gradient descent on the gradient that the derivation found."""
    weights = np.zeros(start)
    for _ in range(400):
        weights = weights - 0.05 * m.at(gradient, {**data, name: weights})
    return weights


def probability_surface(m: Mathematics) -> Figure:
    """The probability of logistic regression and where it is one half."""
    rng = np.random.default_rng(4)
    groups = [rng.normal(size=(22, 2)) + centre for centre in ((-0.9, -0.7), (0.9, 0.8))]
    X, y = np.concatenate(groups), np.repeat([0.0, 1.0], 22)
    data = {"X": _with_one(X), "y": y}
    w = _trained(m, m.derived("L", "w"), data, "w", 3)
    u, v, points = plane((-3.4, 3.6), (-3.1, 3.6), 90)
    p = m.at("p", {"X": _with_one(points), "w": w}).reshape(u.shape)
    made = figure()
    ax = axes(made, r"$x_1$", r"$x_2$", equal=True)
    shades = ax.contourf(u, v, p, levels=np.linspace(0, 1, 11), cmap=SURFACE, alpha=0.75)
    ax.contour(u, v, p, levels=[0.5], colors=DARK, linewidths=1.4)
    ax.plot(*groups[0].T, "o", color=DARK, mfc="white", ms=3.6, mew=0.9)
    ax.plot(*groups[1].T, "x", color=ORANGE, ms=4.2, mew=1.3)
    bar = made.colorbar(shades, ax=ax, ticks=[0, 0.5, 1], shrink=0.85)
    bar.set_label("$p$", rotation=0, labelpad=6)
    return made


def class_regions(m: Mathematics) -> Figure:
    """The most probable of three classes."""
    rng = np.random.default_rng(8)
    centres = ((-1.3, -0.8), (1.4, -0.6), (0.0, 1.5))
    groups = [0.95 * rng.normal(size=(16, 2)) + centre for centre in centres]
    data = {"X": _with_one(np.concatenate(groups)), "Y": np.repeat(np.eye(3), 16, axis=0)}
    W = _trained(m, m.derived("L", "W"), data, "W", (3, 3))
    u, v, points = plane((-3.6, 3.6), (-3, 3.6), 120)
    P = m.at("P", {"X": _with_one(points), "W": W}).reshape(*u.shape, 3)
    made = figure()
    ax = axes(made, r"$x_1$", r"$x_2$", equal=True)
    best = P.argmax(axis=2)
    for k, cmap in enumerate(("Blues", "Oranges", "Greens")):
        shown = np.ma.masked_where(best != k, P[:, :, k])
        ax.contourf(u, v, shown, levels=np.linspace(0.3, 1.15, 8), cmap=cmap, alpha=0.6)
        ax.plot(*groups[k].T, "os^"[k], color=SERIES[k], mec="white", mew=0.4, ms=4.2)
    return made


def gaussian_fit(m: Mathematics) -> Figure:
    """The fitted mean and covariance with ellipses."""
    rng = np.random.default_rng(2)
    x = rng.normal(size=(60, 2)) @ np.array([[1.3, 0.8], [0.0, 0.7]]) + np.array([1.0, 0.5])
    mean = m.at(r"\bar{x}", {"x": x})
    covariance = m.at("T", {"x": x}) / len(x)
    made = figure()
    ax = axes(made, r"$x_1$", r"$x_2$", equal=True)
    ax.plot(*x.T, "o", color=GREY, ms=2.8)
    for deviations, style in ((1, "-"), (2, "--")):
        ax.plot(*ellipse(covariance, mean, deviations).T, style, color=BLUE, lw=1.2)
    ax.plot(*mean, "+", color=ORANGE, ms=10, mew=1.8)
    label(ax, r"$\bar{x}$", mean, (6, 5))
    return made


def mixture(m: Mathematics) -> Figure:
    """The density of a mixture and its components."""
    data = {
        r"\pi": np.array([0.45, 0.3, 0.25]),
        r"\mu": np.array([[-1.2, -0.2], [0.6, 0.7], [2.6, -0.9]]),
        r"\Sigma": np.array(
            [[[0.9, 0.3], [0.3, 0.4]], [[0.5, -0.2], [-0.2, 0.6]], [[0.3, 0.1], [0.1, 0.5]]]
        ),
    }
    u, v, points = plane((-4, 4.6), (-3, 3), 90)
    density = m.at(m.call("p", m.symbol("t")), {**data, "t": points}).reshape(u.shape)
    made = figure()
    ax = axes(made, r"$t_1$", r"$t_2$", equal=True)
    ax.contourf(u, v, density, levels=10, cmap=SURFACE, alpha=0.6)
    ax.contour(u, v, density, levels=10, colors=BLUE, linewidths=0.4)
    for weight, mean, covariance in zip(*data.values(), strict=True):
        ax.plot(*ellipse(covariance, mean, 1).T, color=ORANGE, lw=3.5 * weight)
        ax.plot(*mean, "+", color=ORANGE, ms=6)
    return made
