r"""Names that the table does not have: constants, sizes and indices by position, entries of a declared matrix,
refusals."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from derive.errors import ReadError
from derive.expr.nodes import Apply, Dim, Expr, Number, Power
from derive.expr.sizes import ONE
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, clean, plain
from derive.reader.grammar.indices import at_commas, free_index, script_pieces
from derive.reader.grammar.members import instance_of, variable
from derive.reader.grammar.names import Unknown
from derive.reader.grammar.table import INDEX_LETTERS, Declaration, Name
from derive.reader.grammar.values import Value, constant
from derive.reader.grammar.written import Written
from derive.reader.source.groups import Node, text_of
from derive.reader.source.scanner import Kind

COUNTS = frozenset(Name(letter) for letter in "nmkNMKdD")


"""Letters that count something when an exponent is the first place where they occur."""


def read_undeclared(reader: Formula, request: object) -> Value:
    """A name that the table does not have: constants, sizes and indices by position, entries of a declared matrix."""
    assert isinstance(request, Unknown)
    found, name, cursor = request.written, request.name, request.cursor
    word = found.name
    value = _special(reader, found, cursor)
    if value is None and word.font == "word":
        handler = reader.words.get(word.base) or reader.words.get(word.base.lower())
        if handler is not None:
            return reader.words["function word"](reader, request)
    positional = reader.in_limit or (reader.in_index and word.base not in ("1", "0", r"\delta"))
    if value is None and positional:
        value = _by_position(reader, found, name)
        if value is not None:
            counted = replace(found, primes=0) if reader.in_limit else found
            return _sup(reader, value, counted)
    if value is None:
        handler = reader.words.get(f"name:{word.base}")
        if (
            handler is not None
            and (
                word.font in ("", "rm", "bb", "cal", "bold", "sf", "word")
                or (word.font == "vec" and word.base in ("0", "1"))
                or (word.font == "frak" and word.base == "D")
            )
            and not word.accents
        ):
            value = handler(reader, request)
            if value is not None:
                return value
    if value is None and not positional:
        value = _by_position(reader, found, name)
    if value is None:
        value = _lower_case_entries(reader, found)
        if value is not None:
            return _sup(reader, value, found)
        value = _lower_case_sample(reader, found)
        if value is not None:
            return value
    if value is None:
        value = _square_root(reader, found)
        if value is not None:
            return value
    if value is None:
        return reader.words["assume"](reader, request)
    if found.sub is not None:
        value = reader.entries(value, found.sub, found.start)
    return _sup(reader, value, found)


def _sup(reader: Formula, value: Value, found: Written) -> Value:
    for _ in range(found.primes):
        value = reader._primed(value, found.start)
    return reader.raised(value, found.sup, found.start) if found.sup is not None else value


def _special(reader: Formula, found: Written, cursor: Cursor) -> Value | None:
    base, font = found.name.base, found.name.font
    if found.name.accents or found.primes:
        return None
    if base == r"\pi" and found.sub is None:
        return constant("pi", found.start)
    label = plain(found.sup).replace(" ", "") if found.sup is not None else ""
    if base == "e" and len(label) == 3 and label[0] + label[2] == "()" and label[1].isalpha():
        return None  # the error of step k, not a power of Euler's number
    if base == "e" and font in ("", "rm") and found.sub is None and not reader.in_index:
        return constant("e", found.start)
    if base in ("0", "1") or (base == "I" and font in ("", "bold", "rm", "bb")):
        return None
    return None


def _by_position(reader: Formula, found: Written, name: Name) -> Value | None:
    """Inside a subscript an unknown letter is a free index; in a limit of a sum it is a size."""
    if found.sup is not None and not reader.in_limit:
        return None
    if reader.in_limit:
        size = reader.table.size(
            Name(name.base, name.font, name.accents, name.sub, "", found.primes)
        )
        return Value((), lambda: Dim(size), kind="size", start=found.start)
    if reader.in_exponent and found.sub is None and not found.primes and found.name in COUNTS:
        reader.note(f"{found.name.latex} is read as a positive integer")
        size = reader.table.size(found.name)
        return Value((), lambda: Dim(size), kind="size", start=found.start)
    if reader.in_index:
        text = Name(
            found.name.base, found.name.font, found.name.accents, "", "", found.primes
        ).latex
        if found.sub is None:
            return free_index(reader, text, found.start)
    return None


def _lower_case_entries(reader: Formula, found: Written) -> Value | None:
    """a_{ij} where only the matrix A is declared."""
    base = found.name.base
    if found.sub is None or not base.islower() or len(base) != 1 or found.name.accents:
        return None
    upper = reader.table.find(Name(base.upper(), found.name.font)) or reader.table.find(
        Name(base.upper())
    )
    if upper is None or upper[0].kind != "variable" or upper[0].family:
        return None
    if upper[0].sizes is None and upper[0].facts and reader.table.inference is not None:
        reader.words["shape by facts"](reader, upper[0])
    if len(upper[0].sizes or ()) != 2:
        return None
    items = clean(found.sub)
    if len(at_commas(items)) != 2 and len(script_pieces(items)) != 2:
        return None
    reader.note(f"{base}_{{ij}} is read as the entries of {upper[0].latex}")
    return reader.entries(variable(reader, upper[0], found.start), found.sub, found.start)


def _lower_case_sample(reader: Formula, found: Written) -> Value | None:
    r"""`y^{(i)}` and `a^{[2](i)}` where only the rows Y and `A^{[2]}` are declared, with a number for each sample."""
    base = found.name.base
    items = clean(found.sup) if found.sup is not None else []
    texts = [text_of(n) for n in items]
    if found.sub is not None or len(base) != 1 or not base.islower() or len(texts) < 3:
        return None
    if texts[-3] != "(" or texts[-1] != ")" or not any(b.name == texts[-2] for b in reader.scope):
        return None
    label = plain(items[:-3]).replace(" ", "")
    row = reader.table.exact(
        Name(base.upper(), found.name.font, found.name.accents, found.name.sub, label)
    )
    if row is None or row.kind != "variable" or row.family or len(row.sizes or ()) != 2:
        return None
    assert row.sizes is not None
    if reader.table.sizes.resolve(row.sizes[0]) != ONE:
        return None
    reader.note(f"{found.name.base}^{{(i)}} is read as the entries of {row.latex}")
    return reader.entries(variable(reader, row, found.start), tuple(items[-2:-1]), found.start)


def _square_root(reader: Formula, found: Written) -> Value | None:
    """\\sigma where \\sigma^2 is declared: its positive root; \\sigma^{2k} is a power of \\sigma^2."""
    sub = plain(found.sub) if found.sub is not None else ""
    match = reader.table.find(Name(found.name.base, found.name.font, found.name.accents, sub, "2"))
    root = _root_of_member(reader, found, match[0]) if match is not None else None
    if root is not None:
        return root
    if match is None or not match[1].sup or match[0].sizes != () or match[0].family:
        return None
    entry = match[0]
    if not entry.has("nonnegative"):
        return None
    table = reader.table
    exponent = Fraction(1, 2)
    if found.sup is not None:
        text = plain(found.sup)
        if not text.lstrip("-").isdecimal():
            return None
        exponent = Fraction(int(text), 2)
    power = Number(exponent)
    reader.note(f"{found.name.latex} is the positive root of {entry.latex}")

    def build() -> Expr:
        symbol = table.symbol(entry)
        if exponent == Fraction(1, 2):
            return Apply("sqrt", (symbol,))
        return symbol if exponent == 1 else Power(symbol, power)

    return Value((), build, start=found.start)


def _root_of_member(reader: Formula, found: Written, entry: Declaration) -> Value | None:
    r"""\sigma_j where the squares \sigma_j^2 are defined for all j; \sigma_j^{-2} is a power of \sigma_j^2."""
    text = plain(found.sup) if found.sup is not None else "1"
    if entry.name.sup != "2" or found.sub is None or not text.lstrip("-").isdecimal():
        return None
    if entry.kind == "template" and entry.family == 1:
        square, *_ = instance_of(reader, entry, found.sub, [], found.start)
    elif entry.kind == "variable" and entry.definition is not None and len(entry.sizes or ()) == 1:
        square = reader.entries(variable(reader, entry, found.start), found.sub, found.start)
    else:
        return None
    if reader.arithmetic.shape(square):
        return None
    reader.note(f"{found.name.latex} is the positive root of {entry.latex}")
    power = Number(Fraction(int(text), 2))

    def build() -> Expr:
        inner = square.build()
        return Apply("sqrt", (inner,)) if text == "1" else Power(inner, power)

    return Value((), build, square.uses, start=found.start)


def read_bare_word(reader: Formula, cursor: Cursor) -> Value:
    """A command that stands for a word when no macro defines it: `\\E[x]`, `\\KL(q \\| p)`."""
    token, before = cursor.token, cursor.pos
    assert token is not None
    cursor.pos += 1
    word = {r"\EE": "E"}.get(token.text, token.text[1:])
    name = Name(word, "word")
    sub: tuple[Node, ...] | None = None
    if cursor.token is not None and cursor.token.kind is Kind.SUB:
        cursor.pos += 1
        sub = tuple(reader.argument(cursor))
    request = Unknown(Written(name, token.start, sub), name, cursor, before)
    return read_undeclared(reader, request)


def undeclared_error(reader: Formula, request: Unknown) -> ReadError:
    """`x is not declared; add x \\in \\mathbb{R}^{n}`."""
    latex = Name(request.name.base, request.name.font, request.name.accents).latex
    if request.cursor.at("(") and not request.written.sub:
        return reader.error(
            f"{latex} is not declared: as a factor it needs {latex} \\in \\mathbb{{R}}, as a function a definition "
            f"{latex}(x) = ...",
            request.written.start,
        )
    if latex in INDEX_LETTERS:
        return reader.error(
            f"{latex} is not declared: a size, an index or a scalar; add {latex} \\in \\mathbb{{R}} or its range",
            request.written.start,
        )
    return reader.error(
        f"{latex} is not declared; add {latex} \\in \\mathbb{{R}}^{{...}}", request.written.start
    )
