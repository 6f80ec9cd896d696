r"""Several random quantities in one sentence: `the components of $q$ and $k$ are independent with mean $0$ and variance
$1$`, `the weights $w_i$ and the inputs $x_i$ are i.i.d. with zero mean and unit variance`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from derive.reader.declarations.moments import Spoken
from derive.reader.source.blocks import Prose
from derive.reader.source.scanner import Kind, Token

_MEAN = re.compile(
    r"\bmean\s+(?:of\s+)?(?:@(\d+)@|zero\b|0\b)|\bzero[- ]means?\b|\bmeans?\s+zero\b", re.I
)
_SPREAD = re.compile(r"\bvariances?\s+(?:of\s+)?(?:@(\d+)@|one\b|1\b)|\bunit[- ]variances?\b", re.I)
_INDEPENDENT = re.compile(r"(?<!not )\b(?:independent|i\.?\s?i\.?\s?d\b|uncorrelated)", re.I)
_ENTRIES = re.compile(r"\b(?:components?|entries|elements|coordinates)\s+(?:of\s+[^@]*)?$", re.I)
_STOP = re.compile(r"(?<!i)(?<!\bd)[.;](?:\s|$)")
_SCRIPTED = frozenset([Kind.SUB, Kind.SUP, Kind.OPEN, Kind.CLOSE])


def independent(prose: Prose) -> Iterator[Spoken]:
    """The independent quantities of a paragraph of which mean and variance are said once for several."""
    text, formulas = prose.numbered()
    for sentence in _STOP.split(text):
        mean, spread = _MEAN.search(sentence), _SPREAD.search(sentence)
        if mean is None or _INDEPENDENT.search(sentence) is None:
            continue
        end = min(mean.start(), spread.start() if spread is not None else mean.start())
        named = [
            m for m in re.finditer(r"@(\d+)@", sentence[:end]) if _is_name(formulas[int(m[1])])
        ]
        parts = bool(named) and _ENTRIES.search(sentence[: named[0].start()]) is not None
        worded = mean[1] is None or (spread is not None and spread[1] is None)
        if len(named) < 2 and not parts and not worded:
            continue  # one name with its moments is read elsewhere
        values = [_value(mean, "0", formulas)]
        if spread is not None:
            values.append(_value(spread, "1", formulas))
        for match in named:
            yield Spoken("moments", formulas[int(match[1])], tuple(values), True, parts)


def _value(match: re.Match[str], word: str, formulas: list[tuple[Token, ...]]) -> tuple[Token, ...]:
    return formulas[int(match[1])] if match[1] else (Token(Kind.NUMBER, word, 0, 0),)


def _is_name(tokens: tuple[Token, ...]) -> bool:
    r"""Whether a formula is a name with scripts, perhaps with its set: `w_i`, `q \in \mathbb{R}^d`."""
    texts = [t.text for t in tokens]
    own = tokens[: texts.index(r"\in")] if r"\in" in texts else tokens
    letters = [t for t in own if t.kind not in _SCRIPTED]
    return (
        bool(letters)
        and letters[0].kind in (Kind.LETTER, Kind.WORD)
        and len(own) <= 8
        and not ({"=", "(", r"\mathbb", "+", "/"} & {t.text for t in own})
    )
