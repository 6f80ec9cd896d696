"""A condition in a sentence is a premise of the displays after it only where the sentence leads to them."""

import pytest

from derive import check_text
from derive.derivation import Chain
from derive.reader import note_reader

_NOTE = "Let $a, b, x \\in \\mathbb{{R}}$. {}\n\\[ a x = b x \\]\n"


def _chain(sentence: str) -> Chain:
    blocks = note_reader.read(_NOTE.format(sentence)).blocks
    return next(block for block in blocks if isinstance(block, Chain))


@pytest.mark.parametrize(
    "sentence",
    [
        "If $a = b$, then",
        "When $a = b$ we have",
        "If $a = b$ the classes coincide. Then",
        "In the case $a = b$,",
    ],
)
def test_leading_conditions_are_premises(sentence: str) -> None:
    assert len(_chain(sentence).premises) == 1


@pytest.mark.parametrize(
    ("sentence", "doubtful"),
    [
        (r"where $\mathbb{1}_{a=b}$ is 1 if $a = b$ and 0 otherwise.", False),
        (r"The indicator $\mathbf 1[a=b]$ equals one when $a = b$ and zero else.", False),
        (r"Here $I(a=b)$ is $1$ if $a = b$ and $0$ if $a \neq b$.", True),
        (
            r"The Kronecker delta is $\delta_{ab} = 1$ if $a = b$, otherwise $\delta_{ab} = 0$.",
            False,
        ),
        ("The flag indicates whether $a = b$.", False),
        ("If $a = b$ the two classes coincide. The general derivative is", True),
        ("The penalty vanishes if $a = b$.", True),
        ("Unless $a = b$ the value is zero.", True),
    ],
)
def test_conditions_of_their_own_sentence_are_no_premises(sentence: str, doubtful: bool) -> None:
    chain = _chain(sentence)
    assert not chain.premises
    verdict = check_text(_NOTE.format(sentence)).relations[0].verdict
    assert verdict.kind == ("unchecked" if doubtful else "fails")


def test_an_indicator_given_by_cases_is_no_fact() -> None:
    text = (
        r"Let $h(1), \dots, h(k) \in \mathbb{R}$, $p(x) = e^{h(x)} / \sum_{y=1}^k e^{h(y)}$; "
        r"$\mathbb{1}_{a=x}$ is 1 if $a = x$ and 0 otherwise."
        r"\[ \mathbb{1}_{a=x} p(x) - p(x) p(a) = p(x) (1 - p(a)) \]"
    )
    assert check_text(text).relations[0].verdict.kind == "fails"


def test_a_value_that_words_give_in_one_case_defines_nothing() -> None:
    text = r"Let $x \in \mathbb{R}$ and $f(x) = x$ if $x > 0$ and $0$ otherwise. \[ 2 f(x) = 2x \]"
    assert check_text(text).relations[0].verdict.kind != "holds"


def test_words_about_a_case_between_a_loss_and_its_formula() -> None:
    text = (
        r"The loss when active is $L = \|a - p\|^2 + m$ with $a, p \in \mathbb{R}^d$ and margin $m$."
        r"\[ \frac{\partial L}{\partial a} = 2(a - p) \] \[ \frac{\partial L}{\partial p} = 2(a - p) \]"
    )
    assert [r.verdict.kind for r in check_text(text).relations] == ["holds", "fails"]


def test_a_condition_that_is_written_stands_before_derivatives_that_are_not_zero() -> None:
    text = (
        r"Let $X \in \mathbb{R}^{M \times N}$ have full column rank, $\theta \in \mathbb{R}^N$, $y \in \mathbb{R}^M$."
        r"\[ \nabla_\theta \theta^\top X^\top X \theta = 2 X^\top X \theta \]"
        r"\[ \nabla_\theta 2 y^\top X \theta = 2 X^\top y \]"
        r"and finally \[ 2 X^\top X \theta - 2 X^\top y = 0 \Rightarrow X^\top X \theta = X^\top y \] \[ \theta = %s \]"
    )
    for claim, wanted in (
        (r"(X^\top X)^{-1} X^\top y", "holds"),
        (r"-(X^\top X)^{-1} X^\top y", "fails"),
    ):
        found = check_text(text.replace("%s", claim)).relations[-1].verdict
        assert found.kind == wanted, claim


def test_the_identity_as_a_variance_is_no_number() -> None:
    text = (
        r"The prior is $p(z) = \mathcal{N}(0, I)$; let $S \in \mathbb{R}^{n \times n}$ be positive definite."
        r"\[ \log \frac{|I|}{|S|} + \operatorname{tr}(I^{-1} S) = \operatorname{tr}(S) - \log |S| \]"
    )
    assert check_text(text).relations[0].verdict.kind == "holds"


GAIN = r"""$P \in \mathbb{R}^{n \times n}$ is the predicted covariance and $R \in \mathbb{R}^{m \times m}$ that of the
noise (%s), $H \in \mathbb{R}^{m \times n}$ and $S = H P H^\top + R$. For any $K \in \mathbb{R}^{n \times m}$,
\[ \frac{\partial}{\partial K} \operatorname{tr}(P - K H P - P H^\top K^\top + K S K^\top)
= -2 (H P)^\top + 2 K S = 0. \]
\[ K = P H^\top S^{-1} \]"""


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("both symmetric positive definite", "hdh"),
        ("both are symmetric and positive definite", "hdh"),
        ("symmetric positive definite matrices, as one sees", "udu"),
        ("they are known", "udu"),
    ],
)
def test_a_property_that_no_name_got_leaves_open_what_may_need_it(words: str, wanted: str) -> None:
    found = check_text(GAIN.replace("%s", words)).relations
    assert "".join(r.verdict.kind[0] for r in found) == wanted


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (r"Let $s > 0$ and $a > 0$. Setting $s^2 = a^2/3$ yields \[ a = 2 s \]", "fails"),
        (
            r"A uniform law on $[-a, a]$ has variance $a^2/3$. Let $s > 0$; $s^2 = a^2/3$ gives \[ a = \sqrt{3} s \]",
            "holds",
        ),
        (r"Let $c, k > 0$ and $r = k/c$. Since $r t = 1$, we get \[ t = \frac{c}{k} \]", "holds"),
        (
            r"Let $c, k > 0$ and $r = k/c$. Because $r t = 1$, we find \[ t = \frac{k}{c} \]",
            "fails",
        ),
        (r"Equating $\frac{b^2}{3} = \frac{1}{n}$ gives \[ b = \sqrt{\frac{3}{n}} \]", "holds"),
        (r"Let $m = k^2$, which gives \[ E = m c \]", "definition"),
    ],
)
def test_a_display_solves_the_equation_before_it(text: str, verdict: str) -> None:
    (found,) = check_text(text).relations
    assert found.verdict.kind == verdict, found.verdict


CONJUGATE = r"Let $p, q > 1$ satisfy $1/p + 1/q = 1$. Then \[ %s \]"
CIRCLE = r"Suppose $x^2 + y^2 = 1$ with $x, y > 0$. Then \[ %s \]"
INVERSE = r"Since $a b = 1$ for positive $a$ and $b$, \[ %s \]"


@pytest.mark.parametrize(
    ("note", "relation", "verdict"),
    [
        (CONJUGATE, r"q = \frac{p}{p-1}", "holds"),
        (CONJUGATE, r"q = \frac{p}{p+1}", "fails"),
        (CIRCLE, r"y = \sqrt{1 - x^2}", "holds"),
        (CIRCLE, r"y = 1 - x", "fails"),
        (INVERSE, r"b = \frac{1}{a}", "holds"),
        (INVERSE, r"b = \frac{2}{a}", "unchecked"),
        (CIRCLE, r"y = \sin t", "definition"),
    ],
)
def test_a_name_that_a_supposed_equation_gives_is_not_defined_again(
    note: str, relation: str, verdict: str
) -> None:
    report = check_text(note % relation, seed=0).to_json()
    assert report["files"][0]["relations"][0]["verdict"] == verdict


SIZES = r"$A, B \in \mathbb{R}^{n \times n}$"


@pytest.mark.parametrize(
    ("lead", "wrong"),
    [
        (f"For {SIZES} such that all the inverses exist,", "fails"),
        (f"For {SIZES}, assuming both are invertible, we have", "fails"),
        (f"Let {SIZES}. Suppose that $A$ and $B$ are invertible, then", "fails"),
        (f"Let {SIZES} be invertible. In this setting,", "fails"),
        (f"Let {SIZES} be invertible. Under these assumptions, one has", "fails"),
        (f"Let {SIZES} be invertible. Suppose that", "definition"),
        (f"Let {SIZES} be invertible and such that", "definition"),
    ],
)
def test_what_is_supposed_in_a_clause_leaves_the_display_a_claim(lead: str, wrong: str) -> None:
    for right, verdict in ((r"B^{-1} A^{-1}", "holds"), (r"A^{-1} B^{-1}", wrong)):
        (found,) = check_text(f"{lead}\n\\[ (A B)^{{-1}} = {right} \\]").relations
        assert found.verdict.kind == verdict
