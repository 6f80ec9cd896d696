r"""Powers of a matrix whose exponent is a letter: X^k, and d tr(X^k) = k tr(X^{k-1} dX).

The cotangent of X^k is the sum over r < k of (X^r)^T G (X^{k-1-r})^T, one node (`power_sum`) that is written and
read back as that sum, since an exponent is no size of an array (Petersen and Pedersen, equations 58, 91, 121, 122).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from derive.errors import NoRuleError
from derive.expr import nodes as e
from derive.expr.nodes import Expr, Index, Number
from derive.tensor.graph import Factor, Graph, Node, factors_of

if TYPE_CHECKING:
    from derive.tensor.emit import Emitter
    from derive.tensor.lift import Lift, Pins

F1 = Fraction(1)
LETTERS = "rsqp"


def power(graph: Graph, base: Node, exponent: Node) -> Node:
    """base^exponent: (n, n) and a number."""
    return graph.function("matrix_power", None, (base, exponent), base.shape)


def determinant(graph: Graph, node: Node, name: str) -> Node | None:
    """det(X^k) = det(X)^k and log det(X^k) = k log det(X); None of anything but a power."""
    if node.op != "matrix_power":
        return None
    base, exponent = node.args
    inner = graph.function(name, None, (base,), ())
    if name == "det":
        return graph.map("power", inner, exponent)
    return graph.product([(exponent, (), F1), (inner, (), F1)], ())


def through_power(graph: Graph, node: Node, g: Node, lead: int) -> Iterator[tuple[Node, Node]]:
    """k (X^{k-1})^T times g for a multiple g of the identity, else the sum over r < k; `lead`: as in `vjp`."""
    base, exponent = node.args
    if lead:
        raise NoRuleError("a second derivative of a power with a letter for its exponent")
    scalars = _multiple_of_identity(g)
    if scalars is None:
        yield base, graph.function("power_sum", None, (base, exponent, g), base.shape)
        return
    lowered = power(graph, base, graph.add([exponent, graph.number(-1)]))
    rows: list[Factor] = [*scalars, (exponent, (), F1), (lowered, (1, 0), F1)]
    yield base, graph.product(rows, (0, 1), g.data.coefficient if g.op == "einsum" else 1)


def _multiple_of_identity(g: Node) -> list[Factor] | None:
    """The scalar factors of c I; None of another matrix."""
    if g.op == "delta":
        return []
    if g.op != "einsum":
        return None
    factors = factors_of(g)
    arrays = [f for f in factors if f[0].rank]
    single = len(arrays) == 1 and arrays[0][0].op == "delta" and arrays[0][2] == 1
    if not single or set(arrays[0][1]) != {0, 1}:
        return None
    return [f for f in factors if not f[0].rank]


# ------------------------------------------------------------------------------------ as an expression


def write_power(lift: Lift, node: Node, pins: Pins) -> Expr:
    """X^k."""
    base, exponent = node.args
    return lift.entry(e.Power(lift(base, (None, None)), lift(exponent, ())), pins)


def write_sum(lift: Lift, node: Node, pins: Pins) -> Expr:
    """The sum over r from 0 to k - 1 of (X^r)^T G (X^{k-1-r})^T."""
    base, exponent, middle = node.args
    taken = lift.letters_in_use(pins)
    own = lift.graph.hints.values()
    letter = next(x for x in LETTERS if x not in taken and all(i.name != x for i in own))
    last = e.Add((lift(exponent, ()), Number(Fraction(-1))))
    r = Index(letter, Number(Fraction(0)), last)
    matrix, inner = lift(base, (None, None)), lift(middle, (None, None))
    rest = e.Add((*last.terms, e.Neg(r)))
    sides = [e.Transpose(e.Power(matrix, k)) for k in (r, rest)]
    between = inner.factors if isinstance(inner, e.Product) else (inner,)
    body = e.Product((sides[0], *between, sides[1]))
    return lift.entry(e.Reduce("sum", (r,), body, ()), pins)


def parts_of_sum(node: Expr) -> tuple[Expr, Expr, Expr] | None:
    """(X, k, G) of what `write_sum` has written; None of another sum."""
    if not isinstance(node, e.Reduce) or node.kind != "sum" or node.where or len(node.indices) != 1:
        return None
    index, body = node.indices[0], node.body
    if (
        not isinstance(body, e.Product)
        or len(body.factors) < 3
        or not isinstance(index.upper, e.Add)
    ):
        return None
    left, right = (_powered(side) for side in (body.factors[0], body.factors[-1]))
    exponent = index.upper.terms[0]
    expected = e.Add((*index.upper.terms, e.Neg(index)))
    if left is None or right is None or left[0] != right[0]:
        return None
    if left[1] != index or right[1] != expected or len(index.upper.terms) != 2:
        return None
    between = body.factors[1:-1]
    return left[0], exponent, between[0] if len(between) == 1 else e.Product(between)


def _powered(side: Expr) -> tuple[Expr, Expr] | None:
    inner = side.operand if isinstance(side, e.Transpose) else None
    return (inner.base, inner.exponent) if isinstance(inner, e.Power) else None


# ------------------------------------------------------------------------------------ as code


def emit_power(emitter: Emitter, node: Node) -> str:
    """Code of X^k."""
    base, exponent = (emitter.full(a) for a in node.args)
    return f"{emitter.np}.linalg.matrix_power({base}, int({exponent}))"


def emit_sum(emitter: Emitter, node: Node) -> str:
    """Code of the sum over r, one product for each r."""
    base, exponent, middle = (emitter.full(a) for a in node.args)
    raised = f"{emitter.np}.linalg.matrix_power(({base}).T, {{}})"
    term = f"{raised.format('r')} @ ({middle}) @ {raised.format(f'int({exponent}) - 1 - r')}"
    return f"sum({term} for r in range(int({exponent})))"
