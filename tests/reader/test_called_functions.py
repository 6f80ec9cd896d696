"""Functions without a formula of which words speak: `let $f$ be $L$-smooth`, `the least value $f^*$`.

Letters of the verdicts: h holds, d definition or condition, f fails, u unchecked.
"""

from __future__ import annotations

import pytest

from derive.api import check_text

STEP = r"x_{k+1} = x_k - \eta \nabla f(x_k)"
BOUND = r"\[ f(x_k) + \langle \nabla f(x_k), x_{k+1} - x_k \rangle = f(x_k) - \eta \|\nabla f(x_k)\|^2 \]"
WRONG = BOUND.replace(r"- \eta \|", r"- \|")
CASES = [
    (rf"Let $f$ be $L$-smooth and ${STEP}$." + BOUND + WRONG, "hf"),
    (rf"Let $\nabla f$ be Lipschitz with constant $L$ and ${STEP}$." + BOUND + WRONG, "hf"),
    (rf"For a convex, twice differentiable $f$ we iterate ${STEP}$." + BOUND + WRONG, "hf"),
    (rf"We minimize $f$ by ${STEP}$." + BOUND + WRONG, "hu"),
    (rf"The quadratic $f$ is $L$-smooth and ${STEP}$." + BOUND + WRONG, "hu"),
    (
        r"Let $h$ be $\mu$-strongly convex with least value $h^*$ and $y = x - \frac1L \nabla h(x)$."
        r"\[ h(x) - h^* + \nabla h(x)^\top (y - x) = h(x) - h^* - \frac{1}{L} \|\nabla h(x)\|^2 \]"
        r"\[ h(y) - h^* \le h(x) - h^* \]",
        "hu",
    ),
    (r"Let $f$ be a number, $x \in \mathbb{R}$. \[ f(x + 1) = f x + f \]", "u"),
]


@pytest.mark.parametrize(("text", "verdicts"), CASES)
def test_functions_of_which_words_speak(text: str, verdicts: str) -> None:
    found = [r.verdict.kind[0] for r in check_text(text, time_limit=60).relations]
    assert "".join(found) == verdicts
