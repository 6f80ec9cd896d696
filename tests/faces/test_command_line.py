"""The command line: exit statuses, formats and messages, through the real commands."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from derive.cli import COMMANDS, group

WRONG = r"""Let $X \in \mathbb{R}^{n \times d}$, $w \in \mathbb{R}^d$ and $y \in \mathbb{R}^n$.
\[ \nabla_w \|Xw - y\|^2 = 2 X^\top (Xw - y) \]
\[ \nabla_w \|Xw - y\|^2 = X^\top (Xw - y) \]
"""

RECIPE = '''
from derive import eq, recipe

@recipe("plain-sum", title="A sum", chapter="test", needs=[], source="none", level=1)
def plain_sum(note):
    """A sum."""
    x = note.scalar("x", "a number")
    note.calc({left}, eq(2 * x, "collect"))
'''


def run(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(group, arguments, input=given)


def test_every_command_has_help() -> None:
    for name in COMMANDS:
        result = run(name, "--help")
        assert result.exit_code == 0, result.output
        assert "Usage:" in result.output


def test_list_names_recipes_by_chapter() -> None:
    rows = json.loads(run("list", "--json").output)
    assert {"mse-gradient", "softmax-jacobian"} <= {row["slug"] for row in rows}
    only = json.loads(run("list", "--json", "--chapter", rows[0]["chapter"]).output)
    assert {row["chapter"] for row in only} == {rows[0]["chapter"]}


def test_unknown_chapter_is_a_usage_error() -> None:
    result = run("list", "--chapter", "alchemy")
    assert result.exit_code == 2
    assert "no recipe in chapter 'alchemy'; chapters: " in result.output


def test_recipe_file_that_holds(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(RECIPE.format(left="x + x"))
    result = run("check", str(path))
    assert result.exit_code == 0, result.output
    assert "1 holds, 0 fail" in result.output


def test_recipe_file_that_fails_points_at_the_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(RECIPE.format(left="x + x + x"))
    result = run("check", str(path))
    assert result.exit_code == 1, result.output
    assert f"{path}:8:" in result.output
    assert "fails" in result.output


def test_shape_error_in_a_recipe_file_names_line_and_shapes(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(RECIPE.format(left='note.vector("v", "n", "a vector") + x'))
    result = run("check", str(path))
    assert result.exit_code == 2
    assert "cannot add v (n) and x (scalar)" in result.output + result.stderr
    assert "mine.py:8" in result.output + result.stderr


def test_note_with_a_mistake() -> None:
    result = run("check", "-", given=WRONG)
    assert result.exit_code == 1, result.output
    assert "-:3:" in result.output
    assert "1 holds, 1 fails" in result.output


@pytest.mark.parametrize("form", ["json", "junit", "sarif", "github"])
def test_formats(form: str) -> None:
    result = run("check", "-", "--format", form, given=WRONG)
    assert result.exit_code == 1
    text = result.output
    if form == "json":
        data = json.loads(text)
        assert data["summary"] == {"holds": 1, "fails": 1, "unchecked": 0, "definitions": 0}
        assert data["files"][0]["relations"][1]["line"] == 3
    elif form == "junit":
        suite = ElementTree.fromstring(text)
        assert suite.attrib["tests"] == "2"
        assert suite.attrib["failures"] == "1"
    elif form == "sarif":
        results = json.loads(text)["runs"][0]["results"]
        assert [r["level"] for r in results] == ["error"]
    else:
        assert "::error file=-,line=3,col=" in text


def test_same_seed_same_bytes() -> None:
    first = run("check", "-", "--format", "json", "--seed", "3", given=WRONG).output
    assert first == run("check", "-", "--format", "json", "--seed", "3", given=WRONG).output
    assert '"seed": 3' in first


def test_missing_file_is_exit_status_2() -> None:
    result = run("check", "no-such-note.tex")
    assert result.exit_code == 2
    assert "no-such-note.tex" in result.output + result.stderr


def test_unknown_recipe_suggests_a_near_one() -> None:
    result = run("check", "mse-gradent")
    assert result.exit_code == 2
    assert "did you mean mse-gradient" in result.output + result.stderr


def test_grad_prints_the_worked_derivative() -> None:
    result = run(
        "grad", r"\|Xw - y\|_2^2", "--wrt", "w", "--given", r"X \in \mathbb{R}^{n \times d}",
        "--given", r"w \in \mathbb{R}^d, y \in \mathbb{R}^n", "--format", "json",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    data = json.loads(result.output)
    assert data["verdict"] == "holds"
    assert data["shape"] == ["d"]
    assert data["arguments"] == {"X": "X", "w": "w", "y": "y"}
    assert data["steps"][-1]["latex"] == data["result"]["latex"]


def test_notes_are_written(tmp_path: Path) -> None:
    result = run("notes", "quadratic-form-gradient", "-o", str(tmp_path), "--to", "html,tex,md")
    assert result.exit_code == 0, result.output
    assert {p.name for p in tmp_path.iterdir()} == {"notes.html", "notes.tex", "notes.md"}
    assert "0 unchecked" in result.output


def test_notes_refuse_an_unknown_format(tmp_path: Path) -> None:
    result = run("notes", "-o", str(tmp_path), "--to", "docx")
    assert result.exit_code == 2
    assert "formats are html" in result.output


def test_new_recipe_holds_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "my_note.py"
    assert run("new", "my-note", "-o", str(path)).exit_code == 0
    assert run("check", str(path)).exit_code == 0
    again = run("new", "my-note", "-o", str(path))
    assert again.exit_code == 2
    assert "exists already" in again.output
