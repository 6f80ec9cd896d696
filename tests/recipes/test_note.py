"""The surface on which recipes are written: what it records, and what it refuses, with the line."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from derive import (
    Note,
    Recipe,
    approx,
    delta,
    differential,
    engine,
    eq,
    equals,
    ge,
    grad,
    gt,
    hadamard,
    le,
    lt,
    norm2,
    propto,
    recipe,
    sum_over,
)
from derive.derivation import Chain, Definition, Derivation, Prose
from derive.errors import DeriveError, InternalError, RecipeError, ShapeError, UsageError
from derive.expr.facts import declared
from derive.expr.nodes import Derivative, Filled, Function, Item, Relation, Symbol
from derive.registry import catalogue
from derive.writer import write
from derive.writer.page import page_of

HERE = "tests/recipes/test_note.py"


def written(function) -> Derivation:  # type: ignore[no-untyped-def]
    """The derivation of a function that writes on a note."""
    made = recipe("a-test", title="A test", chapter="tests")(function)
    assert isinstance(made, Recipe)
    return made.derivation()


def line_of(text: str) -> int:
    """The line of this file that carries the mark `# HERE: text`."""
    for number, line in enumerate(Path(__file__).read_text("utf-8").splitlines(), start=1):
        if line.endswith(f"# HERE: {text}"):
            return number
    raise AssertionError(text)


def linear(note: Note) -> tuple[Symbol, Symbol, Symbol]:
    n, d = note.dims("n d")
    X = note.matrix("X", n, d, "design matrix")
    return X, note.vector("y", n, "targets"), note.vector("w", d, "weights")


# ------------------------------------------------------------------------------- what it records


def test_the_example_of_the_design() -> None:
    def mse(note: Note) -> None:
        n, d = note.dims("n d")
        X = note.matrix("X", n, d, "design matrix, one example per row")
        y = note.vector("y", n, "targets")
        w = note.vector("w", d, "weights")
        note("A linear model predicts $X w$.   Its mean squared\n error is")
        L = note.let("L", norm2(X @ w - y) / n)
        note.calc(
            grad(L, w),
            eq(2 / n * X.T @ (X @ w - y), "chain rule for a squared norm"),  # HERE: first
            eq(2 / n * (X.T @ X @ w - X.T @ y), r"distribute $X^\top$"),  # HERE: second
            result=True,
            name="gradient",
        )

    derivation = written(mse)
    assert [type(block) for block in derivation.blocks] == [Prose, Definition, Chain]
    assert [given.symbol.name for given in derivation.givens] == ["X", "y", "w"]
    assert [given.meaning for given in derivation.givens][1] == "targets"
    prose = derivation.blocks[0]
    assert isinstance(prose, Prose)
    assert prose.text == "A linear model predicts $X w$. Its mean squared error is"
    (chain,) = derivation.chains
    assert isinstance(chain.lhs, Derivative)
    assert chain.result
    assert chain.name == "gradient"
    assert [step.place.line for step in chain.steps] == [line_of("first"), line_of("second")]
    assert {step.place.path for step in chain.steps} == {HERE}
    assert chain.steps[0].reason.text == "chain rule for a squared norm"
    assert [step.role for step in chain.steps] == ["claim", "claim"]
    assert repr(chain.steps[0].rhs) == "2/n X^T (X w - y)"


def test_a_derivation_is_the_same_each_time() -> None:
    def write(note: Note) -> None:
        X, y, w = linear(note)
        note.calc(X @ w - y, eq(-(y - X @ w)))

    assert written(write) == written(write)


def test_rules_and_reasons_are_kept_apart() -> None:
    def write(note: Note) -> None:
        X, _, w = linear(note)
        note.calc((X @ w).T, eq(w.T @ X.T, rule="transpose of a product"))

    (chain,) = written(write).chains
    assert chain.steps[0].reason.rule == "transpose of a product"
    assert chain.steps[0].reason.text == ""


@pytest.mark.parametrize(
    ("step", "op"),
    [(eq, "="), (le, "<="), (ge, ">="), (lt, "<"), (gt, ">"), (approx, "~~"), (propto, "prop")],
)
def test_the_sign_of_a_step(step, op: str) -> None:  # type: ignore[no-untyped-def]
    def write(note: Note) -> None:
        a, b = note.scalar("a"), note.scalar("b")
        note.calc(a, step(b))

    (chain,) = written(write).chains
    assert chain.steps[0].op == op


def test_a_hole_leads_to_the_next_side() -> None:
    def write(note: Note) -> None:
        X, y, w = linear(note)
        note.calc(grad(norm2(X @ w - y), w), ..., eq(2 * X.T @ (X @ w - y), "as before"))

    (chain,) = written(write).chains
    assert [step.role for step in chain.steps] == ["hole"]
    assert repr(chain.steps[0].rhs) == "2 X^T (X w - y)"
    assert chain.steps[0].reason.text == "as before"


def test_a_chain_that_the_engine_writes() -> None:
    def write(note: Note) -> None:
        X, y, w = linear(note)
        note.derive(grad(norm2(X @ w - y), w), to=2 * X.T @ (X @ w - y), result=True)

    (chain,) = written(write).chains
    assert [(step.op, step.role) for step in chain.steps] == [("=", "hole")]
    assert chain.result


def test_zero_takes_the_shape_of_the_chain() -> None:
    def write(note: Note) -> None:
        X, y, w = linear(note)
        note.calc(X @ w - X @ w, eq(0))
        note.calc(hadamard(y, y), ge(0))

    first, second = written(write).chains
    assert first.steps[0].rhs == Filled("zeros", first.steps[0].rhs.shape)
    assert first.steps[0].rhs.shape == first.lhs.shape
    assert second.steps[0].rhs.shape == ()


def test_facts_are_those_of_the_language() -> None:
    def write(note: Note) -> None:
        (n,) = note.dims("n")
        note.matrix("S", n, n, "covariance", "pd")
        note.vector("p", n, "probabilities", "simplex")

    S, p = (given.symbol for given in written(write).givens)
    assert isinstance(S, Symbol)
    assert isinstance(p, Symbol)
    assert declared(S.facts, "symmetric") is True
    assert declared(S.facts, "orthogonal") is None
    assert declared(p.facts, "sums_to_one") is True


def test_families_and_rows_and_indices() -> None:
    def write(note: Note) -> None:
        n, d = note.dims("n d")
        i = note.index("i", n)
        X = note.matrix("X", n, d)
        x = note.rows("x", X, "examples")
        m = note.family("m", n, d, marker="sup")
        w = note.vector("w", d)
        note.calc((X @ w)[i], eq(x[i].T @ w))
        note.calc(delta(i, i), eq(1))
        note.calc(sum_over(i, m[i]).T @ w, eq(sum_over(i, m[i].T @ w)))

    derivation = written(write)
    x, m = (given.symbol for given in derivation.givens if given.symbol.name in ("x", "m"))
    assert isinstance(x, Symbol)
    assert isinstance(m, Symbol)
    assert (x.family, x.marker, m.marker) == (1, "sub", "sup")
    assert x.definition is not None
    member = Item(m, (derivation.chains[0].lhs.indices[0], None))  # type: ignore[union-attr]
    assert len(member.shape) == 1


def test_laws() -> None:
    def write(note: Note) -> None:
        X, y, w = linear(note)
        L = norm2(X @ w - y)
        note.minimiser(r"\hat{w}", L, w)
        note.maximiser("m", -L, w)
        note.stationary("s", L, w)
        note.eigenpair(X.T @ X, 1, r"\lambda_1", "u_1", "the largest")
        note.eigenvectors("U", X.T @ X, 2)
        note.eigenvalues(r"\ell", X.T @ X, "d")
        note.solves("v", w, equals(X.T @ X @ w, X.T @ y))
        note.random("e", ("n",), "normal", 0, 1)

    found = {given.symbol.name: given for given in written(write).givens}
    kinds = {
        name: given.symbol.law.kind
        for name, given in found.items()
        if isinstance(given.symbol, Symbol) and given.symbol.law is not None
    }
    assert kinds == {
        r"\hat{w}": "minimiser",
        "m": "maximiser",
        "s": "stationary",
        r"\lambda_1": "eigenvalue",
        "u_1": "eigenvector",
        "U": "eigenvectors",
        r"\ell": "eigenvalues",
        "v": "solves",
        "e": "random",
    }
    assert found["u_1"].symbol.shape == found[r"\hat{w}"].symbol.shape
    assert str(found["U"].symbol.shape) == "(d, 2)"
    assert found["u_1"].meaning == r"unit eigenvector to $\lambda_1$"


def test_premises_hold_from_where_they_stand_or_in_their_block() -> None:
    def write(note: Note) -> None:
        n, d = note.dims("n d")
        a, b = note.scalar("a"), note.scalar("b")
        note.calc(a, eq(a))
        with note.suppose(a > 0, equals(a, b)):
            note.calc(a, eq(b))
        note.suppose(n >= d)
        note.calc(b, eq(b))

    counts = [len(chain.premises) for chain in written(write).chains]
    assert counts == [0, 2, 1]
    premise = written(write).chains[2].premises[0]
    assert isinstance(premise, Relation)
    assert repr(premise) == "n >= d"


def test_a_premise_ends_with_its_block_alone() -> None:
    def write(note: Note) -> None:
        a = note.scalar("a")
        note.suppose(a > 0)
        with note.suppose(a > 0):
            note.calc(a, gt(0))
        note.calc(a, gt(0))

    assert [len(chain.premises) for chain in written(write).chains] == [2, 1]


def test_functions() -> None:
    def write(note: Note) -> None:
        (n,) = note.dims("n")
        t, x = note.scalar("t"), note.vector("x", n)
        phi = note.function(r"\phi", "activation")
        f = note.define("f", t, t**2)
        note.calc(f(t, order=1), eq(2 * t))
        note.calc(phi(x), eq(phi(x)))

    derivation = written(write)
    (definition,) = (b for b in derivation.blocks if isinstance(b, Definition))
    assert isinstance(definition.symbol, Function)
    assert definition.symbol.body is not None
    assert derivation.chains[1].lhs.shape == derivation.givens[1].symbol.shape


def test_a_differential_needs_its_variables() -> None:
    note = Note()
    _, _, w = linear(note)
    assert differential(w).wrt == (w,)
    assert differential(2 * w, w).body == 2 * w
    with pytest.raises(RecipeError, match=r"d\(2 w\) needs its variables: differential\(body, w\)"):
        differential(2 * w)


# ------------------------------------------------------------------------------- what it refuses


def failing(function) -> DeriveError:  # type: ignore[no-untyped-def]
    with pytest.raises(DeriveError) as caught:
        written(function)
    return caught.value


def test_a_shape_error_carries_the_line_of_the_recipe() -> None:
    def write(note: Note) -> None:
        X, y, w = linear(note)
        (n,) = note.dims("n")
        note.calc(
            norm2(X @ w - y),
            eq(2 / n * X @ (X @ w - y)),  # HERE: wrong product
        )

    error = failing(write)
    assert isinstance(error, ShapeError)
    assert str(error) == (
        f"{HERE}:{line_of('wrong product')}: cannot multiply 2/n X (n x d) by X w - y (n): "
        "inner sizes d and n differ; did you mean 2/n X^T (X w - y)?"
    )


def test_an_error_inside_a_helper_of_the_recipe() -> None:
    def gram(X: Symbol) -> object:
        return X @ X  # HERE: helper

    def write(note: Note) -> None:
        X, _, _ = linear(note)
        note.calc(X, eq(gram(X)))  # type: ignore[arg-type]

    assert str(failing(write)).startswith(f"{HERE}:{line_of('helper')}: cannot multiply X (n x d)")


def test_sides_of_different_shapes() -> None:
    def write(note: Note) -> None:
        X, y, w = linear(note)
        note.calc(
            grad(norm2(X @ w - y), w),
            eq(2 * (X @ w - y)),  # HERE: other shape
        )

    error = failing(write)
    assert isinstance(error, ShapeError)
    assert str(error) == (
        f"{HERE}:{line_of('other shape')}: cannot write d(||X w - y||^2)/d(w) (d) = "
        "2 (X w - y) (n): the shapes differ"
    )


def test_a_number_is_not_a_vector() -> None:
    def write(note: Note) -> None:
        _, y, _ = linear(note)
        note.calc(y, eq(1))

    assert "cannot write y (n) = 1 (scalar): the shapes differ" in str(failing(write))


def test_holes_without_a_target() -> None:
    def ends(note: Note) -> None:
        a = note.scalar("a")
        note.calc(a, eq(a), ...)

    def twice(note: Note) -> None:
        a = note.scalar("a")
        note.calc(a, ..., ..., eq(a))

    def empty(note: Note) -> None:
        note.calc(note.scalar("a"))

    assert "the last hole (...) after a needs a target: add eq(...)" in str(failing(ends))
    assert "two holes (...) follow each other after a; one is enough" in str(failing(twice))
    assert "a calculation of a needs at least one step, got 0" in str(failing(empty))


def test_a_side_without_eq() -> None:
    def write(note: Note) -> None:
        a = note.scalar("a")
        note.calc(a, a)  # type: ignore[arg-type]

    assert "a is not a step; write eq(...), le(...), ge(...)" in str(failing(write))


def test_a_name_is_declared_once() -> None:
    def write(note: Note) -> None:
        note.scalar("a")  # HERE: first a
        note.vector("a", 3)

    error = failing(write)
    assert f"a is declared twice; it was declared in line {line_of('first a')}" in str(error)


def test_an_unknown_fact_and_distribution() -> None:
    def fact(note: Note) -> None:
        note.scalar("a", "a number", "postive")

    def distribution(note: Note) -> None:
        note.random("a", (), "cauchy")

    def condition(note: Note) -> None:
        note.suppose(True)  # type: ignore[arg-type]

    error = failing(fact)
    assert isinstance(error, UsageError)
    assert "unknown fact 'postive'; known facts: antisymmetric," in str(error)
    assert "a has an unknown distribution 'cauchy'; known: normal," in str(failing(distribution))
    assert "True is not a condition; write equals(a, b) or a >= b" in str(failing(condition))


def test_a_slip_of_python_is_told_with_its_line() -> None:
    def write(note: Note) -> None:
        note.scalar("a").nonsense  # type: ignore[attr-defined]  # noqa: B018  # HERE: slip

    error = failing(write)
    assert isinstance(error, RecipeError)
    assert str(error).startswith(f"{HERE}:{line_of('slip')}: AttributeError: ")


def test_a_fault_of_ours_stays_ours() -> None:
    def write(note: Note) -> None:
        raise InternalError("a table lacks row 3")

    with pytest.raises(InternalError, match=r"^a table lacks row 3; this is a fault of derive"):
        written(write)


@pytest.mark.parametrize("slug", ["", "Two Words", "ends-", "-starts", "a--b", "ünter scheid"])
def test_slugs(slug: str) -> None:
    with pytest.raises(RecipeError, match="is not a slug: lower-case words joined by hyphens"):
        recipe(slug, title="", chapter="")


def test_exact_numbers() -> None:
    def write(note: Note) -> None:
        a = note.scalar("a")
        note.calc(0.5 * a, eq(Fraction(1, 2) * a))

    (chain,) = written(write).chains
    assert repr(chain.lhs) == "0.5 a"


def test_forms_of_one_value_stand_side_by_side_and_are_claimed() -> None:
    def write(note: Note) -> None:
        n, d = note.dims("n d")
        X, r = note.matrix("X", n, d), note.vector("r", n)
        w, j = note.vector("w", d), note.index("j", d)
        note.forms(grad(r.T @ X @ w, w), matrix=X.T @ r, sum=..., index=(j, ...))

    chains = engine.fill(written(write)).chains
    assert [(c.form, c.beside) for c in chains] == [
        ("matrix", False),
        ("sum", True),
        ("index", True),
    ]
    assert [repr(c.steps[0].rhs) for c in chains][1:] == [
        "sum_{i} X_i: r_i",
        "sum_{i} X_ij r_i",
    ]
    assert isinstance(chains[2].lhs, Item)

    def one(note: Note) -> None:
        a = note.vector("a", 3)
        note.forms(a, matrix=a)

    assert "forms of a need two, the first of them written out" in str(failing(one))


def test_forms_stand_side_by_side_on_every_page() -> None:
    made = catalogue()["mse-gradient"].derivation()
    half = [c for c in page_of(made).chains if c.half]
    assert [c.place for c in half] == ["first", "last"]
    assert write(made, to="html").count('<div class="forms">') == 1
    assert write(made, to="tex").count(r"\begin{minipage}[t]{.49\linewidth}") == 2
    for to in ("text", "md", "tex", "html"):
        assert "as a sum over the examples" in write(made, to=to)
