r"""Definitions by `=`: of symbols, by index (`y_n = \sigma(w^\top \phi_n)`) and of functions (`\sigma(z) = ...`).

What the left side introduces is in `definition_heads`, members that are defined at once in `definition_members`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from derive.errors import ReadError
from derive.expr.nodes import Apply, Expr, Function, Number, Power, Relation, Symbol
from derive.reader.declarations.constraints import constrain
from derive.reader.declarations.definition_heads import Head, head_of, swapped
from derive.reader.declarations.definition_members import array_of, define_by_index, rule_of
from derive.reader.declarations.functions import (
    acts_entrywise,
    body_of,
    declared_parameter,
    may_be_scalar,
    parameter_name,
    reread_by,
    resolved,
    speaks_of_vectors,
)
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import plain, start_of
from derive.reader.grammar.finite_laws import define_law, is_law, joint_density
from derive.reader.grammar.known_functions import recognise
from derive.reader.grammar.special import ELEMENTWISE
from derive.reader.grammar.table import Declaration, Name
from derive.reader.grammar.values import Value
from derive.reader.source.groups import Node


def define(
    reader: Formula, left: Sequence[Node], right: Sequence[Node], entry: Declaration | None
) -> None:
    """Carry out `left = right`."""
    start = start_of(left[0])
    head = head_of(reader, left)
    if head is not None and (word := known_function(right)):
        names_function(reader, head, word)
        return
    if head is not None and head.parameters is not None:
        define_function(reader, head, right, start)
        return
    sides = _sides(reader, left, right)
    if sides is not None and constrain(reader.table, *sides):
        return
    if head is None or (entry is not None and sides is not None):
        if sides is None:
            raise reader.error(
                f"the declaration {plain(left)} = {plain(right)} is not understood", start
            )
        reader.table.conditions.append(Relation("=", *sides))
        return
    if head.indices:
        family = reader.table.families.get(head.name)
        if family is not None and swapped(head, head_of(reader, right)):
            family.add_fact("symmetric")
            return
        define_by_index(reader, head, right)
        return
    define_symbol(reader, head, right, start)


def known_function(right: Sequence[Node]) -> str:
    """The function of the table that a right side is alone: `h = \\tanh`, `h(\\cdot) = \\tanh(\\cdot)`; else empty."""
    text = re.sub(r"\((?:\\cdot|\.)\)$", "", plain(right))
    return ELEMENTWISE.get(
        re.sub(r"\\(?:mathrm|operatorname|text|mathsf)?", "", text).strip("{}").lower(), ""
    )


def names_function(reader: Formula, head: Head, word: str) -> None:
    """Let a name stand for a function of the table."""
    entry = reader.table.declare(head.name, head.latex or head.name.latex)
    entry.kind, entry.word, entry.function, entry.sizes = "word", word, None, None


def _sides(
    reader: Formula, left: Sequence[Node], right: Sequence[Node]
) -> tuple[Expr, Expr] | None:
    """Both sides as expressions when everything in them is declared."""
    before = reader.table.sizes.snapshot()
    try:
        a, b = reader.whole(left), reader.whole(right)
        if b.kind in ("ones", "zeros") and a.kind not in ("ones", "zeros") and a.shape:
            b = reader.arithmetic.filled(b, a.shape)
        if a.kind not in ("ones", "zeros") and b.kind not in ("ones", "zeros"):
            reader.table.sizes.unify_shapes(a.shape, b.shape)
        return a.build(), b.build()
    except ReadError:
        reader.table.sizes.restore(before)
        return None


def define_symbol(reader: Formula, head: Head, right: Sequence[Node], start: int) -> Declaration:
    """name = expression: from here on the name stands for the expression."""
    value = reader.whole(right)
    if head.inverse:
        value = _inverted(reader, value)
    known = reader.table.exact(head.name)
    if value.kind in ("ones", "zeros") and known is not None and known.sizes:
        value = reader.arithmetic.filled(value, known.sizes)
    if (
        known is not None
        and known.sizes is not None
        and known.kind == "variable"
        and not reader.table.sizes.unify_shapes(known.sizes, value.shape)
    ):
        raise reader.error(
            f"{known.latex} is declared with shape {reader.arithmetic.text(known.sizes)}, its definition has "
            f"{reader.arithmetic.text(reader.arithmetic.shape(value))}",
            start,
            ill_typed=True,
        )
    body = value.build()
    entry = reader.table.declare(head.name, head.latex or head.name.latex)
    entry.kind, entry.definition, entry.sizes = "variable", body, body.shape
    return entry


def _inverted(reader: Formula, value: Value) -> Value:
    """The inverse of a square matrix or of a number."""
    own = reader.arithmetic.shape(value)
    if not own:
        return value.but(
            build=lambda: Power(value.build(), Number(Fraction(-1))), kind="", parts=()
        )
    if len(own) != 2 or not reader.table.sizes.unify(own[0], own[1]):
        raise reader.error(
            f"{reader.arithmetic.said(value)} has no inverse", value.start, ill_typed=True
        )
    return value.but(build=lambda: Apply("inverse", (value.build(),)), kind="", parts=())


def define_function(reader: Formula, head: Head, right: Sequence[Node], start: int) -> Declaration:
    """name(parameters) = expression."""
    assert head.parameters is not None
    names = [parameter_name(reader, nodes, start) for nodes in head.parameters]
    letters = tuple(name.latex for name in names)
    if is_rule(reader, head, letters, right):
        reader.table.law_rules[head.name] = (letters, rule_of(reader, letters, right))
        reader.table.joints.setdefault(head.name, list(letters))
        return Declaration(head.name, head.name.latex, "law")
    if head.name in reader.table.joints:
        define_law(reader, head.name, [name.latex for name in names], right, start)
        return Declaration(head.name, head.name.latex, "law")
    entry = reader.table.declare(head.name, head.latex or head.name.latex)
    if names and all(name in reader.table.joints for name in names):
        return _functional(reader, entry, names, right)
    scalars = tuple(Symbol(name.latex) for name in names)
    declared = tuple(declared_parameter(reader, name, right) for name in names)
    before = reader.table.sizes.snapshot()
    labelled = any(d is not None and d.family and d.marker == "sup" for d in declared)
    single = may_be_scalar(declared) and not labelled
    read = array_of(reader, head, start) if head.indices else None
    unread = [
        e for e in reader.table.entries.values() if e.kind == "function" and e.function is None
    ]
    body = body_of(reader, names, scalars, right, read=read) if single else None
    if body is not None and len(scalars) == 1:
        word = recognise(scalars[0], body)
        if word:
            entry.kind, entry.word, entry.sizes = "word", word, None
            return entry
    if body is None or any(symbol is not None and symbol.shape for symbol in declared):
        parameters = tuple(d or s for d, s in zip(declared, scalars, strict=True))
        learnt = reader.table.sizes.snapshot()
        reader.table.sizes.restore(before)
        for called in unread:  # what a number would be given to is open again for an array
            called.function = None
        other = body_of(reader, names, parameters, right, read=read)
        if other is None:
            reader.table.sizes.restore(learnt)
        if other is None and body is None:
            body_of(reader, names, parameters, right, True, read)
        if other is not None and not acts_entrywise(body, other, parameters):
            scalars, body = tuple(resolved(reader, p) for p in parameters), other
    assert body is not None
    if entry.function is not None and len(entry.function.parameters) != len(scalars):
        entry.others[len(entry.function.parameters)] = entry.function
    undeclared = all(d is None for d in declared)
    vectors = undeclared and speaks_of_vectors(right)
    elementwise = len(scalars) == 1 and not scalars[0].shape and not body.shape and not vectors
    entry.kind = "function"
    entry.function = Function(entry.latex, scalars, body, body.shape, elementwise)
    entry.reread = reread_by(entry.latex, names, right) if undeclared and not elementwise else None
    return entry


_CALLED = re.compile(r"(\\[a-zA-Z]+|[a-zA-Z])(?:_\{?[^{}()]*\}?)?\(")


def is_rule(reader: Formula, head: Head, letters: Sequence[str], right: Sequence[Node]) -> bool:
    """Whether a law of declared finite variables is given by a formula, not by other laws: a softmax of scores."""
    table = reader.table
    own = bool(letters) and not head.indices and head.name not in table.entries
    if not own or not is_law(head.name) or not all(x in table.finite for x in letters):
        return False
    called = [Name(found[1]) for found in _CALLED.finditer(plain(right))]
    return not any(is_law(name) and name not in table.tables for name in called)


def _functional(
    reader: Formula, entry: Declaration, names: Sequence[Name], right: Sequence[Node]
) -> Declaration:
    """A function of laws of finite variables: `H(q) = -\\sum_z q(z) \\log q(z)`."""
    laws = tuple(joint_density(reader.table, name) for name in names)
    own = body_of(reader, names, laws, right, True)
    assert own is not None
    entry.kind, entry.function = "function", Function(entry.latex, laws, own, own.shape, False)
    return entry
