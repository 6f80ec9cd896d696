r"""What `\in` says: `\mathbb{R}^{n \times d}`, `\{0, 1\}^m`, `(0, 1)`, `\Delta`, `\mathbb{S}^n_{++}`: shape
and facts of members."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from derive.errors import ReadError
from derive.expr.build import as_size
from derive.expr.nodes import Add, Dim, Expr, Neg, Number, Product, Quotient, Relation
from derive.expr.sizes import ONE, Shape, Size, normal
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, clean, inner, plain, start_of
from derive.reader.grammar.table import Name
from derive.reader.grammar.written import FONTS
from derive.reader.source.groups import Group, Node, text_of
from derive.reader.source.scanner import Kind, Token

_OF_SIZES = frozenset(
    {"natural", "count", "integer", "positive", "nonnegative", "nonzero", "interval"}
)
"""Facts that a number may have before it turns out to be a size."""


@dataclass
class Members:
    """Shape and facts of the members of a set; `bounds` of an interval, `range` of integers."""

    shape: Shape = ()
    facts: list[str] = field(default_factory=list)
    bounds: tuple[object, object] | None = None
    upper: Size | None = None
    lower: int = 1


def read_set(reader: Formula, nodes: Sequence[Node]) -> Members:
    """The members of the set that `nodes` name. ReadError when it is none that is known."""
    items = [n for n in clean(nodes) if not (isinstance(n, Token) and n.text in (".",))]
    if not items:
        raise reader.error("a set is missing", 0)
    first = items[0]
    start = start_of(first)
    text = text_of(first)
    if isinstance(first, Group) and not first.name:
        return read_set(reader, [*first.items, *items[1:]])
    if text in FONTS and len(items) > 1:
        letter = plain(inner(items[1]))
        return _named(reader, FONTS[text], letter, items[2:], start)
    if text in (r"\R", r"\N", r"\Z", r"\C", r"\RR", r"\NN", r"\Reals", r"\reals"):
        return _named(reader, "bb", "R" if "eal" in text else text[1], items[1:], start)
    if text in ("R", "N", "Z", "S"):
        return _named(reader, "bb", text, items[1:], start)
    if text == r"\{":
        return _listed(reader, items, start)
    if text in ("(", "[", "]"):
        return _interval(reader, items, start)
    if text == r"\Delta":
        return _simplex(reader, items[1:], start)
    raise reader.error(f"the set {plain(items)!r} is not known", start)


def _scripts(items: Sequence[Node]) -> tuple[Sequence[Node], Sequence[Node], Sequence[Node]]:
    """Superscript, subscript and what follows."""
    cursor = Cursor(items, cleaned=True)
    sup: Sequence[Node] = ()
    sub: Sequence[Node] = ()
    while (script := cursor.script()) is not None:
        kind, node = script
        if kind is Kind.SUP:
            sup = inner(node)
        else:
            sub = inner(node)
    return sup, sub, cursor.items[cursor.pos :]


def _named(reader: Formula, font: str, letter: str, items: Sequence[Node], start: int) -> Members:
    sup, sub, rest = _scripts(items)
    sign = plain(sub)
    found = Members()
    if letter == "R":
        upper = clean(sup)
        mark = _sign_at_end(upper)
        if mark:
            sign = sign or mark
            upper = upper[: -len(mark)]
        found.shape = read_sizes(reader, upper, start)
    elif letter in ("S", "Sym", "P") and (sup or sign):
        size = read_sizes(reader, [n for n in clean(sup) if plain([n]) not in ("+", "++")], start)
        if not size:
            raise reader.error("a set of symmetric matrices needs its size", start)
        found.shape = (size[0], size[0])
        signs = sign + plain([n for n in clean(sup) if plain([n]) in ("+", "++")])
        found.facts.append("pd" if "++" in signs else "psd" if "+" in signs else "symmetric")
        return found
    elif letter in ("N", "Z"):
        found.shape = read_sizes(reader, clean(sup), start)
        zero = sign in ("0", r"\ge0", r"\geq0") or "0" in sign
        found.facts.append("integer" if letter == "Z" else "count" if zero else "natural")
        if letter == "Z" and sign in ("+", ">0", "++"):
            found.facts[-1] = "natural"
        sign = ""
    else:
        raise reader.error(f"the set {letter} is not known", start)
    found.facts.extend(_sign_facts(reader, sign, start))
    _without_zero(reader, rest, found)
    return found


def _sign_at_end(items: Sequence[Node]) -> str:
    mark = ""
    for node in reversed(items):
        if isinstance(node, Token) and node.text == "+":
            mark += "+"
        else:
            break
    return mark


def _sign_facts(reader: Formula, sign: str, start: int) -> list[str]:
    if not sign:
        return []
    if sign in ("++", ">0", "*+", "+*"):
        return ["positive"]
    if sign in ("+", r"\ge0", r"\geq0", "0+", r"\geqslant0", "≥0"):
        return ["nonnegative"]
    if sign in ("*", r"\ne0", r"\neq0"):
        return ["nonzero"]
    raise reader.error(f"the subscript {sign!r} of a set is not known", start)


def _without_zero(reader: Formula, rest: Sequence[Node], found: Members) -> None:
    text = plain(rest).replace(" ", "")
    if text.startswith((r"\setminus", r"\backslash")):
        found.facts.append("nonzero")
    elif text and text not in (".", ";", ","):
        raise reader.error(f"{text!r} after a set has no meaning", start_of(rest[0]))


def read_sizes(reader: Formula, nodes: Sequence[Node], start: int) -> Shape:
    """`n \\times d`, `n, d`, `n+k-1`: sizes; unknown letters become sizes."""
    items = clean(nodes)
    if not items:
        return ()
    parts: list[list[Node]] = [[]]
    for position, node in enumerate(items):
        if isinstance(node, Token) and (
            node.text in (r"\times", ",") or _is_cross(items, position)
        ):
            parts.append([])
        else:
            parts[-1].append(node)
    sizes: list[Size] = []
    for part in parts:
        _count(reader, part)
        with reader.flag(in_limit=True):
            value = reader.whole(part)
        try:
            sizes.append(as_size(value.build()))
        except Exception as error:
            raise reader.error(f"{plain(part)!r} is not a size: {error}", start) from None
    return normal(tuple(sizes))


def _is_cross(items: Sequence[Node], position: int) -> bool:
    """Whether a letter x with spaces on both sides stands between sizes: `n x d`."""
    if not 0 < position < len(items) - 1:
        return False
    node, after = items[position], items[position + 1]
    spaced = all(isinstance(n, Token) and n.spaced for n in (node, after))
    return spaced and isinstance(node, Token) and node.text == "x"


def _count(reader: Formula, part: Sequence[Node]) -> None:
    r"""A number that was declared before (`n \in \mathbb{N}`, `m \ge 2`) is a size where it counts entries."""
    for node in part:
        if isinstance(node, Group) or node.kind is not Kind.LETTER:
            continue
        entry = reader.table.exact(Name(node.text))
        if entry is None or entry.kind != "variable" or entry.sizes != () or entry.family:
            continue
        if (
            entry.definition is None
            and entry.law is None
            and {f.name for f in entry.facts} <= _OF_SIZES
        ):
            entry.kind = "size"
            number = Dim(Size.of(entry.latex))
            for low in [f.bounds[0] for f in entry.facts if f.bounds and f.bounds[0] is not None]:
                sign = ">=" if low >= 2 else ">"
                reader.table.conditions.append(Relation(sign, number, Number(low)))


def _listed(reader: Formula, items: Sequence[Node], start: int) -> Members:
    """`\\{0, 1\\}^m`, `\\{-1, +1\\}`, `\\{1, \\dots, K\\}`."""
    depth = 0
    end = 0
    for position, node in enumerate(items):
        text = text_of(node)
        depth += (text == r"\{") - (text == r"\}")
        if depth == 0:
            end = position
            break
    else:
        raise reader.error("a set in braces has no end", start)
    inside = plain(items[1:end]).replace(" ", "")
    sup, _, rest = _scripts(items[end + 1 :])
    found = Members(read_sizes(reader, sup, start))
    if inside in ("0,1", "1,0"):
        found.facts.append("binary")
    elif inside in ("-1,1", "-1,+1", "1,-1", "+1,-1", r"\pm1"):
        found.facts.append("sign")
    elif r"\dots" in inside:
        parts = inside.split(",")
        low = parts[0]
        if not low.lstrip("-").isdecimal():
            raise reader.error(f"the set {{{inside}}} is not known", start)
        found.lower = int(low)
        commas = [i for i, n in enumerate(items[:end]) if isinstance(n, Token) and n.text == ","]
        last = items[commas[-1] + 1 : end] if commas else items[end - 1 : end]
        shape = read_sizes(reader, last, start)
        found.upper = shape[0] if shape else ONE
        found.facts.append("count" if found.lower == 0 else "natural")
    else:
        raise reader.error(f"the set {{{inside}}} is not known", start)
    if rest and plain(rest) not in (".", ""):
        raise reader.error(f"{plain(rest)!r} after a set has no meaning", start)
    return found


def _interval(reader: Formula, items: Sequence[Node], start: int) -> Members:
    """`(a, b)`, `[0, 1]^n`: an interval."""
    depth = 0
    end = -1
    for position, node in enumerate(items):
        text = text_of(node)
        if position == 0:
            depth = 1
            continue
        depth += text in ("(", "[")
        if text in (")", "]") or (text == "[" and items and plain(items[:1]) == "]"):
            depth -= 1
            if depth <= 0:
                end = position
                break
    if end < 0:
        raise reader.error("an interval has no end", start)
    comma = next(
        (
            i
            for i, node in enumerate(items[1:end], start=1)
            if isinstance(node, Token) and node.text in (",", ";")
        ),
        None,
    )
    sup, _, rest = _scripts(items[end + 1 :])
    if comma is None:
        sizes = read_sizes(reader, items[1:end], start)
        return Members((), ["natural"], upper=sizes[0] if sizes else ONE)
    found = Members(read_sizes(reader, sup, start))
    low, high = bound(reader, items[1:comma]), bound(reader, items[comma + 1 : end])
    if rest and plain(rest) not in (".", ""):
        raise reader.error(f"{plain(rest)!r} after a set has no meaning", start)
    apply_bounds(found, low, high)
    return found


def apply_bounds(found: Members, low: object, high: object) -> None:
    """Facts from bounds: the named ones where they exist, else an interval."""
    if low == 0 and high == 1:
        found.facts.append("probability")
    elif low == 0 and high is None:
        found.facts.append("positive")
    else:
        found.bounds = (low, high)


def interval_ends(nodes: Sequence[Node]) -> list[list[Node]] | None:
    """The two ends of a closed interval `[a, b]`; None of anything else."""
    items = clean(nodes)
    texts = [text_of(n) for n in items]
    if texts[:1] != ["["] or texts[-1:] != ["]"] or texts.count(",") != 1 or len(items) > 16:
        return None
    cut = texts.index(",")
    ends = [items[1:cut], items[cut + 1 : -1]]
    return ends if all(ends) else None


def bound(reader: Formula, nodes: Sequence[Node]) -> object:
    """An exact number, or None for infinity."""
    text = plain(nodes).replace(" ", "")
    if text in (r"\infty", r"-\infty", r"+\infty"):
        return None
    return exact(reader.whole(nodes).build(), reader, start_of(nodes[0]) if nodes else 0)


def is_value(reader: Formula, nodes: Sequence[Node]) -> bool:
    """Whether a bound is a number that is written out."""
    before = reader.table.sizes.snapshot()
    try:
        bound(reader, nodes)
    except ReadError:
        reader.table.sizes.restore(before)
        return False
    return True


def exact(node: Expr, reader: Formula, start: int) -> object:
    """The exact rational value of a number that is written out. ReadError for anything else."""
    from fractions import Fraction

    from derive.expr.nodes import Power

    def value(e: Expr, depth: int = 0) -> Fraction:
        if depth > 20:
            raise ReadError("a bound is nested too deeply")
        if isinstance(e, Number):
            return e.value
        if isinstance(e, Neg):
            return -value(e.operand, depth + 1)
        if isinstance(e, Add):
            return sum((value(t, depth + 1) for t in e.terms), Fraction(0))
        if isinstance(e, Product):
            total = Fraction(1)
            for factor in e.factors:
                total *= value(factor, depth + 1)
            return total
        if isinstance(e, Quotient):
            below = value(e.denominator, depth + 1)
            if below:
                return value(e.numerator, depth + 1) / below
        if isinstance(e, Power):
            exponent = value(e.exponent, depth + 1)
            base = value(e.base, depth + 1)
            if exponent.denominator == 1 and abs(exponent) <= 400 and base:
                return Fraction(base) ** int(exponent)
        raise reader.error(f"the bound {e!r} is not a number", start)

    return value(node)


def _simplex(reader: Formula, items: Sequence[Node], start: int) -> Members:
    """`\\Delta^{k-1}`, `\\Delta_k`, `\\Delta`: probability vectors; without a size it is open."""
    sup, sub, _ = _scripts(items)
    if clean(sup):
        size = read_sizes(reader, sup, start)
        found = size[0] + 1 if any("-" in plain([n]) for n in clean(sup)) else size[0]
    elif clean(sub):
        size = read_sizes(reader, sub, start)
        found = size[0] + 1 if any("-" in plain([n]) for n in clean(sub)) else size[0]
    else:
        found = reader.table.sizes.fresh()
    return Members((found,), ["simplex"])
