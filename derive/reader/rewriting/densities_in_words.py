r"""Normal densities that prose gives by their moments: `let $p(x)$ be a Gaussian density with mean $\mu$ and variance
$\sigma^2$` is `$p(x) = \mathcal{N}(x; \mu, \sigma^2)$`, and so is each of `the densities of two Gaussians with means
$\mu_1, \mu_2$ and standard deviations $\sigma_1, \sigma_2$`, a product of several of
them, and `its density` of a normal quantity.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from derive.reader.declarations.moment_words import AND, FORMULA, MEAN, SPREAD, variance_of
from derive.reader.declarations.moments import spoken
from derive.reader.source.blocks import Block, Display, Document, Inline, Prose
from derive.reader.source.scanner import Token, scan_math

_F = FORMULA
_LIST = r"((?:@\d+@\s*(?:,?\s*and\s*|,\s*)?)+)"
_LAW = r"\b(?:normal|gaussian)s?\b"
_SPREADS = r"(variances|standard deviations|covariances|covariance matrices)"
_ONE = re.compile(
    rf"{_F}(?P<between>[^@.;]{{0,90}}?)(?:\b(?:of|on|for|over|in)\s+{_F}\s*)?"
    rf"\b(?:with|of)\s+{MEAN}{AND}{SPREAD}",
    re.IGNORECASE,
)
_PRODUCT = re.compile(
    rf"{_F}[^@.;]{{0,40}}?\bproduct of (?:\w+\s+)?(?:independent\s+|univariate\s+)*(?:normal|gaussian)s?\b"
    r"[^@.;]{0,30}?"
    rf"\b(?:with|of)\s+(?:the )?(?:respective )?means\s+{_LIST}\s*(?:and|with|,)\s+(?:the )?(?:respective )?"
    rf"{_SPREADS}\s+{_LIST}",
    re.IGNORECASE,
)
_ITS = re.compile(
    rf"{_F}\s*(?:(?:is|be|denotes?|for|as)\s+)?(?:its|the)\s+(?:probability\s+)?(?:density|pdf)(?: function)?\b"
    rf"(?:\s+of\s+{_F})?(?!\s+(?:of|with|on|for))",
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
    """A density in words: the number of its formula, its mean, its spread, the noun of that, and where it is taken."""

    number: int
    mean: tuple[Token, ...]
    spread: tuple[Token, ...]
    noun: str = "variance"
    place: tuple[Token, ...] = ()

    @property
    def variance(self) -> tuple[Token, ...]:
        """The spread, squared where it is a standard deviation, inverted where it is a precision."""
        return variance_of(self.noun, self.spread)

    @property
    def bound(self) -> tuple[Token, ...]:
        """That a variance or a standard deviation with a name is positive, and that the mean beside it is a number."""
        texts = [t.text for t in self.spread]
        named = texts[0].isalpha() or texts[0].startswith("\\")
        squared = texts[1:] in (["^", "2"], ["^", "{", "2", "}"]) or texts[-2:] == ["^", "2"]
        if (
            self.noun.lower()[:2] in ("co", "pr")
            or not named
            or not (_is_script(texts[1:]) or squared)
        ):
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
    last: tuple[Token, ...] = ()
    for said in (*_described(text, formulas), *_products(text, formulas), *_owned(block)):
        head = _head(formulas[said.number])
        if head is None:
            continue
        place = head.place or said.place or places.get(head.tokens[0].text, ()) or last
        last = place
        if said.number not in found and place:
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
        subject, between, at, mean, zero, noun, spread = match.groups()
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
            where = _name_of(formulas[int(at)]) if at else ()
            yield _Normal(int(subject), values[0], widths[0], noun, where)
    for match in _SEVERAL.finditer(text):
        subjects, between, means, noun, spreads = match.groups()
        numbers = [int(n) for n in re.findall(r"\d+", subjects)]
        centres, widths = (
            [part for n in re.findall(r"\d+", group) for part in _listed(formulas[int(n)])]
            for group in (means, spreads)
        )
        if "product" in between or not re.search(_LAW, between, re.I):
            continue
        if len(numbers) == len(centres) == len(widths):
            for number, centre, width in zip(numbers, centres, widths, strict=True):
                yield _Normal(number, centre, width, noun)
    for match in _STANDARD.finditer(text):
        if formulas[int(match[1])][0].text in (r"\phi", r"\varphi"):
            continue  # these letters stand for the function of the table
        yield _Normal(int(match[1]), tuple(scan_math("0")), tuple(scan_math("1")))


def _products(text: str, formulas: Sequence[tuple[Token, ...]]) -> Iterator[_Normal]:
    """Products of normal densities of the entries: normal with a diagonal covariance."""
    for match in _PRODUCT.finditer(text):
        subject, means, noun, spreads = match.groups()
        centres, widths = (
            [part for n in re.findall(r"\d+", group) for part in _listed(formulas[int(n)])]
            for group in (means, spreads)
        )
        dots = any(t.text in (r"\dots", r"\ldots", r"\cdots") for w in widths for t in w)
        if len(centres) != len(widths) or len(widths) < 2 or dots or noun.lower()[:2] == "co":
            continue
        mean = (*scan_math("("), *_joined(centres), *scan_math(r")^\top"))
        variances = [variance_of(noun, width) for width in widths]
        spread = (*scan_math(r"\operatorname{diag}("), *_joined(variances), *scan_math(")"))
        yield _Normal(int(subject), mean, spread, "covariance")


def _joined(parts: Sequence[Sequence[Token]]) -> list[Token]:
    found: list[Token] = []
    for part in parts:
        found.extend([*(scan_math(",") if found else ()), *part])
    return found


def _owned(block: Prose) -> Iterator[_Normal]:
    """The densities that are said to be those of the one normal quantity of a paragraph."""
    text, formulas = block.numbered()
    matches = list(_ITS.finditer(text))
    normal = [s for s in spoken(block) if s.kind == "gaussian"] if matches else []
    if len(normal) != 1 or normal[0].independent or len(normal[0].parameters) != 2:
        return
    subject, (mean, variance) = normal[0].subject, normal[0].parameters
    name = _name_of(subject)
    for match in matches:
        its = re.search(r"\bits\b", match[0], re.IGNORECASE)
        if match[2] is None and not its:
            continue
        of = _name_of(formulas[int(match[2])]) if match[2] else name
        if name and [t.text for t in of] == [t.text for t in name]:
            yield _Normal(int(match[1]), mean, variance, "covariance")


def _name_of(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The name before the set in which it is; empty for a list, or a set alone."""
    stop = next((i for i, t in enumerate(tokens) if t.text in (r"\in", ">", r"\sim")), len(tokens))
    name = tuple(tokens[:stop])
    if not name or any(t.text in (",", "=", "(", r"\mathbb", "^") for t in name):
        return ()
    return name


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
