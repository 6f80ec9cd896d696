"""Expressions in one line of plain text for error messages: `2/n X^T (X w - y)`.

Dispatch is on the name of the node kind, so that this module needs no node class and every layer may use it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from derive.expr.sizes import Size

ATOM, POWER, PRODUCT, SUM = 4, 3, 2, 1
LIMIT = 200
FONT = re.compile(
    r"\\(?:math(?:bf|rm|sf|it|cal|bb|tt)|boldsymbol|bm|text|operatorname)\s*(?:\{([^{}]*)\}|(\\?[A-Za-z]+))"
)
ACCENT = re.compile(r"\\(hat|tilde|bar|vec|dot|widehat|overline)\s*\{([^{}]*)\}")


def plain(node: Any) -> str:
    """One line; long expressions are cut after 200 characters."""
    text = _text(node)[0]
    return text if len(text) <= LIMIT else text[: LIMIT - 3] + "..."


def plain_factor(node: Any) -> str:
    """The text with brackets where a factor of a product needs them."""
    return _at(node, PRODUCT)


def _at(node: Any, level: int) -> str:
    text, own = _text(node)
    return text if own >= level else f"({text})"


def _text(node: Any) -> tuple[str, int]:
    kept: tuple[str, int] | None = node.__dict__.get("_plain")
    if kept is not None:
        return kept
    rule = RULES.get(type(node).__name__)
    found = (f"<{type(node).__name__}>", ATOM) if rule is None else rule(node)
    if len(found[0]) <= LIMIT:
        object.__setattr__(node, "_plain", found)
    return found


def _sum(node: Any) -> tuple[str, int]:
    text = _at(node.terms[0], SUM)
    for term in node.terms[1:]:
        negative = type(term).__name__ == "Neg"
        text += f" - {_at(term.operand, PRODUCT)}" if negative else f" + {_at(term, SUM + 1)}"
    return text, SUM


def _apply(node: Any) -> tuple[str, int]:
    args = [_text(a)[0] for a in node.args]
    if node.function == "broadcast":
        return _text(node.args[0])
    if node.function == "inverse":
        return f"{_at(node.args[0], ATOM)}^-1", POWER
    if node.function in ("hadamard", "kronecker"):
        sign = " o " if node.function == "hadamard" else " (x) "
        return sign.join(_at(a, POWER) for a in node.args), PRODUCT
    if node.function in ("norm", "norm1", "norm_inf", "norm_frobenius"):
        return f"||{args[0]}||", ATOM
    return f"{node.function}({', '.join(args)})", ATOM


def _number(node: Any) -> tuple[str, int]:
    text = node.text or str(node.value)
    return text, ATOM if text.isdigit() else PRODUCT


def _item(node: Any) -> tuple[str, int]:
    listed = [":" if i is None else _text(i)[0] for i in node.indices]
    family = getattr(node.base, "family", 0)
    shown = listed[:family] if family and all(i is None for i in node.indices[family:]) else listed
    text = "".join(shown) if all(len(s) == 1 for s in shown) else "{" + ",".join(shown) + "}"
    return f"{_at(node.base, ATOM)}_{text}", ATOM


def _reduce(node: Any) -> tuple[str, int]:
    over = ",".join(i.name for i in node.indices)
    if node.kind == "array":
        return f"[{_text(node.body)[0]}]_{{{over}}}", ATOM
    where = "".join(f", {_text(w)[0]}" for w in node.where)
    return f"{node.kind}_{{{over}{where}}} {_at(node.body, PRODUCT)}", SUM + 1


def _derivative(node: Any) -> tuple[str, int]:
    return f"d({_text(node.body)[0]})/d({', '.join(_text(w)[0] for w in node.wrt)})", PRODUCT


def _name(text: str) -> str:
    """A LaTeX name without fonts and backslashes: `\\mathbf{x}` is x, `\\hat{\\mu}_k` is hat mu_k."""
    text = FONT.sub(lambda found: found.group(1) or found.group(2), text)
    text = ACCENT.sub(lambda found: f"{found.group(1)} {found.group(2)}", text)
    return text.replace("\\", "")


def _size_atom(size: Size) -> int:
    return ATOM if len(size.terms) == 1 and size.terms[0][1] == 1 else SUM


RULES: dict[str, Callable[[Any], tuple[str, int]]] = {
    "Symbol": lambda e: (_name(e.name), ATOM),
    "Number": _number,
    "Constant": lambda e: (e.name, ATOM),
    "Dim": lambda e: (str(e.size), _size_atom(e.size)),
    "Index": lambda e: (e.name, ATOM),
    "Filled": lambda e: ({"ones": "1", "zeros": "0"}.get(e.kind, "I"), ATOM),
    "Add": _sum,
    "Neg": lambda e: (f"-{_at(e.operand, PRODUCT)}", SUM),
    "Product": lambda e: (
        " ".join(_at(f, PRODUCT if i == 0 else POWER) for i, f in enumerate(e.factors)),
        PRODUCT,
    ),
    "Quotient": lambda e: (f"{_at(e.numerator, PRODUCT)}/{_at(e.denominator, POWER)}", PRODUCT),
    "Power": lambda e: (f"{_at(e.base, ATOM)}^{_at(e.exponent, ATOM)}", POWER),
    "Transpose": lambda e: (f"{_at(e.operand, ATOM)}^T", POWER),
    "Apply": _apply,
    "Matrix": lambda e: (
        "[" + "; ".join(", ".join(_text(b)[0] for b in r) for r in e.rows) + "]",
        ATOM,
    ),
    "Function": lambda e: (_name(e.name), ATOM),
    "Call": lambda e: (
        _name(e.function.name) + "'" * e.order + f"({', '.join(_text(a)[0] for a in e.args)})",
        ATOM,
    ),
    "Item": _item,
    "Reduce": _reduce,
    "Relation": lambda e: (f"{_at(e.lhs, SUM)} {e.op} {_at(e.rhs, SUM)}", 0),
    "Logic": lambda e: (f" {e.op} ".join(_at(a, SUM) for a in e.args), 0),
    "Indicator": lambda e: (f"[{_text(e.condition)[0]}]", ATOM),
    "Cases": lambda e: (
        "{" + "; ".join(f"{_text(v)[0]} if {_text(c)[0]}" for v, c in e.branches) + "}",
        ATOM,
    ),
    "Derivative": _derivative,
    "Differential": lambda e: (f"d{_at(e.body, ATOM)}", POWER),
    "Integral": lambda e: (f"integral {_at(e.body, PRODUCT)} d{_name(e.variable.name)}", SUM),
    "Expectation": lambda e: (f"{e.kind}[{', '.join(_text(a)[0] for a in e.args)}]", ATOM),
    "Limit": lambda e: (f"lim_{_name(e.variable.name)} {_at(e.body, PRODUCT)}", SUM),
    "Extremum": lambda e: (f"{e.kind}_{_name(e.variable.name)} {_at(e.body, PRODUCT)}", SUM),
}
