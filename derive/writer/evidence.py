"""Verdicts in words: what a mark means, what it rests on, and what is wrong where a step fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from derive.checker.verdicts import Counterexample, Evidence, FileReport, RelationReport, Verdict
from derive.writer.languages import ENGLISH, Language

#: kind of verdict -> (mark, word); the marks differ in form, not only in colour
MARKS: dict[str, tuple[str, str]] = {
    "holds": ("✓", "holds"),
    "fails": ("✗", "fails"),
    "unchecked": ("?", "unchecked"),
    "definition": (":=", "definition"),
    "": ("", ""),
}

LEGEND: tuple[tuple[str, str], ...] = (
    ("holds", "true at every sampled point, within a bound on rounding error"),
    ("fails", "false, with a counterexample"),
    ("unchecked", "not decided, for the reason given"),
    ("definition", "introduces its left side"),
)


#: relative differences in float64 up to this size need no explanation
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Mark:
    """The verdict on one step: its kind (empty without a report), what it rests on, and what explains a failure."""

    kind: str = ""
    evidence: str = ""
    details: tuple[str, ...] = ()
    explained: str = ""
    proved: bool = False
    raw: Evidence | None = None
    restriction: str = ""
    language: Language = ENGLISH

    @property
    def sign(self) -> str:
        """✓ ✗ ? :="""
        return MARKS[self.kind][0]

    @property
    def word(self) -> str:
        """The kind in words."""
        return self.language(MARKS[self.kind][1])

    @property
    def sentence(self) -> str:
        """`holds: 24 points, ...`"""
        say = self.language
        extra = [self.evidence] if self.evidence else []
        extra += [say("proved symbolically")] if self.proved else []
        if self.explained:
            extra.append(say("step explained by the rule {rule}", rule=say(self.explained)))
        return self.word + (": " + "; ".join(extra) if extra else "")


NO_MARK = Mark()


def marks_of(report: FileReport | None, language: Language = ENGLISH) -> dict[int, Mark]:
    """Index of a relation -> its mark."""
    return {r.index: mark_of(r, language) for r in report.relations} if report is not None else {}


def mark_of(relation: RelationReport, language: Language = ENGLISH) -> Mark:
    """The mark of one relation."""
    verdict = relation.verdict
    evidence = (
        evidence_text(verdict.evidence, verdict.kind == "holds", language)
        if verdict.evidence is not None
        else ""
    )
    if verdict.kind in ("unchecked", "definition"):
        evidence = verdict.why
    elif verdict.why:
        evidence = f"{evidence}; {verdict.why}" if evidence else verdict.why
    return Mark(
        verdict.kind,
        evidence,
        _details(verdict),
        relation.explained or "",
        relation.proved,
        verdict.evidence,
        verdict.why if verdict.kind == "holds" else "",
        language,
    )


def _details(verdict: Verdict) -> tuple[str, ...]:
    lines: list[str] = []
    if verdict.diagnosis is not None:
        lines.append(verdict.diagnosis.message)
        if verdict.diagnosis.suggestion:
            lines.append(f"would hold: ${verdict.diagnosis.suggestion}$")
    if verdict.counterexample is not None:
        lines.append(counterexample_text(verdict.counterexample))
    if verdict.assumptions:
        lines.append("assuming: " + ", ".join(verdict.assumptions))
    return tuple(lines)


def evidence_text(evidence: Evidence, holds: bool = True, language: Language = ENGLISH) -> str:
    """`24 points, sizes (n, d) = (5, 3), (1, 2), worst relative difference 3e-16, jax.grad; 8 of 8 neighbouring
    statements rejected`; of a step that does not hold only where it was tried."""
    parts = [language("{n} points", n=evidence.points)] if evidence.points else []
    sizes = sizes_text(evidence.sizes)
    if sizes:
        parts.append(language("sizes {sizes}", sizes=sizes))
    if evidence.points and holds:
        worst = language("worst relative difference {x}", x=number_text(evidence.worst))
        parts.append(worst + _settled(evidence, language))
    if evidence.referee:
        parts.append(evidence.referee)
    text = ", ".join(parts)
    if evidence.mutants and holds:
        text += "; " + language(
            "{k} of {n} neighbouring statements rejected",
            k=evidence.rejected or 0,
            n=evidence.mutants,
        )
    return text


def _settled(evidence: Evidence, language: Language) -> str:
    """What a large difference of a step that holds is: rounding in float64, as ball arithmetic decided."""
    if evidence.worst <= ROUNDING or "balls" not in evidence.referee:
        return ""
    return " " + language("in float64, which is rounding by ball arithmetic")


def sizes_text(sizes: Sequence[Mapping[str, int]]) -> str:
    """`n = 5`, `(n, d) = (5, 3), (1, 2)`; sizes with other names after a semicolon."""
    groups: dict[tuple[str, ...], list[tuple[int, ...]]] = {}
    for assignment in sizes:
        if assignment:
            groups.setdefault(tuple(assignment), []).append(tuple(assignment.values()))
    return "; ".join(_sizes(names, values) for names, values in groups.items())


def _sizes(names: tuple[str, ...], values: list[tuple[int, ...]]) -> str:
    if len(names) == 1:
        return f"{names[0]} = {', '.join(str(v[0]) for v in values)}"
    shown = ", ".join(f"({', '.join(map(str, v))})" for v in values)
    return f"({', '.join(names)}) = {shown}"


def number_text(value: float) -> str:
    """A difference with two digits: `3.1e-16`, `0`."""
    return "0" if value == 0 else f"{value:.1e}".replace("e-0", "e-").replace("e+0", "e+")


def counterexample_text(point: Counterexample) -> str:
    """`at (n, d) = (1, 2), X = [[1, 2]]: left 3, right -3`."""
    where = [part for part in (sizes_text([point.sizes]),) if part]
    where += [f"{name} = {_value(value)}" for name, value in point.values.items()]
    at = f"at {', '.join(where)}: " if where else ""
    return f"{at}left {_value(point.lhs)}, right {_value(point.rhs)}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(v) for v in value) + "]"
    return str(value)


@dataclass(frozen=True, slots=True)
class Summary:
    """How many steps of a page hold, fail, are unchecked, or define; they are never added up."""

    holds: int = 0
    fails: int = 0
    unchecked: int = 0
    definition: int = 0
    language: Language = ENGLISH

    @property
    def sentence(self) -> str:
        """`7 steps hold, 1 fails, 2 unchecked`."""
        say, parts = self.language, []
        if self.holds:
            phrase = "{n} step holds" if self.holds == 1 else "{n} steps hold"
            parts.append(say(phrase, n=self.holds))
        if self.fails:
            parts.append(say("{n} fails" if self.fails == 1 else "{n} fail", n=self.fails))
        if self.unchecked:
            parts.append(say("{n} unchecked", n=self.unchecked))
        return ", ".join(parts)


def summary_of(marks: Sequence[Mark], language: Language = ENGLISH) -> Summary:
    """Counts by kind."""
    kinds = [mark.kind for mark in marks]
    holds, fails, unchecked = (kinds.count(k) for k in ("holds", "fails", "unchecked"))
    return Summary(holds, fails, unchecked, kinds.count("definition"), language)
