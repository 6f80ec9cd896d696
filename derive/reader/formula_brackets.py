r"""Brackets, bars, norms and inner products; constant arrays (`\mathbf 1_n`, `I`, `\mathbf 0`) and the
Kronecker delta."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from derive.errors import ShapeError
from derive.expr.build import as_size
from derive.expr.nodes import Apply, Expr, Filled, Number
from derive.expr.sizes import Size
from derive.reader.formula_conditions import (
    block_matrix,
    bracket_indicator,
    enclosed,
    holds_relation,
    rows_of,
)
from derive.reader.formula_core import Formula
from derive.reader.formula_cursor import Cursor, clean, inner, plain
from derive.reader.formula_indices import script_pieces, split_indices
from derive.reader.formula_members import filled
from derive.reader.formula_names import Unknown
from derive.reader.formula_roots import binomial
from derive.reader.formula_special import norm_of, shaped
from derive.reader.formula_state import ENTRYWISE
from derive.reader.formula_values import Value, uses_of
from derive.reader.formula_written import Written
from derive.reader.groups import Group, Node
from derive.reader.scanner import Kind, Token
from derive.reader.table import is_index

CLOSING = {"(": ")", "[": "]", r"\{": r"\}"}


def read_bracket(reader: Formula, cursor: Cursor) -> Value:
    """( ), [ ], \\{ \\}: a group, or a tuple of entries; [[cond]] and [cond] are indicators."""
    token = cursor.token
    assert token is not None
    closer = CLOSING[token.text]
    if token.text == "[":
        value = _iverson(reader, cursor, token.start)
        if value is not None:
            return value
    choose = _binomial_array(reader, cursor) if token.text == "(" else None
    if choose is not None:
        return choose
    cursor.pos += 1
    cursor.bars.append("(")
    with reader.deeper(token.start):
        parts = [reader.expression(cursor)]
        while token.text != r"\{" and cursor.take(","):
            parts.append(reader.expression(cursor))
        rows = [parts]
        while token.text == "[" and cursor.take(";"):
            rows.append([reader.expression(cursor)])
    if not cursor.take(closer):
        raise reader.unexpected(cursor, f"{closer!r}")
    cursor.bars.pop()
    if len(rows) > 1:
        return block_matrix(reader, rows, token.start)
    if len(parts) > 1:
        return _tuple(reader, cursor, parts, token.start)
    value = parts[0]
    return value.but(kind="bracket", parts=()) if value.kind in ("product", "hadamard") else value


def _binomial_array(reader: Formula, cursor: Cursor) -> Value | None:
    """`\\left(\\begin{array}{c} n \\\\ i \\end{array}\\right)` of two integers is a binomial coefficient."""
    group, closing = cursor.ahead(), cursor.ahead(2)
    if not isinstance(group, Group) or group.name not in ("array", "matrix", "smallmatrix"):
        return None
    if not (isinstance(closing, Token) and closing.text == ")"):
        return None
    skip = 1 if group.name == "array" and group.items and isinstance(group.items[0], Group) else 0
    rows = rows_of(group.items[skip:])
    if len(rows) != 2 or any(len(row) != 1 for row in rows):
        return None
    start = cursor.start
    n, k = (reader.whole(row[0]) for row in rows)
    if n.shape or k.shape or not any(v.kind in ("index", "size") for v in (n, k)):
        return None
    cursor.pos += 3
    reader.note("a column of two integers in round brackets is a binomial coefficient")
    return binomial(n, k, start)


def _iverson(reader: Formula, cursor: Cursor, start: int) -> Value | None:
    nodes = enclosed(cursor, "[", "]")
    if nodes is None:
        return None
    doubled = nodes and isinstance(nodes[0], Token) and nodes[0].text == "["
    content = nodes[1:-1] if doubled else nodes
    if not holds_relation(content):
        return None
    from derive.reader.formula_conditions import indicator

    reader.note("[condition] is 1 where the condition holds")
    cursor.pos += len(nodes) + 2
    return indicator(reader, content, start)


def _tuple(reader: Formula, cursor: Cursor, parts: list[Value], start: int) -> Value:
    """(a, b)^T is a column; (a, b) alone is read as a column too."""
    token, following = cursor.token, cursor.ahead()
    if token is not None and token.kind is Kind.SUP and following is not None:
        sign = clean(inner(following))
        if len(sign) == 1 and isinstance(sign[0], Token) and sign[0].text in (r"\top", "T"):
            cursor.pos += 2
            return block_matrix(reader, [[p] for p in parts], start)
    if any(reader.arithmetic.shape(p) for p in parts):
        return block_matrix(reader, [parts], start)
    reader.note("a list of numbers in brackets is a column vector")
    return block_matrix(reader, [[p] for p in parts], start)


def read_bars(reader: Formula, cursor: Cursor) -> Value:
    """|x|: absolute value of a scalar, entries of a vector, determinant of a square matrix; with the index of a norm
    or squared, |v| of a vector is a norm."""
    token = cursor.token
    assert token is not None
    cursor.pos += 1
    closer, bar = (r"\rvert", "(") if token.text == r"\lvert" else ("|", "|")
    if token.text == r"\lvert" and not _has_ahead(cursor, r"\rvert"):
        closer, bar = "|", "|"
    value = _up_to(reader, cursor, closer, bar, token.start)
    own = reader.arithmetic.shape(value)
    if own and (norm := _barred_norm(reader, value, cursor, token.start)) is not None:
        return norm
    if len(own) == 2 and str(own[0]) != "1":
        with reader.at(token.start):
            return shaped(reader, "det", value, token.start)
    if own:
        reader.note("bars around a vector are taken entry by entry")
    return Value(value.shape, lambda: Apply("abs", (value.build(),)), value.uses, start=token.start)


def _barred_norm(reader: Formula, value: Value, cursor: Cursor, start: int) -> Value | None:
    r"""The norm `|v|_1`, `|A|_F` or `|v|^2` that single bars are; None where they are none."""
    token, following = cursor.token, cursor.ahead()
    if token is None or following is None or token.kind not in (Kind.SUB, Kind.SUP):
        return None
    text = plain(inner(following))
    if token.kind is Kind.SUB:
        if text not in ("1", "2", "F", r"\infty", r"\ell_1", r"\ell_2"):
            return None
        cursor.pos += 1
        return _norm(reader, value, reader.argument(cursor), start)
    behind = cursor.ahead(2)
    entrywise = isinstance(behind, Token) and behind.text in ENTRYWISE
    if text != "2" or entrywise or len(reader.arithmetic.shape(value)) != 1:
        return None
    reader.note("the square of bars around a vector is its squared norm")
    index = _index_behind_power(cursor)
    return _norm(reader, value, index, start)


def _index_behind_power(cursor: Cursor) -> Sequence[Node] | None:
    r"""Take the index of `\|x\|^2_2` out from behind the power."""
    third, index = cursor.ahead(2), cursor.ahead(3)
    if not isinstance(third, Token) or third.kind is not Kind.SUB or index is None:
        return None
    cursor.items = [*cursor.items[: cursor.pos + 2], *cursor.items[cursor.pos + 4 :]]
    return inner(index)


def _has_ahead(cursor: Cursor, text: str) -> bool:
    return any(isinstance(n, Token) and n.text == text for n in cursor.items[cursor.pos :])


def _up_to(reader: Formula, cursor: Cursor, closer: str, bar: str, start: int) -> Value:
    cursor.bars.append(bar)
    with reader.deeper(start):
        value = reader.expression(cursor)
    if closer == "|" and cursor.at("||") and not cursor.split:
        token = cursor.token
        assert token is not None
        items = list(cursor.items)
        items[cursor.pos : cursor.pos + 1] = [
            token._replace(text="|"),
            token._replace(text="|", start=token.start + 1),
        ]
        cursor.items = items
    closers = {"||": ("||", r"\|"), r"\|": (r"\|", "||"), "|": ("|", r"\rvert")}.get(
        closer, (closer,)
    )
    if not cursor.take(*closers):
        raise reader.unexpected(cursor, f"the closing {closer}")
    cursor.bars.pop()
    return value


def read_norm(reader: Formula, cursor: Cursor) -> Value:
    """\\|x\\|_p with every bar and index."""
    token = cursor.token
    assert token is not None
    cursor.pos += 1
    closer, bar = {r"\lVert": (r"\rVert", "("), "||": ("||", "||"), r"\|": (r"\|", r"\|")}[
        token.text
    ]
    if token.text == r"\lVert" and not _has_ahead(cursor, r"\rVert"):
        closer, bar = r"\|", r"\|"
    value = _up_to(reader, cursor, closer, bar, token.start)
    index: Sequence[Node] | None = None
    if cursor.token is not None and cursor.token.kind is Kind.SUB:
        cursor.pos += 1
        index = reader.argument(cursor)
    elif cursor.token is not None and cursor.token.kind is Kind.SUP:
        index = _index_behind_power(cursor)
    return _norm(reader, value, index, token.start)


def _norm(reader: Formula, value: Value, index: Sequence[Node] | None, start: int) -> Value:
    text = plain(index) if index is not None else ""
    kinds = {
        "": "",
        "2": "2",
        "1": "1",
        r"\infty": "inf",
        "F": "F",
        "f": "F",
        "Fro": "F",
        r"\ell2": "2",
        r"\ell_2": "2",
    }
    kinds |= {
        r"\ell_1": "1",
        "F^": "F",
        "fro": "F",
        "L2": "2",
        "L_2": "2",
        "L^2": "2",
        r"\mathrm{F}": "F",
        r"\mathcal F": "F",
    }
    if text in kinds:
        with reader.at(start):
            if kinds[text] == "2" and reader.table.conventions.get("norm_2") == "frobenius":
                return norm_of(reader, value, "F", start)
            return norm_of(reader, value, kinds[text], start)
    whole = {"*": "nuclear_norm", r"\ast": "nuclear_norm", "op": "spectral_norm"}
    if text in whole and len(reader.arithmetic.shape(value)) == 2:
        return Value((), lambda: Apply(whole[text], (value.build(),)), value.uses, start=start)
    if text in ("0", "*", r"\star", "op", r"\sigma", "2,1", "tr", r"\ast"):
        raise reader.error(f"the norm with index {text} is not supported", start)
    assert index is not None
    inside = reader.whole(index)
    own = reader.arithmetic.shape(value)
    if reader.arithmetic.shape(inside):
        return _weighted(reader, value, inside, start)
    if len(own) != 1:
        raise reader.error(f"a norm with index {text} is read for a vector only", start)

    def build() -> Expr:
        p = inside.build()
        powers = Apply("hadamard_power", (Apply("abs", (value.build(),)), p))
        return Apply("sum", (powers,)) ** (Number(Fraction(1)) / p)

    return Value((), build, uses_of((value, inside)), start=start)


def _weighted(reader: Formula, value: Value, weight: Value, start: int) -> Value:
    """\\|x\\|_A is sqrt(x^T A x)."""
    with reader.at(start):
        form = reader.arithmetic.multiply([reader.arithmetic.transpose(value), weight, value])
    reader.demand_scalar(form, "a norm", start)
    reader.note("a norm with a matrix as its index is sqrt(x^T A x)")
    return Value((), lambda: Apply("sqrt", (form.build(),)), form.uses, start=start)


def read_angle(reader: Formula, cursor: Cursor) -> Value:
    """\\langle a, b \\rangle, with index F too."""
    start = cursor.start
    cursor.pos += 1
    parts = reader.arguments(cursor, r"\rangle")
    if len(parts) != 2:
        raise reader.error(f"an inner product has 2 arguments, got {len(parts)}", start)
    if cursor.token is not None and cursor.token.kind is Kind.SUB:
        cursor.pos += 1
        text = plain(reader.argument(cursor))
        if text not in ("F", "fro", "2", "Fro"):
            raise reader.error(f"an inner product with index {text} is not supported", start)
    with reader.at(start):
        return inner_product(reader, parts[0], parts[1], start)


def inner_product(reader: Formula, a: Value, b: Value, start: int) -> Value:
    """The sum of the products of the entries."""
    if not reader.table.sizes.unify_shapes(a.shape, b.shape):
        raise ShapeError(
            f"an inner product needs equal shapes, got {reader.arithmetic.said(a)} and {reader.arithmetic.said(b)}"
        )
    return Value((), lambda: Apply("inner", (a.build(), b.build())), uses_of((a, b)), start=start)


def rounded(function: str, closer: str) -> Callable[[Formula, Cursor], Value]:
    """\\lfloor x \\rfloor."""

    def handler(reader: Formula, cursor: Cursor) -> Value:
        start = cursor.start
        cursor.pos += 1
        value = reader.bracketed(cursor, closer, "(")
        if function == "ceil":
            floor = reader.apply("floor", reader.arithmetic.negative(value), start)
            return reader.arithmetic.negative(floor)
        return reader.apply(function, value, start)

    return handler


# ------------------------------------------------------------------------------------ constant arrays


def size_in(reader: Formula, nodes: Sequence[Node], start: int) -> list[Size]:
    """Sizes written as a subscript: `n`, `n \\times m`, `n, m`, `n-1`."""
    parts: list[list[Node]] = [[]]
    for node in clean(nodes):
        if isinstance(node, Token) and node.text in (r"\times", ",", "x"):
            parts.append([])
        else:
            parts[-1].append(node)
    sizes: list[Size] = []
    for part in parts:
        with reader.flag(in_limit=True):
            value = reader.whole(part)
        with reader.at(start):
            sizes.append(as_size(value.build()))
    return sizes


def constant_array(reader: Formula, cursor: Cursor, kind: str, start: int) -> Value:
    """`\\mathbf 1`, `\\mathbf 1_n`, `\\mathbf 1_{m \\times n}`, and the like for zeros."""
    if cursor.token is None or cursor.token.kind is not Kind.SUB:
        return filled(reader, kind, start)
    cursor.pos += 1
    sizes = size_in(reader, reader.argument(cursor), start)
    return _sized(reader, kind, sizes, start)


def _sized(reader: Formula, kind: str, sizes: list[Size], start: int) -> Value:
    if len(sizes) == 1:
        return filled(reader, kind, start, sizes[0]).but(kind="")
    shape = tuple(sizes)
    return Value(shape, lambda: Filled(kind, reader.table.sizes.shape(shape)), start=start)


def read_digit(reader: Formula, request: object) -> Value | None:
    """A bold 1 or 0: constant arrays, or an indicator."""
    assert isinstance(request, Unknown)
    found, cursor = request.written, request.cursor
    kind = {"1": "ones", "0": "zeros"}.get(found.name.base)
    if kind is None:
        return None
    if kind == "ones":
        nodes = clean(found.sub) if found.sub is not None else []
        if nodes and isinstance(nodes[0], Token) and nodes[0].text in CLOSING:
            nodes = nodes[1:-1]
        if holds_relation(nodes):
            from derive.reader.formula_conditions import indicator

            return indicator(reader, nodes, found.start)
        inside = bracket_indicator(reader, cursor, found.start)
        if inside is not None:
            return inside
    if found.sub is not None:
        value = _sized(reader, kind, size_in(reader, found.sub, found.start), found.start)
    else:
        value = filled(reader, kind, found.start)
    return reader.raised(value, found.sup, found.start) if found.sup is not None else value


def read_identity(reader: Formula, request: object) -> Value | None:
    """I, I_n; with a condition in brackets an indicator."""
    assert isinstance(request, Unknown)
    found, cursor = request.written, request.cursor
    if found.primes:
        return None
    inside = bracket_indicator(reader, cursor, found.start) if found.sub is None else None
    if inside is not None:
        return inside
    if found.sub is not None and holds_relation(clean(found.sub)):
        from derive.reader.formula_conditions import indicator

        return indicator(reader, clean(found.sub), found.start)
    bessel = _bessel(reader, found, cursor)
    if bessel is not None:
        return bessel
    if cursor.at("(") and found.sub is None and found.sup is None:
        mutual = reader.words["entropy of laws"](reader, request)
        if mutual is not None:
            return mutual
        inside_bracket = enclosed(cursor, "(", ")") or []
        if not any(isinstance(n, Token) and n.text in ("+", "-") for n in inside_bracket):
            raise reader.error(
                "I stands before a bracket: the identity times what is in it, or a function; declare I",
                found.start,
            )
    value = filled(reader, "identity", found.start)
    if found.sub is not None:
        text = plain(found.sub)
        if (
            len(clean(found.sub)) == 2
            and reader.table.find(request.name) is None
            and text.islower()
            and len(text) == 2
        ):
            value = reader.entries(value, found.sub, found.start)
        else:
            sizes = size_in(reader, found.sub, found.start)
            value = filled(reader, "identity", found.start, sizes[0])
    return reader.raised(value, found.sup, found.start) if found.sup is not None else value


def _bessel(reader: Formula, found: Written, cursor: Cursor) -> Value | None:
    """I_0(x) and I_1(x) of a number: modified Bessel functions; an identity of size 0 has no use."""
    order = plain(found.sub) if found.sub is not None else ""
    if order not in ("0", "1") or found.sup is not None or not cursor.at("("):
        return None
    before = cursor.pos
    inside = reader.atom(cursor)
    if reader.arithmetic.shape(inside):
        if order == "0":
            raise reader.error(f"I_{order} is read for one number", found.start)
        cursor.pos = before
        return None
    reader.note(f"I_{order} is the modified Bessel function of order {order}")
    return reader.apply(f"bessel_i{order}", inside, found.start)


def read_delta(reader: Formula, request: object) -> Value | None:
    """\\delta_{ij}: the Kronecker delta of two indices."""
    assert isinstance(request, Unknown)
    found = request.written
    if found.sub is None:
        return None
    try:
        parts = split_indices(reader, found.sub, (2,), found.start)
    except Exception:  # a subscript of another kind is no Kronecker delta
        return None
    if len(parts) != 2 or any(p is None for p in parts):
        return None
    _same_range(reader, parts)
    i, j = parts
    assert i is not None
    assert j is not None
    value = Value(
        (),
        lambda: Apply("kronecker_delta", (i.build(), j.build())),
        uses_of((i, j)),
        start=found.start,
    )
    return reader.raised(value, found.sup, found.start) if found.sup is not None else value


def _same_range(reader: Formula, parts: Sequence[Value | None]) -> None:
    """Two indices that are compared run over the same range, if one of them has none."""
    bindings = [
        b
        for p in parts
        for b in (*reader.scope, *reader.outer, *reader.state.free.values())
        if p is not None and p.kind == "index" and p.uses == b.use
    ]
    if len(bindings) == 2:
        reader.table.sizes.unify(bindings[0].extent, bindings[1].extent)


def read_unit_vector(reader: Formula, request: object) -> Value | None:
    """e_i: the i-th unit vector."""
    assert isinstance(request, Unknown)
    found = request.written
    pieces = script_pieces(clean(found.sub)) if found.sub is not None else []
    if found.sub is None or (
        len(pieces) == 2 and all(is_index(plain(p), reader.table) for p in pieces)
    ):
        return None  # e_{ij} is an error, say
    parts = split_indices(reader, found.sub, (1,), found.start)
    index = parts[0]
    if index is None:
        return None
    size = reader.table.sizes.fresh()
    for binding in (*reader.scope, *reader.outer, *reader.state.free.values()):
        if index.kind == "index" and index.uses == binding.use:
            size = binding.extent
    sizes = reader.table.sizes

    def build() -> Expr:
        return Apply("unit_vector", (index.build(),), (sizes.resolve(size),))

    reader.note("e_i is the i-th unit vector")
    value = Value((size,), build, index.uses, start=found.start)
    return reader.raised(value, found.sup, found.start) if found.sup is not None else value
