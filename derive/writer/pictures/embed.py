"""A picture in each format. HTML, Typst and notebooks carry it inside; LaTeX and Markdown name a file beside them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from derive.writer.pictures import Picture

if TYPE_CHECKING:
    from derive.writer.book import Book

Inline = Callable[[str], str]

#: kinds of document -> suffix of the picture's file beside them
BESIDE = {"tex": ".pdf", "slides": ".pdf", "md": ".svg"}


def with_pictures(book: Book, pictures: Mapping[str, Picture]) -> Book:
    """The book with a picture on each page whose slug has one, its caption in the book's language."""
    told = {
        slug: replace(picture, caption=book.language(picture.caption))
        for slug, picture in pictures.items()
    }
    pages = tuple(replace(page, picture=told.get(page.slug)) for page in book.pages)
    return replace(book, pages=pages)


def write_files(book: Book, kind: str, folder: Path) -> Iterator[Path]:
    """Write the files that a document of this kind names into its folder."""
    suffix = BESIDE.get(kind)
    for page in book.pages:
        picture = page.picture
        if suffix is None or picture is None or picture.missing:
            continue
        path = folder / (picture.file + suffix)
        path.write_bytes(picture.pdf if suffix == ".pdf" else picture.svg.encode())
        yield path


def data_address(picture: Picture) -> str:
    """The SVG as a `data:` address."""
    return "data:image/svg+xml;base64," + b64encode(picture.svg.encode()).decode("ascii")


def picture_html(picture: Picture, inline: Inline) -> str:
    """A figure with the picture inside, or with its words where it is missing."""
    caption = f"<figcaption>{inline(picture.caption)}</figcaption>"
    if picture.missing:
        words = f"<p>{escape(picture.alt)}</p><p><em>{escape(picture.missing)}</em></p>"
        return f'<figure class="picture missing">{words}{caption}</figure>'
    style = f"width:min(100%,{44 * picture.share:g}rem)"
    image = f'<img src="{data_address(picture)}" style="{style}" alt="{escape(picture.alt, quote=True)}">'
    return f'<figure class="picture">{image}{caption}</figure>'


def picture_tex(picture: Picture, inline: Inline, plain: Inline) -> str:
    r"""The picture from the file beside the document; its words where the file is not there."""
    words = rf"\parbox{{.8\linewidth}}{{\small {plain(picture.alt)}}}"
    if picture.missing:
        shown = words + rf"\\[4pt]\emph{{\small {plain(picture.missing)}}}"
    else:
        file = f"{picture.file}.pdf"
        shown = rf"\IfFileExists{{{file}}}{{\includegraphics[width={picture.share}\linewidth]{{{file}}}}}{{{words}}}"
    caption = rf"\parbox{{.8\linewidth}}{{\centering\small {inline(picture.caption)}}}"
    # one box, so that no page parts the picture from its caption
    body = rf"\begin{{minipage}}{{\linewidth}}\centering {shown}\\[4pt]{caption}\end{{minipage}}"
    return rf"\begin{{center}}{body}\end{{center}}"


def picture_typst(picture: Picture, inline: Inline, string: Inline) -> str:
    """A figure with the SVG in the source."""
    caption = f"#text(size: 9pt)[{inline(picture.caption)}]"
    if picture.missing:
        words = f"#text({string(picture.alt)}) #linebreak() #emph(text({string(picture.missing)}))"
        return (
            f"#align(center, block(width: 80%, breakable: false)[{words} #linebreak() {caption}])"
        )
    width, words = f"{100 * picture.share:g}%", string(picture.alt)
    image = f'#image(bytes({string(picture.svg)}), format: "svg", width: {width}, alt: {words})'
    return f"#align(center, block(breakable: false)[{image} {caption}])"


def picture_markdown(picture: Picture, inline: Inline, inside: bool = False) -> list[str]:
    """Paragraphs: the picture, from its file or `inside` the document, and its caption."""
    if picture.missing:
        return [picture.alt, f"*{picture.missing}*", inline(picture.caption)]
    address = data_address(picture) if inside else f"{picture.file}.svg"
    return [f"![{picture.alt}]({address})", inline(picture.caption)]


def picture_text(picture: Picture, inline: Inline) -> list[str]:
    """Caption and words."""
    return [inline(picture.caption), picture.alt]
