"""The sample problems and relations: each reads to a tree whose value is that of its reference."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

import numpy as np
import pytest

from derive.checker.evaluate import Evaluator
from derive.checker.numpy_kernel import NumpyKernel
from derive.checker.plan import Plan
from derive.expr.nodes import Expr, Item, Symbol
from derive.expr.walk import free_symbols
from derive.reader.reading.expression import read_expression, read_together, table_of

DATA = Path(__file__).parent.parent / "data"


def _module(path: Path):
    spec = importlib.util.spec_from_file_location("sampling", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


PROBLEMS = _lines(DATA / "gradients" / "problems.jsonl")
RELATIONS = _lines(DATA / "reader" / "identities.jsonl")


def value(expr: Expr, sizes: dict[str, int], arrays: dict[str, np.ndarray]) -> np.ndarray:
    """The value of an expression at named arrays, by the judge's own evaluator."""
    values = {}
    for symbol in free_symbols(expr):
        array = np.asarray(arrays.get(symbol.name, np.zeros(())), dtype=float)
        values[symbol] = array.reshape((1, 1, *array.shape))
    return np.asarray(Evaluator(NumpyKernel(), sizes, values, Plan([expr])).value(expr))[0, 0]


def base_of(node: Expr) -> Symbol:
    found = node.base if isinstance(node, Item) else node
    assert isinstance(found, Symbol)
    return found


@pytest.mark.parametrize("problem", PROBLEMS, ids=[p["id"] for p in PROBLEMS])
def test_a_problem_reads_to_the_value_of_its_reference(problem) -> None:
    sampling = _module(DATA / "gradients" / "sampling.py")
    table = table_of(problem["given"], problem.get("where", []))
    expr = read_expression(problem["expr"], table=table)
    for dims in problem["dims"]:
        point = sampling.sample(problem, dims, 0)
        arrays: dict[str, np.ndarray] = {k: np.asarray(float(v)) for k, v in dims.items()}
        for name, spec in problem["vars"].items():
            symbol = base_of(read_expression(name, table=table.copy()))
            arrays[symbol.name] = np.asarray(point[spec["py"]])
            assert tuple(s.value(dims) for s in symbol.dims) == arrays[symbol.name].shape
        scope = {"jnp": sampling.jnp, "jax": sampling.jax, "jsp": sampling.jsp, "lax": sampling.lax}
        want = np.asarray(eval(problem["ref"], scope | dims | point))
        got = value(expr, dims, arrays)
        assert got.shape == want.shape
        np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-9)


def declarations(text: str) -> list[str]:
    """`Let $A \\in ...$ be symmetric; let ...` as formal declarations with their words."""
    found: list[str] = []
    for clause in re.split(r";|\.\s*$", text):
        parts = re.split(r"\$([^$]*)\$", clause)
        for math, words in zip(parts[1::2], parts[2::2], strict=True):
            words = words.strip()
            if "rows" in words:
                found.append(math)
            elif math.endswith(r"^\top") and "\\in" not in math:
                found.append(math + r"\text{ is row of }" + found[-1].split(r"\in")[0])
            else:
                found.append(math + (rf"\text{{ {words}}}" if words not in ("", "with") else ""))
    return found


@pytest.mark.parametrize("relation", RELATIONS, ids=[r["id"] for r in RELATIONS])
def test_both_sides_of_a_relation_are_read(relation) -> None:
    table = table_of(declarations(relation["decl_tex"]))
    left, right = read_together([relation["lhs_tex"], relation["rhs_tex"]], table)
    assert left.shape == right.shape or not right.shape
