r"""Recursions over steps with a loss that sums over them: `h_t = W h_{t-1} + U x_t`, `L = \sum_{t=1}^T \ell(o_t, y_t)`.

Every step is a quantity of its own, and a derivative by one of them goes through all later ones. Such a document is
read with a fixed number of steps that are written out, and its statements about step t are read at one of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise

from derive.reader.grammar.written import ACCENTS
from derive.reader.relations.chains import chains
from derive.reader.rewriting.steps import (
    SIGNS,
    SUMS,
    Base,
    NotFollowed,
    Writer,
    labelled,
    script,
    value,
)
from derive.reader.source.blocks import Block, Display, Document, Inline, Prose, Text
from derive.reader.source.scanner import Kind, Token

COUNT = 5
"""Steps that are written out: the last one, the one before it, t + 1 and T - t are then all different from t."""
AT = 2
"""The step at which statements about t are read."""


@dataclass(frozen=True)
class Equation:
    """An equation for one name with a label: its base and label, and both sides; `block` is where it stands."""

    base: Base
    label: tuple[Token, ...]
    left: tuple[Token, ...]
    right: tuple[Token, ...]
    block: int


@dataclass(frozen=True)
class Steps:
    """What is followed: the letters of the step and of the last one, which equations define, the step `at` which
    statements are read; `back`: each step is given by the one behind it, so that the last ones come first."""

    writer: Writer
    generic: dict[Base, Equation]
    explicit: dict[Base, frozenset[int]]
    sizes: dict[Base, tuple[Token, ...]]
    at: int = AT
    back: bool = False


def with_steps(document: Document) -> tuple[Document, str]:
    """The document with its recursion written out, and what to tell of it; as it was where there is none."""
    try:
        found = _steps(document)
        if found is None:
            return document, ""
        followed = written_out(document, found)
    except NotFollowed:
        return document, ""
    letter, last = found.writer.letter, found.writer.last
    told = f"the recursion is followed over {last} = {COUNT} steps; "
    told += f"statements about {letter} are read at {letter} = {AT}"
    return followed, told


# ------------------------------------------------------------------------------------------- what is followed


def _steps(document: Document) -> Steps | None:
    if not any(derives(block.tokens) for block in document.displays):
        return None
    formulas = list(document.formulas())
    limits = {found: None for tokens in formulas for found in sum_limits(tokens)}
    letters = {letter for letter, _ in limits}
    equations = list(step_equations(document, letters))
    recurring = {letter: None for e in equations if (letter := recurs(e, letters))}
    if len(recurring) != 1:
        return None
    letter = next(iter(recurring))
    lasts = [last for own, last in limits if own == letter and last]
    if len(lasts) != 1:
        return None
    last = lasts[0]
    bases = frozenset(
        base
        for tokens in formulas
        for base, label, _, _ in labelled(tokens)
        if any(t.text == letter for t in label)
    )
    generic, explicit = defining(equations, letter, last)
    for base, equation in generic.items():
        if goes_back(equation, letter) and not explicit.get(base):
            raise NotFollowed  # where a backward recursion begins is not said
    sizes = {
        base: size for tokens in formulas for base, size in said_sizes(tokens) if base in bases
    }
    return Steps(Writer(letter, last, COUNT, bases), generic, explicit, sizes)


def derives(tokens: Sequence[Token]) -> bool:
    return any(
        t.text == r"\partial" or (t.text == r"\nabla" and after.kind is Kind.SUB)
        for t, after in pairwise(tokens)
    )


def sum_limits(tokens: Sequence[Token]) -> Iterator[tuple[str, str]]:
    r"""The letter of each sum with the letter up to which it runs: t and T of `\sum_{t=1}^T`."""
    texts = [t.text for t in tokens if t.text not in ("{", "}", r"\limits")]
    for place, text in enumerate(texts):
        if text not in SUMS or texts[place + 1 : place + 2] != ["_"]:
            continue
        own = texts[place + 2 : place + 7]
        ranged = own[1:2] == ["="] and own[3:4] == ["^"] and len(own) == 5
        last = own[4] if ranged and own[2] in ("0", "1") and _is_letter(own[4]) else ""
        yield own[0], last


def said_sizes(tokens: Sequence[Token]) -> Iterator[tuple[Base, tuple[Token, ...]]]:
    r"""The names of a formula that are said to be vectors, with their size: h and m of `h_t \in \mathbb{R}^m`."""
    texts = [t.text for t in tokens]
    first = 0
    for place in (n for n, text in enumerate(texts) if text == r"\in"):
        raised = next((n for n in range(place, min(place + 6, len(texts))) if texts[n] == "^"), 0)
        if raised and r"\mathbb" in texts[place:raised]:
            size = tuple(script(tokens, raised)[0])
            names = [
                (b, start)
                for b, _, start, end in labelled(tokens)
                if first <= start <= end <= place
            ]
            one = "=" in texts[first:place]
            yield from ((base, size) for base, start in (names[:1] if one else names))
        first = place


def _is_letter(text: str) -> bool:
    return text.lstrip("\\").isalpha()


def step_equations(document: Document, letters: set[str]) -> Iterator[Equation]:
    """The equations for one name with a label, in reading order."""
    for number, block in enumerate(document.blocks):
        pairs: list[tuple[Sequence[Token], Sequence[Token]]] = []
        if isinstance(block, Display) and block.error is None:
            pairs = [
                (c.sides[0].tokens, c.sides[1].tokens)
                for c in chains(block)
                if c.signs and c.signs[0].relation in ("=", ":=", r"\triangleq", r"\equiv")
            ]
        elif isinstance(block, Prose):
            pairs = [
                pair
                for piece in block.pieces
                if isinstance(piece, Inline)
                for pair in _cut(piece.tokens)
            ]
        for left, right in pairs:
            names = list(labelled(left))
            if names and names[0][2:] == (0, len(left)):
                base, label = names[0][:2]
                yield Equation(base, tuple(label), tuple(left), tuple(right), number)


def _cut(tokens: Sequence[Token]) -> Iterator[tuple[Sequence[Token], Sequence[Token]]]:
    """The two sides of an equation in a line, the right one up to the next sign."""
    depth, signs = 0, []
    for place, token in enumerate(tokens):
        depth += (token.text in ("{", "(", "[")) - (token.text in ("}", ")", "]"))
        if not depth and token.text in SIGNS:
            signs.append(place)
    if signs and tokens[signs[0]].text in ("=", ":=", r"\triangleq"):
        yield tokens[: signs[0]], tokens[signs[0] + 1 : [*signs, len(tokens)][1]]


def offset_of(label: Sequence[Token], letter: str) -> int | None:
    """The offset of a label from the step: 1 of `t+1`."""
    if not any(t.text == letter for t in label):
        return None
    return value(label, {letter: 0})


def recurs(equation: Equation, letters: set[str]) -> str:
    """The letter by which an equation goes from one step to another, when a sum runs over it."""
    for letter in sorted(letters):
        own = offset_of(equation.label, letter)
        if own is None:
            continue
        for base, label, _, _ in labelled(equation.right):
            other = offset_of(label, letter)
            if base == equation.base and other is not None and other != own:
                return letter
    return ""


def goes_back(equation: Equation, letter: str) -> bool:
    """Whether an equation gives a step by a later one."""
    own = offset_of(equation.label, letter) or 0
    offsets = [
        offset_of(label, letter)
        for b, label, _, _ in labelled(equation.right)
        if b == equation.base
    ]
    return any(other is not None and other > own for other in offsets)


def defining(
    equations: Sequence[Equation], letter: str, last: str
) -> tuple[dict[Base, Equation], dict[Base, frozenset[int]]]:
    """The first equation for each name at any step, and the steps for which a name has an equation of its own."""
    generic: dict[Base, Equation] = {}
    explicit: dict[Base, set[int]] = {}
    for equation in equations:
        if offset_of(equation.label, letter) is not None:
            generic.setdefault(equation.base, equation)
            continue
        number = value(equation.label, {last: COUNT})
        first = generic.get(equation.base)
        if number is not None and (first is None or recurs(first, {letter})):
            explicit.setdefault(equation.base, set()).add(number)
    return generic, {base: frozenset(found) for base, found in explicit.items()}


# ------------------------------------------------------------------------------------------- writing it out


def written_out(document: Document, found: Steps) -> Document:
    """The document with displays at one step, and the definitions at every step."""
    blocks: list[Block] = []
    for number, block in enumerate(document.blocks):
        if isinstance(block, Display):
            if (defined := _other_steps(block, number, found)) is not None:
                blocks.append(defined)
            block = replace(block, tokens=tuple(found.writer.at(block.tokens, found.at)))
        elif isinstance(block, Prose):
            pieces: list[Text | Inline] = []
            for piece in block.pieces:
                if isinstance(piece, Inline):
                    if _starts(piece.tokens, found):
                        pieces.append(Text(" Let ", block.span))
                    piece = replace(piece, tokens=tuple(_in_line(piece.tokens, found)))
                pieces.append(piece)
            block = replace(block, pieces=tuple(pieces))
        blocks.append(block)
    return replace(document, blocks=tuple(blocks))


def _starts(tokens: Sequence[Token], found: Steps) -> bool:
    """Whether a formula in a line gives the steps with which the recursion begins: `F_1 = 1`."""
    for left, _ in _cut(tokens):
        names = list(labelled(left))
        if names and names[0][2:] == (0, len(left)) and names[0][0] in found.writer.bases:
            return value(names[0][1], {}) is not None
    return False


def _other_steps(block: Display, number: int, found: Steps) -> Prose | None:
    """What a display defines at one step, said of the others."""
    said: list[Token] = []
    for equation in found.generic.values():
        if equation.block != number:
            continue
        sign = equation.right[0]._replace(kind=Kind.CHAR, text="=")
        whole = (*equation.left, sign, *equation.right)
        steps = [s for s in _range(equation, found) if s != found.at]
        parts = _at_all(found.writer, whole, steps) if steps else []
        said = _joined([said] if said else [], parts)
    if not said:
        return None
    return Prose(
        (Text("Let ", block.span), Inline(tuple(said), block.span)), block.span, block.source
    )


def _range(equation: Equation, found: Steps) -> list[int]:
    """The steps at which an equation for a name defines."""
    offset = offset_of(equation.label, found.writer.letter) or 0
    taken = found.explicit.get(equation.base, frozenset())
    steps = [n - offset for n in range(1, found.writer.count + 1) if n not in taken]
    return steps[::-1] if found.back else steps


def _in_line(tokens: Sequence[Token], found: Steps) -> Sequence[Token]:
    """A formula in a line: at every step where it speaks of t, once where it speaks of the last step alone."""
    writer = found.writer
    free = any(t.text == writer.letter for _, label, _, _ in labelled(tokens) for t in label)
    summed = any(letter == writer.letter for letter, _ in sum_limits(tokens))
    ends = any(t.text == writer.last for _, label, _, _ in labelled(tokens) for t in label)
    if not free and not ends and not summed:
        return _with_zeros(tokens, found)
    if summed or not free:
        return writer.at(tokens, None)
    said = [t.text for t in tokens]
    first = r"\in" not in said or "=" in said  # from 0: h_0 too
    steps: list[int] = list(range(first, writer.count + 1))
    for left, _ in _cut(tokens):
        names = list(labelled(left))
        if names and names[0][2:] == (0, len(left)):
            base, label = names[0][:2]
            own = Equation(base, tuple(label), tuple(left), (), 0)
            steps = _range(own, found)
    return _joined([], _at_all(writer, tokens, steps))


def _at_all(writer: Writer, tokens: Sequence[Token], steps: Sequence[int]) -> list[list[Token]]:
    """A formula at every step at which its labels are not below zero."""
    parts: list[list[Token]] = []
    for step in steps:
        with suppress(NotFollowed):
            parts.append(writer.at(tokens, step))
    if not parts:
        raise NotFollowed
    return parts


def _with_zeros(tokens: Sequence[Token], found: Steps) -> Sequence[Token]:
    r"""`h_0 = 0` of a vector with its size: `h_0 = \mathbf{0}_m`."""
    names = list(labelled(tokens))
    if not names or names[0][0] not in found.writer.bases or names[0][2]:
        return tokens
    base, _, _, end = names[0]
    rest = [
        t.text for t in tokens[end:] if t.text not in ("{", "}", r"\mathbf", r"\boldsymbol", r"\bm")
    ]
    if rest != ["=", "0"]:
        return tokens
    if base not in found.sizes:
        if set(base[:-1]) - set(ACCENTS) or tokens[-1].text != "0":
            raise NotFollowed  # a vector, perhaps, of which no size is known
        return tokens
    here = tokens[-1]

    def put(kind: Kind, text: str) -> Token:
        return here._replace(kind=kind, text=text)

    zeros = [put(Kind.WORD, r"\mathbf"), put(Kind.OPEN, "{"), put(Kind.NUMBER, "0")]
    zeros += [put(Kind.CLOSE, "}"), put(Kind.SUB, "_"), put(Kind.OPEN, "{")]
    return [*tokens[: end + 1], *zeros, *found.sizes[base], put(Kind.CLOSE, "}")]


def _joined(first: list[list[Token]], parts: list[list[Token]]) -> list[Token]:
    """Formulas with commas between them."""
    found: list[Token] = []
    for part in (*first, *parts):
        if found:
            found.append(part[0]._replace(kind=Kind.CHAR, text=","))
        found += part
    return found


__all__ = [
    "Equation",
    "Steps",
    "defining",
    "derives",
    "goes_back",
    "recurs",
    "said_sizes",
    "step_equations",
    "sum_limits",
    "with_steps",
    "written_out",
]
