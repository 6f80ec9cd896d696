"""One page or a collection in any format."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

from derive.checker.verdicts import FileReport, Report
from derive.derivation import Derivation
from derive.errors import UsageError
from derive.writer.book import Book, bound, single
from derive.writer.languages import language as language_of
from derive.writer.page import Listing, Setting, page_of, reference_to
from derive.writer.pictures import Picture
from derive.writer.pictures.embed import with_pictures

#: format -> module and its function of a book; modules are loaded on first use
FORMATS: dict[str, tuple[str, str]] = {
    "html": ("derive.writer.html", "book_html"),
    "tex": ("derive.writer.latex_page", "book_tex"),
    "latex": ("derive.writer.latex_page", "book_tex"),
    "md": ("derive.writer.markdown", "book_markdown"),
    "text": ("derive.writer.text_page", "book_text"),
    "json": ("derive.writer.json_page", "book_json"),
    "speech": ("derive.writer.speech_page", "book_speech"),
    "ipynb": ("derive.writer.notebook", "book_notebook"),
    "typ": ("derive.writer.typst_page", "book_typst"),
    "slides": ("derive.writer.beamer", "book_beamer"),
    "slides-typ": ("derive.writer.typst_slides", "book_slides"),
}


def write(
    derivation: Derivation,
    report: FileReport | Report | None = None,
    *,
    to: str = "html",
    language: str = "en",
    listings: Sequence[Listing] = (),
    picture: Picture | None = None,
) -> str:
    """A page of a derivation in a format of `FORMATS`; a report gives the verdicts, listings the programs."""
    setting = Setting(listings=tuple(listings), language=language_of(language))
    book = single(page_of(derivation, report, setting))
    return _writer(to)(with_pictures(book, {derivation.slug: picture}) if picture else book)


def write_collection(
    derivations: Sequence[Derivation],
    reports: Sequence[FileReport | None] | None = None,
    *,
    to: str = "html",
    title: str = "Derivations",
    language: str = "en",
    listings: Mapping[str, Sequence[Listing]] | None = None,
) -> str:
    """Several derivations as one document with contents, cross-references, sources and index; one report for each, or
    none. `listings` are programs by slug."""
    return _writer(to)(collected(derivations, reports, title, language, listings))


def collected(
    derivations: Sequence[Derivation],
    reports: Sequence[FileReport | None] | None,
    title: str,
    language: str = "en",
    listings: Mapping[str, Sequence[Listing]] | None = None,
) -> Book:
    """The book of several derivations; each is a section, numbered from 1."""
    if reports and len(reports) != len(derivations):
        raise UsageError(f"{len(derivations)} derivations, but {len(reports)} reports")
    listed = list(reports) if reports else [None] * len(derivations)
    tongue = language_of(language)
    known = {d.slug: reference_to(d, k) for k, d in enumerate(derivations, 1)}
    pages = []
    for number, (derivation, report) in enumerate(zip(derivations, listed, strict=True), 1):
        programs = tuple((listings or {}).get(derivation.slug, ()))
        pages.append(page_of(derivation, report, Setting(known, number, programs, tongue)))
    return bound(derivations, pages, title, tongue)


def render(book: Book, to: str) -> str:
    """A book in a format of `FORMATS`."""
    return _writer(to)(book)


def render_pdf(book: Book, slides: bool = False) -> tuple[bytes, str]:
    """The PDF of a book or of its slides, and by what it was made: typst, or TeX where typst is missing.

    `UsageError` with the command that installs typst when neither is there, and for Chinese without a font.
    """
    from derive.writer import tex_pdf, typst_pdf

    chinese = book.language.code == "zh"
    if not typst_pdf.available() and tex_pdf.available(chinese):
        drawn = [page.picture for page in book.pages if page.picture and page.picture.pdf]
        files = {f"{picture.file}.pdf": picture.pdf for picture in drawn}
        engine = "xelatex" if chinese else "pdflatex"
        return tex_pdf.pdf(render(book, "slides" if slides else "tex"), 3, files, engine), engine
    source = render(book, "slides-typ" if slides else "typ")
    return typst_pdf.pdf(source, chinese), "typst"


def _writer(to: str) -> Callable[[Book], str]:
    if to not in FORMATS:
        raise UsageError(f"unknown format {to!r}; known formats: {', '.join(FORMATS)}")
    module, name = FORMATS[to]
    function: Callable[[Book], str] = getattr(import_module(module), name)
    return function
