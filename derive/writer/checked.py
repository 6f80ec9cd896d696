"""How a page was checked: one paragraph for the steps that hold; those that do not have words of their own beside them.

A chain of a textbook is not interrupted by figures, so what the marks rest on is told once, at the end of a derivation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from derive.checker.verdicts import Evidence
from derive.writer.book import sentence_case
from derive.writer.evidence import ROUNDING, Mark, number_text, sizes_text
from derive.writer.languages import Language
from derive.writer.page import ChainView, Page, StepView

#: sizes with more names than this are told by their number alone
NAMES = 4


def remarks(chain: ChainView) -> list[tuple[str, Mark, str]]:
    """Number, mark and sentence of the steps that have to be explained beside their chain: those that fail or are
    unchecked, and those that hold with a restriction."""
    return [
        (f"({step.label})", step.mark, step.mark.sentence)
        for step in chain.steps
        if step.mark.details or step.mark.restriction or step.mark.kind in ("fails", "unchecked")
    ]


def how_checked(page: Page) -> str:
    """What the steps that hold rest on: a sentence for each kind of evidence, then which are proved as well. Nothing
    when no step was checked."""
    say = page.language
    steps = [step for chain in page.chains for step in chain.steps if step.mark.kind == "holds"]
    groups: dict[object, list[StepView]] = {}
    for step in steps:
        raw = step.mark.raw
        if raw is not None:
            key = "many" if len(names_of(raw)) > NAMES else (repr(raw.sizes), raw.points)
            groups.setdefault(key, []).append(step)
    lines = [f"{numbers(group)}: {evidence_of(group, say)}" for group in groups.values()]
    proved = [step for step in steps if step.mark.proved]
    lines += [f"{sentence_case(say('proved symbolically'))}: {numbers(proved)}"] if proved else []
    return " ".join(f"{line}." for line in lines)


def evidence_of(steps: Sequence[StepView], say: Language) -> str:
    """The evidence that steps with the same sizes and points have in common: the largest difference, every referee."""
    found = [step.mark.raw for step in steps if step.mark.raw is not None]
    told = [say("{n} points", n=span([e.points for e in found]))] if found[0].points else []
    told += [sizes_words(found, say)] if any(found[0].sizes) else []
    told += [say("worst relative difference {x}", x=worst)] if (worst := _worst(found)) else []
    told += referees(found, say)
    if mutants := sum(e.mutants or 0 for e in found):
        rejected = sum(e.rejected or 0 for e in found)
        told.append(say("{k} of {n} neighbouring statements rejected", k=rejected, n=mutants))
    return ", ".join(told)


def sizes_words(found: Sequence[Evidence], say: Language) -> str:
    """`n = 3, 4, 5`, `(n, d) = (5, 3), (1, 2)`; of many names how often they were drawn and how large."""
    if len(names_of(found[0])) <= NAMES:
        return sizes_text(found[0].sizes)
    largest = max(size for e in found for sizes in e.sizes for size in sizes.values())
    counts = span([len(e.sizes) for e in found])
    return say("{k} choices of the sizes up to {m}", k=counts, m=largest)


def names_of(evidence: Evidence) -> list[str]:
    """The names of the sizes."""
    return list(dict.fromkeys(name for sizes in evidence.sizes for name in sizes))


def span(counts: Sequence[int]) -> str:
    """`192`, `24–192`."""
    low, high = min(counts), max(counts)
    return str(low) if low == high else f"{low}–{high}"


def _worst(found: Sequence[Evidence]) -> str:
    """The largest difference in float64, among those that are no more than rounding: of the others balls decide."""
    small = [e.worst for e in found if e.points and e.worst <= ROUNDING]
    large = [e.worst for e in found if e.points and e.worst > ROUNDING and "balls" not in e.referee]
    return number_text(max(small + large)) if small + large else ""


def referees(found: Sequence[Evidence], say: Language) -> list[str]:
    """Who decided, in words."""
    names = dict.fromkeys(p for e in found for p in re.split(r", (?![^()]*\))", e.referee) if p)
    tried = [int(match[1]) for name in names if (match := _REFUTED.match(name))]
    told = [say(REFEREES.get(name, name)) for name in names if not _REFUTED.match(name)]
    if tried:
        phrase = "not refuted at up to {n} points chosen by descent"
        told.append(say(phrase, n=max(tried)))
    return list(dict.fromkeys(told))


_REFUTED = re.compile(r"not refuted \((\d+) points")


#: names in evidence -> words of a page
REFEREES: dict[str, str] = {
    "balls": "ball arithmetic",
    "balls (dual numbers)": "ball arithmetic on dual numbers",
    "jax.grad": "automatic differentiation",
}


def numbers(steps: Iterable[StepView]) -> str:
    """`(1.1)–(1.3), (1.6)`: the labels of steps, neighbours as a range."""
    runs: list[list[StepView]] = []
    for step in steps:
        if runs and runs[-1][-1].number + 1 == step.number:
            runs[-1].append(step)
        else:
            runs.append([step])
    return ", ".join(_range([step.label for step in run]) for run in runs)


def _range(labels: Sequence[str]) -> str:
    if len(labels) == 1:
        return f"({labels[0]})"
    between = "–" if len(labels) > 2 else ", "
    return f"({labels[0]}){between}({labels[-1]})"
