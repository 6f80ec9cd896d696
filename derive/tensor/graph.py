"""The index form: array nodes with positional axes, hash-consed in a `Graph`.

The central node is the product (`einsum`): an exact coefficient, factors with labelled axes and exact
exponents, and the labels that stay; every other label is summed. Transposes, traces, broadcasts, outer
products and diagonals are products. The other kinds are sums, elementwise maps, and functions of whole arrays,
which work on trailing axes.

A graph lives for one computation, so that node numbers (creation order: parts before wholes) depend on its
input alone.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from derive.expr.nodes import Expr, Index, Symbol
from derive.expr.sizes import Shape, Size

Label = Hashable
Power = Fraction | int
ONE = Fraction(1)


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One array. `op` is the kind, `data` what is not an array; equal nodes of one graph are one object."""

    op: str
    data: Any
    args: tuple[Node, ...]
    shape: Shape
    id: int

    @property
    def rank(self) -> int:
        """Number of axes."""
        return len(self.shape)

    def __repr__(self) -> str:
        return f"{self.op}#{self.id}{list(map(str, self.shape))}"


#: a factor of a product: node, the label of each axis, exponent
Factor = tuple[Node, tuple[Label, ...], Power]
#: a factor of a finished product: its labels are numbers
Numbered = tuple[Node, tuple[int, ...], Power]


@dataclass(frozen=True, slots=True)
class Terms:
    """The data of a product: out labels are 0 .. rank-1, the others are summed; `sizes` by label."""

    coefficient: Fraction
    labels: tuple[tuple[int, ...], ...]
    powers: tuple[Power, ...]
    sizes: tuple[Size, ...]


@dataclass(frozen=True, slots=True)
class Name:
    """What the document calls a node: an expression whose `indices` are the node's leading axes."""

    expr: Expr
    indices: tuple[Index, ...] = ()


class Graph:
    """Nodes by content, the names that the document gives them, and the letters of its indices.

    `listed`: vectors that the author writes by entries under sums, and that are printed so.
    """

    def __init__(self, named: bool = True) -> None:
        self.named = named
        self._table: dict[tuple[Any, ...], Node] = {}
        self._symmetric: dict[Node, bool] = {}
        self.names: dict[Node, Name] = {}
        self.aliases: dict[Symbol, Symbol] = {}
        self.hints: dict[tuple[Any, int], Index] = {}
        self.written: dict[str, None] = {}
        self.authored: dict[Node, None] = {}
        self.listed: dict[Symbol, None] = {}
        self.memo: dict[Any, Any] = {}

    def __len__(self) -> int:
        return len(self._table)

    def make(
        self,
        op: str,
        data: Any,
        args: tuple[Node, ...],
        shape: Shape,
        key: tuple[Any, ...] | None = None,
    ) -> Node:
        """The node with this content; `key` replaces the arguments where their order does not count."""
        content = (op, data, tuple(a.id for a in args) if key is None else key, shape)
        found = self._table.get(content)
        if found is None:
            found = self._table[content] = Node(op, data, args, shape, len(self._table))
        return found

    # ------------------------------------------------------------------------------ leaves

    def leaf(self, symbol: Symbol) -> Node:
        """A free symbol."""
        return self.make("leaf", symbol, (), symbol.dims)

    def delta(self, size: Size) -> Node:
        """The identity matrix."""
        return self.make("delta", size, (), (size, size))

    def iota(self, lower: Size, size: Size) -> Node:
        """lower, lower + 1, ...: the values of an index."""
        return self.make("iota", lower, (), (size,))

    def constant(self, name: str) -> Node:
        """pi, e, ..."""
        return self.make("constant", name, (), ())

    def dim(self, size: Size) -> Node:
        """A size as a number."""
        value = size.constant
        return self.make("dim", size, (), ()) if value is None else self.number(value)

    def number(self, value: Fraction | int, shape: Shape = ()) -> Node:
        """A rational number in every entry of an array."""
        return self.product((), range(len(shape)), Fraction(value), dict(enumerate(shape)))

    # ------------------------------------------------------------------------------ products

    def product(
        self,
        factors: Iterable[Factor],
        out: Sequence[Label],
        coefficient: Fraction | int = ONE,
        sizes: dict[Any, Size] | None = None,
    ) -> Node:
        """The product of the factors, summed over all labels not in `out`; `sizes` for labels without a factor."""
        from derive.tensor.products import build

        return build(self, factors, tuple(out), Fraction(coefficient), sizes or {})

    def same(
        self, *nodes: Node, coefficient: Fraction | int = ONE, powers: Sequence[Any] = ()
    ) -> Node:
        """The entrywise product of arrays of one shape; scalars scale."""
        rank = max((n.rank for n in nodes), default=0)
        given = tuple(powers) or (1,) * len(nodes)
        return self.product(
            [
                (n, tuple(range(n.rank)), Fraction(p))
                for n, p in zip(nodes, given, strict=True)
                if n.rank in (0, rank)
            ],
            range(rank),
            coefficient,
        )

    def power(self, node: Node, exponent: Fraction | int) -> Node:
        """Each entry to a rational power."""
        return self.same(node, powers=(exponent,))

    def permute(self, node: Node, order: Sequence[int]) -> Node:
        """Axes in a new order: axis k of the result is axis order[k]."""
        return self.product([(node, tuple(range(node.rank)), ONE)], tuple(order))

    def transpose(self, node: Node) -> Node:
        """The last two axes exchanged."""
        axes = list(range(node.rank))
        axes[-1], axes[-2] = axes[-2], axes[-1]
        return self.permute(node, axes)

    def spread(self, node: Node, shape: Shape) -> Node:
        """A scalar in every entry of an array of `shape`."""
        return self.product([(node, (), ONE)], range(len(shape)), ONE, dict(enumerate(shape)))

    def symmetric(self, node: Node) -> bool:
        """Whether the node equals its transpose in the last two axes (proved, not assumed)."""
        if node.rank < 2 or node.shape[-1] != node.shape[-2]:
            return False
        found = self._symmetric.get(node)
        if found is None:
            from derive.tensor.facts import is_symmetric

            self._symmetric[node] = False  # guards the recursion through the transpose
            found = self._symmetric[node] = is_symmetric(self, node)
        return found

    # ------------------------------------------------------------------------------ sums, maps, functions

    def add(self, terms: Iterable[Node]) -> Node:
        """The sum of arrays of one shape; like terms are collected, nested sums joined unless they have a name."""
        from derive.tensor.sums import build_sum

        return build_sum(self, tuple(terms))

    def map(self, name: str, *args: Node, data: Any = None) -> Node:
        """A function entry by entry; all arguments have one shape. `data` for abstract functions: (Function, order)."""
        from derive.tensor.maps import build_map

        return build_map(self, name, args, data)

    def function(self, op: str, data: Any, args: tuple[Node, ...], shape: Shape) -> Node:
        """A function of trailing axes, such as `inverse` or `softmax`."""
        if op in ("slice", "reshape"):
            from derive.tensor.layout import folded

            known = folded(self, op, data, args[0], shape)
            if known is not None:
                return known
        return self.make(op, data, args, shape)


def is_number(node: Node) -> bool:
    """Whether the node is a rational number in every entry."""
    return node.op == "einsum" and not node.args


def coefficient_of(node: Node) -> Fraction:
    """The rational factor of a product; 1 for other nodes."""
    return node.data.coefficient if node.op == "einsum" else ONE


def factors_of(node: Node) -> tuple[Numbered, ...]:
    """The factors of a product; a node of another kind is its only factor."""
    if node.op != "einsum":
        return ((node, tuple(range(node.rank)), ONE),)
    data: Terms = node.data
    return tuple(zip(node.args, data.labels, data.powers, strict=True))


def reachable(roots: Iterable[Node], known: Mapping[Node, object] | None = None) -> list[Node]:
    """Every node under the roots that is not `known`, parts before wholes."""
    seen: dict[Node, None] = {}
    done = known or {}
    stack = list(roots)
    while stack:
        node = stack.pop()
        if node not in seen and node not in done:
            seen[node] = None
            stack.extend(node.args)
    return sorted(seen, key=lambda n: n.id)
