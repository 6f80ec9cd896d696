r"""Arrays of a member by their entries: the diagonal matrix $C^u$ with $c_{ui}$ on its diagonal, the vector $p(u)$ that
holds the $p_{ui}$, `W_k = \operatorname{diag}(g_{1k}, \dots, g_{nk})`.

The label goes below, `C_u`, `p_u`, and a sentence with the definition is put before the one that says it: `C_u =
\operatorname{diag}(c_u)`, `W_k = \operatorname{diag}(g_{\cdot k})`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from derive.reader.declarations.phrases import Mention, mentions
from derive.reader.source.blocks import Block, Document, Inline, Prose, Text
from derive.reader.source.scanner import Kind, Token, scan_math

_FONTS = frozenset([r"\mathbf", r"\boldsymbol", r"\bm", r"\mathrm", r"\mathsf", r"\vec"])
_DOTS = frozenset([r"\dots", r"\ldots", r"\cdots", r"\dotsc"])
_BOUNDS = frozenset([">", "<", r"\ge", r"\geq", r"\le", r"\leq", r"\in", r"\neq", r"\ne"])
_NOUN = (
    r"(?:entr(?:y|ies)|elements?|coefficients?|components?|weights?|values?|coordinates?|diagonal)"
)
_HOLDS = (
    r"(?:ha[sv]e?|having|with|whose|contain\w*|hold\w*|collect\w*|stor\w+|gather\w*|stack\w*|list\w*|carr\w+"
    r"|consist\w*|compris\w+|of|formed|made|built|putting|placing)"
)
_HOLDING = re.compile(rf"\b{_HOLDS}\b[^.;]*$", re.I)
_PLURAL = re.compile(rf"\b{_NOUN}\b|\ball\b|\b(?:contain|hold|collect|stor|gather|stack)\w*", re.I)
_ONTO = re.compile(
    r"\b(?:on|along|down|into|form|are|as) the (?:main )?diagonal (?:entries |elements )?of\b"
)
_NEAR = 3
_ROW = "the row itself"


@dataclass(frozen=True)
class _Named:
    """A name with a label: its own tokens, the label, and what follows in its formula."""

    base: tuple[Token, ...]
    label: str
    rest: tuple[Token, ...]

    @property
    def key(self) -> tuple[tuple[str, ...], str]:
        return tuple(t.text for t in self.base), self.label


def with_labelled_arrays(document: Document) -> Document:
    """The document with the arrays of members that its words give by their entries."""
    if any(t.text in _DOTS for tokens in _formulas(document) for t in tokens):
        document = document.rewritten(lambda tokens: tuple(_unlisted(tokens)))
    found: dict[int, list[tuple[_Named, Mention, str]]] = {}
    for number, block in enumerate(document.blocks):
        if isinstance(block, Prose) and (said := list(_said(block))):
            found[number] = said
    if not found:
        return document
    names = {named.key for said in found.values() for named, _, _ in said}
    blocks: list[Block] = []
    for number, block in enumerate(document.blocks):
        said = found.get(number, [])
        blocks.extend(_sentence(block, *one) for one in said if one[-1] != _ROW)
        blocks.append(block)
    bases = {base for base, _ in names}
    apart = frozenset(b for tokens in _formulas(document) for b in _bare(tokens) if b in bases)
    rewritten = replace(document, blocks=tuple(blocks))
    return rewritten.rewritten(lambda tokens: tuple(_below(tokens, names, apart)))


def _formulas(document: Document) -> Iterator[Sequence[Token]]:
    for block in document.blocks:
        if isinstance(block, Prose):
            yield from (piece.tokens for piece in block.pieces if isinstance(piece, Inline))
        elif hasattr(block, "tokens"):
            yield block.tokens


def _sentence(block: Block, named: _Named, mention: Mention, value: str) -> Prose:
    """`Let $C_u = \\operatorname{diag}(c_u)$.`"""
    span = mention.span
    written = f"{' '.join(named.key[0])}_{{{named.label}}} = {value}"
    tokens = tuple(t._replace(start=span.start, end=span.end) for t in scan_math(written))
    pieces = (Text("Let ", span), Inline(tokens, span), Text(". ", span))
    return Prose(pieces, block.span, mention.source)


# ------------------------------------------------------------------------------------------- what is said


def _said(block: Prose) -> Iterator[tuple[_Named, Mention, str]]:
    """The arrays of a paragraph with their values."""
    listed = mentions(block)
    sentence = ""
    for position, first in enumerate(listed):
        sentence = first.lead if first.starts else f"{sentence} {first.lead}"
        one = _labelled(first.tokens)
        entry = _entry(first.tokens)
        if one is not None and (value := _by_equation(one, f"{sentence} {first.rest}")):
            yield one, first, value
            continue
        gap = first.rest
        for other in listed[position + 1 : position + 1 + _NEAR]:
            if other.starts:
                break
            value = ""
            named = one if one is not None else _labelled(other.tokens)
            if one is not None and not one.rest[:1] and _entry(other.tokens) is not None:
                value = _by_words(
                    one, _entry(other.tokens), f"{first.lead} {first.before}", gap, other
                )
            elif entry is not None and named is not None and _ONTO.search(gap):
                value = _value(named, entry, True)
            if value and named is not None:
                yield named, first, value
                break
            gap += f" {other.rest}"


def _by_words(
    named: _Named, entry: tuple[str, tuple[str, ...]] | None, before: str, gap: str, other: Mention
) -> str:
    """The value of an array by the words before it, between it and its entry, and behind that."""
    if entry is None or not _HOLDING.search(gap) or re.search(r"[.;]\s", gap):
        return ""
    last = re.split(r"[.;,]\s", before)[-1]
    behind = re.split(r"[.;,]", other.rest)[0]
    diagonal = re.search(r"\bdiagonal\b", f"{last} {gap} {behind}", re.I) is not None
    capital = named.base[-1 if len(named.base) == 1 else -2].text.lstrip("\\")[:1].isupper()
    if not diagonal and (capital or not _PLURAL.search(gap)):
        return ""
    return _value(named, entry, diagonal)


def _by_equation(named: _Named, words: str) -> str:
    r"""The value of `C^u_{ii} = c_{ui}` where words speak of a diagonal matrix."""
    texts = [t.text for t in named.rest]
    if "=" not in texts or not re.search(r"\bdiagonal\b", words, re.I):
        return ""
    cut = texts.index("=")
    places, entry = _indices(named.rest[:cut]), _entry(named.rest[cut + 1 :])
    if len(places) != 2 or places[0] != places[1] or entry is None or places[0] not in entry[1]:
        return ""
    return _value(named, entry, True)


def _value(named: _Named, entry: tuple[str, tuple[str, ...]], diagonal: bool) -> str:
    """The row or column of the entries with the label of the array, as a vector or on a diagonal."""
    base, indices = entry
    if len(indices) != 2 or named.label not in indices or indices[0] == indices[1]:
        return ""
    if not diagonal and base == " ".join(named.key[0]):
        return (
            _ROW if named.label == indices[0] else ""
        )  # the row of the entries under its own letter
    own = f"{base}_{{{named.label}}}" if indices[0] == named.label else ""
    own = own or rf"{base}_{{\cdot {named.label}}}"
    return rf"\operatorname{{diag}}({own})" if diagonal else own


# ------------------------------------------------------------------------------------------- how names are written


def _base(tokens: Sequence[Token]) -> int:
    """How many tokens the letter in front has, in a font or bare; 0 for anything else."""
    texts = [t.text for t in tokens[:4]]
    if texts[:1] and texts[0] in _FONTS and texts[1:2] == ["{"] and texts[3:] == ["}"]:
        return 4
    greek = bool(tokens) and tokens[0].kind is Kind.WORD and texts[0] not in _FONTS
    letter = bool(tokens) and tokens[0].kind is Kind.LETTER
    return 1 if letter or (greek and texts[1:2] in (["_"], ["^"])) else 0


def _script(tokens: Sequence[Token], sign: str) -> tuple[list[str], int]:
    """The texts of a script that begins here, and how many tokens it has."""
    texts = [t.text for t in tokens]
    if texts[:1] != [sign] or len(texts) < 2:
        return [], 0
    if texts[1] != "{":
        return [texts[1]], 2
    if "}" not in texts:
        return [], 0
    end = texts.index("}")
    return texts[2:end], end + 1


def _label(tokens: Sequence[Token]) -> tuple[str, int]:
    """The letter that labels a name, `_u`, `^u`, `^{(u)}`, `(u)`, and how many tokens it has."""
    for sign in ("_", "^"):
        inside, count = _script(tokens, sign)
        inside = inside[1:-1] if inside[:1] == ["("] and sign == "^" else inside
        if len(inside) == 1 and _is_letter(inside[0]):
            return inside[0], count
    texts = [t.text for t in tokens[:3]]
    if len(texts) == 3 and (texts[0], texts[2]) == ("(", ")") and _is_letter(texts[1]):
        return texts[1], 3
    return "", 0


def _is_letter(text: str) -> bool:
    return len(text) == 1 and text.isalpha() and text != "T"


def _labelled(tokens: Sequence[Token]) -> _Named | None:
    r"""A name with a label in front of a formula that is it, or says its shape or one of its entries."""
    opened = [t.text for t in tokens[:1]] in (["("], ["["])
    inside = tokens[1:] if opened else tokens
    length = _base(inside)
    label, count = _label(inside[length:]) if length else ("", 0)
    if not count:
        return None
    rest = inside[length + count :]
    if opened:
        if [t.text for t in rest[:1]] not in ([")"], ["]"]):
            return None
        rest = rest[1:]
    text = rest[0].text if rest else ""
    if text not in ("", r"\in", "_") or (opened and text != "_"):
        return None
    return _Named(tuple(inside[:length]), label, () if text != "_" else tuple(rest))


def _indices(tokens: Sequence[Token]) -> tuple[str, ...]:
    inside, count = _script(tokens, "_")
    return tuple(t for t in inside if t != ",") if count == len(tokens) else ()


def _entry(tokens: Sequence[Token]) -> tuple[str, tuple[str, ...]] | None:
    r"""The base and the two indices of `c_{ui}`, a bound behind it left out."""
    cut = next((i for i, t in enumerate(tokens) if t.text in _BOUNDS), len(tokens))
    length = _base(tokens)
    indices = _indices(tokens[length:cut]) if length else ()
    if len(indices) != 2 or not all(_is_letter(i) for i in indices):
        return None
    return " ".join(t.text for t in tokens[:length]), indices


def _below(
    tokens: Sequence[Token],
    names: set[tuple[tuple[str, ...], str]],
    apart: frozenset[tuple[str, ...]],
) -> Iterator[Token]:
    """A formula with the labels of these names below; those in `apart` get an accent of their own."""
    place = 0
    while place < len(tokens):
        length = _base(tokens[place:])
        own = tuple(t.text for t in tokens[place : place + length])
        label, count = _label(tokens[place + length :]) if length else ("", 0)
        end = place + length + count
        after = tokens[end].text if end < len(tokens) else ""
        below = bool(count) and tokens[place + length].text == "_" and own not in apart
        behind = place and tokens[place - 1].text in ("_", "^")
        if (own, label) not in names or below or after == "_" or behind:
            yield from tokens[place : place + max(length, 1)]
            place += max(length, 1)
            continue
        letter = next(t for t in tokens[place + length :] if t.text == label)
        call = tokens[place].call or (tokens[place].start, tokens[end - 1].end)
        if own in apart:
            for kind, text in ((Kind.WORD, r"\breve"), (Kind.OPEN, "{")):
                yield letter._replace(kind=kind, text=text, spaced=False, call=call)
        yield from (t._replace(call=call) for t in tokens[place : place + length])
        if own in apart:
            yield letter._replace(kind=Kind.CLOSE, text="}", spaced=False, call=call)
        yield letter._replace(kind=Kind.SUB, text="_", spaced=False, call=call)
        yield letter._replace(spaced=False, call=call)
        place = end


def _bare(tokens: Sequence[Token]) -> Iterator[tuple[str, ...]]:
    """The letters of a formula that stand without a script and before no bracket."""
    for place, token in enumerate(tokens):
        after = tokens[place + 1].text if place + 1 < len(tokens) else ""
        before = tokens[place - 1].text if place else ""
        inside = before == "{" and place > 1 and tokens[place - 2].text in (*_FONTS, "_", "^")
        scripted = before in ("_", "^") or after in ("_", "^", "(")
        if token.kind is Kind.LETTER and not inside and not scripted:
            yield (token.text,)


def _unlisted(tokens: Sequence[Token]) -> Iterator[Token]:
    r"""`\operatorname{diag}(g_{\cdot k})` for `\operatorname{diag}(g_{1k}, \dots, g_{nk})`, `p_u` for its list."""
    length = _base(tokens)
    label, count = _label(tokens[length:]) if length else ("", 0)
    cut = length + count
    if count and [t.text for t in tokens[cut : cut + 1]] == ["="]:
        listed = _list_at(tokens, cut + 1)
        own = "".join(t.text for t in tokens[:length]) + f"_{{{label}}}"
        behind = "".join(t.text for t in tokens[listed[1] :]) if listed is not None else ""
        turned = behind.strip("{}^") in (r"\top", "T") and behind[:1] == "^"
        if listed is not None and turned and listed[0].replace(" ", "") == own:
            yield from tokens[:cut]
            return
    place = 0
    while place < len(tokens):
        found = _list_at(tokens, place) if _is_diag(tokens, place) else None
        if found is None:
            yield tokens[place]
            place += 1
            continue
        start, end = tokens[place].start, tokens[found[1] - 1].end
        yield from (t._replace(start=start, end=end) for t in scan_math(f"({found[0]})"))
        place = found[1]


def _is_diag(tokens: Sequence[Token], place: int) -> bool:
    """Whether a bracket opens here behind the word `diag`."""
    if tokens[place].text != "(" or not place:
        return False
    word = "".join(t.text for t in tokens[max(place - 6, 0) : place])
    return word.replace(r"\left", "").rstrip("}").endswith("diag")


def _list_at(tokens: Sequence[Token], place: int) -> tuple[str, int] | None:
    r"""The row or column that is listed in the bracket that opens here, and where it ends."""
    texts = [t.text for t in tokens[place:]]
    if texts[:1] != ["("] or ")" not in texts or not _DOTS & set(texts[: texts.index(")")]):
        return None
    end = place + texts.index(")")
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens[place + 1 : end]:
        depth += (token.text == "{") - (token.text == "}")
        if token.text == "," and not depth:
            parts.append([])
        else:
            parts[-1].append(token)
    bases = {" ".join(t.text for t in part[: _base(part)]) for part in (parts[0], parts[-1])}
    first, last = (_indices(part[_base(part) :]) for part in (parts[0], parts[-1]))
    if len(bases) != 1 or "" in bases or len(first) != 2 or len(last) != 2:
        return None
    same = [i for i in (0, 1) if first[i] == last[i] and _is_letter(first[i])]
    if len(same) != 1 or first[1 - same[0]] != "1":
        return None
    base, label = next(iter(bases)), first[same[0]]
    return (f"{base}_{{{label}}}" if same[0] == 0 else rf"{base}_{{\cdot {label}}}"), end + 1


__all__ = ["with_labelled_arrays"]
