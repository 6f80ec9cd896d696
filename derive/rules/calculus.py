"""Rules that rewrite one derivative: linearity, product, quotient and chain rule.

Each takes a node d(body)/d(x) with one variable x (a scalar or a vector; where stated a matrix) and returns the right
side of the rule, in which derivatives of the inner functions may be left. A defined symbol is seen as its definition.
"""

from __future__ import annotations

from typing import Any

from derive.errors import ShapeError
from derive.expr.nodes import (
    Add,
    Apply,
    Call,
    Derivative,
    Expr,
    Filled,
    Neg,
    Power,
    Product,
    Quotient,
    Reduce,
    Transpose,
)
from derive.rules import forms
from derive.rules.adjoint import NORMS, adjoint, decreased, dot, same_member, view
from derive.rules.binding import apart, sums_fixed
from derive.rules.known import fact
from derive.rules.lift import is_elementwise, slope
from derive.rules.reach import base_symbol, depends
from derive.rules.scalars import (
    log_of_exponential,
    log_of_power,
    log_of_product,
    log_of_quotient,
)


def der(body: Expr, x: Expr) -> Expr:
    """d(body)/dx, with nought for a constant and the identity for x itself."""
    if not depends(body, x):
        return forms.zero(body.shape + x.shape)
    if body == x and x.rank < 2:
        return Filled("identity", x.shape * 2) if x.shape else forms.UNIT
    style = "nabla" if not body.shape and x.shape else "partial" if x.shape else "d"
    return Derivative(body, (x,), style)


def is_free_entrywise(x: Expr) -> bool:
    """Whether every entry of x varies on its own: not when only those on and above the diagonal are variables."""
    symbol = base_symbol(x)
    return symbol is not None and not fact(symbol, "symmetric_entries")


def parts(node: Expr) -> tuple[Any, Any] | None:
    """(body seen through its definition, variable) of a first derivative that is to be rewritten."""
    if not isinstance(node, Derivative) or len(node.wrt) != 1 or not is_free_entrywise(node.wrt[0]):
        return None
    return view(node.body, node.wrt[0]), node.wrt[0]


def pull(u: Expr, v: Expr, x: Expr) -> Expr | None:
    """(du/dx)^T v: the gradient of <v, u> with v held fixed, the derivative of u left to do."""
    if not u.shape:
        return forms.times(v, der(u, x))
    if not x.shape:
        return dot(v, der(u, x))
    if x.rank == 1 and u.rank == 1:
        return forms.times(forms.turned(der(u, x)), v)
    return adjoint(v, u, x)


# ------------------------------------------------------------------------------------- linear structure


def linear_form(node: Expr) -> Expr | None:
    """grad (a^T x) = a, grad tr(A^T X) = A: a scalar that is linear in x."""
    found = parts(node)
    if found is None or node.body.shape:  # type: ignore[attr-defined]
        return None
    if isinstance(found[0], (Add, Neg, Reduce)):
        return None
    return adjoint(forms.UNIT, found[0], found[1], linear=True)


def linearity(node: Expr) -> Expr | None:
    """d(a f + b g) = a df + b dg; the derivative of a sum over an index is the sum of the derivatives."""
    found = parts(node)
    if found is None:
        return None
    made = _linear(found[0], found[1])
    return None if made is None or made == node else made


def _linear(body: Expr, x: Expr) -> Expr | None:
    """The derivative taken through sums and constant scalars, None where body is none of them."""
    if isinstance(body, Add):
        return forms.total([through_linear(t, x) for t in body.terms], body.shape + x.shape)
    if isinstance(body, Neg):
        return forms.negative(through_linear(body.operand, x))
    if isinstance(body, Quotient) and not depends(body.denominator, x):
        return _fits(forms.divided, through_linear(body.numerator, x), body.denominator)
    if isinstance(body, Product):
        fixed = [f for f in body.factors if not f.shape and not depends(f, x)]
        rest = [f for f in body.factors if f.shape or depends(f, x)]
        if fixed and rest:
            return _fits(forms.times, *fixed, through_linear(forms.juxtaposed(rest), x))
        if not x.shape or (body.rank == 1 and body.factors[-1].rank == 1):
            return _constant_matrices(body, x)
    body = apart(body, x)
    if isinstance(body, Reduce) and sums_fixed(body, x):
        return Reduce("sum", body.indices, through_linear(body.body, x), body.where, body.written)
    return None


def _constant_matrices(body: Product, x: Expr) -> Expr | None:
    """A u(x) B with constant A and B: the derivative of u between them."""
    moving = [k for k, f in enumerate(body.factors) if depends(f, x)]
    if len(moving) != 1 or not body.shape or (x.shape and moving[0] != len(body.factors) - 1):
        return None
    made = [through_linear(f, x) if k == moving[0] else f for k, f in enumerate(body.factors)]
    return _fits(forms.times, *made)


def _fits(build: Any, *args: Expr) -> Expr | None:
    try:
        return build(*args)
    except ShapeError:
        return None


def through_linear(body: Expr, x: Expr) -> Expr:
    """The derivative of body, taken through sums and constants at once."""
    if not depends(body, x):
        return der(body, x)
    made = _linear(body, x)
    if made is None and not body.shape:
        made = adjoint(forms.UNIT, body, x, linear=True)
    return der(body, x) if made is None else made


def affine_map(node: Expr) -> Expr | None:
    """d(A x + b)/dx = A for a vector x."""
    found = parts(node)
    if found is None or found[1].rank != 1 or found[0].rank != 1:
        return None
    return coefficient(found[0], found[1])


def coefficient(body: Expr, x: Expr) -> Expr | None:
    """The matrix A of an affine map A x + b of vectors, None where body is not affine in x as written."""
    body = view(body, x)
    if body == x:
        return Filled("identity", x.shape * 2)
    if not depends(body, x):
        return forms.zero(body.shape + x.shape)
    delta = same_member(body, x)
    if delta is not None and x.rank == 1:
        return forms.times(delta, Filled("identity", x.shape * 2))
    if isinstance(body, Neg):
        inner = coefficient(body.operand, x)
        return None if inner is None else forms.negative(inner)
    if isinstance(body, Add):
        listed = [coefficient(t, x) for t in body.terms]
        if any(t is None for t in listed):
            return None
        return forms.total([t for t in listed if t is not None], body.shape + x.shape)
    if isinstance(body, Quotient) and not depends(body.denominator, x):
        top = coefficient(body.numerator, x)
        return None if top is None else forms.divided(top, body.denominator)
    body = apart(body, x)
    if isinstance(body, Reduce) and sums_fixed(body, x):
        inner = coefficient(body.body, x)
        return (
            None if inner is None else Reduce("sum", body.indices, inner, body.where, body.written)
        )
    if isinstance(body, Apply) and body.function == "hadamard":
        return _diagonal_factor(body, x)
    return _matrix_in_front(body, x) if isinstance(body, Product) else None


def _matrix_in_front(body: Product, x: Expr) -> Expr | None:
    if any(depends(f, x) for f in body.factors[:-1]):
        return None
    last = coefficient(body.factors[-1], x) if body.factors[-1].rank == 1 else None
    if last is None:
        return None
    front = [f for f in body.factors[:-1] if f.shape]
    if front and front[-1].rank != 2:
        return None
    return _fits(forms.times, *body.factors[:-1], last)


def _diagonal_factor(body: Apply, x: Expr) -> Expr | None:
    moving = [a for a in body.args if depends(a, x)]
    if len(moving) != 1 or body.rank != 1:
        return None
    inner = coefficient(moving[0], x)
    if inner is None:
        return None
    fixed = forms.entrywise(*(a for a in body.args if a is not moving[0]))
    return forms.times(Apply("diag", (fixed,)), inner)


# ------------------------------------------------------------------------------------- scalar functions


def squared_norm(node: Expr) -> Expr | None:
    """grad ||u||^2 = 2 (du/dx)^T u."""
    found = parts(node)
    if found is None or not isinstance(found[0], Power):
        return None
    base, exponent = found[0].base, found[0].exponent
    if not (
        isinstance(base, Apply) and base.function in NORMS and forms.constant_value(exponent) == 2
    ):
        return None
    return pull(base.args[0], forms.times(forms.number(2), base.args[0]), found[1])


def norm_gradient(node: Expr) -> Expr | None:
    """grad ||u|| = (du/dx)^T u / ||u||."""
    found = parts(node)
    if found is None or not (isinstance(found[0], Apply) and found[0].function in NORMS):
        return None
    return pull(found[0].args[0], forms.divided(found[0].args[0], found[0]), found[1])


def power_rule(node: Expr) -> Expr | None:
    """d u^c = c u^(c-1) du for a scalar u and a constant c."""
    found = parts(node)
    if found is None or not isinstance(found[0], Power) or found[0].base.shape:
        return None
    base, exponent = found[0].base, found[0].exponent
    if depends(exponent, found[1]):
        return None
    less = forms.powered(base, decreased(exponent))
    return forms.times(exponent, less, through_linear(base, found[1]))


def exponential_rule(node: Expr) -> Expr | None:
    """d a^u = a^u log(a) du for a constant a; d e^u = e^u du."""
    found = parts(node)
    if found is None or not isinstance(found[0], Power) or found[0].base.shape:
        return None
    base, exponent = found[0].base, found[0].exponent
    if depends(base, found[1]):
        return None
    rate = [] if repr(base) == "e" else [Apply("log", (base,))]
    return forms.times(found[0], *rate, through_linear(exponent, found[1]))


def chain_rule(node: Expr) -> Expr | None:
    """d phi(u) = phi'(u) du; for entries of vectors d phi(u)/dx = diag(phi'(u)) du/dx."""
    found = parts(node)
    if found is None or not isinstance(found[0], (Apply, Call)) or not is_elementwise(found[0]):
        return None
    rate = slope(found[0], node.body)  # type: ignore[attr-defined]
    inner = found[0].args[0]
    if rate is None:
        return None
    if not found[0].shape:
        return forms.times(rate, through_linear(inner, found[1]))
    if not found[1].shape:
        return forms.entrywise(rate, der(inner, found[1]))
    if found[0].rank == 1 and found[1].rank == 1:
        return forms.times(Apply("diag", (rate,)), der(inner, found[1]))
    return None


def quotient_rule(node: Expr) -> Expr | None:
    """d(f / g) = (g df - f dg) / g^2."""
    found = parts(node)
    if found is None or not isinstance(found[0], Quotient):
        return None
    top, bottom, x = found[0].numerator, found[0].denominator, found[1]
    square = forms.powered(bottom, forms.number(2))
    if not depends(top, x):
        return forms.negative(forms.times(forms.divided(top, square), through_linear(bottom, x)))
    if top.shape and x.shape:
        if top.rank != 1 or x.rank != 1:
            return None
        outer = forms.times(top, Transpose(der(bottom, x)))
    else:
        outer = forms.times(top, der(bottom, x))
    above = forms.total(
        [forms.times(bottom, der(top, x)), forms.negative(outer)], top.shape + x.shape
    )
    return forms.divided(above, square)


def product_rule(node: Expr) -> Expr | None:
    """d(f g) = f dg + g df; for vectors grad(u^T v) = (du/dx)^T v + (dv/dx)^T u."""
    found = parts(node)
    if found is None:
        return None
    body, x = found
    if isinstance(body, Apply) and body.function == "inner":
        a, b = body.args
        listed = [pull(a, b, x), pull(b, a, x)]
        return (
            None if None in listed else forms.total([p for p in listed if p is not None], x.shape)
        )
    if not isinstance(body, Product):
        return None
    if not x.shape:
        return _each_factor(body, x)
    if body.rank == 1 and x.rank == 1:
        return _scaled_vector(body, x)
    if body.shape:
        return None
    arrays = [f for f in body.factors if f.shape]
    if not arrays:
        return _scalar_factors(body.factors, x)
    scalars = [f for f in body.factors if not f.shape]
    if scalars and any(depends(f, x) for f in scalars):
        return _scalar_factors((*scalars, forms.juxtaposed(arrays)), x)
    return _bilinear(body, x) if x.rank == 1 else adjoint(forms.UNIT, body, x)


def _scalar_factors(factors: tuple[Expr, ...], x: Expr) -> Expr:
    terms = []
    for position, factor in enumerate(factors):
        if depends(factor, x):
            others = [f for i, f in enumerate(factors) if i != position]
            terms.append(forms.times(*others, through_linear(factor, x)))
    return forms.summed(terms, x.shape)


def _each_factor(body: Product, x: Expr) -> Expr:
    terms = []
    for position, factor in enumerate(body.factors):
        if depends(factor, x):
            changed = list(body.factors)
            changed[position] = through_linear(factor, x)
            terms.append(forms.times(*changed))
    return forms.summed(terms, body.shape)


def _scaled_vector(body: Product, x: Expr) -> Expr | None:
    """f(x) u(x) for a scalar f and a vector u, or A u(x) with a constant matrix A."""
    arrays = [f for f in body.factors if f.shape]
    scalars = [f for f in body.factors if not f.shape]
    vector = forms.juxtaposed(arrays)
    if scalars:
        front = forms.juxtaposed(scalars)
        terms = [forms.times(front, der(vector, x))]
        if depends(front, x):
            terms.append(forms.times(vector, Transpose(der(front, x))))
        return forms.total(terms, body.shape + x.shape)
    if any(depends(f, x) for f in arrays[:-1]):
        return _split_vector(arrays, x)
    return forms.times(*arrays[:-1], der(arrays[-1], x))


def _split_vector(arrays: list[Expr], x: Expr) -> Expr | None:
    """u (v^T w): a vector times a scalar product."""
    head, tail = arrays[0], forms.juxtaposed(arrays[1:])
    if head.rank != 1 or tail.shape:
        return None
    terms = [forms.times(tail, der(head, x)), forms.times(head, Transpose(der(tail, x)))]
    return forms.total(terms, head.shape + x.shape)


def _bilinear(body: Product, x: Expr) -> Expr | None:
    """u^T v, split at the first factor that moves: x^T (A x)."""
    arrays = list(body.factors)
    for cut in range(1, len(arrays)):
        left, right = forms.juxtaposed(arrays[:cut]), forms.juxtaposed(arrays[cut:])
        if right.rank != 1 or not depends(left, x):
            continue
        u = forms.turned(left)
        if u == right:
            return pull(u, forms.times(forms.number(2), u), x)
        terms = []
        for a, b in ((u, right), (right, u)):
            if depends(a, x):
                moved = pull(a, b, x)
                if moved is None:
                    return None
                terms.append(moved)
        return forms.total(terms, x.shape)
    front, last = arrays[:-1], arrays[-1]
    if last.rank == 1 and not any(depends(f, x) for f in front):
        return pull(last, forms.turned(forms.juxtaposed(front)), x)
    return None


def logarithm(node: Expr) -> Expr | None:
    """log of a product, quotient, power or exponential taken apart before it is differentiated (positive arguments)."""
    found = parts(node)
    if found is None or not (isinstance(found[0], Apply) and found[0].function == "log"):
        return None
    made = opened_logarithm(found[0])
    return None if made == found[0] else der(made, found[1])


def opened_logarithm(node: Expr) -> Expr:
    """The logarithm as sums of logarithms of single positive factors."""
    if not (isinstance(node, Apply) and node.function == "log") or node.shape:
        return node
    for rule in (log_of_exponential, log_of_product, log_of_quotient, log_of_power):
        made = rule(node)
        if made is not None:
            return _opened_parts(made)
    return node


def _opened_parts(node: Expr) -> Expr:
    if isinstance(node, Add):
        return forms.total([_opened_parts(t) for t in node.terms], node.shape)
    if isinstance(node, Neg):
        return forms.negative(_opened_parts(node.operand))
    if isinstance(node, Reduce):
        return Reduce(node.kind, node.indices, _opened_parts(node.body), node.where, node.written)
    if isinstance(node, Product):
        return forms.times(*(_opened_parts(f) for f in node.factors))
    return opened_logarithm(node)
