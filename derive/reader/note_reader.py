r"""Documents to derivations: `read(text)` and `read_file(path)`.

First the prose is read for declarations, then passes in reading order are tried (`note_passes.py`), over the whole
document or section by section (`note_sections.py`). What was assumed is in the notes of the derivation.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from derive.derivation import Derivation, Given
from derive.reader.declarations.same_names import settled
from derive.reader.grammar.table import Table
from derive.reader.reading.inference import assumptions
from derive.reader.reading.sections import Reading, sections_read
from derive.reader.source import documents
from derive.reader.source.blocks import Document, Heading
from derive.reader.source.places import Source, kind_of

_LAYOUT_NOTES = {
    "numerator": "derivatives are read in numerator layout: a gradient written as a fraction is a row",
    "denominator": "derivatives are read in denominator layout: the Jacobian of y by x has a row for each entry of x",
}


def read(text: str, path: str = "") -> Derivation:
    """The derivation that a LaTeX or Markdown text is; the ending of `path` says which.

    A side that has no meaning is `Unreadable` with the reason.
    """
    return derivation_of(documents.read_document(Source(path, text, kind_of(path))))


def read_file(path: str | Path) -> Derivation:
    """`read` of a file (LaTeX, Markdown, Quarto, notebook). ReadError when it cannot be opened or is no text."""
    return derivation_of(documents.read_file(path))


def derivation_of(document: Document) -> Derivation:
    """The mathematics of a document."""
    readings = sections_read(document)
    warnings = [f"line {error.line}: {error.message}" for error in document.warnings[:20]]
    skipped = [d.error for d in document.displays if d.error is not None and not d.tokens]
    warnings += [
        f"line {error.line}: a display is not read: {error.message}" for error in skipped[:50]
    ]
    headings = (b.text for b in document.blocks if isinstance(b, Heading))
    notes = dict.fromkeys(note for reading in readings for note in _notes(reading))
    return Derivation(
        title=next(headings, ""),
        path=document.source.path,
        givens=tuple(dict.fromkeys(given for r in readings for given in _givens(r.table))),
        blocks=tuple(settled(block) for r in readings for block in r.result.blocks),
        notes=(*notes, *warnings),
    )


def _notes(reading: Reading) -> Iterator[str]:
    """What was assumed in a part of a document, and how its derivatives are laid out."""
    assumed = assumptions(reading.table)
    place = f"in \u201c{reading.title}\u201d " if reading.title else ""
    if assumed:
        yield f"{place}read as: {', '.join(f'${text}$' for text in assumed)}"
    if reading.layout:
        yield place + _LAYOUT_NOTES[reading.layout]
    yield from reading.result.notes


def _givens(table: Table) -> Iterator[Given]:
    for entry in table.variables():
        if entry.definition is None and entry.sizes is not None:
            yield Given(table.symbol(entry), assumed=entry.assumed)


__all__ = ["derivation_of", "read", "read_file"]
