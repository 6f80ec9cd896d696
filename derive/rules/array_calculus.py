"""Rules that rewrite one derivative of a function of arrays: entries, softmax, traces, inverses, determinants."""

from __future__ import annotations

from derive.expr.nodes import Add, Apply, Call, Expr, Filled, Item, Neg, Product, Transpose
from derive.rules import forms
from derive.rules.adjoint import adjoint, entry, view
from derive.rules.calculus import der, parts, pull, through_linear
from derive.rules.lift import is_elementwise, slope
from derive.rules.reach import depends


def entry_rule(node: Expr) -> Expr | None:
    """[A x]_i = A_{i:}^T x and [phi(u)]_i = phi(u_i): the derivative of an entry."""
    found = parts(node)
    if found is None or not isinstance(found[0], Item):
        return None
    body, x = found
    if body.base == x and x.rank == 1:
        return Apply("unit_vector", body.indices, x.shape)
    alias = view(body.base, x)
    if isinstance(alias, (Apply, Call)) and is_elementwise(alias) and body.base.rank == 1:
        rate = slope(alias, body.base)
        inner = through_linear(Item(alias.args[0], body.indices), x)
        moved = _entries(rate, body.indices) if rate is not None else None
        return None if moved is None else forms.times(moved, inner)
    inner_body = entry(body, x)
    if inner_body is None:
        return None
    direct = adjoint(forms.UNIT, inner_body, x, linear=True) if x.shape else None
    return der(inner_body, x) if direct is None else direct


def _entries(node: Expr, indices: tuple[Expr | None, ...]) -> Expr | None:
    """The entry of an entrywise formula, with the index moved to its arrays."""
    if not node.shape:
        return node
    if forms.is_ones(node):
        return forms.UNIT
    if isinstance(node, Apply) and node.function == "broadcast":
        return node.args[0]
    if isinstance(node, Apply) and node.function == "hadamard":
        listed = [_entries(a, indices) for a in node.args]
        return None if None in listed else forms.times(*(a for a in listed if a is not None))
    if isinstance(node, Add):
        listed = [_entries(t, indices) for t in node.terms]
        return None if None in listed else forms.total([t for t in listed if t is not None], ())
    if isinstance(node, Neg):
        inner = _entries(node.operand, indices)
        return None if inner is None else forms.negative(inner)
    return Item(node, indices)


def log_softmax_entry(node: Expr) -> Expr | None:
    """grad log p_k = (du/dx)^T (e_k - p) for p = softmax(u)."""
    found = parts(node)
    if found is None or not (isinstance(found[0], Apply) and found[0].function == "log"):
        return None
    item, x = found[0].args[0], found[1]
    if not isinstance(item, Item) or item.base.rank != 1 or x.rank != 1:
        return None
    softmax, index = view(item.base, x), item.indices[0]
    if index is None or not (isinstance(softmax, Apply) and softmax.function == "softmax"):
        return None
    unit = Apply("unit_vector", (index,), item.base.shape)
    inner = softmax.args[0]
    error = Add((unit, Neg(item.base)))
    return error if inner == x else pull(inner, error, x)


def sum_rule(node: Expr) -> Expr | None:
    """grad 1^T u = (du/dx)^T 1; the sum of the entries."""
    found = parts(node)
    if found is None or not (isinstance(found[0], Apply) and found[0].function == "sum"):
        return None
    inner = found[0].args[0]
    return pull(inner, forms.ones_like(inner.shape), found[1])


def hadamard_rule(node: Expr) -> Expr | None:
    """d(u o v) = diag(v) du + diag(u) dv."""
    found = parts(node)
    if found is None or not (isinstance(found[0], Apply) and found[0].function == "hadamard"):
        return None
    body, x = found
    if body.rank != 1 or x.rank > 1:
        return None
    terms = []
    for position, factor in enumerate(body.args):
        if depends(factor, x):
            rest = forms.entrywise(*(a for i, a in enumerate(body.args) if i != position))
            inner = der(factor, x)
            one = (
                forms.entrywise(rest, inner)
                if not x.shape
                else forms.times(Apply("diag", (rest,)), inner)
            )
            terms.append(one)
    return forms.summed(terms, body.shape + x.shape)


def logsumexp_rule(node: Expr) -> Expr | None:
    """grad logsumexp(u) = (du/dx)^T softmax(u)."""
    found = parts(node)
    if found is None or not (isinstance(found[0], Apply) and found[0].function == "logsumexp"):
        return None
    inner = found[0].args[0]
    return pull(inner, Apply("softmax", (inner,)), found[1]) if inner.rank == 1 else None


def softmax_rule(node: Expr) -> Expr | None:
    """d softmax(u)/dx = (diag(p) - p p^T) du/dx with p = softmax(u)."""
    found = parts(node)
    if found is None or not (isinstance(found[0], Apply) and found[0].function == "softmax"):
        return None
    body, x = found
    if body.rank != 1 or x.rank != 1:
        return None
    p = node.body if node.body != body else body  # type: ignore[attr-defined]
    matrix = Add((Apply("diag", (p,)), Neg(Product((p, Transpose(p))))))
    return forms.times(matrix, der(body.args[0], x))


def log_softmax_rule(node: Expr) -> Expr | None:
    """d log softmax(u)/dx = (I - 1 p^T) du/dx with p = softmax(u)."""
    found = parts(node)
    if found is None or not (isinstance(found[0], Apply) and found[0].function == "log_softmax"):
        return None
    body, x = found
    if body.rank != 1 or x.rank != 1:
        return None
    p = Apply("softmax", body.args)
    outer = Product((forms.ones_like(body.shape), Transpose(p)))
    matrix = Add((Filled("identity", body.shape * 2), Neg(outer)))
    return forms.times(matrix, der(body.args[0], x))


def inverse_rule(node: Expr) -> Expr | None:
    """d A^-1/dt = -A^-1 (dA/dt) A^-1."""
    found = parts(node)
    if found is None or not (isinstance(found[0], Apply) and found[0].function == "inverse"):
        return None
    if found[1].shape or not found[0].shape:
        return None
    return forms.negative(forms.times(found[0], der(found[0].args[0], found[1]), found[0]))


def trace_rule(node: Expr) -> Expr | None:
    """d tr A/dt = tr(dA/dt); for a matrix variable the gradient read off from tr(G^T dX)."""
    found = parts(node)
    if found is None or not (isinstance(found[0], Apply) and found[0].function == "trace"):
        return None
    body, x = found
    if not x.shape:
        return Apply("trace", (der(body.args[0], x),))
    return adjoint(forms.UNIT, body, x)


def logdet_rule(node: Expr) -> Expr | None:
    """d log det A = tr(A^-1 dA)."""
    return _determinant(node, ("logdet", "logabsdet"))


def det_rule(node: Expr) -> Expr | None:
    """d det A = det(A) tr(A^-1 dA)."""
    return _determinant(node, ("det",))


def _determinant(node: Expr, names: tuple[str, ...]) -> Expr | None:
    found = parts(node)
    if found is None or not (isinstance(found[0], Apply) and found[0].function in names):
        return None
    body, x = found
    inner = body.args[0]
    if not inner.shape:
        return None
    if x.shape:
        return adjoint(forms.UNIT, body, x)
    front = (body,) if names == ("det",) else ()
    return forms.times(
        *front, Apply("trace", (forms.times(Apply("inverse", (inner,)), der(inner, x)),))
    )
