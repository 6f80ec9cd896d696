"""Sides of relations: reading them, and saying why one cannot be read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property

from derive.derivation import Side as TypedSide
from derive.derivation import Unreadable
from derive.errors import ReadError
from derive.expr.nodes import (
    Apply,
    Expr,
    Relation,
)
from derive.expr.sizes import ONE, shape_text
from derive.expr.walk import free_symbols, post_order
from derive.reader.declarations.properties import OF_MATRICES
from derive.reader.declarations.questions import (
    calls_name,
    side_mentions,
    tidied,
)
from derive.reader.declarations.wording import (
    defines,
    last_sentence,
)
from derive.reader.grammar.cursor import Cursor, clean
from derive.reader.grammar.formula import Reading, read_sides
from derive.reader.grammar.state import State
from derive.reader.grammar.table import INDEX_LETTERS, Declaration, Name
from derive.reader.reading.conditions import is_zero
from derive.reader.reading.definitions import ReadingDefinitions
from derive.reader.reading.doubts import hidden_order, spread_numbers, two_fonts
from derive.reader.reading.heads import Left
from derive.reader.reading.laws import depends, pending, settle_laws
from derive.reader.reading.state import (
    DOUBTS,
    EXAMPLE,
    GUESSED,
    REFUSED,
    UNMET,
    UNRULED,
)
from derive.reader.reading.upstream import names_in
from derive.reader.relations.chains import RawRelation
from derive.reader.relations.chains import Side as RawSide
from derive.reader.source.blocks import Prose, Text
from derive.reader.source.groups import tree
from derive.reader.source.places import Source
from derive.reader.source.scanner import Kind, Token


class ReadingSides(ReadingDefinitions):
    """The part of a pass that reads sides."""

    def _read(self, sides: list[RawSide], source: Source, state: State) -> list[TypedSide]:
        found = read_sides([side.tokens for side in sides], self.table, source, self.options, state)
        typed: list[TypedSide] = []
        for side, raw in zip(found, sides, strict=True):
            if isinstance(side, Reading):
                expr = tidied(side.expr)
                if lawless := self._lawless(expr):
                    typed.append(Unreadable(raw.latex, lawless))
                    continue
                spread = spread_numbers(expr, self.table)
                self.result.spread += bool(spread)
                if doubtful := next((name for name, axes in spread.items() if axes == 2), ""):
                    why = f"{doubtful} is read as a number that is added to a matrix; declare it"
                    typed.append(Unreadable(raw.latex, f"{GUESSED}: {why}"))
                    continue
                if ordered := hidden_order(expr, self.table):
                    why = f"{ordered} would be numbers, whose product has no order; declare them"
                    typed.append(Unreadable(raw.latex, f"{GUESSED}: {why}"))
                    continue
                typed.append(expr)
                self.confirmed |= self._assumed_in(raw.tokens)
                self.result.conventions += len(side.notes)
            else:
                typed.append(self._unreadable(raw, side, source))
        for note in state.notes:
            self.result.notes[note] = None
        return typed

    def _settle(self, sides: list[RawSide], source: Source) -> None:
        """Laws that were said in words take effect before the sides that speak of their symbols are read."""
        if not any(pending(self.table)):
            return
        needed: dict[Name, None] = {}
        for side in sides:
            with suppress(*REFUSED):
                needed.update(dict.fromkeys(names_in(tree(list(side.tokens), source))))
        waiting = [(e, self.table.symbol(e)) for e in pending(self.table) if e.sizes is not None]
        settle_laws(self.table, self._reader, self.heads, frozenset(needed))
        for entry, spoken in waiting:
            if entry.law is not None:
                self._carry_over(spoken, self.table.symbol(entry))

    def _lawless(self, expr: Expr) -> str:
        """Why a side has no value: it speaks of a symbol whose law has not been understood."""
        waiting = {entry.latex: entry for entry in pending(self.table)}
        if not waiting:
            return ""
        found = (s.name for s in free_symbols(expr) if s.name in waiting)
        return next((f"the law that is said of {name} is not understood" for name in found), "")

    def _unreadable(self, raw: RawSide, error: ReadError, source: Source) -> Unreadable:
        where = f" (line {error.line})" if error.line else ""
        why = f"{error.message}{where}"
        doubtful = any(doubt in error.message for doubt in DOUBTS) or self._has_diagonal(raw.tokens)
        if error.ill_typed and doubtful:
            return Unreadable(raw.latex, f"{GUESSED}: {why}; declare them")
        if error.ill_typed and (foreign := self._foreign_in(raw.tokens)):
            return Unreadable(
                raw.latex, f"{GUESSED}: {why}; {foreign} was declared in another section"
            )
        guessed = self._assumed_in(raw.tokens) if error.ill_typed else frozenset()
        if error.ill_typed and re.search(r"\?\d", error.message) and self._has_open_sizes():
            return Unreadable(raw.latex, f"{GUESSED}: {error.message}{where}; declare them")
        near = self._near(raw.tokens, source) if error.ill_typed and self.last else ()
        if not guessed:
            return Unreadable(raw.latex, why, error.ill_typed, near)
        found = Unreadable(raw.latex, f"{GUESSED}: {why}; declare them")
        if not self._fitted:
            self.guessed[found] = (guessed, Unreadable(raw.latex, why, True, near))
        return found

    @cached_property
    def _fitted(self) -> bool:
        """Whether words leave sizes open, so that a letter may have others in the next formula."""
        prose = (b for b in self.document.blocks if isinstance(b, Prose))
        texts = (p.text for b in prose for p in b.pieces if isinstance(p, Text))
        return any(_FITTING.search(text) for text in texts)

    def _has_diagonal(self, tokens: Sequence[Token]) -> bool:
        """Whether a name stands for the diagonal of a matrix, which may be meant as a diagonal matrix."""
        letters = {token.text for token in tokens}
        return any(
            isinstance(n, Apply) and n.function == "diagonal"
            for e in self.table.variables()
            if e.definition is not None and e.name.base in letters
            for n in post_order(e.definition)
        )

    def _near(self, tokens: Sequence[Token], source: Source) -> tuple[tuple[str, Expr], ...]:
        """What an ill-typed side says with one transpose more or less."""
        from derive.reader.grammar.transposes import transposed_readings

        def read(changed: list[Token]) -> Expr | None:
            before = self.table.sizes.snapshot()
            (found,) = read_sides([changed], self.table, source, self.options, State())
            self.table.sizes.restore(before)
            return tidied(found.expr) if isinstance(found, Reading) else None

        return transposed_readings(tokens, read)

    def _foreign_in(self, tokens: Sequence[Token]) -> str:
        """A name among the tokens that another section declared, where it may have been another thing."""
        letters = {token.text for token in tokens}
        found = (
            e
            for e in self.table.variables()
            if e.section not in (0, self.section) and e.name.base in letters
        )
        return next((e.latex for e in found if e.sizes), "")

    def _comparable(
        self, left: TypedSide, left_raw: RawSide, right: TypedSide, right_raw: RawSide
    ) -> TypedSide:
        """The right side; one without value where the shapes of the sides clash and may have been guessed."""
        tokens = [*left_raw.tokens, *right_raw.tokens]
        if isinstance(left, Expr) and isinstance(right, Expr):
            if collapsed := self._collapsed(tokens):
                return Unreadable(
                    right_raw.latex,
                    f"{GUESSED}: {collapsed} could be read as a number only; declare it",
                )
            if twice := two_fonts(left, right, self.table):
                return Unreadable(right_raw.latex, f"{twice} may be one name or two; declare them")
        if not isinstance(left, Expr) or not isinstance(right, Expr) or left.shape == right.shape:
            return right
        if is_zero(left) or is_zero(right):
            return right
        guessed = self._assumed_in(tokens)
        foreign = self._foreign_in(tokens)
        if not guessed and not foreign:
            return right
        said = (
            f"the left side is {shape_text(left.shape)}, the right side {shape_text(right.shape)}"
        )
        found = Unreadable(right_raw.latex, f"{GUESSED}: {said}; declare them")
        spread = re.search(r"[Vv]ar\b|[Cc]ov\b", f"{left_raw.latex} {right_raw.latex}")
        if not foreign and not spread:  # the variance of what may be a number is a matrix at once
            self.guessed[found] = (guessed, right)
        return found

    def _is_array(self, entry: Declaration) -> bool:
        """Whether a name is written or spoken of as no number is: in bold, transposed, positive definite."""
        name = entry.name
        written = name.font in ("bold", "vec") or (name.base, name.font) in self.table.transposed
        return written or any(entry.has(fact) for fact in OF_MATRICES)

    def _collapsed(self, tokens: Sequence[Token]) -> str:
        """A name of an array among the tokens that could be read as a number only, empty when there is none."""
        letters = {token.text for token in tokens}
        for entry in self.table.variables():
            if (
                (entry.assumed or (self.partial and entry.section not in (0, self.section)))
                and entry.name.base in letters
                and self._is_array(entry)
                and entry.definition is None
            ):
                own = self.table.symbol(entry).shape if not entry.family else (None,)
                if all(size == ONE for size in own):
                    return entry.latex
        return ""

    def _annotated(
        self, group: list[RawRelation], source: Source, state: State
    ) -> tuple[Expr, ...]:
        """Conditions beside a chain: `if $x > 0$`, `i \\ne j`."""
        found: list[Expr] = []
        written = {t.text for r in group for side in (r.lhs, r.rhs) for t in side.tokens}
        sizes = {e.name.base for e in self.table.entries.values() if e.kind == "size"}
        open_here = any(names <= written or names & sizes for names in self.unruled)
        self.unmet = UNRULED if open_here else ""
        from derive.reader.grammar.conditions import condition

        for nodes, place in self.cases:
            try:
                reader = self._reader(place, state)
                letters = [
                    n for n in clean(nodes) if isinstance(n, Token) and n.kind is Kind.LETTER
                ]
                indices = len(letters) == 2 and all(n.text in INDEX_LETTERS for n in letters)
                with reader.flag(in_index=indices):
                    found.append(condition(reader, Cursor(nodes)).build())
            except REFUSED:
                self.unmet = UNMET
        for annotation in group[0].chain.annotations:
            tokens = [t for t in annotation.tokens if t.text not in (r"\forall",)]
            texts = {t.text for t in tokens}
            if (
                not texts & {"<", ">", r"\le", r"\leq", r"\ge", r"\geq", r"\ne", r"\neq"}
                or r"\dots" in texts
            ):
                continue
            try:
                reader = self._reader(source, state)
                found.append(condition(reader, Cursor(tree(tokens, source))).build())
            except REFUSED:
                continue
        return tuple(found)

    def _adjusted(
        self, left: Left, group: list[RawRelation], words: str, sides: list[RawSide], source: Source
    ) -> Left:
        """A free name is defined by its equation, unless a condition that was imposed speaks of it."""
        sign = group[0].sign.relation
        recursive = (
            left.kind == "new" and left.head is not None and left.head.parameters is not None
        )
        if recursive and left.head is not None and calls_name(sides[1].tokens, left.head.name):
            return Left("known")
        own = left.head.name.base if left.link and left.head is not None else ""
        if own and any(token.text == own for token in sides[1].tokens):
            return Left("known")
        if sign == r"\propto" and recursive:
            return left  # a density that its factors give
        if sign not in ("=", ":=", "=:", r"\equiv", r"\triangleq"):
            return Left("known", left.head)
        if left.kind == "known" and left.head is not None and left.entry is not None:
            defining = sign in (":=", r"\triangleq") or defines(words)
            if defining and left.entry.kind != "word":
                return replace(left, kind="free")
            if (
                left.head.parameters is not None
                and left.entry.kind != "word"
                and EXAMPLE.search(last_sentence(words))
            ):
                return replace(left, kind="free")
            if (
                left.entry.kind != "word"
                and self.given_in.get(left.head.name, self.section) != self.section
            ):
                return replace(left, kind="free")
            return left
        if left.kind in ("new", "free") and self._is_tied(left, sides[1], source, words):
            return Left("known", left.head, entry=left.entry)
        if left.kind == "free" and left.head is not None:
            names: list[Name] = []
            with suppress(*REFUSED):
                names = list(names_in(tree(list(sides[1].tokens), source)))
                if depends(self.table, names, left.head.name):
                    return Left("known", left.head, entry=left.entry)
            if self.conditions.speaks_of(left.head.name, self.table):
                return Left("consequence", left.head, entry=left.entry)
            if side_mentions(sides[1], sides[0]) and not self._by_label(left.head.name, names):
                kind = "known" if _of_itself(left, names) else "condition"
                return Left(kind, left.head, entry=left.entry)
        if left.kind == "new" and left.head is not None and not left.head.parameters:
            unknown = self.conditions.alias_of(left.head.name, self.table)
            if unknown is not None and not left.head.indices:
                entry = self.table.declare(left.head.name, left.head.latex or left.head.name.latex)
                entry.kind, entry.definition, entry.sizes = "variable", unknown, unknown.shape
                return Left("consequence", left.head, entry=entry)
        return left

    def _is_tied(self, left: Left, right: RawSide, source: Source, words: str) -> bool:
        """Whether an equation that is supposed gives the name on the left by those on the right: `q = p / (p - 1)`
        after `1/p + 1/q = 1` is claimed."""
        equations = [c for c in self.table.conditions if isinstance(c, Relation) and c.op == "="]
        if not equations or left.head is None or left.head.parameters or defines(words):
            return False
        own = self.table.exact(left.head.name)
        if own is None or own.definition is not None:
            return False
        others: list[str] = []
        with suppress(*REFUSED):
            names = names_in(tree(list(right.tokens), source))
            found = [self.table.exact(n.without(sup=n.sup.isdigit())) for n in names]
            others = [e.latex for e in found if e is not None and e.kind == "variable"]
        tied = ({s.name: None for s in free_symbols(c)} for c in equations)
        return bool(others) and any(
            own.latex in known and all(name in known for name in others) for known in tied
        )

    def _by_label(self, name: Name, names: Sequence[Name]) -> bool:
        """Whether the letter of a name stands for others alone, each declared with its label: W in `W_0 + s A B`."""
        alike = [n for n in names if n.without(sub=True) == name.without(sub=True)]
        return bool(alike) and all(n != name and n.sub and self.table.exact(n) for n in alike)


_FITTING = re.compile(
    r"\b(?:fitting|compatible|suitable|appropriate|matching|conform\w+)\s+(?:sizes?|dimensions?|shapes?|matri\w+)",
    re.IGNORECASE,
)


#: facts of a matrix or direction about which a line such as `Q = Q^T` is a claim; without one it imposes a fact
SAID_OF = (
    "symmetric",
    "antisymmetric",
    "orthonormal_columns",
    "unit_norm",
    "lower_triangular",
    "upper_triangular",
)


def _of_itself(left: Left, names: Sequence[Name]) -> bool:
    """Whether a name of which something is declared is related to nothing but itself."""
    if left.entry is None or left.head is None or not names:
        return False
    own = left.head.name.base
    return any(left.entry.has(fact) for fact in SAID_OF) and all(n.base == own for n in names)
