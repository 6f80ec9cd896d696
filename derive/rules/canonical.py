"""A normal form of sums and products, for comparing two formulas up to tidying: order, brackets, signs, like terms.

Formulas of one normal form are equal; those of different normal forms may be equal all the same. No fact is used, and
no function is opened.
"""

from __future__ import annotations

from fractions import Fraction

from derive.expr.nodes import (
    Add,
    Apply,
    Derivative,
    Expr,
    Filled,
    Neg,
    Number,
    Power,
    Product,
    Quotient,
    Reduce,
    Transpose,
)
from derive.expr.walk import post_order, rebuild
from derive.rules import forms

LIMIT = 400


def canonical(root: Expr, expand: bool = False) -> Expr:
    """The normal form; with `expand`, products are multiplied out (as long as fewer than 400 terms arise)."""
    done: dict[Expr, Expr] = {}
    for node in post_order(root):
        done[node] = _normal(rebuild(node, done), expand)
    return done[root]


def same(a: Expr, b: Expr) -> bool:
    """Whether two formulas are equal up to order, brackets, signs, like terms and multiplying out."""
    if a == b:
        return True
    if a.shape != b.shape:
        return False
    return canonical(a) == canonical(b) or canonical(a, True) == canonical(b, True)


def _normal(node: Expr, expand: bool) -> Expr:
    if isinstance(node, Number):
        return forms.number(node.value) if node.text else node
    if isinstance(node, Product):
        plain = node if not node.dot else Product(node.factors)
        return _summed(_expanded(plain) if expand else [forms.term(plain)], node)
    if isinstance(node, (Add, Neg, Quotient)):
        return _sum(node, expand)
    if isinstance(node, Transpose):
        return _transposed(node, expand)
    if isinstance(node, Power):
        return _power(node, expand)
    if isinstance(node, Apply):
        return _apply(node)
    if isinstance(node, Reduce):
        return _reduce(node, expand)
    if isinstance(node, Derivative):
        return Derivative(node.body, node.wrt)
    return node


def _transposed(node: Transpose, expand: bool) -> Expr:
    inner = node.operand
    if isinstance(inner, Add):
        return _sum(Add(tuple(canonical(forms.turned(t), expand) for t in inner.terms)), expand)
    made = forms.turned(inner)
    return made if made == node else canonical(made, expand)


def _power(node: Power, expand: bool) -> Expr:
    value = forms.constant_value(node.exponent)
    if expand and isinstance(node.base, Add) and not node.base.shape and value in (2, 3):
        return canonical(Product((node.base,) * int(value)), True)
    if value == 1:
        return node.base
    base = forms.constant_value(node.base)
    if base and value is not None and value.denominator == 1 and abs(value) <= 8:
        return forms.number(base ** int(value))
    return node


def _apply(node: Apply) -> Expr:
    if node.function in ("hadamard", "max", "min", "inner", "kronecker_delta"):
        if node.function == "hadamard":
            made = forms.entrywise(*node.args)
            if not isinstance(made, Apply) or made.function != "hadamard":
                return made
            node = made
        return Apply(node.function, tuple(sorted(node.args, key=repr)), node.params)
    if node.function == "hadamard_power" and forms.constant_value(node.args[1]) == 2:
        node = Apply("hadamard", (node.args[0], node.args[0]))
    if node.function == "trace" and not node.args[0].shape:
        return node.args[0]
    if node.function == "broadcast" and node.shape and forms.is_ones(node):
        return Filled("ones", node.shape)
    return node


def _reduce(node: Reduce, expand: bool) -> Expr:
    body = node.body
    if node.kind != "sum":
        return Reduce(node.kind, node.indices, body, node.where)
    if expand and isinstance(body, Add):
        parts = [_reduce(Reduce("sum", node.indices, t, node.where), True) for t in body.terms]
        return _sum(Add(tuple(parts)), True)
    split = forms.term(body)
    if split.coefficient == 1:
        return Reduce("sum", node.indices, body, node.where)
    inner = forms.assembled(split.scaled(1 / split.coefficient)) if split.coefficient else body
    return forms.times(
        forms.number(split.coefficient), Reduce("sum", node.indices, inner, node.where)
    )


def _sum(node: Expr, expand: bool) -> Expr:
    terms: list[forms.Term] = []
    stack = [(node, Fraction(1))]
    while stack:
        part, sign = stack.pop()
        if isinstance(part, Add):
            stack.extend((t, sign) for t in reversed(part.terms))
        elif isinstance(part, Neg):
            stack.append((part.operand, -sign))
        elif expand and isinstance(part, (Product, Quotient)):
            terms.extend(t.scaled(sign) for t in _expanded(part))
        else:
            terms.append(forms.term(part).scaled(sign))
    return _summed(terms, node)


def _expanded(node: Expr) -> list[forms.Term]:
    """The terms of a product multiplied out."""
    found = [forms.term(node)]
    result: list[forms.Term] = []
    while found and len(found) + len(result) < LIMIT:
        t = found.pop()
        spot = _first_sum(t)
        if spot is None:
            result.append(t)
            continue
        where, position, addends = spot
        for addend in addends:
            found.append(_with(t, where, position, addend))
    return result + found


def _first_sum(t: forms.Term) -> tuple[str, int, tuple[Expr, ...]] | None:
    for position, factor in enumerate(t.numerators):
        if isinstance(factor, Add):
            return "top", position, factor.terms
        if isinstance(factor, Product):
            for inner, part in enumerate(factor.factors):
                if isinstance(part, Add):
                    put = [
                        (*factor.factors[:inner], s, *factor.factors[inner + 1 :])
                        for s in part.terms
                    ]
                    return "top", position, tuple(forms.times(*p) for p in put)
    for position, factor in enumerate(t.core):
        if isinstance(factor, Add):
            return "core", position, factor.terms
    return None


def _with(t: forms.Term, where: str, position: int, addend: Expr) -> forms.Term:
    listed = t.numerators if where == "top" else t.core
    before, after = listed[:position], listed[position + 1 :]
    split = forms.term(addend)
    if where == "top":
        top = (*before, *split.numerators, *after)
        core = t.core
    else:
        top = (*t.numerators, *split.numerators)
        core = (*before, *split.core, *after)
    return forms.Term(
        t.coefficient * split.coefficient, top, t.denominators + split.denominators, core
    )


def _summed(terms: list[forms.Term], node: Expr) -> Expr:
    merged: dict[tuple[object, ...], forms.Term] = {}
    for t in terms:
        plain = _ordered(t)
        key = (plain.numerators, plain.denominators, plain.core)
        if key in merged:
            plain = plain.scaled(Fraction(1))
            total = merged[key].coefficient + plain.coefficient
            merged[key] = forms.Term(total, plain.numerators, plain.denominators, plain.core)
        else:
            merged[key] = plain
    kept = [t for t in merged.values() if t.coefficient]
    built = sorted((_built(t) for t in kept), key=lambda pair: pair[0])
    made = forms.total([expr for _, expr in built], node.shape)
    return made if made.shape == node.shape else node


def _built(t: forms.Term) -> tuple[str, Expr]:
    expr = forms.assembled(t)
    bare = forms.assembled(forms.Term(Fraction(1), t.numerators, t.denominators, t.core))
    return repr(bare), expr


def _ordered(t: forms.Term) -> forms.Term:
    """Scalars sorted, powers merged, a scalar product of arrays in one of its two directions."""
    top = sorted((_one_way(f) for f in t.numerators), key=repr)
    bottom = sorted((_one_way(f) for f in t.denominators), key=repr)
    powers: dict[Expr, Fraction] = {}
    others: list[Expr] = []
    for factor, sign in [*((f, 1) for f in top), *((f, -1) for f in bottom)]:
        base, exponent = factor, Fraction(sign)
        if isinstance(factor, Power) and not factor.base.shape:
            value = forms.constant_value(factor.exponent)
            if value is not None:
                base, exponent = factor.base, value * sign
        powers[base] = powers.get(base, Fraction(0)) + exponent
    up = [forms.powered(b, forms.number(e)) for b, e in powers.items() if e > 0]
    down = [forms.powered(b, forms.number(-e)) for b, e in powers.items() if e < 0]
    return forms.Term(t.coefficient, tuple(others + up), tuple(down), t.core)


def _one_way(node: Expr) -> Expr:
    if isinstance(node, Product) and any(f.shape for f in node.factors):
        turned = forms.juxtaposed([forms.turned(f) for f in reversed(node.factors)])
        return min(node, turned, key=repr)
    return node
