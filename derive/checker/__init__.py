"""The judge: decides claims numerically, at points that satisfy the declared facts; knows neither engine nor rules."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    if name in ("judge_relation", "judge"):
        from derive.checker import judge as module

        return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
