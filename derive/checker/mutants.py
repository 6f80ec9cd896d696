"""The power check: neighbouring statements that carry a human mistake must be rejected.

A statement that holds while its mutants fail was tested by points that can tell them apart. A mutant that is the same
function (twice zero, a product in another order that commutes) is listed by name, never dropped silently.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from derive.checker.edit_parts import Edit, Setting, is_zero
from derive.checker.edits import edits
from derive.checker.edits_structure import OPPOSITE
from derive.checker.positions import Position, positions, put
from derive.checker.verdicts import Verdict
from derive.errors import DeriveError
from derive.expr.nodes import Add, Expr, Symbol
from derive.expr.walk import free_indices, size_names, substitute, symbols

#: decides `lhs op rhs`; the judge is passed in, so that this module does not depend on it
Decide = Callable[[Expr, str, Expr], Verdict]
ORDERS = ("<", "<=", ">", ">=")
Outcome = Literal["rejected", "equivalent", "SURVIVED", "undecided"]

#: mistakes that can make an inequality false; a positive factor more or less leaves most of them true
TELLING = ("sign", "wrong_relation", "dropped_term", "complement", "wrong_symbol", "reciprocal")

#: mutants of one side that the power check runs by default
ENOUGH = 12


@dataclass(frozen=True, slots=True)
class Mutant:
    """An expression with one mistake: its kind, the whole, what was done, and how large the edit is."""

    kind: str
    expr: Expr
    note: str
    repairs: str = ""
    cost: float = 1.0
    where: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class RelationMutant:
    """A relation with one mistake."""

    kind: str
    lhs: Expr
    op: str
    rhs: Expr
    note: str


@dataclass(frozen=True, slots=True)
class MutantRow:
    """A line of the table of `derive check --mutants`."""

    recipe: str
    relation: int
    kind: str
    expression: str
    outcome: Outcome
    note: str = ""


@dataclass(frozen=True, slots=True)
class Power:
    """What became of the mutants of one relation: how many were tried and rejected, and a row for each."""

    tried: int
    rejected: int
    survivors: tuple[str, ...]
    rows: tuple[MutantRow, ...]


def setting_of(*roots: Expr) -> Setting:
    """The sizes, symbols and free indices in play in some expressions."""
    sizes: dict[str, None] = {}
    found: dict[Symbol, None] = {}
    indices = {}
    for root in roots:
        sizes.update(dict.fromkeys(size_names(root)))
        found.update(dict.fromkeys(symbols(root)))
        indices.update(dict.fromkeys(free_indices(root)))
    return Setting(tuple(sizes), tuple(found), tuple(indices))


def mutants(
    expr: Expr, around: Setting | None = None, limit: int = 600, keep_shape: bool = True
) -> Iterator[Mutant]:
    """Each well-typed edit of `expr` at every position, of unchanged shape, without repetition, at most `limit`.

    The order is that of the tree, wholes before parts, and the same in every run.
    """
    around = around or setting_of(expr)
    seen: dict[Expr, None] = {expr: None}
    for here in positions(expr):
        for edit in edits(here, around):
            changed = _changed(expr, here, edit)
            if changed is None or changed in seen:
                continue
            if keep_shape and changed.shape != expr.shape:
                continue
            seen[changed] = None
            yield Mutant(
                edit.kind, changed, edit.note, edit.repaired, edit.cost, repr(here.node), edit.fault
            )
            if len(seen) > limit:
                return
    yield from exchanges(expr, around, seen)


def _changed(expr: Expr, here: Position, edit: Edit) -> Expr | None:
    try:
        return put(expr, here.path, edit.node)
    except DeriveError:
        return None


def exchanges(expr: Expr, around: Setting, seen: dict[Expr, None]) -> Iterator[Mutant]:
    """Two symbols of one shape exchanged in the whole or in a bracket."""
    for here in positions(expr):
        if here.role != "root" and not isinstance(here.node, Add):
            continue
        inside = [s for s in symbols(here.node, into_definitions=False) if s in around.symbols]
        for i, a in enumerate(inside):
            for b in inside[i + 1 :]:
                if a.dims != b.dims or a.family != b.family:
                    continue
                changed = put(expr, here.path, substitute(here.node, {a: b, b: a}))
                if changed not in seen:
                    seen[changed] = None
                    note = f"{a!r} and {b!r} exchanged in {here.node!r}"
                    yield Mutant(
                        "wrong_symbol",
                        changed,
                        note,
                        "wrong_symbol",
                        1.3,
                        repr(here.node),
                        f"{a!r} and {b!r} are exchanged",
                    )


def mutants_of_relation(
    lhs: Expr, op: str, rhs: Expr, limit: int = 600
) -> Iterator[RelationMutant]:
    """The relation with a mistake on its right side (on its left side if the right one is a number), or in its sign."""
    around = setting_of(lhs, rhs)
    for other in OPPOSITE.get(op, ()) if op != "=" else ():
        yield RelationMutant("wrong_relation", lhs, other, rhs, f"{op} became {other}")
    right = [m for m in mutants(rhs, around, limit) if op == "=" or m.kind in TELLING]
    for m in right:
        yield RelationMutant(m.kind, lhs, op, m.expr, m.note)
    if len(right) < 4:
        for m in mutants(lhs, around, limit):
            if op == "=" or m.kind in TELLING:
                yield RelationMutant(m.kind, m.expr, op, rhs, m.note)


def spread(items: Sequence[RelationMutant], count: int) -> list[RelationMutant]:
    """`count` mutants of as many kinds as possible: the first of each kind, then the second of each, and so on."""
    by_kind: dict[str, list[RelationMutant]] = {}
    for m in items:
        by_kind.setdefault(m.kind, []).append(m)
    chosen: list[RelationMutant] = []
    rank = 0
    while len(chosen) < min(count, len(items)):
        chosen.extend(group[rank] for group in by_kind.values() if rank < len(group))
        rank += 1
    return chosen[:count]


def power_check(
    lhs: Expr,
    op: str,
    rhs: Expr,
    decide: Decide,
    same: Decide | None = None,
    count: int = ENOUGH,
    recipe: str = "",
    relation: int = 0,
) -> Power:
    """Judge mutants of a relation that holds.

    `decide` judges a relation as the original was judged (its premises, its seed); `same` tells on fresh points and
    without premises whether a mutant is the same function (by default `decide`). A mutant that holds and is the same
    function is equivalent; one that holds and is not has survived.
    """
    rows = [
        _row(m, (lhs, op, rhs), decide, same or decide, recipe, relation)
        for m in spread(list(mutants_of_relation(lhs, op, rhs)), count)
    ]
    counted = [r for r in rows if r.outcome in ("rejected", "SURVIVED")]
    survivors = tuple(f"{r.kind}: {r.expression}" for r in rows if r.outcome == "SURVIVED")
    rejected = sum(r.outcome == "rejected" for r in rows)
    return Power(len(counted), rejected, survivors, tuple(rows))


def _row(
    m: RelationMutant,
    original: tuple[Expr, str, Expr],
    decide: Decide,
    same: Decide,
    recipe: str,
    relation: int,
) -> MutantRow:
    verdict = decide(m.lhs, m.op, m.rhs)
    outcome: Outcome = "rejected"
    note = m.note
    if verdict.kind == "unchecked":
        outcome = "rejected" if undefined(verdict) else "undecided"
        note = f"{m.note}: {verdict.why}"
    elif verdict.kind == "holds":
        outcome, reason = _survivor(m, original, same)
        note = f"{m.note}{reason}"
    return MutantRow(recipe, relation, m.kind, f"{m.lhs!r} {m.op} {m.rhs!r}", outcome, note)


def undefined(verdict: Verdict) -> bool:
    """Whether a relation is not decided because a side has no value: the logarithm of a negative number,
    an entry at a place that is no whole number, a mean over something that is not random."""
    return any(
        words in verdict.why
        for words in (
            "no finite value",
            "both sides are defined",
            "an index is not an integer",
            "has no declared distribution",
        )
    )


def _survivor(
    m: RelationMutant, original: tuple[Expr, str, Expr], same: Decide
) -> tuple[Outcome, str]:
    lhs, op, rhs = original
    if m.op == op and _equal(same, rhs, m.rhs) and _equal(same, lhs, m.lhs):
        return "equivalent", ": equal at every point"
    if m.op == op and (is_zero(lhs) or is_zero(rhs)) and _holds(same, m.lhs, op, m.rhs):
        return "equivalent", ": also zero at every point"
    if op in ORDERS and m.op == op and _holds(same, m.lhs, op, m.rhs):
        return "equivalent", ": another inequality that is true"
    return "SURVIVED", ""


def _equal(decide: Decide, lhs: Expr, rhs: Expr) -> bool:
    """Whether two expressions agree; also constants, about which the judge does not say that anything holds."""
    if lhs == rhs:
        return True
    verdict = decide(lhs, "=", rhs)
    constant = "neither side varies" in verdict.why or "both sides are zero" in verdict.why
    return verdict.kind == "holds" or (verdict.kind == "unchecked" and constant)


def _holds(decide: Decide, lhs: Expr, op: str, rhs: Expr) -> bool:
    if lhs == rhs:
        return True
    return decide(lhs, op, rhs).kind == "holds"
