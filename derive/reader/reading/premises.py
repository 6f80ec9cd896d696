r"""Premises in sentences: conditions that hold from here on, equations that are facts, those of a name by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from derive.expr.nodes import Expr, Reduce, Relation
from derive.expr.walk import symbols
from derive.reader.declarations.constraints import constrain
from derive.reader.declarations.equation_words import leads_on, works_on
from derive.reader.declarations.prose_said import Stated
from derive.reader.declarations.questions import calls_name, has_derivative, tokens_in
from derive.reader.declarations.wording import claims, is_result, states
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, plain
from derive.reader.grammar.finite_laws import is_total
from derive.reader.grammar.table import Name
from derive.reader.grammar.written import base_name, whole_name, written_scripts
from derive.reader.reading.conditions import every, for_all, is_zero, zero_like
from derive.reader.reading.definitions import ReadingDefinitions
from derive.reader.reading.doubts import is_number
from derive.reader.reading.heads import Left
from derive.reader.reading.state import REFUSED
from derive.reader.reading.upstream import names_in
from derive.reader.source.groups import Node, tree


class ReadingPremises(ReadingDefinitions):
    """The part of a pass that takes up what a sentence supposes."""

    def _supposed(self, stated: Stated) -> bool:
        """Whether the sentence in which a condition stands begins with what is supposed."""
        sentence = self._sentence_before(stated)
        return re.match(r"\s*(?:suppose|assume|let|given)\b", sentence, re.IGNORECASE) is not None

    def _worked_on(self, stated: Stated) -> bool:
        """Whether a sentence takes an equation as the one to be worked on: `Eliminating $b$ from $... = r$ gives`."""
        sentence = self._sentence_before(stated)
        return works_on(sentence) and not is_result(sentence)

    def _solved_next(self, stated: Stated) -> Name | None:
        r"""The name of an equation for which the display that follows solves it: `setting $s^2 = a^2/3$ yields`."""
        nodes = stated.clause.nodes
        if not leads_on(stated.mention.rest) or is_result(self._sentence_before(stated)):
            return None
        shown = next(iter(self.chains.get(self.number + 1, ())), None)
        if shown is None or shown[0].sign.relation != "=":
            return None
        name = whole_name(Cursor(tree(list(shown[0].lhs.tokens), shown[0].chain.source)))
        if name is None or self._is_defined(name):
            return None
        return name if any(name in (n, replace(n, sup="")) for n in names_in(nodes)) else None

    def _take_root(self, stated: Stated, name: Name) -> None:
        r"""Of the two roots of an equation the display that follows takes the positive one: `a = \sqrt{3} s`."""
        entry = self.table.entries.get(name)
        squared = any(
            n.sup == "2" and replace(n, sup="") == name for n in names_in(stated.clause.nodes)
        )
        shown = self.chains[self.number + 1][0][0].rhs
        rooted = any(t.text == r"\sqrt" for t in shown.tokens) and shown.tokens[0].text not in (
            "-",
            r"\pm",
        )
        if entry is not None and entry.assumed and not entry.facts and squared and rooted:
            entry.add_fact("positive")
            self.result.notes[rf"{name.latex} is taken as positive"] = None

    def _sentence_before(self, stated: Stated) -> str:
        """The sentence of an equation as far as it stands before it."""
        mention = stated.mention
        written = f"${mention.source.slice(mention.span).strip('$')}$"
        before = self.lead[: self.lead.find(written)] if written in self.lead else ""
        return re.split(r"[.;:](?=\s)", before)[-1]

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
        from derive.reader.grammar.conditions import condition

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
