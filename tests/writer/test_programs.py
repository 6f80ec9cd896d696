"""The programs of the recipes: each derivative that a recipe works out by hand agrees with its check when it runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from derive import pipeline, registry
from derive.errors import UsageError
from derive.listings import claims_of, program

#: runs every program of a folder, one after the other
RUNNER = """\
import pathlib, runpy, sys
for path in sorted(pathlib.Path(sys.argv[1]).glob("*-*.py")):
    print(path.stem, flush=True)
    runpy.run_path(str(path))
"""


def written(target: str) -> dict[str, str]:
    """Slug -> program, of the recipes that have one."""
    found = {}
    refused = []
    for slug, recipe in registry.catalogue().recipes.items():
        derivation = recipe.derivation()
        if not claims_of(derivation):
            continue
        try:
            found[slug] = program(pipeline.filled(derivation), target)
        except UsageError as error:
            refused.append(f"{slug}: {error}")
    assert [
        text for text in refused if "no code for" not in text and "is not an argument" not in text
    ] == []
    return found


@pytest.mark.parametrize("target", ["numpy", pytest.param("jax", marks=pytest.mark.slow)])
def test_every_program_of_the_catalogue_runs(target: str, tmp_path: Path) -> None:
    programs = written(target)
    assert len(programs) >= 18
    if target == "jax" and not os.environ.get("DERIVE_SLOW_TESTS"):
        programs = dict(list(programs.items())[::24])
    for slug, code in programs.items():
        (tmp_path / f"{slug}.py").write_text(code, "utf-8")
    (tmp_path / "runner.py").write_text(RUNNER, "utf-8")
    run = subprocess.run(
        [sys.executable, str(tmp_path / "runner.py"), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-300:] + run.stderr[-1500:]
    assert run.stdout.count("largest difference") >= len(programs)


@pytest.mark.parametrize(
    "slug", ["mse-gradient", "softmax-jacobian", "attention-backward", "activation-derivatives"]
)
def test_torch_programs_run_where_torch_is(slug: str, tmp_path: Path) -> None:
    code = program(pipeline.filled(registry.load_recipe(slug).derivation()), "torch")
    compile(code, slug, "exec")
    assert "np." not in code
    pytest.importorskip("torch")
    (tmp_path / "program.py").write_text(code, "utf-8")
    run = subprocess.run([sys.executable, str(tmp_path / "program.py")], check=False)
    assert run.returncode == 0
