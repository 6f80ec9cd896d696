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
_OTHER = re.compile(r"\bindependent\s+(?:of|from)\s+(?:(?!and\b)[a-z]+\s+){0,3}$", re.I)
"""What stands behind `independent of` is spoken of in other words."""
_ENTRIES = re.compile(
    r"\b(?:(?:components?|entries|elements|coordinates)\s+(?:of\s+[^@]*)?|those\s+of\s+)$", re.I
)
_OWN_ENTRIES = re.compile(
    r"\s*,?\s*(?:be|have|has|having|with|whose|are|is)\s+[^@]*?\b(?:components?|entries|elements|coordinates)\b",
    re.I,
)
_JOINED = re.compile(r"\s*(?:,|,?\s*and)\s*", re.I)
_LISTED = re.compile(
    r"\s*(?:,|,?\s*and)?\s*(?:(?!(?:let|with|where|be|is|are|has|have|if|when|by|let's|put)\b)[\w-]+\s+){0,4}",
    re.I,
)
_EACH = re.compile(r"\s*,?\s*and\s+@(\d+)@", re.I)
_STOP = re.compile(r"(?<!i)(?<!\bd)[.;](?:\s|$)")
_DOTS = frozenset([r"\dots", r"\ldots", r"\cdots"])
_SCRIPTED = frozenset([Kind.SUB, Kind.SUP, Kind.OPEN, Kind.CLOSE])


def independent(prose: Prose) -> Iterator[Spoken]:
    """The independent quantities of a paragraph of which mean and variance are said once for several."""
    text, formulas = prose.numbered()
    for sentence in _STOP.split(text):
        if _INDEPENDENT.search(sentence) is None:
            continue
        start = 0
        means = list(_MEAN.finditer(sentence))
        if not means:
            continue
        for mean, following in zip(means, [*means[1:], None], strict=True):
            last = following.start() if following is not None else len(sentence)
            spread = _SPREAD.search(sentence[:last], start)
            yield from _said(sentence, start, mean, spread, formulas)
            start = max(mean.end(), spread.end() if spread is not None else 0)


def _said(
    sentence: str,
    start: int,
    mean: re.Match[str],
    spread: re.Match[str] | None,
    formulas: list[tuple[Token, ...]],
) -> Iterator[Spoken]:
    """What a part of a sentence says of the quantities that it names."""
    end = min(mean.start(), spread.start() if spread is not None else mean.start())
    marks = list(re.compile(r"@(\d+)@").finditer(sentence, start, end))
    marks = [m for m in marks if not _OTHER.search(sentence[start : m.start()])]
    marks = _subjects(marks, sentence[:end], start)
    named = [(m, name) for m in marks for name in _names(formulas[int(m[1])])]
    if not named:
        return
    first, last = named[0][0], named[-1][0]
    parts = _ENTRIES.search(sentence[start : first.start()]) is not None
    parts = parts or _OWN_ENTRIES.match(sentence[last.end() : end]) is not None
    worded = mean[1] is None or (spread is not None and spread[1] is None)
    if len(named) < 2 and not parts and not worded:
        return  # one name with its moments is read elsewhere
    values = [_value(mean, "0", formulas)]
    if spread is not None:
        values.append(_value(spread, "1", formulas))
    several = _EACH.match(sentence, spread.end()) if spread is not None and spread[1] else None
    for place, (_, name) in enumerate(named):
        own = list(values)
        if several is not None and place:
            if len(named) != 2:
                return  # which variance is whose is not said
            own[1] = formulas[int(several[1])]
        yield Spoken("moments", name, tuple(own), True, parts)


def _subjects(marks: list[re.Match[str]], before: str, start: int) -> list[re.Match[str]]:
    """The formulas of which the moments behind them are said, by where independence is spoken of.

    `independent noise $e$ of mean zero`: what follows the word; `the weights $w$ and inputs $x$ are independent with
    mean zero`: all before it that nouns and commas join; `noise $e$ of mean zero, independent of $g$`: the name there.
    """
    word = next(iter([*_INDEPENDENT.finditer(before, start)][-1:]), None)
    behind = [m for m in marks if word is not None and m.start() > word.end()]
    own, gap = behind or marks, _LISTED if word is not None else _JOINED
    first = len(own) - 1
    while first > 0 and gap.fullmatch(before, own[first - 1].end(), own[first].start()):
        first -= 1
    return own[max(first, 0) :]


def _value(match: re.Match[str], word: str, formulas: list[tuple[Token, ...]]) -> tuple[Token, ...]:
    return formulas[int(match[1])] if match[1] else (Token(Kind.NUMBER, word, 0, 0),)


def _names(tokens: tuple[Token, ...]) -> Iterator[tuple[Token, ...]]:
    r"""The names of a formula that is one or a list of them: `w_i`, `q, k \in \mathbb{R}^d`."""
    texts = [t.text for t in tokens]
    own = tokens[: texts.index(r"\in")] if r"\in" in texts else tokens
    if _DOTS & set(texts):
        yield from (tokens,) if _is_name(own) else ()
        return
    depth = 0
    found: list[list[Token]] = [[]]
    for token in own:
        depth += (token.kind is Kind.OPEN) - (token.kind is Kind.CLOSE)
        if token.text == "," and not depth:
            found.append([])
        else:
            found[-1].append(token)
    if all(_is_name(tuple(name)) for name in found):
        yield from (tuple(name) for name in found)


def _is_name(tokens: tuple[Token, ...]) -> bool:
    """Whether tokens are a name with scripts, or a list with dots."""
    letters = [t for t in tokens if t.kind not in _SCRIPTED]
    return (
        bool(letters)
        and letters[0].kind in (Kind.LETTER, Kind.WORD)
        and len(tokens) <= (20 if _DOTS & {t.text for t in tokens} else 8)
        and not ({"=", "(", r"\mathbb", "+", "/"} & {t.text for t in tokens})
    )
