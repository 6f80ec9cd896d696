r"""Averages in words: `$x_1, \dots, x_n$ with mean $\mu$`, `$\mu$ their mean`, `let $\bar{x}$ be the sample mean`."""

from __future__ import annotations

import re

from derive.reader.declarations.clauses import Clause
from derive.reader.declarations.one_hot import hot_place
from derive.reader.declarations.phrases import Mention
from derive.reader.declarations.prose_said import Said, Stated
from derive.reader.declarations.subjects import Subject
from derive.reader.grammar.cursor import Cursor, clean, plain
from derive.reader.grammar.table import Name, Table
from derive.reader.grammar.written import whole_name
from derive.reader.source.groups import tree
from derive.reader.source.scanner import scan_math

_THEIRS = re.compile(
    r"\s*,?\s*(?:be|is|are|denotes?|being)?\s*(?:their|the\s+(?:sample|batch|mini-?batch|empirical|arithmetic))\s+"
    r"(?:arithmetic\s+)?(?:mean|average)\b(?!\s+(?:vector|and\s+variance|square))",
    re.I,
)


def implied(table: Table, mention: Mention, said: Said) -> Stated | None:
    """The equation that words around a name imply: which entry of a vector is one, what a name is the mean of."""
    return hot_place(table, mention, said) or average(mention, said)


def average(mention: Mention, said: Said) -> Stated | None:
    r"""`\mu = \frac{1}{n} \sum_{k=1}^n x_k` for a name that words call the mean of the list that was spoken of."""
    members = said.indexed
    if members is None or members.listed is None or not _THEIRS.match(mention.rest):
        return None
    name = _whole(mention)
    if name is None or name == members.name:
        return None
    upper, first = plain(members.listed), mention.tokens[0]
    text = rf"{name.latex} = \frac{{1}}{{{upper}}} \sum_{{k=1}}^{{{upper}}} {_member(members)}"
    written = [t._replace(start=first.start, end=first.end) for t in scan_math(text)]
    return Stated(Clause(clean(tree(written, mention.source))), mention, True)


def _member(members: Subject) -> str:
    if members.marker == "sup":
        return f"{members.name.latex}^{{(k)}}"
    return f"{members.name.latex}_{{k}}"


def _whole(mention: Mention) -> Name | None:
    """The name that a formula is, when it is nothing else."""
    cursor = Cursor(clean(tree(list(mention.tokens), mention.source)))
    return whole_name(cursor)
