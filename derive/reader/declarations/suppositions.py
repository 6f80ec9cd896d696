"""Clauses of a sentence that suppose something of the names in it: what the sentence leads to is still claimed."""

from __future__ import annotations

import re

_CONCLUDES = r"(?:then|hence|thus|so|therefore|we|one|it|this|there)\b"
_CLAUSE = r"\b(?:\$[^$]*\$|[^,;:$])*"
_PROPERTY = (
    rf"{_CLAUSE}\b(?:is|are|be|exists?|commutes?|has|have|holds?|allowed)\b(?:\$[^$]*\$|[^,;:$])*,"
)
_SUPPOSED = re.compile(
    rf"\b(?:such that|so that|assuming|supposing|satisfying){_PROPERTY}(?=\s*(?:$|{_CONCLUDES}))"
    rf"|\b(?:assume[ds]?|suppose[ds]?|satisf(?:y|ies)){_PROPERTY}(?=\s*{_CONCLUDES})"
    r"|\b(?:in|under|by|with)\s+(?:(?:the|this|these|that|our|such|above|same)\s+)*"
    rf"(?:setting|assumptions?|conditions?)\b(?=\s*(?:,|above\b|{_CONCLUDES}))",
    re.I,
)
"""A clause that says what is supposed, before the comma behind which a display claims what follows."""


def without_suppositions(sentence: str) -> str:
    """A sentence without its clauses that say what is supposed: `assuming both are invertible, we have`."""
    return _SUPPOSED.sub(" ", sentence)
