"""Hand derivations as authors wrote them: true relations hold, planted mistakes are found where they are."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from derive.api import check_text

FOLDER = Path(__file__).parent.parent / "data" / "hand"
STEMS = sorted(path.stem for path in FOLDER.glob("*.tex"))


def verdicts(stem: str) -> list[dict[str, Any]]:
    report = check_text((FOLDER / f"{stem}.tex").read_text("utf-8"), time_limit=60).to_json()
    return [relation for file in report["files"] for relation in file["relations"]]


def test_the_files_are_there() -> None:
    assert len(STEMS) == 32


@pytest.mark.parametrize("stem", STEMS)
def test_verdicts(stem: str) -> None:
    label = json.loads((FOLDER / f"{stem}.json").read_text("utf-8"))
    found = verdicts(stem)
    assert [r["index"] for r in found] == [r["index"] for r in label["relations"]]
    for relation, given in zip(label["relations"], found, strict=True):
        truth, verdict = relation["truth"], given["verdict"]
        if truth == "fails":
            assert verdict == "fails", (stem, relation["index"], given)
        elif truth == "holds":
            assert verdict == "holds", (stem, relation["index"], given)
        else:
            assert verdict != "fails", (stem, relation["index"], given)


@pytest.mark.parametrize("stem", [stem for stem in STEMS if re.search(r"-m\d+$", stem)])
def test_first_failing_relation(stem: str) -> None:
    label = json.loads((FOLDER / f"{stem}.json").read_text("utf-8"))
    failing = [r["index"] for r in verdicts(stem) if r["verdict"] == "fails"]
    assert failing[0] == label["first_failing"]
