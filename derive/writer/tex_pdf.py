"""PDF by TeX, where it is installed and the package `typst` is not: pdflatex, for Chinese xelatex."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from derive.errors import InternalError


def available(chinese: bool = False) -> bool:
    """Whether pdflatex is on the path, for Chinese xelatex and the package ctex."""
    if not chinese:
        return shutil.which("pdflatex") is not None
    return shutil.which("xelatex") is not None and _has("ctex.sty")


def _has(file: str) -> bool:
    """Whether TeX finds a file."""
    if shutil.which("kpsewhich") is None:
        return False
    asked = subprocess.run(["kpsewhich", file], capture_output=True, check=False, timeout=60)
    return asked.returncode == 0


def pdf(
    source: str,
    runs: int = 3,
    files: Mapping[str, bytes] | None = None,
    engine: str = "pdflatex",
) -> bytes:
    """The PDF of a LaTeX source; `InternalError` with TeX's message when it does not compile, since it is ours.

    `files` are what the source includes, by name."""
    command = [
        engine,
        "-interaction=nonstopmode",
        "-halt-on-error",
        "-no-shell-escape",
        "notes.tex",
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "notes.tex").write_text(source, "utf-8")
        for file, data in (files or {}).items():
            (folder / file).write_bytes(data)
        for _ in range(runs):
            done = subprocess.run(
                command, cwd=folder, capture_output=True, check=False, timeout=300
            )
            if done.returncode:
                text = done.stdout.decode("utf-8", "replace")
                told = [line for line in text.splitlines() if line.startswith(("!", "l."))]
                raise InternalError(f"{engine} refuses the notes: {' '.join(told[:3])}")
        return (folder / "notes.pdf").read_bytes()
