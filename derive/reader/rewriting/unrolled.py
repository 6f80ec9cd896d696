r"""Recursions that are followed from step to step: `v_t = b v_{t-1} + g_t = b^2 v_{t-2} + b g_{t-1} + g_t = ...`.

Each step is a quantity of its own, given by the one before it, and the number of steps counts in powers and sums. Such
a document is read at one number of steps, which are written out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.reader.rewriting.recursions import (
    Equation,
    Steps,
    defining,
    goes_back,
    recurs,
    said_sizes,
    step_equations,
    sum_limits,
    written_out,
)
from derive.reader.rewriting.steps import SUMS, Base, NotFollowed, Writer, labelled, script, value
from derive.reader.source.blocks import Document
from derive.reader.source.scanner import Kind, Token

COUNT = 5
"""Steps that are written out: 2^5 is not 5^2, and three steps back is not the start."""
_LABELS = frozenset(["t", "k", "n", "i", "j", "s", "m", "r", "l", r"\tau", r"\ell"])


def with_unrolled(document: Document) -> tuple[Document, str]:
    """The document with its recursion written out at one number of steps, and what to tell of it."""
    if not any(_steps_back(block.tokens) for block in document.displays):
        return document, ""
    try:
        found = _steps(document)
        if found is None:
            return document, ""
        followed = written_out(document, found)
    except NotFollowed:
        return document, ""
    letter = found.writer.letter
    return (
        followed,
        f"the recursion is followed, and statements about {letter} are read at {letter} = {found.at}",
    )


def _steps_back(tokens: Sequence[Token]) -> bool:
    """Whether some label is a step with an offset: `v_{t-1}`."""
    texts = [t.text for t in tokens]
    return any(
        token.kind in (Kind.SUB, Kind.SUP)
        and tokens[place + 1].kind is Kind.OPEN
        and (texts[place + 2] in _LABELS or texts[place + 2] in ("(", "["))
        and bool({"+", "-"} & set(texts[place + 3 : place + 5]))
        for place, token in enumerate(tokens[:-3])
    )


def _steps(document: Document) -> Steps | None:
    formulas = list(document.formulas())
    equations = list(step_equations(document, set(_LABELS)))
    recurring = {letter: None for e in equations if (letter := recurs(e, set(_LABELS)))}
    if len(recurring) != 1:
        return None
    letter = next(iter(recurring))
    back = any(goes_back(e, letter) for e in equations)
    over = {last for tokens in formulas for own, last in sum_limits(tokens) if own == letter}
    if len(over) > 1 or "" in over or (over and back):
        return None  # to which step they are summed is not clear
    if any(_is_size(tokens, letter) for tokens in formulas):
        return None
    bases = frozenset(
        base
        for tokens in formulas
        for base, label, _, _ in labelled(tokens)
        if any(t.text == letter for t in label)
    )
    if not back and not any(_counts(tokens, letter, bases) for tokens in formulas):
        return None
    if any(t.text == r"\nabla" for tokens in formulas for t in tokens):
        return (
            None  # the gradient of any function has the shape of its argument, which one step shows
        )
    last = next(iter(over), "") or (_horizon(formulas, letter) if back else "") or letter
    ahead = 0 if back else max(_offsets(formulas, letter), default=0)
    if over and ahead > 1:
        return None
    writer = Writer(letter, last, COUNT + max(ahead, bool(over)), bases)
    generic, explicit = _given(equations, letter, last, bases)
    sizes = {
        base: size for tokens in formulas for base, size in said_sizes(tokens) if base in bases
    }
    return Steps(writer, generic, explicit, sizes, 1 if back else COUNT, back)


def _offsets(formulas: Sequence[Sequence[Token]], letter: str) -> Iterator[int]:
    """How far labels are ahead of the step: 1 of `t+1`."""
    for tokens in formulas:
        for _, label, _, _ in labelled(tokens):
            if any(t.text == letter for t in label):
                yield value(label, {letter: 0}) or 0


def _given(
    equations: Sequence[Equation], letter: str, last: str, bases: frozenset[Base]
) -> tuple[dict[Base, Equation], dict[Base, frozenset[int]]]:
    """The equations that define steps; one by one all of them stand in the same direction."""
    generic, explicit = defining(equations, letter, last if last != letter else "")
    directions = {
        goes_back(e, letter) for e in generic.values() if recurs(e, {letter}) and e.base in bases
    }
    if len(directions) != 1:
        raise NotFollowed
    return generic, explicit


def _is_size(tokens: Sequence[Token], letter: str) -> bool:
    r"""Whether a letter is the size of an array: `\mathbb{R}^{n \times d}`."""
    texts = [t.text for t in tokens]
    return any(
        text == "^"
        and "R" in texts[max(0, place - 4) : place]
        and any(t.text == letter for t in script(tokens, place)[0])
        for place, text in enumerate(texts)
    )


def _counts(tokens: Sequence[Token], letter: str, bases: frozenset[Base]) -> bool:
    r"""Whether the number of steps stands in a power, above a sum or in a start: `b^t`, `\sum_{i=0}^{t-1}`, `v_0`."""
    starts = any(
        base in bases and value(label, {}) in (0, 1) for base, label, _, _ in labelled(tokens)
    )
    return starts or any(_numbers(tokens, letter))


def _numbers(tokens: Sequence[Token], letter: str) -> Iterator[bool]:
    for place, token in enumerate(tokens):
        if token.kind is Kind.SUP and place:
            inner = script(tokens, place)[0]
            bracketed = inner[:1] and inner[0].text in ("(", "[", "<")
            yield not bracketed and any(t.text == letter for t in inner)


def _horizon(formulas: Sequence[Sequence[Token]], letter: str) -> str:
    r"""The last step up to which a sum runs: T of `\sum_{k=0}^{T-t-1}`."""
    found: dict[str, None] = {}
    for tokens in formulas:
        for place, token in enumerate(tokens):
            if token.kind is Kind.SUP and _above_sum(tokens, place):
                inner = [t.text for t in script(tokens, place)[0]]
                found.update(dict.fromkeys(t for t in inner if t.isalpha() and t != letter))
    if len(found) > 1:
        raise NotFollowed
    return next(iter(found), "")


def _above_sum(tokens: Sequence[Token], place: int) -> bool:
    """Whether a raised script is the upper limit of a sum."""
    before = [t.text for t in tokens[max(0, place - 8) : place]]
    return any(text in SUMS for text in before) and before[-1] in ("}", *_LABELS)


__all__ = ["with_unrolled"]
