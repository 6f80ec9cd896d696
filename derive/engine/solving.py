"""Solving a condition for its unknown: linear in a vector or matrix by the inverse, scalar equations by SymPy."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from derive.engine.proof import to_scalar
from derive.engine.tidying import everywhere, tidied
from derive.expr.nodes import Add, Apply, Constant, Expr, Neg, Number, Relation, Symbol
from derive.expr.walk import substitute
from derive.rules import forms
from derive.rules.algebra import inverse_cancels, inverse_of_inverse, inverse_of_product
from derive.rules.calculus import coefficient
from derive.rules.reach import depends
from derive.rules.scalars import distribute
from derive.rules.tidy import scalars_in_common, without


@dataclass(frozen=True, slots=True)
class Solution:
    """`value` is the unknown; `lines` are the relations on the way, each with its reason; `condition` is what must be
    invertible or not zero (None when nothing must)."""

    unknown: Symbol
    value: Expr
    lines: tuple[tuple[Relation, str], ...]
    condition: Expr | None = None


def solve(condition: Relation, unknown: Symbol) -> tuple[Solution, ...]:
    """The solutions of `lhs = rhs` for a scalar, vector or matrix; empty when no way is known.

    A condition that is linear in a vector or matrix has one solution, M^-1 c, where M is invertible.
    """
    if condition.op != "=":
        return ()
    gap = (
        condition.lhs
        if forms.is_zero(condition.rhs)
        else forms.total([condition.lhs, forms.negative(condition.rhs)], condition.lhs.shape)
    )
    linear = _linear(gap, unknown)
    if linear is not None:
        return (linear,)
    return _scalar(gap, unknown) if not unknown.shape and not gap.shape else ()


def _linear(gap: Expr, unknown: Symbol) -> Solution | None:
    if not depends(gap, unknown):
        return None
    matrix = _factor(gap, unknown)
    if matrix is None or depends(matrix, unknown):
        return None
    matrix, rest = _reduced(_tidy(matrix), _tidy(forms.negative(_without(gap, unknown))))
    if not matrix.shape:
        value = forms.divided(rest, matrix)
        words = "divide"
    elif matrix.rank == 2 and matrix.shape[0] == matrix.shape[1]:
        value = forms.times(Apply("inverse", (matrix,)), rest)
        words = "multiply by the inverse"
    else:
        return None
    value = _tidy(value)
    if value.shape != unknown.shape:
        return None
    first = Relation("=", forms.times(matrix, unknown), rest)
    lines = (
        (first, "bring the terms without the unknown to the other side"),
        (Relation("=", unknown, value), words),
    )
    return Solution(unknown, value, lines, matrix)


def _factor(gap: Expr, unknown: Symbol) -> Expr | None:
    """M of M u + c."""
    if unknown.rank == 1:
        return coefficient(gap, unknown)
    spread = everywhere(gap, distribute)
    terms = spread.terms if isinstance(spread, Add) else (spread,)
    found = []
    for t in terms:
        if not depends(t, unknown):
            continue
        split = forms.term(t)
        front = forms.Term(split.coefficient, split.numerators, split.denominators, ())
        if not unknown.shape:
            factors = [f for f in split.numerators if f != unknown]
            if split.numerators.count(unknown) != 1 or any(
                depends(f, unknown) for f in (*factors, *split.core)
            ):
                return None
            found.append(
                forms.assembled(
                    forms.Term(split.coefficient, tuple(factors), split.denominators, split.core)
                )
            )
        elif (
            split.core
            and split.core[-1] == unknown
            and not any(depends(f, unknown) for f in split.core[:-1])
        ):
            from derive.expr.nodes import Filled

            left = split.core[:-1] or (Filled("identity", (unknown.shape[0], unknown.shape[0])),)
            found.append(forms.times(forms.assembled(front), *left))
        else:
            return None
        if any(depends(f, unknown) for f in split.denominators):
            return None
    return forms.total(found, found[0].shape) if found else None


def _reduced(matrix: Expr, rest: Expr) -> tuple[Expr, Expr]:
    """Both sides without the scalar factors that all of their terms share; no side with a leading sign."""
    terms = [forms.term(t) for side in (matrix, rest) for t in _terms(side) if not forms.is_zero(t)]
    front = scalars_in_common(terms)
    if all(forms.term(t).coefficient < 0 for t in _terms(matrix)) and front.coefficient > 0:
        front = front.scaled(-1)

    def lighter(side: Expr) -> Expr:
        parts = [forms.term(t) for t in _terms(side) if not forms.is_zero(t)]
        made = [
            forms.assembled(
                forms.Term(t.coefficient / front.coefficient, *without(t, front), t.core)
            )
            for t in parts
        ]
        return forms.total(made, side.shape)

    return lighter(matrix), lighter(rest)


def _terms(node: Expr) -> tuple[Expr, ...]:
    if isinstance(node, Neg) and isinstance(node.operand, Add):
        return tuple(forms.negative(t) for t in node.operand.terms)
    return node.terms if isinstance(node, Add) else (node,)


def _without(gap: Expr, unknown: Symbol) -> Expr:
    """The part of an affine expression that is left at unknown = 0."""
    put = substitute(gap, {unknown: forms.zero(unknown.shape)})
    return everywhere(put, lambda node: forms.cleaned(node))


def _tidy(node: Expr) -> Expr:
    for _ in range(4):
        before = node
        for rule in (inverse_of_product, inverse_of_inverse, inverse_cancels):
            node = everywhere(node, rule)
        steps = tidied(node)
        node = steps[-1][0] if steps else node
        if node == before:
            break
    return node


# ---------------------------------------------------------------------------------------------- scalars


def _scalar(gap: Expr, unknown: Symbol) -> tuple[Solution, ...]:
    import sympy

    known: dict[Expr, Any] = {}
    equation = to_scalar(gap, known)
    if equation is None or unknown not in known:
        return ()
    letters = {value: key for key, value in known.items()}
    try:
        roots = sympy.solve(equation, known[unknown])
    except (NotImplementedError, TypeError, ValueError):
        return ()
    found = []
    for root in roots if isinstance(roots, list) else []:
        value = from_scalar(root, letters)
        if value is not None:
            line = (Relation("=", unknown, value), "solve for the unknown")
            found.append(Solution(unknown, value, (line,)))
    return tuple(found)


def from_scalar(value: Any, letters: dict[Any, Expr]) -> Expr | None:
    """A SymPy result as an expression; None where a part has no counterpart."""
    import sympy

    if value in letters:
        return letters[value]
    if value.is_Rational:
        return forms.number(Fraction(int(value.p), int(value.q)))
    if value in (sympy.pi, sympy.E):
        return Constant("pi" if value == sympy.pi else "e")
    if value.is_Mul:
        top, bottom = value.as_numer_denom()
        if bottom != 1:
            parts = [from_scalar(top, letters), from_scalar(bottom, letters)]
            return None if None in parts else forms.divided(*[p for p in parts if p is not None])
    parts = [from_scalar(a, letters) for a in value.args]
    if not parts or any(p is None for p in parts):
        return None
    return _built(value, [p for p in parts if p is not None])


def _built(value: Any, parts: list[Expr]) -> Expr | None:
    if value.is_Add:
        ordered = sorted(parts, key=lambda p: isinstance(p, Neg))
        return forms.total(ordered, ())
    if value.is_Mul:
        return forms.times(*parts)
    if value.is_Pow:
        base, exponent = parts
        if exponent == forms.number(Fraction(1, 2)):
            return Apply("sqrt", (base,))
        if isinstance(exponent, Neg) and isinstance(exponent.operand, Number):
            return forms.divided(forms.UNIT, forms.powered(base, exponent.operand))
        return forms.powered(base, exponent)
    name = {"exp": "exp", "log": "log"}.get(value.func.__name__)
    return Apply(name, tuple(parts)) if name else None
