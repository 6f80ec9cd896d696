r"""What a relation claims only where its names are known: two fonts, values at a point, free names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress

from derive.derivation import Unreadable
from derive.errors import ReadError
from derive.expr.nodes import (
    Apply,
    Call,
    Derivative,
    Expr,
    Filled,
    Index,
    Item,
    Number,
    Power,
    Product,
    Quotient,
    Reduce,
    Symbol,
    Transpose,
)
from derive.expr.walk import free_indices, free_symbols, post_order
from derive.reader.grammar.cursor import plain
from derive.reader.grammar.guesses import SCALAR_LETTERS
from derive.reader.grammar.table import Name, Table
from derive.reader.reading.upstream import names_in
from derive.reader.source.blocks import Inline, Prose
from derive.reader.source.groups import Node, tree

_COUNTED = re.compile(r"\(?(?:[a-zA-Z]|\\ell|\d)(?:[+-]\d)?\)?")
"""One index, of a layer or a step: `l`, `l-1`, `(2)`."""
BOLD = re.compile(r"\\(?:mathbf|boldsymbol|vec)\{([^{}]*)\}")


def two_fonts(left: Expr, right: Expr, table: Table) -> str:
    r"""Two symbols of a relation with one letter in different fonts of which one is assumed: `x and \mathbf{x}`."""
    assumed = {entry.latex: None for entry in table.variables() if entry.assumed}
    seen: dict[str, str] = {}
    values: dict[str, str] = {}
    for side in (left, right):
        for node in post_order(side):
            if isinstance(node, Symbol):
                other = seen.setdefault(BOLD.sub(r"\1", node.name), node.name)
                if other != node.name and (other in assumed or node.name in assumed):
                    return f"{other} and {node.name}"
            elif isinstance(node, Index):  # arguments of a density stand for its values
                other = values.setdefault(BOLD.sub(r"\1", node.name), node.name)
                if other != node.name:
                    return f"{other} and {node.name}"
    return ""


def spread_numbers(side: Expr, table: Table) -> dict[str, int]:
    """The assumed numbers in a side that are added to the entries of an array, with the axes of that array.

    A name of which nobody says that it is a number stands more often for an array of the other terms' shape.
    """
    numbers = {e.latex: None for e in table.variables() if e.assumed and not e.sizes}
    found: dict[str, int] = {}
    for node in post_order(side):
        if isinstance(node, Apply) and node.function == "broadcast" and not node.args[0].shape:
            for symbol in free_symbols(node.args[0]):
                if symbol.name in numbers and not symbol.shape:
                    found[symbol.name] = max(found.get(symbol.name, 0), len(node.shape))
    return found


def hidden_order(side: Expr, table: Table) -> str:
    r"""Two capital letters with indices that are multiplied and assumed to be numbers: `W_l and W_{l-1}`.

    Readers take them for matrices, of which a product has an order that the product of numbers does not show.
    """
    numbers: dict[str, None] = {}
    for entry in table.variables():
        name = entry.name
        capital = name.base.isupper() and name.base not in SCALAR_LETTERS and not name.font
        counted = entry.family == 1 or _COUNTED.fullmatch(name.sub or name.sup) is not None
        member = counted and name not in table.random  # K_{12} is an entry, thus a number
        whole = table.entries.get(Name(name.base, name.font))
        if whole is not None and all(str(size).isdigit() for size in whole.sizes or ("",)):
            continue  # the entries of a matrix of two rows and two columns
        if entry.assumed and capital and member and entry.law is None and entry.definition is None:
            numbers[entry.latex] = None
    if not numbers:
        return ""
    for node in post_order(side):
        if isinstance(node, Product):
            found = dict.fromkeys(f for f in node.factors if _letter_of(f) in numbers)
            if len(found) > 1:
                one, other = list(found)[:2]
                return f"{_letter_of(one)} and {_letter_of(other)}"
        if isinstance(node, Reduce) and node.kind == "prod" and _letter_of(node.body) in numbers:
            return _letter_of(node.body)
    return ""


def _letter_of(node: Expr) -> str:
    """The name of a number that is a symbol, a member of a family or a power of one, empty for anything else."""
    base = node.base if isinstance(node, Power) else node
    base = base.base if isinstance(base, Item) else base
    return base.name if isinstance(base, Symbol) and not node.shape else ""


def hot_unknown(left: Expr | Unreadable, right: Expr | Unreadable) -> str:
    """Why a relation that does not hold is not called wrong: a one-hot vector without a word about which entry is one,
    beside an index on one side only, which may be the place of it."""
    if not isinstance(left, Expr) or not isinstance(right, Expr):
        return ""
    symbols = dict.fromkeys((*free_symbols(left), *free_symbols(right)))
    hot = (s for s in symbols if s.definition is None and any(f.name == "one_hot" for f in s.facts))
    vector = next(hot, None)
    if vector is None or not set(free_indices(left)) ^ set(free_indices(right)):
        return ""
    return (
        f"nothing says which entry of {vector.name} is one; write for example ${vector.name}_c = 1$"
    )


def ties(left: Expr | Unreadable, right: Expr | Unreadable, table: Table) -> bool:
    """Whether an equation may give a name that nobody declared: it stands alone on one side and not on the other, or an
    expression in it has the value that is written at a particular point."""
    if not isinstance(left, Expr) or not isinstance(right, Expr):
        return False
    assumed = {entry.latex: None for entry in table.variables() if entry.assumed}
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Index):
            return True
        own, others = free_symbols(one), free_symbols(other)
        if not own or any(isinstance(part, Derivative) for part in post_order(one)):
            continue
        if not others and _is_value(other):
            known = any(symbol.law or symbol.name not in assumed for symbol in own)
            bare = any(symbol.rank and not symbol.facts and not symbol.law for symbol in own)
            return (bool(other.shape) and bare) or not known
        alone = len(own) == 1 and own[0].name in assumed and own[0] not in others
        if alone and (others or other.shape):
            return True
    return False


def _passed(side: Expr) -> Iterator[Symbol]:
    """The symbols that are given to functions with a formula, which need not speak of them: the data in `p(X | m)`."""
    for node in post_order(side):
        if isinstance(node, Call) and node.function.body is not None:
            yield from (part for part in node.args if isinstance(part, Symbol))


def factored(side: Expr) -> tuple[str, ...]:
    """The names in a product of three, the last one transposed or inverted: `U S V^T`, `P D P^{-1}`."""
    if not isinstance(side, Product) or len(side.factors) != 3 or len(side.shape) != 2:
        return ()
    *outer, last = side.factors
    if not isinstance(last, (Transpose, Power)) and not (
        isinstance(last, Apply) and last.function == "inverse"
    ):
        return ()
    plain_names = all(isinstance(f, Symbol) and f.definition is None for f in outer)
    symbols = free_symbols(side)
    return tuple(s.name for s in symbols) if plain_names else ()


class Introduced:
    """The names that nobody declares and defines, by how a relation first speaks of them.

    A name that stands on one side only of the first relation with it may be what that relation introduces: the angle
    in `u^T v = |u| |v| cos t`, the eigenvalue in `A v = t v`. It is no name for all values, there and further on. Nor
    are the factors of `X = U S V^T`, of which readers know what nobody says.
    """

    def __init__(self) -> None:
        self._by_relation: dict[str, bool] = {}
        self._factors: dict[str, None] = {}
        self._heard: dict[str, None] = {}
        self._defining: Expr | None = None

    def hear(self, prose: Prose) -> None:
        """Remember what a line of prose speaks of: a name that is told beforehand is not introduced by a relation."""
        for piece in prose.pieces:
            if isinstance(piece, Inline) and piece.error is None:
                with suppress(ReadError):
                    nodes = tree(list(piece.tokens), prose.source)
                    for name in names_in(nodes):
                        bare = name.without(sup=name.sup.isdigit())  # s of s^2
                        self._heard.update({name.latex: None, bare.latex: None})

    def stands_alone(
        self, left: Expr | Unreadable, right: Expr | Unreadable, role: str, table: Table
    ) -> bool:
        """Whether a name that a relation introduces stands on one side of this one; to be asked in reading order.

        The names in a definition are its parameters, unless the chain goes on with others in place of one of them:
        `h = W_0 x + Z x = W_0 x + B A x` says what Z is.
        """
        if not isinstance(left, Expr) or not isinstance(right, Expr):
            return False
        assumed = {e.latex: None for e in table.variables() if e.assumed and not e.facts}
        own, others = (dict.fromkeys(free_symbols(side)) for side in (left, right))
        passed = {s: None for side in (left, right) for s in _passed(side)}
        found = False
        if role == "definition":
            self._factors.update(dict.fromkeys(n for n in factored(right) if n in assumed))
        replaced = left is self._defining and any(s not in own for s in others)
        self._defining = right if role == "definition" else None
        for symbol in (*own, *others):
            if symbol.name not in assumed or symbol.law is not None:
                continue
            found |= symbol.name in self._factors
            if symbol.name in self._heard:
                continue
            alone = (symbol in own) != (symbol in others) and symbol not in passed
            alone = alone and role != "definition"
            if replaced and alone and symbol in own:
                self._by_relation[symbol.name] = True
            found |= self._by_relation.setdefault(symbol.name, alone) and alone
        return found


def _is_value(node: Expr) -> bool:
    """Whether a side without symbols is an array, a fraction, or a root or logarithm of numbers."""
    if any(isinstance(part, (Derivative, Call)) for part in post_order(node)):
        return False
    fraction = isinstance(node, Number) and node.value.denominator > 1
    return bool(node.shape) or fraction or isinstance(node, (Apply, Quotient))


def is_free(node: Expr | Unreadable) -> bool:
    """Whether a side is a number or a variable that nothing is said of: a relation between two such claims nothing."""
    base = node.base if isinstance(node, Item) else node
    if isinstance(base, Symbol):
        return base.definition is None and base.law is None
    return isinstance(base, (Number, Filled))


def is_number(nodes: Sequence[Node]) -> bool:
    """Whether nodes are a number with its sign: `$y_i = -1$` in a line of prose is one case of several."""
    text = plain(list(nodes)).replace(" ", "").lstrip("+-")
    return text.replace(".", "", 1).isdecimal()
