"""Definitions take effect: symbols, functions, layers, losses of which only derivatives are given."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from derive.expr.nodes import Apply, Expr, Item, Neg, Symbol
from derive.expr.walk import free_symbols, substitute, symbols
from derive.reader.declarations.definition_heads import Head
from derive.reader.declarations.definition_members import define_by_index, define_members
from derive.reader.declarations.definitions import define_function, define_symbol, is_rule
from derive.reader.declarations.link_functions import linked
from derive.reader.declarations.questions import DERIVING, recurs, tokens_in, updates
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, clean, plain
from derive.reader.grammar.guesses import usual_ranks
from derive.reader.grammar.name_kinds import is_index
from derive.reader.grammar.table import Name
from derive.reader.grammar.written import base_name
from derive.reader.reading.doubts import is_number
from derive.reader.reading.heads import Left, left_of
from derive.reader.reading.intermediates import (
    built_on,
    differentiated_by,
    in_its_parameter,
    reaches,
    through,
)
from derive.reader.reading.layers import label_of
from derive.reader.reading.state import LAYERS_AHEAD, REFUSED, ReadingState
from derive.reader.reading.survey import varied_in
from derive.reader.reading.upstream import define_upstream, differentiated, names_in
from derive.reader.relations.chains import Side as RawSide
from derive.reader.source.groups import Node, tree
from derive.reader.source.places import Source
from derive.reader.source.scanner import Token


def _raised(left: Left, body: Expr) -> Expr:
    """What has this logarithm, or minus this logarithm."""
    return Apply("exp", (Neg(body) if left.negated else body,))


class ReadingDefinitions(ReadingState):
    """The part of a pass that defines."""

    def _define(self, reader: Formula, left: Left, right: Sequence[object]) -> None:
        """Carry out a definition; refusals are raised."""
        head = left.head
        assert head is not None
        nodes: list[object] = [*(linked(left.link, right) if left.link else right)]  # type: ignore[arg-type]
        self.given_in[head.name] = self.section
        if head.parameters is not None and is_number(nodes):  # type: ignore[arg-type]
            raise reader.error(
                f"the value of {head.name.latex} at one argument is not its definition", 0
            )
        if head.parameters is not None:
            self._define_function(reader, left, nodes)
        elif len(head.indices) == 1 and (recurs(head, nodes) or updates(self.table, head, nodes)):
            member = replace(head.name, sub=head.indices[0])
            known = self.table.entries.get(member)
            if known is not None and known.assumed:
                del self.table.entries[member]
            self.recursions[head.name.latex] = None
            define_symbol(reader, Head(member), nodes, 0)  # type: ignore[arg-type]
        elif head.indices:
            self._define_by_index(reader, head, nodes)
        else:
            before = self._spoken(left)
            if left.entry is not None and left.entry.assumed and left.entry.definition is None:
                left.entry.sizes, left.entry.assumed, left.entry.family = None, False, 0
            if left.entry is not None and left.entry.kind == "size":
                raise reader.error(f"{left.entry.latex} is a size", 0)
            entry = define_symbol(reader, head, nodes, 0)  # type: ignore[arg-type]
            if left.logarithm and entry.definition is not None:
                entry.definition = _raised(left, entry.definition)
            if entry.definition is not None:
                parts = differentiated_by(self.table)
                entry.definition = through(entry.definition, parts, entry.latex)
            if before is not None:
                self._carry_over(before, self.table.symbol(entry))
            self._name_in_definitions(self.table.symbol(entry))
        if head.parameters is None:
            self._record(head, nodes, reader.source)

    def _define_members(self, reader: Formula, head: Head, nodes: list[object]) -> bool:
        """Members as one array, by one of which a derivative can be taken; False while a range is open."""
        before = self.table.sizes.snapshot()
        try:
            define_members(reader, head, nodes)  # type: ignore[arg-type]
        except REFUSED:
            self.table.sizes.restore(before)
            return False
        return True

    def _spoken(self, left: Left) -> Symbol | None:
        """The symbol that a name without definition has stood for so far."""
        entry = left.entry
        if (
            entry is None
            or entry.kind != "variable"
            or entry.sizes is None
            or entry.definition is not None
            or entry.family
        ):
            return None
        return self.table.symbol(entry)

    def _name_in_definitions(self, new: Symbol) -> None:
        """`z = Wx + b` after `y = softmax(Wx + b)`: y is a function of z."""
        body = new.definition
        if body is None or isinstance(body, (Symbol, Item)) or not free_symbols(body):
            return
        for entry in self.table.variables():
            known = entry.definition
            if known is None or known == body or entry.latex == new.name:
                continue
            entry.definition = built_on(known, body, new)

    def _carry_over(self, old: Symbol, new: Symbol) -> None:
        """What was defined by a name that is itself defined only now: `S = L L^T` after d(x) was given by S."""
        if old == new or (new.definition is None and new.law is None):
            return
        if new.definition is not None and old in free_symbols(new.definition):
            return

        def renewed(body: Expr) -> Expr:
            same: dict[Expr, Expr] = {
                s: new for s in free_symbols(body) if s.name == old.name and s.shape == new.shape
            }
            if not same:
                return body
            for s in symbols(body):  # those behind others come first
                if s.definition is not None and s not in same:
                    inner = substitute(s.definition, same)
                    if inner != s.definition:
                        same[s] = replace(s, definition=inner)
            return substitute(body, same)

        self.table.conditions[:] = [renewed(condition) for condition in self.table.conditions]
        for entry in (*self.table.entries.values(), *self.table.families.values()):
            if entry.definition is not None and entry.latex != new.name:
                entry.definition = renewed(entry.definition)
            function = entry.function
            if (
                function is not None
                and function.body is not None
                and all(p.name != old.name for p in function.parameters)
            ):
                entry.function = replace(function, body=renewed(function.body))

    def _define_function(self, reader: Formula, left: Left, nodes: list[object]) -> None:
        head = left.head
        assert head is not None
        assert head.parameters is not None
        parameters = [plain(part) for part in head.parameters]
        picked = head.name in self.table.joints and not is_rule(
            reader,
            head,
            parameters,
            nodes,  # type: ignore[arg-type]
        )
        if picked and not self.in_prose:
            return  # `Q(z) = p(z \mid x)` in a display picks one of the laws that are spoken of
        if left.entry is not None and left.entry.kind == "variable":
            del self.table.entries[head.name]
        for parameter in head.parameters:
            self._touch(reader, parameter, nodes)
        entry = define_function(reader, head, nodes, 0)  # type: ignore[arg-type]
        if entry.function is not None and entry.function.shape and self.table.inference is not None:
            for parameter in head.parameters:
                self._touch(reader, parameter, nodes, sure=True)
            entry = define_function(reader, head, nodes, 0)  # type: ignore[arg-type]
        if left.logarithm and entry.function is not None and entry.function.body is not None:
            body = _raised(left, entry.function.body)
            entry.function = replace(entry.function, body=body)

    def _touch(
        self, reader: Formula, parameter: Sequence[object], nodes: list[object], sure: bool = False
    ) -> None:
        """An undeclared parameter that is bold or transposed in the body is an array: its shape is assumed."""
        if self.table.inference is None:
            return

        cursor = Cursor(list(parameter))  # type: ignore[arg-type]
        name = base_name(cursor)
        if name is None or self.table.find(name) is not None:
            return
        text, own = plain(nodes), plain(list(parameter))  # type: ignore[arg-type]
        members = re.search(re.escape(own) + r"_\{?([a-z]),?([a-z])?(?![a-z])", text)
        counted = members and all(is_index(m, self.table) for m in members.groups() if m)
        if counted and members and (members[2] or usual_ranks(name)[0] == 0):
            with suppress(*REFUSED):
                # the parameter is what its members are entries of
                reader.whole(nodes)  # type: ignore[arg-type]
            return
        bare = text.replace("{", "").replace("}", "")
        vectorial = name.font in ("bold", "vec") or any(
            _stands_in(own + mark, bare) for mark in (r"^\top", "^T", "_")
        )
        if sure or vectorial or own not in text or r"\|" in text:
            try:
                reader.whole(list(parameter))  # type: ignore[arg-type]
            except REFUSED:
                return

    def _record(self, head: Head, nodes: list[object], source: Source) -> None:
        """Remember a definition of the forward pass."""
        texts = {t.text for node in nodes for t in tokens_in(node)}
        if not texts & {r"\partial", r"\nabla"}:
            self.forward.record(head.name, nodes)  # type: ignore[arg-type]
        self.layers.record(head, [t for node in nodes for t in tokens_in(node)], source)

    def _prepare(self, tokens: Sequence[Token], source: Source) -> None:
        """Definitions of other layers, and a loss of which only derivatives are spoken of, as a formula needs them."""
        if not tokens:
            return
        try:
            nodes = tree(list(tokens), source)
            for head, right, place in self.layers.needed(names_in(nodes)):
                self._define_layer(head, right, place)
            for name in differentiated(nodes):
                if not self._loss_of_layer(name, nodes, source):
                    self._define_upstream(name, source)
        except REFUSED:
            return

    def _define_layer(self, head: Head, right: list[Token], source: Source) -> None:
        entry = self.table.exact(head.name)
        spoken = None
        if entry is not None and entry.assumed:
            if entry.sizes is not None and entry.definition is None and not entry.family:
                spoken = self.table.symbol(entry)
            entry.sizes, entry.assumed = None, False
        family = self.table.families.get(head.name)
        if head.indices and family is not None and family.assumed:
            del self.table.families[head.name]
        self._prepare(right, source)
        before = self.table.sizes.snapshot()
        try:
            nodes = tree(right, source)
            if head.indices:
                self._define_by_index(self._reader(source), head, list(nodes))
            else:
                entry = define_symbol(self._reader(source), head, nodes, 0)
                if spoken is not None:
                    self._carry_over(spoken, self.table.symbol(entry))
            self._record(head, list(nodes), source)
        except REFUSED:
            self.table.sizes.restore(before)

    def _define_by_index(self, reader: Formula, head: Head, nodes: list[object]) -> None:
        """Members by index: one array where a derivative is taken by one of them, else read again at each index."""
        whole = self.table.entries.get(head.name)
        if len(head.indices) > 2:
            define_members(reader, head, nodes)  # type: ignore[arg-type]
            return
        if whole is not None and whole.kind == "variable":
            del self.table.entries[head.name]
        varied = head.name in self.by_member or any(
            v.base == head.name.base and label_of(v, self.table) for v in self.by_member
        )
        spoken = self._spoken_members(head)
        if not varied or not self._define_members(reader, head, nodes):
            entry = define_by_index(reader, head, nodes)  # type: ignore[arg-type]
            if whole is not None and whole.has("diagonal"):
                entry.add_fact("diagonal")
        elif spoken is not None:
            entry = self.table.families.get(head.name) or self.table.entries[head.name]
            self._carry_over(spoken, self.table.symbol(entry))
        self._drop_label(head)

    def _spoken_members(self, head: Head) -> Symbol | None:
        """The array that the members of a family without definition have been entries of so far."""
        entry = self.table.families.get(head.name)
        undefined = entry is not None and entry.kind == "variable" and entry.definition is None
        if not undefined or entry is None or entry.sizes is None:
            return None
        return self.table.symbol(entry)

    def _drop_label(self, head: Head) -> None:
        r"""A name that only a declaration knows is the member that was defined: `M_k \in \mathbb{R}^{n \times n}`, with
        k a number, and then `M_k = \sum_{t=0}^{k-1} P^t`."""
        if head.marker != "sub" or len(head.indices) != 1:
            return
        member = replace(head.name, sub=head.indices[0])
        known = self.table.entries.get(member)
        if known is not None and known.kind == "variable" and not known.given:
            del self.table.entries[member]
            self.table.by_letter.get(member.letter, {}).pop(member, None)

    def _loss_of_layer(self, name: Name, nodes: Sequence[Node], source: Source) -> bool:
        """Whether a loss that is given by the last layer is taken as any function of the layers at hand."""
        entry = self.table.exact(name)
        if entry is None or entry.kind != "variable":
            return False
        last = self.table.labels.last
        labels = [label_of(v, self.table) for v in varied_in(nodes)]
        inner = [label for label in labels if label is not None and label.letter not in last]
        if name not in self.final:
            body = entry.definition
            built_on = free_symbols(body) if body is not None and last else ()
            if not any(f"^{{({letter}" in s.name for s in built_on for letter in last):
                return False
            assert body is not None
            self.final[name] = body
        if not inner or len(inner) < len([label for label in labels if label is not None]):
            entry.definition = self.final[name]
            return True
        entry.definition, entry.assumed = None, True
        self.upstream.pop(name, None)
        self._define_upstream(name, source)
        if entry.definition is None:
            entry.definition = self.final[name]
        entry.assumed = False
        return True

    def _define_upstream(self, name: Name, source: Source) -> None:
        """Give a loss that is defined nowhere an arbitrary gradient at the ends of the forward pass."""
        match = self.table.find(name)
        entry = match[0] if match is not None else None
        given = name in self.heads and name not in self.final
        if given or (name.sub and is_index(name.sub, self.table)):
            return
        if (
            entry is not None
            and (entry.kind != "variable" or entry.definition or not entry.assumed)
            and self.upstream.get(name) in (None, len(self.forward.uses))
        ):
            return
        if (
            not all(self._is_defined(other) for other in self.layers.plain(DERIVING))
            and self.in_prose
        ):
            return
        for _ in range(LAYERS_AHEAD):
            found = list(self.layers.needed(self.written))
            for other, right, place in found:
                self.written = (*self.written, *names_in(tree(right, place)))
                if not any(t.text in DERIVING for t in right):
                    self._define_layer(other, right, place)
            if not found:
                break
        if define_upstream(self._reader(source), name, self.forward):
            self.upstream[name] = len(self.forward.uses)

    def _introduce(self, left: Left, sides: list[RawSide], source: Source) -> int:
        r"""Define the left side by the first right side that can be read; the number of that side, else 0.

        A new function on the way is defined by what follows it: `\ell(\theta) = \log L(\theta) = ...`.
        """
        for position, side in enumerate(sides[1:-1], start=1):
            if side.tokens and sides[position + 1].tokens:
                inner = left_of(self._reader(source), side.tokens)
                if inner.head is None or not inner.head.parameters:
                    continue
                guessed = inner.entry is not None and inner.entry.assumed
                if guessed and inner.entry is not None and inner.entry.kind == "function":
                    del self.table.entries[inner.entry.name]
                    inner = left_of(self._reader(source), side.tokens)
                if inner.kind == "new":
                    self._introduce(inner, sides[position:], source)
                    break
        for position, side in enumerate(sides[1:], start=1):
            if not side.tokens:
                continue
            before = self.table.sizes.snapshot()
            reader = self._reader(source)
            try:
                nodes = clean(tree(list(side.tokens), source))
                self._define(reader, left, nodes)
                self._on_the_way(left, sides[position + 1 :], source)
                return position
            except REFUSED:
                self.table.sizes.restore(before)
                self._forget(left)
        return 0

    def _on_the_way(self, left: Left, sides: list[RawSide], source: Source) -> None:
        r"""What else a name is said to be, `h = B A x = B z`: it is built on z, by which derivatives are taken."""
        assert left.head is not None
        entry = self.table.entries.get(left.head.name)
        if entry is not None and entry.function is not None and left.head.parameters:
            in_its_parameter(
                self._reader(source), left.head, entry, [side.tokens for side in sides]
            )
        if not sides or entry is None or entry.definition is None or left.head.parameters:
            return
        if left.link:  # what follows is what the function of the name is
            return
        for side in sides:
            if side.tokens and not DERIVING & {t.text for t in side.tokens}:
                nodes = tree(list(side.tokens), source)
                self.forward.add(entry.name, nodes)
        wanted = [s for s in differentiated_by(self.table) if s.name != entry.latex]
        for side in sides if wanted and not left.logarithm else ():
            with suppress(*REFUSED):
                other = self._reader(source).whole(tree(list(side.tokens), source)).build()
                fits = other.shape == entry.definition.shape
                if fits and reaches(entry.definition, wanted) < reaches(other, wanted):
                    entry.definition = other


def _stands_in(written: str, text: str) -> bool:
    r"""Whether something is written in a formula, not as the end of a command: `K^T` in `KRK^T`."""
    found = re.finditer(rf"({re.escape(written)})|\\[a-zA-Z]+", text)
    return any(match[1] for match in found)
