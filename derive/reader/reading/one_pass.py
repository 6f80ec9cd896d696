r"""One pass through a document in reading order: definitions take effect, sides are read, each sign gets its role.

The pass is run with assumed shapes until as few sides as possible cannot be read (`inference.py`), then once more
for good.
"""

from __future__ import annotations

from dataclasses import replace

from derive.derivation import Block, Chain, Definition, Step, Unreadable
from derive.derivation import Side as TypedSide
from derive.errors import InternalError
from derive.expr.nodes import Expr, Symbol
from derive.expr.walk import free_symbols
from derive.reader.declarations.questions import is_related, place_at
from derive.reader.declarations.wording import equates
from derive.reader.grammar.cursor import plain
from derive.reader.grammar.state import State
from derive.reader.reading.ahead import ReadingAhead
from derive.reader.reading.doubts import hot_unknown
from derive.reader.reading.heads import Left, left_of
from derive.reader.reading.roles import ReadingRoles
from derive.reader.reading.sides import ReadingSides
from derive.reader.reading.single_members import numbers_out, single_out, total_of
from derive.reader.reading.state import MOST_CLASHES, MOST_UNREAD, NOTES, SIGNS, UNPROVEN, Result
from derive.reader.reading.unread import (
    JUST_AFTER,
    anew,
    any_function,
    bounded_spectrum,
    lone_name,
    passed_over,
    unfollowed,
    unread,
)
from derive.reader.reading.unread_facts import passed_over_facts
from derive.reader.relations.chains import RawRelation
from derive.reader.relations.chains import Side as RawSide
from derive.reader.source.blocks import Display, Heading, ParagraphBreak
from derive.reader.source.blocks import Prose as RawProse
from derive.reader.source.places import Source


class ReadingPass(ReadingAhead, ReadingSides, ReadingRoles):
    """Reads a document with a table that grows."""

    def run(self) -> Result:
        """Read everything."""
        for number, block in enumerate(self.document.blocks):
            self.number = number
            if isinstance(block, RawProse):
                self.introduced.hear(block)
                self._prose(number, block)
            elif isinstance(block, Heading):
                self.conditions.clear()
                self.table.conditions[:] = self.supposed
                self.section += 1
                self.lead = ""
            elif isinstance(block, ParagraphBreak):
                self.fresh = True
            elif isinstance(block, Display):
                self._look_ahead(number)
                for position, group in enumerate(self.chains.get(number, ())):
                    self._define_ahead(number, position)
                    self._guarded(group)
                if not self._goes_on(number):
                    self.lead = ""
        self._corroborate()
        return self.finished() if self.last else self.result

    def finished(self) -> Result:
        """The result with the doubts that what was not read leaves; of a pass that is the reading."""
        if self.partial:
            places = [self.places.get(i, 0) for i in range(len(self.result.blocks))]
            pairs = zip(self.result.blocks, places, strict=True)
            self.result.blocks = [self._doubted(block, place) for block, place in pairs]
        else:
            self._leave_open()
        return self.result

    def _goes_on(self, number: int) -> bool:
        """Whether another display follows without words, of which the words before are said, too."""
        following = self.document.blocks[number + 1 : number + 2]
        another = bool(following) and isinstance(following[0], Display)
        return another and equates(self.lead)

    def _leave_open(self) -> None:
        """What an equation in the text says that could not be carried out may be what a step needs."""
        for stated in self.deferred:
            name = lone_name(stated.clause.nodes)
            if name is not None:
                self.overlooked.names[name.latex] = 0
        for called, why in passed_over_facts(self.document, self.table):
            self.overlooked.facts.setdefault(called, why)
        said = self.overlooked
        if said.names or said.letters or said.optima or said.facts:
            self.result.blocks = [self._with_unread(block) for block in self.result.blocks]

    def _with_unread(self, block: Block) -> Block:
        if not isinstance(block, Chain):
            return block
        steps: list[Step] = []
        previous = block.lhs
        for step in block.steps:
            why = step.doubt or unread(previous, step.rhs, self.overlooked)
            steps.append(replace(step, doubt=why))
            previous = step.rhs
        return replace(block, steps=tuple(steps))

    def _doubted(self, block: Block, place: int) -> Block:
        """A chain of a section with what its text says of the names and was not read."""
        if not isinstance(block, Chain):
            return block
        steps: list[Step] = []
        previous = block.lhs
        for step in block.steps:
            said = self.overlooked.until(place + JUST_AFTER)
            why = step.doubt or passed_over(previous, step.op, step.rhs, self.table, said)
            steps.append(replace(step, doubt=why, open=True))
            previous = step.rhs
        return replace(block, steps=tuple(steps))

    def _corroborate(self) -> None:
        """A clash of assumed shapes is the author's if all assumed names are used elsewhere and little else clashes."""
        steps = [
            step for block in self.result.blocks if isinstance(block, Chain) for step in block.steps
        ]
        unread = sum(isinstance(step.rhs, Unreadable) for step in steps) - len(self.guessed)
        if (
            self.section > 1
            or self.partial
            or len(self.guessed) > MOST_CLASHES
            or unread > MOST_UNREAD * len(steps)
        ):
            return
        for doubtful, (names, sure) in self.guessed.items():
            if names <= self.confirmed:
                self.result.blocks = [_with_side(b, doubtful, sure) for b in self.result.blocks]

    def _guarded(self, group: list[RawRelation]) -> None:
        """A chain; a fault of the reader costs this chain only."""
        before = len(self.result.blocks)
        try:
            self._chain(group)
        except Exception as error:
            del self.result.blocks[before:]
            fault = InternalError(f"{type(error).__name__} while reading: {error}")
            sides = [group[0].lhs, *(r.rhs for r in group)]
            typed: list[TypedSide] = [Unreadable(side.latex, str(fault)) for side in sides]
            self._emit(group, sides, typed, Left("known"), 0, (), "")

    def _chain(self, group: list[RawRelation]) -> None:
        raw = group[0].chain
        source = raw.source
        sides = [group[0].lhs, *(r.rhs for r in group)]
        self.in_prose = False
        self._try_deferred()
        self._settle(sides, source)
        for side in sides:
            self._prepare(side.tokens, source)
        if self.deferred:
            self._try_deferred()
        tokens = [side.tokens for side in sides]
        if note := single_out(self.table, tokens, source, self.options):
            self.result.notes[note] = None
        with numbers_out(self.table, tokens, source, self.options) as note:
            if note:
                self.result.notes[note] = None
            self._claim(group, sides)

    def _claim(self, group: list[RawRelation], sides: list[RawSide]) -> None:
        """A chain of which the names are known: what it defines, and the role of each of its signs."""
        raw = group[0].chain
        source = raw.source
        state = State()
        left = (
            left_of(self._reader(source, state), sides[0].tokens)
            if sides[0].tokens
            else Left("known")
        )
        if left.kind == "known":
            left = total_of(self._reader(source), [side.tokens for side in sides[:2]]) or left
        words = f"{self.lead} {raw.words}"
        left = self._adjusted(left, group, words, sides, source)
        defined = self._introduce(left, sides, source) if left.kind in ("new", "free") else 0
        left, again = self._defined_above(left, defined)
        if left.head is not None and left.kind == "known":
            defined = self.ahead.pop(left.head.name, 0)
        typed = self._read(sides, source, state)
        if again:
            defined, typed[0] = 0, Unreadable(sides[0].latex, again)
        self.several = any(name in NOTES for name in state.ambiguous)
        premises = self._annotated(group, source, state)
        self._emit(group, sides, typed, left, defined, premises, words)

    def _defined_above(self, left: Left, defined: int) -> tuple[Left, str]:
        """A name whose definition above could not be read is not defined by what is said of it afterwards: why not."""
        if left.head is None or left.kind not in ("new", "free"):
            return left, ""
        given = [plain(part) for part in left.head.parameters or ()]
        written = (left.head.name, tuple(given), left.head.indices)
        if self.undefined.get(written) == self.section:
            why = f"the definition of {left.head.name.latex} above could not be read"
            return Left("known"), why
        if not defined:
            self.overlooked.names[left.head.name.latex] = self.number
            self.undefined[written] = self.section
        return left, ""

    def _emit(
        self,
        group: list[RawRelation],
        sides: list[RawSide],
        typed: list[TypedSide],
        left: Left,
        defined: int,
        premises: tuple[Expr, ...],
        words: str,
    ) -> None:
        source = group[0].chain.source
        steps: list[Step] = []
        previous = typed[0]
        rows = zip(group, sides[1:], typed[1:], strict=True)
        for position, (relation, side, right) in enumerate(rows, start=1):
            role = self._role(relation, position, typed, left, defined, words)
            alone = self.introduced.stands_alone(previous, right, role, self.table)
            role = "tie" if alone and role in ("claim", "consequence") else role
            self._count(previous, right, role)
            shown = right
            if role not in ("definition", "condition"):
                shown = self._comparable(previous, sides[position - 1], right, side)
            step = Step(
                SIGNS.get(relation.sign.relation, relation.sign.relation),
                shown,
                role=role,
                place=place_at(source, relation.span.start),
                source=side.latex,
                unsaid=self._unsaid(previous, right),
                alternatives=self._alternatives(
                    role, previous, right, typed, position, sides, source, relation
                ),
            )
            if step.op == ":=" and role != "definition":
                step = replace(step, op="=")
            if position == 1:
                step = replace(step, doubt=anew(left, typed[0], right, words, self.partial))
            if role in ("consequence", "tie") and self.conditions.rests_on_unread(previous, right):
                step = replace(step, doubt=step.doubt or UNPROVEN)
            steps.append(self._with_doubt(step, previous, right))
            if role == "condition" and step.op == "=":
                self._impose(typed, position, previous, right)
            previous = right
        self._remember(typed, words)
        if left.kind == "consequence" and self._expects:
            self._estimated(left, typed)
        if defined and left.head is not None:
            self._definition_block(left, source, group)
        related = tuple(p for p in (*self.table.conditions, *premises) if is_related(p, typed))
        self.places[len(self.result.blocks)] = self.number
        place = place_at(source, group[0].lhs.span.start)
        self.result.blocks.append(
            Chain(typed[0], tuple(steps), related, place=place, source=sides[0].latex)
        )

    def _estimated(self, left: Left, typed: list[TypedSide]) -> None:
        """An estimate is the formula found for it, from which its expectation over the data is taken."""
        entry, formula = left.entry, typed[1]
        if entry is None or not isinstance(entry.definition, Symbol):
            return
        if not isinstance(formula, Expr) or formula.shape != entry.definition.shape:
            return
        if entry.definition.definition is None and entry.definition not in free_symbols(formula):
            entry.definition = formula

    def _with_doubt(self, step: Step, previous: TypedSide, right: TypedSide) -> Step:
        """The step with what leaves it open: a function without a formula, what is not met, a bounded spectrum."""
        unsure = any_function(previous, step.op, right, self.table) or self.unmet
        unsure = unsure or bounded_spectrum(previous, step.op, right, self.overlooked.spectra)
        unsure = unsure or hot_unknown(previous, right)
        if self.recursions:
            unsure = unsure or unfollowed(previous, right, self.recursions)
        return replace(step, doubt=step.doubt or unsure) if unsure else step

    def _definition_block(self, left: Left, source: Source, group: list[RawRelation]) -> None:
        assert left.head is not None
        entry = self.table.exact(left.head.name)
        if entry is None or (entry.definition is None and entry.function is None):
            return
        symbol = entry.function if entry.function is not None else self.table.symbol(entry)
        self.result.blocks.append(Definition(symbol, place_at(source, group[0].lhs.span.start)))


def _with_side(block: Block, old: Unreadable, new: TypedSide) -> Block:
    """A chain with one unreadable side replaced."""
    if not isinstance(block, Chain):
        return block
    steps = tuple(replace(s, rhs=new) if s.rhs == old else s for s in block.steps)
    return replace(block, lhs=new if block.lhs == old else block.lhs, steps=steps)
