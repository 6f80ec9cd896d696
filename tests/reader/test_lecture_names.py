r"""Names as lectures use them: bare names of families, functions given on the way, probabilities of values."""

import pytest

from derive import check_text

LOGISTIC = r"""Let $x^{(i)}, \theta \in \mathbb{R}^n$ and $y^{(i)} \in \mathbb{R}$ for $i=1,\ldots,m$.
\[ h_\theta(x) = g(\theta^T x) = \frac{1}{1+e^{-\theta^T x}} \]
where
\[ g(z) = \frac{1}{1+e^{-z}} \]
"""
LIKELIHOOD = (
    LOGISTIC
    + r"""\begin{align*}
\ell(\theta) &= \log L(\theta) \\
&= \sum_{i=1}^m y^{(i)} \log h_\theta(x^{(i)}) + (1-y^{(i)})\log(1-h_\theta(x^{(i)}))
\end{align*}
\[ \nabla_\theta \ell(\theta) = \sum_{i=1}^m \left(y^{(i)} - h_\theta(x^{(i)})\right)x^{(i)} \]
"""
)
COVARIANCE = r"""Let $x_n \in \mathbb{R}^D$. Let $S \in \mathbb{R}^{D \times D}$ be the covariance matrix of the
data, $S = \frac1N\sum_{n=1}^N x_nx_n^T$.
$$\frac1N\sum_{n=1}^N\left\{u_1^Tx_n\right\}^2 = u_1^TSu_1.$$
"""
POSTERIOR = r"""Let $\lambda, a, b > 0$ and $k_i \in \mathbb{R}$ with $k_i > 0$.
$$\ell(\lambda) = \log\lambda\sum_{i=1}^n k_i - n\lambda$$
$$\frac{d\ell}{d\lambda} = \frac1\lambda\sum_{i=1}^n k_i - n = 0 \implies
\hat\lambda_{MLE} = \frac1n\sum_{i=1}^n k_i$$
With a prior,
$$\hat\lambda_{MAP} = \frac{\sum_{i=1}^n k_i + a - 1}{n + b}$$
"""
ROWS = r"""Let $\phi_n \in \mathbb{R}^M$ be the rows of $\Phi \in \mathbb{R}^{N \times M}$ and $t \in \mathbb{R}^N$,
$w \in \mathbb{R}^M$.
$$\sum_{n=1}^N (t_n - w^T\phi_n)\phi_n = \Phi^T(t - \Phi w)$$
"""
COUNTS = r"""Let $N_c > 0$ be the number of documents of class $c$ and $N = \sum_{c=1}^C N_c$.
$$\sum_{c=1}^C \frac{N_c}{N} = 1$$
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (LOGISTIC, "definition holds definition"),
        (
            LOGISTIC.replace(r"{1+e^{-\theta^T x}}", r"{1+e^{\theta^T x}}"),
            "definition fails definition",
        ),
        (LIKELIHOOD, "definition holds definition definition holds holds"),
        (
            LIKELIHOOD.replace("(y^{(i)} - h", "(y^{(i)} + h"),
            "definition holds definition definition holds fails",
        ),
        (COVARIANCE, "holds"),
        (COVARIANCE.replace("u_1^TSu_1", "2u_1^TSu_1"), "fails"),
        (POSTERIOR, "definition holds definition holds definition"),
        (
            POSTERIOR.replace(r"\frac1n\sum", r"\frac2n\sum"),
            "definition holds definition fails definition",
        ),
        (COUNTS, "holds"),
        (COUNTS.replace("= 1", "= C"), "fails"),
        (ROWS, "holds"),
        (ROWS.replace("t - ", "t + "), "fails"),
    ],
)
def test_verdicts(text: str, expected: str) -> None:
    report = check_text(text).to_json()
    found = [r["verdict"] for f in report["files"] for r in f["relations"]]
    assert " ".join(found) == expected


READ = [
    (
        r"Let $x_i, \beta \in \mathbb{R}^d$, $y_i \in \{-1, 1\}$, $s(z) = 1/(1+e^{-z})$,"
        r"$l_i(\beta) = -\log s(y_i \beta^T x_i)$."
        r"\[ \frac{\partial l_i(\beta)}{\partial \beta} = -(1 - s(y_i \beta^T x_i)).y_i x_i \]"
        r"\[ \frac{\partial l_i(\beta)}{\partial \beta} = (1 - s(y_i \beta^T x_i)).y_i x_i. \]",
        "hf",
    ),
    (
        r"Let $x_1, \dots, x_n \in \mathbb{R}$."
        r"\[ l = -\frac n2 \log \sigma^2 - \frac{1}{2\sigma^2} \sum_{i=1}^n x_i^2 \]"
        r"\[ \frac{dl}{d\sigma^2} = -\frac{n}{2\sigma^2} + \frac{1}{2\sigma^4} \sum_{i=1}^n x_i^2 \]"
        r"\[ \frac{dl}{d\sigma^2} = -\frac{n}{2\sigma^2} + \frac{1}{\sigma^3} \sum_{i=1}^n x_i^2 \]",
        "dhf",
    ),
    (
        r"Let $0<p_d<1$, $x_d \in \{0,1\}$. \[ \log \prod_{d=1}^D p_d^{x_d} (1-p_d)^{1-x_d}"
        r"= \sum_{d=1}^D \log p_d^{x_d} (1-p_d)^{1-x_d} = \sum_{d=1}^D (x_d \log p_d + (1-x_d) \log(1-p_d)) \]",
        "hh",
    ),
    (
        r"Let $0<p<1$ and $x \in \{0,1\}$. \[ \log p^x (1-p)^{1-x} = x \log p - (1-x) \log(1-p) \]",
        "f",
    ),
    (
        r"Let $r, T, a, b > 0$ and $x \in \mathbb{N}$. \[ f(x \mid r, T) = \frac{(rT)^x e^{-rT}}{x!} \]"
        r"\[ f(r \mid x, T) \propto r^{x + a - 1} e^{-(b + T) r} \]",
        "du",
    ),
    (
        r"Let $A \in \mathbb{R}^{n \times n}$ be symmetric with the eigendecomposition \[ A = Q \Lambda Q^T. \]"
        r"\[ A^2 = Q \Lambda^2 Q^T \] \[ A^2 = Q \Lambda Q^T \]",
        "dhf",
    ),
    (
        r"Let $X \in \mathbb{R}^{n \times p}$ and $C = X^\top X$. It can be diagonalized: \[ C = V L V^\top. \]"
        r"\[ V^\top C V = L \]",
        "du",
    ),
    (
        r"The rows of $U \in \mathbb{R}^{n \times 2}$ are $(x_i - m, y_i)$ with $x_i, y_i, m, a, d \in \mathbb{R}$ and"
        r"$E = \sum_{i=1}^n (a x_i + y_i - d)^2$."
        r"\[ \frac{\partial E}{\partial d} = \sum_{i=1}^n -2 (a x_i + y_i - d) \]",
        "h",
    ),
]


@pytest.mark.parametrize(("text", "wanted"), READ)
def test_kinds_of_verdicts(text: str, wanted: str) -> None:
    found = [r.verdict.kind[0] for r in check_text(text, time_limit=60).relations]
    assert "".join(found) == wanted
