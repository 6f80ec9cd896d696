"""Reverse accumulation on the tree: the gradient of <C, u(x)> by x with C held fixed, a textbook rule for each kind.

In a differential the same thing is said as: bring every term of df to the form tr(G^T dX).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from derive.errors import ShapeError
from derive.expr.nodes import (
    Add,
    Apply,
    Call,
    Expr,
    Filled,
    Item,
    Neg,
    Product,
    Reduce,
    Symbol,
    Transpose,
)
from derive.expr.shapes import product_plan
from derive.expr.walk import bound_indices, free_indices, substitute
from derive.rules import forms
from derive.rules.binding import apart
from derive.rules.lift import is_elementwise, slope
from derive.rules.reach import depends

Pull = Callable[[Expr, Expr, Expr, bool], "Expr | None"]


def view(node: Expr, variable: Expr) -> Expr:
    """A defined symbol as its definition, unless it is the variable itself; a document's function as its body."""
    while isinstance(node, Symbol) and node != variable and node.definition is not None:
        node = node.definition
    if isinstance(node, Call) and node.function.body is not None and not node.order:
        pairs = tuple(zip(node.function.parameters, node.args, strict=True))
        if all(p.shape == a.shape for p, a in pairs) and not _captures(node):
            return view(substitute(node.function.body, dict(pairs)), variable)
    return as_logdet(node)


def _captures(call: Call) -> bool:
    """Whether an index of an argument would be bound by a sum in the function's body."""
    assert call.function.body is not None
    bound = bound_indices(call.function.body)
    return any(i in bound for a in call.args for i in free_indices(a))


def as_logdet(node: Expr) -> Expr:
    """log(det A) and log |det A| as the functions of A that they are."""
    if not (isinstance(node, Apply) and node.function == "log"):
        return node
    inner, name = node.args[0], "logdet"
    if isinstance(inner, Apply) and inner.function == "abs":
        inner, name = inner.args[0], "logabsdet"
    if isinstance(inner, Apply) and inner.function == "det" and inner.args[0].shape:
        return Apply(name, inner.args)
    return node


def adjoint(cotangent: Expr, node: Expr, variable: Expr, linear: bool = False) -> Expr | None:
    """The gradient of <cotangent, node>, or None where a part has no rule here.

    cotangent: the shape of node; result: the shape of the variable. With `linear`, only nodes that are linear in the
    variable are accepted.
    """
    if node == variable:
        return cotangent
    if not depends(node, variable):
        return forms.zero(variable.shape)
    delta = same_member(node, variable)
    if delta is not None:
        return forms.times(delta, cotangent)
    seen = view(node, variable)
    rule = PULLS.get(type(seen).__name__)
    if rule is None:
        return None
    try:
        if isinstance(seen, (Apply, Call)) and is_elementwise(seen):
            return _elementwise(cotangent, seen, node, variable, linear)
        return rule(cotangent, seen, variable, linear)
    except ShapeError:
        return None


def same_member(node: Expr, variable: Expr) -> Expr | None:
    """dx_i / dx_j = delta_{ij}: the delta for a member (or entry) x_i of the family of the variable x_j."""
    if not (isinstance(node, Item) and isinstance(variable, Item)) or node.base != variable.base:
        return None
    deltas = []
    for i, j in zip(node.indices, variable.indices, strict=True):
        if (i is None) != (j is None):
            return None
        if i is not None and j is not None and i != j:
            deltas.append(Apply("kronecker_delta", (i, j)))
    return forms.times(*deltas) if deltas else forms.UNIT


def _sum(parts: list[Expr | None], variable: Expr) -> Expr | None:
    if any(p is None for p in parts):
        return None
    return forms.total([p for p in parts if p is not None], variable.shape)


def _add(c: Expr, node: Any, x: Expr, linear: bool) -> Expr | None:
    return _sum([adjoint(c, t, x, linear) for t in node.terms], x)


def _product(c: Expr, node: Any, x: Expr, linear: bool) -> Expr | None:
    if linear and sum(depends(f, x) for f in node.factors) > 1:
        return None
    plan = product_plan(tuple(f.shape for f in node.factors))
    assert plan is not None
    return _pair(c, plan[0], node.factors, x, linear)


def _part(plan: Any, factors: tuple[Expr, ...]) -> Expr:
    return (
        factors[plan]
        if isinstance(plan, int)
        else forms.juxtaposed([_part(p, factors) for p in plan])
    )


def _pair(c: Expr, plan: Any, factors: tuple[Expr, ...], x: Expr, linear: bool) -> Expr | None:
    """<C, L R>: for L the cotangent C R^T, for R the cotangent L^T C; a scalar factor takes the inner product."""
    if isinstance(plan, int):
        return adjoint(c, factors[plan], x, linear)
    left, right = _part(plan[0], factors), _part(plan[1], factors)
    parts: list[Expr | None] = []
    if depends(left, x):
        other = dot(c, right) if not left.shape else forms.times(c, forms.turned(right))
        parts.append(_pair(other, plan[0], factors, x, linear))
    if depends(right, x):
        other = dot(c, left) if not right.shape else forms.times(forms.turned(left), c)
        parts.append(_pair(other, plan[1], factors, x, linear))
    return _sum(parts, x)


def dot(a: Expr, b: Expr) -> Expr:
    """<a, b> for two arrays of one shape: a b, a^T b, or tr(A^T B)."""
    if forms.is_zero(a) or forms.is_zero(b):
        return forms.ZERO
    if not a.shape:
        return forms.times(a, b)
    if a.rank == 1:
        if forms.is_ones(b) or forms.is_ones(a):
            other = a if forms.is_ones(b) else b
            return forms.times(Transpose(forms.ones_like(a.shape)), other)
        return forms.times(forms.turned(a), b)
    if forms.is_identity(a) or forms.is_identity(b):
        return Apply("trace", (b if forms.is_identity(a) else a,))
    if a.shape[0].constant == 1:
        return forms.times(a, forms.turned(b))
    split = forms.term(a)
    front = forms.assembled(forms.Term(split.coefficient, split.numerators, split.denominators, ()))
    core = forms.juxtaposed(split.core)
    return forms.times(front, Apply("trace", (forms.times(forms.turned(core), b),)))


def _neg(c: Expr, node: Any, x: Expr, linear: bool) -> Expr | None:
    return adjoint(forms.negative(c), node.operand, x, linear)


def _transpose(c: Expr, node: Any, x: Expr, linear: bool) -> Expr | None:
    return adjoint(forms.turned(c), node.operand, x, linear)


def _quotient(c: Expr, node: Any, x: Expr, linear: bool) -> Expr | None:
    top, bottom = node.numerator, node.denominator
    if linear and depends(bottom, x):
        return None
    parts = [adjoint(forms.divided(c, bottom), top, x, linear)]
    if depends(bottom, x):
        back = forms.negative(forms.divided(dot(c, top), forms.powered(bottom, forms.number(2))))
        parts.append(adjoint(back, bottom, x, linear))
    return _sum(parts, x)


def _power(c: Expr, node: Any, x: Expr, linear: bool) -> Expr | None:
    base, exponent = node.base, node.exponent
    if linear or base.shape:
        return None
    if isinstance(base, Apply) and exponent == forms.number(2) and base.function in NORMS:
        u = base.args[0]
        return adjoint(forms.times(forms.number(2), c, u), u, x)
    if not depends(exponent, x):
        less = forms.powered(base, decreased(exponent))
        return adjoint(forms.times(c, exponent, less), base, x)
    if depends(base, x):
        return None
    return adjoint(forms.times(c, node, Apply("log", (base,))), exponent, x)


NORMS = ("norm", "norm_frobenius")


def decreased(exponent: Expr) -> Expr:
    """exponent - 1."""
    value = forms.constant_value(exponent)
    return forms.number(value - 1) if value is not None else exponent - 1


def _reduce(c: Expr, node: Any, x: Expr, linear: bool) -> Expr | None:
    node = apart(node, x)
    if node.kind != "sum" or any(depends(w, x) for w in node.where):
        return None
    taken = (*free_indices(c), *free_indices(x))
    if any(i in taken for i in node.indices):
        return None
    inner = adjoint(c, node.body, x, linear)
    if inner is None:
        return None
    return (
        forms.zero(x.shape)
        if forms.is_zero(inner)
        else Reduce("sum", node.indices, inner, node.where, node.written)
    )


def _item(c: Expr, node: Any, x: Expr, linear: bool) -> Expr | None:
    inner = entry(node, x)
    if inner is not None:
        return adjoint(c, inner, x, linear)
    if len(node.indices) == 1 and node.base.rank == 1:
        unit = Apply("unit_vector", (node.indices[0],), node.base.shape)
        return adjoint(forms.times(c, unit), node.base, x, linear)
    return None


def entry(node: Item, variable: Expr) -> Expr | None:
    """The entry [A x]_i with the index moved inside: A_{i:}^T x; [phi(u)]_i = phi(u_i). None where it stays."""
    if len(node.indices) != 1 or node.base.rank != 1 or node.base == variable:
        return None
    i = node.indices[0]
    base = view(node.base, variable)
    if isinstance(base, Add):
        return Add(tuple(Item(t, (i,)) for t in base.terms))
    if isinstance(base, Neg):
        return Neg(Item(base.operand, (i,)))
    if isinstance(base, (Apply, Call)) and is_elementwise(base):
        u = base.args[0]
        moved = Item(u, (i,))
        return (
            Apply(base.function, (moved,))
            if isinstance(base, Apply)
            else Call(base.function, (moved,), base.order)
        )
    if isinstance(base, Apply) and base.function == "hadamard":
        return forms.times(*(Item(a, (i,)) for a in base.args))
    if isinstance(base, Product):
        return _row_of(base, i)
    return None


def _row_of(product: Product, i: Expr | None) -> Expr | None:
    arrays = [f for f in product.factors if f.shape]
    scalars = [f for f in product.factors if not f.shape]
    if len(arrays) == 1:
        return forms.times(*scalars, Item(arrays[0], (i,)))
    first = arrays[0]
    if first.rank != 2 or first.shape[0].constant == 1:
        return None
    row = Item(first.operand, (None, i)) if isinstance(first, Transpose) else Item(first, (i, None))
    return forms.juxtaposed([*scalars, Transpose(row), *arrays[1:]])


def _elementwise(c: Expr, node: Expr, written: Expr, x: Expr, linear: bool) -> Expr | None:
    if linear:
        return None
    rate = slope(node, written)
    if rate is None:
        return None
    return adjoint(forms.entrywise(c, rate), node.args[0], x)  # type: ignore[attr-defined]


def _apply(c: Expr, node: Any, x: Expr, linear: bool) -> Expr | None:
    rule = FUNCTIONS.get(node.function)
    return None if rule is None else rule(c, node, x, linear)


def _trace(c: Expr, node: Any, x: Expr, linear: bool) -> Expr | None:
    u = node.args[0]
    return adjoint(forms.times(c, Filled("identity", u.shape)) if u.shape else c, u, x, linear)


def _spread(c: Expr, shape: Any) -> Expr:
    return forms.times(c, forms.ones_like(shape))


def _total(c: Expr, node: Any, x: Expr, linear: bool) -> Expr | None:
    return adjoint(_spread(c, node.args[0].shape), node.args[0], x, linear)


def _inner(c: Expr, node: Any, x: Expr, linear: bool) -> Expr | None:
    a, b = node.args
    if linear and depends(a, x) and depends(b, x):
        return None
    parts = [adjoint(forms.times(c, b), a, x, linear), adjoint(forms.times(c, a), b, x, linear)]
    return _sum(parts, x)


def _hadamard(c: Expr, node: Any, x: Expr, linear: bool) -> Expr | None:
    moving = [i for i, a in enumerate(node.args) if depends(a, x)]
    if linear and len(moving) > 1:
        return None
    others = [[a for j, a in enumerate(node.args) if j != i] for i in moving]
    parts = [
        adjoint(forms.entrywise(c, *rest), node.args[i], x, linear)
        for i, rest in zip(moving, others, strict=True)
    ]
    return _sum(parts, x)


def _diag(c: Expr, node: Any, x: Expr, linear: bool) -> Expr | None:
    return adjoint(diagonal_of(c), node.args[0], x, linear) if node.args[0].rank == 1 else None


def diagonal_of(c: Expr) -> Expr:
    """The diagonal of a matrix, of a diagonal matrix its vector."""
    if isinstance(c, Apply) and c.function == "diag":
        return c.args[0]
    return Apply("diagonal", (c,))


def _diagonal(c: Expr, node: Any, x: Expr, linear: bool) -> Expr | None:
    return adjoint(Apply("diag", (c,)), node.args[0], x, linear)


def _inverse(c: Expr, node: Any, x: Expr, linear: bool) -> Expr | None:
    if linear or not node.shape:
        return None
    back = forms.turned(node)
    return adjoint(forms.negative(forms.times(back, c, back)), node.args[0], x)


def _logdet(c: Expr, node: Any, x: Expr, linear: bool) -> Expr | None:
    u = node.args[0]
    if linear or not u.shape:
        return None
    inverse = Transpose(Apply("inverse", (u,)))
    front = (c, node) if node.function == "det" else (c,)
    return adjoint(forms.times(*front, inverse), u, x)


def _norm(c: Expr, node: Any, x: Expr, linear: bool) -> Expr | None:
    if linear:
        return None
    return adjoint(forms.times(c, forms.divided(node.args[0], node)), node.args[0], x)


def _logsumexp(c: Expr, node: Any, x: Expr, linear: bool) -> Expr | None:
    u = node.args[0]
    if linear:
        return None
    p = Apply("softmax", (u,))
    if u.rank == 1:
        return adjoint(forms.times(c, p), u, x)
    if forms.is_ones(c):
        return adjoint(p, u, x)
    return adjoint(forms.times(Apply("diag", (c,)), p), u, x)


def _broadcast(c: Expr, node: Any, x: Expr, linear: bool) -> Expr | None:
    u = node.args[0]
    if not u.shape:
        return adjoint(
            dot(forms.ones_like(c.shape), c) if c.rank == 1 else Apply("sum", (c,)), u, x, linear
        )
    if u.rank == 1 and c.rank == 2:
        return adjoint(forms.times(forms.turned(c), forms.ones_like(c.shape[:1])), u, x, linear)
    return None


PULLS: dict[str, Pull] = {
    "Add": _add,
    "Neg": _neg,
    "Product": _product,
    "Quotient": _quotient,
    "Power": _power,
    "Transpose": _transpose,
    "Reduce": _reduce,
    "Item": _item,
    "Apply": _apply,
    "Call": _apply,
}

FUNCTIONS: dict[str, Pull] = {
    "trace": _trace,
    "sum": _total,
    "inner": _inner,
    "hadamard": _hadamard,
    "diag": _diag,
    "diagonal": _diagonal,
    "inverse": _inverse,
    "logdet": _logdet,
    "logabsdet": _logdet,
    "det": _logdet,
    "norm": _norm,
    "norm_frobenius": _norm,
    "logsumexp": _logsumexp,
    "broadcast": _broadcast,
}
