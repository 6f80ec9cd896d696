"""Printing rules for leaves, arithmetic, entries and relations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derive.expr.nodes import (
    Add,
    Apply,
    Cases,
    Constant,
    Dim,
    Expr,
    Filled,
    Index,
    Indicator,
    Item,
    Logic,
    Matrix,
    Neg,
    Number,
    Power,
    Product,
    Quotient,
    Relation,
    Symbol,
    Transpose,
)
from derive.expr.sizes import ONE
from derive.expr.walk import free_indices
from derive.writer.function_rules import applied
from derive.writer.pieces import (
    ATOM,
    FACTOR,
    POWER,
    PRODUCT,
    RELATION,
    SUM,
    TERMS,
    Piece,
    at_least,
    bracketed,
    closed_end,
)
from derive.writer.typesetter import (
    Rule,
    Typesetter,
    in_one_shape,
    negative,
    product_of,
    size_piece,
    sum_of,
)

CONSTANTS = {"pi": r"\pi", "e": "e", "infty": r"\infty", "eulergamma": r"\gamma"}
TRIGONOMETRIC = ("sin", "cos", "tan", "sinh", "cosh", "tanh")


# ------------------------------------------------------------------------------------------ leaves


def _symbol(node: Symbol, t: Typesetter) -> Piece:
    return t.style.name(node.name)


def _number(node: Number, t: Typesetter) -> Piece:
    text, value = node.text, node.value
    if text.lstrip("-").replace(".", "", 1).isdigit():
        positive = t.style.number(text.lstrip("-"))
    elif value.denominator == 1:
        positive = t.style.number(str(abs(value.numerator)))
    else:
        top = t.style.number(str(abs(value.numerator)))
        positive = t.style.fraction(top, t.style.number(str(value.denominator)))
    return positive if value >= 0 else negative(positive, t)


def _constant(node: Constant, t: Typesetter) -> Piece:
    latex = CONSTANTS[node.name]
    if latex in t.taken:
        latex = rf"\mathrm{{{latex}}}"  # read as the constant, since it is upright
    return t.style.name(latex)


def _dim(node: Dim, t: Typesetter) -> Piece:
    return size_piece(node.size, t) if node.size.terms else t.small_number(0)


def _filled(node: Filled, t: Typesetter) -> Piece:
    base = t.style.name({"ones": r"\mathbf{1}", "zeros": r"\mathbf{0}", "identity": "I"}[node.kind])
    if node.kind == "identity" and "I" in t.taken:
        base = t.style.name(r"\mathrm{I}")
    if not node.dims:
        return t.small_number(int(node.kind == "ones"))
    if node.kind == "ones" and len(node.dims) == 2:
        return _ones_matrix(node, base, t)
    sizes = [size_piece(s, t) for s in (node.dims[:1] if node.kind == "identity" else node.dims)]
    sized = t.style.below(base, t.list_of(sizes, "times" if len(sizes) > 1 else "comma"))
    plain = t.small_number(0) if node.kind == "zeros" else base
    return replace(sized, plain=plain)


def _ones_matrix(node: Filled, base: Piece, t: Typesetter) -> Piece:
    """The matrix of ones as an outer product; a row of ones as a transpose."""
    left, right = (t.style.below(base, size_piece(s, t)) for s in node.dims)
    row = t.style.above(right, t.style.mark("top"))
    if node.dims[0] == ONE:
        return replace(row, plain=t.style.above(base, t.style.mark("top")))
    return t.style.beside([left, row])


def _index(node: Index, t: Typesetter) -> Piece:
    return t.style.name(node.name)


# -------------------------------------------------------------------------------------- arithmetic


def _neg(node: Neg, t: Typesetter) -> Piece:
    part = t[node.operand]
    whole = negative(at_least(t.style, part, PRODUCT), t)
    if part.plain is not None:
        whole = replace(whole, plain=negative(at_least(t.style, part.plain, PRODUCT), t))
    return whole


def terms_of(node: Add, t: Typesetter) -> list[Piece]:
    """The printed terms of a sum, save for the signs between them."""
    parts = in_one_shape(node.terms, t)
    later: set[str] = set()
    for position in range(len(parts) - 1, -1, -1):
        part = parts[position]
        last = position == len(parts) - 1
        if not last and (part.swallows == TERMS or later.intersection(part.tail)):
            parts[position] = _closed_term(part, t)
        if position and any(before.tail for before in parts[:position]):
            later.update(index.name for index in free_indices(node.terms[position]))
    if parts[0].level < SUM or isinstance(node.terms[0], Add):
        parts[0] = bracketed(t.style, parts[0])
    return parts


def _add(node: Add, t: Typesetter) -> Piece:
    return sum_of(terms_of(node, t), t)


def _closed_term(part: Piece, t: Typesetter) -> Piece:
    if part.minus is not None:
        return negative(closed_end(t.style, part.minus), t)
    return closed_end(t.style, part)


def _product(node: Product, t: Typesetter) -> Piece:
    factors = flat_factors(node)
    parts = [t[factor] for factor in factors]
    arrays = [i for i, factor in enumerate(factors) if factor.shape]
    for position in arrays:
        if parts[position].plain is not None and _size_shown(factors, position):
            parts[position] = parts[position].plain or parts[position]
    whole = product_of(parts, t, node.dot)
    if arrays == [len(parts) - 1] and parts[-1].plain is not None:
        plain = product_of([*parts[:-1], parts[-1].plain], t, node.dot)
        whole = replace(whole, plain=plain)
    return whole


def flat_factors(node: Product) -> tuple[Expr, ...]:
    """The factors, those of an inner product taken out where no book brackets it: in front, or after numbers only."""
    factors = list(node.factors)
    while not node.dot:
        first, last = factors[0], factors[-1]
        if isinstance(first, Product) and not first.dot:
            factors[:1] = first.factors
        elif isinstance(last, Product) and not last.dot and not any(f.shape for f in factors[:-1]):
            factors[-1:] = last.factors
        else:
            break
    return tuple(factors)


def _size_shown(factors: Sequence[Expr], position: int) -> bool:
    """Whether the neighbours of a constant array in a product give its size."""
    node = factors[position]
    base = node.operand if isinstance(node, Transpose) else node
    if not isinstance(base, Filled):
        return False
    left = next((f for f in reversed(factors[:position]) if f.shape), None)
    right = next((f for f in factors[position + 1 :] if f.shape), None)
    from_left = left is not None and left.rank == 2 and not isinstance(left, Filled)
    from_right = right is not None and not isinstance(right, Filled)
    if base.kind == "identity":
        return from_left or from_right
    if node.rank == 1:
        return from_left
    return node.shape[0] == ONE and from_right


def _quotient(node: Quotient, t: Typesetter) -> Piece:
    top, bottom = t[node.numerator], t[node.denominator]
    if node.style == "slash":
        top = closed_end(t.style, at_least(t.style, top, PRODUCT))
        return t.style.slash(top, closed_end(t.style, at_least(t.style, bottom, POWER)))
    if top.minus is not None and top.minus.level >= PRODUCT:
        return negative(t.style.fraction(top.minus, bottom), t)
    return t.style.fraction(top, bottom)


def _power(node: Power, t: Typesetter) -> Piece:
    base, exponent = t[node.base], t[node.exponent]
    if isinstance(node.base, Apply) and node.base.function in TRIGONOMETRIC and _plain_order(node):
        name = t.style.above(t.style.word("\\" + node.base.function), exponent)
        return applied(name, t[node.base.args[0]], t, spaced=True)
    return t.style.above(at_least(t.style, base, ATOM), exponent)


def _plain_order(node: Power) -> bool:
    exponent = node.exponent
    return isinstance(exponent, Number) and exponent.value.denominator == 1 and exponent.value > 1


def _transpose(node: Transpose, t: Typesetter) -> Piece:
    inner = node.operand
    if isinstance(inner, Apply) and inner.function == "inverse":
        base = at_least(t.style, t[inner.args[0]], ATOM)
        return t.style.above(base, t.style.mark("inverse-top"))
    top = t.style.mark("top")
    whole = t.style.above(at_least(t.style, t[inner], ATOM), top)
    plain = t[inner].plain
    if isinstance(inner, Filled) and plain is not None:
        whole = replace(whole, plain=t.style.above(at_least(t.style, plain, ATOM), top))
    return whole


# ----------------------------------------------------------------------------- entries and blocks


def _item(node: Item, t: Typesetter) -> Piece:
    base, indices = node.base, node.indices
    if isinstance(base, Apply) and base.function == "eigenvalues":
        name = t.style.below(t.style.name(r"\lambda"), _subscript(indices, t))
        return t.style.row([name, t.style.fence("paren", t[base.args[0]])])
    if not isinstance(base, Symbol):
        inner = t.style.fence("bracket", t[base])
        return t.style.below(inner, _subscript(indices, t))
    part = t[base]
    if not base.family:
        return t.style.below(_can_carry_index(part, base.name, t), _subscript(indices, t))
    members, entries = indices[: base.family], indices[base.family :]
    has_entries = any(i is not None for i in entries)
    if base.marker == "sup":
        label = t.style.fence("paren", _subscript(members, t))
        part = t.style.above(at_least(t.style, part, ATOM), label)
        return t.style.below(part, _subscript(entries, t)) if has_entries else part
    shown = indices if has_entries else members
    return t.style.below(_can_carry_index(part, base.name, t), _subscript(shown, t))


def _can_carry_index(part: Piece, name: str, t: Typesetter) -> Piece:
    return t.style.fence("bracket", part) if "_" in name or "'" in name else part


def _subscript(indices: Sequence[Expr | None], t: Typesetter) -> Piece:
    """Indices side by side where each is one letter, else with commas; a colon for a whole axis."""
    parts = [t.style.mark("colon") if i is None else t[i] for i in indices]
    letters = all(
        i is None or (isinstance(i, (Index, Symbol)) and len(i.name) == 1) for i in indices
    )
    if len(parts) > 1 and letters:
        return t.style.row(parts)
    return t.list_of(parts)


def _matrix(node: Matrix, t: Typesetter) -> Piece:
    return t.style.grid("matrix", [[t[block] for block in line] for line in node.rows])


# ------------------------------------------------------------------------------------- conditions


def _relation(node: Relation, t: Typesetter) -> Piece:
    left, right = (at_least(t.style, p, SUM) for p in in_one_shape((node.lhs, node.rhs), t))
    row = t.style.row([left, t.style.mark(node.op), right])
    return row.at(RELATION)


def _logic(node: Logic, t: Typesetter) -> Piece:
    nested = (Logic,) if node.op != "not" else (Logic, Relation)
    parts = [bracketed(t.style, t[arg]) if isinstance(arg, nested) else t[arg] for arg in node.args]
    if node.op == "not":
        return t.style.row([t.style.mark("not"), parts[0]]).at(RELATION)
    return t.list_of(parts, node.op).at(RELATION)


def _indicator(node: Indicator, t: Typesetter) -> Piece:
    one = t.style.name(r"\mathbf{1}")
    return replace(t.style.row([one, t.style.fence("brace", t[node.condition])]), ends="call")


def _cases(node: Cases, t: Typesetter) -> Piece:
    rows = [[t[value], t.style.row([t.style.mark("if"), t[when]])] for value, when in node.branches]
    if node.otherwise is not None:
        rows.append([t[node.otherwise], t.style.mark("otherwise")])
    return replace(t.style.grid("cases", rows), level=FACTOR, swallows=TERMS)


RULES: dict[type[Expr], Rule] = {
    Symbol: _symbol,
    Number: _number,
    Constant: _constant,
    Dim: _dim,
    Filled: _filled,
    Index: _index,
    Add: _add,
    Neg: _neg,
    Product: _product,
    Quotient: _quotient,
    Power: _power,
    Transpose: _transpose,
    Item: _item,
    Matrix: _matrix,
    Relation: _relation,
    Logic: _logic,
    Indicator: _indicator,
    Cases: _cases,
}
