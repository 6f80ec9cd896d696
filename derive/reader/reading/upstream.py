r"""A loss that is never defined: `\frac{\partial L}{\partial z}` with only the forward pass given.

Such a loss is any smooth function of what the forward pass ends in. For its first derivatives it is
enough that it has an arbitrary gradient there: `L = <\bar z, z>` over the last quantities of the
forward pass, with free `\bar z`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from derive.expr.nodes import Add, Apply, Expr, Product, Symbol
from derive.expr.walk import symbols
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, clean
from derive.reader.grammar.table import Name, Table
from derive.reader.grammar.written import base_name, written_scripts
from derive.reader.source.groups import Group, Node
from derive.reader.source.kept import Kept
from derive.reader.source.scanner import Kind, Token

TRANSPOSES = frozenset([r"\top", "T", r"\text{T}", r"\mathrm{T}"])


def names_in(nodes: Sequence[Node]) -> Iterator[Name]:
    """Every name in a formula, at every level, with its scripts (transposes taken off)."""
    found = _NAMES.get(nodes)
    return iter(_NAMES.put(nodes, tuple(_names_in(nodes))) if found is None else found)


_NAMES: Kept[tuple[Name, ...]] = Kept()


def _names_in(nodes: Sequence[Node]) -> Iterator[Name]:
    stack: list[Sequence[Node]] = [nodes]
    while stack:
        cursor = Cursor(stack.pop())
        while cursor.node is not None:
            node = cursor.node
            before = cursor.pos
            name = base_name(cursor) if isinstance(node, Token) else None
            if name is not None:
                first = cursor.pos
                sub, sup = written_scripts(cursor)
                yield Name(
                    name.base, name.font, name.accents, sub, "" if sup in TRANSPOSES else sup
                )
                stack.extend(_inside(cursor.items[first : cursor.pos]))
                continue
            cursor.pos = before + 1
            if isinstance(node, Group):
                stack.append(node.items)


def _inside(scripts: Sequence[Node]) -> Iterator[Sequence[Node]]:
    r"""What stands in groups, and above without one: theta in `e^\theta`. Letters side by side below a name are its
    label or its indices: `W_{hh}` speaks of no h."""
    for mark, node in zip((None, *scripts), scripts, strict=False):
        below = isinstance(mark, Token) and mark.kind is Kind.SUB
        if isinstance(node, Group) and not (below and _are_letters(node.items)):
            yield node.items
        elif isinstance(mark, Token) and mark.kind is Kind.SUP and isinstance(node, Token):
            yield from () if node.text in TRANSPOSES else ((node,),)


def _are_letters(nodes: Sequence[Node]) -> bool:
    return len(nodes) > 1 and all(isinstance(n, Token) and n.kind is Kind.LETTER for n in nodes)


def differentiated(nodes: Sequence[Node]) -> Iterator[Name]:
    """The names that stand alone as what is differentiated: L in `\\nabla_z L` and `\\partial L/\\partial z`."""
    stack: list[Sequence[Node]] = [nodes]
    while stack:
        items = clean(stack.pop())
        for position, node in enumerate(items):
            if isinstance(node, Group):
                stack.append(node.items)
            elif node.text == r"\frac" and position + 2 < len(items):
                top, below = items[position + 1], items[position + 2]
                if isinstance(top, Group) and isinstance(below, Group) and _is_partial(below.items):
                    yield from _alone(clean(top.items))
            elif node.text == r"\nabla" and position + 3 < len(items):
                script = items[position + 1]
                if isinstance(script, Token) and script.kind is Kind.SUB:
                    yield from _name_at(items[position + 3 :])


def _is_partial(nodes: Sequence[Node]) -> bool:
    first = next(iter(clean(nodes)), None)
    return isinstance(first, Token) and first.text in (r"\partial", "d")


def _alone(items: Sequence[Node]) -> Iterator[Name]:
    if items and isinstance(items[0], Token) and items[0].text in (r"\partial", "d"):
        yield from _name_at(items[1:], whole=True)


def _name_at(items: Sequence[Node], whole: bool = False) -> Iterator[Name]:
    cursor = Cursor(items)
    name = base_name(cursor)
    if name is None:
        return
    sub, sup = written_scripts(cursor)
    if name.base == "e" and not (sub or name.font or name.accents) and sup[:1] not in ("", "("):
        return  # the exponential function
    if cursor.node is None or (not whole and not cursor.at("(")):
        yield Name(name.base, name.font, name.accents, sub, sup)


@dataclass
class Forward:
    """The definitions of a document so far: each name with the names on its right side."""

    uses: dict[Name, frozenset[Name]] = field(default_factory=dict)

    def record(self, name: Name, right: Sequence[Node]) -> None:
        """A definition has been read."""
        self.uses[name] = frozenset(names_in(right)) - {name}

    def add(self, name: Name, right: Sequence[Node]) -> None:
        """Another formula for a quantity has been read."""
        if name in self.uses:
            self.uses[name] |= frozenset(names_in(right)) - {name}

    def ends(self, table: Table) -> list[Name]:
        """The defined quantities on which no other one is built, in order; gradients are none of them."""
        used: set[Name] = set()
        for names in self.uses.values():
            used |= names
            used |= {name.without(sub=True) for name in names}
        within: set[str] = set()
        for entry in (table.entries.get(name) for name in self.uses):
            if entry is not None and entry.definition is not None:
                within |= {s.name for s in symbols(entry.definition, into_definitions=False)}
        found = []
        for name in self.uses:
            entry = table.exact(name) or table.families.get(name)
            known = entry is not None and (entry.definition is not None or entry.kind == "template")
            if known and name not in used and not (entry and entry.latex in within):
                found.append(name)
        return found


def define_upstream(reader: Formula, name: Name, forward: Forward) -> bool:
    """Define a loss by an arbitrary gradient at the ends of the forward pass; False when there are none."""
    from derive.reader.reading.expression import tokens_of
    from derive.reader.source.groups import tree

    terms: list[Expr] = []
    for end in forward.ends(reader.table):
        if end == name:
            continue
        value = reader.whole(tree(tokens_of(end.latex), reader.source)).build()
        free = Symbol(_called(end, reader.table), value.shape)
        terms.append(_pairing(free, value))
    if not terms:
        return False
    entry = reader.table.declare(name)
    entry.upstream = True
    body = terms[0] if len(terms) == 1 else Add(tuple(terms))
    entry.kind, entry.sizes, entry.definition, entry.assumed, entry.family = (
        "variable",
        (),
        body,
        False,
        0,
    )
    return True


def _called(end: Name, table: Table) -> str:
    """What the arbitrary gradient is called: z with a bar, or with another accent where the author uses that."""
    taken = {entry.latex for entry in (*table.entries.values(), *table.families.values())}
    names = (rf"\{accent}{{{end.latex}}}" for accent in ("bar", "breve", "check"))
    return next((name for name in names if name not in taken), rf"\dot{{{end.latex}}}")


def _pairing(free: Symbol, value: Expr) -> Expr:
    if not value.shape:
        return Product((free, value))
    if len(value.shape) == 1:
        return Apply("inner", (free, value))
    return Apply("sum", (Apply("hadamard", (free, value)),))
