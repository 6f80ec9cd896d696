r"""One pass through a document in reading order: definitions take effect, sides are read, each sign gets its role.

The pass is run with assumed shapes until as few sides as possible cannot be read (`inference.py`), then once more for good.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from derive.derivation import Alternative, Block, Chain, Definition, Place, Prose, Step, Unreadable
from derive.derivation import Side as TypedSide
from derive.errors import DeriveError, InternalError, ReadError
from derive.expr.nodes import (
    Apply,
    Call,
    Derivative,
    Expr,
    Item,
    Relation,
    Symbol,
)
from derive.expr.sizes import ONE, shape_text
from derive.expr.walk import free_symbols, post_order, substitute, transform
from derive.reader.blocks import Display, Document, Heading, ParagraphBreak, Text
from derive.reader.blocks import Prose as RawProse
from derive.reader.conditions import Conditions, is_zero, zero_like
from derive.reader.declare_clauses import _relation_at as relation_at
from derive.reader.declare_definitions import (
    Head,
    constrain,
    define_by_index,
    define_function,
    define_symbol,
)
from derive.reader.doubts import is_free, is_number, ties, two_fonts
from derive.reader.formula import WORDS, Reading, read_sides
from derive.reader.formula_core import Formula
from derive.reader.formula_cursor import Cursor, clean, plain
from derive.reader.formula_names import read_name
from derive.reader.formula_sizes import is_open
from derive.reader.formula_state import Options, State
from derive.reader.formula_values import Misfit
from derive.reader.formula_written import base_name, written_scripts
from derive.reader.groups import Node, tree
from derive.reader.formula_infer import is_index
from derive.reader.heads import Left, left_of
from derive.reader.layers import Layers
from derive.reader.prose import Stated
from derive.reader.relations import RawRelation
from derive.reader.relations import Side as RawSide
from derive.reader.scanner import Kind, Token
from derive.reader.source import Source
from derive.reader.table import INDEX_LETTERS, Name, Table
from derive.reader.upstream import Forward, define_upstream, differentiated, names_in
from derive.reader.wording import (
    claims,
    decomposition,
    explains,
    imposes,
    is_conditional,
    is_result,
    models,
    last_sentence,
    redefines,
    several,
    solves,
    states,
)

SIGNS = {
    ":=": ":=", "=:": ":=", r"\equiv": "=", r"\triangleq": "=", r"\approx": "~~", r"\propto": "prop",
}  # fmt: skip
GUESSED = "shapes unknown"
DOUBTS = ("is a scalar and has no entry", "may be spectral", "runs over two axes", "an index needs a scalar", " takes ")
"""In refusals that leave open what a name stands for: no mistake of the author's."""
MOST_CLASHES = 2
MOST_UNREAD = 0.2
"""The share of right sides without a value up to which a document is taken to be understood."""
LAYERS_AHEAD = 4
EQUIVALENT = frozenset([r"\Leftrightarrow", r"\iff", r"\Longleftrightarrow"])
"""Signs between equations of which none is claimed by itself."""
EXAMPLE = re.compile(r"\b(?:consider|suppose|take|instance|example|given by|imagine)\b", re.I)
DERIVING = frozenset([r"\nabla", r"\partial", r"\argmin", r"\argmax"])
_REFUSED = (DeriveError, Misfit, RecursionError)


@dataclass
class Result:
    """What a pass found. `faults`: sides and steps whose shapes clash; `unreadable`: other sides that cannot be read; `conventions`: notes needed."""

    blocks: list[Block] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)
    faults: int = 0
    unreadable: int = 0
    conventions: int = 0

    @property
    def score(self) -> tuple[int, int, int]:
        """Fewer is better."""
        return (self.faults, self.unreadable, self.conventions)


class ReadingPass:
    """Reads a document with a table that grows; `stated` are the equations of each paragraph, by its number."""

    def __init__(
        self,
        document: Document,
        table: Table,
        stated: dict[int, list[Stated]],
        chains: dict[int, list[list[RawRelation]]],
        options: Options,
        last: bool = False,
    ) -> None:
        self.document, self.table, self.stated, self.chains = document, table, stated, chains
        self.options, self.last = options, last
        self.result = Result()
        self.conditions = Conditions()
        self.supposed = list(table.conditions)
        self.section = 0
        self.given_in: dict[Name, int] = {}
        self.lead = ""
        self.fresh = True
        self.deferred: list[Stated] = []
        self.in_prose = False
        self.early: set[int] = set()
        self.forward = Forward()
        self.layers = Layers()
        self.upstream: dict[Name, int] = {}
        self.heads = _heads(chains, stated)
        self.written = _written(document)
        for name, right, place in _layered(chains, stated):
            self.layers.record(name, right, place)
        self.cases: list[tuple[tuple[Node, ...], Source]] = []
        self.seeks = _seeks(document)
        self.guessed: dict[Unreadable, tuple[frozenset[Name], TypedSide]] = {}
        self.confirmed: set[Name] = set()
        self.several = False

    def run(self) -> Result:
        """Read everything."""
        for number, block in enumerate(self.document.blocks):
            if isinstance(block, RawProse):
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
                for group in self.chains.get(number, ()):
                    self._guarded(group)
                self.lead = ""
        self._corroborate()
        return self.result

    def _corroborate(self) -> None:
        """A clash of assumed shapes is the author's where every assumed name is in use elsewhere and little else clashes."""
        steps = [
            step for block in self.result.blocks if isinstance(block, Chain) for step in block.steps
        ]
        unread = sum(isinstance(step.rhs, Unreadable) for step in steps) - len(self.guessed)
        if (
            self.section > 1
            or len(self.guessed) > MOST_CLASHES
            or unread > MOST_UNREAD * len(steps)
        ):
            return
        for doubtful, (names, sure) in self.guessed.items():
            if names <= self.confirmed:
                self.result.blocks = [_with_side(b, doubtful, sure) for b in self.result.blocks]

    # --------------------------------------------------------------------------------------------- prose

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
        self.cases = []
        self.in_prose = True
        for stated in self.stated.get(number, ()):
            if id(stated) in self.early:
                continue
            try:
                self._carry_out(stated)
            except _REFUSED as error:
                self.deferred.append(stated)
                self.result.faults += getattr(error, "ill_typed", True)
                self._note_refused(error)
            except Exception as error:  # a fault of the reader costs this formula only
                fault = InternalError(f"{type(error).__name__} while reading: {error}")
                self.result.notes[str(fault)] = None
        if solves(words):
            self.conditions.settle(several(words))

    def _is_news(self, stated: Stated) -> bool:
        """Whether an equation defines a name of which nothing is said elsewhere."""
        nodes = stated.clause.nodes
        cut = next(
            (i for i, n in enumerate(nodes) if isinstance(n, Token) and n.text in ("=", ":=")), 0
        )
        left = left_of(
            self._reader(stated.mention.source), [t for n in nodes[:cut] for t in _tokens(n)]
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
            except _REFUSED:
                self.table.sizes.restore(before)

    def _carry_out(self, stated: Stated) -> None:
        """An equation or a condition in a line of prose."""
        mention, nodes = stated.mention, stated.clause.nodes
        from derive.reader.declare_clauses import _relation_at

        cut = _relation_at(nodes)
        assert cut is not None
        source = mention.source
        words = f"{mention.lead} {mention.before}"
        reader = self._reader(source)
        if not stated.defines:
            if is_conditional(words) or _between_indices(nodes[cut]):
                self.cases.append((tuple(nodes), source))
            elif states(words):
                self._suppose(reader, nodes)
            return
        left, right = nodes[:cut], nodes[cut + 1 :]
        tokens = [token for node in left for token in _tokens(node)]
        sign = nodes[cut]
        if isinstance(sign, Token) and sign.text == r"\sim":
            from derive.reader.declare import _finish

            _finish(reader, stated.clause)
            return
        if is_conditional(words) and left and right:
            self.cases.append((tuple(nodes), source))
        if is_conditional(words) or not left or not right:
            return
        if self._waits(right):
            self.deferred.append(stated)
            return
        self._prepare([token for node in nodes for token in _tokens(node)], source)
        left_side = left_of(reader, tokens)
        if models(mention.lead) and left_side.head is not None and self._has_members(left_side.head):
            return
        if left_side.head is not None and left_side.head.indices and is_number(right):
            return
        if left_side.kind == "free" and left_side.entry is not None and left_side.entry.assumed:
            left_side = replace(left_side, kind="new")
        right_tokens = [token for node in right for token in _tokens(node)]
        if left_side.head is not None and left_side.head.parameters is not None:
            if _calls(right_tokens, left_side.head.name):
                return
        if left_side.kind == "new" or (left_side.kind == "free" and not is_result(mention.lead)):
            before = self.table.sizes.snapshot()
            try:
                recurring = left_side.kind == "free" or plain(left).strip() in plain(right)
                if recurring and self._constrained(reader, left, right):
                    return
                if (
                    left_side.kind == "new"
                    or states(words)
                    or decomposition(words)
                    or not mention.lead.strip()
                ):
                    self._define(reader, left_side, tuple(right))
            except _REFUSED:
                self.table.sizes.restore(before)
                self._forget(left_side)
                raise
            return
        if self._constrained(reader, left, right):
            return
        if states(words) and imposes(words):
            a, b = reader.whole(left), reader.whole(right)
            self.table.sizes.unify_shapes(a.shape, b.shape)
            self._premise(Relation("=", a.build(), b.build()))

    def _waits(self, right: Sequence[Node]) -> bool:
        """Whether a derivative speaks of what is defined later in the document, or of a loss without a forward pass yet."""
        losses = tuple(differentiated(right))
        if not losses:
            return False
        later = (n for n in names_in(right) if n in self.heads and n not in self.table.families)
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

    def _suppose(self, reader: Formula, nodes: Sequence[object]) -> None:
        """A condition that holds from here on."""
        from derive.reader.formula_conditions import condition

        self._premise(condition(reader, Cursor(list(nodes))).build())  # type: ignore[arg-type]

    def _premise(self, relation: Expr) -> None:
        if relation not in self.table.conditions:
            self.table.conditions.append(relation)

    def _constrained(
        self, reader: Formula, left: Sequence[object], right: Sequence[object]
    ) -> bool:
        """Whether an equation has the form of a fact (`A = A^\\top`, `\\sum_j t_j = 1`), which is then declared."""
        before = self.table.sizes.snapshot()
        entries, families = dict(self.table.entries), dict(self.table.families)
        try:
            a, b = reader.whole(list(left)), reader.whole(list(right))  # type: ignore[arg-type]
            if a.kind not in ("ones", "zeros") and b.kind not in ("ones", "zeros"):
                self.table.sizes.unify_shapes(a.shape, b.shape)
            if constrain(self.table, a.build(), b.build()):
                return True
        except _REFUSED:
            pass
        self.table.sizes.restore(before)
        for known, now in ((entries, self.table.entries), (families, self.table.families)):
            for name in [n for n in now if n not in known]:
                del now[name]
                self.table.by_letter.get(name.letter, {}).pop(name, None)
        return False

    def _note_refused(self, error: Exception) -> None:
        if isinstance(error, ReadError) and error.line:
            text = f"line {error.line}: {error.message}"
            if len(self.result.notes) < 12:
                self.result.notes[text] = None

    # ------------------------------------------------------------------------------------------ definitions

    def _reader(self, source: Source, state: State | None = None) -> Formula:
        return Formula(self.table, source, WORDS, read_name, state, self.options)

    def _define(self, reader: Formula, left: Left, right: Sequence[object]) -> None:
        """Carry out a definition; refusals are raised."""
        head = left.head
        assert head is not None
        nodes = list(right)
        self.given_in[head.name] = self.section
        if head.parameters is not None and is_number(nodes):  # type: ignore[arg-type]
            raise reader.error(f"the value of {head.name.latex} at one argument is not its definition", 0)
        if head.parameters is not None:
            self._define_function(reader, left, nodes)
        elif len(head.indices) == 1 and _recurs(head, nodes):
            member = replace(head.name, sub=head.indices[0])
            known = self.table.entries.get(member)
            if known is not None and known.assumed:
                del self.table.entries[member]
            define_symbol(reader, Head(member), nodes, 0)  # type: ignore[arg-type]
        elif head.indices:
            whole = self.table.entries.get(head.name)
            if whole is not None and whole.kind == "variable":
                del self.table.entries[head.name]
            define_by_index(reader, head, nodes)  # type: ignore[arg-type]
        else:
            before = self._spoken(left)
            if left.entry is not None and left.entry.assumed and left.entry.definition is None:
                left.entry.sizes, left.entry.assumed, left.entry.family = None, False, 0
            if left.entry is not None and left.entry.kind == "size":
                raise reader.error(f"{left.entry.latex} is a size", 0)
            entry = define_symbol(reader, head, nodes, 0)  # type: ignore[arg-type]
            if before is not None:
                self._carry_over(before, self.table.symbol(entry))
            self._name_in_definitions(self.table.symbol(entry))
        if head.parameters is None:
            self._record(head, nodes, reader.source)

    def _spoken(self, left: Left) -> Symbol | None:
        """The symbol that a name without definition has stood for so far."""
        entry = left.entry
        if entry is None or entry.kind != "variable" or entry.sizes is None or entry.definition is not None or entry.family:
            return None
        return self.table.symbol(entry)

    def _name_in_definitions(self, new: Symbol) -> None:
        """`z = Wx + b` after `y = softmax(Wx + b)`: y is a function of z."""
        body = new.definition
        if body is None or isinstance(body, (Symbol, Item)) or not free_symbols(body):
            return
        for entry in self.table.variables():
            known = entry.definition
            if known is not None and known != body and entry.latex != new.name:
                if any(node == body for node in post_order(known)):
                    entry.definition = substitute(known, {body: new})

    def _carry_over(self, old: Symbol, new: Symbol) -> None:
        """What was defined by a name that is itself defined only now: `S = L L^T` after d(x) was given by S."""
        if old == new or new.definition is None or old in free_symbols(new.definition):
            return

        def renewed(body: Expr) -> Expr:
            same = {s: new for s in free_symbols(body) if s.name == old.name and s.shape == new.shape}
            return substitute(body, same) if same else body

        for entry in (*self.table.entries.values(), *self.table.families.values()):
            if entry.definition is not None and entry.latex != new.name:
                entry.definition = renewed(entry.definition)
            function = entry.function
            if function is not None and function.body is not None:
                if all(p.name != old.name for p in function.parameters):
                    entry.function = replace(function, body=renewed(function.body))

    def _define_function(self, reader: Formula, left: Left, nodes: list[object]) -> None:
        head = left.head
        assert head is not None and head.parameters is not None
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
            body = Apply("exp", (entry.function.body,))
            entry.function = replace(entry.function, body=body)

    def _touch(
        self, reader: Formula, parameter: Sequence[object], nodes: list[object], sure: bool = False
    ) -> None:
        """An undeclared parameter that is bold or transposed in the body is a vector or matrix: its shape is assumed."""
        if self.table.inference is None:
            return
        from derive.reader.formula_written import base_name

        cursor = Cursor(list(parameter))  # type: ignore[arg-type]
        name = base_name(cursor)
        if name is None or self.table.find(name) is not None:
            return
        text, own = plain(nodes), plain(list(parameter))  # type: ignore[arg-type]
        vectorial = name.font in ("bold", "vec") or any(
            f"{own}{mark}" in text.replace("{", "").replace("}", "")
            for mark in (r"^\top", "^T", "_")
        )
        if sure or vectorial or own not in text or r"\|" in text:
            try:
                reader.whole(list(parameter))  # type: ignore[arg-type]
            except _REFUSED:
                return

    def _record(self, head: Head, nodes: list[object], source: Source) -> None:
        """Remember a definition of the forward pass."""
        texts = {t.text for node in nodes for t in _tokens(node)}
        if not texts & {r"\partial", r"\nabla"}:
            self.forward.record(head.name, nodes)  # type: ignore[arg-type]
        self.layers.record(head.name, [t for node in nodes for t in _tokens(node)], source)

    def _prepare(self, tokens: Sequence[Token], source: Source) -> None:
        """Definitions of other layers, and a loss of which only derivatives are spoken of, as a formula needs them."""
        if not tokens:
            return
        try:
            nodes = tree(list(tokens), source)
            for name, right, place in self.layers.needed(names_in(nodes), self.table):
                self._define_layer(name, right, place)
            for name in differentiated(nodes):
                self._define_upstream(name, source)
        except _REFUSED:
            return

    def _is_defined(self, name: Name) -> bool:
        entry = self.table.exact(name)
        return entry is not None and entry.definition is not None

    def _try_deferred(self) -> None:
        """Definitions in prose that needed what was defined after them."""
        waiting, self.deferred = self.deferred, []
        for stated in waiting:
            before = self.table.sizes.snapshot()
            try:
                self._carry_out(stated)
                self.result.faults -= self.result.faults > 0
            except _REFUSED:
                self.table.sizes.restore(before)
                self.deferred.append(stated)

    def _define_layer(self, name: Name, right: list[Token], source: Source) -> None:
        entry = self.table.exact(name)
        if entry is not None and entry.assumed:
            entry.sizes, entry.assumed = None, False
        self._prepare(right, source)
        before = self.table.sizes.snapshot()
        try:
            nodes = tree(right, source)
            define_symbol(self._reader(source), Head(name), nodes, 0)
            self._record(Head(name), list(nodes), source)
        except _REFUSED:
            self.table.sizes.restore(before)

    def _define_upstream(self, name: Name, source: Source) -> None:
        """Give a loss that is defined nowhere an arbitrary gradient at the ends of the forward pass."""
        match = self.table.find(name)
        entry = match[0] if match is not None else None
        if name in self.heads or (name.sub and is_index(name.sub)):
            return
        if entry is not None and (
            entry.kind != "variable" or entry.definition or not entry.assumed
        ):
            if self.upstream.get(name) in (None, len(self.forward.uses)):
                return
        if (
            not all(self._is_defined(other) for other in self.layers.plain(DERIVING))
            and self.in_prose
        ):
            return
        for _ in range(LAYERS_AHEAD):
            found = list(self.layers.needed(self.written, self.table))
            for other, right, place in found:
                self.written = (*self.written, *names_in(tree(right, place)))
                if not any(t.text in DERIVING for t in right):
                    self._define_layer(other, right, place)
            if not found:
                break
        if define_upstream(self._reader(source), name, self.forward):
            self.upstream[name] = len(self.forward.uses)

    # ----------------------------------------------------------------------------------------------- chains

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
        for side in sides:
            self._prepare(side.tokens, source)
        state = State()
        left = (
            left_of(self._reader(source, state), sides[0].tokens)
            if sides[0].tokens
            else Left("known")
        )
        words = f"{self.lead} {raw.words}"
        left = self._adjusted(left, group, words, sides, source)
        defined = self._introduce(left, sides, source) if left.kind in ("new", "free") else 0
        typed = self._read(sides, source, state)
        self.several = any(name in NOTES for name in state.ambiguous)
        premises = self._annotated(group, source, state)
        self._emit(group, sides, typed, left, defined, premises, words)

    def _adjusted(
        self, left: Left, group: list[RawRelation], words: str, sides: list[RawSide], source: Source
    ) -> Left:
        """A free name is defined by its equation, unless a condition that was imposed speaks of it."""
        sign = group[0].sign.relation
        recursive = (
            left.kind == "new" and left.head is not None and left.head.parameters is not None
        )
        if recursive and left.head is not None and _calls(sides[1].tokens, left.head.name):
            return Left("known")
        if sign not in ("=", ":=", "=:", r"\equiv", r"\triangleq"):
            return Left("known", left.head)
        if left.kind == "known" and left.head is not None and left.entry is not None:
            defining = sign in (":=", r"\triangleq") or (
                redefines(words) and "define" in words.lower()
            )
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
        if left.kind == "free" and left.head is not None:
            if self.conditions.speaks_of(left.head.name, self.table):
                return Left("consequence", left.head, entry=left.entry)
            if _mentions(sides[1], sides[0]):
                return Left("condition", left.head, entry=left.entry)
        if left.kind == "new" and left.head is not None and not left.head.parameters:
            unknown = self.conditions.alias_of(left.head.name, self.table)
            if unknown is not None and not left.head.indices:
                entry = self.table.declare(left.head.name, left.head.latex or left.head.name.latex)
                entry.kind, entry.definition, entry.sizes = "variable", unknown, unknown.shape
                return Left("consequence", left.head, entry=entry)
        return left

    def _introduce(self, left: Left, sides: list[RawSide], source: Source) -> int:
        """Define the left side by the first right side that can be read; the number of that side, 0 when there is none."""
        for position, side in enumerate(sides[1:], start=1):
            if not side.tokens:
                continue
            before = self.table.sizes.snapshot()
            reader = self._reader(source)
            try:
                nodes = clean(tree(list(side.tokens), source))
                self._define(reader, left, nodes)
                return position
            except _REFUSED:
                self.table.sizes.restore(before)
                self._forget(left)
        return 0

    def _forget(self, left: Left) -> None:
        """A definition that was refused leaves no entry behind."""
        assert left.head is not None
        for entries in (self.table.entries, self.table.families):
            entry = entries.get(left.head.name)
            unset = entry is not None and entry.sizes is None and entry.definition is None
            if left.entry is None and unset and not entry.facts and entry.kind == "variable":
                del entries[left.head.name]

    def _read(self, sides: list[RawSide], source: Source, state: State) -> list[TypedSide]:
        found = read_sides([side.tokens for side in sides], self.table, source, self.options, state)
        typed: list[TypedSide] = []
        for side, raw in zip(found, sides, strict=True):
            if isinstance(side, Reading):
                typed.append(_tidied(side.expr))
                self.confirmed |= self._assumed_in(raw.tokens)
                self.result.conventions += len(side.notes)
            else:
                typed.append(self._unreadable(raw, side, source))
        for note in state.notes:
            self.result.notes[note] = None
        return typed

    def _unreadable(self, raw: RawSide, error: ReadError, source: Source) -> Unreadable:
        where = f" (line {error.line})" if error.line else ""
        why = f"{error.message}{where}"
        if error.ill_typed and any(doubt in error.message for doubt in DOUBTS):
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
        self.guessed[found] = (guessed, Unreadable(raw.latex, why, True, near))
        return found

    def _near(self, tokens: Sequence[Token], source: Source) -> tuple[tuple[str, Expr], ...]:
        """What an ill-typed side says with one transpose more or less."""
        from derive.reader.transposes import transposed_readings

        def read(changed: list[Token]) -> Expr | None:
            before = self.table.sizes.snapshot()
            (found,) = read_sides([changed], self.table, source, self.options, State())
            self.table.sizes.restore(before)
            return _tidied(found.expr) if isinstance(found, Reading) else None

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
        if not foreign:
            self.guessed[found] = (guessed, right)
        return found

    def _has_open_sizes(self) -> bool:
        """Whether the shape of some symbol is not known yet."""
        resolve = self.table.sizes.resolve
        return any(is_open(resolve(s)) for e in self.table.variables() for s in e.sizes or ())

    def _assumed_in(self, tokens: Sequence[Token]) -> frozenset[Name]:
        """The assumed names that may stand among the tokens."""
        letters = {token.text for token in tokens}
        present = [e for e in self.table.variables() if e.name.base in letters]
        inside = {
            s.name for e in present if e.definition is not None for s in free_symbols(e.definition)
        }
        named = {e.name for e in present}
        return frozenset(
            e.name
            for e in self.table.variables()
            if e.assumed and (e.name in named or e.latex in inside)
        )

    def _collapsed(self, tokens: Sequence[Token]) -> str:
        """A bold name among the tokens that could be read as a number only, empty when there is none."""
        letters = {token.text for token in tokens}
        for entry in self.table.variables():
            if (
                entry.assumed
                and entry.name.base in letters
                and entry.name.font in ("bold", "vec")
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
        from derive.reader.formula_conditions import condition

        for nodes, place in self.cases:
            try:
                reader = self._reader(place, state)
                letters = [
                    n for n in clean(nodes) if isinstance(n, Token) and n.kind is Kind.LETTER
                ]
                indices = len(letters) == 2 and all(n.text in INDEX_LETTERS for n in letters)
                with reader.flag(in_index=indices):
                    found.append(condition(reader, Cursor(nodes)).build())
            except _REFUSED:
                continue
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
            except _REFUSED:
                continue
        return tuple(found)

    # ------------------------------------------------------------------------------------------------ steps

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
        for position, (relation, side, right) in enumerate(
            zip(group, sides[1:], typed[1:], strict=True), start=1
        ):
            role = self._role(relation, position, typed, left, defined, words)
            self._count(previous, right, role)
            shown = (
                right
                if role in ("definition", "condition")
                else self._comparable(previous, sides[position - 1], right, side)
            )
            step = Step(
                SIGNS.get(relation.sign.relation, relation.sign.relation),
                shown,
                role=role,
                place=_place(source, relation.span.start),
                source=side.latex,
                alternatives=self._alternatives(
                    role, previous, right, typed, position, sides, source
                ),
            )
            if step.op == ":=" and role != "definition":
                step = replace(step, op="=")
            steps.append(step)
            if role == "condition" and step.op == "=":
                self._impose(typed, position, previous, right)
            previous = right
        self._remember(typed, words)
        if defined and left.head is not None:
            self._definition_block(left, source, group)
        start = group[0].lhs.span.start
        supposed = (*self.table.conditions, *premises)
        related = tuple(p for p in supposed if _related(p, typed))
        self.result.blocks.append(
            Chain(
                typed[0], tuple(steps), related, place=_place(source, start), source=sides[0].latex
            )
        )

    def _definition_block(self, left: Left, source: Source, group: list[RawRelation]) -> None:
        assert left.head is not None
        entry = self.table.exact(left.head.name)
        if entry is None or (entry.definition is None and entry.function is None):
            return
        symbol = entry.function if entry.function is not None else self.table.symbol(entry)
        self.result.blocks.append(Definition(symbol, _place(source, group[0].lhs.span.start)))

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
        if defined and position <= defined:
            return "definition"
        if left.kind in ("new", "free") and position == 1:
            return "definition"
        if sign in (":=", "=:") and position == 1:
            return "definition" if left.kind != "consequence" else "consequence"
        right = typed[position]
        first = typed[0]
        if sign == "=" and isinstance(right, Expr) and is_zero(right):
            if (
                any(token.text == "!" for token in relation.sign.over)
                or solves(words)
                or imposes(words)
            ):
                return "condition"
            if isinstance(first, Expr) and _is_gradient(first):
                return "condition"
            if not claims(words) and self.seeks:
                return "condition" if not self.conditions.active_for(typed) else "tie"
            return "tie" if _equivalent(relation) else "claim"
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
        if left.kind == "consequence" and position == 1:
            return "consequence"
        if sign != "=" and is_free(typed[position - 1]) and is_free(right):
            return "condition"
        if self.conditions.active_for(typed) and not _has_derivative(first):
            unsure = sign != "=" or ties(typed[position - 1], right, self.table)
            return "tie" if unsure else "consequence"
        plain_first = position == 1 and isinstance(first, Expr) and not _has_derivative(first)
        if plain_first and relation.sign.relation == "=" and self._demanded(first, right, words):
            return "condition"
        if is_free(typed[position - 1]) and is_free(right):
            return "condition"
        if _equivalent(relation):
            return "tie"
        if sign == "=" and ties(typed[position - 1], right, self.table):
            return "tie"
        return "claim"

    def _demanded(self, first: TypedSide, right: TypedSide, words: str) -> bool:
        """Whether words demand an equation between quantities that are free, such as `A u = \\lambda u`."""
        if not isinstance(first, Expr) or not isinstance(right, Expr):
            return False
        return imposes(words) and not claims(words)

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
        self.conditions.impose(found)

    def _remember(self, typed: list[TypedSide], words: str) -> None:
        """A derivative may be set to zero in the words that follow."""
        readable = [side for side in typed if isinstance(side, Expr)]
        if readable and isinstance(typed[0], Expr) and _is_gradient(typed[0], 1):
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
    ) -> tuple[Alternative, ...]:
        if not isinstance(left, Expr) or not isinstance(right, Expr):
            return ()
        found: list[Alternative] = []
        if role in ("consequence", "tie"):
            for premises in self.conditions.variants():
                found.append(Alternative(left, right, premises, "where the condition before holds"))
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
            other = replace(self.options, **{name: not getattr(Options(), name)})
            found = read_sides(tokens, self.table.copy(), source, other, State())
            if all(isinstance(side, Reading) for side in found):
                a, b = (_tidied(side.expr) for side in found if isinstance(side, Reading))
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


def _heads(
    chains: dict[int, list[list[RawRelation]]], stated: dict[int, list[Stated]]
) -> frozenset[Name]:
    """The names that stand alone, or before a bracket, on some left side."""
    found: dict[Name, None] = {}
    lefts = [clean(group[0].lhs.tokens) for groups in chains.values() for group in groups]
    lefts += [
        clean(s.clause.nodes) for statements in stated.values() for s in statements if s.defines
    ]
    for items in lefts:
        cursor = Cursor(items, cleaned=True)
        name = base_name(cursor)
        if name is not None:
            sub, sup = written_scripts(cursor)
            if cursor.node is None or cursor.at("(", "=", ":"):
                found[Name(name.base, name.font, name.accents, sub, sup)] = None
    return frozenset(found)


def _layered(
    chains: dict[int, list[list[RawRelation]]], stated: dict[int, list[Stated]]
) -> Iterator[tuple[Name, list[Token], Source]]:
    """Each name that is alone on a left side, with the right side."""
    pairs = [
        (list(g[0].lhs.tokens), list(g[0].rhs.tokens), g[0].chain.source)
        for groups in chains.values()
        for g in groups
    ]
    for statements in stated.values():
        for s in (s for s in statements if s.defines):
            cut = relation_at(s.clause.nodes)
            left, right = s.clause.nodes[:cut], s.clause.nodes[(cut or 0) + 1 :]
            sides = ([t for node in part for t in _tokens(node)] for part in (left, right))
            pairs.append((*sides, s.mention.source))  # type: ignore[arg-type]
    for left_tokens, right_tokens, source in pairs:
        try:
            cursor = Cursor(tree(left_tokens, source))
        except ReadError:
            continue
        name = base_name(cursor)
        if name is not None:
            sub, sup = written_scripts(cursor)
            if cursor.node is None:
                yield Name(name.base, name.font, name.accents, sub, sup), right_tokens, source


def _written(document: Document) -> tuple[Name, ...]:
    """Every name in the displays of a document."""
    found: dict[Name, None] = {}
    for display in document.displays:
        try:
            found.update(dict.fromkeys(names_in(tree(list(display.tokens), display.source))))
        except ReadError:
            continue
    return tuple(found)


def _recurs(head: Head, nodes: Sequence[object]) -> bool:
    """Whether a member is defined by its neighbours, `h_t = f(h_{t-1})`: then the index is held, and h_t is one symbol."""
    if head.marker != "sub" or head.name.sub or head.name.sup:
        return False
    texts = [t.text for node in nodes for t in _tokens(node) if t.text not in ("{", "}")]
    steps = ([head.name.base, "_", head.indices[0], sign] for sign in "+-")
    return any(texts[i : i + 4] == step for step in steps for i in range(len(texts)))


def _seeks(document: Document) -> bool:
    """Whether a document is about an optimum or an equation to be solved, so that `... = 0` may be imposed."""
    for block in document.blocks:
        if isinstance(block, RawProse):
            words = " ".join(piece.text for piece in block.pieces if isinstance(piece, Text))
            if solves(words) or re.search(
                r"\b(?:minimi|maximi|optim|estimat|lagrang|likelihood|solution|root|posterior|set)",
                words,
                re.I,
            ):
                return True
        elif isinstance(block, Display) and any(
            t.text in DERIVING or t.text == "'" for t in block.tokens
        ):
            return True
    return False


def _with_side(block: Block, old: Unreadable, new: TypedSide) -> Block:
    """A chain with one unreadable side replaced."""
    if not isinstance(block, Chain):
        return block
    steps = tuple(replace(s, rhs=new) if s.rhs == old else s for s in block.steps)
    return replace(block, lhs=new if block.lhs == old else block.lhs, steps=steps)


NOTES = {
    "sums_extend": "with the sum read over the other terms",
    "slash_takes_product": "with the slash read over the whole product",
    "functions_absorb": "with the function read over the whole product",
    "derivative_takes_term": "with the derivative read over the whole term",
}


def _place(source: Source, offset: int) -> Place:
    place = source.place(offset)
    path = source.path if place.cell is None else f"{source.path}:cell {place.cell}"
    return Place(path, place.line, place.column)


def _equivalent(relation: RawRelation) -> bool:
    """Whether a relation stands in an equivalence, which claims none of its sides by itself."""
    return any(token.text in EQUIVALENT for token in relation.chain.display.tokens)


def _between_indices(sign: Node) -> bool:
    """Whether a sign excludes something: `i \\ne j`."""
    return isinstance(sign, Token) and sign.text in (r"\ne", r"\neq")


def _tokens(node: object) -> list[Token]:
    return [node] if isinstance(node, Token) else list(node.tokens())  # type: ignore[attr-defined]


def _is_gradient(node: Expr, order: int = 0) -> bool:
    """Whether a side is a derivative (of this order), perhaps transposed."""
    while isinstance(node, (Item,)) or type(node).__name__ in ("Transpose", "Neg"):
        node = node.base if isinstance(node, Item) else node.operand  # type: ignore[attr-defined]
    return isinstance(node, Derivative) and order in (0, len(node.wrt))


def _has_derivative(node: TypedSide) -> bool:
    return isinstance(node, Expr) and any(isinstance(n, Derivative) for n in post_order(node))


def _mentions(side: RawSide, name: RawSide) -> bool:
    """Whether the tokens of a name occur in a side."""
    own = [t.text for t in name.tokens]
    texts = [t.text for t in side.tokens]
    return any(texts[i : i + len(own)] == own for i in range(len(texts) - len(own) + 1))


def _calls(tokens: Sequence[Token], name: Name) -> bool:
    """Whether a name stands before a bracket: a law such as p is spoken of on both sides, not introduced."""
    pairs = zip(tokens, tokens[1:], strict=False)
    return any(a.text == name.base and b.text in ("(", r"\left") for a, b in pairs)


def _related(premise: Expr, typed: list[TypedSide]) -> bool:
    """Whether a premise speaks of something in a chain (conditions on sizes always do)."""
    own = free_symbols(premise)
    if not own:
        return True
    return any(s in own for side in typed if isinstance(side, Expr) for s in free_symbols(side))


def _tidied(expr: Expr) -> Expr:
    """ln p(x) of a density that was given by its logarithm is that logarithm."""

    def change(node: Expr) -> Expr | None:
        if isinstance(node, Apply) and node.function == "log" and isinstance(node.args[0], Call):
            call = node.args[0]
            body = call.function.body
            if isinstance(body, Apply) and body.function == "exp" and not call.order:
                name = rf"\ln {call.function.name}"
                return Call(replace(call.function, name=name, body=body.args[0]), call.args)
        return None

    if not any(isinstance(n, Call) for n in post_order(expr)):
        return expr
    return transform(expr, change)


__all__ = ["ReadingPass", "Result", "Symbol"]
