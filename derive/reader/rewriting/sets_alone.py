r"""Sets and laws in a formula of their own: `let $x$ and $y$ be vectors in $\mathbb{R}^k$` is
`$x, y \in \mathbb{R}^k$`, `$v$ is drawn from $\mathcal{N}(0, S)$` is `$v \sim \mathcal{N}(0, S)$`.

So is a space behind a law, `$z \sim \mathcal{N}(0, I)$ in $\mathbb{R}^k$`. Functions and densities on a space are no
members of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from derive.reader.source.blocks import Block, Document, Inline, Prose, Text
from derive.reader.source.scanner import Token, scan_math

_ADJECTIVE = (
    r"(?:an?|the|any|some|all|both|each|two|three|four|fixed|given|arbitrary|unit|non-?zero|real|random|column|row|"
    r"feature|input|output|data|mean|weight|bias|parameter|latent|hidden|independent|orthogonal|distinct|standard|"
    r"noise|error|embedding|query|key|value)"
)
_NOUN = (
    r"(?:vectors?|points?|matri(?:x|ces)|elements?|samples?|observations?|features?|inputs?|weights?|parameters?|"
    r"variables?|embeddings?|examples?|targets?|outputs?|labels?)"
)
_MEMBERS = re.compile(
    rf"\s*,?\s*(?:(?:be|is|are|denotes?|being)\s+)?(?:(?:{_ADJECTIVE}|[a-z]+-valued),?\s+)*(?:{_NOUN}\s+)?"
    r"(?:(?:that |which |each |both )?(?:taking|with|takes?|having|have)\s+(?:its |their )?values\s+|"
    r"(?:that |which |each |both |all )?(?:lie|lies|lying|live|lives|living)\s+)?in\s*",
    re.IGNORECASE,
)
_ON_SPACE = re.compile(r"\s*,?\s*(?:in|on|over)\s*", re.IGNORECASE)
_SAMPLES = (
    r"(?:(?:is|are|be|being|was|were|all|each|and|an?|the|two|independent(?:ly)?|i\.?\s?i\.?\s?d\.?|identically|"
    r"random(?:ly)?|samples?|observations?|draws?|vectors?|variables?|points?|data)[\s,]+)*"
)
_DRAWN = re.compile(
    rf"\s*,?\s*{_SAMPLES}(?:(?:drawn|sampled|generated|distributed|chosen|taken)\s+{_SAMPLES}(?:from|as|according to)|"
    r"follows?|from|(?:has|have|having|with) (?:the |an? )?(?:prior |joint |marginal )?(?:law|distribution))\s*"
    r"(?:(?:the|an?|multivariate|univariate|standard|common|same|normal|gaussian|law|distribution|model)\s+)*",
    re.IGNORECASE,
)
_JOINED = re.compile(r"\s*(?:,|and|, and)\s*")
_NAME = re.compile(
    r"(?:\\(?:math(?:bf|rm|sf|bb|cal)|boldsymbol|bm|vec|hat|tilde|bar)\s?)?\{?(?:\\[a-z]+|[A-Za-z])\}?"
    r"(?:_(?:\w|\{[\w ,]+\})|\^\{\(\w\)\})*"
)
_GREEK = frozenset([r"\dots", r"\ldots", r"\cdots"])


def with_members(document: Document) -> Document:
    """The document with the names in front of each space that stands alone."""
    return replace(document, blocks=tuple(_written(block) for block in document.blocks))


def _written(block: Block) -> Block:
    if not isinstance(block, Prose) or len(block.pieces) < 3:
        return block
    pieces = list(block.pieces)
    for place, piece in enumerate(pieces):
        if not isinstance(piece, Inline) or place < 2:
            continue
        space = _is_space(piece.tokens)
        if space or _is_law([t.text for t in piece.tokens]):
            names = (_members if space else _random)(pieces[:place])
            made = [*_joined(names), *scan_math(r"\in" if space else r"\sim")] if names else []
            first = piece.tokens[0]
            made = [t._replace(start=first.start, end=first.start) for t in made]
            pieces[place] = replace(piece, tokens=(*made, *piece.tokens))
    return replace(block, pieces=tuple(pieces)) if pieces != list(block.pieces) else block


def _is_space(tokens: Sequence[Token]) -> bool:
    r"""Whether a formula is `\mathbb{R}^k` or `\mathbb{R}^{m \times n}`."""
    texts = [t.text for t in tokens]
    start = (
        4
        if texts[:4] == [r"\mathbb", "{", "R", "}"]
        else 2
        if texts[:2] == [r"\mathbb", "R"]
        else 1
    )
    bare = texts[:1] in ([r"\R"], [r"\reals"])
    if (start == 1 and not bare) or texts[start : start + 1] != ["^"]:
        return False
    return not {"=", ",", r"\to", "(", r"\in"} & set(texts[start:])


def _members(before: Sequence[Inline | Text]) -> list[tuple[Token, ...]]:
    """The names that the words in front of a space put into it."""
    words, last = before[-1], before[-2]
    if not isinstance(words, Text) or not isinstance(last, Inline):
        return []
    texts = [t.text for t in last.tokens]
    if r"\sim" in texts and _ON_SPACE.fullmatch(words.text):
        return _names([last.tokens[: texts.index(r"\sim")]])
    if not _MEMBERS.fullmatch(words.text):
        return []
    return _listed(before)


def _random(before: Sequence[Inline | Text]) -> list[tuple[Token, ...]]:
    """The names that are drawn from the law behind them."""
    words = before[-1]
    drawn = isinstance(words, Text) and _DRAWN.fullmatch(words.text)
    return _listed(before) if drawn else []


def _listed(before: Sequence[Inline | Text]) -> list[tuple[Token, ...]]:
    """The names in front of some words, which commas and `and` join."""
    found: list[tuple[Token, ...]] = []
    for gap, piece in zip((None, *before[-3::-2]), before[-2::-2], strict=False):
        joined = gap is None or (isinstance(gap, Text) and _JOINED.fullmatch(gap.text))
        if not joined or not isinstance(piece, Inline) or not _names([piece.tokens]):
            break
        found.insert(0, piece.tokens)
    return found


def _is_law(texts: Sequence[str]) -> bool:
    r"""Whether a formula is a normal law alone: `\mathcal{N}(\mu, \Sigma)`, `N(0, I)`."""
    if texts[-1] != ")":
        return False
    plain = "".join(texts).removeprefix(r"\mathcal").removeprefix("{")
    return plain.startswith(("N(", "N}(", r"N\left(", r"N}\left("))


def _names(formulas: Sequence[Sequence[Token]]) -> list[tuple[Token, ...]]:
    """Formulas that are lists of names; none when one of them is anything else."""
    for tokens in formulas:
        for part in "".join(t.text + (" " if t.text[1:].isalpha() else "") for t in tokens).split(
            ","
        ):
            plain = part.strip()
            if plain not in _GREEK and not _NAME.fullmatch(plain.replace(" }", "}").strip()):
                return []
    return [tuple(tokens) for tokens in formulas]


def _joined(parts: Sequence[Sequence[Token]]) -> list[Token]:
    found: list[Token] = []
    for part in parts:
        found.extend([*(scan_math(",") if found else ()), *part])
    return found


__all__ = ["with_members"]
