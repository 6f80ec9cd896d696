r"""Laws in words: `a minimiser of $L$ over $w$`, `unit eigenvector of $S$ to its largest eigenvalue`, `solves $A x = b$
for $x$`.

A phrase has its formulas as `$0$`, `$1$`, ..., numbers into a list that is kept beside it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from derive.reader.source.places import Source
from derive.reader.source.scanner import Token


@dataclass(frozen=True)
class LawSaid:
    """The law of a name as it was said: `parts` are its formulas, `counted` the place of an eigenvalue among them:
    a number, or the index of a part."""

    kind: str
    parts: tuple[tuple[Token, ...], ...]
    source: Source
    counted: int | None = None
    names_part: bool = False


_F = r"\$(\d+)\$"
_OVER = rf"(?: (?:over|with respect to|in|for) {_F})?"
_PLACE = (
    r"(?:(?P<end>largest|smallest)|(?P<nth>second|third|fourth|fifth)[- ]largest"
    r"|\$(?P<counted>\d+)\$(?:-?th|-?st|-?nd)?[- ]largest)"
)
_NTH = {"second": 2, "third": 3, "fourth": 4, "fifth": 5}
#: kind -> the phrase as a pattern, to be matched at the start of what is left
_PHRASES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("minimiser", rf"(?:the |an? )?minimi[sz]er of {_F}{_OVER}"),
        ("maximiser", rf"(?:the |an? )?maximi[sz]er of {_F}{_OVER}"),
        ("stationary", rf"(?:the |a )?stationary point of {_F}{_OVER}"),
        (
            "solves",
            rf"(?:solves|the solution of|solution of) {_F}((?:(?:,| and) \$\d+\$)*) for {_F}",
        ),
        (
            "eigenvector",
            rf"(?:an? |the )?(?:unit )?eigenvector of {_F} (?:to|for) (?:its|the) {_PLACE} eigenvalue",
        ),
        ("eigenvalue", rf"(?:the )?{_PLACE} eigenvalue of {_F}"),
        (
            "eigenvectors",
            rf"orthonormal eigenvectors of {_F} (?:to|for) (?:its|the) {_F} largest eigenvalues"
            r"(?:, as columns)?(?:, largest first)?",
        ),
        (
            "eigenvalues",
            rf"(?:the )?{_F} largest eigenvalues of {_F}(?:,? (?:in falling order|largest first))?",
        ),
        ("random", rf"random(?: with mean {_F}(?: and variance {_F})?)?(?= *(?:[,;]|$))"),
        ("subset", rf"a random subset of {_F} as zeros and ones"),
        ("iid", rf"independent copies of {_F}"),
    )
)


def law_at(
    phrase: str, start: int, formulas: Sequence[tuple[Token, ...]], source: Source
) -> tuple[LawSaid, int] | None:
    """The law that is said from `start` on, and where its words end."""
    for kind, pattern in _PHRASES:
        match = pattern.match(phrase, start)
        if match is None:
            continue
        groups = match.groupdict()
        names = [] if kind in ("eigenvector", "eigenvalue") else list(match.groups())
        if kind in ("eigenvector", "eigenvalue"):
            names = [
                g for n, g in enumerate(match.groups(), 1) if n not in pattern.groupindex.values()
            ]
        listed = [n for name in names for n in re.findall(r"\d+", name or "")]
        if kind == "eigenvalues":
            listed.reverse()
        counted: int | None = None
        if groups.get("end") == "largest":
            counted = 1
        elif groups.get("nth"):
            counted = _NTH[groups["nth"].lower()]
        elif groups.get("end") == "smallest":
            counted = -1
        by_part = groups.get("counted") is not None
        if by_part:
            listed.append(groups["counted"])
        parts = tuple(formulas[int(n)] for n in listed)
        return LawSaid(kind, parts, source, counted, by_part), match.end()
    return None
