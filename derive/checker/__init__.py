"""The judge: decides claims numerically, at points that satisfy the declared facts; knows neither engine nor rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from derive.checker.judgement import judge, judge_relation, judge_step

__all__ = ["judge", "judge_relation", "judge_step"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from importlib import import_module

        return getattr(import_module("derive.checker.judgement"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
