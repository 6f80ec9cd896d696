r"""The words for means and spreads: `with known mean $\mu$ and symmetric positive definite precision matrix $\Lambda$`.

The patterns are for prose whose formulas are numbered, `@3@`.
"""

from __future__ import annotations

from collections.abc import Sequence

from derive.reader.source.scanner import Token, scan_math

FORMULA = r"@(\d+)@"
ARTICLES = (
    r"(?:(?:the|an?|its|common|same|finite|known|unknown|true|some|with|having|fixed|given|constant|shared|"
    r"positive|definite|positive-definite|strictly|symmetric|invertible|non-?singular|regular|diagonal|full|own)"
    r"\s*,?\s+)*"
)
MEAN = rf"{ARTICLES}(?:mean|expectation|expected value)(?:\s+vector)?\s+(?:{FORMULA}|(zero))"
"""Two groups: the number of the formula, or the word zero."""
NOUNS = r"variance|covariance|standard deviation|std|precision"
SPREAD = rf"{ARTICLES}({NOUNS})(?:\s+matrix)?\s+{FORMULA}"
"""Two groups: the noun, and the number of the formula."""
AND = r"\s*(?:,\s*and|,|and|,?\s*with)\s+"


def variance_of(noun: str, spread: Sequence[Token]) -> tuple[Token, ...]:
    """The variance where a noun says what is given: the square of a standard deviation, the inverse of a precision."""
    power = {"st": "^2", "pr": "^{-1}"}.get(noun[:2].lower())
    if power is None:
        return tuple(spread)
    if len(spread) == 1:
        return (*spread, *scan_math(power))
    return (*scan_math("("), *spread, *scan_math(f"){power}"))


__all__ = ["AND", "ARTICLES", "FORMULA", "MEAN", "NOUNS", "SPREAD", "variance_of"]
