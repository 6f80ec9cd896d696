"""Jupyter notebooks: the derivation in Markdown cells, then the programs that come with it in code cells that run."""

from __future__ import annotations

import json
import re

from derive.writer.book import Book
from derive.writer.markdown import back_matter, escaped, front_matter, inline, page_parts
from derive.writer.page import Page
from derive.writer.pictures.embed import picture_markdown


def book_notebook(book: Book) -> str:
    """The notebook (format 4.5) of one derivation or of several, the same bytes each time."""
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    cells = []

    def text(source: str, name: str) -> None:
        cells.append(new_markdown_cell(source, id=_identifier(name)))

    if book.collection:
        text("\n\n".join(front_matter(book)), "contents")
    elif book.apology:
        text(f"*{escaped(book.apology)}*", "language")
    for page in book.pages:
        for count, part in enumerate(_sections(page, 2 if book.collection else 1), 1):
            text(part, f"{page.slug}-{count}")
        if page.picture:
            shown = picture_markdown(page.picture, inline, inside=True)
            text("\n\n".join(shown), f"{page.slug}-picture")
        for count, listing in enumerate(page.listings, 1):
            text(f"**{escaped(book.language(listing.title))}**", f"{page.slug}-title-{count}")
            name = _identifier(f"{page.slug}-code-{count}")
            cells.append(new_code_cell(listing.code.rstrip(), id=name))
    text("\n\n".join(back_matter(book)) or "&nbsp;", "sources")
    made = new_notebook(cells=cells)
    made.metadata["kernelspec"] = {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    }
    made.metadata["language_info"] = {"name": "python"}
    made.metadata["title"] = book.title
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def _sections(page: Page, level: int) -> list[str]:
    """The Markdown of a page without its programs, cut after each chain with its evidence."""
    from dataclasses import replace

    parts = page_parts(replace(page, listings=(), picture=None), level)
    sections: list[list[str]] = [[]]
    for part in parts:
        prose = not part.startswith(("$$", "- ", "> "))
        if prose and sections[-1] and sections[-1][-1].startswith(("$$", "- ", "> ")):
            sections.append([])
        sections[-1].append(part)
    return ["\n\n".join(section) for section in sections if section]


def _identifier(name: str) -> str:
    """A cell's identifier: letters, digits and hyphens, at most 64."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", name)[-64:] or "cell"
