"""Hostile files through `derive check`: a clear error or `unchecked`, and every other relation is still checked."""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from time import process_time

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from derive import pipeline, reader
from derive.cli import group

GOOD = "Let $a, b, c \\in \\mathbb{R}$.\n\n$$a (b + c) = a b + a c$$\n\n"
SECONDS = 60.0


def check(path: Path, *options: str) -> Result:
    began = process_time()
    result = CliRunner().invoke(group, ["check", "--no-cache", *options, str(path)])
    assert process_time() - began < SECONDS
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def macros() -> str:
    names = [
        "".join("abcdefghij"[int(digit)] for digit in f"{number:05}") for number in range(10_001)
    ]
    pairs = itertools.pairwise(names)
    return (
        "".join(rf"\newcommand{{\m{one}}}{{\m{two} \m{two}}}" + "\n" for one, two in pairs)
        + r"\[ \maaaaa = 1 \]"
        + "\n\n"
    )


HOSTILE = {
    "brackets.md": "$$" + "(" * 1_000_000 + "$$\n\n",
    "groups.md": "$$" + "{" * 200_000 + "}" * 200_000 + " = 1$$\n\n",
    "tower.md": "$$9^{9^{9^9}} = 1$$\n\n",
    "sum.md": "$$\\sum_{i=1}^{1000000000000} \\sin(i a) = 0$$\n\n",
    "macros.tex": macros(),
    "unbalanced.tex": "\\begin{align} a &= b \\begin{pmatrix} \\end{align}\n\n\\begin{proof}\n\n",
    "line.md": "word " * 200_000 + "\n\n",
    "display.md": "$$a = " + "+".join(["b"] * 200_000) + "$$\n\n",
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_the_rest_of_a_hostile_file_is_checked(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(GOOD + HOSTILE[name] + GOOD, "utf-8")
    result = check(path, "-v")
    assert result.exit_code == 0, result.output[-500:]
    assert result.output.count(": holds: ") == 2
    assert max(len(line) for line in result.output.splitlines()) < 1_000_000


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("bytes.tex", GOOD.encode() + b"\xff\xfe\x80", "not valid UTF-8: byte 0xff"),
        (
            "binary.md",
            b"\x7fELF\x00\x00" + bytes(range(256)),
            "binary data: a zero byte at offset 4",
        ),
        ("broken.ipynb", b'{"cells": [', "not a notebook"),
        ("list.ipynb", b"[1, 2]", "it has no list of cells"),
    ],
)
def test_what_is_no_text_is_refused_with_its_place(
    name: str, data: bytes, said: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    result = check(path)
    assert result.exit_code == 2
    assert f"derive: {path}" in result.output
    assert said in result.output


def test_one_unreadable_file_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"\x00")
    (tmp_path / "b.md").write_text(GOOD, "utf-8")
    result = check(tmp_path)
    assert result.exit_code == 2
    assert "1 holds" in result.output


def test_empty_file_and_folder_without_notes(tmp_path: Path) -> None:
    empty = tmp_path / "empty.md"
    empty.write_text("", "utf-8")
    assert "0 hold, 0 fail" in check(empty).output
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "a.c").write_text("int x;", "utf-8")
    result = CliRunner().invoke(group, ["check", str(folder)])
    assert result.exit_code != 0


@pytest.mark.skipif(not os.environ.get("DERIVE_SLOW_TESTS"), reason="DERIVE_SLOW_TESTS is not set")
def test_five_thousand_relations(tmp_path: Path) -> None:
    path = tmp_path / "many.md"
    path.write_text(GOOD + "".join(f"$$a + {i} = {i} + a$$\n\n" for i in range(5000)), "utf-8")
    assert "5001 hold" in check(path).output


PIECES = st.sampled_from(
    [
        "a", "x", "w", "X", "=", r"\le", "+", "-", "^", "_", "{", "}", "(", ")",
        r"\frac", r"\sum_{i=1}^n", r"\nabla_w", r"\|",
        r"\top", r"\partial", r"\mathbf{x}", "2", "0", r"\log", r"\sigma", "&", r"\\", "$$", "\n\n", "# H\n",
        "Let $x \\in \\mathbb{R}^d$.",
        "d", r"\mathbb{E}", "[", "]", "|",
        r"\begin{align}", r"\end{align}", "'", r"\dots", ",",
    ]
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(PIECES, max_size=25))
def test_any_note_is_checked(pieces: list[str]) -> None:
    """Random notes: each relation has a verdict, no fault of derive shows, and what comes after is checked."""
    text = GOOD + "$$" + " ".join(pieces) + "$$\n\n# Last\n\n" + GOOD
    report = pipeline.check_derivation(
        reader.read(text, "fuzz.md"), pipeline.CheckOptions(time_limit=1.0)
    )
    assert report.relations[0].verdict.kind == "holds"
    for relation in report.relations:
        assert "fault of derive" not in relation.verdict.why, (text, relation.verdict.why)
