r"""What the left side of a definition introduces: a name with places, indices or arguments, `1/\sigma`, `p(x)`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from derive.reader.declarations.functions import parameters_of
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, inner, plain
from derive.reader.grammar.name_kinds import is_layer, step_of
from derive.reader.grammar.special import all_words
from derive.reader.grammar.table import INDEX_LETTERS, Name
from derive.reader.grammar.written import base_name, written_scripts
from derive.reader.source.groups import Node


@dataclass
class Head:
    """The left side of a definition: a name, with the parameters of a function or the indices of members."""

    name: Name
    indices: tuple[str, ...] = ()
    marker: str = "sub"
    parameters: list[list[Node]] | None = None
    latex: str = ""
    inverse: bool = False


FUNCTION_WORDS = frozenset(all_words())


def head_of(reader: Formula, left: Sequence[Node]) -> Head | None:
    """What a left side defines; None when it is no name (`A x`, `U^\\top U`)."""
    cursor = Cursor(left)
    below = _reciprocal(cursor)
    if below is not None:
        head = head_of(reader, below)
        if head is not None and head.name.sup == "2" and head.indices:
            head = Head(replace(head.name, sub=head.indices[0]))
        if head is None or head.parameters is not None or head.indices or head.inverse:
            return None
        return replace(head, inverse=True) if _unsaid(reader, head.name) else None
    name = base_name(cursor)
    token = cursor.token
    if name is None and token is not None and token.text[1:] in FUNCTION_WORDS:
        cursor.pos += 1
        name = Name(token.text[1:], "word")
    if name is None or name.base.isdigit():
        return None
    sub, sup = written_scripts(cursor)
    primes = 0
    while cursor.take("'"):
        primes += 1
    full = Name(name.base, name.font, name.accents, sub or name.sub, sup or name.sup, primes)
    if cursor.node is None:
        return head_named(reader, full)
    if cursor.at("(", "[") and sup in ("", "*"):
        parameters = parameters_of(cursor)
        if parameters is None:
            return None
        letters, _ = written_scripts(cursor)
        indices = tuple(letters.split(",") if "," in letters else letters)
        known = all(_is_index(reader, letter) for letter in indices)
        return Head(full, indices, "sub", parameters) if known and _at_end(cursor) else None
    return None


def _at_end(cursor: Cursor) -> bool:
    return cursor.node is None


def swapped(head: Head, other: Head | None) -> bool:
    """Whether `p_{ij} = p_{ji}` says that a matrix is symmetric."""
    if other is None or other.name != head.name or len(head.indices) != 2:
        return False
    return other.indices == head.indices[::-1]


def head_named(reader: Formula, full: Name) -> Head | None:
    """What a name on the left defines: a symbol, or members by index."""
    square = replace(full, sup="2")
    counted = _is_index(reader, full.sub)
    if full.sup == "-2" and not (counted or reader.table.exact(full)) and _unsaid(reader, square):
        return Head(square, inverse=True)  # `\sigma_n^{-2} = \sigma_0^{-2} + n \sigma^{-2}`
    if full.sup in (r"\top", "T", "-1", "2"):
        declared = reader.table.exact(full)
        if full.sup == "-1" and declared is None and _unsaid(reader, full.without(sup=True)):
            return Head(full.without(sup=True), inverse=True)
        if declared is None and full.sup == "2" and _surely_index(reader, full.sub):
            return Head(full.without(sub=True), (full.sub,), "sub")  # the variances `\sigma_j^2`
        return Head(full) if declared is not None or full.sup == "2" else None
    label = full.sup[1:-1] if full.sup.startswith("(") and full.sup.endswith(")") else ""
    if label and _is_index(reader, label) and not is_layer(reader.table, label):
        return Head(full.without(sup=True), (label,), "sup")
    letters = _letters_of_array(reader, full)
    if letters:
        return Head(full.without(sub=True), letters, "sub")
    letters = (
        tuple(full.sub.split(","))
        if "," in full.sub
        else tuple(full.sub)
        if full.sub.isalpha()
        else ()
    )
    if full.sub.startswith("\\"):
        letters = (full.sub,)
    if (
        letters
        and len(letters) <= 2
        and (not full.sup or (label and full.sup[0] == "("))
        and not (letters == ("t",) and is_layer(reader.table, "t"))
        and not step_of(reader.table, full)
        and all(_is_index(reader, letter) for letter in letters)
    ):
        return Head(full.without(sub=True), letters, "sub")
    return Head(full)


def _reciprocal(cursor: Cursor) -> Sequence[Node] | None:
    """The denominator of a left side `\\frac{1}{s}`."""
    token = cursor.token
    if (
        token is None
        or token.text not in (r"\frac", r"\tfrac", r"\dfrac")
        or len(cursor.items) != 3
    ):
        return None
    above, below = inner(cursor.items[1]), inner(cursor.items[2])
    return below if plain(above).strip() == "1" else None


def _letters_of_array(reader: Formula, full: Name) -> tuple[str, ...]:
    """The indices of `Y_{noij}` for an array that is declared with as many axes; nothing for other names."""
    whole = reader.table.exact(full.without(sub=True))
    letters = tuple(full.sub.split(",") if "," in full.sub else full.sub)
    if whole is None or whole.kind != "variable" or full.sup or len(letters) < 3:
        return ()
    if len(whole.sizes or ()) != len(letters) or len(set(letters)) < len(letters):
        return ()
    return letters if all(_is_index(reader, letter) for letter in letters) else ()


def _unsaid(reader: Formula, name: Name) -> bool:
    """Whether nobody has given a name a shape or a definition, so that `S^{-1} = A` defines S as the inverse of A."""
    match = reader.table.find(name)
    if match is None:
        return True
    entry, form = match
    if form != name:
        return entry.kind == "variable" and not entry.sizes and bool(name.sub)
    return (
        entry.kind == "variable"
        and entry.definition is None
        and (entry.assumed or entry.sizes is None)
    )


def _surely_index(reader: Formula, letter: str) -> bool:
    r"""Whether a letter is an index and no number of data, as the n of a posterior variance `\sigma_n^2` may be."""
    known = reader.table.exact(Name(letter)) is not None
    return _is_index(reader, letter) and (known or letter in ("i", "j", "k", "l"))


def _is_index(reader: Formula, letter: str) -> bool:
    entry = reader.table.exact(Name(letter))
    if entry is not None and entry.kind != "size":
        return entry.kind == "index"
    return letter in INDEX_LETTERS
