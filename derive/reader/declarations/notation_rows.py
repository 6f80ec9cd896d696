r"""Rows of a table of notation: `$\Sigma \in \mathbb{R}^{d \times d}$ | positive definite | covariance`.

The first cell declares names, or names them beside a cell with their set. Of the other cells, phrases that are
properties through and through are facts and laws; of what else is said, only the noun phrase in front counts:
`symmetric matrix of weights`. Formulas in a meaning declare nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from derive.errors import DeriveError, ReadError
from derive.reader.declarations.clauses import Clause, clauses, is_mapping, range_of, relation_at
from derive.reader.declarations.declare import declare_clause
from derive.reader.declarations.properties import OF_MATRICES, OF_VECTORS, facts_in, without_facts
from derive.reader.declarations.ranges import declare_ranges
from derive.reader.declarations.subjects import read_subject, subject_entries, subject_extents
from derive.reader.declarations.wording import facts_before
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import clean, start_of
from derive.reader.grammar.laws_in_words import LawSaid, law_at
from derive.reader.grammar.sets import read_set, read_sizes
from derive.reader.grammar.table import Declaration, Name
from derive.reader.grammar.values import Misfit
from derive.reader.source.blocks import Inline, Row, Text
from derive.reader.source.groups import Node, text_of, tree
from derive.reader.source.scanner import Kind, Token

_BOUNDS = frozenset(
    ["<", ">", r"\le", r"\leq", r"\ge", r"\geq", r"\ne", r"\neq", r"\in", r"\succ", r"\succeq"]
)
_BETWEEN = re.compile(r"\s*(?:,|and\b|with\b)?\s*")
_ENTRIES = re.compile(r"entries in \$(\d+)\$")
_FROM_ZERO = re.compile(r"(?:its )?ind(?:ices|ex) (?:counts? )?from (?:0|zero|\$(?:\d+)\$)")
_HARMLESS = re.compile(
    r"any smooth function|applied to each entry(?: of an array)?|a smooth function"
)
_NOUN_PHRASE = re.compile(
    r"[^,:;(]*?(?=[,:;(]|\b(?:of|by|with|that|whose|which|from|in|for|on)\b|$)"
)
_DEFINED = re.compile(r"\bdefined\b", re.IGNORECASE)
COUNTERS = frozenset("ijknt")
"""Letters that count members even where no range of them is said."""
_FORMULA = re.compile(r"\$(\d+)\$")


@dataclass
class _Said:
    """A row while it is read: what is declared, the formulas that phrases count, and letters that count nothing."""

    reader: Formula
    entries: list[Declaration]
    formulas: list[Inline]
    letters: frozenset[str]


def lettered(rows: Iterable[Row]) -> frozenset[str]:
    r"""The letters that rows of notation declare as numbers or arrays by themselves: k in `$k \in \mathbb{R}^d$`."""
    found: list[str] = []
    for row in rows:
        formula = _formula_alone(row.cells[0]) if len(row.cells) > 1 else None
        texts = [token.text for token in formula.tokens] if formula is not None else []
        if texts[1:2] == [r"\in"] and "".join(texts[2:]).startswith((r"\mathbb{R}", r"\R")):
            found.append(texts[0])
    return frozenset(found)


def take_row(
    reader: Formula,
    row: Row,
    refused: list[ReadError],
    above: list[Declaration],
    letters: frozenset[str] = frozenset(),
) -> bool:
    """Whether a row of a table is one of notation, which is then declared; what cannot be read goes to `refused`.

    `above` are the names of the rows above, and get those of this one: a line `Defined below` says that they are given,
    and those that follow are not. `letters` are declared by rows of their own and count nothing: k of `\\sigma_k`.
    """
    words = "".join(piece.text for piece in row.pieces if isinstance(piece, Text))
    if _DEFINED.search(words) and not any(isinstance(piece, Inline) for piece in row.pieces):
        for entry in above:
            entry.given = True
        above.clear()
        above.append(Declaration(Name(""), "", shown_later=True))
        return True
    try:
        found = declare_row(reader, row, letters)
    except ReadError as error:
        refused.append(error)
        return True
    except (DeriveError, Misfit, RecursionError):
        return False
    for entry in found or ():
        entry.shown_later = bool(above) and above[0].shown_later
    above.extend(found or ())
    return found is not None


def declare_row(
    reader: Formula, row: Row, letters: frozenset[str] = frozenset()
) -> list[Declaration] | None:
    """Declare what a row of notation says; None when the row is none. ReadError when it cannot be read."""
    first = _formula_alone(row.cells[0]) if len(row.cells) > 1 else None
    if first is None:
        return None
    nodes = tree(list(first.tokens), row.source)
    rest = list(row.cells[1:])
    found = clauses(nodes)
    if any(_declares(clause) for clause in found):
        declared = _declared(reader, found, letters)
    else:
        declared = _beside_set(reader, list(nodes), rest)
        if not declared:
            return None
    said = _Said(reader, declared, [], letters)
    phrases = [p for cell in rest for p in _phrases(cell, said.formulas)]
    explicit = [p for p in phrases if _properties(said, p)]
    for phrase in phrases:
        if not explicit:
            _noun_phrase(said, phrase)
    return declared


def _formula_alone(cell: Sequence[Text | Inline]) -> Inline | None:
    """The formula of a cell that holds nothing else."""
    formulas = [piece for piece in cell if isinstance(piece, Inline)]
    words = "".join(piece.text for piece in cell if isinstance(piece, Text)).strip()
    if len(formulas) != 1 or words or formulas[0].error is not None or not formulas[0].tokens:
        return None
    return formulas[0]


def _declares(clause: Clause) -> bool:
    r"""Whether a clause says where a name lies: by `\in`, `\sim` or an arrow."""
    cut = relation_at(clause.nodes)
    sign = clause.nodes[cut] if cut is not None else None
    return is_mapping(clause.nodes) or (isinstance(sign, Token) and sign.text in (r"\in", r"\sim"))


# ------------------------------------------------------------------------------------- the first cell


def _declared(reader: Formula, found: list[Clause], letters: frozenset[str]) -> list[Declaration]:
    r"""Declare `x_i \in \mathbb{R}^d, i = 1, \dots, n`; its ranges are those of this row alone."""
    table = reader.table
    known = {name: replace(entry) for name, entry in table.entries.items()}
    for clause in found:
        cut = relation_at(clause.nodes)
        sign = clause.nodes[cut] if cut is not None else None
        if isinstance(sign, Token) and sign.text == r"\in":
            _sizes_first(reader, clause.nodes[(cut or 0) + 1 :])
    local = [_range_name(clause) for clause in found if range_of(clause.nodes) is not None]
    for letter in local:
        table.entries.pop(letter, None)
    for clause in found:
        declare_ranges(reader, clause)
    entries: list[Declaration] = []
    for clause in found:
        if range_of(clause.nodes) is not None:
            continue
        cut = relation_at(clause.nodes)
        sign = clause.nodes[cut] if cut is not None else None
        if isinstance(sign, Token) and sign.text == r"\sim":
            entries += _distributed(reader, clause, cut or 0)
            continue
        if _is_integer_set(clause.nodes[(cut or 0) + 1 :]):
            _integers(reader, [*clause.subjects, clause.nodes[:cut]])
            continue
        left = clause.nodes[:cut] if not is_mapping(clause.nodes) else []
        with _labels(reader, [*clause.subjects, left], letters):
            declare_clause(reader, clause)
            entries += _entries_of(reader, [*clause.subjects, left])
    for letter in local:
        if (before := known.get(letter)) is not None and before.kind == "index":
            table.entries[letter] = before
    return entries


def _is_integer_set(nodes: Sequence[Node]) -> bool:
    """Whether a set is that of the positive integers."""
    return "".join(t.text for node in nodes for t in tokens_of(node)) in (r"\mathbb{N}", r"\N")


def _integers(reader: Formula, written: Sequence[list[Node]]) -> None:
    """Positive integers of a table are sizes: they count entries and steps."""
    for nodes in written:
        subject = read_subject(reader, nodes)
        if subject is not None and not subject.indices:
            reader.table.entries.pop(subject.name, None)
            reader.table.size(subject.name)


def _sizes_first(reader: Formula, nodes: Sequence[Node]) -> None:
    """Declare the sizes of a set; a letter that only counts in sums elsewhere is a size here."""
    for node in nodes:
        for token in tokens_of(node) if not isinstance(node, Token) else ():
            entry = reader.table.entries.get(Name(token.text))
            if entry is not None and entry.kind == "index":
                del reader.table.entries[entry.name]
    read_set(reader, nodes)


def _distributed(reader: Formula, clause: Clause, cut: int) -> list[Declaration]:
    r"""The names of `x \sim \mathcal{N}(m, S)`; the law takes effect when its parameters are defined."""
    right = [token for node in clause.nodes[cut + 1 :] for token in tokens_of(node)]
    pairs = subject_entries(reader, clause, clause.nodes[:cut])
    for subject, entry in pairs:
        entry.law_said = LawSaid("distribution", (tuple(right),), reader.source)
        if subject.indices:  # the entries of a vector, each with this law
            entry.sizes, entry.family = tuple(subject_extents(reader, subject, entry)), 0
    return [entry for _, entry in pairs]


def tokens_of(node: Node) -> list[Token]:
    """The tokens of a node."""
    return [node] if isinstance(node, Token) else list(node.tokens())


@contextmanager
def _labels(
    reader: Formula, written: Sequence[list[Node]], letters: frozenset[str]
) -> Iterator[None]:
    """Subscripts that count nothing are parts of names here: `K_m` beside K, without a range of m anywhere."""
    entries = reader.table.entries
    held: list[Name] = []
    for nodes in written:
        subject = read_subject(reader, nodes) if nodes else None
        if subject is None or len(subject.indices) != 1 or subject.marker != "sub":
            continue
        letter = Name(subject.indices[0])
        counts = letter.base in COUNTERS and letter.base not in letters
        if letter not in entries and (subject.name in entries or not counts):
            entries[letter] = Declaration(letter, letter.latex, kind="label")
            held.append(letter)
    try:
        yield
    finally:
        for letter in held:
            entries.pop(letter, None)


def _range_name(clause: Clause) -> Name:
    node = clean(clause.nodes)[0]
    return Name(text_of(node))


def _entries_of(reader: Formula, written: Sequence[list[Node]]) -> list[Declaration]:
    """What is declared of the names that a clause speaks of."""
    found: list[Declaration] = []
    for nodes in written:
        subject = read_subject(reader, nodes) if nodes else None
        if subject is not None:
            where = reader.table.families if subject.indices else reader.table.entries
            entry = where.get(subject.name)
            found += [entry] if entry is not None else []
    return found


def _beside_set(
    reader: Formula, nodes: list[Node], rest: list[tuple[Text | Inline, ...]]
) -> list[Declaration]:
    r"""A name alone whose set or shape stands in a cell of its own: `$X$ | $n \times d$ | data`."""
    subject = read_subject(reader, nodes)
    if subject is None or subject.indices:
        return []
    for position, cell in enumerate(rest):
        formula = _formula_alone(cell)
        if formula is None:
            continue
        place = tree(list(formula.tokens), reader.source)
        entry = reader.table.entries.get(subject.name)
        if entry is not None and entry.sizes is not None:
            return []
        items = clean(place)
        if any(isinstance(n, Token) and n.text == r"\times" for n in items):
            sizes = read_sizes(reader, _unbracketed(items), start_of(items[0]))
            entry = reader.table.declare(subject.name)
            entry.sizes = sizes
        else:
            try:
                read_set(reader, items)
            except ReadError:
                continue
            sign = Token(Kind.WORD, r"\in", formula.span.start, formula.span.start)
            declare_clause(reader, Clause([*nodes, sign, *place]))
        del rest[position]
        return _entries_of(reader, [nodes])
    return []


def _unbracketed(items: list[Node]) -> list[Node]:
    texts = [text_of(n) for n in items]
    return items[1:-1] if texts[0] == "(" and texts[-1] == ")" else items


# ------------------------------------------------------------------------------------ the other cells


def _phrases(cell: Sequence[Text | Inline], formulas: list[Inline]) -> Iterator[str]:
    """The phrases of a cell, at semicolons; a formula is written `$k$`, k its place in `formulas`."""
    text = ""
    for piece in cell:
        if isinstance(piece, Text):
            text += piece.text
        else:
            text += f"${len(formulas)}$"
            formulas.append(piece)
    yield from (part for p in text.split(";") if (part := " ".join(p.split()).rstrip(".")))


def _properties(said: _Said, phrase: str) -> bool:
    """Carry out a phrase that is nothing but properties, one after another; False when it is not."""
    position = 0
    steps = []
    while position < len(phrase):
        step = _law(said, phrase, position) or _given(said, phrase, position)
        step = step or _fact(phrase, position)
        if step is None:
            return False
        steps.append(step[0])
        between = _BETWEEN.match(phrase, step[1])
        assert between is not None
        if between.end() == step[1] and step[1] < len(phrase):
            return False
        position = between.end()
    for name, value in steps:
        for entry in said.entries:
            _apply(said, entry, name, value)
    return bool(steps)


_Step = tuple[tuple[str, object], int]


def _law(said: _Said, phrase: str, start: int) -> _Step | None:
    formulas = [formula.tokens for formula in said.formulas]
    found = law_at(phrase, start, formulas, said.reader.source)
    return (("law", found[0]), found[1]) if found is not None else None


def _given(said: _Said, phrase: str, start: int) -> _Step | None:
    r"""`entries in $\{0, 1\}$`, `$\lambda > 0$`, `indices from 0`, and what says nothing new."""
    if match := _ENTRIES.match(phrase, start):
        return ("set", said.formulas[int(match[1])]), match.end()
    if match := _FROM_ZERO.match(phrase, start):
        return ("origin", 0), match.end()
    if match := _HARMLESS.match(phrase, start):
        return ("nothing", None), match.end()
    if match := _FORMULA.match(phrase, start):
        formula = said.formulas[int(match[1])]
        if any(token.text in _BOUNDS for token in formula.tokens):
            return ("bound", formula), match.end()
    return None


def _fact(phrase: str, start: int) -> _Step | None:
    """The longest run of words from `start` that is a fact and nothing else."""
    ends = [m.start() for m in re.finditer(r"(?=,| and | with |$)", phrase) if m.start() > start]
    for end in reversed(ends):
        words = phrase[start:end]
        facts = facts_in(words)
        if facts and not left_over(words):
            return ("facts", facts), end
    return None


_FILLING = re.compile(
    r"\b(?:an?|the|all|each|every|has|have|is|are|with|of|real|strictly|square|matri(?:x|ces)|vectors?|entr(?:y|ies)|"
    r"numbers?|scalars?|values?|columns?|rows?)\b|[\s,]"
)


def left_over(words: str) -> str:
    """What of a phrase is neither a fact nor a word that says nothing by itself."""
    return _FILLING.sub("", without_facts(words))


def _apply(said: _Said, entry: Declaration, kind: str, value: object) -> None:
    reader = said.reader
    if kind == "law":
        entry.law_said = value  # type: ignore[assignment]
    elif kind == "facts":
        for fact in value:  # type: ignore[attr-defined]
            entry.add_fact(fact)
    elif kind == "set" and isinstance(value, Inline):
        members = read_set(reader, clean(tree(list(value.tokens), reader.source)))
        for fact in members.facts:
            entry.add_fact(fact)
        if members.bounds is not None:
            entry.add_fact("interval", members.bounds)
    elif kind == "bound" and isinstance(value, Inline):
        for clause in clauses(tree(list(value.tokens), reader.source)):
            cut = relation_at(clause.nodes)
            with _labels(reader, [*clause.subjects, clause.nodes[:cut]], said.letters):
                declare_clause(reader, clause)
    elif kind == "origin":
        entry.origin = 0
        entry.family = len(entry.sizes or ())


def _noun_phrase(said: _Said, phrase: str) -> None:
    """`symmetric matrix of weights`: facts of the noun in front, which is more than the facts."""
    match = _NOUN_PHRASE.match(phrase)
    words = match.group().strip() if match is not None else ""
    facts = facts_before(words)
    alone = not left_over(words) and not re.search(r"matri|vector|number|scalar", words)
    if not facts or alone:
        return
    for entry in said.entries:
        for fact in facts:
            if possible(entry, fact):
                entry.add_fact(fact)


def possible(entry: Declaration, fact: str) -> bool:
    """Whether a symbol of this shape can have the fact; a shape that is not known yet can."""
    if entry.kind != "variable":
        return False
    rank = len(entry.sizes) - entry.family if entry.sizes is not None else None
    if rank is None:
        return True
    return rank == 2 if fact in OF_MATRICES else rank == 1 if fact in OF_VECTORS else True
