"""Sums over all eigenvalues, as traces: sum_i f(lambda_i(A)) is tr f(A) where f(A) has matrix notation; the derivative
of one eigenvalue, d lambda_i = v_i^T dA v_i (Petersen and Pedersen, equation 67), and of singular values."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from derive.errors import NoRuleError
from derive.expr.nodes import Apply, Expr
from derive.tensor.graph import Graph, factors_of

if TYPE_CHECKING:
    from derive.tensor.emit import Emitter
    from derive.tensor.graph import Factor, Label, Node, Power
    from derive.tensor.lift import Lift, Pins

ONE = Fraction(1)
#: the highest power of a matrix that is written as a product
MOST_FACTORS = 8
#: eigenvalues of a matrix of which nobody says that it is symmetric: they have no derivative here
NOT_SYMMETRIC = "not symmetric"
#: functions within one another below which eigenvalues are looked for
DEEPEST = 8


def summed(graph: Graph, node: Node, labels: Any, power: Power, last: Label) -> list[Factor] | None:
    """Factors that make the sum of node^power over its last axis, or None; `node` has the eigenvalues within."""
    lead = labels[:-1]
    if node.op == "eigenvalues":
        return _trace(graph, node.args[0], lead, power, last)
    if "eigenvalues" not in graph.written:
        return None
    if lead or not _has_eigenvalues(node):
        return None
    if node.op == "sum" and power == 1:
        terms = [graph.product([(part, (last,), ONE)], ()) for part in node.args]
        return [(graph.add(terms), (), ONE)]
    if node.op == "map" and node.data[0] == "log" and power == 1:
        matrix = _matrix(graph, node.args[0])
        return (
            None if matrix is None else [(graph.function("logdet", None, (matrix,), ()), (), ONE)]
        )
    matrix = _matrix(graph, node)
    return None if matrix is None else _trace(graph, matrix, lead, power, last)


def _trace(graph: Graph, matrix: Node, lead: Any, power: Power, last: Label) -> list[Factor] | None:
    """tr A^k as a cycle of k factors."""
    from derive.tensor.arrays import inverse

    count = abs(int(power))
    if power.denominator != 1 or count > MOST_FACTORS:
        return None
    factor = matrix if int(power) > 0 else inverse(graph, matrix)
    around: list[Label] = [last, *(("around", last, k) for k in range(1, count)), last]
    return [(factor, (*lead, a, b), ONE) for a, b in pairwise(around)]


def _has_eigenvalues(node: Node) -> bool:
    """Whether the node is an entrywise function of eigenvalues, at most a few functions deep."""
    layer = [node]
    for _ in range(DEEPEST):
        if any(part.op == "eigenvalues" for part in layer):
            return True
        entrywise = [n for n in layer if n.op in ("sum", "map", "einsum") and n.rank == 1]
        layer = list(dict.fromkeys(a for n in entrywise for a in n.args if a.rank == 1))
    return False


def _matrix(graph: Graph, node: Node) -> Node | None:
    """The matrix A + c I or c A whose eigenvalues are the entries of the node."""
    if node.op == "eigenvalues":
        return node.args[0] if node.rank == 1 else None
    if node.op == "sum":
        return _shifted(graph, node)
    if node.op != "einsum" or len(node.data.sizes) != 1:
        return None
    arrays = [(n, p) for n, labels, p in factors_of(node) if labels]
    if len(arrays) != 1 or arrays[0][1] != 1:
        return None
    inner = _matrix(graph, arrays[0][0])
    if inner is None:
        return None
    scalars: list[Factor] = [(n, (), p) for n, labels, p in factors_of(node) if not labels]
    return graph.product([*scalars, (inner, ("i", "j"), ONE)], ("i", "j"), node.data.coefficient)


def _shifted(graph: Graph, node: Node) -> Node | None:
    """The identity times what is the same in every entry is added to the one matrix."""
    parts: list[Node] = []
    found = 0
    for part in node.args:
        factors = factors_of(part)
        if part.op == "einsum" and all(not labels for _, labels, _ in factors):
            rows: list[Factor] = [*factors, (graph.delta(part.shape[0]), ("i", "j"), ONE)]
            parts.append(graph.product(rows, ("i", "j"), part.data.coefficient))
            continue
        inner = _matrix(graph, part)
        if inner is None:
            return None
        found += 1
        parts.append(inner)
    return graph.add(parts) if found == 1 else None


# ------------------------------------------------------------------------------------ derivatives


def through_eigenvalues(
    graph: Graph, node: Node, g: Node, lead: int
) -> Iterator[tuple[Node, Node]]:
    """The sum over i of g_i v_i v_i^T."""
    matrix = node.args[0]
    if node.data == NOT_SYMMETRIC or matrix.rank != 2:
        raise NoRuleError("eigenvalues are differentiated of a matrix that is declared symmetric")
    size = matrix.shape[0]
    projectors = graph.function("projectors", None, (matrix,), (size, size, size))
    first: list[Label] = [("lead", k) for k in range(lead)]
    rows: list[Factor] = [(g, (*first, "i"), ONE), (projectors, ("i", "a", "b"), ONE)]
    yield matrix, graph.product(rows, (*first, "a", "b"))


def through_nuclear_norm(
    graph: Graph, node: Node, g: Node, lead: int
) -> Iterator[tuple[Node, Node]]:
    """U V^T of X = U S V^T (Watson 1992), where X has the full rank."""
    matrix = node.args[0]
    factor = graph.function("polar", None, (matrix,), matrix.shape)
    first: list[Label] = [("lead", k) for k in range(lead)]
    yield (
        matrix,
        graph.product([(g, tuple(first), ONE), (factor, ("a", "b"), ONE)], (*first, "a", "b")),
    )


def write_projector(lift: Lift, node: Node, pins: Pins) -> Expr:
    """v_i v_i^T of the eigenvalue that the first axis picks."""
    from derive.expr.sizes import ONE as FIRST
    from derive.tensor.notation import CannotWrite

    place = pins[0]
    if place is None:
        raise CannotWrite("projections onto all eigenvectors")
    whole = Apply("eigenprojector", (lift(node.args[0], (None, None)), place.counted_from(FIRST)))
    return lift.entry(whole, pins[1:])


def emit_projectors(emitter: Emitter, node: Node) -> str:
    """Code of v_i v_i^T for each i, the largest eigenvalue first."""
    vectors = f"{emitter.np}.linalg.eigh({emitter.full(node.args[0])})[1][:, ::-1]"
    return f'{emitter.np}.einsum("ai,bi->iab", *({vectors},) * 2)'


def emit_singular(emitter: Emitter, node: Node) -> str:
    """Code of the nuclear norm, or of the polar factor U V^T."""
    inner = emitter.full(node.args[0])
    if node.op == "nuclear_norm":
        return f"{emitter.np}.sum({emitter.np}.linalg.svd({inner}, compute_uv=False))"
    return f"(lambda u, s, v: u @ v)(*{emitter.np}.linalg.svd({inner}, full_matrices=False))"
