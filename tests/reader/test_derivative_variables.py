r"""What derivatives are taken by: transposes, inverses, powers and logarithms of a name; facts behind nouns."""

from __future__ import annotations

import pytest

from derive import check_text

CASES = [
    pytest.param(
        r"Let $x_i \in \mathbb{R}^p$ for $i = 1, \dots, m$, "
        r"$S \in \mathbb{R}^{p \times p}$ symmetric positive definite."
        r"$$l(S) = \frac m2 \log |S^{-1}| - \frac12 \sum_{i=1}^m x_i^T S^{-1} x_i$$"
        r"$$\nabla_{S^{-1}} l(S) = \frac m2 S - \frac12 \sum_i x_i x_i^T$$"
        r"$$\frac{\partial l(S)}{\partial S^{-1}} = \frac m2 S^{-1} - \frac12 \sum_i x_i x_i^T$$",
        "dhf",
        id="by the inverse of a matrix",
    ),
    pytest.param(
        r"Let $\sigma > 0$, $y \in \mathbb{R}^m$, $g(\sigma) = -m \log\sigma - \frac{1}{2\sigma^2} y^T y$."
        r"$$\frac{\partial g}{\partial \sigma^{-2}} = \frac m2 \sigma^2 - \frac12 y^T y$$"
        r"$$\frac{\partial g}{\partial \sigma^2} = -\frac{m}{2\sigma^2} + \frac{1}{2\sigma^4} y^T y$$"
        r"$$\frac{\partial g}{\partial \log \sigma} = -m + \frac{1}{\sigma^2} y^T y$$"
        r"$$\frac{\partial g}{\partial \ln \sigma} = -m - \frac{1}{\sigma^2} y^T y$$",
        "hhhf",
        id="by powers and the logarithm of a number",
    ),
    pytest.param(
        r"Let $x_i \in \mathbb{R}^p$ for $i = 1, \dots, m$, $\beta \in \mathbb{R}^p$, "
        r"$h(\beta) = \sum_i \exp(x_i'\beta)$."
        r"$$\frac{\partial^2 h}{\partial\beta\,\partial\beta'} = \sum_i \exp(x_i'\beta) x_i x_i'$$"
        r"$$\frac{\partial h}{\partial\beta'} = \sum_i \exp(x_i'\beta) x_i'$$"
        r"$$\frac{\partial^2 h}{\partial\beta\,\partial\beta'} = \sum_i \exp(x_i'\beta) x_i$$",
        "hhf",
        id="by a vector with a prime",
    ),
    pytest.param(
        r"Let $y_1, \dots, y_n$ be counts, $x_i \in \mathbb{R}^p$, $b \in \mathbb{R}^p$, $m_i = \exp(x_i^T b)$."
        r"\[ \frac{\partial}{\partial b_j} \left(\log \prod_{i=1}^n m_i^{y_i} \right) = \sum_{i=1}^n y_i x_{ij} \]",
        "h",
        id="of a product by every entry",
    ),
    pytest.param(
        r"Let $g \in \mathbb{R}^n$ be the gradient, $B \in \mathbb{R}^{n \times n}$ the metric, symmetric and positive "
        r"definite, $m(p) = g^T p + \frac12 p^T B p$. \[ \nabla m(p) = g + Bp \] \[ \nabla m(p) = g - Bp \]",
        "hf",
        id="adjectives behind a noun",
    ),
    pytest.param(
        r"Given the gradient $g \in \mathbb{R}^n$ and Hessian $H \in \mathbb{R}^{n \times n}$, put "
        r"$m(p) = g^T p + \frac12 p^T H p$. \[ \nabla m(p) = g + Hp \] \[ \nabla m(p) = g + 2Hp \]",
        "hf",
        id="a Hessian is symmetric",
    ),
    pytest.param(
        r"Let $x_1, \ldots, x_n \in \{0, 1\}$ be draws with success probability $0 < p < 1$ and "
        r"$\ell(p) = \sum_{i=1}^n x_i \log p$. \[ \frac{d\ell}{dp} = \frac{\sum_{i=1}^n x_i}{p} \]"
        r"\[ \frac{d\ell}{dp} = \frac{\sum_{i=1}^n x_i}{1-p} \]",
        "hf",
        id="what leads to the next name is not said of the one before",
    ),
    pytest.param(
        r"Let $X_1, \ldots, X_n$ be i.i.d. with mean $\mu$ and variance $\sigma^2$, "
        r"$\overline{X} = \frac1n \sum_{i=1}^n X_i$."
        r"\[ \operatorname{E}[(\overline{X} - \mu)^2] = \frac{\sigma^2}{n} \]"
        r"\[ \operatorname{E}[(\overline{X} - \mu)^2] = \sigma^2 \]",
        "hf",
        id="an upright E",
    ),
    pytest.param(
        r"Let $f(x) = \log \sum_{k=1}^n \exp x_k$ for $x \in \mathbb{R}^n$, and let $z \in \mathbb{R}^n$ have the "
        r"components $z_k = \exp x_k$. \[ \nabla f(x) = \frac{1}{\mathbf{1}^T z}\, z \]"
        r"\[ \nabla^2 f(x) = \frac{1}{\mathbf{1}^T z} \mathbf{diag}(z) - \frac{1}{(\mathbf{1}^T z)^2} z z^T \]"
        r"\[ \nabla^2 f(x) = \frac{1}{\mathbf{1}^T z} \mathbf{diag}(z) - \frac{1}{\mathbf{1}^T z} z z^T \]",
        "hhf",
        id="components that a vector has, a function in bold",
    ),
    pytest.param(
        r"Let $J(\theta) = \frac12\|\theta - c\|^2$ where $\theta, c \in \mathbb{R}^n$. Given any $\theta^{(0)}$,"
        r"\[ \theta^{(1)} = \theta^{(0)} - \nabla_\theta J(\theta^{(0)}) = c. \]"
        r"\[ \nabla_\theta J(\theta^{(0)}) = \theta^{(0)} + c \]",
        "dhf",
        id="a gradient by the parameter at a start with a number above",
    ),
    pytest.param(
        r"Let $J(w) = w^\top A w$ with $w, a \in \mathbb{R}^n$ and symmetric $A \in \mathbb{R}^{n \times n}$."
        r"\[ \frac{\partial J(a)}{\partial w} = 2 A a \] \[ \nabla_w J(2a) = 4 A a \] \[ \nabla_w J(2a) = 8 A a \]",
        "hhf",
        id="a derivative by the parameter at a point of another name",
    ),
    pytest.param(
        r"Let $A, B \in \mathbb{R}^{n\times n}$ and $x \sim \mathcal{N}(\mu, 1)$ with $\mu \in \mathbb{R}$."
        r"\[ {\rm tr}(AB) = {\rm tr}\,BA \] \[ {\rm E}\left[x^2\right] = \mu^2 + 1 \]"
        r"\[ {\mathbb E}[x^2] = \mu^2 + 2 \]",
        "hhf",
        id="upright words in braces",
    ),
    pytest.param(
        r"Let $n$ be a number of trials, $0 < p < 1$. The canonical parameter is $\theta = \log\frac{p}{1-p}$ and the "
        r"cumulant function is $b(\theta) = -n \log(1-p)$. \[ b'(\theta) = np \] \[ b''(\theta) = np(1-p) \]"
        r"\[ b(\theta) = n\log(1+e^\theta) \] \[ b(0) = n \log 2 \] \[ b'(\theta) = n(1-p) \]",
        "hhhuf",
        id="by a number that another one defines, of a function written in the other",
    ),
    pytest.param(
        r"Let $r > 0$, $u = -r$ and $A(u) = -\log r$. \[ \frac{d^2A}{du^2} = \frac{1}{r^2} \]"
        r"\[ \frac{\partial A(u)}{\partial u} = \frac{1}{r} \] \[ \frac{\partial A(u)}{\partial u} = -\frac{1}{r} \]",
        "hhf",
        id="the same as a fraction",
    ),
    pytest.param(
        r"Let $s > 0$, $u = \log s$ and $f(u) = s^2 + u$, $x > 0$, $v = x^2$. \[ f'(u) = 2 s^2 + 1 \]"
        r"\[ f'(u) = 2 s + 1 \] \[ \frac{d}{dv} x^4 = 2 v \] \[ \frac{d}{dv} x^4 = 4 x^3 \]",
        "hfhf",
        id="of a function written in both, and of what is no function",
    ),
    pytest.param(
        r"Let $a \in \mathbb{R}$ and $c > 0$, $t = a/c^2$ and $f(t) = \frac{a^2}{2c^2}$. \[ f'(t) = a \]"
        r"\[ \frac{df}{dt} = a \] Let $g(t) = \frac{a^2}{2c^2} = \frac12 c^2 t^2$. \[ g''(t) = c^2 \] \[ g''(t) = c \]",
        "uuhf",
        id="by a number that two others define",
    ),
]


@pytest.mark.parametrize(("text", "wanted"), CASES)
def test_verdicts(text: str, wanted: str) -> None:
    letters = {"holds": "h", "definition": "d", "fails": "f", "unchecked": "u"}
    found = [letters[r.verdict.kind] for r in check_text(text, time_limit=60).relations]
    assert "".join(found) == wanted
