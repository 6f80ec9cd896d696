r"""What a sentence says of normal densities: their names, their means and spreads, the space, each in its own phrase.

The phrases stand in any order behind the names of the densities: `$p$ and $q$ be the Gaussian densities on
$\mathbb{R}^d$ with means $m, n$ and a common covariance $S$`, `the densities of $N(m, S)$ and $N(n, T)$`, `$q(z)$ is
Gaussian with diagonal covariance, its entries $s_j^2$`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from derive.reader.declarations.moment_words import ARTICLES, variance_of
from derive.reader.rewriting.density_heads import Head, head_of, is_script, listed, name_of
from derive.reader.source.scanner import Token, scan_math

Tokens = tuple[Token, ...]
_LIST = r"@\d+@(?:\s*(?:,\s*and|,|and)\s*@\d+@)*"
_NOUN = (
    r"(?:variances?|covariances?(?: matri(?:x|ces))?|standard deviations?|stds?|"
    r"precisions?(?: matri(?:x|ces))?)"
)
_LAW = re.compile(r"\b(?:normal|gaussian)s?\b", re.IGNORECASE)
_ANOTHER = re.compile(r"\s*(?:is |be |are )?(?:the |an?)?(?:one|other)\b", re.IGNORECASE)
_PHRASES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (
            "diagonal",
            r"\bdiagonal (?:covariance|variance)s?(?: matri(?:x|ces))?,?\s*"
            r"(?:(?:with|and|whose|having|of|the|its)\s+)*"
            rf"(?:diagonal\s+)?(?P<noun>entries|elements|variances|standard deviations)\s+(?:are\s+)?(?P<list>{_LIST})",
        ),
        (
            "mean",
            rf"\bmeans?(?: vectors?)?\s+(?:(?:equal to|of|at|given by)\s+)?(?P<list>{_LIST}|zero\b)",
        ),
        ("mean", r"\b(?P<list>zero)[- ]mean\b"),
        (
            "mean",
            rf"\b(?:cent(?:er|re)d at|expectations?|expected values?)\s+(?P<list>{_LIST}|zero\b)",
        ),
        (
            "spread",
            rf"{ARTICLES}(?P<noun>{_NOUN})\s+(?:(?:equal to|of|given by)\s+)?(?P<list>{_LIST})",
        ),
        ("unit", r"\b(?:unit|identity) (?:variances?|covariances?)(?: matri(?:x|ces))?\b"),
        (
            "standard",
            r"(?<!\ba )\bstandard (?:normal|gaussian)s?(?! (?:distribution|cdf|cumulative) func)\b"
            r"|(?<=\ba )\bstandard (?:normal|gaussian)s?(?! (?:distribution|cdf|cumulative) func)\b",
        ),
        ("space", r"\b(?:on|over|in|of|for)\s+(?:points? )?(?P<list>@\d+@)"),
        ("dimension", r"(?P<list>@\d+@)[- ]dimensional"),
    )
)
_SENTENCES = re.compile(
    r"(?<=[.;])\s(?!\s*(?:they|it|its|their|these|both|the (?:respective )?(?:means?|covariances?))\b)",
    re.IGNORECASE,
)


_DIMENSION = re.compile(
    r"@(\d+)@\s*(?:be|is|denotes?|for|the|,|\s)*dimension(?:ality)? of|\b(?:in|of) @(\d+)@ dimensions\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Normal:
    """A density in words: the number of its formula and its part there, mean, spread and the noun of that, where it is
    taken, and the dimension of its space; empty where the words say nothing."""

    number: int
    head: Head
    mean: Tokens
    spread: Tokens
    noun: str = "variance"
    place: Tokens = ()
    dimension: Tokens = ()
    entry: int | None = None
    """The formula of the entries of a diagonal covariance."""
    density: bool = False
    """Whether the words say that it is a density, and not a random variable."""

    @property
    def variance(self) -> Tokens:
        """The spread, squared where it is a standard deviation, inverted where it is a precision."""
        return variance_of(self.noun, self.spread)


@dataclass
class _Group:
    """The names of densities and what was said of them: lists of formulas by the kind of phrase."""

    names: list[tuple[int, Head]]
    laws: list[tuple[Tokens, Tokens]]
    means: list[Tokens]
    spreads: list[Tokens]
    noun: str = "variance"
    normal: bool = False
    density: bool = False
    standard: bool = False
    place: Tokens = ()
    dimension: Tokens = ()
    entry: int | None = None


def normals_said(text: str, formulas: Sequence[Tokens]) -> Iterator[Normal]:
    """The normal densities of a paragraph; formulas stand as `@3@` in its text."""
    earlier = False
    dimension = _dimension_ahead(text, formulas)
    for sentence in _SENTENCES.split(text):
        for group, between in _groups(sentence, formulas):
            normal = group.normal or (earlier and bool(_ANOTHER.match(between)))
            earlier = earlier or normal
            if normal or group.laws:
                found = replace(group, dimension=group.dimension or dimension)
                yield from _resolved(found)


def _dimension_ahead(text: str, formulas: Sequence[Tokens]) -> Tokens:
    """J of `let $J$ be the dimensionality of $z$`, k of `two normals in $k$ dimensions`."""
    match = _DIMENSION.search(text)
    found = formulas[int(match[1] or match[2])] if match is not None else ()
    return found if len(found) == 1 else ()


def _groups(sentence: str, formulas: Sequence[Tokens]) -> Iterator[tuple[_Group, str]]:
    """The densities of a sentence with what stands behind their names and before the next ones."""
    starts: list[tuple[int, int, list[tuple[int, Head]]]] = []
    for match in re.finditer(_LIST, sentence):
        formula = list(re.finditer(r"@\d+@", match[0]))
        first = len(formula)
        while first and _names(formula[first - 1][0], formulas):
            first -= 1  # what stands before densities in a list belongs to the words before it
        names = [n for f in formula[first:] for n in _names(f[0], formulas)]
        if names and not (first == 0 and _is_used(sentence[: match.start()])):
            starts.append((match.start() + formula[first].start(), match.end(), names))
    for place, (start, stop, names) in enumerate(starts):
        end = starts[place + 1][0] if place + 1 < len(starts) else len(sentence)
        behind = sentence[stop:end]
        before = sentence[starts[place - 1][1] if place else 0 : start]
        laws = [law for number, _ in names if (law := _law_given(formulas[number]))]
        group = _Group(names, laws if len(laws) == len(names) else [], [], [])
        if re.search(r"\bproduct of\b|\bmixture\b|\bjoint", behind, re.IGNORECASE):
            continue
        behind = _own_words(behind, formulas)
        if _FUNCTION.search(behind):
            continue
        group.normal = bool(
            _LAW.search(f"{before[-60:] if not place or not behind.strip(' ,') else ''} {behind}")
        )
        words = f"{before[-60:]} {behind}"
        group.density = bool(_DENSITY.search(words)) and not _RANDOM.search(behind)
        _attribute(group, behind, formulas)
        yield group, behind


_DENSITY = re.compile(r"\bdensit|\bpdfs?\b|\bdistributions?\b(?! func)", re.IGNORECASE)
_RANDOM = re.compile(r"\b(?:has|have|having|follows?)\b[^@]*\bdistribution", re.IGNORECASE)
_FUNCTION = re.compile(
    r"(?<!density )(?<!distribution )\bfunctions?\b|\b(?:where|which|when|for (?:a|any|some))\b",
    re.IGNORECASE,
)


def _own_words(behind: str, formulas: Sequence[Tokens]) -> str:
    """The words before the first formula that is no mean, spread, space or law: another thing is spoken of there."""
    left = behind
    for _, pattern in _PHRASES:
        left = pattern.sub(lambda m: " " * len(m[0]), left)
    for match in re.finditer(r"@(\d+)@", left):
        if law_arguments(formulas[int(match[1])]) is None and not _is_bound(
            formulas[int(match[1])]
        ):
            return behind[: match.start()]
    return behind


def _is_used(before: str) -> bool:
    """Whether the words before a letter say that it is something else than a density: a mean, a space."""
    return bool(
        re.search(rf"\b(?:means?|expectations?|{_NOUN}|under|values?|from)\s*$", before, re.I)
    )


def _names(text: str, formulas: Sequence[Tokens]) -> list[tuple[int, Head]]:
    """The densities of a list of formulas; empty where one of them is none."""
    found: list[tuple[int, Head]] = []
    for number in (int(n) for n in re.findall(r"\d+", text)):
        if _is_bound(formulas[number]):
            return []  # what is in a set or above zero is a number or a vector
        parts = listed(formulas[number])
        heads = [head_of(_left(part)) for part in parts]
        if not heads or None in heads:
            return []
        found.extend((number, head) for head in heads if head is not None)
    return found


def _left(tokens: Tokens) -> Tokens:
    """What stands before the sign of an equation with a normal law."""
    cut = next((i for i, t in enumerate(tokens) if t.text == "="), None)
    return tokens[:cut] if cut is not None and law_arguments(tokens[cut + 1 :]) else tokens


def _law_given(tokens: Tokens) -> tuple[Tokens, Tokens] | None:
    cut = next((i for i, t in enumerate(tokens) if t.text == "="), None)
    return law_arguments(tokens[cut + 1 :]) if cut is not None else None


def law_arguments(tokens: Tokens) -> tuple[Tokens, Tokens] | None:
    r"""Mean and spread of `\mathcal{N}(m, S)`, `N(x; m, S)`; None of anything else."""
    texts = [t.text for t in tokens]
    for opening in (
        r"\mathcal { N }",
        r"\mathrm { N }",
        r"\operatorname { N }",
        r"\mathcal N",
        "N",
    ):
        head = opening.split()
        if texts[: len(head)] == head:
            inside = tokens[len(head) :]
            break
    else:
        return None
    inside = tuple(t for t in inside if t.text not in (r"\left", r"\right"))
    if len(inside) < 5 or inside[0].text != "(" or inside[-1].text != ")":
        return None
    parts = listed(inside[1:-1], (",", ";", "|", r"\mid"))
    return (parts[-2], parts[-1]) if len(parts) in (2, 3) else None


def _attribute(group: _Group, behind: str, formulas: Sequence[Tokens]) -> None:
    """Add what the words behind the names say."""
    taken = behind
    for kind, pattern in _PHRASES:
        for match in pattern.finditer(taken):
            named = match.groupdict().get("list") or ""
            numbers = [int(n) for n in re.findall(r"\d+", named)]
            while len(numbers) > len(group.names) and _is_bound(formulas[numbers[-1]]):
                numbers.pop()
            parts = [part for n in numbers for part in listed(formulas[n])]
            if kind == "mean" and not group.means:
                group.means = parts or [tuple(scan_math("0"))]
            elif kind == "spread" and not group.spreads:
                group.spreads, group.noun = parts, match["noun"]
            elif kind == "diagonal" and not group.spreads:
                spread = _diagonal(parts[-1], match["noun"]) if parts else ()
                group.spreads, group.noun, group.entry = [spread], "diagonal", numbers[-1]
            elif kind == "unit" and not group.spreads:
                group.spreads = [tuple(scan_math("1"))]
            elif kind == "standard":
                group.standard = True
            elif kind == "space" and (size := dimension_of(formulas[numbers[0]])):
                group.dimension = group.dimension or size
                group.place = group.place or name_of(formulas[numbers[0]])
            elif kind == "space" and head_of(formulas[numbers[0]]) is None:
                law = law_arguments(formulas[numbers[0]])
                group.place = group.place or (() if law else name_of(formulas[numbers[0]]))
            elif kind == "dimension":
                group.dimension = group.dimension or formulas[numbers[0]]
        if kind in ("diagonal", "mean", "spread"):
            taken = pattern.sub(lambda m: " " * len(m[0]), taken)
    laws = [law for n in re.findall(r"@(\d+)@", behind) if (law := law_arguments(formulas[int(n)]))]
    if (
        laws
        and not group.laws
        and re.search(r"\bdensit|\bpdfs?\b|\blaws?\b|\bdistribut", behind, re.I)
    ):
        group.laws = laws


def _is_bound(tokens: Tokens) -> bool:
    r"""Whether a formula behind a list only bounds what the list names: `$\sigma^2 I$, $\sigma > 0$`."""
    return any(t.text in (">", r"\succ", r"\in", r"\geq") for t in tokens)


def _diagonal(entry: Tokens, noun: str) -> Tokens:
    r"""`\operatorname{diag}(\sigma^2)` of the entry `\sigma_j^2`; empty where the entry has no index."""
    texts = [t.text for t in entry]
    if "_" not in texts:
        return ()
    start = texts.index("_")
    end = texts.index("}", start) + 1 if texts[start + 1] == "{" else start + 2
    vector = (*entry[:start], *entry[end:])
    if noun.lower().startswith("standard"):
        vector = (*vector, *scan_math("^2"))
    return (*scan_math(r"\operatorname{diag}("), *vector, *scan_math(")"))


def dimension_of(tokens: Tokens) -> Tokens:
    r"""d of `\mathbb{R}^d` and of `z \in \mathbb{R}^d`; 1 of the real line."""
    texts = [t.text for t in tokens]
    while r"\in" in texts:
        cut = texts.index(r"\in") + 1
        tokens, texts = tokens[cut:], texts[cut:]
    real = next(
        (
            s
            for s in ([r"\mathbb", "{", "R", "}"], [r"\mathbb", "R"], [r"\R"])
            if texts[: len(s)] == s
        ),
        None,
    )
    if real is None:
        return ()
    rest = tokens[len(real) :]
    if not rest:
        return tuple(scan_math("1"))
    inside = rest[2:-1] if len(rest) > 2 and rest[1].text == "{" else rest[1:]
    return inside if rest[0].text == "^" and not any(t.text == r"\times" for t in inside) else ()


def _resolved(group: _Group) -> Iterator[Normal]:
    """Each density with its own mean and spread, or the common ones."""
    count = len(group.names)
    means, spreads, noun = group.means, group.spreads, group.noun
    if group.laws:
        noun = noun if _same(group.spreads, [law[1] for law in group.laws]) else "variance"
        means, spreads = [law[0] for law in group.laws], [law[1] for law in group.laws]
    elif group.standard and not means and not spreads:
        means, spreads = [tuple(scan_math("0"))], [tuple(scan_math("1"))]
    if len(means) not in (1, count) or len(spreads) not in (1, count) or not all(spreads):
        return
    if group.laws and len(means) != count:
        return
    for at, (number, head) in enumerate(group.names):
        if group.standard and head.tokens[0].text in (r"\phi", r"\varphi"):
            continue  # these letters stand for the function of the table
        mean, spread = means[at % len(means)], spreads[at % len(spreads)]
        where = head.place or (group.place if is_script([t.text for t in group.place[1:]]) else ())
        place = where or group.place
        yield Normal(
            number, head, mean, spread, noun, place, group.dimension, group.entry, group.density
        )


def _same(said: Sequence[Tokens], given: Sequence[Tokens]) -> bool:
    """Whether the spreads that words name are the arguments of the laws."""
    return [[t.text for t in s] for s in said] == [[t.text for t in g] for g in given]


__all__ = ["Normal", "dimension_of", "law_arguments", "normals_said"]
