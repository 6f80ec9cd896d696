"""Every exception that a user can meet, and its wording.

`DeriveError` is the base. `UserError` subclasses say what the author can change; `InternalError` says that the fault is
ours and asks for a report. Messages start in lower case and carry the values involved.
"""

from __future__ import annotations


class DeriveError(Exception):
    """Base of every exception raised by derive on purpose."""


class ShapeError(DeriveError):
    """Two shapes do not fit: `cannot multiply A (m x n) by x (k): inner sizes n and k differ`."""


class UnknownFunctionError(DeriveError):
    """A function name has no row in the table of functions."""


class NoRuleError(DeriveError):
    """A node has no derivative, meaning or printing rule; nothing is assumed in its place."""


class RecipeError(DeriveError):
    """A recipe is unknown, or written in a way that cannot be carried out."""


class UsageError(DeriveError):
    """A command or function was called with arguments that do not fit together."""


class ReadError(DeriveError):
    """Input that cannot be read: where (path, line, column from 1) and why; `ill_typed` when its shapes do not fit."""

    ill_typed: bool = False

    def __init__(self, message: str, path: str = "", line: int = 0, column: int = 0) -> None:
        self.message, self.path, self.line, self.column = message, path, line, column
        place = f"{path or 'input'}:{line}:{column}: " if line else f"{path}: " if path else ""
        super().__init__(place + message)


class EvaluationError(DeriveError):
    """An expression has no value at a point: singular, outside a domain, not finite, too large."""


class PremiseError(EvaluationError):
    """No points were found at which the premises of a relation hold."""


class InternalError(DeriveError):
    """A fault of derive itself."""

    def __init__(self, message: str) -> None:
        super().__init__(f"{message}; this is a fault of derive, please report it")
