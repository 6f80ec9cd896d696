"""The public functions of the judge: the verdict on one relation, and the report on a derivation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

from derive.checker.budget import deadline
from derive.checker.doubts import sides_text, with_doubts
from derive.checker.homogeneous import at_an_edge, of_some_length
from derive.checker.verdicts import Evidence, FileReport, RelationReport, Verdict
from derive.derivation import Alternative, Chain, Derivation, Side, Step, Unreadable
from derive.errors import DeriveError, InternalError, PremiseError
from derive.expr.nodes import Derivative, Expr, Index, Number, Relation, Symbol
from derive.expr.shapes import transposed
from derive.expr.sizes import shape_text
from derive.expr.walk import free_indices, free_symbols, post_order

REVERSED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
#: seconds for a condition that restates another one: what is wrong shows soon
RESTATED = 0.6
#: how the reason starts when sides agree at all points at which both have a value, and one has none at others
PARTLY = "holds only where both sides"
#: seconds for one relation
TIME_LIMIT = 2.0

Progress = Callable[[int, int], None]


def judge_relation(
    lhs: Expr,
    op: str,
    rhs: Expr,
    *,
    premises: Sequence[Expr] = (),
    seed: int = 0,
    time_limit: float | None = TIME_LIMIT,
) -> Verdict:
    """The verdict on `lhs op rhs` for all values that the declarations and `premises` allow."""
    try:
        with deadline(time_limit):
            verdict = _judged(lhs, op, rhs, tuple(premises), seed)
        if verdict.kind != "unchecked" or not premises:
            return verdict
        return _without_premises(lhs, op, rhs, seed, time_limit, verdict.why)
    except PremiseError as error:
        return _without_premises(lhs, op, rhs, seed, time_limit, str(error))
    except DeriveError as error:
        return Verdict("unchecked", Evidence(seed=seed), why=str(error))
    except (RecursionError, MemoryError, OverflowError) as error:
        return Verdict(
            "unchecked", Evidence(seed=seed), why=f"too large to evaluate ({type(error).__name__})"
        )
    except Exception as error:  # a fault here must not cost the verdicts on other relations
        fault = InternalError(f"{type(error).__name__} while checking: {error}")
        return Verdict("unchecked", Evidence(seed=seed), why=str(fault))


def _without_premises(
    lhs: Expr, op: str, rhs: Expr, seed: int, time_limit: float | None, why: str
) -> Verdict:
    """What holds for all values holds under any premises; else premises without a solution leave it unchecked."""
    verdict = judge_relation(lhs, op, rhs, seed=seed, time_limit=time_limit)
    return (
        verdict if verdict.kind == "holds" else Verdict("unchecked", Evidence(seed=seed), why=why)
    )


def judge(
    derivation: Derivation,
    *,
    seed: int = 0,
    strict: bool = False,
    time_limit: float | None = TIME_LIMIT,
    progress: Progress | None = None,
) -> FileReport:
    """The verdict on every relation of a derivation, numbered from 1 through its chains in reading order."""
    total = sum(len(chain.steps) for chain in derivation.chains)
    reports: list[RelationReport] = []
    starts: list[int] = []
    for chain in derivation.chains:
        left: Side = chain.lhs
        starts.append(len(reports) + 1)
        for step in chain.steps:
            verdict = judge_step(chain, left, step, seed=seed, time_limit=time_limit)
            if verdict.kind == "fails" and step.op == "=" and step.source:
                verdict = _as_written(verdict, left, step.rhs)
            if verdict.kind == "fails" and (step.doubt or step.open):
                verdict = _doubted(verdict, chain, left, step, seed)
            if strict and isinstance(left, Expr) and isinstance(step.rhs, Expr):
                from derive.checker.neighbours import with_power

                verdict = with_power(verdict, left, step.op, step.rhs, chain.premises, seed)
            found = _report(len(reports) + 1, chain, left, step, verdict)
            reports.append(replace(found, path="") if found.path == derivation.path else found)
            left = step.rhs
            if progress is not None:
                progress(len(reports), total)
    if derivation.slug:
        return FileReport(derivation.path, derivation.slug, tuple(reports), derivation.notes)
    steps = [step for chain in derivation.chains for step in chain.steps]
    unsaid = frozenset(number for number, step in enumerate(steps, start=1) if step.unsaid)
    found_in_note = with_doubts(reports, frozenset(starts), unsaid)
    return FileReport(derivation.path, None, found_in_note, derivation.notes)


def judge_step(
    chain: Chain, left: Side, step: Step, *, seed: int = 0, time_limit: float | None = TIME_LIMIT
) -> Verdict:
    """The verdict on one step of a chain, whose left side is the previous right side."""
    if step.role == "definition" or step.op == ":=":
        return Verdict("definition")
    for side in (left, step.rhs):
        if isinstance(side, Unreadable):
            if step.role == "condition" and side is left and side.ill_typed:
                return Verdict("definition", why=f"a condition: imposed here; {side.why}")
            return _unreadable(chain, left, step, side, seed)
    if step.role == "hole":
        return Verdict("unchecked", why="a hole that has not been filled")
    assert isinstance(left, Expr), left
    assert isinstance(step.rhs, Expr), step.rhs
    verdict = judge_relation(
        left, step.op, step.rhs, premises=chain.premises, seed=seed, time_limit=time_limit
    )
    if verdict.kind == "holds":
        return verdict
    if step.role == "condition":
        return _imposed(verdict, chain, left, step, seed, time_limit)
    if step.role == "shift":
        return _up_to_constant(chain, step, seed, time_limit)
    if step.alternatives:
        verdict, left, right, premises = _by_alternatives(
            verdict, chain, left, step, seed, time_limit
        )
    else:
        right, premises = step.rhs, chain.premises
    if verdict.kind == "unchecked" and verdict.why.startswith(PARTLY) and _means_domain(left, step):
        return replace(verdict, kind="holds")
    if verdict.kind != "fails":
        return verdict
    if step.unsaid and step.op in REVERSED:
        turned = judge_relation(
            left, REVERSED[step.op], right, premises=premises, seed=seed, time_limit=time_limit
        )
        if turned.kind != "holds":
            names = ", ".join(step.unsaid)
            why = f"it does not hold for all real values; say which ones are meant: {names}"
            return Verdict("unchecked", why=why)
    if step.role == "tie":
        return Verdict(
            "unchecked",
            why="it may give a name that is declared and defined nowhere, or impose a condition",
        )
    from derive.checker.causes import with_cause

    return _unsigned(with_cause(verdict, left, step.op, right, premises, seed), left, right, step)


def _unsigned(verdict: Verdict, left: Expr, right: Expr, step: Step) -> Verdict:
    """No alarm where a relation holds once a number of which nothing is said has a sign: a `\\sigma` in a density."""
    free = (s for side in (left, right) for s in free_symbols(side) if s.name in step.unsaid)
    wanted = {
        f"holds only if {s!r} is {sign}" for s in free for sign in ("positive", "nonnegative")
    }
    if not wanted.intersection(verdict.assumptions):
        return verdict
    return Verdict("unchecked", why=f"{verdict.assumptions[0]}, and nothing that was read says so")


def _imposed(
    strict: Verdict, chain: Chain, left: Expr, step: Step, seed: int, time_limit: float | None
) -> Verdict:
    """The verdict on a condition: none, unless it says again that a derivative is zero, and says it wrong."""
    imposed = Verdict("definition", why="a condition: imposed here, not claimed")
    if strict.kind != "fails" or not step.alternatives:
        return imposed
    from derive.checker.causes import with_cause
    from derive.checker.diagnosis import balanced

    readings = []
    for other in step.alternatives:
        lhs, _, rhs = balanced(other.lhs, step.op, other.rhs)
        readings.append(replace(other, lhs=lhs, rhs=rhs))
    short = RESTATED if time_limit is None else min(RESTATED, time_limit)
    apart = replace(step, alternatives=tuple(readings))
    verdict, _, _, premises = _by_alternatives(strict, chain, left, apart, seed, short)
    if verdict.kind != "fails":
        return imposed
    assert isinstance(step.rhs, Expr), step.rhs
    found = with_cause(verdict, left, step.op, step.rhs, premises, seed)
    if found.diagnosis is not None:
        return found
    seen = sides_text(verdict.counterexample)
    return Verdict(
        "unchecked", why=f"it is not what the derivative before says when it is zero ({seen})"
    )


def _means_domain(left: Expr, step: Step) -> bool:
    """Whether a step speaks of the values only at which both sides are defined: nobody says which values its names
    take, or it gives the derivative of a function, which has its own domain."""
    assert isinstance(step.rhs, Expr)
    derived = [any(isinstance(n, Derivative) for n in post_order(s)) for s in (left, step.rhs)]
    return bool(step.unsaid) or derived == [True, False]


def _up_to_constant(chain: Chain, step: Step, seed: int, time_limit: float | None) -> Verdict:
    """The verdict on sides that agree up to a constant: by the variables of which it may be independent."""
    from derive.checker.causes import with_cause

    failed: list[tuple[Verdict, Alternative]] = []
    for other in step.alternatives:
        verdict = judge_relation(
            other.lhs, "=", other.rhs, premises=chain.premises, seed=seed, time_limit=time_limit
        )
        if verdict.kind == "holds":
            return replace(verdict, why="; ".join(p for p in (other.note, verdict.why) if p))
        if verdict.kind != "fails":
            return replace(verdict, kind="unchecked", why=f"{other.note}: {verdict.why}")
        failed.append((verdict, other))
    if not failed:
        return Verdict("unchecked", why="an additive constant leaves open which terms are dropped")
    verdict, other = failed[0]
    found = with_cause(verdict, other.lhs, "=", other.rhs, chain.premises, seed)
    return replace(found, why="; ".join(part for part in (other.note, found.why) if part))


def _as_written(verdict: Verdict, left: Side, right: Side) -> Verdict:
    """The verdict on an equation of a document that fails: decimals in it are rounded."""
    if isinstance(left, Unreadable) or isinstance(right, Unreadable):
        return verdict
    if any(isinstance(n, (Symbol, Index)) for side in (left, right) for n in post_order(side)):
        return verdict
    from derive.checker.rounding import rounded

    return rounded(verdict, left, right)


def _doubted(verdict: Verdict, chain: Chain, left: Side, step: Step, seed: int) -> Verdict:
    """A verdict on a step of which more may be meant than was read: no alarm where that could make it hold."""
    if step.doubt:
        return Verdict("unchecked", why=step.doubt)
    if isinstance(left, Unreadable) or isinstance(step.rhs, Unreadable):
        return verdict
    assumed = verdict.assumptions
    if not assumed:
        from derive.checker.causes import missing_fact

        assumed = missing_fact(left, step.op, step.rhs, chain.premises, seed)
    if not assumed:
        return verdict
    return Verdict("unchecked", why=f"{assumed[0]}, and nothing that was read says so")


def _unreadable(chain: Chain, left: Side, step: Step, side: Unreadable, seed: int) -> Verdict:
    """A side without a value: where sizes clash the relation fails, and a reading beside it may be what was meant."""
    if not side.ill_typed:
        return Verdict("unchecked", why=side.why)
    from derive.checker.causes import with_reading

    failed = Verdict("fails", why=side.why)
    return with_reading(failed, left, step.op, step.rhs, chain.premises, seed)


def _by_alternatives(
    strict: Verdict, chain: Chain, left: Expr, step: Step, seed: int, time_limit: float | None
) -> tuple[Verdict, Expr, Expr, tuple[Expr, ...]]:
    """The verdict by the other readings of a step that does not hold as it stands, with the sides and premises judged.

    It holds if one of them does. What follows from a condition fails only where the condition could be met; of
    other steps the strict verdict stands.
    """
    assert isinstance(step.rhs, Expr), step.rhs
    as_written = (strict, left, step.rhs, chain.premises)
    tried: list[tuple[Verdict, Expr, Expr, tuple[Expr, ...]]] = []
    for other in step.alternatives:
        premises = (*chain.premises, *other.premises)
        verdict = judge_relation(
            other.lhs, step.op, other.rhs, premises=premises, seed=seed, time_limit=time_limit
        )
        empty = verdict.kind == "holds" and bool(other.premises) and not _says_zero(chain)
        if empty and _vanish(other, premises, seed):
            # 0 = 0 says nothing of a statement that is false elsewhere
            verdict, premises = _apart_from_zero(other, step.op, premises, seed, time_limit)
            if verdict.kind != "holds":
                tried.append((verdict, other.lhs, other.rhs, premises))
                continue
        partly = bool(other.premises) and verdict.why.startswith(PARTLY)
        if verdict.kind == "holds" or partly:  # a solution need not have a value at every point
            why = "; ".join(part for part in (other.note, verdict.why) if part)
            return replace(verdict, kind="holds", why=why), other.lhs, other.rhs, premises
        if other.premises:
            tried.append((verdict, other.lhs, other.rhs, premises))
    if step.role not in ("consequence", "tie", "condition") or not tried:
        return as_written
    most = max(len(premises) for *_, premises in tried)
    decisive = [found for found in tried if len(found[3]) == most or _determines(found[3], left)]
    return next((found for found in decisive if found[0].kind == "fails"), decisive[0])


def _apart_from_zero(
    other: Alternative, op: str, premises: tuple[Expr, ...], seed: int, limit: float | None
) -> tuple[Verdict, tuple[Expr, ...]]:
    """The verdict where a vector of the conditions is not zero, and the premises that say so."""
    for lengths in of_some_length(other, premises):
        found = [
            judge_relation(other.lhs, op, other.rhs, premises=within, seed=seed, time_limit=limit)
            for within in lengths
        ]
        worst = next((v for v in found if v.kind != "holds"), found[0])
        within = lengths[found.index(worst)]
        if worst.kind == "fails" and not at_an_edge(worst):
            return worst, within
        if worst.kind == "holds" and not _vanish(other, within, seed):
            return worst, within
    return Verdict("unchecked", why="the conditions were met where both sides are zero"), premises


def _says_zero(chain: Chain) -> bool:
    """Whether a chain says of what is no derivative that it is zero: then its steps may be 0 = 0."""
    derived = isinstance(chain.lhs, Expr) and any(
        isinstance(n, Derivative) for n in post_order(chain.lhs)
    )
    return not derived and any(isinstance(s.rhs, Expr) and _is_zero(s.rhs) for s in chain.steps)


def _vanish(other: Alternative, premises: tuple[Expr, ...], seed: int) -> bool:
    """Whether both sides of a reading are zero where its conditions hold, neither being written as zero."""
    if _is_zero(other.rhs) or _is_zero(other.lhs) or other.lhs.shape != other.rhs.shape:
        return False
    zero = Number(Fraction(0))
    return judge_relation(other.lhs, "=", zero, premises=premises, seed=seed).kind == "holds"


def _determines(premises: tuple[Expr, ...], left: Expr) -> bool:
    """Whether the last premise alone has as many equations as the unknown on the left has entries."""
    last = premises[-1] if premises else None
    if not isinstance(left, Symbol) or not isinstance(last, Relation):
        return False
    return last.lhs.shape == left.shape and not free_indices(last)


def _report(index: int, chain: Chain, left: Side, step: Step, verdict: Verdict) -> RelationReport:
    place = step.place if step.place.line else chain.place
    source = chain.source if left is chain.lhs and not isinstance(left, Unreadable) else ""
    return RelationReport(
        index,
        place.line,
        place.column,
        step.op,
        source or _text(left),
        step.source or _text(step.rhs),
        verdict,
        path=place.path,
    )


def _text(side: Side) -> str:
    return side.latex if isinstance(side, Unreadable) else repr(side)


def _judged(lhs: Expr, op: str, rhs: Expr, premises: tuple[Expr, ...], seed: int) -> Verdict:
    ordered = op in ("<=", "<", ">=", ">", "!=")
    loose = _is_zero(rhs) or _is_zero(lhs) or (ordered and not (lhs.shape and rhs.shape))
    if lhs.shape != rhs.shape and not loose:
        return _shapes_differ(lhs, rhs, seed)
    if op in ("=", "=="):
        from derive.checker.identity import Identity

        return Identity(lhs, rhs, premises, seed).verdict()
    from derive.checker.order import Approximation, Order, Proportion, Unequal

    if op in ("<=", "<"):
        return Order(lhs, rhs, premises, seed, op).verdict()
    if op in (">=", ">"):
        return _exchanged(Order(rhs, lhs, premises, seed, "<=" if op == ">=" else "<").verdict())
    kinds = {"!=": Unequal, "~~": Approximation, "prop": Proportion}
    if op not in kinds:
        return Verdict(
            "unchecked", Evidence(seed=seed), why=f"the relation {op} has no meaning here"
        )
    return kinds[op](lhs, rhs, premises, seed).verdict()


def _exchanged(verdict: Verdict) -> Verdict:
    """The verdict with the sides of its counterexample exchanged."""
    found = verdict.counterexample
    if found is None:
        return verdict
    return replace(verdict, counterexample=replace(found, lhs=found.rhs, rhs=found.lhs))


def _is_zero(node: Expr) -> bool:
    return isinstance(node, Number) and node.value == 0


def _shapes_differ(lhs: Expr, rhs: Expr, seed: int) -> Verdict:
    why = f"the left side is {shape_text(lhs.shape)}, the right side {shape_text(rhs.shape)}"
    if len(lhs.shape) in (1, 2) and transposed(lhs.shape) == rhs.shape:
        why += ": the same up to a transpose, the other layout"
    if _fixed(lhs, rhs):
        why += ": a claim about one number of entries, which nothing that was read says"
        return Verdict("unchecked", Evidence(seed=seed, referee="shapes"), why=why)
    return Verdict("fails", Evidence(seed=seed, referee="shapes"), why=why)


def _fixed(lhs: Expr, rhs: Expr) -> bool:
    """Whether the shapes differ only where a size with a name stands against a number, as in `n = 2`."""
    if len(lhs.shape) != len(rhs.shape):
        return False
    pairs = [(a, b) for a, b in zip(lhs.shape, rhs.shape, strict=True) if a != b]
    return all(bool(a.names) != bool(b.names) for a, b in pairs)
