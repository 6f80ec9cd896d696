"""Why a relation fails: the smallest human mistake whose correction makes it hold.

Candidates are the edits of `derive.checker.edits` and what `derive.checker.repairs` puts back. A batch of float64
values sorts out those that do not hold anyway; the judge decides the rest at fresh points.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

from derive.checker.edit_parts import ONE, Setting, is_zero, times
from derive.checker.edits_structure import OPPOSITE
from derive.checker.laws import law_roots
from derive.checker.mutants import Mutant, mutants, setting_of
from derive.checker.repairs import material, missing_factors, missing_terms
from derive.checker.verdicts import Diagnosis, Verdict
from derive.errors import DeriveError
from derive.expr.nodes import (
    Add,
    Derivative,
    Dim,
    Expr,
    Filled,
    Neg,
    Number,
    Quotient,
    Symbol,
    Transpose,
)
from derive.expr.shapes import transposed
from derive.expr.sizes import Shape, Size
from derive.expr.walk import free_symbols, post_order, substitute, symbols

#: decides `lhs op rhs` with the premises of the relation, at the points of a seed
DecideAt = Callable[[Expr, str, Expr, int], Verdict]

#: values of a relation's two sides at one batch of points: one pair of arrays for each choice of sizes, with the sizes
Values = Callable[[Expr, Expr], "Sequence[Sample] | None"]

#: relative difference below which float64 calls two values equal (the judge decides)
NEAR = 1e-7


@dataclass(frozen=True, slots=True)
class Sample:
    """Both sides at some points with one choice of sizes: arrays of one shape, points along the first axis."""

    sizes: dict[str, int]
    lhs: Any
    rhs: Any


@dataclass(frozen=True, slots=True)
class Found:
    """A verified diagnosis: the relation `lhs op rhs` with `corrected` on `side` holds."""

    kind: str
    message: str
    corrected: Expr
    side: Literal["lhs", "rhs"] = "rhs"
    op: str = "="

    @property
    def diagnosis(self) -> Diagnosis:
        """The part of a verdict; the writer fills the suggestion."""
        return Diagnosis(self.kind, self.message)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A relation that might have been meant."""

    kind: str
    message: str
    lhs: Expr
    op: str
    rhs: Expr
    cost: float
    side: Literal["lhs", "rhs"] = "rhs"


def diagnose(
    lhs: Expr,
    op: str,
    rhs: Expr,
    decide: DecideAt,
    values: Values,
    *,
    premises: tuple[Expr, ...] = (),
    seed: int = 0,
    budget: float = 1.0,
) -> Found | None:
    """The first candidate in order of size that holds at fresh points of two seeds, or None within `budget` seconds."""
    clock = Clock(budget)
    if lhs.shape != rhs.shape and lhs.shape and rhs.shape:
        return _first(_of_shapes(lhs, op, rhs), decide, values, seed, clock)
    scaled = list(_scaled(lhs, op, rhs, values))
    if is_zero(rhs) or is_zero(lhs):
        scaled = []
    return _first(_in_order(lhs, op, rhs, premises, scaled), decide, values, seed, clock)


def _in_order(
    lhs: Expr, op: str, rhs: Expr, premises: tuple[Expr, ...], scaled: list[Candidate]
) -> Iterator[Candidate]:
    """Edits of the right side and a constant ratio by size; what is put back; then edits of the left side.

    What should be zero and is not is mended where it stands: zero is no slip.
    """
    if is_zero(rhs) and op == "=":
        yield from sorted(_edited_left(lhs, op, rhs), key=lambda c: c.cost)
        for c in _restored(rhs, op, lhs, premises):
            yield replace(c, lhs=c.rhs, rhs=rhs, side="lhs")
        return
    yield from sorted((*_edited(lhs, op, rhs), *scaled), key=lambda c: c.cost)
    yield from _restored(lhs, op, rhs, premises)
    yield from sorted(_edited_left(lhs, op, rhs), key=lambda c: c.cost)


class Clock:
    """Seconds that are left."""

    def __init__(self, budget: float) -> None:
        self.end = time.process_time() + budget

    @property
    def out(self) -> bool:
        """Whether the time is spent."""
        return time.process_time() > self.end


def _first(
    candidates: Iterator[Candidate], decide: DecideAt, values: Values, seed: int, clock: Clock
) -> Found | None:
    for c in candidates:
        if clock.out:
            return None
        if not _comparable(c.lhs, c.rhs):
            continue
        if agrees(*balanced(c.lhs, c.op, c.rhs), values) and _verified(c, decide, seed):
            corrected = c.rhs if c.side == "rhs" else c.lhs
            return Found(c.kind, c.message, corrected, c.side, c.op)
    return None


def balanced(lhs: Expr, op: str, rhs: Expr) -> tuple[Expr, str, Expr]:
    """`a + b = 0` as `a = -b`: beside zero there is no size to measure the difference by."""
    if op != "=" or not is_zero(rhs) or not isinstance(lhs, Add):
        return lhs, op, rhs
    first, *rest = lhs.terms
    other = rest[0] if len(rest) == 1 else Add(tuple(rest))
    return (first, op, Neg(other)) if first.shape == other.shape else (lhs, op, rhs)


def _comparable(lhs: Expr, rhs: Expr) -> bool:
    return lhs.shape == rhs.shape or is_zero(lhs) or is_zero(rhs)


def _verified(c: Candidate, decide: DecideAt, seed: int) -> bool:
    try:
        return all(decide(c.lhs, c.op, c.rhs, seed + k).kind == "holds" for k in (1, 2))
    except DeriveError:
        return False


def agrees(lhs: Expr, op: str, rhs: Expr, values: Values) -> bool:
    """Whether float64 sees no difference; a relation that cannot be evaluated so does not agree."""
    import numpy as np

    samples = _tried(values, lhs, rhs)
    if not samples:
        return False
    seen = False
    for s in samples:
        a, b = np.broadcast_arrays(np.asarray(s.lhs, float), np.asarray(s.rhs, float))
        with np.errstate(all="ignore"):
            finite = np.isfinite(a) & np.isfinite(b)
            size = np.maximum(np.abs(a), np.abs(b))
            usual = float(np.median(size[finite])) if finite.any() else 0.0
            scale = size + 1e-3 * usual + 1e-9
            gap = np.where(finite, (a - b) / scale, 0.0)
        seen = seen or bool(finite.any())
        if not bool(_within(op, gap).all()):
            return False
    return seen


def _within(op: str, gap: Any) -> Any:
    if op in ("<", "<="):
        return gap <= NEAR
    if op in (">", ">="):
        return gap >= -NEAR
    if op == "!=":
        return abs(gap) > NEAR
    return abs(gap) <= (1.0 if op in ("~~", "prop") else NEAR)


def _tried(values: Values, lhs: Expr, rhs: Expr) -> Sequence[Sample] | None:
    try:
        return values(lhs, rhs)
    except (DeriveError, ArithmeticError, ValueError, IndexError):
        return None


# ------------------------------------------------------------------------------------ candidates


def _of_shapes(lhs: Expr, op: str, rhs: Expr) -> Iterator[Candidate]:
    """The sides have different shapes: the other layout, or a transpose inside."""
    if rhs.rank <= 2 and transposed(rhs.shape) == lhs.shape:
        yield from _turned(lhs, op, rhs)
    around = setting_of(lhs, rhs)
    for m in mutants(rhs, around, keep_shape=False):
        if m.expr.shape == lhs.shape:
            yield Candidate(m.repairs, _fault(m), lhs, op, m.expr, m.cost)
    for m in mutants(lhs, around, keep_shape=False):
        if m.expr.shape == rhs.shape:
            yield Candidate(m.repairs, _fault(m), m.expr, op, rhs, m.cost + 1, "lhs")
    for m in _beside_identities(rhs, lhs.shape, around):
        yield Candidate(m.repairs, _fault(m), lhs, op, m.expr, m.cost)


def _beside_identities(side: Expr, shape: Shape, around: Setting) -> Iterator[Mutant]:
    """Edits of one term of a sum whose other terms are identities, which take the shape that the edit gives."""
    if not isinstance(side, Add) or len(shape) != 2 or shape[0] != shape[1]:
        return
    fitting: dict[Expr, Expr] = {
        node: Filled("identity", shape)
        for node in post_order(side)
        if isinstance(node, Filled) and node.kind == "identity"
    }
    for place, term in enumerate(side.terms):
        others = [substitute(t, fitting) for t in side.terms if t is not term]
        if any(other.shape != shape for other in others):
            continue
        for m in mutants(term, around, keep_shape=False):
            if m.expr.shape == shape:
                whole = Add((*others[:place], m.expr, *others[place:]))
                yield replace(m, expr=whole)


def _turned(lhs: Expr, op: str, rhs: Expr) -> Iterator[Candidate]:
    """The whole right side transposed: for a derivative the other layout convention, else a lost transpose."""
    new = rhs.operand if isinstance(rhs, Transpose) else Transpose(rhs)
    if has_derivative(lhs) or has_derivative(rhs):
        text = "this is the derivative in the other layout convention (its transpose)"
        yield Candidate("layout", text, lhs, op, new, 0.4)
    else:
        kind = "extra_transpose" if isinstance(rhs, Transpose) else "missing_transpose"
        yield Candidate(kind, f"the transpose of {rhs!r} is meant", lhs, op, new, 0.4)


def has_derivative(expr: Expr) -> bool:
    """Whether a derivative is written in an expression."""
    return any(isinstance(node, Derivative) for node in post_order(expr))


def _edited(lhs: Expr, op: str, rhs: Expr) -> Iterator[Candidate]:
    """One edit of the right side, or the relation the other way round."""
    around = setting_of(lhs, rhs)
    for other in OPPOSITE.get(op, ()) if op != "=" else ():
        text = f"the relation is the wrong way round: {other} holds, not {op}"
        yield Candidate("wrong_relation", text, lhs, other, rhs, 0.1)
    if rhs.rank == 2 and rhs.shape[0] == rhs.shape[1] and has_derivative(lhs):
        yield from _turned(lhs, op, rhs)
    derivative = has_derivative(lhs) or has_derivative(rhs)
    for m in mutants(rhs, around):
        yield Candidate(_called(m, derivative), _fault(m), lhs, op, m.expr, m.cost)


def _called(m: Mutant, derivative: bool) -> str:
    """The name of the mistake: a function too many in a derivative is a factor that its chain rule did not cancel."""
    if derivative and m.repairs == "extra_factor" and m.kind == "chain_rule":
        return "chain_rule"
    return m.repairs


def _edited_left(lhs: Expr, op: str, rhs: Expr) -> Iterator[Candidate]:
    if not is_zero(lhs):
        for m in mutants(lhs, setting_of(lhs, rhs), limit=200):
            yield Candidate(m.repairs, _fault(m), m.expr, op, rhs, m.cost + 2, "lhs")


def _restored(lhs: Expr, op: str, rhs: Expr, premises: tuple[Expr, ...]) -> Iterator[Candidate]:
    """A lost factor or term, taken from the other side, the definitions or the premises."""
    behind = (*premises, *law_roots((*free_symbols(lhs), *free_symbols(rhs))))
    around = setting_of(lhs, rhs, *behind)
    others = material((lhs, rhs, *behind), setting_of(lhs, rhs))
    if isinstance(lhs, Symbol):
        others = tuple(o for o in others if lhs not in symbols(o))
        around = replace(around, symbols=tuple(s for s in around.symbols if s != lhs))
    derivative = has_derivative(lhs) or has_derivative(rhs)
    found = [*missing_factors(rhs, others, derivative), *missing_terms(rhs, others, around)]
    for m in sorted(found, key=lambda m: m.cost):
        yield Candidate(m.repairs, m.note, lhs, op, m.expr, m.cost)


def _fault(m: Mutant) -> str:
    """The message of an edit: what is wrong, and where."""
    text = m.fault or f"it holds with {m.note}"
    return text + (f" in {m.where}" if m.where not in text else "")


# ------------------------------------------------------------------------------------ constant ratios


def _scaled(lhs: Expr, op: str, rhs: Expr, values: Values) -> Iterator[Candidate]:
    """The sides differ by a constant factor: a rational number, or a power of a size read across sizes."""
    samples = _tried(values, lhs, rhs) if op in ("=", "~~") else None
    ratio = constant_ratio(samples) if samples else None
    if ratio is None:
        return
    around = setting_of(lhs, rhs)
    for value, kind in recognised(ratio, around):
        text = f"the left side is {value!r} times the right side at every point"
        new = Neg(rhs) if value == Number(Fraction(-1)) else times(value, rhs)
        yield Candidate(kind, text, lhs, op, new, 1.35)


def constant_ratio(samples: Sequence[Sample]) -> list[tuple[dict[str, int], float]] | None:
    """lhs / rhs for each choice of sizes where it is the same at all points and entries, else None."""
    import numpy as np

    ratios = []
    for s in samples:
        a, b = np.broadcast_arrays(np.asarray(s.lhs, float), np.asarray(s.rhs, float))
        with np.errstate(all="ignore"):
            used = np.isfinite(a) & np.isfinite(b)
            zero = (np.abs(a) < 1e-12) & (np.abs(b) < 1e-12)
            used &= ~zero & (
                np.abs(a) > 1e-6 * float(np.median(np.abs(a[used])) if used.any() else 0)
            )
            if used.sum() < 2 or (np.abs(b[used]) < 1e-12).any():
                return None
            r = a[used] / b[used]
        middle = float(np.median(r))
        if middle == 0 or (np.abs(r - middle) > NEAR * abs(middle)).any():
            return None
        ratios.append((s.sizes, middle))
    return ratios or None


def recognised(
    ratios: Sequence[tuple[dict[str, int], float]], around: Setting
) -> Iterator[tuple[Expr, str]]:
    """The constant as an expression: a simple rational c, or c times a size or one over it; the simplest that fits."""
    found: list[tuple[int, Expr, str]] = []
    for name, power in [("", 0), *((n, p) for n in around.sizes for p in (1, -1))]:
        left = [r / sizes.get(name, 1) ** power for sizes, r in ratios]
        if max(left) - min(left) > NEAR * abs(left[0]):
            continue
        number = Fraction(left[0]).limit_denominator(64)
        if abs(float(number) - left[0]) > NEAR * abs(left[0]) or abs(number.numerator) > 64:
            continue
        plainness = abs(number.numerator) + number.denominator + abs(power)
        found.append((plainness, _constant(number, name, power), _ratio_kind(number, power)))
    for _, value, kind in sorted(found, key=lambda f: f[0])[:1]:
        yield value, kind


def _constant(number: Fraction, name: str, power: int) -> Expr:
    c: Expr = Number(number)
    if number.denominator != 1:
        c = Quotient(Number(Fraction(abs(number.numerator))), Number(Fraction(number.denominator)))
        c = Neg(c) if number < 0 else c
    if not power:
        return c
    size = Dim(Size.of(name))
    if power == 1:
        return size if number == 1 else times(c, size)
    below = Quotient(ONE, size)
    return below if number == 1 else times(c, below)


def _ratio_kind(number: Fraction, power: int) -> str:
    if power:
        return "factor_n"
    if number == -1:
        return "sign"
    whole = {abs(number.numerator), number.denominator}
    return "factor_2_or_half" if whole <= {1, 2, 4, 8} else "dropped_factor"
