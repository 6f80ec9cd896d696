"""Notes in the styles of textbooks, problem sets and blogs: roles, conditions, and slips planted in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.api import check_text
from derive.reader import read

FOLDER = Path(__file__).parent.parent / "data" / "notes"

#: name -> verdicts of its relations: h holds, d definition or condition
EXPECTED = {
    "normal_equations": "dhhhhhhhh",
    "weighted_least_squares": "dhhh",
    "logistic_regression": "hhhhdhhh",
    "gaussian_likelihood": "dhhdhhdhh",
    "eigenvector_lagrangian": "dhdhh",
    "softmax_cases": "dhhhhhhhh",
    "two_layers": "dddddhhdhhh",
    "svm_dual": "dhdhhdhh",
    "batch_normalisation": "dddhhh",
    "ridge": "dhdhh",
    "poisson_regression": "dhhh",
    "categorical_likelihood": "dhdh",
    "mixture_means": "dhdh",
    "newton_step": "hhdh",
    "kalman_gain": "hhh",
    "layers": "hhh",
    "map_estimate": "dhdh",
    "pca_error": "dhh",
    "attention": "dddhh",
}

#: name, what is replaced by what, the relation that then fails first
SLIPS = [
    ("normal_equations", r"2 X^\top X w - 2 X^\top y.", r"2 X^\top X w - X^\top y.", 4),
    ("normal_equations", r"(X^\top X)^{-1} X^\top y.", r"(X X^\top)^{-1} X^\top y.", 6),
    (
        "weighted_least_squares",
        r"\mathbf{w}^T \mathbf{x}_n \}^2",
        r"\mathbf{w}^T \mathbf{x}_n \}^3",
        2,
    ),
    ("logistic_regression", r"&= \sigma(z)(1-\sigma(z))", r"&= \sigma(z)(1+\sigma(z))", 4),
    ("eigenvector_lagrangian", r"S u = \lambda u,", r"S u = 2 \lambda u,", 4),
    ("softmax_cases", r"= -p_i p_j", r"= p_i p_j", 5),
    ("two_layers", r"\delta_2 a_1^\top", r"\delta_2 x^\top", 7),
    ("svm_dual", r"\implies w = \sum", r"\implies w = -\sum", 3),
    ("batch_normalisation", r"\frac{2 (x_i - \mu)}{m}", r"\frac{x_i - \mu}{m}", 5),
    ("ridge", r"(X^TX + \lambda I)^{-1} X^T y", r"(X^TX - \lambda I)^{-1} X^T y", 4),
    ("kalman_gain", r"&= (I - K H) P", r"&= (I + K H) P", 3),
]


def verdicts(text: str) -> list[str]:
    return [r.verdict.kind for f in check_text(text, time_limit=60).files for r in f.relations]


def source(name: str) -> str:
    return (FOLDER / f"{name}.tex").read_text("utf-8")


@pytest.mark.parametrize("name", EXPECTED)
def test_correct_notes(name: str) -> None:
    assert "".join(kind[0] for kind in verdicts(source(name))) == EXPECTED[name]


@pytest.mark.parametrize(("name", "old", "new", "first"), SLIPS)
def test_slips_are_found(name: str, old: str, new: str, first: int) -> None:
    text = source(name)
    assert old in text
    found = verdicts(text.replace(old, new, 1))
    assert "fails" in found
    assert found.index("fails") + 1 in (first, first + 1)


def test_what_is_not_declared_is_listed() -> None:
    note = read(
        r"Let $X \in \mathbb{R}^{n \times d}$. \[ f(w) = \|X w - y\|^2 \] \[ \nabla_w f = 2 X^\top (X w - y) \]"
    )
    assert any("read as" in text and "w" in text for text in note.notes)
    assert any(given.assumed for given in note.givens)


def test_a_collapsed_reading_does_not_hold() -> None:
    (first, *_) = verdicts(r"\[ A B = B A \]")
    assert first != "holds"


def test_a_directive_declares() -> None:
    text = "% derive: A in R^{n x n}, B in R^{n x n}\n\\[ \\operatorname{tr}(AB) = \\operatorname{tr}(BA) \\]"
    assert verdicts(text) == ["holds"]


@pytest.mark.parametrize(
    ("directive", "told"),
    [
        (r"\frac{ in R", "line 2: not read: "),
        ("hello there", "line 2: not read: the directive 'hello there' declares"),
    ],
)
def test_a_directive_that_is_not_understood_is_told(directive: str, told: str) -> None:
    (file,) = check_text(f"Let us see.\n% derive: {directive}\n\\[ a + a = 2 a \\]").files
    assert any(note.startswith(told) for note in file.notes), file.notes


def test_a_matrix_in_words_that_fits_only_as_a_number_is_asked_for() -> None:
    text = r"Let $A \succ 0$ and let $x, b$ be given. \[ \nabla_x (x A x - b x) = 2 A x - b \]"
    (relation,) = check_text(text).relations
    assert relation.verdict.kind == "unchecked"
    assert "A could be read as a number only" in relation.verdict.why


def test_shapes_of_the_author_that_clash_fail() -> None:
    text = r"Let $A \in \mathbb{R}^{m \times n}$ and $x \in \mathbb{R}^n$. \[ \|A x\|^2 = x^\top A A^\top x \]"
    assert verdicts(text) == ["fails"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no mathematics",
        r"\[ \]",
        r"\[ = \]",
        r"\[ a = \frac{ \]",
        r"Let $\in$ be $=$ and $x_{ \]",
        r"\[ " + "(" * 400 + r" = 1 \]",
        r"\[ x = x = x = x \]",
        r"\[ \sum_{i=1}^{10^{12}} i = 1 \]",
        r"\[ 9^{9^{9^9}} = 1 \]",
        r"Let $f(x) = f(f(x))$. \[ f(1) = f(2) \]",
        r"Let $a = b$, $b = a$. \[ a = 2 b \]",
        r"For $i \ne j$, \[ p_i = p_j \]",
    ],
)
def test_hostile_documents(text: str) -> None:
    assert all(kind != "holds" or "x = x" in text for kind in verdicts(text))
