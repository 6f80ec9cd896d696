"""Pages for the terminal: Unicode formulas in aligned chains, prose in lines of at most 92 columns."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Sequence

from derive.writer.book import Book, Source
from derive.writer.checked import how_checked, remarks
from derive.writer.letters import unicode_name
from derive.writer.page import (
    BlockView,
    ChainView,
    DefinitionView,
    Page,
    ProseView,
    Reference,
    StepView,
)
from derive.writer.pictures.embed import picture_text
from derive.writer.prose import Run, paragraphs, runs

WIDTH = 92
#: formulas longer than this have their reason on the next line
FORMULA = 52


def book_text(book: Book) -> str:
    """One derivation, or several with contents and sources."""
    parts = []
    if book.collection:
        contents = "\n".join(f"  {page.number}. {inline(page.title)}" for page in book.pages)
        parts = [_heading(book.title, "="), _filled(book.lead), contents]
    parts += [_filled(book.apology)] if book.apology else []
    for page in book.pages:
        parts += _page(page)
    parts += _legend(book)
    if book.sources:
        listed = [_filled(_source(source), "  ") for source in book.sources]
        parts.append("\n".join([book.language("Sources") + ":", *listed]))
    return "\n\n".join(parts) + "\n"


def _source(source: Source) -> str:
    places = "; ".join(f"{inline(place)} [{number}]".strip() for number, place in source.places)
    return f"{inline(source.work)}: {places}"


def inline(text: str) -> str:
    """Prose inside a line, mathematics in Unicode."""
    return _runs(runs(text))


def columns(text: str) -> int:
    """The number of columns that a text takes in a terminal: combining accents take none."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def _runs(parts: Sequence[Run]) -> str:
    return "".join(unicode_name(r.text) if r.kind == "math" else r.text for r in parts)


def _filled(text: str, indent: str = "") -> str:
    return textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent)


def _heading(text: str, line: str) -> str:
    return f"{text}\n{line * columns(text)}"


def _page(page: Page) -> list[str]:
    number = f"{page.number}. " if page.number else ""
    parts = [_heading(number + inline(page.title), "─")]
    if page.checked and page.summary.sentence:
        parts.append(page.summary.sentence)
    if page.needs:
        needs = ", ".join(_need(need) for need in page.needs)
        parts.append(_filled(f"{page.language('Read first')}: {needs}"))
    if page.notation:
        parts += [_notation(page), _filled(inline(page.convention))]
    for block in page.blocks:
        parts += _block(block)
    if page.picture:
        parts += [_filled(part) for part in picture_text(page.picture, inline)]
    if basis := how_checked(page):
        parts.append(_filled(f"{page.language('How it was checked')}: {inline(basis)}"))
    if page.source:
        parts.append(_filled(page.language("Source") + ": " + inline(page.source)))
    parts += [_filled(inline(note)) for note in page.notes]
    for listing in page.listings:
        parts.append(
            page.language(listing.title) + "\n\n" + textwrap.indent(listing.code.rstrip(), "    ")
        )
    return parts


def _need(need: Reference) -> str:
    labels = ", ".join(label for _, label in need.results)
    number = f"{need.number}. " if need.number else ""
    return number + inline(need.title) + (f" ({labels})" if need.number and labels else "")


def _notation(page: Page) -> str:
    names = [unicode_name(row.declaration) for row in page.notation]
    width = min(max(columns(name) for name in names), 40)
    lines: list[str] = []
    for name, row in zip(names, page.notation, strict=True):
        if lines and len(lines) == page.first_defined:
            lines.append(f"  {page.language('Defined below')}:")
        words = "; ".join(inline(part) for part in (row.properties, row.meaning) if part)
        words += f" ({page.language('assumed')})" if row.assumed else ""
        gap = " " * max(0, width - columns(name))
        lines.append(f"  {name}{gap}   {words}".rstrip())
    return "\n".join(lines)


def _block(block: BlockView) -> list[str]:
    if isinstance(block, ProseView):
        return [_filled(_runs(p)) for p in paragraphs(block.text)]
    if isinstance(block, DefinitionView):
        return ["\n".join(_wrapped(f"    {block.lhs.text} = {block.rhs.text}", 8))]
    return [_chain(block)]


def _chain(chain: ChainView) -> str:
    lines = []
    if chain.premises:
        lines.append(chain.condition + " " + ", ".join(p.text for p in chain.premises) + ":")
    left, pad = chain.lhs.text, columns(chain.lhs.text)
    if pad > FORMULA // 2:
        lines += _wrapped(f"    {left}", 6)
        left, pad = "", 2
    rows = [f"{step.sign_text} {step.rhs.text}" for step in chain.steps]
    width = max((columns(r) for r in rows if columns(r) <= FORMULA - pad), default=0)
    for position, (step, row) in enumerate(zip(chain.steps, rows, strict=True)):
        shown = left if position == 0 else ""
        front = f"    {shown}{' ' * (pad - columns(shown))} {row}"
        note = f"({step.label})" + (f" {step.mark.sign}" if step.mark.kind else "")
        reason = _reason(step)
        if columns(row) <= width:
            lines += _beside(front + " " * (width - columns(row)), note, reason)
        else:
            lines += _wrapped(f"{front}  {note}", pad + 8)
            lines += [_filled(reason, " " * (pad + 8))] if reason else []
    if chain.boxed and len(chain.steps) > 1:
        lines += ["", *_box(f"{chain.lhs.text} {chain.sign_text} {chain.steps[-1].rhs.text}")]
    for number, mark, sentence in remarks(chain):
        lines.append(_filled(f"{mark.sign} {number} {inline(sentence)}", "    "))
        lines += [_filled(inline(detail), "        ") for detail in mark.details]
    return "\n".join(lines)


def _wrapped(formula: str, indent: int) -> list[str]:
    """A formula that is longer than a line, broken at spaces outside inner brackets."""
    if columns(formula) <= WIDTH:
        return [formula]
    start = len(formula) - len(formula.lstrip())
    depth, kept = 0, ""
    for character in formula.lstrip():
        depth += (character in "([{") - (character in ")]}")
        kept += "\ue000" if character == " " and depth > 1 else character
    lines = textwrap.wrap(
        kept,
        WIDTH,
        initial_indent=" " * start,
        subsequent_indent=" " * indent,
        break_long_words=False,
    )
    return [line.replace("\ue000", " ") for line in lines]


def _beside(front: str, note: str, reason: str) -> list[str]:
    """The formula with its number, and its reason in a column of its own."""
    start = f"{front}   {note:<6} "
    room = max(24, WIDTH - columns(start))
    first, *more = textwrap.wrap(reason, room) or [""]
    return [(start + first).rstrip(), *(" " * columns(start) + line for line in more)]


def _reason(step: StepView) -> str:
    rule = ""
    if step.rule:
        rule = f"{step.mark.language('rule')}: {step.rule}" + (" ✓" if step.mark.explained else "")
    return "; ".join(part for part in (inline(step.why), rule) if part)


def _box(text: str) -> list[str]:
    line = "─" * (columns(text) + 2)
    return [f"    ┌{line}┐", f"    │ {text} │", f"    └{line}┘"]


def _legend(book: Book) -> list[str]:
    listed = [f"{sign} {word}: {meaning}" for _, sign, word, meaning in book.legend]
    return [_filled(f"{'; '.join(listed)}. {book.rule_mark}".strip())] if listed else []
