"""Pages: the same content in every format, verdicts that are told apart without colour, no address outside."""

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

import pytest

from derive.checker.verdicts import Verdict
from derive.derivation import Chain, Derivation, Given, Prose, Reason, Step, Unreadable
from derive.errors import UsageError
from derive.expr.build import dims, symbol
from derive.expr.nodes import Symbol
from derive.writer import write, write_collection
from derive.writer.checked import how_checked, remarks
from derive.writer.evidence import mark_of
from derive.writer.markdown_math import safe
from derive.writer.notation import notation_row
from derive.writer.page import page_of, stated_by


def _load(name: str) -> ModuleType:
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"writer_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


made = _load("derivations")
DOCUMENTS = made.documents()
FORMATS = ["html", "tex", "md", "text", "json"]
SIGNS = {
    "html": {"holds": "✓", "fails": "✗", "unchecked": "?"},
    "tex": {"holds": r"\holds}", "fails": r"\fails}", "unchecked": r"\unchecked}"},
    "md": {"holds": "✓", "fails": "✗", "unchecked": "?"},
    "text": {"holds": "✓", "fails": "✗", "unchecked": "?"},
    "json": {"holds": '"holds"', "fails": '"fails"', "unchecked": '"unchecked"'},
}


def squeezed(text: str) -> str:
    """Letters and digits alone, so that line breaks and markup do not matter."""
    return re.sub(r"[^0-9A-Za-zÀ-ž]+", "", text)


def plain_words(prose: str) -> list[str]:
    """The words of prose outside mathematics and emphasis marks."""
    return [w for w in re.sub(r"\$[^$]*\$", " ", prose).replace("*", " ").split() if w.isalpha()]


def shown(document: str, to: str) -> str:
    """What a reader sees, without the script and style of a web page."""
    if to != "html":
        return document
    body = re.sub(r"<(script|style)>.*?</\1>", "", document, flags=re.S)
    return unescape(body)


@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: d[0].slug)
def test_every_format_shows_every_step_reason_and_verdict(
    document: tuple[Derivation, object], to: str
) -> None:
    derivation, report = document
    page = page_of(derivation, report)
    text = shown(write(derivation, report, to=to), to)
    packed = squeezed(text)
    for word in plain_words(derivation.title + " " + derivation.source):
        assert word in text
    for block in derivation.blocks:
        if isinstance(block, Prose):
            assert all(word in text for word in plain_words(block.text))
    for row in page.notation:
        assert all(word in text for word in plain_words(row.properties + " " + row.meaning))
    assert squeezed(how_checked(page)) in packed
    for chain in page.chains:
        for step in chain.steps:
            formula = step.rhs.text if to == "text" else step.rhs.latex
            pieces = step.rhs.lines if to in ("tex", "md", "html") else (formula,)
            pieces = tuple(map(safe, pieces)) if to == "md" else pieces
            shown_as = json.dumps(formula)[1:-1] if to == "json" else None
            for piece in [shown_as] if shown_as else pieces if to != "text" else [formula]:
                assert piece in text or squeezed(piece) in packed, piece
            assert all(word in text for word in plain_words(step.reason))
            assert str(step.number) in text
            assert SIGNS[to][step.mark.kind] in text
            if step.mark.kind != "holds":
                assert all(word in text for word in plain_words(step.mark.evidence))
            for detail in step.mark.details:
                assert all(word in text for word in plain_words(detail))


@pytest.mark.parametrize("to", FORMATS)
def test_the_same_bytes_twice(to: str) -> None:
    derivation, report = DOCUMENTS[1]
    assert write(derivation, report, to=to) == write(derivation, report, to=to)


@pytest.mark.parametrize("to", FORMATS)
def test_a_collection_holds_its_pages_and_links_them(to: str) -> None:
    derivations = [d for d, _ in DOCUMENTS]
    reports = [r for _, r in DOCUMENTS]
    text = write_collection(derivations, reports, to=to, title="A small course")
    assert "A small course" in text
    for derivation in derivations:
        assert derivation.title in text
    links = {
        "html": '<a href="#mse-gradient">',
        "tex": r"\ref{mse-gradient}",
        "md": "(#mse-gradient)",
        "text": "Read first: 1. Gradient and Hessian of the mean squared error (1.2, 1.3)",
        "json": '"mse-gradient"',
    }
    assert links[to] in text


def test_a_page_of_html_names_no_address_outside() -> None:
    derivations = [d for d, _ in DOCUMENTS]
    page = write_collection(derivations, [r for _, r in DOCUMENTS], to="html", title="t")
    names = set(re.findall(r"https?://[^\s\"'<>)]+", page))
    assert names == {"http://www.w3.org/1998/Math/MathML", "http://www.w3.org/2000/svg"}
    for address in re.findall(
        r"(?:src|href)\s*=\s*[\"']([^\"']*)", page.split("</style>")[-1].split("<script>")[0]
    ):
        assert address.startswith("#")
    assert "url(data:font/woff2" in page
    assert not re.search(r"url\((?!data:)", page)
    assert "default-src 'none'" in page


def test_html_is_escaped() -> None:
    step = Step("=", symbol("b"), Reason('<img src=x onerror="alert(1)"> & more'))
    hostile = Derivation(
        slug='"><script>',
        title="<script>alert(1)</script>",
        givens=(Given(symbol('<b>"'), "<i>"),),
        blocks=(Prose("<script>$<b>$</script>"), Chain(symbol("a"), (step,))),
    )
    body = write(hostile, to="html").split("</head>")[1]
    body = re.sub(r"<script>(?=!function|for |!).*?</script>", "", body, flags=re.S)
    assert "<script>alert" not in body
    assert "<img" not in body
    assert "<i>" not in body
    assert "<b>" not in body


def test_marks_are_told_apart_by_form_and_by_words() -> None:
    derivation, report = DOCUMENTS[1]
    page = write(derivation, report, to="html")
    marks = re.findall(
        r'<span class="mark (\w+)" role="img" title="([^"]*)" aria-label="(\w+)">(.)<', page
    )
    assert {(kind, sign) for kind, _, _, sign in marks} == {
        ("holds", "✓"),
        ("fails", "✗"),
        ("unchecked", "?"),
    }
    assert all(kind == label and title.startswith(kind) for kind, title, label, _ in marks)
    assert 'aria-label="the gradient of L with respect to w equals' in write(DOCUMENTS[0][0])


def test_evidence_of_a_verdict_in_one_sentence() -> None:
    report = made.report_of(made.mse())
    assert mark_of(report.relations[0]).sentence == (
        "holds: 24 points, sizes (n, d) = (5, 3), (1, 2), (3, 6), worst relative difference 3.1e-16, "
        "jax.grad; 8 of 8 neighbouring statements rejected"
    )
    unchecked = made.report_of(made.mse(), {1: Verdict("unchecked", why="dots")})
    assert mark_of(unchecked.relations[0]).sentence == "unchecked: dots"


def test_what_steps_rest_on_is_told_once_for_all_that_share_it() -> None:
    page = page_of(made.mse(), made.report_of(made.mse(), {2: Verdict("unchecked", why="dots")}))
    assert how_checked(page) == (
        "(1), (3): 24 points, (n, d) = (5, 3), (1, 2), (3, 6), worst relative difference 3.1e-16, "
        "automatic differentiation, 16 of 16 neighbouring statements rejected."
    )
    assert [remark for chain in page.chains for remark in remarks(chain)] == [
        ("(2)", page.chains[0].steps[1].mark, "unchecked: dots")
    ]
    assert how_checked(page_of(made.mse())) == ""


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"\operatorname{tr}(A)", r"\mathop{\mathrm{tr}}(A)"),
        (r"y \in \{0, 1\}", r"y \in \lbrace0, 1\rbrace"),
        (r"\left\{ x \right\} \\ y", r"\left\lbrace x \right\rbrace \\ y"),
        (r"\int f \, \mathrm{d}x", r"\int f \thinspace \mathrm{d}x"),
        (r"\hat{x}_i + x_{ij}", r"\hat{x}_ i + x_{ij}"),
        (r"\mathbb{E}[x](y) < w^*", r"\mathbb{E}[x] (y) < w^{\ast}"),
        (r"\|a\|", r"\Vert a\Vert"),
    ],
)
def test_formulas_in_markdown_keep_clear_of_its_markup(latex: str, expected: str) -> None:
    assert safe(latex) == expected


def test_a_member_of_a_family_whose_name_has_an_index() -> None:
    row = notation_row(Given(symbol("x_1", dims("h")[0], family=1), "turned"))
    assert row.declaration.startswith(r"[x_1]_i \in \mathbb{R}")


def test_no_markdown_has_what_github_changes() -> None:
    derivations = [d for d, _ in DOCUMENTS]
    text = write_collection(derivations, [r for _, r in DOCUMENTS], to="md", title="t")
    formulas = re.findall(r"\$\$\n.*?\n\$\$|(?<![\\$])\$[^$\n]+\$", text, flags=re.S)
    assert len(formulas) > 30
    for formula in formulas:
        assert not re.search(
            r"\\operatorname|(?<!\\)\\[{},;:!|]|\]\(|[^0-9A-Za-z\\ ]_\S| \$$", formula
        ), formula


def test_without_a_report_no_verdict_is_shown() -> None:
    for to in ("html", "tex", "md", "text"):
        text = shown(write(DOCUMENTS[0][0], to=to), to)
        assert "holds:" not in text
        assert "steps hold" not in text
        assert "✓" not in text


def test_a_box_states_what_the_chain_states() -> None:
    assert stated_by(["=", "=", "="]) == "="
    assert stated_by(["=", ">=", "="]) == ">="
    assert stated_by([">=", ">"]) == ">"
    assert stated_by(["<=", ">="]) == ""
    assert stated_by(["!=", "!="]) == ""
    assert stated_by(["=", "~~"]) == "~~"
    a, b, c = symbol("a"), symbol("b"), symbol("c")
    chain = Chain(a, (Step(">=", b), Step("=", c)), result=True)
    for to in FORMATS:
        assert "a = c" not in write(Derivation(blocks=(chain,)), to=to)
    assert r"\boxed{\;a \ge c\;}" in write(Derivation(blocks=(chain,)), to="tex")


def test_a_side_without_meaning_is_shown_as_written() -> None:
    chain = Chain(symbol("a"), (Step("=", Unreadable(r"a_1 + \dots + a_n", "dots")),))
    assert r"a_1 + \dots + a_n" in write(Derivation(blocks=(chain,)), to="tex")
    assert "a₁ + … + aₙ" in write(Derivation(blocks=(chain,)), to="text")


def test_the_page_says_for_which_values_of_free_indices_it_claims() -> None:
    assert page_of(made.softmax_jacobian()).convention.endswith(
        r"Free indices: $i = 1, \dots, k$; $j = 1, \dots, k$."
    )
    assert "Free indices" not in page_of(made.mse()).convention


def test_an_unknown_format_is_an_error_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="unknown format 'docx'; known formats: html"):
        write(DOCUMENTS[0][0], to="docx")
    with pytest.raises(UsageError, match="1 derivations, but 2 reports"):
        write_collection([DOCUMENTS[0][0]], [None, None], to="md")


def compiled(source: str, folder: Path) -> str:
    """The log of pdflatex run twice."""
    (folder / "page.tex").write_text(source, "utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    for _ in range(2):
        run = subprocess.run(command, cwd=folder, capture_output=True, check=False)
        assert run.returncode == 0, run.stdout.decode("utf-8", "replace")[-2000:]
    return (folder / "page.log").read_text("latin-1")


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_latex_compiles_without_overfull_boxes(tmp_path: Path) -> None:
    derivations = [d for d, _ in DOCUMENTS]
    sources = [
        write(*DOCUMENTS[1], to="tex"),
        write_collection(derivations, [r for _, r in DOCUMENTS], to="tex", title="100 % of it"),
        write(long_sides(), to="tex"),
    ]
    for number, source in enumerate(sources):
        folder = tmp_path / str(number)
        folder.mkdir()
        log = compiled(source, folder)
        assert not re.findall(r"Overfull.*|LaTeX Warning: .*undefined.*", log)


def long_sides() -> Derivation:
    """Sides that do not fit on a line, left and right, and characters that TeX treats in its own way."""
    letters: list[Symbol] = [symbol(c) for c in "abcdefgh"]
    total = letters[0] * letters[1]
    for first, second in zip(letters, letters[1:] + letters[:1], strict=True):
        total = total + first * second / (first + second) - first * second
    step = Step("=", -(letters[0] * total), Reason("50 % of a_b & c # d ~ e \\ f → ✓ ≥ 漢"))
    return Derivation(
        title="A_B & C: 100 % {of} #1",
        blocks=(Chain(total, (step, Step("=", total / letters[0]))),),
    )
