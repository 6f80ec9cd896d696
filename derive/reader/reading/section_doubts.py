r"""What is not called wrong in one section of a long document, because more may be meant than is known there.

A reader of a lecture would rather ask than accuse: shapes that clash are more often those of another statement with
the same letters; a name may keep the meaning of another section; a repeated index may be summed by convention.
"""

from __future__ import annotations

from dataclasses import replace

from derive.derivation import Block, Chain, Step, Unreadable
from derive.derivation import Side as TypedSide
from derive.expr.nodes import Call, Symbol
from derive.expr.sizes import shape_text
from derive.expr.walk import free_indices, post_order
from derive.reader.reading.doubts import BOLD
from derive.reader.reading.state import GUESSED
from derive.reader.reading.unread import letters_in


def plain_letters(latex: str) -> str:
    """A name regardless of its font."""
    return BOLD.sub(r"\1", latex)


def doubted(block: Block, lost: dict[str, str]) -> Block:
    """A chain with the doubts on its steps; `lost` are names that another section gives a meaning not known here."""
    if not isinstance(block, Chain):
        return block
    steps: list[Step] = []
    left = block.lhs
    for step in block.steps:
        said = letters_in(f"{block.source} {step.source}")
        why = step.doubt or _doubt(left, step.rhs, lost) or _word(said, lost)
        steps.append(replace(step, doubt=why) if why else step)
        left = step.rhs
    return replace(block, steps=tuple(steps))


def _doubt(left: TypedSide, right: TypedSide, lost: dict[str, str]) -> str:
    """Why a relation that does not hold is not called wrong, empty when it is."""
    for side in (left, right):
        if isinstance(side, Unreadable):
            return f"{GUESSED}: {side.why}; declare them" if side.ill_typed else ""
    assert not isinstance(left, Unreadable)
    assert not isinstance(right, Unreadable)
    if left.shape != right.shape:
        shapes = f"{shape_text(left.shape)} on the left, {shape_text(right.shape)} on the right"
        return f"{GUESSED}: {shapes}; declare the names in this section"
    names = {**_names(left), **_names(right)}
    foreign = next((lost[name] for name in names if name in lost), "")
    if foreign:
        return f"{GUESSED}: {foreign} is given a meaning in another section; declare it here"
    own, others = free_indices(left), free_indices(right)
    lone = next((i.name for i in (*own, *others) if i not in own or i not in others), "")
    if lone:
        return f"the index {lone} stands on one side only; write the sum over it, or say for which {lone}"
    return ""


def _word(letters: frozenset[str], lost: dict[str, str]) -> str:
    """A letter that another section gives as a known function, which leaves no name in what was read."""
    foreign = next((lost[x] for x in sorted(letters) if x in lost), "")
    return (
        f"{GUESSED}: {foreign} is given a meaning in another section; declare it here"
        if foreign
        else ""
    )


def _names(side: TypedSide) -> dict[str, None]:
    assert not isinstance(side, Unreadable)
    found: dict[str, None] = {}
    for node in post_order(side, into_definitions=True):
        if isinstance(node, Symbol):
            found[plain_letters(node.name)] = None
        elif isinstance(node, Call):
            found[plain_letters(node.function.name)] = None
    return found
