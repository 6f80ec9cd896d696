r"""The page: a derivation with its verdicts as plain values, which each format lays out in its own way.

Prose keeps `$...$`; formulas are LaTeX with their one-line Unicode and their spoken form. Every format shows the same
content: each formula, reason and verdict of the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from derive.checker.verdicts import FileReport, Report
from derive.derivation import Chain, Definition, Derivation, Prose, Side, Step, Unreadable
from derive.errors import UsageError
from derive.expr.nodes import (
    Call,
    Expr,
    Filled,
    Function,
    Symbol,
)
from derive.expr.walk import post_order
from derive.writer.breaking import broken
from derive.writer.convention import (
    bare_numbers,
    convention_of,
    member_of,
    taken_names,
    value_of,
)
from derive.writer.evidence import (
    NO_MARK,
    Mark,
    Summary,
    marks_of,
    summary_of,
)
from derive.writer.languages import ENGLISH, Language
from derive.writer.latex_style import MARKS, rough_width
from derive.writer.letters import unicode_name
from derive.writer.notation import NotationRow, notation_rows
from derive.writer.pictures import Picture
from derive.writer.spoken import spoken, spoken_name, spoken_relation
from derive.writer.unicode_style import MARKS as UNICODE_MARKS
from derive.writer.unicode_text import text


@dataclass(frozen=True, slots=True)
class Formula:
    """One side of a relation: its LaTeX, the LaTeX in lines for a narrow column, one line of Unicode, and words.

    `wide` has the lines for the whole width of a page, where the narrow ones part factors of a product; else it is
    empty.
    """

    latex: str
    lines: tuple[str, ...]
    text: str
    spoken: str
    width: float
    widths: tuple[float, ...]
    wide: tuple[str, ...] = ()
    wide_widths: tuple[float, ...] = ()

    @property
    def widened(self) -> Formula:
        """The formula for the whole width of a page."""
        return replace(self, lines=self.wide, widths=self.wide_widths) if self.wide else self


@dataclass(frozen=True, slots=True)
class StepView:
    """A numbered step: sign and right side, the reason, the rule's name, and the verdict.

    `number` counts the steps of a derivation; `label` is what the page shows, `3.5` in section 3 of a collection.
    """

    number: int
    label: str
    sign: str
    sign_text: str
    rhs: Formula
    reason: str
    rule: str
    mark: Mark
    spoken: str

    @property
    def why(self) -> str:
        """The reason as a page shows it: nothing where it only repeats the name of the rule beside it."""
        return "" if self.reason.casefold() == self.rule.casefold() else self.reason


@dataclass(frozen=True, slots=True)
class ChainView:
    """A chain: left side, steps, the premises under which it is claimed.

    `boxed` asks for the result `lhs sign last side`; the sign is what the whole chain states, `\\le` for `= \\le =`.
    Chains of one value in several forms stand side by side: `place` is `first`, `next` or `last` among them, and `half`
    says that two of them fit beside each other on a page.
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
    form: str = ""
    place: str = ""
    half: bool = False

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
    """A derivation to read before: its slug, its title when it is known, and whether it is on the same document; there
    also its section and the labels of its results, each with the number of its step."""

    slug: str
    title: str
    here: bool
    number: int = 0
    results: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """A program that belongs to a derivation: what it shows, in which language of programming, and its text."""

    title: str
    code: str
    target: str = "numpy"


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
    number: int = 0
    listings: tuple[Listing, ...] = ()
    language: Language = ENGLISH
    picture: Picture | None = None

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of verdict that occur."""
        found = {step.mark.kind: None for chain in self.chains for step in chain.steps}
        return tuple(kind for kind in found if kind)

    @property
    def first_defined(self) -> int:
        """The row of the notation from which on symbols are defined by the text; 0 when none is parted from others."""
        return next((k for k, row in enumerate(self.notation) if row.defined), 0)

    @property
    def chains(self) -> tuple[ChainView, ...]:
        """The chains in order."""
        return tuple(block for block in self.blocks if isinstance(block, ChainView))


#: columns for formulas in em; longer right sides are broken into lines
LINE_WIDTH = 21.5
#: the same for a formula that has no reason beside it
WIDE_LINE = 33.0


@dataclass(frozen=True, slots=True)
class Setting:
    """What the document around a page gives it: the derivations beside it, its section, programs, and a language."""

    known: Mapping[str, Reference] = field(default_factory=dict)
    number: int = 0
    listings: tuple[Listing, ...] = ()
    language: Language = ENGLISH


def page_of(
    derivation: Derivation,
    report: FileReport | Report | None = None,
    setting: Setting | None = None,
    line_width: float = LINE_WIDTH,
) -> Page:
    """The page of a derivation, by itself or in the setting of a collection."""
    setting = setting or Setting()
    file_report = _one_file(report)
    marks = marks_of(file_report, setting.language)
    builder = _Builder(marks, taken_names(derivation), line_width, setting)
    blocks = side_by_side([builder.block(block) for block in derivation.blocks], derivation)
    needs = tuple(setting.known.get(s, Reference(s, s, False)) for s in derivation.needs)
    return Page(
        derivation.slug,
        derivation.title,
        derivation.chapter,
        derivation.source,
        needs,
        notation_rows(derivation.givens, setting.language, bare_numbers(derivation)),
        convention_of(derivation, setting.language),
        blocks,
        tuple(dict.fromkeys((*derivation.notes, *(file_report.notes if file_report else ())))),
        bool(marks),
        summary_of(builder.used, setting.language),
        setting.number,
        setting.listings,
        setting.language,
    )


#: the widest line, in em, that fits half a page
HALF_WIDTH = 17.5


def side_by_side(blocks: Sequence[BlockView], derivation: Derivation) -> tuple[BlockView, ...]:
    """The blocks, with the places of chains that stand beside each other."""
    made = list(blocks)
    groups: list[list[int]] = []
    for position, block in enumerate(derivation.blocks):
        if isinstance(block, Chain) and block.form:
            if block.beside and groups:
                groups[-1].append(position)
            else:
                groups.append([position])
    for group in groups:
        views = [view for k in group if isinstance(view := made[k], ChainView)]
        half = len(views) == 2 and all(_fits_half(view) for view in views)
        for position, (k, view) in enumerate(zip(group, views, strict=True)):
            last = position == len(group) - 1
            place = "first" if position == 0 else "last" if last else "next"
            made[k] = replace(view, place=place if len(group) > 1 else "", half=half)
    return tuple(made)


def _fits_half(view: ChainView) -> bool:
    return not view.premises and all(
        len(step.rhs.lines) == 1 and view.lhs.width + step.rhs.width <= HALF_WIDTH
        for step in view.steps
    )


def reference_to(derivation: Derivation, number: int) -> Reference:
    """How other pages of a collection refer to a derivation that is its section `number`."""
    results, count = [], 0
    for chain in derivation.chains:
        count += len(chain.steps)
        if chain.result:
            results.append((count, f"{number}.{count}" if number else str(count)))
    return Reference(derivation.slug, derivation.title, True, number, tuple(results))


def _one_file(report: FileReport | Report | None) -> FileReport | None:
    if not isinstance(report, Report):
        return report
    if len(report.files) != 1:
        raise UsageError(f"a page shows one file's report, got {len(report.files)}")
    return report.files[0]


class _Builder:
    """Turns blocks into views; numbers the steps through all chains from 1."""

    def __init__(
        self, marks: Mapping[int, Mark], taken: frozenset[str], line_width: float, setting: Setting
    ) -> None:
        self.marks, self.taken, self.line_width = marks, taken, line_width
        self.language = setting.language
        self.prefix = f"{setting.number}." if setting.number else ""
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
        parted = any(line[:1] not in ("+", "-") for line in set_in.lines[1:])
        wide = broken(side, WIDE_LINE, self.taken) if parted else None
        better = wide is not None and len(wide.lines) < len(set_in.lines)
        return Formula(
            set_in.latex,
            set_in.lines,
            text(side, self.taken),
            spoken(side),
            set_in.width,
            set_in.widths,
            wide.lines if wide and better else (),
            wide.widths if wide and better else (),
        )

    def definition(self, block: Definition) -> DefinitionView:
        value = value_of(block)
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
            self.language(condition_words(chain.premises)),
            chain.result and bool(op),
            MARKS[op or "="][0].strip(),
            UNICODE_MARKS[op or "="].strip(),
            spoken_relation(left.spoken, op or "=", previous.spoken),
            chain.form,
        )

    def step(self, step: Step, previous: Formula) -> StepView:
        self.number += 1
        mark = self.marks.get(self.number, NO_MARK)
        if not mark.kind and step.role == "definition" and self.marks:
            mark = Mark("definition", language=self.language)
        self.used.append(mark)
        right = self.formula(step.rhs, arrays=True)
        return StepView(
            self.number,
            f"{self.prefix}{self.number}",
            MARKS[step.op][0].strip(),
            UNICODE_MARKS[step.op].strip(),
            right,
            step.reason.text,
            self.language(step.reason.rule),
            mark,
            spoken_relation(previous.spoken, step.op, right.spoken),
        )


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
