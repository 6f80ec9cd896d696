"""The values of an expression at given points in float64, for pictures and programs; nothing is judged here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from derive.checker.evaluate import Evaluator
from derive.checker.numpy_kernel import NumpyKernel
from derive.checker.plan import Plan
from derive.expr.nodes import Expr, Symbol


def values_at(expr: Expr, values: Mapping[Symbol, Any], sizes: Mapping[str, int]) -> Any:
    """The values of an expression in float64 at points: each array is (points, *dims), as is the result."""
    points = max((len(array) for array in values.values()), default=1)
    spread = {symbol: np.asarray(array)[:, None] for symbol, array in values.items()}
    with np.errstate(all="ignore"):  # undefined is NaN
        found = Evaluator(NumpyKernel(), sizes, spread, Plan((expr,))).value(expr)
    return np.broadcast_to(found[:, 0], (points, *found.shape[2:]))
