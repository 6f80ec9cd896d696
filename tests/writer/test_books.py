"""Lecture notes in every format: the same content, links that lead somewhere, PDF without warnings."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
from click.testing import CliRunner

from derive.cli import group
from derive.derivation import Chain, Derivation, Given, Prose, Reason, Step
from derive.errors import UsageError
from derive.expr.build import symbol
from derive.listings import listings_of, program
from derive.tensor.torch_code import in_torch
from derive.writer import collected, render, render_pdf, tex_pdf, typst_pdf, write
from derive.writer.book import Book
from derive.writer.markdown_math import safe
from derive.writer.page import Page


def _load(name: str) -> ModuleType:
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"writer_books_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


made = _load("derivations")
DOCUMENTS = made.documents()
LANGUAGES = ["de", "fr", "es", "ru", "zh", "nb"]
TARGETS = ["html", "tex", "typ", "slides", "slides-typ", "md", "ipynb", "text", "json", "speech"]
needs_typst = pytest.mark.skipif(not typst_pdf.available(), reason="typst is not installed")
needs_tex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")


def book(language: str = "en") -> Book:
    derivations, reports = [d for d, _ in DOCUMENTS], [r for _, r in DOCUMENTS]
    programs = {"mse-gradient": listings_of(derivations[0])}
    return collected(derivations, reports, "A small course", language, programs)


def words(text: str) -> list[str]:
    """The plain words of prose, without its mathematics."""
    return [w for w in re.sub(r"\$[^$]*\$", " ", text).replace("*", " ").split() if w.isalpha()]


def seen(text: str, to: str) -> str:
    """What a format shows to a reader."""
    if to == "ipynb":
        return "\n".join(cell["source"] for cell in json.loads(text)["cells"])
    if to == "html":
        return unescape(re.sub(r"<(script|style)>.*?</\1>", "", text, flags=re.S))
    return text


SIGNS = {
    "tex": {"holds": r"\holds", "fails": r"\fails", "unchecked": r"\unchecked"},
    "slides": {"holds": r"\holds", "fails": r"\fails", "unchecked": r"\unchecked"},
    "typ": {k: f'mark("{k}"' for k in ("holds", "fails", "unchecked")},
    "slides-typ": {k: f'mark("{k}"' for k in ("holds", "fails", "unchecked")},
    "json": {k: f'"{k}"' for k in ("holds", "fails", "unchecked")},
    "speech": {"holds": "Hold", "fails": "Fails", "unchecked": "Unchecked"},
}
PLAIN = {"holds": "✓", "fails": "✗", "unchecked": "?"}


@pytest.mark.parametrize("to", TARGETS)
def test_every_target_shows_every_step_reason_and_verdict(to: str) -> None:
    course = book()
    text = seen(render(course, to), to)
    for page in course.pages:
        assert all(word in text for word in words(page.title))
        for chain in page.chains:
            for step in chain.steps:
                label = str(step.number) if to == "json" else step.label
                assert label in text, (to, label)
                assert all(word in text for word in words(step.reason)), (to, step.reason)
                assert step.rule in text
                assert SIGNS.get(to, PLAIN)[step.mark.kind] in text
                for detail in step.mark.details:
                    assert all(w.lower() in text.lower() for w in words(detail)), (to, detail)
    assert_formulas(course, to, text)


def assert_formulas(course: Book, to: str, text: str) -> None:
    """Each right side stands in the text: as LaTeX, Unicode or words, in lines or as a whole."""
    packed = re.sub(r"\s+|&quot;", "", text)
    for page in course.pages:
        for step in (step for chain in page.chains for step in chain.steps):
            if to in ("typ", "slides-typ", "speech"):
                shown = [step.spoken]
            elif to == "text":
                shown = [step.rhs.text]
            elif to == "json":
                shown = [json.dumps(step.rhs.latex)[1:-1]]
            else:
                shown = [safe(s) if to in ("md", "ipynb") else s for s in step.rhs.lines]
            for part in shown:
                assert re.sub(r"\s+", "", part) in packed, (to, step.label, part)


@pytest.mark.parametrize("to", TARGETS)
def test_the_same_bytes_twice(to: str) -> None:
    assert render(book(), to) == render(book(), to)


def test_references_name_the_numbers_of_earlier_results() -> None:
    page = book().pages[1]
    assert [(n.number, n.results) for n in page.needs] == [(1, ((2, "1.2"), (3, "1.3")))]
    assert '<a href="#mse-gradient-step-2">1.2</a>' in render(book(), "html")
    assert "[1.2](#mse-gradient-step-2)" in render(book(), "md")


@pytest.mark.parametrize("to", ["html", "md", "ipynb"])
def test_every_link_inside_leads_somewhere(to: str) -> None:
    text = seen(render(book(), to), to)
    pattern = r'href="#([^"]+)"' if to == "html" else r"\]\(#([^)]+)\)"
    links = set(re.findall(pattern, text))
    assert len(links) > 5
    anchors = set(re.findall(r'\bid="([^"]+)"', text))
    assert links <= anchors


def test_sources_and_index() -> None:
    course = book()
    assert [s.work for s in course.sources] == [
        "Bishop (2006)",
        "Goodfellow, Bengio and Courville (2016)",
        "Hastie, Tibshirani and Friedman (2009)",
    ]
    assert course.sources[0].places == ((1, "section 3.1.1"),)
    terms = {entry.term: [place[0] for place in entry.places] for entry in course.index}
    assert terms["mean squared error"] == ["1"]
    assert terms["squared norm"] == ["1.1"]
    assert dict(course.notation)[r"A^\top"] == "transpose"


# ---------------------------------------------------------------------------------------------- PDF


@needs_typst
@pytest.mark.parametrize("slides", [False, True])
def test_pdf_by_typst_is_accessible_and_without_warnings(slides: bool, tmp_path: Path) -> None:
    data, maker = render_pdf(book(), slides)
    assert maker == "typst"
    assert data.startswith(b"%PDF")
    assert data == render_pdf(book(), slides)[0]
    if shutil.which("pdftotext") is None:
        return
    path = tmp_path / "notes.pdf"
    path.write_bytes(data)
    run = ["pdftotext", "-layout", str(path), "-"]
    text = subprocess.run(run, capture_output=True, check=True).stdout.decode()
    for page in book().pages:
        for step in (step for chain in page.chains for step in chain.steps):
            assert f"({step.label})" in text
            assert all(word in text for word in words(step.reason) if len(word) > 2)


@needs_typst
def test_text_of_an_author_is_text_in_typst() -> None:
    hostile = '#panic("x") ] [ $a$(b) $a$.c ; // /* */ @x <y> `z` _u_ *v* ~ \\ " \' = - + é'
    steps = (Step("=", symbol("b"), Reason(hostile)),)
    derivation = Derivation(
        slug='a"b',
        title=hostile,
        source=hostile,
        givens=(Given(symbol("a"), hostile),),
        blocks=(Prose(hostile), Chain(symbol("a"), steps, result=True)),
    )
    source = write(derivation, to="typ")
    assert typst_pdf.pdf(source).startswith(b"%PDF")
    assert "#panic" not in source.replace(r"\#panic", "")


@needs_typst
def test_a_letter_that_no_font_has_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    source = write(Derivation(title="a \U00016a00 b", blocks=(Prose("x"),)), to="typ")
    with pytest.raises(UsageError, match="no font on this machine"):
        typst_pdf.pdf(source)


def test_without_typst_the_command_that_installs_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(typst_pdf, "available", lambda: False)
    monkeypatch.setattr(tex_pdf, "available", lambda chinese=False: False)
    with pytest.raises(UsageError, match=r"pip install 'derive\[pdf\]'"):
        render_pdf(book())


@needs_tex
def test_without_typst_pdflatex_makes_the_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typst_pdf, "available", lambda: False)
    data, maker = render_pdf(book())
    assert maker == "pdflatex"
    assert data.startswith(b"%PDF")


@needs_tex
def test_slides_compile_without_overfull_boxes(tmp_path: Path) -> None:
    (tmp_path / "slides.tex").write_text(render(book(), "slides"), "utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "slides.tex"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert run.returncode == 0, run.stdout.decode("utf-8", "replace")[-1500:]
    assert "Overfull" not in (tmp_path / "slides.log").read_text("latin-1")


# ---------------------------------------------------------------------------------------- languages


def test_the_furniture_has_every_language_and_every_rule() -> None:
    from derive.rules import RULES
    from derive.writer.languages import table

    rows = {row["en"]: row for row in table("furniture.tsv")}
    for english, row in rows.items():
        assert all(row.values()), english
        for text in row.values():
            assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", english)), text
            assert re.findall(r"\$[^$]+\$", text) == re.findall(r"\$[^$]+\$", english), text
    assert [name for name in RULES if name not in rows] == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_pages_in_other_languages_keep_the_mathematics_and_say_what_is_english(code: str) -> None:
    course, english = book(code), book()
    page: Page = course.pages[0]
    assert page.chains[0].steps[0].rhs.latex == english.pages[0].chains[0].steps[0].rhs.latex
    assert page.chains[0].steps[0].rule != english.pages[0].chains[0].steps[0].rule
    text = render(course, "html")
    assert f'<html lang="{code}">' in text
    assert course.language("Contents") in text
    assert course.apology in text
    assert course.apology != english.apology == ""
    assert "steps hold" not in seen(text, "html")


@pytest.mark.parametrize("to", ["tex", "slides"])
def test_chinese_is_for_xelatex(to: str) -> None:
    text = render(book("zh"), to)
    assert r"\usepackage[UTF8,scheme=plain]{ctex}" in text
    assert "fontenc" not in text
    assert "规则" in text
    assert "[U+" not in text
    assert "ctex" not in render(book("de"), to)


def test_what_a_route_cannot_set_is_refused() -> None:
    with pytest.raises(UsageError, match="unknown language 'xx'; known: en"):
        book("xx")


@needs_tex
def test_german_compiles(tmp_path: Path) -> None:
    assert tex_pdf.pdf(render(book("de"), "tex"), runs=1).startswith(b"%PDF")


# ----------------------------------------------------------------------------------------- programs


def test_a_notebook_is_valid_and_runs_from_top_to_bottom(tmp_path: Path) -> None:
    notebook = nbformat.reads(render(book(), "ipynb"), as_version=4)
    nbformat.validate(notebook)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert len(code) == 2
    path = tmp_path / "cells.py"
    path.write_text("\n\n".join(code), "utf-8")
    run = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "gradient of L by w: largest difference" in run.stdout
    assert "hessian of L by w: largest difference" in run.stdout


def test_a_wrong_gradient_fails_its_check(tmp_path: Path) -> None:
    code = program(made.mse())
    wrong = code.replace("2 * X.T", "3 * X.T") if "2 * X.T" in code else code.replace("2", "3", 1)
    assert wrong != code
    path = tmp_path / "wrong.py"
    path.write_text(wrong, "utf-8")
    run = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, check=False)
    assert run.returncode != 0
    assert "AssertionError" in run.stderr


def test_a_derivation_without_a_derivative_has_no_program() -> None:
    chain = Chain(symbol("a"), (Step("=", symbol("b")),))
    with pytest.raises(UsageError, match="works out no gradient"):
        program(Derivation(slug="plain", blocks=(chain,)))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("np.exp(x) + special.expit(y)", "torch.exp(x) + torch.sigmoid(y)"),
        ("np.sqrt(2 * np.pi)", "math.sqrt(2 * math.pi)"),
        ("np.sum(x, axis=0)", "torch.sum(x, dim=0)"),
        ('np.einsum("ij,j->i", A, x, optimize=True)', 'torch.einsum("ij,j->i", A, x)'),
        ("special.logsumexp(x)", "torch.logsumexp(x, dim=-1)"),
        ("np.maximum(x, 0)", "torch.clamp(x, min=0)"),
        ("np.take(x, i, axis=1)", "x[:, i]"),
        ("np.linalg.eigvalsh(A)[..., ::-1]", "torch.flip(torch.linalg.eigvalsh(A), (-1,))"),
        ("np.logaddexp(0, x)", "torch.logaddexp(torch.zeros_like(x), x)"),
    ],
)
def test_torch_gets_its_own_names(code: str, expected: str) -> None:
    assert in_torch(code) == expected


def test_numbers_stay_numbers_in_torch() -> None:
    code = "def f(x):\n    d = x.shape[0]\n    return x / np.sqrt(d)\n"
    assert "x / math.sqrt(d)" in in_torch(code)


def test_what_torch_has_not_is_refused() -> None:
    with pytest.raises(UsageError, match=r"no PyTorch program for special\.zeta"):
        in_torch("special.zeta(x)")


# ------------------------------------------------------------------------------------- command line


def run(*arguments: str) -> str:
    result = CliRunner().invoke(group, list(arguments))
    assert result.exit_code == 0, result.output
    return result.output


def test_notes_of_a_path_in_many_formats(tmp_path: Path) -> None:
    run(
        *("notes", "--path", "mse-gradient", "-o", str(tmp_path), "--jobs", "1"),
        *("--to", "html,md", "--to", "ipynb,slides" if typst_pdf.available() else "ipynb"),
    )
    names = {path.name for path in tmp_path.iterdir()}
    assert {"notes.html", "notes.md", "notes.ipynb"} <= names
    text = (tmp_path / "notes.md").read_text("utf-8")
    assert text.startswith("# Gradient and Hessian of the mean squared error")
    assert text.index("(#quadratic-form-gradient)") < text.index("(#mse-gradient)")


def test_notes_refuse_what_they_cannot_write(tmp_path: Path) -> None:
    arguments = ["notes", "mse-gradient", "-o", str(tmp_path)]
    refused = CliRunner().invoke(group, [*arguments, "--to", "docx"])
    assert refused.exit_code == 2
    assert "formats are html, tex, pdf" in refused.output
    unknown = CliRunner().invoke(group, [*arguments, "--to", "tex", "--language", "xx"])
    assert unknown.exit_code == 2
    assert not list(tmp_path.iterdir())


def test_show_aloud_and_as_a_program() -> None:
    aloud = run("show", "mse-gradient", "--format", "speech", "--no-check")
    assert "the gradient of L with respect to w equals" in aloud
    assert not re.search(r"[\\$_^{}]", aloud)
    code = run("show", "mse-gradient", "--code", "jax")
    assert "def gradient_L_w(" in code
    assert "jax.jacobian(" in code


def test_glossary_in_any_language() -> None:
    assert (
        run("glossary", "gradient descent", "--language", "de").strip()
        == "Gradientenabstieg (Gradientenverfahren)"
    )
    assert "eigenvalue" in run("glossary", "собственное значение")
    unknown = CliRunner().invoke(group, ["glossary", "eigenvlaue"])
    assert unknown.exit_code == 2
