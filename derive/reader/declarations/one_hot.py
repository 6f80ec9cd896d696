r"""Which entry of a one-hot vector is one: `$y$ is one-hot with $y_c = 1$`, `the one-hot vector of the word $o$`.

The vector is then the unit vector of that index.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from derive.expr.nodes import Apply, Index, Item, Symbol
from derive.reader.declarations.clauses import Clause
from derive.reader.declarations.phrases import Mention
from derive.reader.declarations.prose_said import Said, Stated
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import clean, plain
from derive.reader.grammar.sizes import is_open
from derive.reader.grammar.table import Name, Table
from derive.reader.source.groups import Node, tree
from derive.reader.source.scanner import Kind, scan_math

_PLACE = re.compile(
    r"\bone[- ]?hot\b[^.;:]*?\b(?:(?:one|1)\s+(?:at|in|for)|(?:encoding|representation|vector|label)\s+(?:of|for)|"
    r"(?:at|for)\s+(?:index|position|class|entry|component))\b[^.;:,]*$",
    re.I,
)
_NAMED = re.compile(r"\bone[- ]?hot\b[\w\s-]*$", re.I)
_OF = re.compile(
    r"\s*,?\s*(?:(?:of|for|at|encoding|indicating|marking|representing|corresponding\s+to|"
    r"(?:with|whose|having)\s+[\w\s]*\b(?:one|1|entry)\s+(?:at|in|for)|that\s+(?:is|has)\s+[\w\s]*\b(?:at|in|for))\b)"
    r"[\w\s]*$",
    re.I,
)
"""`the one-hot vector $y$ of the true word $o$`: the words in front of the vector, and those behind it."""


def hot_place(table: Table, mention: Mention, said: Said) -> Stated | None:
    """`y_o = 1` for the letter o at which words put the one of the vector y that was spoken of."""
    tokens = mention.tokens
    if len(tokens) != 1 or tokens[0].kind is not Kind.LETTER or not said.subjects:
        return None
    subject = said.subjects[-1]
    said_behind = _PLACE.search(mention.lead) or (
        not mention.starts and _NAMED.search(said.lead) and _OF.fullmatch(mention.lead)
    )
    if subject.indices or not said_behind or subject.name == Name(tokens[0].text):
        return None
    table.declare(subject.name).add_fact("one_hot")
    first = tokens[0]
    written = [
        t._replace(start=first.start, end=first.end)
        for t in scan_math(f"{subject.name.latex}_{{{first.text}}} = 1")
    ]
    return Stated(Clause(clean(tree(written, mention.source))), mention, True)


def conditional_after(words: str) -> bool:
    """Whether an equation is said under a condition: `$y_k = 1$ if the example belongs to class $k$`."""
    return bool(re.match(r"\s*(?:if|iff|when|whenever|exactly)\b", words, re.I))


def hot_entry(
    reader: Formula, left: Sequence[Node], right: Sequence[Node]
) -> tuple[Symbol, Symbol] | None:
    """A one-hot vector before and after an equation that says which entry is one; None for other equations."""
    items = clean(left)
    if plain(clean(right)).strip() != "1" or len(items) < 3:
        return None
    node = reader.whole(items).build()
    if not isinstance(node, Item) or len(node.indices) != 1:
        return None
    vector, index = node.base, node.indices[0]
    if not isinstance(vector, Symbol) or not isinstance(index, Index) or vector.definition:
        return None
    entry = next((e for e in reader.table.entries.values() if e.latex == vector.name), None)
    if entry is None or not entry.has("one_hot") or len(entry.sizes or ()) != 1:
        return None
    sizes = reader.table.sizes.shape(vector.shape)
    if any(is_open(size) for size in sizes):
        raise reader.error(f"the size of {vector.name} is not said", 0)
    entry.definition, entry.sizes = Apply("unit_vector", (index,), sizes), sizes
    return vector, reader.table.symbol(entry)
