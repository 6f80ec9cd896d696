"""Sentences take effect: declarations, premises, definitions that wait for what they speak of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property

from derive.derivation import Place, Prose
from derive.errors import InternalError
from derive.expr.nodes import Add, Expr, Neg, Reduce, Relation, Symbol
from derive.expr.walk import free_symbols, symbols
from derive.reader.blocks import Display, ParagraphBreak, Text
from derive.reader.blocks import Prose as RawProse
from derive.reader.conditions import every, for_all, is_zero, zero_like
from derive.reader.declare_clauses import relation_at
from derive.reader.declare_constraints import constrain
from derive.reader.declare_independent import independent
from derive.reader.declare_moments import declare_spoken, moment, spoken, takes_expectations
from derive.reader.declare_one_hot import conditional_after, hot_entry
from derive.reader.definition_heads import Head, head_of
from derive.reader.doubts import is_number
from derive.reader.entry_facts import declare_entry_fact, links
from derive.reader.formula_core import Formula
from derive.reader.formula_cursor import Cursor, plain
from derive.reader.formula_densities import is_total
from derive.reader.formula_written import base_name, written_scripts
from derive.reader.groups import Node, tree
from derive.reader.heads import Left, has_value, left_of
from derive.reader.phrases import closing_cases, joins
from derive.reader.prose_said import Stated
from derive.reader.reading_definitions import ReadingDefinitions
from derive.reader.reading_doubts import (
    bounded_letters,
    lone_name,
    related_letters,
    state_of,
    token_letters,
)
from derive.reader.reading_order import by_use
from derive.reader.reading_state import REFUSED
from derive.reader.reading_words import between_indices, calls_name, has_derivative, tokens_in
from derive.reader.scanner import Token
from derive.reader.single_members import total
from derive.reader.upstream import TRANSPOSES, differentiated, names_in
from derive.reader.wording import (
    claims,
    decomposition,
    explains,
    gives,
    imposes,
    is_conditional,
    is_result,
    models,
    presents,
    redefines,
    several,
    solves,
    states,
)

_OTHER_CASE = re.compile(r"[\s,;]*(?:(?:and|or|but|while)\s+)?(?:if|when|for)\b", re.IGNORECASE)


class ReadingProse(ReadingDefinitions):
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
        if not words.lstrip(" \n,;")[:1].islower() or _OTHER_CASE.match(words):
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

    @cached_property
    def _expects(self) -> bool:
        return takes_expectations(self.document)

    def _random(self, block: RawProse) -> None:
        """Quantities that words call random have their laws from here on."""
        for said in (*spoken(block), *independent(block)) if self._expects else ():
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

    def _is_news(self, stated: Stated) -> bool:
        """Whether an equation defines a name of which nothing is said elsewhere."""
        nodes = stated.clause.nodes
        cut = next(
            (i for i, n in enumerate(nodes) if isinstance(n, Token) and n.text in ("=", ":=")), 0
        )
        left = left_of(
            self._reader(stated.mention.source), [t for n in nodes[:cut] for t in tokens_in(n)]
        )
        return left.kind == "new" or (
            left.kind == "free" and left.entry is not None and left.entry.assumed
        )

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
            if not stated.defines or not self._is_news(stated):
                continue
            before = self.table.sizes.snapshot()
            try:
                self._carry_out(stated)
                self.early.add(id(stated))
            except REFUSED:
                self.table.sizes.restore(before)

    def _carry_out(self, stated: Stated) -> None:
        """An equation or a condition in a line of prose."""
        mention, nodes = stated.mention, stated.clause.nodes
        cut = relation_at(nodes)
        assert cut is not None
        source = mention.source
        words = f"{mention.lead} {mention.before}"
        reader = self._reader(source)
        conditional = is_conditional(words) or any(joins(c, mention) for c, _ in self.cases[-1:])
        if not stated.defines:
            if conditional or between_indices(nodes[cut]):
                self.cases.append((tuple(nodes), source))
            elif states(words) or (not is_result(words) and self._supposed(stated)):
                self._suppose(reader, nodes, mention.rest)
            return
        left, right = nodes[:cut], nodes[cut + 1 :]
        tokens = [token for node in left for token in tokens_in(node)]
        sign = nodes[cut]
        if isinstance(sign, Token) and sign.text == r"\sim":
            from derive.reader.declare import finish_clause

            finish_clause(reader, stated.clause)
            return
        if conditional and left and right:
            self.cases.append((tuple(nodes), source))
        if conditional or not left or not right:
            return
        if moment(reader, left, right):
            return
        if self._waits(right):
            self.deferred.append(stated)
            return
        self._prepare([token for node in nodes for token in tokens_in(node)], source)
        if declare_entry_fact(reader, left, right):
            return
        hot = None if conditional_after(mention.after) else hot_entry(reader, left, right)
        if hot is not None:
            self._carry_over(*hot)
            return
        left_side = total(reader, nodes) or left_of(reader, tokens)
        if left_side.head is not None and len(links(right)) > 1:
            return
        if (
            models(mention.lead)
            and left_side.head is not None
            and self._has_members(left_side.head)
        ):
            return
        if left_side.head is not None and left_side.head.indices and is_number(right):
            return
        if left_side.kind == "free" and self._shown_later(left_side):
            return
        if is_number(right) and not gives(words) and has_value(left_side):
            return  # a point of which something is said: `at the kink $x = 0$`
        if left_side.kind == "free" and left_side.entry is not None and left_side.entry.assumed:
            left_side = replace(left_side, kind="new")
        right_tokens = [token for node in right for token in tokens_in(node)]
        called = left_side.head is not None and left_side.head.parameters is not None
        if called and left_side.head is not None and calls_name(right_tokens, left_side.head.name):
            return
        if left_side.kind == "new" or (left_side.kind == "free" and not is_result(mention.lead)):
            before = self.table.sizes.snapshot()
            try:
                recurring = left_side.kind == "free" or plain(left).strip() in plain(right)
                if recurring and self._constrained(reader, left, right):
                    return
                if self._of_itself(left_side, right):
                    self._suppose_of_itself(reader, left_side, left, right)
                    return
                if (
                    left_side.kind == "new"
                    or states(words)
                    or decomposition(words)
                    or re.fullmatch(r"[\s,;]*(?:and)?\s*", mention.lead)
                    or presents(mention.lead)
                    or redefines(mention.lead)
                ):
                    self._define(reader, left_side, tuple(right))
                elif left_side.head is not None:
                    self.overlooked.names[left_side.head.name.latex] = self.number
            except REFUSED:
                self.table.sizes.restore(before)
                self._forget(left_side)
                raise
            return
        if not is_result(words) and self._supposed(stated):
            words = f"let {words}"
        if self._all_constrained(reader, left, links(right), words):
            return
        if states(words) and imposes(words):
            a, b = reader.whole(left), reader.whole(right)
            self.table.sizes.unify_shapes(a.shape, b.shape)
            self._premise(Relation("=", a.build(), b.build()))

    def _supposed(self, stated: Stated) -> bool:
        """Whether the sentence in which a condition stands begins with what is supposed."""
        mention = stated.mention
        written = f"${mention.source.slice(mention.span).strip('$')}$"
        before = self.lead[: self.lead.find(written)] if written in self.lead else ""
        sentence = re.split(r"[.;:](?=\s)", before)[-1]
        return re.match(r"\s*(?:suppose|assume|let|given)\b", sentence, re.IGNORECASE) is not None

    def _of_itself(self, left: Left, right: Sequence[Node]) -> bool:
        """Whether the right side of an equation speaks of the name on the left, which it then does not define."""
        head = left.head
        if head is None or head.parameters is not None or head.indices:
            return False
        if calls_name([token for node in right for token in tokens_in(node)], head.name):
            return False  # `p = p(x)` abbreviates
        return head.name in names_in(right)

    def _suppose_of_itself(
        self, reader: Formula, left_side: Left, left: Sequence[Node], right: Sequence[Node]
    ) -> None:
        r"""`v = r + \gamma P v` is a premise; `w = w - \eta g` is an update, and w means two things."""
        assert left_side.head is not None
        name = left_side.head.name
        self.overlooked.names[name.latex] = self.number  # until it is read as a premise
        first = Cursor(right)
        if base_name(first) is not None:
            written_scripts(first)
            if first.at("+", "-") and plain(right[: first.pos]) == plain(left):
                return
        a, b = reader.whole(left), reader.whole(right)
        if self.table.sizes.unify_shapes(a.shape, b.shape):
            del self.overlooked.names[name.latex]
            self.conditions.impose([Relation("=", a.build(), b.build())])

    def _shown_later(self, left: Left) -> bool:
        """Whether a table says of a name that it is defined further on, and a display defines it."""
        head, entry = left.head, left.entry
        return (
            head is not None
            and entry is not None
            and entry.shown_later
            and any(
                name == head.name or (head.indices and name.without(sub=True) == head.name)
                for name in self.displayed
            )
        )

    def _waits(self, right: Sequence[Node]) -> bool:
        """Whether a derivative speaks of what is defined later, or of a loss without a forward pass yet."""
        losses = tuple(differentiated(right))
        if not losses:
            return False
        members = self.table.families
        later = (
            n
            for n in names_in(right)
            if n in self.heads and n not in members and n.without(sub=True) not in members
        )
        if any(not self._is_defined(name) for name in later if name not in losses):
            return True
        return self.in_prose and any(
            not self._is_defined(name) and name not in self.heads for name in losses
        )

    def _has_members(self, head: Head) -> bool:
        """Whether a plain name also stands with an index in a display: y in `fit a line $y = a + b x$` beside y_i."""
        if head.parameters is not None or head.indices or head.name.accents or head.name.sub:
            return False
        for block in self.document.blocks:
            texts = [t.text for t in block.tokens] if isinstance(block, Display) else []
            for a, b, c in zip(texts, texts[1:], texts[2:], strict=False):
                if a == head.name.base and b == "_" and c in ("i", "n", "k", "j", "t"):
                    return True
        return False

    def _all_constrained(
        self, reader: Formula, left: Sequence[Node], rights: list[list[Node]], words: str
    ) -> bool:
        r"""Whether equations with one number are facts or conditions: `\sum_j z_j = \sum_j v_j = 0`."""
        *others, last = rights
        if not others:
            if self._constrained(reader, left, last):
                return True
            if not is_number(last) and plain(last) != r"\vec0":
                return False
        elif not is_number(last):
            return False
        found = False
        for side in (left, *others):
            if others and self._constrained(reader, side, last):
                found = True
                continue
            with suppress(*REFUSED):
                a, b = reader.whole(list(side)), reader.whole(last)
                node = a.build()
                known = symbols(node)
                free = known and all(s.definition is None for s in known)
                said = states(words) or not (is_result(words) or claims(words))
                centred = isinstance(node, Reduce) and len(node.shape) == 1  # of members z_i
                if free and said and centred and (b.kind == "zeros" or is_zero(b.build())):
                    self._premise(Relation("=", node, zero_like(node)))
                    found = True
                if free and said and not a.shape and not has_derivative(node):
                    self._premise(Relation("=", node, b.build()))
                    found = True
        return found

    def _suppose(self, reader: Formula, nodes: Sequence[object], after: str = "") -> None:
        """A condition that holds from here on, `for all $i$` perhaps."""
        from derive.reader.formula_conditions import condition

        premise = condition(reader, Cursor(list(nodes))).build()  # type: ignore[arg-type]
        self._premise(for_all(premise) if every(after) else premise)

    def _premise(self, relation: Expr) -> None:
        if relation not in self.table.conditions and not is_total(relation):
            self.table.conditions.append(relation)

    def _constrained(
        self, reader: Formula, left: Sequence[object], right: Sequence[object]
    ) -> bool:
        """Whether an equation has the form of a fact (`A = A^\\top`, `\\sum_j t_j = 1`), which is then declared."""
        before = self.table.sizes.snapshot()
        entries, families = dict(self.table.entries), dict(self.table.families)
        with suppress(*REFUSED):  # what cannot be read constrains nothing
            a, b = reader.whole(list(left)), reader.whole(list(right))  # type: ignore[arg-type]
            if a.kind not in ("ones", "zeros") and b.kind not in ("ones", "zeros"):
                self.table.sizes.unify_shapes(a.shape, b.shape)
            if constrain(self.table, a.build(), b.build()):
                return True
        self.table.sizes.restore(before)
        for known, now in ((entries, self.table.entries), (families, self.table.families)):
            for name in [n for n in now if n not in known]:
                del now[name]
                self.table.by_letter.get(name.letter, {}).pop(name, None)
        return False

    def _try_deferred(self) -> None:
        """Definitions in prose that needed what was defined after them."""
        waiting, self.deferred = self.deferred, []
        for stated in waiting:
            before = self.table.sizes.snapshot()
            try:
                self._carry_out(stated)
                self.result.faults -= self.result.faults > 0
            except REFUSED:
                self.table.sizes.restore(before)
                self.deferred.append(stated)
