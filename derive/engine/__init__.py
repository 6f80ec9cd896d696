"""Worked derivations: differentiate step by step, fill holes, explain a step by a rule, prove, solve."""

from __future__ import annotations

from derive.engine.blocks import worked_blocks
from derive.engine.explain import explain
from derive.engine.fill import between, fill
from derive.engine.proof import proved
from derive.engine.solving import Solution, solve
from derive.engine.worked import worked

__all__ = ["Solution", "between", "explain", "fill", "proved", "solve", "worked", "worked_blocks"]
