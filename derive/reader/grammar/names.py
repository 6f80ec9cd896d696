r"""Names in a formula: what is written as one, and what it stands for by the table of symbols.

`read_name` looks up the longest declared form and gives what is left over (indices, transposes, powers, primes, an
argument list) its meaning by what was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from derive.expr.facts import declared
from derive.expr.nodes import Dim, Expr, Function
from derive.expr.sizes import Size
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, plain
from derive.reader.grammar.indices import free_index, index_value
from derive.reader.grammar.members import (
    Scripted,
    instance_of,
    is_scope_index,
    is_square,
    member_of,
    slice_of,
    unbracketed,
    variable,
)
from derive.reader.grammar.name_kinds import is_index, is_numbered, is_starred, step_of
from derive.reader.grammar.randomness import call_of
from derive.reader.grammar.table import Declaration, Name, Table
from derive.reader.grammar.values import Value, uses_of
from derive.reader.grammar.written import (
    ACCENTS,
    FONTS,
    Written,
    is_constant,
    only_scripts,
    split_superscript,
    written,
)
from derive.reader.source.groups import Group, Node, text_of
from derive.reader.source.scanner import Kind, Token


def read_name(reader: Formula, cursor: Cursor) -> Value:
    """A name, looked up and applied to what follows it."""
    start, before = cursor.start, cursor.pos
    found = written(reader, cursor)
    if found is None:
        return _distributed(reader, cursor)
    bound = _bound_name(reader, found)
    if bound is not None:
        return bound
    label, rest = split_superscript(found.sup) if found.sup is not None else ([], [])
    full = Name(
        found.name.base,
        found.name.font,
        found.name.accents,
        found.name.sub or (plain(found.sub) if found.sub is not None else ""),
        found.name.sup or plain(label),
        found.primes,
    )
    match = reader.table.find(full)
    layer = full.sup[1:2] if full.sup[:1] == "(" else ""
    if layer in reader.table.labels.above and any(b.name == layer for b in reader.scope):
        raise reader.error(f"a sum over the layers of {full.base} is not read", start)
    if match is not None and (
        _by_convention(reader, cursor, full, match[1]) or stands_apart(reader.table, full, match)
    ):
        match = None
    if match is not None and is_constant(found, full, cursor.items[:before], reader.table):
        match = None
    if match is not None and match[1].sub and _moves(reader, match):
        message = f"{full.latex} is one number here and stands under a sum over {full.sub}"
        raise reader.error(message, start)
    if match is None and rest:
        whole = Name(
            full.base, full.font, full.accents, full.sub, plain(found.sup or ()), full.primes
        )
        match = reader.table.find(whole)
    if match is None:
        return reader.words["undeclared"](reader, Unknown(found, full, cursor, before))
    entry, form = match
    if form.font != found.name.font and entry.name.font != found.name.font:
        reader.note(f"{full.latex} is read as {entry.latex}")
    return _resolved(reader, cursor, found, entry, form, label, rest, start)


def _moves(reader: Formula, match: tuple[Declaration, Name]) -> bool:
    """Whether what is declared as one number is written with an index that a sum around it binds."""
    entry, form = match
    return entry.kind == "variable" and any(b.name == form.sub for b in reader.scope)


def _by_convention(reader: Formula, cursor: Cursor, full: Name, form: Name) -> bool:
    """Whether a name has its conventional meaning here although its letter is declared: `\\lambda_i(A)`, `df/dx`."""
    if full.base == r"\lambda" and full.sub and not form.sub and cursor.at("("):
        return (
            reader.table.entries[form].kind == "variable" if form in reader.table.entries else False
        )
    entry = reader.table.exact(form)
    if full == Name("d") and entry is not None and entry.kind == "size":
        return reader.words["slash follows"](reader, cursor) is not None
    return False


def stands_apart(table: Table, full: Name, match: tuple[Declaration, Name]) -> bool:
    """Whether a name with an index is no part of what is declared under its letter: `x_i` beside a number x,
    `n_k` beside a size n, `w_0` beside a vector w whose entries count from one, `w^{(0)}` beside w."""
    entry, form = match
    if full.sub and not form.sub and step_of(table, full):
        return True
    if full.sup[:1] == "(" and not form.sup and full.sup[1:2] in table.labels.above:
        return True
    if not form.sup and is_numbered(full) and entry.kind == "variable" and not entry.family:
        return entry.marker == "sub"  # else it is one of the members by the number above
    if not form.sup and is_starred(full) and entry.kind == "variable" and table.inference:
        return len(entry.sizes or ()) - entry.family < 2  # the star of a matrix may be its adjoint
    if not full.sub or form.sub:
        return False
    if entry.kind == "size":
        return True  # `d_v` beside a size d is another size
    if entry.kind != "variable" or entry.sizes is None:
        return False
    if full.sub == "0":
        return entry.origin == 1
    if entry.definition is not None:
        return False
    whole = table.families.get(entry.name) is not entry
    return whole and entry.sizes == () and not full.sub.isdigit() and is_index(full.sub, table)


@dataclass
class Unknown:
    """A name that the table does not have, for the handler of undeclared names."""

    written: Written
    name: Name
    cursor: Cursor
    before: int = 0


def _distributed(reader: Formula, cursor: Cursor) -> Value:
    """Bold over a group: `\\mathbf{AA}` is a product of bold letters."""
    token = cursor.token
    following = cursor.ahead()
    if token is None or token.text not in FONTS or not isinstance(following, Group):
        if token is not None and token.text in ACCENTS:
            raise reader.error(
                f"{token.text} over an expression has no meaning; declare it as a symbol",
                token.start,
            )
        raise reader.unexpected(cursor, "an expression")
    cursor.pos += 2
    font = FONTS[token.text]
    if font not in ("bold", "vec", "", "sf", "rm"):
        raise reader.error(
            f"{token.text} over several letters has no declared meaning", token.start
        )
    inside = Cursor(following.items)
    if not inside.items:
        raise reader.error(f"{token.text} over nothing", token.start)
    with reader.flag(font=font if font in ("bold", "vec", "sf") else reader.font):
        scripts = cursor.items[cursor.pos :]
        if only_scripts(cursor):
            last = _splice(inside, scripts)
            cursor.pos += last
            inside = Cursor([*inside.items, *scripts[:last]], cleaned=True)
        value = reader.whole(inside)
    return (
        value.but(kind="bracket", parts=())
        if value.kind == "product" and not _all_names(following)
        else value
    )


def _all_names(group: Group) -> bool:
    return all(isinstance(n, Token) and n.kind is Kind.LETTER for n in group.items)


def _splice(inside: Cursor, following: Sequence[Node]) -> int:
    """How many nodes after a styled group are scripts of its last letter."""
    if not isinstance(inside.items[-1], Token):
        return 0
    count = 0
    while count + 1 < len(following):
        node = following[count]
        if not isinstance(node, Token) or node.kind not in (Kind.SUB, Kind.SUP):
            break
        count += 2
        if isinstance(following[count - 1], Token) and following[count - 1].text in FONTS:  # type: ignore[union-attr]
            count += 1
    return min(count, len(following))


def _bound_name(reader: Formula, found: Written) -> Value | None:
    """An index in scope or a bound variable of this name, with what is left of its scripts."""
    if not reader.scope and not reader.bound:
        return None
    sub = plain(found.sub) if found.sub is not None else ""
    full = Name(found.name.base, found.name.font, found.name.accents, sub, "", found.primes).latex
    short = Name(found.name.base, found.name.font, found.name.accents, "", "", found.primes).latex
    for text, left in ((full, None), (short, found.sub)):
        value = _held(reader, text, found.start)
        if value is None or (value.kind == "index" and left is not None):
            continue
        if _declared_longer(reader, found, sub if left is not None else ""):
            return None
        if left is not None:
            value = reader.entries(value, left, found.start)
        if found.sup is not None:
            value = reader.raised(value, found.sup, found.start)
        return value
    return None


def _declared_longer(reader: Formula, found: Written, sub: str) -> bool:
    """Whether the name with its scripts is declared as a symbol of its own: `\\theta^{(k)}` beside a parameter
    `\\theta`."""
    sup = plain(found.sup) if found.sup is not None else ""
    if not sub and not sup:
        return False
    base = found.name
    names = {
        Name(base.base, base.font, base.accents, s, p, found.primes)
        for s, p in ((sub, sup), (sub, ""), ("", sup))
    }
    return any((name.sub or name.sup) and reader.table.exact(name) is not None for name in names)


def _held(reader: Formula, text: str, start: int) -> Value | None:
    held = reader.bound.get(text)
    if held:
        return held[-1]
    for binding in reversed(reader.scope):
        if binding.name == text:
            return index_value(reader, binding, start)
    return None


def _resolved(
    reader: Formula,
    cursor: Cursor,
    found: Written,
    entry: Declaration,
    form: Name,
    label: list[Node],
    rest: list[Node],
    start: int,
) -> Value:
    """What a declared name denotes with the scripts that are not part of the name."""
    sub = found.sub if found.sub is not None and not form.sub else None
    left_label = label if label and not form.sup else []
    primes = found.primes if not form.primes else 0
    if form.sup and rest and form.sup == plain(found.sup or ()):
        rest = []
    if entry.kind in ("function", "word"):
        call = reader.words["call"]
        return call(reader, Applied(entry, cursor, sub, [*left_label, *rest], primes, start))
    if entry.sizes is None and entry.kind == "variable" and cursor.at("(") and not entry.facts:
        raise reader.error(
            f"{entry.latex} stands before a bracket: as a factor it needs "
            f"{entry.latex} \\in \\mathbb{{R}}, as a function "
            "a definition",
            start,
        )
    open_to_calls = entry.assumed and entry.kind == "variable" and found.sup is None
    if declared(tuple(entry.facts), "integer"):
        open_to_calls = False
    if open_to_calls and _may_call(reader, entry, cursor, sub is not None):
        raise reader.error(
            f"{entry.latex} stands before a bracket and nobody says whether it is a function", start
        )
    value, sub, left_label = _entry_value(reader, found, entry, sub, left_label, start)
    if sub is not None:
        value = reader.entries(value, sub, start)
    for _ in range(primes):
        value = reader._primed(value, start)
    if left_label or rest:
        value = reader.raised(value, [*left_label, *rest], start)
    return value


def _bracket(cursor: Cursor) -> list[Node]:
    """The nodes of the round bracket that comes next."""
    depth, found = 0, []
    for node in cursor.items[cursor.pos :]:
        text = text_of(node)
        depth += (text == "(") - (text == ")")
        if depth == 0:
            break
        found.append(node)
    return found[1:]


FUNCTION_LETTERS = frozenset([*"fghuvFGHJLEPVDp", r"\ell", r"\phi", r"\psi", r"\varphi", r"\kappa"])


def _may_call(reader: Formula, entry: Declaration, cursor: Cursor, member: bool) -> bool:
    """Whether the bracket after a name of assumed shape may hold arguments: names and commas, say.

    A factor it is in `p (1 - p)`, and in `g_i (\\delta_{ik} - z_i)` when g_i has a value elsewhere.
    """
    if not cursor.at("("):
        return False
    inside = _bracket(cursor)
    signs = any(isinstance(n, Token) and n.text in ("+", "-") for n in inside[1:])
    if signs and member and entry.name in reader.table.valued:
        return False
    own = [n for n in inside if isinstance(n, Token) and n.text == entry.name.base]
    if signs and own and not entry.name.sub and not entry.name.accents:
        return False
    if entry.name.base in FUNCTION_LETTERS and entry.name.font in ("", "rm", "cal"):
        return True
    depth = 0
    for node in cursor.items[cursor.pos :]:
        text = text_of(node)
        depth += (text == "(") - (text == ")")
        if depth == 0:
            return True
        if text in ("+", "-", r"\cdot", r"\odot", r"\top", "/"):
            return False
    return False


@dataclass
class Applied:
    """A function name with its scripts, for the handler that reads its arguments."""

    entry: Declaration
    cursor: Cursor
    sub: Sequence[Node] | None
    sup: Sequence[Node]
    primes: int
    start: int


def _entry_value(
    reader: Formula,
    found: Written,
    entry: Declaration,
    sub: tuple[Node, ...] | None,
    label: list[Node],
    start: int,
) -> Scripted:
    """The value of an entry, and the scripts that are still to be read."""
    if entry.kind == "size":
        size = Size.of(entry.latex)
        return Value((), lambda: Dim(size), kind="size", start=start), sub, label
    if entry.kind == "index":
        return free_index(reader, entry.latex, start), sub, label
    if entry.kind == "slices":
        return slice_of(reader, entry, sub, label, start)
    if entry.kind == "template":
        return instance_of(reader, entry, sub, label, start)
    if entry.sizes is None and reader.table.inference is not None:
        reader.words["shape by facts"](reader, entry)
    if entry.family:
        return member_of(reader, entry, sub, label, start)
    if entry.sizes is None:
        raise reader.error(
            f"the shape of {entry.latex} is not declared; add {entry.latex} \\in \\mathbb{{R}}^{{...}}",
            start,
        )
    number = sub is not None and len(entry.sizes) == 1  # x_n^j is a power: x_n has no entries
    number = number or is_square(reader, entry)
    if label and entry.sizes and not number and is_scope_index(reader, label):
        reader.note(f"a superscript index of {entry.latex} is an entry, not a power")
        whole = variable(reader, entry, start)
        return reader.entries(whole, tuple(unbracketed(label)), start), sub, []
    return variable(reader, entry, start), sub, label


def function_call(function: Function, arguments: Sequence[Value], order: int, start: int) -> Value:
    """function(arguments) as a value; an elementwise function keeps the shape of its argument."""
    shape = arguments[0].shape if function.elementwise and len(arguments) == 1 else function.shape

    def build() -> Expr:
        return call_of(function, tuple(a.build() for a in arguments), order)

    return Value(shape, build, uses_of(arguments), start=start)
