"""Slides as Typst source, for PDF without TeX: the slides of `derive.writer.beamer`, one page for each step."""

from __future__ import annotations

from derive.writer.beamer import slides_of
from derive.writer.book import Book
from derive.writer.page import StepView
from derive.writer.text_page import inline
from derive.writer.typst_page import (
    boxed_typst,
    cell_typst,
    environment_with_filters,
    fonts_of,
    number_typst,
    reason_typst,
    right_typst,
)


def book_slides(book: Book) -> str:
    """The slides of one derivation or of several."""
    environment = environment_with_filters()
    environment.filters = environment.filters | {"boxed": boxed_typst}
    return environment.get_template("slides.typ.j2").render(
        book=book,
        say=book.language,
        title=book.title,
        plain_title=inline(book.title),
        slides=[(page, slides_of(page)) for page in book.pages],
        fonts=fonts_of(book),
        cell=cell_typst,
        right=step_typst,
        reason=reason_typst,
        number=number_typst,
    )


def step_typst(step: StepView) -> str:
    """Sign and right side in one line; the slide sets it smaller where it is too wide."""
    return right_typst(step.sign, step.rhs.latex, step.spoken)
