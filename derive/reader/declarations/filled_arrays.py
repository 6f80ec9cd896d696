r"""Arrays of one number in words: `the $n \times n$ matrix with all elements equal to $1/n$`, `the vector of ones`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from derive.errors import DeriveError
from derive.expr.nodes import Expr, Filled, Number, Product
from derive.reader.declarations.phrases import Mention
from derive.reader.declarations.prose_said import Said
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import clean
from derive.reader.grammar.sizes import is_open
from derive.reader.grammar.table import Name, Table
from derive.reader.grammar.values import Misfit
from derive.reader.source.groups import tree
from derive.reader.source.scanner import Kind

_PARTS = r"(?:entry|entries|elements?|components?|coordinates?)"
_ALL = (
    rf"(?:(?:all|every|each|identical|equal|constant|same)\s+(?:of\s+)?(?:(?:the|its|whose)\s+)?(?:matrix\s+)?{_PARTS}"
    rf"|(?:whose|its|the|with)\s+{_PARTS}\s+(?:(?:are|is)\s+)?(?:all|constant|constantly|identically)"
    rf"|{_PARTS}\s+of\s+which\s+(?:are|is)\s+all|whose\s+{_PARTS}\s+(?:are|equal))"
)
_TAIL = (
    r"(?:\s+(?:are|is|being|all|equals?|to|takes?|have|has|having|the|value|a|identically|constant|"
    r"constantly|same|set|given|by))*"
)
_EACH = re.compile(rf"{_ALL}{_TAIL}\s*$", re.I)
_OWN = r"\s*(?:,|\()?\s*(?:(?:to\s+)?(?:be|is|are|as|denotes?|for|stands?\s+for|means?)\s+)?"
_SAID = re.compile(
    r"(?:(?:all[- ])?(?P<kind>ones|zeros?)[- ](?:vector|matrix)"
    r"|(?:vector|matrix)\s+(?:of|with|containing|filled\s+with|full\s+of|consisting\s+of)\s+(?:only\s+|all\s+|just\s+)?"
    rf"(?P<of>ones|zeros)|(?:(?:vector|matrix)\s+(?:with|in\s+which|for\s+which|where)\s+)?{_ALL}{_TAIL}\s+(?P<each>ones?|1|unity|zeros?|0))(?=\s*(?:[.,;:)]|and\b|then\b|$))",
    re.I,
)
_ENDS = re.compile(r"\s*(?:[.,;:)]|and\b|then\b|is\b|$)", re.I)


@dataclass(frozen=True)
class OneNumber:
    """A name of which words say that all its entries are one number, which is read once all names are declared."""

    name: Name
    value: Callable[[], Expr | None]


def one_number(reader: Formula, mention: Mention, said: Said) -> OneNumber | None:
    """What a value says of the array that is spoken of: `... with all elements equal to $1/n$`."""
    if not said.subjects or not _EACH.search(mention.lead) or not _ENDS.match(mention.rest):
        return None
    subject = said.subjects[-1]
    if subject.indices or any(t.kind is Kind.SUB for t in mention.tokens):
        return None

    def value() -> Expr | None:
        try:
            read = reader.whole(clean(tree(list(mention.tokens), mention.source)))
            return None if read.shape else read.build()
        except (DeriveError, Misfit, RecursionError):
            return None

    return OneNumber(subject.name, value)


def ones_said(mention: Mention, said: Said) -> OneNumber | None:
    """What the words behind or before a name say of it: `the vector of ones`."""
    if not said.subjects or said.subjects[-1].indices:
        return None
    behind = re.match(
        rf"{_OWN}(?:(?:an?|the)\s+)?(?:[\w-]+\s+)?{_SAID.pattern}", mention.rest, re.I
    )
    before = re.search(rf"(?:{_SAID.pattern})\s*$", mention.before, re.I)
    found = behind or before
    if found is None:
        return None
    word = next(w for w in (found["kind"], found["of"], found["each"]) if w)
    number = Number(Fraction(0 if word.lower().startswith(("zero", "0")) else 1))
    return OneNumber(said.subjects[-1].name, lambda: number)


def fill(table: Table, found: Sequence[OneNumber]) -> None:
    """Define the arrays, once all shapes that prose declares are known."""
    for one in found:
        entry = table.exact(one.name)
        if entry is None or entry.kind != "variable" or entry.definition is not None:
            continue
        shape = tuple(table.sizes.resolve(size) for size in entry.sizes or ())
        value = one.value()
        if value is None or not shape or any(is_open(size) for size in shape):
            continue
        ones = Filled("ones", shape)
        alone = isinstance(value, Number) and value.value == 1
        entry.definition = ones if alone else Product((value, ones))
