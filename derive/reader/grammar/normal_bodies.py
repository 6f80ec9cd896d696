"""Divergences of two normal laws in closed form."""

from __future__ import annotations

from derive.expr.nodes import (
    Add,
    Apply,
    Dim,
    Expr,
    Neg,
    Power,
    Product,
    Quotient,
    Transpose,
)
from derive.expr.sizes import Shape
from derive.reader.grammar.values import HALF, ONE, TWO


def scalar_normal_kl(m: Expr, s: Expr, n: Expr, t: Expr) -> Expr:
    """KL of two normal laws on the line with means m, n and variances s, t."""
    log = Apply("log", (Quotient(t, s),))
    square = Power(Add((m, Neg(n))), TWO)
    return Product((HALF, Add((log, Quotient(Add((s, square)), t), Neg(ONE)))))


def vector_normal_kl(m: Expr, s: Expr, n: Expr, t: Expr, shape: Shape) -> Expr:
    """KL of two normal laws of vectors with means m, n and covariances s, t."""
    inverse = Apply("inverse", (t,))
    gap = Add((n, Neg(m)))
    log = Add((Apply("logdet", (t,)), Neg(Apply("logdet", (s,)))))
    form = Product((Transpose(gap), inverse, gap))
    trace = Apply("trace", (Product((inverse, s)),))
    return Product((HALF, Add((log, Neg(Dim(shape[0])), trace, form))))
