"""Printing rules for functions: those of the table by their LaTeX, those of whole arrays by their own form."""

from __future__ import annotations

import re
from dataclasses import replace

from derive.expr.functions import row
from derive.expr.nodes import Apply, Call, Expr, Function, Number
from derive.expr.sizes import ONE
from derive.writer.pieces import (
    ATOM,
    FACTOR,
    FACTORS,
    POWER,
    PRODUCT,
    Piece,
    at_least,
    closed_end,
)
from derive.writer.typesetter import Rule, Typesetter, product_of, size_piece

#: functions whose argument stands without brackets when it is one symbol
SPACED = re.compile(r"\\(log|sin|cos|tan|sinh|cosh|tanh|arcsin|arccos|arctan|det)$")
#: what the table prints with one letter, and the name to fall back on when a symbol has that letter
LETTERS = {r"\sigma": "sigmoid", r"\Phi": "normcdf", r"\varphi": "normpdf", r"\psi": "digamma"}


def applied(name: Piece, argument: Piece, t: Typesetter, spaced: bool = False) -> Piece:
    """`name(argument)`; with `spaced`, `name argument` if the argument is one symbol or starts with such a name."""
    closed = t.style.row([name, t.style.fence("paren", argument)])
    closed = replace(closed, level=FACTOR if spaced else ATOM, ends="call", bare=spaced)
    if not spaced:
        return closed
    closed = closed.at(POWER)
    simple = argument.level == ATOM and argument.starts not in ("open", "bar")
    if not (simple or argument.bare):
        return closed
    bare = t.style.row([name, t.style.mark("space"), argument])
    return replace(bare, level=FACTOR, swallows=FACTORS, closed=closed, bare=True, ends="call")


def _named(node: Apply, t: Typesetter) -> Piece:
    """The general form: the table's LaTeX as a name or, with `{0}`, as brackets around the argument."""
    latex = row(node.function).latex
    arguments = [t[arg] for arg in node.args]
    if len(arguments) == 1 and "{0}" not in latex:
        word = _word(latex, t)
        return applied(word, arguments[0], t, spaced=SPACED.search(latex) is not None)
    return t.style.row([_word(latex, t), t.style.fence("paren", t.list_of(arguments))])


def _word(latex: str, t: Typesetter) -> Piece:
    base = latex.rstrip("'")
    if base in LETTERS and base in t.taken:
        name = LETTERS[base] if base == latex else "trigamma"
        return t.style.word(rf"\operatorname{{{name}}}")
    return t.style.word(latex)


def _fence(kind: str, index: str = "") -> Rule:
    def rule(node: Apply, t: Typesetter) -> Piece:
        whole = t.style.fence(kind, t.list_of([t[arg] for arg in node.args]))
        if not index:
            return whole
        return t.style.below(whole, t.style.name(index))

    return rule


def _infix(kind: str) -> Rule:
    """An entrywise or Kronecker product: products beside it are bracketed, `A (x \\odot y)`, `(A x) \\odot y`."""

    def rule(node: Apply, t: Typesetter) -> Piece:
        if len(node.args) == 1:
            return t[node.args[0]]
        parts: list[Piece] = []
        for position, arg in enumerate(node.args):
            part = t[arg]
            first = position == 0
            same = first and isinstance(arg, Apply) and arg.function == node.function
            if part.level == FACTOR and part.closed is not None:
                part = part.closed
            parts.append(part if same else at_least(t.style, part, POWER))
        whole = t.list_of([closed_end(t.style, part) for part in parts], kind)
        return whole.at(PRODUCT)

    return rule


def _inverse(node: Apply, t: Typesetter) -> Piece:
    base = at_least(t.style, t[node.args[0]], ATOM)
    return t.style.above(base, t.style.row([t.style.mark("negative"), t.small_number(1)]))


def _abs(node: Apply, t: Typesetter) -> Piece:
    """Bars for numbers and vectors; around a matrix they would be its determinant."""
    if node.rank < 2:
        return t.style.fence("abs", t[node.args[0]])
    return applied(t.style.word(r"\operatorname{abs}"), t[node.args[0]], t)


def _sqrt(node: Apply, t: Typesetter) -> Piece:
    return t.style.root(t[node.args[0]])


def _factorial(node: Apply, t: Typesetter) -> Piece:
    base = at_least(t.style, t[node.args[0]], ATOM)
    return t.style.row([base, t.style.mark("factorial")]).at(POWER)


def _outer(node: Apply, t: Typesetter) -> Piece:
    left, right = (t[arg] for arg in node.args)
    transposed = t.style.above(at_least(t.style, right, ATOM), t.style.mark("top"))
    return product_of([at_least(t.style, left, POWER), transposed], t)


def _hadamard_power(node: Apply, t: Typesetter) -> Piece:
    base = at_least(t.style, t[node.args[0]], ATOM)
    exponent = at_least(t.style, t[node.args[1]], ATOM)
    return t.style.above(base, t.style.row([t.style.mark("odot-power"), exponent]))


def _logabsdet(node: Apply, t: Typesetter) -> Piece:
    det = applied(t.style.word(r"\det"), t[node.args[0]], t, spaced=True)
    whole = t.style.row([t.style.word(r"\log"), t.style.fence("abs", det)])
    return replace(whole, level=POWER, bare=True)


def _delta(node: Apply, t: Typesetter) -> Piece:
    parts = [t[arg] for arg in node.args]
    short = all(len(part.text) == 1 and part.text.isalpha() for part in parts)
    return t.style.below(t.style.name(r"\delta"), t.style.row(parts) if short else t.list_of(parts))


def _unit_vector(node: Apply, t: Typesetter) -> Piece:
    return t.style.below(t.style.name("e"), t[node.args[0]])


def _eigenprojector(node: Apply, t: Typesetter) -> Piece:
    """v_i v_i^T of the eigenvector v_i."""
    vector = t.style.below(t.style.name("v"), t[node.args[1]])
    return product_of([vector, t.style.above(vector, t.style.mark("top"))], t)


def _extreme(node: Apply, t: Typesetter) -> Piece:
    """max(a, b); one argument is its own maximum."""
    return t[node.args[0]] if len(node.args) == 1 else _named(node, t)


def _broadcast(node: Apply, t: Typesetter) -> Piece:
    """Beside other arrays a number stands alone (`plain`); by itself it is a multiple of ones."""
    inner, shape = t[node.args[0]], node.shape
    if node.args[0].shape == shape:
        return inner
    ones = [t.style.below(t.style.name(r"\mathbf{1}"), size_piece(size, t)) for size in shape]
    top = t.style.mark("top")
    if node.args[0].shape:
        row_part = t.style.above(at_least(t.style, inner, ATOM), top)
        whole = product_of([ones[0], row_part], t)
    else:
        tail = [t.style.above(ones[1], top)] if len(ones) == 2 else []
        front = [] if len(ones) == 2 and shape[0] == ONE else [ones[0]]
        if isinstance(node.args[0], Number) and node.args[0].value == 1:
            whole = (
                product_of([*front, *tail], t) if len([*front, *tail]) > 1 else [*front, *tail][0]
            )
        else:
            whole = product_of([inner, *front, *tail], t)
    return replace(whole, plain=inner)


#: functions with a form of their own; every other row of the table prints as `name(argument)`
FORMS: dict[str, Rule] = {
    "sqrt": _sqrt,
    "abs": _abs,
    "floor": _fence("floor"),
    "factorial": _factorial,
    "inverse": _inverse,
    "norm": _fence("norm"),
    "norm1": _fence("norm", "1"),
    "norm_frobenius": _fence("norm", "F"),
    "norm_inf": _fence("norm", r"\infty"),
    "nuclear_norm": _fence("norm", "*"),
    "spectral_norm": _fence("norm", r"\mathrm{op}"),
    "eigenprojector": _eigenprojector,
    "inner": _fence("angle"),
    "outer": _outer,
    "hadamard": _infix("odot"),
    "hadamard_divide": _infix("oslash"),
    "kronecker": _infix("otimes"),
    "hadamard_power": _hadamard_power,
    "logabsdet": _logabsdet,
    "kronecker_delta": _delta,
    "unit_vector": _unit_vector,
    "broadcast": _broadcast,
    "max": _extreme,
    "min": _extreme,
}


def _apply(node: Apply, t: Typesetter) -> Piece:
    return FORMS.get(node.function, _named)(node, t)


def _function(node: Function, t: Typesetter) -> Piece:
    return t.style.name(node.name)


def _call(node: Call, t: Typesetter) -> Piece:
    name = t.style.name(node.function.name)
    if node.order > 3:
        order = t.style.fence("paren", t.small_number(node.order))
        name = t.style.above(at_least(t.style, name, ATOM), order)
    elif node.order:
        name = t.style.row([name, *[t.style.mark("prime")] * node.order])
    return applied(name, t.list_of([t[arg] for arg in node.args]), t)


RULES: dict[type[Expr], Rule] = {Apply: _apply, Function: _function, Call: _call}
