r"""Functions without their argument inside an expectation: `\mathbb{E}_p[f]` is `\mathbb{E}_p[f(x)]` where displays
call f and p at one x, and `\mathbb{E}_p[f^2 \frac{p}{q}]` is that of `f(x)^2 \frac{p(x)}{q(x)}`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.reader.source.blocks import Document
from derive.reader.source.scanner import Kind, Token

Tokens = tuple[Token, ...]
_SIGNS = frozenset(["E", "V", "Var", "var", r"\E", r"\Var"])
_FUNCTIONS = frozenset([*"fghpqruwFGPQ", r"\phi", r"\psi", r"\pi", r"\rho", r"\nu"])


def with_integrands(document: Document) -> Document:
    """The document with the argument of such functions."""
    if not any(True for tokens in document.formulas() for _ in _averages(tokens)):
        return document
    places: dict[str, dict[str, None]] = {}
    for display in document.displays:
        for letter, place in _calls(display.tokens):
            places.setdefault(letter, {})[place] = None
    called = {x: [p for p in found if len(p) == 1] for x, found in places.items()}
    names = {p[0] for p in called.values() if len(p) == 1}
    if len(names) != 1 or any(len(p) > 1 for p in called.values()):
        return document
    (name,) = names
    letters = frozenset(x for x, found in called.items() if found)
    return document.rewritten(lambda tokens: _written(tokens, letters, name))


def _calls(tokens: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """The letters that are called at one plain name or member, with what stands in their brackets."""
    for place, token in enumerate(tokens[:-3]):
        if token.text not in _FUNCTIONS or tokens[place + 1].text != "(":
            continue
        end = next((i for i in range(place, len(tokens)) if tokens[i].text == ")"), 0)
        inside = "".join(t.text for t in tokens[place + 2 : end])
        if inside and not set(inside) & set("(|,;"):
            yield token.text, inside


def _averages(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    r"""Where the arguments of expectations under a letter stand: of `\mathbb{E}_p[f]` the f."""
    for place, token in enumerate(tokens):
        if token.kind is not Kind.SUB or not place:
            continue
        before = "".join(t.text for t in tokens[max(0, place - 5) : place]).rstrip("}")
        if not before.endswith(tuple(_SIGNS)):
            continue
        braced = place + 1 < len(tokens) and tokens[place + 1].kind is Kind.OPEN
        stop = place + (4 if braced else 2)
        law = tokens[place + 2 : place + 3] if braced else tokens[place + 1 : place + 2]
        if not law or law[0].text not in _FUNCTIONS:
            continue
        while stop < len(tokens) and tokens[stop].text in (r"\left", r"\big", r"\Big", r"\!"):
            stop += 1
        if stop >= len(tokens) or tokens[stop].text not in ("[", "("):
            continue
        depth, end = 0, stop
        while end < len(tokens):
            depth += (tokens[end].text in ("[", "(", "{")) - (tokens[end].text in ("]", ")", "}"))
            if depth == 0:
                yield stop + 1, end
                break
            end += 1


def _written(tokens: Tokens, letters: frozenset[str], name: str) -> Tokens:
    made: list[Token] = []
    done = 0
    for start, end in _averages(tokens):
        if start < done:
            continue
        made.extend(tokens[done:start])
        inside = tokens[start:end]
        texts = [t.text for t in inside]
        for place, token in enumerate(inside):
            made.append(token)
            follows = texts[place + 1 : place + 2]
            if (
                token.text in letters
                and follows not in (["("], ["_"])
                and texts[place - 1 : place] != ["_"]
            ):
                marks = ((Kind.CHAR, "("), (Kind.LETTER, name), (Kind.CHAR, ")"))
                made.extend(token._replace(kind=k, text=x, start=token.end) for k, x in marks)
        done = end
    return (*made, *tokens[done:])


__all__ = ["with_integrands"]
