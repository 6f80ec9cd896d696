r"""Random quantities that prose gives by their moments: `$E[\epsilon] = 0$`, `$\mathrm{Var}(\epsilon) = \sigma^2 I$`,
`$x_1, \dots, x_n$ are independent with mean $\mu$ and variance $\sigma^2$`, `$x$ is a Bernoulli variable with
$P(x = 1) = p$`.

Nothing else is said of the law, so that what holds for every law with these moments holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from derive.expr.facts import Law
from derive.expr.nodes import Expr, Filled, Item, Number, Symbol
from derive.reader.declarations.moment_words import (
    AND,
    ARTICLES,
    FORMULA,
    MEAN,
    SPREAD,
    variance_of,
)
from derive.reader.declarations.questions import tokens_in
from derive.reader.grammar.conditions import enclosed
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, clean, inner, plain
from derive.reader.grammar.laws_in_words import LawSaid
from derive.reader.grammar.name_kinds import is_index
from derive.reader.grammar.table import Declaration, Name, Table
from derive.reader.grammar.written import base_name, written_scripts
from derive.reader.source.blocks import Display, Document, Inline, Prose
from derive.reader.source.groups import Node, text_of, tree
from derive.reader.source.scanner import Kind, Token
from derive.reader.source.vocabulary import BRACKETS

_MEANS = frozenset(["E"])
_SPREADS = frozenset(["Var", "var", "Cov", "cov", "V"])
_FONTS = frozenset(["bb", "word", "rm", "cal"])


def moment(reader: Formula, left: Sequence[Node], right: Sequence[Node]) -> bool:
    """Note `E[x] = m`, `Var(x) = S` for a name x without a value, which is random then.

    False where the left side is no moment of such a name, or one that is known already.
    """
    found = called_moment(left)
    if found is None:
        return False
    is_mean, inner = found
    node = reader.whole(inner).build()
    entry = _entry(reader.table, node.base if isinstance(node, Item) else node)
    if entry is None or (entry.law is not None and entry.law.args != ("any",)):
        return False
    said = entry.law_said
    of_members = isinstance(node, Item) or entry.family
    if of_members and (said is None or not said.names_part or node.shape):
        return False
    parts = (*said.parts, ())[:2] if said is not None else ((), ())
    tokens = tuple(token for node in right for token in tokens_in(node))
    known = parts[0 if is_mean else 1]
    if said is not None and said.kind == "moments" and known:
        return [t.text for t in known] == [t.text for t in tokens]  # what was said, said again
    if said is not None and said.kind != "moments":
        return False
    parts = (tokens, parts[1]) if is_mean else (parts[0], tokens)
    part = said is not None and said.names_part
    entry.law = None  # any law that was assumed for a name in an expectation
    entry.law_said = LawSaid("moments", parts, reader.source, names_part=part)
    return True


def called_moment(left: Sequence[Node]) -> tuple[bool, list[Node]] | None:
    """Whether a left side is `E[...]` (true) or `Var(...)` (false), and what stands in its brackets."""
    cursor = Cursor(left)
    name = base_name(cursor)
    token = cursor.token
    if name is None or name.font not in _FONTS or token is None or token.text not in BRACKETS:
        return None
    if name.base not in (*_MEANS, *_SPREADS):
        return None
    nodes = enclosed(cursor, token.text, BRACKETS[token.text])
    if nodes is None or cursor.pos + len(nodes) + 2 != len(cursor.items):
        return None
    return name.base in _MEANS, list(nodes)


def _entry(table: Table, node: Expr) -> Declaration | None:
    if not isinstance(node, Symbol) or node.definition is not None:
        return None
    return next((e for e in table.variables() if e.latex == node.name), None)


def law_of_moments(
    reader: Formula, said: LawSaid, parts: Sequence[Sequence[Node]], entry: Declaration
) -> Law:
    """The law of a symbol, or of the independent members of one, with the moments that were said."""
    symbol = reader.table.symbol(entry)
    if said.names_part:
        if len(symbol.dims) == 2 and entry.family != 1:  # all entries of a matrix
            single = Symbol(f"{symbol.name}''", ())
            law = Law("random", ("iid", replace(single, law=_law(reader, said, parts, single))))
            row = Symbol(f"{symbol.name}'", symbol.dims[1:])
            return Law("random", ("iid", replace(row, law=law)))
        single = Symbol(f"{symbol.name}'", symbol.dims[1:], symbol.facts)
        law = _law(reader, said, parts, single)
        return Law("random", ("iid", replace(single, law=law)))
    return _law(reader, said, parts, symbol)


def _law(reader: Formula, said: LawSaid, parts: Sequence[Sequence[Node]], symbol: Symbol) -> Law:
    if said.kind == "bernoulli":
        return Law("random", ("bernoulli", reader.whole(list(parts[0])).build()))
    if said.kind == "uniform":
        return Law("random", ("uniform", *(reader.whole(list(part)).build() for part in parts)))
    mean = _mean(reader, parts[0], symbol)
    spread = _spread(reader, parts[1], symbol) if len(parts) > 1 and parts[1] else ()
    kind = "normal" if said.kind == "gaussian" else "any"
    return Law("random", (kind, mean, *spread))


def _mean(reader: Formula, nodes: Sequence[Node], symbol: Symbol) -> Expr:
    """The mean that is said; an unknown one where nothing is."""
    if not nodes:
        return Symbol(f"\\mathbb{{E}}[{symbol.name}]", symbol.dims)
    value = reader.whole(list(nodes))
    if value.kind in ("ones", "zeros"):
        value = reader.arithmetic.filled(value, symbol.shape)
    node = value.build()
    if symbol.shape and isinstance(node, Number) and node.value == 0:
        return Filled("zeros", symbol.shape)
    if not reader.table.sizes.unify_shapes(value.shape, symbol.shape):
        raise reader.error(f"the mean does not fit {symbol.name}", 0, ill_typed=True)
    return value.build()


def _spread(reader: Formula, nodes: Sequence[Node], symbol: Symbol) -> tuple[Expr]:
    value = reader.whole(list(nodes))
    shape = (symbol.shape[0], symbol.shape[0]) if symbol.shape else ()
    if len(symbol.shape) > 1 or not reader.table.sizes.unify_shapes(value.shape, shape):
        raise reader.error(f"the covariance does not fit {symbol.name}", 0, ill_typed=True)
    return (value.build(),)


# ------------------------------------------------------------------------------------------- in words


@dataclass(frozen=True)
class Spoken:
    """What a sentence says of a random quantity: the law (`moments`, `bernoulli`, `gaussian`, `uniform`), its numbers
    (empty: zero), whether its members are independent, whether the entries of the subject are meant."""

    kind: str
    subject: tuple[Token, ...]
    parameters: tuple[tuple[Token, ...], ...]
    independent: bool
    entries: bool = False


_F = FORMULA
_BETWEEN = r"[\sa-z.,'-]{0,90}?"
_SAID = re.compile(
    rf"{_F}(?P<between>{_BETWEEN})\b(?:with|has|have|having|of)\s+{MEAN}(?:{AND}{SPREAD})?",
    re.IGNORECASE,
)
_ZERO = re.compile(
    rf"(?:zero|0)[- ]mean(?P<between>{_BETWEEN}){_F}{_BETWEEN}\b(?:with|of)\s+{SPREAD}",
    re.IGNORECASE,
)
_BERNOULLI = re.compile(
    rf"{_F}(?P<between>{_BETWEEN})\bbernoulli\b[\sa-z-]{{0,60}}?\b(?:with|of)\s+"
    rf"(?:{ARTICLES}(?:success\s+)?(?:parameter|probability|probability of success|mean)\s+)?{_F}",
    re.IGNORECASE,
)
_UNIFORM = re.compile(
    rf"{_F}(?P<between>[\sa-z,'-]{{0,60}}?)\buniform(?:ly)?(?: random variables?| distribut(?:ed|ion)| at random)? "
    rf"(?:on|over|in|from)(?: the interval)? {_F}",
    re.IGNORECASE,
)
_NOUGHT = (Token(Kind.NUMBER, "0", 0, 0),)
_BOUNDS = frozenset([">", r"\in", r"\geq", r"\ge", r"\succ", r"\neq", "=", ","])
_DOTS = frozenset([r"\dots", r"\ldots", r"\cdots"])
_RANDOM = re.compile(
    r"random|independent|i\.?\s?i\.?\s?d|variable|noise|error|estimator|observation|sample",
    re.IGNORECASE,
)
_INDEPENDENT = re.compile(r"(?<!not )independent|i\.?\s?i\.?\s?d\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[.;](?:\s|$)")


def spoken(prose: Prose) -> Iterator[Spoken]:
    """The random quantities of a paragraph with what its words say of them."""
    text, formulas = prose.numbered()
    for match in _SAID.finditer(text):
        before = _SENTENCE.split(text[: match.start()])[-1]
        if match[5] is None and not _RANDOM.search(f"{before[-60:]} {match['between']}"):
            continue  # what has a variance is random
        free = bool(_INDEPENDENT.search(f"{before[-60:]} {match['between']}"))
        subject, _, mean, zero, noun, spread = match.groups()
        parameters = [_NOUGHT if zero else formulas[int(mean)]]
        kind = "gaussian" if re.search(r"gaussian|normal", match["between"], re.I) else "moments"
        if spread is not None:
            parameters.append(variance_of(noun, _value_of(formulas[int(spread)])))
        elif kind == "gaussian":
            continue
        yield Spoken(kind, formulas[int(subject)], tuple(parameters), free)
    for match in _ZERO.finditer(text):
        _, subject, noun, spread = match.groups()
        variance = variance_of(noun, _value_of(formulas[int(spread)]))
        kind = "gaussian" if re.search(r"gaussian|normal", match[0], re.I) else "moments"
        yield Spoken(kind, formulas[int(subject)], (_NOUGHT, variance), False)
    for match in _BERNOULLI.finditer(text):
        subject, _, chance = match.groups()
        free = bool(_INDEPENDENT.search(text[: match.end()]))
        yield Spoken("bernoulli", formulas[int(subject)], (_chance(formulas[int(chance)]),), free)
    for match in _UNIFORM.finditer(text):
        subject, _, interval = match.groups()
        if ends := _ends(formulas[int(interval)]):
            free = bool(_INDEPENDENT.search(text[: match.end()]))
            yield Spoken("uniform", formulas[int(subject)], ends, free)


def _ends(tokens: tuple[Token, ...]) -> tuple[tuple[Token, ...], ...]:
    """The two ends of an interval; empty for another formula."""
    texts = [t.text for t in tokens]
    if texts[:1] not in (["["], ["("]) or texts[-1] not in ("]", ")") or texts.count(",") != 1:
        return ()
    comma = texts.index(",")
    return tokens[1:comma], tokens[comma + 1 : -1]


def _value_of(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """A formula without a bound or a set behind it: `\\sigma` of `\\sigma > 0`; what an equation gives stays."""
    stop = next((i for i, t in enumerate(tokens) if t.text in _BOUNDS), len(tokens))
    return tokens[:stop] or tokens


def _chance(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """The right side of `P(x = 1) = p`, else the formula."""
    depth, start = 0, 0
    for position, token in enumerate(tokens):
        depth += (token.text in ("(", "{")) - (token.text in (")", "}"))
        if token.text in ("=", ",") and depth == 0:
            if token.text == ",":
                return tokens[start:position]
            start = position + 1
    return tokens[start:]


_EXPECTED = (
    r"\mathbb{E}",
    r"\mathbbE",
    "{E}",
    "Var",
    "Cov",
    "{var}",
    "{cov}",
    "E[",
    r"E\left[",
    r"E\big",
)


def takes_expectations(document: Document) -> bool:
    """Whether a document speaks of expectations or variances in a formula."""
    for block in document.blocks:
        pieces = block.pieces if isinstance(block, Prose) else ()
        formulas = [p.tokens for p in pieces if isinstance(p, Inline)]
        if isinstance(block, Display):
            formulas.append(block.tokens)
        for tokens in formulas:
            text = "".join(t.text for t in tokens)
            if any(sign in text for sign in _EXPECTED):
                return True
    return False


def declare_spoken(reader: Formula, said: Spoken, nodes: Sequence[Node]) -> None:
    """Note the law of a random quantity, of which `nodes` are the name or a list of the members."""
    entry, member = _subject(reader, nodes, said.entries)
    if entry is None or entry.kind != "variable" or entry.definition is not None:
        return
    if entry.law is not None or entry.law_said is not None or (member and not said.independent):
        return
    member = member or (said.entries and len(entry.sizes or ()) == 1)
    if not member and entry.family:
        return
    if said.kind in ("gaussian", "moments") and not member and len(entry.sizes or ()) == 1:
        _declare_moments(reader, said, entry)
    entry.law_said = LawSaid(said.kind, said.parameters, reader.source, names_part=member)


def _declare_moments(reader: Formula, said: Spoken, entry: Declaration) -> None:
    """The mean of a random vector has its shape, and its covariance, under a name or inverted, is definite."""
    table, (size,) = reader.table, entry.sizes or ()
    mean, spread = (_lone(reader, part) for part in (*said.parameters, ())[:2])
    if mean is not None and table.find(mean) is None:
        table.declare(mean).sizes = (size,)
    if spread is None:
        return
    if table.find(spread) is None:
        table.declare(spread).sizes = (size, size)
    covariance = table.exact(spread)
    if covariance is None or covariance.kind != "variable" or len(covariance.sizes or ()) != 2:
        return
    if said.kind == "gaussian" and not covariance.family:
        covariance.add_fact("pd")


def _lone(reader: Formula, tokens: Sequence[Token]) -> Name | None:
    """The name that a formula is, apart from the inverse of a precision."""
    texts = [t.text for t in tokens]
    if texts[-5:] == ["^", "{", "-", "1", "}"]:
        tokens = tokens[:-5]
    cursor = Cursor(tree(list(tokens), reader.source))
    name = base_name(cursor)
    sub, sup = written_scripts(cursor) if name is not None else ("", "")
    return replace(name, sub=sub) if name is not None and not sup and cursor.node is None else None


def _subject(
    reader: Formula, nodes: Sequence[Node], vector: bool
) -> tuple[Declaration | None, bool]:
    """The declaration that a name or a list of members stands for, and whether it is a list.

    A name of which nothing is known is a number, a list of such names a family of numbers.
    """
    items = clean(nodes)
    texts = [text_of(n) for n in items]
    cut = next((i for i, text in enumerate(texts) if text in (",", r"\in", "=")), len(items))
    cursor = Cursor(items[:cut])
    name = base_name(cursor)
    if name is None:
        return None, False
    sub, sup = written_scripts(cursor)
    if cursor.node is not None:
        return None, False
    table, bare = reader.table, replace(name, sub="", sup=sup)
    listed = any(text in _DOTS for text in texts)
    if not listed and not (sub and is_index(sub, table)):
        own = replace(name, sub=sub, sup=sup)
        found = table.find(own)
        if found is None:
            table.declare(own).sizes = (table.sizes.fresh(),) if vector else ()
        return table.exact(own), False
    family = table.families.get(bare) or table.entries.get(bare)
    if family is None and listed:
        last = "".join(texts[-1:]) if texts[-1] else plain(inner(items[-1]))
        family = table.declare(bare, family=True)
        family.sizes = (table.size(Name(last)),) if last.isalpha() else (table.sizes.fresh(),)
    return family, True


__all__ = [
    "Spoken",
    "called_moment",
    "declare_spoken",
    "law_of_moments",
    "moment",
    "spoken",
    "takes_expectations",
]
