"""The pytest plugin, in test runs of its own."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points

import pytest

pytest_plugins = ("pytester",)

NOTE = r"""Let $x, c \in \mathbb{R}^n$.
\[ \nabla_x \|x\|^2 = 2 x \]
\[ \nabla_x c^\top x = x \]
\[ \nabla_x \|x\|^2 = 2 x + \dots \]
"""

RECIPES = '''
from derive import eq, recipe

@recipe("plain-sum", title="A sum", chapter="test", needs=[], source="none", level=1)
def plain_sum(note):
    """A sum."""
    x = note.scalar("x", "a number")
    note.calc(x + x, eq(2 * x, "collect"), eq(x + x, "split"))
    note.calc(x + x, eq(2 * x, "again"))
'''

#: an installed package brings the plugin by its entry point; a bare checkout names it
LOADED = (
    []
    if any(p.name == "derive" for p in entry_points(group="pytest11"))
    else ["-p", "derive.plugin"]
)


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest_subprocess("--derive", "-rs", *LOADED, *arguments)


def test_each_relation_of_a_note_is_a_test(pytester: pytest.Pytester) -> None:
    path = pytester.path / "note.tex"
    path.write_text(NOTE)
    result = run(pytester, "-v", str(path))
    result.assert_outcomes(passed=1, failed=1, skipped=1)
    result.stdout.fnmatch_lines(
        [
            r"note.tex::2 \nabla_x *x*^2 = 2 x PASSED*",
            r"note.tex::3 \nabla_x c^\top x = x FAILED*",
            r"*note.tex:3: fails: \nabla_x c^\top x = x: *",
            "    at *n = *",
            "    the left side is *, the right side *",
        ]
    )
    result.stdout.fnmatch_lines(["SKIPPED*: note.tex:4: unchecked: *"])


def test_claims_of_recipes_beside_their_own_tests(pytester: pytest.Pytester) -> None:
    (pytester.path / "recipes").mkdir()
    (pytester.path / "recipes" / "sums.py").write_text(RECIPES)
    pytester.makepyfile("def test_own(): assert 1 + 1 == 2")
    result = run(pytester, "-v")
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(["*sums.py::8 x + x = 2 x PASSED*"])
    result.stdout.fnmatch_lines(["*sums.py::9 x + x = 2 x PASSED*"])


def test_one_relation_can_be_chosen(pytester: pytest.Pytester) -> None:
    (pytester.path / "note.tex").write_text(NOTE)
    run(pytester, r"note.tex::2 \nabla_x \|x\|^2 = 2 x").assert_outcomes(passed=1)
    run(pytester, "-k", "top").assert_outcomes(failed=1, deselected=2)


def test_equal_relations_of_a_line_have_names_of_their_own(pytester: pytest.Pytester) -> None:
    (pytester.path / "note.md").write_text("Let $a \\in \\mathbb{R}$. $$a + a = 2a, a + a = 2a$$\n")
    result = run(pytester, "--collect-only", "-q")
    names = [line for line in result.outlines if line.startswith("note.md::")]
    assert len(set(names)) == len(names) == 2


def test_what_cannot_be_read_is_an_error_of_collection(pytester: pytest.Pytester) -> None:
    path = pytester.path / "bad.py"
    path.write_text(RECIPES.replace("2 * x", "x + missing"))
    result = run(pytester, str(path))
    assert result.ret != 0
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*bad.py:8*"])


def test_nothing_happens_without_the_option(pytester: pytest.Pytester) -> None:
    (pytester.path / "note.tex").write_text(NOTE)
    (pytester.path / "sums.py").write_text(RECIPES)
    result = pytester.runpytest_subprocess(*LOADED)
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_the_plugin_loads_nothing_heavy(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        "import sys\n"
        "def test_loaded():\n"
        "    heavy = {'sympy', 'numpy', 'jax', 'matplotlib', 'derive.reader', 'derive.checker'}\n"
        "    assert not heavy & set(sys.modules)\n"
        "    assert 'derive.plugin' in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:hypothesispytest", *LOADED],
        cwd=pytester.path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
