"""The surface on which authors write: a recipe is a function that writes on a `Note`.

A recipe states, it does not compute. It declares what is given, gives names to expressions, and writes chains of steps
between paragraphs of prose; the note remembers the file and line of each.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import EllipsisType, TracebackType

from derive.derivation import (
    Block,
    Chain,
    Definition,
    Given,
    Place,
    Prose,
    Reason,
    Step,
)
from derive.errors import RecipeError, ShapeError
from derive.expr import build
from derive.expr.build import FactLike, SizeLike
from derive.expr.core import Dim, Expr, ExprLike, Filled, Item, Number, Symbol, as_expr
from derive.expr.facts import DISTRIBUTIONS, Law
from derive.expr.nodes import Differential, Function, Index
from derive.expr.shapes import described

# -------------------------------------------------------------------------------------- places


def place_of(path: str, module: str, line: int) -> Place:
    """The place in a file, its path told from the folder of its top package: `recipes/regression/mse.py`, line 19."""
    parts = Path(path).parts
    depth = module.count(".") + 1 + (parts[-1] == "__init__.py") if module else 1
    return Place("/".join(parts[-depth:]), line)


def _caller() -> Place:
    """The author's line: the innermost frame outside this module."""
    frame = sys._getframe(1)
    while frame.f_code.co_filename == __file__ and frame.f_back is not None:
        frame = frame.f_back
    module = frame.f_globals.get("__name__", "")
    return place_of(
        frame.f_code.co_filename, "" if module == "__main__" else module, frame.f_lineno
    )


# -------------------------------------------------------------------------------------- steps


def _step(op: str, rhs: ExprLike, reason: str, rule: str) -> Step:
    return Step(op, as_expr(rhs), Reason(reason, rule), place=_caller())


def eq(rhs: ExprLike, reason: str = "", *, rule: str = "") -> Step:
    """The step `= rhs`; `reason` is prose, `rule` the name of a rule that the engine must reproduce."""
    return _step("=", rhs, reason, rule)


def le(rhs: ExprLike, reason: str = "", *, rule: str = "") -> Step:
    """The step `<= rhs`."""
    return _step("<=", rhs, reason, rule)


def ge(rhs: ExprLike, reason: str = "", *, rule: str = "") -> Step:
    """The step `>= rhs`."""
    return _step(">=", rhs, reason, rule)


def lt(rhs: ExprLike, reason: str = "", *, rule: str = "") -> Step:
    """The step `< rhs`."""
    return _step("<", rhs, reason, rule)


def gt(rhs: ExprLike, reason: str = "", *, rule: str = "") -> Step:
    """The step `> rhs`."""
    return _step(">", rhs, reason, rule)


def approx(rhs: ExprLike, reason: str = "", *, rule: str = "") -> Step:
    """The step: approximately `rhs`."""
    return _step("~~", rhs, reason, rule)


def propto(rhs: ExprLike, reason: str = "", *, rule: str = "") -> Step:
    """The step: proportional to `rhs`."""
    return _step("prop", rhs, reason, rule)


def differential(body: Expr, *variables: Symbol) -> Differential:
    """d(body) when the variables vary; `differential(w)` is the free differential dw."""
    if variables:
        return Differential(body, variables)
    if not isinstance(body, Symbol):
        raise RecipeError(f"d({body!r}) needs its variables: differential(body, w)")
    return Differential(body, (body,))


def _linked(lhs: Expr, steps: Sequence[Step | EllipsisType], where: Place) -> tuple[Step, ...]:
    """The steps of a chain: holes joined with the step that they lead to, a plain 0 as the zero of the shape."""
    linked: list[Step] = []
    hole = False
    for step in steps:
        if step is ...:
            if hole:
                raise RecipeError(
                    f"{where}: two holes (...) follow each other after {lhs!r}; one is enough"
                )
            hole = True
            continue
        if not isinstance(step, Step):
            raise RecipeError(f"{where}: {step!r} is not a step; write eq(...), le(...), ge(...)")
        linked.append(_fitting(lhs, replace(step, role="hole") if hole else step))
        hole = False
    if hole:
        raise RecipeError(f"{where}: the last hole (...) after {lhs!r} needs a target: add eq(...)")
    if not linked:
        raise RecipeError(f"{where}: a calculation of {lhs!r} needs at least one step, got 0")
    return tuple(linked)


def _fitting(lhs: Expr, step: Step) -> Step:
    """The step with a right side of the chain's shape; `eq(0)` means zeros, `ge(0)` compares every entry."""
    assert isinstance(step.rhs, Expr)
    if step.rhs.shape == lhs.shape:
        return step
    if isinstance(step.rhs, Number) and step.op not in ("=", "~~", "prop"):
        return step
    if step.rhs == as_expr(0):
        return replace(step, rhs=Filled("zeros", lhs.shape))
    raise ShapeError(
        f"{step.place}: cannot write {described(lhs)} {step.op} {described(step.rhs)}: the shapes differ"
    )


#: the notations of `Note.forms`, and the words for them
FORMS = {"matrix": "with matrices", "sum": "as a sum over the examples", "index": "in entries"}


def _entry_of(value: ExprLike, left: Expr) -> Expr:
    """The entry of a value that the left side names."""
    assert isinstance(left, Item)
    return Item(as_expr(value), left.indices)


# -------------------------------------------------------------------------------------- the note


class Premise:
    """What `Note.suppose` returns: used with `with`, its conditions end with the block."""

    def __init__(self, premises: list[Expr], start: int) -> None:
        self._premises, self._start = premises, start

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        del self._premises[self._start :]


class Note:
    """The page of one recipe. Methods that declare return the symbol; meanings are words for the table of notation, and
    facts are the names of `derive.expr.facts.FACTS`."""

    def __init__(self) -> None:
        self._givens: list[Given] = []
        self._blocks: list[Block] = []
        self._premises: list[Expr] = []
        self._names: dict[str, Place] = {}

    # what is given

    def dims(self, names: str) -> tuple[Dim, ...]:
        """Sizes: `n, d = note.dims("n d")`; each is a number in formulas and a size in shapes."""
        return build.dims(names)

    def scalar(self, name: str, meaning: str = "", *facts: FactLike) -> Symbol:
        """A number."""
        return self._given(build.symbol(name, facts=facts), meaning)

    def vector(self, name: str, size: SizeLike, meaning: str = "", *facts: FactLike) -> Symbol:
        """A column of the given size."""
        return self._given(build.symbol(name, size, facts=facts), meaning)

    def matrix(
        self, name: str, rows: SizeLike, columns: SizeLike, meaning: str = "", *facts: FactLike
    ) -> Symbol:
        """A matrix."""
        return self._given(build.symbol(name, rows, columns, facts=facts), meaning)

    def tensor(
        self,
        name: str,
        shape: Sequence[SizeLike],
        meaning: str = "",
        *facts: FactLike,
        origin: int = 1,
    ) -> Symbol:
        """An array with any number of axes, used in index notation; `origin` is the first value of every index, and the
        fact `zero_outside` gives entries beyond its range the value zero."""
        made = build.symbol(name, *shape, facts=facts, family=len(shape), origin=origin)
        return self._given(made, meaning)

    def family(
        self,
        name: str,
        count: SizeLike,
        *shape: SizeLike,
        meaning: str = "",
        facts: Sequence[FactLike] = (),
        marker: str = "sub",
    ) -> Symbol:
        """x_1, ..., x_count, each of `shape`; the member is `x[i]`, printed x_i (`marker="sup"`: x^{(i)})."""
        member = build.symbol(name, count, *shape, facts=facts, family=1, marker=marker)
        return self._given(member, meaning)

    def index(self, name: str, upper: SizeLike, lower: ExprLike = 1) -> Index:
        """An index from `lower` to `upper`: bound by a sum or product, free in a claim for all its values."""
        return build.index(name, upper, lower)

    def function(self, name: str, meaning: str = "", *facts: FactLike) -> Function:
        """A smooth scalar function without a formula, applied entry by entry to arrays, such as an activation."""
        made = build.abstract_function(name, facts=facts)
        self._named(name)
        self._givens.append(Given(made, meaning))
        return made

    def mapping(
        self, name: str, argument: Sequence[SizeLike], value: Sequence[SizeLike], meaning: str = ""
    ) -> Function:
        """A smooth function without a formula from arrays of one shape to arrays of another:
        `f = note.mapping("f", (n,), ())` is any smooth function of a vector."""
        made = build.abstract_function(name, *argument, value=value, elementwise=False)
        self._named(name)
        self._givens.append(Given(made, meaning))
        return made

    # what has a name

    def let(self, name: str, value: ExprLike, meaning: str = "") -> Symbol:
        """A name for an expression from here on: `L = note.let("L", norm2(X @ w - y))`."""
        return self._defined(build.symbol(name, definition=as_expr(value)), meaning)

    def array(
        self,
        name: str,
        indices: Sequence[Index],
        entry: ExprLike,
        meaning: str = "",
        *facts: FactLike,
    ) -> Symbol:
        """A name for an array by its entries: `Y = note.array("Y", (i, j), X[j, i])` says that Y_{ij} is X_{ji}."""
        made = build.array_over(indices, entry)
        lowers = {build.as_size(index.lower).constant: None for index in indices}
        if len(lowers) != 1 or None in lowers:
            listed = ", ".join(f"{i.name} from {i.lower!r}" for i in indices)
            raise RecipeError(f"the indices of the array {name} start at one number, got {listed}")
        (origin,) = lowers
        assert origin is not None
        array = build.symbol(
            name, definition=made, facts=facts, family=len(made.shape), origin=origin
        )
        return self._defined(array, meaning)

    def rows(self, name: str, matrix: Expr, meaning: str = "") -> Symbol:
        """The rows of a matrix as a family of columns: `x = note.rows("x", X)`, then `x[i]` is x_i."""
        return self._defined(build.symbol(name, definition=matrix, family=1), meaning)

    def define(
        self, name: str, parameters: Sequence[Symbol] | Symbol, body: ExprLike, meaning: str = ""
    ) -> Function:
        """The function `name(parameters) = body`; the parameters are symbols that stand for the arguments."""
        listed = (parameters,) if isinstance(parameters, Symbol) else tuple(parameters)
        made = build.defined_function(name, listed, as_expr(body))
        self._named(name)
        self._blocks.append(Definition(made, _caller()))
        return made

    # laws: symbols that satisfy a premise

    def minimiser(self, name: str, objective: Expr, variable: Symbol, meaning: str = "") -> Symbol:
        """The point where `objective` is smallest as its variable varies."""
        return self._lawful(
            name, Law("minimiser", (objective, variable)), variable.dims, meaning, variable
        )

    def maximiser(self, name: str, objective: Expr, variable: Symbol, meaning: str = "") -> Symbol:
        """The point where `objective` is largest as its variable varies."""
        return self._lawful(
            name, Law("maximiser", (objective, variable)), variable.dims, meaning, variable
        )

    def stationary(self, name: str, objective: Expr, variable: Symbol, meaning: str = "") -> Symbol:
        """A point where the gradient of `objective` by its variable is zero."""
        return self._lawful(
            name, Law("stationary", (objective, variable)), variable.dims, meaning, variable
        )

    def eigenpair(
        self, matrix: Expr, number: ExprLike, value: str, vector: str, meaning: str = ""
    ) -> tuple[Symbol, Symbol]:
        """Eigenvalue and unit eigenvector of a symmetric matrix; `number` counts from the largest eigenvalue,
        and `meaning` is that of the eigenvalue."""
        args = (matrix, as_expr(number))
        size = matrix.shape[:1]
        eigenvalue = self._lawful(value, Law("eigenvalue", args), (), meaning)
        eigenvector = self._lawful(
            vector, Law("eigenvector", args), size, meaning and f"unit eigenvector to ${value}$"
        )
        return eigenvalue, eigenvector

    def eigenvectors(self, name: str, matrix: Expr, count: SizeLike, meaning: str = "") -> Symbol:
        """Orthonormal eigenvectors of the `count` largest eigenvalues, as columns."""
        size = build.as_size(count)
        return self._lawful(
            name, Law("eigenvectors", (matrix, Dim(size))), (*matrix.shape[:1], size), meaning
        )

    def eigenvalues(self, name: str, matrix: Expr, count: SizeLike, meaning: str = "") -> Symbol:
        """The `count` largest eigenvalues of a symmetric matrix in falling order, as a vector."""
        size = build.as_size(count)
        return self._lawful(name, Law("eigenvalues", (matrix, Dim(size))), (size,), meaning)

    def solves(self, name: str, unknown: Symbol, *relations: Expr, meaning: str = "") -> Symbol:
        """The value of `unknown` that satisfies the relations."""
        return self._lawful(
            name, Law("solves", (relations, (unknown,))), unknown.dims, meaning, unknown
        )

    def random(
        self,
        name: str,
        shape: Sequence[SizeLike],
        distribution: str,
        *parameters: ExprLike,
        meaning: str = "",
    ) -> Symbol:
        """A random quantity with a distribution of `derive.expr.facts.DISTRIBUTIONS`."""
        if distribution not in DISTRIBUTIONS:
            known = ", ".join(DISTRIBUTIONS)
            raise RecipeError(
                f"{name} has an unknown distribution {distribution!r}; known: {known}"
            )
        law = Law("random", (distribution, *(as_expr(p) for p in parameters)))
        return self._lawful(name, law, build.as_shape(shape), meaning)

    def suppose(self, *conditions: Expr) -> Premise:
        """Conditions under which the calculations that follow are claimed; with `with`, only those of the block."""
        for condition in conditions:
            if not isinstance(condition, Expr):
                raise RecipeError(f"{condition!r} is not a condition; write equals(a, b) or a >= b")
        start = len(self._premises)
        self._premises.extend(conditions)
        return Premise(self._premises, start)

    # what is said and claimed

    def __call__(self, text: str) -> None:
        """A paragraph of prose; mathematics in `$...$`."""
        self._blocks.append(Prose(" ".join(text.split()), _caller()))

    def calc(
        self, lhs: ExprLike, *steps: Step | EllipsisType, result: bool = False, name: str = ""
    ) -> None:
        """The chain lhs = ... = ...; `...` between two steps is a hole that the engine fills.

        `result` marks the last side as a main result. Raises `ShapeError` when a side has another shape than `lhs`.
        """
        where = _caller()
        left = as_expr(lhs)
        self._chain(left, _linked(left, steps, where), result, name, where)

    def forms(
        self,
        lhs: Expr,
        *,
        matrix: ExprLike | EllipsisType | None = None,
        sum: ExprLike | EllipsisType | None = None,
        index: tuple[Index | Sequence[Index], ExprLike | EllipsisType] | None = None,
        result: bool = False,
    ) -> None:
        """The value of `lhs` in two or three notations side by side, each claimed by itself.

        With matrices, as a sum over examples, and in indices: `index=(j, ...)` is the entry `lhs_j`
        for all values of j. Where `...` stands, the engine rewrites the first of the forms.
        """
        where = _caller()
        given: list[tuple[str, Expr, ExprLike | EllipsisType]] = []
        if matrix is not None:
            given.append(("matrix", lhs, matrix))
        if sum is not None:
            given.append(("sum", lhs, sum))
        if index is not None:
            free = (index[0],) if isinstance(index[0], Index) else tuple(index[0])
            given.append(("index", build.item(lhs, *free), index[1]))
        first = given[0][2] if given else ...
        if len(given) < 2 or isinstance(first, EllipsisType):
            raise RecipeError(f"{where}: forms of {lhs!r} need two, the first of them written out")
        for position, (form, left, value) in enumerate(given):
            hole = isinstance(value, EllipsisType)
            shown = first if hole else value
            assert not isinstance(shown, EllipsisType)
            right = as_expr(shown) if form != "index" or not hole else _entry_of(shown, left)
            step = Step("=", right, Reason(FORMS[form]), "hole" if hole else "claim", place=where)
            self._blocks.append(
                Chain(
                    left,
                    (_fitting(left, step),),
                    tuple(self._premises),
                    result and position == 0,
                    "",
                    where,
                    form=form,
                    beside=position > 0,
                )
            )

    def derive(self, lhs: Expr, *, to: ExprLike, result: bool = False, name: str = "") -> None:
        """A chain from `lhs` to `to` of which the engine writes every step."""
        where = _caller()
        step = _fitting(lhs, Step("=", as_expr(to), role="hole", place=where))
        self._chain(lhs, (step,), result, name, where)

    # how it is kept

    def written(self) -> tuple[tuple[Given, ...], tuple[Block, ...]]:
        """What is given, and the blocks in reading order."""
        return tuple(self._givens), tuple(self._blocks)

    def _chain(
        self, lhs: Expr, steps: tuple[Step, ...], result: bool, name: str, where: Place
    ) -> None:
        self._blocks.append(Chain(lhs, steps, tuple(self._premises), result, name, where))

    def _named(self, name: str) -> None:
        before = self._names.get(name)
        if before is not None:
            raise RecipeError(f"{name} is declared twice; it was declared in line {before.line}")
        self._names[name] = _caller()

    def _given(self, symbol: Symbol, meaning: str) -> Symbol:
        self._named(symbol.name)
        self._givens.append(Given(symbol, meaning))
        return symbol

    def _defined(self, symbol: Symbol, meaning: str) -> Symbol:
        self._named(symbol.name)
        self._blocks.append(Definition(symbol, _caller()))
        if meaning:
            self._givens.append(Given(symbol, meaning))
        return symbol

    def _lawful(
        self,
        name: str,
        law: Law,
        dims: Sequence[SizeLike],
        meaning: str,
        like: Symbol | None = None,
    ) -> Symbol:
        facts = like.facts if like is not None else ()
        self._named(name)
        made = build.symbol(name, *dims, facts=facts, law=law)
        self._givens.append(Given(made, meaning))
        return made


__all__ = [
    "Note",
    "Premise",
    "approx",
    "differential",
    "eq",
    "ge",
    "gt",
    "le",
    "lt",
    "place_of",
    "propto",
]
