r"""Derivations as authors write them: each line carries the verdicts of its relations, wrong variants stand at the end.

A line `% wrong: OLD ==> NEW ==> 3` replaces OLD by NEW, after which relation 3 is the first that
fails; `% abstains: ...` is a variant at which the judge makes no claim. A relation that is
`unchecked` may be decided one day, but never fails.

Of the derivations about networks a slice is read by default (`DERIVE_SLICE` names another one);
`DERIVE_SLOW_TESTS` reads all of them.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from derive import pipeline, reader

FOLDER = Path(__file__).parents[1] / "data" / "notes"
NETWORKS = sorted((FOLDER / "networks").glob("*.tex"))
#: slices of the derivations about networks
SLICES = 20


def chosen() -> list[Path]:
    """The derivations of this run."""
    always = sorted((FOLDER / "derivations").glob("*.tex"))
    if os.environ.get("DERIVE_SLOW_TESTS"):
        return [*always, *NETWORKS]
    part = int(os.environ.get("DERIVE_SLICE", "0"))
    return [*always, *NETWORKS[part % SLICES :: SLICES]]


NOTES = chosen()
#: the first planted mistake of each file, or all of them
SLOW = bool(os.environ.get("DERIVE_SLOW_TESTS"))
_VARIANT = re.compile(r"^% (wrong|abstains): (.+) ==> (.+) ==> (\d+)$", re.M)
_VERDICTS = re.compile(r"  % ((?:holds|fails|unchecked|definition)(?: \w+)*)$", re.M)


def _source(path: Path) -> tuple[str, list[str], list[tuple[str, str, str, int]]]:
    """The text without its comments, the expected verdicts, and the variants."""
    text = path.read_text("utf-8")
    variants = [(kind, old, new, int(index)) for kind, old, new, index in _VARIANT.findall(text)]
    expected = " ".join(_VERDICTS.findall(text)).split()
    return _VERDICTS.sub("", _VARIANT.sub("", text)), expected, variants


def _verdicts(text: str) -> list[str]:
    """The verdicts with a time limit so wide that a busy machine decides none of them."""
    report = pipeline.judged(reader.read(text), pipeline.CheckOptions(time_limit=60.0))
    return [relation.verdict.kind for relation in report.relations]


@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.stem)
def test_correct_derivation(path: Path) -> None:
    text, expected, _ = _source(path)
    found = _verdicts(text)
    assert len(found) == len(expected)
    assert "fails" not in found
    said = [(f, e) for f, e in zip(found, expected, strict=True) if e != "unchecked"]
    assert [f for f, _ in said] == [e for _, e in said]


@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.stem)
def test_planted_mistakes(path: Path) -> None:
    text, _, variants = _source(path)
    for kind, old, new, index in variants if SLOW else variants[:1]:
        assert text.count(old) == 1, old
        found = _verdicts(text.replace(old, new))
        if kind == "wrong":
            assert "fails" in found, new
            assert found.index("fails") + 1 == index, new
        else:
            assert found[index - 1] != "holds", new


def test_there_are_notes() -> None:
    assert len(NOTES) > 50
    assert len(NETWORKS) > 50
