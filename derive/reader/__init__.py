"""From documents to mathematics: sources, tokens, macros, blocks, relations, and the typed reader.

A kind of notation has its place by where it is written and what it says:

- `formula_*`: parts of a formula, each a handler that `formula` enters in its table of words; `index_*`: the ranges
  under signs; `known_densities`, `finite_laws`: laws at a value
- `declare_*`: declarations as formulas (`x \\in S`, bounds, `A \\succ 0`); `definition_*` the sides of definitions
- `prose`, `prose_*`: what words around a formula say of names: facts, sizes, rows and factors of matrices
- `reading_*`: one pass through a document: sentences (`reading_prose`), their equations and premises, displays, roles
- `note_*`: a whole document; `*_ahead` and `*_names`: what is known of its names before anything is read
"""

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
