r"""Left sides: a relation introduces a name (`J(w) = ...`, `\ln p(x) = ...`) or speaks of known ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from derive.errors import DeriveError
from derive.reader.declarations.definition_heads import FUNCTION_WORDS, Head, head_of
from derive.reader.declarations.link_functions import link_of
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, clean, plain
from derive.reader.grammar.finite_laws import small
from derive.reader.grammar.name_kinds import is_index
from derive.reader.grammar.names import stands_apart
from derive.reader.grammar.table import INDEX_LETTERS, Declaration, Name
from derive.reader.grammar.values import Misfit
from derive.reader.grammar.written import base_name, written_scripts
from derive.reader.source.groups import Node, tree
from derive.reader.source.scanner import Token

#: words with a meaning of their own: what stands on the right of them is claimed
KNOWN_WORDS = frozenset(
    [
        *("KL", "E", "Var", "var", "Cov", "cov", "Std", "Corr", "Pr", "sign"),
        *("det", "tr", "rank", "diag", "vec"),
    ]
)
LOGARITHMS = (r"\ln", r"\log")


@dataclass(frozen=True)
class Left:
    """What stands left: `new` introduces a name, `free` is declared without a definition, `known` the rest.

    `logarithm`: the name is that of a function whose logarithm the right side is; `negated`: minus its logarithm.
    `link`: the invertible function of the name that the right side is.
    """

    kind: str
    head: Head | None = None
    logarithm: bool = False
    entry: Declaration | None = None
    negated: bool = False
    link: str = ""


def left_of(reader: Formula, tokens: Sequence[Token]) -> Left:
    """What the left side of a relation is."""
    try:
        items = clean(tree(list(tokens), reader.source))
        signed = [i.text if isinstance(i, Token) else "" for i in items[:2]]
        negated = signed[:1] == ["-"] and signed[-1] in LOGARITHMS
        logarithm = negated or signed[:1] in ([word] for word in LOGARITHMS)
        head = head_of(reader, items[negated + logarithm :])
    except (DeriveError, Misfit, RecursionError):
        return Left("known")
    if head is None or (logarithm and head.parameters is None and not _is_likelihood(reader, head)):
        return _of_link(reader, items)
    if head.parameters is not None:
        return replace(_of_function(reader, head, logarithm), negated=negated)
    return replace(_of_symbol(reader, head), logarithm=logarithm, negated=negated)


def _of_link(reader: Formula, items: Sequence[Node]) -> Left:
    r"""A name of which nothing else is known and that a function of it gives: `\log \mu_i = x_i^\top \beta`."""
    found = link_of(items)
    try:
        head = head_of(reader, found[1]) if found is not None else None
    except (DeriveError, Misfit, RecursionError):
        return Left("known")
    if found is None or head is None or head.parameters is not None or head.inverse:
        return Left("known")
    left = _of_symbol(reader, head)
    if left.kind == "known" or (left.entry is not None and left.entry.kind != "variable"):
        return Left("known")
    return replace(left, link=found[0])


def _is_likelihood(reader: Formula, head: Head) -> bool:
    r"""Whether a bare L of which nothing is known is given by its logarithm: `\ln L = \sum_i \ln f(x_i)`."""
    name = head.name
    entry = reader.table.exact(name)
    unknown = entry is None or (entry.assumed and entry.definition is None)
    return unknown and name.base in ("L", "Z") and not head.indices and not name.sup


def _of_function(reader: Formula, head: Head, logarithm: bool) -> Left:
    name = head.name
    entry = reader.table.exact(name) or reader.table.exact(name.without(primes=True))
    if entry is not None and entry.kind in ("function", "word"):
        undefined = entry.function is not None and entry.function.body is None and not name.primes
        count = len(head.parameters or ())
        if entry.function is not None and not name.primes and entry.name.font != "word":
            other = count != len(entry.function.parameters) and count not in entry.others
            undefined = undefined or (other and all(_is_name(p) for p in head.parameters or ()))
        return Left("new" if undefined else "known", head, logarithm, entry)
    reserved = name.base in KNOWN_WORDS and name.font in ("word", "bb", "rm", "cal", "bold")
    unary = head.parameters is not None and len(head.parameters) == 1
    own = name.font == "word" and not name.sub  # with a subscript it is what its definition says
    reserved = reserved or (unary and own and name.base.lower() in FUNCTION_WORDS)
    reserved = reserved or (name.font == "word" and name.base in ("max", "min"))
    if name.base == "d" and name.font in ("", "rm", "word") and not name.sub:
        return Left("known")
    if (
        name.primes
        or reserved
        or _is_entropy(reader, head)
        or (name.base == "N" and name.font == "cal" and len(head.parameters or ()) != 2)
        or (name.base == "D" and name.sub)
    ):
        return Left("known")
    assert head.parameters is not None
    if entry is not None and entry.kind in ("size", "index", "density"):
        return Left("known")
    if not all(_is_name(nodes) for nodes in head.parameters):
        return Left("known")
    if entry is not None and entry.sizes and not entry.assumed:
        return Left("known")
    return Left("new", head, logarithm, entry)


def _is_entropy(reader: Formula, head: Head) -> bool:
    """Whether `H(X)` or `I(X, Y)` is that of random variables in capitals, or `H(p)` of a law: no equation need
    define it."""
    said = [plain(part) for part in head.parameters or ()]
    least = {"H": 1, "I": 2}.get(head.name.base, len(said) + 1)
    if len(said) < least or head.name.sub or head.name.sup:
        return False
    names = [small(text, reader.table.finite) for text in said]
    if all(any(text == law.latex for law in reader.table.joints) for text in said):
        return True
    if any(text == name for text, name in zip(said, names, strict=True)):
        return False
    return any(all(n in law for n in names) for law in reader.table.joints.values())


def _is_name(nodes: Sequence[Node]) -> bool:
    cursor = Cursor(nodes)
    if base_name(cursor) is None:
        return False
    written_scripts(cursor)
    while cursor.take("'"):
        pass
    return cursor.node is None


def _of_symbol(reader: Formula, head: Head) -> Left:
    table, name = reader.table, head.name
    if head.indices:
        step = _step_given(reader, head)
        if step is not None:
            return Left("known", head, entry=step)
        family = table.families.get(name)
        if family is not None:
            kind = "known" if family.kind in ("template", "slices") else _standing(family)
            return Left(kind, head, entry=family)
        whole = table.exact(name)
        if whole is None and (bold := _in_bold(reader, head)) is not None:
            head, whole = replace(head, name=bold.name), bold
        if whole is not None and whole.kind == "variable" and whole.sizes:
            return Left(_standing(whole), head, entry=whole)
        delta = name.base == r"\delta" and len(head.indices) == 2
        return Left("known" if delta and _constant(name, True) else "new", head, entry=whole)
    entry = table.exact(name)
    if entry is None:
        if name.base == "e" and name.font in ("", "rm") and not name.sub and _is_exponent(name.sup):
            return Left("known")
        given = (
            _constant(name, False) and name.base != "e"
        )  # the error e is defined, Euler's number is not
        return Left("known") if given or _is_part(reader, name) else Left("new", head)
    if entry.kind in ("size", "index", "word", "function", "slices"):
        return Left("known" if entry.kind != "size" else "free", head, entry=entry)
    return Left(_standing(entry), head, entry=entry)


def _step_given(reader: Formula, head: Head) -> Declaration | None:
    """The step of a recursion that was defined above by the step beside it: h_t of `h_t = f(h_{t-1})`."""
    if len(head.indices) != 1 or head.name.sub:
        return None
    entry = reader.table.entries.get(replace(head.name, sub=head.indices[0]))
    given = entry is not None and entry.kind == "variable" and entry.definition is not None
    return entry if given else None


def _in_bold(reader: Formula, head: Head) -> Declaration | None:
    r"""The array in bold whose entry a plain letter with its indices is: `\theta_k` of `\boldsymbol\theta`."""
    name, table = head.name, reader.table
    if name.font or name.sub or name.sup or name.accents or name.primes:
        return None
    near = [n for n in table.by_letter.get(name.letter, {}) if n.letter == name.letter]
    other = table.entries.get(near[0]) if len(near) == 1 else None
    if other is None or near[0].font not in ("bold", "vec") or near[0].sub or near[0].sup:
        return None
    fits = other.kind == "variable" and not other.assumed and not near[0].accents
    return other if fits and len(other.sizes or ()) == len(head.indices) else None


def _is_exponent(above: str) -> bool:
    """Whether what stands above an e is a power and not the label of a step, `(k)` or `(t+1)`."""
    label = re.fullmatch(r"\((\\?[a-z]+|\d+)(?:[+-]\d+)?\)", above)
    step = label is not None and (label[1] in INDEX_LETTERS or label[1].isdigit())
    return bool(above) and not step and above not in ("*", r"\star", r"\ast", r"\prime")


def _standing(entry: Declaration) -> str:
    """Whether a variable has a value of its own already: by a definition, by a law, or because it is given."""
    has_value = entry.definition is not None or entry.law_said is not None or entry.given
    return "known" if has_value else "free"


def _constant(name: Name, indexed: bool) -> bool:
    """delta_{ij}, I, pi, e, zeros and ones: constants when they are not declared."""
    if name.base.isdigit():
        return True
    if name.base == r"\delta" and not name.sup and (indexed or len(name.sub) == 2):
        return True
    return name.base in (r"\pi", "e") and not name.sub and not name.sup and not name.accents


def _is_part(reader: Formula, name: Name) -> bool:
    """Whether the name is an entry or a member of something declared: `x_3`, `W_{ij}`."""
    match = reader.table.find(name)
    if match is None:
        return False
    entry, form = match
    if form == name:
        return True
    if stands_apart(reader.table, name, match):
        return False
    if name.sub and not form.sub and entry.kind == "variable" and entry.sizes == ():
        return False  # a number has no entries: `s_N^2` beside s is another one
    if (
        name.sup
        and not form.sup
        and not (name.sup.startswith("(") or name.sup in ("*", r"\star", "+"))
    ):
        return not (name.sup.isalpha() and len(name.sup) > 1)
    if name.primes and not form.primes:
        return entry.kind in ("function", "word")
    if name.sub and not form.sub and entry.sizes and set(name.sub) & set("+-(:"):
        return True  # an entry at a computed place, or a slice
    if name.sub and not form.sub:
        axes = bool(entry.sizes) or entry.kind in ("template", "slices")
        return axes and is_index(name.sub, reader.table) and not _has_siblings(reader, name)
    return False


def _has_siblings(reader: Formula, name: Name) -> bool:
    """Whether names that differ by their number are symbols of their own: `x_0` beside `x_1`."""
    bare = name.without(sub=True)
    return name.sub.isdigit() and any(
        other.sub.isdigit() and other.without(sub=True) == bare for other in reader.table.entries
    )


def has_value(left: Left) -> bool:
    """Whether a left side is a declared variable, or a function with a formula at a point."""
    entry = left.entry
    if left.kind == "free" or entry is None:
        return left.kind == "free"
    return entry.given or (entry.function is not None and entry.function.body is not None)
