r"""Declarations by `=`: symmetry (`W = W^\top`), constraints (`\mathbf 1^\top y = 1`), definitions of symbols,
of indexed symbols
(`y_n = \sigma(w^\top \phi_n)`) and of functions (`\sigma(z) = 1 / (1 + e^{-z})`), and laws (`x \sim \mathcal
N(\mu, \Sigma)`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from derive.errors import ReadError
from derive.expr.nodes import (
    Apply,
    Expr,
    Function,
    Number,
    Power,
    Product,
    Reduce,
    Relation,
    Symbol,
    Transpose,
)
from derive.reader.declare_constraints import constrain
from derive.reader.declare_diagonals import on_diagonal, same_index
from derive.reader.declare_functions import (
    acts_entrywise,
    body_of,
    declared_parameter,
    may_be_scalar,
    parameter_name,
    parameters_of,
    reread_by,
    resolved,
    speaks_of_vectors,
)
from derive.reader.declare_known import recognise
from derive.reader.formula_core import Formula
from derive.reader.formula_cursor import Cursor, inner, plain, start_of
from derive.reader.formula_densities import define_law, joint_density
from derive.reader.formula_indices import counted_from, index_node
from derive.reader.formula_names import read_name
from derive.reader.formula_sizes import is_open
from derive.reader.formula_special import all_words
from derive.reader.formula_values import Binding, Value, uses_of
from derive.reader.formula_written import base_name, written_scripts
from derive.reader.groups import Node
from derive.reader.table import INDEX_LETTERS, Declaration, Name, is_layer, step_of


def define(
    reader: Formula, left: Sequence[Node], right: Sequence[Node], entry: Declaration | None
) -> None:
    """Carry out `left = right`."""
    start = start_of(left[0])
    head = head_of(reader, left)
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
        if family is not None and _swapped(head, head_of(reader, right)):
            family.add_fact("symmetric")
            return
        define_by_index(reader, head, right)
        return
    define_symbol(reader, head, right, start)


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


def _swapped(head: Head, other: Head | None) -> bool:
    """Whether `p_{ij} = p_{ji}` says that a matrix is symmetric."""
    if other is None or other.name != head.name or len(head.indices) != 2:
        return False
    return other.indices == head.indices[::-1]


def head_named(reader: Formula, full: Name) -> Head | None:
    """What a name on the left defines: a symbol, or members by index."""
    if full.sup in (r"\top", "T", "-1", "2"):
        declared = reader.table.exact(full)
        if full.sup == "-1" and declared is None and _unsaid(reader, full.without(sup=True)):
            return Head(full.without(sup=True), inverse=True)
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


def _is_index(reader: Formula, letter: str) -> bool:
    entry = reader.table.exact(Name(letter))
    if entry is not None and entry.kind != "size":
        return entry.kind == "index"
    return letter in INDEX_LETTERS


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
    if head.name in reader.table.joints:
        define_law(reader, head.name, [name.latex for name in names], right, start)
        return Declaration(head.name, head.name.latex, "law")
    entry = reader.table.declare(head.name, head.latex or head.name.latex)
    if names and all(name in reader.table.joints for name in names):
        laws = tuple(joint_density(reader.table, name) for name in names)
        own = body_of(reader, names, laws, right, True)
        assert own is not None
        entry.kind, entry.function = "function", Function(entry.latex, laws, own, own.shape, False)
        return entry
    scalars = tuple(Symbol(name.latex) for name in names)
    declared = tuple(declared_parameter(reader, name, right) for name in names)
    before = reader.table.sizes.snapshot()
    labelled = any(d is not None and d.family and d.marker == "sup" for d in declared)
    single = may_be_scalar(declared) and not labelled
    read = _array_of(reader, head, start) if head.indices else None
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


def _array_of(reader: Formula, head: Head, start: int) -> Callable[[Sequence[Node]], Value]:
    r"""Reads the entries of `K(\ell)_{ij} = ...` as one array."""

    def read(right: Sequence[Node]) -> Value:
        held = {name: values[-1] for name, values in reader.bound.items() if values}
        return _comprehension(reader, head, tuple(right), reader, start, held)

    return read


def define_by_index(reader: Formula, head: Head, right: Sequence[Node]) -> Declaration:
    """name_i = expression in i: read again at each index with which it is used."""
    entry = reader.table.declare(head.name, head.latex or head.name.latex, family=True)
    entry.kind, entry.family, entry.marker = "template", len(head.indices), head.marker
    entry.expand = template(reader, head, tuple(right), entry)
    if len(head.indices) == 1:
        on_diagonal(reader, head.name, entry, start_of(right[0]))
    return entry


def define_members(reader: Formula, head: Head, right: Sequence[Node]) -> Declaration:
    """name_i = expression in i, as one array of all members: a derivative may be taken by one of them."""
    value = _comprehension(reader, head, tuple(right), reader, 0)
    whole = reader.table.exact(head.name)
    if whole is not None and len(head.indices) > 2:
        if not reader.table.sizes.unify_shapes(whole.sizes or (), value.shape):
            raise reader.error(f"{whole.latex} is declared with another shape", 0, ill_typed=True)
        whole.definition = value.build()
        return whole
    body = value.build()
    entry = reader.table.declare(head.name, head.latex or head.name.latex, family=True)
    own = len(body.shape) > len(head.indices)
    first = _index_binding(reader, head.indices[0], 0).lower
    entry.origin = 0 if first is not None else 1
    entry.kind = "variable"
    entry.family = len(head.indices) if own or entry.origin == 0 else 0
    entry.marker, entry.expand = head.marker, None
    entry.definition, entry.sizes, entry.assumed = body, body.shape, False
    return entry


Expansion = Callable[[Formula, Sequence[Value | None], int], Value]


def template(origin: Formula, head: Head, right: tuple[Node, ...], entry: Declaration) -> Expansion:
    """What reads the right side of an indexed definition at given indices."""

    def expand(reader: Formula, parts: Sequence[Value | None], start: int) -> Value:
        if not parts or any(part is None for part in parts):
            if parts and not all(part is None for part in parts):
                raise reader.error(
                    f"{entry.latex} is defined entry by entry; a slice of it is not supported",
                    start,
                )
            return _comprehension(reader, head, right, origin, start)
        if len(parts) != len(head.indices):
            raise reader.error(
                f"{entry.latex} has {len(head.indices)} indices, not {len(parts)}", start
            )
        given: dict[str, Value] = {}
        for name, part in zip(head.indices, parts, strict=True):
            if part is not None and not same_index(given.setdefault(name, part), part):
                raise reader.error(f"only the diagonal of {entry.latex} is given", start)
        return _instance(reader, given, right, origin, start)

    return expand


def _instance(
    reader: Formula, given: dict[str, Value], right: tuple[Node, ...], origin: Formula, start: int
) -> Value:
    inner = Formula(
        reader.table, origin.source, reader.words, read_name, reader.state, reader.options
    )
    inner.depth, inner.fuel = reader.depth, reader.fuel
    inner.outer = [*reader.outer, *reader.scope]
    uses = uses_of(given.values())
    known = (*inner.outer, *reader.state.free.values())
    inner.taken = reader.taken | {b.label or b.name for b in known if b.use <= uses}
    for name, value in given.items():
        inner.bound.setdefault(name, []).append(value)
    with inner.deeper(start):
        value = inner.whole(right)
    reader.fuel = inner.fuel
    return value.but(
        kind="bracket" if value.kind in ("product", "hadamard") else value.kind,
        parts=(),
        start=start,
    )


def _comprehension(
    reader: Formula,
    head: Head,
    right: tuple[Node, ...],
    origin: Formula,
    start: int,
    held: Mapping[str, Value] | None = None,
) -> Value:
    """All members as one array: the sum over i of (member i) e_i, or e_i (member i)^T for vectors."""
    names = tuple(dict.fromkeys(head.indices))
    known = reader.table.families.get(head.name)
    if len(names) < len(head.indices) and (known is None or not known.has("diagonal")):
        raise reader.error(f"only the diagonal of {head.name.latex} is given", start)
    bindings = [_index_binding(reader, name, start) for name in names]
    _declared_ranges(reader, head, bindings)
    given = dict(held or {}) | {
        b.name: Value((), lambda b=b: index_node(reader, b), b.use, "index", start)  # type: ignore[misc]
        for b in bindings
    }
    with reader.binding(*bindings):
        member = _instance(reader, given, right, origin, start)
    own = reader.arithmetic.shape(member)
    plain_array = len(bindings) > 2 or any(b.lower is not None for b in bindings)
    if own and (plain_array or len(bindings) > 1):
        raise reader.error(
            "a symbol that is defined by index has more than two axes as a whole", start
        )
    sizes = reader.table.sizes
    axes = [bindings[names.index(name)] for name in head.indices]
    shape = (*(b.extent for b in axes), *own)

    def build() -> Expr:
        indices = tuple(index_node(reader, b) for b in bindings)
        units: list[Expr] = [
            Apply("unit_vector", (index_node(reader, b),), (sizes.resolve(b.extent),)) for b in axes
        ]
        node = member.build()
        if plain_array:
            return Reduce("array", indices, node)
        if own:
            body: Expr = Product((units[0], Transpose(node)))
        elif len(units) == 2:
            body = Product((node, units[0], Transpose(units[1])))
        else:
            body = Product((node, units[0]))
        return Reduce("sum", indices, body)

    uses = uses_of([member]) - frozenset(id(b) for b in bindings)
    return Value(shape, build, uses, start=start)


def _declared_ranges(reader: Formula, head: Head, bindings: Sequence[Binding]) -> None:
    """Indices of which no range is said run over the axes of the name, where its shape is declared."""
    entry = reader.table.families.get(head.name) or reader.table.exact(head.name)
    sizes = entry.sizes if entry is not None else None
    for binding, size in zip(bindings, sizes or (), strict=False):
        if (
            entry is not None
            and binding.lower is None
            and is_open(reader.table.sizes.resolve(binding.extent))
        ):
            letter = Declaration(Name(binding.name), binding.name, kind="index", lower=entry.origin)
            letter.upper = size + (entry.origin - 1)
            if entry.origin != 1:
                counted_from(binding, letter)
            reader.table.sizes.unify(binding.extent, size)


def _index_binding(reader: Formula, name: str, start: int) -> Binding:
    entry = reader.table.exact(Name(name))
    known = entry.upper if entry is not None and entry.kind == "index" else None
    binding = Binding(name, known or reader.table.sizes.fresh(), start=start)
    if entry is not None and known is not None and entry.lower != 1:
        counted_from(binding, entry)
    return binding
