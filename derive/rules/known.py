"""What the declared facts say about an expression: symmetric, positive definite, invertible. Unknown is never true."""

from __future__ import annotations

from derive.expr.facts import declared
from derive.expr.nodes import (
    Add,
    Apply,
    Expr,
    Filled,
    Neg,
    Power,
    Product,
    Quotient,
    Symbol,
    Transpose,
)
from derive.rules import forms


def fact(node: Expr, name: str) -> bool:
    """Whether a fact is declared of a symbol, or of the symbol of which the node is an entry or a member."""
    return isinstance(node, Symbol) and declared(node.facts, name) is True


def is_symmetric(node: Expr) -> bool:
    """Whether node^T = node follows from the facts and the form of the node."""
    if not node.shape:
        return True
    if isinstance(node, Symbol):
        return fact(node, "symmetric") or (
            node.definition is not None and is_symmetric(node.definition)
        )
    if isinstance(node, Filled):
        return node.rank == 2 and node.shape[0] == node.shape[1]
    if isinstance(node, Apply):
        if node.function == "diag":
            return True
        return node.function in ("inverse", "hadamard") and all(map(is_symmetric, node.args))
    if isinstance(node, Add):
        return all(is_symmetric(t) for t in node.terms) or _pairs(node)
    if isinstance(node, (Neg, Transpose)):
        return is_symmetric(node.operand)
    if isinstance(node, Quotient):
        return is_symmetric(node.numerator)
    if isinstance(node, Power):
        return is_symmetric(node.base)
    return isinstance(node, Product) and _palindrome(node)


def _pairs(node: Add) -> bool:
    """A + A^T: the transposes of the terms are the terms."""
    listed = list(node.terms)
    for turned in map(forms.turned, node.terms):
        if turned not in listed:
            return False
        listed.remove(turned)
    return node.rank == 2


def _palindrome(node: Product) -> bool:
    """X^T S X with a symmetric S, or X^T X."""
    arrays = list(forms.term(node).core)
    while len(arrays) > 1:
        if forms.turned(arrays[0]) != arrays[-1] and not (
            arrays[0] == arrays[-1] and is_symmetric(arrays[0])
        ):
            return False
        arrays = arrays[1:-1]
    return not arrays or is_symmetric(arrays[0])
