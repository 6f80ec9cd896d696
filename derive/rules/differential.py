"""Rules that rewrite one differential: d(X^T) = (dX)^T, d(AB) = dA B + A dB, d tr, d det, d X^-1 and others.

A node d(body) with the variables of its `wrt` is rewritten to an expression in the differentials of the parts; dX of a
variable stays, a constant has differential nought, and a defined symbol is seen as its definition.
"""

from __future__ import annotations

from typing import Any

from derive.errors import ShapeError
from derive.expr.nodes import (
    Add,
    Apply,
    Call,
    Differential,
    Expr,
    Item,
    Neg,
    Power,
    Product,
    Quotient,
    Reduce,
    Symbol,
    Transpose,
)
from derive.rules import forms
from derive.rules.adjoint import NORMS, decreased, dot, entry, view
from derive.rules.lift import is_elementwise, slope
from derive.rules.reach import depends


def dif(body: Expr, wrt: tuple[Symbol, ...]) -> Expr:
    """d(body), nought for a constant."""
    if any(depends(body, x) for x in wrt):
        return Differential(body, wrt)
    return forms.zero(body.shape)


def is_free(node: Expr) -> bool:
    """Whether the node is dX of a variable X itself."""
    return isinstance(node, Differential) and node.body in node.wrt


def _parts(node: Expr) -> tuple[Any, tuple[Symbol, ...]] | None:
    if not isinstance(node, Differential) or is_free(node):
        return None
    body = node.body
    while isinstance(body, Symbol) and body.definition is not None and body not in node.wrt:
        body = body.definition
    return view(body, node.wrt[0]) if len(node.wrt) == 1 else body, node.wrt


def _moves(node: Expr, wrt: tuple[Symbol, ...]) -> bool:
    return any(depends(node, x) for x in wrt)


def d_linear(node: Expr) -> Expr | None:
    """d(a A + b B) = a dA + b dB and d(A^T) = (dA)^T; a differential goes inside a sum over an index."""
    found = _parts(node)
    return None if found is None else _linear(*found)


def _linear(body: Any, wrt: tuple[Symbol, ...]) -> Expr | None:
    if isinstance(body, Add):
        return forms.total([_inside(t, wrt) for t in body.terms], body.shape)
    if isinstance(body, Neg):
        return forms.negative(_inside(body.operand, wrt))
    if isinstance(body, Transpose):
        return forms.turned(_inside(body.operand, wrt))
    if (
        isinstance(body, Reduce)
        and body.kind == "sum"
        and not any(_moves(w, wrt) for w in body.where)
    ):
        return Reduce("sum", body.indices, _inside(body.body, wrt), body.where, body.written)
    if isinstance(body, Quotient) and not _moves(body.denominator, wrt):
        return forms.divided(_inside(body.numerator, wrt), body.denominator)
    if isinstance(body, Product):
        moving = [k for k, f in enumerate(body.factors) if _moves(f, wrt)]
        if len(moving) == 1:
            made = [_inside(f, wrt) if k == moving[0] else f for k, f in enumerate(body.factors)]
            return _product(made)
    if isinstance(body, Apply) and body.function in LINEAR:
        return Apply(body.function, tuple(_inside(a, wrt) for a in body.args), body.params)
    return None


LINEAR = ("trace", "sum", "diag", "diagonal", "vec", "mean", "broadcast")


def _product(factors: list[Expr]) -> Expr:
    """The factors multiplied; a sum or a sign among them keeps its bracket."""
    return forms.times(*factors)


def _inside(body: Expr, wrt: tuple[Symbol, ...]) -> Expr:
    if not _moves(body, wrt) or body in wrt:
        return dif(body, wrt)
    seen = _parts(Differential(body, wrt))
    made = None if seen is None else _linear(*seen)
    return dif(body, wrt) if made is None else made


def d_product(node: Expr) -> Expr | None:
    """d(A B) = dA B + A dB."""
    found = _parts(node)
    if found is None:
        return None
    body, wrt = found
    if isinstance(body, Apply) and body.function == "inner":
        a, b = body.args
        return forms.total([dot(b, dif(a, wrt)), dot(a, dif(b, wrt))], ())
    if not isinstance(body, Product):
        return None
    return forms.total(_each(body.factors, wrt, forms.times), body.shape)


def _each(factors: tuple[Expr, ...], wrt: tuple[Symbol, ...], build: Any) -> list[Expr]:
    made = []
    for k, factor in enumerate(factors):
        if _moves(factor, wrt):
            changed = list(factors)
            changed[k] = _inside(factor, wrt)
            made.append(build(*changed))
    return made


def d_hadamard(node: Expr) -> Expr | None:
    """d(A o B) = dA o B + A o dB."""
    found = _parts(node)
    if found is None or not (isinstance(found[0], Apply) and found[0].function == "hadamard"):
        return None
    return forms.total(_each(found[0].args, found[1], forms.entrywise), found[0].shape)


def d_squared_norm(node: Expr) -> Expr | None:
    """d ||u||^2 = 2 u^T du and d ||U||_F^2 = 2 tr(U^T dU)."""
    found = _parts(node)
    if found is None or not isinstance(found[0], Power):
        return None
    base, exponent = found[0].base, found[0].exponent
    if not (
        isinstance(base, Apply) and base.function in NORMS and forms.constant_value(exponent) == 2
    ):
        return None
    inner = base.args[0]
    return forms.times(forms.number(2), dot(inner, dif(inner, found[1])))


def d_norm(node: Expr) -> Expr | None:
    """d ||u|| = u^T du / ||u||."""
    found = _parts(node)
    if found is None or not (isinstance(found[0], Apply) and found[0].function in NORMS):
        return None
    inner = found[0].args[0]
    return forms.times(forms.divided(forms.UNIT, found[0]), dot(inner, dif(inner, found[1])))


def d_power(node: Expr) -> Expr | None:
    """d u^c = c u^(c-1) du for a scalar u."""
    found = _parts(node)
    if found is None or not isinstance(found[0], Power) or found[0].base.shape:
        return None
    base, exponent = found[0].base, found[0].exponent
    if _moves(exponent, found[1]):
        return None
    return forms.times(exponent, forms.powered(base, decreased(exponent)), dif(base, found[1]))


def d_quotient(node: Expr) -> Expr | None:
    """d(f / g) = df / g - f dg / g^2."""
    found = _parts(node)
    if found is None or not isinstance(found[0], Quotient):
        return None
    top, bottom = found[0].numerator, found[0].denominator
    square = forms.powered(bottom, forms.number(2))
    first = forms.divided(dif(top, found[1]), bottom)
    second = forms.times(forms.divided(top, square), dif(bottom, found[1]))
    return forms.total([first, forms.negative(second)], found[0].shape)


def d_chain(node: Expr) -> Expr | None:
    """d phi(u) = phi'(u) du, entry by entry for an array: phi'(U) o dU."""
    found = _parts(node)
    if found is None or not isinstance(found[0], (Apply, Call)) or not is_elementwise(found[0]):
        return None
    rate = slope(found[0], node.body)  # type: ignore[attr-defined]
    return None if rate is None else forms.entrywise(rate, dif(found[0].args[0], found[1]))


def d_inverse(node: Expr) -> Expr | None:
    """d(X^-1) = -X^-1 dX X^-1."""
    found = _parts(node)
    if found is None or not (isinstance(found[0], Apply) and found[0].function == "inverse"):
        return None
    if not found[0].shape:
        return None
    return forms.negative(forms.times(found[0], dif(found[0].args[0], found[1]), found[0]))


def d_logdet(node: Expr) -> Expr | None:
    """d log det X = tr(X^-1 dX)."""
    return _determinant(node, ("logdet", "logabsdet"))


def d_det(node: Expr) -> Expr | None:
    """d det X = det(X) tr(X^-1 dX)."""
    return _determinant(node, ("det",))


def _determinant(node: Expr, names: tuple[str, ...]) -> Expr | None:
    found = _parts(node)
    if found is None or not (isinstance(found[0], Apply) and found[0].function in names):
        return None
    inner = found[0].args[0]
    if not inner.shape:
        return None
    front = (found[0],) if names == ("det",) else ()
    trace = Apply("trace", (forms.times(Apply("inverse", (inner,)), dif(inner, found[1])),))
    return forms.times(*front, trace)


def d_logsumexp(node: Expr) -> Expr | None:
    """d logsumexp(u) = softmax(u)^T du."""
    found = _parts(node)
    if found is None or not (isinstance(found[0], Apply) and found[0].function == "logsumexp"):
        return None
    inner = found[0].args[0]
    return dot(Apply("softmax", (inner,)), dif(inner, found[1])) if inner.rank == 1 else None


def d_softmax(node: Expr) -> Expr | None:
    """d softmax(u) = (diag(p) - p p^T) du with p = softmax(u)."""
    found = _parts(node)
    if found is None or not (isinstance(found[0], Apply) and found[0].function == "softmax"):
        return None
    if found[0].rank != 1:
        return None
    p = node.body  # type: ignore[attr-defined]
    matrix = Add((Apply("diag", (p,)), Neg(Product((p, Transpose(p))))))
    return forms.times(matrix, dif(found[0].args[0], found[1]))


def d_entry(node: Expr) -> Expr | None:
    """d([u]_i) = [du]_i."""
    found = _parts(node)
    if found is None or not isinstance(found[0], Item):
        return None
    item, wrt = found
    if item.base in wrt:
        return Item(Differential(item.base, wrt), item.indices)
    inner = entry(item, wrt[0])
    if inner is not None:
        return dif(inner, wrt)
    try:
        return Item(dif(item.base, wrt), item.indices)
    except ShapeError:
        return None
