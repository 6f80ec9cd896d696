r"""Partitioned matrices: `\Sigma` has the blocks `\Sigma_{aa}, \Sigma_{ab}, ...`, `M = \begin{pmatrix} A & B \\ C & D
\end{pmatrix}`, and its inverse `\Lambda = \Sigma^{-1}` has blocks of the same sizes.

A whole of which facts or an inverse are said is sampled as a whole, and its blocks are cut out of it, so that every
relation between the blocks of a matrix and those of its inverse is a claim. Any other whole is put together from its
blocks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from derive.expr.nodes import Apply, Expr, Filled, Matrix, Product, Transpose
from derive.expr.sizes import ONE, Shape, Size, normal
from derive.reader.declarations.written_partitions import (
    TURNED,
    Cell,
    Partition,
    is_capital,
    labels_in,
    partitions_of,
)
from derive.reader.grammar.cursor import clean
from derive.reader.grammar.sizes import is_open
from derive.reader.grammar.table import INDEX_LETTERS, Declaration, Name, Table
from derive.reader.grammar.written import names_along
from derive.reader.source.blocks import Document, Prose, Text
from derive.reader.source.groups import Node, text_of

_NORMAL = re.compile(r"\b(?:covariance|gaussians?|normal(?:ly)?)\b", re.I)
_COVARIANCES = frozenset([r"\Sigma", r"\Lambda", r"\Omega", "K", "P", "C", "V", "S"])
_WHOLE_FACTS = ("symmetric", "orthogonal", "diagonal")
_OF_BLOCKS = frozenset(["square", "invertible", "symmetric", "psd", "pd"])
"""Facts of diagonal blocks that a definite whole has anyway."""


def declare_partitions(table: Table, document: Document, levels: Sequence[Sequence[Node]]) -> None:
    """Declare the wholes and blocks of partitioned matrices and vectors."""
    found = sorted(partitions_of(table, document, levels), key=lambda p: p.inverse is not None)
    texts = (
        p.text
        for b in document.blocks
        if isinstance(b, Prose)
        for p in b.pieces
        if isinstance(p, Text)
    )
    covariances = bool(found) and any(_NORMAL.search(text) for text in texts)
    labelled: dict[str, Size] = {}
    sized: list[tuple[Partition, list[Size], list[Size]]] = []
    for partition in found:
        before = table.sizes.snapshot()
        sizes = _sizes(table, partition) if _is_open(table, partition) else None
        if sizes is None:
            table.sizes.restore(before)
            continue
        for label, height in zip(partition.labels, sizes[0], strict=False):
            table.sizes.unify(labelled.setdefault(label, height), height)
        sized.append((partition, *sizes))
    for partition, heights, widths in sized:
        _name_sizes(table, partition, heights)
        resolved = [[table.sizes.resolve(size) for size in part] for part in (heights, widths)]
        _carry_out(table, partition, levels, covariances, resolved)


def _is_open(table: Table, partition: Partition) -> bool:
    """Whether nothing gives the whole or its blocks another meaning or a value of their own."""
    if any(label in table.labels.indices for label in partition.labels if label in INDEX_LETTERS):
        return False
    names = [partition.whole, *(cell.name for _, _, cell in _cells(partition))]
    entries = [table.exact(name) for name in names]
    if any(e is not None and (e.kind != "variable" or e.definition is not None) for e in entries):
        return False
    return not any(name in table.families for name in names)


def _sizes(table: Table, partition: Partition) -> tuple[list[Size], list[Size]] | None:
    """Heights of the rows and widths of the columns of blocks, as far as shapes say them; None where they clash."""
    rows, sizes = partition.rows, table.sizes
    heights = [sizes.fresh() for _ in rows]
    widths = heights
    if len(rows[0]) == 1:
        arrays = [table.exact(cell.name) for _, _, cell in _cells(partition)]
        wide = any(e is not None and e.sizes is not None and len(e.sizes) == 2 for e in arrays)
        widths = [sizes.fresh() if wide else ONE]
    for i, j, cell in _cells(partition):
        known = table.exact(cell.name)
        own = known.sizes if known is not None else None
        if own is None and not partition.labels and not is_capital(cell.name):
            own = () if i == j else (sizes.fresh(),)
        if own is None:
            continue
        full = (*own, ONE, ONE)[:2]
        full = (full[1], full[0]) if cell.turned else full
        if not sizes.unify(full[0], heights[i]) or not sizes.unify(full[1], widths[j]):
            return None
    if is_open(sizes.resolve(widths[0])) and len(rows[0]) == 1:
        return None
    for label, height in zip(partition.labels, heights, strict=False):
        for other in table.variables():
            vector = other.sizes is not None and len(other.sizes) == 1 and not other.family
            if vector and other.name.sub == label and other.sizes:
                sizes.unify(height, other.sizes[0])
    whole = table.exact(partition.whole)
    if whole is not None and whole.sizes is not None:
        full = (*whole.sizes, ONE, ONE)[:2]
        if not sizes.unify(_total(heights), full[0]) or not sizes.unify(_total(widths), full[1]):
            return None
    return heights, widths


def _name_sizes(table: Table, partition: Partition, heights: Sequence[Size]) -> None:
    """Letters for the sizes that nothing says."""
    for place, height in enumerate(heights):
        size = table.sizes.resolve(height)
        if is_open(size):
            label = partition.labels[place] if partition.labels else str(place + 1)
            name = Name("d", sub=label)
            while name in table.entries and table.entries[name].kind != "size":
                name = replace(name, base=chr(ord(name.base) + 1))
            table.sizes.unify(size, table.size(name))


def _carry_out(
    table: Table,
    partition: Partition,
    levels: Sequence[Sequence[Node]],
    covariances: bool,
    sizes: Sequence[list[Size]],
) -> None:
    heights, widths = sizes
    height, width = _total(heights), _total(widths)
    turned = partition.whole.sup == "-1"
    whole = table.declare(replace(partition.whole, sup=""))
    whole.sizes = normal((height, width))
    whole.assumed = False
    if len(partition.rows[0]) > 1:
        _facts(table, partition, whole, levels, covariances)
    base = table.exact(partition.inverse) if partition.inverse is not None and not turned else None
    if partition.inverse is not None and not turned:
        base = base or table.declare(partition.inverse)
        if base.sizes is None or base.assumed:
            base.sizes = whole.sizes
        _facts(table, replace(partition, whole=partition.inverse), base, levels, covariances)
        if base.kind != "variable":
            base = None
        else:
            whole.definition, whole.facts = Apply("inverse", (table.symbol(base),)), {}
    if _is_put_together(table, partition, whole):
        _put_together(table, partition, whole, heights, widths)
    elif turned or base is not None or any(whole.has(fact) for fact in _WHOLE_FACTS):
        value: Expr = table.symbol(whole)
        value = Apply("inverse", (value,)) if turned else value
        whole.given = True
        for i, j, cell in _cells(partition):
            entry = table.declare(cell.name)
            if entry.definition is None:
                entry.definition = _cut(value, heights, widths, i, j, cell.turned)
                entry.sizes, entry.given, entry.assumed = entry.definition.shape, True, False
    else:
        _put_together(table, partition, whole, heights, widths)


def _is_put_together(table: Table, partition: Partition, whole: Declaration) -> bool:
    """Whether a symmetric whole is put together from its blocks, as more is said of some: `with $D$ diagonal`."""
    if whole.definition is not None or whole.sizes is None or partition.whole.sup:
        return False
    found = (table.exact(cell.name) for _, _, cell in _cells(partition))
    special = any(
        fact.name not in _OF_BLOCKS for entry in found if entry is not None for fact in entry.facts
    )
    mirrored = all(
        i == j or _name_at(partition, j, i) == cell.name for i, j, cell in _cells(partition)
    )
    return special and mirrored and {fact.name for fact in whole.facts} <= {"symmetric"}


def _name_at(partition: Partition, i: int, j: int) -> Name | None:
    rows = partition.rows
    cell = rows[i][j] if len(rows) == len(rows[0]) else None
    return cell.name if cell is not None else None


def _put_together(
    table: Table,
    partition: Partition,
    whole: Declaration,
    heights: Sequence[Size],
    widths: Sequence[Size],
) -> None:
    """The whole as the matrix of its blocks."""
    symmetric = whole.has("symmetric")
    for i, j, cell in _cells(partition):
        if symmetric and i == j:
            table.declare(cell.name).add_fact("symmetric")
        entry = table.declare(cell.name)
        two = (widths[j], heights[i]) if cell.turned else (heights[i], widths[j])
        entry.sizes, entry.assumed = normal(two), False
    if all(cell is not None for row in partition.rows for cell in row):
        whole.definition = Matrix(
            tuple(tuple(_block(table, cell) for cell in row) for row in partition.rows)
        )
        whole.sizes, whole.facts = whole.definition.shape, {}


def _facts(
    table: Table,
    partition: Partition,
    whole: Declaration,
    levels: Sequence[Sequence[Node]],
    covariances: bool,
) -> None:
    """What the form and the words say of the whole: a covariance is positive definite, `B` and its transpose make it
    symmetric."""
    if partition.covariance or (
        covariances and partition.labels and whole.name.base in _COVARIANCES
    ):
        whole.add_fact("pd")
    corners = [(c.name, c.turned) for row in partition.rows for c in row if c is not None]
    mirrored = any((name, not turned) in corners for name, turned in corners)
    if whole.definition is None and (mirrored or _is_mirrored(partition, levels)):
        whole.add_fact("symmetric")


def _is_mirrored(partition: Partition, levels: Iterable[Sequence[Node]]) -> bool:
    r"""Whether a formula says that opposite blocks are transposes: `\Sigma_{ba} = \Sigma_{ab}^\top`."""
    own = {c.name for row in partition.rows for c in row if c is not None}
    for level in levels:
        names = [n for n, _ in names_along(clean(level))]
        for first, second in pairwise(names):
            turned = second.sup in TURNED and replace(second, sup="") in own
            opposite = labels_in(first.sub) == labels_in(second.sub)[::-1]
            if first in own and turned and opposite and "=" in map(text_of, level):
                return True
    return False


def _cells(partition: Partition) -> Iterator[tuple[int, int, Cell]]:
    for i, row in enumerate(partition.rows):
        for j, cell in enumerate(row):
            if cell is not None:
                yield i, j, cell


def _total(sizes: Sequence[Size]) -> Size:
    found = sizes[0]
    for size in sizes[1:]:
        found = found + size
    return found


def _block(table: Table, cell: Cell | None) -> Expr:
    assert cell is not None
    symbol = table.symbol(table.entries[cell.name])
    return Transpose(symbol) if cell.turned else symbol


def _cut(
    whole: Expr, heights: Sequence[Size], widths: Sequence[Size], i: int, j: int, turned: bool
) -> Expr:
    """Block i, j of a whole, by unit matrices on both sides."""
    block = Product((Transpose(_picked(heights, i)), whole, _picked(widths, j)))
    return Transpose(block) if turned else block


def _picked(sizes: Sequence[Size], place: int) -> Expr:
    """The columns of the unit matrix that belong to one block."""
    own = sizes[place]

    def part(size: Size, at: int) -> Expr:
        shape: Shape = normal((size, own))
        return Filled("identity", (own, own)) if at == place else Filled("zeros", shape)

    return Matrix(tuple((part(size, at),) for at, size in enumerate(sizes)))


__all__ = ["declare_partitions"]
