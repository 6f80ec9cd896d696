r"""Expectations of functions with a kink, `E[\max(z - b, 0)]` of a normal z: two integrals that meet at the kink.

A rule of quadrature over all nodes is wrong there without its two levels showing it (the slope of the rule by the mean
counts nodes on one side), so that a kink that is not found exactly is refused.
"""

from __future__ import annotations

from fractions import Fraction

from derive.checker.expectations import opened, placed
from derive.checker.surfaces import switches
from derive.errors import EvaluationError
from derive.expr.core import Add, Apply, Expr, Neg, Number, Product, Quotient, Symbol, as_expr
from derive.expr.nodes import Constant, Expectation, Integral, Power
from derive.expr.walk import free_symbols, post_order, substitute

ZERO, ONE, TWO = (Number(Fraction(v)) for v in (0, 1, 2))
CONTINUOUS = ("normal", "uniform")


def kinked_mean(node: Expectation) -> tuple[Integral, Integral] | None:
    """The integrals below and above the kink of a function of one normal number, whose sum is the expectation.

    None for a function without kinks in what is continuous; `EvaluationError` for any other kink.
    """
    smooth = [z for z in node.over if _is_continuous(z)]
    bodies = [opened(body, node.over) for body in node.args]
    found = {
        e: None
        for body in bodies
        for e in switches(tuple(post_order(body)))
        if any(z in free_symbols(e) for z in smooth)
    }
    if not found:
        return None
    (z, *others), (kink, *more) = smooth, found
    normal = z.law is not None and z.law.args[0] == "normal"
    if others or more or len(node.over) > 1 or node.kind != "E" or z.shape or not normal:
        raise EvaluationError(
            f"the expectation of a function with kinks over {z!r} is not evaluated"
        )
    if not _is_affine(kink, z):
        raise EvaluationError(f"where {kink!r} changes its sign is not known")
    return _pieces(bodies[0], kink, z)


def _pieces(body: Expr, kink: Expr, z: Symbol) -> tuple[Integral, Integral]:
    """`int_0^oo f(r + s u) p(u + (r - m)/s) du` and the same for -u, with the root r of the kink."""
    assert z.law is not None
    mean, variance = as_expr(z.law.args[1]), as_expr(z.law.args[2])
    start = substitute(kink, {z: ZERO})
    root = Neg(Quotient(start, Add((substitute(kink, {z: ONE}), Neg(start)))))
    spread = Apply("sqrt", (variance,))
    scale = Apply("sqrt", (Product((TWO, Constant("pi"))),))

    def piece(sign: int) -> Integral:
        u = Symbol(f"{z.name}'{'+' if sign > 0 else '-'}")
        step = u if sign > 0 else Neg(u)
        place = Add((Quotient(Add((root, Neg(mean))), spread), step))
        density = Quotient(Apply("exp", (Neg(Quotient(Power(place, TWO), TWO)),)), scale)
        value = placed(body, z, Add((root, Product((spread, step)))))
        return Integral(Product((density, value)), u, ZERO, Constant("infty"))

    return piece(1), piece(-1)


def _is_continuous(z: Symbol) -> bool:
    if z.law is None or z.law.kind != "random":
        return False
    name, *rest = z.law.args
    if name == "iid" and rest and isinstance(rest[0], Symbol):
        return _is_continuous(rest[0])
    return name in CONTINUOUS


def _is_affine(node: Expr, z: Symbol) -> bool:
    """Whether an expression is `a z + b` by its form."""
    if z not in free_symbols(node) or node == z:
        return True
    if isinstance(node, Add):
        return all(_is_affine(term, z) for term in node.terms)
    if isinstance(node, Neg):
        return _is_affine(node.operand, z)
    if isinstance(node, Product):
        inside = [f for f in node.factors if z in free_symbols(f)]
        return len(inside) == 1 and _is_affine(inside[0], z)
    if isinstance(node, Quotient):
        return z not in free_symbols(node.denominator) and _is_affine(node.numerator, z)
    return False


__all__ = ["kinked_mean"]
