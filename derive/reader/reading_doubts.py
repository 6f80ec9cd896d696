r"""What sentences say of names without effect on what is read: equations that were passed over, bases, columns, rows.

In one section of a long document a relation that does not hold is not called wrong when such a sentence speaks of its
names: what it says may be what the relation needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from derive.derivation import Side, Unreadable
from derive.expr.nodes import Symbol
from derive.expr.walk import post_order
from derive.reader.reading_state import GUESSED
from derive.reader.scanner import Token
from derive.reader.table import Table

_LETTER = re.compile(r"\\[a-zA-Z]+|[a-zA-Z]")
_FONT = re.compile(
    r"\\(?:math\w+|boldsymbol|bm|vec|underline|hat|tilde|bar|left|right|top|[lc]?dots|in|text|operatorname)$"
)
_RELATES = re.compile(
    r"\b(?:columns?|rows?|bas[ei]s|eigen\w+|singular|span\w*|orthogonal|orthonormal|project\w*|suppose|assum\w+"
    r"|minimi[sz]\w+|maximi[sz]\w+|optim\w+|solution|closest|constrain\w+|satisf\w+|conjugate|convex|concave)\b",
    re.I,
)


def letters_in(latex: str) -> frozenset[str]:
    """The letters and commands for letters in LaTeX."""
    return frozenset(x for x in _LETTER.findall(latex) if not _FONT.match(x))


def related_letters(words: str) -> frozenset[str]:
    """The letters of which a sentence says that they are columns, a basis, a solution and the like."""
    found: set[str] = set()
    for sentence in re.split(r"(?<=[\w$)])[.;](?=\s|$)", words):
        if _RELATES.search(sentence):
            for latex in re.findall(r"\$([^$]*)\$", sentence):
                found |= letters_in(latex)
    return frozenset(found)


def token_letters(tokens: Iterable[Token]) -> frozenset[str]:
    """The letters among tokens."""
    texts = (t.text for t in tokens)
    return frozenset(x for x in texts if _LETTER.fullmatch(x) and not _FONT.match(x))


def state_of(table: Table) -> tuple[object, ...]:
    """What a sentence could change in a table, to be compared by value."""
    known = tuple(
        (name, id(e.definition), id(e.function), len(e.facts), e.kind, e.expand is None)
        for entries in (table.entries, table.families)
        for name, e in entries.items()
    )
    return (len(table.conditions), known)


def passed_over(
    left: Side,
    right: Side,
    table: Table,
    equations: Sequence[frozenset[str]],
    related: frozenset[str],
) -> str:
    """Why a relation that does not hold is not called wrong: a name of it of which more is said than was read."""
    if isinstance(left, Unreadable) or isinstance(right, Unreadable):
        return ""
    assumed = {entry.latex for entry in table.variables() if entry.assumed}
    for side in (left, right):
        for node in post_order(side):
            if not isinstance(node, Symbol):
                continue
            own = letters_in(node.name)
            free = node.definition is None and node.law is None
            if free and any(own & letters for letters in equations):
                return f"{GUESSED}: an equation in the text speaks of {node.name} and was not read"
            if free and node.name in assumed and own & related:
                return (
                    f"{GUESSED}: more is said of {node.name} in the text than was read; declare it"
                )
    return ""
