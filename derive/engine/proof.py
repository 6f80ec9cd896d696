"""Proved: equal canonical forms, or SymPy on pure scalars. False means not proved, never refuted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from derive.engine.quotients import equal_quotients
from derive.errors import DeriveError
from derive.expr.derivatives import DERIVATIVES
from derive.expr.facts import declared
from derive.expr.functions import row
from derive.expr.interrupt import time_limit
from derive.expr.nodes import (
    Add,
    Apply,
    Constant,
    Dim,
    Expr,
    Neg,
    Number,
    Power,
    Product,
    Quotient,
    Symbol,
)
from derive.expr.walk import inline, post_order
from derive.rules.canonical import same
from derive.tensor import equal

MOST_NODES = 120
LONGEST = 4096
"""Binary digits of a number that is written out."""
MOST_FACTORS = 64
"""The highest power of a sum that SymPy may multiply out."""
SECONDS = 1.0
"""The processor time that SymPy may take; what it cannot prove by then counts as not proved."""


def proved(lhs: Expr, op: str, rhs: Expr) -> bool:
    """Whether `lhs op rhs` is proved symbolically; only equalities are."""
    if op != "=" or lhs.shape != rhs.shape:
        return False
    failed = False
    if not lhs.shape and equal_quotients(lhs, rhs):
        return True
    for compare in (equal, same):
        try:
            if compare(lhs, rhs):
                return True
        except DeriveError:
            failed = True
    return not failed and _by_sympy(lhs, rhs)


def _by_sympy(lhs: Expr, rhs: Expr) -> bool:
    a, b = inline(lhs), inline(rhs)
    nodes = {**dict.fromkeys(post_order(a)), **dict.fromkeys(post_order(b))}
    if len(nodes) > MOST_NODES or any(n.shape for n in nodes):
        return False
    known: dict[Expr, Any] = {}
    left, right = to_scalar(a, known), to_scalar(b, known)
    if left is None or right is None:
        return False
    import sympy

    try:
        with time_limit(SECONDS):
            gap = (left - right).rewrite(sympy.exp)
            return bool(sympy.simplify(sympy.together(sympy.expand(gap))) == 0)
    except (
        TypeError,
        ValueError,
        AttributeError,
        RecursionError,
        NotImplementedError,
        TimeoutError,
    ):
        return False


#: function -> its formula in SymPy, where SymPy has no function of that meaning
FORMULAS: dict[str, Callable[[Any, Any], Any]] = {
    "sigmoid": lambda s, x: 1 / (1 + s.exp(-x)),
    "softplus": lambda s, x: s.log(1 + s.exp(x)),
    "silu": lambda s, x: x / (1 + s.exp(-x)),
    "normal_cdf": lambda s, x: (1 + s.erf(x / s.sqrt(2))) / 2,
    "normal_pdf": lambda s, x: s.exp(-(x**2) / 2) / s.sqrt(2 * s.pi),
    "gelu": lambda s, x: x * (1 + s.erf(x / s.sqrt(2))) / 2,
    "log1p": lambda s, x: s.log(1 + x),
    "expm1": lambda s, x: s.exp(x) - 1,
    "inverse": lambda s, x: 1 / x,
    "trigamma": lambda s, x: s.polygamma(1, x),
}


def to_scalar(root: Expr, known: dict[Expr, Any]) -> Any:
    """A pure scalar expression in SymPy, with the assumptions of its symbols; None where a part has no counterpart."""
    import sympy

    done: dict[Expr, Any] = {}
    for node in post_order(root):
        parts = [done[c] for c in node_children(node)]
        if any(p is None for p in parts):
            return None
        done[node] = _converted(node, parts, known, sympy)
    return done[root]


def node_children(node: Expr) -> tuple[Expr, ...]:
    """The operands of a scalar node."""
    from derive.expr.walk import children

    return children(node)


def _converted(node: Expr, parts: list[Any], known: dict[Expr, Any], sympy: Any) -> Any:
    if isinstance(node, Number):
        return sympy.Rational(node.value.numerator, node.value.denominator)
    if isinstance(node, Constant):
        return {"pi": sympy.pi, "e": sympy.E, "eulergamma": sympy.EulerGamma}.get(node.name)
    if isinstance(node, (Symbol, Dim)):
        return _letter(node, known, sympy)
    if isinstance(node, Add):
        return sympy.Add(*parts)
    if isinstance(node, Neg):
        return -parts[0]
    if isinstance(node, Product):
        return sympy.Mul(*parts)
    if isinstance(node, Quotient):
        return parts[0] / parts[1]
    if isinstance(node, Power):
        return None if _is_long(*parts) else parts[0] ** parts[1]
    return _function(node, parts, sympy) if isinstance(node, Apply) else None


def _is_long(base: Any, exponent: Any) -> bool:
    """Whether SymPy would write out a number of thousands of digits, which nothing can interrupt."""
    if not exponent.is_Rational:
        return False
    if base.is_Rational:
        digits = max(abs(base.p), base.q).bit_length() - 1
        return bool(digits * abs(exponent) > LONGEST)
    return bool(abs(exponent) > MOST_FACTORS and base.is_Add)


def _letter(node: Expr, known: dict[Expr, Any], sympy: Any) -> Any:
    if node not in known:
        name = f"s{len(known)}"
        if isinstance(node, Dim):
            known[node] = sympy.Symbol(name, positive=True, integer=True)
        else:
            assert isinstance(node, Symbol)
            if node.family:
                return None
            facts = {
                f: True
                for f in ("positive", "nonnegative", "negative", "integer")
                if declared(node.facts, f)
            }
            known[node] = sympy.Symbol(name, real=True, **facts)
    return known[node]


def _function(node: Apply, parts: list[Any], sympy: Any) -> Any:
    if len(parts) != 1:
        return None
    if node.function in FORMULAS:
        return FORMULAS[node.function](sympy, parts[0])
    if node.function not in DERIVATIVES or node.function in ("relu", "elu", "sign", "floor"):
        return None
    made = getattr(sympy, row(node.function).sympy or "", None)
    return None if made is None else made(parts[0])
