r"""The typed grammar: expressions, terms and factors, by recursive descent that decides by the table of
symbols and shapes.

Each nested group is read once. Words (`\log`, `\sum`, `\frac`, ...) are read by handlers of the other
`formula_*` modules,
which `formula.py` puts together; the handlers receive this reader. What cannot be read is refused with its position.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from derive.errors import ShapeError
from derive.expr.sizes import Size
from derive.reader.grammar.cursor import Cursor, start_of
from derive.reader.grammar.scripts import Scripts, at_bar, empty_before_script
from derive.reader.grammar.signs_around import below_a_square, scripted, separates, splits
from derive.reader.grammar.state import CLOSERS, DIVIDED, ENTRYWISE, NODES, OPERATORS, SCALED
from derive.reader.grammar.table import Name
from derive.reader.grammar.values import Misfit, Value, number, uses_of
from derive.reader.source.groups import Group, Node
from derive.reader.source.scanner import Kind, Token


class Formula(Scripts):
    """The reader of one formula."""

    # ---------------------------------------------------------------------------------- expressions

    def expression(self, cursor: Cursor) -> Value:
        """A sum of terms."""
        start = cursor.start
        terms: list[tuple[bool, Value]] = []
        negative = self._sign(cursor)
        terms.append((negative, self.term(cursor)))
        while cursor.at("+", "-"):
            negative = self._sign(cursor)
            terms.append((negative, self.term(cursor)))
        if cursor.at(r"\pm", r"\mp"):
            raise self.error(
                f"{cursor.token.text if cursor.token else ''} has two values", cursor.start
            )
        if len(terms) == 1 and not terms[0][0]:
            return terms[0][1]
        with self.at(start):
            return self.arithmetic.add(terms)

    def _sign(self, cursor: Cursor) -> bool:
        negative = False
        while cursor.at("+", "-"):
            negative ^= cursor.at("-")
            cursor.pos += 1
        return negative

    def term(self, cursor: Cursor) -> Value:
        """A product; read once however often it is looked at."""
        key = (id(cursor), cursor.pos)
        known = self._memo.pop(key, None)
        if known is not None:
            cursor.pos = known[1]
            return known[0]
        self.fuel -= 1
        if self.fuel < 0:
            raise self.error(f"the formula has more than {NODES} parts", cursor.start)
        return self._operations(cursor)

    def look_at_term(self, cursor: Cursor) -> tuple[Value, int]:
        """The term after the sign that comes next, kept for whoever reads it; the cursor does not move."""
        before = cursor.pos
        self._sign(cursor)
        place = cursor.pos
        value = self.term(cursor)
        self._memo[(id(cursor), place)] = (value, cursor.pos)
        after, cursor.pos = cursor.pos, before
        return value, after

    def _operations(self, cursor: Cursor) -> Value:
        """Runs of juxtaposed factors joined by product signs, from left to right; `\\odot` may take part of a run."""
        start = cursor.start
        run = self.run(cursor)
        while True:
            token = cursor.token
            if token is None:
                break
            if token.text in ENTRYWISE:
                cursor.pos += 1
                other = self.run(cursor)
                run = self._entrywise(run, other, ENTRYWISE[token.text], token.start)
            elif token.text in SCALED:
                if token.text == "*":
                    self._star(run, token)
                cursor.pos += 1
                other = self.signed_run(cursor)
                run = self._scaled(run, other, SCALED[token.text], token.start)
            elif token.text in DIVIDED:
                cursor.pos += 1
                run = self._slash(run, cursor, token.start)
            else:
                break
        with self.at(start):
            return self.arithmetic.multiply(run)

    def signed_run(self, cursor: Cursor) -> list[Value]:
        """A run that may start with a minus (`2 \\cdot -x`)."""
        if cursor.at("-"):
            cursor.pos += 1
            run = self.run(cursor)
            return [self.arithmetic.negative(run[0]), *run[1:]]
        return self.run(cursor)

    def _star(self, run: list[Value], token: Token) -> None:
        if any(v.shape for v in run):
            raise self.error(
                "* between arrays may be a product, an entrywise product or a convolution; write \\odot or a product",
                token.start,
            )

    def run(self, cursor: Cursor) -> list[Value]:
        """One or more juxtaposed factors."""
        factors = [self.factor(cursor)]
        while self.starts_factor(cursor):
            factors.append(self.factor(cursor))
        return factors

    def starts_factor(self, cursor: Cursor) -> bool:
        """Whether what comes next continues the product."""
        node = cursor.node
        if node is None:
            return False
        if isinstance(node, Group):
            return not empty_before_script(cursor)
        text = node.text
        if text in CLOSERS or text in OPERATORS:
            return text in (r"\text", r"\textrm", r"\mbox") and self.is_text_word(cursor)
        if text in ("|", "||", r"\|"):
            return not self.closes(cursor) and not at_bar(cursor)
        if node.kind in (Kind.SUP, Kind.SUB, Kind.END) or text in ("'", "!"):
            return node.kind in (Kind.SUP, Kind.SUB)
        return True

    def is_text_word(self, cursor: Cursor) -> bool:
        """Whether `\\text{...}` here is a name or a function rather than words of a sentence."""
        following = cursor.ahead()
        if not isinstance(following, Group):
            return False
        letters = [n for n in following.items if isinstance(n, Token)]
        if len(letters) != len(following.items) or not letters or any(t.spaced for t in letters):
            return False
        word = "".join(t.text for t in letters)
        known = Name(word, "word")
        return word.lower() in self.words or self.table.find(known) is not None

    def closes(self, cursor: Cursor) -> bool:
        """Whether a bar that comes where an operator is due closes the innermost bars, or separates arguments."""
        bar = cursor.bars[-1] if cursor.bars else ""
        token = cursor.token
        text = token.text if token else ""
        if bar == "argument":
            return text == "|" and separates(cursor)
        if text == "||":
            return bar in ("||", r"\|", "|")
        if text == r"\|":
            return bar in (r"\|", "||")
        return bar == "|"

    def _entrywise(
        self, left: list[Value], right: list[Value], kind: str, start: int
    ) -> list[Value]:
        """left o right; juxtaposition binds tighter where that fits, else the adjacent factors are taken."""
        combine = {
            "odot": lambda a, b: self.arithmetic.hadamard([a, b]),
            "oslash": lambda a, b: self.arithmetic.divide(a, b, entrywise=True),
            "otimes": self.kronecker,
        }[kind]
        return self._joined(left, right, combine, start)

    def _joined(
        self,
        left: list[Value],
        right: list[Value],
        join: Callable[[Value, Value], Value],
        start: int,
    ) -> list[Value]:
        """Two runs with a sign between them, which takes as many factors of each as fit."""
        failure: Misfit | ShapeError | None = None
        for cut, end in splits(len(left), len(right)):
            state = self.table.sizes.snapshot()
            try:
                one = self.arithmetic.multiply(left[cut:])
                two = self.arithmetic.multiply(right[:end])
                rest = [*left[:cut], join(one, two), *right[end:]]
                self.arithmetic.multiply(rest)
                return rest
            except (Misfit, ShapeError) as error:
                failure = failure or error
                self.table.sizes.restore(state)
        raise self.error(str(failure), start, ill_typed=True)

    def kronecker(self, left: Value, right: Value) -> Value:
        """left (x) right; of two vectors the outer product where the chain needs it."""
        a, b = self.arithmetic.shape(left), self.arithmetic.shape(right)
        if len(a) == len(b) == 1:
            self.ambiguity("otimes_outer")
            if self.options.otimes_outer:
                return self.arithmetic.multiply([left, self.arithmetic.transpose(right)])
        one = Size.of(1)
        rows = (a[0] if a else one) * (b[0] if b else one)
        columns = (a[1] if len(a) == 2 else one) * (b[1] if len(b) == 2 else one)
        from derive.expr.nodes import Apply

        return Value(
            self.table.sizes.shape((rows, columns)),
            lambda: Apply("kronecker", (left.build(), right.build())),
            uses_of((left, right)),
            start=left.start,
        )

    def _scaled(self, left: list[Value], right: list[Value], sign: str, start: int) -> list[Value]:
        """left . right: of two vectors the inner product, else a product; the signs of scalars are kept."""
        return self._joined(left, right, lambda a, b: self.arithmetic.dot(a, b, sign), start)

    def _slash(self, left: list[Value], cursor: Cursor, start: int) -> list[Value]:
        """left / right: one factor is divided by, unless the option says that the product is."""
        factors = [self.factor(cursor)]
        names_follow = self.starts_factor(cursor) and self._simple_ahead(cursor)
        number = left[-1].kind == factors[0].kind == "number"
        half = number and cursor.token is not None and cursor.token.spaced  # 1/2 x, not 1/2x
        if names_follow:
            self.ambiguity("slash_takes_product")
            if self.options.slash_takes_product or (
                factors[0].kind == "number" and below_a_square(cursor)
            ):
                while self.starts_factor(cursor) and self._simple_ahead(cursor):
                    factors.append(self.factor(cursor))
            else:
                self.note("a/b c is read as (a/b) c")
        with self.at(start):
            top, bottom = self.arithmetic.multiply(left), self.arithmetic.multiply(factors)
            rest = [self.arithmetic.divide(top, bottom, "slash")]
        before = len(factors)
        while self.starts_factor(cursor):
            rest.append(self.factor(cursor))
        if names_follow and before == 1 and not half and not self.arithmetic.shape(rest[1]):
            self.leaves_open("a/b c may be (a/b) c or a/(b c); write brackets", start)
        return rest

    def _simple_ahead(self, cursor: Cursor) -> bool:
        node = cursor.node
        if isinstance(node, Token) and node.kind is Kind.LETTER:
            return True
        return isinstance(node, Token) and node.kind is Kind.WORD and node.text not in self.words

    # --------------------------------------------------------------------------------------- factors

    def factor(self, cursor: Cursor) -> Value:
        """An atom with its scripts."""
        self.fuel -= 1
        if self.fuel < 0:
            raise self.error(f"the formula has more than {NODES} parts", cursor.start)
        node = cursor.node
        if node is None:
            raise self.unexpected(cursor, "an expression")
        start = start_of(node)
        value = self.postfix(self.atom(cursor), cursor, start)
        if self.factors_of is not None and self.factors_of[0] is cursor:
            self.factors_of[1].append((cursor.pos, value.uses))
        return value

    def atom(self, cursor: Cursor) -> Value:
        """A number, a name, a bracket, or what a word starts."""
        node = cursor.node
        assert node is not None
        if isinstance(node, Group):
            return self._group(node, cursor)
        if node.kind is Kind.NUMBER:
            return self._number(node, cursor)
        handler = self.words.get(node.text)
        if handler is not None:
            return handler(self, cursor)
        if node.kind in (Kind.LETTER, Kind.WORD):
            return self.names(self, cursor)
        if node.kind in (Kind.SUP, Kind.SUB):
            raise self.error(f"{node.text!r} has nothing to stand on", node.start)
        raise self.unexpected(cursor, "an expression")

    def _group(self, node: Group, cursor: Cursor) -> Value:
        if node.name:
            handler = self.words.get(f"begin:{node.name}")
            if handler is None:
                raise self.error(
                    f"an environment {node.name} is no part of a formula", node.open.start
                )
            return handler(self, cursor)
        if not node.items:
            following = cursor.ahead()
            cursor.pos += 1
            if isinstance(following, Token) and following.kind in (Kind.SUP, Kind.SUB):
                raise self.error("a script stands on an empty group", node.open.start)
            return self.factor(cursor)
        cursor.pos += 1
        from derive.reader.grammar.cursor import clean

        items = clean(node.items)
        if self._is_name(items):
            spliced = Cursor([*items, *cursor.items[cursor.pos : cursor.pos + 0]], cleaned=True)
            value = self.names(self, spliced) if not scripted(items) else self.whole(spliced)
            if spliced.node is not None:
                raise self.unexpected(spliced, "an operator")
            return value
        value = self.whole(Cursor(items, cleaned=True))
        return value.but(kind="bracket", parts=()) if value.kind == "product" else value

    def _is_name(self, items: Sequence[Node]) -> bool:
        return len(items) == 1 and isinstance(items[0], Token) and items[0].kind is Kind.LETTER

    def _number(self, node: Token, cursor: Cursor) -> Value:
        following = cursor.ahead()
        if node.text == "1" and isinstance(following, Token):
            handler = self.words.get("one")
            if handler is not None and (
                following.kind is Kind.SUB or following.text in (r"\{", "[", "(")
            ):
                value = handler(self, cursor)
                if value is not None:
                    return value
        cursor.pos += 1
        return number(node.text, node.start)

    # ----------------------------------------------------------------------------------------- tools

    def bracketed(self, cursor: Cursor, closer: str, bar: str) -> Value:
        """An expression up to a closing delimiter; the opening one has been taken."""
        cursor.bars.append(bar)
        start = cursor.start
        with self.deeper(start):
            value = self.expression(cursor)
        if not cursor.take(closer):
            raise self.unexpected(cursor, f"{closer!r}")
        cursor.bars.pop()
        return value

    def arguments(self, cursor: Cursor, closer: str) -> list[Value]:
        """Expressions separated by commas, semicolons or bars up to a closing delimiter."""
        cursor.bars.append("argument")
        found: list[Value] = []
        start = cursor.start
        with self.deeper(start):
            while True:
                found.append(self.expression(cursor))
                if cursor.take(closer):
                    break
                if not cursor.take(",", ";", "|", r"\mid", "||", r"\|", r"\vert", ":"):
                    raise self.unexpected(cursor, f"',' or {closer!r}")
        cursor.bars.pop()
        return found

    def demand_scalar(self, value: Value, what: str, start: int) -> Value:
        """The value, refused unless it is a scalar."""
        if self.arithmetic.shape(value):
            raise self.error(
                f"{what} needs a scalar, got {self.arithmetic.said(value)}", start, ill_typed=True
            )
        return value
