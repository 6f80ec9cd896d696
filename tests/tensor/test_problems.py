"""The sample problems: generated functions agree with autodiff, and results have the notation of the book."""

import json
import pathlib
import runpy

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from derive.errors import NoRuleError
from derive.expr.nodes import Apply, Derivative, Item, Symbol
from derive.expr.walk import free_symbols, post_order
from derive.tensor import derivative, entries, generate, parameter_names, size_arguments

DATA = pathlib.Path(__file__).resolve().parents[1] / "data" / "gradients"
EXPRESSIONS = runpy.run_path(str(DATA / "expressions.py"))["PROBLEMS"]
SAMPLING = runpy.run_path(str(DATA / "sampling.py"))
PROBLEMS = {
    p["id"]: p for p in map(json.loads, (DATA / "problems.jsonl").read_text("utf-8").splitlines())
}
#: the book gives these entry by entry
BY_ENTRIES = {"mf-hess", "mf-masked-hess", "xxt-jac", "conv1d"}
#: entries that the author's own formula has
WRITTEN_ENTRIES = {"conv1d", "glove", "softmax-reg-prml"}


def solve(name):
    """(result, layout or None) of a problem."""
    body, variable = EXPRESSIONS[name]
    wrt = (variable,) * (2 if PROBLEMS[name]["kind"] == "hessian" else 1)
    try:
        result = derivative(body, wrt)
    except NoRuleError:
        found = entries(body, wrt)
        return found.value, found.layout
    assert result.shape == Derivative(body, wrt).shape
    return result, None


def test_every_problem_is_translated():
    assert set(EXPRESSIONS) == set(PROBLEMS)
    assert len(EXPRESSIONS) >= 40


@pytest.mark.parametrize("name", list(PROBLEMS))
def test_generated_functions_agree_with_autodiff(name):
    problem = PROBLEMS[name]
    result, layout = solve(name)
    body, _ = EXPRESSIONS[name]
    arguments = list(dict.fromkeys([*free_symbols(body), *free_symbols(result)]))
    names = parameter_names(arguments)
    functions = {}
    for target in ("jax", "numpy"):
        scope = {"jax": jax, "jnp": jnp, "np": np}
        exec(generate(result, arguments, target, "gradient", layout=layout), scope)
        functions[target] = scope["gradient"]
    for dims in problem["dims"]:
        point = SAMPLING["sample"](problem, dims)
        want = np.asarray(SAMPLING["truth"](problem, dims, point))
        given = {names[s.name]: point[problem["vars"][s.name]["py"]] for s in arguments}
        sizes = {size: dims[size] for size in size_arguments(result, arguments, layout)}
        for target, function in functions.items():
            if target == "numpy":
                given = {key: np.asarray(value) for key, value in given.items()}
            got = np.asarray(function(**given, **sizes), dtype=float)
            assert got.shape == want.shape, target
            tolerance = 1e-8 * max(1, np.abs(want).max())
            np.testing.assert_allclose(got, want, rtol=1e-8, atol=tolerance, err_msg=target)


def has_entries(expr) -> bool:
    """Whether a formula has entries, deltas or unit vectors; members of families are no entries."""
    for node in post_order(expr):
        if isinstance(node, Apply) and node.function in ("kronecker_delta", "unit_vector"):
            return True
        if isinstance(node, Item):
            base = node.base
            if not isinstance(base, Symbol):
                return True
            if any(i is not None for i in node.indices[base.family :]):
                return True
    return False


@pytest.mark.parametrize("name", [n for n in PROBLEMS if n not in BY_ENTRIES | WRITTEN_ENTRIES])
def test_no_index_notation_where_the_book_has_none(name):
    result, layout = solve(name)
    assert layout is None
    assert not has_entries(result), result


#: what a book prints, in the plain form of expressions
BOOK = {
    "tr-affine-sq": "2 A^T (A X B + C) B^T",
    "tr-inv-XtCX-A": "-C X (X^T C X)^-1 (A + A^T) (X^T C X)^-1",
    "det-XtAX-sq": "2 det(X^T A X) (X^-1)^T",
    "logdet-spd": "Sigma^-1",
    "quad-centred": "2 W (x - s)",
    "affine-quad-X": "(D + D^T) (X b + c) b^T",
    "ols-half-mean": "-1/n X^T (y - X w)",
    "l2-of-affine": "A^T (A x - b)/||A x - b||",
    "softmax-ce-hess": "diag(p) - p p^T",
    "exponential": "n/lambda - sum_{i} t_i_i",
    "elementwise-exp-jac": "diag(exp(A x)) A",
    "mse-batch-b": "(X W + 1 b^T - Y)^T 1",
    "mf-hess": "2 kronecker_delta(i, k) (V^T V)_jl",
    "sc-quotient": "(1 - x^2)/(1 + x^2)^2",
    "sc-arctan": "arctan(x)",
}


@pytest.mark.parametrize("name", list(BOOK))
def test_the_form_of_a_book(name):
    result, _ = solve(name)
    assert repr(result) == BOOK[name]
