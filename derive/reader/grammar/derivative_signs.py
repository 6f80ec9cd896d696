r"""Signs of derivatives, looked at before they are read: whether a d or a fraction is one, and of what."""

from __future__ import annotations

from collections.abc import Sequence

from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, inner, plain, single
from derive.reader.grammar.table import Name
from derive.reader.grammar.written import base_name, written_scripts
from derive.reader.source.groups import Group, Node
from derive.reader.source.scanner import Kind, Token


def takes_d(reader: Formula, cursor: Cursor, size_counts: bool = True) -> bool:
    """Step over a differential sign: `\\partial`, `d`, `\\mathrm{d}`."""
    token = cursor.token
    if token is None:
        return False
    if token.text == r"\partial":
        cursor.pos += 1
        return True
    if token.text == "d" and token.kind is Kind.LETTER:
        cursor.pos += 1
        return True
    following = cursor.ahead()
    if (
        token.text in (r"\mathrm", r"\text", r"\textrm", r"\operatorname", r"\mathsf", r"\rm")
        and following is not None
    ):
        inside = single(inner(following))
        if inside is not None and inside.text == "d":
            cursor.pos += 2
            return True
    if isinstance(cursor.node, Group):
        inside = single(inner(cursor.node))
        if inside is not None and inside.text == "d":
            cursor.pos += 1
            return True
    return False


def denominators(
    reader: Formula, bottom: Sequence[Node], top: Sequence[Node]
) -> list[tuple[Sequence[Node], int]] | None:
    """The variables of `\\partial x \\partial y^2`, each with its order; None when this is no derivative."""
    head = Cursor(top)
    if not takes_d(reader, head):
        return None
    cursor = Cursor(bottom)
    found: list[tuple[Sequence[Node], int]] = []
    while cursor.node is not None:
        if not takes_d(reader, cursor):
            return None
        first = cursor.pos
        if cursor.at(r"\log", r"\ln"):  # by a logarithm: `\partial \log \sigma`
            cursor.pos += 1
        if not skip_name(reader, cursor):
            return None
        nodes = cursor.items[first : cursor.pos]
        order = 1
        if cursor.token is not None and cursor.token.kind is Kind.SUP:
            following = cursor.ahead()
            text = plain(inner(following)) if following is not None else ""
            if text.isdecimal():
                order = int(text)
                cursor.pos += 2
        found.append((nodes, order))
    return found or None


def skip_name(reader: Formula, cursor: Cursor) -> bool:
    """Step over a variable: a name with subscripts, labels and transposes, or something in brackets."""
    if cursor.at("(", "["):
        closer = {"(": ")", "[": "]"}[cursor.token.text]  # type: ignore[union-attr]
        depth = 0
        while cursor.node is not None:
            token = cursor.token
            depth += token is not None and token.text in ("(", "[")
            depth -= token is not None and token.text in (")", "]")
            cursor.pos += 1
            if depth == 0 and token is not None and token.text == closer:
                break
        if depth:
            return False
    elif base_name(cursor) is None:
        node = cursor.node
        if not isinstance(node, Group) or node.name:
            return False
        cursor.pos += 1
    while isinstance(cursor.node, Token):
        token = cursor.node
        if token.kind is Kind.SUB:
            cursor.pos += 2
        elif token.text == "'" and token.kind is Kind.CHAR:
            cursor.pos += 1
        elif token.kind is Kind.SUP:
            following = cursor.ahead()
            text = plain(inner(following)) if following is not None else ""
            if text.isdecimal() and not _declared_power(reader, cursor, text):
                break
            cursor.pos += 2
        else:
            break
    return True


def _declared_power(reader: Formula, cursor: Cursor, power: str) -> bool:
    """Whether the name before the cursor is declared with this power, as sigma^2 is."""
    for back in range(1, min(cursor.pos, 5) + 1):
        trial = Cursor(cursor.items[cursor.pos - back : cursor.pos], cleaned=True)
        name = base_name(trial)
        if name is None:
            continue
        sub, _ = written_scripts(trial)
        if trial.node is not None:
            continue
        full = Name(name.base, name.font, name.accents, sub, power)
        match = reader.table.find(full)
        if match is not None and match[1].sup == power:
            return True
    return False


def slash_derivative_follows(reader: Formula, cursor: Cursor) -> object:
    """Something if `f / dx` comes next, else None."""
    return cursor if slash_follows(reader, cursor) else None


def slash_follows(reader: Formula, cursor: Cursor) -> bool:
    """Whether `f / d x` comes next, f being one name or bracket."""
    trial = Cursor(cursor.items, cleaned=True)
    trial.pos = cursor.pos
    if not trial.at("/"):
        if not skip_name(reader, trial):
            return False
        if trial.at("("):
            skip_name(reader, trial)
    return trial.take("/") and takes_d(reader, trial)
