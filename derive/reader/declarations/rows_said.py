r"""Rows and columns in words, wherever the matrix stands: `$U$ holds the vectors $u_w^\top$ as its rows`, `the vectors
$x_i$ are stacked in the rows of $X$`, `$w_i, \tilde w_j$ (the rows of $W, \tilde W$)`, `the matrix whose columns are
$v_k$`.

Each word `rows` or `columns` is followed to the members and the matrix of its sentence; nothing is declared where one
of the two is not found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from derive.reader.declarations.clauses import clause_parts, relation_at
from derive.reader.declarations.phrases import Mention, mentions
from derive.reader.declarations.prose import Declarations
from derive.reader.declarations.prose_matrices import declare_slices_of
from derive.reader.declarations.subjects import Subject
from derive.reader.grammar.cursor import Cursor, clean
from derive.reader.grammar.table import Name, Table
from derive.reader.grammar.written import base_name, written_scripts
from derive.reader.source.blocks import Document, Prose
from derive.reader.source.groups import Node, text_of, tree
from derive.reader.source.places import Source
from derive.reader.source.vocabulary import DOTS

_HOLDS = (
    r"holds?|holding|contain\w*|collect\w*|stack\w*|stor\w+|gather\w*|arrang\w+|ha[sv]e?|having|with|whose|compris\w+"
    r"|consist\w*|formed|form|made|built|list\w*|put\w*|plac\w+|pack\w*|concatenat\w+|assembl\w+|wr(?:ite|itten|iting)|combin\w+"
)
_WORD = re.compile(r"\b(row|column)s?\b(?!-)", re.I)
_OF = re.compile(
    r"(?: vectors?)?(?: \d+)? (?:of|in|into|to form|forming|by (?:row|column) (?:in|into|to form)) "
    r"(?:an? |the |its |this |one )?(?:[a-zA-Z-]+ ){0,3}?(\d+)\b"
)
#: what is done to rows with another thing, which is no row for it
_DONE = (
    r"(?:multipli|scal|weight|divid|add|subtract|replac|normali|project|mapp|shift|reduc|sum|averag|compar|larg|small)"
    r"[a-z]*|(?:times|orthogonal|parallel)\b"
)
_ARE = re.compile(
    r"(?: vectors?)?(?: \d+(?= (?:is|are|be|equals?|contain\w*|hold\w*|denot\w*)))?,?"
    rf"(?: (?!and\b|or\b|while\b|but\b|where\b|of\b|corresponding\b|{_DONE})[a-zA-Z-]+){{0,5}} (\d+)\b"
)
_AS = re.compile(
    r"\b(?:as|in|into|along|for|by|per|each|every|are|is|its|the|their|respective) (?:its |the |their |respective )*$"
)
_RUN = re.compile(r"\b\d+(?: (?:and )?\d+)+\b")
_CELL = re.compile(r"[|&]")  # a row of a table says nothing of the next one
#: where an entry stands, which makes it no row: `the entry $p_i$ in row $i$`
_PLACE = re.compile(
    r"\b(?:in|at|on) (?:the )?(?:row|column)(?: ?(?:/|and|or) ?(?:row|column))? (\d+)\b", re.I
)
_END = re.compile(r"[.;!?](?=\s|$)|[|&]")
_TRANSPOSED = (r"\top", "T", r"\intercal")


@dataclass(frozen=True)
class _Named:
    """What formulas of a sentence name: members with the letter of their index, or whole names."""

    name: Name
    index: str = ""
    marker: str = "sub"
    transposed: bool = False


def declare_said_rows(declarations: Declarations, document: Document) -> None:
    """Declare the members that words call the rows or columns of a matrix."""
    for block in document.blocks:
        if isinstance(block, Prose):
            for words, named in _sentences(block):
                _declare(declarations, words, named, block.source)


def _sentences(prose: Prose) -> Iterator[tuple[str, list[list[_Named]]]]:
    """Each sentence with a number for each formula, and what the formulas name."""
    words, last = "", ""
    named: list[list[_Named]] = []
    for mention in mentions(prose):
        starts = mention.starts or bool(_CELL.search(mention.lead))
        if starts and named:
            yield words + " " + _END.split(mention.lead)[0], named
            words, named = "", []
        lead = _END.split(mention.lead)[-1] if starts else mention.lead
        words += f" {lead} {len(named)} "
        named.append(_names(mention))
        last = mention.rest
    if named:
        yield words + " " + _END.split(last)[0], named


def _names(mention: Mention) -> list[_Named]:
    r"""The names of `u_i, \tilde u_j \in \mathbb{R}^d`, `x_1, \dots, x_n`, `U`, `w_j^\top`; none of other formulas."""
    nodes = clean(tree(list(mention.tokens), mention.source))
    found: dict[_Named, None] = {}
    parts = clause_parts(nodes)
    if any(text_of(n) in DOTS for part in parts for n in part):
        parts = parts[:1]
    for part in parts:
        cut = relation_at(part)
        if cut is not None and text_of(part[cut]) != r"\in":
            return []
        named = _named(part if cut is None else part[:cut])
        if named is not None:
            found[named] = None
        elif len(part) != 1:
            return []
    return list(found)


def _named(nodes: Sequence[Node]) -> _Named | None:
    cursor = Cursor(nodes)
    name = base_name(cursor)
    if name is None:
        return None
    sub, sup = written_scripts(cursor)
    primes = 0
    while cursor.take("'"):
        primes += 1
    if cursor.node is not None or primes > 1:
        return None
    turned = sup in _TRANSPOSED or primes == 1
    above = re.fullmatch(r"\((\S+)\)\s*(?:\\top|T|\\intercal)", sup)
    if above and not primes and not sub and _letter(above[1]):
        bare = Name(name.base, name.font, name.accents)
        return _Named(bare, _letter(above[1]), "sup", transposed=True)
    bare = Name(name.base, name.font, name.accents)
    if sup.startswith("(") and not turned and not sub:
        return _Named(bare, _letter(sup.strip("()")), "sup") if _letter(sup.strip("()")) else None
    if sup and not turned:
        return None
    if _letter(sub):
        return _Named(bare, _letter(sub), transposed=turned)
    return None if turned else _Named(Name(name.base, name.font, name.accents, sub))


def _letter(script: str) -> str:
    """The letter of an index; `*` for the number of a member of a list."""
    if script == "1":
        return "*"
    small = re.fullmatch(r"[a-z]|\\ell", script)
    return script if small else ""


def _declare(
    declarations: Declarations, words: str, named: list[list[_Named]], source: Source
) -> None:
    words = " ".join(re.sub(r"[(),]", " ", words).split())
    words = _PLACE.sub(lambda place: "" if _is_index(named[int(place[1])]) else place[0], words)
    joined, more = _joined(words, named)
    for word, alone in zip(_WORD.finditer(joined), _WORD.finditer(words), strict=True):
        pair = _around(joined, word, more)
        if pair is None or len(pair[0]) != len(pair[1]):
            pair = _around(words, alone, named)
        if pair is None or len(pair[0]) != len(pair[1]):
            continue
        axis = 0 if word[1].lower() == "row" else 1
        for members, matrix in zip(*pair, strict=True):
            _declare_pair(declarations, members, matrix.name, axis, source)


def _is_index(named: list[_Named]) -> bool:
    """Whether a formula is one small letter, the number of a row."""
    return (
        len(named) == 1
        and not named[0].index
        and re.fullmatch("[a-z]", named[0].name.latex) is not None
    )


def _joined(words: str, named: list[list[_Named]]) -> tuple[str, list[list[_Named]]]:
    """Formulas of a list that name one thing each, as one formula: `$x_i$, $y_i$ and $z_i$`."""
    more = list(named)

    def join(run: re.Match[str]) -> str:
        numbers = [int(number) for number in re.findall(r"\d+", run[0])]
        if max(numbers) >= len(named):
            return run[0]
        parts = [named[number] for number in numbers]
        if not all(map(_members, parts)) and not all(map(_matrices, parts)):
            return run[0]
        more.append([name for part in parts for name in part])
        return str(len(more) - 1)

    return _RUN.sub(join, words), more


def _around(
    words: str, word: re.Match[str], named: list[list[_Named]]
) -> tuple[list[_Named], list[_Named]] | None:
    return _pair(words[: word.start()].rstrip() + " ", words[word.end() :], named)


def _pair(
    before: str, after: str, named: list[list[_Named]]
) -> tuple[list[_Named], list[_Named]] | None:
    """The members and the matrices that a word `rows` between these words relates."""
    of = _OF.match(after)
    if of is not None and _matrices(named[int(of[1])]):
        matrices = named[int(of[1])]
        own = re.match(r"(?: vectors?)? (\d+) of ", after)
        members = _members(named[int(own[1])]) if own else []
        if not members:
            members = _last(before, named, _members)
        if not members and (next_ := _ARE.match(after[of.end() :])) is not None:
            members = _members(named[int(next_[1])])
        return (members, matrices) if members else None
    are = _ARE.match(after)
    members = _members(named[int(are[1])]) if are is not None else []
    matrices = _last(before, named, _matrices)
    if members and matrices:
        return members, matrices
    members = _last(before, named, _members)
    held = re.search(rf"\b(?:{_HOLDS})\b", before, re.I)
    if members and matrices and held and _AS.search(before):
        return members, matrices
    return None


def _last(
    before: str, named: list[list[_Named]], kind: Callable[[list[_Named]], list[_Named]]
) -> list[_Named]:
    """What the last formula of a kind before a word names."""
    for number in reversed(re.findall(r"\b\d+\b", before)):
        if int(number) < len(named) and (found := kind(named[int(number)])):
            return found
    return []


def _members(named: list[_Named]) -> list[_Named]:
    """The members among names, all of them or none."""
    return named if named and all(n.index for n in named) else []


def _matrices(named: list[_Named]) -> list[_Named]:
    """Names without an index that may be matrices, all of them or none."""
    fits = all(not n.index and n.name.base.lstrip("\\")[:1].isupper() for n in named)
    return named if named and fits else []


def _declare_pair(
    declarations: Declarations, member: _Named, matrix: Name, axis: int, source: Source
) -> None:
    table = declarations.table
    family = table.families.get(member.name)
    if family is not None and (family.kind != "variable" or family.definition is not None):
        return
    parent = table.entries.get(matrix)
    if parent is not None and (parent.kind != "variable" or len(parent.sizes or (0, 0)) != 2):
        return
    index = () if member.index == "*" else (member.index,)
    _make_index(table, member)
    known = family is not None and family.sizes is not None and len(family.sizes) > family.family
    subject = Subject(
        member.name, index or ("i",), member.marker, None, 1, member.transposed or known
    )
    declare_slices_of(declarations.reader(source), subject, matrix, axis)


def _make_index(table: Table, member: _Named) -> None:
    """Let the letter of an index be one, and forget what was taken for a name with a label."""
    letter = Name(member.index)
    if member.index not in ("*", "") and letter not in table.entries:
        table.declare(letter).kind = "index"
    labelled = table.entries.get(
        Name(member.name.base, member.name.font, member.name.accents, member.index)
    )
    if labelled is not None and labelled.definition is None:
        del table.entries[labelled.name]
