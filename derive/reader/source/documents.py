r"""From a source to a Document: LaTeX, Markdown, Quarto, notebooks and plain text alike.

`read_document` never fails on what an author can write: what cannot be read carries its error, and the rest is read.
"""

from __future__ import annotations

import os
from pathlib import Path

from derive.errors import ReadError
from derive.reader.source.blocks import Block, BlockBuilder, Document
from derive.reader.source.macros import Macros
from derive.reader.source.markdown import MarkdownReader
from derive.reader.source.places import MAXIMUM_CHARACTERS, Source, load
from derive.reader.source.scanner import Token, scan
from derive.reader.source.tex import TexReader

FILES = 200
"""Files that one document may draw in, and `DEPTH` levels of `\\input` within one another."""
DEPTH = 10


def read_document(source: Source | str, macros: Macros | None = None) -> Document:
    """The blocks of a source in reading order; a string is the text of a LaTeX document body.

    `macros` that are known beforehand are used and added to. ReadError only for a text beyond the size limit.
    """
    if isinstance(source, str):
        source = Source("", source)
    if len(source.text) > MAXIMUM_CHARACTERS:
        raise source.error(
            f"{len(source.text)} characters exceed the limit of {MAXIMUM_CHARACTERS}", 0
        )
    return _Reading(macros if macros is not None else Macros()).read(source)


def read_file(path: str | Path) -> Document:
    """`read_document` of a file. ReadError when it cannot be opened or is no UTF-8 text."""
    return read_document(load(path))


class _Reading:
    """One document with the files that it draws in; they share macros and warnings."""

    def __init__(self, macros: Macros) -> None:
        self.macros = macros
        self.warnings: list[ReadError] = []
        self.open: list[Path] = []
        self.files = 0

    def read(self, source: Source) -> Document:
        if source.path:
            self.open.append(Path(source.path).resolve())
        return Document(source, tuple(self.blocks(source)), self.macros, tuple(self.warnings))

    def blocks(self, source: Source) -> list[Block]:
        builder = BlockBuilder(source, warnings=self.warnings)
        if source.kind == "tex":
            included: list[list[Block]] = []

            def include(name: str, token: Token) -> str | None:
                blocks = self._included(name, token, source)
                if not blocks:
                    return None
                included.append(blocks)
                return str(len(included) - 1)

            TexReader(self.macros.expand(scan(source.text), include), builder, included).read()
        else:
            MarkdownReader(builder, self.macros).read()
        return builder.blocks

    def _included(self, name: str, token: Token, source: Source) -> list[Block]:
        r"""The blocks of a file named by `\input` or `\usepackage`; a missing one is a warning (not for packages)."""
        package = name.endswith(".sty")
        path = self._find(name, source)
        if path is None:
            if not package:
                self._warn(f"cannot find the file {name!r} of {token.text}", token, source)
            return []
        if path in self.open:
            self._warn(f"{name!r} draws in itself", token, source)
            return []
        if len(self.open) > DEPTH or self.files >= FILES:
            self._warn(
                f"{name!r} is not read: more than {DEPTH} levels or {FILES} files", token, source
            )
            return []
        self.files += 1
        self.open.append(path)
        try:
            text = load(path)
            shown = str(path) if Path(source.path).is_absolute() else os.path.relpath(path)
            blocks = self.blocks(Source(shown, text.text))
        except ReadError as error:
            self._warn(f"{name!r} cannot be read: {error.message}", token, source)
            return []
        finally:
            self.open.pop()
        return [] if package else blocks

    def _warn(self, message: str, token: Token, source: Source) -> None:
        self.warnings.append(source.error(message, token.start))

    def _find(self, name: str, source: Source) -> Path | None:
        """A file beside the source, or beside the file that is the document's root."""
        if not source.path or not name or len(name) > 500:
            return None
        folders = [Path(source.path).parent] + [path.parent for path in self.open[:1]]
        for folder in folders:
            for candidate in (folder / name, folder / f"{name}.tex"):
                try:
                    if candidate.is_file():
                        return candidate.resolve()
                except (OSError, ValueError):
                    continue
        return None
