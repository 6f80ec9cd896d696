r"""Names in Unicode: `\hat{w}` as ŵ, `\Sigma` as Σ, `W^{(l)}` as W⁽ˡ⁾, `x_{ij}` as xᵢⱼ."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_GREEK_UPPER = "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
_GREEK_LOWER = "alpha beta gamma delta zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon chi psi omega"

#: control word -> characters
WORDS: dict[str, str] = {
    **{
        n: unicodedata.lookup(f"GREEK CAPITAL LETTER {n}")
        for n in _GREEK_UPPER.split()
        if n != "Lambda"
    },
    **{
        n: unicodedata.lookup(f"GREEK SMALL LETTER {n}")
        for n in _GREEK_LOWER.split()
        if n != "lambda"
    },
    "Lambda": "Λ",
    "lambda": "λ",
    "epsilon": "ε",
    "varepsilon": "ε",
    "phi": "φ",
    "varphi": "φ",
    "vartheta": "ϑ",
    "ell": "ℓ",
    "infty": "∞",
    "top": "ᵀ",
    "star": "⋆",
    "ast": "*",
    "prime": "′",
    "cdot": "·",
    "times": "×",
    "nabla": "∇",
    "partial": "∂",
    "dots": "…",
    "ldots": "…",
    "cdots": "⋯",
    "le": "≤",
    "ge": "≥",
    "neq": "≠",
    "ne": "≠",
    "in": "∈",
    "to": "→",
    "approx": "≈",
    "propto": "∝",
    "odot": "⊙",
    "otimes": "⊗",
    "oslash": "⊘",
    "sum": "Σ",
    "prod": "Π",
    "int": "∫",
    "pm": "±",
    "lVert": "‖",
    "rVert": "‖",
    "lvert": "|",
    "rvert": "|",
    "langle": "⟨",
    "rangle": "⟩",
    "sqrt": "√",
    "quad": "  ",
    "sim": "∼",
    "succ": "≻",
    "succeq": "⪰",
    "Vert": "‖",
    "vert": "|",
    "mid": "|",
    "mathsf": "",
    "log": "log",
    "left": "",
    "right": "",
    "displaystyle": "",
}

ACCENTS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "vec": "\u20d7", "dot": "\u0307"}
UPRIGHT = ("mathrm", "mathit", "text", "operatorname", "operatorname*", "mathsf", "textbf", "emph")
FONTS = {
    "mathbf": "MATHEMATICAL BOLD",
    "boldsymbol": "MATHEMATICAL BOLD",
    "bm": "MATHEMATICAL BOLD",
    "mathbb": "MATHEMATICAL DOUBLE-STRUCK",
    "mathcal": "MATHEMATICAL SCRIPT",
}
#: letters of these alphabets that Unicode has elsewhere
_ELSEWHERE = {"mathbb": "ℂCℍHℕNℙPℚQℝRℤZ", "mathcal": "ℬBℰEℱFℋHℐIℒLℳMℛR"}

#: signs with space on both sides in the main line
_SPACED = frozenset("=<>+−≤≥≠∈→≈∝⊙⊗⊘×±∼≻⪰:")
_SUPERSCRIPTS = dict(
    zip(
        "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ",
        strict=True,
    )
) | {"ᵀ": "ᵀ", "×": "ˣ", "′": "′", "β": "ᵝ", "γ": "ᵞ", "δ": "ᵟ"}
_SUBSCRIPTS = dict(
    zip("0123456789+-−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True)
) | {"β": "ᵦ", "γ": "ᵧ", "ρ": "ᵨ", "φ": "ᵩ", "χ": "ᵪ"}

#: a control word, a special character, or any other: two of the three are None
Token = tuple[str | None, str | None, str | None]

_TOKEN = re.compile(r"\\([A-Za-z]+\*?|.)|([{}^_])|(.)", re.S)


def raised(text: str) -> str:
    """The text as a superscript: with characters of its own where Unicode has them all, else `^x` or `^(...)`."""
    return _script(text, _SUPERSCRIPTS, "^")


def lowered(text: str) -> str:
    """The text as a subscript: with characters of its own where Unicode has them all, else `_x` or `_{...}`."""
    return _script(text, _SUBSCRIPTS, "_")


def _script(text: str, table: dict[str, str], sign: str) -> str:
    text = re.sub("[\ue000\ue001]", "", text)
    compact = text.replace(" ", "")
    if all(c in table for c in compact):
        return "".join(table[c] for c in compact)
    shown = re.sub(r" ?([:,]) ?", r"\1", text.strip())
    if len(shown) == 1 or (shown.startswith("(") and shown.endswith(")") and shown.count("(") == 1):
        return sign + shown
    return f"{sign}({shown})" if sign == "^" else f"{sign}{{{shown}}}"


def _in_font(text: str, font: str) -> str:
    pairs = _ELSEWHERE.get(font, "")
    table = dict(zip(pairs[1::2], pairs[::2], strict=True))
    return "".join(table.get(c) or _letter(c, FONTS[font]) for c in text)


def _letter(character: str, alphabet: str) -> str:
    case = "CAPITAL" if character.isupper() else "SMALL"
    kind = f"{alphabet} {case} {character.upper()}"
    if character.isdigit():
        kind = f"{alphabet} {unicodedata.name(character)}"
    try:
        return unicodedata.lookup(kind)
    except KeyError:
        return character


@lru_cache(maxsize=4096)
def unicode_name(latex: str) -> str:
    """The LaTeX text of a name, or of a short formula of an author's prose, in Unicode. Unknown control words are shown
    by their letters; a text with more than 60 groups stays as it is."""
    if latex.count("{") > 60:
        return latex
    tokens: list[Token] = [(m[1], m[2], m[3]) for m in _TOKEN.finditer(latex)]
    text, _ = _sequence(tokens, 0, nested=False)
    text = re.sub(r"(?<=[\w′ᵀ])\ue000|\ue001(?=[\w√\ue000])", " ", text)
    text = re.sub("[\ue000\ue001]", "", text)
    return re.sub(r" {2,}", " ", text).strip()


def _sequence(tokens: list[Token], start: int, nested: bool) -> tuple[str, int]:
    text, position = "", start
    while position < len(tokens):
        if nested and tokens[position][1] == "}":
            return text, position + 1
        part, position = _one(tokens, position)
        text = _joined(text, part)
    return text, position


def _joined(text: str, part: str) -> str:
    """TeX ignores spaces: they stand around relations and sums, and where a word would run into a letter."""
    if part in _SPACED:
        unary = not text.strip() or text.rstrip()[-1] in _SPACED or text.rstrip()[-1] in "([{,"
        return text + part if part in "+−" and unary else f"{text.rstrip()} {part} "
    if part == ",":
        return text + ", "
    return text + part


def _one(tokens: list[Token], position: int) -> tuple[str, int]:
    """One symbol, group, accent, font or script from `position` on, and the position after it."""
    word, special, plain = tokens[position]
    position += 1
    if plain is not None:
        return {"'": "′", "-": "−", " ": "", "\n": ""}.get(plain, plain), position
    if special is not None:
        if special == "{":
            return _sequence(tokens, position, nested=True)
        if special == "}":
            return "", position
        script, position = _argument(tokens, position)
        return (raised if special == "^" else lowered)(script), position
    return _control(word or "", tokens, position)


def _control(word: str, tokens: list[Token], position: int) -> tuple[str, int]:
    if word in ("frac", "tfrac", "dfrac"):
        top, position = _argument(tokens, position)
        bottom, position = _argument(tokens, position)
        return f"{_grouped(top)}/{_grouped(bottom)}", position
    if word in ACCENTS:
        inner, position = _argument(tokens, position)
        return unicodedata.normalize("NFC", inner + ACCENTS[word]), position
    if word in ("text", "mbox", "textrm"):
        return _verbatim(tokens, position)
    if word in FONTS or word in UPRIGHT:
        inner, position = _argument(tokens, position)
        return (_in_font(inner, word) if word in FONTS else _word(inner)), position
    if not word[0].isalpha():
        return {",": " ", ";": " ", "!": "", ":": " ", "\\": "; ", "|": "‖"}.get(
            word, word
        ), position
    return _word(WORDS.get(word, word)), position


def _word(text: str) -> str:
    """A word between marks, which become spaces where it would run into a letter."""
    return f"\ue000{text}\ue001" if len(text) > 1 and text.isascii() else text


def _verbatim(tokens: list[Token], position: int) -> tuple[str, int]:
    """The words of `\\text{...}` with their spaces."""
    text, depth = "", 0
    while position < len(tokens):
        word, special, plain = tokens[position]
        position += 1
        depth += {"{": 1, "}": -1}.get(special or "", 0)
        text += plain or (f"\\{word}" if word else "")
        if depth <= 0:
            break
    return text, position


def _grouped(text: str) -> str:
    return text if text.isalnum() else f"({text})"


def _argument(tokens: list[Token], position: int) -> tuple[str, int]:
    while position < len(tokens) and tokens[position][2] == " ":
        position += 1
    return _one(tokens, position) if position < len(tokens) else ("", position)
