"""What the judge says: a verdict for each relation, its evidence, and the report of a document.

`holds`, `fails`, `unchecked` and `definition` are never counted together. The JSON form is that of
version 1 of the command line's `check --format json`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

VerdictKind = Literal["holds", "fails", "unchecked", "definition"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a verdict rests on: assignments of sizes, number of points, seed, relative tolerance, worst relative
    difference in float64 (the tolerance where balls showed a larger one to be rounding), and the referee (`balls`,
    `jax.grad`, `quadrature`, ...). `rejected` of `mutants` neighbouring
    statements were rejected at the same points (None when the power check was not run)."""

    sizes: tuple[dict[str, int], ...] = ()
    points: int = 0
    seed: int = 0
    tolerance: float = 0.0
    worst: float = 0.0
    referee: str = ""
    mutants: int | None = None
    rejected: int | None = None


@dataclass(frozen=True, slots=True)
class Counterexample:
    """The smallest point found where the relation is false: sizes, values by symbol, and both sides there."""

    sizes: dict[str, int]
    values: dict[str, Any]
    lhs: Any
    rhs: Any


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The mistake, as an edit that was verified to make the relation hold at fresh points.

    `corrected` is the side as it should stand (an expression); whoever prints fills its LaTeX in as `suggestion`."""

    kind: str
    message: str
    suggestion: str = ""
    corrected: Any = None

    def to_json(self) -> dict[str, str]:
        """The object of the JSON format."""
        return {"kind": self.kind, "message": self.message, "suggestion": self.suggestion}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision on one relation. `why` says the reason of `unchecked` (and a restriction of `holds`)."""

    kind: VerdictKind
    evidence: Evidence | None = None
    why: str = ""
    counterexample: Counterexample | None = None
    diagnosis: Diagnosis | None = None
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RelationReport:
    """One relation, numbered from 1 in reading order in its file, with what the engine adds (`proved`, `explained`).

    `path` says where its line is when that is another source than the report's: an included file, a cell of a notebook.
    """

    index: int
    line: int
    column: int
    relation: str
    lhs: str
    rhs: str
    verdict: Verdict
    proved: bool = False
    explained: str | None = None
    path: str = ""

    def to_json(self) -> dict[str, Any]:
        """The object of the JSON format."""
        v = self.verdict
        evidence = asdict(v.evidence) if v.evidence else {}
        return {
            "index": self.index,
            **({"path": self.path} if self.path else {}),
            "line": self.line,
            "column": self.column,
            "relation": self.relation,
            "lhs": self.lhs,
            "rhs": self.rhs,
            "verdict": v.kind,
            "proved": self.proved,
            "explained": self.explained,
            "evidence": {key: value for key, value in evidence.items() if value is not None},
            "why": v.why,
            "counterexample": asdict(v.counterexample) if v.counterexample else None,
            "diagnosis": v.diagnosis.to_json() if v.diagnosis else None,
            "assumptions": list(v.assumptions),
        }


@dataclass(frozen=True, slots=True)
class FileReport:
    """The relations of one file or recipe. `notes` tells how it was read (inferred declarations, warnings)."""

    path: str
    recipe: str | None
    relations: tuple[RelationReport, ...]
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The object of the JSON format."""
        listed = [r.to_json() for r in self.relations]
        return {
            "path": self.path,
            "recipe": self.recipe,
            "relations": listed,
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """The verdicts of a check."""

    files: tuple[FileReport, ...]

    @property
    def relations(self) -> tuple[RelationReport, ...]:
        """All relations of all files, in order."""
        return tuple(r for file in self.files for r in file.relations)

    @property
    def ok(self) -> bool:
        """Whether nothing fails. An unchecked relation is not a failure, and not a success."""
        return not any(r.verdict.kind == "fails" for r in self.relations)

    def counts(self) -> dict[str, int]:
        """Number of relations by verdict."""
        keys = {
            "holds": "holds",
            "fails": "fails",
            "unchecked": "unchecked",
            "definition": "definitions",
        }
        table = dict.fromkeys(keys.values(), 0)
        for relation in self.relations:
            table[keys[relation.verdict.kind]] += 1
        return table

    def to_json(self) -> dict[str, Any]:
        """The object of the JSON format, version 1."""
        return {"version": 1, "files": [f.to_json() for f in self.files], "summary": self.counts()}

    def __iter__(self) -> Iterator[RelationReport]:
        return iter(self.relations)
