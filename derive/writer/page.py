r"""The page: a derivation with its verdicts as plain values, which each format lays out in its own way.

Prose keeps `$...$`; formulas are LaTeX with their one-line Unicode and their spoken form. Every format shows the same
content: each formula, reason and verdict of the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from derive.checker.verdicts import FileReport, Report
from derive.derivation import Chain, Definition, Derivation, Prose, Side, Step, Unreadable
from derive.errors import UsageError
from derive.expr.nodes import (
    Apply,
    Call,
    Derivative,
    Differential,
    Dim,
    Expr,
    Filled,
    Function,
    Index,
    Item,
    Symbol,
    as_expr,
)
from derive.expr.walk import free_indices, post_order
from derive.writer.breaking import broken
from derive.writer.evidence import NO_MARK, Mark, Summary, marks_of, summary_of, together
from derive.writer.latex import latex
from derive.writer.latex_style import MARKS, rough_width
from derive.writer.letters import unicode_name
from derive.writer.notation import NotationRow, index_letters, notation_row
from derive.writer.spoken import spoken, spoken_name, spoken_relation
from derive.writer.unicode_style import MARKS as UNICODE_MARKS
from derive.writer.unicode_text import text


@dataclass(frozen=True, slots=True)
class Formula:
    """One side of a relation: its LaTeX, the LaTeX in lines for a narrow column, one line of Unicode, and words."""

    latex: str
    lines: tuple[str, ...]
    text: str
    spoken: str
    width: float
    widths: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class StepView:
    """A numbered step: sign and right side, the reason, the rule's name, and the verdict."""

    number: int
    sign: str
    sign_text: str
    rhs: Formula
    reason: str
    rule: str
    mark: Mark
    spoken: str


@dataclass(frozen=True, slots=True)
class ChainView:
    """A chain: left side, steps, the premises under which it is claimed.

    `boxed` asks for the result `lhs sign last side`; the sign is what the whole chain states, `\\le` for `= \\le =`.
    """

    name: str
    lhs: Formula
    steps: tuple[StepView, ...]
    premises: tuple[Formula, ...]
    condition: str
    boxed: bool
    sign: str
    sign_text: str
    result_spoken: str

    @property
    def label(self) -> str:
        """The anchor of the chain."""
        return f"step-{self.steps[0].number}" if self.steps else "step"


@dataclass(frozen=True, slots=True)
class DefinitionView:
    """A definition: the defined name (with arguments for a function) and its value."""

    lhs: Formula
    rhs: Formula
    spoken: str


@dataclass(frozen=True, slots=True)
class ProseView:
    """A paragraph with `$...$`."""

    text: str


BlockView = ProseView | DefinitionView | ChainView


@dataclass(frozen=True, slots=True)
class Reference:
    """A derivation to read before: its slug, its title when it is known, and whether it is on the same document."""

    slug: str
    title: str
    here: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that a page shows, in order."""

    slug: str
    title: str
    chapter: str
    source: str
    needs: tuple[Reference, ...]
    notation: tuple[NotationRow, ...]
    convention: str
    blocks: tuple[BlockView, ...]
    notes: tuple[str, ...]
    checked: bool
    summary: Summary

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of verdict that occur."""
        found = {step.mark.kind: None for chain in self.chains for step in chain.steps}
        return tuple(kind for kind in found if kind)

    @property
    def chains(self) -> tuple[ChainView, ...]:
        """The chains in order."""
        return tuple(block for block in self.blocks if isinstance(block, ChainView))


#: columns for formulas in em; longer right sides are broken into lines
LINE_WIDTH = 21.5


def page_of(
    derivation: Derivation,
    report: FileReport | Report | None = None,
    titles: Mapping[str, str] | None = None,
    line_width: float = LINE_WIDTH,
) -> Page:
    """The page of a derivation; `titles` are the derivations of the same document by slug."""
    file_report = _one_file(report)
    marks = marks_of(file_report)
    taken = taken_names(derivation)
    builder = _Builder(marks, taken, line_width)
    blocks = tuple(builder.block(block) for block in derivation.blocks)
    known = titles or {}
    needs = tuple(Reference(s, known.get(s, s), s in known) for s in derivation.needs)
    return Page(
        derivation.slug,
        derivation.title,
        derivation.chapter,
        derivation.source,
        needs,
        tuple(notation_row(given) for given in derivation.givens),
        convention_of(derivation),
        blocks,
        (*derivation.notes, *(file_report.notes if file_report else ())),
        bool(marks),
        summary_of(builder.used),
    )


def _one_file(report: FileReport | Report | None) -> FileReport | None:
    if not isinstance(report, Report):
        return report
    if len(report.files) != 1:
        raise UsageError(f"a page shows one file's report, got {len(report.files)}")
    return report.files[0]


def expressions_of(derivation: Derivation) -> Iterable[Expr]:
    """Every expression that the derivation shows."""
    for block in derivation.blocks:
        if isinstance(block, Chain):
            yield from (side for side in block.sides() if isinstance(side, Expr))
        elif isinstance(block, Definition):
            value = _value(block)
            if value is not None and isinstance(block.symbol, Symbol) and block.symbol.family:
                yield member_of(block.symbol, value)[1]
            elif value is not None:
                yield value


def taken_names(derivation: Derivation) -> frozenset[str]:
    """The names of the derivation's own symbols, so that no notation of ours takes one of them."""
    names = {given.symbol.name for given in derivation.givens}
    for expr in expressions_of(derivation):
        names |= {n.name for n in post_order(expr) if isinstance(n, (Symbol, Function))}
    return frozenset(names)


def convention_of(derivation: Derivation) -> str:
    """The sentences about layout and notation that the page needs, from what occurs in it."""
    found: dict[str, None] = {}
    taken = taken_names(derivation)
    for expr in expressions_of(derivation):
        for node in post_order(expr):
            if isinstance(node, Derivative):
                found["derivative"] = None
            elif isinstance(node, Differential):
                found["differential"] = None
            elif isinstance(node, Apply) and node.function == "broadcast":
                found["broadcast"] = None
            elif isinstance(node, Apply) and node.function in ("log", "logdet"):
                found["log"] = None
            elif isinstance(node, Apply) and node.function in LETTER_OF:
                if LETTER_OF[node.function] not in taken:
                    found[node.function] = None
            elif isinstance(node, Item) and _is_row(node):
                found["row"] = None
    sentences = [CONVENTIONS[kind] for kind in CONVENTIONS if kind in found]
    ranges = free_ranges(derivation)
    if ranges:
        sentences.append("Free indices: " + "; ".join(f"${r}$" for r in ranges) + ".")
    return " ".join(["Vectors are columns.", *sentences])


def free_ranges(derivation: Derivation) -> list[str]:
    r"""The ranges of the free indices, `i = 1, \dots, n`, for whose values the relations are claimed."""
    found: dict[str, None] = {}
    for block in derivation.blocks:
        sides = block.sides() if isinstance(block, Chain) else ()
        for side in sides:
            for index in free_indices(side) if isinstance(side, Expr) else ():
                lower, upper = latex(index.lower), latex(index.upper)
                found[rf"{latex(index)} = {lower}, \dots, {upper}"] = None
    return list(found)


#: functions that are printed as a letter, which a page has to introduce
LETTER_OF: dict[str, str] = {
    "sigmoid": r"\sigma",
    "normal_cdf": r"\Phi",
    "normal_pdf": r"\varphi",
    "digamma": r"\psi",
    "trigamma": r"\psi",
}

CONVENTIONS: dict[str, str] = {
    "derivative": "The gradient of a scalar has the shape of its variable; "
    r"the Jacobian of an $m$-vector with respect to a $d$-vector is $m \times d$.",
    "differential": r"$\mathrm{d}$ is the differential with respect to every quantity that varies.",
    "broadcast": "A number beside an array stands for that number in each entry, "
    "a vector beside a matrix for that vector in each row.",
    "row": r"$X_{i:}$ is row $i$ of a matrix and $X_{:j}$ its column $j$, both as columns.",
    "sigmoid": r"$\sigma$ is the logistic sigmoid, $\sigma(t) = 1 / (1 + e^{-t})$.",
    "normal_cdf": r"$\Phi$ is the standard normal distribution function.",
    "normal_pdf": r"$\varphi$ is the standard normal density.",
    "digamma": r"$\psi$ is the digamma function.",
    "trigamma": r"$\psi'$ is the trigamma function.",
    "log": r"$\log$ is the natural logarithm.",
}


def _is_row(node: Item) -> bool:
    base = node.base
    family = base.family if isinstance(base, Symbol) else 0
    inner = node.indices[family:]
    return len(inner) > 1 and None in inner and any(i is not None for i in inner)


def _value(block: Definition) -> Expr | None:
    symbol = block.symbol
    return symbol.body if isinstance(symbol, Function) else symbol.definition


class _Builder:
    """Turns blocks into views; numbers the steps through all chains from 1."""

    def __init__(self, marks: Mapping[int, Mark], taken: frozenset[str], line_width: float) -> None:
        self.marks, self.taken, self.line_width = marks, taken, line_width
        self.number = 0
        self.used: list[Mark] = []

    def block(self, block: Prose | Definition | Chain) -> BlockView:
        if isinstance(block, Prose):
            return ProseView(block.text.strip())
        if isinstance(block, Definition):
            return self.definition(block)
        return self.chain(block)

    def formula(self, side: Side, arrays: bool = False) -> Formula:
        """A side; with `arrays`, a zero array prints as 0 because the other side shows its size."""
        if isinstance(side, Unreadable):
            width, line = rough_width(side.latex), unicode_name(side.latex)
            return Formula(
                side.latex, (side.latex,), line, spoken_name(side.latex), width, (width,)
            )
        if arrays and isinstance(side, Filled) and side.kind == "zeros":
            return Formula("0", ("0",), "0", "zero", 0.5, (0.5,))
        set_in = broken(side, self.line_width, self.taken)
        return Formula(
            set_in.latex,
            set_in.lines,
            text(side, self.taken),
            spoken(side),
            set_in.width,
            set_in.widths,
        )

    def definition(self, block: Definition) -> DefinitionView:
        value = _value(block)
        if value is None:
            left = self.formula(block.symbol)
            return DefinitionView(left, self.formula(Unreadable(block.source, "")), left.spoken)
        name: Expr = block.symbol
        if isinstance(name, Function):
            name = Call(name, name.parameters)
        if isinstance(name, Symbol) and name.family:
            name, value = member_of(name, value)
        left, right = self.formula(name), self.formula(value, arrays=True)
        return DefinitionView(left, right, spoken_relation(left.spoken, "=", right.spoken))

    def chain(self, chain: Chain) -> ChainView:
        left = self.formula(chain.lhs, arrays=True)
        steps, previous = [], left
        for step in chain.steps:
            view = self.step(step, previous)
            steps.append(view)
            previous = view.rhs
        premises = tuple(self.formula(premise) for premise in chain.premises)
        op = stated_by([step.op for step in chain.steps])
        return ChainView(
            chain.name,
            left,
            tuple(steps),
            premises,
            condition_words(chain.premises),
            chain.result and bool(op),
            MARKS[op or "="][0].strip(),
            UNICODE_MARKS[op or "="].strip(),
            spoken_relation(left.spoken, op or "=", previous.spoken),
        )

    def step(self, step: Step, previous: Formula) -> StepView:
        self.number += 1
        mark = self.marks.get(self.number, NO_MARK)
        if not mark.kind and step.role == "definition" and self.marks:
            mark = Mark("definition")
        self.used.append(mark)
        right = self.formula(step.rhs, arrays=True)
        return StepView(
            self.number,
            MARKS[step.op][0].strip(),
            UNICODE_MARKS[step.op].strip(),
            right,
            step.reason.text,
            step.reason.rule,
            mark,
            spoken_relation(previous.spoken, step.op, right.spoken),
        )


def member_of(family: Symbol, value: Expr) -> tuple[Expr, Expr]:
    """A family and its value, each at an index: `x_i` and `X_{i:}`."""
    free = tuple(
        Index(letter, as_expr(family.origin), Dim(size + (family.origin - 1)))
        for letter, size in zip(index_letters(family), family.dims, strict=False)
    )
    kept = (None,) * (len(family.dims) - len(free))
    return Item(family, (*free, *kept)), Item(value, (*free, *kept))


def stated_by(ops: Sequence[str]) -> str:
    """The relation between the ends of a chain: `=`, the strongest of one direction, or nothing."""
    kinds = dict.fromkeys(op for op in ops if op != "=")
    for allowed in (("<", "<="), (">", ">=")):
        if kinds and all(op in allowed for op in kinds):
            return allowed[0] if allowed[0] in kinds else allowed[1]
    if len(kinds) > 1 or (kinds and ops.count(next(iter(kinds))) > 1):
        return next(iter(kinds)) if list(kinds) == ["prop"] else ""
    return next(iter(kinds), "=" if ops else "")


def condition_words(premises: Sequence[Expr]) -> str:
    """What introduces premises: `For` if they are about sizes and indices alone, else `At points where`."""
    free = any(isinstance(n, Symbol) for premise in premises for n in post_order(premise))
    return "At points where" if free else "For"


def numbers_text(numbers: Sequence[int]) -> str:
    """`(1)`, `(1)-(3)`."""
    return f"({numbers[0]})" if len(numbers) == 1 else f"({numbers[0]})–({numbers[-1]})"


def evidence_groups(chain: ChainView) -> list[tuple[str, Mark, str]]:
    """Numbers of steps, their mark and its sentence; neighbours with the same evidence stand together."""
    groups: list[tuple[list[int], Mark]] = []
    for step in chain.steps:
        if not step.mark.kind:
            continue
        joined = together(groups[-1][1], step.mark) if groups else None
        if joined is not None:
            groups[-1] = ([*groups[-1][0], step.number], joined)
        else:
            groups.append(([step.number], step.mark))
    return [(numbers_text(numbers), mark, mark.of_steps(len(numbers))) for numbers, mark in groups]
