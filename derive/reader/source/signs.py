r"""Recognising relation signs, arrows, dots and words in a row of tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from derive.reader.source.brackets import is_space
from derive.reader.source.places import Span
from derive.reader.source.scanner import Kind, Token
from derive.reader.source.vocabulary import (
    ARROWS,
    CONTINUING,
    LINKING_WORDS,
    OTHER_RELATIONS,
    RELATIONS,
    SIZES,
    TEXT,
)

_DECORATED = frozenset({r"\overset", r"\stackrel", r"\underset"})
_WRAPPED = frozenset({r"\mathrel", r"\mathbin", r"\mathop", r"\mathord"})
_SHORT_WORDS = frozenset({"if", "for", "where", "and", "otherwise", "with", "when", "or"})


@dataclass(frozen=True)
class Sign:
    r"""A relation sign. `text` is the sign as written (`\leq`), `relation` what it claims (`<=`), `over` the tokens set
    above or below it (`\overset{!}{=}`)."""

    text: str
    relation: str
    span: Span
    over: tuple[Token, ...] = ()


@dataclass(frozen=True)
class Words:
    """Words between formulas: their text, and where the tokens go on."""

    text: str
    after: int
    spaced: bool


def sign_at(
    tokens: Sequence[Token], index: int, closers: Mapping[int, int]
) -> tuple[Sign, int] | None:
    r"""The counted sign at an index and the index after it, or None; `=_{(a)}` and `\overset{!}{=}` are decorated."""
    found = _bare_sign(tokens, index, closers)
    if found is None:
        return None
    sign, after = found
    while after < len(tokens) and tokens[after].kind in (Kind.SUP, Kind.SUB):
        after, over = _argument(tokens, after + 1, closers)
        sign = replace(sign, over=(*sign.over, *over))
    return sign, after


def _bare_sign(
    tokens: Sequence[Token], index: int, closers: Mapping[int, int]
) -> tuple[Sign, int] | None:
    token = tokens[index]
    text = token.text
    if text in ("<", ">") and index and tokens[index - 1].text in SIZES:
        return None
    if text == r"\xlongequal":
        return _long_equal(tokens, index, closers)
    if text in _DECORATED or text in _WRAPPED:
        return _decorated(tokens, index, closers)
    if token.kind is Kind.OPEN:
        return _braced(tokens, index, closers)
    if text == ":" or text == "=":
        following = _after_spaces(tokens, index + 1)
        pair = text + tokens[following].text if following < len(tokens) else ""
        if pair in (":=", "=:"):
            return Sign(pair, RELATIONS[pair], token.span | tokens[following].span), following + 1
        if pair == "==":
            return Sign("=", "=", token.span | tokens[following].span), following + 1
    if (
        text in ("<", ">")
        and index + 1 < len(tokens)
        and tokens[index + 1].text == "="
        and not tokens[index + 1].spaced
    ):
        return Sign(f"{text}=", f"{text}=", token.span | tokens[index + 1].span), index + 2
    if text in RELATIONS and token.kind is not Kind.ERROR:
        return Sign(text, RELATIONS[text], token.span), index + 1
    return None


def _after_spaces(tokens: Sequence[Token], index: int) -> int:
    """Index of the next token that is no thin space; `:` and `=` belong together only when they stand close."""
    while (
        index < len(tokens)
        and is_space(tokens[index])
        and tokens[index].text in (r"\!", r"\,", r"\:")
    ):
        index += 1
    return index


def _braced(
    tokens: Sequence[Token], index: int, closers: Mapping[int, int]
) -> tuple[Sign, int] | None:
    """`{=}` is a sign."""
    end = closers.get(index)
    if end is None or not index < end <= index + 3 or tokens[index + 1].kind is Kind.OPEN:
        return None
    found = sign_at(tokens, index + 1, closers) if end > index + 1 else None
    if found is None or found[1] != end:
        return None
    return found[0], end + 1


def _long_equal(
    tokens: Sequence[Token], index: int, closers: Mapping[int, int]
) -> tuple[Sign, int] | None:
    r"""`\xlongequal[below]{above}`."""
    start = index + 1
    if start < len(tokens) and tokens[start].text == "[":
        start = closers.get(start, start) + 1
    end, over = _argument(tokens, start, closers)
    return Sign("=", "=", tokens[index].span, tuple(over)), end


def _decorated(
    tokens: Sequence[Token], index: int, closers: Mapping[int, int]
) -> tuple[Sign, int] | None:
    r"""`\overset{(a)}{=}`, `\stackrel{def}{=}`, `\mathrel{:=}`, `\mathop{:}=`."""
    first, inner = _argument(tokens, index + 1, closers)
    over: tuple[Token, ...]
    if tokens[index].text in _WRAPPED:
        base, end, over = inner, first, ()
        if (
            base
            and base[-1].text == ":"
            and all(t.text in _WRAPPED for t in base[:-1])
            and end < len(tokens)
            and tokens[end].text == "="
        ):
            return Sign(":=", ":=", tokens[index].span | tokens[end].span), end + 1
    else:
        end, base = _argument(tokens, first, closers)
        over = tuple(inner)
    base = [token for token in base if not is_space(token)]
    found = sign_at(base, 0, {}) if base and base[0].text not in _DECORATED | _WRAPPED else None
    if found is None or found[1] != len(base):
        return None
    sign = found[0]
    return Sign(sign.text, sign.relation, tokens[index].span | tokens[end - 1].span, over), end


def _argument(
    tokens: Sequence[Token], index: int, closers: Mapping[int, int]
) -> tuple[int, list[Token]]:
    """Index after the argument at `index`, and its tokens without braces."""
    if index >= len(tokens):
        return index, []
    if tokens[index].kind is Kind.OPEN:
        end = closers.get(index, index)
        return end + 1, list(tokens[index + 1 : end]) if end - index < 100 else []
    return index + 1, [tokens[index]]


def link_at(tokens: Sequence[Token], index: int, closers: Mapping[int, int]) -> int | None:
    r"""The index after an arrow or an uncounted relation (`\in`, `\sim`, `\overset{d}{\to}`), or None."""
    token = tokens[index]
    if token.kind is not Kind.WORD:
        return None
    if token.text == r"\not" and index + 1 < len(tokens):
        return index + 2
    if token.text in (r"\xrightarrow", r"\xleftarrow"):
        return _argument(tokens, index + 1, closers)[0]
    if token.text in ARROWS or token.text in OTHER_RELATIONS:
        return index + 1
    if token.text in _DECORATED:
        first, _ = _argument(tokens, index + 1, closers)
        end, base = _argument(tokens, first, closers)
        if len(base) == 1 and (base[0].text in ARROWS or base[0].text in OTHER_RELATIONS):
            return end
    return None


def words_at(tokens: Sequence[Token], index: int, closers: Mapping[int, int]) -> Words | None:
    r"""The words of `\text{...}` (and of `\mathrm{if}`), or None."""
    token = tokens[index]
    if (
        token.kind is not Kind.WORD
        or index + 1 >= len(tokens)
        or tokens[index + 1].kind is not Kind.OPEN
    ):
        return None
    end = closers.get(index + 1)
    if end is None or not (
        token.text in TEXT or token.text in (r"\mathrm", r"\operatorname", r"\rm")
    ):
        return None
    inside = tokens[index + 2 : end]
    text = "".join((" " if t.spaced and i else "") + t.text for i, t in enumerate(inside))
    if token.text not in TEXT and text not in _SHORT_WORDS:
        return None
    spaced = bool(inside) and (inside[0].spaced or tokens[end].spaced)
    return Words(text, end + 1, spaced)


def first_word(words: str) -> str:
    """The first word in lower case, without punctuation around it: `s.t` of "s.t. x"."""
    return words.strip(" .,;:()[]").lower().split(" ", 1)[0].strip(".,;:")


def separates(words: Words, command: str, opens: bool, after: Token | None) -> bool:
    r"""Whether words stand between formulas ("for all", "(chain rule)") rather than name a quantity ("KL").

    `opens`: an operand is due where the words stand.
    """
    if command in (r"\intertext", r"\shortintertext"):
        return True
    if after is not None and after.kind in (Kind.SUP, Kind.SUB):
        return False
    plain = words.text.strip(" .,;:()[]")
    if not plain or first_word(plain) in LINKING_WORDS or words.text.startswith("("):
        return True
    if " " not in plain:
        return False
    closes = (
        after is None or after.text in RELATIONS or after.text in CONTINUING or after.text in ".,;"
    )
    return not (opens and closes)
