"""Tidying rules: each brings a formula nearer to the form that a book prints, and is shown as a step with its name."""

from __future__ import annotations

from fractions import Fraction

from derive.expr.nodes import (
    Add,
    Apply,
    Expr,
    Index,
    Item,
    Neg,
    Product,
    Quotient,
    Reduce,
    Symbol,
    Transpose,
)
from derive.expr.sizes import ONE
from derive.expr.walk import free_indices, post_order
from derive.rules import forms
from derive.rules.known import is_symmetric
from derive.rules.polynomial import shortened


def symmetric(node: Expr) -> Expr | None:
    """S^T = S for a symmetric S."""
    if isinstance(node, Transpose) and node.rank == 2 and is_symmetric(node.operand):
        return node.operand
    return None


def inverse_transpose(node: Expr) -> Expr | None:
    """(A^T)^-1 = (A^-1)^T."""
    if (
        isinstance(node, Apply)
        and node.function == "inverse"
        and isinstance(node.args[0], Transpose)
    ):
        return Transpose(Apply("inverse", (node.args[0].operand,)))
    return None


# ------------------------------------------------------------------------------------------ collecting


def collect(node: Expr) -> Expr | None:
    """A x + B x = (A + B) x; a x + b x = (a + b) x; A x + A x = 2 A x."""
    if not isinstance(node, Add):
        return None
    terms = [forms.term(t) for t in node.terms]
    merged = _like_terms(terms)
    if len(merged) < len(terms):
        return forms.total([forms.assembled(t) for t in merged], node.shape)
    for size in range(len(terms), 1, -1):
        for start in range(len(terms) - size + 1):
            group = _common(terms[start : start + size], size == len(terms))
            if group is not None:
                before = [forms.assembled(t) for t in terms[:start]]
                after = [forms.assembled(t) for t in terms[start + size :]]
                return forms.total([*before, group, *after], node.shape)
    return None


def _like_terms(terms: list[forms.Term]) -> list[forms.Term]:
    found: dict[tuple[object, ...], forms.Term] = {}
    for t in terms:
        key = (
            tuple(sorted(t.numerators, key=repr)),
            tuple(sorted(t.denominators, key=repr)),
            t.core,
        )
        if key in found:
            found[key] = forms.Term(
                found[key].coefficient + t.coefficient, t.numerators, t.denominators, t.core
            )
        else:
            found[key] = t
    return [t for t in found.values() if t.coefficient]


def _common(terms: list[forms.Term], everything: bool) -> Expr | None:
    """The terms with their common matrix factors outside, on both sides; None without any, or for a long bracket."""
    cores = [t.core for t in terms]
    if not all(cores):
        return None
    if len(set(cores)) == 1:
        return _weighted(terms)
    before = _shared(cores)
    after = _shared([tuple(reversed(core[before:])) for core in cores])
    inner = [core[before : len(core) - after] for core in cores]
    if not before + after or not all(inner) or any(isinstance(f, Add) for c in inner for f in c):
        return None
    if max(map(len, inner)) > (2 if everything else 1):
        return None
    return _bracketed(terms, cores[0][:before], inner, cores[0][len(cores[0]) - after :])


def _shared(cores: list[tuple[Expr, ...]]) -> int:
    count = 0
    for column in zip(*cores, strict=False):
        if any(f != column[0] for f in column):
            break
        count += 1
    return count


def _weighted(terms: list[forms.Term]) -> Expr:
    """a x + b x = (a + b) x."""
    front = scalars_in_common(terms)
    weights = [_rest(t, front, ()) for t in terms]
    return forms.times(_front(front), shortened(Add(tuple(weights))), *terms[0].core)


def _bracketed(
    terms: list[forms.Term],
    before: tuple[Expr, ...],
    inner: list[tuple[Expr, ...]],
    after: tuple[Expr, ...],
) -> Expr | None:
    """L A R + L B R = L (A + B) R."""
    front = scalars_in_common(terms)
    parts = [_rest(t, front, core) for t, core in zip(terms, inner, strict=True)]
    if any(p.shape != parts[0].shape for p in parts):
        return None
    return forms.times(_front(front), *before, Add(tuple(parts)), *after)


def _front(front: forms.Term) -> Expr:
    return forms.assembled(forms.Term(front.coefficient, front.numerators, front.denominators, ()))


def _rest(t: forms.Term, front: forms.Term, core: tuple[Expr, ...]) -> Expr:
    return forms.assembled(forms.Term(t.coefficient / front.coefficient, *without(t, front), core))


def scalars_in_common(terms: list[forms.Term]) -> forms.Term:
    """The number and the scalar factors that all terms share."""
    top = tuple(f for f in terms[0].numerators if all(f in t.numerators for t in terms))
    bottom = tuple(f for f in terms[0].denominators if all(f in t.denominators for t in terms))
    sizes = {abs(t.coefficient) for t in terms}
    value = Fraction(1) if len(sizes) > 1 else sizes.pop()
    if all(t.coefficient < 0 for t in terms):
        value = -value
    return forms.Term(value, top, bottom, ())


def without(t: forms.Term, front: forms.Term) -> tuple[tuple[Expr, ...], tuple[Expr, ...]]:
    """Numerators and denominators without those in front."""
    top, bottom = list(t.numerators), list(t.denominators)
    for f in front.numerators:
        top.remove(f)
    for f in front.denominators:
        bottom.remove(f)
    return tuple(top), tuple(bottom)


def multiply_out(node: Expr) -> Expr | None:
    """A scalar multiplied out and its like terms collected, where that is shorter."""
    if node.shape or not isinstance(node, (Add, Product)):
        return None
    if not any(isinstance(part, Add) for part in post_order(node)):
        return None
    made = shortened(node)
    return None if made == node else made


def sign_inside(node: Expr) -> Expr | None:
    """-c (a - b) = c (b - a)."""
    if not isinstance(node, Neg):
        return None
    inner = node.operand
    if isinstance(inner, Reduce) and inner.kind == "sum":
        body = sign_inside(Neg(inner.body))
        return (
            None if body is None else Reduce("sum", inner.indices, body, inner.where, inner.written)
        )
    if not isinstance(inner, Product):
        return None
    for position, factor in enumerate(inner.factors):
        if isinstance(factor, Add) and _reads_better_flipped(factor):
            changed = list(inner.factors)
            changed[position] = flipped(factor)
            return Product(tuple(changed), inner.dot)
    return None


def _reads_better_flipped(node: Add) -> bool:
    """`y - X w` and `y - p`: a plain quantity first, then minus a computed one."""
    if len(node.terms) != 2 or not isinstance(node.terms[1], Neg) or isinstance(node.terms[0], Neg):
        return False
    first, second = (_without_entry(t) for t in (node.terms[0], node.terms[1].operand))
    return _is_given(first) and not _is_given(second)


def _without_entry(node: Expr) -> Expr:
    return node.base if isinstance(node, Item) else node


def _is_given(node: Expr) -> bool:
    plain = isinstance(node, (Symbol, Apply)) and not (
        isinstance(node, Apply) and node.function != "unit_vector"
    )
    return plain and getattr(node, "definition", None) is None


def flipped(node: Add) -> Expr:
    """The negative of a difference, positive terms first."""
    terms = sorted((forms.negative(t) for t in node.terms), key=lambda t: isinstance(t, Neg))
    return forms.total(terms, node.shape)


# ------------------------------------------------------------------------------- sums over an index


def constant_out_of_sum(node: Expr) -> Expr | None:
    """sum_i c f_i = c sum_i f_i, with a factor that does not depend on i."""
    if not isinstance(node, Reduce) or node.kind != "sum":
        return None
    split = forms.term(node.body)
    top_out, top_in = _by_index(split.numerators, node.indices)
    under_out, under_in = _by_index(split.denominators, node.indices)
    core = list(split.core)
    left: list[Expr] = []
    right: list[Expr] = []
    while len(core) > 1 and not _varies(core[0], node.indices) and core[0].rank == 2:
        left.append(core.pop(0))
    while len(core) > 1 and not _varies(core[-1], node.indices) and core[-1].rank == 2:
        right.insert(0, core.pop())
    outside = forms.Term(split.coefficient, top_out, under_out, ())
    if outside == forms.Term(Fraction(1), (), (), ()) and not left and not right:
        return None
    inside = forms.assembled(forms.Term(Fraction(1), top_in, under_in, tuple(core)))
    if forms.is_ones(inside) and not inside.shape:
        return None
    reduced = Reduce("sum", node.indices, inside, node.where, node.written)
    return forms.times(forms.assembled(outside), *left, reduced, *right)


def unit_vectors(node: Expr) -> Expr | None:
    """sum_k c_k (e_k - p) = c - (sum_k c_k) p with the unit vectors e_k: c is the vector of the c_k."""
    if not isinstance(node, Reduce) or node.kind != "sum" or node.where or len(node.indices) != 1:
        return None
    k, split = node.indices[0], forms.term(node.body)
    if len(split.core) != 1 or not _whole_range(k, node):
        return None
    terms = split.core[0].terms if isinstance(split.core[0], Add) else (split.core[0],)
    weight = forms.assembled(
        forms.Term(split.coefficient, split.numerators, split.denominators, ())
    )
    whole = stacked(weight, k)
    if whole is None or not any(_is_unit(t, k) for t in terms):
        return None
    made: list[Expr] = []
    for t in terms:
        if _is_unit(t, k):
            made.append(forms.negative(whole) if isinstance(t, Neg) else whole)
        elif _varies(t, (k,)):
            return None
        else:
            made.append(forms.times(Reduce("sum", node.indices, weight, (), node.written), t))
    return forms.total(sorted(made, key=lambda t: isinstance(t, Neg)), node.shape)


def _is_unit(node: Expr, k: Index) -> bool:
    inner = node.operand if isinstance(node, Neg) else node
    return (
        isinstance(inner, Apply)
        and inner.function == "unit_vector"
        and inner.args == (k,)
        and str(inner.shape[0]) == repr(k.upper)
    )


def _by_index(
    factors: tuple[Expr, ...], indices: tuple[Index, ...]
) -> tuple[tuple[Expr, ...], tuple[Expr, ...]]:
    out = tuple(f for f in factors if not _varies(f, indices))
    return out, tuple(f for f in factors if _varies(f, indices))


def _varies(node: Expr, indices: tuple[Index, ...]) -> bool:
    free = free_indices(node)
    return any(i in free for i in indices)


def sum_to_matrix_product(node: Expr) -> Expr | None:
    """sum_i c_i x_i = X^T c where x_i^T is row i of X; sum_i c_i x_i x_i^T = X^T diag(c) X."""
    if not isinstance(node, Reduce) or node.kind != "sum" or node.where or len(node.indices) != 1:
        return None
    i = node.indices[0]
    if not _whole_range(i, node):
        return None
    split = forms.term(node.body)
    rows = [_row(f, i) for f in split.core]
    if not rows or any(r is None for r in rows) or len(rows) > 2:
        return None
    bare = forms.Term(split.coefficient, split.numerators, split.denominators, ())
    if len(rows) == 2:
        return _outer_sum(bare, split.core, rows, i)
    if isinstance(split.core[0], Transpose):
        return None
    weight = stacked(forms.assembled(bare), i)
    assert rows[0] is not None
    return None if weight is None else forms.times(forms.turned(rows[0]), weight)


def _outer_sum(
    bare: forms.Term, core: tuple[Expr, ...], rows: list[Expr | None], i: Index
) -> Expr | None:
    if isinstance(core[0], Transpose) or not isinstance(core[1], Transpose):
        return None
    left, right = rows
    assert left is not None
    assert right is not None
    whole = forms.assembled(bare)
    if not _varies(whole, (i,)):
        return forms.times(whole, forms.turned(left), right)
    weight = stacked(whole, i)
    return (
        None if weight is None else forms.times(forms.turned(left), Apply("diag", (weight,)), right)
    )


def _row(node: Expr, i: Index) -> Expr | None:
    """X for X_{i:} or its transpose."""
    inner = node.operand if isinstance(node, Transpose) else node
    if isinstance(inner, Item) and inner.base.rank == 2 and inner.indices == (i, None):
        fixed = not _varies(inner.base, (i,)) and not getattr(inner.base, "family", 0)
        return inner.base if fixed else None
    return None


def _whole_range(i: Index, node: Expr) -> bool:
    """Whether i runs over a whole axis of every array of which it picks an entry."""
    for part in post_order(node):
        if isinstance(part, Item) and i in part.indices:
            size = part.base.shape[part.indices.index(i)]
            if repr(i.upper) != str(size) or forms.constant_value(i.lower) != 1:
                return False
    return True


def stacked(node: Expr, i: Index) -> Expr | None:
    """The vector of a scalar's values over i: `p_i - y_i` to `p - y`, `p_i (1 - p_i)` to `p o (1 - p)`."""
    size = _axis(node, i)
    return None if size is None else _stacked(node, i, (size,))


def _axis(node: Expr, i: Index) -> object:
    for part in post_order(node):
        if isinstance(part, Item) and i in part.indices:
            return part.base.shape[part.indices.index(i)]
    return None


def _stacked(node: Expr, i: Index, shape: tuple) -> Expr | None:  # type: ignore[type-arg]
    if isinstance(node, Neg):
        inner = _stacked(node.operand, i, shape)
        return None if inner is None else forms.negative(inner)
    if not _varies(node, (i,)):
        return forms.ones_like(shape) if forms.is_ones(node) else Apply("broadcast", (node,), shape)
    if isinstance(node, Item):
        if node.indices == (i,) and not _varies(node.base, (i,)) and shape[0] != ONE:
            return node.base
        return None
    if isinstance(node, Add):
        parts = [_stacked(t, i, shape) for t in node.terms]
        return None if None in parts else Add(tuple(p for p in parts if p is not None))
    if isinstance(node, Quotient):
        return _stacked_quotient(node, i, shape)
    if isinstance(node, Product):
        return _stacked_product(node, i, shape)
    return _stacked_function(node, i, shape)


def _stacked_quotient(node: Quotient, i: Index, shape: tuple) -> Expr | None:  # type: ignore[type-arg]
    top = _stacked(node.numerator, i, shape)
    if top is None:
        return None
    if not _varies(node.denominator, (i,)):
        return forms.divided(top, node.denominator)
    under = _stacked(node.denominator, i, shape)
    return None if under is None else Apply("hadamard_divide", (top, under))


def _stacked_product(node: Product, i: Index, shape: tuple) -> Expr | None:  # type: ignore[type-arg]
    if any(f.shape for f in node.factors):
        first, *rest = node.factors
        row = _row(first, i) if isinstance(first, Transpose) else None
        if row is not None and rest and not any(_varies(f, (i,)) for f in rest):
            return forms.times(row, *rest)
        last = _row(node.factors[-1], i) if len(node.factors) == 2 else None
        if last is not None and isinstance(first, Transpose) and not _varies(first, (i,)):
            return forms.times(last, first.operand)
        return None
    fixed = [f for f in node.factors if not _varies(f, (i,))]
    parts = [_stacked(f, i, shape) for f in node.factors if _varies(f, (i,))]
    if None in parts:
        return None
    return forms.times(*fixed, forms.entrywise(*(p for p in parts if p is not None)))


def _stacked_function(node: Expr, i: Index, shape: tuple) -> Expr | None:  # type: ignore[type-arg]
    from derive.expr.nodes import Call, Power
    from derive.rules.lift import is_elementwise

    if isinstance(node, (Apply, Call)) and is_elementwise(node):
        inner = _stacked(node.args[0], i, shape)
        if inner is None:
            return None
        if isinstance(node, Apply):
            return Apply(node.function, (inner,))
        return Call(node.function, (inner,), node.order)
    if isinstance(node, Power) and not _varies(node.exponent, (i,)):
        inner = _stacked(node.base, i, shape)
        return None if inner is None else Apply("hadamard_power", (inner, node.exponent))
    return None
