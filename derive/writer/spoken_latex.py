r"""An author's inline LaTeX in words: `\frac{1}{n} r^\top r` is "1 over n r transpose r".

Formulas of a derivation are spoken from their tree (`derive.writer.spoken`); this is for the mathematics of prose and
declarations, which pages carry as LaTeX.
"""

from __future__ import annotations

import re
from functools import lru_cache

WORDS: dict[str, str] = {
    "top": "transpose",
    "cdot": "times",
    "times": "by",
    "odot": "entrywise times",
    "oslash": "divided entrywise by",
    "otimes": "Kronecker times",
    "in": "in",
    "le": "is at most",
    "leq": "is at most",
    "ge": "is at least",
    "geq": "is at least",
    "ne": "is not equal to",
    "from": "from",
    "neq": "is not equal to",
    "approx": "is approximately",
    "propto": "is proportional to",
    "sim": "is distributed as",
    "to": "to",
    "mid": "given",
    "infty": "infinity",
    "nabla": "gradient",
    "partial": "partial",
    "sum": "the sum",
    "prod": "the product",
    "int": "the integral",
    "log": "log",
    "exp": "the exponential of",
    "det": "the determinant of",
    "dots": "and so on",
    "ldots": "and so on",
    "cdots": "and so on",
    "lVert": "the norm of",
    "rVert": "end norm",
    "lvert": "the absolute value of",
    "rvert": "end absolute value",
    "langle": "the inner product of",
    "rangle": "end inner product",
    "succ": "is greater than",
    "succeq": "is at least",
    "pm": "plus or minus",
    "quad": "",
    "displaystyle": "",
    "left": "",
    "right": "",
    "varepsilon": "epsilon",
    "varphi": "phi",
}
SIGNS: dict[str, str] = {
    "=": "equals",
    "+": "plus",
    "-": "minus",
    "<": "is less than",
    ">": "is greater than",
    "/": "over",
    "'": "prime",
    "!": "factorial",
    "|": "bar",
    "~": "",
    ",": ",",
    ":": "",
    "&": "",
}
FONTS = frozenset(
    (
        "mathrm",
        "mathbf",
        "mathbb",
        "mathcal",
        "mathsf",
        "mathit",
        "boldsymbol",
        "bm",
        "operatorname",
        "operatorname*",
        "text",
        "textbf",
        "emph",
    )
)
ACCENTS = frozenset(
    ("hat", "bar", "tilde", "vec", "dot", "widehat", "overline", "underline", "widetilde")
)
POWERS = {"2": "squared", "3": "cubed", "transpose": "transpose", "minus 1": "inverse"}

_TOKEN = re.compile(r"\\([A-Za-z]+\*?|.)|(\d+(?:\.\d+)?)|(\s+)|(.)", re.S)


@lru_cache(maxsize=8192)
def spoken_latex(latex: str) -> str:
    """The words of a formula that stands in prose; deeply nested text is read letter by letter."""
    if latex.count("{") > 60:
        return " ".join(re.findall(r"[A-Za-z0-9]+", latex))
    if r"\to" in latex:  # a function: from one space to another
        latex = latex.replace(" : ", r" \from ", 1)
    tokens = [m.group(0) for m in _TOKEN.finditer(latex) if not m[3]]
    words, _ = _sequence(tokens, 0, "")
    text = re.sub(r" ,", ",", " ".join(words.split()))
    return re.sub(r"(equals \w+), and so on, ", r"\1 up to ", text)


def _sequence(tokens: list[str], start: int, end: str) -> tuple[str, int]:
    done: list[str] = []
    position = start
    while position < len(tokens):
        if tokens[position] == end:
            return " ".join(done), position + 1
        if tokens[position] in ("_", "^"):
            script, after = _argument(tokens, position + 1)
            done.append(_script(tokens[position], script))
            position = after
            continue
        word, position = _one(tokens, position)
        done.append(word)
    return " ".join(done), position


def _script(sign: str, script: str) -> str:
    if sign == "_":
        return f"sub {script}".rstrip()
    return POWERS.get(script) or (
        script if script.startswith("prime") else f"to the power {script}"
    )


def _argument(tokens: list[str], position: int) -> tuple[str, int]:
    return _one(tokens, position) if position < len(tokens) else ("", position)


def _one(tokens: list[str], position: int) -> tuple[str, int]:
    token = tokens[position]
    position += 1
    if token == "{":
        return _sequence(tokens, position, "}")
    if token.startswith("\\"):
        return _command(token[1:], tokens, position)
    if token in "()[]":
        return {"(": "open", ")": "close", "[": "open", "]": "close"}[token], position
    return SIGNS.get(token, token), position


def _command(word: str, tokens: list[str], position: int) -> tuple[str, int]:
    if word in ("frac", "tfrac", "dfrac"):
        top, position = _argument(tokens, position)
        bottom, position = _argument(tokens, position)
        return f"{top} over {bottom}", position
    if word == "sqrt":
        inner, position = _argument(tokens, position)
        return f"the square root of {inner}", position
    if word in FONTS or word in ACCENTS:
        inner, position = _argument(tokens, position)
        if word in FONTS:
            return inner.replace(" ", "") if len(inner) < 24 else inner, position
        return (
            f"{inner} {word.removeprefix('wide').removeprefix('over').removeprefix('under')}",
            position,
        )
    if not word[0].isalpha():
        return {"{": "the set", "}": "end set", "%": "percent", "|": "norm"}.get(word, ""), position
    return WORDS.get(word, word), position
