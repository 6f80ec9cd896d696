"""One page or a collection in any format."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import cast

from derive.checker.verdicts import FileReport, Report
from derive.derivation import Derivation
from derive.errors import UsageError
from derive.writer.page import page_of

#: format -> module and the stem of its two functions; modules are loaded on first use
FORMATS: dict[str, tuple[str, str]] = {
    "html": ("derive.writer.html", "html"),
    "tex": ("derive.writer.latex_page", "tex"),
    "latex": ("derive.writer.latex_page", "tex"),
    "md": ("derive.writer.markdown", "markdown"),
    "text": ("derive.writer.text_page", "text"),
    "json": ("derive.writer.json_page", "json"),
}


def write(
    derivation: Derivation, report: FileReport | Report | None = None, *, to: str = "html"
) -> str:
    """A page of a derivation as `html`, `tex` (or `latex`), `md`, `text` or `json`; a report gives the verdicts."""
    module, stem = _format(to)
    return cast(str, getattr(module, f"page_{stem}")(page_of(derivation, report)))


def write_collection(
    derivations: Sequence[Derivation],
    reports: Sequence[FileReport | None] | None = None,
    *,
    to: str = "html",
    title: str = "Derivations",
) -> str:
    """Several derivations as one document with contents and cross-references; one report for each, or none."""
    if reports and len(reports) != len(derivations):
        raise UsageError(f"{len(derivations)} derivations, but {len(reports)} reports")
    listed = list(reports) if reports else [None] * len(derivations)
    titles = {d.slug: d.title for d in derivations}
    pages = [page_of(d, r, titles) for d, r in zip(derivations, listed, strict=True)]
    module, stem = _format(to)
    return cast(str, getattr(module, f"collection_{stem}")(pages, title))


def _format(to: str) -> tuple[object, str]:
    if to not in FORMATS:
        raise UsageError(f"unknown format {to!r}; known formats: {', '.join(FORMATS)}")
    name, stem = FORMATS[to]
    return import_module(name), stem
