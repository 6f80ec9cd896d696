r"""Derivations of classical machine learning as lectures, problem sets and blogs write them, with planted mistakes.

The files have the format of `test_notes.py`. By default a slice of them is judged (`DERIVE_SLICE` names
another one); `DERIVE_SLOW_TESTS` judges all, with all their variants.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from derive import pipeline, reader

NOTES = sorted((Path(__file__).parents[1] / "data" / "notes" / "classical").glob("*.tex"))
_VARIANT = re.compile(r"^% (wrong|abstains): (.+) ==> (.+) ==> (\d+)$", re.M)
_VERDICTS = re.compile(r"  % ((?:holds|unchecked|definition)(?: \w+)*)$", re.M)
#: slices of the files; one is judged by default
SLICES = 24


def _chosen() -> list[Path]:
    if os.environ.get("DERIVE_SLOW_TESTS"):
        return NOTES
    part = int(os.environ.get("DERIVE_SLICE", "0"))
    return NOTES[part % SLICES :: SLICES]


def _verdicts(text: str) -> list[str]:
    """The verdicts with a time limit so wide that a busy machine decides none of them."""
    report = pipeline.judged(reader.read(text), pipeline.CheckOptions(time_limit=60.0))
    return [relation.verdict.kind for relation in report.relations]


@pytest.mark.parametrize("path", _chosen(), ids=lambda path: path.stem)
def test_derivation_and_its_slips(path: Path) -> None:
    source = path.read_text("utf-8")
    expected = " ".join(_VERDICTS.findall(source)).split()
    text = _VERDICTS.sub("", _VARIANT.sub("", source))
    found = _verdicts(text)
    assert len(found) == len(expected)
    assert "fails" not in found
    said = [(f, e) for f, e in zip(found, expected, strict=True) if e != "unchecked"]
    assert [f for f, _ in said] == [e for _, e in said]
    variants = _VARIANT.findall(source)
    for kind, old, new, index in variants if os.environ.get("DERIVE_SLOW_TESTS") else variants[:1]:
        assert text.count(old) == 1, old
        slipped = _verdicts(text.replace(old, new))
        if kind == "wrong":
            assert "fails" in slipped, new
            assert slipped.index("fails") + 1 == int(index), new
        else:
            assert slipped[int(index) - 1] != "holds", new


def test_there_are_derivations() -> None:
    assert len(NOTES) > 60
    assert all(_VERDICTS.search(path.read_text("utf-8")) for path in NOTES)
