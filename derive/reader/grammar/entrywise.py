r"""Functions of square matrices: `\exp(X)` is entrywise in some texts and the matrix exponential in others."""

from __future__ import annotations

from derive.expr.nodes import Apply, Expr, Neg, Product, Quotient, Symbol, Transpose
from derive.expr.plain import plain
from derive.expr.walk import post_order

#: functions that are as well functions of a matrix as a whole
OF_MATRICES = ("exp", "log", "sqrt", "sin", "cos")
#: functions that take a square matrix as a whole
OF_WHOLE = ("trace", "det", "logdet", "logabsdet", "inverse")


def matrix_function_doubt(root: Expr) -> str:
    """Why an expression leaves open whether a function of a matrix is taken entry by entry; empty when it does not.

    Where the value is used as a matrix, in a trace, a determinant or a product with another square matrix, and where
    the argument is diagonal or an inverse, an entrywise function is hardly ever meant.
    """
    for node in post_order(root):
        found: Expr | None = None
        if isinstance(node, Apply) and node.function in OF_WHOLE:
            found = next((f for f in _factors(node.args[0]) if _of_square(f)), None)
        elif isinstance(node, Product):
            squares = [f for f in node.factors if _is_square(f)]
            found = next((f for f in squares if _of_square(f)), None) if len(squares) > 1 else None
        elif _of_square(node) and isinstance(node, Apply) and _is_of_a_whole(node.args[0]):
            found = node
        if found is not None:
            return (
                f"{plain(found)} may be the function of the matrix or of each of its entries; "
                "write it by entries or declare the value"
            )
    return ""


def _factors(node: Expr) -> tuple[Expr, ...]:
    while isinstance(node, (Neg, Transpose)):
        node = node.operand
    if isinstance(node, Quotient):
        return _factors(node.numerator)
    return node.factors if isinstance(node, Product) else (node,)


def _is_square(node: Expr) -> bool:
    return len(node.shape) == 2 and node.shape[0] == node.shape[1]


def _of_square(node: Expr) -> bool:
    """Whether a node is such a function of a square matrix."""
    while isinstance(node, (Neg, Transpose)):
        node = node.operand
    return isinstance(node, Apply) and node.function in OF_MATRICES and _is_square(node)


def _is_of_a_whole(argument: Expr) -> bool:
    """Whether an argument is a diagonal matrix or an inverse, not an array of numbers."""
    if isinstance(argument, Apply):
        return argument.function in ("diag", "inverse")
    diagonal = isinstance(argument, Symbol) and any(f.name == "diagonal" for f in argument.facts)
    return diagonal and _is_square(argument)
