r"""The table of symbols: what each name of a document stands for.

A name is base + font + accents + subscript + superscript + primes. `Table.find` looks for the longest declared form
(`w^{(l+1)}`, `x_{t-1}`, `\hat{y}`, `S_w`, `\sigma^2` as one symbol); what it leaves over is an index, a
transpose, a power
or a derivative, which is for the grammar to say. A declaration gathers facts from several places before it becomes a
`Symbol`, because notes say the shape in one sentence and `symmetric` in another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from derive.expr.facts import Fact, Law, implied
from derive.expr.nodes import Dim, Expr, Function, Symbol
from derive.expr.sizes import Shape, Size
from derive.reader.grammar.laws_in_words import LawSaid
from derive.reader.grammar.sizes import Sizes
from derive.reader.source.groups import Node

#: conventional letters of indices: only these make an undeclared subscript an index
INDEX_LETTERS = frozenset([*"ijklmnrst", r"\ell"])

#: how the member of a data set is marked that is a variable of laws: its value is that of the index
DATA_MARK = "^{{({})}}"

_FONT_COMMANDS = {
    "bold": r"\mathbf",
    "vec": r"\vec",
    "cal": r"\mathcal",
    "bb": r"\mathbb",
    "frak": r"\mathfrak",
    "sf": r"\mathsf",
    "rm": r"\mathrm",
    "tt": r"\mathtt",
    "underline": r"\underline",
}


#: superscripts that are no label: what they stand on is meant as a whole
_WHOLE = frozenset([r"\top", "T", "-1", r"-\top", "2", r"\mathrm{T}", r"\text{T}"])


@dataclass(frozen=True, slots=True)
class Name:
    """A name in parts; `sub` and `sup` are canonical text (`ij`, `(l)`, `new`), `font` one of the keys above,
    `word` or empty."""

    base: str
    font: str = ""
    accents: tuple[str, ...] = ()
    sub: str = ""
    sup: str = ""
    primes: int = 0

    @property
    def latex(self) -> str:
        """LaTeX of the name in one spelling."""
        text = self.base
        if self.font == "word":
            text = rf"\mathrm{{{text}}}"
        elif self.font:
            text = f"{_FONT_COMMANDS[self.font]}{{{text}}}"
        for accent in self.accents:
            text = f"\\{accent}{{{text}}}"
        if self.sub:
            text += f"_{_braced(self.sub)}"
        if self.sup:
            text += f"^{_braced(self.sup)}"
        return text + "'" * self.primes

    def without(self, sub: bool = False, sup: bool = False, primes: bool = False) -> Name:
        """The name with some of its parts taken off."""
        return replace(
            self,
            sub="" if sub else self.sub,
            sup="" if sup else self.sup,
            primes=0 if primes else self.primes,
        )

    @property
    def letter(self) -> tuple[object, ...]:
        """The name regardless of its font, for authors who write bold once and plain the next time."""
        return (self.base, self.accents, self.sub, self.sup, self.primes)


def _braced(text: str) -> str:
    return text if len(text) == 1 else f"{{{text}}}"


@dataclass
class Declaration:
    """What is known of one name so far.

    kind: `variable`; `size`; `function` (`function` is set); `word` (a function of the table, named by `word`); `index`
    (ranges from `lower` to `upper`); `slices` (members are rows or columns of `parent`, by `axis`); `template` (defined
    by index, see `expand`). `section` is the number of the heading under which it was declared. `sizes` is None until
    the shape is said. The first `family` axes count members. What is `given` by a table that tells it from what is
    defined later has no definition. `others`: functions of
    the same name by their number of parameters, `H(p)` beside `H(p, q)`. Of an `upstream` loss the gradient is all that
    is known.
    """

    name: Name
    latex: str
    kind: str = "variable"
    sizes: Shape | None = None
    facts: dict[Fact, None] = field(default_factory=dict)
    law: Law | None = None
    family: int = 0
    marker: str = "sub"
    origin: int = 1
    definition: Expr | None = None
    function: Function | None = None
    others: dict[int, Function] = field(default_factory=dict)
    reread: Callable[..., Function | None] | None = None
    word: str = ""
    upper: Size | None = None
    lower: int = 1
    parent: Name | None = None
    axis: int = 0
    row: bool = False
    expand: Callable[..., object] | None = None
    assumed: bool = False
    section: int = 0
    law_said: LawSaid | None = None
    given: bool = False
    upstream: bool = False
    shown_later: bool = False

    def add_fact(self, name: str, bounds: tuple[object, ...] = ()) -> None:
        """Declare a fact; one that follows from another is dropped."""
        if not bounds and any(name in implied(known.name) for known in self.facts):
            return
        for known in [k for k in self.facts if k.name in implied(name) and k.name != "interval"]:
            del self.facts[known]
        self.facts[Fact(name, bounds)] = None

    def has(self, fact: str) -> bool:
        """Whether the fact is declared or follows."""
        return any(fact in implied(known.name) for known in self.facts)


@dataclass(frozen=True)
class Labels:
    """What the scripts of a document are: letters of superscripts that name layers or steps (`above`), of subscripts
    that name steps (`below`), that count members (`counters`); `bases` have layers, of which `last` is the last one;
    `indices` are letters of subscripts over which a sum runs somewhere; `recurring` are bases with the letter of their
    steps although it counts members of other names; `errors`: e_k is an error of step k, no unit vector."""

    above: frozenset[str] = frozenset()
    below: frozenset[str] = frozenset()
    counters: frozenset[str] = frozenset()
    bases: frozenset[str] = frozenset()
    last: frozenset[str] = frozenset()
    indices: frozenset[str] = frozenset()
    recurring: frozenset[tuple[Name, str]] = frozenset()
    errors: bool = False


@dataclass
class Inference:
    """How many axes each assumed name has: what is tried now, and what is usual for the names that were met."""

    ranks: dict[Name, int] = field(default_factory=dict)
    met: dict[Name, Sequence[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class LawCall:
    """A call of a law, `q(z \\mid x)`: its variables before and behind the bar, and how it is written."""

    values: tuple[str, ...]
    given: tuple[str, ...]
    nodes: tuple[Node, ...] = field(default=(), compare=False)


def data_index(variable: str) -> str:
    """The index whose value an observed member has, i of `x^{(i)}`; empty for other variables."""
    start, end = DATA_MARK.format("\0").split("\0")
    inside = (
        variable.endswith(end) and variable[-len(end) - 1 - len(start) : -len(end) - 1] == start
    )
    return variable[-len(end) - 1] if inside else ""


@dataclass
class Table:
    """All declarations of a document. Mutable: it grows in reading order; `copy` keeps a state.

    `valued`: names whose members also stand where no bracket follows, so that they are no functions. `joints`: the laws
    of finite variables with their variables; `held`: what laws are only ever conditioned on, one value throughout;
    `listed`: how many members a list names; `unnormalised`: laws of any total; `bits`: entropies have logarithms to
    base two.
    """

    entries: dict[Name, Declaration] = field(default_factory=dict)
    families: dict[Name, Declaration] = field(default_factory=dict)
    sizes: Sizes = field(default_factory=Sizes)
    by_letter: dict[tuple[object, ...], dict[Name, None]] = field(default_factory=dict)
    conditions: list[Expr] = field(default_factory=list)
    conventions: dict[str, str] = field(default_factory=dict)
    inline_indexed: bool = True
    inference: Inference | None = None
    finite: dict[str, Size] = field(default_factory=dict)
    tables: dict[Name, Shape] = field(default_factory=dict)
    slots: dict[Name, tuple[str, ...]] = field(default_factory=dict)
    joints: dict[Name, list[str]] = field(default_factory=dict)
    law_bodies: dict[Name, Expr] = field(default_factory=dict)
    law_rules: dict[Name, tuple[tuple[str, ...], Callable[..., object]]] = field(
        default_factory=dict
    )
    """Laws that are given by a formula, `p(a \\mid s) = ...`: the variables, and what reads it at their values."""
    held: dict[str, None] = field(default_factory=dict)
    several_laws: dict[Name, None] = field(default_factory=dict)
    """Letters that stand for several laws of one variable: `q(z \\mid x)` and `q(z)`, `q(z \\mid x_n)` under a sum."""
    unnormalised: dict[Name, None] = field(default_factory=dict)
    listed: dict[Name, Size] = field(default_factory=dict)
    bits: bool = False
    called: dict[Name, dict[LawCall, None]] = field(default_factory=dict)
    """The calls of each law; `average`: the one under which every expectation is taken that names none; `measured`:
    variables whose laws are densities, so that their values have weights."""
    average: LawCall | None = None
    measured: dict[str, None] = field(default_factory=dict)
    transposed: dict[tuple[str, str], bool] = field(default_factory=dict)
    random: dict[Name, None] = field(default_factory=dict)
    valued: frozenset[Name] = frozenset()
    varied: frozenset[Name] = frozenset()
    labels: Labels = field(default_factory=Labels)
    factors: frozenset[str] = frozenset()
    section: int = 0
    #: each symbol that was made, by what it is: equal symbols of a document are one object, which compares at once
    symbols: dict[Symbol, Symbol] = field(default_factory=dict)

    def copy(self) -> Table:
        """A table that may grow without changing this one."""
        other = Table(
            {n: replace(d, facts=dict(d.facts)) for n, d in self.entries.items()},
            {n: replace(d, facts=dict(d.facts)) for n, d in self.families.items()},
            by_letter={k: dict(v) for k, v in self.by_letter.items()},
            conditions=list(self.conditions),
            conventions=dict(self.conventions),
            inline_indexed=self.inline_indexed,
            finite=dict(self.finite),
            tables=dict(self.tables),
            slots=dict(self.slots),
            law_bodies=dict(self.law_bodies),
            law_rules=dict(self.law_rules),
            held=self.held,
            several_laws=self.several_laws,
            unnormalised=self.unnormalised,
            listed=self.listed,
            bits=self.bits,
            called=self.called,
            average=self.average,
            measured=self.measured,
            transposed=self.transposed,
            random=self.random,
            valued=self.valued,
            varied=self.varied,
            labels=self.labels,
            factors=self.factors,
            symbols=self.symbols,
            joints={name: list(variables) for name, variables in self.joints.items()},
        )
        other.sizes.restore(self.sizes.snapshot())
        other.sizes._count = self.sizes._count
        return other

    def declare(self, name: Name, latex: str = "", family: bool = False) -> Declaration:
        """The declaration of a name, made on first use."""
        known = self.families if family else self.entries
        if name not in known:
            known[name] = Declaration(name, latex or name.latex, section=self.section)
            self.by_letter.setdefault(name.letter, {})[name] = None
        return known[name]

    def size(self, name: Name, latex: str = "") -> Size:
        """The size called so; declares it as one unless the name is taken."""
        if name not in self.entries:
            self.declare(name, latex).kind = "size"
        entry = self.entries[name]
        if entry.kind == "variable" and entry.sizes == () and entry.has("natural"):
            entry.kind = "size"
        return Size.of(entry.latex)

    def declare_finite(self, variable: str) -> None:
        """Say that a variable takes finitely many values; how many is a size `K_{z}`, which z and z' share."""
        if variable not in self.finite:
            self.finite[variable] = Size.of(f"K_{{{variable.rstrip(chr(39))}}}")

    def exact(self, name: Name) -> Declaration | None:
        """What is declared under exactly this name, not as a family."""
        return self.entries.get(name)

    def find(self, name: Name) -> tuple[Declaration, Name] | None:
        """The longest declared form and the name that was matched; fonts may differ where only one is declared."""
        for form in self._forms(name):
            found, family = self.entries.get(form), self._family(form, name)
            if name.primes != form.primes and self._counts([form]):
                continue  # d' is another size than d
            if family is not None and (found is None or _has_member(family, form, name)):
                return family, form  # with x and x_k declared, x_k is a member, not an entry of x
            if found is not None:
                return found, form
        if is_upright(name):
            return None  # whatever else is called d, e or pi
        for form in self._forms(name):
            near = self.by_letter.get(form.letter, {})
            if name.primes != form.primes and self._counts(near):
                continue
            if len(near) == 1 and name.font in ("", "bold", "vec", "sf", "rm", "underline"):
                other = next(iter(near))
                if other.font in ("word", "cal", "bb", "frak"):
                    continue
                counted = self.entries.get(other)
                if (
                    counted is not None
                    and counted.kind in ("size", "index")
                    and name.font in ("bold", "vec")
                ):
                    continue  # a bold h is not the length h
                same = replace(name, font=other.font)
                found = self.entries.get(other) or self._family(other, same)
                if found is not None:
                    return found, form
        return None

    def _counts(self, names: Iterable[Name]) -> bool:
        """Whether one of these is a size."""
        return any(n in self.entries and self.entries[n].kind == "size" for n in names)

    def _forms(self, name: Name) -> Sequence[Name]:
        """The name, then with primes, superscript, subscript taken off: longest form first.

        A subscript in capitals that count nothing is a label and stays: `\\mu_{ML}`.
        """
        label = len(name.sub) > 1 and name.sub.isalpha() and name.sub.isupper()
        if label and all(Name(letter) in self.entries for letter in name.sub):
            label = False
        subs = (False, True) if name.sub and not label else (False,)
        sups = (False, True) if name.sup else (False,)
        primes = (False, True) if name.primes else (False,)
        return [name.without(b, p, q) for b, p, q in product(subs, sups, primes)]

    def _family(self, form: Name, name: Name) -> Declaration | None:
        """A family called `form` whose index can be among the parts that are left over, or that stands for the
        whole."""
        family = self.families.get(form)
        if family is None:
            return None
        left = name.sub if family.marker == "sub" else name.sup
        taken = form.sub if family.marker == "sub" else form.sup
        if left and not taken and not (family.marker == "sup" and left in _WHOLE):
            return family
        if family.kind == "slices" and form in self.entries:
            return None  # X beside its rows X_i is the matrix
        whole = name.without(sup=True) if name.sup in _WHOLE else name
        return family if form.letter == whole.letter else None

    def symbol(self, entry: Declaration) -> Symbol:
        """The symbol of a variable as far as it is known now; open sizes are replaced where they are known."""
        dims = (
            self.sizes.shape(entry.sizes or ())
            if not entry.family
            else tuple(self.sizes.resolve(size) for size in entry.sizes or ())
        )
        facts = tuple(sorted(entry.facts, key=lambda fact: (fact.name, str(fact.bounds))))
        if entry.definition is not None:
            dims = entry.definition.shape
        made = Symbol(
            entry.latex,
            dims,
            facts,
            entry.law,
            entry.definition,
            entry.family,
            entry.marker,
            entry.origin,
        )
        return self.symbols.setdefault(made, made)

    def variables(self) -> Iterator[Declaration]:
        """The declarations of variables, in order."""
        for entry in (*self.entries.values(), *self.families.values()):
            if entry.kind == "variable":
                yield entry

    def known(self) -> tuple[object, ...]:
        """What is declared so far, to be compared with what is declared later."""
        entries = (*self.entries.items(), *self.families.items())
        declared = [(name, replace(entry, facts=dict(entry.facts))) for name, entry in entries]
        return declared, self.sizes.snapshot(), list(self.conditions)

    def only_size(self) -> Size | None:
        """The one size that all declared arrays share, if there is no other."""
        found: dict[Size, None] = {}
        for entry in self.variables():
            for size in entry.sizes or ():
                found[self.sizes.resolve(size)] = None
        return next(iter(found)) if len(found) == 1 else None

    def dim(self, name: Name) -> Dim | None:
        """The size of this name as a number, if it is one."""
        entry = self.entries.get(name)
        return Dim(Size.of(entry.latex)) if entry is not None and entry.kind == "size" else None


def is_upright(name: Name) -> bool:
    """Whether a name is the upright letter of the differential or of a constant, unless it is declared itself."""
    labelled = name.sub or name.sup.startswith("(")
    return name.font == "rm" and name.base in ("d", "e", r"\pi") and not labelled


def _has_member(family: Declaration, form: Name, name: Name) -> bool:
    """Whether the parts that a form leaves over hold the index of a member: `x_k`, not `x^\\top`."""
    if family.marker == "sub":
        return bool(name.sub) and not form.sub
    return bool(name.sup) and not form.sup and name.sup not in _WHOLE
