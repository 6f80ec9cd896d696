r"""LaTeX mathematics as Typst mathematics: `\frac{2}{n} X^\top` is `frac(2, n) X^(⊤)`.

The pages carry formulas, names and the author's inline mathematics as LaTeX; this module is the one way from there to
Typst. It reads what our printers write and what authors write in prose: letters, scripts, fractions, roots, fences,
accents, alphabets, `cases` and matrices. A command that it does not know is shown as it stands, never dropped.
"""

from __future__ import annotations

import re
from functools import lru_cache

from derive.writer.letters import WORDS

#: control word -> Typst, where the sign differs from the one that a terminal shows
SIGNS: dict[str, str] = {
    **{word: sign for word, sign in WORDS.items() if len(sign) == 1 and ord(sign) > 127},
    "top": "⊤",
    "prime": "′",
    "epsilon": "ϵ",
    "phi": "ϕ",
    "varphi": "φ",
    "varrho": "ϱ",
    "varsigma": "ς",
    "cdot": "⋅",
    "ast": "∗",
    "circ": "∘",
    "sum": "sum",
    "prod": "product",
    "int": "integral",
    "forall": "∀",
    "exists": "∃",
    "notin": "∉",
    "subset": "⊂",
    "subseteq": "⊆",
    "cup": "∪",
    "cap": "∩",
    "setminus": "∖",
    "emptyset": "∅",
    "land": "∧",
    "lor": "∨",
    "lnot": "¬",
    "neg": "¬",
    "leq": "≤",
    "geq": "≥",
    "ll": "≪",
    "gg": "≫",
    "preceq": "⪯",
    "prec": "≺",
    "equiv": "≡",
    "perp": "⟂",
    "parallel": "∥",
    "mp": "∓",
    "oplus": "⊕",
    "mapsto": "↦",
    "rightarrow": "→",
    "leftarrow": "←",
    "Rightarrow": "⇒",
    "Leftarrow": "⇐",
    "Leftrightarrow": "⇔",
    "iff": "⟺",
    "implies": "⟹",
    "longrightarrow": "⟶",
    "uparrow": "↑",
    "downarrow": "↓",
    "vdots": "⋮",
    "ddots": "⋱",
    "checkmark": "✓",
    "mid": 'class("relation", |)',
    "vert": r"\|",
    "Vert": r"\‖",
    "lvert": 'class("opening", |)',
    "rvert": 'class("closing", |)',
    "lVert": 'class("opening", ‖)',
    "rVert": 'class("closing", ‖)',
    "langle": r"\⟨",
    "rangle": r"\⟩",
    "lfloor": r"\⌊",
    "rfloor": r"\⌋",
    "lceil": r"\⌈",
    "rceil": r"\⌉",
    "lbrace": r"\{",
    "rbrace": r"\}",
    "quad": "quad",
    "qquad": "wide",
    "colon": r"\:",
}
#: words set upright that Typst knows under the same name
OPERATORS = frozenset(
    (
        "log",
        "ln",
        "exp",
        "sin",
        "cos",
        "tan",
        "sinh",
        "cosh",
        "tanh",
        "arcsin",
        "arccos",
        "arctan",
        "det",
        "max",
        "min",
        "lim",
        "sup",
        "inf",
        "arg",
        "ker",
        "dim",
        "deg",
        "gcd",
        "Pr",
    )
)
FONTS: dict[str, str] = {
    "mathbb": "bb",
    "mathcal": "cal",
    "mathscr": "scr",
    "mathfrak": "frak",
    "boldsymbol": "bold",
    "bm": "bold",
    "mathit": "italic",
}
UPRIGHT: dict[str, str] = {
    "mathrm": "upright({})",
    "mathbf": "bold(upright({}))",
    "mathsf": "sans(upright({}))",
    "mathtt": "mono({})",
}
ACCENTS: dict[str, str] = {
    "hat": "hat",
    "widehat": "hat",
    "bar": "macron",
    "overline": "overline",
    "underline": "underline",
    "tilde": "tilde",
    "widetilde": "tilde",
    "vec": "arrow",
    "dot": "dot",
    "ddot": "dot.double",
    "check": "caron",
}
#: sizes of `\big` and its kin
SIZES = {"big": "1.2em", "Big": "1.8em", "bigg": "2.4em", "Bigg": "3em"}
SPACES = {
    ",": "thin",
    ":": "med",
    ";": "thick",
    " ": "space",
    "!": "",
    "{": r"\{",
    "}": r"\}",
    "|": r"\‖",
}
SKIPPED = frozenset(("displaystyle", "textstyle", "limits", "nolimits", "middle", "nonumber"))
#: deeper nesting than this is shown as it is written
DEPTH = 60

_TOKEN = re.compile(r"\\([A-Za-z]+\*?|.)|(\d+(?:\.\d+)?)|(\s+)|(.)", re.S)
_FENCED = re.compile(r"\\?([A-Za-z]+|.)", re.S)


@lru_cache(maxsize=8192)
def typst_math(latex: str) -> str:
    """The Typst mathematics of a LaTeX formula, without dollar signs."""
    if latex.count("{") > 400 or _depth(latex) > DEPTH:
        return string(latex)
    reader = _Reader([_token(m) for m in _TOKEN.finditer(latex)])
    return " ".join(reader.sequence("")) or '""'


def string(text: str) -> str:
    """A text as a Typst string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


def _depth(latex: str) -> int:
    deepest = depth = 0
    for character in re.sub(r"\\[{}]", "", latex):
        depth += {"{": 1, "}": -1}.get(character, 0)
        deepest = max(deepest, depth)
    return max(deepest, latex.count(r"\left"), latex.count(r"\begin"))


def _token(match: re.Match[str]) -> tuple[str, str]:
    """Kind (word, digits, space, sign) and text."""
    word, digits, space, sign = match.groups()
    if word is not None:
        return "word", word
    if digits is not None:
        return "digits", digits
    return ("space", " ") if space is not None else ("sign", sign)


class _Reader:
    """Walks through the tokens; every method leaves the position after what it has read."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens, self.position = tokens, 0

    def sequence(self, end: str) -> list[str]:
        """Atoms up to the sign or word `end` (which is read too), or to the end of the text."""
        done: list[str] = []
        while self.position < len(self.tokens):
            kind, text = self.tokens[self.position]
            self.position += 1
            if text == end and kind in ("sign", "word"):
                return done
            if kind == "sign" and text in "_^":
                base = done.pop() if done else '""'
                done.append(f"{base}{text}({self.argument()})")
            elif kind == "sign" and text == "'":
                done.append((done.pop() if done else '""') + "'")
            elif kind == "sign" and text == "&":
                done.append("&")
            elif kind == "word" and text == "\\":
                done.append("\\\n")
            else:
                atom = self.atom(kind, text)
                done += [atom] if atom else []
        return done

    def atom(self, kind: str, text: str) -> str:
        """One symbol, group or command."""
        if kind == "digits" or (text.isalpha() and kind == "sign"):
            return text
        if kind == "space":
            return ""
        if kind == "word":
            return self.command(text)
        if text == "{":
            return self.grouped(self.sequence("}"))
        if text == "~":
            return "space"
        return text if text in "=+-<>" or ord(text) > 127 else "\\" + text

    @staticmethod
    def grouped(parts: list[str]) -> str:
        """A group as one atom, so that a script belongs to the whole of it."""
        if not parts:
            return '""'
        return parts[0] if len(parts) == 1 else f'class("normal", {" ".join(parts)})'

    def argument(self) -> str:
        """What a command or script takes: a group, or one atom."""
        while self.position < len(self.tokens) and self.tokens[self.position][0] == "space":
            self.position += 1
        if self.position >= len(self.tokens):
            return '""'
        kind, text = self.tokens[self.position]
        self.position += 1
        if kind == "sign" and text == "{":
            return " ".join(self.sequence("}")) or '""'
        if kind == "digits" and len(text) > 1:
            self.tokens[self.position - 1] = ("digits", text[1:])
            self.position -= 1
            return text[0]
        return self.atom(kind, text) or '""'

    def raw(self) -> str:
        """The argument as text, with the braces inside it taken away."""
        text, depth = "", 0
        while self.position < len(self.tokens):
            kind, part = self.tokens[self.position]
            self.position += 1
            if kind == "sign" and part in "{}":
                depth += 1 if part == "{" else -1
            elif kind == "word":
                text += {",": " ", "%": "%", "&": "&", "_": "_"}.get(part, f"\\{part}")
            else:
                text += part
            if depth <= 0:
                break
        return text

    def command(self, word: str) -> str:
        """A control word with its arguments."""
        if word in SIGNS:
            return SIGNS[word]
        if word in OPERATORS:
            return word
        if word in ("frac", "dfrac", "tfrac", "binom"):
            name = "binom" if word == "binom" else "frac"
            return f"{name}({self.argument()}, {self.argument()})"
        if word in ("text", "mbox", "textrm", "textit", "textbf"):
            return string(self.raw())
        if word in ("operatorname", "operatorname*"):
            limits = ", limits: #true" if word.endswith("*") else ""
            return f"op({string(self.raw())}{limits})"
        if word in FONTS or word in UPRIGHT:
            return self.alphabet(word)
        if word in ACCENTS:
            return f"{ACCENTS[word]}({self.argument()})"
        if word in ("left", "begin", "sqrt", "underbrace", "overbrace", "boxed"):
            return getattr(self, "_" + word)()
        size = re.fullmatch(r"(big|Big|bigg|Bigg)[lrm]?", word)
        if size:
            return f"stretch({self.fence()}, size: #{SIZES[size[1]]})"
        if word in SKIPPED:
            return ""
        if not word[0].isalpha():
            return SPACES.get(word, "\\" + word)
        if re.fullmatch(r"[A-Za-z]+", word) and word in GREEK:
            return word
        return string("\\" + word)

    def alphabet(self, word: str) -> str:
        """Letters in a font; a word in it is one word."""
        before = self.position
        inner = self.argument()
        letters = inner.replace(" ", "")
        if len(letters) > 1 and letters.isalpha() and letters.isascii():
            self.position = before
            inner = string(self.raw())
        return UPRIGHT[word].format(inner) if word in UPRIGHT else f"{FONTS[word]}({inner})"

    def fence(self) -> str:
        """The delimiter that follows `\\left` or `\\big`."""
        while self.position < len(self.tokens) and self.tokens[self.position][0] == "space":
            self.position += 1
        kind, text = (
            self.tokens[self.position] if self.position < len(self.tokens) else ("sign", ".")
        )
        self.position += 1
        if kind == "word":
            bars = {"lvert": "|", "rvert": "|", "lVert": "‖", "rVert": "‖", "|": "‖", "vert": "|"}
            return bars.get(text) or self.command(text)
        return "" if text == "." else text if ord(text) > 127 else "\\" + text

    def _left(self) -> str:
        opening = self.fence()
        inner = " ".join(self.sequence("right"))
        return f"lr({opening} {inner} {self.fence()})"

    def _sqrt(self) -> str:
        following = self.tokens[self.position : self.position + 1]
        if following == [("sign", "[")]:
            self.position += 1
            degree = " ".join(self.sequence("]"))
            return f"root({degree}, {self.argument()})"
        return f"sqrt({self.argument()})"

    def _underbrace(self) -> str:
        return self._brace("underbrace", "_")

    def _overbrace(self) -> str:
        return self._brace("overbrace", "^")

    def _brace(self, name: str, sign: str) -> str:
        inner = self.argument()
        if self.tokens[self.position : self.position + 1] == [("sign", sign)]:
            self.position += 1
            return f"{name}({inner}, {self.argument()})"
        return f"{name}({inner})"

    def _boxed(self) -> str:
        return self.argument()

    def _begin(self) -> str:
        """`cases`, a matrix with its delimiters, or lines that go on."""
        name = self.raw().rstrip("*")
        parts = self.sequence("end")
        self.raw()
        rows: list[list[list[str]]] = [[[]]]
        for part in parts:
            if part == "\\\n":
                rows.append([[]])
            elif part == "&":
                rows[-1].append([])
            else:
                rows[-1][-1].append(part)
        cells = [[" ".join(cell) or '""' for cell in row] for row in rows]
        if name in ("cases", "dcases"):
            return f"cases({', '.join(' & '.join(row) for row in cells)})"
        delimiters = {"bmatrix": '"["', "pmatrix": '"("', "vmatrix": '"|"', "matrix": "#none"}
        if name in delimiters:
            body = "; ".join(", ".join(row) for row in cells)
            return f"mat(delim: {delimiters[name]}, {body})"
        return " \\\n ".join(" & ".join(row) for row in cells)


GREEK = frozenset(
    (
        "alpha",
        "beta",
        "gamma",
        "delta",
        "zeta",
        "eta",
        "theta",
        "iota",
        "kappa",
        "lambda",
        "mu",
        "nu",
        "xi",
        "pi",
        "rho",
        "sigma",
        "tau",
        "upsilon",
        "chi",
        "psi",
        "omega",
        "Gamma",
        "Delta",
        "Theta",
        "Lambda",
        "Xi",
        "Pi",
        "Sigma",
        "Upsilon",
        "Phi",
        "Psi",
        "Omega",
    )
)
