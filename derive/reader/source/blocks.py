"""What a document consists of, in reading order."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from derive.errors import ReadError
from derive.reader.source.groups import check
from derive.reader.source.macros import Macros
from derive.reader.source.places import Source, Span
from derive.reader.source.scanner import Kind, Token, refine

FORMULA_TOKENS = 100_000
"""Tokens in one formula; a longer one is refused as a whole."""

WARNINGS = 1000
"""Warnings that are kept; a text with more is not a document."""


@dataclass(frozen=True)
class Text:
    """A run of words, white space collapsed; `span` covers it in the author's text."""

    text: str
    span: Span


@dataclass(frozen=True)
class Inline:
    """A formula in a line of prose: fine tokens, macros expanded. With an `error` the tokens are not balanced."""

    tokens: tuple[Token, ...]
    span: Span
    error: ReadError | None = None


@dataclass(frozen=True)
class Prose:
    """Words and inline formulas between two breaks, displays or headings."""

    pieces: tuple[Text | Inline, ...]
    span: Span
    source: Source

    def numbered(self, around: str = " ") -> tuple[str, list[tuple[Token, ...]]]:
        """The words with `@0@`, `@1@` ... for the formulas, white space collapsed, and the tokens of the formulas.

        `around`: what stands on either side of such a mark.
        """
        formulas: list[tuple[Token, ...]] = []
        text = ""
        for piece in self.pieces:
            if isinstance(piece, Inline):
                text += f"{around}@{len(formulas)}@{around}"
                formulas.append(piece.tokens)
            else:
                text += piece.text
        return re.sub(r"\s+", " ", text), formulas


@dataclass(frozen=True)
class Row(Prose):
    """A row of a table: prose in `cells`. A row whose first cell is empty goes on with the one before."""

    cells: tuple[tuple[Text | Inline, ...], ...] = ()


@dataclass(frozen=True)
class Display:
    r"""A displayed formula: what stands between its delimiters, as fine tokens with macros expanded.

    `environment` is "$$", "\[" or the name of the environment (`align*`). With an `error` (unbalanced, too long, a
    macro that cannot be expanded) the tokens are what could be saved.
    """

    tokens: tuple[Token, ...]
    environment: str
    span: Span
    source: Source
    error: ReadError | None = None


@dataclass(frozen=True)
class Heading:
    """A section title; level 1 is the highest that the format has."""

    text: str
    level: int
    span: Span
    source: Source


@dataclass(frozen=True)
class ParagraphBreak:
    """A blank line, a list item, the begin or end of a theorem: what was supposed before does not reach beyond it."""

    span: Span
    source: Source


@dataclass(frozen=True)
class Directive:
    """The text after `% derive:` (in Markdown also `<!-- derive: ... -->`)."""

    text: str
    span: Span
    source: Source


Rewriting = Callable[[tuple[Token, ...]], Iterable[Token]]
Block = Prose | Display | Heading | ParagraphBreak | Directive


@dataclass(frozen=True)
class Document:
    """A document as it was read; `warnings` are places that were passed over (missing files, stray delimiters)."""

    source: Source
    blocks: tuple[Block, ...]
    macros: Macros
    warnings: tuple[ReadError, ...] = ()

    @property
    def displays(self) -> tuple[Display, ...]:
        return tuple(block for block in self.blocks if isinstance(block, Display))

    def formulas(self) -> Iterator[tuple[Token, ...]]:
        """The tokens of every display and inline formula, in reading order."""
        for block in self.blocks:
            if isinstance(block, Display):
                yield block.tokens
            elif isinstance(block, Prose):
                yield from (piece.tokens for piece in block.pieces if isinstance(piece, Inline))

    def rewritten(self, displayed: Rewriting, inline: Rewriting | None = None) -> Document:
        """The document with other tokens in its formulas; those in a line as the displays where `inline` is None."""
        inline = inline or displayed
        blocks: list[Block] = []
        for block in self.blocks:
            if isinstance(block, Display):
                block = replace(block, tokens=tuple(displayed(block.tokens)))
            elif isinstance(block, Prose):
                pieces = tuple(
                    replace(piece, tokens=tuple(inline(piece.tokens)))
                    if isinstance(piece, Inline)
                    else piece
                    for piece in block.pieces
                )
                block = replace(block, pieces=pieces)
            blocks.append(block)
        return replace(self, blocks=tuple(blocks))

    @property
    def errors(self) -> tuple[ReadError, ...]:
        """The errors of all displays and inline formulas, in reading order."""
        found: list[ReadError] = []
        for block in self.blocks:
            parts = block.pieces if isinstance(block, Prose) else (block,)
            found.extend(e for part in parts if (e := getattr(part, "error", None)) is not None)
        return tuple(found)


_DIRECTIVE = re.compile(r"%+[ \t]*derive[ \t]*:[ \t]*(.*)")


def directive(token: Token, source: Source) -> Directive | None:
    """The directive in a comment, if it is one."""
    match = _DIRECTIVE.match(token.text) if token.kind is Kind.COMMENT else None
    return Directive(match[1].strip(), token.span, source) if match else None


def formula(
    tokens: Sequence[Token], source: Source, span: Span
) -> tuple[tuple[Token, ...], ReadError | None]:
    """Fine tokens of a formula and what is wrong with them; over-long ones keep no tokens."""
    if span.end - span.start > 20 * FORMULA_TOKENS or len(tokens) > FORMULA_TOKENS:
        return (), source.error(
            f"formula of {span.end - span.start} characters is too long", span.start
        )
    fine = refine(tokens)
    if len(fine) > FORMULA_TOKENS:
        return (), source.error(
            f"formula of {len(fine)} tokens exceeds the limit of {FORMULA_TOKENS}", span.start
        )
    fine = [token for token in fine if not token.is_word(r"\ensuremath")]
    try:
        check(fine, source)
    except ReadError as error:
        return tuple(fine), error
    return tuple(fine), None


@dataclass
class BlockBuilder:
    """Collects blocks; text and inline formulas pile up until something else flushes them into a Prose."""

    source: Source
    blocks: list[Block] = field(default_factory=list)
    warnings: list[ReadError] = field(default_factory=list)
    _pieces: list[Text | Inline] = field(default_factory=list)
    _words: list[str] = field(default_factory=list)
    _start: int = 0
    _end: int = 0
    _tables: int = 0
    _bars: list[int] = field(default_factory=list)

    @property
    def in_table(self) -> bool:
        """Whether what comes belongs to a table."""
        return self._tables > 0

    def table(self, opens: bool) -> None:
        """A table starts or ends here."""
        self.flush()
        self._tables = max(self._tables + (1 if opens else -1), 0)

    def cell(self) -> None:
        """A bar between two cells."""
        self._close_text()
        self._bars.append(len(self._pieces))

    def text(self, words: str, start: int, end: int) -> None:
        if not self._words:
            self._start = start
        self._words.append(words)
        self._end = max(end, self._start)

    def inline(self, tokens: Sequence[Token], span: Span, error: ReadError | None = None) -> None:
        self._close_text()
        fine, found = formula(tokens, self.source, span)
        self._pieces.append(Inline(fine, span, error or found))

    def add(self, block: Block) -> None:
        """A block that ends the prose before it; of several breaks in a row one is kept."""
        self.flush()
        again = (
            isinstance(block, ParagraphBreak)
            and self.blocks
            and isinstance(self.blocks[-1], ParagraphBreak)
        )
        if not again:
            self.blocks.append(block)

    def display(
        self, tokens: Sequence[Token], name: str, span: Span, error: ReadError | None = None
    ) -> None:
        for token in tokens:
            if token.kind is Kind.COMMENT and (found := directive(token, self.source)):
                self.aside(found)
        fine, unbalanced = formula(tokens, self.source, span)
        self.add(Display(fine, name, span, self.source, error or unbalanced))

    def aside(self, block: Directive) -> None:
        """A directive goes before the prose in which it stands, so that no sentence is cut in two."""
        self.blocks.append(block)

    def warn(self, message: str, offset: int) -> None:
        if len(self.warnings) < WARNINGS:
            self.warnings.append(self.source.error(message, offset))

    def flush(self) -> None:
        self._close_text()
        if self._pieces:
            span = self._pieces[0].span | self._pieces[-1].span
            prose = Prose(tuple(self._pieces), span, self.source)
            self._pieces = []
            self.blocks.append(self._row(prose) if self.in_table else prose)
        self._bars = []

    def _row(self, prose: Prose) -> Row:
        """The cells of a row, after those of the row that it goes on with."""
        edges = [0, *self._bars, len(prose.pieces)]
        cells = tuple(prose.pieces[a:b] for a, b in itertools.pairwise(edges))
        last = self.blocks[-1] if self.blocks else None
        if not cells[0] and isinstance(last, Row):
            self.blocks.pop()
            pieces = (*last.pieces, *prose.pieces)
            return Row(pieces, last.span | prose.span, self.source, (*last.cells, *cells[1:]))
        return Row(prose.pieces, prose.span, self.source, cells)

    def _close_text(self) -> None:
        words = re.sub(r"\s+", " ", "".join(self._words))
        self._words = []
        if words.strip():
            self._pieces.append(Text(words, Span(self._start, self._end)))
