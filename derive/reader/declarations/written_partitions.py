r"""Partitions as they are written: matrices of names, `M = \begin{pmatrix} A & B \\ C & D \end{pmatrix}`, and words:
`$\Sigma$ has the blocks $\Sigma_{aa}, \Sigma_{ab}, ...`, `the inverse $\Lambda$`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from derive.errors import ReadError
from derive.reader.declarations.phrases import Mention, mentions
from derive.reader.grammar.cursor import Cursor, clean
from derive.reader.grammar.matrices import rows_of
from derive.reader.grammar.table import INDEX_LETTERS, Name, Table
from derive.reader.grammar.written import base_name, names_along, written_scripts
from derive.reader.source.blocks import Document, Prose, Text
from derive.reader.source.groups import Group, Node, text_of, tree

_MATRICES = frozenset(f"{kind}matrix" for kind in ("", "p", "b", "B", "small", "psmall", "bsmall"))
TURNED = frozenset([r"\top", "T", r"\intercal", "'"])
_SAID = re.compile(r"\b(?:blocks?|partition(?:s|ed|ing)?|sub-?matri(?:x|ces)|schur)\b", re.I)
_NUMBERS = re.compile(r"\b(?:bivariate|two-dimensional|entries)\b|2 ?\\times ?2", re.I)
_INVERSE = re.compile(r"\b(?:inverse|precision)\b[^.;$]*$", re.I)
_STOPS = frozenset([",", ";", r"\quad", r"\qquad", r"\\", r"\Rightarrow", r"\implies"])
_EQUAL = frozenset(["=", ":=", r"\equiv", r"\triangleq"])


@dataclass(frozen=True)
class Cell:
    """A block: its name, and whether its transpose is written."""

    name: Name
    turned: bool = False


@dataclass(frozen=True)
class Partition:
    """The blocks of a whole by rows, None for what is no name; `inverse`: of which matrix it is the inverse; `labels`
    are those of rows and columns where the blocks have the letter of the whole; `covariance`: of a normal law."""

    whole: Name
    rows: tuple[tuple[Cell | None, ...], ...]
    inverse: Name | None = None
    labels: tuple[str, ...] = ()
    covariance: bool = False


def partitions_of(
    table: Table, document: Document, levels: Sequence[Sequence[Node]]
) -> Iterator[Partition]:
    """The partitions of a document by blocks, each with the matrix of which it is said to be the inverse."""
    words = [_words(block) for block in document.blocks if isinstance(block, Prose)]
    said = any(_SAID.search(text) for text in words)
    if not said and not any(_is_matrix(node) for level in levels for node in level):
        return
    found = [p for level in levels for p in _shown(level)]
    if said:
        found += _in_words(document, found)
    merged: dict[Name, Partition] = {}
    for partition in found:
        before = merged.get(partition.whole)
        if before is None or (before.inverse is None and partition.inverse is not None):
            merged[partition.whole] = partition
    if not merged or (not said and any(_NUMBERS.search(text) for text in words)):
        return
    inverses = dict(_inverses(levels))
    blocks = {
        label
        for partition in merged.values()
        if said or _is_by_blocks(table, partition, levels)
        for label in partition.labels
    }
    for partition in merged.values():
        if blocks.issuperset(partition.labels):
            inverse = partition.inverse or inverses.get(partition.whole)
            inverse = inverse or _said_inverse(document, partition, merged)
            yield replace(partition, inverse=inverse)


def _words(block: Prose) -> str:
    return " ".join(piece.text for piece in block.pieces if isinstance(piece, Text))


def _is_matrix(node: Node) -> bool:
    return isinstance(node, Group) and node.name in _MATRICES


def _shown(level: Sequence[Node]) -> Iterator[Partition]:
    """The partitions that a run of nodes writes out as matrices of names."""
    items = list(level)
    normal_law = any(text_of(n) in ("N", r"\sim", r"\N") for n in items)
    squares = 0
    for place, node in enumerate(items):
        if not isinstance(node, Group) or node.name not in _MATRICES:
            continue
        rows = tuple(tuple(_cell(c) for c in row) for row in rows_of(node.items))
        if not rows or len({len(row) for row in rows}) != 1 or len(rows) < 2:
            continue
        squares += len(rows) == len(rows[0])
        labels = _labels(rows)
        left = list(_left_of(items, place))
        if labels:
            first = rows[0][0]
            assert first is not None
            whole = replace(first.name, sub="")
            bold = [n for n in left if n.base == whole.base]
            base = [replace(n, sup="") for n in left if n.sup == "-1" and n.base != whole.base]
            named = replace(bold[0], sup="") if bold else whole
            covariance = normal_law and len(rows) == len(rows[0])
            yield Partition(named, rows, base[0] if base else None, labels, covariance)
        elif left and _is_lettered(rows):
            own = left[0]
            turned = own.sup == "-1"
            base = [replace(n, sup="") for n in left[1:] if n.sup == "-1"]
            if not own.sup or turned:
                yield Partition(
                    own, rows, replace(own, sup="") if turned else next(iter(base), None)
                )


def _cell(nodes: Sequence[Node]) -> Cell | None:
    """The name in a cell of a matrix, with or without its transpose."""
    cursor = Cursor(clean(nodes))
    name = base_name(cursor)
    if name is None:
        return None
    sub, sup = written_scripts(cursor)
    turned = sup in TURNED or cursor.take("'")
    if cursor.node is not None or (sup and not turned):
        return None
    return Cell(Name(name.base, name.font, name.accents, sub), bool(turned))


def _left_of(items: Sequence[Node], place: int) -> Iterator[Name]:
    """The sides that are bare names, or their inverses, of the chain that ends before a place; the first side first."""
    if not place or text_of(items[place - 1]) not in (*_EQUAL, "&"):
        return
    start = place
    while start and text_of(items[start - 1]) not in _STOPS:
        start -= 1
    side: list[Node] = []
    for node in clean(items[start:place]):
        if text_of(node) in _EQUAL:
            cursor = Cursor(side)
            name = base_name(cursor)
            if name is not None:
                sub, sup = written_scripts(cursor)
                if cursor.node is None:
                    yield Name(name.base, name.font, name.accents, sub, sup)
            side = []
        elif text_of(node) != "&":
            side.append(node)


def labels_in(sub: str) -> tuple[str, ...]:
    """The labels of a subscript: `aa`, `1,2`, `\\alpha\\beta`."""
    parts = sub.split(",") if "," in sub else re.findall(r"\\[a-zA-Z]+|[a-zA-Z0-9*]", sub)
    return tuple(parts) if "".join(parts) == sub.replace(",", "") else ()


def _labels(rows: Sequence[Sequence[Cell | None]]) -> tuple[str, ...]:
    """The labels by which all blocks are called after one letter; nothing where they are not."""
    cells = [cell for row in rows for cell in row]
    bases = {(c.name.base, c.name.accents) for c in cells if c is not None}
    if len(bases) != 1 or any(c is None or not c.name.sub for c in cells):
        return ()
    named = [[labels_in(c.name.sub) for c in row if c is not None] for row in rows]
    if len(rows[0]) == 1:
        found = tuple(row[0][0] if len(row[0]) == 1 else "" for row in named)
    else:
        found = tuple(row[0][0] if len(row[0]) == 2 else "" for row in named)
        if len(rows) != len(rows[0]):
            return ()
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                assert cell is not None
                own = (found[j], found[i]) if cell.turned else (found[i], found[j])
                if named[i][j] != own:
                    return ()
    return found if all(found) and len(set(found)) == len(found) else ()


def _is_lettered(rows: Sequence[Sequence[Cell | None]]) -> bool:
    """Whether the blocks of a square partition have letters of their own, some of them those of matrices."""
    cells = [cell for row in rows for cell in row]
    if len(rows) != len(rows[0]) or any(cell is None for cell in cells):
        return False
    names = {cell.name for cell in cells if cell is not None}
    return len(names) >= 3 and any(is_capital(name) for name in names)


def is_capital(name: Name) -> bool:
    letter = name.base.lstrip("\\")
    return letter[:1].isupper()


def _in_words(document: Document, shown: Sequence[Partition]) -> list[Partition]:
    r"""The partitions of paragraphs that speak of blocks: `$\Sigma$ has the blocks $\Sigma_{aa}$ ...`."""
    found: list[Partition] = []
    known = {p.whole.base for p in shown}
    for block in document.blocks:
        if not isinstance(block, Prose) or not _SAID.search(_words(block)):
            continue
        names: dict[Name, None] = {}
        for mention in mentions(block):
            names.update((n, None) for n, _ in names_along(clean(_tree(mention))))
        wholes = {n.base: replace(n, sup="") for n in names if not n.sub and n.base not in known}
        for base, whole in wholes.items():
            blocks = [n for n in names if n.base == base and len(labels_in(n.sub)) == 2]
            labels = tuple(dict.fromkeys(label for n in blocks for label in labels_in(n.sub)))
            if len(blocks) < 2 or not 2 <= len(labels) <= 3 or not is_capital(whole):
                continue
            if not all(
                labels_in(n.sub)[0] == labels_in(n.sub)[1] or len(labels) == 2 for n in blocks
            ):
                continue
            own = blocks[0]
            comma = "," if "," in own.sub else ""
            rows = tuple(
                tuple(Cell(replace(own, sub=f"{a}{comma}{b}", sup="")) for b in labels)
                for a in labels
            )
            found.append(Partition(whole, rows, None, labels))
    return found


def _tree(mention: Mention) -> Sequence[Node]:
    try:
        return tree(list(mention.tokens), mention.source)
    except ReadError:
        return ()


def _inverses(levels: Sequence[Sequence[Node]]) -> Iterator[tuple[Name, Name]]:
    r"""The names that a formula calls the inverse of another one: `\Lambda = \Sigma^{-1}`, `\Lambda^{-1} = \Sigma`."""
    for level in levels:
        items = clean(level)
        for place, node in enumerate(items):
            if text_of(node) not in _EQUAL:
                continue
            cursor = Cursor(list(items), cleaned=True)
            cursor.pos = place + 1
            name = base_name(cursor)
            sub, sup = written_scripts(cursor) if name is not None else ("", "")
            ends = cursor.node is None or text_of(cursor.node) in (*_STOPS, *_EQUAL, ".")
            left = list(_left_of(items, place + 1))[-1:]
            if name is None or not ends or not left:
                continue
            right = Name(name.base, name.font, name.accents, sub)
            if sup == "-1" and not left[0].sup:
                yield left[0], right
            elif not sup and left[0].sup == "-1":
                yield right, replace(left[0], sup="")


def _said_inverse(
    document: Document, partition: Partition, merged: dict[Name, Partition]
) -> Name | None:
    """The other partitioned matrix of which words call this one the inverse: `the precision matrix $P$`."""
    others = [p.whole for p in merged.values() if p.whole != partition.whole and len(p.rows[0]) > 1]
    if len(others) != 1 or len(partition.rows[0]) < 2:
        return None
    for block in document.blocks:
        if not isinstance(block, Prose):
            continue
        for mention in mentions(block):
            names = [n for n, _ in names_along(clean(_tree(mention)))]
            if names[:1] == [partition.whole] and _INVERSE.search(mention.lead):
                return others[0]
    return None


def _is_by_blocks(table: Table, partition: Partition, levels: Sequence[Sequence[Node]]) -> bool:
    """Whether blocks with the letter of the whole are no single entries: some are inverted, turned, bold or sized."""
    cells = [cell for row in partition.rows for cell in row if cell is not None]
    if any(cell.turned or cell.name.font == "bold" for cell in cells):
        return True
    if not any(label.isdecimal() or label in INDEX_LETTERS for label in partition.labels):
        return True  # letters that count nothing
    for label in partition.labels:
        for entry in table.variables():
            if entry.name.sub == label and entry.sizes:
                return True
    if len(partition.rows[0]) == 1 or not is_capital(partition.whole):
        return False
    own = {cell.name for cell in cells}
    return any(
        replace(name, sup="") in own and (name.sup in TURNED or name.sup == "-1")
        for level in levels
        for name, _ in names_along(clean(level))
        if name.sup and name.sub
    )


__all__ = ["TURNED", "Cell", "Partition", "is_capital", "labels_in", "partitions_of"]
