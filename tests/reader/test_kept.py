"""What is kept between the passes through a document, and when one pass is enough."""

from __future__ import annotations

import pytest

from derive.derivation import Chain
from derive.reader.grammar.cursor import clean
from derive.reader.reading.passes import NotePasses, Prepared
from derive.reader.source import documents
from derive.reader.source.groups import tree
from derive.reader.source.kept import MOST, Kept
from derive.reader.source.places import Source, kind_of
from derive.reader.source.scanner import scan_math

DECLARED = r"Let $A \in \mathbb{R}^{n \times n}$ be symmetric and $x \in \mathbb{R}^n$."
CLAIM = r"\[ x^\top A x = x^\top A^\top x \]"


def test_answers_are_told_apart_by_identity() -> None:
    kept: Kept[int] = Kept()
    parts = [[1], [2]]
    assert kept.get(parts) is None
    assert kept.put(parts, 7) == 7
    assert kept.get((parts[0], parts[1])) == 7
    assert kept.get([[1], [2]]) is None
    assert kept.get(parts[::-1]) is None


def test_all_is_forgotten_when_it_is_full() -> None:
    kept: Kept[int] = Kept()
    parts = [[number] for number in range(MOST + 1)]
    for number, part in enumerate(parts):
        kept.put((part,), number)
    assert kept.get((parts[0],)) is None
    assert kept.get((parts[-1],)) == MOST


def test_a_list_that_is_handed_out_may_be_changed() -> None:
    source = Source("", r"a \, b", kind_of(""))
    nodes = tree(scan_math(source.text), source)
    first = clean(nodes)
    first.clear()
    assert [str(node.text) for node in clean(nodes) if hasattr(node, "text")] == ["a", "b"]


@pytest.mark.parametrize(("words", "passes"), [(DECLARED, 1), ("", 2)])
def test_one_pass_is_enough_where_nothing_is_assumed(words: str, passes: int) -> None:
    document = documents.read_document(Source("", f"{words}\n\n{CLAIM}\n", kind_of("")))
    reading = NotePasses(Prepared.of(document))
    result, _, _ = reading.best()
    assert reading.read == passes * reading.relations
    assert isinstance(result.blocks[-1], Chain)
    assert result.score == (0, 0, 0, 0)
