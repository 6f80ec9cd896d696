"""Values of symbols that obey a law or a premise: minimisers, stationary points, solutions of equations, eigenpairs.

The free quantities are sampled first; then the referee finds the value that the law asks for by its own means (Newton
on derivatives of the objective, `eigh`), never by a formula that is claimed. In balls a solution is a ball that is
wider than what the iteration left open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np

from derive.checker.edit_parts import is_zero
from derive.checker.expansion import expand
from derive.checker.numpy_kernel import NumpyKernel
from derive.checker.sampling import Points, sample
from derive.checker.solver import Frame, System, refine, search
from derive.errors import EvaluationError
from derive.expr.facts import Fact, Law, declared
from derive.expr.nodes import (
    Add,
    Apply,
    Derivative,
    Expr,
    Extremum,
    Item,
    Neg,
    Number,
    Power,
    Product,
    Relation,
    Symbol,
)
from derive.expr.walk import free_indices, free_symbols, post_order, substitute, transform

#: random starts of a search, the least and most of one under a constraint, and steps uphill before it
STARTS, BEST_OF, CONSTRAINED_STARTS, CLIMB = 4, 1, 16, 25

ONE, TWO = Number(Fraction(1)), Number(Fraction(2))


@dataclass(frozen=True)
class SolvedPoints(Points):
    """Points with values that were solved for: `solved` holds balls (P, *dims), `values` their float64 middles."""

    solved: dict[Symbol, Any] = field(default_factory=dict)

    def balls(self, kernel: Any, tangents: bool = False) -> dict[Symbol, Any]:
        """Arrays (P, 1, *dims) of balls."""
        if tangents:
            return super().balls(kernel, True)
        given = {s: v for s, v in self.values.items() if s not in self.solved}
        found = replace(self, values=given, solved={})
        own = {s: v.reshape((len(v), 1, *v.shape[1:])) for s, v in self.solved.items()}
        return {**Points.balls(found, kernel), **own}

    def with_more(self, others: Sequence[Points]) -> SolvedPoints:
        """These points and others of the same symbols."""
        parts = [self, *(p for p in others if isinstance(p, SolvedPoints))]
        found = super().with_more(parts[1:])
        solved = {s: np.concatenate([p.solved[s] for p in parts]) for s in self.solved}
        assert isinstance(found, SolvedPoints)
        return replace(found, solved=solved)

    def subset(self, chosen: Sequence[int]) -> SolvedPoints:
        """Some of the points."""
        picked = list(chosen)
        return replace(
            self,
            count=len(picked),
            values={s: v[picked] for s, v in self.values.items()},
            tangents={s: v[picked] for s, v in self.tangents.items()},
            solved={s: v[picked] for s, v in self.solved.items()},
        )


def lawful(symbol: Symbol) -> bool:
    """Whether the value of a symbol follows from a law, rather than being free."""
    return symbol.law is not None and symbol.law.kind in SOLVERS


def law_roots(symbols: Iterable[Symbol]) -> tuple[Expr, ...]:
    """The expressions in the laws of some symbols, and of the symbols in those, in order of discovery."""
    found: dict[Expr, None] = {}
    queue, seen = list(symbols), dict[Symbol, None]()
    while queue:
        symbol = queue.pop(0)
        if symbol in seen or symbol.law is None:
            continue
        seen[symbol] = None
        for expr in _expressions(symbol.law.args):
            found[expr] = None
            queue.extend(free_symbols(expr))
    return tuple(found)


def _expressions(args: Iterable[Any]) -> Iterable[Expr]:
    for arg in args:
        if isinstance(arg, Expr):
            yield arg
        elif isinstance(arg, (tuple, list)):
            yield from _expressions(arg)


def law_variables(symbol: Symbol) -> tuple[Symbol, ...]:
    """The symbols that a law binds: the variable of an objective, the unknowns of equations."""
    if symbol.law is None:
        return ()
    kind, args = symbol.law.kind, symbol.law.args
    if kind in ("minimiser", "maximiser", "stationary"):
        return (args[1],) if isinstance(args[1], Symbol) else ()
    if kind == "solves":
        return tuple(args[1]) if isinstance(args[1], (tuple, list)) else (args[1],)
    return ()


def inputs(symbol: Symbol) -> tuple[Symbol, ...]:
    """The free symbols on which the value that a law asks for depends."""
    bound = law_variables(symbol)
    found: dict[Symbol, None] = {}
    for expr in _expressions(symbol.law.args if symbol.law else ()):
        found.update(dict.fromkeys(s for s in free_symbols(expr) if s not in bound))
    found.pop(symbol, None)
    return tuple(found)


def to_sample(symbols: Iterable[Symbol]) -> tuple[Symbol, ...]:
    """The free symbols behind some symbols and their laws: what must be sampled before the laws are solved."""
    found: dict[Symbol, None] = {}
    queue = list(symbols)
    while queue:
        symbol = queue.pop(0)
        if symbol in found:
            continue
        found[symbol] = None
        if lawful(symbol):
            queue.extend(inputs(symbol))
    return tuple(s for s in found if not lawful(s))


def in_order(symbols: Iterable[Symbol]) -> list[Symbol]:
    """The symbols with a law behind some symbols, each after those on which it depends."""
    done: dict[Symbol, None] = {}

    def visit(symbol: Symbol, above: tuple[Symbol, ...]) -> None:
        if symbol in above:
            raise EvaluationError(f"the laws of {symbol!r} and {above[-1]!r} depend on each other")
        if symbol in done or not lawful(symbol):
            return
        for other in inputs(symbol):
            visit(other, (*above, symbol))
        done[symbol] = None

    for symbol in symbols:
        visit(symbol, ())
    return list(done)


def obey(points: Points, symbols: Iterable[Symbol], seed: int) -> Points:
    """The points at which a value was found for every symbol with a law; the sampled values stay as they are."""
    for symbol in in_order(symbols):
        assert symbol.law is not None
        if symbol in points.values:
            continue
        points = _remembered(points, symbol, seed)
        if not points.count:
            raise EvaluationError(f"no value of {symbol!r} that fits its law was found")
    return points


#: values of symbols with a law at points that were seen: which points converged, and the balls there
_memory: dict[Any, tuple[list[int], Any]] = {}
MOST_REMEMBERED = 256


def _remembered(points: Points, symbol: Symbol, seed: int) -> Points:
    """The solution of a law, which the relations of a document and their mutants share."""
    assert symbol.law is not None
    given = tuple(_bytes(points.values[s]) for s in inputs(symbol) if s in points.values)
    key = (symbol, tuple(points.sizes.items()), points.realisation, seed, given)
    if key not in _memory:
        marked = replace(points, values={**points.values, PLACE: np.arange(points.count)})
        found = SOLVERS[symbol.law.kind](marked, symbol, seed)
        kept = [int(i) for i in found.values[PLACE]] if found.count else []
        solved = found.solved[symbol] if isinstance(found, SolvedPoints) and kept else None
        while len(_memory) >= MOST_REMEMBERED:
            _memory.pop(next(iter(_memory)))
        _memory[key] = kept, solved
    kept, solved = _memory[key]
    chosen = points.subset(kept)
    return with_solved(chosen, {symbol: solved}) if kept else chosen


#: carries the position of each point through a search that drops some
PLACE = Symbol("place'")


def _bytes(values: Any) -> bytes:
    array = np.asarray(values)
    return repr(array.tolist()).encode() if array.dtype == object else array.tobytes()


# ------------------------------------------------------------------------------------ extrema and equations


def _extremum(points: Points, symbol: Symbol, seed: int) -> Points:
    assert symbol.law is not None
    objective, variable = symbol.law.args[0], symbol.law.args[1]
    if not isinstance(variable, Symbol):
        raise EvaluationError(f"the law of {symbol!r} names {variable!r}, not a symbol")
    kind = symbol.law.kind
    sense = {"minimiser": 1, "maximiser": -1, "stationary": 0}[kind]
    objective = expand((objective,), points.sizes)[0]
    constraint = _constraint(variable)
    if constraint is None:
        system = System.stationary(objective, (variable,))
    else:
        multiplier = Symbol(f"multiplier'{variable.name}")
        whole = Add((objective, Product((multiplier, constraint))))
        system = System.stationary(whole, (variable, multiplier))
    frame = Frame(system, points.sizes, points.floats(), points.realisation)
    best = _best if sense and constraint is not None else _any_start
    flat, ok = best(frame, points, sense, constraint is not None, seed, objective)
    return _placed(points, frame, flat, ok, {symbol: variable})


def _constraint(variable: Symbol) -> Expr | None:
    """The equation among the declared facts of a variable of optimisation, as an expression that is zero."""
    if declared(variable.facts, "orthonormal_columns") or declared(variable.facts, "orthogonal"):
        raise EvaluationError(
            f"an optimum over orthonormal columns such as {variable!r} is not unique, so it is not sampled"
        )
    if declared(variable.facts, "sums_to_one") and variable.rank == 1:
        return Add((Apply("sum", (variable,)), Neg(ONE)))
    if declared(variable.facts, "unit_norm") and variable.rank == 1:
        return Add((Power(Apply("norm", (variable,)), TWO), Neg(ONE)))
    return None


def _start(frame: Frame, points: Points, seed: int) -> Any:
    """Random values of the unknowns, one for each point, from their declared facts."""
    drawn = sample(frame.system.unknowns, points.sizes, points.count, seed)
    return frame.flat(drawn.values)


def _any_start(
    frame: Frame, points: Points, sense: int, bound: bool, seed: int, objective: Expr
) -> tuple[Any, Any]:
    """The first solution from several starts at each point."""
    flat = _start(frame, points, seed + 7001)
    done = np.zeros(points.count, dtype=bool)
    for attempt in range(STARTS):
        start = flat if not attempt else _start(frame, points, seed + 7001 + attempt)
        found, ok = search(frame, start, 0 if bound else sense)
        new = ok & ~done
        flat = np.where(new[:, None], found, flat)
        done |= ok
        if done.all() or (attempt and done.any() and not new.any()):
            break
    return flat, done


def _best(
    frame: Frame, points: Points, sense: int, bound: bool, seed: int, objective: Expr
) -> tuple[Any, Any]:
    """The best stationary point under a constraint at which the second-order condition of an extremum holds."""
    worth = np.full(points.count, np.inf)
    flat = _start(frame, points, seed + 7001)
    done = np.zeros(points.count, dtype=bool)
    for attempt in range(CONSTRAINED_STARTS):
        start = _start(frame, points, seed + 7001 + attempt)
        if declared(frame.system.unknowns[0].facts, "unit_norm"):
            start = _climbed(frame, start, sense)
        found, ok = search(frame, start, 0)
        with np.errstate(all="ignore"):
            ev = frame.evaluator(NumpyKernel(), found, frame.fixed)
            value = np.asarray(ev.value(objective), dtype=float).reshape(-1)
            curved = _curved(frame.jacobian(ev, points.count), sense)
        value = sense * np.broadcast_to(value, (points.count,))
        better = ok & curved & (value < worth)
        flat = np.where(better[:, None], found, flat)
        worth, done = np.where(better, value, worth), done | better
        if done.all() and attempt + 1 >= BEST_OF:
            break
    return flat, done


def _climbed(frame: Frame, start: Any, sense: int) -> Any:
    """Steps along the gradient on the unit sphere, so that Newton starts near an extremum and not near a saddle."""
    v = np.array(start)
    unit = v[:, :-1]
    with np.errstate(all="ignore"):
        for _ in range(CLIMB):
            v[:, :-1], v[:, -1] = unit, 0.0
            ev = frame.evaluator(NumpyKernel(), v, frame.fixed)
            slope = frame.residual(ev, len(v))[:, :-1]
            bent = np.abs(frame.jacobian(ev, len(v))[:, :-1, :-1]).sum(axis=2).max(axis=1)
            moved = unit - sense * slope / (bent[:, None] + 1e-300) * 4
            length = np.linalg.norm(moved, axis=1, keepdims=True)
            unit = np.where(np.isfinite(length) & (length > 0), moved / length, unit)
        v[:, :-1], v[:, -1] = unit, 0.0
        slope = frame.residual(frame.evaluator(NumpyKernel(), v, frame.fixed), len(v))[:, :-1]
        v[:, -1] = -(unit * slope).sum(axis=1) / 2
    return v


def _curved(matrix: Any, sense: int) -> Any:
    """Whether the Hessian of the Lagrangian is definite on the directions that keep the constraint (last row)."""
    out = np.zeros(len(matrix), dtype=bool)
    for p, m in enumerate(matrix):
        if not np.isfinite(m).all():
            continue
        _, _, right = np.linalg.svd(m[-1:, :-1])
        along = right[1:]
        bent = np.linalg.eigvalsh(sense * along @ m[:-1, :-1] @ along.T)
        out[p] = bool((bent > 1e-9 * (np.abs(bent).max(initial=0.0) + 1e-300)).all())
    return out


def _solves(points: Points, symbol: Symbol, seed: int) -> Points:
    assert symbol.law is not None
    relations, unknowns = symbol.law.args[0], law_variables(symbol)
    listed = relations if isinstance(relations, (tuple, list)) else (relations,)
    own = next((u for u in unknowns if u.name == symbol.name), None)
    if own is None:
        own = unknowns[0] if len(unknowns) == 1 else None
    if own is None:
        raise EvaluationError(f"{symbol!r} is none of the unknowns {unknowns!r} of its law")
    system = System.of([residual(r, points.sizes) for r in listed], unknowns)
    frame = Frame(system, points.sizes, points.floats(), points.realisation)
    flat, ok = _any_start(frame, points, 0, False, seed, system.residuals[0])
    return _placed(points, frame, flat, ok, {symbol: own})


def residual(relation: Expr, sizes: dict[str, int]) -> Expr:
    """What is zero where an equation holds."""
    if not isinstance(relation, Relation) or relation.op != "=":
        raise EvaluationError(f"{relation!r} is not an equation to be solved")
    lhs, rhs = expand((relation.lhs, relation.rhs), sizes)
    if is_zero(rhs):
        return lhs
    if is_zero(lhs):
        return rhs
    if lhs.shape != rhs.shape:
        raise EvaluationError(f"{relation!r} compares different shapes")
    return Add((lhs, Neg(rhs)))


def _placed(
    points: Points, frame: Frame, flat: Any, ok: Any, wanted: dict[Symbol, Symbol]
) -> SolvedPoints:
    """The points that converged, with the solution refined in balls; `wanted` maps symbols to unknowns."""
    from derive.checker.ball_kernel import BallKernel, precision
    from derive.checker.solver import BITS

    kept = np.flatnonzero(ok)
    if not len(kept):
        return SolvedPoints(points.sizes, 0, {}, {}, points.realisation)
    chosen = points.subset(list(kept))
    smaller = Frame(frame.system, points.sizes, chosen.floats(), points.realisation)
    with precision(BITS):
        exact = chosen.balls(BallKernel())
    balls, sure = refine(smaller, flat[kept], exact)
    chosen, balls = chosen.subset(list(np.flatnonzero(sure))), balls[sure]
    split = smaller.split(balls)
    return with_solved(chosen, {s: split[u] for s, u in wanted.items()})


def with_solved(points: Points, balls: dict[Symbol, Any]) -> SolvedPoints:
    """The points with further values, given as balls (P, *dims)."""
    middle = np.frompyfunc(lambda b: float(b.mid()), 1, 1)
    floats = {s: np.asarray(middle(v)).astype(float) for s, v in balls.items()}
    known = points.solved if isinstance(points, SolvedPoints) else {}
    return SolvedPoints(
        points.sizes,
        points.count,
        {**points.values, **floats},
        points.tangents,
        points.realisation,
        {**known, **balls},
    )


def _eigen(points: Points, symbol: Symbol, seed: int) -> Points:
    from derive.checker.law_eigen import eigen

    return eigen(points, symbol, seed)


SOLVERS: dict[str, Callable[[Points, Symbol, int], Points]] = {
    "minimiser": _extremum,
    "maximiser": _extremum,
    "stationary": _extremum,
    "solves": _solves,
    "eigenvalue": _eigen,
    "eigenvector": _eigen,
    "eigenvalues": _eigen,
    "eigenvectors": _eigen,
}


# ------------------------------------------------------------------------------------ what the judge asks


def sizes_fit(symbols: Iterable[Symbol], sizes: Mapping[str, int]) -> bool:
    """Whether there are as many eigenpairs as some symbols with a law ask for."""
    for symbol in symbols:
        if symbol.law is None or not symbol.law.kind.startswith("eigen"):
            continue
        rows = symbol.law.args[0].shape[:1]
        count = rows[0].value(sizes) if rows else 1
        if any(size.value(sizes) > count for size in symbol.dims):
            return False
        rank = symbol.law.args[1] if len(symbol.law.args) > 1 else 1
        if isinstance(rank, int) and rank > count:
            return False
    return True


def behind(order: Iterable[Expr]) -> tuple[Expr, ...]:
    """The expressions in the laws of the symbols of a relation (also the random ones of an expectation)."""
    return law_roots(node for node in order if isinstance(node, Symbol))


def refuse_derivatives(order: Sequence[Expr]) -> None:
    """A derivative by something on which a symbol with a law depends is refused: the law's value is held fixed."""
    for node in order:
        if not isinstance(node, Derivative):
            continue
        lawfuls = [s for s in free_symbols(node.body) if lawful(s)]
        for symbol in lawfuls:
            behind_law = to_sample([symbol])
            for variable in node.wrt:
                base = variable.base if isinstance(variable, Item) else variable
                if base in behind_law:
                    raise EvaluationError(
                        f"{symbol!r} depends on {base!r} by its law: not differentiated"
                    )


def without_extrema(expr: Expr) -> Expr:
    """`min_x f` and `argmin_x f` with a symbol that has the law of the minimiser in place of the argument."""
    if not any(isinstance(n, Extremum) for n in post_order(expr, into_definitions=True)):
        return expr

    def change(node: Expr) -> Expr | None:
        if not isinstance(node, Extremum):
            return None
        if node.subject:
            raise EvaluationError(f"{node!r}: an optimum under written conditions is not evaluated")
        if free_indices(node):
            raise EvaluationError(
                f"{node!r}: an optimum for each value of an index is not evaluated"
            )
        kind = "minimiser" if node.kind.endswith("min") else "maximiser"
        x = node.variable
        best = Symbol(f"{x.name}^*", x.dims, x.facts, Law(kind, (node.body, x)))
        return best if node.kind.startswith("arg") else substitute(node.body, {x: best}, True)

    return transform(expr, change, into_definitions=True)


# ------------------------------------------------------------------------------------ random symbols


def support(symbol: Symbol) -> tuple[Fact, ...]:
    """The facts of a value of a random symbol, for a claim about it outside of any expectation."""
    if symbol.law is None or symbol.law.kind != "random":
        return symbol.facts
    name = symbol.law.args[0]
    extra = {"bernoulli": "binary", "categorical": "one_hot" if symbol.rank == 1 else "natural"}
    if name in extra and not declared(symbol.facts, extra[name]):
        return (*symbol.facts, Fact(extra[name]))
    return symbol.facts
