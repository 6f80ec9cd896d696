r"""Laws of finite variables, seen before anything is read: `p(x, z)`, `q(z)`, `P(X)` under sums without limits.

A letter that is called at such a variable is a law wherever it stands, also bare as in `KL(q \\| p)`: its variables are
known from the start, and it is no number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from derive.reader.declarations.phrases import mentions
from derive.reader.grammar.conditions import enclosed
from derive.reader.grammar.cursor import Cursor, clean, plain
from derive.reader.grammar.finite_laws import BARS, LAWS, declare_finite, small
from derive.reader.grammar.index_names import index_name
from derive.reader.grammar.node_parts import split_at
from derive.reader.grammar.table import Name, Table
from derive.reader.grammar.written import base_name, names_along
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
    calls = list(_calls(runs))
    summed = {v: None for v in _summed(runs) if not _is_declared(table, v)}
    values = {v: None for _, own, _ in calls for v in own}
    known = {**table.finite, **summed}
    found: dict[Name, list[str]] = {}
    mixed: dict[Name, None] = {}
    for name, own, given in calls:
        held = [v for v in given if v not in values and v not in known]
        table.held.update(dict.fromkeys(held))
        variables = [small(v, known) for v in (*own, *given) if v not in held]
        if all(v in known for v in variables):
            laws = found.setdefault(name, [])
            laws.extend(v for v in dict.fromkeys(variables) if v not in laws)
        else:
            mixed[name] = None
    for name in [n for n in found if n in mixed or not _may_be_law(table, n)]:
        del found[name]
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
                for name in _listed(parts[:stop]):
                    found[name] = None
    return found


def _listed(nodes: Sequence[Node]) -> list[str]:
    """The names between commas."""
    parts = split_at(nodes, ",")
    return [name for part in parts if part and (name := index_name(part)) is not None]


def _calls(runs: Iterable[Sequence[Node]]) -> Iterable[tuple[Name, list[str], list[str]]]:
    """The calls of letters that usually are laws at names alone: values and, behind the bar, what is given."""
    for level in runs:
        for name, cursor in names_along(level):
            nodes = enclosed(cursor, "(", ")") if cursor.at("(") else None
            if name.base not in LAWS or name.font not in ("", "rm") or not nodes:
                continue
            halves: list[list[Node]] = [[]]
            for node in nodes:
                if isinstance(node, Token) and node.text in BARS:
                    halves.append([])
                elif isinstance(node, Token) and node.text == ";":
                    break
                else:
                    halves[-1].append(node)
            values, given = _listed(halves[0]), [v for half in halves[1:] for v in _listed(half)]
            if values and len(halves) < 3:
                yield replace(name, sup=""), values, given


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
