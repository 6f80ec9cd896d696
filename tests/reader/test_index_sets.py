r"""Sums over the sets of a partition: clusters, leaves, groups."""

from __future__ import annotations

import pytest

from derive import pipeline, reader


def kinds(text: str) -> list[str]:
    report = pipeline.check_derivation(reader.read(text, "note.tex"))
    return [relation.verdict.kind for relation in report.relations]


ALL = r"""Let $C_1, \dots, C_K$ be a partition of $\{1, \dots, n\}$ and $a_i \in \mathbb{R}$. Then $$ \sum_{k=1}^K
\sum_{i \in C_k} a_i = \sum_{i=1}^n a_i $$"""
SCATTER = r"""Points $x_i \in \mathbb{R}^d$ with $i = 1, \dots, n$ are assigned to the clusters $C_1, \dots, C_K$, where
$n_k = |C_k|$ for $k = 1, \dots, K$ and $\mu_k = \frac{1}{n_k} \sum_{i \in C_k} x_i$, $\bar x = \frac1n
\sum_{i=1}^n x_i$. Then
$$ \sum_{i=1}^n \|x_i - \bar x\|^2 = \sum_{k=1}^K \sum_{i \in C_k} \|x_i - \mu_k\|^2 + \sum_{k=1}^K n_k
\|\mu_k - \bar x\|^2 $$
$$ \sum_{i=1}^n \|x_i - \bar x\|^2 = \sum_{k=1}^K \sum_{i \in C_k} \|x_i - \mu_k\|^2 + \sum_{k=1}^K \|\mu_k -
\bar x\|^2 $$"""
PENALTY = r"""Let $S_1, \dots, S_K$ be a partition of $\{1, \dots, n\}$, $k = 1, \dots, K$, $y_i \in \mathbb{R}$ and
$$ J(c) = \sum_{k=1}^K \sum_{i \in S_k} (y_i - c_k)^2 + \alpha \sum_{k=1}^K c_k^2 $$
with $\alpha > 0$ and $i = 1, \dots, n$. Then
$$ \frac{\partial J}{\partial c_k} = -2 \sum_{i \in S_k} (y_i - c_k) + 2\alpha c_k $$
$$ \frac{\partial J}{\partial c_k} = -2 \sum_{i \in S_k} y_i + 2 (|S_k| + \alpha) c_k $$
$$ \frac{\partial J}{\partial c_k} = -2 \sum_{i \in S_k} y_i + 2 (1 + \alpha) c_k $$"""
TREE = r"""A decision tree has the leaves $R_1, \dots, R_M$, and each example $i = 1, \dots, n$ falls into exactly one
leaf. The prediction is $F(x_i) = b_m$ for $i \in R_m$ with $m = 1, \dots, M$. Then
$$ \sum_{i=1}^n r_i F(x_i) = \sum_{m=1}^M b_m \sum_{i \in R_m} r_i $$
$$ \sum_{i=1}^n F(x_i)^2 = \sum_{m=1}^M |R_m| b_m^2 $$
$$ \sum_{i=1}^n F(x_i)^2 = \sum_{m=1}^M |R_m| b_m $$"""
GROUPS = r"""Let $G_1, \dots, G_L$ be disjoint groups of $\{1, \dots, p\}$ that cover it, $l = 1, \dots, L$, and $\beta
\in \mathbb{R}^p$. Then
$$ \|\beta\|^2 = \sum_{l=1}^L \sum_{j \in G_l} \beta_j^2, \qquad \sum_{l=1}^L |G_l| = p, \qquad \sum_{l=1}^L
|G_l| = L $$"""
BETWEEN = r"""The within-class scatter is $S_W = \sum_{k=1}^K \sum_{i \in C_k} (x_i - m_k)(x_i - m_k)^T$ with $x_i \in
\mathbb{R}^d$, $i = 1, \dots, n$, where the classes $C_1, \dots, C_K$ are disjoint, $N_k = |C_k|$, $m_k =
\frac{1}{N_k}\sum_{i \in C_k} x_i$ and $m = \frac1n\sum_i x_i$. With
$$ S_B = \sum_{k=1}^K N_k (m_k - m)(m_k - m)^T $$
$$ S_T = \sum_{i=1}^n (x_i - m)(x_i - m)^T $$
we have
$$ S_T = S_W + S_B $$
$$ S_T = S_W - S_B $$"""
NEIGHBOURS = r"""Let $N_j$ be the neighbours of node $j$ in a graph with nodes $j = 1, \dots, n$; clusters
play no role. Then
$$ \sum_{j=1}^n \sum_{i \in N_j} a_i = \sum_{i=1}^n a_i $$"""


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        (ALL, ["holds"]),
        (SCATTER, ["holds", "fails"]),
        (PENALTY, ["definition", "holds", "holds", "fails"]),
        (TREE, ["holds", "holds", "fails"]),
        (GROUPS, ["holds", "holds", "fails"]),
        (BETWEEN, ["definition", "definition", "holds", "fails"]),
        (NEIGHBOURS, ["unchecked"]),
    ],
)
def test_sums_over_the_sets_of_a_partition(text: str, verdicts: list[str]) -> None:
    assert kinds(text) == verdicts
