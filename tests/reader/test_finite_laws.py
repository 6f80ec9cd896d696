r"""Laws of finite variables: named alone, by capital letters, unnormalised, over sets."""

from __future__ import annotations

import pytest

from derive.api import check_text

TEXTS = {
    "a law that is named alone": (
        r"""Let $u$ be a variable with finitely many values and let $P(u) > 0$, $Q(u) > 0$ be probability
mass functions.
\[ KL(P \parallel Q) = \sum_u P(u) \log \frac{P(u)}{Q(u)} \ge 0 \]""",
        "hh",
    ),
    "the other way round": (
        r"""Let $u$ be a variable with finitely many values and let $P(u) > 0$, $Q(u) > 0$ be probability
mass functions.
\[ KL(P \parallel Q) = \sum_u Q(u) \log \frac{Q(u)}{P(u)} \le 0 \]""",
        "ff",
    ),
    "random variables in capitals": (
        r"""Let $P$ and $Q$ be joint distributions of the discrete random variables $U$ and $V$.
\[ KL(P(U, V) \| Q(U, V)) = KL(P(U) \| Q(U)) + KL(P(V \mid U) \| Q(V \mid U))
= \sum_u \sum_v P(u, v) \log \frac{P(u, v)}{Q(u, v)} \]
\[ E_{U \sim P}[\log P(U)] = \sum_u P(u) \log P(u) \]""",
        "hhh",
    ),
    "an unnormalised law and its constant": (
        r"""Let $u$ take finitely many values, $\tilde r(u) > 0$ be an unnormalized distribution,
$Z = \sum_u \tilde r(u)$ and $r(u) = \tilde r(u) / Z$. For any distribution $q$ over $u$
\[ F(q) = \sum_u q(u) \log \frac{q(u)}{\tilde r(u)} = KL(q \| r) - \log Z \]
\[ \sum_u \tilde r(u) = 1 \]""",
        "dhf",
    ),
    "entropies by capitals": (
        r"""Let $U$ and $V$ be discrete random variables with the joint probability $p(u, v) > 0$.
\[ \mathrm{I}(U, V) = \sum_{u \in \mathcal{U}} \sum_v p(u, v) \log \frac{p(u, v)}{p(u)\,p(v)}
= \mathrm{H}(U) - \mathrm{H}(U \mid V) = \mathrm{H}(V) - \mathrm{H}(U \mid V) \]""",
        "hhf",
    ),
    "entropies in bits": (
        r"""Let $U$ and $V$ be discrete random variables with the joint probability $p(u, v) > 0$.
\[ H(U) = -\sum_u p(u) \log_2 p(u) \]
\[ H(U, V) = -\sum_{u, v} p(u, v) \log_2 p(u, v) = H(U) + H(V \mid U) \]""",
        "hhh",
    ),
    "a law that a display picks": (
        r"""Let $u$ take finitely many values, $p(u, v) > 0$ and let $Q(u) > 0$ be any distribution.
\[ \log p(v) \le \sum_u Q(u) \log \frac{p(u, v)}{Q(u)} \] with equality for \[ Q(u) = p(u \mid v) \]""",
        "fd",
    ),
    "laws on the same finite set, of total one": (
        r"""Let $P(u) > 0$ and $Q(u) > 0$ be two distributions on the same finite set, $\sum_u P(u) = \sum_u Q(u) = 1$.
\[ KL(P \| Q) = \sum_u P(u) \log \frac{Q(u)}{P(u)} \]
\[ -\sum_u P(u) \log \frac{Q(u)}{P(u)} \le -\log \sum_u Q(u) \]""",
        "ff",
    ),
    "values of a function of states": (
        r"""Let $S$ be a finite set of states, $0 < \gamma < 1$, and $P_\pi(s' | s) \ge 0$ with
$\sum_{s' \in S} P_\pi(s' | s) = 1$.
\[ \Big| \gamma \sum_{s' \in S} P_\pi(s' | s) (V(s') - W(s')) \Big|
\le \gamma \max_{s' \in S} |V(s') - W(s')| \]""",
        "h",
    ),
    "what is only conditioned on is held": (
        r"""Let $a$ range over finitely many actions, $\pi_\theta(a|s) > 0$ with $\theta \in \mathbb{R}^d$.
\[ \nabla_\theta \sum_a \pi_\theta(a|s) c(a) = \sum_a \pi_\theta(a|s) c(a) \nabla_\theta \log \pi_\theta(a|s) \]""",
        "h",
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_laws_of_finite_variables(name: str) -> None:
    text, expected = TEXTS[name]
    found = [r.verdict.kind[0] for r in check_text(text, time_limit=60).relations]
    assert "".join(found) == expected
