r"""A declaration cut into clauses: mathematics, words, the names that wait for a relation, index ranges."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from derive.reader.declarations.properties import facts_in
from derive.reader.grammar.cursor import clean, plain
from derive.reader.grammar.state import RELATIONS
from derive.reader.source.groups import Group, Node, text_of
from derive.reader.source.scanner import Kind, Token
from derive.reader.source.vocabulary import DOTS, nesting

_TEXTS = frozenset([r"\text", r"\textrm", r"\mbox", r"\textnormal", r"\textit"])

ORDER_SIGNS = {
    r"\succ": "pd",
    r"\succeq": "psd",
    r"\succcurlyeq": "psd",
    r"\prec": "",
    r"\preceq": "",
}

_RELATIONS = frozenset([*RELATIONS, *ORDER_SIGNS, r"\in", r"\sim", ":="])

#: `(a_{ij})` or `[a_{ij}]_{i,j}`: a matrix by its entry
_ONE_ENTRY = re.compile(r"[(\[]\\?[A-Za-z]+_[\w,]+[)\]](_.*)?")


@dataclass
class Clause:
    """Nodes between top-level commas, the words after them, and the names that wait for its relation."""

    nodes: list[Node]
    words: str = ""
    subjects: list[list[Node]] = field(default_factory=list)


ARROWS = (r"\to", r"\rightarrow", r"\longrightarrow")


def clauses(nodes: Sequence[Node]) -> list[Clause]:
    """The clauses of a declaration, each with the names that were waiting for it."""
    found: list[Clause] = []
    waiting: list[list[Node]] = []
    for part in _bounded_alike(clause_parts(nodes)):
        body, words = _words_of(part)
        if not body:
            if found and words:
                found[-1].words += " " + words
            continue
        if range_of(body) is not None or (
            found and found[-1].subjects == [] and _open_range(found[-1], body)
        ):
            _extend_range(found, body, waiting)
            continue
        if relation_at(body) is None and not words and not is_mapping(body):
            waiting.append(body)
            continue
        found.append(Clause(body, words, waiting))
        waiting = []
    if waiting and found and range_of(found[-1].nodes) is None:
        found.append(Clause(waiting[-1], "", waiting[:-1]))
    return found


_BELOW = ("<", r"\le", r"\leq", r"\lt")


def _bounded_alike(parts: list[list[Node]]) -> list[list[Node]]:
    """`0 < a, b < 1` bounds each name on both sides."""
    if len(parts) < 2:
        return parts
    cuts = [
        [i for i, n in enumerate(p) if isinstance(n, Token) and n.text in _RELATIONS] for p in parts
    ]
    if [len(c) for c in cuts] != [1, *[0] * (len(parts) - 2), 1]:
        return parts
    first, last = cuts[0][0], cuts[-1][0]
    lower, upper = parts[0][: first + 1], parts[-1][last:]
    signs = (lower[-1], upper[0])
    if not all(isinstance(s, Token) and s.text in _BELOW for s in signs) or len(clean(lower)) != 2:
        return parts
    names = [parts[0][first + 1 :], *parts[1:-1], parts[-1][:last]]
    return [[*lower, *name, *upper] for name in names]


def is_mapping(body: Sequence[Node]) -> bool:
    """Whether a clause says from where to where a function maps: `f : \\mathbb{R}^d \\to \\mathbb{R}`."""
    texts = [node.text for node in body if isinstance(node, Token)]
    return ":" in texts and any(arrow in texts for arrow in ARROWS)


def clause_parts(nodes: Sequence[Node]) -> list[list[Node]]:
    """Split at commas and semicolons outside brackets, and at `\\text{and}`."""
    parts: list[list[Node]] = [[]]
    depth = 0
    for position, node in enumerate(nodes):
        text = text_of(node)
        depth += nesting(text)
        if depth <= 0 and text in (",", ";", r"\quad", r"\qquad"):
            depth = 0
            parts.append([])
        elif (
            isinstance(node, Group)
            and _is_text(nodes, position)
            and plain(node.items).strip() in ("and", "with", ",and")
        ):
            parts[-1].pop()
            parts.append([])
        else:
            parts[-1].append(node)
    return [part for part in parts if clean(part)]


def _is_text(items: Sequence[Node], position: int) -> bool:
    before = items[position - 1] if position else None
    return isinstance(before, Token) and before.text in _TEXTS


def _words_of(part: Sequence[Node]) -> tuple[list[Node], str]:
    """Mathematics and words of a part: `W\\text{ is symmetric}`; mathematics between words goes into the words."""
    items = clean(part)
    body: list[Node] = []
    words: list[str] = []
    position = 0
    while position < len(items):
        node = items[position]
        following = items[position + 1] if position + 1 < len(items) else None
        before = items[position - 1] if position else None
        script = isinstance(before, Token) and before.kind in (Kind.SUB, Kind.SUP)
        if (
            isinstance(node, Token)
            and node.text in _TEXTS
            and isinstance(following, Group)
            and not script
        ):
            text = _spoken(following.items)
            if words or " " in text.strip() or text != text.strip() or facts_in(text):
                words.append(text)
                position += 2
                continue
            body.extend([node, following])
            position += 2
            continue
        if words:
            words.append(f" ${plain([node])}$ ")
        else:
            body.append(node)
        position += 1
    return body, "".join(words).strip()


def _spoken(items: Sequence[Node]) -> str:
    text = ""
    for node in items:
        if isinstance(node, Group):
            text += _spoken(node.items)
        else:
            text += (" " if node.spaced else "") + node.text
    return text + (" " if items else "")


def relation_at(nodes: Sequence[Node], start: int = 0) -> int | None:
    depth = 0
    for position in range(start, len(nodes)):
        node = nodes[position]
        if not isinstance(node, Token):
            continue
        depth += (node.text in ("(", "[")) - (node.text in (")", "]"))
        if node.text in _RELATIONS and depth <= 0:
            return position
    return None


def range_of(body: Sequence[Node]) -> tuple[list[Node], list[Node]] | None:
    """`i = 1` or `i = 1, \\dots, n`: name and lower limit, when this is the start of an index range."""
    cut = relation_at(body)
    if cut is None or not isinstance(body[cut], Token) or body[cut].text != "=":  # type: ignore[union-attr]
        return None
    from derive.reader.grammar.index_names import index_name

    name = index_name(body[:cut])
    lower = plain(body[cut + 1 :])
    if name is None or not lower.lstrip("-").isdecimal() or len(name) > 8:
        return None
    return list(body[:cut]), list(body[cut + 1 :])


def _open_range(clause: Clause, body: Sequence[Node]) -> bool:
    """Whether a clause is an index range that still waits for `\\dots` or its upper limit."""
    if range_of(clause.nodes) is None:
        return False
    state = clause.words
    if state == "":
        return isinstance(body[0], Token) and body[0].text in DOTS
    return state == "dots"


def _extend_range(found: list[Clause], body: list[Node], waiting: list[list[Node]]) -> None:
    if found and not found[-1].subjects and _open_range(found[-1], body) and range_of(body) is None:
        last = found[-1]
        if last.words == "":
            last.words = "dots"
            if len(body) > 1:
                last.subjects = [list(body[1:])]
                last.words = "range"
        else:
            last.subjects = [body]
            last.words = "range"
        return
    # names before `i = 1` belong to the range too: `i, j = 1, ..., n`
    clause = Clause(body)
    found.append(clause)
    for names in waiting:
        cut = relation_at(body)
        assert cut is not None
        found.insert(len(found) - 1, Clause([*names, *body[cut:]], "same"))
    waiting.clear()


def unchained(clause: Clause) -> list[Clause]:
    r"""`a = b = c` as equations for a and for b, `d = e > 0` as one and a bound, `d = e \ne 0` as the first alone."""
    nodes = clause.nodes
    first = relation_at(nodes)
    if first is not None and plain(nodes[first + 1 : first + 2]) == r"\pm":
        signed = _either_sign(nodes[first], nodes[first + 2 :])
        return [Clause([*nodes[:first], *signed], clause.words, clause.subjects)]
    second = relation_at(nodes, first + 1) if first is not None else None
    if first is None or second is None or relation_at(nodes, second + 1) is not None:
        return [clause]
    signs = [text_of(n) for n in (nodes[first], nodes[second])]
    if signs[0] != "=" or range_of(nodes[:second]) is not None:
        return [clause]
    if signs[1] == "=":
        if plain(nodes[second + 1 :]).strip().isdecimal():
            return [clause]
        named = [*nodes[: first + 1], *nodes[second + 1 :]]
        return [Clause(named, "", clause.subjects), Clause(nodes[first + 1 :], clause.words)]
    if signs[1] in (">", "<", r"\ge", r"\geq", r"\le", r"\leq"):
        bound = [*nodes[:first], *nodes[second:]]
        return [Clause(bound, clause.words, clause.subjects), Clause(nodes[:second])]
    if signs[1] in (r"\ne", r"\neq"):  # of a number or an array: what it is says which
        return [Clause(nodes[:second], clause.words, clause.subjects)]
    return [clause]


def _either_sign(sign: Node, number: Sequence[Node]) -> list[Node]:
    r"""`= \pm 1` as `\in \{-1, 1\}`."""
    token = sign if isinstance(sign, Token) else sign.open
    marks = {
        text: token._replace(kind=kind, text=text)
        for text, kind in (
            (r"\in", Kind.WORD), (r"\{", Kind.SYMBOL), (r"\}", Kind.SYMBOL), ("-", Kind.CHAR), (",", Kind.CHAR)
        )
    }  # fmt: skip
    return [marks[r"\in"], marks[r"\{"], marks["-"], *number, marks[","], *number, marks[r"\}"]]


def place_and_value(clause: Clause) -> list[Clause]:
    r"""`C = A A^\top \in \mathbb{R}^{n \times n}` as the shape of C and its definition; other clauses as they are.

    Of `x = (x_1, x_2)^\top` and `A = (a_{ij})` the shape says it all, and so it does of `K = K(t) \in ...`, which
    abbreviates.
    """
    cut = relation_at(clause.nodes)
    last = relation_at(clause.nodes, cut + 1) if cut is not None else None
    if cut is None or last is None or relation_at(clause.nodes, last + 1) is not None:
        return [clause]
    signs = [text_of(n) for n in (clause.nodes[cut], clause.nodes[last])]
    if signs[0] not in ("=", ":=", r"\coloneqq", r"\triangleq") or signs[1] != r"\in":
        return [clause]
    left, right = clause.nodes[:cut], clause.nodes[cut + 1 : last]
    place = Clause([*left, *clause.nodes[last:]], clause.words, clause.subjects)
    said, name = plain(right), plain(left)
    entries = f"{name}_1" in said or any(dots in said for dots in sorted(DOTS))
    if entries or _ONE_ENTRY.fullmatch(said) or said.startswith(name + "("):
        return [place]
    return [place, Clause(clause.nodes[:last], "", clause.subjects)]
