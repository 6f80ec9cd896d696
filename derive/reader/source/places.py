r"""Texts with places: offset -> (line, column), for files, standard input and notebooks.

Every stage of the reader keeps offsets into `Source.text`, which is the author's text to the character (line ends and a
byte order mark included), and asks `Source.place` when a human needs to know where something stands.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from derive.errors import ReadError

MAXIMUM_CHARACTERS = 20_000_000


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Offsets `start <= end` into the author's text; `end` is exclusive."""

    start: int
    end: int

    def __or__(self, other: Span) -> Span:
        """The smallest span that covers both."""
        return Span(min(self.start, other.start), max(self.end, other.end))


@dataclass(frozen=True, slots=True)
class Place:
    """Line and column from 1, in characters; in a notebook the line is counted in the cell (from 1)."""

    line: int
    column: int
    cell: int | None = None

    def __str__(self) -> str:
        where = f"{self.line}:{self.column}"
        return where if self.cell is None else f"cell {self.cell}:{where}"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a notebook: its number in the file (from 1, all kinds counted) and where its text starts."""

    number: int
    start: int


@dataclass(frozen=True)
class Source:
    """A text and where it came from. `kind` is "tex", "markdown" or "notebook".

    A notebook's text is its Markdown cells, each followed by a blank line; `cells` maps offsets back to cells.
    """

    path: str
    text: str = field(repr=False)
    kind: str = "tex"
    cells: tuple[Cell, ...] = field(default=(), repr=False)

    @cached_property
    def _lines(self) -> list[int]:
        starts, position = [0], self.text.find("\n")
        while position >= 0:
            starts.append(position + 1)
            position = self.text.find("\n", position + 1)
        return starts

    def place(self, offset: int) -> Place:
        """Line and column of an offset (0 <= offset <= len(text)); offsets beyond are clipped."""
        offset = max(0, min(offset, len(self.text)))
        line = bisect_right(self._lines, offset)
        column = offset - self._lines[line - 1] + 1
        if not self.cells:
            return Place(line, column)
        number = bisect_right(self.cells, offset, key=lambda cell: cell.start)
        cell = self.cells[max(0, number - 1)]
        return Place(line - bisect_right(self._lines, cell.start) + 1, column, cell.number)

    def slice(self, span: Span) -> str:
        """The author's characters of a span."""
        return self.text[span.start : span.end]

    def error(self, message: str, offset: int) -> ReadError:
        """A ReadError at an offset; raising it is up to the caller."""
        place = self.place(offset)
        path = self.path if place.cell is None else f"{self.path}:cell {place.cell}"
        return ReadError(message, path, place.line, place.column)


def decode(data: bytes, path: str) -> str:
    """UTF-8 (with or without byte order mark) to text. ReadError on binary data, broken UTF-8 or excessive length."""
    if len(data) > 4 * MAXIMUM_CHARACTERS:
        raise ReadError(f"{len(data)} bytes exceed the limit of {4 * MAXIMUM_CHARACTERS}", path)
    zero = data.find(b"\0")
    if zero >= 0:
        line = data.count(b"\n", 0, zero) + 1
        column = zero - data.rfind(b"\n", 0, zero)
        raise ReadError(f"binary data: a zero byte at offset {zero}", path, line, column)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        line = before.count("\n") + 1
        column = len(before) - (before.rfind("\n") + 1) + 1
        message = f"not valid UTF-8: byte 0x{data[error.start]:02x} at offset {error.start}; save the file as UTF-8"
        raise ReadError(message, path, line, column) from None


_KINDS = {
    ".md": "markdown",
    ".qmd": "markdown",
    ".markdown": "markdown",
    ".rmd": "markdown",
    ".ipynb": "notebook",
}


def kind_of(path: str) -> str:
    """The kind of document by the ending of its name; everything unknown is read as LaTeX."""
    return _KINDS.get(Path(path).suffix.lower(), "tex")


def load(path: str | Path) -> Source:
    """Read a file. ReadError when it cannot be opened, is binary, or is not UTF-8."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise ReadError(
            f"cannot open: {(error.strerror or str(error)).lower()}", str(path)
        ) from None
    text, kind = decode(data, str(path)), kind_of(str(path))
    if kind == "notebook":
        from derive.reader.source.notebooks import notebook_source

        return notebook_source(text, str(path))
    return Source(str(path), text, kind)
