"""From documents to mathematics: sources, tokens, macros, blocks, relations, and the typed reader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from derive.reader.expression import read_expression
    from derive.reader.note_reader import read, read_file
    from derive.reader.problem import Problem, read_problem

_WHERE = {
    "read": "note_reader",
    "read_file": "note_reader",
    "read_expression": "expression",
    "read_problem": "problem",
    "Problem": "problem",
}

__all__ = ["Problem", "read", "read_expression", "read_file", "read_problem"]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        from importlib import import_module

        return getattr(import_module(f"derive.reader.{_WHERE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
