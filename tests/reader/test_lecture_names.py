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
    ],
)
def test_verdicts(text: str, expected: str) -> None:
    report = check_text(text).to_json()
    found = [r["verdict"] for f in report["files"] for r in f["relations"]]
    assert " ".join(found) == expected
