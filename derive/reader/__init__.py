"""From documents to mathematics: sources, tokens, macros, blocks, relations, and the typed reader.

Six packages, each of which knows only those before it (tests/test_layers.py):

- `source`: texts with places, tokens, macros, blocks
- `relations`: displays cut into sides and signs
- `grammar`: one formula; each notation has a handler that `grammar.formula` enters in its table of words; names,
  indices and sizes; densities and laws at a value; the table of symbols
- `declarations`: what formulas (`x \\in S`, bounds, `A \\succ 0`) and the words around them say of names: facts, sizes,
  moments, laws, rows and factors of matrices, functions by their formula
- `rewriting`: what is done to a whole document before it is read: spellings, sums with dots, events, densities
- `reading`: one pass through a document (sentences, equations and premises, displays, roles of signs); sections
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from derive.reader.note_reader import read, read_file
    from derive.reader.problem import Problem, read_problem
    from derive.reader.reading.expression import read_expression

_WHERE = {
    "read": "note_reader",
    "read_file": "note_reader",
    "read_expression": "reading.expression",
    "read_problem": "problem",
    "Problem": "problem",
}

__all__ = ["Problem", "read", "read_expression", "read_file", "read_problem"]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        from importlib import import_module

        return getattr(import_module(f"derive.reader.{_WHERE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
