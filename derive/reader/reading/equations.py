"""Equations in sentences are carried out: as definitions, facts, premises, laws, or as what has no effect."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from derive.expr.nodes import Relation
from derive.reader.declarations.clauses import relation_at
from derive.reader.declarations.definition_heads import Head
from derive.reader.declarations.entry_facts import declare_entry_fact, links
from derive.reader.declarations.lone_terms import lone_terms
from derive.reader.declarations.moments import moment, takes_expectations
from derive.reader.declarations.one_hot import conditional_after, hot_entry
from derive.reader.declarations.phrases import Mention, joins
from derive.reader.declarations.prose_said import Stated
from derive.reader.declarations.questions import between_indices, calls_name, tokens_in
from derive.reader.declarations.wording import (
    decomposition,
    gives,
    gives_entries,
    imposes,
    is_conditional,
    is_result,
    models,
    presents,
    redefines,
    specifies,
    states,
)
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import plain
from derive.reader.reading.doubts import is_number
from derive.reader.reading.governing import Governs, by_cases, governs
from derive.reader.reading.heads import Left, has_value, left_of
from derive.reader.reading.premises import ReadingPremises
from derive.reader.reading.single_members import total
from derive.reader.reading.state import REFUSED
from derive.reader.reading.unread import name_alone
from derive.reader.reading.upstream import differentiated, names_in
from derive.reader.source.blocks import Display
from derive.reader.source.groups import Node
from derive.reader.source.scanner import Token

_CONSTRAINT = re.compile(
    r"\bconstraints?(?: that)?:?\s+(?:\$[^$]*\$\s*,?\s*(?:and|or)?\s*)*$", re.I
)


def _tokens(nodes: Sequence[Node]) -> list[Token]:
    return [token for node in nodes for token in tokens_in(node)]


class ReadingEquations(ReadingPremises):
    """The part of a pass that carries out one equation or condition of a sentence."""

    def _carry_out(self, stated: Stated) -> None:
        """An equation or a condition in a line of prose."""
        mention, nodes = stated.mention, stated.clause.nodes
        cut = relation_at(nodes)
        assert cut is not None
        source, sign = mention.source, nodes[cut]
        words = f"{mention.lead} {mention.before}"
        reader = self._reader(source)
        conditional = is_conditional(words) or any(joins(c, mention) for c, _ in self.cases[-1:])
        if not stated.defines:
            if conditional:
                self._case(stated, nodes)
            elif between_indices(sign):
                self.cases.append((tuple(nodes), source))
            elif states(words) or (not is_result(words) and self._supposed(stated)):
                self._suppose(reader, nodes, mention.rest)
            return
        left, right = nodes[:cut], nodes[cut + 1 :]
        conditional = conditional and not (specifies(words) and self._is_open(reader, left, right))
        if conditional and left and self._is_model(reader, left, right):
            self._define(reader, left_of(reader, _tokens(left)), tuple(right))
            return
        if isinstance(sign, Token) and sign.text == r"\sim":
            from derive.reader.declarations.declare import finish_clause

            finish_clause(reader, stated.clause)
            return
        if conditional and left and right:
            self._case(stated, nodes)
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
        if by_cases(mention, self.document.blocks):
            side = left_of(reader, _tokens(left))
            if side.head is not None:
                self.overlooked.names[side.head.name.latex] = self.number
            return
        self._equation(reader, stated, left, right)

    def _case(self, stated: Stated, nodes: Sequence[Node]) -> None:
        """A condition in a sentence, which the displays after it hold under or may hold under."""
        texts = {node.text for node in nodes if isinstance(node, Token)}
        found = governs(stated.mention, self.document.blocks, "=" in texts)
        if found is Governs.DISPLAYS:
            self.cases.append((tuple(nodes), stated.mention.source))
        elif found is Governs.UNCLEAR:
            self.unruled.append(frozenset(name.base for name in names_in(nodes)))

    def _is_open(self, reader: Formula, left: list[Node], right: list[Node]) -> bool:
        """Whether an equation would give a name without a value a formula in other names."""
        side = left_of(reader, [token for node in left for token in tokens_in(node)])
        head, entry = side.head, side.entry
        if head is None or head.parameters is not None or is_number(right):
            return False
        unsaid = side.kind == "new" or (entry is not None and entry.assumed)
        return unsaid and head.name not in list(names_in(right))

    def _is_model(self, reader: Formula, left: Sequence[Node], right: Sequence[Node]) -> bool:
        r"""Whether an equation says how data arise: `if $y = X\beta + \varepsilon$` with an error of its own."""
        side = left_of(reader, _tokens(left))
        if side.kind not in ("new", "free") or side.head is None or side.head.parameters:
            return False
        if not takes_expectations(self.document) or side.head.indices:
            return False
        if side.entry is not None and (side.entry.facts or side.entry.law is not None):
            return False
        errors = (self.table.entries.get(name) for name in lone_terms(right))
        return any(e is None or e.assumed or e.law is not None or e.law_said for e in errors)

    def _equation(
        self, reader: Formula, stated: Stated, left: list[Node], right: list[Node]
    ) -> None:
        """An equation that is no fact by its form: a definition, a premise, or nothing that has an effect."""
        mention = stated.mention
        words = f"{mention.lead} {mention.before}"
        if self._names_sum(reader, left, right) and not self._is_constraint(mention):
            left, right = right, left
        tokens = [token for node in left for token in tokens_in(node)]
        left_side = total(reader, left, right) or left_of(reader, tokens)
        if self._has_no_effect(left_side, right, mention):
            return
        if left_side.kind == "free" and left_side.entry is not None and left_side.entry.assumed:
            left_side = replace(left_side, kind="new")
        sought = self._solved_next(stated)
        given = left_side.kind == "free" and not is_result(mention.lead)
        if left_side.kind == "new" or (given and sought is None):
            before = self.table.sizes.snapshot()
            try:
                self._define_said(reader, left_side, left, right, mention)
            except REFUSED:
                self.table.sizes.restore(before)
                self._forget(left_side)
                raise
            return
        if not is_result(words) and self._supposed(stated):
            words = f"let {words}"
        if self._all_constrained(reader, left, links(right), words):
            return
        worked_on = sought is not None or self._worked_on(stated)
        if worked_on or (states(words) and imposes(words)):
            a, b = reader.whole(left), reader.whole(right)
            self.table.sizes.unify_shapes(a.shape, b.shape)
            if sought is not None:
                self._take_root(stated, sought)
            relation = Relation("=", a.build(), b.build())
            if worked_on:
                self.conditions.impose([relation])
            else:
                self._premise(relation)

    def _names_sum(self, reader: Formula, left: list[Node], right: list[Node]) -> bool:
        r"""Whether the right side names the sum on the left: `\sum_i x_i = n` says what n is."""
        first = left[0]
        if not (isinstance(first, Token) and first.text == r"\sum") or name_alone(right) is None:
            return False
        side = left_of(reader, [token for node in right for token in tokens_in(node)])
        unsaid = side.entry is None or side.entry.assumed
        return unsaid and side.head is not None and side.head.name not in list(names_in(left))

    def _is_constraint(self, mention: Mention) -> bool:
        """Whether a sentence calls an equation a constraint; it then holds at the solution and names nothing."""
        written = f"${mention.source.slice(mention.span).strip('$')}$"
        return written in self.lead and _CONSTRAINT.search(self.lead.split(written)[0]) is not None

    def _has_no_effect(self, left_side: Left, right: list[Node], mention: Mention) -> bool:
        """Whether an equation tells of its left side what a display or its other side says, or names a point."""
        head = left_side.head
        if head is not None and len(links(right)) > 1:
            return True
        if models(mention.lead) and head is not None and self._has_members(head):
            return True
        if head is not None and head.indices and is_number(right):
            return True
        if left_side.kind == "free" and self._shown_later(left_side):
            return True
        said_of_it = is_number(right) and not gives(f"{mention.lead} {mention.before}")
        if said_of_it and has_value(left_side):
            return True  # a point of which something is said: `at the kink $x = 0$`
        right_tokens = [token for node in right for token in tokens_in(node)]
        called = head is not None and head.parameters is not None
        return called and head is not None and calls_name(right_tokens, head.name)

    def _define_said(
        self,
        reader: Formula,
        left_side: Left,
        left: list[Node],
        right: list[Node],
        mention: Mention,
    ) -> None:
        """Define the left side, unless the equation constrains it, supposes it, or only mentions it."""
        words = f"{mention.lead} {mention.before}"
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
            or gives_entries(words)
            or self.explaining
        ):
            self._define(reader, left_side, tuple(right))
        elif left_side.head is not None:
            self.overlooked.names[left_side.head.name.latex] = self.number

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
