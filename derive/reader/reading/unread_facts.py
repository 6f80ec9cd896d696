r"""Properties that a sentence gives its names and that no name got: `(all symmetric positive definite)`, `sum to one`.

A relation that does not hold is not called wrong when a property of its names was passed over: with it, it may hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from derive.expr.walk import free_symbols
from derive.reader.grammar.name_kinds import is_starred
from derive.reader.grammar.table import Declaration, Table
from derive.reader.reading.upstream import names_in
from derive.reader.source.blocks import Document, Inline, Prose, Text
from derive.reader.source.groups import tree

_SENTENCE = re.compile(r"(?<=[\w$)\]])[.;!?](?=\s|$)")
_FORMULA = re.compile(r"⟦(\d+)⟧")
#: what words say, with the facts of which one carries it out
PROPERTIES = {
    re.compile(pattern, re.IGNORECASE): facts
    for pattern, facts in (
        (
            r"(?<![a-z-])symmetric(?! (?:difference|in)\b)|positive (?:semi-?)?definite"
            r"|(?<=⟧) (?:is|be|are|denotes?) (?:the |a )?(?:[\w-]+ ){0,3}covariance\b",
            ("symmetric", "antisymmetric"),
        ),
        (
            r"\b(?:sums?|add(?:s|ing)?|summing)(?: up)? to (?:one\b|1\b|unity)",
            ("sums_to_one", "rows_sum_to_one", "total_one", "stochastic_rows"),
        ),
        (
            r"\borthonormal\b|\borthogonal (?:matri\w+|columns?)",
            ("orthonormal_columns", "orthogonal"),
        ),
        (
            r"\bunit[- ](?:vectors?|norm|length)\b",
            ("unit_norm",),
        ),
        (
            r"\bdiagonal matri\w+|\b(?:is|are|be) diagonal\b",
            ("diagonal",),
        ),
        (
            r"\bone-hot\b",
            ("one_hot", "one_hot_rows", "binary"),
        ),
        (
            r"\b(?:centred|centered)\b",
            ("centred",),
        ),
    )
}


def passed_over_facts(document: Document, table: Table) -> Iterator[tuple[str, str]]:
    """Names with the reason why a relation of them that does not hold is not called wrong.

    They are those without value of each sentence that says a property which no name next to its words has, and optima
    of which nothing is known.
    """
    for block in document.blocks:
        for entry, words in _of_paragraph(block, table) if isinstance(block, Prose) else ():
            yield entry.latex, f"what is said of {entry.latex} was not read ('{words}'); declare it"
    for entry in table.variables():
        if entry.assumed and is_starred(entry.name) and entry.definition is None:
            yield entry.latex, f"nothing says which {entry.latex} is meant; define it"


def _of_paragraph(block: Prose, table: Table) -> Iterator[tuple[Declaration, str]]:
    words = "".join(p.text if isinstance(p, Text) else f"⟦{i}⟧" for i, p in enumerate(block.pieces))
    if not any(pattern.search(words) for pattern in PROPERTIES):
        return
    for sentence in _SENTENCE.split(words):
        for pattern, facts in PROPERTIES.items():
            said = pattern.search(sentence)
            if said is None:
                continue
            before = _FORMULA.findall(sentence[: said.start()])
            after = _FORMULA.findall(sentence[said.end() :])
            near = list(_entries((*before[-2:], *after[:1]), block, table))
            if near and not any(_has(entry, facts, table) for entry in near):
                words_said = said[0].strip()
                free = (e for e in _entries((*before, *after), block, table) if _is_free(e))
                yield from ((entry, words_said) for entry in free)


def _is_free(entry: Declaration) -> bool:
    return entry.kind == "variable" and entry.definition is None


def _entries(numbers: Iterable[str], block: Prose, table: Table) -> Iterator[Declaration]:
    """The declarations of the names in some formulas of a paragraph."""
    for formula in (block.pieces[int(number)] for number in numbers):
        if not isinstance(formula, Inline):
            continue
        for name in names_in(tree(list(formula.tokens), block.source)):
            found = table.find(name)
            if found is not None and found[0].kind in (
                "variable",
                "template",
                "slices",
                "function",
            ):
                yield found[0]


def _has(entry: Declaration, facts: tuple[str, ...], table: Table) -> bool:
    """Whether a name has one of these facts, a law, a value that is an array, or stands in a premise."""
    if entry.kind != "variable" or entry.law_said is not None:
        return True
    if any(entry.has(fact) for fact in facts):
        return True
    if entry.definition is not None:
        return bool(entry.definition.shape)
    known = (s for condition in table.conditions for s in free_symbols(condition))
    return entry.law is not None or any(s.name == entry.latex for s in known)
