r"""The state of a formula that is being read: what is in scope, how ambiguities are taken, refusals with their
place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from derive.errors import ReadError, ShapeError
from derive.expr.nodes import Symbol
from derive.reader.grammar.arithmetic import Arithmetic
from derive.reader.grammar.cursor import Cursor, start_of
from derive.reader.grammar.table import Table
from derive.reader.grammar.values import Binding, Misfit, Value
from derive.reader.source.groups import Node
from derive.reader.source.places import Source
from derive.reader.source.scanner import Kind, Token

DEPTH = 48
"""Brackets, scripts and arguments within one another."""
NODES = 20_000
"""Factors, terms and scripts of one formula."""

Handler = Callable[[Any, Any], Any]

ENTRYWISE = {
    r"\odot": "odot",
    r"\circ": "odot",
    r"\bullet": "odot",
    r"\oslash": "oslash",
    r"\otimes": "otimes",
}
SCALED = {r"\cdot": "cdot", r"\times": "times", "*": "times"}
DIVIDED = ("/", r"\div")
DOTS = frozenset([r"\dots", r"\ldots", r"\cdots", r"\dotsc"])
#: what ends an expression: closers, separators, relations
RELATIONS = {
    "=": "=", "<": "<", ">": ">", r"\le": "<=", r"\leq": "<=", r"\leqslant": "<=", r"\ge": ">=", r"\geq": ">=",
    r"\geqslant": ">=", r"\ne": "!=", r"\neq": "!=", r"\approx": "~~", r"\simeq": "~~",
    r"\propto": "prop", r"\equiv": "=",
    r"\triangleq": "=", r"\coloneqq": "=", r"\lt": "<", r"\gt": ">",
}  # fmt: skip
CLOSERS = frozenset(
    [
        ")",
        "]",
        r"\}",
        ",",
        ";",
        ":",
        r"\rvert",
        r"\rVert",
        r"\rangle",
        r"\rfloor",
        r"\rceil",
        r"\mid",
        r"\\",
        r"\in",
        r"\to",
        r"\text",
        r"\wedge",
        r"\land",
        r"\vee",
        r"\lor",
        r"\sim",
        r"\dots",
        r"\rightarrow",
        r"\Rightarrow",
        r"\succ",
        r"\succeq",
        r"\prec",
        r"\preceq",
        r"\textrm",
        r"\mbox",
        r"\leftarrow",
        r"\notin",
        r"\forall",
        r"\over",
        r"\iff",
        r"\implies",
        r"\Leftrightarrow",
        r"\gg",
        r"\ll",
        r"\subset",
        r"\subseteq",
        r"\cup",
        r"\cap",
        ".",
        *list(RELATIONS),
    ]
)
OPERATORS = frozenset(["+", "-", r"\pm", r"\mp", "/", *ENTRYWISE, *SCALED, r"\div"])


@dataclass
class Options:
    """How ambiguous notation is read; `readings` in formula.py varies them.

    `layout` of derivatives written as fractions: empty for that of CONVENTIONS (gradient: shape of the
    variable, Jacobian m x d),
    `numerator` (gradients are rows), `denominator` (Jacobians are d x m).
    """

    sums_extend: bool = True
    slash_takes_product: bool = False
    functions_absorb: bool = False
    derivative_takes_term: bool = False
    power_inside: bool = False
    products_reach: bool = False
    rows_lie: bool = False
    otimes_outer: bool = False
    layout: str = ""


@dataclass
class State:
    """What is shared by the formulas of one chain: indices that are free in it, and what was accepted by convention."""

    free: dict[str, Binding] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    varying: dict[str, object] = field(default_factory=dict)
    ambiguous: dict[str, None] = field(default_factory=dict)
    unclear: dict[str, ReadError] = field(default_factory=dict)
    entrywise: bool = False
    """Whether a function of a square matrix was taken entry by entry."""
    gradient: Symbol | None = None
    r"""By what the last `\nabla f(x)` differentiates, and a bare `\nabla (\dots)` behind it in the chain."""


class Base:
    """What every part of the grammar shares: table, scope, options, limits; it can read whole parts through
    `expression`."""

    def __init__(
        self,
        table: Table,
        source: Source,
        words: Mapping[str, Handler],
        names: Handler,
        state: State | None = None,
        options: Options | None = None,
    ) -> None:
        self.table = table
        self.source = source
        self.words = words
        self.names = names
        self.state = state or State()
        self.options = options or Options()
        self.arithmetic = Arithmetic(table.sizes, self.note)
        self.arithmetic.rows_differ = self.options.layout == "numerator"
        self.scope: list[Binding] = []
        self.bound: dict[str, list[Value]] = {}
        self.depth = 0
        self.fuel = NODES
        self.outer: list[Binding] = []
        self.taken: frozenset[str] = frozenset()
        self.in_index = False
        self.in_limit = False
        self.in_exponent = False
        self.front: Cursor | None = None
        self.factors_of: tuple[Cursor, list[tuple[int, frozenset[int]]]] | None = None
        self.font = ""
        self._memo: dict[tuple[int, int], tuple[Value, int]] = {}

    # ------------------------------------------------------------------------------------- messages

    def note(self, text: str) -> None:
        """Record what was accepted by convention."""
        self.state.notes[text] = None

    def ambiguity(self, option: str) -> None:
        """Record that another value of an option would read the formula differently."""
        self.state.ambiguous[option] = None

    def leaves_open(self, message: str, start: int) -> None:
        """Record what a formula that stands alone must not leave open: nothing around it would tell."""
        self.state.unclear.setdefault(message, self.error(message, start))

    def error(self, message: str, start: int, ill_typed: bool = False) -> ReadError:
        """A refusal at an offset; raising it is up to the caller."""
        error = self.source.error(message, start)
        error.ill_typed = ill_typed
        return error

    @contextmanager
    def at(self, start: int) -> Iterator[None]:
        """Shapes that do not fit inside become a refusal at `start`."""
        try:
            yield
        except (Misfit, ShapeError) as error:
            raise self.error(str(error), start, ill_typed=True) from None

    def unexpected(self, cursor: Cursor, wanted: str) -> ReadError:
        """The refusal of whatever comes next."""
        node = cursor.node
        if node is None:
            return self.error(f"the formula ends where {wanted} is due", cursor.start)
        shown = node.text if isinstance(node, Token) else (node.name or "{")
        if isinstance(node, Token) and node.kind is Kind.WORD and shown not in CLOSERS | OPERATORS:
            return self.error(
                f"unknown command {shown}: define it as a macro or declare it", start_of(node)
            )
        return self.error(f"{shown!r} stands where {wanted} is due", start_of(node))

    # --------------------------------------------------------------------------------------- levels

    @contextmanager
    def deeper(self, start: int) -> Iterator[None]:
        """One level of nesting, bounded."""
        self.depth += 1
        if self.depth > DEPTH:
            raise self.error(f"brackets and scripts are nested more than {DEPTH} deep", start)
        try:
            yield
        finally:
            self.depth -= 1

    def expression(self, cursor: Cursor) -> Value:
        """A sum of terms; see `Formula`."""
        raise NotImplementedError

    def whole(self, nodes: Sequence[Node] | Cursor, what: str = "an operator") -> Value:
        """All of `nodes` as one expression."""
        cursor = nodes if isinstance(nodes, Cursor) else Cursor(nodes)
        with self.deeper(cursor.start):
            value = self.expression(cursor)
        if cursor.node is not None:
            raise self.unexpected(cursor, what)
        return value

    @contextmanager
    def binding(self, *bindings: Binding) -> Iterator[None]:
        """Indices in scope; a later one hides an earlier one of the same name.

        One that is called like an index in `taken`, which is in scope where a definition is put in, gets another label.
        """
        for own in bindings:
            own.label = own.name
            while own.label in self.taken:
                own.label += "'"
        self.scope.extend(bindings)
        memo, self._memo = self._memo, {}
        try:
            yield
        finally:
            self._memo = memo
            del self.scope[len(self.scope) - len(bindings) :]

    @contextmanager
    def holding(self, name: str, value: Value) -> Iterator[None]:
        """A name that stands for a value inside (a bound variable of an integral, a parameter)."""
        self.bound.setdefault(name, []).append(value)
        memo, self._memo = self._memo, {}
        try:
            yield
        finally:
            self._memo = memo
            self.bound[name].pop()

    @contextmanager
    def flag(self, **flags: object) -> Iterator[None]:
        """Set attributes for the part that is read inside."""
        before = {name: getattr(self, name) for name in flags}
        for name, value in flags.items():
            setattr(self, name, value)
        try:
            yield
        finally:
            for name, value in before.items():
                setattr(self, name, value)
