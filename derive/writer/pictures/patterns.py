"""Index patterns, maps of weights, and forces between points."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from derive.writer.pictures.mathematics import Mathematics
from derive.writer.pictures.style import (
    BLUE,
    DARK,
    GREY,
    ORANGE,
    SURFACE,
    arrow,
    axes,
    bare,
    figure,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def _joins(m: Mathematics, pixels: int, entries: int, stride: int, padding: int) -> Any:
    """Which entry of the kernel (counted from 1, 0 for none) joins each output with each pixel: outputs x pixels.

    The convolution is evaluated on images with one pixel set, with a kernel whose entries are their own numbers; it has
    one row of numbers in its middle column, so that the columns of the image play no part.
    """
    outputs = (pixels + 2 * padding - entries) // stride + 1
    kernel = np.zeros((1, 1, entries, 2 * padding + 1))
    kernel[0, 0, :, padding] = np.arange(1, entries + 1)
    images = np.eye(pixels).reshape(pixels, 1, 1, pixels, 1)
    sizes = {"s": stride, "p": padding, "P": outputs, "Q": 1}
    found = m.at("Y", {"X": images, "K": kernel, "b": np.zeros(1)}, **sizes)
    return found.reshape(pixels, outputs).T


def convolution_pattern(m: Mathematics) -> Figure:
    """Outputs against pixels, with the entry of the kernel that joins them."""
    made = figure(6.2, 2.7)
    for number, stride in enumerate((1, 2), start=1):
        pattern = _joins(m, pixels=7, entries=3, stride=stride, padding=1)
        ax = axes(made, "pixel $h$", "output $i$", equal=True, place=(1, 2, number))
        ax.imshow(np.where(pattern > 0, pattern + 1, 0), cmap=SURFACE, vmin=0, vmax=6, alpha=0.8)
        for (i, h), entry in np.ndenumerate(pattern):
            if entry:
                ax.text(h, i, f"{entry - 1:.0f}", ha="center", va="center", fontsize=9, color=DARK)
        ax.set_xticks(np.arange(pattern.shape[1]))
        ax.set_yticks(np.arange(pattern.shape[0]))
        ax.tick_params(length=0)
        ax.set_title(f"$s = {stride}$, $p = 1$", fontsize=9)
    return made


def attention_map(m: Mathematics) -> Figure:
    """The weights of each query on the keys."""
    rng = np.random.default_rng(6)
    K = rng.normal(size=(7, 4))
    Q = 1.5 * K[:6] + 0.5 * rng.normal(size=(6, 4))
    P = m.at("P", {"Q": Q, "K": K})
    made = figure()
    ax = axes(made, "key $j$", "query $i$", equal=True)
    shades = ax.imshow(P, cmap=SURFACE, vmin=0, vmax=1)
    for (i, j), weight in np.ndenumerate(P):
        if weight >= 0.05:
            color = "white" if weight > 0.6 else DARK
            text = f"{weight:.2f}".removeprefix("0")
            ax.text(j, i, text, ha="center", va="center", fontsize=7, color=color)
    ax.set_xticks(range(P.shape[1]), [str(j + 1) for j in range(P.shape[1])])
    ax.set_yticks(range(P.shape[0]), [str(i + 1) for i in range(P.shape[0])])
    ax.tick_params(length=0)
    bar = made.colorbar(shades, ax=ax, ticks=[0, 0.5, 1], shrink=0.85)
    bar.set_label("$P_{ij}$", rotation=0, labelpad=10)
    return made


def tsne_forces(m: Mathematics) -> Figure:
    """Springs and the negative gradient on a map whose two groups are mixed."""
    rng = np.random.default_rng(12)
    group = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    Y = rng.normal(size=(8, 2)) * np.array([1.1, 0.8]) + np.where(group, 0.7, -0.7)[:, None]
    alike = np.where(group[:, None] == group[None, :], 1.0, 0.06)
    data = {"A": alike, "Y": Y}
    pull = m.at("M", data)
    down = -m.at(m.derived("C", "Y"), data)
    made = figure()
    ax = bare(made)
    strongest = np.abs(pull - np.diag(np.diag(pull))).max()
    for i, j in combinations(range(len(Y)), 2):
        ends = Y[[i, j]]
        width = 2.6 * abs(pull[i, j]) / strongest
        style = ("-", BLUE) if pull[i, j] > 0 else ("--", GREY)
        ax.plot(*ends.T, style[0], color=style[1], lw=width, alpha=0.6, zorder=1)
    longest = np.linalg.norm(down, axis=1).max()
    for at, force in zip(Y, down, strict=True):
        arrow(ax, at, at + 1.1 * force / longest, ORANGE, 1.5)
    for k, marker in enumerate("os"):
        ax.plot(*Y[group == k].T, marker, color=DARK, mfc="white" if k else DARK, ms=5, zorder=3)
    return made
