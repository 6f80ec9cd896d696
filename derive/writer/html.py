"""HTML: one file with KaTeX inside, no network address, readable on a phone, in print and in the dark."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from derive.writer.assets import katex_css, katex_js
from derive.writer.book import Book, sentence_case
from derive.writer.checked import how_checked, remarks
from derive.writer.evidence import Mark
from derive.writer.letters import unicode_name
from derive.writer.page import ChainView, DefinitionView, Page, ProseView
from derive.writer.pictures.embed import picture_html
from derive.writer.prose import Run, paragraphs, runs
from derive.writer.spoken_latex import spoken_latex
from derive.writer.templates import html_environment

#: left sides longer than this (em) stand on a line of their own
LONG_LEFT_SIDE = 9.0


def book_html(book: Book) -> str:
    """One derivation, or several with contents, cross-references, sources and index."""
    environment = html_environment()
    environment.filters |= {
        "picture": lambda p: Html(picture_html(p, inline_html)),
        "prose": prose_html,
        "inline": inline_html,
        "kind": block_kind,
    }
    environment.globals |= {
        "math": math_html,
        "mark": mark_html,
        "remarks": remarks,
        "how_checked": how_checked,
    }
    chapters: dict[str, list[Page]] = {}
    for page in book.pages:
        chapters.setdefault(page.chapter, []).append(page)
    return environment.get_template("page.html.j2").render(
        book=book,
        say=book.language,
        title=book.title,
        pages=book.pages,
        chapters=chapters,
        collection=book.collection,
        checked=book.checked,
        sentence_case=sentence_case,
        long_left_side=LONG_LEFT_SIDE,
        katex_css=Html(katex_css()),
        katex_js=Html(katex_js()),
    )


def block_kind(block: ProseView | DefinitionView | ChainView) -> str:
    """`prose`, `definition` or `chain`."""
    kinds = {ProseView: "prose", DefinitionView: "definition", ChainView: "chain"}
    return kinds[type(block)]


class Html(str):
    """Text that is HTML already, which templates do not escape again."""

    def __html__(self) -> str:
        return str(self)


def math_html(latex: str, words: str = "", plain: str = "", display: bool = False) -> Html:
    """A formula: its Unicode as text until KaTeX draws it, its words for screen readers."""
    shown = escape(plain or unicode_name(latex))
    label = escape(words or spoken_latex(latex))
    kind = "m d" if display else "m"
    return Html(
        f'<span class="{kind}" role="math" aria-label="{label}" data-tex="{escape(latex)}">{shown}</span>'
    )


def mark_html(mark: Mark) -> Html:
    """A verdict as a sign of its own form, with words for the pointer and the screen reader."""
    if not mark.kind:
        return Html()
    said = f'title="{escape(mark.sentence)}" aria-label="{mark.word}"'
    return Html(f'<span class="mark {mark.kind}" role="img" {said}>{mark.sign}</span>')


def prose_html(text: str) -> Html:
    """Paragraphs."""
    return Html("\n".join(f"<p>{_runs(part)}</p>" for part in paragraphs(text)))


def inline_html(text: str) -> Html:
    """Prose inside a line."""
    return _runs(runs(text))


def _runs(parts: Sequence[Run]) -> Html:
    tags = {"emph": "em", "strong": "strong", "code": "code"}
    done = ""
    for run in parts:
        if run.kind == "math":
            done += math_html(run.text)
        elif run.kind == "text":
            done += escape(run.text)
        else:
            done += f"<{tags[run.kind]}>{escape(run.text)}</{tags[run.kind]}>"
    return Html(done)
