r"""Prose as mentions: each formula in a line with the words that belong to it.

`a symmetric positive definite covariance $\Sigma$ and nonzero $a, b \in \mathbb{R}^n$`: the words
between two formulas are divided at the last comma, conjunction or preposition, so that what is said
after a formula stays with it and what leads up to the next one goes there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from derive.reader.blocks import Inline, Prose, Text
from derive.reader.scanner import Token
from derive.reader.source import Source, Span

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


def mentions(prose: Prose) -> tuple[Mention, ...]:
    """The formulas of a paragraph in reading order, each with its words."""
    gaps, formulas = _alternating(prose.pieces)
    divided = [_divided(gap, i == 0, i == len(formulas)) for i, gap in enumerate(gaps)]
    found: list[Mention] = []
    for position, formula in enumerate(formulas):
        _, before, starts = divided[position]
        after = divided[position + 1][0]
        if formula.error is None and formula.tokens:
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
