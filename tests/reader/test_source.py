"""Places in texts, and files that cannot be read."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from derive.errors import ReadError
from derive.reader.source.places import Place, Source, Span, decode, load


def test_places_count_lines_and_columns_from_one() -> None:
    source = Source("a.tex", "ab\r\ncé\n")
    assert [source.place(i) for i in (0, 1, 4, 5, 7)] == [
        Place(1, 1),
        Place(1, 2),
        Place(2, 1),
        Place(2, 2),
        Place(3, 1),
    ]
    assert source.slice(Span(4, 6)) == "cé"
    assert Span(3, 4) | Span(1, 2) == Span(1, 4)


def test_offsets_beyond_the_text_are_clipped() -> None:
    assert Source("a", "x").place(99) == Place(1, 2)


def test_errors_name_file_line_and_column() -> None:
    error = Source("a.tex", "x\ny z").error("odd thing", 4)
    assert str(error) == "a.tex:2:3: odd thing"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            b"ab\ncd\xff",
            "a.tex:2:3: not valid UTF-8: byte 0xff at offset 5; save the file as UTF-8",
        ),
        (b"\x7fELF\x00", "a.tex:1:5: binary data: a zero byte at offset 4"),
        (
            "é".encode("latin-1"),
            "a.tex:1:1: not valid UTF-8: byte 0xe9 at offset 0; save the file as UTF-8",
        ),
    ],
)
def test_bytes_that_are_no_text(data: bytes, message: str) -> None:
    with pytest.raises(ReadError) as caught:
        decode(data, "a.tex")
    assert str(caught.value) == message


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="cannot open: no such file or directory"):
        load(tmp_path / "none.tex")


def test_a_notebook_places_lines_in_cells(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Title\n", "Let $x$."]},
        {"cell_type": "code", "source": "print(1)"},
        {"cell_type": "markdown", "source": "first\n\n$$a = b$$"},
    ]
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "cells": cells, "metadata": {}}), "utf-8")
    source = load(path)
    assert source.kind == "notebook"
    assert source.place(source.text.index("a = b")) == Place(3, 3, cell=3)
    assert source.place(source.text.index("$x$")) == Place(2, 5, cell=1)
    assert str(source.error("odd", source.text.index("a = b"))).endswith("n.ipynb:cell 3:3:3: odd")


def test_notebooks_agree_with_nbformat(tmp_path: Path) -> None:
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [
        nbformat.v4.new_markdown_cell("a\n$$b = c$$"),
        nbformat.v4.new_code_cell("x = '$$no$$'"),
        nbformat.v4.new_raw_cell("$$raw$$"),
        nbformat.v4.new_markdown_cell("ünïcode\n\n- item\n"),
    ]
    path = tmp_path / "n.ipynb"
    nbformat.write(notebook, path)
    read = nbformat.read(path, as_version=4)
    expected = [cell.source for cell in read.cells if cell.cell_type == "markdown"]
    assert load(path).text == "".join(f"{text}\n\n" for text in expected)


@pytest.mark.parametrize("text", ["", "[1]", '{"cells": 3}', "[" * 100_000])
def test_a_broken_notebook_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "n.ipynb"
    path.write_text(text)
    with pytest.raises(ReadError, match="not a notebook"):
        load(path)
