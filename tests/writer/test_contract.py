"""Every kind of node and every function of the table prints in every printer, or is refused by name."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import pytest

from derive.errors import NoRuleError
from derive.expr.build import (
    abstract_function,
    apply,
    call,
    cases,
    dims,
    equals,
    grad,
    identity,
    index,
    indicator,
    infinity,
    item,
    ones,
    sum_over,
    symbol,
)
from derive.expr.core import Expr
from derive.expr.functions import TABLE
from derive.expr.nodes import (
    NODE_TYPES,
    Apply,
    Differential,
    Expectation,
    Extremum,
    Integral,
    Limit,
    Logic,
    Matrix,
    Neg,
    Number,
    Quotient,
)
from derive.expr.sizes import Shape
from derive.writer import formula, latex, spoken, text, typst_pdf
from derive.writer.spoken import RULES as SPOKEN_RULES
from derive.writer.typst_math import typst_math

n, d = dims("n d")
a, b = symbol("a"), symbol("b")
x, A = symbol("x", n), symbol("A", n, n)
i = index("i", n)
phi = abstract_function(r"\phi")
loss = symbol("L", definition=x.T @ A @ x)

SAMPLES: list[Expr] = [
    a,
    Number(Fraction(3, 4)),
    infinity,
    n,
    i,
    ones(n),
    identity(d),
    a + b,
    Neg(a),
    a * b,
    Quotient(a, b),
    a**b,
    x.T,
    apply("exp", a),
    Matrix(((a, b), (b, a))),
    phi,
    call(phi, a),
    item(x, i),
    sum_over(i, item(x, i)),
    a < b,
    Logic("not", (equals(a, b),)),
    indicator(a > b),
    cases((a, a > b), (b, a <= b)),
    grad(loss, x),
    Differential(x, (x,)),
    Integral(a, a),
    Expectation("Var", (a,), (a,)),
    Limit(a, a, infinity),
    Extremum("argmax", loss, x),
]


def test_the_samples_hold_every_kind_of_node() -> None:
    assert {type(sample) for sample in SAMPLES} == set(NODE_TYPES)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda e: type(e).__name__)
def test_every_kind_of_node_prints(sample: Expr) -> None:
    for printer in (latex, text, spoken):
        printed = printer(sample)
        assert printed
        assert "<" + type(sample).__name__ not in printed


def test_every_rule_belongs_to_a_kind_of_node() -> None:
    assert set(formula.RULES) == set(NODE_TYPES)
    assert set(SPOKEN_RULES) == set(NODE_TYPES)


def arguments(name: str) -> tuple[tuple[Expr, ...], Shape]:
    """Arguments and parameters that fit a row of the table."""
    row = TABLE[name]
    count = 2 if row.arity < 0 else row.arity
    scalar, vector, matrix = (a, b), (x, symbol("y", n)), (A, symbol("B", n, n))
    for trial in (vector, matrix, scalar, (x, a), (a, x), (A, a)):
        params = (n.size,) if name in ("broadcast", "unit_vector") else ()
        try:
            Apply(name, trial[:count], params)
        except Exception:
            continue
        return trial[:count], params
    raise AssertionError(f"no arguments fit {name}")


@pytest.mark.parametrize("name", list(TABLE))
def test_every_function_prints(name: str) -> None:
    args, params = arguments(name)
    node = Apply(name, args, params)
    assert latex(node)
    assert text(node)
    assert spoken(node)
    shown = latex(node)
    assert "{0}" not in shown
    assert shown.count("{") == shown.count("}")
    if name != "broadcast":
        assert shown != latex(args[0])


def test_every_formula_goes_to_typst_and_compiles() -> None:
    """No command of LaTeX is left over, and the Typst compiler takes each formula."""
    nodes: list[Expr] = [*SAMPLES, *(Apply(name, *arguments(name)) for name in TABLE)]
    formulas = [typst_math(latex(node)) for node in nodes]
    assert [f for f in formulas if '"\\\\' in f] == []
    assert len(set(formulas)) > len(TABLE)
    if typst_pdf.available():
        lines = [f'#[#set math.equation(alt: "x"); ${f}$]' for f in formulas]
        source = '#set document(title: [t])\n#set text(font: "New Computer Modern")\n'
        assert typst_pdf.pdf(source + "\n\n".join(lines)).startswith(b"%PDF")


def test_what_authors_write_goes_to_typst() -> None:
    assert typst_math(r"\frac{2}{n} X^\top") == "frac(2, n) X^(⊤)"
    assert typst_math(r"x_1, y") == r"x_(1) \, y"
    assert typst_math(r"\left( a \right)^2") == r"lr(\( a \))^(2)"
    assert typst_math(r"\strange x") == '"\\\\strange" x'
    assert typst_math("{" * 100 + "x" + "}" * 100).startswith('"{{{')


def test_an_unknown_kind_of_node_is_refused_by_name() -> None:
    @dataclass(frozen=True, eq=False, repr=False)
    class Novel(Expr):
        part: Expr

        def _shape(self) -> Shape:
            return ()

    for printer in (latex, text, spoken):
        with pytest.raises(NoRuleError, match="Novel"):
            printer(Novel(a))
