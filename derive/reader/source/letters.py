r"""Unicode mathematics as LaTeX: one character -> the tokens that an author without Unicode would have typed.

`α` is `\alpha`, `≤` is `\leq`, `ᵀ` is `^\top`, `ℝ` is `\mathbb{R}`, `𝐱` is `\mathbf{x}`. Characters without a row here
stay what they are. Sources: the Unicode names of the Greek and Mathematical Alphanumeric blocks, and unicode-math's
table for the operators that notes use.
"""

from __future__ import annotations

import unicodedata
from functools import cache

_PLAIN = {
    "−": "-", "–": "-", "∗": "*", "∣": r"\mid", "′": "'", "″": "''", "’": "'", "×": r"\times", "·": r"\cdot",
    "⋅": r"\cdot", "∙": r"\cdot", "÷": r"\div", "±": r"\pm", "∓": r"\mp", "∘": r"\circ", "⊙": r"\odot", "⊗": r"\otimes",
    "⊕": r"\oplus", "≤": r"\leq", "⩽": r"\leq", "≥": r"\geq", "⩾": r"\geq", "≠": r"\neq", "≈": r"\approx",
    "≡": r"\equiv", "≜": r"\triangleq", "≔": r"\coloneqq", "∝": r"\propto", "∼": r"\sim", "≪": r"\ll", "≫": r"\gg",
    "⪰": r"\succeq", "⪯": r"\preceq", "≻": r"\succ", "≺": r"\prec", "∇": r"\nabla", "∂": r"\partial", "∑": r"\sum",
    "∏": r"\prod", "∫": r"\int", "√": r"\sqrt", "∞": r"\infty", "∈": r"\in", "∉": r"\notin", "⊂": r"\subset",
    "⊆": r"\subseteq", "∪": r"\cup", "∩": r"\cap", "∅": r"\emptyset", "∀": r"\forall", "∃": r"\exists", "→": r"\to",
    "←": r"\leftarrow", "⇒": r"\Rightarrow", "⇐": r"\Leftarrow", "⇔": r"\Leftrightarrow", "↦": r"\mapsto",
    "⟹": r"\Longrightarrow", "⟺": r"\iff", "∥": r"\|", "‖": r"\|", "⟨": r"\langle", "⟩": r"\rangle", "⊤": r"\top",
    "⊥": r"\perp", "⌊": r"\lfloor", "⌋": r"\rfloor", "⌈": r"\lceil", "⌉": r"\rceil", "…": r"\dots", "⋯": r"\cdots",
    "⋮": r"\vdots", "⋱": r"\ddots", "ℓ": r"\ell", "∧": r"\wedge", "∨": r"\vee", "¬": r"\neg", "∴": r"\therefore",
    "ϵ": r"\epsilon", "ϕ": r"\phi", "ϑ": r"\vartheta", "ε": r"\varepsilon", "φ": r"\varphi", "µ": r"\mu",
    "†": r"\dagger", "½": r"\frac{1}{2}", "¼": r"\frac{1}{4}",
}  # fmt: skip
_SPACES = "\u00a0\u2002\u2003\u2009\u200a\u200b\u202f\u2060\ufeff"
SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿⁱᵀ", "0123456789+-()niT", strict=True))
SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₍₎ᵢⱼₖₗₘₙₚₜₓ", "0123456789+-()ijklmnptx", strict=True))
_FONTS = (
    ("BOLD ITALIC", r"\boldsymbol"), ("BOLD SCRIPT", r"\mathcal"), ("BOLD FRAKTUR", r"\mathfrak"),
    ("SANS-SERIF BOLD", r"\mathbf"), ("SANS-SERIF", r"\mathsf"), ("DOUBLE-STRUCK", r"\mathbb"),
    ("MONOSPACE", r"\mathtt"), ("SCRIPT", r"\mathcal"), ("FRAKTUR", r"\mathfrak"), ("BOLD", r"\mathbf"), ("ITALIC", ""),
)  # fmt: skip


@cache
def as_latex(character: str) -> str | None:
    """LaTeX of one non-ASCII character (" " for a space), or None when it has no mathematical meaning here."""
    if character in _SPACES:
        return " "
    if character in _PLAIN:
        return _PLAIN[character]
    name = unicodedata.name(character, "")
    if name.startswith("GREEK ") and " LETTER " in name and "WITH" not in name:
        return _greek(name)
    if name.startswith(("MATHEMATICAL ", "DOUBLE-STRUCK ", "SCRIPT ", "BLACK-LETTER ")):
        return _styled(name, character)
    return None


def _greek(name: str) -> str | None:
    letter = name.rsplit(" ", 1)[-1].lower().replace("lamda", "lambda")
    if letter == "sigma" and "FINAL" in name:
        return r"\varsigma"
    capital = "CAPITAL" in name
    if capital and letter in {
        "gamma",
        "delta",
        "theta",
        "lambda",
        "xi",
        "pi",
        "sigma",
        "upsilon",
        "phi",
        "psi",
        "omega",
    }:
        return "\\" + letter.capitalize()
    if capital:
        return unicodedata.normalize("NFKD", _LATIN_CAPITALS.get(letter, "")) or None
    return "o" if letter == "omicron" else "\\" + letter


_LATIN_CAPITALS = {
    "alpha": "A", "beta": "B", "epsilon": "E", "zeta": "Z", "eta": "H", "iota": "I", "kappa": "K", "mu": "M",
    "nu": "N", "omicron": "O", "rho": "P", "tau": "T", "chi": "X",
}  # fmt: skip


def _styled(name: str, character: str) -> str | None:
    plain = unicodedata.normalize("NFKC", character)
    if len(plain) != 1:
        return None
    if not plain.isascii():
        plain = as_latex(plain) or plain
    font = next((command for words, command in _FONTS if words in name), "")
    return f"{font}{{{plain}}}" if font else plain
