"""Mistakes with functions: a forgotten logarithm, a near function, exponents and roots, p for 1 - p."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from derive.checker.edit_parts import (
    ONE,
    TWO,
    Edit,
    Setting,
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
)
from derive.expr.facts import declared
from derive.expr.nodes import Call, Constant, Quotient

# ------------------------------------------------------------------------------------ matrices


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
    "max": ("min",),
    "min": ("max",),
    "max_entry": ("min_entry",),
    "min_entry": ("max_entry",),
}
#: roles in which a scalar may lack a logarithm, and those in which it may lack a square
LOGGED = ("root", "term", "negated", "factor")
SQUARED = ("factor", "term", "negated", "denominator", "root", "argument")


def functions(here: Position, around: Setting) -> Iterator[Edit]:
    """A function that is forgotten (log, exp, a square root), or a near one instead."""
    node = here.node
    if isinstance(node, Apply):
        yield from _forgotten(node)
        yield from _near(node)
    elif isinstance(node, Call) and node.order == 1:
        note, fault = f"the prime of {node!r} dropped", f"the prime in {node!r} is too much"
        yield Edit("chain_rule", Call(node.function, node.args), note, "exponent", 1.0, fault)
    if here.role in LOGGED and not node.shape and not isinstance(node, (Number, Dim, Neg)):
        note, fault = f"the logarithm of {node!r}", f"the logarithm of {node!r} is missing"
        yield Edit("extra_log", Apply("log", (node,)), note, "missing_log", 2.2, fault)


def _forgotten(node: Apply) -> Iterator[Edit]:
    if node.function in FORGOTTEN and node.args[0].shape == node.shape:
        kind = "missing_log" if node.function == "log" else "missing_function"
        note = f"{node.function} of {node.args[0]!r} dropped"
        fault = f"the {node.function} of {node.args[0]!r} is too much"
        yield Edit(kind, node.args[0], note, "extra_function", 1.3, fault)


def _near(node: Apply) -> Iterator[Edit]:
    for other in NEAR.get(node.function, ()):
        new = Apply(other, node.args, node.params)
        note = f"{node.function} became {other}"
        repairs = "missing_log" if other == "logdet" else "wrong_function"
        fault = f"{node!r} should have {other} in place of {node.function}"
        yield Edit("wrong_function", new, note, repairs, 1.6, fault)


def exponents(here: Position, around: Setting) -> Iterator[Edit]:
    """An exponent that is lost or one off; a lost square or root."""
    node = here.node
    plain = not isinstance(node, (Number, Neg, Product, Quotient, Add, Dim, Constant))
    below = here.role == "denominator" and not node.shape
    if isinstance(node, Power):
        yield _power(
            node.base,
            f"the exponent of {node!r} dropped",
            f"the exponent of {node!r} is too much",
            1.2,
        )
        yield from _one_off(node)
    elif not node.shape and here.role in SQUARED and plain:
        yield _power(
            Power(node, TWO), f"{node!r} squared", f"the square of {node!r} is missing", 1.3
        )
        if below:
            fault = f"the exponent of {node!r} should be 3"
            yield _power(Power(node, Number(Fraction(3))), f"{node!r} cubed", fault, 1.8)
    if isinstance(node, Apply) and node.function == "sqrt":
        inner = node.args[0]
        yield _power(
            inner, f"the root of {inner!r} dropped", f"the root of {inner!r} is too much", 1.2
        )
    if below and not isinstance(node, Number):
        rooted = Apply("sqrt", (node,))
        yield _power(rooted, f"the root of {node!r} taken", f"the root of {node!r} is missing", 1.8)


def _one_off(node: Power) -> Iterator[Edit]:
    if not isinstance(node.exponent, Number):
        return
    for step in (1, -1):
        new = Number(node.exponent.value + step)
        if new.value not in (0, 1):
            note, fault = (
                f"the exponent of {node!r} became {new!r}",
                f"the exponent of {node!r} should be {new!r}",
            )
            yield _power(Power(node.base, new), note, fault, 1.4)


def _power(new: Expr, note: str, fault: str, cost: float) -> Edit:
    return Edit("exponent", new, note, cost=cost, fault=fault)


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
