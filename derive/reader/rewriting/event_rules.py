r"""The rules that probabilities of events obey: priors, likelihoods, posteriors, complements, written as sentences."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field, replace

from derive.reader.source.blocks import Display, Document, Inline, Prose, Text
from derive.reader.source.places import Span
from derive.reader.source.scanner import Kind, Token, scan_math

LABELS = {"0": ("0", "1"), "1": ("0", "1"), "-1": ("-1", "1"), "2": ("1", "2")}


def labels_of(values: Container[str]) -> tuple[str, str]:
    """The two values of a label of which some are written."""
    return next(LABELS[v] for v in ("-1", "2", "0", "1") if v in values)


_EQUAL = re.compile(
    r"\bequal(?:ly (?:likely|probable))?\b[^.;]{0,24}\b(?:priors?|classes)\b|\bpriors?\b[^.;]{0,24}\bequal\b"
    r"|\bequally (?:likely|probable)\b|\b(?:uniform|balanced|identical)\b[^.;]{0,16}\b(?:priors?|classes)\b",
    re.IGNORECASE,
)
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
class Found:
    """The calls of a document, those that equations of the text give, and the place of the first display."""

    events: dict[Event, None] = field(default_factory=dict)
    given: dict[str, tuple[Token, ...]] = field(default_factory=dict)


def with_rules(document: Document, found: Found, label: str) -> Document:
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
    said = _Rules(found, label, bool(_INDEPENDENT.search(words)), equal=bool(_EQUAL.search(words)))
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

    found: Found
    label: str
    independent: bool
    equal: bool = False
    done: dict[str, None] = field(default_factory=dict)

    def sentences(self) -> Iterator[tuple[str, str]]:
        """What is said of each name that the text does not give, in an order in which each can be read."""
        values = {e.value for e in self.found.events if e.label}
        labels = labels_of(values)
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
        if self.equal and low not in self.found.given and high not in self.found.given:
            for name in (low, high):
                if self._is_open(name):
                    yield "Write ", f"⟨{name}⟩ = \\frac{{1}}{{2}}"
            return
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
