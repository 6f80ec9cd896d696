r"""Laws of a label that takes its values in formulas: `P(Y=1 \mid X)`, `p(x \mid y=0)`, `p(y=1)`.

Each such call is one name. What the text gives of them, the likelihoods and a prior, defines them; the others follow by
the rules of probability: the evidence is a sum over the labels, the posterior a quotient, members that are independent
given the label multiply, and the chances of two labels sum to one. Laws that nobody gives are any positive numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from derive.reader.grammar.table import INDEX_LETTERS
from derive.reader.rewriting.event_rules import LABELS, Event, Found, labels_of, with_rules
from derive.reader.source.blocks import Block, Display, Document, Inline, Prose, Text
from derive.reader.source.scanner import Kind, Token, scan_math

_LAWS = frozenset(["p", "P", r"\Pr"])
_BARS = frozenset(["|", r"\mid", r"\vert", r"\rvert", r"\lvert"])
_SPACES = frozenset(
    [r"\,", r"\!", r"\;", r"\:", " ", r"\left", r"\right", r"\big", r"\Big", r"\bigl", r"\bigr"]
)


def with_events(document: Document) -> Document:
    """The document with one name for each such call, and what follows of them said before the first display."""
    found = _found(document)
    labels = {e.label: None for e in found.events if e.value in LABELS}
    if len(labels) != 1 or not _in_displays(document):
        return document
    (label,) = labels
    document = document.rewritten(lambda t: t, lambda tokens: _as_density(tokens, label))
    document = _one_letter(document)
    found = _found(document)
    values = labels_of([e.value for e in found.events])
    document = _each_label(document, label, values)
    left = [e for tokens in document.formulas() for _, _, e in _calls(tokens)]
    if any(e.label and e.value not in LABELS for e in left):
        return document
    document = document.rewritten(
        lambda tokens: _renamed(tokens, label),
        lambda tokens: _renamed(_each_alone(tokens), label),
    )
    found.given.update(_given(document))
    return with_rules(document, found, label)


def _found(document: Document) -> Found:
    """The calls of a document."""
    found = Found()
    for tokens in document.formulas():
        found.events.update(dict.fromkeys(event for _, _, event in _calls(tokens)))
    return found


def _one_letter(document: Document) -> Document:
    """The document with one letter for all laws, `P(y = 1)` beside `p(x | y = 1)`, where none has two letters."""
    events = {e: None for tokens in document.formulas() for _, _, e in _calls(tokens)}
    letters = dict.fromkeys(e.law for e in events)
    alike = {replace(e, law="") for e in events}
    labels = {e.law for e in events if e.label}
    if len(letters) < 2 or len(alike) < len(events) or not labels:
        return document
    named = next(iter(letters))

    def renamed(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
        found = list(tokens)
        for start, _, _ in _calls(tokens):
            found[start] = tokens[start]._replace(kind=Kind.LETTER, text=named)
        return tuple(found)

    return document.rewritten(renamed)


_F = r"@(\d+)@"
_GAUSSIAN = re.compile(
    rf"{_F} (?:given|conditional on|conditioned on) {_F}[a-z\s,]*\b(?:gaussian|normal)[a-z\s,-]*\bmean(?: vector)? {_F}"
    rf"[^.]*?\bcovariance(?: matrix)? {_F}",
    re.IGNORECASE,
)


def _each_label(document: Document, label: str, values: Sequence[str]) -> Document:
    """What prose says of every label, `p(x \\mid y=k) = ...` or `x given y = k is Gaussian with mean m_k`, of each."""
    blocks: list[Block] = []
    for block in document.blocks:
        if not isinstance(block, Prose):
            blocks.append(block)
            continue
        pieces: list[Text | Inline] = []
        for piece in block.pieces:
            formulas = [piece.tokens] if isinstance(piece, Inline) else []
            head = next(((s, e) for f in formulas for s, _, e in _calls(f) if not s), None)
            if head is None or head[1].label != label or head[1].value not in INDEX_LETTERS:
                pieces.append(piece)
                continue
            assert isinstance(piece, Inline)
            for value in values:
                tokens = _at(piece.tokens, head[1].value, value)
                pieces.extend([Text(" and ", piece.span), replace(piece, tokens=tokens)])
        for tokens in _spoken_gaussians(block, label, values):
            pieces.extend([Text(". Write ", block.span), Inline(tokens, block.span)])
        blocks.append(replace(block, pieces=tuple(pieces)))
    return replace(document, blocks=tuple(blocks))


def _at(tokens: Sequence[Token], letter: str, value: str) -> tuple[Token, ...]:
    """The tokens with a value for a letter."""
    return tuple(
        t._replace(kind=Kind.NUMBER, text=value) if t.text == letter else t for t in tokens
    )


def _spoken_gaussians(
    block: Prose, label: str, values: Sequence[str]
) -> Iterator[tuple[Token, ...]]:
    text, formulas = block.numbered(around="")
    match = _GAUSSIAN.search(text)
    if match is None:
        return
    x, event, mean, cov = (_first(formulas[int(n)]) for n in match.groups())
    texts = [t.text for t in event]
    if texts[:2] != [label, "="] or len(texts) != 3 or texts[2] not in INDEX_LETTERS or not x:
        return
    place = x[0]

    def mark(text: str, kind: Kind = Kind.CHAR) -> Token:
        return Token(kind, text, place.start, place.start)

    for value in values:
        yield (
            *(mark("p", Kind.LETTER), mark("("), *x, mark("|"), *_at(event, texts[2], value)),
            *(mark(")"), mark("="), mark(r"\mathcal", Kind.WORD), mark("{", Kind.OPEN)),
            *(mark("N", Kind.LETTER), mark("}", Kind.CLOSE), mark("("), *x, mark(";")),
            *(*_at(mean, texts[2], value), mark(","), *_at(cov, texts[2], value), mark(")")),
        )


def _first(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """A formula up to its comma or the set that it is in."""
    cut = next((i for i, t in enumerate(tokens) if t.text in (",", r"\in")), len(tokens))
    return tuple(tokens[:cut])


def _in_displays(document: Document) -> bool:
    """Whether a display speaks of a label by its value."""
    displays = (block.tokens for block in document.blocks if isinstance(block, Display))
    return any(event.label for tokens in displays for _, _, event in _calls(tokens))


def _calls(tokens: Sequence[Token]) -> Iterator[tuple[int, int, Event]]:
    """Where calls of laws begin and end, and what they are."""
    for place, token in enumerate(tokens):
        if token.text not in _LAWS:
            continue
        start = place + 1
        while start < len(tokens) and tokens[start].text in _SPACES:
            start += 1
        if start >= len(tokens) or tokens[start].text != "(":
            continue
        depth, end = 0, start
        while end < len(tokens):
            depth += (tokens[end].text in ("(", "{")) - (tokens[end].text in (")", "}"))
            if depth == 0:
                break
            end += 1
        event = _event(token.text, tokens[start + 1 : end])
        if depth == 0 and event is not None:
            yield place, end + 1, event


def _event(law: str, inside: Sequence[Token]) -> Event | None:
    """What a call says; None when it is of another kind."""
    texts = [t.text for t in inside if t.text not in _SPACES]
    if ";" in texts:
        texts = texts[: texts.index(";")]
    bars = [i for i, text in enumerate(texts) if text in _BARS]
    if len(bars) > 1 or not texts:
        return None
    sides = [texts] if not bars else [texts[: bars[0]], texts[bars[0] + 1 :]]
    names: list[list[str]] = [[], []]
    label = value = index = ""
    in_given = False
    for behind, side in enumerate(sides):
        for part in _parts(side):
            if "=" in part:
                cut = part.index("=")
                if label:
                    return None
                label, value = "".join(part[:cut]), "".join(part[cut + 1 :])
                in_given = bool(behind)
            else:
                name, own = _member(part)
                if not name or (index and own not in ("", index)):
                    return None
                index = own or index
                names[behind].append(name)
    own, given = (",".join(side) for side in names)
    return Event(law, own, given, label, value, index, in_given)


def _parts(texts: Sequence[str]) -> Iterator[list[str]]:
    part: list[str] = []
    for text in [*texts, ","]:
        if text == ",":
            yield part
            part = []
        else:
            part.append(text)


def _member(part: Sequence[str]) -> tuple[str, str]:
    """The name that a part is, and the index of a member: `X_j` is X with j."""
    texts = [t for t in part if t not in ("{", "}")]
    plain = "".join(texts)
    if len(texts) >= 3 and texts[-2] == "_" and texts[-1] in INDEX_LETTERS:
        return "".join(texts[:-2]) + "_" + "\N{MIDDLE DOT}", texts[-1]
    simple = bool(
        re.fullmatch(r"(?:\\math(?:bf|rm|sf)|\\boldsymbol|\\bm|\\vec)?\\?[A-Za-z]+(?:\^\*)?", plain)
    )
    return (plain, "") if simple else ("", "")


def _renamed(tokens: Sequence[Token], label: str) -> tuple[Token, ...]:
    """The tokens with a single one for each call that concerns the label, and an index behind it."""
    changed: list[Token] = []
    done = 0
    for start, end, event in _calls(tokens):
        if start < done or (event.label not in ("", label)):
            continue
        changed.extend(tokens[done:start])
        first, last = tokens[start], tokens[end - 1]
        changed.append(Token(Kind.LETTER, event.name, first.start, last.end, first.spaced))
        if event.index:
            changed.append(Token(Kind.SUB, "_", last.end, last.end))
            changed.append(Token(Kind.LETTER, event.index, last.end, last.end))
        done = end
    return (*changed, *tokens[done:])


def _as_density(tokens: tuple[Token, ...], label: str) -> tuple[Token, ...]:
    r"""`x \mid y = 1 \sim \mathcal N(m, S)` as `p(x \mid y = 1) = \mathcal N(x; m, S)`."""
    texts = [t.text for t in tokens]
    if r"\sim" not in texts or "(" not in texts[texts.index(r"\sim") :]:
        return tokens
    cut = texts.index(r"\sim")
    bars = [i for i in range(cut) if texts[i] in _BARS]
    if len(bars) != 1 or label not in texts[bars[0] : cut]:
        return tokens
    opened = texts.index("(", cut)
    first = tokens[0]

    def mark(kind: Kind, text: str) -> Token:
        return Token(kind, text, first.start, first.start)

    return (
        *(mark(Kind.LETTER, "p"), mark(Kind.CHAR, "(")),
        *tokens[:cut],
        *(mark(Kind.CHAR, ")"), tokens[cut]._replace(kind=Kind.CHAR, text="=")),
        *tokens[cut + 1 : opened + 1],
        *tokens[: bars[0]],
        mark(Kind.CHAR, ";"),
        *tokens[opened + 1 :],
    )


def _each_alone(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    r"""`p(y = 0) = p(y = 1)` as `p(y = 0) = \frac12, p(y = 1) = \frac12`; with a value behind it, each has it."""
    calls = list(_calls(tokens))
    if len(calls) != 2 or calls[0][0] or any(not e.label or e.own or e.given for _, _, e in calls):
        return tokens
    (_, first, a), (second, end, b) = calls
    between, behind = [t.text for t in tokens[first:second]], tokens[end:]
    if between != ["="] or a.value == b.value or (behind and behind[0].text != "="):
        return tokens
    cut = next((i for i, t in enumerate(behind) if t.text == ","), len(behind))
    value = tuple(behind[1:cut]) or tuple(scan_math(r"\frac{1}{2}"))
    place = tokens[first]
    value = tuple(t._replace(start=place.start, end=place.end) for t in value)
    comma = place._replace(text=",", kind=Kind.CHAR)
    both = (*tokens[:first], place, *value, comma, *tokens[second:end], place, *value)
    return (*both, *behind[cut:])


def _given(document: Document) -> dict[str, tuple[Token, ...]]:
    """The names that equations in prose give, and the likelihoods and priors that displays do, with their formulas."""
    given: dict[str, tuple[Token, ...]] = {}
    for block in document.blocks:
        pieces = block.pieces if isinstance(block, Prose) else ()
        formulas = [(p.tokens, True) for p in pieces if isinstance(p, Inline)]
        if isinstance(block, Display):
            formulas.append((block.tokens, False))
        for tokens, in_prose in formulas:
            starts = [
                0,
                *(
                    i + 1
                    for i, t in enumerate(tokens)
                    if t.text in (",", "&", r"\\", r"\quad", r"\qquad")
                ),
            ]
            for start in starts if in_prose else starts[:1]:
                rest = tokens[start:]
                texts = [t.text for t in rest[:5] if t.text != "&"]
                name = texts[0] if texts else ""
                likely = in_prose or "|" not in name or bool(re.search(r"\|.*=", name))
                after = texts[3:4] if texts[1:2] == ["_"] else texts[1:2]
                if "(" in name and after == ["="] and likely:
                    given.setdefault(name, tuple(rest))
    return given


__all__ = ["with_events"]
