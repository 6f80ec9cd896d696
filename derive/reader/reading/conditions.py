r"""Conditions that a document imposes (`\nabla L = 0`, `A u = \lambda u`) and what follows from them.

Each condition is kept in two forms: by the first side of its chain and by the last side before the
sign, because a slip in between must not make what follows look wrong.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from derive.derivation import Unreadable
from derive.expr.nodes import (
    Add,
    Apply,
    Derivative,
    Expr,
    Filled,
    Item,
    Neg,
    Number,
    Power,
    Reduce,
    Relation,
    Symbol,
    Transpose,
)
from derive.expr.walk import free_indices, free_symbols, post_order
from derive.reader.grammar.table import Name, Table

_EVERY = re.compile(r"\s*(?:,\s*)?for\s+(?:all|each|every|any)\b", re.I)
MOST = 6
"""Conditions that are kept at a time."""
ACCENTED = frozenset(["hat", "tilde", "bar"])


@dataclass
class Conditions:
    """What is imposed, in order; `by_words` are the derivatives that the paragraph just read set to zero,
    `_gradients` those not yet set to zero, by their variables; `_labels` the labels under which solutions are named,
    `ML` of `w_{ML}`, by the unknown; `_unproven` are those at the end of a chain of which no step was checked."""

    imposed: list[tuple[Relation, ...]] = field(default_factory=list)
    by_words: list[tuple[Relation, ...]] = field(default_factory=list)
    _gradients: dict[tuple[Expr, ...], tuple[Relation, ...]] = field(default_factory=dict)
    _unproven: dict[tuple[Relation, ...], None] = field(default_factory=dict)
    _labels: dict[str, str] = field(default_factory=dict)

    def clear(self) -> None:
        """Forget everything: another section."""
        self.imposed = []
        self.by_words = []
        self._gradients = {}
        self._labels = {}
        self._unproven = {}

    def impose(self, forms: Sequence[Relation], proven: bool = True) -> None:
        """A condition in its forms; it is not proven where what it was worked out from could not be read."""
        distinct = tuple(dict.fromkeys(forms))
        if not proven:
            self._unproven[distinct] = None
        if distinct and distinct not in self.imposed:
            self.imposed = [*self.imposed, distinct][-MOST:]

    def gradient(self, first: Expr, last: Expr) -> None:
        """A derivative that words may set to zero."""
        forms = tuple(Relation("=", side, zero_like(side)) for side in dict.fromkeys((first, last)))
        variables = first.wrt if isinstance(first, Derivative) else ()
        self._gradients.pop(variables, None)
        self._gradients[variables] = forms

    def settle(self, several: bool = False) -> None:
        """Words have set the last derivative to zero, or all of them."""
        self.by_words = list(self._gradients.values())[0 if several else -1 :]
        for forms in self.by_words:
            self.impose(forms)

    def restated(self, side: Expr) -> tuple[tuple[Expr, ...], ...]:
        """Premises from which `side = 0` should follow: the derivatives that the words before it set to zero.

        Empty when it says something else: it lacks the variables of these derivatives.
        """
        for forms in self._gradients.values():
            if forms not in self.by_words and any(form.lhs == side for form in forms):
                return ()  # another derivative is meant than the last one
        present = dict.fromkeys(free_symbols(side))
        own = [f for f in self.by_words if any(v in present for form in f for v in _varied(form))]
        if not own or len(own) < len(self.by_words):
            return ()
        return tuple(dict.fromkeys((tuple(f[0] for f in own), tuple(f[-1] for f in own))))

    def unknowns(self) -> tuple[Symbol, ...]:
        """The symbols in the conditions, last condition first."""
        found: dict[Symbol, None] = {}
        for forms in reversed(self.imposed):
            for form in forms:
                found.update(dict.fromkeys(_varied(form)))
                found.update(dict.fromkeys(free_symbols(form)))
        return tuple(found)

    def variables(self) -> tuple[Symbol, ...]:
        """The symbols by which a derivative that was set to zero is taken."""
        found: dict[Symbol, None] = {}
        for forms in self.imposed:
            for form in forms:
                found.update(dict.fromkeys(_varied(form)))
        return tuple(found)

    def speaks_of(self, name: Name, table: Table) -> bool:
        """Whether a condition contains the symbol of this name."""
        entry = table.exact(name) or table.families.get(name)
        if entry is None:
            return False
        return any(symbol.name == entry.latex for symbol in self.unknowns())

    def alias_of(self, name: Name, table: Table) -> Expr | None:
        r"""The unknown whose solution this name is: `\hat w`, `w^*`, `w_{ML}` after a condition on w; of
        `\hat\sigma^2` after one on sigma its square."""
        marked = (
            set(name.accents) & ACCENTED
            or name.sup in ("*", r"\star")
            or (len(name.sub) > 1 and name.sub.isalpha())
        )
        if not marked:
            return None
        for symbol in self.variables() or self.unknowns():
            entry = next((e for e in table.variables() if e.latex == symbol.name), None)
            if entry is None or entry.family:
                continue
            own = entry.name
            alike = own.base == name.base and own.font == name.font and own != name
            accented = own.accents in (name.accents, ())
            if alike and accented and (own.sub == name.sub or not own.sub):
                if self._labels.setdefault(symbol.name, name.sub) not in (name.sub, own.sub):
                    continue  # the estimate under another label solves another problem
                squared = name.sup == "2" and not own.sup
                return Power(symbol, Number(Fraction(2))) if squared else symbol
        return None

    def rests_on_unread(self, left: Expr | Unreadable, right: Expr | Unreadable) -> bool:
        """Whether a relation speaks of what a condition ties that may itself be wrong: a slip before it is no slip of
        what follows."""
        sides = (s for s in (left, right) if isinstance(s, Expr) and self._unproven)
        present = {s: None for side in sides for s in free_symbols(side)}
        unsure = (forms for forms in self._unproven if forms in self.imposed)
        return any(s in present for forms in unsure for form in forms for s in free_symbols(form))

    def active_for(self, typed: Sequence[Expr | Unreadable]) -> bool:
        """Whether a condition has been imposed on something in these sides."""
        if not self.imposed:
            return False
        unknowns = self.variables() or self.unknowns()
        present: dict[Symbol, None] = {}
        for side in typed:
            if isinstance(side, Expr):
                present.update(dict.fromkeys(free_symbols(side)))
        return any(symbol in present for symbol in unknowns)

    def binds(self, left: Expr | Unreadable, right: Expr | Unreadable) -> bool:
        r"""Whether a derivative set to zero left a tie between names of both sides, without its own variable:
        `\alpha_i = C - \mu_i` after `\partial L / \partial \xi_i = C - \alpha_i - \mu_i = 0`."""
        if not isinstance(left, Expr) or not isinstance(right, Expr):
            return False
        sides = [dict.fromkeys(free_symbols(side)) for side in (left, right)]
        for forms in self.imposed:
            varied = [symbol for form in forms for symbol in _varied(form)]
            tied = dict.fromkeys(free_symbols(forms[-1]))
            own = any(symbol in tied for symbol in varied)
            if varied and not own and all(any(s in tied for s in side) for side in sides):
                return True
        return False

    def variants(self, left: Expr | Unreadable | None = None) -> tuple[tuple[Expr, ...], ...]:
        """Premises to try: the conditions by their first sides, by their last sides, and each alone.

        What is said of the variable of a derivative (`left`) follows from that derivative alone or from all together.
        """
        if not self.imposed:
            return ()
        own = self._of(left)
        imposed = list(dict.fromkeys([*self.imposed, *own]))
        first = tuple(forms[0] for forms in imposed)
        last = tuple(forms[-1] for forms in imposed)
        single = [(form,) for forms in reversed(own or imposed) for form in reversed(forms)]
        return tuple(dict.fromkeys([*single, first, last]))

    def _of(self, left: Expr | Unreadable | None) -> list[tuple[Relation, ...]]:
        """The conditions, or derivatives that words may have set to zero, by the variable that stands left."""
        variable = left.base if isinstance(left, Item) else left
        if not isinstance(variable, Symbol):
            return []
        if any(variable in free_symbols(form) for forms in self.imposed for form in forms):
            known = list(self.imposed)  # what was set to zero was written down
        else:
            known = [*self._gradients.values(), *self.imposed]
        return [forms for forms in known if any(variable in _varied(form) for form in forms)]


def _varied(form: Relation) -> tuple[Symbol, ...]:
    """The symbols by which derivatives in a relation are taken."""
    found: dict[Symbol, None] = {}
    for node in post_order(form):
        if isinstance(node, Derivative):
            for variable in node.wrt:
                base = variable.base if isinstance(variable, Item) else variable
                if isinstance(base, Symbol):
                    found[base] = None
    return tuple(found)


def is_zero(node: Expr) -> bool:
    """Whether a side is the number or an array of zeros as written."""
    if isinstance(node, (Neg, Transpose)):
        return is_zero(node.operand)
    if isinstance(node, Apply) and node.function == "broadcast":
        return is_zero(node.args[0])
    if isinstance(node, Filled):
        return node.kind == "zeros"
    return isinstance(node, Number) and node.value == 0


def zero_like(node: Expr) -> Expr:
    """Zero of the shape of an expression."""
    return Filled("zeros", node.shape) if node.shape else Number(Fraction(0))


__all__ = ["Conditions", "is_zero", "zero_like"]


def every(words: str) -> bool:
    """Whether the words behind a condition say that it holds for all indices: `for all $i$`."""
    return bool(_EVERY.match(words))


def for_all(condition: Expr) -> Expr:
    """A bound with free indices as one for all of them: the least of the left sides is above, or the largest below."""
    indices = free_indices(condition)
    if (
        not isinstance(condition, Relation)
        or not indices
        or condition.op not in (">", ">=", "<", "<=")
    ):
        return condition
    gap = Add((condition.lhs, Neg(condition.rhs)))
    if gap.shape:
        return condition
    kind = "min" if condition.op in (">", ">=") else "max"
    return Relation(condition.op, Reduce(kind, indices, gap), Number(Fraction(0)))
