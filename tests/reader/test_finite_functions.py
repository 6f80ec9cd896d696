r"""Functions of the members of a finite set: preferences `H(a)` of actions, features `f(x, y)` of classes."""

import pytest

from derive import check_text

CASES = [
    pytest.param(
        r"Let $H_t(1), \dots, H_t(k) \in \mathbb{R}$, $\pi_t(x) = e^{H_t(x)} / \sum_{y=1}^k e^{H_t(y)}$."
        r"\[ \frac{\partial \pi_t(x)}{\partial H_t(a)} = \pi_t(x) (\mathbb{1}_{a=x} - \pi_t(a)) \]"
        r"\[ \frac{\partial \pi_t(x)}{\partial H_t(a)} = \pi_t(x) (1 - \pi_t(a)) \]"
        r"\[ \frac{\partial e^{H_t(x)}}{\partial H_t(a)} = \mathbb{1}_{a=x} e^{H_t(a)} \]",
        "hfh",
        id="probabilities of actions by their preferences",
    ),
    pytest.param(
        r"Let $\mathcal{Y}$ be a finite set of labels with features $f(x,y) \in \mathbb{R}^m$, $w \in \mathbb{R}^m$, "
        r"and $p(y \mid x) = \exp(w^T f(x,y)) / \sum_{y' \in \mathcal{Y}} \exp(w^T f(x,y'))$."
        r"\[ \nabla_w \log p(y \mid x) = f(x,y) - \sum_{z \in \mathcal{Y}} p(z \mid x) f(x,z) \]",
        "h",
        id="a primed letter is another label",
    ),
    pytest.param(
        r"Let $\mathcal{Y}$ be a finite set of labels with features $f(x,y) \in \mathbb{R}^m$, $w \in \mathbb{R}^m$, "
        r"and $p(y \mid x) = \exp(w^T f(x,y)) / \sum_{z \in \mathcal{Y}} \exp(w^T f(x,z))$."
        r"\[ \nabla_w \log p(y \mid x) = f(x,y) - \sum_{z \in \mathcal{Y}} p(z \mid x) f(x,z) \]"
        r"\[ \nabla_w \log p(y \mid x) = f(x,y) - \sum_{z \in \mathcal{Y}} f(x,z) \]",
        "hf",
        id="features of classes",
    ),
    pytest.param(
        r"Let $Q(a) \in \mathbb{R}$ for $a \in \mathcal{A}$ and $V = \tau \log \sum_{b \in \mathcal{A}} e^{Q(b)/\tau}$ "
        r"with $\tau > 0$. "
        r"\[ \frac{\partial V}{\partial Q(a)} = \frac{e^{Q(a)/\tau}}{\sum_{b \in \mathcal{A}} e^{Q(b)/\tau}} \]"
        r"\[ \frac{\partial V}{\partial Q(a)} = \frac{e^{Q(a)/\tau}}{\tau \sum_{b \in \mathcal{A}} e^{Q(b)/\tau}} \]",
        "hf",
        id="a soft value by its actions",
    ),
    pytest.param(
        r"Let $Q(s,a), h(s,a) \in \mathbb{R}$, $\pi(a \mid s) = \exp h(s,a) / \sum_{b \in \mathcal{A}} \exp h(s,b)$ "
        r"and $V(s) = \sum_{a \in \mathcal{A}} \pi(a \mid s) Q(s,a)$."
        r"\[ \frac{\partial V(s)}{\partial h(s,a)} = \pi(a \mid s) \left( Q(s,a) - V(s) \right) \]"
        r"\[ \frac{\partial V(s)}{\partial h(s,a)} = \pi(a \mid s) Q(s,a) \]",
        "hf",
        id="the value of a state by its preferences",
    ),
    pytest.param(
        r"Let $\theta \in \mathbb{R}^d$, $\pi_\theta(a \mid s) > 0$ a policy and $Q(s, a) \in \mathbb{R}$."
        r"\[ \nabla_\theta \sum_{a \in \mathcal{A}} \pi_\theta(a \mid s) Q(s,a) = 0 \]",
        "d",
        id="a policy without a formula still depends on its parameter",
    ),
]


@pytest.mark.parametrize(("text", "wanted"), CASES)
def test_finite_functions(text: str, wanted: str) -> None:
    letters = {"holds": "h", "definition": "d", "fails": "f", "unchecked": "u"}
    found = [letters[r.verdict.kind] for r in check_text(text, time_limit=60).relations]
    assert "".join(found) == wanted
