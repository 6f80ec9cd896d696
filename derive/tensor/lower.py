"""From the expression tree to the index form: one rule for each kind of node.

Traversal is iterative and memoised, so definitions of any depth are shared. A kind or function without a rule
here becomes an `opaque` node: it may be carried along, but a derivative through it is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from derive.errors import NoRuleError
from derive.expr import nodes as e
from derive.expr.functions import row
from derive.expr.nodes import Expr, Index, Symbol
from derive.expr.shapes import product_plan
from derive.expr.sizes import ONE, Size, normal
from derive.expr.walk import children, free_indices
from derive.tensor import matrices, values
from derive.tensor.graph import Graph, Name, Node
from derive.tensor.values import Value, extent, product

Rule = Callable[["Lowering", Expr], Value]


class Lowering:
    """Lowers expressions into one graph; `given` values stand for expressions (variables, parameters)."""

    def __init__(self, graph: Graph, given: dict[Expr, Value] | None = None) -> None:
        self.graph = graph
        self.given = dict(given or {})
        self.done: dict[Expr, Value] = dict(given or {})
        self.variables: dict[
            Symbol, Symbol
        ] = {}  # a variable -> what stands for it, without a definition

    def __call__(self, root: Expr) -> Value:
        stack: list[tuple[Expr, bool]] = [(root, False)]
        while stack:
            node, ready = stack.pop()
            if node in self.done:
                continue
            if ready:
                self.done[node] = self._lower(node)
                continue
            stack.append((node, True))
            stack.extend((c, False) for c in reversed(self._parts(node)) if c not in self.done)
        return self.done[root]

    def _parts(self, node: Expr) -> tuple[Expr, ...]:
        if isinstance(node, Index) or type(node) not in RULES:
            return ()
        if isinstance(node, e.Derivative):
            return ()
        if isinstance(node, e.Call):
            return node.args
        if node in self.variables:
            return ()
        if isinstance(node, e.Reduce):
            powers = matrices.parts_of_sum(node)
            if powers is not None:
                return powers
            bounds = [b for i in node.indices for _, b in values.conditions(i)]
            return (node.body, *node.where, *node.indices, *bounds)
        return children(node, into_definitions=True)

    def _lower(self, node: Expr) -> Value:
        rule = RULES.get(type(node))
        value = rule(self, node) if rule is not None else opaque(self, node)
        return value

    def number(self, value: Fraction | int) -> Value:
        """A rational number."""
        return Value(self.graph.number(Fraction(value)))


def opaque(self: Lowering, node: Expr) -> Value:
    """A node without a rule, carried along unchanged."""
    indices = free_indices(node)
    shape = tuple(extent(i)[1] for i in indices) + node.shape
    return Value(self.graph.function("opaque", (node, indices), (), shape), indices)


def _symbol(self: Lowering, node: Expr) -> Value:
    assert isinstance(node, Symbol)
    if node in self.variables:
        return Value(self.graph.leaf(self.variables[node]))
    if node.definition is None:
        return Value(self.graph.leaf(node))
    value = self.done[node.definition]
    name_node(self.graph, value, node)
    return value


def name_node(graph: Graph, value: Value, expr: Expr) -> None:
    """Remember what the document calls a node; the first name counts, and plain symbols and numbers need none."""
    plain = value.node.op in ("leaf", "iota", "delta", "dim") or not value.node.args
    if graph.named and not plain and value.node not in graph.names:
        graph.names[value.node] = Name(expr, value.indices)


def _constant(self: Lowering, node: Expr) -> Value:
    assert isinstance(node, e.Constant)
    return Value(self.graph.constant(node.name))


def _index(self: Lowering, node: Expr) -> Value:
    assert isinstance(node, Index)
    lower, size = extent(node)
    iota = self.graph.iota(lower, size)
    self.graph.hints.setdefault((iota, 0), node)
    return Value(iota, (node,))


def _filled(self: Lowering, node: Expr) -> Value:
    assert isinstance(node, e.Filled)
    if node.kind == "identity":
        return Value(self.graph.delta(node.dims[0]))
    if node.kind not in ("ones", "zeros"):
        return opaque(self, node)
    return Value(self.graph.number(int(node.kind == "ones"), node.dims))


def _add(self: Lowering, node: Expr) -> Value:
    assert isinstance(node, e.Add)
    return values.add(self.graph, [self.done[t] for t in node.terms])


def _neg(self: Lowering, node: Expr) -> Value:
    assert isinstance(node, e.Neg)
    return scaled(self.graph, self.done[node.operand], -1)


def scaled(graph: Graph, value: Value, factor: Fraction | int) -> Value:
    """A rational multiple."""
    own = range(len(value.shape))
    return product(graph, [(value, own)], own, factor)


def _product(self: Lowering, node: Expr) -> Value:
    assert isinstance(node, e.Product)
    found = product_plan(tuple(f.shape for f in node.factors))
    assert found is not None

    def build(plan: object) -> Value:
        if isinstance(plan, tuple):
            return multiply(self.graph, build(plan[0]), build(plan[1]))
        assert isinstance(plan, int)
        return self.done[node.factors[plan]]

    return build(found[0])


def multiply(graph: Graph, a: Value, b: Value) -> Value:
    """Scalar times anything, or the matrix product of two values."""
    left, right = a.shape, b.shape
    if not left or not right:
        own = range(len(left or right))
        return product(graph, [(a, range(len(left))), (b, range(len(right)))], own)
    first = ("i", "k") if len(left) == 2 else ("i",)
    second = ("k", "j") if len(right) == 2 else ("k",)
    target = normal((left[0], right[1] if len(right) == 2 else ONE))
    return product(graph, [(a, first), (b, second)], ("i", "j")[: len(target)])


def _transpose(self: Lowering, node: Expr) -> Value:
    assert isinstance(node, e.Transpose)
    value = self.done[node.operand]
    if not value.shape:
        return value
    if len(value.shape) == 1:
        return product(self.graph, [(value, ("j",))], ("one", "j"), 1, {"one": ONE})
    out = ("j", "i") if len(node.shape) == 2 else ("j",)
    return product(self.graph, [(value, ("i", "j"))], out)


def _quotient(self: Lowering, node: Expr) -> Value:
    assert isinstance(node, e.Quotient)
    top, bottom = self.done[node.numerator], self.done[node.denominator]
    own = range(len(top.shape))
    return product(self.graph, [(top, own), (bottom, ())], own, 1, None, (1, -1))


def _power(self: Lowering, node: Expr) -> Value:
    assert isinstance(node, e.Power)
    base, exponent = self.done[node.base], self.done[node.exponent]
    value = _rational(exponent.node)
    if base.shape:
        return _matrix_power(self, node, base, value)
    if value is not None:
        return product(self.graph, [(base, ())], (), 1, None, (value,))
    if isinstance(node.base, e.Constant) and node.base.name == "e":
        return values.entrywise(self.graph, "exp", [exponent])
    return values.entrywise(self.graph, "power", [base, exponent])


def _rational(node: Node) -> Fraction | None:
    if node.op == "einsum" and not node.args:
        value: Fraction = node.data.coefficient
        return value
    return None


def _matrix_power(self: Lowering, node: Expr, base: Value, value: Fraction | None) -> Value:
    from derive.tensor.arrays import inverse

    assert isinstance(node, e.Power)
    exponent = self.done[node.exponent]
    if value is None and not base.indices and not exponent.indices:
        return Value(matrices.power(self.graph, base.node, exponent.node))
    if value is None or value.denominator != 1 or abs(value) > 64:
        return opaque(self, node)
    if value == 0:
        return Value(self.graph.delta(base.shape[0]))
    single = base if value > 0 else Value(inverse(self.graph, base.node), base.indices)
    result = single
    for _ in range(abs(value.numerator) - 1):
        result = multiply(self.graph, result, single)
    return result


def _apply(self: Lowering, node: Expr) -> Value:
    from derive.tensor.arrays import ARRAYS

    assert isinstance(node, e.Apply)
    self.graph.written[node.function] = None
    args = [self.done[a] for a in node.args]
    if row(node.function).elementwise:
        return values.entrywise(self.graph, node.function, args)
    rule = ARRAYS.get(node.function)
    found = rule(self.graph, args, node) if rule is not None else None
    return opaque(self, node) if found is None else found


def _matrix(self: Lowering, node: Expr) -> Value:
    from derive.tensor.arrays import blocks

    assert isinstance(node, e.Matrix)
    return blocks(self.graph, [[self.done[b] for b in line] for line in node.rows], node.shape)


def _item(self: Lowering, node: Expr) -> Value:
    assert isinstance(node, e.Item)
    base = self.done[node.base]
    symbol = node.base if isinstance(node.base, Symbol) else None
    picks = [None if i is None else self.done[i] for i in node.indices]
    origins = [
        symbol.origin if symbol is not None and axis < symbol.family else 1
        for axis in range(len(picks))
    ]
    for axis, pick in enumerate(picks):
        if symbol is not None and pick is not None and len(pick.indices) == 1:
            self.graph.hints.setdefault((base.node, axis), pick.indices[0])
    return item(self.graph, base, picks, origins)


def item(graph: Graph, base: Value, picks: list[Value | None], origins: list[int]) -> Value:
    """Entries of `base`: an index that counts an axis becomes its label, others select by one-hot."""
    own: list[object] = []
    factors: list[tuple[Value, tuple[object, ...]]] = []
    out: list[object] = []
    direct: list[Index] = []
    for axis, (pick, origin) in enumerate(zip(picks, origins, strict=True)):
        size = base.shape[axis]
        if pick is None:
            own.append(("kept", axis))
            out.append(("kept", axis))
        elif counts(pick, origin, size):
            own.append(pick.indices[0])
            direct.append(pick.indices[0])
        else:
            hot = graph.function("hot", Size.of(origin), (pick.node,), (*pick.node.shape, size))
            own.append(("picked", axis))
            factors.append((Value(hot, pick.indices), (("picked", axis),)))
    indices = tuple(
        dict.fromkeys((*base.indices, *direct, *(i for v, _ in factors for i in v.indices)))
    )
    rows = [base.factor(own), *(v.factor(labels) for v, labels in factors)]
    return Value(graph.product(rows, (*indices, *out)), indices)


def counts(pick: Value, origin: int, size: Size) -> bool:
    """Whether an index value runs exactly over the positions of an axis."""
    node = pick.node
    if node.op != "iota" or len(pick.indices) != 1:
        return False
    return bool(node.data == Size.of(origin) and node.shape == (size,))


def _call(self: Lowering, node: Expr) -> Value:
    from derive.tensor.calls import call

    assert isinstance(node, e.Call)
    return call(self, node)


def _reduce(self: Lowering, node: Expr) -> Value:
    from derive.tensor.arrays import reduce_value

    assert isinstance(node, e.Reduce)
    powers = matrices.parts_of_sum(node)
    if powers is not None:
        args = tuple(self.done[part].node for part in powers)
        return Value(self.graph.function("power_sum", None, args, node.shape))
    body = self.done[node.body]
    if node.kind == "array":
        others = tuple(i for i in body.indices if i not in node.indices)
        return Value(values.aligned(self.graph, body, (*others, *node.indices), ()), others)
    masks = [self.done[w] for w in node.where]
    for index in node.indices:
        for op, bound in values.conditions(index):
            masks.append(values.entrywise(self.graph, op, [self.done[index], self.done[bound]]))
    return reduce_value(self.graph, node.kind, node.indices, body, masks)


def _relation(self: Lowering, node: Expr) -> Value:
    assert isinstance(node, e.Relation)
    if node.op not in ("=", "!=", "<", "<=", ">", ">="):
        return opaque(self, node)
    return values.entrywise(self.graph, node.op, [self.done[node.lhs], self.done[node.rhs]])


def _logic(self: Lowering, node: Expr) -> Value:
    assert isinstance(node, e.Logic)
    args = [self.done[a] for a in node.args]
    result = args[0]
    if node.op == "not":
        return values.entrywise(self.graph, "not", [result])
    for other in args[1:]:
        if node.op == "and":
            own = range(len(result.shape))
            result = product(self.graph, [(result, own), (other, own)], own)
        else:
            result = values.entrywise(self.graph, "or", [result, other])
    return result


def _indicator(self: Lowering, node: Expr) -> Value:
    assert isinstance(node, e.Indicator)
    return self.done[node.condition]


def _cases(self: Lowering, node: Expr) -> Value:
    assert isinstance(node, e.Cases)
    branches = list(node.branches)
    result = (
        self.done[node.otherwise] if node.otherwise is not None else self.done[branches.pop()[0]]
    )
    for value, condition in reversed(branches):
        chosen = [self.done[condition], self.done[value], result]
        result = values.entrywise(self.graph, "select", chosen)
    return result


def _derivative(self: Lowering, node: Expr) -> Value:
    from derive.tensor.reverse import derivative_value

    assert isinstance(node, e.Derivative)
    inner = Lowering(self.graph, self.given)
    inner.variables.update(self.variables)
    return derivative_value(inner, node.body, node.wrt)


RULES: dict[type[Expr], Rule] = {
    Symbol: _symbol,
    e.Number: lambda self, node: self.number(node.value),  # type: ignore[attr-defined]
    e.Constant: _constant,
    e.Dim: lambda self, node: Value(self.graph.dim(node.size)),  # type: ignore[attr-defined]
    Index: _index,
    e.Filled: _filled,
    e.Add: _add,
    e.Neg: _neg,
    e.Product: _product,
    e.Quotient: _quotient,
    e.Power: _power,
    e.Transpose: _transpose,
    e.Apply: _apply,
    e.Matrix: _matrix,
    e.Call: _call,
    e.Item: _item,
    e.Reduce: _reduce,
    e.Relation: _relation,
    e.Logic: _logic,
    e.Indicator: _indicator,
    e.Cases: _cases,
    e.Derivative: _derivative,
}

#: kinds that have no index form: carried as opaque nodes, refused by a derivative that reaches them
OPAQUE: tuple[type[Expr], ...] = (
    e.Function,
    e.Differential,
    e.Integral,
    e.Expectation,
    e.Limit,
    e.Extremum,
)


def refuse(node: Node) -> NoRuleError:
    """The error for a derivative through an opaque node."""
    expr = node.data[0]
    return NoRuleError(f"no derivative rule for {type(expr).__name__} {expr!r}")
