r"""A formula as a clean list of nodes: spacing and sizing commands dropped, delimiters in one spelling, a
cursor over it."""

from __future__ import annotations

from collections.abc import Sequence

from derive.reader.source.groups import Group, Node
from derive.reader.source.kept import Kept
from derive.reader.source.scanner import Kind, Token

_SPACES = frozenset(
    [
        r"\,",
        r"\;",
        r"\!",
        r"\:",
        r"\>",
        r"\quad",
        r"\qquad",
        r"\enspace",
        r"\thinspace",
        r"\negthinspace",
        r"\displaystyle",
        r"\textstyle",
        r"\scriptstyle",
        r"\scriptscriptstyle",
        r"\limits",
        r"\nolimits",
        r"\nonumber",
        r"\notag",
        r"\mathbin",
        r"\mathrel",
        r"\mathord",
        r"\mathopen",
        r"\mathclose",
        r"\mathinner",
        r"\mathstrut",
        r"\strut",
        r"\null",
        r"\relax",
        r"\allowbreak",
        r"\nobreak",
        r"\Big",
        r"\big",
        r"\bigg",
        r"\Bigg",
        r"\bigm",
        r"\Bigm",
        r"\biggm",
        r"\Biggm",
        r"\middle",
        r"\ensuremath",
        r"\boxed",
        r"\fbox",
        r"\left.",
        r"\right.",
        r"\protect",
        r"\/",
        r"\bigstrut",
        r"\medspace",
        r"\thickspace",
        r"\cr",
        r"\hfill",
        r"\par",
        r"\smash",
    ]
)
_WITH_ARGUMENT = frozenset(
    [
        r"\label",
        r"\tag",
        r"\phantom",
        r"\hphantom",
        r"\vphantom",
        r"\hspace",
        r"\vspace",
        r"\color",
        r"\rlap",
        r"\hspace*",
        r"\tag*",
        r"\kern",
        r"\mkern",
        r"\cite",
        r"\citep",
        r"\ref",
        r"\eqref",
        r"\footnote",
    ]
)
_BRACES_ABOVE = frozenset([r"\underbrace", r"\overbrace", r"\underbracket", r"\overbracket"])
_OPENERS = frozenset([r"\left", r"\bigl", r"\Bigl", r"\biggl", r"\Biggl", r"\mleft"])
_CLOSERS = frozenset([r"\right", r"\bigr", r"\Bigr", r"\biggr", r"\Biggr", r"\mright"])
_OPENED = {"|": r"\lvert", r"\|": r"\lVert", r"\vert": r"\lvert", r"\Vert": r"\lVert"}
_CLOSED = {"|": r"\rvert", r"\|": r"\rVert", r"\vert": r"\rvert", r"\Vert": r"\rVert"}
_SPELLING = {
    r"\vert": (Kind.CHAR, "|"),
    r"\Vert": (Kind.SYMBOL, r"\|"),
    r"\parallel": (Kind.SYMBOL, r"\|"),
    r"\lbrace": (Kind.SYMBOL, r"\{"),
    r"\rbrace": (Kind.SYMBOL, r"\}"),
    r"\lbrack": (Kind.CHAR, "["),
    r"\rbrack": (Kind.CHAR, "]"),
    r"\colon": (Kind.CHAR, ":"),
    r"\dfrac": (Kind.WORD, r"\frac"),
    r"\nicefrac": (Kind.WORD, r"\frac"),
    r"\sfrac": (Kind.WORD, r"\frac"),
    r"\tfrac": (Kind.WORD, r"\frac"),
    r"\cfrac": (Kind.WORD, r"\frac"),
    r"\dbinom": (Kind.WORD, r"\binom"),
    r"\tbinom": (Kind.WORD, r"\binom"),
    r"\lt": (Kind.CHAR, "<"),
    r"\gt": (Kind.CHAR, ">"),
    r"\intercal": (Kind.WORD, r"\top"),
    r"\transpose": (Kind.WORD, r"\top"),
    r"\ast": (Kind.CHAR, "*"),
    r"\prime": (Kind.CHAR, "'"),
    r"\ldots": (Kind.WORD, r"\dots"),
    r"\cdots": (Kind.WORD, r"\dots"),
    r"\dotsc": (Kind.WORD, r"\dots"),
    r"\dotsb": (Kind.WORD, r"\dots"),
    r"\dotsm": (Kind.WORD, r"\dots"),
    r"\vdots": (Kind.WORD, r"\dots"),
    r"\ddots": (Kind.WORD, r"\dots"),
    r"\infin": (Kind.WORD, r"\infty"),
}
_OLD_FONTS = {
    r"\bf": r"\mathbf",
    r"\bfseries": r"\mathbf",
    r"\rm": r"\mathrm",
    r"\cal": r"\mathcal",
    r"\sf": r"\mathsf",
    r"\it": r"\mathit",
}


def clean(nodes: Sequence[Node]) -> list[Node]:
    """The nodes of one level without spacing, in one spelling. Linear; groups inside are left as they are."""
    found = _CLEANED.get(nodes)
    return list(_CLEANED.put(nodes, tuple(_cleaned(nodes))) if found is None else found)


_CLEANED: Kept[tuple[Node, ...]] = Kept()


def _cleaned(nodes: Sequence[Node]) -> list[Node]:
    out: list[Node] = []
    position, count = 0, len(nodes)
    while position < count:
        node = nodes[position]
        position += 1
        if isinstance(node, Group):
            out.append(node)
            continue
        text = node.text
        if node.kind is Kind.ALIGN or (node.kind in (Kind.WORD, Kind.SYMBOL) and text in _SPACES):
            continue
        if node.kind is Kind.CHAR:
            position = _characters(node, nodes, position, out)
        elif node.kind is Kind.SUP and (primes := _primes(nodes[position : position + 1])):
            out.extend(primes)
            position += 1
        elif node.kind is not Kind.WORD:
            out.append(node)
        elif text == r"\left" and (end := _bar_of(nodes, position)):
            out.append(Group(node, node, tuple(nodes[position + 1 : end])))
            position = end
        elif text == r"\mathop":
            operator = nodes[position] if position < count else None
            if isinstance(operator, Group):
                out.extend(clean(operator.items))
                position += 1
        elif text in _OPENERS or text in _CLOSERS:
            position = _delimiter(text in _OPENERS, nodes, position, out)
        elif text in _WITH_ARGUMENT:
            position += 1 if position < count else 0
        elif text in _BRACES_ABOVE:
            position = _braced_over(nodes, position, out)
        elif text in _OLD_FONTS:
            position = _old_font(node, nodes, position, out)
        elif text in (r"\over", r"\choose"):
            return _infix(node, out, clean(nodes[position:]))
        else:
            spelling = _SPELLING.get(text)
            out.append(
                node if spelling is None else node._replace(kind=spelling[0], text=spelling[1])
            )
    return out


def _characters(node: Token, nodes: Sequence[Node], position: int, out: list[Node]) -> int:
    """`||` written as two bars is kept as two adjacent tokens, the first marked; `...` becomes dots."""
    following = nodes[position] if position < len(nodes) else None
    if (
        node.text == "|"
        and isinstance(following, Token)
        and following.text == "|"
        and not following.spaced
        and following.kind is Kind.CHAR
    ):
        out.append(node._replace(text="||"))
        return position + 1
    if node.text == "." and _is_dot(following):
        third = nodes[position + 1] if position + 1 < len(nodes) else None
        if _is_dot(third):
            out.append(node._replace(kind=Kind.WORD, text=r"\dots"))
            return position + 2
    out.append(node)
    return position


def _primes(above: Sequence[Node]) -> list[Token]:
    r"""The primes that are written `^{\prime}`; empty when anything else stands there."""
    held = above[0].items if above and isinstance(above[0], Group) else above
    tokens = [node for node in held if isinstance(node, Token) and node.text == r"\prime"]
    if len(tokens) != len(held):
        return []
    return [token._replace(kind=Kind.CHAR, text="'") for token in tokens]


def _is_dot(node: Node | None) -> bool:
    return isinstance(node, Token) and node.kind is Kind.CHAR and node.text == "."


def _bar_of(nodes: Sequence[Node], position: int) -> int:
    r"""Where the `\right|` of `\left. ... \right|` stands, 0 when no such pair starts here."""
    first = nodes[position] if position < len(nodes) else None
    if not isinstance(first, Token) or first.text != ".":
        return 0
    depth = 1
    for end in range(position + 1, len(nodes) - 1):
        node, following = nodes[end], nodes[end + 1]
        if isinstance(node, Token):
            depth += (node.text == r"\left") - (node.text == r"\right")
        if depth == 0:
            bar = isinstance(following, Token) and following.text in ("|", r"\vert")
            return end if bar and end > position + 1 else 0
    return 0


def _delimiter(opens: bool, nodes: Sequence[Node], position: int, out: list[Node]) -> int:
    if position >= len(nodes):
        return position
    node = nodes[position]
    if isinstance(node, Group):
        return position
    if node.text == ".":
        return position + 1
    text = (_OPENED if opens else _CLOSED).get(node.text)
    if text is not None:
        out.append(node._replace(kind=Kind.WORD, text=text))
        return position + 1
    return position


def _braced_over(nodes: Sequence[Node], position: int, out: list[Node]) -> int:
    """`\\underbrace{X}_{...}` is X."""
    if position < len(nodes):
        out.append(nodes[position])
        position += 1
    if position + 1 < len(nodes):
        script = nodes[position]
        if isinstance(script, Token) and script.kind in (Kind.SUB, Kind.SUP):
            position += 2
    return position


def _old_font(node: Token, nodes: Sequence[Node], position: int, out: list[Node]) -> int:
    rest = tuple(nodes[position:])
    if rest:
        word = node._replace(text=_OLD_FONTS[node.text])
        out.extend((word, Group(node, node, rest)))
    return len(nodes)


def _infix(node: Token, before: list[Node], after: list[Node]) -> list[Node]:
    r"""`{1 \over 2}` as `\frac{1}{2}`."""
    name = r"\frac" if node.text == r"\over" else r"\binom"
    return [
        node._replace(text=name),
        Group(node, node, tuple(before)),
        Group(node, node, tuple(after)),
    ]


def plain(nodes: Sequence[Node]) -> str:
    """The canonical text of a script: no spaces, no braces, no upright fonts (`\\text{new}` is `new`)."""
    parts: list[str] = []
    for node in clean(nodes):
        if isinstance(node, Group):
            if node.name:
                parts.append(f"[{node.name}]")
            parts.append(plain(node.items))
        elif node.kind is Kind.WORD and node.text in _UPRIGHT:
            continue
        elif (
            parts
            and parts[-1].startswith("\\")
            and parts[-1][-1].isalpha()
            and node.text[:1].isalpha()
        ):
            parts.append(" " + node.text)
        else:
            parts.append(node.text)
    return "".join(parts)


_UPRIGHT = frozenset(
    [
        r"\text",
        r"\mathrm",
        r"\textrm",
        r"\mathit",
        r"\textit",
        r"\operatorname",
        r"\textnormal",
        r"\mathsf",
        r"\textsf",
        r"\mbox",
        r"\mathtt",
        r"\texttt",
        r"\mathbf",
        r"\boldsymbol",
        r"\bm",
        r"\textbf",
    ]
)


class Cursor:
    """A position in the nodes of one level. `bars` are the delimiters open here, innermost last."""

    __slots__ = ("bars", "items", "pos", "split")

    def __init__(self, nodes: Sequence[Node], cleaned: bool = False) -> None:
        self.items: Sequence[Node] = nodes if cleaned else clean(nodes)
        self.pos = 0
        self.bars: list[str] = []
        self.split = False

    @property
    def node(self) -> Node | None:
        """The next node, None at the end."""
        return self.items[self.pos] if self.pos < len(self.items) else None

    @property
    def token(self) -> Token | None:
        """The next node if it is a token."""
        node = self.items[self.pos] if self.pos < len(self.items) else None
        return node if isinstance(node, Token) else None

    def ahead(self, distance: int = 1) -> Node | None:
        """A later node."""
        place = self.pos + distance
        return self.items[place] if place < len(self.items) else None

    def at(self, *texts: str) -> bool:
        """Whether the next node is a token with one of these texts."""
        node = self.items[self.pos] if self.pos < len(self.items) else None
        return isinstance(node, Token) and node.text in texts

    def take(self, *texts: str) -> bool:
        """Step over the next token if it has one of these texts."""
        if self.at(*texts):
            self.pos += 1
            return True
        return False

    def script(self) -> tuple[Kind, Node] | None:
        """A sub- or superscript and what it holds, taken; None when no whole one is next."""
        mark, held = self.token, self.ahead()
        if mark is None or mark.kind not in (Kind.SUB, Kind.SUP) or held is None:
            return None
        self.pos += 2
        return mark.kind, held

    @property
    def start(self) -> int:
        """Offset of the next node, or of the end of the last one."""
        node = self.node
        if node is not None:
            return start_of(node)
        return end_of(self.items[-1]) if self.items else 0


def start_of(node: Node) -> int:
    """Offset of the first character of a node."""
    return node.start if isinstance(node, Token) else node.open.start


def end_of(node: Node) -> int:
    """Offset after the last character of a node."""
    return node.end if isinstance(node, Token) else max(node.open.end, node.close.end)


def inner(node: Node) -> Sequence[Node]:
    """The nodes of a brace group, or the node itself."""
    return node.items if isinstance(node, Group) and not node.name else (node,)


def single(nodes: Sequence[Node]) -> Token | None:
    """The one token that the nodes are, through braces and upright fonts."""
    cleaned = clean(nodes)
    while True:
        if len(cleaned) == 2 and isinstance(cleaned[0], Token) and cleaned[0].text in _UPRIGHT:
            cleaned = cleaned[1:]
        if len(cleaned) != 1:
            return None
        node = cleaned[0]
        if isinstance(node, Token):
            return node
        if node.name:
            return None
        cleaned = clean(node.items)
