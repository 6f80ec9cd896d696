"""Generated Hessians against jax.hessian, both jitted, in one run: `python benchmarks/hessians.py [repeats]`.

For matrix factorisation the generated function returns the core of the Hessian; its identity factor stays symbolic.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from derive.expr.build import apply, dims, hadamard, norm2, ones, symbol
from derive.expr.nodes import Expr, Symbol
from derive.tensor import generate, structure, textbook

jax.config.update("jax_enable_x64", True)
n, d, k, m = dims("n d k m")
Case = tuple[str, Expr, Symbol, list[Symbol], dict[str, int], Callable[..., Any], bool]


def cases() -> list[Case]:
    """Name, loss, variable, arguments, sizes, the loss in JAX, whether identity factors stay symbolic."""
    X, y, w = symbol("X", n, d), symbol("y", n), symbol("w", d)
    logistic = ones(n).T @ apply("softplus", X @ w) - y.T @ (X @ w)
    A, b, x = symbol("A", n, n), symbol("b", n), symbol("x", n)
    W, Y = symbol("W", d, k), symbol("Y", n, k)
    softmax = ones(n).T @ apply("logsumexp", X @ W) - apply("sum", hadamard(Y, X @ W))
    T, U, V = symbol("T", m, n), symbol("U", m, k), symbol("V", n, k)
    return [
        (
            "logistic regression",
            logistic,
            w,
            [X, y, w],
            {"n": 2000, "d": 100},
            lambda X, y, w: jnp.sum(jax.nn.softplus(X @ w)) - y @ (X @ w),
            False,
        ),
        (
            "quadratic form",
            x.T @ A @ x + b.T @ x,
            x,
            [A, b, x],
            {"n": 500},
            lambda A, b, x: x @ A @ x + b @ x,
            False,
        ),
        (
            "softmax regression",
            softmax,
            W,
            [X, Y, W],
            {"n": 500, "d": 20, "k": 8},
            lambda X, Y, W: jnp.sum(jax.nn.logsumexp(X @ W, axis=1)) - jnp.sum(Y * (X @ W)),
            False,
        ),
        (
            "matrix factorisation",
            norm2(T - U @ V.T),
            U,
            [T, U, V],
            {"m": 100, "n": 80, "k": 10},
            lambda T, U, V: jnp.sum((T - U @ V.T) ** 2),
            True,
        ),
    ]


def seconds(function: Callable[..., Any], values: list[Any], repeats: int) -> float:
    """Median time of a jitted function after compilation."""
    jax.block_until_ready(function(*values))
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        jax.block_until_ready(function(*values))
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def compiled(source: str) -> Callable[..., Any]:
    """The jitted function of a source text."""
    scope: dict[str, Any] = {"jax": jax, "jnp": jnp, "np": np}
    exec(source, scope)
    function: Callable[..., Any] = jax.jit(scope["hessian"])
    return function


def whole(core: Any, pairs: tuple[tuple[int, int], ...], shape: tuple[int, ...]) -> Any:
    """The full array from its core and the pairs of axes on which it is an identity."""
    absent = {b for _, b in pairs}
    letters = [chr(97 + axis) for axis in range(len(shape))]
    inputs = ["".join(x for axis, x in enumerate(letters) if axis not in absent)]
    inputs += [letters[a] + letters[b] for a, b in pairs]
    eyes = [jnp.eye(shape[a]) for a, _ in pairs]
    return jnp.einsum(",".join(inputs) + "->" + "".join(letters), core, *eyes)


def main() -> int:
    """Print ratios; exit status 1 when a generated Hessian is wrong."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    rng = np.random.default_rng(0)
    bad = 0
    for name, loss, variable, arguments, sizes, reference, structured in cases():
        result = textbook(loss, (variable, variable))
        source = generate(
            result.value, arguments, "jax", "hessian", layout=result.layout, structured=structured
        )
        values = [
            jnp.asarray(0.3 * rng.standard_normal(tuple(s.value(sizes) for s in a.dims)))
            for a in arguments
        ]
        ours, theirs = compiled(source), jax.jit(jax.hessian(reference, arguments.index(variable)))
        want = theirs(*values)
        got = ours(*values)
        if structured:
            got = whole(got, structure(result.value, result.layout).pairs, want.shape)
        error = float(jnp.abs(got - want).max() / jnp.abs(want).max())
        bad += error > 1e-9
        mine, other = (seconds(f, values, repeats) for f in (ours, theirs))
        print(
            f"{name:22} {1e3 * mine:9.3f} ms  jax.hessian {1e3 * other:9.3f} ms  "
            f"ratio {other / mine:8.1f}   error {error:.0e}   {result.value!r}"
        )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
