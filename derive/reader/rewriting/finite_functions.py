r"""Functions of the members of a finite set, `H(a)` of actions, are families of numbers or vectors: `H_{j}`.

`\sum_{b \in \mathcal{A}} \pi_\theta(b \mid s) \phi(s, b)` is `\sum_{j=1}^{K} \pi_{j} \phi_{j}`. What else stands in the
brackets, or below the name, is one and the same letter wherever the function is called, and is left out. A derivative
by `H(a)`, or a sum over a set that nothing else is said of, tells that such a function is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from derive.reader.grammar.table import INDEX_LETTERS
from derive.reader.source.blocks import Display, Document, Inline, Prose
from derive.reader.source.scanner import Kind, Token

_GREEK = re.compile(
    r"\\(?:alpha|beta|gamma|delta|epsilon|varepsilon|zeta|eta|theta|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau|phi|varphi|"
    r"chi|psi|omega|Phi|Psi|Omega|Pi|Theta|Lambda)"
)
_FREE = "jlirtmnk"
_SIZES = "KMNLPRS"
_BETWEEN = frozenset([",", "|", ";", r"\mid", r"\vert", r"\,", r"\;"])
_DERIVATIVES = frozenset([r"\partial", r"\nabla"])
_EQUALITY = frozenset(
    ["=", r"\ne", r"\neq", r"\in", r"\mathcal", r"\dots", r"\ldots", ",", "1", r"\forall"]
)


@dataclass(frozen=True)
class _Call:
    """A name with what stands below it, and its arguments in brackets: places in the tokens of one formula."""

    base: str
    start: int
    first: int
    end: int
    below: tuple[str, ...]
    arguments: tuple[Token, ...]


@dataclass(frozen=True)
class _Reading:
    """The place of the member among the arguments of each function, the letter of each index, the size of each set."""

    places: dict[str, int]
    letters: dict[str, str]
    sizes: dict[tuple[str, ...], str]


def with_finite_functions(document: Document) -> Document:
    """The document with functions of the members of a finite set as families."""
    formulas = [(_primed(tokens), shown) for tokens, shown in _formulas(document)]
    reading = _reading(formulas)
    if reading is None:
        return document
    return document.rewritten(lambda tokens: tuple(_apart(_written(_primed(tokens), reading))))


def _primed(tokens: Sequence[Token]) -> Sequence[Token]:
    """The tokens with a letter and its prime as one: `a'` is another action."""
    found: list[Token] = []
    for token in tokens:
        if found and token.text == "'" and found[-1].kind is Kind.LETTER:
            found[-1] = found[-1]._replace(text=f"{found[-1].text}'", end=token.end)
        else:
            found.append(token)
    return tuple(found)


def _apart(tokens: Iterable[Token]) -> Iterator[Token]:
    """The tokens with primes by themselves, where they are left."""
    for token in tokens:
        if token.kind is Kind.LETTER and token.text.endswith("'"):
            letter = token.text.rstrip("'")
            yield token._replace(text=letter, end=token.start + 1)
            yield from (
                Token(Kind.CHAR, "'", token.start + 1, token.end, call=token.call)
                for _ in range(len(token.text) - len(letter))
            )
        else:
            yield token


def _formulas(document: Document) -> Iterator[tuple[Sequence[Token], bool]]:
    for block in document.blocks:
        if isinstance(block, Display):
            yield block.tokens, True
        elif isinstance(block, Prose):
            yield from ((p.tokens, False) for p in block.pieces if isinstance(p, Inline))


def _calls(tokens: Sequence[Token]) -> Iterator[_Call]:
    """The calls whose arguments are letters and numbers."""
    for n, token in enumerate(tokens):
        named = token.kind is Kind.LETTER or _GREEK.fullmatch(token.text)
        if not named or (n and tokens[n - 1].kind in (Kind.SUB, Kind.SUP)):
            continue
        first = n + 1
        below: tuple[str, ...] = ()
        if first + 1 < len(tokens) and tokens[first].kind is Kind.SUB:
            last = first + 1
            if tokens[last].kind is Kind.OPEN:
                while last < len(tokens) and tokens[last].kind is not Kind.CLOSE:
                    last += 1
            below = tuple(t.text for t in tokens[first + 1 : last + 1] if t.text not in "{}")
            first = last + 1
        if first >= len(tokens) or tokens[first].text != "(":
            continue
        end = first + 1
        arguments: list[Token] = []
        while end < len(tokens) and tokens[end].text != ")":
            if tokens[end].text not in _BETWEEN:
                arguments.append(tokens[end])
            end += 1
        between = end - first - 1 - len(arguments)
        simple = all(
            a.kind in (Kind.LETTER, Kind.NUMBER) or _GREEK.fullmatch(a.text) for a in arguments
        )
        if end < len(tokens) and arguments and simple and between >= len(arguments) - 1:
            yield _Call(token.text, n, first, end + 1, below, tuple(arguments))


def _sums(tokens: Sequence[Token]) -> Iterator[tuple[str, tuple[str, ...], int, int]]:
    r"""The letters of `\sum_{b \in \mathcal{A}}` and `\sum_{y=1}`, with the set, and where what stands below lies."""
    for n, token in enumerate(tokens[:-4]):
        if token.text not in (r"\sum", r"\prod") or tokens[n + 2].kind is not Kind.OPEN:
            continue
        depth, end = 0, n + 2
        while end < len(tokens):
            depth += (tokens[end].kind is Kind.OPEN) - (tokens[end].kind is Kind.CLOSE)
            end += 1
            if depth == 0:
                break
        inside = tokens[n + 3 : end - 1]
        if len(inside) < 3 or inside[0].kind is not Kind.LETTER:
            continue
        if inside[1].text == r"\in":
            yield inside[0].text, tuple(t.text for t in inside[2:]), n + 1, end
        elif [t.text for t in inside[1:]] == ["=", "1"]:
            yield inside[0].text, (), n + 1, end


def _reading(formulas: Sequence[tuple[Sequence[Token], bool]]) -> _Reading | None:
    """What the brackets mean; None where they may mean anything else."""
    texts = {t.text for tokens, _ in formulas for t in tokens}
    if not texts & _DERIVATIVES or texts & {r"\int", r"\sim"} or _expects(formulas):
        return None
    sums = [found for tokens, _ in formulas for found in _sums(tokens)]
    calls = [(tokens, shown, c) for tokens, shown in formulas for c in _calls(tokens)]
    members = {letter for letter, *_ in sums}
    if not _tells(formulas, sums, [c for *_, c in calls]):
        return None
    places: dict[str, int] = {}
    while True:
        for *_, call in calls:
            at = [p for p, a in enumerate(call.arguments) if a.text in members]
            if len(at) > 1 or (at and places.setdefault(call.base, at[0]) != at[0]):
                return None
        more = {
            c.arguments[places[c.base]].text
            for *_, c in calls
            if c.base in places
            and len(c.arguments) > places[c.base]
            and c.arguments[places[c.base]].kind is Kind.LETTER
            and not _is_upper(formulas, c.arguments[places[c.base]].text)
        }
        if more <= members:
            break
        members |= more
    own = [(tokens, shown, c) for tokens, shown, c in calls if c.base in places]
    if not own or not all(_constant(base, own, places, formulas) for base in places):
        return None
    used = sorted({c.arguments[places[c.base]].text for *_, c in own} & members)
    if not all(_only_counts(letter, formulas, places) for letter in used):
        return None
    free = [c for c in _FREE if c not in texts]
    letters = {c: c for c in used if c in INDEX_LETTERS}
    for letter in used:
        if letter not in letters:
            if not free:
                return None
            letters[letter] = free.pop(0)
    sets = list(dict.fromkeys(s for letter, s, *_ in sums if s and letter in letters))
    capitals = [c for c in _SIZES if c not in texts]
    if len(capitals) < len(sets):
        return None
    return _Reading(places, letters, dict(zip(sets, capitals, strict=False)))


def _expects(formulas: Sequence[tuple[Sequence[Token], bool]]) -> bool:
    return any(
        a.text == r"\mathbb" and c.text in ("E", "P")
        for tokens, _ in formulas
        for a, c in zip(tokens, tokens[2:], strict=False)
    )


def _tells(
    formulas: Sequence[tuple[Sequence[Token], bool]],
    sums: Sequence[tuple[str, tuple[str, ...], int, int]],
    calls: Sequence[_Call],
) -> bool:
    """Whether a sum over a set, or a derivative by a call, shows that functions of its members are meant."""
    members = {letter for letter, *_ in sums}
    called = {a.text for c in calls for a in c.arguments}
    if any(over and letter in called for letter, over, *_ in sums):
        return True
    families = {c.base for c in calls if any(a.text in members for a in c.arguments)}
    return any(
        c.base in families and c.start and tokens[c.start - 1].text == r"\partial"
        for tokens, _ in formulas
        for c in _calls(tokens)
    )


def _is_upper(formulas: Sequence[tuple[Sequence[Token], bool]], letter: str) -> bool:
    """Whether sums run up to a letter: k in `H(1), \\dots, H(k)`."""
    return any(
        b.text == letter and a.kind is Kind.SUP
        for tokens, _ in formulas
        for a, b in pairwise(tokens)
    )


def _constant(
    base: str,
    calls: Sequence[tuple[Sequence[Token], bool, _Call]],
    places: dict[str, int],
    formulas: Sequence[tuple[Sequence[Token], bool]],
) -> bool:
    """Whether what is left out of the calls of a function never changes, and no derivative is taken by it unsaid."""
    own = [(tokens, shown, c) for tokens, shown, c in calls if c.base == base]
    if any(len(c.arguments) <= places[base] for *_, c in own):
        return False
    others = {
        (c.below, tuple(a.text for p, a in enumerate(c.arguments) if p != places[base]))
        for *_, c in own
    }
    if len(others) != 1:
        return False
    below, rest = others.pop()
    given = any(
        not shown and c.start == 0 and c.end < len(tokens) and tokens[c.end].text in ("=", ":=")
        for tokens, shown, c in own
    )
    left_out = {*below, *rest}
    varied = any(
        t.text in left_out and _follows_derivative(tokens, n)
        for tokens, _ in formulas
        for n, t in enumerate(tokens)
    )
    if varied and not given:
        return False
    starts = {id(tokens): set() for tokens, *_ in own}  # type: dict[int, set[int]]
    for tokens, _, c in own:
        starts[id(tokens)].add(c.start)
    return all(
        n in starts.get(id(tokens), ()) or _accented(tokens, n) or (not shown and len(tokens) < 4)
        for tokens, shown in formulas
        for n, t in enumerate(tokens)
        if t.text == base
    )


def _follows_derivative(tokens: Sequence[Token], place: int) -> bool:
    """Whether a letter is one by which a derivative is taken."""
    before = [t.text for t in tokens[max(0, place - 3) : place] if t.text not in ("_", "{")]
    return before[-1:] == [r"\partial"] or before[-1:] == [r"\nabla"]


def _accented(tokens: Sequence[Token], place: int) -> bool:
    before = [t.text for t in tokens[max(0, place - 2) : place]]
    return any(b in (r"\bar", r"\hat", r"\tilde", r"\overline") for b in before)


def _only_counts(
    letter: str, formulas: Sequence[tuple[Sequence[Token], bool]], places: dict[str, int]
) -> bool:
    """Whether a letter stands for nothing but a member: in calls, below signs, in sets and equalities of members."""
    for tokens, shown in formulas:
        inside = {n for c in _calls(tokens) if c.base in places for n in range(c.first, c.end)}
        depth = 0
        short = not shown and all(
            t.kind in (Kind.LETTER, Kind.NUMBER, Kind.OPEN, Kind.CLOSE) or t.text in _EQUALITY
            for t in tokens
        )
        for n, token in enumerate(tokens):
            if token.kind is Kind.OPEN:
                opened = depth or (n and tokens[n - 1].kind is Kind.SUB)
                depth = depth + 1 if opened else 0
            elif token.kind is Kind.CLOSE and depth:
                depth -= 1
            low = depth or (n and tokens[n - 1].kind is Kind.SUB)
            if token.text == letter and not (n in inside or low or short):
                return False
    return True


def _written(tokens: Sequence[Token], reading: _Reading) -> Iterator[Token]:
    """The tokens with families for functions and counted sums for those over sets."""
    calls = {c.start: c for c in _calls(tokens) if c.base in reading.places}
    sums = {place: (letter, over, end) for letter, over, place, end in _sums(tokens)}
    position = 0
    while position < len(tokens):
        token = tokens[position]
        if position in calls:
            call = calls[position]
            argument = call.arguments[reading.places[call.base]]
            index = argument._replace(text=reading.letters.get(argument.text, argument.text))
            yield token
            yield from _at(tokens, position + 1, call.end, _script(Kind.SUB, (index,)))
            position = call.end
        elif position in sums and sums[position][1] in reading.sizes:
            letter, over, end = sums[position]
            index = Token(Kind.LETTER, reading.letters.get(letter, letter), 0, 0)
            low = (index, Token(Kind.CHAR, "=", 0, 0), Token(Kind.NUMBER, "1", 0, 0))
            high = (Token(Kind.LETTER, reading.sizes[over], 0, 0),)
            written = (*_script(Kind.SUB, low), *_script(Kind.SUP, high))
            yield from _at(tokens, position, end, written)
            position = end
        else:
            renamed = reading.letters.get(token.text) if token.kind is Kind.LETTER else None
            yield token._replace(text=renamed) if renamed else token
            position += 1


def _script(kind: Kind, inside: Sequence[Token]) -> tuple[Token, ...]:
    sign = Token(kind, "_" if kind is Kind.SUB else "^", 0, 0)
    return (sign, Token(Kind.OPEN, "{", 0, 0), *inside, Token(Kind.CLOSE, "}", 0, 0))


def _at(tokens: Sequence[Token], first: int, end: int, written: Sequence[Token]) -> Iterator[Token]:
    """Tokens that stand where others stood, so that the author's text is shown once."""
    start, stop, call = tokens[first].start, tokens[end - 1].end, tokens[first].call
    yield from (t._replace(start=start, end=stop, call=call) for t in written)


__all__ = ["with_finite_functions"]
