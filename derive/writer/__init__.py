"""Printers and documents: expressions and derivations as LaTeX, HTML, Markdown and text."""
