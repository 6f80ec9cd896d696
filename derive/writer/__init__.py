"""Printers and documents: `latex(expr)`, `text(expr)`."""

from derive.writer.latex import latex
from derive.writer.unicode_text import text

__all__ = ["latex", "text"]
