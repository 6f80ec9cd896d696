r"""The law of a random symbol that is written with a tilde: `x \sim \mathcal N(\mu, \Sigma)`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derive.expr.facts import Law
from derive.expr.nodes import Expr, Symbol
from derive.expr.walk import free_indices
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, plain, start_of
from derive.reader.grammar.known_densities import diagonal_of
from derive.reader.grammar.table import Declaration, Name
from derive.reader.grammar.values import Value
from derive.reader.grammar.written import base_name, written_scripts
from derive.reader.source.groups import Node


def random_law(reader: Formula, entry: Declaration, right: Sequence[Node]) -> None:
    """`x \\sim \\mathcal N(\\mu, \\Sigma)`: the law of a random symbol; its shape comes from the mean."""
    cursor = Cursor(right)
    start = cursor.start
    name = base_name(cursor)
    if name is None or not cursor.take("("):
        raise reader.error(f"the law {plain(right)!r} is not known", start)
    arguments = reader.arguments(cursor, ")")
    word = name.base.lower()
    if word in ("n", "normal", "gaussian") and len(arguments) == 2:
        _normal_law(reader, entry, arguments, _name_at_end(right), start)
        return
    kinds = {
        "bernoulli": "bernoulli", "bern": "bernoulli", "ber": "bernoulli", "uniform": "uniform", "u": "uniform",
        "unif": "uniform", "categorical": "categorical", "cat": "categorical",
    }  # fmt: skip
    kind = kinds.get(word)
    if word == "finite" and len(arguments) == 2:
        values, weights = arguments
        entry.sizes = reader.arithmetic.shape(values)[1:] if entry.sizes is None else entry.sizes
        entry.law = Law("random", ("finite", values.build(), weights.build()))
        return
    if kind is None:
        raise reader.error(f"the law {name.latex} is not known", start)
    if entry.sizes is None:
        entry.sizes = reader.arithmetic.shape(arguments[0]) if kind == "categorical" else ()
    entry.law = Law("random", (kind, *(a.build() for a in arguments)))


def members_law(reader: Formula, entry: Declaration, right: Sequence[Node]) -> None:
    r"""`x_1, \dots, x_n \sim \mathcal N(\mu, \Sigma)`: independent members with this law."""
    known = reader.table.sizes.shape(entry.sizes) if entry.sizes is not None else None
    single = replace(entry, latex=f"{entry.latex}'", sizes=known[1:] if known else None, family=0)
    random_law(reader, single, right)
    assert single.law is not None
    named = [part for part in single.law.args if isinstance(part, Expr)]
    if any(free_indices(part) for part in named):
        raise reader.error(f"the law of {entry.latex} depends on the member", start_of(right[0]))
    shape = reader.table.sizes.shape(single.sizes or ())
    members = known[:1] if known else (reader.table.sizes.fresh(),)
    entry.sizes, entry.family = (*members, *shape), 1 if shape else 0
    entry.law = Law("random", ("iid", Symbol(single.latex, shape, law=single.law)))


def _normal_law(
    reader: Formula,
    entry: Declaration,
    arguments: Sequence[Value],
    written: Name | None,
    start: int,
) -> None:
    mean, cov = arguments
    shape = entry.sizes
    if shape is None:
        fixed = reader.arithmetic.shape(mean)
        other = reader.arithmetic.shape(cov)
        literal = mean.kind in ("ones", "zeros") or (mean.kind == "number" and len(other) == 2)
        shape = other[:1] if literal else fixed
        entry.sizes = shape
    members = shape[entry.family :]
    cov = diagonal_of(reader, cov, members) if members else cov
    if len(members) == 1:
        _declare_covariance(reader, written)
    with reader.at(start):
        if members:
            if not reader.table.sizes.unify_shapes(cov.shape, (members[0], members[0])):
                raise reader.error("the covariance does not fit the symbol", start, ill_typed=True)
            mean = reader.arithmetic.spread(mean, members)
        elif reader.arithmetic.shape(mean):
            raise reader.error("the mean does not fit the symbol", start, ill_typed=True)
    entry.law = Law("random", ("normal", mean.build(), cov.build()))


def _name_at_end(law: Sequence[Node]) -> Name | None:
    r"""The covariance of `\mathcal{N}(m, S)` where it is a name."""
    inside = list(law[:-1])
    cuts = [i for i, node in enumerate(inside) if plain([node]) == ","]
    cursor = Cursor(inside[cuts[-1] + 1 :] if cuts else [])
    name = base_name(cursor)
    if name is None:
        return None
    sub, sup = written_scripts(cursor)
    return replace(name, sub=sub) if cursor.node is None and not sup else None


def _declare_covariance(reader: Formula, name: Name | None) -> None:
    """A covariance of which nothing else is said is positive definite."""
    entry = reader.table.exact(name) if name is not None else None
    if entry is None or not entry.assumed or entry.definition is not None or entry.facts:
        return
    if entry.sizes is not None and len(entry.sizes) == 2:
        entry.add_fact("pd")
