r"""`= ... + \text{const}`: sides that agree up to a term in which the variable of interest does not occur.

Authors drop the terms without the variable and rarely say which variable it is; it occurs in every term that they
keep. Such a relation claims that the derivatives of both sides by that variable are equal.

`p(\theta \mid x) \propto ...` holds up to a factor without theta: the logarithms have equal derivatives by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from derive.derivation import Alternative
from derive.expr.nodes import Add, Apply, Derivative, Expr, Neg, Symbol
from derive.expr.walk import free_symbols
from derive.reader.grammar.table import Table
from derive.reader.source.scanner import Token

_NAMES = re.compile(r"\\mathrm\{(?:const|constant|cst|Const|Constant)\}|C|c")
MOST = 3
"""Variables that are tried."""


def constants_in(sides: Sequence[Expr], table: Table) -> tuple[Symbol, ...]:
    """The names of additive constants: `\\text{const}`, or a C that nobody declared.

    A letter that stands inside another term as well is a quantity: `c + \\log \\sum_i e^{x_i - c}`.
    """
    assumed = {entry.latex: None for entry in table.variables() if entry.assumed}
    found: dict[Symbol, None] = {}
    within: dict[Symbol, None] = {}
    for side in sides:
        for term in _terms(side):
            if not isinstance(term, Symbol):
                within.update(dict.fromkeys(free_symbols(term)))
            elif term.name in assumed and _NAMES.fullmatch(term.name):
                found[term] = None
    return tuple(s for s in found if len(s.name) > 1 or s not in within)


def up_to_constant(left: Expr, right: Expr, constants: Sequence[Symbol]) -> tuple[Alternative, ...]:
    """What a relation with an additive constant claims, by each variable that may be meant; empty when none may."""
    a, b = _without(left, constants), _without(right, constants)
    if a is None or b is None or any(s in free_symbols(side) for side in (a, b) for s in constants):
        return ()
    kept = [t for side, rest in ((left, a), (right, b)) if side != rest for t in _terms(rest)]
    shared = [s for s in free_symbols(a) if all(s in free_symbols(part) for part in (b, *kept))]
    shared.sort(key=lambda s: (1, 0, 2)[min(len(s.shape), 2)])
    return tuple(
        Alternative(
            Derivative(a, (s,), "partial"),
            Derivative(b, (s,), "partial"),
            note=f"up to a term without {s.name}",
        )
        for s in shared[:MOST]
    )


_OF = (
    r"(?:as (?:a )?functions? of|(?:not depend(?:ing)? on|independent of|without|not involv\w+"
    r"|proportional(?:ity|ities)?(?: are| is)? in"
    r"|posterior (?:density |distribution )?(?:of|for|over))) (?:the )?(?:\w+ ){0,2}"
)
_VARIED = re.compile(rf"{_OF}\$([^$]+)\$", re.IGNORECASE)
_BARS = frozenset(["|", r"\mid", r"\vert", r"\rvert"])


def varied_in(words: str, tokens: Sequence[Token]) -> tuple[str, ...]:
    r"""The variable in which sides are proportional: what words name, else theta of `p(\theta \mid x)` on the left."""
    said = [match[1].strip() for match in _VARIED.finditer(words)]
    if said:
        return (said[-1],)
    texts = [t.text for t in tokens if t.text not in (r"\left", "{", "}", r"\,")]
    if len(texts) == 1 and (named := re.fullmatch(r"\w\(([^|,]+)\|.*\)", texts[0])):
        return (named[1],)
    bars = [i for i, text in enumerate(texts) if text in _BARS]
    if len(texts) < 5 or texts[1] != "(" or not bars or bars[0] > 5 or "," in texts[: bars[0]]:
        return ()
    return ("".join(texts[2 : bars[0]]),)


def up_to_factor(left: Expr, right: Expr, names: Sequence[str]) -> tuple[Alternative, ...]:
    """What a proportion claims: of the logarithms the derivatives by the variable are equal."""
    bare = [_bare(name) for name in names]
    variables = [
        s for s in free_symbols(left) if _bare(s.name) in bare and s in free_symbols(right)
    ]
    if left.shape or right.shape:
        return ()

    def slope(side: Expr, variable: Symbol) -> Expr:
        return Derivative(Apply("log", (side,)), (variable,), "partial")

    return tuple(
        Alternative(slope(left, s), slope(right, s), note=f"up to a factor without {s.name}")
        for s in variables
    )


def _bare(name: str) -> str:
    r"""A name without braces, its bold font spelled in one way: `\mathbf{w}`, `\mathbf w`, `\boldsymbol w` are one."""
    return re.sub(r"\\(?:boldsymbol|bm|pmb)", r"\\mathbf", re.sub(r"[{}\s]", "", name))


def _terms(side: Expr) -> Iterator[Expr]:
    """The terms of a sum, without their signs."""
    if isinstance(side, Neg):
        yield from _terms(side.operand)
    elif isinstance(side, Add):
        for term in side.terms:
            yield from _terms(term)
    else:
        yield side


def _without(side: Expr, constants: Sequence[Symbol]) -> Expr | None:
    """A sum without its constants; None when nothing is left."""
    if not isinstance(side, Add):
        return None if side in constants else side
    left = tuple(t for t in side.terms if t not in constants and not _is_negative(t, constants))
    if len(left) == len(side.terms):
        return side
    return (left[0] if len(left) == 1 else Add(left)) if left else None


def _is_negative(term: Expr, constants: Sequence[Symbol]) -> bool:
    return isinstance(term, Neg) and term.operand in constants
