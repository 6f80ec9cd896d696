"""What sentences do with an equation: they work on it, or say what something satisfies."""

from __future__ import annotations

import re

from derive.reader.declarations.wording import last_sentence

_WORKED_ON = re.compile(
    r"\s*(?:(?:then|now|next|hence|by|we|let us),?\s+)?(?:(?:block )?eliminat\w+|solv\w+|from\b|rearrang\w+"
    r"|(?:pre-?|left-?|right-?)?multipl\w+|subtract\w+|start\w+ (?:from|with)|transpos\w+|invert\w+)",
    re.I,
)
_LEADS_ON = re.compile(
    r"[\s,.;]*(?:(?:and|which|this|that|then|now|in turn|for \w+|it)\s+){0,3}"
    r"(?:yields?|gives?|implies|leads?\s+to|results?\s+in|requires?|means|(?:hence|therefore|thus|so)\b"
    r"|(?:we|one)\s+(?:get|gets|obtain|obtains|find|finds|have|has|arrive|see)|(?:solv|rearrang)\w+)\b",
    re.I,
)
_SATISFIES = re.compile(r"\$([^$=]+?)(?:=[^$]*)?\$[^$]*\bsatisf(?:y|ies)\s*:?\s*$", re.I)


def works_on(words: str) -> bool:
    """Whether a sentence begins with what is done to an equation: `Eliminating $b$ from`, `Solving the system`."""
    return bool(_WORKED_ON.match(words))


MOST_WORDS = 8
"""Words between an equation and the display that it leads to."""


def leads_on(words: str) -> bool:
    """Whether the words behind an equation lead from it to what follows: `yields`, `, which gives`, `we obtain`.

    A sentence that begins so and says more, `So the loss may be replaced by ...`, leads from the whole text.
    """
    return bool(_LEADS_ON.match(words)) and len(words.split()) <= MOST_WORDS


def subject_of(words: str) -> tuple[str, ...] | None:
    """The names before the last `satisfies` of which it is said; None where a sentence does not end with this word."""
    found = _SATISFIES.search(last_sentence(words))
    return tuple(re.split(r"\s*,\s*", found[1].strip())) if found is not None else None
