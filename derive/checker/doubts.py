"""Notes in which relations fail at several places: a slip explains one, a name that was misread explains all.

A false alarm is worse than a relation left open. In 415 derivations by other people, failures for which no slip is
found were 34 errors and 104 false alarms where two places or more failed, and 26 errors and 12 false alarms where one
did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derive.checker.verdicts import Counterexample, RelationReport

#: places that fail beside which a clash of shapes is one of names that were misread, whatever would mend it
CLASHES = 3
#: share of the relations decided below which failures are single ones in a long document
SHARE = 0.25


def places_that_fail(
    relations: Sequence[RelationReport], starts: frozenset[int]
) -> list[tuple[RelationReport, ...]]:
    """Failures in reading order; neighbours of one chain are one place: a wrong line fails with both of them.

    `starts` holds the index of the first relation of each chain.
    """
    found: list[tuple[RelationReport, ...]] = []
    for relation in relations:
        if relation.verdict.kind != "fails":
            continue
        joined = found and found[-1][-1].index == relation.index - 1
        if joined and relation.index not in starts:
            found[-1] = (*found[-1], relation)
        else:
            found.append((relation,))
    return found


def with_doubts(
    relations: Sequence[RelationReport],
    starts: frozenset[int],
    unsaid: frozenset[int] = frozenset(),
) -> tuple[RelationReport, ...]:
    """The verdicts of a note, where failures that nothing explains are left open when more than one place fails.

    `unsaid` holds the indices of relations with names of which nobody says what they are.
    """
    places = places_that_fail(relations, starts)
    failed = sum(len(place) for place in places)
    decided = failed + sum(r.verdict.kind == "holds" for r in relations)
    if len(places) < 2 or failed < SHARE * decided:
        return tuple(relations)

    def unexplained(relation: RelationReport) -> bool:
        clash = relation.verdict.counterexample is None and relation.index in unsaid
        clash = clash and len(places) >= CLASHES
        return relation.verdict.kind == "fails" and (clash or relation.verdict.diagnosis is None)

    return tuple(_left_open(r, len(places)) if unexplained(r) else r for r in relations)


def _left_open(relation: RelationReport, places: int) -> RelationReport:
    seen = relation.verdict.why or sides_text(relation.verdict.counterexample)
    why = (
        f"as it was read it fails ({seen}), but so do {places} places of this note, and no slip explains this one: "
        "a name may not mean what it was taken for (-v says how they were read); declare it"
    )
    return replace(relation, verdict=replace(relation.verdict, kind="unchecked", why=why))


def sides_text(found: Counterexample | None) -> str:
    """Both sides at the counterexample, where they are numbers."""
    if found is None:
        return "the sides differ"
    at = ", ".join(f"{name} = {size}" for name, size in found.sizes.items())
    place = f" at {at}" if at else ""
    if isinstance(found.lhs, int | float) and isinstance(found.rhs, int | float):
        return f"{found.lhs:.6g} against {found.rhs:.6g}{place}"
    return f"the sides differ{place}"
