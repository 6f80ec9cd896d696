r"""Arguments of functions without brackets: `\log 2\pi`, `\sin \omega t`, `\log p(x)`, `\tr AB`, `\tanh Wx`."""

from __future__ import annotations

from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, clean
from derive.reader.grammar.special import ELEMENTWISE, SHAPED
from derive.reader.grammar.values import Value
from derive.reader.grammar.written import GREEK
from derive.reader.source.groups import Group, Node, text_of
from derive.reader.source.scanner import Kind, Token

TRACES = ("tr", "trace")
ANGLES = ("sin", "cos", "tan")


def bare_argument(reader: Formula, cursor: Cursor, name: str) -> Value:
    """The factor that follows, and those behind it that the function is meant to reach over."""
    start = cursor.start
    if cursor.node is None or cursor.at("+", "-", "=", ",", ")"):
        raise reader.unexpected(cursor, f"the argument of {name}")
    first_node = cursor.node
    factors = [reader.factor(cursor)]
    simple = _is_simple(reader, first_node)
    if name in TRACES:
        _take_product(reader, cursor, factors)
        if len(factors) > 1:
            reader.note("tr without brackets takes the whole product")
    elif _is_of_arrays(reader, name, factors[0]):
        _take_product(reader, cursor, factors)
        if len(factors) > 1:
            reader.note(f"{name} without brackets takes the whole product of arrays")
    elif factors[0].kind == "number" or (simple and name in ANGLES):
        _take_names(reader, cursor, factors)
    elif simple and reader.starts_factor(cursor) and _may_belong(reader, cursor):
        reader.ambiguity("functions_absorb")
        if reader.options.functions_absorb:
            _take_names(reader, cursor, factors)
        else:
            reader.note(f"\\{name} a b is read as (\\{name} a) b")
            reader.leaves_open(
                f"{name} a b may be {name}(a) b or {name}(a b); write brackets", start
            )
    elif (
        name in ("log", "ln")
        and reader.starts_factor(cursor)
        and (is_fraction(first_node) or _is_power(cursor))
    ):
        reader.ambiguity("functions_absorb")  # `\log \frac{q}{p} c` may be that of the product
        if reader.options.functions_absorb:
            _take_product(reader, cursor, factors, r"\exp")
    with reader.at(start):
        return reader.arithmetic.multiply(factors)


def _is_power(cursor: Cursor) -> bool:
    r"""Whether a bracket with a power follows: `(1 - p)^{1 - x}` in `\log p^x (1 - p)^{1 - x}`."""
    if not cursor.at("(", r"\left"):
        return False
    depth = 0
    for place in range(cursor.pos, len(cursor.items)):
        text = text_of(cursor.items[place])
        depth += (text in ("(", "[")) - (text in (")", "]"))
        if depth == 0 and text in (")", "]"):
            after = cursor.items[place + 1] if place + 1 < len(cursor.items) else None
            return isinstance(after, Token) and after.kind is Kind.SUP
    return False


def is_fraction(node: Node) -> bool:
    """Whether a node is a fraction or a binomial coefficient, or a group that holds one and nothing else."""
    items = clean(node.items) if isinstance(node, Group) and not node.name else [node]
    return bool(items) and isinstance(items[0], Token) and items[0].text in (r"\frac", r"\binom")


def _take_product(reader: Formula, cursor: Cursor, factors: list[Value], also: str = "") -> None:
    r"""Take the factors up to the next function; one that is named is a factor too: `\log \frac{1}{s} \exp(-x)`."""
    while reader.starts_factor(cursor) and (cursor.at(also) or not _is_function(cursor)):
        factors.append(reader.factor(cursor))


def _take_names(reader: Formula, cursor: Cursor, factors: list[Value]) -> None:
    while reader.starts_factor(cursor) and _may_belong(reader, cursor):
        factors.append(reader.factor(cursor))


def _may_belong(reader: Formula, cursor: Cursor) -> bool:
    r"""Whether the next factor may be part of the argument: a name, a root, a density or an exponential, as in
    `\ln \sigma\sqrt{2\pi}`, `\log \pi_k \mathcal{N}(x)` and `\log \lambda \exp(-\lambda x)`."""
    return _is_simple(reader, cursor.node) or cursor.at(r"\sqrt", r"\mathcal", r"\exp")


def _is_of_arrays(reader: Formula, name: str, first: Value) -> bool:
    r"""Whether a function reaches over a product: `\tanh W x` is no product of tanh(W) and x, nor is `\det X^\top X`
    one of the determinant of an oblong matrix."""
    own = reader.arithmetic.shape(first)
    if name == "det":
        return len(own) == 2 and str(own[0]) != str(own[1])
    return bool(own) and name.lower() in ELEMENTWISE


def _is_simple(reader: Formula, node: Node | None) -> bool:
    """A letter, a Greek letter, a number, or a letter in a font: what a function without brackets may run over."""
    if not isinstance(node, Token):
        return False
    if node.kind in (Kind.LETTER, Kind.NUMBER):
        return True
    return node.kind is Kind.WORD and node.text in GREEK and node.text not in reader.words


def _is_function(cursor: Cursor) -> bool:
    token = cursor.token
    return (
        token is not None
        and token.text.startswith("\\")
        and token.text[1:].lower() in (*ELEMENTWISE, *SHAPED)
    )
