r"""A matrix written as its members: `X = [x_1, \dots, x_n]^\top`."""

from __future__ import annotations

from collections.abc import Sequence

from derive.reader.grammar.cursor import Cursor
from derive.reader.grammar.table import Name
from derive.reader.grammar.written import base_name, written_scripts
from derive.reader.source.groups import Node, text_of


def name_nodes(items: Sequence[Node]) -> list[Node]:
    """What stands before the first `=`."""
    return list(items[: next(i for i, n in enumerate(items) if text_of(n) == "=")])


def stacked(items: Sequence[Node]) -> tuple[Name, Name, int, list[Node]] | None:
    """The matrix, its members, the axis that they count and what follows, of `X = [x_1, \\dots, x_n]^\top`."""
    texts = [text_of(n) for n in items]
    if "=" not in texts or not {r"\dots", r"\vdots"} & set(texts):
        return None
    cut = texts.index("=")
    opener = cut + 1
    if opener >= len(items) or texts[opener] not in ("[", "("):
        return None
    closer = next((i for i in range(opener, len(items)) if texts[i] in ("]", ")")), 0)
    whole, first = Cursor(list(items[:cut])), Cursor(list(items[opener + 1 : closer]))
    name, member = base_name(whole), base_name(first)
    if not closer or name is None or member is None or whole.node is not None:
        return None
    sub, sup = written_scripts(first)
    if sub != "1" or not first.at(",", "&") or name.base == member.base or not name.base.isupper():
        return None
    rest = list(items[closer + 1 :])
    turned = len(rest) > 1 and text_of(rest[0]) == "^"
    axis = 0 if turned or sup in (r"\top", "T") else 1
    return name, Name(member.base, member.font, member.accents), axis, rest[2:] if turned else rest
