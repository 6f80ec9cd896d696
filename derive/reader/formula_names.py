r"""Names in a formula: what is written as one, and what it stands for by the table of symbols.

`written` reads a base letter with fonts, accents and scripts; `read_name` looks up the longest declared form and gives what
is left over (indices, transposes, powers, primes, an argument list) its meaning by what was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from derive.errors import ReadError
from derive.expr.nodes import Apply, Call, Dim, Expr, Filled, Function, Index, Item, Number, Power
from derive.expr.sizes import Size
from derive.reader.formula_core import Formula
from derive.reader.formula_cursor import Cursor, clean, inner, plain, start_of
from derive.reader.formula_sizes import is_open
from derive.reader.formula_values import Binding, Value, constant, uses_of
from derive.reader.groups import Group, Node
from derive.reader.scanner import Kind, Token
from derive.reader.table import INDEX_LETTERS, Declaration, Name

GREEK = frozenset(
    r"\alpha \beta \gamma \delta \epsilon \varepsilon \zeta \eta \theta \vartheta \iota \kappa \varkappa \lambda \mu \nu "
    r"\xi \pi \varpi \rho \varrho \sigma \varsigma \tau \upsilon \phi \varphi \chi \psi \omega \Gamma \Delta \Theta "
    r"\Lambda \Xi \Pi \Sigma \Upsilon \Phi \Psi \Omega \ell \hbar \imath \jmath \aleph \wp \Re \Im".split()
)
FONTS = {
    r"\mathbf": "bold", r"\boldsymbol": "bold", r"\bm": "bold", r"\pmb": "bold", r"\textbf": "bold", r"\mathbfit": "bold",
    r"\symbf": "bold", r"\vec": "vec", r"\mathcal": "cal", r"\mathscr": "cal", r"\mathbb": "bb", r"\mathds": "bb",
    r"\mathbbm": "bb", r"\Bbb": "bb", r"\mathfrak": "frak", r"\mathsf": "sf", r"\textsf": "sf", r"\mathrm": "rm",
    r"\textrm": "rm", r"\text": "rm", r"\mbox": "rm", r"\textnormal": "rm", r"\operatorname": "rm", r"\mathit": "",
    r"\textit": "", r"\mathnormal": "", r"\mathtt": "tt", r"\texttt": "tt", r"\underline": "underline",
    r"\operatorname*": "rm", r"\mathring": "bb",
}  # fmt: skip
ACCENTS = {
    r"\hat": "hat", r"\widehat": "hat", r"\tilde": "tilde", r"\widetilde": "tilde", r"\bar": "bar", r"\overline": "bar",
    r"\dot": "dot", r"\ddot": "ddot", r"\check": "check", r"\breve": "breve", r"\acute": "acute", r"\grave": "grave",
}  # fmt: skip
COUNTS = frozenset(Name(letter) for letter in "nmkNMKdD")
"""Letters that count something when an exponent is the first place where they occur."""
WORDLIKE = frozenset(["rm", "", "sf", "tt"])


@dataclass(frozen=True)
class Written:
    """A base with font and accents, the nodes of its scripts, and where it starts. `digits`: `\\mathbf 1`."""

    name: Name
    start: int
    sub: tuple[Node, ...] | None = None
    sup: tuple[Node, ...] | None = None
    primes: int = 0


def base_name(cursor: Cursor) -> Name | None:
    """The name that comes next without scripts; None (and nothing taken) when there is none."""
    before = cursor.pos
    found = _base(cursor)
    if found is None:
        cursor.pos = before
    return found


def _base(cursor: Cursor) -> Name | None:
    token = cursor.token
    if token is None:
        node = cursor.node
        if isinstance(node, Group) and not node.name and len(node.items) <= 4:
            inside = Cursor(node.items)
            found = _base(inside)
            if found is not None and inside.node is None:
                cursor.pos += 1
                return found
        return None
    if token.kind is Kind.LETTER or (token.kind is Kind.WORD and token.text in GREEK):
        cursor.pos += 1
        return Name(token.text)
    if token.text in ACCENTS:
        return _accented(cursor, ACCENTS[token.text])
    if token.text in FONTS:
        return _styled(cursor, FONTS[token.text])
    return None


def _argument(cursor: Cursor) -> Sequence[Node] | None:
    cursor.pos += 1
    if cursor.at("*"):
        cursor.pos += 1
    node = cursor.node
    if node is None:
        return None
    if isinstance(node, Token) and (node.text in FONTS or node.text in ACCENTS):
        following = cursor.ahead()
        cursor.pos += 2
        return (node, following) if following is not None else None
    cursor.pos += 1
    return inner(node)


def _accented(cursor: Cursor, accent: str) -> Name | None:
    nodes = _argument(cursor)
    if nodes is None:
        return None
    inside = Cursor(nodes)
    name = _base(inside)
    if name is None or (inside.node is not None and not _only_scripts(inside)):
        return None
    found = Name(name.base, name.font, (*name.accents, accent))
    if inside.node is not None:
        scripts = written_scripts(inside)
        found = Name(found.base, found.font, found.accents, *scripts)
    return found


def _only_scripts(cursor: Cursor) -> bool:
    return isinstance(cursor.node, Token) and cursor.node.kind in (Kind.SUB, Kind.SUP)


def written_scripts(cursor: Cursor) -> tuple[str, str]:
    """Canonical subscript and superscript that follow."""
    sub = sup = ""
    while isinstance(cursor.node, Token) and cursor.node.kind in (Kind.SUB, Kind.SUP):
        kind = cursor.node.kind
        cursor.pos += 1
        node = cursor.node
        if node is None:
            break
        cursor.pos += 1
        text = plain(inner(node))
        if isinstance(node, Token) and node.text in FONTS and cursor.node is not None:
            text = plain((cursor.node,))
            cursor.pos += 1
        sub, sup = (text, sup) if kind is Kind.SUB else (sub, text)
    return sub, sup


def _styled(cursor: Cursor, font: str) -> Name | None:
    nodes = _argument(cursor)
    if nodes is None:
        return None
    items = clean(nodes)
    if len(items) == 1 and isinstance(items[0], Token) and items[0].kind is Kind.NUMBER:
        return Name(items[0].text, font or "rm")
    word = "".join(n.text for n in items if isinstance(n, Token))
    if len(word) > 1 and word.isalnum() and len(items) > 1 and len(word) == sum(1 for _ in word):
        if all(isinstance(n, Token) and n.kind in (Kind.LETTER, Kind.NUMBER) for n in items):
            return Name(word, "word") if font in WORDLIKE or font in ("cal", "bb") else None
    if font in WORDLIKE and all(isinstance(n, Token) for n in items) and word.replace("-", "").isalpha():
        if len(items) > 1:
            return Name(word, "word")
    inside = Cursor(items, cleaned=True)
    name = _base(inside)
    if name is None or inside.node is not None:
        return None
    if name.font == "word":
        return name
    strongest = font if font not in ("", "rm") or not name.font else name.font
    if name.font == "bold" and font == "vec":
        strongest = "bold"
    return Name(name.base, strongest or name.font, name.accents, name.sub, name.sup)


def written(reader: Formula, cursor: Cursor) -> Written | None:
    """A name with its scripts; None when something else comes next."""
    start = cursor.start
    name = base_name(cursor)
    if name is None:
        return None
    if reader.font and not name.font and not name.base.isdigit():
        name = Name(name.base, reader.font, name.accents, name.sub, name.sup)
    sub: tuple[Node, ...] | None = None
    sup: tuple[Node, ...] | None = None
    primes = 0
    while (token := cursor.token) is not None:
        if token.text == "'" and token.kind is Kind.CHAR:
            cursor.pos += 1
            primes += 1
        elif token.kind is Kind.SUB and sub is None:
            cursor.pos += 1
            sub = tuple(reader.argument(cursor))
        elif token.kind is Kind.SUP and sup is None:
            following = cursor.ahead()
            count = _prime_count(following)
            if count:
                cursor.pos += 2
                primes += count
                continue
            cursor.pos += 1
            sup = tuple(reader.argument(cursor))
        else:
            break
    return Written(name, start, sub, sup, primes)


def _prime_count(node: Node | None) -> int:
    if node is None:
        return 0
    items = clean(inner(node))
    if items and all(isinstance(n, Token) and n.text == "'" for n in items):
        return len(items)
    return 0


def _split_sup(sup: tuple[Node, ...]) -> tuple[list[Node], list[Node]]:
    """A superscript as a label (`(l)`, `*`, `\\text{new}`) and what follows it (`\\top`, a power)."""
    items = clean(sup)
    if not items:
        return [], []
    first = items[0]
    if isinstance(first, Token) and first.text == "(":
        depth = 0
        for position, node in enumerate(items):
            if isinstance(node, Token):
                depth += (node.text == "(") - (node.text == ")")
            if depth == 0:
                return items[: position + 1], items[position + 1 :]
    if isinstance(first, Token) and first.text in ("*", r"\star", "+", r"\dagger"):
        return items[:1], items[1:]
    if isinstance(first, Token) and first.text in FONTS and len(items) > 1:
        label = plain(items[:2])
        if label not in ("T", "t", "⊤") and label.isalpha():
            return items[:2], items[2:]
    return items, []


def read_name(reader: Formula, cursor: Cursor) -> Value:
    """A name, looked up and applied to what follows it."""
    start, before = cursor.start, cursor.pos
    found = written(reader, cursor)
    if found is None:
        return _distributed(reader, cursor)
    bound = _bound_name(reader, found)
    if bound is not None:
        return bound
    label, rest = _split_sup(found.sup) if found.sup is not None else ([], [])
    full = Name(
        found.name.base,
        found.name.font,
        found.name.accents,
        found.name.sub or (plain(found.sub) if found.sub is not None else ""),
        found.name.sup or plain(label),
        found.primes,
    )
    match = reader.table.find(full)
    if match is not None and _by_convention(reader, cursor, full, match[1]):
        match = None
    if match is None and rest:
        whole = Name(full.base, full.font, full.accents, full.sub, plain(found.sup or ()), full.primes)
        match = reader.table.find(whole)
    if match is None:
        return reader.words["undeclared"](reader, Unknown(found, full, cursor, before))  # type: ignore[arg-type]
    entry, form = match
    if form.font != found.name.font and entry.name.font != found.name.font:
        reader.note(f"{full.latex} is read as {entry.latex}")
    return _resolved(reader, cursor, found, entry, form, label, rest, start)


def _by_convention(reader: Formula, cursor: Cursor, full: Name, form: Name) -> bool:
    """Whether a name has its conventional meaning here although its letter is declared: `\\lambda_i(A)`, `df/dx`."""
    if full.base == r"\lambda" and full.sub and not form.sub and cursor.at("("):
        return reader.table.entries[form].kind == "variable" if form in reader.table.entries else False
    entry = reader.table.exact(form)
    if full == Name("d") and entry is not None and entry.kind == "size":
        return reader.words["slash follows"](reader, cursor) is not None
    return False


@dataclass
class Unknown:
    """A name that the table does not have, for the handler of undeclared names."""

    written: Written
    name: Name
    cursor: Cursor
    before: int = 0


def _distributed(reader: Formula, cursor: Cursor) -> Value:
    """Bold over a group: `\\mathbf{AA}` is a product of bold letters."""
    token = cursor.token
    following = cursor.ahead()
    if token is None or token.text not in FONTS or not isinstance(following, Group):
        if token is not None and token.text in ACCENTS:
            raise reader.error(f"{token.text} over an expression has no meaning; declare it as a symbol", token.start)
        raise reader.unexpected(cursor, "an expression")
    cursor.pos += 2
    font = FONTS[token.text]
    if font not in ("bold", "vec", "", "sf", "rm"):
        raise reader.error(f"{token.text} over several letters has no declared meaning", token.start)
    inside = Cursor(following.items)
    if not inside.items:
        raise reader.error(f"{token.text} over nothing", token.start)
    with reader.flag(font=font if font in ("bold", "vec", "sf") else reader.font):
        scripts = cursor.items[cursor.pos :]
        if _only_scripts(cursor):
            last = _splice(inside, scripts)
            cursor.pos += last
            inside = Cursor([*inside.items, *scripts[:last]], cleaned=True)
        value = reader.whole(inside)
    return value.but(kind="bracket", parts=()) if value.kind == "product" and not _all_names(following) else value


def _all_names(group: Group) -> bool:
    return all(isinstance(n, Token) and n.kind is Kind.LETTER for n in group.items)


def _splice(inside: Cursor, following: Sequence[Node]) -> int:
    """How many nodes after a styled group are scripts of its last letter."""
    if not isinstance(inside.items[-1], Token):
        return 0
    count = 0
    while count + 1 < len(following):
        node = following[count]
        if not isinstance(node, Token) or node.kind not in (Kind.SUB, Kind.SUP):
            break
        count += 2
        if isinstance(following[count - 1], Token) and following[count - 1].text in FONTS:  # type: ignore[union-attr]
            count += 1
    return min(count, len(following))


# ------------------------------------------------------------------------------------------- resolution


def _bound_name(reader: Formula, found: Written) -> Value | None:
    """An index in scope or a bound variable of this name, with what is left of its scripts."""
    if not reader.scope and not reader.bound:
        return None
    sub = plain(found.sub) if found.sub is not None else ""
    full = Name(found.name.base, found.name.font, found.name.accents, sub, "", found.primes).latex
    short = Name(found.name.base, found.name.font, found.name.accents, "", "", found.primes).latex
    for text, left in ((full, None), (short, found.sub)):
        value = _held(reader, text, found.start)
        if value is None or (value.kind == "index" and left is not None):
            continue
        if left is not None:
            value = reader.entries(value, left, found.start)
        if found.sup is not None:
            value = reader.raised(value, found.sup, found.start)
        return value
    return None


def _held(reader: Formula, text: str, start: int) -> Value | None:
    held = reader.bound.get(text)
    if held:
        return held[-1]
    for binding in reversed(reader.scope):
        if binding.name == text:
            return index_value(reader, binding, start)
    return None


def index_value(reader: Formula, binding: Binding, start: int) -> Value:
    """An index in scope as a value."""
    if binding.value is not None:
        return binding.value

    def build() -> Expr:
        return index_node(reader, binding)

    return Value((), build, binding.use, "index", start)


def index_node(reader: Formula, binding: Binding) -> Index:
    """The `Index` of a binding; refused when its range was never said."""
    lower = binding.lower.build() if binding.lower is not None else Number(Fraction(1))
    if binding.upper is not None:
        return Index(binding.name, lower, binding.upper.build())
    extent = reader.table.sizes.resolve(binding.extent)
    if is_open(extent) and binding.fallback is not None:
        reader.table.sizes.unify(extent, binding.fallback)
        extent = reader.table.sizes.resolve(extent)
    if any(name.startswith("?") for name in extent.names):
        raise reader.error(
            f"the range of the index {binding.name} is not said; write its limits or declare {binding.name} = 1, \\dots, n",
            binding.start,
        )
    return Index(binding.name, lower, Dim(extent))


def _resolved(
    reader: Formula,
    cursor: Cursor,
    found: Written,
    entry: Declaration,
    form: Name,
    label: list[Node],
    rest: list[Node],
    start: int,
) -> Value:
    """What a declared name denotes with the scripts that are not part of the name."""
    sub = found.sub if found.sub is not None and not form.sub else None
    left_label = label if label and not form.sup else []
    primes = found.primes if not form.primes else 0
    if form.sup and rest and form.sup == plain(found.sup or ()):
        rest = []
    if entry.kind in ("function", "word"):
        call = reader.words["call"]
        return call(reader, Applied(entry, cursor, sub, [*left_label, *rest], primes, start))  # type: ignore[arg-type]
    if entry.sizes is None and entry.kind == "variable" and cursor.at("("):
        raise reader.error(
            f"{entry.latex} stands before a bracket: as a factor it needs {entry.latex} \\in \\mathbb{{R}}, as a function "
            "a definition",
            start,
        )
    value, sub, left_label = _entry_value(reader, found, entry, sub, left_label, start)
    if sub is not None:
        value = reader.entries(value, sub, start)
    for _ in range(primes):
        value = reader._primed(value, start)
    if left_label or rest:
        value = reader.raised(value, [*left_label, *rest], start)
    return value


@dataclass
class Applied:
    """A function name with its scripts, for the handler that reads its arguments."""

    entry: Declaration
    cursor: Cursor
    sub: Sequence[Node] | None
    sup: Sequence[Node]
    primes: int
    start: int


def _entry_value(
    reader: Formula,
    found: Written,
    entry: Declaration,
    sub: tuple[Node, ...] | None,
    label: list[Node],
    start: int,
) -> tuple[Value, tuple[Node, ...] | None, list[Node]]:
    """The value of an entry, and the scripts that are still to be read."""
    if entry.kind == "size":
        size = Size.of(entry.latex)
        return Value((), lambda: Dim(size), kind="size", start=start), sub, label
    if entry.kind == "index":
        return free_index(reader, entry.latex, start), sub, label
    if entry.kind == "slices":
        return _slice(reader, entry, sub, label, start)
    if entry.kind == "template":
        return _template(reader, entry, sub, label, start)
    if entry.family:
        return _member(reader, entry, sub, label, start)
    if entry.sizes is None and reader.table.inference is not None:
        reader.words["shape by facts"](reader, entry)  # type: ignore[arg-type]
    if entry.sizes is None:
        raise reader.error(
            f"the shape of {entry.latex} is not declared; add {entry.latex} \\in \\mathbb{{R}}^{{...}}", start
        )
    if label and entry.sizes and _is_scope_index(reader, label):
        reader.note(f"a superscript index of {entry.latex} is an entry, not a power")
        whole = variable(reader, entry, start)
        return reader.entries(whole, tuple(_bare(label)), start), sub, []
    return variable(reader, entry, start), sub, label


def variable(reader: Formula, entry: Declaration, start: int) -> Value:
    """The symbol of an entry."""
    table = reader.table
    shape = table.sizes.shape(entry.sizes or ())
    return Value(shape, lambda: table.symbol(entry), start=start, kind="symbol")


def _is_scope_index(reader: Formula, label: Sequence[Node]) -> bool:
    text = plain(_bare(label))
    return any(b.name == text for b in reader.scope) or text in reader.state.free


def _bare(label: Sequence[Node]) -> Sequence[Node]:
    items = clean(label)
    if len(items) >= 2 and isinstance(items[0], Token) and items[0].text == "(":
        return items[1:-1]
    return items


def _member(
    reader: Formula,
    entry: Declaration,
    sub: tuple[Node, ...] | None,
    label: list[Node],
    start: int,
) -> tuple[Value, tuple[Node, ...] | None, list[Node]]:
    """x_i of a family; without an index the whole family as one array."""
    whole = variable(reader, entry, start).but(shape=tuple(entry.sizes or ()))
    nodes: Sequence[Node] | None = sub if entry.marker == "sub" else (_bare(label) if label else None)
    if nodes is None:
        return whole, sub, label
    count, rank = entry.family, len(entry.sizes or ())
    parts = split_indices(reader, nodes, (count, rank), start)
    value = select(reader, whole, parts, start)
    if entry.marker == "sub":
        return value, None, label
    return value, sub, []


def _slice(
    reader: Formula,
    entry: Declaration,
    sub: tuple[Node, ...] | None,
    label: list[Node],
    start: int,
) -> tuple[Value, tuple[Node, ...] | None, list[Node]]:
    """Row or column i of a matrix, declared as w_i."""
    assert entry.parent is not None
    parent = reader.table.exact(entry.parent)
    nodes: Sequence[Node] | None = sub if entry.marker == "sub" else (_bare(label) if label else None)
    if parent is None or nodes is None:
        raise reader.error(f"{entry.latex} needs its index", start)
    whole = variable(reader, parent, start)
    parts = split_indices(reader, nodes, (1, 2), start)
    first, more = parts[0], parts[1:]
    chosen: list[Value | None] = [first, None] if entry.axis == 0 else [None, first]
    if more:
        chosen = [first, more[0]] if entry.axis == 0 else [more[0], first]
    value = select(reader, whole, chosen, start)
    return (value, None, label) if entry.marker == "sub" else (value, sub, [])


def _template(
    reader: Formula,
    entry: Declaration,
    sub: tuple[Node, ...] | None,
    label: list[Node],
    start: int,
) -> tuple[Value, tuple[Node, ...] | None, list[Node]]:
    """A symbol that is defined by index: the definition at the index that is written."""
    assert entry.expand is not None
    nodes: Sequence[Node] | None = sub if entry.marker == "sub" else (_bare(label) if label else None)
    parts: list[Value | None] = []
    if nodes is not None:
        parts = split_indices(reader, nodes, (entry.family,), start)
    value = entry.expand(reader, parts, start)
    assert isinstance(value, Value)
    if nodes is None:
        return value, sub, label
    return (value, None, label) if entry.marker == "sub" else (value, sub, [])


# --------------------------------------------------------------------------------------------- indices


def split_indices(
    reader: Formula, nodes: Sequence[Node], counts: Sequence[int], start: int
) -> list[Value | None]:
    """The indices of a subscript: separated by commas, else letters side by side, as many as one of `counts`.

    `:` and a dot keep an axis (None).
    """
    items = clean(nodes)
    parts = _at_commas(items)
    if len(parts) == 1 and not _is_arithmetic(items):
        pieces = _pieces(items)
        if len(pieces) > 1 and len(pieces) in counts:
            parts = pieces
        elif len(pieces) > 1 and len(items) == len(pieces) and not (1 in counts and _numeric(items)):
            if max(counts) >= 2 and len(pieces) > max(counts):
                raise reader.error(f"{plain(nodes)!r} has {len(pieces)} indices, not {max(counts)}", start)
            if len(pieces) == 2 and max(counts) == 1 and not _numeric(items):
                raise reader.error(f"{plain(nodes)!r} are two indices where one is due", start)
    if len(parts) not in counts and not (len(parts) <= max(counts)):
        raise reader.error(f"{plain(nodes)!r} has {len(parts)} indices, not {max(counts)}", start)
    return [_index_part(reader, part, start) for part in parts]


def _at_commas(items: Sequence[Node]) -> list[list[Node]]:
    parts: list[list[Node]] = [[]]
    depth = 0
    for node in items:
        text = node.text if isinstance(node, Token) else ""
        depth += (text in ("(", "[")) - (text in (")", "]"))
        if text == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(node)
    return parts


def _is_arithmetic(items: Sequence[Node]) -> bool:
    return any(isinstance(n, Token) and n.text in ("+", "-", "/", r"\cdot", "(", r"\times") for n in items) and not (
        len(items) == 2 and isinstance(items[1], Token) and items[1].text == r"\cdot"
    ) and not (isinstance(items[0], Token) and items[0].text == r"\cdot")


def _numeric(items: Sequence[Node]) -> bool:
    return all(isinstance(n, Token) and n.kind is Kind.NUMBER for n in items)


def _pieces(items: Sequence[Node]) -> list[list[Node]]:
    """Letters side by side, each with its scripts and primes; a number of two digits is two indices."""
    pieces: list[list[Node]] = []
    position = 0
    while position < len(items):
        node = items[position]
        if isinstance(node, Token) and (node.text == "'" or node.kind in (Kind.SUB, Kind.SUP)):
            if pieces:
                pieces[-1].append(node)
                if node.text != "'" and position + 1 < len(items):
                    pieces[-1].append(items[position + 1])
                    position += 1
        elif isinstance(node, Token) and node.kind is Kind.NUMBER and len(node.text) > 1:
            pieces.extend([[node._replace(text=digit)] for digit in node.text])
        elif isinstance(node, Token) and node.text in FONTS and position + 1 < len(items):
            pieces.append([node, items[position + 1]])
            position += 1
        else:
            pieces.append([node])
        position += 1
    return pieces


def _index_part(reader: Formula, nodes: Sequence[Node], start: int) -> Value | None:
    if len(nodes) == 1 and isinstance(nodes[0], Token) and nodes[0].text in (":", r"\cdot", "*", r"\bullet", "."):
        return None
    if not nodes:
        raise reader.error("an index is missing", start)
    with reader.flag(in_index=True, font=""), reader.deeper(start):
        value = reader.whole(nodes)
    return reader.demand_scalar(value, "an index", start)


def free_index(reader: Formula, name: str, start: int) -> Value:
    """An index that is not bound here: a claim for all its values."""
    binding = reader.state.free.get(name)
    if binding is None:
        entry = next((e for e in reader.table.entries.values() if e.kind == "index" and e.latex == name), None)
        binding = Binding(name, reader.table.sizes.fresh(), start=start)
        binding.fallback = entry.upper if entry is not None else None
        if entry is not None and entry.lower != 1:
            low = Number(Fraction(entry.lower))
            binding.lower = Value((), lambda: low, kind="number")
        reader.state.free[name] = binding
    return index_value(reader, binding, start)


def select(reader: Formula, base: Value, indices: Sequence[Value | None], start: int) -> Value:
    """Entries of `base` by index; axes without an index are kept."""
    shape = base.shape
    if len(indices) > len(shape):
        raise reader.error(
            f"{reader.arithmetic.said(base)} has {len(shape)} axes, but {len(indices)} indices are written",
            start,
            ill_typed=True,
        )
    given = [*indices, *([None] * (len(shape) - len(indices)))]
    for value, size in zip(given, shape, strict=True):
        if value is not None and value.kind == "index":
            _meets_axis(reader, value, size, start)
    kept = tuple(size for size, value in zip(shape, given, strict=True) if value is None)
    built = [v for v in given if v is not None]

    def build() -> Expr:
        return Item(base.build(), tuple(None if v is None else v.build() for v in given))

    row = len(shape) == 2 and given[1] is None and given[0] is not None
    kind = "row" if row and not getattr(base.build, "_family", False) else ""
    return Value(kept, build, uses_of((base, *built)), kind, start)


def _meets_axis(reader: Formula, value: Value, size: Size, start: int) -> None:
    """An index without a written range runs over the axis; an open axis takes the written range."""
    for binding in (*reader.scope, *reader.outer, *reader.state.free.values()):
        if value.uses != binding.use or binding.value is not None:
            continue
        if binding.explicit:
            if any(n.startswith("?") for n in reader.table.sizes.resolve(size).names):
                reader.table.sizes.unify(size, binding.extent)
        elif not reader.table.sizes.unify(binding.extent, size):
            known = reader.table.sizes.resolve(binding.extent)
            raise reader.error(
                f"the index {binding.name} runs over two axes, of sizes {known} and {reader.table.sizes.resolve(size)}; "
                "write its range",
                start,
                ill_typed=True,
            )
        return


def read_entries(reader: Formula, request: object) -> Value:
    """value_{...}: entries of any expression, by its axes."""
    from derive.reader.formula_core import _Indexed

    assert isinstance(request, _Indexed)
    value, start = request.value, request.start
    shape = reader.arithmetic.shape(value)
    if not shape:
        raise reader.error(
            f"{reader.arithmetic.said(value)} is a scalar and has no entry {plain(request.nodes)!r}",
            start,
            ill_typed=True,
        )
    rank = len(shape)
    is_row = rank == 2 and str(shape[0]) == "1"
    if is_row:
        with reader.at(start):
            value = reader.arithmetic.transpose(value)
        shape, rank = reader.arithmetic.shape(value), 1
    parts = split_indices(reader, request.nodes, tuple(range(1, rank + 1)), start)
    if rank == 2 and len(parts) == 1:
        reader.note("one index of a matrix is its row, as a column vector")
    return select(reader, value.but(shape=shape), parts, start)


# ---------------------------------------------------------------------------------- undeclared names


def read_undeclared(reader: Formula, request: object) -> Value:
    """A name that the table does not have: constants, sizes and indices by position, entries of a declared matrix."""
    assert isinstance(request, Unknown)
    found, name, cursor = request.written, request.name, request.cursor
    word = found.name
    value = _special(reader, found, cursor)
    if value is None and word.font == "word":
        handler = reader.words.get(word.base) or reader.words.get(word.base.lower())
        if handler is not None:
            return reader.words["function word"](reader, request)  # type: ignore[arg-type]
    positional = reader.in_limit or (reader.in_index and word.base not in ("1", "0", r"\delta"))
    if value is None and positional:
        value = _by_position(reader, found, name)
        if value is not None:
            return _sup(reader, value, found)
    if value is None:
        handler = reader.words.get(f"name:{word.base}")
        if handler is not None and word.font in ("", "rm", "bb", "cal", "bold", "sf", "word") and not word.accents:
            value = handler(reader, request)  # type: ignore[arg-type]
            if value is not None:
                return value
    if value is None and not positional:
        value = _by_position(reader, found, name)
    if value is None:
        value = _lower_case_entries(reader, found)
        if value is not None:
            return _sup(reader, value, found)
    if value is None:
        value = _square_root(reader, found)
        if value is not None:
            return value
    if value is None:
        return reader.words["assume"](reader, request)  # type: ignore[arg-type]
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
        size = reader.table.size(Name(name.base, name.font, name.accents, name.sub))
        return Value((), lambda: Dim(size), kind="size", start=found.start)
    if reader.in_exponent and found.sub is None and not found.primes and found.name in COUNTS:
        reader.note(f"{found.name.latex} is read as a positive integer")
        size = reader.table.size(found.name)
        return Value((), lambda: Dim(size), kind="size", start=found.start)
    if reader.in_index:
        text = Name(found.name.base, found.name.font, found.name.accents, "", "", found.primes).latex
        if found.sub is None:
            return free_index(reader, text, found.start)
    return None


def _lower_case_entries(reader: Formula, found: Written) -> Value | None:
    """a_{ij} where only the matrix A is declared."""
    base = found.name.base
    if found.sub is None or not base.islower() or len(base) != 1 or found.name.accents:
        return None
    upper = reader.table.find(Name(base.upper(), found.name.font)) or reader.table.find(Name(base.upper()))
    if upper is None or upper[0].kind != "variable" or len(upper[0].sizes or ()) != 2 or upper[0].family:
        return None
    items = clean(found.sub)
    if len(_at_commas(items)) != 2 and len(_pieces(items)) != 2:
        return None
    reader.note(f"{base}_{{ij}} is read as the entries of {upper[0].latex}")
    return reader.entries(variable(reader, upper[0], found.start), found.sub, found.start)


def _square_root(reader: Formula, found: Written) -> Value | None:
    """\\sigma where \\sigma^2 is declared: its positive root; \\sigma^{2k} is a power of \\sigma^2."""
    sub = plain(found.sub) if found.sub is not None else ""
    match = reader.table.find(Name(found.name.base, found.name.font, found.name.accents, sub, "2"))
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


def refuse_undeclared(reader: Formula, request: object) -> Value:
    """The refusal that says what must be declared."""
    assert isinstance(request, Unknown)
    raise undeclared_error(reader, request)


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
    return reader.error(f"{latex} is not declared; add {latex} \\in \\mathbb{{R}}^{{...}}", request.written.start)


def function_call(function: Function, arguments: Sequence[Value], order: int, start: int) -> Value:
    """function(arguments) as a value; an elementwise function keeps the shape of its argument."""
    shape = arguments[0].shape if function.elementwise and len(arguments) == 1 else function.shape

    def build() -> Expr:
        return Call(function, tuple(a.build() for a in arguments), order)

    return Value(shape, build, uses_of(arguments), start=start)


def filled(reader: Formula, kind: str, start: int, size: Size | None = None) -> Value:
    """`\\mathbf 1`, `\\mathbf 0`, `I`: a constant array whose size is found from what it meets."""
    extent = size if size is not None else reader.table.sizes.fresh()
    shape = (extent, extent) if kind == "identity" else (extent,)
    sizes = reader.table.sizes

    def build() -> Expr:
        resolved = sizes.shape(shape)
        if any(name.startswith("?") for s in resolved for name in s.names):
            shown = {"ones": r"\mathbf{1}", "zeros": r"\mathbf{0}", "identity": "I"}[kind]
            raise reader.error(f"the size of {shown} is not said by what stands beside it; write {shown}_n", start)
        if kind == "identity" and len(resolved) != 2:
            return Number(Fraction(1))
        return Filled(kind, resolved)

    return Value(shape, build, kind=kind if kind != "identity" else "", start=start)
