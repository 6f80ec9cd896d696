"""Mistakes of structure: transposes, inverses, order, diagonals, names, indices and ranges."""

from __future__ import annotations

from collections.abc import Iterator

from derive.checker.edit_parts import (
    Edit,
    Setting,
    exchanged,
    product,
)
from derive.checker.positions import Position
from derive.expr.core import (
    Apply,
    Expr,
    Filled,
    Item,
    Neg,
    Product,
    Symbol,
    Transpose,
)
from derive.expr.nodes import Index, Logic, Quotient, Reduce, Relation

# ------------------------------------------------------------------------------------ matrices


TURNED = ("factor", "term", "negated", "argument", "root")


def transposes(here: Position, around: Setting) -> Iterator[Edit]:
    """A transpose that is lost or superfluous."""
    node = here.node
    if isinstance(node, Transpose):
        note = f"the transpose of {node.operand!r} dropped"
        yield Edit(
            "missing_transpose",
            node.operand,
            note,
            "extra_transpose",
            fault=f"the transpose of {node.operand!r} is too much",
        )
    elif 1 <= node.rank <= 2 and here.role in TURNED and not isinstance(node, (Filled, Neg)):
        note = f"{node!r} transposed"
        fault = f"the transpose of {node!r} is missing"
        yield Edit("extra_transpose", Transpose(node), note, "missing_transpose", fault=fault)


def inverses(here: Position, around: Setting) -> Iterator[Edit]:
    """An inverse that is lost or superfluous; for scalars a fraction upside down."""
    node = here.node
    if isinstance(node, Apply) and node.function == "inverse":
        note = f"the inverse of {node.args[0]!r} dropped"
        fault = f"the inverse of {node.args[0]!r} is too much"
        yield Edit("missing_inverse", node.args[0], note, "extra_inverse", fault=fault)
    elif _square(node) and not isinstance(node, (Filled, Neg, Product)):
        note = f"{node!r} inverted"
        yield Edit(
            "extra_inverse",
            Apply("inverse", (node,)),
            note,
            "missing_inverse",
            1.2,
            f"the inverse of {node!r} is missing",
        )
    if isinstance(node, Quotient) and not node.numerator.shape:
        flipped = Quotient(node.denominator, node.numerator, node.style)
        note = f"the fraction {node!r} turned upside down"
        fault = f"the fraction {node!r} is upside down"
        yield Edit("reciprocal", flipped, note, "reciprocal", 1.5, fault)


def _square(node: Expr) -> bool:
    return node.rank == 2 and node.shape[0] == node.shape[1]


def orders(here: Position, around: Setting) -> Iterator[Edit]:
    """Two factors in the wrong order, or all of them reversed."""
    node = here.node
    if isinstance(node, Product):
        places = [i for i, f in enumerate(node.factors) if f.shape]
        for a, left in enumerate(places):
            for right in places[a + 1 :]:
                new = exchanged(node.factors, left, right)
                note = f"{node.factors[left]!r} and {node.factors[right]!r} exchanged"
                fault = (
                    f"{node.factors[left]!r} and {node.factors[right]!r} stand in the wrong order"
                )
                for swapped in product(new, node.dot):
                    yield Edit("order_swap", swapped, note, cost=1.3, fault=fault)
        if len(places) == 3:
            for turned in (
                (*node.factors[1:], node.factors[0]),
                (node.factors[-1], *node.factors[:-1]),
            ):
                for new_order in product(turned, node.dot):
                    yield Edit(
                        "order_swap",
                        new_order,
                        f"the order of {node!r} turned",
                        cost=1.6,
                        fault=f"the order of the factors of {node!r} is wrong",
                    )
        yield from _outer_inner(node)
    elif isinstance(node, Apply) and node.function in ("kronecker", "outer"):
        new_args = exchanged(node.args, 0, 1)
        yield Edit(
            "order_swap",
            Apply(node.function, new_args),
            "the arguments exchanged",
            cost=1.3,
            fault=f"the arguments of {node!r} are exchanged",
        )


def _outer_inner(node: Product) -> Iterator[Edit]:
    """x x^T for x^T x, and the other way."""
    for place in range(len(node.factors) - 1):
        a, b = node.factors[place], node.factors[place + 1]
        if {a.rank, b.rank} <= {1, 2} and (a.rank == 1) != (b.rank == 1):
            pair = (_turned(a), _turned(b))
            new = (*node.factors[:place], *pair, *node.factors[place + 2 :])
            for other in product(new, node.dot):
                note = f"{a!r} {b!r} became {pair[0]!r} {pair[1]!r}"
                fault = f"{a!r} {b!r} should be {pair[0]!r} {pair[1]!r} (outer and inner product)"
                yield Edit("outer_inner", other, note, cost=1.4, fault=fault)


def _turned(node: Expr) -> Expr:
    return node.operand if isinstance(node, Transpose) else Transpose(node)


def diagonals(here: Position, around: Setting) -> Iterator[Edit]:
    """A forgotten diag, or one that is too much."""
    node = here.node
    if isinstance(node, Apply) and node.function in ("diag", "diagonal"):
        yield Edit(
            "missing_diag",
            node.args[0],
            f"the diag of {node.args[0]!r} dropped",
            "extra_diag",
            fault=f"the diag of {node.args[0]!r} is too much",
        )
    elif node.rank == 1 and here.role in ("factor", "term", "negated"):
        made = Apply("diag", (node,))
        yield Edit(
            "extra_diag",
            made,
            f"diag of {node!r}",
            "missing_diag",
            1.2,
            f"diag is missing around {node!r}",
        )


# ------------------------------------------------------------------------------------ names, indices, ranges


def names(here: Position, around: Setting) -> Iterator[Edit]:
    """One symbol for another of the same shape."""
    node = here.node
    base = node.base if isinstance(node, Item) else node
    if here.role == "index" or not isinstance(base, Symbol):
        return
    for other in around.symbols:
        if other != base and other.dims == base.dims and other.family == base.family:
            new = Item(other, node.indices) if isinstance(node, Item) else other
            yield Edit(
                "wrong_symbol",
                new,
                f"{node!r} became {new!r}",
                cost=1.4,
                fault=f"{node!r} should be {new!r}",
            )


def index_names(here: Position, around: Setting) -> Iterator[Edit]:
    """One index for another, two indices of an entry exchanged, `t - 1` for `t`."""
    node = here.node
    if isinstance(node, Item):
        places = [i for i, index in enumerate(node.indices) if index is not None]
        for a, left in enumerate(places):
            for right in places[a + 1 :]:
                listed = list(node.indices)
                listed[left], listed[right] = listed[right], listed[left]
                yield Edit(
                    "index",
                    Item(node.base, tuple(listed)),
                    f"the indices of {node!r} exchanged",
                    fault=f"the indices of {node!r} are exchanged",
                )
    if here.role in ("index", "argument", "condition") and isinstance(node, Index):
        for other in (*here.scope, *around.indices):
            if other != node and other.upper == node.upper:
                yield Edit(
                    "index",
                    other,
                    f"the index {node.name} became {other.name}",
                    cost=1.2,
                    fault=f"the index {node.name} should be {other.name}",
                )


def ranges(here: Position, around: Setting) -> Iterator[Edit]:
    """A sum that starts or ends one off, or that lacks (or has) a condition on its index."""
    node = here.node
    if not isinstance(node, Reduce):
        return
    for place in range(len(node.where)):
        rest = (*node.where[:place], *node.where[place + 1 :])
        note = f"the condition {node.where[place]!r} dropped"
        new = Reduce(node.kind, node.indices, node.body, rest, node.written)
        fault = f"the condition {node.where[place]!r} is too much"
        yield Edit("off_by_one_range", new, note, cost=0.9, fault=fault)
    for index in node.indices:
        for bound in _one_less(index):
            where = (*node.where, bound)
            new = Reduce(node.kind, node.indices, node.body, where, node.written)
            yield Edit(
                "off_by_one_range",
                new,
                f"the sum over {index.name} one shorter",
                cost=1.6,
                fault=f"the sum over {index.name} is one term too long",
            )
        for other in (*here.scope, *around.indices):
            if other.upper == index.upper and other not in node.indices:
                where = (*node.where, Relation("!=", index, other))
                new = Reduce(node.kind, node.indices, node.body, where, node.written)
                yield Edit(
                    "off_by_one_range",
                    new,
                    f"{index.name} = {other.name} left out",
                    cost=1.0,
                    fault=f"the sum over {index.name} must leave out {index.name} = {other.name}",
                )


def _one_less(index: Index) -> Iterator[Expr]:
    yield Relation("!=", index, index.lower)
    yield Relation("!=", index, index.upper)


def conditions(here: Position, around: Setting) -> Iterator[Edit]:
    """A condition in the wrong direction."""
    node = here.node
    if isinstance(node, Relation):
        for other in OPPOSITE.get(node.op, ()):
            yield Edit(
                "wrong_relation", Relation(other, node.lhs, node.rhs), f"{node.op} became {other}"
            )
    elif isinstance(node, Logic) and node.op in ("and", "or"):
        other = "or" if node.op == "and" else "and"
        yield Edit("wrong_relation", Logic(other, node.args), f"{node.op} became {other}")


OPPOSITE = {"<": (">",), "<=": (">=",), ">": ("<",), ">=": ("<=",), "=": ("!=",), "!=": ("=",)}
