r"""What sentences say of names without effect on what is read: equations that were passed over, bases, columns, rows.

In one section of a long document a relation that does not hold is not called wrong when such a sentence speaks of its
names: what it says may be what the relation needs.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from derive.derivation import Side, Unreadable
from derive.expr.nodes import Call, Dim, Expr, Item, Symbol
from derive.expr.walk import free_symbols, inline, post_order
from derive.reader.declarations.clauses import relation_at
from derive.reader.declarations.prose_said import Overlooked
from derive.reader.declarations.wording import last_sentence
from derive.reader.grammar.cursor import Cursor
from derive.reader.grammar.table import Name, Table
from derive.reader.grammar.written import base_name, written_scripts
from derive.reader.reading.heads import Left
from derive.reader.reading.state import GUESSED
from derive.reader.source.groups import Node
from derive.reader.source.scanner import Token

_LETTER = re.compile(r"\\[a-zA-Z]+|[a-zA-Z]")
_FONT = re.compile(
    r"\\(?:math\w+|boldsymbol|bm|vec|underline|hat|tilde|bar|left|right|top|[lc]?dots|in|text|operatorname)$"
)
_RELATES = re.compile(
    r"\b(?:columns?|rows?|bas[ei]s|eigen\w+|singular|span\w*|orthogonal|orthonormal|project\w*|suppose|assum\w+"
    r"|minimi[sz]\w+|maximi[sz]\w+|optim\w+|solution|closest|constrain\w+|satisf\w+|conjugate|convex|concave)\b",
    re.I,
)


_CHANGES = re.compile(
    r"\b(?:instead|chang\w+|modif\w+|distort\w*|stretch\w*|replac\w+|another|different|variants?|now|new|consider"
    r"|alternativ\w+|generali[sz]\w+|extend\w*|more (?:general|complex|complicated))\b",
    re.I,
)


_CHANGED = re.compile(
    r"\b(?:instead|chang\w+|modif\w+|distort\w*|stretch\w*|replac\w+|another|different|variants?|alternativ\w+)\b",
    re.I,
)

_FOLLOWS = re.compile(
    r"\b(?:re-?writ\w+|written|write|becomes?|simplif\w+|equivalent\w*|expand\w*|hence|thus|therefore|then|get"
    r"|have|obtain\w*|follows|gives?|yields?|equals?|substitut\w+|plug\w+|that is|i\.e)\b",
    re.I,
)


def letters_in(latex: str) -> frozenset[str]:
    """The letters and commands for letters in LaTeX."""
    return frozenset(x for x in _LETTER.findall(latex) if not _FONT.match(x))


_SPECTRUM = re.compile(
    r"\b(?:eigen|singular )values? (?:of \$[^$]*\$ )?(?:all |that |which )?(?:lie |lying |are |is |contained )?"
    r"(?:in|between|at (?:most|least)|bounded|(?:no|not) \w+ than|(?:do|does) not exceed)\b"
    r"|\b(?:largest|smallest|m(?:ax|in)im(?:al|um)) (?:eigen|singular )values? \$"
    r"|\bspectr(?:um|al norm) (?:of \$[^$]*\$ )?(?:lies |is )?(?:in|between|at (?:most|least)|bounded)\b",
    re.I,
)


def related_letters(words: str, pattern: re.Pattern[str] = _RELATES) -> frozenset[str]:
    """The letters of which a sentence says that they are columns, a basis, a solution and the like."""
    found: set[str] = set()
    for sentence in re.split(r"(?<=[\w$)])[.;](?=\s|$)", words):
        if pattern.search(sentence):
            for latex in re.findall(r"\$([^$]*)\$", sentence):
                found |= letters_in(latex)
    return frozenset(found)


def token_letters(tokens: Iterable[Token]) -> frozenset[str]:
    """The letters among tokens."""
    texts = (t.text for t in tokens)
    return frozenset(x for x in texts if _LETTER.fullmatch(x) and not _FONT.match(x))


JUST_AFTER = 2
"""Blocks after a formula in which a sentence still speaks of it."""


def lone_name(nodes: Sequence[Node]) -> Name | None:
    """The name that stands alone before the sign of an equation."""
    return name_alone(nodes[: relation_at(nodes) or 0])


def name_alone(nodes: Sequence[Node]) -> Name | None:
    """The name that a side consists of, if it is nothing else."""
    cursor = Cursor(nodes)
    name = base_name(cursor)
    if name is None:
        return None
    sub, sup = written_scripts(cursor)
    return replace(name, sub=sub or name.sub, sup=sup) if cursor.node is None else None


def state_of(table: Table) -> tuple[object, ...]:
    """What a sentence could change in a table, to be compared by value."""
    known = tuple(
        (name, id(e.definition), id(e.function), len(e.facts), e.kind, e.expand is None)
        for entries in (table.entries, table.families)
        for name, e in entries.items()
    )
    return (len(table.conditions), known)


def unread(left: Side, right: Side, said: Overlooked) -> str:
    """Why a relation that does not hold is not called wrong: an equation in the text gives a name of it, unread."""
    if isinstance(left, Unreadable) or isinstance(right, Unreadable):
        return ""
    for node in dict.fromkeys((*free_symbols(left), *free_symbols(right))):
        if node.law is not None:
            continue
        own = letters_in(node.name)
        if node.name in said.facts:
            return said.facts[node.name]
        if node.name in said.names or any(own & letters for letters, _ in said.letters):
            return f"{GUESSED}: an equation in the text speaks of {node.name} and was not read"
        if node.name in said.optima and any(_takes(side, node) for side in (left, right)):
            return f"{GUESSED}: of the optimum {node.name} nothing is used"
    return ""


def _takes(side: Expr, symbol: Symbol) -> bool:
    """Whether a function is taken at a symbol."""
    return any(isinstance(n, Call) and symbol in free_symbols(n) for n in post_order(side))


def passed_over(
    left: Side,
    op: str,
    right: Side,
    table: Table,
    said: Overlooked,
) -> str:
    """Why a relation that does not hold is not called wrong: a name of it of which more is said than was read."""
    if isinstance(left, Unreadable) or isinstance(right, Unreadable):
        return ""
    assumed = {entry.latex for entry in table.variables() if entry.assumed}
    nodes = {**dict.fromkeys(post_order(left)), **dict.fromkeys(post_order(right))}
    symbols = [n for n in nodes if isinstance(n, Symbol) and n.definition is None and n.law is None]
    averaged = [
        n for n in nodes if isinstance(n, Symbol) and n.law is not None and n.name in assumed
    ]
    if averaged:
        return f"nothing says that {averaged[0].name} is random, and with which law"
    abstract = (n for n in nodes if isinstance(n, Call) and n.function.body is None)
    if op not in ("=", "~~") and (unknown := next(abstract, None)) is not None:
        return f"an inequality about {unknown.function.name}, of which nothing is known"
    sides = [frozenset(free_symbols(left)), frozenset(free_symbols(right))]
    for symbol in symbols:
        own = letters_in(symbol.name)
        if (symbol in sides[0]) != (symbol in sides[1]):
            return f"{symbol.name} stands on one side only, and nothing says what it is; declare it"
        if "(" in symbol.name and not symbol.facts:
            return f"nothing is known of the table {symbol.name}; the relation may impose something"
        if symbol.name in said.names or any(own & letters for letters, _ in said.letters):
            return f"{GUESSED}: an equation in the text speaks of {symbol.name} and was not read"
        if own & said.related.keys():
            return f"{GUESSED}: more is said of {symbol.name} in the text than was read; declare it"
        if symbol.name in assumed and op not in ("=", "~~"):
            return f"an inequality in which {symbol.name} is not declared; say what it can be"
    sizes = {name for s in symbols for size in s.dims for name in size.names}
    loose = (n for n in nodes if isinstance(n, Dim) and op not in ("=", "~~"))
    alone = next((n for n in loose if not set(n.size.names) <= sizes), None)
    return "" if alone is None else f"an inequality in which nothing has the size {alone!r}"


def bounded_letters(words: str) -> frozenset[str]:
    """The letters in sentences that bound the eigenvalues of a matrix in words."""
    return related_letters(words, _SPECTRUM)


def bounded_spectrum(left: Side, op: str, right: Side, letters: Iterable[str]) -> str:
    """Why an inequality that does not hold is not called wrong: words bound the eigenvalues of a matrix in it."""
    known = frozenset(letters)
    if op in ("=", "~~", ":=") or isinstance(left, Unreadable) or isinstance(right, Unreadable):
        return ""
    for symbol in (*free_symbols(inline(left)), *free_symbols(inline(right))):
        if symbol.rank == 2 and letters_in(symbol.name) & known:
            return f"the text bounds the eigenvalues of {symbol.name} in words; write the bound as a formula"
    return ""


def any_function(left: Side, op: str, right: Side, table: Table) -> str:
    """Why a relation that does not hold for any function is not called wrong: nobody said which function is meant.

    An inequality about a function without a formula rests on what it is: convex, Lipschitz, monotone.
    """
    assumed = {
        e.latex: None
        for e in table.entries.values()
        if e.assumed and e.kind == "function" and not e.given
    }
    for side in (left, right):
        if assumed and not isinstance(side, Unreadable):
            bodies = [n.function.body for n in post_order(side) if isinstance(n, Call)]
            for node in (
                part for whole in (side, *filter(None, bodies)) for part in post_order(whole)
            ):
                if isinstance(node, Call) and node.function.name in assumed:
                    return f"{node.function.name} is taken as any smooth function; a definition would say which"
    if op in ("=", "~~", ":=") or isinstance(left, Unreadable) or isinstance(right, Unreadable):
        return ""
    for node in (*post_order(inline(left)), *post_order(inline(right))):
        if isinstance(node, Call) and node.function.body is None:
            return f"an inequality about {node.function.name}, of which more may be supposed than was read"
    return ""


def unfollowed(left: Side, right: Side, names: Collection[str]) -> str:
    """Why a relation about several steps of a recursion is not called wrong: they are given one by another."""
    places: dict[str, set[tuple[object, ...]]] = {name: set() for name in names}
    for side in (left, right):
        for node in () if isinstance(side, Unreadable) else post_order(side, into_definitions=True):
            if isinstance(node, Item) and isinstance(node.base, Symbol):
                places.get(node.base.name, set()).add(node.indices)
    several = next((name for name, found in places.items() if len(found) > 1), "")
    return (
        f"the steps of {several} are given one by another, which is not followed" if several else ""
    )


def anew(left: Left, first: Side, right: Side, words: str, partial: bool) -> str:
    """Why an equation for a name that was defined before may define it anew: by words, or by new names on the right.

    In a text that is not a part of a long one (`partial`) only words say so that speak of a change.
    """
    if not partial and not _CHANGED.search(last_sentence(words)):
        return ""
    if left.kind != "known" or left.head is None or isinstance(first, Unreadable):
        return ""
    if left.entry is None or left.entry.kind == "word" or isinstance(right, Unreadable):
        return ""
    known = free_symbols(inline(first))
    fresh = next((s for s in free_symbols(inline(right)) if s not in known), None)
    said = last_sentence(words)
    if fresh is None and _FOLLOWS.search(said) and not _CHANGES.search(said):
        return ""
    name = left.head.name.latex
    return (
        f"{name} has a definition above, and this may be a new one; `:=` or `define` would say so"
    )
