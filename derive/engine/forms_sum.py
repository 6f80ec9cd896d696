"""The sum form of an expression: products over the examples as sums of one term for each example.

`X^T (X w - y)` becomes `sum_i x_i (x_i^T w - y_i)`, with `X_{i:}` for x_i, the i-th row as a column.
"""

from __future__ import annotations

from derive.engine.forms_index import NORMS, TWO, Letters, size_expr
from derive.errors import NoRuleError
from derive.expr.build import norm2, sum_over
from derive.expr.functions import row
from derive.expr.nodes import (
    Add,
    Apply,
    Call,
    Expr,
    Filled,
    Index,
    Item,
    Neg,
    Power,
    Product,
    Quotient,
    Symbol,
    Transpose,
    as_expr,
)
from derive.expr.sizes import Size
from derive.expr.walk import transform


def in_sums(expr: Expr, examples: Size, letters: Letters) -> Expr:
    """The expression with every product over `examples` as a sum; `NoRuleError` when there is none."""
    index, _ = letters.fresh(examples)

    def change(node: Expr) -> Expr | None:
        try:
            if isinstance(node, Product):
                return _split(node, index, examples)
            if isinstance(node, Power) and node.exponent == TWO and isinstance(node.base, Apply):
                return _norm(node.base, index, examples)
        except NoRuleError:
            return None
        return None

    found = transform(expr, change)
    if found == expr:
        raise NoRuleError(f"no product over the {size_expr(examples)!r} examples in {expr!r}")
    return found


def _norm(base: Apply, index: Index, examples: Size) -> Expr | None:
    if base.function not in NORMS or base.args[0].shape[:1] != (examples,):
        return None
    term = member(base.args[0], index, examples)
    return sum_over(index, norm2(term) if term.shape else Power(term, TWO))


def _split(node: Product, index: Index, examples: Size) -> Expr | None:
    """A product cut where its inner size counts examples: left column times right row, summed."""
    scalars = [f for f in node.factors if f.is_scalar]
    arrays = [f for f in node.factors if not f.is_scalar]
    for cut in range(1, len(arrays)):
        before, after = arrays[cut - 1], arrays[cut]
        if before.rank == 2 and before.shape[1] == examples and after.shape[0] == examples:
            break
    else:
        return None
    left = [*arrays[: cut - 1], column(before, index, examples)]
    right = member(after, index, examples)
    factors = [*left, right.T if right.shape else right, *arrays[cut + 1 :]]
    kept = [f for f in factors if f != as_expr(1)] or [as_expr(1)]
    body = kept[0] if len(kept) == 1 else Product(tuple(kept))
    summed = sum_over(index, body)
    return Product((*scalars, summed)) if scalars else summed


def column(node: Expr, index: Index, examples: Size) -> Expr:
    """The column for one example of an array whose last axis counts examples."""
    if isinstance(node, Transpose):
        return member(node.operand, index, examples)
    if isinstance(node, Product):
        return Product((*node.factors[:-1], column(node.factors[-1], index, examples)))
    raise NoRuleError(f"no column for one example in {node!r}")


def member(node: Expr, index: Index, examples: Size) -> Expr:
    """What an array whose first axis counts examples has for one of them, as a number or a column; `NoRuleError`."""
    if node.shape[:1] != (examples,):
        raise NoRuleError(f"the first axis of {node!r} does not count examples")
    if isinstance(node, Symbol):
        return Item(node, (index, *(None for _ in node.shape[1:])))
    if isinstance(node, (Add, Neg)):
        parts = tuple(member(part, index, examples) for part in node.parts)
        return Add(parts) if isinstance(node, Add) else Neg(parts[0])
    if isinstance(node, Quotient):
        return Quotient(member(node.numerator, index, examples), node.denominator, node.style)
    if isinstance(node, Filled) and node.kind in ("ones", "zeros"):
        return (
            Filled(node.kind, node.shape[1:])
            if node.shape[1:]
            else as_expr(int(node.kind == "ones"))
        )
    if isinstance(node, Product):
        return _member_of_product(node, index, examples)
    if isinstance(node, Call) and node.function.elementwise and len(node.args) == 1:
        return Call(node.function, (member(node.args[0], index, examples),), node.order)
    if isinstance(node, Apply):
        entrywise = row(node.function).elementwise or node.function == "hadamard"
        by_rows = node.function == "softmax" and node.rank == 2
        if (entrywise and not node.params) or by_rows:
            parts = tuple(member(a, index, examples) for a in node.args)
            if node.function == "hadamard" and not parts[0].shape:
                return Product(parts)
            return Apply(node.function, parts)
        if node.function == "broadcast" and node.args[0].is_scalar:
            rest = node.shape[1:]
            return Apply("broadcast", node.args, rest) if rest else node.args[0]
    raise NoRuleError(f"no part for one example of {node!r}")


def _member_of_product(node: Product, index: Index, examples: Size) -> Expr:
    """`(A B)_{i:}` is `B^T A_{i:}`; for a vector b, `(A b)_i` is `A_{i:}^T b`."""
    scalars = [f for f in node.factors if f.is_scalar]
    arrays = [f for f in node.factors if not f.is_scalar]
    first = member(arrays[0], index, examples)
    rest = arrays[1:]
    if not rest:
        return Product((*scalars, first))
    if not first.shape:  # an outer product: a number times a row
        return Product((*scalars, first, *(part.T for part in reversed(rest))))
    if node.rank == 1:
        return Product((*scalars, first.T, *rest))
    return Product((*scalars, *(part.T for part in reversed(rest)), first))
