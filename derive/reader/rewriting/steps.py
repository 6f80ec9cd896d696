r"""A formula at one step of a recursion: `\sum_{t=1}^T \bar h_t x_t^\top` as the sum of its terms, `h_{t-1}` as `h_1`.

Labels are evaluated where the letters in them have a value; what cannot be evaluated is refused, so that no name is
left that stands for two things.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from derive.reader.grammar.written import ACCENTS, FONTS
from derive.reader.source.scanner import Kind, Token
from derive.reader.source.vocabulary import (
    ARROWS,
    DOTS,
    OTHER_RELATIONS,
    RELATIONS,
    THIN_SPACES,
    WIDE_SPACES,
)

Base = tuple[str, ...]
WORDS = frozenset(
    [r"\text", r"\mathrm", r"\operatorname", r"\textrm", r"\mbox", r"\mathsf", r"\rm"]
)
_STYLES = frozenset([*FONTS, *ACCENTS])
SUMS = frozenset([r"\sum", r"\prod"])
SIGNS = frozenset([*RELATIONS, *OTHER_RELATIONS, *ARROWS])
_WRAPPERS = {"(": ")", "[": "]", "<": ">", r"\langle": r"\rangle"}
_OPENERS = frozenset(["{", "(", "[", r"\{", r"\lbrace", r"\langle", r"\lVert", r"\lvert"])
_CLOSERS = frozenset(["}", ")", "]", r"\}", r"\rbrace", r"\rangle", r"\rVert", r"\rvert"])
_BARS = frozenset(["|", r"\|", r"\Vert", r"\vert"])
_ENDS = SIGNS | WIDE_SPACES | frozenset([",", ";", ".", r"\\", "&", r"\right", r"\text", r"\cr"])
_BINARY = frozenset([r"\cdot", r"\times", r"\odot", r"\circ", "+", "-", "="])


class NotFollowed(Exception):
    """A formula that cannot be written out at one step."""


def closing(tokens: Sequence[Token], first: int) -> int:
    """Where the group that opens at `first` is closed; the place itself for a single token."""
    if first >= len(tokens):
        raise NotFollowed
    if tokens[first].kind is not Kind.OPEN:
        return first
    depth = 0
    for place in range(first, len(tokens)):
        depth += (tokens[place].kind is Kind.OPEN) - (tokens[place].kind is Kind.CLOSE)
        if not depth:
            return place
    raise NotFollowed


def script(tokens: Sequence[Token], place: int) -> tuple[list[Token], int]:
    """What stands in the script whose mark is at a place, and where it ends."""
    last = closing(tokens, place + 1)
    inner = tokens[place + 1 : last + 1]
    return list(inner[1:-1] if inner[0].kind is Kind.OPEN else inner), last + 1


def unwrapped(inner: Sequence[Token]) -> Sequence[Token]:
    """A label without the brackets around it."""
    wrapped = len(inner) > 2 and _WRAPPERS.get(inner[0].text) == inner[-1].text
    return inner[1:-1] if wrapped else inner


def label_of(inner: Sequence[Token]) -> tuple[Sequence[Token], Sequence[Token]]:
    r"""A label without the brackets around it, and a transpose behind it: t and `\top` of `^{(t)\top}`."""
    rest = inner[-1:] if len(inner) > 3 and inner[-1].text in (r"\top", "T") else ()
    own = inner[: len(inner) - len(rest)]
    label = unwrapped(own)
    return (label, rest) if len(label) < len(own) else (inner, ())


def value(label: Sequence[Token], known: Mapping[str, int]) -> int | None:
    """The value of `t-1`, `T`, `T-t` or `2`; None for anything else."""
    total, sign, due = 0, 1, True
    for token in label:
        if token.text in THIN_SPACES:
            continue
        if due and token.text.isdecimal():
            total, due = total + sign * int(token.text), False
        elif due and token.text in known:
            total, due = total + sign * known[token.text], False
        elif not due and token.text in ("+", "-"):
            sign, due = (1 if token.text == "+" else -1), True
        else:
            return None
    return None if due else total


def base_start(tokens: Sequence[Token], end: int) -> int:
    """Where the letter that ends before a script begins, with its fonts and accents."""
    start = end - 1
    if start >= 0 and tokens[start].kind is Kind.CLOSE:
        depth = 0
        while start >= 0:
            depth += (tokens[start].kind is Kind.CLOSE) - (tokens[start].kind is Kind.OPEN)
            if not depth:
                break
            start -= 1
    while start > 0 and tokens[start - 1].text in _STYLES | WORDS:
        start -= 1
    return max(start, 0)


def base_of(tokens: Sequence[Token], end: int) -> Base:
    """The letter that ends before a script, with its fonts and accents, without braces; () behind anything else."""
    start = base_start(tokens, end)
    texts = tuple(t.text for t in tokens[start:end] if t.text not in ("{", "}"))
    letter = end > 0 and tokens[end - 1].kind in (Kind.LETTER, Kind.WORD, Kind.CLOSE)
    return texts if letter and texts and texts[-1] not in SUMS else ()


def labelled(tokens: Sequence[Token]) -> Iterator[tuple[Base, Sequence[Token], int, int]]:
    """Each name with a label below, or above in brackets: its base, the label, begin and end of the name."""
    for place, token in enumerate(tokens):
        if token.kind not in (Kind.SUB, Kind.SUP) or not place:
            continue
        inner, end = script(tokens, place)
        label = unwrapped(inner) if token.kind is Kind.SUB else label_of(inner)[0]
        if token.kind is Kind.SUP and len(label) == len(inner):
            continue
        nested = any(t.kind in (Kind.SUB, Kind.SUP) for t in label)
        if label and not nested and (base := base_of(tokens, place)):
            yield base, label, base_start(tokens, place), end


def _reach(tokens: Sequence[Token], start: int) -> int:
    """Where the term behind a sum ends."""
    depth, bars = 0, 0
    for place in range(start, len(tokens)):
        text = tokens[place].text
        if text in _BARS:
            bars = 1 - bars
        elif text in _OPENERS:
            depth += 1
        elif text in _CLOSERS:
            depth -= 1
            if depth < 0:
                return place
        elif depth or bars:
            continue
        elif text in _ENDS or (text in ("+", "-") and _separates(tokens, start, place)):
            return place
    return len(tokens)


def _factor(tokens: Sequence[Token], start: int) -> int:
    """Where the one factor behind a product over steps ends: a name with its scripts, or brackets with a power."""
    place = start
    while place < len(tokens) and tokens[place].text in _STYLES | {r"\left"}:
        place += 1
    if place < len(tokens) and tokens[place].text in ("(", "["):
        depth = 0
        while place < len(tokens):
            depth += (tokens[place].text in ("(", "[")) - (tokens[place].text in (")", "]"))
            if not depth:
                break
            place += 1
    end = closing(tokens, place) + 1
    while end < len(tokens) and tokens[end].kind in (Kind.SUB, Kind.SUP):
        end = script(tokens, end)[1]
    following = tokens[end] if end < len(tokens) else None
    if following is None or following.text in _ENDS | _CLOSERS | _BINARY:
        return end
    raise NotFollowed


def _separates(tokens: Sequence[Token], start: int, place: int) -> bool:
    """Whether a plus or minus stands between two terms."""
    return place > start and tokens[place - 1].text not in _BINARY


def _over(tokens: Sequence[Token], place: int) -> tuple[str, Sequence[Token], Sequence[Token], int]:
    """The letter of the sum at a place, its first and its last value, and where its body begins."""
    below: list[Token] = []
    above: list[Token] = []
    end = place + 1
    if end < len(tokens) and tokens[end].text in (r"\limits", r"\nolimits"):
        end += 1
    while end < len(tokens) and tokens[end].kind in (Kind.SUB, Kind.SUP):
        sub = tokens[end].kind is Kind.SUB
        found, end = script(tokens, end)
        below, above = (found, above) if sub else (below, found)
    if not below:
        return "", (), (), end
    if len(below) > 2 and below[1].text == "=":
        return below[0].text, below[2:], above, end
    return (below[0].text if len(below) == 1 else ""), (), above, end


class Writer:
    """Writes formulas out at the steps of a recursion; `bases` are the names with a label of their own for each step.

    letter, last: t and T. count: how many steps there are.
    """

    def __init__(self, letter: str, last: str, count: int, bases: frozenset[Base]) -> None:
        self.letter, self.last, self.count, self.bases = letter, last, count, bases

    def at(self, tokens: Sequence[Token], step: int | None) -> list[Token]:
        """The tokens at a step; without one only the last step has a value."""
        known = {self.last: self.count} | ({} if step is None else {self.letter: step})
        return _without_dots(self._written(tokens, known))

    def _written(self, tokens: Sequence[Token], known: Mapping[str, int]) -> list[Token]:
        found: list[Token] = []
        place = 0
        while place < len(tokens):
            token = tokens[place]
            if token.text in WORDS and tokens[place + 1 : place + 2]:
                end = closing(tokens, place + 1) + 1
                found += tokens[place:end]
            elif token.kind in (Kind.SUB, Kind.SUP):
                part, end = self._script(tokens, place, known)
                found += part
            elif token.text in SUMS:
                part, end = self._sum(tokens, place, known)
                found += part
            else:
                found.append(self._plain(tokens, place, known))
                end = place + 1
            place = end
        return found

    def _script(
        self, tokens: Sequence[Token], place: int, known: Mapping[str, int]
    ) -> tuple[list[Token], int]:
        """A script with its label evaluated; a transpose stays."""
        mark, (inner, end) = tokens[place], script(tokens, place)
        if any(t.kind in (Kind.SUB, Kind.SUP) for t in inner):
            return [mark, *self._written(tokens[place + 1 : end], known)], end
        texts = [t.text for t in inner]
        above = mark.kind is Kind.SUP
        if above and texts in (["T"], ["-", "T"]):
            return list(tokens[place:end]), end
        label, rest = label_of(inner) if above else (unwrapped(inner), ())
        number = value(label, known)
        letters = any(t in (self.letter, self.last) for t in texts if t not in WORDS)
        counts = not above and base_of(tokens, place) in self.bases
        if number is None or (not letters and not counts and not set(texts) & known.keys()):
            if (letters or counts) and not all(t.isdecimal() for t in texts):
                if inner[0].text in WORDS and not counts:
                    return list(tokens[place:end]), end
                if above and label is inner and not counts and "T" not in texts:
                    return [mark, *self._written(tokens[place + 1 : end], known)], end
                raise NotFollowed
            return list(tokens[place:end]), end
        if number < 0:
            if above and label is inner and base_of(tokens, place) not in self.bases:
                return [mark, *self._written(tokens[place + 1 : end], known)], end
            raise NotFollowed
        whole = (mark.start, tokens[end - 1].end)

        def put(kind: Kind, text: str) -> Token:
            # all of them stand where the script stood, so that the author's text is shown once
            return mark._replace(kind=kind, text=text, start=whole[0], end=whole[1])

        digits = [put(Kind.NUMBER, str(number))]
        alone = end == len(tokens) or tokens[end].kind is not Kind.SUB
        if above and len(label) < len(inner) and alone and base_of(tokens, place) in self.bases:
            below = [put(Kind.SUB, "_"), put(Kind.OPEN, "{"), *digits, put(Kind.CLOSE, "}")]
            turned = [put(Kind.SUP, "^"), *(put(t.kind, t.text) for t in rest)] if rest else []
            return [*below, *turned], end
        if rest:
            raise NotFollowed
        if len(label) < len(inner):
            digits = [
                put(inner[0].kind, inner[0].text),
                *digits,
                put(inner[-1].kind, inner[-1].text),
            ]
        return [put(mark.kind, mark.text), put(Kind.OPEN, "{"), *digits, put(Kind.CLOSE, "}")], end

    def _sum(
        self, tokens: Sequence[Token], place: int, known: Mapping[str, int]
    ) -> tuple[list[Token], int]:
        """A sum over steps as the sum of its terms; any other one as it stands."""
        letter, low, high, start = _over(tokens, place)
        product = tokens[place].text == r"\prod"
        end = _factor(tokens, start) if product else _reach(tokens, start)
        body = tokens[start:end]
        steps = letter == self.letter or any(
            base in self.bases and any(t.text == letter for t in label)
            for base, label, _, _ in labelled(body)
        )
        if not steps or not letter:
            return [tokens[place]], place + 1
        first = value(low, known) if low else 1
        last = value(high, known) if high else self.count
        if first is None or last is None or first > last:
            raise NotFollowed
        plus = tokens[place]._replace(kind=Kind.CHAR, text="+")
        between = plus._replace(kind=Kind.WORD, text=r"\cdot") if product else plus
        terms: list[Token] = []
        for number in range(first, last + 1):
            terms += [between] if terms else []
            terms += self._written(body, {**known, letter: number})
        around = [plus._replace(text="("), *terms, plus._replace(text=")")]
        if place and tokens[place - 1].kind is Kind.LETTER and tokens[place - 1].text not in "EP":
            around.insert(0, plus._replace(kind=Kind.WORD, text=r"\cdot"))  # no call
        whole = (tokens[place].start, tokens[end - 1].end)
        # every term stands where the sum stood, so that the author's text is shown once
        return [t._replace(start=whole[0], end=whole[1]) for t in around], end

    def _plain(self, tokens: Sequence[Token], place: int, known: Mapping[str, int]) -> Token:
        """A letter on the line: the number of the step, unless it stands in a range such as `t = 1, \\dots, T`."""
        token = tokens[place]
        if token.text not in known or token.kind not in (Kind.LETTER, Kind.WORD):
            return token
        before = [t.text for t in tokens[max(0, place - 2) : place]]
        after = tokens[place + 1].text if place + 1 < len(tokens) else ""
        if before[-1:] == ["{"] and before[0] in _STYLES:
            return token
        if before[-1:] and before[-1] in _STYLES:
            return token
        if after in ("_", "'", "("):
            raise NotFollowed
        ranged = after in SIGNS if token.text == self.letter else before[:1] == [self.letter]
        if ranged or (before[-1:] and before[-1] in SIGNS - {"="}) or set(before) & DOTS:
            return token
        return token._replace(kind=Kind.NUMBER, text=str(known[token.text]))


def _without_dots(tokens: list[Token]) -> list[Token]:
    r"""`x_1, \dots, x_5` with the names in between."""
    names = {end: (base, label, start) for base, label, start, end in labelled(tokens)}
    starts = {start: (base, label) for base, label, start, _ in labelled(tokens)}
    found: list[Token] = []
    place = 0
    while place < len(tokens):
        around = tokens[place].text in DOTS and 0 < place < len(tokens) - 1
        if not around or tokens[place - 1].text != "," or tokens[place + 1].text != ",":
            found.append(tokens[place])
            place += 1
            continue
        before, after = names.get(place - 1), starts.get(place + 2)
        low = value(before[1], {}) if before is not None else None
        high = value(after[1], {}) if after is not None else None
        if before is None or after is None or low is None or high is None or before[0] != after[0]:
            found.append(tokens[place])
            place += 1
            continue
        for number in range(low + 1, high):
            for token in tokens[before[2] : place - 1]:
                own = any(token is t for t in before[1])
                found.append(token._replace(text=str(number)) if own else token)
            found.append(tokens[place + 1])
        place += 2
    return found


__all__ = ["Base", "NotFollowed", "Writer", "labelled", "value"]
