r"""Densities of what has a law: after `$x_i \sim \mathcal{N}(\mu, \sigma^2)$` a display's `p(x_i \mid \mu)` is
`\mathcal{N}(x_i; \mu, \sigma^2)`, and `p(x_1, \dots, x_n \mid \mu)`, `p(\mathcal{D} \mid \mu)` their product.

With `$\mu \sim \mathcal{N}(\mu_0, \tau^2)$`, `p(\mu)` is the prior, and `p(\mu \mid \mathcal{D})` is known up to a
factor where nothing more is asked of it: beside a proportion, or in the derivative of its logarithm. What is
conditioned on anything but its parameters is another density, of which nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from derive.reader.rewriting.label_ratios import reindexed
from derive.reader.source.blocks import Display, Document, Inline, Prose, Text
from derive.reader.source.places import Span
from derive.reader.source.scanner import Kind, Token, scan_math

Tokens = tuple[Token, ...]
_BARS = frozenset(["|", r"\mid", r"\vert", ";"])
_SPACES = frozenset(
    [r"\,", r"\;", r"\:", r"\!", r"\ ", r"\left", r"\right", r"\big", r"\Big", r"\bigl", r"\bigr"]
)
_DATA = frozenset(
    ["D", r"\mathcal{D}", r"\mathcalD", "X", r"\mathbf{X}", r"\mathbfX", r"\mathbf{x}", r"\mathbfx"]
)
_DOTS = frozenset([r"\dots", r"\ldots", r"\cdots"])
_HEADS = {
    r"\mathcal{N}": r"\mathcal{N}", r"\mathcalN": r"\mathcal{N}", "N": r"\mathcal{N}",
    "Bern": r"\mathrm{Bern}", "Bernoulli": r"\mathrm{Bern}", "Ber": r"\mathrm{Bern}",
    "Poisson": r"\mathrm{Poisson}", "Poi": r"\mathrm{Poisson}", "Pois": r"\mathrm{Poisson}",
}  # fmt: skip
_WORD = re.compile(r"\\(?:mathrm|text|operatorname|textrm|mathsf)\{?([A-Za-z]+)\}?")
_NAME = re.compile(
    r"((?:\\(?:mathbf|boldsymbol|bm|mathcal|vec)\{?)?(?:\\[a-zA-Z]+|[a-zA-Z])\}?)(.*)"
)
_NAMES = re.compile(
    r"(?:\\(?:mathbf|boldsymbol|bm|vec|mathcal)\{?(?:\\[a-zA-Z]+|[a-zA-Z])\}?|\\[a-zA-Z]+|[a-zA-Z])"
    r"(?:_(?:[a-zA-Z0-9]|\{(?:[a-zA-Z0-9,]+|\\text\{\w+\})\})|\^\{\([a-z]\)\})?"
)


@dataclass(frozen=True)
class _Law:
    """What has a law: its name without index, its index, what it is given, the density's head and parameters."""

    base: str
    index: str
    given: tuple[str, ...]
    head: str
    parameters: Tokens
    last: str = ""

    @property
    def family(self) -> bool:
        """Whether its members have this law."""
        return bool(self.index)

    def density(self, at: Sequence[Token], index: str) -> Tokens:
        """The density at a place; parameters that have the index of the member are those of its own."""
        letters = list(scan_math(index or self.index or "i"))
        parameters = self.parameters
        if index and index != self.index and len(letters) == 1:
            parameters = reindexed(parameters, self.index, letters[0])
        return (*scan_math(self.head + "("), *at, *scan_math(";"), *parameters, *scan_math(")"))


@dataclass(frozen=True)
class _Call:
    """A call of a density: where it stands, and what is before and behind the bar."""

    start: int
    end: int
    own: tuple[Tokens, ...]
    given: tuple[Tokens, ...]


def with_law_densities(document: Document) -> Document:
    """The document with densities in place of calls at what has a law."""
    laws: dict[tuple[str, bool], _Law] = {}
    for block in document.blocks:
        for piece in block.pieces if isinstance(block, Prose) else ():
            for law in _laws(piece.tokens) if isinstance(piece, Inline) else ():
                laws.setdefault((law.base, bool(law.given)), law)
    if not laws:
        return document
    writer = _Writer(document, list(laws.values()))
    if not any(True for d in document.displays for _ in writer.calls(d.tokens)):
        return document
    changed = document.rewritten(writer.rewritten, lambda tokens: tokens)
    return _with_sentences(changed, writer.sentences)


def _with_sentences(document: Document, sentences: dict[str, str]) -> Document:
    """The document with what names of calls stand for, before its first display."""
    if not sentences:
        return document
    first = next(i for i, b in enumerate(document.blocks) if isinstance(b, Display))
    display = document.blocks[first]
    assert isinstance(display, Display)
    span = Span(display.span.start, display.span.start)
    pieces: list[Text | Inline] = []
    for name, formula in sentences.items():
        tokens = (Token(Kind.LETTER, name, 0, 0), *scan_math(formula))
        placed = tuple(t._replace(start=span.start, end=span.start) for t in tokens)
        pieces.extend([Text(" Write ", span), Inline(placed, span), Text(".", span)])
    block = Prose(tuple(pieces), span, display.source)
    return replace(document, blocks=(*document.blocks[:first], block, *document.blocks[first:]))


class _Writer:
    """Puts densities in place of the calls of a document."""

    def __init__(self, document: Document, laws: Sequence[_Law]) -> None:
        self.laws = [replace(law, last=law.last or _last(law, document)) for law in laws]
        self.sentences: dict[str, str] = {}
        formulas = list(document.formulas())
        texts = [list(_without_words(tokens)) for tokens in formulas]
        self.parts = ["".join(line) for line in texts]
        self.letters = {x for x in "pP" if not any(_is_bare(x, line) for line in texts)}
        stated = [b.pieces for b in document.blocks if isinstance(b, Prose)]
        heads = [p.tokens for pieces in stated for p in pieces if isinstance(p, Inline)]
        for tokens in heads:
            call = next(iter(self.calls(tokens)), None)
            if call is not None and call.start == 0 and len(tokens) > call.end:
                self.letters.discard(tokens[0].text)  # prose gives a density itself

    def calls(self, tokens: Sequence[Token]) -> Iterator[_Call]:
        """The calls of densities among tokens."""
        for place, token in enumerate(tokens):
            start = place + 1
            while start < len(tokens) and tokens[start].text in _SPACES:
                start += 1
            if token.text not in self.letters or start >= len(tokens) or tokens[start].text != "(":
                continue
            depth, end = 0, start
            sides: list[list[list[Token]]] = [[[]]]
            while end < len(tokens):
                text = tokens[end].text
                depth += (text in ("(", "{", "[")) - (text in (")", "}", "]"))
                if depth == 0:
                    break
                if depth == 1 and text in _BARS:
                    sides.append([[]])
                elif depth == 1 and text == ",":
                    sides[-1].append([])
                elif end > start and text not in _SPACES:
                    sides[-1][-1].append(tokens[end])
                end += 1
            own, given = sides[0], [part for side in sides[1:] for part in side]
            if end < len(tokens) and all(own) and all(given):
                yield _Call(place, end + 1, tuple(map(tuple, own)), tuple(map(tuple, given)))

    def rewritten(self, tokens: Tokens) -> Tokens:
        """A formula with what is known of its calls."""
        made: list[Token] = []
        done = 0
        for call in self.calls(tokens):
            found = self._meant(call, tokens) if call.start >= done else None
            if found is None:
                continue
            first, last = tokens[call.start], tokens[call.end - 1]
            made.extend(tokens[done : call.start])
            made.extend(t._replace(start=first.start, end=last.end) for t in found)
            done = call.end
        return (*made, *tokens[done:])

    def _meant(self, call: _Call, tokens: Tokens) -> Tokens | None:
        """What stands for a call: a density, or a name that a sentence gives; None when it is not known."""
        law = self._law_of(call)
        if law is not None:
            return law.density(call.own[0], _index_of(_text(call.own[0])))
        family = self._likelihood_of(call.own, call.given)
        if family is not None:
            return self._named(call, tokens, self._product(family))
        posterior = self._posterior(call)
        if posterior and _up_to_factor(call, tokens):
            return self._named(call, tokens, posterior)
        return None

    def _law_of(self, call: _Call) -> _Law | None:
        """The law of what stands alone before the bar, given its parameters or what it is conditioned on."""
        if len(call.own) != 1:
            return None
        base, given = _base_of(_text(call.own[0])), [_text(part) for part in call.given]
        for law in self.laws:
            keys = [_key(g) for g in given]
            known = [*(_key(g) for g in law.given), *_names_in(law.parameters)]
            asked = [_key(g) for g in law.given] or [k for k in known if self._is_random(k)]
            fits = all(
                k in known or self._stands_for(g, law) for k, g in zip(keys, given, strict=True)
            )
            indexed = bool(_index_of(_text(call.own[0]))) == law.family
            if law.base == base and fits and all(a in keys for a in asked) and indexed:
                return law
        return None

    def _is_random(self, key: str) -> bool:
        return any(_key(law.base) == (_base_of(key) if law.family else key) for law in self.laws)

    def _stands_for(self, name: str, law: _Law) -> bool:
        r"""Whether prose says that a name is the parameters: `$\theta = (\mu, \Sigma)$`."""
        starts = (f"{name}={o}" for o in ("(", r"\{", "{"))
        said = [part for part in self.parts if part.startswith(tuple(starts))]
        return any(all(b in part for b in _names_in(law.parameters)) for part in said)

    def _likelihood_of(self, own: Sequence[Tokens], given: Sequence[Tokens]) -> _Law | None:
        """The law of the members of the data before the bar."""
        families = [law for law in self.laws if law.family and not law.given and law.last]
        if len(families) != 1 or not given:
            return None
        (law,) = families
        listed = len(own) > 1 and _base_of(_text(own[0])) == law.base and _text(own[1]) in _DOTS
        data = len(own) == 1 and _text(own[0]) in _DATA and _text(own[0]) != law.base
        known = _names_in(law.parameters)
        fits = all(_key(_text(g)) in known or self._stands_for(_text(g), law) for g in given)
        asked = [k for k in known if self._is_random(k)]
        keys = [_key(_text(g)) for g in given]
        return law if (listed or data) and fits and all(a in keys for a in asked) else None

    def _product(self, law: _Law) -> str:
        member = scan_math(f"{law.base}_{{{law.index}}}")
        density = "".join(_spelled(law.density(tuple(member), law.index)))
        return rf"\prod_{{{law.index}=1}}^{{{law.last}}} {density}"

    def _posterior(self, call: _Call) -> str:
        """Likelihood times prior of a parameter, given data and parameters of its prior."""
        if len(call.own) != 1 or not call.given:
            return ""
        base = _text(call.own[0])
        prior = next(
            (p for p in self.laws if p.base == base and not p.family and not p.given), None
        )
        rest = [
            g for g in call.given if prior and _key(_text(g)) not in _names_in(prior.parameters)
        ]
        own = [g for g in rest if _text(g) in _DATA or _text(g) in _DOTS or _index_of(_text(g))]
        given = [g for g in rest if g not in own]
        family = self._likelihood_of(own, [call.own[0], *given]) if own else None
        if prior is None or family is None or _key(base) not in _names_in(family.parameters):
            return ""
        density = "".join(_spelled(prior.density(call.own[0], "")))
        return f"{density} {self._product(family)}"

    def _named(self, call: _Call, tokens: Tokens, formula: str) -> Tokens:
        name = "".join(
            "|" if t.text in _BARS else t.text
            for t in tokens[call.start : call.end]
            if t.text not in _SPACES
        )
        self.sentences[name] = f"= {formula}"
        return (Token(Kind.LETTER, name, 0, 0),)


def _up_to_factor(call: _Call, tokens: Tokens) -> bool:
    """Whether a density is written where a factor without its variable does not matter."""
    texts = [t.text for t in tokens if t.text not in ("&", r"\left", r"\right")]
    behind = [t.text for t in tokens[call.end :] if t.text not in ("&", *_SPACES)][:1]
    before = [t.text for t in tokens[: call.start] if t.text not in (*_SPACES, "{", "(")][-1:]
    varied = r"\nabla" in texts or r"\partial" in texts or "const" in "".join(texts)
    slope = before and before[0] in (r"\log", r"\ln") and (varied or "d" in texts)
    return behind == [r"\propto"] or bool(slope)


def _last(law: _Law, document: Document) -> str:
    """How many members there are: by a range in prose, or by the one that all sums and products over them have."""
    if not law.family:
        return ""
    index = re.escape(law.index)
    said: dict[str, None] = {}
    for tokens in document.formulas():
        text = "".join(t.text for t in tokens if t.text not in _SPACES)
        said.update(dict.fromkeys(re.findall(rf"(?:^|,){index}=1,\\[lc]?dots,([A-Za-z])$", text)))
        for first, second in re.findall(
            rf"\\(?:sum|prod)(?:\\limits)?_\{{{index}=1\}}\^(?:([A-Za-z])|\{{([A-Za-z])\}})", text
        ):
            said[first or second] = None
    return next(iter(said)) if len(said) == 1 else ""


def _laws(tokens: Sequence[Token]) -> Iterator[_Law]:
    r"""The laws that a formula gives with `\sim`."""
    texts = [t.text for t in tokens]
    if texts.count(r"\sim") != 1:
        return
    cut = texts.index(r"\sim")
    opened = next((i for i in range(cut, len(texts)) if texts[i] == "("), 0)
    head = "".join(t for t in texts[cut + 1 : opened] if t not in _SPACES)
    word = _WORD.fullmatch(head)
    density = _HEADS.get(word[1] if word else head)
    if not opened or density is None:
        return
    depth, end = 0, opened
    while end < len(texts):
        depth += (texts[end] in ("(", "{", "[")) - (texts[end] in (")", "}", "]"))
        if depth == 0:
            break
        end += 1
    left = [t for t in tokens[:cut] if t.text not in _SPACES]
    bar = next((i for i, t in enumerate(left) if t.text in _BARS), len(left))
    own, given = _listed(left[:bar]), _listed(left[bar + 1 :])
    inner = tuple(t for t in tokens[opened + 1 : end] if t.text not in (r"\left", r"\right"))
    behind = "".join(texts[end + 1 :])
    if not own or end >= len(texts):
        return
    index = _index_of(own[0])
    dots = [i for i, name in enumerate(own) if name in _DOTS]
    last = ""
    if dots and len(own) == dots[0] + 2:
        index, last = ("i" if index == "1" else ""), _index_of(own[-1])
    elif len(own) > 1:
        for name in own:
            yield _Law(_base_of(name), _index_of(name), tuple(given), density, inner)
        return
    ranged = (
        re.search(rf"{re.escape(index)}=1,(?:\\[lc]?dots),([A-Za-z])", behind) if index else None
    )
    yield _Law(
        _base_of(own[0]), index, tuple(given), density, inner, last or (ranged[1] if ranged else "")
    )


def _listed(tokens: Sequence[Token]) -> list[str]:
    """The parts between the commas outside of brackets."""
    parts, depth = [""], 0
    for token in tokens:
        depth += (token.text in ("(", "{")) - (token.text in (")", "}"))
        if token.text == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += token.text
    return [part for part in parts if part]


def _text(tokens: Sequence[Token]) -> str:
    return "".join(t.text for t in tokens)


def _base_of(name: str) -> str:
    """A name without the scripts behind it."""
    match = _NAME.fullmatch(name)
    return match[1] if match else name


def _index_of(name: str) -> str:
    """The index of a member: i of `x_i`, `x_{i}` and `x^{(i)}`."""
    match = _NAME.fullmatch(name)
    found = re.fullmatch(r"_\{?([A-Za-z0-9])\}?|\^\{\(([a-z])\)\}", match[2]) if match else None
    return (found[1] or found[2]) if found else ""


def _names_in(tokens: Sequence[Token]) -> list[str]:
    """The names in parameters, each as `_key` has it."""
    return list(dict.fromkeys(_key(match) for match in _NAMES.findall(_text(tokens))))


def _key(name: str) -> str:
    """A name with what stands below it, without braces and powers."""
    match = _NAMES.match(name)
    return re.sub(r"[{}]", "", match[0]) if match else name


def _spelled(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        yield token.text + (" " if token.text[-1:].isalpha() else "")


def _without_words(tokens: Sequence[Token]) -> Iterator[str]:
    r"""What stands in a formula, without spaces and the letters of words: `\text{post}`."""
    depth, opening = 0, False
    for token in tokens:
        if depth or (opening and token.kind is Kind.OPEN):
            depth += (token.kind is Kind.OPEN) - (token.kind is Kind.CLOSE)
        elif token.text not in _SPACES:
            yield token.text
        opening = token.text in (r"\text", r"\mathrm", r"\operatorname", r"\textrm", r"\mathit")


def _is_bare(letter: str, texts: Sequence[str]) -> bool:
    """Whether a letter stands without a bracket, or below a sign as the law of an expectation."""
    depth = 0
    for place, text in enumerate(texts):
        if (
            place
            and texts[place - 1] in ("_", r"\sim", r"\|")
            and letter in texts[place : place + 2]
        ):
            return True
        depth += (text == "{" and texts[place - 1] == "_") if place else 0
        if text == letter and texts[place + 1 : place + 2] != ["("]:
            return True
        if text == letter and texts[max(0, place - 2) : place] in (
            ["K", "L"],
            ["L", "("],
            ["KL", "("],
        ):
            return True
    return False


__all__ = ["with_law_densities"]
