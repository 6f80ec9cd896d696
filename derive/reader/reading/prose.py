"""Sentences take effect: declarations, premises, definitions that wait for what they speak of."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cached_property

from derive.derivation import Place, Prose
from derive.errors import InternalError, ReadError
from derive.expr.nodes import Add, Neg, Symbol
from derive.expr.walk import free_symbols
from derive.reader.declarations.clauses import relation_at
from derive.reader.declarations.definition_heads import head_of
from derive.reader.declarations.independent import independent
from derive.reader.declarations.moment_equations import stated_moments
from derive.reader.declarations.moments import declare_spoken, spoken, takes_expectations
from derive.reader.declarations.phrases import closing_cases
from derive.reader.declarations.prose_said import Stated
from derive.reader.declarations.questions import tokens_in
from derive.reader.declarations.wording import explains, several, solves
from derive.reader.grammar.table import Name
from derive.reader.reading.equations import ReadingEquations
from derive.reader.reading.heads import Left, left_of
from derive.reader.reading.order import by_use
from derive.reader.reading.state import REFUSED
from derive.reader.reading.survey import formulas_of, varied_letters
from derive.reader.reading.unread import (
    bounded_letters,
    lone_name,
    related_letters,
    state_of,
    token_letters,
)
from derive.reader.reading.upstream import TRANSPOSES, names_in
from derive.reader.source.blocks import Display, ParagraphBreak, Text
from derive.reader.source.blocks import Prose as RawProse
from derive.reader.source.groups import tree
from derive.reader.source.scanner import Token

_REMARK = re.compile(r"(?:\s|<[^<>]*>)*\(([\w.]+)\)")


def _same(name: Name, written: Name) -> bool:
    """Whether a written name is the one at hand or one of its members."""
    own = (name.base, name.accents) == (written.base, written.accents)
    bare = not (name.sub or name.sup)
    return own and (bare or (name.sub, name.sup) == (written.sub, written.sup))


_OTHER_CASE = re.compile(r"[\s,;]*(?:(?:and|or|but|while)\s+)?(?:if|when|for)\b", re.IGNORECASE)


class ReadingProse(ReadingEquations):
    """The part of a pass that takes in sentences."""

    def _prose(self, number: int, block: RawProse) -> None:
        words = "".join(
            piece.text
            if isinstance(piece, Text)
            else f"${block.source.slice(piece.span).strip('$')}$"
            for piece in block.pieces
        )
        place = block.source.place(block.span.start)
        self.result.blocks.append(
            Prose(words.strip(), Place(block.source.path, place.line, place.column))
        )
        self.lead = words if self.fresh else f"{self.lead} {words}"
        self.fresh = False
        goes_on = words.lstrip(" \n,;")[:1].islower() and not _OTHER_CASE.match(words)
        if not goes_on and not self._is_remark(number, words):
            self.unruled = []
            self.cases = []  # a sentence that goes on after a display keeps its condition
        for formula in closing_cases(block):
            with suppress(*REFUSED):
                self.cases.append((tree(list(formula.tokens), block.source), block.source))
        self.in_prose = True
        self.overlooked.spectra.update(dict.fromkeys(sorted(bounded_letters(words))))
        if self.partial:
            for letter in sorted(related_letters(words)):
                self.overlooked.related.setdefault(letter, self.number)
        self._functions_first(number)
        self._random(block)
        for stated in by_use(self._reader, self.stated.get(number, ())):
            if id(stated) in self.early:
                continue
            try:
                self._noted(stated)
            except REFUSED as error:
                self.deferred.append(stated)
                self.result.faults += getattr(error, "ill_typed", True)
                self._note_refused(error)
            except Exception as error:  # a fault of the reader costs this formula only
                fault = InternalError(f"{type(error).__name__} while reading: {error}")
                self.result.notes[str(fault)] = None
        if solves(words):
            self.conditions.settle(several(words))

    def _is_remark(self, number: int, words: str) -> bool:
        """Whether a paragraph is about a numbered line of the display before it: `(5) gradient of a squared norm`."""
        label = _REMARK.match(words)
        before = (b for b in reversed(self.document.blocks[:number]) if isinstance(b, Display))
        shown = next(before, None)
        if label is None or shown is None:
            return False
        written = shown.source.slice(shown.span)
        return re.search(rf"\\(?:tag|text)\{{\(?{re.escape(label[1])}\)?\}}", written) is not None

    @cached_property
    def _expects(self) -> bool:
        return takes_expectations(self.document)

    def _random(self, block: RawProse) -> None:
        """Quantities that words call random have their laws from here on."""
        if not self._expects:
            return
        for said in (*stated_moments(block), *independent(block), *spoken(block)):
            with suppress(*REFUSED):
                nodes = tree(list(said.subject), block.source)
                declare_spoken(self._reader(block.source), said, nodes)

    def _functions_first(self, number: int) -> None:
        """`$a = f(z)$ where $f(z) = e^{-z}$`: a function of nothing but its parameters is known from the start."""
        for stated in self.stated.get(number, ()):
            nodes = stated.clause.nodes
            cut = next(
                (i for i, n in enumerate(nodes) if isinstance(n, Token) and n.text == "="), 0
            )
            head = head_of(self._reader(stated.mention.source), nodes[:cut]) if cut else None
            if head is None or not head.parameters or not stated.defines:
                continue
            own = {n for part in head.parameters for n in names_in(part)}
            if all(n in own or n.base in ("e", r"\pi") for n in names_in(nodes[cut + 1 :])):
                with suppress(*REFUSED):
                    self._carry_out(stated)
                    self.early.add(id(stated))

    def _noted(self, stated: Stated) -> None:
        """Carry out what a sentence says; in a section of a long document, remember what had no effect."""
        if not self.partial:
            self._carry_out(stated)
            if self._is_decomposition(stated) and not self._solved(stated):
                tokens = (t for node in stated.clause.nodes for t in tokens_in(node))
                self.overlooked.letters.append((token_letters(tokens), self.number))
            return
        before = state_of(self.table)
        try:
            self._carry_out(stated)
        finally:
            if state_of(self.table) == before:
                name = lone_name(stated.clause.nodes) if stated.defines else None
                if name is not None:
                    self.overlooked.names[name.latex] = self.number
                else:
                    tokens = (t for node in stated.clause.nodes for t in tokens_in(node))
                    self.overlooked.letters.append((token_letters(tokens), self.number))

    def _solved(self, stated: Stated) -> bool:
        """Define a matrix that is a term of the other side: `L L^\\top = K + I` gives K by L, whatever L is."""
        nodes = stated.clause.nodes
        cut = relation_at(nodes) or 0
        reader = self._reader(stated.mention.source)
        before = self.table.sizes.snapshot()
        try:
            product, whole = (
                reader.whole(nodes[:cut]).build(),
                reader.whole(nodes[cut + 1 :]).build(),
            )
        except REFUSED:
            self.table.sizes.restore(before)
            return False
        terms = whole.terms if isinstance(whole, Add) else ()
        for position, term in enumerate(terms):
            entry = next(
                (e for e in self.table.variables() if e.latex == getattr(term, "name", "")), None
            )
            others = [t for i, t in enumerate(terms) if i != position]
            if not isinstance(term, Symbol) or entry is None or term.definition is not None:
                continue
            if any(term in free_symbols(part) for part in (product, *others)):
                continue
            entry.definition = Add((product, *(Neg(other) for other in others)))
            entry.facts.clear()
            self._carry_over(term, self.table.symbol(entry))
            return True
        return False

    def _is_decomposition(self, stated: Stated) -> bool:
        """Whether a matrix that is no name is said to be a product: `L L^\\top = K + \\sigma^2 I`."""
        nodes = stated.clause.nodes
        cut = relation_at(nodes) or 0
        if not stated.defines or lone_name(nodes) is not None or len(nodes[:cut]) < 3:
            return False
        names, whole = list(names_in(nodes[:cut])), list(names_in(nodes[cut + 1 :]))
        texts = {t.text for node in nodes[:cut] for t in tokens_in(node)}
        turned = bool(texts & TRANSPOSES) and r"\frac" not in texts
        return turned and len(names) == 2 and names[0] == names[1] and len(whole) > 1

    def _is_news(self, stated: Stated, number: int) -> bool:
        """Whether an equation behind a display defines a name of which nothing is said elsewhere."""
        nodes = stated.clause.nodes
        cut = next(
            (i for i, n in enumerate(nodes) if isinstance(n, Token) and n.text in ("=", ":=")), 0
        )
        left = left_of(
            self._reader(stated.mention.source), [t for n in nodes[:cut] for t in tokens_in(n)]
        )
        if left.kind != "free" or left.entry is None:
            return left.kind == "new"
        return left.entry.assumed or self._appears_first(left, number)

    def _appears_first(self, left: Left, number: int) -> bool:
        """Whether a declared name of which nothing more is known stands nowhere before a display, and no derivative is
        taken by it: then an equation behind the display defines it."""
        head, entry = left.head, left.entry
        if head is None or entry is None or head.parameters is not None:
            return False
        if entry.definition is not None or entry.law is not None or entry.kind != "variable":
            return False
        name = head.name
        if (name.base, name.accents) in self._varied() or self.conditions.speaks_of(
            name, self.table
        ):
            return False
        return not any(_same(name, n) for block in range(number) for n in self._in(block))

    def _in(self, block: int) -> tuple[Name, ...]:
        """The names in the formulas of the block with this number."""
        if block not in self.named:
            found: dict[Name, None] = {}
            for tokens, source in formulas_of(self.document.blocks[block]):
                with suppress(ReadError):
                    found.update(dict.fromkeys(names_in(tree(list(tokens), source))))
            self.named[block] = tuple(found)
        return self.named[block]

    def _varied(self) -> frozenset[tuple[str, tuple[str, ...]]]:
        """The letters of variables of derivatives, and of what stands in an equation with zero."""
        if self.varied is None:
            self.varied = frozenset(varied_letters(self.chains))
        return self.varied

    def _look_ahead(self, number: int) -> None:
        """`where $r = y - Xw$` after a display defines what the display speaks of."""
        blocks = self.document.blocks
        following = next(
            (
                i
                for i in range(number + 1, len(blocks))
                if not isinstance(blocks[i], ParagraphBreak)
            ),
            0,
        )
        after = blocks[following]
        if not following or not isinstance(after, RawProse) or not after.pieces:
            return
        first = after.pieces[0]
        if not isinstance(first, Text) or not explains(first.text):
            return
        for position, stated in enumerate(self.stated.get(following, ())):
            if position and stated.mention.starts:
                return
            if not stated.defines or not self._is_news(stated, number):
                continue
            before = self.table.sizes.snapshot()
            try:
                self.explaining = True
                self._carry_out(stated)
                self.early.add(id(stated))
            except REFUSED:
                self.table.sizes.restore(before)
            finally:
                self.explaining = False

    def _try_deferred(self) -> None:
        """Definitions in prose that needed what was defined after them."""
        waiting, self.deferred = self.deferred, []
        for stated in waiting:
            name = lone_name(stated.clause.nodes) if stated.defines else None
            before = self.table.sizes.snapshot()
            try:
                self._carry_out(stated)
                self.result.faults -= self.result.faults > 0
            except REFUSED:
                self.table.sizes.restore(before)
                if name is not None:
                    self.overlooked.names.setdefault(name.latex, self.number)
                self.deferred.append(stated)
            else:
                if name is not None:
                    self.overlooked.names.pop(name.latex, None)
