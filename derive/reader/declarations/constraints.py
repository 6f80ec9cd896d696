r"""Equations that state facts: symmetry, orthonormal columns, unit norm, sums to one."""

from __future__ import annotations

from derive.expr.nodes import (
    Apply,
    Expr,
    Filled,
    Item,
    Neg,
    Number,
    Power,
    Product,
    Reduce,
    Relation,
    Symbol,
    Transpose,
)
from derive.reader.grammar.table import Declaration, Table


def constrain(table: Table, left: Expr, right: Expr) -> bool:
    """Turn an equation that has the form of a fact into the fact; False when it has none."""
    for a, b in ((left, right), (right, left)):
        for rule in (_symmetric, _orthonormal, _unit, _sum_to_one, _rows_to_one):
            found = rule(a, b)
            if found is not None:
                entry = _entry_of(table, found[0])
                if entry is not None:
                    add_with_others(entry, found[1])
                    return True
    return False


def add_with_others(entry: Declaration, fact: str) -> None:
    """Add a fact, and the stronger one that it makes with those that are known."""
    together = {
        ("binary", "sums_to_one"): "one_hot",
        ("binary", "rows_sum_to_one"): "one_hot_rows",
        ("positive", "sums_to_one"): "simplex",
        ("nonnegative", "sums_to_one"): "simplex",
        ("positive", "rows_sum_to_one"): "stochastic_rows",
        ("nonnegative", "rows_sum_to_one"): "stochastic_rows",
    }
    if entry.has(fact):
        return
    for (first, second), whole in together.items():
        if fact == second and entry.has(first):
            entry.add_fact(whole)
            return
    entry.add_fact(fact)


def _entry_of(table: Table, symbol: Symbol) -> Declaration | None:
    return next((e for e in table.variables() if e.latex == symbol.name), None)


Found = tuple[Symbol, str] | None


def _symmetric(a: Expr, b: Expr) -> Found:
    if isinstance(a, Symbol) and len(a.shape) == 2:
        if b == Transpose(a):
            return a, "symmetric"
        if b == Neg(Transpose(a)):
            return a, "antisymmetric"
    if isinstance(a, Neg) and isinstance(a.operand, Symbol) and b == Transpose(a.operand):
        return a.operand, "antisymmetric"
    return None


def _orthonormal(a: Expr, b: Expr) -> Found:
    if not (
        isinstance(a, Product)
        and len(a.factors) == 2
        and isinstance(b, Filled)
        and b.kind == "identity"
    ):
        return None
    first, second = a.factors
    if isinstance(second, Symbol) and first == Transpose(second):
        square = second.shape[0] == second.shape[1]
        return second, "orthogonal" if square else "orthonormal_columns"
    if (
        isinstance(first, Symbol)
        and second == Transpose(first)
        and first.shape[0] == first.shape[1]
    ):
        return first, "orthogonal"
    return None


def _one(node: Expr) -> bool:
    return isinstance(node, Number) and node.value == 1


def _unit(a: Expr, b: Expr) -> Found:
    if not _one(b):
        return None
    if isinstance(a, Power) and isinstance(a.exponent, Number):
        a = a.base
    if isinstance(a, Apply) and a.function == "norm" and isinstance(a.args[0], Symbol):
        return a.args[0], "unit_norm"
    if (
        isinstance(a, Product)
        and len(a.factors) == 2
        and isinstance(a.factors[1], Symbol)
        and a.factors[0] == Transpose(a.factors[1])
    ):
        return a.factors[1], "unit_norm"
    if (
        isinstance(a, Apply)
        and a.function == "inner"
        and a.args[0] == a.args[1]
        and isinstance(a.args[0], Symbol)
    ):
        return a.args[0], "unit_norm"
    return None


def _sum_to_one(a: Expr, b: Expr) -> Found:
    if not _one(b):
        return None
    if isinstance(a, Product) and len(a.factors) == 2:
        first, second = a.factors
        if isinstance(first, Transpose) and _is_ones(first.operand) and isinstance(second, Symbol):
            return second, "sums_to_one"
        if isinstance(first, Transpose) and isinstance(first.operand, Symbol) and _is_ones(second):
            return first.operand, "sums_to_one"
    if isinstance(a, Apply) and a.function == "sum" and isinstance(a.args[0], Symbol):
        return a.args[0], "sums_to_one"
    if isinstance(a, Reduce) and a.kind == "sum" and isinstance(a.body, Item):
        item = a.body
        if a.where and not _off_diagonal(a, item):
            return None
        if (
            isinstance(item.base, Symbol)
            and None not in item.indices
            and item.indices[-1] == a.indices[-1]
        ):
            if len(item.indices) == 1:
                return item.base, "sums_to_one"
            if len(item.indices) == 2 and len(a.indices) == 1:
                return item.base, "rows_sum_to_one"
            if len(item.indices) == 2 and len(a.indices) == 2:
                return item.base, "total_one"
    return None


def _off_diagonal(a: Reduce, item: Item) -> bool:
    """Whether a sum leaves out the diagonal of a matrix, which is zero."""
    base, where = item.base, a.where[0]
    apart = isinstance(where, Relation) and where.op == "!="
    zero = isinstance(base, Symbol) and any(f.name == "zero_diagonal" for f in base.facts)
    return apart and zero and len(a.where) == 1 and len(a.indices) == 2


def _rows_to_one(a: Expr, b: Expr) -> Found:
    """`Y 1 = 1`."""
    if isinstance(a, Product) and len(a.factors) == 2 and _is_ones(a.factors[1]) and _is_ones(b):
        matrix = a.factors[0]
        return (matrix, "rows_sum_to_one") if isinstance(matrix, Symbol) else None
    return None


def _is_ones(node: Expr) -> bool:
    return isinstance(node, Filled) and node.kind == "ones"
