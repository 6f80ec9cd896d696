"""Verdicts in words: what a mark means, what it rests on, and what is wrong where a step fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from derive.checker.verdicts import Counterexample, Evidence, FileReport, RelationReport, Verdict

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

    @property
    def sign(self) -> str:
        """✓ ✗ ? :="""
        return MARKS[self.kind][0]

    @property
    def word(self) -> str:
        """The kind in words."""
        return MARKS[self.kind][1]

    @property
    def sentence(self) -> str:
        """`holds: 24 points, ...`"""
        return self._said(self.word)

    def of_steps(self, count: int) -> str:
        """The sentence about `count` steps: `hold: 24 points, ...`."""
        return self._said(self.word.removesuffix("s") if count > 1 else self.word)

    def _said(self, word: str) -> str:
        extra = [self.evidence] if self.evidence else []
        extra += ["proved symbolically"] if self.proved else []
        extra += [f"step explained by the rule {self.explained}"] if self.explained else []
        return word + (": " + "; ".join(extra) if extra else "")


NO_MARK = Mark()


def marks_of(report: FileReport | None) -> dict[int, Mark]:
    """Index of a relation -> its mark."""
    return {r.index: mark_of(r) for r in report.relations} if report is not None else {}


def mark_of(relation: RelationReport) -> Mark:
    """The mark of one relation."""
    verdict = relation.verdict
    evidence = (
        evidence_text(verdict.evidence, verdict.kind == "holds")
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
    )


def together(first: Mark, second: Mark) -> Mark | None:
    """One mark for two neighbouring steps that hold on the same points, with the larger difference; else None."""
    a, b = first.raw, second.raw
    if a is None or b is None or not first.kind == second.kind == "holds":
        return None
    same = (a.sizes, a.points, a.referee) == (b.sizes, b.points, b.referee)
    plain = not (first.details or second.details or first.explained or second.explained)
    if not same or not plain or first.proved != second.proved:
        return None
    counts = (a.mutants, a.rejected, b.mutants, b.rejected)
    mutants, rejected = (a.mutants or 0) + (b.mutants or 0), (a.rejected or 0) + (b.rejected or 0)
    ran = any(count is not None for count in counts)
    joined = replace(
        a,
        worst=max(a.worst, b.worst),
        mutants=mutants if ran else None,
        rejected=rejected if ran else None,
    )
    if first.evidence != evidence_text(a) or second.evidence != evidence_text(b):
        return None
    return replace(first, raw=joined, evidence=evidence_text(joined))


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


def evidence_text(evidence: Evidence, holds: bool = True) -> str:
    """`24 points, sizes (n, d) = (5, 3), (1, 2), worst relative difference 3e-16, jax.grad; 8 of 8 neighbouring
    statements rejected`; of a step that does not hold only where it was tried."""
    parts = [f"{evidence.points} points"] if evidence.points else []
    sizes = sizes_text(evidence.sizes)
    if sizes:
        parts.append(f"sizes {sizes}")
    if evidence.points and holds:
        parts.append(f"worst relative difference {number_text(evidence.worst)}{_settled(evidence)}")
    if evidence.referee:
        parts.append(evidence.referee)
    text = ", ".join(parts)
    if evidence.mutants and holds:
        rejected = evidence.rejected or 0
        text += f"; {rejected} of {evidence.mutants} neighbouring statements rejected"
    return text


def _settled(evidence: Evidence) -> str:
    """What a large difference of a step that holds is: rounding in float64, as ball arithmetic decided."""
    if evidence.worst <= ROUNDING or "balls" not in evidence.referee:
        return ""
    return " in float64, which is rounding by ball arithmetic"


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

    @property
    def sentence(self) -> str:
        """`7 steps hold, 1 fails, 2 unchecked`."""
        parts = []
        if self.holds:
            parts.append(f"{self.holds} {'step holds' if self.holds == 1 else 'steps hold'}")
        if self.fails:
            parts.append(f"{self.fails} {'fails' if self.fails == 1 else 'fail'}")
        if self.unchecked:
            parts.append(f"{self.unchecked} unchecked")
        return ", ".join(parts)


def summary_of(marks: Sequence[Mark]) -> Summary:
    """Counts by kind."""
    kinds = [mark.kind for mark in marks]
    return Summary(*(kinds.count(k) for k in ("holds", "fails", "unchecked", "definition")))
