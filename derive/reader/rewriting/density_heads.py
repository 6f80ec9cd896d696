r"""Names of densities as prose writes them: a letter alone or at one name, `p`, `q_\theta(z)`, `p(x \mid z)`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from derive.reader.source.scanner import Token

LETTERS = frozenset([*"pqrfgh", r"\phi", r"\varphi", r"\pi"])
_BARS = frozenset(["|", r"\mid", r"\vert"])


@dataclass(frozen=True)
class Head:
    """A density as it is written, and the name at which it is taken; empty for a bare letter."""

    tokens: tuple[Token, ...]
    place: tuple[Token, ...]


def head_of(tokens: Sequence[Token]) -> Head | None:
    """A letter of densities, alone or at one name, `p(x)` and `p(x | z)`."""
    texts = [t.text for t in tokens]
    stop = texts.index("(") if "(" in texts else len(texts)
    if not tokens or texts[0] not in LETTERS or not is_script(texts[1:stop]):
        return None
    if stop == len(texts):
        return Head(tuple(tokens), ())
    inside = texts[stop + 1 : -1]
    if texts[-1] != ")" or any(t in ("(", ")", ",", ";", "=") for t in inside) or not inside:
        return None
    bars = [i for i, t in enumerate(inside) if t in _BARS]
    end = bars[0] if bars else len(inside)
    return Head(tuple(tokens), tuple(tokens[stop + 1 : stop + 1 + end])) if end else None


def is_script(texts: Sequence[str]) -> bool:
    """Whether nothing but one index stands behind a letter."""
    return not texts or (texts[0] == "_" and (len(texts) == 2 or texts[1] == "{"))


def name_of(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The name before the set in which it is; empty for a list, or a set alone."""
    stop = next((i for i, t in enumerate(tokens) if t.text in (r"\in", ">", r"\sim")), len(tokens))
    name = tuple(tokens[:stop])
    if not name or any(t.text in (",", "=", "(", r"\mathbb", "^") for t in name):
        return ()
    return name


def listed(tokens: Sequence[Token], signs: Sequence[str] = (",",)) -> list[tuple[Token, ...]]:
    """The parts of a formula between commas, without a bound behind the last: `\\sigma_1, \\sigma_2 > 0`."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.text in "({[") - (token.text in ")}]")
        if depth == 0 and token.text in (">", r"\in", r"\neq", r"\succ"):
            break
        if depth == 0 and token.text in signs:
            parts.append([])
        else:
            parts[-1].append(token)
    return [tuple(part) for part in parts if part]


__all__ = ["LETTERS", "Head", "head_of", "is_script", "listed", "name_of"]
