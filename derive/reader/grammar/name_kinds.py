r"""What kind of name a letter is beside its declaration: a layer, a step, an index."""

from __future__ import annotations

from derive.reader.grammar.table import INDEX_LETTERS, Name, Table

#: labels in brackets that name a layer, a time or a step, unless their range is declared
LAYERS = frozenset(["l", r"\ell", "t", "k", "r"])


def is_layer(table: Table, label: str) -> bool:
    """Whether the text in a superscript bracket (`l`, `l+1`) names one symbol and does not count members."""
    letter = label.split("+")[0].split("-")[0]
    entry = table.entries.get(Name(letter))
    named = letter in LAYERS | table.labels.above | table.labels.last
    named = named and letter not in table.labels.counters
    counts = entry is not None and entry.kind == "index"
    return named and (not counts or letter in table.labels.above)


def step_of(table: Table, name: Name) -> str:
    """The letter of a subscript that names a step (`k`, `k+1`), each step being a symbol of its own; else empty."""
    letter = name.sub.split("+")[0].split("-")[0]
    rest = name.sub[len(letter) :].lstrip("+-")
    steps = (
        letter in table.labels.below or (name.without(sub=True), letter) in table.labels.recurring
    )
    return letter if steps and (not rest or rest.isdigit()) else ""


def is_numbered(name: Name) -> bool:
    r"""Whether a name has a number in brackets above, which is no power: the start `\theta^{(0)}` of an iteration."""
    return name.sup[:1] == "(" and name.sup[-1:] == ")" and name.sup[1:-1].isdigit()


def is_starred(name: Name) -> bool:
    r"""Whether a name has a star above: the optimum `w^*` or the truth `\theta^\star`, a quantity of its own."""
    return name.sup in ("*", r"\star", r"\ast")


def is_index(sub: str, table: Table | None = None) -> bool:
    """Whether a subscript looks like indices: conventional letters, those of a declared range and numbers, perhaps
    with commas or an offset."""
    head = sub.replace("\\ell", "l").replace(",", "")
    if "+" in head or "-" in head:
        head = head.split("+")[0].split("-")[0]
    if table is not None and any(_is_array(table, c) for c in head):
        return False  # z_i beside the gate i
    return 0 < len(head) <= 2 and all(
        c in INDEX_LETTERS or c.isdigit() or (table is not None and _counts(table, c)) for c in head
    )


def _is_array(table: Table, letter: str) -> bool:
    """Whether a letter is an array, so that it counts nothing."""
    entry = table.exact(Name(letter))
    return (
        entry is not None and entry.kind == "variable" and bool(entry.sizes) and not entry.assumed
    )


def _counts(table: Table, letter: str) -> bool:
    """Whether a letter is an index whose range is written somewhere."""
    entry = table.exact(Name(letter))
    return entry is not None and entry.kind == "index"
