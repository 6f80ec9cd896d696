r"""Densities with one letter: `f(y \mid \theta)`, `f(\theta)`, `f(y)` and `f(\theta \mid y)` are four functions.

Where prose gives the likelihood and the prior, the evidence and the posterior have the same numbers of arguments; their
letters are told apart, so that the prior is not taken at y.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from derive.reader.source.blocks import Display, Document, Inline, Prose
from derive.reader.source.scanner import Kind, Token

_LETTERS = frozenset([*"pPfgq", r"\pi"])
_BARS = frozenset(["|", r"\mid", r"\vert", r"\rvert"])
_FONT = r"\\(?:mathcal|mathbf|mathbb|mathrm|mathit|boldsymbol|bm|vec)"
_NAME = re.compile(
    rf"((?:{_FONT}\{{?)?\\?[a-zA-Z]+\}}?)(?:_\{{?[a-z0-9]\}}?|_\{{1:[a-zA-Z]\}}|\^\{{?\([a-z0-9]\)\}}?)?"
)
_SPACES = frozenset([r"\,", r"\;", r"\:", r"\!", r"\ "])


@dataclass(frozen=True)
class Roles:
    """The names in a call before and behind the bar, without their indices."""

    letter: str
    own: tuple[str, ...]
    given: tuple[str, ...] = ()


def with_density_roles(document: Document) -> Document:
    """The document with names of their own for evidences and posteriors that share a letter with what prose gives."""
    stated = list(_stated(document))
    called = list(_called(document)) if stated else []
    renamed = dict.fromkeys(r for r in called if r not in stated and _is_other(r, stated, called))
    if not renamed:
        return document

    def changed(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
        found = list(tokens)
        for place, roles in _calls(tokens):
            if roles in renamed:
                name = f"{roles.letter}[{','.join(roles.own)}{'|' if roles.given else ''}{','.join(roles.given)}]"
                found[place] = tokens[place]._replace(kind=Kind.LETTER, text=name)
        return tuple(found)

    return document.rewritten(changed)


def _is_other(roles: Roles, stated: Sequence[Roles], called: Sequence[Roles]) -> bool:
    """Whether a call is another function than those of its letter that prose gives."""
    known = [s for s in (*stated, *called) if s.letter == roles.letter]
    own = [s for s in stated if s.letter == roles.letter]
    return any(
        _beside_likelihood(roles, s, known) if s.given else _beside_prior(roles, s, known)
        for s in own
    )


def _beside_likelihood(roles: Roles, likelihood: Roles, known: Sequence[Roles]) -> bool:
    """Whether a call is the posterior of a likelihood, its prior, or its evidence where there is a prior."""
    parameters = set(likelihood.given)
    if roles.given:
        return set(likelihood.own) <= set(roles.given) and set(roles.own) <= parameters
    if set(roles.own) <= parameters:
        return True
    priors = (s for s in known if not s.given and set(s.own) <= parameters)
    return roles.own == likelihood.own and any(True for _ in priors)


def _beside_prior(roles: Roles, prior: Roles, known: Sequence[Roles]) -> bool:
    """Whether a call is the posterior of a prior, its likelihood, or the evidence of that."""
    if roles.given:
        return set(roles.own) == set(prior.own) or set(prior.own) <= set(roles.given)
    return any(s.own == roles.own and set(prior.own) <= set(s.given) for s in known)


def _called(document: Document) -> Iterator[Roles]:
    for block in document.blocks:
        if isinstance(block, Display):
            yield from (roles for _, roles in _calls(block.tokens))


def _stated(document: Document) -> Iterator[Roles]:
    """The calls that an equation in prose begins with which is no rule of probability."""
    for block in document.blocks:
        for piece in block.pieces if isinstance(block, Prose) else ():
            if not isinstance(piece, Inline) or not any(t.text == "=" for t in piece.tokens):
                continue
            calls = list(_calls(piece.tokens))
            if (
                calls
                and not calls[0][0]
                and all(r.letter != calls[0][1].letter for _, r in calls[1:])
            ):
                yield calls[0][1]


def _calls(tokens: Sequence[Token]) -> Iterator[tuple[int, Roles]]:
    """Where calls with plain names stand, and what they say."""
    for place, token in enumerate(tokens):
        if token.text not in _LETTERS or place + 1 >= len(tokens) or tokens[place + 1].text != "(":
            continue
        end = place + 2
        while end < len(tokens) and tokens[end].text not in ("(", ")"):
            end += 1
        if end >= len(tokens) or tokens[end].text != ")":
            continue
        sides: list[list[str]] = [[""]]
        for inner in tokens[place + 2 : end]:
            if inner.text in _BARS:
                sides.append([""])
            elif inner.text == ",":
                sides[-1].append("")
            elif inner.text not in _SPACES:
                sides[-1][-1] += inner.text
        names = [[_NAME.fullmatch(part) for part in side] for side in sides]
        if len(sides) <= 2 and all(match for side in names for match in side):
            own, *given = (tuple(match[1] for match in side if match) for side in names)
            yield place, Roles(token.text, own, given[0] if given else ())


__all__ = ["with_density_roles"]
