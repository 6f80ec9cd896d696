"""Rules of matrix algebra: transposes, traces, inverses, determinants, norms. None where a rule does not fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeGuard

from derive.expr.nodes import (
    Add,
    Apply,
    Expr,
    Filled,
    Item,
    Neg,
    Power,
    Product,
    Reduce,
    Transpose,
)
from derive.expr.sizes import ONE
from derive.rules import forms
from derive.rules.known import fact, is_symmetric

TWO = forms.number(2)


def is_call(node: Expr, *names: str) -> TypeGuard[Apply]:
    """Whether the node applies one of these functions."""
    return isinstance(node, Apply) and node.function in names


def scalars_and_arrays(node: Expr) -> tuple[Expr, tuple[Expr, ...]]:
    """A node as (scalar factor, matrix factors in order); a scalar product of arrays has its arrays as factors."""
    split = forms.term(node)
    core, top = split.core, split.numerators
    if not core:
        arrays = [f for f in top if isinstance(f, Product) and any(g.shape for g in f.factors)]
        if len(arrays) == 1:
            core = arrays[0].factors
            top = tuple(f for f in top if f is not arrays[0])
    front = forms.assembled(forms.Term(split.coefficient, top, split.denominators, ()))
    return front, core


# ------------------------------------------------------------------------------------------ transposes


def transpose_of_product(node: Expr) -> Expr | None:
    """(A B)^T = B^T A^T."""
    if isinstance(node, Transpose) and isinstance(node.operand, (Product, Neg)):
        made = forms.turned(node.operand)
        return None if made == node else made
    return None


def transpose_of_sum(node: Expr) -> Expr | None:
    """(A + B)^T = A^T + B^T."""
    if isinstance(node, Transpose) and isinstance(node.operand, Add):
        return forms.total([forms.turned(t) for t in node.operand.terms], node.shape)
    return None


def scalar_transpose(node: Expr) -> Expr | None:
    """x^T A y = y^T A^T x: a scalar equals its transpose."""
    if not isinstance(node, Product) or node.shape:
        return None
    front, arrays = scalars_and_arrays(node)
    if len(arrays) < 2 or arrays[-1].rank != 1:
        return None
    return forms.times(front, forms.juxtaposed([forms.turned(f) for f in reversed(arrays)]))


# ---------------------------------------------------------------------------------------------- traces


def scalar_trace(node: Expr) -> Expr | None:
    """x^T A x = tr(A x x^T): a scalar is its own trace, and the trace is cyclic."""
    if not isinstance(node, Product) or node.shape:
        return None
    front, arrays = scalars_and_arrays(node)
    if len(arrays) < 2 or arrays[-1].rank != 1:
        return None
    return forms.times(front, Apply("trace", (forms.juxtaposed([*arrays[1:], arrays[0]]),)))


def trace_cyclic(node: Expr) -> Expr | None:
    """tr(A B) = tr(B A)."""
    if not is_call(node, "trace"):
        return None
    front, arrays = scalars_and_arrays(node.args[0])
    if len(arrays) < 2:
        return None
    turned = forms.juxtaposed([*arrays[1:], arrays[0]])
    inner = Apply("trace", (turned,)) if turned.shape else turned
    return forms.times(front, inner)


def trace_of_transpose(node: Expr) -> Expr | None:
    """tr(A^T) = tr(A)."""
    if not is_call(node, "trace") or node.args[0].rank != 2:
        return None
    return Apply("trace", (forms.turned(node.args[0]),))


def trace_linear(node: Expr) -> Expr | None:
    """tr(a A + b B) = a tr A + b tr B."""
    if not is_call(node, "trace"):
        return None
    inner = node.args[0]
    if isinstance(inner, Add):
        parts = [trace_linear(Apply("trace", (t,))) or Apply("trace", (t,)) for t in inner.terms]
        return forms.total(parts, ())
    split = forms.term(inner)
    if not split.core or (
        split.coefficient == 1 and not split.numerators and not split.denominators
    ):
        return None
    front = forms.Term(split.coefficient, split.numerators, split.denominators, ())
    return forms.times(forms.assembled(front), Apply("trace", (forms.juxtaposed(split.core),)))


def trace_of_sum(node: Expr) -> Expr | None:
    """sum_i tr(A_i) = tr(sum_i A_i)."""
    if not isinstance(node, Reduce) or node.kind != "sum":
        return None
    split = forms.term(node.body)
    traces = [f for f in split.numerators if is_call(f, "trace")]
    if len(traces) != 1:
        return None
    rest = tuple(f for f in split.numerators if f is not traces[0])
    front = forms.assembled(forms.Term(split.coefficient, rest, split.denominators, ()))
    inner = forms.times(front, traces[0].args[0])
    return Apply("trace", (Reduce("sum", node.indices, inner, node.where, node.written),))


# -------------------------------------------------------------------------------- norms and inner products


def norm_as_product(node: Expr) -> Expr | None:
    """||x||^2 = x^T x and ||A||_F^2 = tr(A^T A)."""
    if not (isinstance(node, Power) and is_call(node.base, "norm", "norm_frobenius")):
        return None
    if forms.constant_value(node.exponent) != 2:
        return None
    u = node.base.args[0]
    if not u.shape:
        return Power(u, TWO)
    if u.rank == 1:
        return Product((Transpose(u), u))
    if u.shape[0] == ONE:
        return Product((u, Transpose(u)))
    return Apply("trace", (Product((Transpose(u), u)),))


def norm_of_scaled(node: Expr) -> Expr | None:
    """||c x|| = |c| ||x||."""
    if not is_call(node, "norm", "norm_frobenius"):
        return None
    split = forms.term(node.args[0])
    front = forms.assembled(forms.Term(split.coefficient, split.numerators, split.denominators, ()))
    if not split.core or forms.is_ones(front):
        return None
    inner = Apply(node.function, (forms.juxtaposed(split.core),))
    value = forms.constant_value(front)
    return forms.times(Apply("abs", (front,)) if value is None else forms.number(abs(value)), inner)


def expand_square(node: Expr) -> Expr | None:
    """(a + b)^2 = a^2 + 2 a b + b^2; ||x + y||^2 = ||x||^2 + 2 x^T y + ||y||^2."""
    if not isinstance(node, Power) or forms.constant_value(node.exponent) != 2:
        return None
    base = node.base
    if isinstance(base, Add) and not base.shape:
        return _square(
            [(t, Power(_bare(t), TWO)) for t in base.terms], lambda a, b: forms.times(a, b)
        )
    if not is_call(base, "norm", "norm_frobenius"):
        return None
    inner = base.args[0]
    if not isinstance(inner, Add) or inner.rank not in (1, 2) or inner.shape[0] == ONE:
        return None
    name = base.function
    squares = [(t, Power(Apply(name, (_bare(t),)), TWO)) for t in inner.terms]
    return _square(squares, _inner)


def _bare(node: Expr) -> Expr:
    return node.operand if isinstance(node, Neg) else node


def _inner(a: Expr, b: Expr) -> Expr:
    product = forms.times(forms.turned(a), b)
    return product if not product.shape else Apply("trace", (product,))


def _square(terms: Sequence[tuple[Expr, Expr]], product: Callable[[Expr, Expr], Expr]) -> Expr:
    made: list[Expr] = []
    for position, (a, square) in enumerate(terms):
        made.append(square)
        for b, _ in terms[position + 1 :]:
            sign = isinstance(a, Neg) != isinstance(b, Neg)
            cross = forms.times(TWO, product(_bare(a), _bare(b)))
            made.append(forms.negative(cross) if sign else cross)
    return forms.total(made, ())


def inner_as_product(node: Expr) -> Expr | None:
    """<x, y> = x^T y and <A, B> = tr(A^T B)."""
    if not is_call(node, "inner"):
        return None
    a, b = node.args
    if not a.shape:
        return forms.times(a, b)
    return _inner(a, b) if a.rank == 1 or a.shape[0] != ONE else Product((a, Transpose(b)))


def outer_as_product(node: Expr) -> Expr | None:
    """The outer product of x and y is x y^T."""
    if not is_call(node, "outer"):
        return None
    a, b = node.args
    return Product((a, Transpose(b)))


# ------------------------------------------------------------------------------ inverses and determinants


def inverse_cancels(node: Expr) -> Expr | None:
    """A^-1 A = I = A A^-1."""
    if not isinstance(node, Product):
        return None
    for k in range(len(node.factors) - 1):
        a, b = node.factors[k : k + 2]
        if (is_call(a, "inverse") and a.args[0] == b) or (is_call(b, "inverse") and b.args[0] == a):
            rest = [*node.factors[:k], *node.factors[k + 2 :]]
            if any(f.shape for f in rest):
                made = forms.times(*rest) if len(rest) > 1 else rest[0]
                return made if made.shape == node.shape else None
            return (
                forms.times(*rest, Filled("identity", node.shape))
                if a.shape
                else forms.times(*rest)
            )
    return None


def inverse_of_product(node: Expr) -> Expr | None:
    """(A B)^-1 = B^-1 A^-1 for square A and B; (c A)^-1 = A^-1 / c."""
    if not is_call(node, "inverse") or not isinstance(node.args[0], (Product, Neg)):
        return None
    front, arrays = scalars_and_arrays(node.args[0])
    if not node.shape or not arrays:
        return None
    if any(f.rank != 2 or f.shape[0] != f.shape[1] for f in arrays):
        if forms.is_ones(front):
            return None
        inner = Apply("inverse", (forms.juxtaposed(arrays),))
        return forms.times(forms.divided(forms.UNIT, front), inner)
    inverses = [
        f.args[0] if is_call(f, "inverse") else Apply("inverse", (f,)) for f in reversed(arrays)
    ]
    return forms.times(forms.divided(forms.UNIT, front), *inverses)


def inverse_of_inverse(node: Expr) -> Expr | None:
    """(A^-1)^-1 = A."""
    if is_call(node, "inverse") and is_call(node.args[0], "inverse"):
        return node.args[0].args[0]
    return None


def logdet_of_product(node: Expr) -> Expr | None:
    """log det(A B) = log det A + log det B for positive definite A and B; log det A^-1 = -log det A."""
    if not is_call(node, "logdet"):
        return None
    inner = node.args[0]
    if is_call(inner, "inverse"):
        return forms.negative(Apply("logdet", inner.args))
    if isinstance(inner, Product) and all(fact(f, "pd") for f in inner.factors):
        return Add(tuple(Apply("logdet", (f,)) for f in inner.factors))
    return None


def det_of_product(node: Expr) -> Expr | None:
    """det(A B) = det A det B for square A and B; det A^T = det A; det A^-1 = 1 / det A."""
    if not is_call(node, "det"):
        return None
    inner = node.args[0]
    if isinstance(inner, Transpose):
        return Apply("det", (inner.operand,))
    if is_call(inner, "inverse") and inner.shape:
        return forms.divided(forms.UNIT, Apply("det", inner.args))
    if isinstance(inner, Product) and all(
        f.rank == 2 and f.shape[0] == f.shape[1] for f in inner.factors
    ):
        return forms.times(*(Apply("det", (f,)) for f in inner.factors))
    return None


def logdet_as_log(node: Expr) -> Expr | None:
    """log det A as the logarithm of the determinant."""
    if is_call(node, "logdet"):
        return Apply("log", (Apply("det", node.args),))
    return None


# ------------------------------------------------------------------------------------------------ facts


def orthonormal_columns(node: Expr) -> Expr | None:
    """U^T U = I for orthonormal columns; u^T u = 1 for a unit vector; Q Q^T = I for an orthogonal matrix."""
    if not isinstance(node, Product):
        return None
    for k in range(len(node.factors) - 1):
        a, b = node.factors[k : k + 2]
        left = isinstance(a, Transpose) and a.operand == b and _orthonormal(b)
        right = isinstance(b, Transpose) and b.operand == a and fact(a, "orthogonal")
        if left or right:
            one = forms.UNIT if b.rank == 1 else Filled("identity", Product((a, b)).shape)
            rest = [*node.factors[:k], one, *node.factors[k + 2 :]]
            made = forms.times(*rest) if len(rest) > 1 else rest[0]
            return made if made.shape == node.shape else None
    return None


def _orthonormal(node: Expr) -> bool:
    return fact(node, "unit_norm") if node.rank == 1 else fact(node, "orthonormal_columns")


def unit_norm(node: Expr) -> Expr | None:
    """||u|| = 1 for a unit vector."""
    if is_call(node, "norm") and fact(node.args[0], "unit_norm"):
        return forms.UNIT
    return None


def sums_to_one(node: Expr) -> Expr | None:
    """1^T y = 1 for one-hot y or a point of the simplex; Y 1 = 1 when the rows of Y sum to one."""
    if isinstance(node, Product) and len(node.factors) == 2:
        a, b = node.factors
        if isinstance(a, Transpose) and forms.is_ones(a.operand) and _total_one(b):
            return forms.UNIT
        if isinstance(a, Transpose) and forms.is_ones(b) and _total_one(a.operand):
            return forms.UNIT
        if forms.is_ones(b) and b.rank == 1 and _rows_one(a):
            return forms.ones_like(node.shape)
    if is_call(node, "sum") and _total_one(node.args[0]):
        return forms.UNIT
    return _index_total(node)


def _total_one(node: Expr) -> bool:
    return node.rank == 1 and (fact(node, "sums_to_one") or is_call(node, "softmax"))


def _rows_one(node: Expr) -> bool:
    named = fact(node, "rows_sum_to_one") or fact(node, "stochastic_rows")
    return node.rank == 2 and (named or is_call(node, "softmax"))


def _index_total(node: Expr) -> Expr | None:
    """sum_k y_k = 1, sum_k Y_{ik} = 1."""
    if not isinstance(node, Reduce) or node.kind != "sum" or node.where or len(node.indices) != 1:
        return None
    body, k = node.body, node.indices[0]
    if not isinstance(body, Item) or forms.constant_value(k.lower) != 1:
        return None
    if not body.indices or body.indices[-1] != k or k in body.indices[:-1]:
        return None
    if repr(k.upper) != str(body.base.shape[-1]):
        return None
    known = _total_one(body.base) if len(body.indices) == 1 else _rows_one(body.base)
    return forms.UNIT if known else None


def symmetric_form(node: Expr) -> Expr | None:
    """x^T S y = y^T S x for a symmetric S."""
    made = scalar_transpose(node)
    if made is None:
        return None
    _, arrays = scalars_and_arrays(node)
    if not any(is_symmetric(f) for f in arrays[1:-1]):
        return None
    front, turned = scalars_and_arrays(made)
    kept = [
        f.operand
        if isinstance(f, Transpose)
        and f.rank == 2
        and is_symmetric(f.operand)
        and f.shape[0] != ONE
        else f
        for f in turned
    ]
    return forms.times(front, forms.juxtaposed(kept))


def trace_of_scalar(node: Expr) -> Expr | None:
    """tr(a) = a for a scalar a."""
    if is_call(node, "trace") and not node.args[0].shape:
        return node.args[0]
    return None
