"""The value in the middle: a derivation, whether a recipe wrote it, a note was read, or the engine made it.

A derivation is prose, definitions and chains of steps. `engine.fill` completes holes, `checker.check` judges each step,
`writer.write` prints; each is a function from values to values.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from derive.expr.nodes import Expr, Function, Symbol


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: a file and a position counted from 1 (0 when unknown)."""

    path: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        counted = [str(number) for number in (self.line, self.column) if number]
        return ":".join([self.path, *counted])


@dataclass(frozen=True, slots=True)
class Unreadable:
    """One side of a relation that has no meaning for us: its LaTeX and the reason, with what the author could declare.

    `near` holds readings of an ill-typed side with one small change, each with the mistake that it would take back."""

    latex: str
    why: str
    ill_typed: bool = False
    near: tuple[tuple[str, Expr], ...] = ()


Side = Expr | Unreadable


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a step is taken: prose (may contain `$...$`), and the rule that the engine must reproduce, or empty."""

    text: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """A declared symbol or function and its meaning in words. `assumed` marks what a reader inferred."""

    symbol: Symbol | Function
    meaning: str = ""
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph; mathematics in `$...$`."""

    text: str
    place: Place = Place()


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another reading of a step, tried when the strict one fails: both sides, what is supposed, and in words."""

    lhs: Expr
    rhs: Expr
    premises: tuple[Expr, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """`previous side` `op` `rhs`. `role` is claim, definition (introduces the left side), condition
    (imposed on unknowns), consequence (a claim at points where the chain's premises hold), tie (an
    equation that gives a name which is declared nowhere: unchecked unless it holds), shift (equal up to a
    constant: `alternatives` say by which variable) or hole (to be filled by the engine, rhs is the target).

    `source` is the LaTeX of the right side as the author wrote it (empty in Python recipes). A
    condition is never an error: it is a claim only where it holds for all values. `alternatives`
    are other readings of what an author wrote. `doubt` says why a step that does not hold is not called wrong;
    one that is `open` is not called wrong where a fact that nobody denied makes it hold. `unsaid` are names of which
    nobody says which values they take: the author means those where a step has a meaning.
    """

    op: str
    rhs: Side
    reason: Reason = Reason()
    role: str = "claim"
    place: Place = Place()
    source: str = ""
    made_by_engine: bool = False
    alternatives: tuple[Alternative, ...] = ()
    doubt: str = ""
    open: bool = False
    unsaid: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chain:
    """lhs op1 rhs1 op2 rhs2 ... `premises` are relations that hold at the points where the steps are claimed.

    `result` marks a chain whose last side is a main result of the derivation (boxed), `name` labels it. `form` names
    the notation of a chain that says the same as its neighbours in another one (`matrix`, `index` or `sum`); with
    `beside` it stands beside the chain before it.
    """

    lhs: Side
    steps: tuple[Step, ...]
    premises: tuple[Expr, ...] = ()
    result: bool = False
    name: str = ""
    place: Place = Place()
    source: str = ""
    form: str = ""
    beside: bool = False

    def sides(self) -> tuple[Side, ...]:
        """The left side and each right side in order."""
        return (self.lhs, *(step.rhs for step in self.steps))


@dataclass(frozen=True, slots=True)
class Definition:
    """A symbol or function that stands for an expression from here on."""

    symbol: Symbol | Function
    place: Place = Place()
    source: str = ""


Block = Prose | Definition | Chain


@dataclass(frozen=True, slots=True)
class Derivation:
    """One derivation: what is given, then blocks in reading order."""

    slug: str = ""
    title: str = ""
    chapter: str = ""
    level: int = 0
    source: str = ""
    needs: tuple[str, ...] = ()
    path: str = ""
    givens: tuple[Given, ...] = ()
    blocks: tuple[Block, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def chains(self) -> tuple[Chain, ...]:
        """The chains in reading order; relations are numbered through them from 1."""
        return tuple(block for block in self.blocks if isinstance(block, Chain))
