"""Formulas drawn in one line of Unicode: `2/n Xᵀ(Xw − y)`, `‖Xw − y‖²`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from derive.writer.latex_style import symbol_latex
from derive.writer.letters import lowered, raised, unicode_name
from derive.writer.pieces import ATOM, FACTOR, POWER, PRODUCT, Piece, at_least, bracketed

MARKS: dict[str, str] = {
    "plus": " + ",
    "minus": " − ",
    "negative": "−",
    "positive": "+",
    "cdot": "·",
    "times": " × ",
    "odot": " ⊙ ",
    "oslash": " ⊘ ",
    "otimes": " ⊗ ",
    "odot-power": "⊙",
    "comma": ", ",
    "thin": " ",
    "space": " ",
    "top": "ᵀ",
    "inverse-top": "−ᵀ",
    "prime": "′",
    "colon": ":",
    "such-that": " : ",
    "to": "→",
    "factorial": "!",
    "differential": "d",
    "partial": "∂",
    "nabla": "∇",
    "and": " and ",
    "or": " or ",
    "not": "not ",
    "if": "if ",
    "otherwise": "otherwise",
    "equal": "=",
    "=": " = ",
    "!=": " ≠ ",
    "<": " < ",
    "<=": " ≤ ",
    ">": " > ",
    ">=": " ≥ ",
    "~~": " ≈ ",
    "prop": " ∝ ",
    "empty": "",
}

FENCES = {
    "paren": "()",
    "bracket": "[]",
    "brace": "{}",
    "norm": "‖‖",
    "abs": "||",
    "angle": "⟨⟩",
    "floor": "⌊⌋",
}

BIG = {
    "sum": "Σ",
    "prod": "Π",
    "int": "∫",
    "lim": "lim",
    "max": "max",
    "min": "min",
    "argmax": "arg max",
    "argmin": "arg min",
}


class UnicodeStyle:
    """The primitives of `Style` in one line of Unicode. Widths are columns."""

    def _piece(
        self, text: str, level: int = ATOM, starts: str = "letter", ends: str = "letter"
    ) -> Piece:
        return Piece(text, level, float(len(text)), False, starts, ends)

    def name(self, latex: str) -> Piece:
        text = unicode_name(symbol_latex(latex))
        source = symbol_latex(latex)
        kind = "letter" if len(text) == 1 else "word"
        scripted = "^" in source or "'" in source
        ends = "script" if scripted or "_" in source else kind
        return self._piece(text, POWER if scripted else ATOM, kind, ends)

    def word(self, latex: str) -> Piece:
        text = unicode_name(latex.replace("\\log\\", "\\log\\;\\"))
        return self._piece(text, ATOM, "letter" if len(text) == 1 else "word", "call")

    def number(self, text: str) -> Piece:
        return self._piece(text, ATOM, "digit", "digit")

    def mark(self, kind: str) -> Piece:
        return self._piece(MARKS[kind], ATOM, "sign", "sign")

    def row(self, parts: Sequence[Piece]) -> Piece:
        text = "".join(p.text for p in parts)
        return self._piece(text, ATOM, parts[0].starts, parts[-1].ends)

    def beside(self, parts: Sequence[Piece]) -> Piece:
        shown = [
            p if i == 0 or p.ends != "slash" else bracketed(self, p) for i, p in enumerate(parts)
        ]
        text = shown[0].text
        for left, right in pairwise(shown):
            text += self._gap(left, right) + right.text
        return self._piece(text, PRODUCT, shown[0].starts, shown[-1].ends)

    def _gap(self, left: Piece, right: Piece) -> str:
        if right.starts == "digit" or (right.text.startswith("(") and right.text[1].isdigit()):
            return "·"
        if left.ends in ("slash", "word", "differential") or right.starts in (
            "word",
            "big",
            "differential",
        ):
            return " "
        if right.starts == "open" and left.ends in ("letter", "call"):
            return "·"
        if left.ends == "script" and right.starts == "letter":
            return " " if left.text[-1].isascii() else ""
        if right.starts == "open" or (left.ends == "letter" and right.starts == "letter"):
            return ""
        return " "

    def fraction(self, numerator: Piece, denominator: Piece) -> Piece:
        done = self.slash(at_least(self, numerator, PRODUCT), at_least(self, denominator, POWER))
        return self._piece(done.text, FACTOR, done.starts, "slash")

    def slash(self, numerator: Piece, denominator: Piece) -> Piece:
        top = bracketed(self, numerator) if numerator.swallows else numerator
        bottom = bracketed(self, denominator) if denominator.swallows else denominator
        text = f"{top.text}/{bottom.text}"
        return self._piece(text, PRODUCT, top.starts, "slash")

    def above(self, base: Piece, exponent: Piece) -> Piece:
        text = base.text + raised(exponent.text)
        return self._piece(text, POWER, base.starts, "script")

    def below(self, base: Piece, index: Piece) -> Piece:
        text = base.text + lowered(index.text)
        return self._piece(text, base.level, base.starts, "script")

    def fence(self, kind: str, inner: Piece) -> Piece:
        left, right = FENCES[kind][0], FENCES[kind][1]
        starts, ends = ("open", "close") if kind in ("paren", "bracket") else ("bar", "bar")
        return self._piece(left + inner.text + right, ATOM, starts, ends)

    def root(self, inner: Piece) -> Piece:
        part = inner if inner.level == ATOM else bracketed(self, inner)
        return self._piece("√" + part.text, POWER, "letter", "close")

    def big(self, kind: str, lower: Piece | None, upper: Piece | None) -> Piece:
        text = BIG[kind]
        if lower is not None:
            text += "_" + lower.text if len(lower.text) == 1 else f"_{{{lower.text}}}"
        if upper is not None:
            text += "^" + upper.text if len(upper.text) == 1 else f"^{{{upper.text}}}"
        return self._piece(text, ATOM, "big", "sign")

    def grid(self, kind: str, rows: Sequence[Sequence[Piece]]) -> Piece:
        between = ", " if kind == "matrix" else " "
        body = "; ".join(between.join(cell.text for cell in line) for line in rows)
        text = f"[{body}]" if kind == "matrix" else f"{{{body}}}"
        return self._piece(text, ATOM, "bar", "bar")
