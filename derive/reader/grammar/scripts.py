r"""Scripts of the grammar: powers, transposes, inverses, primes, entries and factorials after an atom."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from derive.errors import DeriveError
from derive.expr.nodes import Item, Symbol
from derive.reader.grammar.cursor import Cursor, plain
from derive.reader.grammar.state import Base
from derive.reader.grammar.table import Name
from derive.reader.grammar.values import Value
from derive.reader.source.groups import Group, Node, text_of
from derive.reader.source.scanner import Kind, Token


@dataclass
class Indexed:
    """What `entries` passes to its handler."""

    value: Value
    nodes: Sequence[Node]
    start: int


_ONE_ARGUMENT = frozenset(
    [
        r"\mathrm",
        r"\mathsf",
        r"\mathbf",
        r"\text",
        r"\textrm",
        r"\mathit",
        r"\operatorname",
        r"\boldsymbol",
        r"\bm",
        r"\mathcal",
        r"\mathbb",
        r"\hat",
        r"\bar",
        r"\tilde",
        r"\textbf",
        r"\vec",
        r"\mathtt",
    ]
)


class Scripts(Base):
    """What stands after an atom."""

    def postfix(self, value: Value, cursor: Cursor, start: int) -> Value:
        """Primes, powers, transposes, entries and factorials after an atom."""
        while True:
            token = cursor.token
            if token is None:
                if not empty_before_script(cursor):
                    return value
                cursor.pos += 1
                continue
            if token.kind is Kind.SUP:
                cursor.pos += 1
                value = self.raised(value, self.argument(cursor), token.start)
            elif token.kind is Kind.SUB:
                cursor.pos += 1
                value = self.entries(value, self.argument(cursor), token.start)
            elif token.text == "'":
                cursor.pos += 1
                value = self._primed(value, token.start)
            elif token.text == "!":
                cursor.pos += 1
                value = self.apply("factorial", value, token.start)
            elif self.front is not cursor and at_bar(cursor):
                value = self.words["at point"](self, AtPoint(value, cursor))
            else:
                return value

    def argument(self, cursor: Cursor) -> Sequence[Node]:
        """The nodes of a group or the single token that comes next, as TeX takes an argument."""
        node = cursor.node
        if node is None:
            raise self.unexpected(cursor, "an argument")
        cursor.pos += 1
        if isinstance(node, Group) and not node.name:
            return node.items
        following = cursor.node
        if (
            isinstance(node, Token)
            and node.kind is Kind.WORD
            and isinstance(following, Group)
            and node.text in _ONE_ARGUMENT
        ):
            cursor.pos += 1
            return (node, following)
        if isinstance(node, Token) and node.text in _ONE_ARGUMENT and following is not None:
            cursor.pos += 1
            return (node, following)
        return (node,)

    def _primed(self, value: Value, start: int) -> Value:
        if not self.arithmetic.shape(value):
            raise self.error(
                "a prime on a scalar is neither a transpose nor the derivative of a declared function",
                start,
            )
        self.note("a prime on a vector or matrix is its transpose")
        with self.at(start):
            return self.arithmetic.transpose(value)

    def is_transpose(self, token: Token | None, value: Value) -> bool:
        """Whether a superscript token is a transpose sign for this value."""
        if token is None:
            return False
        if token.text in (r"\top", r"\intercal"):
            return True
        if token.text == "T" and token.kind is Kind.LETTER:
            if self.arithmetic.shape(value):
                return True
            return self.table.find(Name("T")) is None and not any(b.name == "T" for b in self.scope)
        return False

    def raised(self, value: Value, nodes: Sequence[Node], start: int) -> Value:
        """value^nodes."""
        from derive.reader.grammar.cursor import clean, single

        if _in_square_brackets(nodes):
            raise self.error(
                "a superscript in square brackets is a label, not a power; declare the name with it",
                start,
            )
        token = single(nodes)
        if self.is_transpose(token, value):
            return self._transposed(value, start)
        items = clean(nodes)
        turned = self._turned(value, items, start)
        if turned is not None:
            return turned
        if token is not None and token.text == "'":
            return self._primed(value, start)
        if isinstance(items[0] if items else None, Token) and items[0].text in (r"\odot", r"\circ"):  # type: ignore[union-attr]
            exponent = self.whole(items[1:])
            if not self.arithmetic.shape(value):
                return self.arithmetic.power(value, exponent)
            return self.arithmetic.entrywise_power(value, exponent)
        if (
            token is not None
            and token.text
            in (
                "*",
                r"\star",
                r"\dagger",
                "+",
                r"\circ",
                r"\ddagger",
                "H",
            )
            and (token.text != "H" or self.table.find(Name("H")) is None)
        ):
            raise self.error(
                f"^{token.text} has no declared meaning here; declare the symbol with it", start
            )
        with self.deeper(start), self.flag(in_exponent=value.kind != "constant"):
            exponent = self.whole(items)
        with self.at(start):
            return self.arithmetic.power(value, exponent)

    def _transposed(self, value: Value, start: int) -> Value:
        """value^T."""
        if not self.arithmetic.shape(value) and _is_entry(value):
            raise self.error(
                f"{self.arithmetic.said(value)} is an entry, a number, and has no transpose", start
            )
        self._note_scalar(value)
        with self.at(start):
            return self.arithmetic.transpose(value)

    def _turned(self, value: Value, items: list[Node], start: int) -> Value | None:
        """value^{-T}, value^{kT}: a power whose exponent ends with the sign of the transpose; None of any other."""
        from derive.reader.grammar.cursor import single

        turned = len(items) == 3 and self.is_transpose(single(items[1:]), value)
        negative = bool(items) and isinstance(items[0], Token) and items[0].text == "-"
        if not turned and len(items) > 1 and self.is_transpose(single(items[-1:]), value):
            if len(items) == 2 and negative:
                self._note_scalar(value)
                with self.at(start):
                    return self.arithmetic.transpose(self.arithmetic.inverse(value))
            lowered = self.raised(value, items[:-1], start)
            with self.at(start):
                return self.arithmetic.transpose(lowered)
        if turned and negative:
            with self.at(start):
                return self.arithmetic.transpose(self.arithmetic.inverse(value))
        return None

    def _note_scalar(self, value: Value) -> None:
        if value.kind == "symbol" and not self.arithmetic.shape(value):
            self.note("the transpose of a scalar is the scalar")

    def entries(self, value: Value, nodes: Sequence[Node], start: int) -> Value:
        """value_nodes: entries by index."""
        text = plain(nodes)
        if (
            text[:1] in ("(", "[")
            and text[-1] in (")", "]")
            and len(re.findall(r"[(\[]", text)) == 1
        ):
            self.leaves_open(
                f"a subscript {text!r} in brackets may be a place in the order of size; "
                "declare the name with it",
                start,
            )
        handler = self.words["entries"]
        return handler(self, Indexed(value, nodes, start))

    def apply(self, function: str, value: Value, start: int) -> Value:
        """An elementwise function of the table."""
        from derive.expr.nodes import Apply

        return Value(
            value.shape, lambda: Apply(function, (value.build(),)), value.uses, start=start
        )


@dataclass
class AtPoint:
    """What `|_{x = a}` passes to its handler."""

    value: Value
    cursor: Cursor


def at_bar(cursor: Cursor) -> bool:
    """Whether a bar with a subscript `x = a` comes next, which no open bar waits for."""
    if not cursor.at("|", r"\rvert") or (cursor.bars and cursor.bars[-1] == "|"):
        return False
    mark, held = cursor.ahead(), cursor.ahead(2)
    if not (isinstance(mark, Token) and mark.kind is Kind.SUB and isinstance(held, Group)):
        return False
    return any(isinstance(node, Token) and node.text == "=" for node in held.items)


def _in_square_brackets(nodes: Sequence[Node]) -> bool:
    """Whether a script is `[l]`, all of it in one pair of square brackets."""
    items = nodes
    if len(nodes) == 1 and isinstance(nodes[0], Group) and not nodes[0].name:
        items = nodes[0].items
    texts = [text_of(node) for node in items]
    return texts[:1] == ["["] and "]" not in texts[1:-1]


def empty_before_script(cursor: Cursor) -> bool:
    """Whether `{}` comes next and a script after it, as in `A^\\top{}^{-1}`."""
    node, following = cursor.node, cursor.ahead()
    return (
        isinstance(node, Group)
        and not node.name
        and not node.items
        and isinstance(following, Token)
        and following.kind in (Kind.SUP, Kind.SUB)
    )


def _is_entry(value: Value) -> bool:
    """Whether a value is an entry of a vector, not a member of a family."""
    try:
        node = value.build()
    except DeriveError:
        return False
    return isinstance(node, Item) and isinstance(node.base, Symbol) and not node.base.family
