r"""Normal densities that prose gives by their moments: `let $p(x)$ be a Gaussian density with mean $\mu$ and variance
$\sigma^2$` is `$p(x) = \mathcal{N}(x; \mu, \sigma^2)$`, and so is each of `the densities of two Gaussians with means
$\mu_1, \mu_2$ and standard deviations $\sigma_1, \sigma_2$`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from derive.reader.source.blocks import Block, Display, Document, Inline, Prose
from derive.reader.source.scanner import Token, scan_math

_F = r"@(\d+)@"
_LIST = r"((?:@\d+@\s*(?:,?\s*and\s*|,\s*)?)+)"
_LAW = r"\b(?:normal|gaussian)s?\b"
_SPREAD = r"(variance|standard deviation|std|covariance(?: matrix)?)"
_SPREADS = r"(variances|standard deviations|covariances|covariance matrices)"
_ONE = re.compile(
    rf"{_F}(?P<between>[^@.;]{{0,90}}?)\b(?:with|of)\s+(?:the |a )?mean(?: vector)?\s+(?:{_F}|(zero))"
    rf"\s*,?\s*and\s+(?:the |a )?{_SPREAD}\s+{_F}",
    re.IGNORECASE,
)
_SEVERAL = re.compile(
    rf"{_LIST}(?P<between>[^@.;]{{0,90}}?)\b(?:with|of)\s+(?:the )?(?:respective )?means\s+{_LIST}"
    rf"\s*(?:and|with|,)\s+(?:the )?(?:respective )?{_SPREADS}\s+{_LIST}",
    re.IGNORECASE,
)
_STANDARD = re.compile(
    rf"{_F}\s*,?\s*(?:(?:is|be|denotes?|being|for)\s+(?:the |a )?|the |a )(?:density of (?:the |a )?)?"
    r"standard (?:normal|gaussian)(?: (?:density|law|prior|pdf|distribution(?! func)))?"
    r"(?=\s*(?:$|[,.;:)@]|and\b|on\b|over\b|in\b))",
    re.IGNORECASE,
)
_ANOTHER = re.compile(r"\s*(?:is |be )?(?:the |an?)?(?:one|other)\s*", re.IGNORECASE)
_LETTERS = frozenset([*"pqrfgh", r"\phi", r"\varphi", r"\pi"])
_BARS = frozenset(["|", r"\mid", r"\vert"])


@dataclass(frozen=True)
class _Normal:
    """A density in words: the number of its formula, its mean, its spread and the noun of that."""

    number: int
    mean: tuple[Token, ...]
    spread: tuple[Token, ...]
    noun: str = "variance"

    @property
    def variance(self) -> tuple[Token, ...]:
        """The spread, squared where it is a standard deviation."""
        if not self.noun.lower().startswith("st"):
            return self.spread
        if len(self.spread) == 1:
            return (*self.spread, *scan_math("^2"))
        return (*scan_math("("), *self.spread, *scan_math(")^2"))

    @property
    def bound(self) -> tuple[Token, ...]:
        """That a variance or a standard deviation with a name is positive, and that the mean beside it is a number."""
        texts = [t.text for t in self.spread]
        named = texts[0].isalpha() or texts[0].startswith("\\")
        squared = texts[1:] in (["^", "2"], ["^", "{", "2", "}"]) or texts[-2:] == ["^", "2"]
        if "cov" in self.noun.lower() or not named or not (_is_script(texts[1:]) or squared):
            return ()
        mean = [t.text for t in self.mean]
        number = (mean[0].isalpha() or mean[0].startswith("\\")) and _is_script(mean[1:])
        centre = (*scan_math(","), *self.mean, *scan_math(r"\in \mathbb{R}")) if number else ()
        return (*scan_math(","), *self.spread, *scan_math("> 0"), *centre)


@dataclass(frozen=True)
class _Head:
    """A density as it is written, and the name at which it is taken; empty for a bare letter."""

    tokens: tuple[Token, ...]
    place: tuple[Token, ...]


def with_worded_densities(document: Document) -> Document:
    """The document with an equation for each normal density that its words describe."""
    places = dict(_places(document))
    return replace(document, blocks=tuple(_written(block, places) for block in document.blocks))


def _written(block: Block, places: dict[str, tuple[Token, ...]]) -> Block:
    if not isinstance(block, Prose):
        return block
    text, formulas = block.numbered()
    found: dict[int, tuple[Token, ...]] = {}
    for said in _described(text, formulas):
        head = _head(formulas[said.number])
        place = head.place or places.get(head.tokens[0].text, ()) if head is not None else ()
        if said.number not in found and head is not None and place:
            found[said.number] = _equation(head, place, said)
    if not found:
        return block
    pieces = list(block.pieces)
    at = [i for i, piece in enumerate(pieces) if isinstance(piece, Inline)]
    for number, tokens in found.items():
        piece = pieces[at[number]]
        assert isinstance(piece, Inline)
        pieces[at[number]] = replace(piece, tokens=tokens)
    return replace(block, pieces=tuple(pieces))


def _described(text: str, formulas: Sequence[tuple[Token, ...]]) -> Iterator[_Normal]:
    """The normal densities of a paragraph."""
    reached = -1
    for match in _ONE.finditer(text):
        subject, between, mean, zero, noun, spread = match.groups()
        before = re.split(r"[.;]\s", text[: match.start()])[-1][-60:]
        follows = _ANOTHER.fullmatch(between) and reached >= 0 and match.start() - reached < 12
        if (
            not re.search(_LAW, f"{before if not between.strip() else ''} {between}", re.I)
            and not follows
        ):
            continue
        reached = match.end()
        values = [tuple(scan_math("0"))] if zero else _listed(formulas[int(mean)])
        widths = _listed(formulas[int(spread)])
        if len(values) == len(widths) == 1:
            yield _Normal(int(subject), values[0], widths[0], noun)
    for match in _SEVERAL.finditer(text):
        subjects, between, means, noun, spreads = match.groups()
        numbers = [int(n) for n in re.findall(r"\d+", subjects)]
        centres, widths = (
            [part for n in re.findall(r"\d+", group) for part in _listed(formulas[int(n)])]
            for group in (means, spreads)
        )
        if re.search(_LAW, between, re.I) and len(numbers) == len(centres) == len(widths):
            for number, centre, width in zip(numbers, centres, widths, strict=True):
                yield _Normal(number, centre, width, noun)
    for match in _STANDARD.finditer(text):
        if formulas[int(match[1])][0].text in (r"\phi", r"\varphi"):
            continue  # these letters stand for the function of the table
        yield _Normal(int(match[1]), tuple(scan_math("0")), tuple(scan_math("1")))


def _listed(tokens: Sequence[Token]) -> list[tuple[Token, ...]]:
    """The parts of a formula between commas, without a bound behind the last: `\\sigma_1, \\sigma_2 > 0`."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.text in "({[") - (token.text in ")}]")
        if depth == 0 and token.text in (">", r"\in", r"\neq", r"\succ"):
            break
        if depth == 0 and token.text == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return [tuple(part) for part in parts if part]


def _head(tokens: Sequence[Token]) -> _Head | None:
    """A letter of densities, alone or at one name, `p(x)` and `p(x | z)`."""
    texts = [t.text for t in tokens]
    stop = texts.index("(") if "(" in texts else len(texts)
    if not tokens or texts[0] not in _LETTERS or not _is_script(texts[1:stop]):
        return None
    if stop == len(texts):
        return _Head(tuple(tokens), ())
    inside = texts[stop + 1 : -1]
    if texts[-1] != ")" or any(t in ("(", ")", ",", ";", "=") for t in inside) or not inside:
        return None
    bars = [i for i, t in enumerate(inside) if t in _BARS]
    end = bars[0] if bars else len(inside)
    return _Head(tuple(tokens), tuple(tokens[stop + 1 : stop + 1 + end])) if end else None


def _is_script(texts: Sequence[str]) -> bool:
    """Whether nothing but one index stands behind a letter."""
    return not texts or (texts[0] == "_" and (len(texts) == 2 or texts[1] == "{"))


def _places(document: Document) -> Iterator[tuple[str, tuple[Token, ...]]]:
    """The letters that displays call at one name, and that name."""
    for block in document.blocks:
        tokens = block.tokens if isinstance(block, Display) else ()
        for place, token in enumerate(tokens[:-3]):
            if token.text not in _LETTERS or tokens[place + 1].text != "(":
                continue
            end = next((i for i in range(place, len(tokens)) if tokens[i].text == ")"), place)
            head = _head(tokens[place : end + 1])
            if head is not None and head.place:
                yield token.text, head.place


def _equation(head: _Head, place: tuple[Token, ...], said: _Normal) -> tuple[Token, ...]:
    r"""`p(x) = \mathcal{N}(x; \mu, \sigma^2)`."""
    called = head.tokens if head.place else (*head.tokens, *scan_math("("), *place, *scan_math(")"))
    law = (*scan_math(r"=\mathcal{N}("), *place, *scan_math(";"), *said.mean, *scan_math(","))
    first = head.tokens[0]
    made = (*called, *law, *said.variance, *scan_math(")"), *said.bound)
    return tuple(t._replace(start=first.start, end=first.end) for t in made)


__all__ = ["with_worded_densities"]
