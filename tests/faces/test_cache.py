"""Verdicts kept by content: what makes a new key, what survives, and what the commands do with them."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from derive import cache, pipeline, reader
from derive.cache import Cache
from derive.cli import group
from derive.derivation import Derivation
from derive.errors import UsageError
from derive.expr.build import dims, norm2, symbol
from derive.expr.nodes import Expr
from derive.registry import load_recipe

OPTIONS = pipeline.CheckOptions()

NOTE = r"""Let $x \in \mathbb{R}^n$.
\[ \nabla_x \|x\|^2 = 2 x \]
\[ \nabla_x \|x\|^2 = x \]
"""

RECIPE = '''
from derive import eq, recipe

@recipe("{slug}", title="A sum", chapter="test", needs=[], source="none", level=1)
def made(note):
    """A sum."""
    x = note.scalar("x", "a number")
    note.calc(x + x, eq({right}, "collect"))
'''


def write_recipes(folder: Path, count: int) -> list[Path]:
    paths = [folder / f"recipe_{k}.py" for k in range(count)]
    for k, path in enumerate(paths):
        path.write_text(RECIPE.format(slug=f"sum-{k}", right="2 * x"))
    return paths


def check(*arguments: object) -> tuple[str, str, int]:
    result = CliRunner().invoke(group, ["check", "-v", *map(str, arguments)])
    return result.stdout, result.stderr, result.exit_code


# ------------------------------------------------------------------------------------ the canonical text


def test_equal_derivations_have_one_text_in_every_process() -> None:
    code = (
        "import hashlib; from derive import cache, registry;"
        "d = registry.load_recipe('mlp-backprop').derivation();"
        "print(hashlib.sha256(cache.canonical(d).encode()).hexdigest())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


def test_every_field_counts() -> None:
    n, d = dims("n d")
    base = symbol("X", n, d)
    others = [
        symbol("Y", n, d),
        symbol("X", d, n),
        symbol("X", n, d, facts=("centred",)),
        symbol("X", n, d, family=1),
        symbol("X", definition=symbol("Y", n, d)),
        symbol("X", definition=symbol("Z", n, d)),
    ]
    texts = [cache.canonical(x) for x in (base, *others)]
    assert len(set(texts)) == len(texts)


def test_definitions_a_thousand_deep_have_a_text() -> None:
    (n,) = dims("n")
    x: Expr = symbol("x", n)
    for layer in range(1000):
        x = symbol(f"x_{layer}", definition=x + x)
    text = cache.canonical(norm2(x))
    assert text.count("\n") == 2004  # a line each: x, 1000 sums and names, the norm, 2, its square


def test_what_has_no_text_is_refused() -> None:
    with pytest.raises(UsageError, match="has no canonical text"):
        cache.canonical(({1, 2},))


# ------------------------------------------------------------------------------------------- the folder


def judged_note() -> tuple[Derivation, cache.FileReport]:
    derivation = reader.read(NOTE, "n.tex")
    return derivation, pipeline.check_derivation(derivation, OPTIONS)


def test_a_report_comes_back_as_it_was(tmp_path: Path) -> None:
    derivation, report = judged_note()
    kept = Cache(tmp_path)
    assert kept.get(derivation, OPTIONS) is None
    assert kept.put(derivation, OPTIONS, report)
    found = kept.get(derivation, OPTIONS)
    assert found is not None
    assert found.to_json() == report.to_json()
    assert found.relations[0].verdict == report.relations[0].verdict
    assert found.relations[1].verdict.kind == "fails"
    assert found.relations[1].verdict.diagnosis is not None


def test_options_and_content_make_other_keys(tmp_path: Path) -> None:
    derivation, report = judged_note()
    kept = Cache(tmp_path)
    kept.put(derivation, OPTIONS, report)
    assert kept.get(derivation, replace(OPTIONS, seed=1)) is None
    assert kept.get(derivation, replace(OPTIONS, strict=True)) is None
    assert kept.get(reader.read(NOTE.replace("= x", "= 2x"), "n.tex"), OPTIONS) is None
    assert kept.get(reader.read(NOTE, "n.tex"), OPTIONS) is not None


def test_other_code_of_the_judge_makes_other_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    derivation, report = judged_note()
    Cache(tmp_path).put(derivation, OPTIONS, report)
    monkeypatch.setattr(cache, "fingerprint", lambda: "another")
    assert Cache(tmp_path).get(derivation, OPTIONS) is None


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"path": 1}', "\x00" * 9])
def test_a_damaged_file_is_a_miss(tmp_path: Path, damage: str) -> None:
    derivation, report = judged_note()
    kept = Cache(tmp_path)
    kept.put(derivation, OPTIONS, report)
    path = kept.path(derivation, OPTIONS)
    assert path is not None
    path.write_text(damage)
    assert kept.get(derivation, OPTIONS) is None
    assert kept.put(derivation, OPTIONS, report)
    assert kept.get(derivation, OPTIONS) is not None


def test_what_the_clock_decided_is_not_kept() -> None:
    _, report = judged_note()
    slow = replace(
        report.relations[0], verdict=cache.Verdict("unchecked", why="took longer than 2 s")
    )
    assert cache.lasting_text(report) is not None
    assert cache.lasting_text(replace(report, relations=(slow,))) is None
    undiagnosed = replace(report.relations[1].verdict, diagnosis=None)
    failing = replace(report.relations[1], verdict=undiagnosed)
    assert cache.lasting_text(replace(report, relations=(failing,))) is None


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    derivation, report = judged_note()
    kept = Cache(tmp_path / "file")
    assert not kept.put(derivation, OPTIONS, report)
    assert kept.get(derivation, OPTIONS) is None


def test_the_least_recently_used_go_first(tmp_path: Path) -> None:
    shelf = tmp_path / "verdicts" / "v"
    shelf.mkdir(parents=True)
    for age in range(10):
        (shelf / f"{age}.json").write_text("x" * 100)
        os.utime(shelf / f"{age}.json", (age, age))
    assert cache.bound(tmp_path, most_bytes=2000) == 0
    assert cache.bound(tmp_path, most_bytes=800) == 4
    assert sorted(p.name for p in shelf.iterdir()) == [f"{age}.json" for age in range(4, 10)]


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {"DERIVE_CACHE": "/a/b"}, "/a/b"),
        ("linux", {"XDG_CACHE_HOME": "/x"}, "/x/derive"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "/home/me/.cache/derive"),
        ("linux", {}, "/home/me/.cache/derive"),
        ("darwin", {}, "/home/me/Library/Caches/derive"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/derive/Cache"),
    ],
)
def test_the_folder_follows_the_platform(
    monkeypatch: pytest.MonkeyPatch, platform: str, variables: dict[str, str], expected: str
) -> None:
    for name in ("DERIVE_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setattr("derive.cache.sys.platform", platform)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert cache.default_folder() == Path(expected)


# ---------------------------------------------------------------------------------------- the commands


def test_a_second_run_checks_only_what_changed(tmp_path: Path) -> None:
    paths = write_recipes(tmp_path, 3)
    first, told, status = check(*paths)
    assert status == 0
    assert f"0 of 3 unchanged since an earlier run; checked now: {paths[0]}" in told
    again, told, _ = check(*paths)
    assert again == first
    assert told == "derive: 3 of 3 unchanged since an earlier run\n"
    paths[1].write_text(RECIPE.format(slug="sum-1", right="3 * x"))
    changed, told, status = check(*paths)
    assert status == 1
    assert "1 fails" in changed
    assert told == f"derive: 2 of 3 unchanged since an earlier run; checked now: {paths[1]}\n"


def test_no_cache_checks_again_and_keeps_nothing(tmp_path: Path, own_cache: Path) -> None:
    paths = write_recipes(tmp_path, 2)
    for _ in range(2):
        _, told, _ = check("--no-cache", *paths)
        assert told.startswith("derive: 0 of 2 unchanged")
    assert not own_cache.exists()


def test_what_was_kept_is_what_is_judged(tmp_path: Path, own_cache: Path) -> None:
    """A kept report is used as it is: one that is changed by hand shows, so the judge did not run again."""
    (path,) = write_recipes(tmp_path, 1)
    check(path)
    (file,) = own_cache.rglob("*.json")
    file.write_text(file.read_text().replace('"kind": "holds"', '"kind": "unchecked"'))
    assert "1 unchecked" in check(path)[0]


def test_notes_use_what_check_kept(tmp_path: Path) -> None:
    CliRunner().invoke(group, ["check", "norm-gradient"])
    outcomes = pipeline.filled_and_judged(
        ["norm-gradient"], OPTIONS, kept=Cache(cache.default_folder())
    )
    (outcome,) = outcomes
    assert outcome.kept
    assert outcome.derivations == (pipeline.filled(load_recipe("norm-gradient").derivation()),)
