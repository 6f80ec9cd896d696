"""Candidates of a diagnosis: the edits that take a mistake back, and what is written elsewhere put where it lacks.

A lost term or factor is looked for in the other side of the relation, in the definitions behind it and in the givens: a
person who loses a factor has it in the line above.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from derive.checker.edit_parts import HALF, ONE, TWO, Setting, is_zero, product, times
from derive.checker.edits_arithmetic import is_penalty, is_weight
from derive.checker.edits_functions import is_probability
from derive.checker.mutants import Mutant
from derive.checker.positions import Position, positions, put
from derive.errors import DeriveError
from derive.expr.nodes import (
    Add,
    Apply,
    Call,
    Constant,
    Derivative,
    Dim,
    Expr,
    Filled,
    Index,
    Indicator,
    Item,
    Logic,
    Neg,
    Number,
    Power,
    Product,
    Quotient,
    Relation,
    Symbol,
)
from derive.expr.walk import free_indices, post_order, substitute

#: how many terms and factors are tried at each place
MATERIAL = 40


def material(roots: Iterable[Expr], around: Setting) -> tuple[Expr, ...]:
    """Parts of expressions and of the definitions behind them, whose indices have a meaning where they are put."""
    found: dict[Expr, None] = {}
    for root in roots:
        for node in islice(post_order(root, into_definitions=True), 400):
            if isinstance(node, (Relation, Logic, Index, Constant, Derivative)):
                continue
            for renamed in _in_scope(node, around):
                found[renamed] = None
    return tuple(found)


def _in_scope(node: Expr, around: Setting) -> Iterator[Expr]:
    """The node, with each foreign index renamed to a free one of the same range."""
    foreign = [i for i in free_indices(node) if i not in around.indices]
    if not foreign:
        yield node
    elif len(foreign) == 1:
        for own in around.indices:
            if own.upper == foreign[0].upper:
                yield substitute(node, {foreign[0]: own})


def missing_factors(root: Expr, others: tuple[Expr, ...], derivative: bool) -> Iterator[Mutant]:
    """A factor (or one over it) put back at every place that takes one."""
    parts = [f for f in others if not isinstance(f, (Number, Dim, Filled, Neg, Add)) or _bracket(f)]
    scalars = [f for f in parts if not f.shape][-MATERIAL:]
    arrays = [f for f in parts if f.shape and isinstance(f, (Symbol, Item, Apply))]
    for here in positions(root, 60):
        if here.role in ("root", "term", "negated", "argument") and not is_zero(here.node):
            yield from _with_factors(root, here, scalars, derivative)
            yield from _with_arrays(root, here, arrays[-MATERIAL:], derivative)


def _bracket(node: Expr) -> bool:
    return isinstance(node, Add) and not node.shape


def _with_factors(
    root: Expr, here: Position, factors: list[Expr], derivative: bool
) -> Iterator[Mutant]:
    for f in factors:
        kind = _kind(f, derivative)
        below = Quotient(ONE, f)
        yield from _put(root, here, times(f, here.node), kind, f"the factor {f!r}", 1.6)
        yield from _put(root, here, times(below, here.node), kind, f"the factor {below!r}", 1.7)
        if is_probability(f):
            left = Add((ONE, Neg(f)))
            yield from _put(root, here, times(left, here.node), kind, f"the factor {left!r}", 1.8)


def _with_arrays(
    root: Expr, here: Position, factors: Sequence[Expr], derivative: bool
) -> Iterator[Mutant]:
    node = here.node.operand if isinstance(here.node, Neg) else here.node
    for f in factors:
        kind = _kind(f, derivative)
        if f.shape == node.shape:
            new = Apply("hadamard", (node, f))
            yield from _put(root, here, new, kind, f"the factor {f!r}", 1.8)
        for turned in (f, f.T) if f.rank <= 2 else (f,):
            for pair in ((node, turned), (turned, node)):
                yield from _put(root, here, pair, kind, f"the factor {turned!r}", 1.9)


def _kind(factor: Expr, derivative: bool) -> str:
    """A lost factor in a derivative is the chain rule; elsewhere it is just a factor."""
    if isinstance(factor, Apply) and factor.function == "kronecker_delta":
        return "missing_delta"
    if isinstance(factor, Indicator):
        return "missing_delta"
    inner = isinstance(factor, (Apply, Call, Power, Quotient, Item, Symbol, Product))
    return "chain_rule" if derivative and inner else "dropped_factor"


def _put(
    root: Expr,
    here: Position,
    new: Expr | tuple[Expr, Expr],
    kind: str,
    what: str,
    cost: float,
) -> Iterator[Mutant]:
    try:
        node = new if isinstance(new, Expr) else _juxtaposed(*new)
        if node.shape != here.node.shape and here.role != "root":
            return
        changed = put(root, here.path, node)
    except DeriveError:
        return
    where = repr(here.node)
    yield Mutant("extra_factor", changed, f"{what} is missing in {where}", kind, cost, where)


def _juxtaposed(left: Expr, right: Expr) -> Expr:
    listed = (
        *(left.factors if isinstance(left, Product) else (left,)),
        *(right.factors if isinstance(right, Product) else (right,)),
    )
    return Product(listed)


def missing_terms(root: Expr, others: tuple[Expr, ...], around: Setting) -> Iterator[Mutant]:
    """A term put back into every sum, bracket and argument of fitting shape."""
    terms = dict.fromkeys((*_penalties(around, others), *(t for t in others if _term_like(t))))
    for here in positions(root, 80):
        if here.role not in ("root", "argument", "factor", "base", "denominator", "negated"):
            continue
        if isinstance(here.node, (Number, Dim, Filled, Neg, Index)) and not is_zero(here.node):
            continue
        old = here.node.terms if isinstance(here.node, Add) else (here.node,)
        for t in _fitting(terms, here.node, root):
            yield from _with_term(root, here, t, (), old, "")
        if isinstance(here.node, Product):
            yield from _inside_product(root, here, here.node, terms)


def _inside_product(
    root: Expr, here: Position, node: Product, terms: Iterable[Expr]
) -> Iterator[Mutant]:
    """`X^T X w` for `X^T (X w - y)`: a term lost with its bracket."""
    for place in range(1, len(node.factors) - 1):
        for tail in product(node.factors[place:]):
            for t in _fitting(terms, tail, root) if tail.shape else ():
                yield from _with_term(root, here, t, node.factors[:place], (tail,), node.dot)


def _fitting(terms: Iterable[Expr], node: Expr, root: Expr) -> list[Expr]:
    return [t for t in terms if t.shape == node.shape and t not in (root, node)][:MATERIAL]


def _with_term(
    root: Expr,
    here: Position,
    term: Expr,
    before: tuple[Expr, ...],
    old: tuple[Expr, ...],
    dot: str,
) -> Iterator[Mutant]:
    """`before (old + term)` at a place, the term with either sign."""
    kind = "dropped_regulariser" if is_penalty(term) else "dropped_term"
    cost = 1.2 if is_penalty(term) else 1.9
    for signed in (term, term.operand if isinstance(term, Neg) else Neg(term)):
        bracket = Add((*old, signed))
        new = Product((*before, bracket), dot) if before else bracket
        yield from _put(root, here, new, kind, f"the term {signed!r}", cost)


def _term_like(node: Expr) -> bool:
    return not isinstance(node, (Number, Dim, Index)) or (
        isinstance(node, Number) and node.value == 1
    )


def _penalties(around: Setting, others: tuple[Expr, ...]) -> Iterator[Expr]:
    """lambda I, lambda w, lambda/2 ||w||^2 and their doubles for every positive scalar and every parameter in play."""
    weights = [s for s in around.symbols if is_weight(s)]
    sizes = {s.shape[0]: None for s in others if s.rank == 2 and s.shape[0] == s.shape[1]}
    parameters = [s for s in around.symbols if s.shape and s.definition is None and not s.family]
    entries = [i for i in others if isinstance(i, Item) and not i.shape]
    for weight in weights:
        for size in sizes:
            eye = Filled("identity", (size, size))
            yield times(weight, eye)
            yield Product((Dim(size), weight, eye))
        for w in (*parameters, *entries):
            yield times(weight, w)
            yield Product((TWO, weight, w))
        for w in parameters:
            norm = "norm" if w.rank == 1 else "norm_frobenius"
            square = Power(Apply(norm, (w,)), TWO)
            yield times(weight, square)
            yield Product((HALF, weight, square))
