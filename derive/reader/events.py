r"""Laws of a label that takes its values in formulas: `P(Y=1 \mid X)`, `p(x \mid y=0)`, `p(y=1)`.

Each such call is one name. What the text gives of them, the likelihoods and a prior, defines them; the others follow by
the rules of probability: the evidence is a sum over the labels, the posterior a quotient, members that are independent
given the label multiply, and the chances of two labels sum to one. Laws that nobody gives are any positive numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from derive.reader.blocks import Block, Display, Document, Inline, Prose, Text
from derive.reader.scanner import Kind, Token, scan_math
from derive.reader.source import Span
from derive.reader.table import INDEX_LETTERS

_LAWS = frozenset(["p", "P", r"\Pr"])
_BARS = frozenset(["|", r"\mid", r"\vert", r"\rvert", r"\lvert"])
_SPACES = frozenset(
    [r"\,", r"\!", r"\;", r"\:", " ", r"\left", r"\right", r"\big", r"\Big", r"\bigl", r"\bigr"]
)
_LABELS = {"0": ("0", "1"), "1": ("0", "1"), "-1": ("-1", "1")}
_INDEPENDENT = re.compile(r"independen|na[iï]ve", re.IGNORECASE)


@dataclass(frozen=True)
class Event:
    """A call: the letter of the law, what stands before and behind the bar, a label with its value, an index."""

    law: str
    own: str
    given: str
    label: str
    value: str
    index: str = ""
    in_given: bool = False

    @property
    def name(self) -> str:
        event = f"{self.label}={self.value}" if self.label else ""
        before = ",".join(t for t in (self.own, "" if self.in_given else event) if t)
        behind = ",".join(t for t in (self.given, event if self.in_given else "") if t)
        return f"{self.law}({before}|{behind})" if behind else f"{self.law}({before})"


@dataclass
class _Found:
    """The calls of a document, those that equations of the text give, and the place of the first display."""

    events: dict[Event, None] = field(default_factory=dict)
    given: dict[str, tuple[Token, ...]] = field(default_factory=dict)


def with_events(document: Document) -> Document:
    """The document with one name for each such call, and what follows of them said before the first display."""
    found = _Found()
    for tokens in document.formulas():
        for _, _, event in _calls(tokens):
            found.events[event] = None
    labels = {e.label: None for e in found.events if e.value in _LABELS}
    if len(labels) != 1 or not _in_displays(document):
        return document
    (label,) = labels
    values = next(_LABELS[e.value] for e in list(found.events)[::-1] if e.value in _LABELS)
    document = _each_label(document, label, values)
    left = [e for tokens in document.formulas() for _, _, e in _calls(tokens)]
    if any(e.label and e.value not in _LABELS for e in left):
        return document
    document = document.rewritten(
        lambda tokens: _renamed(tokens, label),
        lambda tokens: _renamed(_as_density(tokens, label), label),
    )
    found.given.update(_given(document))
    return _with_rules(document, found, label)


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
    formulas: list[tuple[Token, ...]] = []
    text = ""
    for piece in block.pieces:
        if isinstance(piece, Inline):
            text += f"@{len(formulas)}@"
            formulas.append(piece.tokens)
        else:
            text += piece.text
    match = _GAUSSIAN.search(re.sub(r"\s+", " ", text))
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


def _with_rules(document: Document, found: _Found, label: str) -> Document:
    """Say before the first display what follows of the laws."""
    first = next(i for i, b in enumerate(document.blocks) if isinstance(b, Display))
    display = document.blocks[first]
    assert isinstance(display, Display)
    words = " ".join(
        p.text
        for b in document.blocks
        if isinstance(b, Prose)
        for p in b.pieces
        if isinstance(p, Text)
    )
    said = _Rules(found, label, bool(_INDEPENDENT.search(words)))
    pieces: list[Text | Inline] = []
    span = Span(display.span.start, display.span.start)
    for lead, formula in said.sentences():
        tokens = tuple(t._replace(start=span.start, end=span.start) for t in _tokens(formula))
        pieces.extend([Text(lead, span), Inline(tokens, span), Text(".", span)])
    if not pieces:
        return document
    block = Prose(tuple(pieces), span, display.source)
    return replace(document, blocks=(*document.blocks[:first], block, *document.blocks[first:]))


_NAME = re.compile(r"⟨([^⟩]*)⟩")


def _tokens(formula: str) -> Iterator[Token]:
    """A formula in which names of calls stand in angle brackets."""
    for position, piece in enumerate(_NAME.split(formula)):
        if position % 2:
            yield Token(Kind.LETTER, piece, 0, 0)
        else:
            yield from scan_math(piece)


@dataclass
class _Rules:
    """The rules of probability for the laws of a document."""

    found: _Found
    label: str
    independent: bool
    done: dict[str, None] = field(default_factory=dict)

    def sentences(self) -> Iterator[tuple[str, str]]:
        """What is said of each name that the text does not give, in an order in which each can be read."""
        values = {e.value for e in self.found.events if e.label}
        labels = next(_LABELS[v] for v in ("-1", "1", "0") if v in values)
        laws = dict.fromkeys(e.law for e in self.found.events if e.label)
        for law in laws:
            events = [e for e in self.found.events if e.law == law]
            conditional = [e for e in events if e.label and e.in_given and e.own]
            yield from self._priors(law, labels, bool(conditional))
            for own in dict.fromkeys(e.own for e in conditional if not e.index):
                yield from self._likelihoods(law, own, labels)
                yield from self._posteriors(law, own, labels, events)
            if not conditional:
                yield from self._complements(law, labels, events)

    def _is_open(self, name: str) -> bool:
        """Whether nothing has been said of a name; it is said now."""
        known = name in self.found.given or name in self.done
        self.done[name] = None
        return not known

    def _priors(self, law: str, labels: Sequence[str], used: bool) -> Iterator[tuple[str, str]]:
        low, high = (Event(law, "", "", self.label, value).name for value in labels)
        if not used and not any(e.name in (low, high) for e in self.found.events):
            return
        for name in (low, high):
            texts = [t.text for t in self.found.given.get(name, ()) if t.text != "&"]
            if (
                len(texts) > 2
                and re.fullmatch(r"\\?[a-zA-Z]+", texts[2])
                and texts[3:4] in ([], [","], ["="])
            ):
                yield "Let ", f"0 < {texts[2]} < 1"
        if low in self.found.given and high not in self.found.given:
            low, high = high, low
        if self._is_open(high):
            yield "Let ", f"0 < ⟨{high}⟩ < 1"
        if self._is_open(low):
            yield "Write ", f"⟨{low}⟩ = 1 - ⟨{high}⟩"

    def _likelihoods(self, law: str, own: str, labels: Sequence[str]) -> Iterator[tuple[str, str]]:
        for value in labels:
            name = Event(law, own, "", self.label, value, in_given=True).name
            member = Event(law, f"{own}_\N{MIDDLE DOT}", "", self.label, value, "j", True).name
            if not self._is_open(name):
                continue
            if self.independent and any(e.name == member for e in self.found.events):
                yield "Write ", f"⟨{name}⟩ = \\prod_j ⟨{member}⟩_j"
            else:
                yield "Let ", f"⟨{name}⟩ > 0"

    def _posteriors(
        self, law: str, own: str, labels: Sequence[str], events: Sequence[Event]
    ) -> Iterator[tuple[str, str]]:
        joint = {
            v: f"⟨{Event(law, own, '', self.label, v, in_given=True).name}⟩"
            f"⟨{Event(law, '', '', self.label, v).name}⟩"
            for v in labels
        }
        total = " + ".join(joint.values())
        used = dict.fromkeys(e.name for e in events)
        evidence = Event(law, own, "", "", "").name
        if evidence in used and self._is_open(evidence):
            yield "Write ", f"⟨{evidence}⟩ = {total}"
        for value in labels:
            together = Event(law, own, "", self.label, value).name
            if together in used and self._is_open(together):
                yield "Write ", f"⟨{together}⟩ = {joint[value]}"
            posterior = Event(law, "", own, self.label, value).name
            if posterior in used and self._is_open(posterior):
                yield "Write ", f"⟨{posterior}⟩ = \\frac{{{joint[value]}}}{{{total}}}"

    def _complements(
        self, law: str, labels: Sequence[str], events: Sequence[Event]
    ) -> Iterator[tuple[str, str]]:
        """Without likelihoods: the chances of the two labels at one place sum to one."""
        for given in dict.fromkeys(e.given for e in events if e.label and e.given):
            low, high = (Event(law, "", given, self.label, v).name for v in labels)
            if high in self.found.given and self._is_open(low):
                yield "Write ", f"⟨{low}⟩ = 1 - ⟨{high}⟩"


__all__ = ["with_events"]
