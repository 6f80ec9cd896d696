r"""Moments as equations beside a list of independent members: `$x_1, \dots, x_n$ are independent with
$E[x_i] = \mu$ and $\mathrm{Var}(x_i) = \sigma^2$`, `with mean $\mathbb{E}[x_n] = \mu$ and variance ...`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from derive.errors import ReadError
from derive.reader.declarations.moments import Spoken, called_moment
from derive.reader.declarations.questions import tokens_in
from derive.reader.grammar.cursor import Cursor, clean, plain
from derive.reader.grammar.node_parts import parts_of
from derive.reader.grammar.written import base_name, written_scripts
from derive.reader.source.blocks import Prose
from derive.reader.source.groups import Node, text_of, tree
from derive.reader.source.scanner import Token

_INDEPENDENT = re.compile(r"(?<!not )\bindependent(?:ly)?\b(?! of\b)|\bi\.?\s?i\.?\s?d\b", re.I)
_DOTS = frozenset([r"\dots", r"\ldots", r"\cdots"])


def stated_moments(prose: Prose) -> Iterator[Spoken]:
    """The independent members of which a paragraph states the mean, and maybe the variance, by equations."""
    text, formulas = prose.numbered()
    if not _INDEPENDENT.search(text):
        return
    levels = [_nodes(prose, tokens) for tokens in formulas]
    means: dict[str, tuple[Node, ...]] = {}
    spreads: dict[str, tuple[Node, ...]] = {}
    for level in levels:
        for part in parts_of(level):
            found = _equation(part)
            if found is not None:
                is_mean, letter, value = found
                (means if is_mean else spreads).setdefault(letter, tuple(value))
    for letter, mean in means.items():
        listed = next((level for level in levels if _lists(level, letter)), None)
        if listed is None:
            continue
        values = [_tokens(mean)]
        if letter in spreads:
            values.append(_tokens(spreads[letter]))
        yield Spoken("moments", _tokens(listed), tuple(values), True)


def _nodes(prose: Prose, tokens: Sequence[Token]) -> list[Node]:
    try:
        return clean(tree(list(tokens), prose.source))
    except ReadError:
        return []


def _tokens(nodes: Sequence[Node]) -> tuple[Token, ...]:
    return tuple(token for node in nodes for token in tokens_in(node))


def _member(nodes: Sequence[Node]) -> tuple[str, str] | None:
    """The letter of a member and its index as written."""
    cursor = Cursor(nodes)
    start = cursor.pos
    if base_name(cursor) is None:
        return None
    letter = plain(cursor.items[start : cursor.pos])
    sub, sup = written_scripts(cursor)
    index = sub or sup.strip("()")
    return (letter, index) if index and cursor.node is None else None


def _equation(part: Sequence[Node]) -> tuple[bool, str, list[Node]] | None:
    """Of `E[x_i] = m`: that it is a mean, `x`, and m, which is the same for all members."""
    sign = next((i for i, node in enumerate(part) if text_of(node) == "="), None)
    called = called_moment(part[:sign]) if sign is not None else None
    member = _member(called[1]) if called is not None else None
    if sign is None or called is None or member is None:
        return None
    letter, index = member
    value = list(part[sign + 1 :])
    signs = [token.text for token in _tokens(value)]
    own = letter in signs or (not index.isdigit() and index in signs)
    return None if own or "=" in signs or not value else (called[0], letter, value)


def _lists(level: Sequence[Node], letter: str) -> bool:
    r"""Whether a formula is a list of members, `x_1, \dots, x_n`."""
    parts = parts_of(level)
    first = _member(parts[0]) if parts and parts[0] else None
    dots = any(text_of(node) in _DOTS for node in level)
    return dots and len(parts) > 1 and first is not None and first[0] == letter


__all__ = ["stated_moments"]
