"""Identifiers for LaTeX names: `\\lambda` -> lambda_, `\\hat{w}` -> w_hat, `\\sigma^2` -> sigma2, `W^{(l)}` -> W_l."""

from __future__ import annotations

import keyword
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from derive.expr.nodes import Symbol

ACCENTS = ("hat", "tilde", "bar", "vec", "dot", "ddot", "check", "widehat", "widetilde", "overline")
FONTS = r"\\(?:mathbf|boldsymbol|bm|mathcal|mathrm|mathsf|mathit|mathbb|mathfrak|text|textbf|operatorname)\s*"
RESERVED = ("jax", "jnp", "np", "special", "gradient", "jacobian", "hessian")
DECORATIONS = {r"\prime": "_prime", "'": "_prime", r"\top": "_T", r"\star": "_star", "*": "_star"}


@lru_cache(maxsize=4096)
def identifier(latex: str) -> str:
    """A Python identifier that resembles a LaTeX name."""
    text = re.sub(FONTS, "", latex)
    for accent in ACCENTS:
        text = re.sub(rf"\\{accent}\s*(?:\{{([^{{}}]*)\}}|(\\?\w))", rf"\1\2_{accent} ", text)
    for mark, word in DECORATIONS.items():
        text = text.replace(mark, word)
    text = re.sub(r"\^\s*\{?\s*(\d+)\s*\}?", r"\1", text)
    text = text.replace("\\", " ").replace("^", "_").replace("_", " _ ")
    words = re.findall(r"[A-Za-z0-9]+|_", text)
    joined = ""
    for word in words:
        if word == "_":
            joined = joined if joined.endswith("_") else joined + "_"
        else:
            joined += word
    joined = re.sub(r"_+", "_", joined).strip("_") or "v"
    if joined[0].isdigit():
        joined = "v" + joined
    return joined + "_" if keyword.iskeyword(joined) or joined in RESERVED else joined


def unique(names: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """The names with numbers appended where they are taken."""
    used = dict.fromkeys(taken)
    found = []
    for name in names:
        chosen, number = name, 2
        while chosen in used:
            chosen, number = f"{name}_{number}", number + 1
        used[chosen] = None
        found.append(chosen)
    return found


def parameter_names(symbols: Sequence[Symbol]) -> dict[Symbol | str, str]:
    """LaTeX name -> parameter of the generated function, one each; `parameter_of` looks one up.

    A point x and the samples x_i are two symbols with one name: those stand there as symbols.
    """
    distinct = list(dict.fromkeys(symbols))
    count = Counter(s.name for s in distinct)
    keys: list[Symbol | str] = [s.name if count[s.name] == 1 else s for s in distinct]
    return dict(zip(keys, unique(identifier(s.name) for s in distinct), strict=True))


def parameter_of(parameters: dict[Symbol | str, str], symbol: Symbol) -> str | None:
    """The parameter of a symbol, None when it has none."""
    return parameters.get(symbol.name, parameters.get(symbol))
