r"""Readings of an ill-typed formula with one transpose more or less: what its author may have meant.

`2 X (X w - y)` has no value for a general X, `2 X^\top (X w - y)` has one. The formula is changed token by token and
read again, so that a candidate is a formula like any other. Which one makes its relation hold, the judge says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from derive.expr.nodes import Expr
from derive.reader.source.scanner import Kind, Token
from derive.reader.source.vocabulary import BRACKETS, nesting

#: candidates that are read, and neighbouring factors that are transposed together
MOST, LONGEST = 60, 3

_TRANSPOSES = frozenset({"T", r"\top", r"\intercal", r"\mathsf", r"\mathrm", r"\text", r"\mathit"})

Read = Callable[[list[Token]], Expr | None]


def transposed_readings(tokens: Sequence[Token], read: Read) -> tuple[tuple[str, Expr], ...]:
    """The kind of mistake and the expression, for each changed formula that `read` understands."""
    found: dict[Expr, str] = {}
    for count, (kind, changed) in enumerate(variants(tokens)):
        if count >= MOST:
            break
        expr = read(changed)
        if expr is not None:
            found.setdefault(expr, kind)
    return tuple((kind, expr) for expr, kind in found.items())


def variants(tokens: Sequence[Token]) -> Iterator[tuple[str, list[Token]]]:
    """The formula with `a^T b` for `a b^T` or the other way, without a transpose, with one more around some factors."""
    listed = list(tokens)
    yield from _exchanged(listed)
    for start in range(len(listed)):
        end = _transpose_end(listed, start)
        if end is not None:
            yield "extra_transpose", [*listed[:start], *listed[end:]]
    starts = [i for i in range(len(listed)) if _begins_factor(listed, i)]
    for length in range(1, LONGEST + 1):
        for start in starts:
            end = _run_end(listed, start, length)
            if end is not None:
                yield (
                    "missing_transpose",
                    [*listed[:start], *_wrapped(listed[start:end]), *listed[end:]],
                )


def _exchanged(tokens: list[Token]) -> Iterator[tuple[str, list[Token]]]:
    """Of two neighbouring factors the other one is transposed: the outer product for the inner one."""
    for start in range(len(tokens)):
        if not _begins_factor(tokens, start):
            continue
        middle = _factor_end(tokens, start)
        end = _factor_end(tokens, middle) if middle is not None and middle < len(tokens) else None
        if middle is None or end is None:
            continue
        first, second = tokens[start:middle], tokens[middle:end]
        bare, other = _bare(first), _bare(second)
        if (bare is None) == (other is None):
            continue
        changed = [*(bare or _wrapped(first)), *(other or _wrapped(second))]
        yield "outer_inner", [*tokens[:start], *changed, *tokens[end:]]


def _bare(factor: list[Token]) -> list[Token] | None:
    """A factor without the transpose at its end, None when it has none."""
    for start in range(1, len(factor)):
        if _transpose_end(factor, start) == len(factor):
            return factor[:start]
    return None


def _wrapped(part: list[Token]) -> list[Token]:
    r"""(part)^{\top}"""
    place = part[-1].end

    def made(kind: Kind, text: str) -> Token:
        return Token(kind, text, place, place)

    opened = Token(Kind.CHAR, "(", part[0].start, part[0].start)
    script = [
        made(Kind.SUP, "^"),
        made(Kind.OPEN, "{"),
        made(Kind.WORD, r"\top"),
        made(Kind.CLOSE, "}"),
    ]
    return [opened, *part, made(Kind.CHAR, ")"), *script]


def _transpose_end(tokens: Sequence[Token], start: int) -> int | None:
    """The end of a superscript that is nothing but a transpose."""
    if tokens[start].kind is not Kind.SUP or start + 1 >= len(tokens):
        return None
    end = _argument_end(tokens, start + 1)
    inside = [t.text for t in tokens[start + 1 : end] if t.kind not in (Kind.OPEN, Kind.CLOSE)]
    return end if inside and all(text in _TRANSPOSES for text in inside) else None


def _begins_factor(tokens: Sequence[Token], start: int) -> bool:
    before = tokens[start - 1] if start else None
    if before is not None and before.kind in (Kind.SUB, Kind.SUP):
        return False
    return _factor_end(tokens, start) is not None


def _run_end(tokens: Sequence[Token], start: int, length: int) -> int | None:
    """The end of `length` factors that stand side by side."""
    end: int | None = start
    for _ in range(length):
        if end is None or end >= len(tokens):
            return None
        end = _factor_end(tokens, end)
    return end


def _factor_end(tokens: Sequence[Token], start: int) -> int | None:
    """The end of a letter, command or bracket with its arguments and scripts."""
    token = tokens[start]
    if token.kind is Kind.LETTER:
        end = start + 1
    elif token.kind is Kind.WORD and token.text not in (r"\left", r"\right"):
        end = start + 1
        while end < len(tokens) and tokens[end].kind is Kind.OPEN:
            end = _argument_end(tokens, end)
    elif token.text in BRACKETS or token.is_word(r"\left"):
        end = _bracket_end(tokens, start)
    else:
        return None
    while end < len(tokens) - 1 and tokens[end].kind in (Kind.SUB, Kind.SUP):
        end = _argument_end(tokens, end + 1)
    return end


def _argument_end(tokens: Sequence[Token], start: int) -> int:
    """The end of a group in braces, or of one token."""
    if tokens[start].kind is not Kind.OPEN:
        return start + 1
    depth = 0
    for end in range(start, len(tokens)):
        depth += (tokens[end].kind is Kind.OPEN) - (tokens[end].kind is Kind.CLOSE)
        if not depth:
            return end + 1
    return len(tokens)


def _bracket_end(tokens: Sequence[Token], start: int) -> int:
    """The end of a bracket; brackets inside are counted whatever their kind."""
    depth = 0
    sized = tokens[start].is_word(r"\left")
    for end in range(start, len(tokens)):
        text = tokens[end].text
        if sized:
            depth += (text == r"\left") - (text == r"\right")
            if not depth:
                return min(end + 2, len(tokens))
        else:
            depth += nesting(text)
            if not depth:
                return end + 1
    return len(tokens)
