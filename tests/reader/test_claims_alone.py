"""A display that stands alone after its declarations is a claim about what is declared."""

from __future__ import annotations

import pytest

import derive
from derive.reader import read

X = r"Let $x \in \mathbb{R}$; let $y \in \mathbb{R}$."
Q = r"Let $Q \in \mathbb{R}^{n \times n}$ be orthogonal."
U = r"Let $u \in \mathbb{R}^{n}$ be a unit vector."
A = r"Let $A \in \mathbb{R}^{n \times n}$."
PAIR = r"Let $A \in \mathbb{R}^{n \times n}$ and $B \in \mathbb{R}^{n \times n}$ be symmetric."


@pytest.mark.parametrize(
    ("said", "relation", "wanted"),
    [
        (X, r"\max\left(x, y\right) = \frac{x + y + \left|x - y\right|}{2}", "holds"),
        (X, r"\max(x, y) = \log(e^x + e^y)", "fails"),
        (X, r"\min(x, y) = -\max(-x, -y)", "holds"),
        (X, r"e^{-1000(1 + x^2)} = 0", "fails"),
        (X, r"e^{x + y} = e^x e^y", "holds"),
        (Q, r"Q = Q^\top", "fails"),
        (Q, r"Q Q = I_{n}", "fails"),
        (Q, r"Q^\top Q = I_{n}", "holds"),
        (U, r"I_{n} - u u^\top = I_{n}", "fails"),
        (A, r"A = A^\top", "definition"),
        (A, r"A^\top A = I_{n}", "unchecked"),
        (PAIR, r"(A B)^\top = B A", "holds"),
        (PAIR, r"\det(A - \lambda I_{n}) = 0", "unchecked"),
        (PAIR, r"A B = t A", "unchecked"),
        (PAIR, r"t A B = t A", "fails"),
        (A, r"\operatorname{tr}(A^\top B) = \|A\|_F \|B\|_F \cos t", "unchecked"),
        (PAIR, r"(A B)^\top = A B", "fails"),
    ],
)
def test_verdict(said: str, relation: str, wanted: str) -> None:
    (found,) = derive.check_text(f"{said}\n\\[ {relation} \\]\n").relations
    assert found.verdict.kind == wanted, found.verdict


@pytest.mark.parametrize(
    ("said", "relation", "wanted"),
    [
        (r"$0 < r < 1$", r"\sum_{t=0}^{\infty} r^t = \frac{1}{1 - r}", "holds"),
        (r"$0 < r < 1$", r"\sum_{t=1}^{\infty} r^t = \frac{1}{1 - r}", "fails"),
        (
            r"$0 < r < 1$",
            r"\frac{d}{dr} \sum_{t=0}^{\infty} r^t = \sum_{t=1}^{\infty} t r^{t-1}",
            "holds",
        ),
        (r"$m > 0$", r"\sum_{k=0}^{\infty} k^2 \frac{m^k e^{-m}}{k!} = m^2 + m", "holds"),
        (r"$m > 0$", r"\sum_{k=0}^{\infty} k^2 \frac{m^k e^{-m}}{k!} = m^2", "fails"),
        (r"$m > 0$", r"\sum_{k=1}^{\infty} \frac{m}{k} = m", "unchecked"),
        (r"$m > 0$", r"\sum_{k=1}^{\infty} \frac{m}{k^2} = \frac{\pi^2 m}{6}", "unchecked"),
        (r"$m > 0$", r"\sum_{k=0}^{\infty} \mathbf{1}[k = 1000] m = m", "unchecked"),
        (r"$m > 0$ and $c = 1000$", r"\sum_{k=0}^{\infty} \mathbf{1}[k = c] m = 0", "unchecked"),
    ],
)
def test_series_are_cut_off_and_decide_only_where_they_have_converged(
    said: str, relation: str, wanted: str
) -> None:
    (found,) = derive.check_text(f"Let {said}.\n\\[ {relation} \\]\n").relations
    assert found.verdict.kind == wanted, found.verdict


UNIT = r"Let $u, v \in \mathbb{R}^{n}$. Maximise $u^\top v$"


@pytest.mark.parametrize(
    ("words", "wanted"),
    [("under the constraint", "definition"), ("subject to", "definition"), (". Then", "fails")],
)
def test_a_displayed_constraint_is_no_claim(words: str, wanted: str) -> None:
    found = derive.check_text(rf"{UNIT} {words} \[ u^\top v = v^\top v = 1. \]").relations
    assert [relation.verdict.kind for relation in found] == [wanted, wanted]


def test_factors_of_which_nothing_is_said_raise_no_alarm() -> None:
    found = derive.check_text(r"\[ X = U S V^\top \] \[ X^\top X = V S^2 V^\top \]").relations
    assert [relation.verdict.kind for relation in found] == ["definition", "unchecked"]


def test_a_definition_that_cannot_be_read_stays_open_behind_another() -> None:
    text = r"\[ W = \operatorname{frob}(3)_{\sharp} \] \[ c = \operatorname{tr}(W) \] \[ c^2 = 1 + 2 c \]"
    assert derive.check_text(text).relations[-1].verdict.kind == "unchecked"


POWERS = r"""Let $g \in (0, 1)$, $k \in \mathbb{N}$, $P \in \mathbb{R}^{n \times n}$
and $M_k \in \mathbb{R}^{n \times n}$. A reward $t$ steps ahead counts $g^t$.
\[ M_k = \sum_{t=0}^{k - 1} g^t P^t \]
"""


@pytest.mark.parametrize(("power", "wanted"), [("g^k", "holds"), ("g", "fails")])
def test_a_declared_name_with_a_number_below_is_defined(power: str, wanted: str) -> None:
    text = rf"{POWERS}\[ (I_{{n}} - g P) M_k = I_{{n}} - {power} P^k \]"
    assert derive.check_text(text).relations[-1].verdict.kind == wanted


@pytest.mark.parametrize(
    ("words", "declared"),
    [
        (r"An example with $\alpha_i > 0$ has no margin in excess.", False),
        (r"The points with $\alpha_i > 0$ are called support vectors.", False),
        (r"If $\alpha_i > 0$, it is a support vector.", False),
        (r"We are given samples with $\alpha_i > 0$.", True),
        (r"Let all weights be positive, with $\alpha_i > 0$.", True),
    ],
)
def test_what_some_members_have_is_no_fact_of_all(words: str, declared: bool) -> None:
    found = read(r"Let $\alpha \in \mathbb{R}^n$. " + words + r" \[ \sum_i \alpha_i \ge 0 \]")
    facts = next(g.symbol.facts for g in found.givens if g.symbol.name == r"\alpha")
    assert any(fact.name == "positive" for fact in facts) == declared


UNREAD = r"\operatorname{frob}(x)_{\sharp}"


@pytest.mark.parametrize(
    ("display", "wanted"),
    [
        (rf"\[ V(x) = {UNREAD} \] \[ V(x) = x^2 \]", ["definition", "unchecked"]),
        (rf"\[ c = {UNREAD} \] \[ c = x + 1 \]", ["definition", "unchecked"]),
        (rf"\[ c = {UNREAD} = x^2 + 1 \]", ["definition", "unchecked"]),
        (r"\[ c = x + 1 = 1 + x \]", ["definition", "holds"]),
        (rf"\[ c = {UNREAD} \] \section{{Another}} \[ c = x + 1 \]", ["definition", "definition"]),
    ],
)
def test_what_is_said_again_of_an_unread_definition_is_a_claim(
    display: str, wanted: list[str]
) -> None:
    found = derive.check_text(rf"Let $x \in \mathbb{{R}}$. {display}").relations
    assert [relation.verdict.kind for relation in found] == wanted


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("Define $t = 2x$ and let $f(t) = t^2$. Then", ["fails"]),
        ("Put $t = 2x$, $f(t) = t^2$. We now define", ["definition"]),
    ],
)
def test_what_a_sentence_defines_itself_is_not_the_display(words: str, wanted: list[str]) -> None:
    found = derive.check_text(rf"Let $x > 0$. {words} \[ f(t) = 4 x^3 \]").relations
    assert [relation.verdict.kind for relation in found] == wanted
