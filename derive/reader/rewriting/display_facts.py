r"""What the form of a formula says of its names: the covariance of `\mathcal N(x \mid \mu, \Sigma)`
is positive definite, its `\sigma^2` is one positive number, and so is a `\sigma^2` by which a
derivative is taken; an X with `(X^\top X)^{-1}` has full column rank.

Nobody writes these down. They are declared for names of which nothing else is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from derive.reader.grammar.cursor import Cursor, clean, inner, plain
from derive.reader.grammar.table import INDEX_LETTERS, Name, Table
from derive.reader.grammar.written import FONTS, GREEK, base_name, written_scripts
from derive.reader.source.groups import Node, text_of
from derive.reader.source.scanner import Kind, Token

_OPEN = ("(", r"\left")
_FRACTIONS = (r"\frac", r"\dfrac", r"\tfrac")


def declare_by_form(
    table: Table, levels: Sequence[Sequence[Node]], hints: dict[Name, int] | None = None
) -> None:
    """Declare (co)variances of normal laws and squares that are variables of derivatives; note transposes.

    `levels` are the groups of all formulas of a document, each a run of nodes; `hints` take the ranks that are likely.
    """
    random: dict[Name, None] = {}
    grams: dict[Name, dict[bool, None]] = {}
    for name in _complemented(" ".join(plain(level) for level in levels)):
        if table.find(Name(name)) is None:
            entry = table.declare(Name(name))
            entry.kind, entry.sizes = "variable", ()
            entry.add_fact("probability")
    for level in levels:
        items = clean(level)
        random.update(dict.fromkeys(_averaged(items)))
        for gram, wide in _inverted_grams(items):
            grams.setdefault(gram, {})[wide] = None
        for arguments in _normal_laws(items):
            _covariance(table, arguments[-1], {} if hints is None else hints)
        for variable in _differentiated_squares(items):
            _root_of_square(table, variable)
            _variance(table, variable)
        for turned, member in _transposed(items, table):
            known = table.transposed.get((turned.base, turned.font), False)
            table.transposed[turned.base, turned.font] = known or member
    for gram, kinds in grams.items():
        if len(kinds) == 1:
            _full_rank(table, gram, wide=True in kinds)
    unsaid = [
        name
        for name in random
        if table.find(name) is None or table.find(name.without(sub=True)) is None
    ]
    if len(random) == 1 and unsaid:  # two would be read as independent, which nobody has said
        table.random.update(random)


def _normal_laws(items: Sequence[Node]) -> Iterator[list[list[Node]]]:
    """The arguments of every normal law with a mean and a covariance."""
    for position, node in enumerate(items):
        if isinstance(node, Token) and node.text in (r"\mathcal", r"\cal", r"\mathrm", r"\text"):
            after = items[position + 1] if position + 1 < len(items) else None
            named = after is not None and plain(inner(after)) in ("N", "Normal")
            rest = items[position + 2 :]
        elif (
            isinstance(node, Token)
            and node.text == "N"
            and position
            and plain(items[position - 1 : position]) == r"\sim"
        ):
            named, rest = True, items[position + 1 :]
        else:
            continue
        if named and rest and isinstance(rest[0], Token) and rest[0].text in _OPEN:
            arguments = _arguments(rest[1:])
            if len(arguments) in (2, 3):
                yield arguments


def _arguments(nodes: Sequence[Node]) -> list[list[Node]]:
    """The parts between commas and bars up to the closing bracket."""
    parts: list[list[Node]] = [[]]
    depth = 0
    for node in nodes:
        text = text_of(node)
        if text in ("(", "["):
            depth += 1
        elif text in (")", "]"):
            if depth == 0:
                return parts
            depth -= 1
        if depth == 0 and text in (",", ";", "|", r"\mid", r"\vert"):
            parts.append([])
        elif text not in (r"\left", r"\right"):
            parts[-1].append(node)
    return []


_IDENTITY = r"(\\mathbf|\\mathbb|\\mathsf|\\bm|\\boldsymbol)?\{?I?\}?(_.*)?"


def _covariance(table: Table, nodes: Sequence[Node], hints: dict[Name, int]) -> None:
    """The last argument of a normal law: a square, a square times the identity, or a matrix."""
    cursor = Cursor(list(nodes))
    name = base_name(cursor)
    if name is None:
        return
    sub, sup = written_scripts(cursor)
    rest = plain(cursor.items[cursor.pos :])
    if not sup and (inverse := re.match(r"\^\{?-1\}?", rest)):
        sup, rest = "-1", rest[inverse.end() :]
    bold = name.font in ("bold", "bf")
    if name.base == "I" or (
        bold and sup not in ("", "-1") and (name.base.islower() or name.base in GREEK)
    ):
        return  # the identity; the squares of the entries of a vector
    if sup == "2" and re.fullmatch(_IDENTITY, rest):
        _variance(table, Name(name.base, name.font, name.accents, sub, "2"))
    elif sup in ("", "-1") and not rest and (bold or _names_matrix(table, name)):
        _positive_definite(table, Name(name.base, name.font, name.accents, sub))
    elif sup == "-1" and not bold and not name.base.isupper() and re.fullmatch(_IDENTITY, rest):
        _variance(table, Name(name.base, name.font, name.accents, sub))
    elif not sup and not rest and not sub and name.base.isupper() and not table.find(name):
        hints.setdefault(name, 2)


def _names_matrix(table: Table, name: Name) -> bool:
    """Whether a covariance is a matrix: by a capital Greek letter, or by its shape."""
    if re.fullmatch(r"\\[A-Z][a-z]+", name.base):
        return True
    known = table.exact(name)
    return known is not None and known.sizes is not None and len(known.sizes) == 2


def _root_of_square(table: Table, name: Name) -> None:
    r"""A positive sigma is the root of the `\sigma^2` by which a derivative is taken."""
    bare = name.without(sup=True)
    entry = table.exact(bare)
    if entry is None or entry.kind != "variable" or entry.sizes != () or not entry.has("positive"):
        return
    if entry.definition is None and entry.law is None and entry.law_said is None:
        del table.entries[bare]
        table.by_letter.get(bare.letter, {}).pop(bare, None)


def _variance(table: Table, name: Name) -> None:
    """Declare sigma^2 as a positive number, unless sigma is declared or has members."""
    bare = name.without(sup=True)
    indexed = any(not part.isdecimal() for part in name.sub.split(",") if part)
    if indexed or table.find(bare) is not None or table.find(name) is not None:
        return
    entry = table.declare(name)
    entry.kind, entry.sizes = "variable", ()
    entry.add_fact("positive")


_SQUARE = ("square", "invertible", "full_column_rank", "full_row_rank", "diagonal")


def _full_rank(table: Table, name: Name, wide: bool) -> None:
    """Declare that the Gram matrix of an oblong matrix has the inverse that is written."""
    entry = table.exact(name)
    if entry is None or entry.kind != "variable" or entry.definition is not None:
        return
    if entry.sizes is None or len(entry.sizes) != 2 or any(entry.has(fact) for fact in _SQUARE):
        return
    if str(entry.sizes[0]) != str(entry.sizes[1]):
        entry.add_fact("full_row_rank" if wide else "full_column_rank")


def _inverted_grams(items: Sequence[Node]) -> Iterator[tuple[Name, bool]]:
    r"""The X of every `(X^\top X)^{-1}` and `(X^\top W X)^{-1}`, and (true) of `(X X^\top)^{-1}`."""
    for position, node in enumerate(items):
        if not isinstance(node, Token) or node.text != "(":
            continue
        cursor = Cursor(list(items), cleaned=True)
        cursor.pos = position + 1
        names: list[tuple[Name, bool]] = []
        while len(names) < 4 and (name := base_name(cursor)) is not None:
            sub, sup = written_scripts(cursor)
            own = Name(name.base, name.font, name.accents, sub)
            primed = cursor.take("'")
            names.append((own, primed or sup in (r"\top", "T", r"\text{T}", r"\mathrm{T}")))
        if not cursor.at(")") or not 2 <= len(names) <= 3 or names[0][0] != names[-1][0]:
            continue
        after = (
            plain(cursor.items[cursor.pos + 1 : cursor.pos + 3]).replace("{", "").replace("}", "")
        )
        turned = (names[0][1], names[-1][1])
        if after == "^-1" and turned in ((True, False), (False, True)):
            yield names[0][0], turned[1]


def _positive_definite(table: Table, name: Name) -> None:
    members = name.sub in INDEX_LETTERS and bool(name.sub)
    form = name.without(sub=True) if members else name
    known = (table.families if members else table.entries).get(form)
    if (
        known is None
        and (found := table.find(name)) is not None
        and (found[0].family or not name.sub)
    ):
        return  # a member of a family; beside a matrix L the L_0 is another one
    if known is not None and (
        known.kind != "variable" or known.definition is not None or known.facts
    ):
        return
    if known is not None and known.sizes is not None and len(known.sizes) - known.family != 2:
        return
    entry = known or table.declare(form, family=members)
    entry.add_fact("pd")
    if members and known is None:
        entry.family = 1


def _differentiated_squares(items: Sequence[Node]) -> Iterator[Name]:
    r"""The `\sigma^2` of every `\frac{\partial f}{\partial \sigma^2}` whose numerator says that the order is one."""
    for position, node in enumerate(items[:-2]):
        if not (isinstance(node, Token) and node.text in _FRACTIONS):
            continue
        top, bottom = clean(inner(items[position + 1])), clean(inner(items[position + 2]))
        if (
            not _once(top)
            or not bottom
            or not isinstance(bottom[0], Token)
            or bottom[0].text != text_of(top[0])
        ):
            continue
        cursor = Cursor(bottom[1:])
        name = base_name(cursor)
        if name is None:
            continue
        sub, sup = written_scripts(cursor)
        sure = text_of(top[0]) == r"\partial" or name.base in (r"\sigma", r"\tau")
        if sup == "2" and cursor.node is None and sure:
            yield Name(name.base, name.font, name.accents, sub, "2")


def _averaged(items: Sequence[Node]) -> Iterator[Name]:
    r"""The names that stand alone in `\mathbb E[X]` or `\mathrm{Var}(X)`."""
    for position in range(1, len(items) - 2):
        node = items[position]
        if not isinstance(node, Token) or node.text not in ("[", "("):
            continue
        if plain(items[position - 1 : position]) not in ("E", "Var", "V", r"\Var", r"\E"):
            continue
        cursor = Cursor(list(items), cleaned=True)
        cursor.pos = position + 1
        name = base_name(cursor)
        if name is None:
            continue
        sub, sup = written_scripts(cursor)
        if cursor.at("]", ")") and not sup:
            yield Name(name.base, name.font, name.accents, sub)


def _complemented(text: str) -> tuple[str, ...]:
    r"""The letters with a logarithm or power beside that of one minus them: `\theta^x (1 - \theta)^{1-x}`."""
    letter = r"(\\[a-zA-Z]+|[a-zA-Z])"
    other = re.findall(rf"\(1-{letter}\)\^[^2-9]|\\(?:log|ln)\(1-{letter}\)", text)
    found = dict.fromkeys(a or b for a, b in other)
    return tuple(
        name
        for name in found
        if re.search(
            rf"(?:\\(?:log|ln)\(?{re.escape(name)}(?![a-zA-Z_])|{re.escape(name)}\^[^2-9])", text
        )
    )


def _transposed(items: Sequence[Node], table: Table) -> Iterator[tuple[Name, bool]]:
    """The names with a transpose, and whether they have an index; `T` is one unless it is declared."""
    signs = (r"\top",) if table.find(Name("T")) is not None else (r"\top", "T")
    if not any(isinstance(n, Token) and n.kind is Kind.SUP for n in items):
        return
    for position in range(len(items)):
        cursor = Cursor(list(items), cleaned=True)
        cursor.pos = position
        if cursor.at("(") and _calls(items, position):
            continue  # of \phi(s)^T the value is transposed
        if position and text_of(items[position - 1]) in FONTS:
            continue  # the letter inside of \mathbf{x}^T is no name of its own
        opened = cursor.take("(")
        name = base_name(cursor)
        if name is None:
            continue
        sub, sup = written_scripts(cursor)
        if opened:  # (W^{(l)})^T
            sup = plain(cursor.items[cursor.pos + 2 : cursor.pos + 3]) if cursor.at(")") else ""
        if sup in signs:
            yield name, bool(sub or opened)


def _calls(items: Sequence[Node], position: int) -> bool:
    """Whether a letter or its script stands before a bracket."""
    before = items[position - 1] if position else None
    if isinstance(before, Token):
        greek = before.kind is Kind.WORD and before.text in GREEK
        return before.kind is Kind.LETTER or greek or before.text == "'"
    script = items[position - 2] if position > 1 else None
    return isinstance(script, Token) and script.kind in (Kind.SUB, Kind.SUP)


def _once(top: Sequence[Node]) -> bool:
    """Whether a numerator has a differential sign of order one."""
    if not top or not isinstance(top[0], Token) or top[0].text not in (r"\partial", "d"):
        return False
    if top[0].text == "d" and len(top) == 1:
        return False  # `\frac{d}{d x^2}` is anything
    return not (len(top) > 1 and isinstance(top[1], Token) and top[1].kind is Kind.SUP)


__all__ = ["declare_by_form"]
