r"""Sizes that stand alone in prose: `an $n \times d$ matrix $X$`, `$\Sigma$ ($d \times d$, symmetric)`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from derive.reader.declarations.clauses import relation_at
from derive.reader.declarations.phrases import Mention
from derive.reader.declarations.prose_facts import Told, declare_told
from derive.reader.declarations.prose_said import Said
from derive.reader.declarations.subjects import Subject
from derive.reader.declarations.wording import ADJECTIVES, facts_after, facts_before
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import clean
from derive.reader.grammar.table import Name, Table
from derive.reader.source.blocks import Prose
from derive.reader.source.groups import Group, Node, text_of
from derive.reader.source.scanner import Kind

_STANDS_FOR = re.compile(
    r"^\s*,?\s*(?:to )?(?:denot\w+|represent\w*|stand\w* for|means?|mean)\s+(?:an?|the)\s+(?:[\w-]+\s+){0,3}$",
    re.I,
)
_IDENTITY = re.compile(r"\s*(?:identity|unit) matri(?:x|ces)\b|\s*identity\s*(?:[.,;:)]|$)", re.I)
_SAYS_IDENTITY = re.compile(r"\b(?:identity|identities|unit) matri(?:x|ces)\b|\bidentity\b", re.I)


def _is_identity(subject: Subject) -> bool:
    """Whether a name is read as the identity where nothing else is said of it."""
    return subject.name.base == "I" and not subject.indices


def as_identities(table: Table, prose: Prose) -> None:
    r"""Take back what a paragraph declares of `I_k`, `the $k \times k$ identity matrix`: with any size below it I means
    that by itself."""
    found = [e for e in table.variables() if e.name.base == "I" and (e.family or e.name.sub)]
    if not found or not _SAYS_IDENTITY.search(prose.numbered()[0]):
        return
    for entry in found:
        own = (entry.sizes or ())[entry.family :]
        square = len(own) == 2 and table.sizes.resolve(own[0]) == table.sizes.resolve(own[1])
        if square and entry.definition is None and entry.law is None:
            known = table.families if entry is table.families.get(entry.name) else table.entries
            del known[entry.name]
            if entry.name not in table.entries and entry.name not in table.families:
                table.by_letter.get(entry.name.letter, {}).pop(entry.name, None)


def shape_alone(
    reader: Formula, hints: dict[Name, int], mention: Mention, items: list[Node], said: Said
) -> bool:
    """`$X$ is $n \\times d$`, `an $n \\times d$ matrix $X$`, `$\\Sigma$ ($d \\times d$, symmetric)`."""
    signs = [i for i, n in enumerate(items) if text_of(n) == r"\times"]
    if not signs or relation_at(items) is not None or len(items) > 24:
        return False
    parts = [
        items[a:b] for a, b in zip([0, *(s + 1 for s in signs)], [*signs, len(items)], strict=True)
    ]
    if not all(is_size(part) for part in parts):
        return False
    owned = bool(re.search(r"\b(?:is|are|be|has|shape|size|dimensions?)\b|\(\s*$", mention.lead))
    owned = (
        owned or bool(ADJECTIVES.fullmatch(mention.lead)) or bool(_STANDS_FOR.search(mention.lead))
    )
    noun = re.fullmatch(r"\s*,?\s*(?:an?|the)\s+", mention.lead)
    if noun and not re.fullmatch(r"\s*(?:\w+ )?matri(?:x|ces)\s*", mention.rest):
        owned = True  # `X an n x p matrix and y ...`
    written = re.fullmatch(r"\s*for (?:the|an?)\b(.*)", mention.lead)
    if written and (not written[1].strip() or ADJECTIVES.fullmatch(written[1])):
        owned = True  # `write A for the symmetric n x n matrix ...`
    if said.subjects and _IDENTITY.match(mention.rest) and all(map(_is_identity, said.subjects)):
        return True  # `$I$ the $p \\times p$ identity matrix` is what I means by itself
    if not said.subjects or not owned:
        said.shape, said.facts = items, facts_before(mention.before)
        return True
    facts = [
        *facts_after(" is " + mention.after),
        *facts_after(" is " + mention.lead.replace("(", " ")),
    ]
    for subject in said.subjects:
        declare_told(reader, hints, subject, mention, Told(facts, shape=items))
    if re.match(r"[\s,)]*(?:both|all)\b", mention.after):
        for subject in said.shaped:
            declare_told(reader, hints, subject, mention, Told(facts))
    said.shaped = [*said.shaped, *said.subjects]
    said.waiting = []
    return True


def is_size(nodes: Sequence[Node]) -> bool:
    """Letters, numbers and their scripts, with plus and minus."""
    kinds = (Kind.LETTER, Kind.NUMBER, Kind.SUB, Kind.SUP, Kind.WORD)
    return (
        bool(nodes)
        and len(nodes) <= 8
        and all(
            isinstance(n, Group) or n.kind in kinds or n.text in ("+", "-") for n in clean(nodes)
        )
    )
