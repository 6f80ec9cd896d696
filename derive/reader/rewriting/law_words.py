r"""Whether words or formulas say what form the laws of a document have: normal, Bernoulli, `\mathcal{N}(0, I)`."""

from __future__ import annotations

import re
from itertools import pairwise

from derive.reader.rewriting.counted_labels import formulas_of
from derive.reader.source.blocks import Document, Prose, Text

_GIVEN = re.compile(
    r"gaussian|normal(?:ly|\s+(?:densit|distribut|law|with))|bernoulli|binomial|multinomial|poisson|gamma|beta\b|"
    r"dirichlet|exponential|uniform|laplace|categorical|mixture of|softmax",
    re.IGNORECASE,
)
_STYLES = (r"\mathcal", r"\operatorname", r"\mathrm", r"\mathscr")


def words_of(document: Document) -> str:
    """All prose without its formulas."""
    blocks = (b for b in document.blocks if isinstance(b, Prose))
    return " ".join(p.text for b in blocks for p in b.pieces if isinstance(p, Text))


def are_given(document: Document) -> bool:
    """Whether any law of a document has a form of its own."""
    if _GIVEN.search(words_of(document)):
        return True
    for tokens in formulas_of(document):
        texts = [t.text for t in tokens if t.text not in ("{", "}")]
        if any(a in _STYLES and b == "N" for a, b in pairwise(texts)):
            return True
    return False


__all__ = ["are_given", "words_of"]
