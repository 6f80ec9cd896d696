r"""What is given, as rows of a notation table: `$X \in \mathbb{R}^{n \times d}$`, facts in words, meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from derive.derivation import Given
from derive.expr.facts import FACTS, Fact, Law
from derive.expr.nodes import Expr, Function, Number, Symbol
from derive.expr.sizes import Shape, Size
from derive.expr.walk import post_order
from derive.writer.languages import ENGLISH, Language
from derive.writer.latex import latex
from derive.writer.latex_style import LatexStyle
from derive.writer.letters import unicode_name
from derive.writer.typesetter import Typesetter, size_piece

#: facts that read better than their entry in the table of facts; `{0}` is the symbol's LaTeX
WORDING: dict[str, str] = {
    "nonnegative": "entries at least zero",
    "positive": "positive entries",
    "negative": "negative entries",
    "nonzero": "entries that are not zero",
    "binary": r"entries in $\{0, 1\}$",
    "sign": r"entries in $\{-1, 1\}$",
    "probability": "entries in $(0, 1)$",
    "natural": "positive integers",
    "integer": "integers",
    "count": "integers, at least zero",
    "simplex": "positive entries that sum to one",
}
SCALAR_WORDING: dict[str, str] = {
    "nonnegative": r"${0} \ge 0$",
    "positive": r"${0} > 0$",
    "negative": r"${0} < 0$",
    "nonzero": r"${0} \neq 0$",
    "binary": r"${0} \in \{0, 1\}$",
    "sign": r"${0} \in \{-1, 1\}$",
    "probability": "${0} \\in (0, 1)$",
    "natural": "a positive integer",
    "integer": "an integer",
    "count": r"an integer, ${0} \ge 0$",
}
#: facts that say nothing beside others, or that the shape shows
SILENT = ("real", "square")


@dataclass(frozen=True, slots=True)
class NotationRow:
    """One given: its declaration as LaTeX, its properties and meaning as prose with `$...$`; `defined` where the text
    gives it a value."""

    declaration: str
    properties: str
    meaning: str
    assumed: bool = False
    defined: bool = False

    @property
    def wide(self) -> bool:
        """Whether the declaration is too long to stand beside the meaning."""
        return len(unicode_name(self.declaration)) > 36


def notation_row(given: Given, language: Language = ENGLISH) -> NotationRow:
    """The row of a given symbol or function."""
    if isinstance(given.symbol, Function):
        declaration, properties = _function(given.symbol, language)
    else:
        declaration, properties = _declaration(given.symbol), _properties(given.symbol, language)
    symbol = given.symbol
    value = symbol.body if isinstance(symbol, Function) else symbol.definition
    meaning = "" if _is_said(given.meaning, properties) else given.meaning
    return NotationRow(declaration, properties, meaning, given.assumed, value is not None)


def _is_said(meaning: str, properties: str) -> bool:
    """Whether a meaning only repeats a property."""
    return bool(meaning) and meaning.removeprefix("the ") in properties


def notation_rows(
    givens: Sequence[Given], language: Language = ENGLISH, numbers: Sequence[str] = ()
) -> tuple[NotationRow, ...]:
    """The rows of a table: positive integers that no shape shows, what is given, then what the text defines."""
    rows = [notation_row(given, language) for given in givens]
    if numbers:
        words = language("a positive integer" if len(numbers) == 1 else "positive integers")
        rows.insert(0, NotationRow(rf"{', '.join(numbers)} \in \mathbb{{N}}", words, ""))
    return tuple(sorted(rows, key=lambda row: row.defined))


def space_latex(shape: Shape) -> str:
    r"""The space of a shape: `\mathbb{R}`, `\mathbb{R}^n`, `\mathbb{R}^{n \times d}`."""
    if not shape:
        return r"\mathbb{R}"
    t = Typesetter(LatexStyle())
    sizes = r" \times ".join(size_piece(size, t).text for size in shape)
    return rf"\mathbb{{R}}^{{{sizes}}}" if len(sizes) > 1 else rf"\mathbb{{R}}^{sizes}"


def index_letters(family: Symbol) -> list[str]:
    """Letters for the indices of a family, other than its own name."""
    return [letter for letter in "ijklm" if letter != family.name][: family.family]


def _declaration(symbol: Symbol) -> str:
    name = latex(symbol)
    if symbol.law is not None and symbol.law.kind == "random" and _law_known(symbol.law):
        if not _entrywise(symbol, symbol.law):
            return _distribution(name, symbol.law.args)
        letter = index_letters(replace(symbol, family=1))[0]
        upper = size_piece(symbol.dims[0], Typesetter(LatexStyle())).text
        entry = _distribution(f"{name}_{letter}", symbol.law.args)
        return rf"{entry},\; {letter} = 1, \dots, {upper}"
    if not symbol.family or _is_whole(symbol):
        return rf"{name} \in {space_latex(symbol.dims)}"
    letters = index_letters(symbol)
    t = Typesetter(LatexStyle())
    last = symbol.origin - 1
    uppers = [size_piece(size + last, t).text for size in symbol.dims[: symbol.family]]
    index = "".join(letters)
    name = f"[{name}]" if "_" in name and symbol.marker == "sub" else name
    member = rf"{name}^{{({index})}}" if symbol.marker == "sup" else f"{name}_{{{index}}}"
    if len(index) == 1 and symbol.marker == "sub":
        member = f"{name}_{index}"
    ranges = r",\; ".join(
        rf"{letter} = {symbol.origin}, \dots, {upper}"
        for letter, upper in zip(letters, uppers, strict=True)
    )
    return rf"{member} \in {space_latex(symbol.dims[symbol.family :])},\; {ranges}"


def _is_whole(symbol: Symbol) -> bool:
    """Whether a family is shown as one array, and not by a member."""
    return symbol.family == len(symbol.dims) > 2


def _law_known(law: Law) -> bool:
    return bool(law.args) and str(law.args[0]) not in ("any", "iid", "subset")


def _distribution(name: str, args: Sequence[Any]) -> str:
    """`x \\sim \\mathcal{N}(\\mu, \\Sigma)`."""
    kind = str(args[0]) if args else "any"
    letters = {
        "normal": r"\mathcal{N}",
        "bernoulli": r"\operatorname{Bernoulli}",
        "categorical": r"\operatorname{Categorical}",
        "uniform": r"\mathcal{U}",
        "finite": r"\operatorname{Finite}",
    }
    parameters = ", ".join(latex(a) if isinstance(a, Expr) else str(a) for a in args[1:])
    return rf"{name} \sim {letters[kind]}({parameters})"


def _entrywise(symbol: Symbol, law: Law) -> bool:
    """Whether the entries of a vector have a law of numbers each."""
    numbers = all(a.is_scalar for a in law.args[1:] if isinstance(a, Expr))
    return law.args[0] in ("bernoulli", "uniform") and len(symbol.dims) == 1 and numbers


def _properties(symbol: Symbol, language: Language) -> str:
    name = latex(symbol)
    listed = [
        _fact(fact, name, symbol.is_scalar, language)
        for fact in symbol.facts
        if fact.name not in SILENT
    ]
    if symbol.law is not None:
        listed.append(_law(symbol, language))
    if symbol.origin == 0 and _is_whole(symbol):
        listed.append(language("indices from {0}", "$0$"))
    return ", ".join(part for part in listed if part)


def _fact(fact: Fact, name: str, scalar: bool, language: Language) -> str:
    if fact.name == "interval" and isinstance(fact.bounds[1], Size):
        return rf"${name} \le {fact.bounds[1] - 1}$"
    if fact.name == "interval":
        lower, upper = (_bound(b) for b in (*fact.bounds, None, None)[:2])
        low, high = lower or r"-\infty", upper or r"\infty"
        return rf"${name} \in ({low}, {high})$"
    wording = (SCALAR_WORDING.get(fact.name) if scalar else None) or WORDING.get(fact.name)
    return language(wording or FACTS[fact.name][0]).replace("{0}", name)


def _bound(value: Any) -> str:
    if value is None:
        return ""
    return latex(value) if isinstance(value, Expr) else str(value)


def _law(symbol: Symbol, language: Language) -> str:
    """The premise in words, with its expressions as inline mathematics."""
    law = symbol.law
    assert law is not None
    args = [f"${latex(a)}$" if isinstance(a, Expr) else str(a) for a in law.args]
    if law.kind in ("minimiser", "maximiser", "stationary"):
        what = {"stationary": "stationary point"}.get(law.kind, law.kind)
        if len(args) > 1:
            return language(f"a {what} of {{0}} over {{1}}", *args[:2])
        return language(f"a {what} of {{0}}", args[0])
    if law.kind == "solves":
        relations = law.args[0] if isinstance(law.args[0], tuple) else law.args[:1]
        listed = ", ".join(f"${latex(r)}$" for r in relations if isinstance(r, Expr))
        return language(
            "solves {0} for {1}", listed, ", ".join(f"${latex(x)}$" for x in law.args[1])
        )
    if law.kind in ("eigenvalue", "eigenvector"):
        return _eigen(law, args, language)
    if law.kind == "random":
        return "" if _law_known(law) else _unnamed(args, language)
    if law.kind == "eigenvectors":
        return language("orthonormal eigenvectors of {0} to its {1} largest eigenvalues", *args)
    if law.kind == "eigenvalues":
        return language("the {1} largest eigenvalues of {0}", *args)
    return ""


def _eigen(law: Law, args: Sequence[str], language: Language) -> str:
    """`the largest eigenvalue of $S$`, `unit eigenvector of $S$ to its $k$-th largest eigenvalue`."""
    number = law.args[1]
    value = number.value if isinstance(number, Number) else 0
    place = {1: "largest", 2: "second largest"}.get(int(value), "{1}-th largest")
    if law.kind == "eigenvalue":
        return language(f"the {place} eigenvalue of {{0}}", *args)
    return language(f"unit eigenvector of {{0}} to its {place} eigenvalue", *args)


def _unnamed(args: Sequence[str], language: Language) -> str:
    """A law without a name in words; `args` are its kind and its parameters as they are printed."""
    kind, *given = args
    if kind == "iid":
        return language("independent copies of {0}", given[0])
    if kind == "subset":
        return language("a random subset of {0} as zeros and ones", given[0])
    words = ("random", "random with mean {0}", "random with mean {0} and variance {1}")
    return language(words[len(given)], *given)


def _function(function: Function, language: Language) -> tuple[str, str]:
    name = latex(function)
    sources = r" \times ".join(space_latex(p.dims) for p in function.parameters)
    declaration = rf"{name} : {sources} \to {space_latex(function.shape)}"
    listed = [language("any smooth function") if function.body is None else ""]
    listed.append(language("applied to each entry of an array") if function.elementwise else "")
    listed += [_fact(fact, name, True, language) for fact in function.facts]
    return declaration, ", ".join(part for part in listed if part)


def mentions(expr: Expr, kinds: tuple[type[Expr], ...]) -> bool:
    """Whether a node of one of the kinds occurs."""
    return any(isinstance(node, kinds) for node in post_order(expr))
