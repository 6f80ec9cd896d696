"""Mistakes of structure: transposes, inverses, order, functions, exponents, p for 1 - p, names, indices and ranges."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from derive.checker.edit_parts import (
    ONE,
    TWO,
    Edit,
    Setting,
    exchanged,
    product,
)
from derive.checker.positions import Position
from derive.expr.core import (
    Add,
    Apply,
    Dim,
    Expr,
    Filled,
    Item,
    Neg,
    Number,
    Power,
    Product,
    Symbol,
    Transpose,
)
from derive.expr.facts import declared
from derive.expr.nodes import Call, Constant, Index, Logic, Quotient, Reduce, Relation

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


# ------------------------------------------------------------------------------------ functions


def functions(here: Position, around: Setting) -> Iterator[Edit]:
    """A function that is forgotten (log, exp, a square root), or a near one instead."""
    node = here.node
    if isinstance(node, Apply) and node.function in FORGOTTEN and node.args[0].shape == node.shape:
        kind = "missing_log" if node.function == "log" else "missing_function"
        note = f"{node.function} of {node.args[0]!r} dropped"
        fault = f"the {node.function} of {node.args[0]!r} is too much"
        yield Edit(kind, node.args[0], note, "extra_function", 1.3, fault)
    if isinstance(node, Apply) and len(node.args) == 1:
        for other in NEAR.get(node.function, ()):
            new = Apply(other, node.args, node.params)
            note = f"{node.function} became {other}"
            repairs = "missing_log" if other == "logdet" else "wrong_function"
            fault = f"{node!r} should have {other} in place of {node.function}"
            yield Edit("wrong_function", new, note, repairs, 1.6, fault)
    if isinstance(node, Apply) and node.function in ("max", "min", "max_entry", "min_entry"):
        other = node.function.replace("max", "*").replace("min", "max").replace("*", "min")
        yield Edit(
            "wrong_function",
            Apply(other, node.args, node.params),
            f"{node.function} became {other}",
            fault=f"{node!r} should have {other} in place of {node.function}",
        )
    if isinstance(node, Call) and node.order == 1:
        yield Edit(
            "chain_rule",
            Call(node.function, node.args),
            f"the prime of {node!r} dropped",
            "exponent",
            fault=f"the prime in {node!r} is too much",
        )
    if (
        here.role in ("root", "term", "negated", "factor")
        and not node.shape
        and not isinstance(node, (Number, Dim, Neg))
    ):
        logged = Apply("log", (node,))
        yield Edit(
            "extra_log",
            logged,
            f"the logarithm of {node!r}",
            "missing_log",
            2.2,
            f"the logarithm of {node!r} is missing",
        )


FORGOTTEN = ("log", "exp", "sqrt", "sigmoid", "softmax", "tanh", "relu", "abs", "logdet")
NEAR = {
    "sin": ("cos",),
    "cos": ("sin",),
    "tanh": ("sigmoid",),
    "sigmoid": ("tanh",),
    "det": ("trace", "logdet"),
    "logdet": ("det",),
    "trace": ("det",),
    "sinh": ("cosh",),
    "cosh": ("sinh",),
    "softplus": ("relu",),
    "relu": ("softplus",),
    "sum": ("mean",),
    "mean": ("sum",),
    "norm1": ("norm",),
}


def exponents(here: Position, around: Setting) -> Iterator[Edit]:
    """An exponent that is lost or one off; a lost square."""
    node = here.node
    if isinstance(node, Power):
        yield Edit(
            "exponent",
            node.base,
            f"the exponent of {node!r} dropped",
            cost=1.2,
            fault=f"the exponent of {node!r} is too much",
        )
        if isinstance(node.exponent, Number):
            for step in (1, -1):
                new = Number(node.exponent.value + step)
                if new.value not in (0, 1):
                    yield Edit(
                        "exponent",
                        Power(node.base, new),
                        f"the exponent of {node!r} became {new!r}",
                        cost=1.4,
                        fault=f"the exponent of {node!r} should be {new!r}",
                    )
    elif (
        not node.shape
        and here.role
        in (
            "factor",
            "term",
            "negated",
            "denominator",
            "root",
            "argument",
        )
        and not isinstance(node, (Number, Neg, Product, Quotient, Add, Dim, Constant))
    ):
        yield Edit(
            "exponent",
            Power(node, TWO),
            f"{node!r} squared",
            cost=1.3,
            fault=f"the square of {node!r} is missing",
        )
        if here.role == "denominator":
            yield Edit(
                "exponent",
                Power(node, Number(Fraction(3))),
                f"{node!r} cubed",
                cost=1.8,
                fault=f"the exponent of {node!r} should be 3",
            )
    if isinstance(node, Apply) and node.function == "sqrt":
        yield Edit(
            "exponent",
            node.args[0],
            f"the root of {node.args[0]!r} dropped",
            cost=1.2,
            fault=f"the root of {node.args[0]!r} is too much",
        )
    if here.role == "denominator" and not node.shape and not isinstance(node, Number):
        yield Edit(
            "exponent",
            Apply("sqrt", (node,)),
            f"the root of {node!r} taken",
            cost=1.8,
            fault=f"the root of {node!r} is missing",
        )


def complements(here: Position, around: Setting) -> Iterator[Edit]:
    """p for 1 - p, sigma(z) for sigma(-z)."""
    node = here.node
    if isinstance(node, Add) and len(node.terms) == 2:
        first, second = node.terms
        if _is_one(first) and isinstance(second, Neg):
            yield _complement(node, second.operand)
        elif _is_one(second) and isinstance(first, Neg):
            yield _complement(node, first.operand)
        elif isinstance(second, Neg) and _is_one(second.operand):
            yield _complement(node, first)
    if is_probability(node):
        yield _complement(node, Add((_one_like(node), Neg(node))))


def _complement(node: Expr, new: Expr) -> Edit:
    note, fault = f"{node!r} became {new!r}", f"{node!r} should be {new!r}"
    return Edit("complement", new, note, cost=0.9, fault=fault)


def is_probability(node: Expr) -> bool:
    """Whether a node is a number (or array) between 0 and 1 by its declaration or its function."""
    if isinstance(node, Item):
        return is_probability(node.base)
    if isinstance(node, Symbol):
        if node.definition is not None:
            return is_probability(node.definition)
        return any(declared(node.facts, f) for f in ("probability", "binary")) or any(
            f.name == "interval" and f.bounds == (0, 1) for f in node.facts
        )
    if isinstance(node, Call):
        body = node.function.body
        return body is not None and (is_probability(body) or _is_logistic(body))
    return isinstance(node, Apply) and node.function in ("sigmoid", "softmax", "normal_cdf")


def _is_logistic(body: Expr) -> bool:
    """1 / (1 + exp(...)), written out."""
    if not isinstance(body, Quotient) or not isinstance(body.denominator, Add):
        return False
    shown = body.denominator.terms
    return any(_is_one(t) for t in shown) and any(
        (isinstance(t, Apply) and t.function == "exp") or isinstance(t, Power) for t in shown
    )


def _one_like(node: Expr) -> Expr:
    return Apply("broadcast", (ONE,), node.shape) if node.shape else ONE


def _is_one(node: Expr) -> bool:
    if isinstance(node, Apply) and node.function == "broadcast":
        node = node.args[0]
    return node == ONE or (isinstance(node, Filled) and node.kind == "ones")


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
