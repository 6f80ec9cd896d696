r"""A law below an expectation: `\mathbb{E}_{x \sim \mathcal N(\mu, \sigma^2)}[x^2]`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from derive.reader.formula_core import Formula
from derive.reader.formula_cursor import Cursor, clean
from derive.reader.formula_written import base_name, written_scripts
from derive.reader.groups import Node
from derive.reader.scanner import Token
from derive.reader.table import Declaration, Name


@contextmanager
def drawn_from(reader: Formula, below: Sequence[Node] | None) -> Iterator[None]:
    """Inside, the variable below the sign has the law that is written there; without a law nothing changes."""
    found = _law_below(below)
    if found is None:
        yield
        return
    from derive.reader.declare_laws import random_law

    name, law = found
    table = reader.table
    known = table.entries.get(name)
    drawn = replace(known, law=None) if known is not None else Declaration(name, name.latex)
    random_law(reader, drawn, law)
    table.entries[name] = drawn
    letters = table.by_letter.setdefault(name.letter, {})
    new = name not in letters
    letters[name] = None
    try:
        yield
    finally:
        if known is None:
            del table.entries[name]
        else:
            table.entries[name] = known
        if new:
            del letters[name]


def _law_below(below: Sequence[Node] | None) -> tuple[Name, Sequence[Node]] | None:
    """The name and the law of `x \\sim \\mathcal N(m, s)`; None when no law with arguments stands there."""
    items = clean(below) if below is not None else []
    texts = [node.text if isinstance(node, Token) else "" for node in items]
    if r"\sim" not in texts or "(" not in texts[texts.index(r"\sim") :]:
        return None
    cut = texts.index(r"\sim")
    cursor = Cursor(items[:cut], cleaned=True)
    name = base_name(cursor)
    if name is None:
        return None
    sub, sup = written_scripts(cursor)
    if cursor.node is not None:
        return None
    return Name(name.base, name.font, name.accents, sub, sup), items[cut + 1 :]


__all__ = ["drawn_from"]
