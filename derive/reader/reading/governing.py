r"""Whether a condition in a sentence governs the displays after it: `If $y = 1$, the loss is` does.

`$\mathbb{1}_{a = x}$ is 1 if $a = x$ and 0 otherwise` gives a value by cases: a is not x from there on. A condition
that is taken for a premise makes what follows easier to hold; it is one only where the sentence leads to a display.
"""

from __future__ import annotations

import re
from enum import Enum

from derive.reader.declarations.phrases import Mention
from derive.reader.source.blocks import Block, Prose


class Governs(Enum):
    """What a condition has to do with the displays after it."""

    DISPLAYS = "the displays after it hold under it"
    SENTENCE = "it belongs to what its own sentence says"
    UNCLEAR = "either"


_SENTENCE_END = re.compile(r"(?<!\be\.g)(?<!\bi\.e)(?<!\bcf)[.!?;](?=\s|$)")
_IN_OTHER_CASES = re.compile(
    r"\b(?:otherwise|else|elsewhere|if not|(?:in|for) (?:all|any|every|the) others?(?: cases?)?)\b",
    re.I,
)
_ASKED = re.compile(r"\b(?:whether|for which|otherwise|else)(?:\s+or\s+not)?\s*$", re.I)
_UNLESS = re.compile(r"\bunless\s*$", re.I)
_VALUED = re.compile(
    r"(?:\b(?:is|are|be|being|equals?|equal to|as|and|or|value|values|gives?|becomes?|returns?|yields?)|,|=)\s*"
    r"(?:[-+]?\d+|\$[^$]*\$|(?:minus\s+)?(?:one|zero|unity)|true|false)\s*,?\s*"
    r"(?:exactly\s+|precisely\s+|only\s+|just\s+)*(?:if|iff|when|whenever|in (?:the )?case)"
    r"(?:\s+and\s+only\s+if)?(?:\s+that)?\s*$",
    re.I,
)
_EQUATED = re.compile(
    r"=[^$<>]*\$\s*,?\s*(?:exactly\s+|precisely\s+)*(?:if|iff|when|whenever)(?:\s+and\s+only\s+if)?\s*$",
    re.I,
)
"""`is 1 if`, `, zero when`; `$\\delta_{ij} = 1$ if`."""
_IN_CASE = re.compile(
    r"\s*,?\s*(?:exactly\s+|precisely\s+|only\s+)*(?:if|iff|when|whenever|unless)(?:\s+and\s+only\s+if)?\s*",
    re.I,
)
_FOR = re.compile(r"\s*,?\s*for\s*", re.I)
_FOLLOWS = re.compile(
    r"\s*(?:and\s+)?(?:then|so|hence|thus|therefore|consequently|here|now|with this|by this|from this|this|it follows|"
    r"in (?:this|that|such a|the same) case|under (?:this|that))\b",
    re.I,
)


def governs(mention: Mention, blocks: tuple[Block, ...], equation: bool) -> Governs:
    """What a condition has to do with the displays after it; `equation` tells it from a bound."""
    before, after = _around(mention, blocks)
    ends = list(_SENTENCE_END.finditer(after))
    own = after[: ends[0].start()] if ends else after
    if _ASKED.search(before) or _IN_OTHER_CASES.search(own):
        return Governs.SENTENCE
    if _UNLESS.search(before) or _VALUED.search(before) or _EQUATED.search(before):
        return Governs.UNCLEAR
    if not equation or not ends:
        return Governs.DISPLAYS
    last = after[ends[-1].end() :] if after[ends[-1].end() :].strip() else ""
    if not last and len(ends) > 1:
        last = after[ends[-2].end() :]
    return Governs.DISPLAYS if _FOLLOWS.match(last) else Governs.UNCLEAR


def by_cases(mention: Mention, blocks: tuple[Block, ...]) -> bool:
    r"""Whether an equation holds in the case only that words behind it name: `$f(x) = x$ if $x > 0$`."""
    if _IN_CASE.fullmatch(mention.rest):
        return True
    _, after = _around(mention, blocks)
    end = _SENTENCE_END.search(after)
    own = after[: end.start()] if end else after
    other = _IN_OTHER_CASES.search(own)
    return other is not None and _FOR.fullmatch(mention.rest) is not None


def _around(mention: Mention, blocks: tuple[Block, ...]) -> tuple[str, str]:
    """The words of the sentence in front of a formula, and all words behind it in its paragraph."""
    text, span = mention.source.text, mention.span
    block = next(
        (
            b
            for b in blocks
            if isinstance(b, Prose)
            and b.source is mention.source
            and b.span.start <= span.start
            and span.end <= b.span.end
        ),
        None,
    )
    if block is None:
        return mention.lead, mention.rest
    front = text[block.span.start : span.start]
    ends = list(_SENTENCE_END.finditer(front))
    return front[ends[-1].end() :] if ends else front, text[span.end : block.span.end]


__all__ = ["Governs", "by_cases", "governs"]
