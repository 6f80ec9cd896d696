r"""Matrices that are written out: rows of entries or of blocks, and what `0` stands for among them."""

from __future__ import annotations

from collections.abc import Sequence

from derive.expr.nodes import Expr, Matrix
from derive.expr.sizes import ONE, Shape, Size
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, clean
from derive.reader.grammar.values import Value, uses_of
from derive.reader.source.groups import Group, Node
from derive.reader.source.scanner import Kind, Token


def rows_of(nodes: Sequence[Node]) -> list[list[list[Node]]]:
    """The cells of an environment: rows at `\\\\`, cells at `&`."""
    rows: list[list[list[Node]]] = [[[]]]
    for node in nodes:
        if isinstance(node, Token) and node.text in (r"\\", r"\cr", r"\tabularnewline"):
            rows.append([[]])
        elif isinstance(node, Token) and node.kind is Kind.ALIGN:
            rows[-1].append([])
        elif isinstance(node, Token) and node.text == r"\hline":
            continue
        else:
            rows[-1][-1].append(node)
    return [row for row in rows if any(clean(cell) for cell in row)]


def read_matrix(reader: Formula, cursor: Cursor) -> Value:
    """bmatrix, pmatrix and the like: entries or blocks; vmatrix is the determinant."""
    group = cursor.node
    assert isinstance(group, Group)
    start = group.open.start
    cursor.pos += 1
    items = group.items
    if (
        group.name.startswith("array")
        and items
        and isinstance(items[0], Group)
        and not items[0].name
    ):
        items = items[1:]
    if any(
        isinstance(n, Token) and n.text in (r"\dots", r"\cdots", r"\vdots", r"\ddots", r"\ldots")
        for n in items
    ):
        raise reader.error("a matrix with dots has no fixed size", start)
    with reader.deeper(start):
        rows = [[reader.whole(cell) for cell in row] for row in rows_of(items)]
    value = block_matrix(reader, rows, start)
    if group.name in ("vmatrix", "vmatrix*"):
        from derive.reader.grammar.special import shaped

        with reader.at(start):
            return shaped(reader, "det", value, start)
    return value


def block_matrix(reader: Formula, rows: list[list[Value]], start: int) -> Value:
    """A matrix by blocks; constant arrays take the sizes of their neighbours."""
    if not rows or any(len(row) != len(rows[0]) for row in rows):
        raise reader.error(
            f"the rows of a matrix have lengths {[len(r) for r in rows]}", start, ill_typed=True
        )
    sizes = reader.table.sizes
    rows = [list(row) for row in rows]
    heights = [_extent(reader, row, 0) for row in rows]
    columns = [list(column) for column in zip(*rows, strict=True)]
    widths = [_extent(reader, column, 1) for column in columns]
    if any(size != ONE for size in widths):
        heights = [
            sizes.fresh() if _only_zeros(r) else h for r, h in zip(rows, heights, strict=True)
        ]
    if any(size != ONE for size in heights):
        wide = any(size != ONE for size in widths)
        widths = [
            sizes.fresh() if wide and _only_zeros(c) else w
            for c, w in zip(columns, widths, strict=True)
        ]
    for i, row in enumerate(rows):
        for j, block in enumerate(row):
            if block.kind in ("ones", "zeros"):
                row[j] = reader.arithmetic.filled(block, sizes.shape((heights[i], widths[j])))
            elif _is_zero(block) and (heights[i] != ONE or widths[j] != ONE):
                row[j] = reader.arithmetic.spread(block, sizes.shape((heights[i], widths[j])))
            else:
                two = _two(reader, block)
                if not (sizes.unify(two[0], heights[i]) and sizes.unify(two[1], widths[j])):
                    raise reader.error(
                        f"block {i + 1}, {j + 1} of a matrix, {reader.arithmetic.said(block)}, does not fit",
                        start,
                        ill_typed=True,
                    )
    height, width = heights[0], widths[0]
    for size in heights[1:]:
        height = height + size
    for size in widths[1:]:
        width = width + size
    flat = [v for row in rows for v in row]

    def build() -> Expr:
        return Matrix(tuple(tuple(v.build() for v in row) for row in rows))

    if len(flat) == 1 and not flat[0].shape:
        return flat[0]
    return Value(sizes.shape((height, width)), build, uses_of(flat), start=start)


def _is_zero(value: Value) -> bool:
    return value.kind == "number" and str(value.build()) == "0"


def _only_zeros(blocks: Sequence[Value]) -> bool:
    """Whether a row or column of blocks is written with zeros alone, which leave its height or width open."""
    return all(_is_zero(block) or block.kind == "zeros" for block in blocks)


def _two(reader: Formula, value: Value) -> Shape:
    own = reader.arithmetic.shape(value)
    return (*own, ONE, ONE)[:2] if len(own) < 2 else own


def _extent(reader: Formula, blocks: Sequence[Value], axis: int) -> Size:
    """Height of a row or width of a column of blocks, from the first block with a fixed shape."""
    fixed = [b for b in blocks if b.kind not in ("ones", "zeros") and not _is_zero(b)]
    return _two(reader, (fixed or list(blocks))[0])[axis]
