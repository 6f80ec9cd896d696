"""One evaluator over the primitives protocol: the author's own tree at given points, by any kernel.

Importing this module registers how every kind of node is evaluated.
"""

from __future__ import annotations

from derive.checker import binders, entries, node_values, slopes
from derive.checker.entries import item_positions
from derive.checker.evaluator import (
    HANDLERS,
    OPERATIONS,
    Evaluator,
    Scope,
    TooLarge,
    Value,
    handles,
)

#: the modules whose import registers handlers
REGISTERED = (binders, entries, node_values, slopes)

__all__ = [
    "HANDLERS",
    "OPERATIONS",
    "REGISTERED",
    "Evaluator",
    "Scope",
    "TooLarge",
    "Value",
    "handles",
    "item_positions",
]
