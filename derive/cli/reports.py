"""Reports of a check in every format of `derive check --format`: text, json, junit, sarif, github.

Each is a function from a `Report` to a string that ends in a newline.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

from derive.checker.verdicts import FileReport, RelationReport, Report
from derive.cli import pictures

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
#: notes with these words are shown at all times: something of the author's is missing among the relations
NOT_READ = "a display is not read"


def as_text(report: Report, *, verbose: bool = False, width: int = 0) -> str:
    """`file:line:col: fails: message`, one line a relation that fails or is unchecked (with `verbose` every one).

    A picture of the step follows each that fails, framed and coloured for a terminal of `width` columns (0: plain).
    """
    lines: list[str] = []
    for file in report.files:
        for relation in file.relations:
            if verbose or relation.verdict.kind in ("fails", "unchecked"):
                lines.extend(_text_lines(file, relation, width))
        lines.extend(_noted(file, note) for note in file.notes if verbose or NOT_READ in note)
    lines.append(summary(report))
    return "\n".join(lines) + "\n"


def _noted(file: FileReport, note: str) -> str:
    place = re.match(r"line (\d+): ", note)
    text = note[place.end() :] if place else note
    return f"{_name(file)}:{place[1]}:1: note: {text}" if place else f"{_name(file)}: note: {text}"


def summary(report: Report) -> str:
    """`12 hold, 1 fails, 0 unchecked, 3 definitions in 2 files`."""
    counts = report.counts()
    files = len(report.files)
    holds, fails = counts["holds"], counts["fails"]
    return (
        f"{holds} {'holds' if holds == 1 else 'hold'}, {fails} {'fails' if fails == 1 else 'fail'}, "
        f"{counts['unchecked']} unchecked, {_count(counts['definitions'], 'definition')} in {_count(files, 'file')}"
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _name(file: FileReport) -> str:
    return file.path or file.recipe or "input"


def _where(file: FileReport, relation: RelationReport) -> str:
    """The source in which a relation stands."""
    return relation.path or _name(file)


def _in_file(file: FileReport, relation: RelationReport) -> str:
    """The file in which a relation stands, for formats that know no cells of notebooks."""
    return _where(file, relation).partition(":cell ")[0]


def _text_lines(file: FileReport, relation: RelationReport, width: int) -> Iterator[str]:
    verdict = relation.verdict
    place = f"{_where(file, relation)}:{relation.line}:{max(relation.column, 1)}"
    title = f"{place}: {verdict.kind}: {message(relation)}"
    if verdict.kind != "fails":
        yield title
    elif width:
        yield pictures.framed(title, relation, width)
    else:
        yield title
        yield from (f"    {line}" for line in pictures.lines(relation))


def message(relation: RelationReport) -> str:
    """One line: the relation and what was found."""
    verdict = relation.verdict
    stated = pictures.one_line(f"{relation.lhs} {relation.relation} {relation.rhs}")
    if verdict.kind == "fails":
        reason = (
            verdict.diagnosis.message
            if verdict.diagnosis
            else verdict.why or "the two sides differ"
        )
        return f"{stated}: {reason}"
    if verdict.kind == "unchecked":
        return f"{stated}: {pictures.one_line(verdict.why)}"
    if verdict.kind == "definition":
        return stated
    return f"{stated} ({evidence_words(relation)})"


def details(relation: RelationReport) -> list[str]:
    """The counterexample, the correction and the assumptions under which a failing relation would hold."""
    return list(pictures.lines(relation))[2:]


def evidence_words(relation: RelationReport) -> str:
    """`24 points, sizes n=5 d=3, worst 3.1e-16, jax.grad`."""
    evidence = relation.verdict.evidence
    if evidence is None:
        return "no evidence recorded"
    sizes = " / ".join(" ".join(f"{k}={v}" for k, v in s.items()) for s in evidence.sizes if s)
    words = [_count(evidence.points, "point"), f"sizes {sizes}" if sizes else ""]
    words += [f"worst {evidence.worst:.1e}", evidence.referee]
    if evidence.mutants is not None:
        words.append(f"{evidence.rejected} of {evidence.mutants} neighbouring statements rejected")
    return ", ".join(word for word in words if word)


def as_json(report: Report) -> str:
    """The object of version 1 of the JSON format."""
    return json.dumps(report.to_json(), indent=1, ensure_ascii=False, default=str) + "\n"


def as_junit(report: Report) -> str:
    """JUnit XML: a test suite for each file, a test case for each relation; unchecked ones are skipped."""
    counts = report.counts()
    root = ElementTree.Element(
        "testsuites",
        tests=str(len(report.relations)),
        failures=str(counts["fails"]),
        skipped=str(counts["unchecked"]),
    )
    for file in report.files:
        kinds = [r.verdict.kind for r in file.relations]
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=_name(file),
            tests=str(len(kinds)),
            failures=str(kinds.count("fails")),
            skipped=str(kinds.count("unchecked")),
        )
        for relation in file.relations:
            _junit_case(suite, file, relation)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, "unicode") + "\n"


def _xml(text: str) -> str:
    """Text without the control characters that XML has no way to write."""
    return "".join(c if c >= " " or c in "\t\n" else "\ufffd" for c in text)


def _junit_case(suite: ElementTree.Element, file: FileReport, relation: RelationReport) -> None:
    case = ElementTree.SubElement(
        suite,
        "testcase",
        classname=_name(file),
        name=_xml(f"{relation.index}: {relation.lhs} {relation.relation} {relation.rhs}"),
        file=_in_file(file, relation),
        line=str(relation.line),
    )
    if relation.verdict.kind == "fails":
        failure = ElementTree.SubElement(case, "failure", message=_xml(message(relation)))
        failure.text = _xml("\n".join(details(relation)))
    elif relation.verdict.kind == "unchecked":
        ElementTree.SubElement(case, "skipped", message=_xml(relation.verdict.why))


def as_sarif(report: Report) -> str:
    """SARIF 2.1.0: a failing relation is an error, an unchecked one a note."""
    rules = [
        {"id": "fails", "shortDescription": {"text": "The relation is false."}},
        {"id": "unchecked", "shortDescription": {"text": "The relation could not be decided."}},
    ]
    results = [
        _sarif_result(file, relation)
        for file in report.files
        for relation in file.relations
        if relation.verdict.kind in ("fails", "unchecked")
    ]
    driver = {"name": "derive", "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    log = {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=1, ensure_ascii=False) + "\n"


def _sarif_result(file: FileReport, relation: RelationReport) -> dict[str, Any]:
    kind = relation.verdict.kind
    region = {"startLine": max(relation.line, 1), "startColumn": max(relation.column, 1)}
    where = {"artifactLocation": {"uri": _uri(_in_file(file, relation))}, "region": region}
    return {
        "ruleId": kind,
        "ruleIndex": 0 if kind == "fails" else 1,
        "level": "error" if kind == "fails" else "note",
        "message": {"text": "\n".join([message(relation), *details(relation)])},
        "locations": [{"physicalLocation": where}],
    }


def _uri(path: str) -> str:
    """A path as a URI reference."""
    return quote(path.replace("\\", "/"), safe="/#")


def as_github(report: Report) -> str:
    """Workflow commands of GitHub Actions: errors for what fails, notices for what is unchecked."""
    lines = []
    for file in report.files:
        for relation in file.relations:
            command = {"fails": "error", "unchecked": "notice"}.get(relation.verdict.kind)
            if command:
                place = f"file={_property(_in_file(file, relation))},line={relation.line},col={relation.column}"
                text = _escaped("\n".join([message(relation), *details(relation)]))
                lines.append(f"::{command} {place}::{text}")
    return "\n".join([*lines, summary(report)]) + "\n"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


FORMATS: dict[str, Callable[[Report], str]] = {
    "text": as_text,
    "json": as_json,
    "junit": as_junit,
    "sarif": as_sarif,
    "github": as_github,
}
