"""A look at the whole document before it is read: what it defines, names and seeks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from derive.errors import ReadError
from derive.reader.declarations.clauses import relation_at
from derive.reader.declarations.phrases import mentions
from derive.reader.declarations.prose_said import Stated
from derive.reader.declarations.questions import DERIVING, tokens_in
from derive.reader.declarations.wording import solves
from derive.reader.grammar.conditions import enclosed
from derive.reader.grammar.cursor import Cursor, clean
from derive.reader.grammar.table import Name
from derive.reader.grammar.written import base_name, written_scripts
from derive.reader.reading.upstream import names_in
from derive.reader.relations.chains import RawRelation
from derive.reader.source.blocks import Block, Display, Document, Inline, Text
from derive.reader.source.blocks import Prose as RawProse
from derive.reader.source.groups import Group, Node, tree
from derive.reader.source.places import Source
from derive.reader.source.scanner import Kind, Token

VARYING = frozenset([r"\partial", r"\nabla", r"\argmin", r"\argmax", r"\min", r"\max", "d"])
_ZEROS = (["0"], [r"\mathbf", "0"])


@dataclass(frozen=True)
class Survey:
    """What every pass through a document needs to know of it, whatever is assumed: looked up once.

    `heads` stand on some left side, `displayed` in a display; `by_member` and `varied` are differentiated by.
    """

    heads: frozenset[Name]
    displayed: frozenset[Name]
    written: tuple[Name, ...]
    by_member: frozenset[Name]
    varied: frozenset[Name]
    valued: frozenset[Name]
    layers: tuple[tuple[Name, list[Token], Source], ...]
    seeks: bool

    @staticmethod
    def of(
        document: Document,
        chains: dict[int, list[list[RawRelation]]],
        stated: dict[int, list[Stated]],
    ) -> Survey:
        """The survey of a document with its chains and the equations in its prose, by the number of their block."""
        return Survey(
            heads_of(chains, stated),
            heads_of(chains, {}),
            written_names(document),
            varied_names(document),
            varied_names(document, members=False),
            valued_names(document),
            tuple(layered(chains, stated)),
            seeks_unknowns(document),
        )


def heads_of(
    chains: dict[int, list[list[RawRelation]]], stated: dict[int, list[Stated]], whole: bool = False
) -> frozenset[Name]:
    """The names that stand alone, or before a bracket, on some left side; `whole`: with nothing behind the bracket."""
    found: dict[Name, None] = {}
    lefts: list[list[Node]] = []
    for group in (group for groups in chains.values() for group in groups):
        with suppress(ReadError):
            lefts.append(clean(tree(list(group[0].lhs.tokens), group[0].chain.source)))
    lefts += [
        clean(s.clause.nodes) for statements in stated.values() for s in statements if s.defines
    ]
    for items in lefts:
        cursor = Cursor(items, cleaned=True)
        name = base_name(cursor)
        if name is not None:
            sub, sup = written_scripts(cursor)
            inside = enclosed(cursor, "(", ")") if whole and cursor.at("(") else None
            if inside is not None and cursor.ahead(len(inside) + 2) is not None:
                following = cursor.ahead(len(inside) + 2)
                if not (isinstance(following, Token) and following.text in ("=", ":")):
                    continue
            if cursor.node is None or cursor.at("(", "=", ":"):
                found[Name(name.base, name.font, name.accents, sub, sup)] = None
    return frozenset(found)


def abbreviates(stated: Stated) -> bool:
    r"""Whether an equation says only what a name depends on: `K = K(\theta)`."""
    nodes = stated.clause.nodes
    cut = relation_at(nodes)
    if cut is None:
        return False
    left = [t.text for node in nodes[:cut] for t in tokens_in(node)]
    right = [t.text for node in nodes[cut + 1 :] for t in tokens_in(node)]
    return right[: len(left)] == left and right[len(left) : len(left) + 1] == ["("]


def layered(
    chains: dict[int, list[list[RawRelation]]], stated: dict[int, list[Stated]]
) -> Iterator[tuple[Name, list[Token], Source]]:
    """Each name that is alone on a left side, with the right side."""
    pairs = [
        (list(g[0].lhs.tokens), list(g[0].rhs.tokens), g[0].chain.source)
        for groups in chains.values()
        for g in groups
    ]
    for statements in stated.values():
        for s in (s for s in statements if s.defines):
            cut = relation_at(s.clause.nodes)
            left, right = s.clause.nodes[:cut], s.clause.nodes[(cut or 0) + 1 :]
            sides = ([t for node in part for t in tokens_in(node)] for part in (left, right))
            pairs.append((*sides, s.mention.source))  # type: ignore[arg-type]
    for left_tokens, right_tokens, source in pairs:
        try:
            cursor = Cursor(tree(left_tokens, source))
        except ReadError:
            continue
        name = base_name(cursor)
        if name is not None:
            sub, sup = written_scripts(cursor)
            if cursor.node is None:
                yield Name(name.base, name.font, name.accents, sub, sup), right_tokens, source


def written_names(document: Document) -> tuple[Name, ...]:
    """Every name in the displays of a document."""
    found: dict[Name, None] = {}
    for display in document.displays:
        try:
            found.update(dict.fromkeys(names_in(tree(list(display.tokens), display.source))))
        except ReadError:
            continue
    return tuple(found)


def valued_names(document: Document) -> frozenset[Name]:
    """The names that stand with an index in a display and no bracket behind it: no functions."""
    found: dict[Name, None] = {}
    for display in document.displays:
        try:
            stack: list[Sequence[Node]] = [tree(list(display.tokens), display.source)]
        except ReadError:
            continue
        while stack:
            cursor = Cursor(stack.pop())
            while (node := cursor.node) is not None:
                before = cursor.pos
                name = base_name(cursor) if isinstance(node, Token) else None
                if name is None:
                    cursor.pos = before + 1
                    if isinstance(node, Group):
                        stack.append(node.items)
                    continue
                sub, _ = written_scripts(cursor)
                if sub and not cursor.at("("):
                    found[Name(name.base, name.font, name.accents)] = None
    return frozenset(found)


def varied_names(document: Document, members: bool = True) -> frozenset[Name]:
    r"""The names by whose members derivatives are taken, z of `\partial C / \partial z_j`; or those without index."""
    parts = [(d.tokens, d.source) for d in document.displays]
    parts += [
        (m.tokens, m.source)
        for b in document.blocks
        if isinstance(b, RawProse)
        for m in mentions(b)
    ]
    found: dict[Name, None] = {}
    for tokens, source in parts:
        if any(t.text in (r"\partial", r"\nabla", r"\frac") for t in tokens):
            with suppress(ReadError):
                found.update(dict.fromkeys(varied_in(tree(list(tokens), source))))
    return frozenset(
        name.without(sub=True) if members else name for name in found if members == bool(name.sub)
    )


def varied_in(nodes: Sequence[Node]) -> Iterator[Name]:
    """What stands behind a sign of differentiation, at every level."""
    stack: list[tuple[Sequence[Node], bool]] = [(nodes, False)]
    while stack:
        level, below = stack.pop()
        items = clean(level)
        for position, node in enumerate(items):
            if isinstance(node, Group):
                before = [
                    n.text for n in items[max(0, position - 2) : position] if isinstance(n, Token)
                ]
                fraction = position >= 2 and isinstance(items[position - 1], Group)
                fraction = fraction and before[:1] in ([r"\frac"], [r"\dfrac"], [r"\tfrac"])
                stack.append((node.items, fraction))
                if before == [r"\nabla", "_"]:
                    yield from _name_of(node.items)
            elif node.kind is Kind.SUB and position and _is_nabla(items[position - 1]):
                yield from _name_of(items[position + 1 : position + 2])
            elif node.text == r"\partial" or (
                below and position == 0 and node.text in ("d", r"\mathrm{d}")
            ):
                yield from _name_of(items[position + 1 :])


def _is_nabla(node: Node) -> bool:
    return isinstance(node, Token) and node.text == r"\nabla"


def _name_of(items: Sequence[Node]) -> Iterator[Name]:
    cursor = Cursor(items)
    name = base_name(cursor)
    if name is not None:
        sub, sup = written_scripts(cursor)
        yield Name(name.base, name.font, name.accents, sub, sup)


def seeks_unknowns(document: Document) -> bool:
    """Whether a document is about an optimum or an equation to be solved, so that `... = 0` may be imposed."""
    for block in document.blocks:
        if isinstance(block, RawProse):
            words = " ".join(piece.text for piece in block.pieces if isinstance(piece, Text))
            if solves(words) or re.search(
                r"\b(?:minimi|maximi|optim|estimat|lagrang|likelihood|solution|root|posterior|set)",
                words,
                re.I,
            ):
                return True
        elif isinstance(block, Display) and any(
            t.text in DERIVING or t.text == "'" for t in block.tokens
        ):
            return True
    return False


def varied_letters(
    chains: dict[int, list[list[RawRelation]]],
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The letters of variables of derivatives, and of what stands in an equation with zero."""
    for group in (g for groups in chains.values() for g in groups):
        for relation in group:
            sides = (relation.lhs, relation.rhs)
            zero = any([t.text for t in side.tokens] in _ZEROS for side in sides)
            for side in sides:
                tokens = list(side.tokens)
                for start, token in enumerate(tokens):
                    before = tokens[max(start - 6, 0) : start]
                    if not zero and not any(t.text in VARYING for t in before):
                        continue
                    if token.kind is Kind.LETTER or token.text.startswith("\\"):
                        yield token.text, ()


def formulas_of(block: Block) -> Iterator[tuple[Sequence[Token], Source]]:
    """The formulas of a block, displayed or in a line."""
    if isinstance(block, Display) and block.error is None:
        yield block.tokens, block.source
    elif isinstance(block, RawProse):
        for piece in block.pieces:
            if isinstance(piece, Inline) and piece.error is None:
                yield piece.tokens, block.source
