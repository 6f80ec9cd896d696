r"""Laws of finite variables, seen before anything is read: `p(x, z)`, `q(z)`, `P(X)` under sums without limits.

A letter that is called at such a variable is a law wherever it stands, also bare as in `KL(q \\| p)`: its variables are
known from the start, and it is no number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from derive.reader.declarations.phrases import mentions
from derive.reader.grammar.cursor import Cursor, clean, plain
from derive.reader.grammar.finite_laws import declare_finite, small
from derive.reader.grammar.table import LawCall, Name, Table, data_index
from derive.reader.grammar.written import base_name
from derive.reader.rewriting.law_calls import abstract_variables, declare_calls, names_listed
from derive.reader.source.blocks import Document, Prose
from derive.reader.source.groups import Group, Node, text_of
from derive.reader.source.scanner import Token

_FREE = re.compile(r"unnormali[sz]ed", re.IGNORECASE)


def declare_laws(table: Table, document: Document, runs: Sequence[list[Node]]) -> list[Name]:
    """Note the laws of finite variables of a document with their variables; the names that are laws."""
    table.bits = any(
        isinstance(a, Token) and a.text == r"\log" and plain([b, c]) == "_2"
        for level in runs
        for a, b, c in zip(level, level[1:], level[2:], strict=False)
    )
    declare_calls(table, document, runs)
    for made in table.called.values():
        _drop_members(made)
    calls = [(n, list(c.values), list(c.given)) for n, found in table.called.items() for c in found]
    summed = {v: None for v in _summed(runs) if not _is_declared(table, v)}
    summed.update(abstract_variables(table, document, runs))
    summed.update({v: None for _, own, given in calls for v in (*own, *given) if data_index(v)})
    values = {v: None for _, own, _ in calls for v in own}
    known = {**table.finite, **summed}
    found: dict[Name, list[str]] = {}
    mixed: dict[Name, None] = {}
    alone = {(name, tuple(own)) for name, own, given in calls if not given}
    counted = _counted(runs)
    for name, own, given in calls:
        held = [v for v in given if v not in values and v not in known]
        if held and ((name, tuple(own)) in alone or any(_counts(v, counted) for v in held)):
            table.several_laws[name] = None
            mixed[name] = None
            continue
        table.held.update(dict.fromkeys(held))
        variables = [small(v, known) for v in (*own, *given) if v not in held]
        if all(v in known for v in variables):
            laws = found.setdefault(name, [])
            laws.extend(v for v in dict.fromkeys(variables) if v not in laws)
        else:
            mixed[name] = None
    for name in [n for n in found if n in mixed or not _may_be_law(table, n)]:
        del found[name]
    for name, made in table.called.items():
        if name not in found:  # what else is said of its variables tells what it is
            made.clear()
    if table.average is not None and not any(table.average in c for c in table.called.values()):
        table.average = None
    for name, variables in found.items():
        _forget(table, name)
        table.joints[name] = variables
        for variable in variables:
            declare_finite(table, variable)
    for block in document.blocks:
        for mention in mentions(block) if isinstance(block, Prose) else ():
            cursor = Cursor(list(mention.tokens))
            base = base_name(cursor)
            if base is not None and _FREE.search(f"{mention.before[-40:]} {mention.after[:60]}"):
                table.unnormalised[base] = None
    return list(found)


def _drop_members(calls: dict[LawCall, None]) -> None:
    """Leave out values at members, `p(Y_i)`, of a law that is called at a variable, `p(x)`: they are no other law."""
    alone = [c for c in calls if not c.given and len(c.values) == 1]
    members = [c for c in alone if "_" in c.values[0]]
    if len(members) < len(alone):
        for call in members:
            del calls[call]


def _summed(runs: Iterable[Sequence[Node]]) -> dict[str, None]:
    r"""The variables x of sums `\\sum_x` and `\\sum_{x \\in \\mathcal{X}}` and of expectations `E_{x \\sim q}`."""
    found: dict[str, None] = {}
    for level in runs:
        items = clean(level)
        for place, node in enumerate(items[:-2]):
            text = text_of(node)
            mark, below = items[place + 1], items[place + 2]
            if not (isinstance(mark, Token) and mark.text == "_"):
                continue
            parts = list(below.items) if isinstance(below, Group) else [below]
            texts = [text_of(n) for n in parts]
            above = items[place + 3 : place + 4]
            if text == r"\sum" and "=" not in texts:
                if above and isinstance(above[0], Token) and above[0].text == "^":
                    continue
                stop = texts.index(r"\in") if r"\in" in texts else len(parts)
                for name in names_listed(parts[:stop]):
                    found[name] = None
    return found


def _counted(runs: Iterable[Sequence[Node]]) -> frozenset[str]:
    r"""The letters below sums and products: n of `\sum_{n=1}^N` and of `\sum_n`."""
    found: dict[str, None] = {}
    for level in runs:
        items = clean(level)
        for sign, mark, below in zip(items, items[1:], items[2:], strict=False):
            if text_of(sign) in (r"\sum", r"\prod") and text_of(mark) == "_":
                first = below.items[0] if isinstance(below, Group) and below.items else below
                found[text_of(first)] = None
    return frozenset(found)


def _counts(variable: str, counted: frozenset[str]) -> bool:
    """Whether a name has an index over which a sum runs: `x_n` under a sum over n is many values."""
    return any(letter in counted for letter in re.findall(r"[A-Za-z]", variable)[1:])


def _may_be_law(table: Table, name: Name) -> bool:
    """Whether nothing is declared of a name that a law does not have: a shape, a definition, a formula."""
    entry = table.exact(name)
    if name in table.families:
        return False
    if entry is None:
        return True
    return (
        entry.kind == "variable" and not entry.sizes and entry.definition is None and not entry.law
    )


def _is_declared(table: Table, variable: str) -> bool:
    """Whether a letter is an index with a range, a size or a variable with a shape."""
    entry = next((e for e in table.entries.values() if e.latex == variable), None)
    return entry is not None and (entry.kind != "variable" or entry.sizes is not None)


def _forget(table: Table, name: Name) -> None:
    entry = table.entries.pop(name, None)
    if entry is not None:
        table.by_letter.get(name.letter, {}).pop(name, None)
