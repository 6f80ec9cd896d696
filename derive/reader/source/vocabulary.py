r"""Names of LaTeX commands and environments, by what they mean to the reader."""

from __future__ import annotations


def _names(text: str, backslash: bool = True) -> frozenset[str]:
    return frozenset(("\\" if backslash else "") + name for name in text.split())


def _starred(text: str) -> frozenset[str]:
    return frozenset(name + star for name in text.split() for star in ("", "*"))


DISPLAYS = _starred(
    "equation align alignat flalign xalignat xxalignat eqnarray gather multline displaymath dmath IEEEeqnarray"
)
"""Environments that are displays by themselves."""

INNER_DISPLAYS = _starred("aligned alignedat split gathered multlined")
"""Environments inside a display whose rows are rows of the display."""

ONE_FORMULA = _starred("multline multlined dmath")
"""Environments whose rows are one formula broken over lines."""

WITH_ARGUMENT = _starred("alignat xalignat xxalignat alignedat IEEEeqnarray array")
"""Environments that take an argument in braces (columns)."""

COLUMNS = _starred("tabular tabularx longtable minipage multicols wrapfigure")
"""Environments of prose that take an argument which is no text."""

TABLES = _starred("tabular tabularx longtable")
"""Environments in which `&` parts cells and `\\\\` rows."""

SKIPPED = _starred("thebibliography picture pspicture axis overpic")
"""Environments without mathematics that is claimed."""

TEXT = _names(
    r"text textrm textnormal textit textsf textup textbf mbox hbox intertext shortintertext"
)
"""Commands whose argument is words."""

HEADINGS = {"\\" + name: level for level, name in enumerate(
    ("part", "chapter", "section", "subsection", "subsubsection", "paragraph", "subparagraph"), start=1
)}  # fmt: skip

ARGUMENTS_DROPPED = {
    "\\" + name: count
    for count, names in (
        (1, "cite citep citet citealp citeauthor citeyear ref eqref cref Cref autoref pageref label includegraphics "
            "bibliography bibliographystyle url vspace hspace pagestyle thispagestyle hypersetup geometry "
            "usetikzlibrary theoremstyle index href color textcolor documentclass fontsize pagenumbering graphicspath "
            "nocite addbibresource allowdisplaybreaks lstset captionsetup input include usepackage"),
        (2, "multicolumn setlength addtolength setcounter addtocounter numberwithin newtheorem definecolor"),
    )
    for name in names.split()
}  # fmt: skip
"""Text commands whose first arguments are no words of the text."""

THIN_SPACES = frozenset(
    {
        r"\,",
        r"\;",
        r"\:",
        r"\!",
        r"\>",
        r"\ ",
        r"\thinspace",
        r"\enspace",
        r"\medspace",
        r"\thickspace",
        r"\negthinspace",
    }
)
WIDE_SPACES = _names("quad qquad hfill hfil")

RELATIONS = {
    "=": "=", ":=": ":=", "=:": "=:", r"\coloneqq": ":=", r"\coloneq": ":=", r"\eqqcolon": "=:", r"\defeq": ":=",
    r"\equiv": r"\equiv", r"\triangleq": r"\triangleq", r"\doteq": r"\triangleq", r"\le": "<=", r"\leq": "<=",
    r"\leqslant": "<=", r"\leqq": "<=", r"\ge": ">=", r"\geq": ">=", r"\geqslant": ">=", r"\geqq": ">=", "<": "<",
    r"\lt": "<", ">": ">", r"\gt": ">", r"\approx": r"\approx", r"\propto": r"\propto",
}  # fmt: skip
"""Relation signs that are counted -> the relation that they claim."""

ARROWS = _names(
    "Rightarrow implies Leftrightarrow iff Longrightarrow Longleftrightarrow Leftarrow impliedby leftarrow gets to "
    "rightarrow longrightarrow longleftarrow leftrightarrow mapsto longmapsto leadsto therefore because xrightarrow "
    "xleftarrow hookrightarrow twoheadrightarrow rightsquigarrow uparrow downarrow"
)
"""Arrows end a chain."""

OTHER_RELATIONS = _names(
    "sim in notin ni ne neq simeq cong ll gg succ prec succeq preceq subset subseteq supset supseteq perp parallel "
    "asymp models vdash nleq ngeq nless ngtr lesssim gtrsim colon not lll ggg"
)
"""Relations that are stated but not counted; they end a chain too."""

CONTINUING = frozenset({"+", "-", "*", "/"}) | _names(
    "cdot times pm mp otimes oplus odot circ ast div cup cap wedge vee setminus star bullet"
)
"""Binary operators: a row that starts with one goes on with the expression before it."""

DROPPED_WITH_ARGUMENT = _names(
    "label tag phantom hphantom vphantom hspace vspace ref eqref cite footnote color "
)
"""Dropped from formulas together with their argument."""

DROPPED = _names(
    "notag nonumber displaystyle textstyle scriptstyle allowbreak nobreak strut mathstrut hline qedhere "
    "numberthis allowdisplaybreaks MoveEqLeft noindent centering small footnotesize relax smallskip medskip "
    "bigskip ignorespaces"
)
"""Dropped from formulas."""

SIZES = _names(
    "big Big bigg Bigg bigl Bigl biggl Biggl bigr Bigr biggr Biggr bigm Bigm biggm Biggm middle"
)
"""Sizing commands: the delimiter after them is an ordinary delimiter."""

OPENING = (
    frozenset({"(", "["}) | _names("lbrace lbrack langle lfloor lceil lvert lVert lgroup") | {r"\{"}
)
CLOSING = (
    frozenset({")", "]"}) | _names("rbrace rbrack rangle rfloor rceil rvert rVert rgroup") | {r"\}"}
)

BRACKETS = {"(": ")", "[": "]", r"\{": r"\}"}
"""Brackets in the spelling of formulas, each with its partner."""


def nesting(text: str) -> int:
    """1 for a bracket that opens, -1 for one that closes, else 0."""
    return (text in OPENING) - (text in CLOSING)


DOTS = _names("dots ldots cdots dotsc dotsb dotsm dotso")

LINKING_WORDS = frozenset(
    [
        "if",
        "for",
        "where",
        "and",
        "or",
        "with",
        "when",
        "since",
        "because",
        "as",
        "by",
        "so",
        "hence",
        "thus",
        "therefore",
        "otherwise",
        "such",
        "that",
        "which",
        "let",
        "whenever",
        "iff",
        "implies",
        "also",
        "but",
        "using",
        "from",
        "then",
        "given",
        "subject",
        "over",
        "all",
        "any",
        "every",
        "each",
        "is",
        "are",
        "unless",
        "provided",
        "assuming",
        "i.e",
        "e.g",
        "s.t",
        "st",
        "w.r.t",
        "resp",
        "we",
        "have",
        "note",
        "here",
    ]
)
"""Words that separate formulas, as against names such as `\\text{KL}` or `\\text{const}`."""
