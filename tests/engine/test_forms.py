"""Three forms of a line: what they look like, and that the judge finds them equal to what was written."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from derive import checker, reader, registry, writer
from derive.cli import group
from derive.engine.forms import in_form
from derive.engine.forms_index import Letters, entry, names_in
from derive.engine.forms_sum import in_sums
from derive.errors import NoRuleError, UsageError
from derive.expr.nodes import Expr, Item
from derive.expr.sizes import Size

GIVEN = [
    r"X \in \mathbb{R}^{n \times d}",
    r"Z \in \mathbb{R}^{n \times d}",
    r"A \in \mathbb{R}^{d \times d}",
    r"y \in \mathbb{R}^n",
    r"w, u \in \mathbb{R}^d",
]


def read(latex: str) -> Expr:
    return reader.read_expression(latex, given=GIVEN)


def by_index(side: Expr) -> tuple[Expr, Expr]:
    """The entry as it is written, and in index form."""
    letters, picks = Letters(names_in([side])), []
    for size in side.shape:
        made, letters = letters.fresh(size)
        picks.append(made)
    whole = Item(side, tuple(picks)) if picks else side
    return whole, entry(side, tuple(picks), letters)


def test_index_forms_that_books_print() -> None:
    shown = {
        r"X w - y": "Σ_{j=1}^d Xᵢⱼwⱼ − yᵢ",
        r"\operatorname{tr}(A)": "Σ_{i=1}^d Aᵢᵢ",
        r"\|w\|^2": "Σ_{i=1}^d wᵢ²",
        r"A - I": "Aᵢⱼ − δᵢⱼ",
        r"w u^\top": "wᵢuⱼ",
        r"w^\top A u": "Σ_{i=1}^dΣ_{j=1}^d wⱼAⱼᵢuᵢ",
    }
    for latex, expected in shown.items():
        assert writer.text(by_index(read(latex))[1]) == expected


@pytest.mark.parametrize(
    "latex",
    [
        r"X^\top (X w - y)",
        r"w^\top A u \, A w",
        r"\operatorname{tr}(X^\top Z A)",
        r"\operatorname{diag}(w) A + u w^\top",
        r"(X \odot Z) w",
        r"A^{-1} w",
        r"\|X w - y\|^2 + w^\top w",
        r"\exp(X w)",
    ],
)
def test_index_form_is_the_same_value(latex: str) -> None:
    whole, form = by_index(read(latex))
    assert form != whole
    assert checker.judge_relation(form, "=", whole).kind == "holds"


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"X^\top (X w - y)", "Σ_{i=1}^n X_{i:}(X_{i:}ᵀw − yᵢ)"),
        (r"X^\top X", "Σ_{i=1}^n X_{i:} X_{i:}ᵀ"),
        (r"\|X w - y\|^2", "Σ_{i=1}^n (X_{i:}ᵀw − yᵢ)²"),
        (r"y^\top X w", "Σ_{i=1}^n yᵢX_{i:}ᵀw"),
        (r"X^\top (Z A)", "Σ_{i=1}^n X_{i:} (Aᵀ Z_{i:})ᵀ"),
    ],
)
def test_sums_over_examples(latex: str, expected: str) -> None:
    side = read(latex)
    form = in_sums(side, Size.of("n"), Letters(names_in([side])))
    assert writer.text(form).replace(" ", "") == expected.replace(" ", "")
    assert checker.judge_relation(form, "=", side).kind == "holds"


def test_what_has_no_sum_over_examples_is_refused() -> None:
    side = read("A w")
    with pytest.raises(NoRuleError, match=r"no product over the n examples in A w"):
        in_sums(side, Size.of("n"), Letters(names_in([side])))


def test_letters_run_out_visibly() -> None:
    letters = Letters(frozenset())
    for _ in range(17):
        _, letters = letters.fresh(Size.of("n"))
    with pytest.raises(NoRuleError, match="more than 17 indices at once"):
        letters.fresh(Size.of("n"))


@pytest.mark.parametrize("form", ["index", "sum", "matrix"])
def test_a_recipe_in_each_form_agrees(form: str) -> None:
    made = in_form(registry.load_recipe("mse-gradient").derivation(), form)
    report = checker.judge(made.agreement)
    kinds = [relation.verdict.kind for relation in report.relations]
    assert kinds
    assert set(kinds) == {"holds"}


def test_unknown_forms_are_refused() -> None:
    with pytest.raises(UsageError, match="no form 'tensor'; forms are matrix, index, sum"):
        in_form(registry.load_recipe("norm-gradient").derivation(), "tensor")


def test_show_tells_how_many_sides_agree() -> None:
    result = CliRunner().invoke(group, ["show", "mse-gradient", "--form", "index"])
    assert result.exit_code == 0, result.output
    assert "sides in index form agree with what is written" in result.stderr
    assert "∂L/∂wᵢ" in result.stdout
