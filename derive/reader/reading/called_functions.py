r"""Letters that stand for functions of which nothing else is said: `f(x)`, `\nabla f(y)`, `g'(z)`, and never `f` alone.

Nobody declares them, so they are taken as any smooth function with one number as its value, which is noted. What
holds for every such function holds; what does not is not called wrong, because more may be known of the function.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from derive.reader.declarations.phrases import mentions
from derive.reader.grammar.table import Name
from derive.reader.grammar.written import ACCENTS
from derive.reader.relations.chains import RawRelation
from derive.reader.source.blocks import Display, Document, Prose, Text
from derive.reader.source.scanner import Token

LETTERS = frozenset([*"fghlFGJL", r"\ell", r"\phi", r"\psi", r"\varphi"])
_FONTS = {r"\mathcal": "cal", r"\mathrm": "rm", r"\mathbf": "bold"}
_OPENERS = frozenset(["(", r"\left", r"\big", r"\Big", r"\bigl", r"\Bigl", r"\bigg", r"\Bigg"])
_KIND = r"(?:an?|any|some|the|each)\s+(?:[\w-]+\s+){0,3}?(?:functions?|loss(?:es)?|costs?|penalty)"
_FUNCTION_BEFORE = re.compile(rf"\b{_KIND}\s*$", re.I)
_FUNCTION_AFTER = re.compile(rf"\s*,?\s*(?:be|is|denotes?)?\s*{_KIND}\b(?!\s+of\b)", re.I)
_USUAL = frozenset([*"fghF", r"\ell", r"\phi", r"\psi", r"\varphi"])
_NO_FUNCTION = re.compile(
    r"\b(?:numbers?|constants?|scalars?|vectors?|matri\w+|size|step|weights?|parameters?|angles?|frequency|factors?"
    r"|coefficients?|variables?|dimensions?|indices|index|features?|heights?|units?|states?)\b",
    re.I,
)
_STARS = ("*", r"\star", r"\ast")
_OPTIMUM = (*(["^", star] for star in _STARS), ["_", r"\min"])
_CLASSES = re.compile(r"convex|concave|smooth|differentiable|continuous|lipschitz", re.I)
_CLASS = re.compile(
    r"\s*,?\s*(?:which\s+|that\s+)?(?:be|is|are|has)?\b[^.;:]{0,30}?(?:\b|-)(?:convex|concave|smooth|differentiable|continuous"
    r"|Lipschitz)\b(?!\s+(?:if|when|iff)\b)",
    re.I,
)
_CLASS_BEFORE = re.compile(
    r"(?:\b|-)(?:convex|concave|smooth|differentiable)(?:\s+functions?)?\s*$", re.I
)
_SPECIAL = re.compile(
    r"\b(?:quadratic|affine|homogeneous|periodic|harmonic|even|odd|linear\s+function|of\s+the\s+form|invariant)\b",
    re.I,
)
_DERIVES = frozenset([r"\partial", r"\nabla"])


def called_letters(
    document: Document, chains: dict[int, list[list[RawRelation]]]
) -> Iterator[Name]:
    """The names that are only ever called, and that no equation defines."""
    alone: dict[Name, None] = {}
    called: dict[Name, None] = {}
    said, spoken = said_functions(document), frozenset(_spoken_of(document))
    for tokens in _formulas(document):
        for name, is_call in _uses(tokens):
            if len(tokens) > 1 or name not in said | spoken:
                (called if is_call else alone)[name] = None
    defined = {
        name
        for groups in chains.values()
        for group in groups
        if group[0].sign.relation in ("=", ":=", r"\triangleq", r"\equiv")
        for name in _head(group[0].lhs.tokens)
    }
    defined.update(name for tokens in _said(document) for name in _head(tokens))
    defined.update(_tabulated(document))
    defined.update(_losses(document))
    yield from (name for name in called if name not in alone and name not in defined)


def said_functions(document: Document) -> frozenset[Name]:
    """The letters that prose calls a function: `a smooth function $h$`, `$f$ a fixed weighting function`, or of which
    it says the class: `$f$ is $L$-smooth`."""
    return frozenset(_classed(document)) | frozenset(
        Name(mention.tokens[0].text)
        for block in document.blocks
        for mention in (mentions(block) if isinstance(block, Prose) else ())
        if len(mention.tokens) == 1
        and mention.tokens[0].text in LETTERS
        and (_FUNCTION_BEFORE.search(mention.lead) or _FUNCTION_AFTER.match(mention.rest))
    )


def _classed(document: Document) -> Iterator[Name]:
    r"""The letters that are said to be convex, smooth or differentiable, or whose gradient is: `let $\nabla f$ be
    Lipschitz with constant $L$`. A form that is said of some function may be theirs."""
    blocks = [block for block in document.blocks if isinstance(block, Prose)]
    words = " ".join(p.text for block in blocks for p in block.pieces if isinstance(p, Text))
    if not _CLASSES.search(words) or not _CLASS.search(words) or _SPECIAL.search(words):
        return
    for block in blocks:
        spoken = list(mentions(block))
        for place, mention in enumerate(spoken):
            texts = [t.text for t in mention.tokens]
            texts = texts[1:] if texts[:1] == [r"\nabla"] else texts
            if len(texts) != 1 or texts[0] not in _USUAL:
                continue
            said = mention.rest
            for parameter in spoken[place + 1 : place + 2]:
                said += parameter.rest if parameter.rest[:1] == "-" else ""
            if _CLASS.match(said) or _CLASS_BEFORE.search(mention.lead):
                yield Name(texts[0])


def _spoken_of(document: Document) -> Iterator[Name]:
    """The usual letters of functions that words speak of and of which nothing says that they are numbers or arrays."""
    for block in document.blocks:
        for mention in mentions(block) if isinstance(block, Prose) else ():
            if len(mention.tokens) == 1 and mention.tokens[0].text in _USUAL:
                around = f"{mention.lead[-40:]} {mention.rest[:40]}"
                if not _NO_FUNCTION.search(around):
                    yield Name(mention.tokens[0].text)


def least_values(document: Document) -> Iterator[Name]:
    r"""Letters of functions with a star and no argument, `f^*` beside `f(x)`: the least value of f, a number."""
    found: dict[Name, bool] = {}
    for tokens in _formulas(document):
        texts = [t.text for t in tokens if t.text not in ("{", "}")]
        for place, text in enumerate(texts[:-2]):
            if text in LETTERS and texts[place + 1] == "^" and texts[place + 2] in _STARS:
                name = Name(text, sup=texts[place + 2])
                called = texts[place + 3 : place + 4] and texts[place + 3] in _OPENERS
                gradient = place and texts[place - 1] in _DERIVES
                found[name] = found.get(name, True) and not called and not gradient
    yield from (name for name, number in found.items() if number)


def _losses(document: Document) -> Iterator[Name]:
    r"""Names that are called in words alone, `a loss $\mathcal{L}(h)$`, and differentiated as bare numerators: of a
    loss only the gradients by what it is computed from are spoken of."""
    said: dict[Name, None] = {}
    called: dict[Name, None] = {}
    bare: dict[Name, None] = {}
    for block in document.blocks:
        for mention in mentions(block) if isinstance(block, Prose) else ():
            heads = list(_head(mention.tokens)) if mention.tokens[-1:] else []
            (said if heads else called).update(
                dict.fromkeys(heads or [n for n, call in _uses(mention.tokens) if call])
            )
    for tokens in _formulas(document):
        texts = [t.text for t in tokens if t.text not in ("{", "}")]
        for place, text in enumerate(texts):
            if text not in LETTERS or not place:
                continue
            font = _FONTS.get(texts[place - 1], "")
            before = texts[place - 2 if font else place - 1]
            if before == r"\partial" and texts[place + 1 : place + 2] == [r"\partial"]:
                bare[Name(text, font)] = None
    for block in document.blocks:
        if isinstance(block, Display):
            called.update({name: None for name, call in _uses(block.tokens) if call})
    yield from (name for name in said if name in bare and name not in called)


def _tabulated(document: Document) -> Iterator[Name]:
    r"""The names called at a variable over which a sum runs without limits: h in `\\sum_x h(x)` has finitely many
    values."""
    for tokens in _formulas(document):
        texts = [t.text for t in tokens if t.text not in ("{", "}")]
        bound = {
            c
            for a, b, c in zip(texts, texts[1:], texts[2:], strict=False)
            if (a, b) == (r"\sum", "_")
        }
        for name, opener, letter in zip(texts, texts[1:], texts[2:], strict=False):
            if name in LETTERS and opener == "(" and letter in bound:
                yield Name(name)


def _said(document: Document) -> Iterator[Sequence[Token]]:
    """The left sides of the equations in prose."""
    for block in document.blocks:
        for mention in mentions(block) if isinstance(block, Prose) else ():
            texts = [t.text for t in mention.tokens]
            if "=" in texts:
                yield mention.tokens[: texts.index("=")]


def _formulas(document: Document) -> Iterator[Sequence[Token]]:
    for block in document.blocks:
        if isinstance(block, Display):
            yield block.tokens
        elif isinstance(block, Prose):
            yield from (mention.tokens for mention in mentions(block))


def _uses(tokens: Sequence[Token]) -> Iterator[tuple[Name, bool]]:
    """Each letter that may be a function, and whether it stands there as one; numerators of derivatives do."""
    texts = [t.text for t in tokens]
    for place, text in enumerate(texts):
        if text not in LETTERS:
            continue
        if any(t in ACCENTS for t in texts[max(0, place - 2) : place]):
            continue  # another name
        font, first, after = "", place, place + 1
        if place > 1 and texts[place - 1] == "{" and texts[place - 2] in _FONTS:
            font, first, after = _FONTS[texts[place - 2]], place - 2, place + 2
        name = Name(text, font)
        if first and (texts[first - 1] in _DERIVES or _is_gradient(texts, first - 1)):
            if after < len(texts) and texts[after] in _OPENERS:
                yield name, True
            continue
        if [t for t in texts[after : after + 3] if t != "{"][:2] in _OPTIMUM:
            continue  # its least value
        while after < len(texts) and texts[after] == "'":
            after += 1
        yield name, after < len(texts) and texts[after] in _OPENERS


def _is_gradient(texts: Sequence[str], end: int) -> bool:
    r"""Whether `\nabla_x` or `\nabla^2` ends here."""
    start = end
    if texts[end] == "}":
        while start and texts[start] != "{":
            start -= 1
    return start > 1 and texts[start - 1] in "_^" and texts[start - 2] in _DERIVES


_CAPITALS = frozenset("NMKDT")
_DOTS = frozenset([r"\dots", r"\ldots", r"\cdots"])
_BEYOND = frozenset([">", r"\ge", r"\geq", r"\to", r"\rightarrow", r"\gg", r"\in"])


def factors(document: Document) -> frozenset[str]:
    """Capitals that may count something, but only stand among factors here: T in `A = T \\Lambda T^{-1}`."""
    met: dict[str, bool] = {}
    for tokens in _formulas(document):
        texts = [t.text for t in tokens]
        for place, text in enumerate(texts):
            if text in _CAPITALS:
                met[text] = met.get(text, False) or _counts(texts, place)
    return frozenset(text for text, counts in met.items() if not counts)


def _counts(texts: Sequence[str], place: int) -> bool:
    """Whether a letter stands where a number of things does: as a limit, in a fraction, behind dots, beside a one."""
    before, after = texts[max(0, place - 3) : place], texts[place + 1 : place + 3]
    if any(t in _DOTS for t in before) or before[-1:] in (["/"], [r"\times"]):
        return True
    if after[:1] and (after[0] in _BEYOND or (after[0] in "+-" and after[-1].isdigit())):
        return True
    depth, outer = 0, place - 1
    while outer >= 0 and depth < 1:
        depth += {"{": 1, "}": -1}.get(texts[outer], 0)
        outer -= 1
    opened = texts[outer] if depth == 1 and outer >= 0 else ""
    raised = "^" in (opened, *before[-1:]) and texts[place] != "T"
    return raised or opened in (r"\frac", r"\dfrac", r"\tfrac", "}", "_") or before[-1:] == ["_"]


def _head(tokens: Iterable[Token]) -> Iterator[Name]:
    """The name before one pair of brackets with nothing but names in it, which an equation may define."""
    texts = [t.text for t in tokens if t.text not in ("{", "}", r"\left", r"\right")]
    if texts[1:2] in ([r"\log"], [r"\ln"]) and texts[0] == "-":
        texts = texts[1:]
    if texts and texts[0] in (r"\log", r"\ln"):
        texts = texts[1:]  # a density is given by its logarithm
    font = _FONTS.get(texts[0], "") if texts else ""
    texts = texts[1:] if font else texts
    if len(texts) < 4 or texts[0] not in LETTERS or texts[-1] != ")" or texts.count("(") != 1:
        return
    inside = texts[texts.index("(") + 1 : -1]
    plain = all(
        t.isalnum() or t in ",;|_^'" or (t.startswith("\\") and t[1:].isalpha()) for t in inside
    )
    if texts[1] in ("(", "_") and plain:
        yield Name(texts[0], font)
