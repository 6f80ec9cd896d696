r"""Macro expansion on tokens, bounded by fuel.

A definition holds from where it stands to the end of the document; TeX's grouping is not followed. What cannot be
expanded (a macro that calls itself, a missing argument) becomes an ERROR token at the place of the call, so
that the rest of the document is still read. definitions.py says which defining commands are known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from derive.reader.source.macro_definitions import DEFINERS, PROTECTED, Environment, Macro
from derive.reader.source.scanner import Kind, Token
from derive.reader.source.stream import Stream, closers, text_of

FUEL = 2_000_000
"""Tokens that all expansions of one document may produce."""
FUEL_PER_CALL = 100_000
"""Tokens that one call in the author's text may produce."""

FAILURE = 1_000
"""What a failed call costs, so that a text made of failures stays cheap."""

INPUTS = frozenset({r"\input", r"\include", r"\subfile", r"\usepackage", r"\RequirePackage"})
_COMMANDS = (Kind.WORD, Kind.SYMBOL)
_ENVIRONMENTS = (Kind.BEGIN, Kind.END)
_ACTIVE = frozenset(_COMMANDS + _ENVIRONMENTS)

Include = Callable[[str, Token], str | None]
r"""Called with a file name and the `\input` token; returns the text of an INPUT token, or None to drop it."""


class Runaway(Exception):
    """Expansion of one call has used up its fuel (internal; becomes an ERROR token)."""


@dataclass
class Macros:
    """The macros known so far and the fuel left. Mutable, because a document is read from beginning to end."""

    commands: dict[str, Macro | Token] = field(default_factory=dict)
    environments: dict[str, Environment] = field(default_factory=dict)
    fuel: int = FUEL
    runaways: dict[str, None] = field(default_factory=dict)

    def expand(self, tokens: Sequence[Token], include: Include | None = None) -> list[Token]:
        """Tokens with every definition carried out (and removed) and every macro call replaced."""
        out: list[Token] = []
        position, total = 0, len(tokens)
        commands, environments = self.commands, self.environments
        matching: dict[int, int] | None = None
        while position < total:
            token = tokens[position]
            kind, text = token.kind, token.text
            if kind not in _ACTIVE or not (
                (text in commands or text in DEFINERS or (include is not None and text in INPUTS))
                if kind in _COMMANDS
                else text in environments
            ):
                out.append(token)
                position += 1
                continue
            if matching is None:
                matching = closers(tokens)
            stream = Stream(tokens, position, matching)
            if text in commands or kind in _ENVIRONMENTS:
                position = self._call(stream, out)
            elif text in DEFINERS:
                position = self._definition(stream, out)
            elif include is not None:
                position = _input(stream, out, include)
        return out

    def define(self, tokens: Sequence[Token]) -> int:
        """Carry out the definition that `tokens` begin with; returns the offset in the text after it.

        ValueError when it is malformed or does not end within the tokens.
        """
        stream = Stream(tokens, 0, closers(tokens))
        try:
            self._define(stream.next(), stream)
        except ValueError:
            self.fuel -= FAILURE
            raise
        return stream.front[-1].start if stream.front else tokens[stream.position - 1].end

    def _definition(self, stream: Stream, out: list[Token]) -> int:
        start, token = stream.position, stream.next()
        try:
            self._define(token, stream)
        except ValueError as error:
            self.fuel -= FAILURE
            out.append(_error(token, f"{token.text}: {error}"))
            return start + 1
        out.extend(reversed(stream.front))
        return stream.position

    def _define(self, token: Token, stream: Stream) -> None:
        definition = DEFINERS[token.text](stream, self.commands)
        for name, command in definition.commands.items():
            if name not in PROTECTED:
                self.commands[name] = command
                self.runaways.pop(name, None)
        self.environments.update(definition.environments)

    def _call(self, stream: Stream, out: list[Token]) -> int:
        """Replace the call that comes next by its expansion; returns where the author's text goes on."""
        start = stream.position
        token = stream.tokens[start]
        produced: list[Token] = []
        try:
            if token.text in self.runaways or self.fuel <= 0:
                raise Runaway
            self._expand_call(stream, produced)
        except Runaway:
            self.runaways[token.text] = None
            limit = FUEL_PER_CALL if self.fuel > 0 else FUEL
            out.append(
                _error(token, f"macro {token.text} does not come to an end within {limit} tokens")
            )
            return start + 1
        except ValueError as error:
            self.fuel -= FAILURE
            out.append(_error(token, str(error)))
            return start + 1
        end = (
            stream.front[-1].start
            if stream.front
            else max(token.end, stream.tokens[stream.position - 1].end)
        )
        _place(produced, token, (token.start, end), out)
        out.extend(reversed(stream.front))
        return stream.position

    def _expand_call(self, stream: Stream, produced: list[Token]) -> None:
        """Expand until all that was pushed back has been read. ValueError: a malformed call. Runaway: no end."""
        commands, environments = self.commands, self.environments
        fuel = FUEL_PER_CALL
        pending = stream.pending
        first = True
        while first or pending:
            first = False
            token = stream.next()
            kind = token.kind
            command: Macro | Token | Environment | None = None
            if kind in _COMMANDS:
                command = commands.get(token.text)
            if command is None and kind in _ENVIRONMENTS:
                command = environments.get(token.text)
            if isinstance(command, (Macro, Environment)):
                body = command.apply(token, stream)
                fuel -= len(body) + 1
                self.fuel -= len(body) + 1
                if fuel < 0 or self.fuel < 0:
                    raise Runaway
                pending.extend(reversed(body))
            elif isinstance(command, Token):
                produced.append(
                    command._replace(start=token.start, end=token.end, spaced=token.spaced)
                )
            elif kind is Kind.WORD and token.text in DEFINERS:
                self._define(token, stream)
            else:
                produced.append(token)


def _place(produced: list[Token], token: Token, call: tuple[int, int], out: list[Token]) -> None:
    """Append expanded tokens with their call; those of the outermost body get the whole call as their place."""
    outer = token.call or call
    own = (token.start, token.end)
    for index, piece in enumerate(produced):
        start, end = (
            (piece.start, piece.end)
            if piece.start >= 0 and (piece.start, piece.end) != own
            else call
        )
        spaced = token.spaced if index == 0 else piece.spaced
        out.append(Token(piece.kind, piece.text, start, end, spaced, outer))


def _error(token: Token, message: str) -> Token:
    return Token(Kind.ERROR, message, token.start, token.end, token.spaced, token.call)


def _input(stream: Stream, out: list[Token], include: Include) -> int:
    r"""Read the file named by the `\input` that comes next through `include`."""
    start, token = stream.position, stream.next()
    try:
        stream.optional()
        following = stream.peek()
        if following is None or following.kind not in (Kind.OPEN, Kind.RUN):
            raise ValueError("no file name")
        if following.kind is Kind.OPEN:
            name = text_of(stream.argument())
        else:
            stream.skip_spaces()
            run = stream.next()
            name = run.text.split()[0] if run.text.split() else ""
    except ValueError:
        return start + 1
    packages = token.text in (r"\usepackage", r"\RequirePackage")
    for file in (f"{part.strip()}.sty" for part in name.split(",")) if packages else (name,):
        text = include(file, token)
        if text is not None:
            out.append(Token(Kind.INPUT, text, token.start, token.end))
    return stream.position
