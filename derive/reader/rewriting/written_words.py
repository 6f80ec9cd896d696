r"""Words that are written in plain letters: `log(x)`, `diag(p)`, `NLL = ...`, and E and V of what is random.

Letters that stand close together are one word where a function is so called, or where an equation gives it or a
derivative is taken of it and its letters are no names. A plain E is the expectation, not an error or an energy, where
it has square brackets somewhere, or where prose speaks of expectations; V is the variance where prose calls it so.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Container, Iterator, Sequence

from derive.reader.grammar.written import FONTS
from derive.reader.source.blocks import Document, Inline, Prose, Text
from derive.reader.source.scanner import Kind, Token

_FUNCTIONS = frozenset(
    [
        *(
            "exp",
            "log",
            "ln",
            "diag",
            "tr",
            "Tr",
            "det",
            "max",
            "min",
            "sigmoid",
            "softmax",
            "sign",
        ),
        *("sgn", "tanh", "cosh", "sinh", "sin", "cos", "Var", "var", "Cov", "cov", "Bias", "bias"),
        *("vec", "rank", "relu", "ReLU", "erf", "MSE", "argmax", "argmin"),
    ]
)
_KNOWN = frozenset(
    ["NLL", "LL", "MSE", "RSS", "SSE", "SSR", "TSS", "SST", "MAE", "RMSE", "ELBO", "BCE", "const"]
)
_OPENERS = frozenset(["(", "[", r"\left", r"\big", r"\Big", r"\bigl", r"\Bigl", r"\bigg", r"\Bigg"])
_TEXTS = frozenset([r"\text", r"\textrm", r"\textit", r"\mbox", r"\textnormal"])
_BARE = frozenset(["log", "ln", "exp"])
"""Functions that are also written without brackets: `log\\sum_z p(x, z)`, `log\\,p(x)`."""
_REACHED = frozenset(
    [r"\sum", r"\prod", r"\frac", r"\dfrac", r"\,", r"\;", r"\ ", r"\int", r"\det"]
)
_STARTS = frozenset(["&", r"\\", r"\quad", r"\qquad"])
_SKIPPED = frozenset([r"\!", r"\,", r"\;", r"\:"])
_EXPECTS = re.compile(
    r"expectation|expected|unbiased|random|i\.?i\.?d\b"
    r"|\bbias\b.*(?:variance|estimat)|(?:variance|estimat).*\bbias\b",  # not that of a layer
    re.IGNORECASE | re.DOTALL,
)
_VARIANCE = re.compile(r"variance\s*$", re.IGNORECASE)


def with_words(document: Document) -> Document:
    """The document with such words in upright letters, and E and V as operators."""
    formulas = list(document.formulas())
    words = _FUNCTIONS | _names(formulas) | _divergence(formulas)
    expects, varies = _is_expectation(document, formulas), _is_variance(document)

    def changed(tokens: Sequence[Token]) -> tuple[Token, ...]:
        upright = list(_upright(_called_words(_identities(tokens)), words))
        return tuple(_operators(upright, expects, varies))

    return document.rewritten(changed)


def _runs(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Where letters stand close together, outside of commands with a word as their argument."""
    position = 0
    while position < len(tokens):
        end = position + 1
        if tokens[position].kind is Kind.LETTER:
            while (
                end < len(tokens)
                and tokens[end].kind is Kind.LETTER
                and not tokens[end].spaced
                and tokens[end].start == tokens[end - 1].end
            ):
                end += 1
            if not _in_font(tokens, position):
                yield position, end
        position = end


def _in_font(tokens: Sequence[Token], place: int) -> bool:
    """Whether a letter is the first one in the argument of a command for a font."""
    before = [t.text for t in tokens[max(0, place - 2) : place]]
    return bool(before) and (before[-1] in FONTS or (before[-1] == "{" and before[0] in FONTS))


def _text(tokens: Sequence[Token], start: int, end: int) -> str:
    return "".join(t.text for t in tokens[start:end])


def _names(formulas: Sequence[Sequence[Token]]) -> frozenset[str]:
    """The words that an equation gives, or of which a derivative is taken."""
    alone: dict[str, None] = {}
    given: dict[str, None] = {}
    for tokens in formulas:
        for start, end in _runs(tokens):
            word = _text(tokens, start, end)
            if end == start + 1:
                alone[word] = None
            elif end > start + 2 or word in _KNOWN or word.isupper():
                before = tokens[start - 1].text if start else "&"
                after = tokens[end].text if end < len(tokens) else ""
                heads = before in _STARTS or tokens[start - 1].kind is Kind.END or not start
                if (heads and after in ("=", "&", "(", "[")) or before == r"\partial":
                    given[word] = None
    free = (w for w in given if w in _KNOWN or _is_free(w, alone))
    return frozenset([*free, "const"])


def _divergence(formulas: Sequence[Sequence[Token]]) -> frozenset[str]:
    """KL, where it stands before two laws; with a comma between them L may be no function."""
    barred = separate = comma = False
    for tokens in formulas:
        for start, end in _runs(tokens):
            word = _text(tokens, start, end)
            opened = end < len(tokens) and tokens[end].text in _OPENERS
            separate = separate or (opened and word == "L")
            if word == "KL" and opened:
                texts = [t.text for t in tokens[end:]]
                stop = next((i for i, t in enumerate(texts) if t in (")", "]")), len(texts))
                barred = barred or any(t in _BARRED for t in texts[:stop])
                comma = comma or texts[:stop].count(",") == 1
    return frozenset(["KL"]) if barred or (comma and not separate) else frozenset()


_BARRED = frozenset(["|", "||", r"\|", r"\Vert", r"\parallel", r"\mid"])


def _is_free(word: str, alone: Container[str]) -> bool:
    """Whether the letters of a word are no names; of two letters, `FL = ...`, neither one may be."""
    unnamed = (c not in alone for c in word)
    return all(unnamed) if len(word) == 2 else any(unnamed)


def _upright(tokens: Sequence[Token], words: frozenset[str]) -> Iterator[Token]:
    r"""The tokens with `\operatorname{...}` around the words."""
    done = 0
    for start, end in _runs(tokens):
        word = _text(tokens, start, end)
        if end == start + 1 or word not in words:
            continue
        following = tokens[end].text if end < len(tokens) else ""
        reaches = word in _BARE and following in _REACHED
        called = reaches or following in (*_OPENERS, "_")
        if word in (*_FUNCTIONS, "KL") and word not in _KNOWN and not called:
            continue
        yield from tokens[done:start]
        first, last = tokens[start], tokens[end - 1]
        yield first._replace(kind=Kind.WORD, text=r"\operatorname", end=first.start)
        yield first._replace(kind=Kind.OPEN, text="{", end=first.start, spaced=False)
        yield first._replace(spaced=False)
        yield from tokens[start + 1 : end]
        yield last._replace(kind=Kind.CLOSE, text="}", start=last.end)
        done = end
    yield from tokens[done:]


def function_words(tokens: Sequence[Token], is_name: Callable[[str], bool]) -> tuple[Token, ...]:
    """The tokens of one formula with its functions in upright letters: `tr(A)` is the trace where t and r are no
    names both."""
    words = frozenset(word for word in _FUNCTIONS if not all(map(is_name, word)))
    return tuple(_upright(_called_words(tokens), words))


def _identities(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with `I_p` for `I_{pp}`."""
    texts = [t.text for t in tokens]
    dropped = {
        place
        for place in range(4, len(tokens))
        if texts[place - 3 : place - 1] == ["_", "{"]
        and texts[place - 1] == texts[place]
        and tokens[place].kind is Kind.LETTER
        and texts[place + 1 : place + 2] == ["}"]
        and "I" in (texts[place - 4], *texts[place - 5 : place - 4])
    }
    return [token for place, token in enumerate(tokens) if place not in dropped]


def _called_words(tokens: Sequence[Token]) -> list[Token]:
    r"""The tokens with `\operatorname{Var}(` for `\text{Var}(`, which is no remark."""
    found = list(tokens)
    for place, token in enumerate(tokens):
        if token.text not in _TEXTS or place + 1 >= len(tokens) or tokens[place + 1].text != "{":
            continue
        end = place + 2
        while end < len(tokens) and tokens[end].kind is Kind.LETTER:
            end += 1
        following = [t.text for t in tokens[end : end + 2]]
        if end > place + 3 and following[:1] == ["}"] and following[-1] in _OPENERS:
            found[place] = token._replace(text=r"\operatorname")
    return found


def _called(tokens: Sequence[Token], letter: str) -> Iterator[int]:
    """The places of a plain letter that an opening bracket follows."""
    for position, token in enumerate(tokens):
        if token.kind is not Kind.LETTER or token.text != letter:
            continue
        if _in_font(tokens, position):
            continue
        after = position + 1
        while after < len(tokens) and tokens[after].text in _SKIPPED:
            after += 1
        if after < len(tokens) and tokens[after].text in _OPENERS:
            yield position


def _is_expectation(document: Document, formulas: Sequence[Sequence[Token]]) -> bool:
    """Whether a plain E with brackets is the expectation throughout."""
    places = [(tokens, place) for tokens in formulas for place in _called(tokens, "E")]
    if not places:
        return False
    for tokens, place in places:
        if any(t.text == "[" for t in tokens[place + 1 : place + 4]):
            return True
    if any(_is_differentiated(tokens, "E") for tokens in formulas):
        return False  # an error
    moments = any("Var" in _text(t, 0, len(t)) or "Cov" in _text(t, 0, len(t)) for t in formulas)
    texts = (
        p.text
        for b in document.blocks
        if isinstance(b, Prose)
        for p in b.pieces
        if isinstance(p, Text)
    )
    return moments or bool(_EXPECTS.search(" ".join(texts)))


def _is_differentiated(tokens: Sequence[Token], letter: str) -> bool:
    r"""Whether a derivative of a letter is written: `\partial E`, `\nabla E`, `\nabla_w E`, `dE`."""
    texts = [t.text for t in tokens]
    for place, text in enumerate(texts):
        if text != letter or tokens[place].kind is not Kind.LETTER or not place:
            continue
        before = place - 1
        if texts[before] == "}" and "{" in texts[:before]:
            before = max(i for i in range(before) if texts[i] == "{")
        if before and texts[before - 1] in ("_", "^"):
            before -= 2  # behind the variable
        if before >= 0 and texts[before] in (r"\partial", r"\nabla"):
            return True
        if texts[place - 1] == "d" and place > 1 and texts[place - 2] == "{":
            return True
    return False


def _is_variance(document: Document) -> bool:
    """Whether prose calls V(...) a variance."""
    for block in document.blocks:
        pieces = block.pieces if isinstance(block, Prose) else ()
        for words, formula in itertools.pairwise(pieces):
            if not isinstance(words, Text) or not isinstance(formula, Inline):
                continue
            if _VARIANCE.search(words.text) and 0 in _called(formula.tokens, "V"):
                return True
    return False


def _operators(tokens: list[Token], expects: bool, varies: bool) -> Iterator[Token]:
    r"""The tokens with `\mathbb{E}` and `\mathrm{Var}` for such an E and V."""
    means = frozenset(_called(tokens, "E")) if expects else frozenset()
    spreads = frozenset(_called(tokens, "V")) if varies else frozenset()
    for position, token in enumerate(tokens):
        if position not in means and position not in spreads:
            if token.text in _SKIPPED and position - 1 in (*means, *spreads):
                continue
            yield token
            continue
        font, word = (r"\mathbb", "E") if position in means else (r"\operatorname", "Var")
        as_typed = token._replace(call=token.call or (token.start, token.end))
        yield as_typed._replace(kind=Kind.WORD, text=font)
        yield as_typed._replace(kind=Kind.OPEN, text="{", spaced=False)
        yield from (as_typed._replace(text=letter, spaced=False) for letter in word)
        yield as_typed._replace(kind=Kind.CLOSE, text="}", spaced=False)
