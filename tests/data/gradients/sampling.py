"""Random points of problems.jsonl and their derivatives by JAX autodiff of the reference in the file."""

import zlib

import jax
import jax.numpy as jnp
import jax.scipy as jsp
import jax.scipy.linalg
import jax.scipy.special
import jax.scipy.stats
import numpy as np
from jax import lax

jax.config.update("jax_enable_x64", True)


def shape_of(spec, dims):
    return tuple(int(eval(str(s), {"__builtins__": {}}, dims)) for s in spec["shape"])


def spd(rng, shape):
    a = rng.standard_normal(shape)
    return a @ np.swapaxes(a, -1, -2) / shape[-1] + 0.7 * np.eye(shape[-1])


def symmetric(rng, shape):
    a = rng.standard_normal(shape)
    return (a + np.swapaxes(a, -1, -2)) / 2


def simplex(rng, shape):
    a = np.exp(rng.standard_normal(shape))
    return a / a.sum(-1, keepdims=True)


def lower(rng, shape):
    return np.tril(0.5 * rng.standard_normal(shape), -1) + np.diag(
        np.exp(0.3 * rng.standard_normal(shape[-1]))
    )


def square_distances(rng, shape):
    points = rng.standard_normal((shape[0], 3))
    return ((points[:, None] - points[None]) ** 2).sum(-1)


def joint(rng, shape):
    a = np.exp(rng.standard_normal(shape))
    a = a + a.T
    np.fill_diagonal(a, 0.0)
    return a / a.sum()


DRAW = {
    "small": lambda rng, s: 0.1 * rng.standard_normal(s),
    "slack": lambda rng, s: 3.0 + np.abs(rng.standard_normal(s)),
    "lower": lower,
    "sqdist": square_distances,
    "jointsym": joint,
    "real": lambda rng, s: rng.standard_normal(s),
    "positive": lambda rng, s: np.exp(0.4 * rng.standard_normal(s)) + 0.2,
    "gt1": lambda rng, s: 1.5 + np.abs(rng.standard_normal(s)),
    "probability": lambda rng, s: rng.uniform(0.1, 0.9, s),
    "spd": spd,
    "symmetric": symmetric,
    "invertible": lambda rng, s: 0.5 * rng.standard_normal(s) + 1.8 * np.eye(s[-1]),
    "simplex": simplex,
    "binary": lambda rng, s: (rng.random(s) < 0.5).astype(float),
    "sign": lambda rng, s: np.where(rng.random(s) < 0.5, -1.0, 1.0),
    "count": lambda rng, s: rng.poisson(2.0, s).astype(float),
    "onehot": lambda rng, s: np.eye(s[-1])[rng.integers(0, s[-1], s[:-1])],
}


def sample(problem, dims, seed=0):
    """Parameter of the reference -> array."""
    rng = np.random.default_rng([zlib.crc32(problem["id"].encode()), seed, *dims.values()])
    variables = problem["vars"].values()
    return {v["py"]: jnp.asarray(DRAW[v["domain"]](rng, shape_of(v, dims))) for v in variables}


def truth(problem, dims, point):
    """The derivative of the reference, f.shape + x.shape."""
    name = problem["vars"][problem["wrt"]]["py"]
    scope = {"jnp": jnp, "jax": jax, "jsp": jsp, "lax": lax, **dims}

    def reference(value):
        return jnp.asarray(eval(problem["ref"], {**scope, **point, name: value}))

    kinds = {"gradient": jax.grad, "jacobian": jax.jacrev, "hessian": jax.hessian}
    out = kinds[problem["kind"]](reference)(point[name])
    if problem.get("structure") == "symmetric":
        out = jnp.triu(out) + jnp.triu(out, 1).T
    return out
