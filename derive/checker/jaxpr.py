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


def _lu(a: Any, **_: Any) -> list[Any]:
    from scipy import linalg

    flat = np.reshape(a, (-1, *a.shape[-2:]))
    factors, pivots, orders = np.empty_like(flat), [], []
    for position, matrix in enumerate(flat):
        factors[position], pivot = linalg.lu_factor(matrix)
        order = np.arange(len(pivot))
        for row, other in enumerate(pivot):
            order[[row, other]] = order[[other, row]]
        pivots.append(pivot)
        orders.append(order)
    lead = a.shape[:-2]
    shaped = [
        np.reshape(np.array(v, dtype=np.int32), (*lead, a.shape[-1])) for v in (pivots, orders)
    ]
    return [factors.reshape(a.shape), *shaped]


def _triangular(
    a: Any,
    b: Any,
    *,
    left_side: bool,
    lower: bool,
    transpose_a: bool,
    unit_diagonal: bool,
    **_: Any,
) -> Any:
    matrix = np.tril(a) if lower else np.triu(a)
    if unit_diagonal:
        one = np.eye(a.shape[-1])
        matrix = matrix * (1 - one) + one
    if transpose_a:
        matrix = np.swapaxes(matrix, -1, -2)
    if left_side:
        return np.linalg.solve(matrix, b)
    solved = np.linalg.solve(np.swapaxes(matrix, -1, -2), np.swapaxes(b, -1, -2))
    return np.swapaxes(solved, -1, -2)


def _slice(x: Any, *, start_indices: Any, limit_indices: Any, strides: Any) -> Any:
    steps = strides or (1,) * len(start_indices)
    return x[tuple(map(slice, start_indices, limit_indices, steps))]


def _pad(x: Any, value: Any, *, padding_config: Any) -> Any:
    shape = [
        lo + hi + n + max(n - 1, 0) * gap
        for n, (lo, hi, gap) in zip(x.shape, padding_config, strict=True)
    ]
    outer = [
        length + max(-lo, 0) + max(-hi, 0)
        for length, (lo, hi, _) in zip(shape, padding_config, strict=True)
    ]
    out = np.full(outer, value, dtype=np.asarray(x).dtype)
    place = tuple(
        slice(max(lo, 0), max(lo, 0) + n + max(n - 1, 0) * gap, gap + 1)
        for n, (lo, _, gap) in zip(x.shape, padding_config, strict=True)
    )
    out[place] = x
    return out[
        tuple(
            slice(max(-lo, 0), max(-lo, 0) + n)
            for n, (lo, _, _) in zip(shape, padding_config, strict=True)
        )
    ]


def _sort(*values: Any, dimension: int, is_stable: bool, num_keys: int, **_: Any) -> list[Any]:
    if num_keys != 1:
        raise NotImplementedError("several keys")
    order = np.argsort(values[0], axis=dimension, kind="stable")
    return [np.take_along_axis(np.asarray(v), order, axis=dimension) for v in values]


def _gather(x: Any, indices: Any, *, dimension_numbers: Any, slice_sizes: Any, **_: Any) -> Any:
    """Slices of `x` at the last axis of `indices`; without batches, and inside of `x` only."""
    numbers = dimension_numbers
    if numbers.operand_batching_dims or numbers.start_indices_batching_dims:
        raise NotImplementedError("batches")
    x, indices = np.asarray(x), np.asarray(indices)
    batch = indices.shape[:-1]
    starts = indices.reshape(-1, indices.shape[-1])
    last = np.array([x.shape[axis] - slice_sizes[axis] for axis in numbers.start_index_map])
    if starts.size and ((starts < 0).any() or (starts > last).any()):
        raise NotImplementedError("an index outside")
    kept = [a for a in range(x.ndim) if a not in numbers.collapsed_slice_dims]
    out = np.empty((len(starts), *(slice_sizes[a] for a in kept)), dtype=x.dtype)
    for place, start in enumerate(starts):
        first = dict(zip(numbers.start_index_map, start.tolist(), strict=True))
        cut = tuple(slice(first.get(a, 0), first.get(a, 0) + slice_sizes[a]) for a in range(x.ndim))
        out[place] = np.squeeze(x[cut], axis=tuple(numbers.collapsed_slice_dims))
    out = out.reshape((*batch, *out.shape[1:]))
    rest = [a for a in range(out.ndim) if a not in numbers.offset_dims]
    order = [0] * out.ndim
    for position, axis in enumerate(rest):
        order[axis] = position
    for position, axis in enumerate(numbers.offset_dims):
        order[axis] = len(batch) + position
    return np.transpose(out, order)


def _scatter(
    x: Any, indices: Any, updates: Any, *, dimension_numbers: Any, added: bool = False, **_: Any
) -> Any:
    """`x` with updates put, or `added`, at the last axis of `indices`; without batches, and inside of `x` only."""
    numbers = dimension_numbers
    if numbers.operand_batching_dims or numbers.scatter_indices_batching_dims:
        raise NotImplementedError("batches")
    out, indices, updates = np.array(x), np.asarray(indices), np.asarray(updates)
    window = numbers.update_window_dims
    rest = [a for a in range(updates.ndim) if a not in window]
    moved = np.transpose(updates, (*rest, *window))
    starts = indices.reshape(-1, indices.shape[-1])
    shape = moved.shape[len(rest) :]
    own = [a for a in range(out.ndim) if a not in numbers.inserted_window_dims]
    sizes = dict(zip(own, shape, strict=True))
    for start, block in zip(starts, moved.reshape((-1, *shape)), strict=True):
        first = dict(zip(numbers.scatter_dims_to_operand_dims, start.tolist(), strict=True))
        begin = [first.get(a, 0) for a in range(out.ndim)]
        end = [b + sizes.get(a, 1) for a, b in enumerate(begin)]
        if any(b < 0 or e > n for b, e, n in zip(begin, end, out.shape, strict=True)):
            raise NotImplementedError("an index outside")
        cut = tuple(slice(b, e) for b, e in zip(begin, end, strict=True))
        new = block.reshape([e - b for b, e in zip(begin, end, strict=True)])
        out[cut] = out[cut] + new if added else new
    return out


def _scatter_add(*values: Any, **params: Any) -> Any:
    return _scatter(*values, added=True, **params)


def _split(x: Any, *, sizes: Any, axis: int) -> list[Any]:
    return list(np.split(x, np.cumsum(sizes)[:-1], axis=axis))


def _special(name: str) -> Rule:
    def function(*values: Any) -> Any:
        from scipy import special

        return getattr(special, name)(*values)

    return function


RULES: dict[str, Rule] = {
    "sort": _sort,
    "gather": _gather,
    "scatter": _scatter,
    "scatter-add": _scatter_add,
    "scatter_add": _scatter_add,
    "lgamma": _special("gammaln"),
    "digamma": _special("psi"),
    "polygamma": _special("polygamma"),
    "split": _split,
    "tile": lambda x, *, reps: np.tile(x, reps),
    "rev": lambda x, *, dimensions: np.flip(x, dimensions),
    "argmax": lambda x, *, axes, index_dtype, **_: np.argmax(x, axis=axes[0]).astype(index_dtype),
    "argmin": lambda x, *, axes, index_dtype, **_: np.argmin(x, axis=axes[0]).astype(index_dtype),
    "clamp": lambda low, x, high: np.clip(x, low, high),
    "lu": _lu,
    "triangular_solve": _triangular,
    "slice": _slice,
    "pad": _pad,
    "rem": lambda a, b: np.fmod(a, b),
    "reduce_or": lambda x, *, axes, **_: np.any(x, axis=tuple(axes)),
    "reduce_and": lambda x, *, axes, **_: np.all(x, axis=tuple(axes)),
    "cumprod": lambda x, *, axis, reverse, **_: (
        np.flip(np.cumprod(np.flip(x, axis), axis), axis) if reverse else np.cumprod(x, axis)
    ),
    "cumsum": lambda x, *, axis, reverse, **_: (
        np.flip(np.cumsum(np.flip(x, axis), axis), axis) if reverse else np.cumsum(x, axis)
    ),
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
    "reshape": lambda x, *, new_sizes, dimensions, **_: np.reshape(
        x if dimensions is None else np.transpose(x, dimensions), new_sizes
    ),
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
        try:
            result = RULES[name](*values, **params)
        except NotImplementedError:
            return _by_jax(equation, values)
        return result if isinstance(result, list) else [result]
    if name == "cond":
        return run(params["branches"][int(values[0])], values[1:])
    if name == "custom_linear_solve":
        return _linear_solve(params, values)
    return _by_jax(equation, values)


def _linear_solve(params: Any, values: list[Any]) -> list[Any]:
    """The solver's own function, at its constants and the right side."""
    lengths = params["const_lengths"]
    start = lengths.matvec + lengths.vecmat
    constants = values[start : start + lengths.solve]
    right = values[start + lengths.solve + lengths.transpose_solve :]
    return run(params["jaxprs"].solve, [*constants, *right])


def _by_jax(equation: Any, values: list[Any]) -> list[Any]:
    params = equation.params
    found = equation.primitive.bind(*(jax.numpy.asarray(v) for v in values), **params)
    listed = found if equation.primitive.multiple_results else [found]
    return [np.asarray(v) for v in listed]
