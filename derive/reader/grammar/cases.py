r"""Cases: the values of branches and the conditions behind them, in signs or in words."""

from __future__ import annotations

from collections.abc import Sequence

from derive.expr.nodes import Cases, Expr
from derive.reader.grammar.conditions import TEXTS, condition
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor
from derive.reader.grammar.matrices import rows_of
from derive.reader.grammar.values import Value, uses_of
from derive.reader.source.groups import Group, Node
from derive.reader.source.scanner import Kind, Token

_DROPPED_WORDS = frozenset(
    ["if", "for", "when", "where", "with", "is", "we", "have", "that", "such", "case", "iff"]
)


_OTHERWISE = frozenset(["otherwise", "else", "sonst", "elsewhere"])


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
