r"""Calls of laws in a document, and the variables of which nothing is said but their laws: `p(x, z)`, `q(z \mid x)`.

A variable that stands nowhere but in calls, below expectations, and behind the d of an integral takes any values: what
is claimed of its laws is claimed of every law, whether it is called a density or a probability.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from derive.reader.declarations.phrases import mentions
from derive.reader.grammar.conditions import enclosed
from derive.reader.grammar.cursor import Cursor, clean
from derive.reader.grammar.finite_laws import BARS, LAWS
from derive.reader.grammar.index_names import index_name
from derive.reader.grammar.node_parts import split_at
from derive.reader.grammar.table import LawCall, Name, Table
from derive.reader.grammar.written import base_name, written_scripts
from derive.reader.rewriting.law_words import are_given, words_of
from derive.reader.source.blocks import Display, Document, Prose
from derive.reader.source.groups import Group, Node, text_of, tree
from derive.reader.source.scanner import Token

_AVERAGES = re.compile(
    r"\b(?:expectations?|expected values?|averages?|\\mathbb\{?E\}?)\b[^.;]*?\b"
    r"(?:with respect to|w\.r\.t\.?|under|over|are those of|is that of)"
    r"(?:\s+(?:the|a|an|variational|distribution|density|law|approximate|posterior))*\s*$",
    re.IGNORECASE,
)
_FINITE = re.compile(r"finite|discrete|mass function|categorical|\blabels?\b", re.IGNORECASE)
_DENSITY = re.compile(r"\bdensit", re.IGNORECASE)


def law_calls(runs: Iterable[Sequence[Node]]) -> Iterator[tuple[Name, LawCall]]:
    """The calls of letters that usually are laws at names alone."""
    for level in runs:
        cursor = Cursor(level)
        while cursor.node is not None:
            first = cursor.pos
            name = base_name(cursor)
            if name is None:
                cursor.pos += 1
                continue
            sub, sup = written_scripts(cursor)
            nodes = enclosed(cursor, "(", ")") if cursor.at("(") else None
            if name.base not in LAWS or name.font not in ("", "rm") or not nodes or sup:
                continue
            halves = _halves(nodes)
            values, given = (
                names_listed(halves[0]),
                [v for h in halves[1:] for v in names_listed(h)],
            )
            if values and len(halves) < 3:
                end = cursor.pos + len(nodes) + 2
                whole = tuple(cursor.items[first:end])
                own = Name(name.base, name.font, name.accents, sub)
                yield own, LawCall(tuple(values), tuple(given), whole)


def _halves(nodes: Sequence[Node]) -> list[list[Node]]:
    halves: list[list[Node]] = [[]]
    for node in nodes:
        if isinstance(node, Token) and node.text in BARS:
            halves.append([])
        elif isinstance(node, Token) and node.text == ";":
            break
        else:
            halves[-1].append(node)
    return halves


def names_listed(nodes: Sequence[Node]) -> list[str]:
    """The names between commas."""
    parts = split_at(nodes, ",")
    return [name for part in parts if part and (name := index_name(part)) is not None]


def declare_calls(table: Table, document: Document, runs: Sequence[list[Node]]) -> None:
    """Note the calls of laws, and the law that a sentence gives to all expectations."""
    for name, call in law_calls(runs):
        table.called.setdefault(name, {}).setdefault(call)
    for block in document.blocks:
        for mention in mentions(block) if isinstance(block, Prose) else ():
            if not _AVERAGES.search(mention.lead):
                continue
            nodes = clean(tree(list(mention.tokens), mention.source))
            cut = next((i + 1 for i, n in enumerate(nodes) if text_of(n) == r"\sim"), 0)
            found = [call for _, call in law_calls([nodes[cut:]]) if not cut or call.values]
            cursor = Cursor(nodes[cut:])
            base = base_name(cursor)
            if not found and base is not None:
                sub, _ = written_scripts(cursor)
                known = table.called.get(replace(base, sub=sub), {})
                found = list(known) if cursor.node is None and len(known) == 1 else []
            if len(found) == 1:
                table.average = found[0]


def abstract_variables(
    table: Table, document: Document, runs: Sequence[list[Node]]
) -> dict[str, None]:
    """The variables of laws that no formula and no words give, which stand nowhere else in a display."""
    words = words_of(document)
    if are_given(document) or not _averaged(runs):
        return {}
    called = [call for calls in table.called.values() for call in calls]
    names = {v: None for call in called for v in (*call.values, *call.given)}
    shown = [
        clean(tree(list(block.tokens), block.source))
        for block in document.blocks
        if isinstance(block, Display) and block.error is None
    ]
    loose = {v for level in shown for v in _loose(level)}
    found = {v: None for v in names if v not in loose}
    if not _FINITE.search(words):
        summed = {v for level in runs for v in _below_sums(level)}
        dense = _DENSITY.search(words) is not None or any(
            r"\int" in _texts(level) for level in runs
        )
        table.measured.update({v: None for v in found if dense and v not in summed})
    return found


def _averaged(runs: Sequence[Sequence[Node]]) -> bool:
    """Whether a document averages over laws: an expectation, a divergence or an integral is written."""
    texts = {t for level in runs for t in _texts(level)}
    return bool(texts & {"E", "KL", r"\KL", r"\E", r"\int"})


def _texts(level: Sequence[Node]) -> Iterator[str]:
    for node in level:
        yield from (t.text for t in node.tokens()) if isinstance(node, Group) else [node.text]


def _below_sums(level: Sequence[Node]) -> Iterator[str]:
    items = clean(level)
    for place, node in enumerate(items[:-2]):
        if text_of(node) == r"\sum" and text_of(items[place + 1]) == "_":
            below = items[place + 2]
            yield from names_listed(list(below.items) if isinstance(below, Group) else [below])


def _loose(level: Sequence[Node]) -> Iterator[str]:
    """The names of a display that stand outside the arguments of calls and outside what is written below a sign."""
    cursor = Cursor(level)
    while cursor.node is not None:
        name = base_name(cursor)
        if name is None:
            node = cursor.node
            if isinstance(node, Group):
                yield from _loose(clean(node.items))
            cursor.pos += 1
            continue
        sub, _ = written_scripts(cursor)
        inside = enclosed(cursor, "(", ")") if cursor.at("(") else None
        if inside and all(names_listed([*part]) for part in _arguments(inside)):
            cursor.pos += len(inside) + 2
            continue
        if name.base == "d" and cursor.node is not None:
            base_name(cursor)
            continue
        yield Name(name.base, name.font, name.accents, sub).latex


def _arguments(nodes: Sequence[Node]) -> list[list[Node]]:
    return [part for half in _halves(nodes) for part in split_at(half, ",")]
