r"""Prose as mentions: each formula in a line with the words that belong to it.

`a symmetric positive definite covariance $\Sigma$ and nonzero $a, b \in \mathbb{R}^n$`: the words
between two formulas are divided at the last comma, conjunction or preposition, so that what is said
after a formula stays with it and what leads up to the next one goes there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from derive.reader.grammar.cursor import end_of
from derive.reader.source.blocks import Inline, Prose, Text
from derive.reader.source.groups import Node
from derive.reader.source.places import Source, Span
from derive.reader.source.scanner import Token

_SENTENCE = re.compile(r"(?<!\be\.g)(?<!\bi\.e)(?<!\bcf)(?<!\bresp)[.!?](?=\s|$)|;|:(?=\s|$)")
_JOINTS = re.compile(
    r",|\b(?:and|or|let|with|where|whose|for|of|from|suppose|assume|assuming|then|by|given|hence|so|using|since|because|"
    r"when|if|in|on|at|as|to|consider|define|denote|over|while|that|take|set|put|write|recall|note|here)\b",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"\s*(?:,?\s*(?:which|that)\s+)?(?:be|is|are|has|have|denotes?|being|takes?|lies?|lie|with)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Mention:
    """A formula in a line. `before`: the words of its noun phrase; `after`: what is said of it up to the next formula;
    `lead`: all words between the formula before and this one; `rest`: all words up to the next one; `starts`: whether a
    sentence starts in between."""

    tokens: tuple[Token, ...]
    span: Span
    source: Source
    before: str = ""
    after: str = ""
    lead: str = ""
    starts: bool = True
    rest: str = ""


_CASE = re.compile(r"(?:^|[.;:!?])\s*(For|If|When|Whenever|Wherever|At points where)\s*$")
_JOINED = re.compile(r"\s*(?:,|and|, and)\s*")
_BOUNDS = frozenset(["<", ">", r"\le", r"\leq", r"\ge", r"\geq", r"\ne", r"\neq", r"\lt", r"\gt"])


def closing_cases(prose: Prose) -> tuple[Inline, ...]:
    r"""The conditions of a sentence that leads up to a display: `For $n > d$:`, `At points where $a = 0$, $b = 1$:`."""
    gaps, formulas = _alternating(prose.pieces)
    if not formulas or gaps[-1].strip() != ":":
        return ()
    first = len(formulas) - 1
    while first and _JOINED.fullmatch(gaps[first]):
        first -= 1
    match = _CASE.search(gaps[first])
    found = formulas[first:]
    if match is None or not all(_is_case(formula, match[1]) for formula in found):
        return ()
    return tuple(found)


def joins(case: Sequence[Node], mention: Mention) -> bool:
    """Whether only `and` stands between a condition and a formula, which then is another one: `When $A = I$ and
    $w = 0$`."""
    between = mention.source.text[end_of(case[-1]) : mention.span.start] if case else ""
    return re.fullmatch(r"\$\s*,?\s*and\s+", between) is not None


def _is_case(formula: Inline, word: str) -> bool:
    """Whether a formula is a condition and no range: a bound, or an equation (after `For` one with a number)."""
    texts = [token.text for token in formula.tokens]
    if formula.error is not None or r"\dots" in texts or r"\in" in texts:
        return False
    if _BOUNDS & set(texts):
        return True
    return "=" in texts and (word != "For" or texts[texts.index("=") + 1 :][-1:][0].isdecimal())


def mentions(prose: Prose) -> tuple[Mention, ...]:
    """The formulas of a paragraph in reading order, each with its words; conditions of what follows are left out."""
    gaps, formulas = _alternating(prose.pieces)
    cases = closing_cases(prose)
    divided = [_divided(gap, i == 0, i == len(formulas)) for i, gap in enumerate(gaps)]
    found: list[Mention] = []
    for position, formula in enumerate(formulas):
        _, before, starts = divided[position]
        after = divided[position + 1][0]
        if formula.error is None and formula.tokens and formula not in cases:
            lead, rest = gaps[position], gaps[position + 1]
            found.append(
                Mention(
                    formula.tokens, formula.span, prose.source, before, after, lead, starts, rest
                )
            )
    return tuple(found)


def _alternating(pieces: Sequence[Text | Inline]) -> tuple[list[str], list[Inline]]:
    """Texts and formulas in turn: one more text than formulas."""
    gaps, formulas = [""], []
    for piece in pieces:
        if isinstance(piece, Inline):
            formulas.append(piece)
            gaps.append("")
        else:
            gaps[-1] += piece.text
    return gaps, formulas


def _divided(gap: str, first: bool, last: bool) -> tuple[str, str, bool]:
    """What belongs to the formula before a gap, what to the one after it, and whether a sentence starts in it."""
    ends = list(_SENTENCE.finditer(gap))
    if ends:
        return gap[: ends[0].start()], gap[ends[-1].end() :], True
    if first or last:
        return ("", gap, True) if first else (gap, "", False)
    if gap.lstrip().startswith("("):
        closed = gap.find(")")
        if closed < 0:
            return "", gap, False
        rest = gap[closed + 1 :]
        after, before, _ = _divided(rest, False, False)
        return gap[: closed + 1] + after, before, False
    joints = list(_JOINTS.finditer(gap))
    if not joints:
        return (gap, gap, False) if not _SAID.match(gap) else (gap, "", False)
    cut = joints[-1].start()
    if (
        _SAID.match(gap)
        and joints[-1].group().lower() in ("with", "of", "in", "to")
        and len(joints) == 1
    ):
        return gap, gap[cut:], False
    return gap[:cut], gap[cut:], False


#: `$R$ the symmetric positive definite covariance of the noise`, with nothing said of it in the same clause
_APPOSED = re.compile(
    r"\s*(?:denotes? |be )?the ((?!(?:[a-z-]+ )*(?:is|are|was|has|have|can|holds?|gives?|becomes?|onto|vanish\w*)\b)"
    r"[a-z-]+(?: [a-z-]+){0,7}?)\s*(?:[,.;:(]|\band\b|$)",
    re.I,
)


#: `the Hessian, symmetric positive definite`: adjectives behind the noun, up to the end of what is said of the name
_ADJECTIVES_BEHIND = re.compile(
    r"\s*,?\s*\(?(?:(?:which|that) (?:is|we (?:assume|take)(?: to be)?) |(?:assumed|taken)(?: to be)? )?"
    r"(?:an? )?((?:(?:symmetric|positive|semi-?definite|definite|(?:positive|semi)-[a-z-]+|invertible|non-?singular"
    r"|diagonal|orthogonal|square|real|spd|psd|and)\b,?\s*)+)(?:matrix\s*)?\)?\s*(?:,\s*)?(?:and\s*)?(?:[.;:]|$)",
    re.I,
)


def apposed(after: str) -> str:
    """Words behind a name without the article of a noun phrase that says what it is; others as they are.

    Adjectives behind the noun come before it: `the Hessian, symmetric positive definite`.
    """
    phrase = _APPOSED.match(after)
    if phrase is None:
        return after
    behind = _ADJECTIVES_BEHIND.match(after, phrase.end(1))
    return f"{behind[1].strip(' ,')} {phrase[1]}" if behind else phrase[1]
