"""The role of each relation sign: definition, claim, condition, consequence; other readings of a side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from derive.derivation import Alternative, Unreadable
from derive.derivation import Side as TypedSide
from derive.expr.nodes import (
    Expectation,
    Expr,
    Matrix,
    Relation,
    Symbol,
)
from derive.expr.walk import free_symbols, post_order
from derive.reader.declarations.equation_words import subject_of
from derive.reader.declarations.questions import (
    has_derivative,
    is_equivalence,
    is_gradient,
    tidied,
)
from derive.reader.declarations.wording import (
    claims,
    constrains,
    decomposition,
    equates,
    imposes,
    postulates,
    solves,
)
from derive.reader.grammar.formula import Reading, read_sides
from derive.reader.grammar.state import Options, State
from derive.reader.reading.conditions import is_zero, zero_like
from derive.reader.reading.constants import constants_in, up_to_constant, up_to_factor, varied_in
from derive.reader.reading.doubts import factored, is_free, ties
from derive.reader.reading.heads import Left
from derive.reader.reading.multipliers import constraints
from derive.reader.reading.state import (
    GUESSED,
    NOTES,
    ReadingState,
)
from derive.reader.reading.unread import letters_in
from derive.reader.relations.chains import RawRelation
from derive.reader.relations.chains import Side as RawSide
from derive.reader.source.blocks import Prose as RawProse
from derive.reader.source.blocks import Text
from derive.reader.source.places import Source


class ReadingRoles(ReadingState):
    """The part of a pass that gives roles."""

    def _role(
        self,
        relation: RawRelation,
        position: int,
        typed: list[TypedSide],
        left: Left,
        defined: int,
        words: str,
    ) -> str:
        sign = relation.sign.relation
        if defined and position == 1:
            return "definition"
        if left.kind in ("new", "free") and position == 1:
            return "definition"
        if sign in (":=", "=:") and position == 1:
            return "definition" if left.kind != "consequence" else "consequence"
        right, left_side = typed[position], typed[position - 1]
        first = typed[0]
        both = isinstance(left_side, Expr) and isinstance(right, Expr)
        if sign == "=" and both and self._has_constants(left_side, right):
            return "shift"
        if sign == r"\propto" and both and self._up_to_factor(relation, left_side, right):
            return "shift"
        if sign == "=" and position == 1 and self._told_of_known(words, typed):
            return "claim"
        if position == 1 and postulates(words):
            return "condition"
        if sign == "=" and isinstance(right, Expr) and is_zero(right):
            return self._role_of_zero(relation, typed, words)
        if any(token.text == "!" for token in relation.sign.over):
            return "condition"
        if (
            sign == "="
            and position == 1
            and isinstance(first, Expr)
            and is_zero(first)
            and not claims(words)
        ):
            return "condition"
        if left.kind == "condition" and position == 1:
            return "condition"
        if position == 1 and sign == "=" and self._decomposes(relation, right, words):
            return "definition"
        if constrains(words) and isinstance(first, Expr) and not has_derivative(first):
            return "condition"
        if left.kind == "consequence" and position == 1:
            return "consequence"
        if sign != "=" and is_free(typed[position - 1]) and is_free(right):
            return "condition"
        return self._role_beside_conditions(relation, position, typed, words)

    def _told_of_known(self, words: str, typed: list[TypedSide]) -> bool:
        """Whether a sentence says what something satisfies that has its value: `The square $G = S^2$ satisfies`."""
        sides = [side for side in typed[:2] if isinstance(side, Expr)]
        if len(sides) < 2 or is_zero(sides[1]):
            return False
        if _is_partition(*sides):
            return True
        names = subject_of(words)
        if names is None:
            return False
        present = [n for side in sides for n in post_order(side) if isinstance(n, Symbol)]
        told = [s for s in present if s.name in names]
        return all(s.definition is not None for s in told or present) and bool(present)

    def _decomposes(self, relation: RawRelation, right: TypedSide, words: str) -> bool:
        r"""Whether words name a decomposition and a line gives its factors: `C = V L V^\top` of a C with a value."""
        names = factored(right) if isinstance(right, Expr) and decomposition(words) else ()
        why = f"{relation.lhs.latex} = {relation.rhs.latex} says what {', '.join(names)} are"
        self.overlooked.facts.update(dict.fromkeys(names, why))
        return bool(names)

    def _role_of_zero(self, relation: RawRelation, typed: list[TypedSide], words: str) -> str:
        """The role of `... = 0`: imposed by its sign or words, by what is sought, or claimed."""
        if (
            any(token.text == "!" for token in relation.sign.over)
            or solves(words)
            or imposes(words)
        ):
            return "condition"
        if isinstance(typed[0], Expr) and is_gradient(typed[0]):
            return "condition"
        if isinstance(typed[0], Unreadable) and _is_written_derivative(relation):
            return (
                "condition"  # of a loss that cannot be read: what it is worked out to is still zero
            )
        if not claims(words) and self.seeks:
            return "condition" if not self.conditions.active_for(typed) else "tie"
        return "tie" if is_equivalence(relation) else "claim"

    def _role_beside_conditions(
        self, relation: RawRelation, position: int, typed: list[TypedSide], words: str
    ) -> str:
        """The role of a relation that its form leaves open: by the conditions that hold where it stands."""
        sign, first, right = relation.sign.relation, typed[0], typed[position]
        plain_first = position == 1 and isinstance(first, Expr) and not has_derivative(first)
        if plain_first and sign == "=" and equates(words):
            return "condition"
        if self.conditions.active_for(typed) and not has_derivative(first):
            unsure = sign != "=" or ties(typed[position - 1], right, self.table)
            return "tie" if unsure else "consequence"
        if sign == "=" and self.conditions.binds(typed[position - 1], right):
            return "consequence"
        if plain_first and sign == "=" and self._demanded(first, right, words):
            return "condition"
        if is_free(typed[position - 1]) and is_free(right):
            return "condition"
        if is_equivalence(relation):
            return "tie"
        if sign == "=" and ties(typed[position - 1], right, self.table):
            return "tie"
        return "claim"

    def _up_to_factor(self, relation: RawRelation, *sides: TypedSide) -> tuple[Alternative, ...]:
        """What a proportion claims where the text or the density on its left says in which variable."""
        texts = [
            piece.text
            if isinstance(piece, Text)
            else f"${block.source.slice(piece.span).strip('$')}$"
            for block in self.document.blocks[: self.number]
            if isinstance(block, RawProse)
            for piece in block.pieces
        ]
        names = varied_in(" ".join("".join(texts).split()), relation.chain.sides[0].tokens)
        left, right = sides
        if not isinstance(left, Expr) or not isinstance(right, Expr):
            return ()
        return up_to_factor(left, right, names)

    def _unsaid(self, *sides: TypedSide) -> tuple[str, ...]:
        """The names in a relation of which no shape and no range is declared."""
        assumed = {e.latex: None for e in self.table.variables() if e.assumed and not e.facts}
        present = dict.fromkeys(
            s.name for side in sides if isinstance(side, Expr) for s in free_symbols(side)
        )
        return tuple(name for name in present if name in assumed)

    def _has_constants(self, *sides: TypedSide) -> bool:
        """Whether a relation holds up to a constant only."""
        return bool(constants_in([s for s in sides if isinstance(s, Expr)], self.table))

    def _demanded(self, first: TypedSide, right: TypedSide, words: str) -> bool:
        """Whether words demand an equation between quantities that are free, such as `A u = \\lambda u`."""
        if not isinstance(first, Expr) or not isinstance(right, Expr):
            return False
        return imposes(words) and not claims(words) and not _averages(first)

    def _impose(
        self, typed: list[TypedSide], position: int, previous: TypedSide, right: TypedSide
    ) -> None:
        """Remember a condition: by the first side of its chain, and by the last one before the sign."""
        if not isinstance(right, Expr):
            return
        found = []
        for side in (typed[0], previous):
            if isinstance(side, Expr) and (side.shape == right.shape or is_zero(right)):
                other = zero_like(side) if is_zero(right) else right
                found.append(Relation("=", side, other))
        self.conditions.impose(found, not self._follows_unread(typed[0], previous))

    def _follows_unread(self, first: TypedSide, previous: TypedSide) -> bool:
        """Whether a chain begins with what cannot be read of a name that the document defines: of a loss."""
        if not isinstance(first, Unreadable) or not isinstance(previous, Expr):
            return False
        known = {x for symbol in free_symbols(previous) for x in letters_in(symbol.name)}
        letters = letters_in(first.latex) - known
        return any(name.base in letters for name in self.heads)

    def _remember(self, typed: list[TypedSide], words: str) -> None:
        """A derivative may be set to zero in the words that follow."""
        readable = [side for side in typed if isinstance(side, Expr) and not is_zero(side)]
        if readable and isinstance(typed[0], Expr) and is_gradient(typed[0], 1):
            self.conditions.gradient(typed[0], readable[-1])

    def _alternatives(
        self,
        role: str,
        left: TypedSide,
        right: TypedSide,
        typed: list[TypedSide],
        position: int,
        sides: list[RawSide],
        source: Source,
        relation: RawRelation,
    ) -> tuple[Alternative, ...]:
        if not isinstance(left, Expr) or not isinstance(right, Expr):
            return ()
        if role == "shift" and relation.sign.relation == r"\propto":
            return self._up_to_factor(relation, left, right)
        if role == "shift":
            return up_to_constant(left, right, constants_in((left, right), self.table))
        found: list[Alternative] = []
        if role == "condition" and is_zero(right) and not _derived(typed[0]):
            note = "where the derivative before is zero"
            premises = self.conditions.restated(left)
            found.extend(Alternative(left, right, supposed, note) for supposed in premises)
        if role in ("consequence", "tie"):
            variants = self.conditions.variants(typed[0])
            feasible = constraints([premise for premises in variants for premise in premises])
            for supposed in (*variants, *((*v, *feasible) for v in variants if feasible)):
                found.append(Alternative(left, right, supposed, "where the condition before holds"))
        if role in ("claim", "consequence", "tie"):
            found.extend(
                self._other_readings(left, right, sides[position - 1], sides[position], source)
            )
        return tuple(found)

    def _other_readings(
        self, left: Expr, right: Expr, left_raw: RawSide, right_raw: RawSide, source: Source
    ) -> Iterator[Alternative]:
        """The readings of a step whose notation has several: how far a sum reaches, what a slash divides by."""
        if not self.several:
            return
        tokens = [left_raw.tokens, right_raw.tokens]
        first = read_sides(tokens, self.table.copy(), source, self.options, state := State())
        del first
        for name in state.ambiguous:
            if name not in NOTES:
                continue
            turned: Any = {name: not getattr(Options(), name)}
            other = replace(self.options, **turned)
            found = read_sides(tokens, self.table.copy(), source, other, State())
            if all(isinstance(side, Reading) for side in found):
                a, b = (tidied(side.expr) for side in found if isinstance(side, Reading))
                if (a, b) != (left, right):
                    yield Alternative(a, b, (), NOTES.get(name, name))

    def _count(self, left: TypedSide, right: TypedSide, role: str) -> None:
        unreadable = [side for side in (left, right) if isinstance(side, Unreadable)]
        for side in unreadable:
            clash = side.ill_typed or side.why.startswith(GUESSED)
            self.result.faults += clash
            self.result.unreadable += not clash
        if (
            isinstance(left, Expr)
            and isinstance(right, Expr)
            and left.shape != right.shape
            and not (is_zero(right) or is_zero(left))
        ):
            self.result.faults += 1


def _is_partition(left: Expr, right: Expr) -> bool:
    """Whether a side is a matrix that was put together from the blocks on the other, or from which these are cut."""
    if not isinstance(left, Symbol) or not isinstance(right, Matrix):
        return False
    return left.definition == right or left in free_symbols(right)


def _derived(side: TypedSide) -> bool:
    """Whether a side is a derivative as written."""
    return isinstance(side, Expr) and is_gradient(side)


def _is_written_derivative(relation: RawRelation) -> bool:
    """Whether a chain begins with a derivative as written: `\\frac{\\partial L}{\\partial w}`, `\\nabla_w L`."""
    texts = [t.text for t in relation.chain.sides[0].tokens if t.text not in ("{", "&", r"\left")]
    return texts[:1] == [r"\nabla"] or (
        texts[:1] in ([r"\frac"], [r"\dfrac"], [r"\tfrac"]) and texts[1:2] in ([r"\partial"], ["d"])
    )


def _averages(side: Expr) -> bool:
    """Whether a side is an expectation over what has a law with a mean, which leaves nothing to be demanded."""
    if not isinstance(side, Expectation) or not side.over:
        return False
    laws = [symbol.law for symbol in side.over]
    return all(law is not None and law.kind == "random" and len(law.args) > 1 for law in laws)
