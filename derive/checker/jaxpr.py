"""Runs a traced JAX function in NumPy: no compiler, so that a new function costs milliseconds.

The common primitives have NumPy forms here; any other is run by JAX itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from jax.extend.core import ClosedJaxpr, Literal

Rule = Callable[..., Any]


def _sigmoid(x: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-x))


_ERF = np.vectorize(math.erf, otypes=[np.float64])

DIRECT: dict[str, Rule] = {
    "add": np.add,
    "add_any": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "neg": np.negative,
    "exp": np.exp,
    "log": np.log,
    "log1p": np.log1p,
    "expm1": np.expm1,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "sign": np.sign,
    "floor": np.floor,
    "max": np.maximum,
    "min": np.minimum,
    "eq": np.equal,
    "ne": np.not_equal,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
    "and": np.logical_and,
    "or": np.logical_or,
    "not": np.logical_not,
    "square": np.square,
    "pow": np.power,
    "logistic": _sigmoid,
    "erf": _ERF,
    "is_finite": np.isfinite,
    "stop_gradient": lambda x: x,
    "copy": lambda x: x,
    "copy_p": lambda x: x,
    "rsqrt": lambda x: 1.0 / np.sqrt(x),
}


def _div(a: Any, b: Any) -> Any:
    if np.issubdtype(np.asarray(a).dtype, np.integer):
        return np.trunc(np.divide(a, b)).astype(np.asarray(a).dtype)
    return np.divide(a, b)


def _broadcast(x: Any, *, shape: Any, broadcast_dimensions: Any, **_: Any) -> Any:
    full = [1] * len(shape)
    for axis, place in enumerate(broadcast_dimensions):
        full[place] = np.shape(x)[axis]
    return np.broadcast_to(np.reshape(x, full), shape)


def _dot(a: Any, b: Any, *, dimension_numbers: Any, **_: Any) -> Any:
    (contract_a, contract_b), (batch_a, batch_b) = dimension_numbers
    names_a, names_b = list(range(a.ndim)), list(range(100, 100 + b.ndim))
    for i, j in (*zip(contract_a, contract_b, strict=True), *zip(batch_a, batch_b, strict=True)):
        names_b[j] = names_a[i]
    letters: dict[int, str] = {}

    def text(names: Sequence[int]) -> str:
        return "".join(letters.setdefault(n, chr(97 + len(letters))) for n in names)

    used_a, used_b = set(contract_a) | set(batch_a), set(contract_b) | set(batch_b)
    out = [names_a[i] for i in batch_a]
    out += [n for i, n in enumerate(names_a) if i not in used_a]
    out += [n for j, n in enumerate(names_b) if j not in used_b]
    return np.einsum(f"{text(names_a)},{text(names_b)}->{text(out)}", a, b)


def _select(which: Any, *cases: Any) -> Any:
    if len(cases) == 2 and np.asarray(which).dtype == bool:
        return np.where(which, cases[1], cases[0])
    return np.choose(which, cases)


def _iota(*, dtype: Any, shape: Any, dimension: int, **_: Any) -> Any:
    line = np.arange(shape[dimension], dtype=dtype)
    full = [1] * len(shape)
    full[dimension] = shape[dimension]
    return np.broadcast_to(line.reshape(full), shape)


def _integer_pow(x: Any, *, y: int) -> Any:
    return np.power(x, float(y)) if y < 0 else np.power(x, y)


RULES: dict[str, Rule] = {
    "div": _div,
    "broadcast_in_dim": _broadcast,
    "dot_general": _dot,
    "select_n": _select,
    "iota": _iota,
    "integer_pow": _integer_pow,
    "reduce_sum": lambda x, *, axes, **_: np.sum(x, axis=tuple(axes)),
    "reduce_max": lambda x, *, axes, **_: np.max(x, axis=tuple(axes)),
    "reduce_min": lambda x, *, axes, **_: np.min(x, axis=tuple(axes)),
    "reduce_prod": lambda x, *, axes, **_: np.prod(x, axis=tuple(axes)),
    "reshape": lambda x, *, new_sizes, **_: np.reshape(x, new_sizes),
    "transpose": lambda x, *, permutation: np.transpose(x, permutation),
    "squeeze": lambda x, *, dimensions: np.squeeze(x, tuple(dimensions)),
    "expand_dims": lambda x, *, dimensions: np.expand_dims(x, tuple(dimensions)),
    "concatenate": lambda *xs, dimension: np.concatenate(xs, axis=dimension),
    "convert_element_type": lambda x, *, new_dtype, **_: np.asarray(x).astype(new_dtype),
}
#: primitives that call another traced function, and the parameter that holds it
CALLS = {
    "pjit": "jaxpr",
    "jit": "jaxpr",
    "closed_call": "call_jaxpr",
    "core_call": "call_jaxpr",
    "custom_jvp_call": "call_jaxpr",
    "custom_vjp_call": "call_jaxpr",
}


def run(traced: Any, arguments: Sequence[Any]) -> list[Any]:
    """The values of a traced function (a `ClosedJaxpr`) at NumPy arrays."""
    jaxpr, constants = traced.jaxpr, traced.consts
    known: dict[Any, Any] = {}

    def read(atom: Any) -> Any:
        return np.asarray(atom.val) if isinstance(atom, Literal) else known[atom]

    known.update(zip(jaxpr.constvars, map(np.asarray, constants), strict=True))
    known.update(zip(jaxpr.invars, arguments, strict=True))
    for equation in jaxpr.eqns:
        values = [read(v) for v in equation.invars]
        results = _step(equation, values)
        known.update(zip(equation.outvars, results, strict=True))
    return [read(v) for v in jaxpr.outvars]


def _step(equation: Any, values: list[Any]) -> list[Any]:
    name, params = equation.primitive.name, equation.params
    if name in CALLS and CALLS[name] in params:
        inner = params[CALLS[name]]
        if not isinstance(inner, ClosedJaxpr):
            inner = ClosedJaxpr(inner, ())
        return run(inner, values)
    if name in DIRECT:
        return [DIRECT[name](*values)]
    if name in RULES:
        return [RULES[name](*values, **params)]
    found = equation.primitive.bind(*(jax.numpy.asarray(v) for v in values), **params)
    listed = found if equation.primitive.multiple_results else [found]
    return [np.asarray(v) for v in listed]
