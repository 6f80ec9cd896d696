"""The verdict on one relation: float64 looks for suspects, balls decide (the rule of CHECKING.md, section 1)."""

from __future__ import annotations

from collections.abc import Sequence

from derive.checker.verdicts import Evidence, Verdict
from derive.errors import DeriveError
from derive.expr.nodes import Expr, Number
from derive.expr.sizes import shape_text

#: points of one float64 batch, and random points decided in balls at each assignment of sizes
BATCH, RANDOM, SIZES = 64, 2, 3


def judge_relation(
    lhs: Expr, op: str, rhs: Expr, *, premises: Sequence[Expr] = (), seed: int = 0
) -> Verdict:
    """The verdict on `lhs op rhs` for all values that the declarations and `premises` allow."""
    try:
        return _judged(lhs, op, rhs, tuple(premises), seed)
    except DeriveError as error:
        return Verdict("unchecked", why=str(error))
    except (RecursionError, MemoryError, OverflowError) as error:
        return Verdict("unchecked", why=f"too large to evaluate ({type(error).__name__})")


def _judged(lhs: Expr, op: str, rhs: Expr, premises: tuple[Expr, ...], seed: int) -> Verdict:
    if op != "=":
        return Verdict("unchecked", why=f"the relation {op} is not decided yet")
    if lhs.shape != rhs.shape and not (_is_zero(rhs) or _is_zero(lhs)):
        return _shapes_differ(lhs, rhs)
    from derive.checker.identity import Identity

    return Identity(lhs, rhs, premises, seed).verdict()


def _is_zero(node: Expr) -> bool:
    return isinstance(node, Number) and node.value == 0


def _shapes_differ(lhs: Expr, rhs: Expr) -> Verdict:
    why = f"the left side is {shape_text(lhs.shape)}, the right side {shape_text(rhs.shape)}"
    row = len(rhs.shape) == 2 or len(lhs.shape) == 2
    if (row and tuple(reversed(lhs.shape)) == rhs.shape) or _column_against_row(lhs, rhs):
        why += ": a transpose (the other layout)"
    return Verdict("fails", Evidence(seed=seed_of(), referee="shapes"), why=why)


def seed_of() -> int:
    """The seed of a verdict that needs no points."""
    return 0


def _column_against_row(lhs: Expr, rhs: Expr) -> bool:
    from derive.expr.shapes import transposed

    return len(lhs.shape) in (1, 2) and transposed(lhs.shape) == rhs.shape
