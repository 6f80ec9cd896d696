"""Derivations to be read aloud: every formula and step in words, one sentence a line, without any markup."""

from __future__ import annotations

import re

from derive.writer.book import Book, sentence_case
from derive.writer.checked import how_checked
from derive.writer.evidence import Mark
from derive.writer.page import BlockView, ChainView, DefinitionView, Page, ProseView
from derive.writer.prose import Run, runs
from derive.writer.spoken_latex import spoken_latex


def book_speech(book: Book) -> str:
    """One derivation, or several one after the other."""
    parts = [f"{book.title}. {book.lead}"] if book.collection else []
    for page in book.pages:
        parts += _page(page)
    return "\n\n".join(parts) + "\n"


def said(text: str) -> str:
    """Prose with its mathematics in words."""
    words = " ".join("".join(_run(run) for run in runs(text)).split())
    return re.sub(r" (?=[.,;:!?)-])", "", words)


def _run(run: Run) -> str:
    return f" {spoken_latex(run.text)} " if run.kind == "math" else run.text


def _page(page: Page) -> list[str]:
    number = f"Section {page.number}. " if page.number else ""
    parts = [f"{number}{said(page.title)}."]
    if page.needs:
        parts.append("Read first: " + ", ".join(said(need.title) for need in page.needs) + ".")
    lines = []
    for row in page.notation:
        words = ", ".join(said(part) for part in (row.properties, row.meaning) if part)
        assumed = ", assumed" if row.assumed else ""
        head = "Defined below" if row.defined else "Given"
        lines.append(f"{head} {spoken_latex(row.declaration)}: {words}{assumed}.")
    parts += ["\n".join(lines)] if lines else []
    parts += [said(page.convention)] if page.notation else []
    parts += ["\n".join(_block(block)) for block in page.blocks]
    if basis := how_checked(page):
        parts.append(f"How it was checked: {said(basis)}")
    if page.source:
        parts.append(f"Source: {said(page.source)}.")
    return parts + [said(note) for note in page.notes]


def _block(block: BlockView) -> list[str]:
    if isinstance(block, ProseView):
        return [said(block.text)]
    if isinstance(block, DefinitionView):
        return [f"Let {block.lhs.spoken} be {block.rhs.spoken}."]
    return _chain(block)


def _chain(chain: ChainView) -> list[str]:
    lines = []
    if chain.premises:
        listed = ", and ".join(premise.spoken for premise in chain.premises)
        lines.append(f"{chain.condition} {listed}:")
    for step in chain.steps:
        reason = said(step.why)
        if step.rule:
            reason = f"{reason}, by the rule {step.rule}" if reason else f"by the rule {step.rule}"
        verdict = f" {sentence_case(_verdict(step.mark))}." if step.mark.kind else ""
        why = f" Reason: {reason}." if reason else ""
        lines.append(f"Step {step.label}: {step.spoken}.{why}{verdict}")
        lines += [f"{sentence_case(said(detail))}." for detail in step.mark.details]
    if chain.boxed and len(chain.steps) > 1:
        lines.append(f"Result: {chain.result_spoken}.")
    return lines


def _verdict(mark: Mark) -> str:
    """`holds`, with more words where they matter at once."""
    plain = mark.kind == "holds" and not (mark.details or mark.restriction)
    return mark.word if plain else mark.sentence
