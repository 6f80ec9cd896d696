r"""What bars mean: `|x|`, `|A|` as a determinant, `\|x\|_p` and norms with weights, and the bar of conditions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from derive.expr.nodes import Apply, Expr, Number
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, inner, plain
from derive.reader.grammar.special import norm_of, shaped
from derive.reader.grammar.state import ENTRYWISE
from derive.reader.grammar.values import Value, uses_of
from derive.reader.source.groups import Node
from derive.reader.source.scanner import Kind, Token


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
