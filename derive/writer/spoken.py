"""Formulas in words, from the tree: "the gradient of L with respect to w equals 2 over n times X transpose times ...".

Where the printed formula needs a bracket, the words say "the quantity ... end quantity". A phrase with an open end,
such as "the logarithm of x", takes no word behind it: its square is "the square of the logarithm of x".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from derive.errors import NoRuleError
from derive.expr.functions import row
from derive.expr.nodes import (
    Add,
    Apply,
    Call,
    Cases,
    Constant,
    Derivative,
    Differential,
    Dim,
    Expectation,
    Expr,
    Extremum,
    Filled,
    Function,
    Index,
    Indicator,
    Integral,
    Item,
    Limit,
    Logic,
    Matrix,
    Neg,
    Number,
    Power,
    Product,
    Quotient,
    Reduce,
    Relation,
    Symbol,
    Transpose,
)
from derive.expr.sizes import Size
from derive.expr.walk import post_order

SUM, PRODUCT, OPEN, ATOM = range(4)


class Words(NamedTuple):
    """A phrase and how tightly it binds."""

    text: str
    level: int = ATOM


Heard = Mapping[Expr, Words]

RELATIONS: dict[str, str] = {
    "=": "equals",
    "!=": "is not equal to",
    "<": "is less than",
    "<=": "is at most",
    ">": "is greater than",
    ">=": "is at least",
    "~~": "is approximately",
    "prop": "is proportional to",
}


def spoken(expr: Expr) -> str:
    """The expression in words; `NoRuleError` for a kind of node without words."""
    heard: dict[Expr, Words] = {}
    for node in post_order(expr):
        rule = RULES.get(type(node))
        if rule is None:
            raise NoRuleError(f"no rule speaks a node of kind {type(node).__name__}: {node!r}")
        heard[node] = rule(node, heard)
    return heard[expr].text


def spoken_relation(left: str, op: str, right: str) -> str:
    """Two sides and the sign between them in words."""
    return f"{left} {RELATIONS[op]} {right}"


def spoken_name(latex: str) -> str:
    r"""A symbol's name in words: `\hat{w}` is "w hat", `W^{(l)}` is "W superscript l", `\theta_0` is "theta sub 0"."""
    text = re.sub(r"\\(hat|bar|tilde|vec|dot)\s*\{?(\\?[A-Za-z]+)\}?", r"\2 \1", latex)
    text = re.sub(r"\\(?:math[a-z]+|boldsymbol|bm|operatorname\*?|text)\b", "", text)
    text = re.sub(r"\^\s*\{?\s*(\\star|\\ast|\*)\s*\}?", " star", text)
    text = re.sub(r"\^\s*\{?\s*2\s*\}?(?!\d)", " squared", text)
    text = text.replace("^", " superscript ").replace("_", " sub ").replace("'", " prime")
    text = re.sub(r"\\([A-Za-z]+)", r" \1 ", text)
    return " ".join(re.sub(r"[{}()\\]", " ", text).split())


def _whole(part: Words, level: int) -> str:
    return part.text if part.level >= level else f"the quantity {part.text} end quantity"


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def _number(node: Number, h: Heard) -> Words:
    value = node.value
    if node.text:
        return Words(node.text.replace("-", "minus "), SUM if value < 0 else ATOM)
    sign = "minus " if value < 0 else ""
    if value.denominator == 1:
        return Words(f"{sign}{abs(value.numerator)}", SUM if sign else ATOM)
    over = f"{abs(value.numerator)} over {value.denominator}"
    return Words(sign + over, SUM if sign else PRODUCT)


def _size(size: Size) -> Words:
    text = ""
    ordered = sorted(size.terms, key=lambda term: (term[1] < 0, -len(term[0]), term[0]))
    for monomial, coefficient in ordered:
        sign = " minus " if coefficient < 0 else " plus " if text else ""
        number = [str(abs(coefficient))] if abs(coefficient) != 1 or not monomial else []
        text += sign + " times ".join([*number, *(spoken_name(name) for name in monomial)])
    level = SUM if len(size.terms) > 1 else PRODUCT if " times " in text else ATOM
    return Words(text.strip() or "0", level)


def _filled(node: Filled, h: Heard) -> Words:
    if node.kind == "identity":
        return Words("the identity")
    what = {"ones": "all-ones", "zeros": "zero"}[node.kind]
    return Words(f"the {what} {'vector' if len(node.dims) == 1 else 'matrix'}")


def _add(node: Add, h: Heard) -> Words:
    text = h[node.terms[0]].text
    for term in node.terms[1:]:
        if isinstance(term, Neg):
            text += " minus " + _whole(h[term.operand], PRODUCT)
        else:
            text += " plus " + _whole(h[term], PRODUCT)
    return Words(text, SUM)


def _product(node: Product, h: Heard) -> Words:
    return Words(" times ".join(_whole(h[f], PRODUCT) for f in node.factors), PRODUCT)


def _quotient(node: Quotient, h: Heard) -> Words:
    top = _whole(h[node.numerator], PRODUCT)
    return Words(f"{top} over {_whole(h[node.denominator], OPEN)}", PRODUCT)


def _power(node: Power, h: Heard) -> Words:
    base, exponent = h[node.base], node.exponent
    if isinstance(exponent, Number) and exponent.value in (2, 3):
        which = int(exponent.value) - 2
        if base.level == OPEN:
            square = base.text.startswith("the norm of ") and not which
            head, rest = ("the squared", base.text[4:]) if square else (NOUNS[which], base.text)
            return Words(f"{head} {rest}", OPEN)
        return Words(f"{_whole(base, ATOM)} {('squared', 'cubed')[which]}")
    return Words(f"{_whole(base, ATOM)} to the power {_whole(h[exponent], OPEN)}", OPEN)


NOUNS = ("the square of", "the cube of")


def _behind(part: Words, word: str) -> Words:
    """`A transpose`, `the transpose of the gradient of L`."""
    if part.level == OPEN:
        return Words(f"the {word} of {part.text}", OPEN)
    return Words(f"{_whole(part, ATOM)} {word}")


def _apply(node: Apply, h: Heard) -> Words:
    parts = [h[arg] for arg in node.args]
    name = node.function
    if name == "broadcast":
        return parts[0]
    if name == "inverse":
        return _behind(parts[0], "inverse")
    between = {
        "hadamard": "entrywise times",
        "hadamard_divide": "divided entrywise by",
        "kronecker": "Kronecker times",
        "hadamard_power": "to the entrywise power",
    }
    if name in between:
        return Words(f" {between[name]} ".join(_whole(p, OPEN) for p in parts), PRODUCT)
    if name == "kronecker_delta":
        simple = all(p.level == ATOM for p in parts)
        listed = _listed([_whole(p, ATOM) for p in parts])
        return Words(f"Kronecker delta {' '.join(p.text for p in parts) if simple else listed}")
    if name == "unit_vector":
        return Words(f"the unit vector number {parts[0].text}")
    return Words(f"{row(name).words} {_listed([_whole(p, OPEN) for p in parts])}", OPEN)


def _item(node: Item, h: Heard) -> Words:
    base, indices = node.base, node.indices
    shown = indices
    if isinstance(base, Symbol) and base.family:
        entries = indices[base.family :]
        shown = indices if any(i is not None for i in entries) else indices[: base.family]
    if not getattr(base, "family", 0) and len(shown) == 2 and None in shown:
        which, axis = (shown[0], "row") if shown[1] is None else (shown[1], "column")
        if which is not None:
            return Words(f"{axis} {h[which].text} of {_whole(h[base], OPEN)}", OPEN)
    listed = " ".join("all" if i is None else _whole(h[i], ATOM) for i in shown)
    return Words(f"{_whole(h[base], ATOM)} sub {listed}")


def _reduce(node: Reduce, h: Heard) -> Words:
    kind = {"sum": "sum", "prod": "product", "max": "maximum", "min": "minimum"}[node.kind]
    ranges = [
        h[i].text
        if node.written == "index"
        else f"{h[i].text} from {h[i.lower].text} to {h[i.upper].text}"
        for i in node.indices
    ]
    where = [f"with {_listed([h[c].text for c in node.where])}"] if node.where else []
    over = " ".join([_listed(ranges), *where])
    return Words(f"the {kind} over {over} of {_whole(h[node.body], PRODUCT)}", PRODUCT)


def _derivative(node: Derivative, h: Heard) -> Words:
    by = " and ".join(dict.fromkeys(h[v].text for v in node.wrt))
    order = len(node.wrt)
    if order == 1:
        scalar_variable = not node.wrt[0].shape
        kind = "derivative" if scalar_variable else "Jacobian" if node.body.shape else "gradient"
        if scalar_variable and node.style == "partial":
            kind = "partial derivative"
    else:
        kind = "Hessian" if order == 2 and node.wrt[0].shape else f"derivative of order {order}"
    return Words(f"the {kind} of {_whole(h[node.body], OPEN)} with respect to {by}", OPEN)


def _cases(node: Cases, h: Heard) -> Words:
    parts = [f"{h[value].text} if {h[when].text}" for value, when in node.branches]
    if node.otherwise is not None:
        parts.append(f"{h[node.otherwise].text} otherwise")
    return Words("; ".join(parts), SUM)


def _matrix(node: Matrix, h: Heard) -> Words:
    rows = [f"row {i}: {', '.join(h[b].text for b in line)}" for i, line in enumerate(node.rows, 1)]
    return Words("the matrix with " + "; ".join(rows) + "; end matrix")


def _call(node: Call, h: Heard) -> Words:
    primes = {0: "", 1: " prime", 2: " double prime", 3: " triple prime"}
    name = spoken_name(node.function.name) + primes.get(node.order, " prime" * node.order)
    return Words(f"{name} of {_listed([_whole(h[a], OPEN) for a in node.args])}", OPEN)


def _integral(node: Integral, h: Heard) -> Words:
    limits = ""
    if node.lower is not None and node.upper is not None:
        limits = f" from {h[node.lower].text} to {h[node.upper].text}"
    body = _whole(h[node.body], PRODUCT)
    name = spoken_name(node.variable.name)
    return Words(f"the integral{limits} of {body} with respect to {name}", PRODUCT)


def _expectation(node: Expectation, h: Heard) -> Words:
    kind = {"E": "expectation", "Var": "variance", "Cov": "covariance"}[node.kind]
    return Words(f"the {kind} of {_listed([_whole(h[a], OPEN) for a in node.args])}", OPEN)


def _limit(node: Limit, h: Heard) -> Words:
    side = {"+": " from above", "-": " from below", "": ""}[node.side]
    name = spoken_name(node.variable.name)
    body = _whole(h[node.body], PRODUCT)
    return Words(f"the limit as {name} goes to {h[node.target].text}{side} of {body}", PRODUCT)


def _extremum(node: Extremum, h: Heard) -> Words:
    kind = {
        "min": "minimum",
        "max": "maximum",
        "argmin": "minimiser",
        "argmax": "maximiser",
    }[node.kind]
    under = f" subject to {_listed([h[c].text for c in node.subject])}" if node.subject else ""
    body = _whole(h[node.body], PRODUCT)
    return Words(f"the {kind} over {spoken_name(node.variable.name)}{under} of {body}", PRODUCT)


RULES: dict[type[Expr], Callable[[Any, Heard], Words]] = {
    Symbol: lambda node, h: Words(spoken_name(node.name)),
    Number: _number,
    Constant: lambda node, h: Words(
        {"infty": "infinity", "eulergamma": "Euler's constant"}.get(node.name, node.name)
    ),
    Dim: lambda node, h: _size(node.size),
    Index: lambda node, h: Words(spoken_name(node.name)),
    Filled: _filled,
    Add: _add,
    Neg: lambda node, h: Words("minus " + _whole(h[node.operand], PRODUCT), SUM),
    Product: _product,
    Quotient: _quotient,
    Power: _power,
    Transpose: lambda node, h: _behind(h[node.operand], "transpose"),
    Apply: _apply,
    Matrix: _matrix,
    Function: lambda node, h: Words(spoken_name(node.name)),
    Call: _call,
    Item: _item,
    Reduce: _reduce,
    Relation: lambda node, h: Words(
        spoken_relation(h[node.lhs].text, node.op, h[node.rhs].text), SUM
    ),
    Logic: lambda node, h: Words(
        f" {node.op} ".join(_whole(h[a], PRODUCT) for a in node.args)
        if node.op != "not"
        else f"not {_whole(h[node.args[0]], PRODUCT)}",
        SUM,
    ),
    Indicator: lambda node, h: Words(f"the indicator that {h[node.condition].text}"),
    Cases: _cases,
    Derivative: _derivative,
    Differential: lambda node, h: Words(
        f"d {_whole(h[node.body], OPEN)}", OPEN if h[node.body].level == OPEN else ATOM
    ),
    Integral: _integral,
    Expectation: _expectation,
    Limit: _limit,
    Extremum: _extremum,
}
