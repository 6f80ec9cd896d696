r"""Sums over one set of indices: a cluster, a minibatch, any set."""

from __future__ import annotations

import pytest

from derive import pipeline, reader


def kinds(text: str) -> list[str]:
    report = pipeline.check_derivation(reader.read(text, "note.tex"))
    return [relation.verdict.kind for relation in report.relations]


PAIRS = r"""For a cluster $C$ with centroid $\mu = \frac{1}{|C|}\sum_{i \in C} x_i$, where $x_i \in \mathbb{R}^d$,
$$ \sum_{i \in C}\sum_{j \in C} \|x_i - x_j\|^2 = 2|C| \sum_{i \in C} \|x_i - \mu\|^2 $$
$$ \sum_{i \in C}\sum_{j \in C} \|x_i - x_j\|^2 = |C| \sum_{i \in C} \|x_i - \mu\|^2 $$"""
MINIBATCH = r"""Let $B$ be a minibatch and $g = \frac{1}{|B|} \sum_{i \in B} g_i$ with $g_i \in \mathbb{R}^d$. Then
$$ \frac{1}{|B|}\sum_{i\in B} \|g_i - g\|^2 = \frac{1}{|B|}\sum_{i \in B} \|g_i\|^2 - \|g\|^2 $$
$$ \frac{1}{|B|}\sum_{i\in B} \|g_i - g\|^2 = \frac{1}{|B|}\sum_{i \in B} \|g_i\|^2 + \|g\|^2 $$"""
LABELLED = r"""Let $C_k$ be a cluster with $n_k = |C_k|$ points $x_i \in \mathbb{R}^d$ and mean $\mu_k =
\frac{1}{n_k}\sum_{i \in C_k} x_i$. Then
$$ \sum_{i \in C_k} \|x_i - c\|^2 = \sum_{i \in C_k} \|x_i - \mu_k\|^2 + n_k\|\mu_k - c\|^2 $$
$$ \sum_{i \in C_k} \|x_i - c\|^2 = \sum_{i \in C_k} \|x_i - \mu_k\|^2 + \|\mu_k - c\|^2 $$"""
ANY_SET = r"""Let $S \subset \{1,\dots,n\}$ and $\bar x = \frac{1}{|S|}\sum_{i \in S} x_i$ with $x_i \in
\mathbb{R}$. Then
$$ \sum_{i \in S} (x_i - \bar x) = 0 $$ $$ \sum_{i \in S} (x_i - \bar x)^2 = \sum_{i \in S} x_i^2 - |S| \bar
x^2 $$ $$ \sum_{i \in S} (x_i - \bar x)^2 = \sum_{i \in S} x_i^2 + |S| \bar x^2 $$"""
WHOLE = r"""Let $x \in \mathbb{R}^n$ and $S \subseteq \{1, \dots, n\}$. Then
$$ \sum_{i \in S} x_i^2 = \|x\|^2 $$"""
ROWS = r"""Let $x_i \in \mathbb{R}^d$ be the rows of $X \in \mathbb{R}^{n \times d}$ and $S$ a set of examples. Then
$$ \sum_{i \in S} x_i x_i^T = X^T X $$"""
FULL = r"""Let $S$ be a set of indices, $a_i \in \mathbb{R}$ and $A = \sum_{i \in S} a_i$. Then
$$ \sum_{i \in S} a_i = \sum_{i=1}^n a_i $$"""
VARIED = r"""Let $J = \sum_{i \in S} a_i^2$ with $a_i \in \mathbb{R}$. Then
$$ \frac{\partial J}{\partial a_j} = 2 a_j $$"""


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        (PAIRS, ["holds", "fails"]),
        (MINIBATCH, ["holds", "fails"]),
        (LABELLED, ["holds", "fails"]),
        (ANY_SET, ["holds", "holds", "fails"]),
        (WHOLE, ["unchecked"]),
        (ROWS, ["unchecked"]),
        (FULL, ["unchecked"]),
        (VARIED, ["unchecked"]),
    ],
)
def test_sums_over_one_set(text: str, verdicts: list[str]) -> None:
    assert kinds(text) == verdicts
