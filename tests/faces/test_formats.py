"""The machine formats of `derive check` against the needed part of their published schemas."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree

import pytest

from derive.checker.verdicts import (
    Counterexample,
    Diagnosis,
    Evidence,
    FileReport,
    RelationReport,
    Report,
    Verdict,
)
from derive.cli import reports

EVIDENCE = Evidence(({"n": 3},), 192, 0, 1e-9, 2e-16, "balls")
WRONG = Verdict(
    "fails",
    EVIDENCE,
    counterexample=Counterexample({"n": 1}, {"w": [1.0]}, [2.0], [4.0]),
    diagnosis=Diagnosis("factor_2_or_half", "a factor 2 is missing <&> 100%", r"2 \lambda w"),
    assumptions=("holds only if w is a unit vector",),
)
VERDICTS = (
    Verdict("definition"),
    Verdict("holds", EVIDENCE),
    WRONG,
    Verdict("unchecked", why='no: "x"\x01'),
)


@pytest.fixture
def report() -> Report:
    rows = [
        RelationReport(
            i,
            i,
            7,
            "=",
            "L & \x02<w>",
            rf"\lambda w_{i}",
            verdict,
            path="a b.ipynb:cell 2" if i == 3 else "",
        )
        for i, verdict in enumerate(VERDICTS, start=1)
    ]
    return Report((FileReport("notes/my file,1.tex", None, tuple(rows), ("line 4: something",)),))


def test_text_has_one_line_a_finding_that_editors_match(report: Report) -> None:
    lines = reports.as_text(report).splitlines()
    heads = [
        line for line in lines if re.match(r"[^:]+(:cell \d+)?:\d+:\d+: (fails|unchecked): .", line)
    ]
    assert len(heads) == 2
    assert heads[0].startswith("a b.ipynb:cell 2:3:7: fails: ")
    assert lines[-1] == "1 holds, 1 fails, 1 unchecked, 1 definition in 1 file"
    assert all(line.isprintable() for line in lines)


def test_json_is_version_1(report: Report) -> None:
    found = json.loads(reports.as_json(report))
    assert set(found) == {"version", "files", "summary"}
    assert found["version"] == 1
    assert found["summary"] == {"holds": 1, "fails": 1, "unchecked": 1, "definitions": 1}
    needed = {
        "index",
        "line",
        "column",
        "relation",
        "lhs",
        "rhs",
        "verdict",
        "proved",
        "explained",
        "evidence",
        "why",
    }
    needed |= {"counterexample", "diagnosis", "assumptions"}
    for relation in found["files"][0]["relations"]:
        assert set(relation) - {"path"} == needed
        assert relation["verdict"] in ("holds", "fails", "unchecked", "definition")


def test_junit_follows_its_schema(report: Report) -> None:
    root = ElementTree.fromstring(reports.as_junit(report))
    assert root.tag == "testsuites"
    (suite,) = root
    assert suite.tag == "testsuite"
    cases = suite.findall("testcase")
    assert len(cases) == len(suite)
    for element in (root, suite):
        assert int(element.attrib["tests"]) == len(cases)
        assert int(element.attrib["failures"]) == len(suite.findall("testcase/failure"))
        assert int(element.attrib["skipped"]) == len(suite.findall("testcase/skipped"))
    for case in cases:
        assert {"classname", "name"} <= set(case.attrib)
        assert {child.tag for child in case} <= {"failure", "skipped"}
        assert len(case) <= 1
    assert len({case.attrib["name"] for case in cases}) == len(cases)


SARIF: dict[str, Any] = {
    "version": str,
    "$schema": str,
    "runs": [
        {
            "tool": {
                "driver": {"name": str, "rules": [{"id": str, "shortDescription": {"text": str}}]}
            },
            "columnKind": str,
            "results": [
                {
                    "ruleId": str,
                    "ruleIndex": int,
                    "level": str,
                    "message": {"text": str},
                    "locations": [
                        {
                            "physicalLocation": {
                                "artifactLocation": {"uri": str},
                                "region": {"startLine": int, "startColumn": int},
                            }
                        }
                    ],
                }
            ],
        }
    ],
}
"""The objects and required properties of SARIF 2.1.0 that are in use; no property beyond them is written."""


def follows(value: Any, schema: Any) -> None:
    if isinstance(schema, dict):
        assert set(value) == set(schema)
        for key in schema:
            follows(value[key], schema[key])
    elif isinstance(schema, list):
        assert isinstance(value, list)
        for item in value:
            follows(item, schema[0])
    else:
        assert type(value) is schema


def test_sarif_follows_its_schema(report: Report) -> None:
    found = json.loads(reports.as_sarif(report))
    follows(found, SARIF)
    assert found["version"] == "2.1.0"
    (run,) = found["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("none", "note", "warning", "error")
        (location,) = result["locations"]
        place = location["physicalLocation"]
        assert re.fullmatch(r"[A-Za-z0-9._~/%#-]+", place["artifactLocation"]["uri"])
        assert min(place["region"].values()) >= 1
    assert [r["level"] for r in run["results"]] == ["error", "note"]


def test_github_commands_are_escaped(report: Report) -> None:
    lines = reports.as_github(report).splitlines()
    commands = [line for line in lines if line.startswith("::")]
    assert len(commands) == 2
    for command in commands:
        match = re.fullmatch(r"::(error|notice) ([^:]*)::(.*)", command)
        assert match is not None
        properties = dict(pair.split("=", 1) for pair in match[2].split(","))
        assert set(properties) == {"file", "line", "col"}
        assert properties["line"].isdigit()
    assert "100%25" in commands[0]
    assert "%0A" in commands[0]
    assert "file=notes/my file%2C1.tex" in commands[1]
