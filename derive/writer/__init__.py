"""Printers and documents: `latex(expr)`, `text(expr)`, `spoken(expr)`, `write(derivation, report, to=...)`."""

from derive.writer.documents import collected, render, render_pdf, write, write_collection
from derive.writer.latex import latex
from derive.writer.spoken import spoken
from derive.writer.unicode_text import text

__all__ = [
    "collected",
    "latex",
    "render",
    "render_pdf",
    "spoken",
    "text",
    "write",
    "write_collection",
]
