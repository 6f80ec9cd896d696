r"""Names that are given by an invertible function of them: `\log \mu_i = x_i^\top \beta`, `\log\frac{p}{1-p} = \eta`,
`\operatorname{logit}(p) = \eta`, `1/\mu_i = \eta_i`, `\Phi^{-1}(p) = \eta`.
"""

from __future__ import annotations

from collections.abc import Sequence

from derive.reader.grammar.cursor import clean, plain
from derive.reader.source.groups import Group, Node, text_of
from derive.reader.source.scanner import scan_math

#: what gives a name from the value of its function
INVERSES = {
    "log": (r"\exp(", ")"),
    "logit": (r"1/(1+\exp(-(", ")))"),
    "reciprocal": ("1/(", ")"),
    "probit": (r"\Phi(", ")"),
}
_LOGARITHMS = (r"\log", r"\ln")
_LOGIT = ("logit", r"\logit")
_SPACING = (r"\left", r"\right")


def link_of(left: Sequence[Node]) -> tuple[str, tuple[Node, ...]] | None:
    """The function on a left side and the name in it; None where it is something else."""
    items = tuple(n for n in clean(left) if text_of(n) not in _SPACING)
    first = text_of(items[0]) if items else ""
    if first in _LOGARITHMS and len(items) > 1:
        inside = _unbracketed(items[1:])
        odds = _over_complement(inside)
        return ("logit", odds) if odds else ("log", inside)
    if (word := _word(items)) in _LOGIT:
        return "logit", _unbracketed(items[2 if text_of(items[0]) != word else 1 :])
    if first == r"\Phi" and len(items) > 3 and plain(items[1:3]).strip("^{}") == "-1":
        return "probit", _unbracketed(items[3:])
    below = _fraction(items)
    return ("reciprocal", below[1]) if below and plain(below[0]) == "1" else None


def linked(link: str, right: Sequence[Node]) -> list[Node]:
    """The right side as what the name itself is."""
    before, after = INVERSES[link]
    return [*scan_math(before), *right, *scan_math(after)]


def _word(items: Sequence[Node]) -> str:
    r"""The word in front: of `\operatorname{logit}`, `\text{logit}`, `\logit`."""
    if len(items) < 2:
        return ""
    first = text_of(items[0])
    fonts = (r"\operatorname", r"\mathrm", r"\text", r"\textrm", r"\mathop")
    return plain(items[1:2]).strip("{}") if first in fonts else first


def _unbracketed(items: tuple[Node, ...]) -> tuple[Node, ...]:
    """What stands between brackets that open first and close last."""
    pairs = {"(": ")", "[": "]"}
    texts = [text_of(node) for node in items]
    if len(items) > 2 and pairs.get(texts[0]) == texts[-1] and texts.count(texts[0]) == 1:
        return items[1:-1]
    if len(items) == 1 and isinstance(items[0], Group) and not items[0].name:
        return tuple(clean(items[0].items))
    return items


def _fraction(items: Sequence[Node]) -> tuple[tuple[Node, ...], tuple[Node, ...]] | None:
    r"""Both parts of `\frac{a}{b}` or `a / b`."""
    texts = [text_of(node) for node in items]
    if len(items) == 3 and texts[0] in (r"\frac", r"\dfrac", r"\tfrac"):
        above, below = (_unbracketed((node,)) for node in items[1:])
        return above, below
    if texts.count("/") != 1:
        return None
    cut = texts.index("/")
    return tuple(items[:cut]), _unbracketed(tuple(items[cut + 1 :]))


def _over_complement(items: tuple[Node, ...]) -> tuple[Node, ...]:
    """The p of `p / (1 - p)`; nothing of anything else."""
    parts = _fraction(items)
    if parts is None:
        return ()
    above, below = parts
    return above if plain(below).replace(" ", "") == f"1-{plain(above)}".replace(" ", "") else ()


__all__ = ["INVERSES", "link_of", "linked"]
