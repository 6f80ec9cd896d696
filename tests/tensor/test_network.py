"""Deep networks: all gradients in one sweep whose size is linear in the depth, counted in nodes."""

import jax
import jax.numpy as jnp
import numpy as np

from derive.expr.build import apply, dims, norm2, symbol
from derive.expr.walk import free_symbols, inline
from derive.tensor import derivative, generate, gradients, parameter_names
from derive.tensor.graph import Graph
from derive.tensor.lower import Lowering
from derive.tensor.reverse import free_variable, sweep

n, m = dims("n m")


def network(depth, named=True):
    """(loss, weights and biases) of a network whose layers are defined symbols."""
    x, y = symbol("x", n), symbol("y", n)
    h, parameters = x, []
    for level in range(1, depth + 1):
        W, b = symbol(f"W_{{{level}}}", n, n), symbol(f"b_{{{level}}}", n)
        parameters += [W, b]
        z = W @ h + b
        if named:
            z = symbol(f"z_{{{level}}}", definition=z)
            h = symbol(f"h_{{{level}}}", definition=apply("tanh", z))
        else:
            h = apply("tanh", z)
    return norm2(h - y), parameters


def nodes_of_sweep(depth, named):
    loss, parameters = network(depth, named)
    graph = Graph()
    lowering = Lowering(graph)
    lowering.variables.update((s, free_variable(s)) for s in parameters)
    root = lowering(loss).node
    found = sweep(graph, root, [graph.leaf(s) for s in parameters])
    assert len(found) == 2 * depth
    return len(graph)


def test_size_of_the_sweep_is_linear_in_depth():
    for named in (True, False):
        small, middle, large = (nodes_of_sweep(depth, named) for depth in (20, 40, 80))
        assert middle - small > 0
        assert abs((large - middle) - 2 * (middle - small)) <= 0.1 * (large - middle)


def test_a_thousand_layers_do_not_exhaust_the_stack():
    loss, parameters = network(1000)
    found = gradients(loss, parameters)
    assert repr(found[parameters[0]]).lstrip("\\") == "delta_{z_{1}} x^T"
    assert repr(found[parameters[-1]]).lstrip("\\") == "delta_{z_{1000}}"


def test_gradients_without_names_go_deep():
    loss, parameters = network(150, named=False)
    found = gradients(loss, parameters)
    assert found[parameters[0]].shape == parameters[0].shape


def test_gradients_of_a_network_agree_with_autodiff():
    jax.config.update("jax_enable_x64", True)
    loss, parameters = network(4)
    rng = np.random.default_rng(0)
    symbols = free_symbols(loss)
    values = {s.name: jnp.asarray(rng.standard_normal((3,) * s.rank)) for s in symbols}
    names = parameter_names(symbols)
    scope = {"jax": jax, "jnp": jnp, "np": np}
    exec(generate(inline(loss), symbols, "jax", "loss"), scope)
    given = {names[k]: v for k, v in values.items()}
    for symbol_, value in gradients(loss, parameters).items():
        exec(generate(value, symbols, "jax", "gradient"), scope)
        key = names[symbol_.name]
        want = jax.grad(lambda v, key=key: scope["loss"](**{**given, key: v}))(given[key])
        np.testing.assert_allclose(scope["gradient"](**given), want, rtol=1e-9, atol=1e-12)
        assert derivative(loss, (symbol_,)).shape == symbol_.shape
