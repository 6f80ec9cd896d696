r"""Formulas drawn in LaTeX: what amsmath and KaTeX both understand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from derive.writer.pieces import ATOM, POWER, PRODUCT, Piece

#: sign -> (LaTeX, width in em)
MARKS: dict[str, tuple[str, float]] = {
    "plus": (" + ", 1.2),
    "minus": (" - ", 1.2),
    "negative": ("-", 0.8),
    "cdot": (r" \cdot ", 0.7),
    "times": (r" \times ", 1.2),
    "odot": (r" \odot ", 1.2),
    "oslash": (r" \oslash ", 1.2),
    "otimes": (r" \otimes ", 1.2),
    "odot-power": (r"\odot ", 0.8),
    "comma": (", ", 0.5),
    "thin": (r"\,", 0.17),
    "space": (" ", 0.0),
    "top": (r"\top", 0.7),
    "inverse-top": (r"-\top", 1.2),
    "prime": ("'", 0.3),
    "colon": (":", 0.3),
    "such-that": (r" \,:\, ", 0.8),
    "to": (r" \to ", 1.5),
    "factorial": ("!", 0.3),
    "differential": (r"\mathrm{d}", 0.55),
    "partial": (r"\partial", 0.6),
    "nabla": (r"\nabla", 0.8),
    "and": (r" \land ", 1.2),
    "or": (r" \lor ", 1.2),
    "not": (r"\lnot ", 0.7),
    "if": (r"\text{if } ", 1.0),
    "otherwise": (r"\text{otherwise}", 4.0),
    "=": (" = ", 1.3),
    "equal": ("=", 0.9),
    "positive": ("+", 0.8),
    "!=": (r" \neq ", 1.3),
    "<": (" < ", 1.3),
    "<=": (r" \le ", 1.3),
    ">": (" > ", 1.3),
    ">=": (r" \ge ", 1.3),
    "~~": (r" \approx ", 1.3),
    "prop": (r" \propto ", 1.3),
    "empty": ("", 0.0),
}

FENCES: dict[str, tuple[str, str]] = {
    "paren": ("(", ")"),
    "bracket": ("[", "]"),
    "brace": (r"\{", r"\}"),
    "norm": (r"\lVert", r"\rVert"),
    "abs": (r"\lvert", r"\rvert"),
    "angle": (r"\langle", r"\rangle"),
    "floor": (r"\lfloor", r"\rfloor"),
}

BIG: dict[str, tuple[str, float]] = {
    "sum": (r"\sum", 1.2),
    "prod": (r"\prod", 1.2),
    "int": (r"\int", 0.9),
    "lim": (r"\lim", 1.5),
    "max": (r"\max", 1.8),
    "min": (r"\min", 1.8),
    "argmax": (r"\operatorname*{arg\,max}", 3.4),
    "argmin": (r"\operatorname*{arg\,min}", 3.4),
}

GREEK = re.compile(
    r"alpha|beta|gamma|delta|(var)?epsilon|zeta|eta|(var)?theta|iota|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau|upsilon|"
    r"(var)?phi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Upsilon|Phi|Psi|Omega|ell"
)

_CONTROL_AT_END = re.compile(r"\\[A-Za-z]+$")
_UNSEEN = re.compile(
    r"\\(?:math(?:rm|bf|it|cal|bb|sf)|boldsymbol|bm|hat|bar|tilde|vec|operatorname\*?)|[{}]"
)


def glue(texts: Sequence[str]) -> str:
    """The texts in a row, with a space where a control word would run into a letter."""
    done = ""
    for text in texts:
        if text and text[0].isalpha() and _CONTROL_AT_END.search(done):
            done += " "
        done += text
    return done


def braced(text: str) -> str:
    """An argument in braces unless it is one character or one control word."""
    if len(text) == 1 or re.fullmatch(r"\\[A-Za-z]+", text):
        return text
    return "{" + text + "}"


def rough_width(latex: str) -> float:
    """The length of a name in em: 0.55 for each visible character, less in sub- and superscripts."""
    main, *scripts = re.split(r"[_^]", latex)
    return sum(
        0.55 * scale * max(1, len(re.sub(r"\\[A-Za-z]+", "x", _UNSEEN.sub("", part))))
        for part, scale in ((main, 1.0), *((script, 0.7) for script in scripts))
    )


@lru_cache(maxsize=4096)
def symbol_latex(name: str) -> str:
    r"""The LaTeX of a symbol's name: as given, `\lambda` for `lambda`, `loss` in italics, `n_in` with braces."""
    if re.fullmatch(r"[A-Za-z]{2,}", name):
        return "\\" + name if GREEK.fullmatch(name) else rf"\mathit{{{name}}}"
    subscripted = re.fullmatch(r"([A-Za-z]+)_([A-Za-z0-9]{2,})", name)
    if subscripted:
        return symbol_latex(subscripted[1]) + "_{" + subscripted[2] + "}"
    return name


class LatexStyle:
    """The primitives of `Style` in LaTeX."""

    def name(self, latex: str) -> Piece:
        text = symbol_latex(latex)
        level = POWER if re.search(r"\^|'", text) else ATOM
        ends = "script" if level == POWER else "letter"
        return Piece(text, level, rough_width(text), ends=ends)

    def word(self, latex: str) -> Piece:
        text = symbol_latex(latex)
        return Piece(text, ATOM, rough_width(text), starts="command", ends="call")

    def number(self, text: str) -> Piece:
        return Piece(text, ATOM, 0.5 * len(text), starts="digit", ends="digit")

    def mark(self, kind: str) -> Piece:
        text, width = MARKS[kind]
        return Piece(text, ATOM, width, starts="sign", ends="sign")

    def row(self, parts: Sequence[Piece]) -> Piece:
        return Piece(
            glue([p.text for p in parts]),
            ATOM,
            sum(p.width for p in parts),
            any(p.tall for p in parts),
            parts[0].starts,
            parts[-1].ends,
        )

    def beside(self, parts: Sequence[Piece]) -> Piece:
        text, width = parts[0].text, parts[0].width
        for left, right in pairwise(parts):
            gap, extra = self._gap(left, right)
            text += gap + right.text
            width += extra + right.width
        tall = any(p.tall for p in parts)
        return Piece(text, PRODUCT, width, tall, parts[0].starts, parts[-1].ends)

    def _gap(self, left: Piece, right: Piece) -> tuple[str, float]:
        if right.starts == "digit" or (
            left.ends in ("digit", "numeric") and right.starts == "numeric"
        ):
            return MARKS["cdot"]
        if "differential" in (left.ends, right.starts):
            return r" \, ", 0.17
        if right.starts == "open" and left.ends in ("letter", "call", "fraction", "numeric"):
            return r"\,", 0.17
        return (" ", 0.15 if right.starts in ("command", "big") else 0.0)

    def fraction(self, numerator: Piece, denominator: Piece) -> Piece:
        numeric = (
            numerator.ends == numerator.starts == denominator.starts == denominator.ends == "digit"
        )
        kind = "numeric" if numeric else "fraction"
        return Piece(
            rf"\frac{{{numerator.text}}}{{{denominator.text}}}",
            POWER,
            max(numerator.width, denominator.width) + 0.3,
            True,
            kind,
            kind,
            small=self._small(numerator, denominator),
            bare=True,
        )

    def _small(self, numerator: Piece, denominator: Piece) -> Piece | None:
        if (
            numerator.level < POWER
            or denominator.level < POWER
            or numerator.tall
            or denominator.tall
        ):
            return None
        return self.slash(numerator, denominator)

    def slash(self, numerator: Piece, denominator: Piece) -> Piece:
        parts = [numerator, Piece("/", ATOM, 0.5), denominator]
        done = self.row(parts)
        return done.at(PRODUCT)

    def above(self, base: Piece, exponent: Piece) -> Piece:
        shown = exponent.small or exponent
        width = base.width + 0.75 * shown.width
        text = base.text + "^" + braced(shown.text)
        return Piece(text, POWER, width, base.tall, base.starts, "script")

    def below(self, base: Piece, index: Piece) -> Piece:
        width = base.width + 0.75 * index.width
        return Piece(
            base.text + "_" + braced(index.text),
            base.level,
            width,
            base.tall,
            base.starts,
            base.ends,
        )

    def fence(self, kind: str, inner: Piece) -> Piece:
        left, right = FENCES[kind]
        if inner.tall:
            text = rf"\left{left} {inner.text} \right{right}"
        elif left.startswith("\\") and left[1:].isalpha():
            text = f"{left} {inner.text} {right}"
        else:
            text = f"{left}{inner.text}{right}"
        width = inner.width + (1.0 if kind == "norm" else 0.8)
        starts, ends = ("open", "close") if kind in ("paren", "bracket") else ("bar", "bar")
        return Piece(text, ATOM, width, inner.tall, starts, ends)

    def root(self, inner: Piece) -> Piece:
        return Piece(
            rf"\sqrt{{{inner.text}}}",
            POWER,
            inner.width + 0.9,
            inner.tall,
            "command",
            "close",
            bare=True,
        )

    def big(self, kind: str, lower: Piece | None, upper: Piece | None) -> Piece:
        text, width = BIG[kind]
        for sign, limit in (("_", lower), ("^", upper)):
            if limit is not None:
                text += sign + "{" + limit.text + "}"
                width = max(width, 0.75 * limit.width)
        tall = kind in ("sum", "prod", "int")
        return Piece(text, ATOM, width + 0.2, tall, "big", "sign")

    def grid(self, kind: str, rows: Sequence[Sequence[Piece]]) -> Piece:
        name = {"matrix": "bmatrix", "cases": "cases"}[kind]
        body = r" \\ ".join(" & ".join(cell.text for cell in line) for line in rows)
        width = 1.0 + max(sum(cell.width + 1.0 for cell in line) for line in rows)
        text = rf"\begin{{{name}}} {body} \end{{{name}}}"
        return Piece(text, ATOM, width, True, "bar", "bar")
