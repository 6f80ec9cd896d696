r"""Where a document falls into parts that use their letters by themselves, and whether its language is read.

Parts begin at headings, and at a sentence that gives a name another shape than the part before: `for all
$x \in \mathbb{R}^m$` after `$x \in \mathbb{R}^n$`.
"""

from __future__ import annotations

import re
from dataclasses import replace

from derive.expr.sizes import Shape
from derive.reader.declarations.prose import Declarations
from derive.reader.grammar.sizes import is_open
from derive.reader.grammar.table import Name, Table
from derive.reader.source.blocks import Block, Directive, Display, Document, Heading, Prose, Text

_COMMON = frozenset(
    [
        *(
            "a",
            "an",
            "and",
            "are",
            "as",
            "at",
            "be",
            "by",
            "for",
            "from",
            "has",
            "have",
            "if",
            "in",
        ),
        *(
            "is",
            "it",
            "let",
            "now",
            "of",
            "on",
            "since",
            "so",
            "that",
            "the",
            "then",
            "this",
            "thus",
        ),
        *("to", "we", "where", "which", "with"),
    ]
)
_WORD = re.compile(r"[^\W\d_]+")
LEAST_WORDS = 12
"""Words from which on a language is recognised."""
COMMON_SHARE = 0.15
"""The share of the commonest English words below which a text is in another language."""


def cut(document: Document) -> tuple[list[Document], bool]:
    """The parts of a document, each with a formula, and whether a name was declared anew without a heading."""
    directives = [b for b in document.blocks if isinstance(b, Directive)]
    parts: list[list[Block]] = [[]]
    shapes: dict[Name, Shape] = {}
    anew = False
    for block in document.blocks:
        said = _declared(block) if isinstance(block, Prose) else {}
        differs = any(shapes.get(name, shape) != shape for name, shape in said.items())
        shown = any(isinstance(b, Display) for b in parts[-1])
        if shown and (differs or isinstance(block, Heading)):
            anew = anew or differs
            parts.append([])
            shapes = {}
        parts[-1].append(block)
        shapes.update(said)
    if len(parts) > 1 and not any(isinstance(b, Display) for b in parts[-1]):
        parts[-2:] = [parts[-2] + parts[-1]]
    found = []
    for part in parts:
        others = [d for d in directives if not any(d is b for b in part)]
        found.append(replace(document, blocks=(*others, *part)))
    return found, anew


def _declared(block: Prose) -> dict[Name, Shape]:
    """The shapes that a paragraph gives by itself."""
    if not any(not isinstance(piece, Text) for piece in block.pieces):
        return {}
    declarations = Declarations(Table())
    declarations.read(block)
    table = declarations.table
    formulas = [piece for piece in block.pieces if not isinstance(piece, Text)]
    in_sets = any(token.text == r"\in" for formula in formulas for token in formula.tokens)
    found: dict[Name, Shape] = {}
    for name, entry in table.entries.items():
        if entry.kind == "variable" and entry.sizes is not None and not entry.assumed:
            sizes = tuple(table.sizes.resolve(size) for size in entry.sizes)
            bound = not sizes and not in_sets  # `$v \ne 0$` says nothing of a shape
            if not bound and not any(is_open(size) for size in sizes):
                found[name] = sizes
    return found


def words_of(document: Document) -> str:
    """The text between the formulas of a document."""
    return " ".join(
        piece.text
        for block in document.blocks
        if isinstance(block, Prose)
        for piece in block.pieces
        if isinstance(piece, Text)
    )


def is_read(words: str) -> bool:
    """Whether declarations in these words are understood: a longer text that is not English may say anything."""
    found = _WORD.findall(words.lower())
    letters = sum(map(len, found))
    foreign = sum(1 for word in found for letter in word if letter > "\u036f")
    if foreign > letters / 4 and foreign >= LEAST_WORDS:
        return False
    if len(found) < 3 * LEAST_WORDS:
        return True
    return sum(word in _COMMON for word in found) >= COMMON_SHARE * len(found)
