"""The notes in examples/: every verdict is the one that stands here."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from derive import pipeline
from derive.checker.verdicts import FileReport, Report
from derive.cli import reports
from derive.errors import UsageError
from derive.writer import annotation

EXAMPLES = Path(__file__).parents[2] / "examples"
H, F, D = "holds", "fails", "definition"
VERDICTS = {
    "ridge-with-mistakes.tex": [D, H, F, F, F, H],
    "softmax.md": [H, H, H, D, H],
    "logistic.ipynb": [H, H, H, D, H, H],
    "gaussian.tex": [D, H, H, H],
    "normal-equations.tex": [D, H, H, H, D, H, H, D, H, H, H, H, H],
}


@pytest.fixture(scope="module", params=sorted(VERDICTS))
def checked(request: pytest.FixtureRequest) -> tuple[Path, FileReport]:
    path = EXAMPLES / str(request.param)
    (file,) = pipeline.report_of(path, pipeline.CheckOptions()).files
    return path, file


def test_verdicts(checked: tuple[Path, FileReport]) -> None:
    path, file = checked
    assert [r.verdict.kind for r in file.relations] == VERDICTS[path.name]


def test_every_sign_stands_where_the_report_says(checked: tuple[Path, FileReport]) -> None:
    path, file = checked
    if path.suffix == ".ipynb":
        assert [r.path.rpartition(":")[2] for r in file.relations][::3] == ["cell 2", "cell 4"]
        return
    for relation in file.relations:
        lines = Path(relation.path or path).read_text("utf-8").splitlines()
        assert lines[relation.line - 1][relation.column - 1 :].startswith(("=", r"\ge"))


def test_marks_come_off_again(checked: tuple[Path, FileReport]) -> None:
    path, file = checked
    if path.suffix == ".ipynb":
        with pytest.raises(UsageError, match=r"only \.tex, \.md and \.qmd"):
            annotation.annotated(path.read_text("utf-8"), file, path.suffix)
        return
    text = path.read_bytes().decode("utf-8").replace("\n", "\r\n")
    marked = annotation.annotated(text, file, path.suffix)
    assert marked.count(
        r"\textcolor{green}" if path.suffix == ".md" else r"\derivemark{green}"
    ) == sum(r.verdict.kind == H and not r.path for r in file.relations)
    assert annotation.plain(marked, path.suffix) == text
    with pytest.raises(UsageError, match="already"):
        annotation.annotated(marked, file, path.suffix)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex")
def test_an_annotated_copy_compiles(tmp_path: Path) -> None:
    path = EXAMPLES / "ridge-with-mistakes.tex"
    report = pipeline.report_of(path, pipeline.CheckOptions())
    (tmp_path / "copy.tex").write_text(pipeline.annotated(path, report), "utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "copy.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Overfull" not in done.stdout


def test_the_picture_of_a_wrong_step() -> None:
    path = EXAMPLES / "ridge-with-mistakes.tex"
    report = pipeline.report_of(path, pipeline.CheckOptions())
    text = reports.as_text(Report(report.files)).splitlines()
    at = next(i for i, line in enumerate(text) if ":19:17: fails: " in line)
    assert text[at].endswith("a factor 2 is missing in lambda w")
    step, marks = text[at + 1], text[at + 2]
    start, stop = marks.index("^"), marks.rindex("^") + 1
    assert step[start:stop] == r"\lambda"
    assert any(
        line.strip() == r"holds with: \frac{2}{n} X^\top (X w - y) + 2 \lambda w" for line in text
    )
    framed = reports.as_text(report, width=100)
    assert "╭" in framed
    assert "\x1b[" in framed
    assert "\x1b[" not in "\n".join(text)


def test_the_readme_shows_the_real_output() -> None:
    """Each command of the section and what it prints."""
    readme = (EXAMPLES.parent / "README.md").read_text("utf-8")
    section = readme[readme.index("## Check notes") : readme.index("## From Python")]
    blocks = [block.partition("\n") for block in section.split("$ derive check ")[1:]]
    assert len(blocks) == len(VERDICTS)
    for head, _, shown in blocks:
        name = head.split()[0]
        report = pipeline.report_of(EXAMPLES.parent / name, pipeline.CheckOptions())
        text = reports.as_text(report).replace(f"{EXAMPLES.parent}/", "")
        assert shown.partition("```")[0].strip("\n") == text.rstrip("\n")
