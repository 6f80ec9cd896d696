r"""Functions known by name: `\log x`, `\operatorname{softmax}(z)`, `\sigma'(z)`, `\tr AB`.

An argument without brackets is the next factor; what else could be meant is an option of the reading, never a silent
choice. Calls of declared functions are in `calls`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from derive.expr.nodes import Apply, Quotient
from derive.reader.grammar.applied import OF_VECTORS, derivative_order, of_entry, takes
from derive.reader.grammar.bare import bare_argument, is_fraction
from derive.reader.grammar.calls import read_call
from derive.reader.grammar.conditions import enclosed
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, clean, plain
from derive.reader.grammar.lists import listed, over_free
from derive.reader.grammar.names import Applied, Unknown
from derive.reader.grammar.special import ARC, ELEMENTWISE, call_word, derivative_call, elementwise
from derive.reader.grammar.state import DOTS
from derive.reader.grammar.table import Name
from derive.reader.grammar.values import Value
from derive.reader.source.groups import Group, Node, text_of
from derive.reader.source.scanner import Kind, Token
from derive.reader.source.vocabulary import BRACKETS, nesting


def function_scripts(
    reader: Formula, cursor: Cursor
) -> tuple[Sequence[Node] | None, Sequence[Node] | None, int]:
    """Subscript, superscript and primes between a function's name and its argument."""
    sub: Sequence[Node] | None = None
    sup: Sequence[Node] | None = None
    primes = 0
    while (token := cursor.token) is not None:
        if token.kind is Kind.SUB and sub is None:
            cursor.pos += 1
            sub = reader.argument(cursor)
        elif token.kind is Kind.SUP and sup is None:
            cursor.pos += 1
            nodes = reader.argument(cursor)
            marks = [n for n in clean(nodes) if isinstance(n, Token) and n.text == "'"]
            if marks and len(marks) == len(clean(nodes)):
                primes += len(marks)
            else:
                sup = nodes
        elif token.text == "'" and token.kind is Kind.CHAR:
            cursor.pos += 1
            primes += 1
        else:
            break
    return sub, sup, primes


def read_arguments(reader: Formula, cursor: Cursor, name: str) -> list[Value]:
    """The arguments of a function: in brackets, in a brace group, or the next factor."""
    token = cursor.token
    if token is not None and token.text in BRACKETS:
        if name == "diag" and (vector := _listed_argument(reader, cursor, token)) is not None:
            return [vector]
        cursor.pos += 1
        found = reader.arguments(cursor, BRACKETS[token.text])
        return (
            [over_free(reader, found[0], token.start)]
            if name == "diag" and len(found) == 1
            else found
        )
    node = cursor.node
    if isinstance(node, Group) and not node.name and node.items and not is_fraction(node):
        cursor.pos += 1
        inside = Cursor(node.items)
        first = inside.token
        if first is not None and first.text in BRACKETS and _closes_last(inside):
            inside.pos += 1
            found = reader.arguments(inside, BRACKETS[first.text])
            if inside.node is not None:
                raise reader.unexpected(inside, "an operator")
            return found
        value = reader.whole(inside)
        return [reader.postfix(value, cursor, value.start)]
    return [bare_argument(reader, cursor, name)]


def _listed_argument(reader: Formula, cursor: Cursor, opener: Token) -> Value | None:
    """The argument `(d_1, \\dots, d_n)` as a vector; None (and nothing taken) when it is none."""
    nodes = enclosed(cursor, opener.text, BRACKETS[opener.text])
    if nodes is None or not any(isinstance(n, Token) and n.text in DOTS for n in nodes):
        return None
    value = listed(reader, nodes, opener.start)
    if value is not None:
        cursor.pos += len(nodes) + 2
    return value


def _closes_last(cursor: Cursor) -> bool:
    """Whether the bracket that opens here is closed by the last node."""
    depth = 0
    last = len(cursor.items) - 1
    for position, node in enumerate(cursor.items):
        text = text_of(node)
        depth += nesting(text)
        if depth == 0:
            return position == last
    return False


def word_handler(word: str) -> Callable[[Formula, Cursor], Value]:
    """The handler of `\\word`."""

    def handler(reader: Formula, cursor: Cursor) -> Value:
        start = cursor.start
        cursor.pos += 1
        sub, sup, primes = function_scripts(reader, cursor)
        declared = reader.table.exact(Name(word, "word"))
        if declared is not None and declared.kind == "function" and takes(declared, cursor):
            return read_call(
                reader, Applied(declared, cursor, sub, tuple(sup or ()), primes, start)
            )
        return known_function(reader, cursor, word, sub, sup, primes, start)

    return handler


def read_function_word(reader: Formula, request: object) -> Value:
    """`\\operatorname{word}` with its scripts."""
    assert isinstance(request, Unknown)
    word = request.name.base
    found = request.written
    handler = reader.words.get(f"word:{word}") or reader.words.get(f"word:{word.lower()}")
    if handler is not None:
        value = handler(reader, request)
        if value is None:
            raise reader.error(f"{word} of this has no meaning here", found.start)
        return value
    return known_function(
        reader, request.cursor, word.lower(), found.sub, found.sup, found.primes, found.start
    )


def known_function(
    reader: Formula,
    cursor: Cursor,
    word: str,
    sub: Sequence[Node] | None,
    sup: Sequence[Node] | None,
    primes: int,
    start: int,
) -> Value:
    """A function of the table by its written name, with scripts between name and argument."""
    derivative_order(reader, word, None, sup, start)
    if primes or (sup is not None and plain(sup) == "-1" and word in ARC):
        if primes:
            return _derived(reader, cursor, word, sup, primes, start)
        return _finished(reader, cursor, ARC[word], word, None, None, start)
    if word == "log" and sub is not None:
        return _log_base(reader, cursor, sub, sup, start)
    if word == "det" and cursor.at("|"):
        raise reader.error("\\det | ... | has no meaning", start)
    return _finished(reader, cursor, "", word, sub, sup, start)


def _finished(
    reader: Formula,
    cursor: Cursor,
    function: str,
    word: str,
    sub: Sequence[Node] | None,
    sup: Sequence[Node] | None,
    start: int,
) -> Value:
    bracketed = cursor.at(*BRACKETS)
    arguments = read_arguments(reader, cursor, word)
    if bracketed and word in ("log", "ln", "det", "exp", "sqrt") and _power_follows(cursor):
        reader.ambiguity("power_inside")
        if reader.options.power_inside:
            arguments = [reader.postfix(arguments[0], cursor, start), *arguments[1:]]
    if word in OF_VECTORS and len(arguments) == 1:
        entry = of_entry(reader, OF_VECTORS[word], arguments[0])
        if entry is not None and sub is None and sup is None:
            return entry
    with reader.at(start):
        value = (
            elementwise(reader, function, arguments, start)
            if function
            else call_word(reader, word, arguments, start)
        )
    if sub is not None:
        if word not in ("softmax", "logsoftmax"):
            raise reader.error(f"the subscript {plain(sub)!r} of {word} has no meaning", start)
        value = reader.entries(value, sub, start)
    if sup is not None:
        value = reader.raised(value, sup, start)
    return value


def _power_follows(cursor: Cursor) -> bool:
    token, following = cursor.token, cursor.ahead()
    if token is None or token.kind is not Kind.SUP or following is None:
        return False
    text = plain(following.items if isinstance(following, Group) else (following,))
    return text not in (r"\top", "T")


def _log_base(
    reader: Formula, cursor: Cursor, sub: Sequence[Node], sup: Sequence[Node] | None, start: int
) -> Value:
    """\\log_b x is log x / log b; a base e is dropped."""
    base = reader.whole(sub)
    value = _finished(reader, cursor, "log", "log", None, sup, start)
    if plain(sub) == "e":
        return value
    reader.demand_scalar(base, "the base of a logarithm", start)
    return Value(
        value.shape,
        lambda: Quotient(value.build(), Apply("log", (base.build(),))),
        value.uses,
        start=start,
    )


def _derived(
    reader: Formula, cursor: Cursor, word: str, sup: Sequence[Node] | None, primes: int, start: int
) -> Value:
    """f'(x) of a known elementwise function."""
    function = ELEMENTWISE.get(word, "")
    if not function:
        raise reader.error(f"{word} with a prime has no meaning", start)
    with reader.at(start):
        value = derivative_call(
            function, "\\" + word, read_arguments(reader, cursor, word), primes, start
        )
    return reader.raised(value, sup, start) if sup is not None else value
