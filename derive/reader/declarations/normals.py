r"""Density and distribution function in one sentence: `$\phi$ and $\Phi$ be the density and the cdf of the standard
normal distribution`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from derive.reader.declarations.phrases import Mention
from derive.reader.declarations.prose_said import Said
from derive.reader.declarations.subjects import Subject, read_subject
from derive.reader.grammar.core import Formula

_FUNCTION = r"(?:the )?(?:cumulative )?(density|pdf|cdf|distribution)(?: functions?)?"
_BOTH = re.compile(
    rf"\s*(?:be|are|denote) {_FUNCTION},? and {_FUNCTION} of (?:the|a) standard (?:normal|gaussian)",
    re.I,
)


def declare_normals(
    reader: Formula, mention: Mention, said: Said, subjects: Sequence[Subject]
) -> bool:
    """Declare both names as the functions that they are said to be; False where nothing of the kind is said."""
    words = _BOTH.match(mention.after)
    first = read_subject(reader, said.waiting[-1]) if said.waiting else None
    if words is None or first is None:
        return False
    for subject, word in zip((first, subjects[-1]), words.groups(), strict=True):
        entry = reader.table.declare(subject.name)
        density = word.lower() in ("density", "pdf")
        entry.kind, entry.word = "word", "normal_pdf" if density else "normal_cdf"
    return True
