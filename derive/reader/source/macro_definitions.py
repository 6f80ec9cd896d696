r"""What a definition defines: `\newcommand`, `\def`, `\let`, `\DeclareMathOperator` and their relatives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from derive.reader.source.scanner import Kind, Token, refine, scan
from derive.reader.source.stream import Stream, text_of

Argument = tuple[str, tuple[Token, ...]]
"""How an argument is taken: ("m" braces, "o" brackets, "s" star) and what stands for it when it is absent."""


@dataclass(frozen=True)
class Macro:
    """A body with parameters. `broken` is the reason why its calls cannot be expanded, "" when they can."""

    body: tuple[Token, ...]
    arguments: tuple[Argument, ...] = ()
    broken: str = ""

    def apply(self, call: Token, stream: Stream) -> list[Token]:
        """The body with the arguments put in. A body token stands where the call stands. ValueError: bad call."""
        if self.broken:
            raise ValueError(f"macro {call.text}: {self.broken}")
        values = [_take(argument, stream, call) for argument in self.arguments]
        result: list[Token] = []
        for piece in self.body:
            if piece.kind is Kind.PARAMETER:
                number = int(piece.text[1:]) if piece.text[1:].isdigit() else 0
                if 0 < number <= len(values):
                    result.extend(values[number - 1])
                elif piece.text == "##":
                    continue
                else:
                    raise ValueError(
                        f"macro {call.text} uses {piece.text} but takes {len(values)} arguments"
                    )
            else:
                result.append(Token(piece.kind, piece.text, call.start, call.end, piece.spaced))
        return result


def _take(argument: Argument, stream: Stream, call: Token) -> Sequence[Token]:
    kind, default = argument
    try:
        if kind == "s":
            stream.takes("*")
            return ()
        if kind == "o":
            found = stream.optional()
            return default if found is None else found
        return stream.argument()
    except ValueError as error:
        raise ValueError(f"macro {call.text}: {error}") from None


@dataclass(frozen=True)
class Environment:
    r"""`\newenvironment`: what its `\begin` and its `\end` stand for."""

    opening: Macro
    closing: Macro

    def apply(self, call: Token, stream: Stream) -> list[Token]:
        return (self.opening if call.kind is Kind.BEGIN else self.closing).apply(call, stream)


@dataclass(frozen=True)
class Definition:
    """What one defining command added."""

    commands: dict[str, Macro | Token] = field(default_factory=dict)
    environments: dict[str, Environment] = field(default_factory=dict)


Known = Mapping[str, "Macro | Token"]


def _body(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """A body as fine tokens, without places of their own."""
    return tuple(Token(t.kind, t.text, -1, -1, t.spaced) for t in refine(tokens))


def _latex(text: str) -> tuple[Token, ...]:
    return _body(scan(text))


def _signature(stream: Stream) -> tuple[Argument, ...]:
    """The `[n][default]` after a name."""
    count = stream.optional()
    if count is None:
        return ()
    text = text_of(count)
    if not (text.isdecimal() and text.isascii() and int(text) <= 9):
        raise ValueError(f"the number of arguments must be 0 to 9, not {text[:20]!r}")
    default = stream.optional()
    arguments: list[Argument] = [("m", ())] * int(text)
    if default is not None and arguments:
        arguments[0] = ("o", tuple(default))
    return tuple(arguments)


def _newcommand(stream: Stream, known: Known, provide: bool = False) -> Definition:
    stream.takes("*")
    name = stream.word().text
    arguments = _signature(stream)
    macro = Macro(_body(stream.argument()), arguments)
    return Definition() if provide and name in known else Definition({name: macro})


def _provide(stream: Stream, known: Known) -> Definition:
    return _newcommand(stream, known, provide=True)


def _def(stream: Stream, known: Known) -> Definition:
    name = stream.next()
    if name.kind not in (Kind.WORD, Kind.SYMBOL):
        raise ValueError(f"a definition needs the name of a command, not {name.text[:40]!r}")
    parameters: list[Token] = []
    while (token := stream.peek()) is not None and token.kind is not Kind.OPEN:
        parameters.append(stream.next())
        if len(parameters) > 40:
            raise ValueError("no body in braces")
    body = _body(stream.argument())
    numbers = [t for t in parameters if t.kind is Kind.PARAMETER]
    delimited = any(t.kind is not Kind.PARAMETER and t.text.strip() for t in parameters)
    if delimited:
        macro = Macro((), broken=f"the parameter text {text_of(parameters)!r} is not supported")
        return Definition({name.text: macro})
    return Definition({name.text: Macro(body, (("m", ()),) * len(numbers))})


def _let(stream: Stream, known: Known) -> Definition:
    stream.skip_spaces()
    name = stream.next()
    stream.takes("=")
    stream.skip_spaces()
    target = stream.next()
    if name.kind not in (Kind.WORD, Kind.SYMBOL) or target.kind not in (Kind.WORD, Kind.SYMBOL):
        return Definition()
    if target.text == name.text:
        return Definition()
    return Definition({name.text: known.get(target.text, target)})


def _operator(stream: Stream, known: Known) -> Definition:
    starred = stream.takes("*")
    name = stream.word().text
    words = _body(stream.argument())
    opening = _latex(r"\operatorname*{" if starred else r"\operatorname{")
    return Definition({name: Macro(opening + words + _latex("}"))})


def _paired(stream: Stream, known: Known) -> Definition:
    name = stream.word().text
    left, right = _body(stream.argument()), _body(stream.argument())
    body = _latex(r"\left") + left + _latex("#3") + _latex(r"\right") + right
    return Definition({name: Macro(body, (("s", ()), ("o", ()), ("m", ())))})


def _document_command(stream: Stream, known: Known) -> Definition:
    name = stream.word().text
    specification = text_of(stream.argument()).replace("+", "")
    arguments: list[Argument] = []
    rest = specification
    while rest := rest.strip():
        kind, rest = rest[0], rest[1:]
        default = ""
        if kind == "O":
            closing = rest.find("}")
            default, rest = rest.strip()[1:closing], rest[closing + 1 :]
        if kind not in "mosO":
            macro = Macro(
                (), broken=f"the argument specification {specification!r} is not supported"
            )
            stream.argument()
            return Definition({name: macro})
        arguments.append((kind.lower() if kind == "O" else kind, _latex(default)))
    return Definition({name: Macro(_body(stream.argument()), tuple(arguments))})


def _environment(stream: Stream, known: Known) -> Definition:
    stream.takes("*")
    name = text_of(stream.argument())
    arguments = _signature(stream)
    opening, closing = _body(stream.argument()), _body(stream.argument())
    structural = any(t.kind in (Kind.BEGIN, Kind.MATH) or t.is_word(r"\[") for t in opening)
    if not structural or any(t.kind is Kind.BEGIN and t.text == name for t in opening):
        return Definition()
    return Definition(environments={name: Environment(Macro(opening, arguments), Macro(closing))})


def _skip_false(stream: Stream, known: Known) -> Definition:
    depth = 1
    while depth and stream.peek() is not None:
        token = stream.next()
        if token.kind is not Kind.WORD:
            continue
        if token.text == r"\fi" or (token.text == r"\else" and depth == 1):
            depth -= 1
        elif token.text.startswith(r"\if") and token.text != r"\iff":
            depth += 1
    return Definition()


DEFINERS: dict[str, Callable[[Stream, Known], Definition]] = {
    r"\newcommand": _newcommand,
    r"\renewcommand": _newcommand,
    r"\DeclareRobustCommand": _newcommand,
    r"\providecommand": _provide,
    r"\def": _def,
    r"\gdef": _def,
    r"\edef": _def,
    r"\xdef": _def,
    r"\let": _let,
    r"\DeclareMathOperator": _operator,
    r"\DeclarePairedDelimiter": _paired,
    r"\NewDocumentCommand": _document_command,
    r"\RenewDocumentCommand": _document_command,
    r"\newenvironment": _environment,
    r"\renewenvironment": _environment,
    r"\iffalse": _skip_false,
}

PROTECTED = frozenset(
    "\\" + name
    for name in [
        "begin",
        "end",
        "section",
        "subsection",
        "subsubsection",
        "chapter",
        "part",
        "paragraph",
        "subparagraph",
        "item",
        "label",
        "ref",
        "par",
        "input",
        "include",
        "documentclass",
        "usepackage",
        "left",
        "right",
        "text",
        "frac",
        "maketitle",
        "footnote",
        "caption",
    ]
)
"""Commands whose redefinition concerns the look only; following it would hide the structure of the document."""
