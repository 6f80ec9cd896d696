"""What a page says about its layout and notation, from what occurs in it."""

from __future__ import annotations

from collections.abc import Iterable

from derive.derivation import Chain, Definition, Derivation
from derive.expr.nodes import (
    Apply,
    Derivative,
    Differential,
    Dim,
    Expr,
    Function,
    Index,
    Item,
    Reduce,
    Symbol,
    as_expr,
)
from derive.expr.walk import free_indices, post_order
from derive.writer.languages import ENGLISH, Language
from derive.writer.latex import latex
from derive.writer.notation import index_letters


def expressions_of(derivation: Derivation) -> Iterable[Expr]:
    """Every expression that the derivation shows."""
    for block in derivation.blocks:
        if isinstance(block, Chain):
            yield from (side for side in block.sides() if isinstance(side, Expr))
        elif isinstance(block, Definition):
            value = value_of(block)
            if value is not None and isinstance(block.symbol, Symbol) and block.symbol.family:
                yield member_of(block.symbol, value)[1]
            elif value is not None:
                yield value


def taken_names(derivation: Derivation) -> frozenset[str]:
    """The names of the derivation's own symbols, so that no notation of ours takes one of them."""
    names = {given.symbol.name for given in derivation.givens}
    for expr in expressions_of(derivation):
        names |= {n.name for n in post_order(expr) if isinstance(n, (Symbol, Function))}
    return frozenset(names)


def convention_of(derivation: Derivation, language: Language = ENGLISH) -> str:
    """The sentences about layout and notation that the page needs, from what occurs in it."""
    found: dict[str, None] = {}
    taken = taken_names(derivation)
    for expr in expressions_of(derivation):
        for node in post_order(expr):
            if isinstance(node, Derivative):
                found["derivative"] = None
            elif isinstance(node, Differential):
                found["differential"] = None
            elif isinstance(node, Apply) and node.function == "broadcast":
                found["broadcast"] = None
            elif isinstance(node, Apply) and node.function in ("log", "logdet"):
                found["log"] = None
            elif isinstance(node, Apply) and node.function in LETTER_OF:
                if LETTER_OF[node.function] not in taken:
                    found[node.function] = None
            elif isinstance(node, Item) and _is_row(node):
                found["row"] = None
    sentences = [language(CONVENTIONS[kind]) for kind in CONVENTIONS if kind in found]
    ranges = free_ranges(derivation)
    if ranges:
        listed = "; ".join(f"${r}$" for r in ranges)
        sentences.append(language("Free indices: {ranges}.", ranges=listed))
    return " ".join([language("Vectors are columns."), *sentences])


def free_ranges(derivation: Derivation) -> list[str]:
    r"""The ranges of the free indices, `i = 1, \dots, n`, for whose values the relations are claimed."""
    found: dict[str, None] = {}
    for block in derivation.blocks:
        sides = block.sides() if isinstance(block, Chain) else ()
        for side in sides:
            for index in free_indices(side) if isinstance(side, Expr) else ():
                lower, upper = latex(index.lower), latex(index.upper)
                found[rf"{latex(index)} = {lower}, \dots, {upper}"] = None
    return list(found)


def bare_numbers(derivation: Derivation) -> tuple[str, ...]:
    """The sizes that no shape of a given shows by themselves, such as a stride: a page has to say that they are
    integers."""
    shown: dict[str, None] = {}
    for given in derivation.givens:
        for size in getattr(given.symbol, "dims", ()):
            last = size + (getattr(given.symbol, "origin", 1) - 1)
            shown.update(dict.fromkeys(n for n in size.names if n in (str(size), str(last))))
    found: dict[str, None] = {}
    for expr in expressions_of(derivation):
        for node in post_order(expr):
            sizes = (node.size,) if isinstance(node, Dim) else getattr(node, "dims", ())
            found.update(dict.fromkeys(n for size in sizes for n in size.names if n not in shown))
    return tuple(found)


#: functions that are printed as a letter, which a page has to introduce
LETTER_OF: dict[str, str] = {
    "sigmoid": r"\sigma",
    "normal_cdf": r"\Phi",
    "normal_pdf": r"\varphi",
    "digamma": r"\psi",
    "trigamma": r"\psi",
}

CONVENTIONS: dict[str, str] = {
    "derivative": "The gradient of a scalar has the shape of its variable; "
    r"the Jacobian of an $m$-vector with respect to a $d$-vector is $m \times d$.",
    "differential": r"$\mathrm{d}$ is the differential with respect to every quantity that varies.",
    "broadcast": "A number beside an array stands for that number in each entry, "
    "a vector beside a matrix for that vector in each row.",
    "row": r"$X_{i:}$ is row $i$ of a matrix and $X_{:j}$ its column $j$, both as columns.",
    "sigmoid": r"$\sigma$ is the logistic sigmoid, $\sigma(t) = 1 / (1 + e^{-t})$.",
    "normal_cdf": r"$\Phi$ is the standard normal distribution function.",
    "normal_pdf": r"$\varphi$ is the standard normal density.",
    "digamma": r"$\psi$ is the digamma function.",
    "trigamma": r"$\psi'$ is the trigamma function.",
    "log": r"$\log$ is the natural logarithm.",
}


def _is_row(node: Item) -> bool:
    base = node.base
    family = base.family if isinstance(base, Symbol) else 0
    inner = node.indices[family:]
    return len(inner) > 1 and None in inner and any(i is not None for i in inner)


def value_of(block: Definition) -> Expr | None:
    symbol = block.symbol
    return symbol.body if isinstance(symbol, Function) else symbol.definition


def member_of(family: Symbol, value: Expr) -> tuple[Expr, Expr]:
    """A family and its value, each at an index: `x_i` and `X_{i:}`."""
    if isinstance(value, Reduce) and value.kind == "array":
        return Item(family, value.indices), value.body
    free = tuple(
        Index(letter, as_expr(family.origin), Dim(size + (family.origin - 1)))
        for letter, size in zip(index_letters(family), family.dims, strict=False)
    )
    kept = (None,) * (len(family.dims) - len(free))
    return Item(family, (*free, *kept)), Item(value, (*free, *kept))
