"""Derivatives that books ask for: `derive.differentiate` agrees with autodiff of a reference in JAX.

A sixteenth of tests/data/gradients/more.jsonl runs here; all of them run with
`DERIVE_ALL_PROBLEMS=1 pytest tests/faces/test_more_problems.py`.
"""

import json
import os
import pathlib
import re
import runpy

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import derive
from derive.errors import DeriveError

DATA = pathlib.Path(__file__).resolve().parents[1] / "data" / "gradients"
SAMPLING = runpy.run_path(str(DATA / "sampling.py"))
PROBLEMS = [json.loads(line) for line in (DATA / "more.jsonl").read_text("utf-8").splitlines()]
STEP = 1 if os.environ.get("DERIVE_ALL_PROBLEMS") else 16
#: refused with a reason, not answered wrongly
REFUSED = {
    "m-vec-kron": "a reshaped array has no matrix notation",
    "s-kronvec": "a reshaped array has no matrix notation",
}


def answer(problem):
    return derive.differentiate(
        problem["expr"],
        wrt=problem["wrt"],
        given=problem["given"],
        where=problem.get("where", []),
        kind=problem["kind"],
        check=False,
    ).to_json()


CHOSEN = [p for p in PROBLEMS if p["id"] not in REFUSED][::STEP]


@pytest.mark.parametrize("problem", CHOSEN, ids=[p["id"] for p in CHOSEN])
def test_answer_agrees_with_autodiff(problem):
    found = answer(problem)
    source = found["result"]["jax"]
    scope = {"jax": jax, "jnp": jnp, "np": np}
    exec(source, scope)
    function = scope[re.search(r"^def\s+(\w+)", source, re.M).group(1)]
    for dims in problem["dims"]:
        point = SAMPLING["sample"](problem, dims)
        values = {name: point[spec["py"]] for name, spec in problem["vars"].items()}
        values = dims | values
        got = np.asarray(function(**{p: values[s] for s, p in found["arguments"].items()}), float)
        want = np.asarray(SAMPLING["truth"](problem, dims, point))
        assert got.shape == want.shape
        np.testing.assert_allclose(got, want, rtol=1e-8, atol=1e-8 * max(1, np.abs(want).max()))


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_cannot_be_done_is_refused_with_a_reason(name):
    problem = next(p for p in PROBLEMS if p["id"] == name)
    with pytest.raises(DeriveError, match=REFUSED[name]):
        answer(problem)
