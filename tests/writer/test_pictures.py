"""Pictures: drawn from the derivation's own expressions, the same bytes each time, with words for each."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from click.testing import CliRunner

from derive import api, pipeline, registry, writer
from derive.checker.values import values_at
from derive.cli.catalogue import show_command
from derive.derivation import Chain, Derivation
from derive.errors import UsageError
from derive.expr.nodes import Derivative
from derive.writer import pictures
from derive.writer.book import Book
from derive.writer.languages import table
from derive.writer.pictures import Mathematics, Picture
from derive.writer.pictures.embed import with_pictures, write_files


def derivation(slug: str) -> Derivation:
    return registry.load_recipe(slug).derivation()


def drawn(slug: str) -> Picture:
    found = pipeline.picture_of(derivation(slug))
    assert found is not None
    return found


def test_at_least_twelve_recipes_have_one() -> None:
    assert len(pictures.TABLE) >= 12
    assert set(pictures.TABLE) <= set(registry.catalogue().recipes)


@pytest.mark.parametrize("slug", pictures.TABLE)
def test_each_is_drawn_and_described(slug: str) -> None:
    picture = drawn(slug)
    root = ElementTree.fromstring(picture.svg)
    assert len(list(root.iter("{http://www.w3.org/2000/svg}path"))) > 5
    assert picture.pdf.startswith(b"%PDF")
    assert len(picture.alt) > 100
    assert "$" not in picture.alt
    assert "\\" not in picture.alt
    assert picture.caption.endswith(".")


def test_the_same_bytes_in_every_process() -> None:
    code = (
        "import hashlib; from derive import pipeline, registry;"
        "p = pipeline.picture_of(registry.load_recipe('tsne-gradient').derivation());"
        "print(hashlib.sha256(p.svg.encode() + p.pdf).hexdigest())"
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


def test_it_shows_the_derivation_and_not_a_formula_of_its_own() -> None:
    """With another result for the gradient the arrows and the path are others."""
    honest = derivation("mse-gradient")
    halved = tuple(
        replace(block, steps=tuple(replace(s, rhs=s.rhs / 2) for s in block.steps))
        if isinstance(block, Chain) and isinstance(block.lhs, Derivative) and block.result
        else block
        for block in honest.blocks
    )
    other = pipeline.picture_of(replace(honest, blocks=halved))
    assert other is not None
    assert other.svg != drawn("mse-gradient").svg


def test_values_come_from_the_derivation() -> None:
    m = Mathematics(derivation("mse-gradient"), values_at)
    rng = np.random.default_rng(0)
    X, y, w = rng.normal(size=(5, 3)), rng.normal(size=5), rng.normal(size=(7, 3))
    expected = [np.mean((X @ one - y) ** 2) for one in w]
    assert np.allclose(m.at("L", {"X": X, "y": y, "w": w}), expected)
    slopes = m.at(m.derived("L", "w"), {"X": X, "y": y, "w": w[0]})
    assert np.allclose(slopes, 2 / 5 * X.T @ (X @ w[0] - y))


def test_what_does_not_fit_is_refused() -> None:
    m = Mathematics(derivation("mse-gradient"), values_at)
    with pytest.raises(UsageError, match="has no symbol 'Q'"):
        m.symbol("Q")
    with pytest.raises(UsageError, match="n is 5, but y has 4"):
        m.at("L", {"X": np.ones((5, 3)), "y": np.ones(4), "w": np.ones(3)})
    with pytest.raises(UsageError, match="does not derive"):
        m.derived("L", "X")
    zero = {"X": np.full((5, 3), np.nan), "y": np.ones(5), "w": np.ones(3)}
    with pytest.raises(UsageError, match="is not finite"):
        m.at("L", zero)


# ------------------------------------------------------------------------------------------- on pages


def book(picture: Picture) -> Book:
    found = writer.collected([derivation("norm-gradient")], None, "Notes")
    return with_pictures(found, {"norm-gradient": picture})


PICTURE = Picture("norm-gradient", "Shows $x$.", 'Two "lines" & a_b.', "<svg/>", b"%PDF-x")
FORMATS = ("html", "tex", "typ", "md", "ipynb", "text", "slides", "slides-typ")


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_has_picture_or_words(kind: str) -> None:
    with_picture = writer.render(book(PICTURE), kind)
    without = writer.render(book(replace(PICTURE, alt="", caption="")), kind)
    assert "Shows" in with_picture
    assert "Shows" not in without
    assert "lines" in with_picture


def test_how_each_format_holds_it() -> None:
    pages = {kind: writer.render(book(PICTURE), kind) for kind in FORMATS}
    assert '<img src="data:image/svg+xml;base64,PHN2Zy8+"' in pages["html"]
    assert "Two &#34;lines&#34; &amp; a_b." in pages["html"].replace("&quot;", "&#34;")
    assert r"\includegraphics[width=0.62\linewidth]{picture-norm-gradient.pdf}" in pages["tex"]
    assert '#image(bytes("<svg/>"), format: "svg"' in pages["typ"]
    assert "](picture-norm-gradient.svg)" in pages["md"]
    assert "](data:image/svg+xml;base64,PHN2Zy8+)" in pages["ipynb"]


def test_files_stand_beside_the_documents_that_name_them(tmp_path: Path) -> None:
    made = [p.name for kind in FORMATS[:6] for p in write_files(book(PICTURE), kind, tmp_path)]
    assert made == ["picture-norm-gradient.pdf", "picture-norm-gradient.svg"]
    assert (tmp_path / made[0]).read_bytes() == b"%PDF-x"


def test_without_matplotlib_the_page_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "find_spec", lambda name: None)
    picture = drawn("mse-gradient")
    assert not picture.svg
    for kind in FORMATS:
        page = writer.render(book(replace(picture, slug="norm-gradient")), kind)
        if kind != "text":  # which has the words alone
            assert "matplotlib" in page, kind
            assert "derive[plot]" in page.replace("{[}", "[").replace("\\[", "["), kind
        assert "nested ellipses" in " ".join(page.split()), kind


def test_captions_are_told_in_the_language_of_the_page() -> None:
    known = {row["en"] for row in table("furniture.tsv")}
    assert {row.caption for row in pictures.TABLE.values()} <= known
    found = writer.collected([derivation("mse-gradient")], None, "Notes", "de")
    page = writer.render(with_pictures(found, {"mse-gradient": drawn("mse-gradient")}), "md")
    assert "Höhenlinien des Verlusts" in page


def test_a_recipe_without_one() -> None:
    assert pipeline.picture_of(derivation("norm-gradient")) is None
    with pytest.raises(UsageError, match="norm-gradient has no picture; these have: activation"):
        pipeline.picture_file(derivation("norm-gradient"), "png")


def test_one_file_holds_its_picture_and_show_writes_it(tmp_path: Path) -> None:
    page = api.write(derivation("tsne-gradient"), to="html")
    assert '<img src="data:image/svg+xml;base64,' in page
    path = tmp_path / "forces.png"
    done = CliRunner().invoke(show_command, ["tsne-gradient", "--picture", str(path)])
    assert (done.exit_code, done.output) == (0, f"{path}\n")
    assert path.read_bytes().startswith(b"\x89PNG")
    refused = CliRunner().invoke(show_command, ["tsne-gradient", "--picture", "forces.gif"])
    assert refused.exit_code == 2
    assert "the file ends with .png, .svg or .pdf" in refused.output
