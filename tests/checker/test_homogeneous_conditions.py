"""Conditions that zero always meets, as eigenvalue problems have: what follows is judged where it says something."""

from __future__ import annotations

import pytest

from derive import pipeline, reader


def kinds(text: str) -> list[str]:
    report = pipeline.check_derivation(reader.read(text, "note.tex"))
    return [relation.verdict.kind for relation in report.relations]


PAIR = r"""Let $A \in \mathbb{R}^{m \times n}$, $u \in \mathbb{R}^m$, $v \in \mathbb{R}^n$ and $s > 0$.
A singular pair satisfies
\[ A v = s u, \qquad A^\top u = s v. \]
Hence
\[ CLAIM \]"""
WEIGHTED = r"""Let $B \in \mathbb{R}^{p \times p}$ and $C \in \mathbb{R}^{q \times q}$ be positive definite,
$M \in \mathbb{R}^{p \times q}$,
$a \in \mathbb{R}^p$, $b \in \mathbb{R}^q$ and $\lambda, \mu > 0$. At the optimum
\begin{align} M b - \lambda B a &= 0 \\ M^\top a - \mu C b &= 0 \end{align}
and therefore
\[ CLAIM \]"""


@pytest.mark.parametrize(
    ("text", "claim", "verdict"),
    [
        (PAIR, r"u^\top u = v^\top v", "holds"),
        (PAIR, r"A A^\top u = s u", "fails"),
        (WEIGHTED, r"M C^{-1} M^\top a = \lambda\mu B a", "holds"),
        (WEIGHTED, r"M C^{-1} M^\top a = \lambda^2 B a", "fails"),
    ],
)
def test_what_follows_is_judged_apart_from_zero(text: str, claim: str, verdict: str) -> None:
    assert kinds(text.replace("CLAIM", claim))[-1] == verdict
