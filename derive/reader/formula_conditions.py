r"""Conditions: relations inside indicators, cases, restricted sums; and the environments `cases` and `bmatrix`."""

from __future__ import annotations

from collections.abc import Sequence

from derive.expr.nodes import Cases, Expr, Indicator, Logic, Matrix, Relation
from derive.expr.sizes import ONE, Shape, Size
from derive.reader.formula_core import Formula
from derive.reader.formula_cursor import Cursor, clean, inner, plain
from derive.reader.formula_state import RELATIONS
from derive.reader.formula_values import Value, uses_of
from derive.reader.groups import Group, Node
from derive.reader.scanner import Kind, Token

_AND = frozenset([",", r"\wedge", r"\land", r"\text{and}", r"\&"])
_OR = frozenset([r"\vee", r"\lor", r"\text{or}"])
_DROPPED_WORDS = frozenset(
    ["if", "for", "when", "where", "with", "is", "we", "have", "that", "such", "case", "iff"]
)
_OTHERWISE = frozenset(["otherwise", "else", "sonst", "elsewhere"])
TEXTS = frozenset([r"\text", r"\textrm", r"\mbox", r"\mathrm", r"\textit", r"\textnormal", r"\rm"])


def condition(reader: Formula, cursor: Cursor) -> Value:
    """Relations joined by commas, `and`, `or`; a chain a < b < c is both."""
    parts = [_chain(reader, cursor)]
    joins: list[str] = []
    while True:
        join = _join(cursor)
        if not join:
            break
        joins.append(join)
        parts.append(_chain(reader, cursor))
    if not joins:
        return parts[0]
    if len(set(joins)) > 1:
        raise reader.error("and / or without brackets has two readings", cursor.start)
    return _logic(joins[0], parts)


def _logic(op: str, parts: Sequence[Value]) -> Value:
    return Value(
        parts[0].shape,
        lambda: Logic(op, tuple(p.build() for p in parts)),
        uses_of(parts),
        start=parts[0].start,
    )


def _join(cursor: Cursor) -> str:
    if cursor.take(",", r"\wedge", r"\land", r"\&"):
        return "and"
    if cursor.take(r"\vee", r"\lor"):
        return "or"
    token, following = cursor.token, cursor.ahead()
    if token is not None and token.text in TEXTS and isinstance(following, Group):
        word = plain(following.items).strip()
        if word in ("and", "or"):
            cursor.pos += 2
            return word
    return ""


def _chain(reader: Formula, cursor: Cursor) -> Value:
    start = cursor.start
    bracketed = enclosed(cursor, "(", ")") if cursor.at("(") else None
    if bracketed is not None and holds_relation(bracketed):
        cursor.take("(")
        value = condition(reader, cursor)
        if not cursor.take(")"):
            raise reader.unexpected(cursor, "')'")
        return value
    sides = [reader.expression(cursor)]
    ops: list[str] = []
    while cursor.token is not None and cursor.token.text in RELATIONS:
        ops.append(RELATIONS[cursor.token.text])
        cursor.pos += 1
        if cursor.take("="):  # `==`
            pass
        sides.append(reader.expression(cursor))
    if not ops:
        raise reader.unexpected(cursor, "a relation")
    pairs = list(zip(ops, sides, sides[1:], strict=False))
    for _, left, right in pairs:
        a, b = reader.arithmetic.shape(left), reader.arithmetic.shape(right)
        if a and b and not reader.table.sizes.unify_shapes(a, b):
            raise reader.error(
                f"cannot compare {reader.arithmetic.said(left)} with {reader.arithmetic.said(right)}",
                start,
                ill_typed=True,
            )
    relations = [_relation(op, left, right) for op, left, right in pairs]
    return relations[0] if len(relations) == 1 else _logic("and", relations)


def _relation(op: str, left: Value, right: Value) -> Value:
    return Value(
        left.shape or right.shape,
        lambda: Relation(op, left.build(), right.build()),
        uses_of((left, right)),
        start=left.start,
    )


def holds_relation(nodes: Sequence[Node]) -> bool:
    """Whether a relation sign stands at the top level of these nodes."""
    depth = 0
    for node in nodes:
        if not isinstance(node, Token):
            continue
        depth += (node.text in ("(", "[", r"\{")) - (node.text in (")", "]", r"\}"))
        if depth == 0 and (node.text in RELATIONS or node.text == r"\in"):
            return True
    return False


def enclosed(cursor: Cursor, opener: str, closer: str) -> list[Node] | None:
    """The nodes between an opening delimiter at the cursor and its partner; None when there is no partner."""
    depth = 0
    for position in range(cursor.pos, len(cursor.items)):
        node = cursor.items[position]
        if not isinstance(node, Token):
            continue
        depth += (node.text == opener) - (node.text == closer)
        if depth == 0:
            return list(cursor.items[cursor.pos + 1 : position])
    return None


def indicator(reader: Formula, nodes: Sequence[Node], start: int) -> Value:
    """1 where the condition in `nodes` is true."""
    cursor = Cursor(nodes)
    with reader.deeper(start):
        inside = condition(reader, cursor)
    if cursor.node is not None:
        raise reader.unexpected(cursor, "the end of the condition")
    return Value(inside.shape, lambda: Indicator(inside.build()), inside.uses, start=start)


def bracket_indicator(reader: Formula, cursor: Cursor, start: int) -> Value | None:
    """`[cond]`, `(cond)`, `\\{cond\\}` or a subscript `_{cond}` after an indicator sign; None when there is no
    condition."""
    token = cursor.token
    if token is None:
        return None
    pairs = {"(": ")", "[": "]", r"\{": r"\}"}
    if token.text in pairs:
        nodes = enclosed(cursor, token.text, pairs[token.text])
        if nodes is None or not holds_relation(nodes):
            return None
        cursor.pos += len(nodes) + 2
        return indicator(reader, nodes, start)
    if token.kind is Kind.SUB:
        following = cursor.ahead()
        if following is None:
            return None
        nodes = clean(inner(following))
        stripped = (
            nodes[1:-1]
            if nodes and isinstance(nodes[0], Token) and nodes[0].text in pairs
            else nodes
        )
        if not holds_relation(stripped):
            return None
        cursor.pos += 2
        return indicator(reader, stripped, start)
    return None


# ---------------------------------------------------------------------------------------- environments


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
        from derive.reader.formula_special import shaped

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
    widths = [_extent(reader, [row[j] for row in rows], 1) for j in range(len(rows[0]))]
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


def _two(reader: Formula, value: Value) -> Shape:
    own = reader.arithmetic.shape(value)
    return (*own, ONE, ONE)[:2] if len(own) < 2 else own


def _extent(reader: Formula, blocks: Sequence[Value], axis: int) -> Size:
    """Height of a row or width of a column of blocks, from the first block with a fixed shape."""
    fixed = [b for b in blocks if b.kind not in ("ones", "zeros") and not _is_zero(b)]
    return _two(reader, (fixed or list(blocks))[0])[axis]


def read_cases(reader: Formula, cursor: Cursor) -> Value:
    """`\\begin{cases} value & condition \\\\ ... \\end{cases}`."""
    group = cursor.node
    assert isinstance(group, Group)
    start = group.open.start
    cursor.pos += 1
    branches: list[tuple[Value, Value]] = []
    otherwise: Value | None = None
    with reader.deeper(start):
        for row in rows_of(group.items):
            value, test = _branch(reader, row, start)
            if test is None:
                if otherwise is not None:
                    raise reader.error("two cases are without a condition", start)
                otherwise = value
            else:
                branches.append((value, test))
    if not branches:
        raise reader.error("cases without a condition", start)
    values = [v for v, _ in branches] + ([otherwise] if otherwise is not None else [])
    target = reader.arithmetic.common_shape(values)
    with reader.at(start):
        fitted = [reader.arithmetic.spread(v, target) for v in values]
    rest = fitted[len(branches)] if otherwise is not None else None
    tests = [t for _, t in branches]

    def build() -> Expr:
        pairs = tuple((v.build(), t.build()) for v, t in zip(fitted, tests, strict=False))
        return Cases(pairs, rest.build() if rest is not None else None)

    return Value(target, build, uses_of([*values, *tests]), start=start)


def _branch(reader: Formula, row: list[list[Node]], start: int) -> tuple[Value, Value | None]:
    cells = [words_out(cell) for cell in row]
    if len(cells) == 1:
        cells = _cut_at_words(row[0])
    value_nodes, rest = cells[0], [n for cell in cells[1:] for n in cell]
    value_cursor = Cursor(value_nodes)
    value = reader.expression(value_cursor)
    value_cursor.take(",", ";", ".")
    if value_cursor.node is not None:
        raise reader.unexpected(value_cursor, "the end of a case")
    rest = [n for n in rest if not (isinstance(n, Token) and n.text in ("__otherwise__",))]
    while rest and isinstance(rest[-1], Token) and rest[-1].text in (",", ".", ";"):
        rest.pop()
    if not rest:
        return value, None
    cursor = Cursor(rest)
    test = condition(reader, cursor)
    cursor.take(",", ";", ".")
    if cursor.node is not None:
        raise reader.unexpected(cursor, "the end of a condition")
    return value, test


def _cut_at_words(nodes: Sequence[Node]) -> list[list[Node]]:
    """A case without `&`: the condition starts at its first words."""
    for position, node in enumerate(nodes):
        if isinstance(node, Token) and node.text in TEXTS:
            return [list(nodes[:position]), words_out(nodes[position:])]
    return [words_out(nodes)]


def words_out(nodes: Sequence[Node]) -> list[Node]:
    """`\\text{if $x > 0$}` becomes the mathematics in it; `otherwise` and small words are dropped, `and` is kept."""
    out: list[Node] = []
    position = 0
    while position < len(nodes):
        node = nodes[position]
        following = nodes[position + 1] if position + 1 < len(nodes) else None
        if isinstance(node, Token) and node.text in TEXTS and isinstance(following, Group):
            pieces = _text_pieces(node, following)
            if pieces is not None:
                out.extend(pieces)
                position += 2
                continue
        out.append(node)
        position += 1
    return out


def _text_pieces(command: Token, group: Group) -> list[Node] | None:
    """The mathematics inside a text; None when the text is a name and not words."""
    out: list[Node] = []
    word = ""
    inside_math = False
    words: list[str] = []

    def flush() -> None:
        nonlocal word
        if word:
            words.append(word.lower())
            if word.lower() in ("and", "or"):
                wrapped = Group(group.open, group.close, tuple(_letters(word, command)))
                out.extend([command._replace(text=r"\text"), wrapped])
        word = ""

    for node in group.items:
        if isinstance(node, Token) and node.kind is Kind.MATH:
            flush()
            inside_math = not inside_math
        elif inside_math or isinstance(node, Group):
            out.append(node)
        elif node.kind is Kind.LETTER:
            if node.spaced:
                flush()
            word += node.text
        elif node.text in (",", ".", ":", ";"):
            flush()
        else:
            flush()
            out.append(node)
    flush()
    known = _DROPPED_WORDS | _OTHERWISE | {"and", "or"}
    if any(w not in known for w in words):
        return None
    return out


def _letters(word: str, token: Token) -> list[Token]:
    return [Token(Kind.LETTER, letter, token.start, token.end) for letter in word]


def one(reader: Formula, cursor: Cursor) -> Value | None:
    """`1_n`, `1\\{cond\\}`, `1[cond]`: ones of a size, or an indicator; None when 1 is a number."""
    start = cursor.start
    before = cursor.pos
    cursor.pos += 1
    found = bracket_indicator(reader, cursor, start)
    if found is not None:
        return found
    token = cursor.token
    if token is not None and token.kind is Kind.SUB:
        from derive.reader.formula_constants import constant_array

        return constant_array(reader, cursor, "ones", start)
    cursor.pos = before
    return None
