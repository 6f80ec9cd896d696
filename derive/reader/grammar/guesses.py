r"""Undeclared names: refused, or given a shape by the convention of their letter when inference is asked for.

Inference tries shapes in the order of what is usual for the letter; `expression.py` keeps the first choice
with which all
formulas at hand can be read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from derive.expr.facts import Law
from derive.expr.nodes import Dim, Index, Item, Number, Product, Quotient, Reduce
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import plain
from derive.reader.grammar.entropies import read_entropy
from derive.reader.grammar.finite_laws import law_alone, read_density
from derive.reader.grammar.indices import free_index
from derive.reader.grammar.layer_shapes import among_arrays, layer_shape
from derive.reader.grammar.name_kinds import is_index, is_layer, is_numbered, is_starred, step_of
from derive.reader.grammar.names import Unknown, read_name
from derive.reader.grammar.sizes import is_open
from derive.reader.grammar.table import Declaration, Name, Table
from derive.reader.grammar.undeclared import undeclared_error
from derive.reader.grammar.values import Value

#: letters that are usually numbers
SCALAR_LETTERS = frozenset(
    [
        *"abckpqrstJLCERFfgh",
        r"\alpha",
        r"\beta",
        r"\gamma",
        r"\lambda",
        r"\eta",
        r"\epsilon",
        r"\sigma",
        r"\tau",
        r"\varepsilon",
        r"\rho",
        r"\kappa",
        r"\nu",
        r"\xi",
        r"\pi",
        r"\omega",
        r"\ell",
        r"\mathcal{L}",
    ]
)

#: letters that usually count something
COUNTED = frozenset(Name(letter) for letter in "nmNMKDT")
#: letters whose members are usually numbers: y_i, t_n
SCALAR_MEMBERS = frozenset(
    [*"ytabcpqrsz", r"\pi", r"\epsilon", r"\varepsilon", r"\lambda", r"\sigma", r"\alpha"]
)


def shape_by_facts(reader: Formula, entry: Declaration) -> None:
    """The shape of a symbol of which only facts are declared: probability vectors, symmetric matrices, numbers."""
    inference = reader.table.inference
    if inference is None:
        return
    ranks: Sequence[int] = usual_ranks(entry.name)
    if any(entry.has(fact) for fact in ("sums_to_one", "one_hot", "unit_norm")):
        ranks = (1,)
    elif any(
        entry.has(fact)
        for fact in (
            "square",
            "pd",
            "psd",
            "orthonormal_columns",
            "rows_sum_to_one",
            "full_column_rank",
        )
    ):
        ranks = (2,)
    elif any(entry.has(fact) for fact in ("probability", "natural", "count", "interval")):
        ranks = (0, 1)
    inference.met.setdefault(entry.name, ranks)
    rank = inference.ranks.get(entry.name, ranks[0])
    entry.assumed = True
    sizes = [reader.table.sizes.fresh() for _ in range(rank)]
    if rank == 2 and any(entry.has(fact) for fact in ("square", "pd", "psd")):
        sizes[1] = sizes[0]
    members = [reader.table.sizes.fresh() for _ in range(entry.family)]
    entry.sizes = (*members, *sizes)
    entry.family = len(members) if rank else 0


def usual_ranks(name: Name) -> Sequence[int]:
    """The numbers of axes that are usual for a letter, best first."""
    base = name.base
    if name.font in ("bold", "vec"):
        return (2, 1) if base.isupper() or base[1:2].isupper() else (1, 2, 0)
    if name.font in ("cal", "word"):
        return (0,)
    if base in SCALAR_LETTERS:
        return (0, 1)
    if base.isupper() or base[1:2].isupper():
        return (2, 0, 1)
    return (1, 0)


def _is_called(request: Unknown) -> bool:
    r"""Whether an upright word stands before its argument: `\\operatorname{foo} x` is no variable."""
    name, token = request.name, request.cursor.token
    upright = name.font in ("rm", "word") and len(name.base) >= 3 and not name.sub and not name.sup
    return upright and token is not None and token.text.isalnum()


MULTIPLIERS = frozenset(
    [r"\alpha", r"\beta", r"\gamma", r"\lambda", r"\eta", r"\nu", r"\rho", r"\epsilon", r"\tau"]
)
"""Letters that stand before a bracket as factors: `\\lambda (\\sum_i p_i - 1)`."""


def _is_multiplier(request: Unknown) -> bool:
    """Whether a letter multiplies the sum in the bracket that follows."""
    if request.name.base not in MULTIPLIERS or request.written.primes:
        return False
    depth, items = 0, request.cursor.items
    for position in range(request.cursor.pos, len(items)):
        text = getattr(items[position], "text", "")
        depth += (text == "(") - (text == ")")
        if depth == 0:
            return False
        if depth == 1 and text in ("+", "-") and position > request.cursor.pos + 1:
            return True
    return False


def assume(reader: Formula, request: object) -> Value:
    """The refusal of an undeclared name; with inference, a variable or family whose shape is assumed."""
    assert isinstance(request, Unknown)
    inference = reader.table.inference
    if request.cursor.at("(", "["):
        entropic = request.name.base in ("H", "I") and not request.name.sub
        found_law = read_entropy(reader, request) if entropic else read_density(reader, request)
        if found_law is not None:
            return found_law
    called = request.cursor.at("(") and not _is_multiplier(request)
    law = law_alone(reader, request) if not called else None
    if law is not None:
        return law
    if inference is None or called or _is_called(request):
        raise undeclared_error(reader, request)
    found = request.written
    key, family, marker = _assumed_name(request, reader.table)
    member = reader.table.transposed.get((key.base, key.font))
    turned = member is not None and (member or not family)
    counted = key in COUNTED and key.base not in reader.table.factors
    if counted and not family and found.sup is None and not turned:
        size = reader.table.size(key)
        return Value((), lambda: Dim(size), kind="size", start=found.start)
    if key == Name(key.base) and key.latex in reader.state.free and found.sup is None:
        return free_index(reader, key.latex, found.start)  # the j of z_j in `1\\{j = y\\}`
    if key.accents == ("bar",) and not family and (mean := _mean(reader, key)):
        request.cursor.pos = request.before
        reader.note(f"{mean} is the mean of its members")
        return read_name(reader, request.cursor)
    ranks = _possible_ranks(reader.table, key, bool(family), turned)
    alike = replace(key, sup="(.)") if is_layered(key) else key  # one rank for all layers
    if family and is_layered(key) and marker == "sub":
        alike, ranks = replace(alike, sub="i"), (0,)
    inference.met.setdefault(alike, ranks)
    rank = inference.ranks.get(alike, inference.ranks.get(key, ranks[0]))
    single = reader.table.exact(key) if family else None
    entry = reader.table.declare(key, family=bool(family))
    entry.assumed = True
    if single is not None and single.kind == "variable" and single.sizes == ():
        rank, entry.facts = 0, dict(single.facts)  # x_i beside a number x is a number like it
    if key in reader.table.random and not family:
        entry.law = Law("random", ("any",))
        reader.note(f"{key.latex} is a random variable with any law of finitely many values")
    if (other := _labelled(reader.table, key)) is not None and not family:
        entry.sizes, entry.definition, entry.assumed = other.sizes, other.definition, False
        request.cursor.pos = request.before
        return read_name(reader, request.cursor)
    entry.family, entry.marker = (family if rank else 0), marker
    _assume_sizes(reader.table, entry, key, family, rank)
    request.cursor.pos = request.before
    return read_name(reader, request.cursor)


def _possible_ranks(table: Table, key: Name, family: bool, turned: bool) -> Sequence[int]:
    """The ranks that an undeclared name may have, the likeliest first; `turned`: it is written transposed."""
    ranks = usual_ranks(key)
    if family and key.base in SCALAR_MEMBERS and not key.font:
        ranks = (0, 1)
    if key in table.random or (family and key in table.listed and not key.font):
        ranks = (0, 1)
    if key.font and not family and replace(key, font="") in table.listed:
        ranks = tuple(rank for rank in ranks if rank)  # all of x_1, ..., x_n
    if ranks == (0, 1) and not family and among_arrays(table, key):
        ranks = (1, 0)
    if turned:  # a number is not written transposed
        ranks = (2, 1) if key.base.isupper() else tuple(rank for rank in ranks if rank)
    return ranks


def _assume_sizes(table: Table, entry: Declaration, key: Name, family: int, rank: int) -> None:
    """Open sizes, or those of a list, of a sibling, of a layer."""
    entry.sizes = tuple(table.sizes.fresh() for _ in range(rank + family))
    if family and key in table.listed:
        entry.sizes = (table.listed[key], *entry.sizes[1:])
    if (sibling := _sibling(table, key)) is not None and not family:
        entry.sizes = sibling.sizes
    elif not family and (shape := layer_shape(table, key)) is not None:
        entry.sizes = shape


def _labelled(table: Table, key: Name) -> Declaration | None:
    r"""The estimate `\hat\mu_{ML}` of which a bare `\hat\mu` is the shorter name."""
    if not key.accents or key.sub or key.sup:
        return None
    for entry in table.variables():
        name = entry.name
        alike = (name.base, name.font, name.accents) == (key.base, key.font, key.accents)
        if alike and len(name.sub) > 1 and name.sub.isalpha() and entry.definition is not None:
            return entry
    return None


def _mean(reader: Formula, key: Name) -> str:
    r"""Define `\\bar{x}` beside members x_i as their mean, which nobody says; empty when there are no members."""
    name = replace(key, accents=())
    family = reader.table.families.get(name)
    if family is None and name in reader.table.listed and not key.font:
        family = reader.table.declare(name, family=True)
        family.sizes, family.assumed = (reader.table.listed[name],), True
    if family is None or family.kind != "variable" or not family.sizes or key.sub or key.sup:
        return ""
    if family.marker != "sub" or family.origin != 1:
        return ""
    symbol = reader.table.symbol(family)
    if is_open(symbol.dims[0]):
        return ""
    one, count = Number(Fraction(1)), Dim(symbol.dims[0])
    index = Index("i", one, count)
    member = Item(symbol, (index, *(None for _ in symbol.dims[1:])))
    entry = reader.table.declare(key)
    entry.definition = Product((Quotient(one, count), Reduce("sum", (index,), member)))
    entry.sizes = entry.definition.shape
    return key.latex


def _sibling(table: Table, key: Name) -> Declaration | None:
    """The neighbour of a step whose shape is known: h_t of h_{t-1}."""
    if step_of(table, key):
        return _step_sibling(table, key)
    labelled = key.sup[1:2] in table.labels.above or is_numbered(key) or is_starred(key)
    if labelled and not key.sub:
        whole = table.entries.get(replace(key, sup=""))
        known = whole is not None and whole.kind == "variable" and whole.sizes is not None
        return whole if known and whole is not None and not whole.family else None
    found = re.fullmatch(r"(\\?[a-zA-Z]+)[+-]\d+", key.sub)
    if found is None:
        return None
    entry = table.entries.get(replace(key, sub=found[1])) or table.families.get(
        replace(key, sub="")
    )
    if entry is None or entry.kind != "variable" or entry.sizes is None or entry.family:
        return None
    return entry


def _step_sibling(table: Table, key: Name) -> Declaration | None:
    """Another step of the same quantity, or the quantity itself: x_k of x_{k+1}, of x_0 and of x."""
    for name, entry in table.entries.items():
        alike = replace(name, sub="") == replace(key, sub="")
        step = not name.sub or name.sub == "0" or step_of(table, name)
        known = entry.kind == "variable" and entry.sizes is not None and not entry.family
        if alike and step and known and name != key:
            return entry
    return None


def is_layered(name: Name) -> bool:
    """Whether a name has the label of a layer: `W^{(l+1)}`."""
    return name.sup.startswith("(") and name.sup.endswith(")")


def _is_start(table: Table, name: Name) -> bool:
    r"""Whether a name is one step of an iteration over what is declared without a label: `\theta^{(0)}`."""
    whole = table.entries.get(replace(name, sup=""))
    return is_numbered(name) and whole is not None and whole.kind == "variable"


def _assumed_name(request: Unknown, table: Table) -> tuple[Name, int, str]:
    """The name to declare, the number of axes that count members, and where their index stands."""
    name, found = request.name, request.written
    key = Name(name.base, name.font, name.accents)
    label = plain(found.sup) if found.sup is not None else ""
    if label in ("-", "+"):  # P^-, what is known before a measurement
        return Name(name.base, name.font, name.accents, name.sub, label), 0, "sub"
    if label.startswith("(") and label.endswith(")") and is_layer(table, label[1:-1]):
        if is_index(name.sub, table) and not name.sub.isdigit():
            layer = Name(name.base, name.font, name.accents, "", label)
            return layer, len(name.sub.replace(",", "").replace("\\ell", "l")), "sub"
        return Name(name.base, name.font, name.accents, name.sub, label), 0, "sub"
    if is_starred(name):
        indexed = is_index(name.sub, table) and not name.sub.isdigit()
        axes = len(name.sub.replace(",", "")) if indexed else 0
        whole = replace(name, sub="" if indexed else name.sub, sup=label, primes=0)
        return whole, axes, "sub"
    if _is_start(table, name):
        return Name(name.base, name.font, name.accents, name.sub, label), 0, "sub"
    if label.startswith("(") and label.endswith(")"):
        return (
            Name(
                name.base,
                name.font,
                name.accents,
                name.sub if not is_index(name.sub, table) else "",
            ),
            1,
            "sup",
        )
    if step_of(table, name):
        return Name(name.base, name.font, name.accents, name.sub), 0, "sub"
    if name.sub in ("t", "t+1", "t-1") and is_layer(table, name.sub):
        return Name(name.base, name.font, name.accents, name.sub), 0, "sub"
    if not name.sub or name.sub.isdigit():
        return Name(name.base, name.font, name.accents, name.sub), 0, "sub"
    if is_index(name.sub, table):
        return (
            key,
            len(name.sub.replace(",", "").replace("\\ell", "l"))
            if "+" not in name.sub and "-" not in name.sub
            else 1,
            "sub",
        )
    return Name(name.base, name.font, name.accents, name.sub), 0, "sub"
