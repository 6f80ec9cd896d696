"""Expressions to SymPy and back: scalars, calculus and matrix algebra. No text is ever parsed here; nodes become nodes.

A column of shape (n,) is an n x 1 matrix in SymPy. What has no counterpart raises `NoRuleError` with its name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from derive.errors import NoRuleError
from derive.expr import nodes as n
from derive.expr.functions import TABLE, row
from derive.expr.nodes import Expr, Symbol
from derive.expr.sizes import ONE, Size
from derive.expr.walk import post_order

_CONSTANTS = {"pi": "pi", "e": "E", "infty": "oo", "eulergamma": "EulerGamma"}
_RELATIONS = {"=": "Eq", "!=": "Ne", "<": "Lt", "<=": "Le", ">": "Gt", ">=": "Ge"}


def to_sympy(expr: Expr) -> Any:
    """The SymPy expression of `expr`; defined symbols are symbols. Raises `NoRuleError` for a node without
    counterpart."""
    done: dict[Expr, Any] = {}
    for node in post_order(expr):
        if isinstance(node, n.Function):
            continue
        rule = _TO.get(type(node))
        if rule is None:
            raise NoRuleError(f"{type(node).__name__} has no counterpart in SymPy: {node!r}")
        done[node] = rule(node, done)
    return done[expr]


def size_to_sympy(size: Size) -> Any:
    """A size as a polynomial in positive integer symbols."""
    import sympy

    total = sympy.Integer(0)
    for monomial, coefficient in size.terms:
        part = sympy.Integer(coefficient)
        for name in monomial:
            part = part * sympy.Symbol(name, integer=True, positive=True)
        total = total + part
    return total


def _two(shape: tuple[Size, ...]) -> tuple[Any, Any]:
    rows, columns = ((*shape, ONE, ONE))[:2] if len(shape) < 2 else shape
    return size_to_sympy(rows), size_to_sympy(columns)


def _symbol(node: Symbol, done: Mapping[Expr, Any]) -> Any:
    import sympy

    if len(node.shape) > 2:
        raise NoRuleError(f"{node.name} has {len(node.shape)} axes; SymPy's matrices have two")
    if node.shape:
        return sympy.MatrixSymbol(node.name, *_two(node.shape))
    known = {fact.name for fact in node.facts}
    if known & {"positive", "probability", "natural"}:
        return sympy.Symbol(node.name, positive=True)
    return sympy.Symbol(node.name, real=True)


def _number(node: n.Number, done: Mapping[Expr, Any]) -> Any:
    import sympy

    return sympy.Rational(node.value.numerator, node.value.denominator)


def _constant(node: n.Constant, done: Mapping[Expr, Any]) -> Any:
    import sympy

    return getattr(sympy, _CONSTANTS[node.name])


def _filled(node: n.Filled, done: Mapping[Expr, Any]) -> Any:
    import sympy

    if not node.dims:
        return sympy.Integer(node.kind != "zeros")
    rows, columns = _two(node.dims)
    if node.kind == "identity":
        return sympy.Identity(rows)
    return (sympy.OneMatrix if node.kind == "ones" else sympy.ZeroMatrix)(rows, columns)


def _add(node: n.Add, done: Mapping[Expr, Any]) -> Any:
    import sympy

    terms = [done[t] for t in node.terms]
    return sympy.MatAdd(*terms) if node.shape else sympy.Add(*terms)


def _product(node: n.Product, done: Mapping[Expr, Any]) -> Any:
    import sympy

    factors = [done[f] for f in node.factors]
    if not any(f.shape for f in node.factors):
        return sympy.Mul(*factors)
    from derive.expr.shapes import product_plan

    plan = product_plan(tuple(f.shape for f in node.factors))
    if plan is None:
        raise NoRuleError(f"the product {node!r} has no grouping")
    return _grouped(plan[0], node.factors, done)[0]


def _grouped(
    plan: Any, factors: tuple[Expr, ...], done: Mapping[Expr, Any]
) -> tuple[Any, tuple[Size, ...]]:
    import sympy

    from derive.expr.shapes import pair_shape

    if isinstance(plan, int):
        return done[factors[plan]], factors[plan].shape
    (left, a), (right, b) = (_grouped(part, factors, done) for part in plan)
    shape = pair_shape(a, b)
    assert shape is not None
    if not a or not b:
        return (sympy.MatMul(left, right) if a or b else sympy.Mul(left, right)), shape
    product = sympy.MatMul(left, right)
    return (sympy.Trace(product) if not shape else product), shape


def _power(node: n.Power, done: Mapping[Expr, Any]) -> Any:
    import sympy

    make = sympy.MatPow if node.shape else sympy.Pow
    return make(done[node.base], done[node.exponent])


def _apply(node: n.Apply, done: Mapping[Expr, Any]) -> Any:
    import sympy

    args = [done[a] for a in node.args]
    matrix = _MATRIX_FUNCTIONS.get(node.function)
    if matrix is not None and node.args[0].shape:
        return matrix(sympy, args)
    entry = row(node.function)
    if any(a.shape for a in node.args):
        raise NoRuleError(f"{node.function} of an array has no counterpart in SymPy")
    special = _SCALAR_FUNCTIONS.get(node.function)
    if special is not None:
        return special(sympy, args)
    if entry.sympy:
        return getattr(sympy, entry.sympy)(*args)
    raise NoRuleError(f"the function {node.function} has no counterpart in SymPy")


Make = Callable[[Any, list[Any]], Any]
_MATRIX_FUNCTIONS: dict[str, Make] = {
    "trace": lambda s, a: s.Trace(a[0]),
    "det": lambda s, a: s.Determinant(a[0]),
    "inverse": lambda s, a: s.Inverse(a[0]),
    "hadamard": lambda s, a: s.HadamardProduct(*a),
    "kronecker": lambda s, a: s.KroneckerProduct(*a),
    "inner": lambda s, a: s.Trace(s.MatMul(s.Transpose(a[0]), a[1])),
    "diag": lambda s, a: s.DiagMatrix(a[0]),
}
_SCALAR_FUNCTIONS: dict[str, Make] = {
    "sigmoid": lambda s, a: 1 / (1 + s.exp(-a[0])),
    "softplus": lambda s, a: s.log(1 + s.exp(a[0])),
    "relu": lambda s, a: s.Max(0, a[0]),
    "silu": lambda s, a: a[0] / (1 + s.exp(-a[0])),
    "log1p": lambda s, a: s.log(1 + a[0]),
    "expm1": lambda s, a: s.exp(a[0]) - 1,
    "trigamma": lambda s, a: s.polygamma(1, a[0]),
    "digamma": lambda s, a: s.polygamma(0, a[0]),
    "max": lambda s, a: s.Max(*a),
    "min": lambda s, a: s.Min(*a),
    "inverse": lambda s, a: 1 / a[0],
    "trace": lambda s, a: a[0],
    "det": lambda s, a: a[0],
    "hadamard": lambda s, a: s.Mul(*a),
    "hadamard_divide": lambda s, a: a[0] / a[1],
    "hadamard_power": lambda s, a: a[0] ** a[1],
    "norm": lambda s, a: s.Abs(a[0]),
    "normal_cdf": lambda s, a: (1 + s.erf(a[0] / s.sqrt(2))) / 2,
    "normal_pdf": lambda s, a: s.exp(-(a[0] ** 2) / 2) / s.sqrt(2 * s.pi),
    "kronecker_delta": lambda s, a: s.KroneckerDelta(*a),
}


def _reduce(node: n.Reduce, done: Mapping[Expr, Any]) -> Any:
    import sympy

    if node.where or node.shape or node.kind not in ("sum", "prod"):
        raise NoRuleError(f"{node!r} has no counterpart in SymPy")
    make = sympy.Sum if node.kind == "sum" else sympy.Product
    limits = [(done[i], done[i.lower], done[i.upper]) for i in reversed(node.indices)]
    return make(done[node.body], *limits)


def _integral(node: n.Integral, done: Mapping[Expr, Any]) -> Any:
    import sympy

    low = done[node.lower] if node.lower is not None else -sympy.oo
    high = done[node.upper] if node.upper is not None else sympy.oo
    return sympy.Integral(done[node.body], (done[node.variable], low, high))


def _cases(node: n.Cases, done: Mapping[Expr, Any]) -> Any:
    import sympy

    pairs = [(done[value], done[condition]) for value, condition in node.branches]
    if node.otherwise is not None:
        pairs.append((done[node.otherwise], True))
    return sympy.Piecewise(*pairs)


def _relation(node: n.Relation, done: Mapping[Expr, Any]) -> Any:
    import sympy

    if node.op not in _RELATIONS:
        raise NoRuleError(f"the relation {node.op} has no counterpart in SymPy")
    return getattr(sympy, _RELATIONS[node.op])(done[node.lhs], done[node.rhs], evaluate=False)


def _item(node: n.Item, done: Mapping[Expr, Any]) -> Any:
    if None in node.indices or len(node.base.shape) > 2:
        raise NoRuleError(f"{node!r} has no counterpart in SymPy")
    given = [done[i] - 1 for i in node.indices if i is not None]
    return done[node.base][tuple(given) if len(given) == 2 else (given[0], 0)]


def _lazy(name: str, pick: Callable[[Any, Mapping[Expr, Any]], tuple[Any, ...]]) -> Any:
    def rule(node: Any, done: Mapping[Expr, Any]) -> Any:
        import sympy

        return getattr(sympy, name)(*pick(node, done))

    return rule


def _index(node: n.Index, done: Mapping[Expr, Any]) -> Any:
    import sympy

    return sympy.Symbol(node.name, integer=True)


_TO: dict[type[Expr], Callable[[Any, Mapping[Expr, Any]], Any]] = {
    n.Symbol: _symbol,
    n.Number: _number,
    n.Constant: _constant,
    n.Dim: lambda e, d: size_to_sympy(e.size),
    n.Index: _index,
    n.Filled: _filled,
    n.Add: _add,
    n.Neg: lambda e, d: -d[e.operand],
    n.Product: _product,
    n.Quotient: lambda e, d: d[e.numerator] / d[e.denominator],
    n.Power: _power,
    n.Transpose: lambda e, d: d[e.operand].T if e.operand.shape else d[e.operand],
    n.Apply: _apply,
    n.Item: _item,
    n.Reduce: _reduce,
    n.Relation: _relation,
    n.Cases: _cases,
    n.Integral: _integral,
    n.Limit: _lazy("Limit", lambda e, d: (d[e.body], d[e.variable], d[e.target], e.side or "+-")),
    n.Derivative: _lazy("Derivative", lambda e, d: (d[e.body], *(d[w] for w in e.wrt))),
}


# ------------------------------------------------------------------------------------------ back again


def from_sympy(expr: Any, symbols: Mapping[str, Expr] | None = None) -> Expr:
    """The expression of a SymPy expression. `symbols` gives the nodes of its symbols by name; others become
    real scalars
    (matrix symbols with the shapes that SymPy knows). Raises `NoRuleError` for what has no counterpart."""
    return _From(dict(symbols or {})).node(expr)


class _From:
    """One conversion; bound variables are held while their body is read."""

    def __init__(self, symbols: dict[str, Expr]) -> None:
        self.symbols = symbols
        self.depth = 0

    def node(self, expr: Any) -> Expr:
        """The node of one SymPy expression."""
        self.depth += 1
        try:
            if self.depth > 120:
                raise NoRuleError("the SymPy expression is nested more than 120 deep")
            for name in (kind.__name__ for kind in type(expr).__mro__):
                rule = _FROM.get(name)
                if rule is not None:
                    return rule(self, expr)
            raise NoRuleError(f"SymPy's {type(expr).__name__} has no counterpart: {expr}")
        finally:
            self.depth -= 1

    def nodes(self, args: Any) -> tuple[Expr, ...]:
        """The nodes of several."""
        return tuple(self.node(a) for a in args)

    def size(self, expr: Any) -> Size:
        """A size from SymPy's dimension."""
        import sympy

        total = Size.of(0)
        for monomial, coefficient in (
            sympy.Poly(expr, *sorted(expr.free_symbols, key=str)).terms()
            if expr.free_symbols
            else [((), expr)]
        ):
            part = Size.of(int(coefficient))
            for symbol, power in zip(sorted(expr.free_symbols, key=str), monomial, strict=False):
                for _ in range(power):
                    part = part * Size.of(str(symbol))
            total = total + part
        return total


def _from_symbol(self: _From, expr: Any) -> Expr:
    return self.symbols.setdefault(expr.name, Symbol(expr.name))


def _from_matrix_symbol(self: _From, expr: Any) -> Expr:
    from derive.expr.sizes import normal

    shape = normal((self.size(expr.shape[0]), self.size(expr.shape[1])))
    return self.symbols.setdefault(expr.name, Symbol(expr.name, shape))


def _from_number(self: _From, expr: Any) -> Expr:
    return n.Number(Fraction(int(expr.p), int(expr.q)))


def _from_float(self: _From, expr: Any) -> Expr:
    text = str(expr)
    return n.Number(Fraction(text), text)


def _from_add(self: _From, expr: Any) -> Expr:
    return n.Add(self.nodes(expr.args))


def _from_mul(self: _From, expr: Any) -> Expr:
    args = [a for a in expr.args if a != 1] or list(expr.args[:1])
    if len(args) == 1:
        return self.node(args[0])
    if args[0] == -1:
        rest = self.nodes(args[1:])
        return n.Neg(rest[0] if len(rest) == 1 else n.Product(rest))
    return n.Product(self.nodes(args))


def _from_pow(self: _From, expr: Any) -> Expr:
    base, exponent = expr.args
    if exponent == -1:
        return n.Quotient(n.Number(Fraction(1)), self.node(base))
    if exponent.is_Rational and exponent.p == 1 and exponent.q == 2:
        return n.Apply("sqrt", (self.node(base),))
    if base.__class__.__name__ == "Exp1":
        return n.Apply("exp", (self.node(exponent),))
    return n.Power(self.node(base), self.node(exponent))


def _from_log(self: _From, expr: Any) -> Expr:
    value = n.Apply("log", (self.node(expr.args[0]),))
    if len(expr.args) == 1 or expr.args[1].__class__.__name__ == "Exp1":
        return value
    return n.Quotient(value, n.Apply("log", (self.node(expr.args[1]),)))


def _from_reduce(kind: str) -> Callable[[_From, Any], Expr]:
    def rule(self: _From, expr: Any) -> Expr:
        if len(expr.limits) != 1 or len(expr.limits[0]) != 3:
            raise NoRuleError(f"{expr} has no counterpart: one index with both limits is needed")
        variable, low, high = expr.limits[0]
        index = n.Index(variable.name, self.node(low), self.node(high))
        inner = _From({**self.symbols, variable.name: index})
        return n.Reduce(kind, (index,), inner.node(expr.function))

    return rule


def _from_integral(self: _From, expr: Any) -> Expr:
    if len(expr.limits) != 1 or len(expr.limits[0]) != 3:
        raise NoRuleError(
            f"{expr} has no counterpart: an integral needs one variable with both limits"
        )
    variable, low, high = expr.limits[0]
    symbol = Symbol(variable.name)
    inner = _From({**self.symbols, variable.name: symbol})
    return n.Integral(inner.node(expr.function), symbol, self.node(low), self.node(high))


def _from_limit(self: _From, expr: Any) -> Expr:
    body, variable, target, side = expr.args
    symbol = Symbol(variable.name)
    inner = _From({**self.symbols, variable.name: symbol})
    sign = str(side)
    return n.Limit(inner.node(body), symbol, self.node(target), sign if sign in ("+", "-") else "")


def _from_derivative(self: _From, expr: Any) -> Expr:
    wrt: list[Expr] = []
    for variable, count in expr.variable_count:
        wrt.extend([self.node(variable)] * int(count))
    return n.Derivative(self.node(expr.expr), tuple(wrt), "partial")


def _from_piecewise(self: _From, expr: Any) -> Expr:
    branches = [(v, c) for v, c in expr.args]
    last_value, last = branches[-1]
    otherwise = self.node(last_value) if last.__class__.__name__ == "BooleanTrue" else None
    kept = branches[:-1] if otherwise is not None else branches
    return n.Cases(tuple((self.node(v), self.node(c)) for v, c in kept), otherwise)


def _from_relation(op: str) -> Callable[[_From, Any], Expr]:
    return lambda self, expr: n.Relation(op, *self.nodes(expr.args))


def _named(function: str) -> Callable[[_From, Any], Expr]:
    return lambda self, expr: n.Apply(function, self.nodes(expr.args))


def _constant_of(name: str) -> Callable[[_From, Any], Expr]:
    return lambda self, expr: n.Constant(name)


def _from_trace(self: _From, expr: Any) -> Expr:
    inner = self.node(expr.args[0])
    return n.Apply("trace", (inner,)) if inner.shape else inner


def _from_element(self: _From, expr: Any) -> Expr:
    base = self.node(expr.parent)
    one = n.Number(Fraction(1))
    first, second = (
        n.Add((self.node(i), one)) if not i.is_Integer else n.Number(Fraction(int(i) + 1))
        for i in expr.indices
    )
    return n.Item(base, (first, second) if base.rank == 2 else (first,))


def _from_filled(kind: str) -> Callable[[_From, Any], Expr]:
    def rule(self: _From, expr: Any) -> Expr:
        from derive.expr.sizes import normal

        return n.Filled(kind, normal((self.size(expr.shape[0]), self.size(expr.shape[1]))))

    return rule


_FROM: dict[str, Callable[[_From, Any], Expr]] = {
    **{entry.sympy: _named(entry.name) for entry in TABLE.values() if entry.sympy},
    "Symbol": _from_symbol,
    "MatrixSymbol": _from_matrix_symbol,
    "Rational": _from_number,
    "Float": _from_float,
    "Pi": _constant_of("pi"),
    "Exp1": _constant_of("e"),
    "EulerGamma": _constant_of("eulergamma"),
    "Infinity": _constant_of("infty"),
    "NegativeInfinity": lambda self, expr: n.Neg(n.Constant("infty")),
    "Add": _from_add,
    "MatAdd": _from_add,
    "Mul": _from_mul,
    "MatMul": _from_mul,
    "Pow": _from_pow,
    "MatPow": lambda self, expr: n.Power(*self.nodes(expr.args)),
    "Inverse": lambda self, expr: n.Apply("inverse", (self.node(expr.args[0]),)),
    "Transpose": lambda self, expr: n.Transpose(self.node(expr.args[0])),
    "Trace": _from_trace,
    "MatrixElement": _from_element,
    "Determinant": _named("det"),
    "HadamardProduct": _named("hadamard"),
    "Identity": _from_filled("identity"),
    "ZeroMatrix": _from_filled("zeros"),
    "OneMatrix": _from_filled("ones"),
    "log": _from_log,
    "Max": _named("max"),
    "Min": _named("min"),
    "KroneckerDelta": _named("kronecker_delta"),
    "Sum": _from_reduce("sum"),
    "Product": _from_reduce("prod"),
    "Integral": _from_integral,
    "Limit": _from_limit,
    "Derivative": _from_derivative,
    "Piecewise": _from_piecewise,
    "Equality": _from_relation("="),
    "Unequality": _from_relation("!="),
    "StrictLessThan": _from_relation("<"),
    "LessThan": _from_relation("<="),
    "StrictGreaterThan": _from_relation(">"),
    "GreaterThan": _from_relation(">="),
}
