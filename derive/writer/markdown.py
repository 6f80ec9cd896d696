"""Markdown that GitHub, MyST and Quarto read: `$`, `$$` with `aligned`, tables, and anchors that stay."""

from __future__ import annotations

import re
from collections.abc import Sequence

from derive.writer.book import Book, Entry, Source
from derive.writer.checked import how_checked, remarks
from derive.writer.markdown_math import safe
from derive.writer.page import (
    BlockView,
    ChainView,
    DefinitionView,
    Page,
    ProseView,
    Reference,
)
from derive.writer.pictures.embed import picture_markdown
from derive.writer.prose import Run, paragraphs, runs

_BAR = r"\vert "
_WRAP = {"emph": "*{}*", "strong": "**{}**", "code": "`{}`"}


def book_markdown(book: Book) -> str:
    """One derivation, or several with contents, notation, sources and index."""
    parts = front_matter(book) if book.collection else []
    if book.apology and not book.collection:
        parts.append(f"*{escaped(book.apology)}*")
    for page in book.pages:
        parts += page_parts(page, 2 if book.collection else 1)
    return "\n\n".join([*parts, *back_matter(book)]) + "\n"


def front_matter(book: Book) -> list[str]:
    """Title, contents and notation of a collection."""
    say = book.language
    contents = [f"{page.number}. [{inline(page.title)}](#{page.slug})" for page in book.pages]
    parts = [f"# {escaped(book.title)}", escaped(book.lead)]
    parts += [f"*{escaped(book.apology)}*"] if book.apology else []
    parts.append("\n".join(contents))
    if book.notation:
        rows = [
            f"| {_math(shown, table=True)} | {inline(words)} |" for shown, words in book.notation
        ]
        head = [f"| {say('Notation')} | {say('Meaning')} |", "|---|---|"]
        parts.append("\n".join([*head, *rows]))
    return parts


def back_matter(book: Book) -> list[str]:
    """Legend, sources and index."""
    say, parts = book.language, []
    listed = [f"{sign} {word}: {meaning}" for _, sign, word, meaning in book.legend]
    parts += [escaped(f"{'; '.join(listed)}. {book.rule_mark}".strip())] if listed else []
    if book.sources:
        parts.append(f"## {say('Sources')}")
        parts.append("\n".join("- " + _source(source, book) for source in book.sources))
    if book.index:
        parts.append(f"## {say('Index')}")
        parts.append("\n".join("- " + _entry(entry) for entry in book.index))
    return parts


def _source(source: Source, book: Book) -> str:
    places = [
        f"{inline(place)} [\\[{number}\\]](#{book.pages[number - 1].slug})".strip()
        for number, place in source.places
    ]
    return f"{inline(source.work)}: {'; '.join(places)}"


def _entry(entry: Entry) -> str:
    term = f"*{escaped(entry.term)}*" if entry.is_rule else escaped(entry.term)
    translation = f" ({escaped(entry.translation)})" if entry.translation else ""
    places = [
        f"[{label}](#{slug}{f'-step-{step}' if step else ''})" for label, slug, step in entry.places
    ]
    return f"{term}{translation}: {', '.join(places)}"


def escaped(text: str) -> str:
    """Plain text in which no character is markup."""
    return re.sub(r"([\\*_`<>\[\]#|$])", r"\\\1", text)


def inline(text: str) -> str:
    """Prose inside a line."""
    return _runs(runs(text))


def _runs(parts: Sequence[Run]) -> str:
    return "".join(
        _math(run.text)
        if run.kind == "math"
        else escaped(run.text)
        if run.kind == "text"
        else _WRAP[run.kind].format(run.text)
        for run in parts
    )


def _math(latex: str, table: bool = False) -> str:
    """Mathematics inside a line; in a table without bars."""
    shown = safe(latex)
    return f"${shown.replace('|', _BAR) if table else shown}$"


def page_parts(page: Page, level: int) -> list[str]:
    """The blocks of one derivation."""
    parts = [f'<a id="{page.slug}"></a>'] if page.slug else []
    number = f"{page.number} " if page.number else ""
    parts.append("#" * level + " " + number + inline(page.title))
    if page.checked and page.summary.sentence:
        parts.append(f"*{page.summary.sentence}*")
    if page.needs:
        links = ", ".join(_need(need) for need in page.needs)
        parts.append(f"{page.language('Read first')}: {links}.")
    if page.notation:
        parts += [_notation(page), inline(page.convention)]
    for block in page.blocks:
        parts += _block(block, page)
    if page.picture:
        parts += picture_markdown(page.picture, inline)
    for listing in page.listings:
        parts += [
            f"**{escaped(page.language(listing.title))}**",
            f"```python\n{listing.code.rstrip()}\n```",
        ]
    if basis := how_checked(page):
        parts.append(f"**{escaped(page.language('How it was checked'))}.** {inline(basis)}")
    if page.source:
        parts.append(page.language("Source") + ": " + inline(page.source))
    return parts + [inline(note) for note in page.notes]


def _need(need: Reference) -> str:
    if not need.here:
        return f"`{need.slug}`"
    labels = ", ".join(f"[{label}](#{need.slug}-step-{step})" for step, label in need.results)
    number = f"{need.number} " if need.number else ""
    return f"[{number}{inline(need.title)}](#{need.slug})" + (f" ({labels})" if labels else "")


def _notation(page: Page) -> str:
    say = page.language
    heads = " | ".join(say(word) for word in ("Given", "Properties", "Meaning"))
    rows = [f"| {heads} |", "|---|---|---|"]
    for position, row in enumerate(page.notation):
        if position and position == page.first_defined:
            rows.append(f"| *{say('Defined below')}* | | |")
        properties = inline(row.properties).replace("|", _BAR)
        meaning = inline(row.meaning) + (f" *({say('assumed')})*" if row.assumed else "")
        rows.append(f"| {_math(row.declaration, table=True)} | {properties} | {meaning} |")
    return "\n".join(rows)


def _block(block: BlockView, page: Page) -> list[str]:
    if isinstance(block, ProseView):
        return [_runs(p) for p in paragraphs(block.text)]
    if isinstance(block, DefinitionView):
        return [_display([f"{block.lhs.latex} = {block.rhs.latex}"])]
    return _chain(block, page)


def _display(rows: Sequence[str]) -> str:
    return "\n".join(["$$", *map(safe, rows), "$$"])


def _chain(chain: ChainView, page: Page) -> list[str]:
    parts = []
    if chain.premises:
        listed = ", ".join(_math(premise.latex) for premise in chain.premises)
        parts.append(f"{chain.condition} {listed}:")
    rows, left = [], chain.lhs.latex
    for step in chain.steps:
        first, *more = step.rhs.lines
        rows.append(rf"{left} &{step.sign} {first} && \text{{({step.label})}}".strip())
        rows += [rf"&\quad {line}" for line in more]
        left = ""
    body = [row + r" \\" for row in rows[:-1]] + rows[-1:]
    parts.append(_display([r"\begin{aligned}", *body, r"\end{aligned}"]))
    parts.append("\n".join(_steps(chain, page)))
    if chain.boxed and chain.steps:
        last = chain.steps[-1]
        parts.append(_display([rf"\boxed{{{chain.lhs.latex} {chain.sign} {last.rhs.latex}}}"]))
    told = _remarks(chain)
    return [*parts, "\n".join(told)] if told else parts


def _steps(chain: ChainView, page: Page) -> list[str]:
    lines = []
    for step in chain.steps:
        reason = inline(step.why)
        if step.rule:
            rule = f"*{page.language('rule')}: {escaped(step.rule)}*" + (
                " ✓" if step.mark.explained else ""
            )
            reason = f"{reason}; {rule}" if reason else rule
        mark = f" {step.mark.sign} {step.mark.word}" if step.mark.kind else ""
        anchor = f'<a id="{page.slug}-step-{step.number}"></a>' if page.slug else ""
        lines.append(f"- {anchor}({step.label}){mark}" + (f": {reason}" if reason else ""))
    return lines


def _remarks(chain: ChainView) -> list[str]:
    lines = []
    for number, mark, sentence in remarks(chain):
        lines.append(f"> {mark.sign} {number} {inline(sentence)}  ")
        lines += [f"> {inline(detail)}  " for detail in mark.details]
    return lines
