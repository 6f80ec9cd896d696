r"""Slides as Beamer source: one derivation after another, one more step of its chain on each slide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from derive.writer.book import Book
from derive.writer.latex_page import (
    BABEL,
    environment_with_filters,
    line_width,
    only_letters_of,
)
from derive.writer.page import BlockView, ChainView, DefinitionView, Page, ProseView, StepView

#: lines of a slide; a step with a fraction takes more than one
SLIDE_LINES = 11.5
#: characters of prose in a line
PROSE_LINE = 72


@dataclass(frozen=True, slots=True)
class Slide:
    """One slide: blocks that stand there from the start, then at most one chain, built up step by step.

    `first` is the position of the first step that it shows, for a chain that goes on from the slide before.
    """

    page: Page
    title: str
    blocks: tuple[BlockView, ...]
    chain: ChainView | None = None
    first: int = 0
    last: int = 0
    is_end: bool = True

    @property
    def steps(self) -> tuple[StepView, ...]:
        """The steps that this slide shows."""
        return self.chain.steps[self.first : self.last] if self.chain else ()

    @property
    def overlays(self) -> int:
        """How many pages the slide takes: one for each step and for the box of the result."""
        return max(1, len(self.steps) + self.has_box)

    @property
    def has_box(self) -> bool:
        """Whether the result in its box closes the slide."""
        chain = self.chain
        return bool(chain and self.is_end and chain.boxed and chain.steps)


def slides_of(page: Page) -> list[Slide]:
    """The slides of a derivation: prose and definitions stand with the chain that follows them."""
    made: list[Slide] = []
    waiting: list[BlockView] = []
    room = SLIDE_LINES
    for block in page.blocks:
        if isinstance(block, ChainView):
            made += _of_chain(page, block, waiting, room)
            waiting, room = [], SLIDE_LINES
            continue
        if waiting and room - height(block) < 2:
            made.append(Slide(page, page.title, tuple(waiting)))
            waiting, room = [], SLIDE_LINES
        waiting.append(block)
        room -= height(block)
    if waiting:
        made.append(Slide(page, page.title, tuple(waiting)))
    return made


def _of_chain(
    page: Page, chain: ChainView, before: Sequence[BlockView], room: float
) -> list[Slide]:
    """One slide, or several where the steps do not fit on one."""
    heights = [step_height(step) for step in chain.steps]
    box = 2.2 if chain.boxed else 0.0
    room -= (1.2 if chain.premises else 0.0) + (1.3 if chain.lhs.width > 9 else 0.0)
    if before and heights and heights[0] + (box if len(heights) == 1 else 0) > room:
        return [Slide(page, page.title, tuple(before)), *_of_chain(page, chain, (), SLIDE_LINES)]
    made: list[Slide] = []
    start = 0
    while start < len(heights) or not made:
        stop, left = start, room
        while stop < len(heights) and (stop == start or heights[stop] <= left):
            left -= heights[stop]
            stop += 1
        if stop == len(heights) and box > left and stop - start > 1:
            stop -= 1  # the result stands with its last step
        end = stop == len(heights)
        made.append(Slide(page, page.title, tuple(before), chain, start, stop, end))
        before, room, start = (), SLIDE_LINES, stop
    return made


def height(block: BlockView) -> float:
    """The lines that prose or a definition takes."""
    if isinstance(block, ProseView):
        return 0.4 + len(block.text) / PROSE_LINE + block.text.count("\n\n")
    if isinstance(block, DefinitionView):
        return 0.8 + 1.3 * len(block.rhs.lines)
    return 0.0


def step_height(step: StepView) -> float:
    """The lines that a step takes: those of its formula, or of its reason beside it."""
    tall = r"\frac" in step.rhs.latex or r"\sum" in step.rhs.latex
    formula = len(step.rhs.lines) * (1.75 if tall else 1.25)
    reason = 0.75 * (1 + (len(step.reason) + len(step.rule)) // 34)
    return max(formula, reason) if line_width(step.rhs) < 15 else formula + reason


def book_beamer(book: Book) -> str:
    """The slides of one derivation or of several."""
    text = (
        environment_with_filters()
        .get_template("slides.tex.j2")
        .render(
            book=book,
            say=book.language,
            title=book.title,
            slides=[(page, slides_of(page)) for page in book.pages],
            babel=BABEL.get(book.language.code, ""),
            chinese=book.language.code == "zh",
            wide=15,
        )
    )
    return only_letters_of(book.language, text)
