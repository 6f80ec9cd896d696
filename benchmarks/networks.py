"""All gradients of networks of 10 to 1000 layers in one sweep, and how the time grows with depth."""

from __future__ import annotations

import sys
import time

from derive.expr.build import apply, dims, norm2, symbol
from derive.expr.nodes import Expr, Symbol
from derive.tensor import gradients

n, batch = dims("n N")
DEPTHS = (10, 50, 200, 1000)


def network(depth: int, by_batch: bool) -> tuple[Expr, list[Symbol]]:
    """(squared loss, parameters) of a tanh network for one example or for a batch in rows."""
    shape = (batch, n) if by_batch else (n,)
    x, y = symbol("X" if by_batch else "x", *shape), symbol("Y" if by_batch else "y", *shape)
    h: Expr = x
    parameters: list[Symbol] = []
    for level in range(1, depth + 1):
        weight = symbol(f"W_{{{level}}}", n, n)
        parameters.append(weight)
        if by_batch:
            z: Expr = h @ weight
        else:
            bias = symbol(f"b_{{{level}}}", n)
            parameters.append(bias)
            z = weight @ h + bias
        z = symbol(f"z_{{{level}}}", definition=z)
        h = symbol(f"h_{{{level}}}", definition=apply("tanh", z))
    return norm2(h - y), parameters


def best(depth: int, by_batch: bool, repeats: int = 3) -> float:
    """Processor seconds for all gradients, the best of several runs."""
    times = []
    for _ in range(repeats):
        loss, parameters = network(depth, by_batch)
        start = time.process_time()
        gradients(loss, parameters)
        times.append(time.process_time() - start)
    return min(times)


def main() -> int:
    """Print a table; exit status 1 when 50 layers take 0.1 s or the growth is more than linear by half."""
    bad = 0
    for by_batch in (False, True):
        print("batch in rows" if by_batch else "one example, with biases")
        first = None
        for depth in DEPTHS:
            seconds = best(depth, by_batch)
            layer = 1000 * seconds / depth
            first = first or (layer if depth == DEPTHS[1] else None)
            growth = f"   {layer / first:4.2f} x the time per layer of 50" if first else ""
            print(f"  {depth:5} layers {1000 * seconds:8.1f} ms {layer:6.2f} ms a layer{growth}")
            bad += (depth == 50 and seconds >= 0.1) or (first is not None and layer > 1.5 * first)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
