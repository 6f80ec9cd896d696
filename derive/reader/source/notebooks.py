"""Jupyter notebooks: the Markdown cells as one text whose places name the cell."""

from __future__ import annotations

import json

from derive.errors import ReadError
from derive.reader.source.places import Cell, Source


def notebook_source(text: str, path: str) -> Source:
    """The Markdown cells of a notebook (formats 3 and 4), each followed by a blank line. ReadError on broken JSON."""
    try:
        notebook = json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        raise ReadError(
            f"not a notebook: {error.msg.lower()}", path, error.lineno, error.colno
        ) from None
    except RecursionError:
        raise ReadError("not a notebook: values are nested too deep", path) from None
    cells = _cells(notebook)
    if cells is None:
        raise ReadError("not a notebook: it has no list of cells", path)
    parts: list[str] = []
    starts: list[Cell] = []
    length = 0
    for number, cell in enumerate(cells, start=1):
        if not isinstance(cell, dict) or cell.get("cell_type") != "markdown":
            continue
        starts.append(Cell(number, length))
        part = f"{_content(cell)}\n\n"
        parts.append(part)
        length += len(part)
    return Source(path, "".join(parts), "notebook", tuple(starts))


def _cells(notebook: object) -> list[object] | None:
    if not isinstance(notebook, dict):
        return None
    cells = notebook.get("cells")
    sheets = notebook.get("worksheets")
    if cells is None and isinstance(sheets, list):
        cells = [
            cell for sheet in sheets if isinstance(sheet, dict) for cell in sheet.get("cells", [])
        ]
    return cells if isinstance(cells, list) else None


def _content(cell: dict[str, object]) -> str:
    content = cell.get("source", "")
    lines = content if isinstance(content, list) else [content]
    return "".join(line for line in lines if isinstance(line, str))
