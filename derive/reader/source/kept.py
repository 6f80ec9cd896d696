"""Answers about tokens and nodes that are asked for again and again: kept by the identity of what they are about.

A document is read in several passes, and each of them asks for the tree of the same tokens and for the names in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

T = TypeVar("T")

MOST = 4096
"""Answers that are kept; then all are forgotten."""


class Kept(Generic[T]):
    """Answers of a function whose value depends on frozen parts alone.

    The parts are held beside the answer, so that no other object takes their identity meanwhile.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[int, ...], tuple[tuple[object, ...], T]] = {}

    def get(self, parts: Sequence[object]) -> T | None:
        """The answer for the very same parts in the same order."""
        found = self._found.get(tuple(map(id, parts)))
        return None if found is None else found[1]

    def put(self, parts: Sequence[object], answer: T) -> T:
        """Keep an answer."""
        if len(self._found) >= MOST:
            self._found.clear()
        self._found[tuple(map(id, parts))] = (tuple(parts), answer)
        return answer
