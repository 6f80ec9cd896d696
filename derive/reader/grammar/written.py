r"""Names as they are written: base letters with fonts and accents, and the scripts that follow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, clean, inner, plain
from derive.reader.grammar.table import Name, Table
from derive.reader.source.groups import Group, Node
from derive.reader.source.scanner import Kind, Token

GREEK = frozenset(
    [
        r"\alpha",
        r"\beta",
        r"\gamma",
        r"\delta",
        r"\epsilon",
        r"\varepsilon",
        r"\zeta",
        r"\eta",
        r"\theta",
        r"\vartheta",
        r"\iota",
        r"\kappa",
        r"\varkappa",
        r"\lambda",
        r"\mu",
        r"\nu",
        r"\xi",
        r"\pi",
        r"\varpi",
        r"\rho",
        r"\varrho",
        r"\sigma",
        r"\varsigma",
        r"\tau",
        r"\upsilon",
        r"\phi",
        r"\varphi",
        r"\chi",
        r"\psi",
        r"\omega",
        r"\Gamma",
        r"\Delta",
        r"\Theta",
        r"\Lambda",
        r"\Xi",
        r"\Pi",
        r"\Sigma",
        r"\Upsilon",
        r"\Phi",
        r"\Psi",
        r"\Omega",
        r"\ell",
        r"\hbar",
        r"\imath",
        r"\jmath",
        r"\aleph",
        r"\wp",
        r"\Re",
        r"\Im",
    ]
)


FONTS = {
    r"\mathbf": "bold", r"\boldsymbol": "bold", r"\bm": "bold", r"\pmb": "bold", r"\textbf": "bold",
    r"\mathbfit": "bold",
    r"\symbf": "bold", r"\vec": "vec", r"\mathcal": "cal", r"\mathscr": "cal", r"\mathbb": "bb", r"\mathds": "bb",
    r"\mathbbm": "bb", r"\Bbb": "bb", r"\mathfrak": "frak", r"\mathsf": "sf", r"\textsf": "sf", r"\mathrm": "rm",
    r"\textrm": "rm", r"\text": "rm", r"\mbox": "rm", r"\textnormal": "rm", r"\operatorname": "rm", r"\mathit": "",
    r"\textit": "", r"\mathnormal": "", r"\mathtt": "tt", r"\texttt": "tt", r"\underline": "underline",
    r"\operatorname*": "rm", r"\mathring": "bb",
}  # fmt: skip


ACCENTS = {
    r"\hat": "hat", r"\widehat": "hat", r"\tilde": "tilde", r"\widetilde": "tilde", r"\bar": "bar", r"\overline": "bar",
    r"\dot": "dot", r"\ddot": "ddot", r"\check": "check", r"\breve": "breve", r"\acute": "acute", r"\grave": "grave",
}  # fmt: skip


WORDLIKE = frozenset(["rm", "", "sf", "tt"])
#: functions that some books print in bold: `\mathbf{diag}(z)`
_BOLD = frozenset(
    [
        "diag",
        "tr",
        "Tr",
        "trace",
        "det",
        "rank",
        "vec",
        "exp",
        "log",
        "softmax",
        "sign",
        "Var",
        "Cov",
    ]
)


@dataclass(frozen=True)
class Written:
    """A base with font and accents, the nodes of its scripts, and where it starts. `digits`: `\\mathbf 1`."""

    name: Name
    start: int
    sub: tuple[Node, ...] | None = None
    sup: tuple[Node, ...] | None = None
    primes: int = 0


def base_name(cursor: Cursor) -> Name | None:
    """The name that comes next without scripts; None (and nothing taken) when there is none."""
    before = cursor.pos
    found = _base(cursor)
    if found is None:
        cursor.pos = before
    return found


def _base(cursor: Cursor) -> Name | None:
    token = cursor.token
    if token is None:
        node = cursor.node
        if isinstance(node, Group) and not node.name and len(node.items) <= 4:
            inside = Cursor(node.items)
            found = _base(inside)
            if found is not None and inside.node is None:
                cursor.pos += 1
                return found
        return None
    if token.kind is Kind.LETTER or (token.kind is Kind.WORD and token.text in GREEK):
        cursor.pos += 1
        return Name(token.text)
    if token.text in ACCENTS:
        return _accented(cursor, ACCENTS[token.text])
    if token.text in FONTS:
        return _styled(cursor, FONTS[token.text])
    return None


def _argument(cursor: Cursor) -> Sequence[Node] | None:
    cursor.pos += 1
    if cursor.at("*"):
        cursor.pos += 1
    node = cursor.node
    if node is None:
        return None
    if isinstance(node, Token) and (node.text in FONTS or node.text in ACCENTS):
        following = cursor.ahead()
        cursor.pos += 2
        return (node, following) if following is not None else None
    cursor.pos += 1
    return inner(node)


def _accented(cursor: Cursor, accent: str) -> Name | None:
    nodes = _argument(cursor)
    if nodes is None:
        return None
    inside = Cursor(nodes)
    name = _base(inside)
    if name is None or (inside.node is not None and not only_scripts(inside)):
        return None
    found = Name(name.base, name.font, (*name.accents, accent))
    if inside.node is not None:
        scripts = written_scripts(inside)
        found = Name(found.base, found.font, found.accents, *scripts)
    return found


def only_scripts(cursor: Cursor) -> bool:
    return isinstance(cursor.node, Token) and cursor.node.kind in (Kind.SUB, Kind.SUP)


def written_scripts(cursor: Cursor) -> tuple[str, str]:
    """Canonical subscript and superscript that follow."""
    sub = sup = ""
    while (script := cursor.script()) is not None:
        kind, node = script
        text = plain(inner(node))
        if isinstance(node, Token) and node.text in FONTS and cursor.node is not None:
            text = plain((cursor.node,))
            cursor.pos += 1
        sub, sup = (text, sup) if kind is Kind.SUB else (sub, text)
    return sub, sup


def whole_name(cursor: Cursor) -> Name | None:
    """The name with its scripts that all of a cursor is; None of anything else."""
    name = base_name(cursor)
    if name is None:
        return None
    sub, sup = written_scripts(cursor)
    return None if cursor.node is not None else Name(name.base, name.font, name.accents, sub, sup)


def names_along(level: Sequence[Node]) -> Iterator[tuple[Name, Cursor]]:
    """The names of a level with their scripts, one after another, and the cursor behind each."""
    cursor = Cursor(level)
    while cursor.node is not None:
        name = base_name(cursor)
        if name is None:
            cursor.pos += 1
            continue
        sub, sup = written_scripts(cursor)
        yield Name(name.base, name.font, name.accents, sub, sup), cursor


def _styled(cursor: Cursor, font: str) -> Name | None:
    nodes = _argument(cursor)
    if nodes is None:
        return None
    items = clean(nodes)
    if len(items) > 2 and isinstance(items[-1], Token) and items[-1].text == ".":
        items = items[:-1]  # \text{const.}
    if len(items) == 1 and isinstance(items[0], Token) and items[0].kind is Kind.NUMBER:
        return Name(items[0].text, font or "rm")
    word = "".join(n.text for n in items if isinstance(n, Token))
    if (
        len(word) > 1
        and word.isalnum()
        and len(items) > 1
        and len(word) == sum(1 for _ in word)
        and all(isinstance(n, Token) and n.kind in (Kind.LETTER, Kind.NUMBER) for n in items)
    ):
        called = font in WORDLIKE or font in ("cal", "bb") or (font == "bold" and word in _BOLD)
        return Name(word, "word") if called else None
    if (
        font in WORDLIKE
        and all(isinstance(n, Token) for n in items)
        and word.replace("-", "").isalpha()
    ) and len(items) > 1:
        return Name(word, "word")
    inside = Cursor(items, cleaned=True)
    name = _base(inside)
    if name is None or inside.node is not None:
        return None
    if name.font == "word":
        return name
    strongest = font if font not in ("", "rm") or not name.font else name.font
    if name.font == "bold" and font == "vec":
        strongest = "bold"
    return Name(name.base, strongest or name.font, name.accents, name.sub, name.sup)


def written(reader: Formula, cursor: Cursor) -> Written | None:
    """A name with its scripts; None when something else comes next."""
    start = cursor.start
    name = base_name(cursor)
    if name is None:
        return None
    if reader.font and not name.font and not name.base.isdigit():
        name = Name(name.base, reader.font, name.accents, name.sub, name.sup)
    sub: tuple[Node, ...] | None = None
    sup: tuple[Node, ...] | None = None
    primes = 0
    while (token := cursor.token) is not None:
        if token.text == "'" and token.kind is Kind.CHAR:
            cursor.pos += 1
            primes += 1
        elif token.kind is Kind.SUB and sub is None:
            cursor.pos += 1
            sub = tuple(reader.argument(cursor))
        elif token.kind is Kind.SUP and sup is None:
            following = cursor.ahead()
            count = _prime_count(following)
            if count:
                cursor.pos += 2
                primes += count
                continue
            cursor.pos += 1
            sup = tuple(reader.argument(cursor))
        else:
            break
    return Written(name, start, sub, sup, primes)


def _prime_count(node: Node | None) -> int:
    if node is None:
        return 0
    items = clean(inner(node))
    if items and all(isinstance(n, Token) and n.text == "'" for n in items):
        return len(items)
    return 0


def split_superscript(sup: tuple[Node, ...]) -> tuple[list[Node], list[Node]]:
    """A superscript as a label (`(l)`, `*`, `\\text{new}`) and what follows it (`\\top`, a power)."""
    items = clean(sup)
    if not items:
        return [], []
    first = items[0]
    if isinstance(first, Token) and first.text == "(":
        depth = 0
        for position, node in enumerate(items):
            if isinstance(node, Token):
                depth += (node.text == "(") - (node.text == ")")
            if depth == 0:
                return items[: position + 1], items[position + 1 :]
    if isinstance(first, Token) and first.text in ("*", r"\star", "+", r"\dagger"):
        return items[:1], items[1:]
    if isinstance(first, Token) and first.text in FONTS and len(items) > 1:
        label = plain(items[:2])
        if label not in ("T", "t") and label.isalpha():
            return items[:2], items[2:]
    return items, []


def is_constant(found: Written, full: Name, before: Sequence[Node], table: Table) -> bool:
    r"""Whether a letter is a known number although it is declared: e of `e^x` beside an error e, `2 \pi` beside
    weights `\pi_k`."""
    if full == Name(r"\pi") and full in table.families and before:
        return isinstance(before[-1], Token) and before[-1].text == "2"
    return full == Name("e") and is_exponential(found)


def is_exponential(found: Written) -> bool:
    """Whether e stands before an exponent that is no transpose and no square: Euler's number beside an error e."""
    return found.sup is not None and plain(found.sup) not in (r"\top", "T", "2", r"\intercal")
