"""`derive.differentiate` from LaTeX to JSON over the sample problems: `python benchmarks/differentiate.py [--check]`.

One call reads the formula and its declarations, derives, writes the worked steps in LaTeX and generates both functions;
with `--check` every step is judged too. Processor time of one core, each problem once, after one that imports.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import statistics
import time
from typing import Any

import derive
from derive.errors import DeriveError

DATA = pathlib.Path(__file__).resolve().parents[1] / "tests" / "data" / "gradients"
#: seconds for a problem without the check
TARGET = 0.030


def answer(problem: dict[str, Any], check: bool) -> dict[str, Any]:
    """The object of `derive grad --format json` for one problem."""
    return derive.differentiate(
        problem["expr"],
        wrt=problem["wrt"],
        given=problem.get("given", []),
        where=problem.get("where", []),
        kind=problem["kind"],
        check=check,
    ).to_json()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="judge every step too")
    check = parser.parse_args().check
    lines = (DATA / "problems.jsonl").read_text("utf-8").splitlines()
    problems = [json.loads(line) for line in lines]
    answer(problems[0], check)
    times: dict[str, float] = {}
    refused = []
    for problem in problems:
        start = time.process_time()
        try:
            answer(problem, check)
        except DeriveError as error:
            refused.append(f"{problem['id']}: {error}")
        times[problem["id"]] = time.process_time() - start
    median = statistics.median(times.values())
    print(f"{len(times)} problems{' with every step judged' if check else ''}")
    goal = "" if check else f"   (target below {TARGET * 1e3:.0f} ms)"
    print(f"  {'median':20} {median * 1e3:8.2f} ms{goal}")
    for name in sorted(times, key=lambda n: -times[n])[:5]:
        print(f"  {name:20} {times[name] * 1e3:8.2f} ms")
    print(f"  {'all':20} {sum(times.values()) * 1e3:8.0f} ms, {len(refused)} refused")
    for line in refused:
        print(f"  {line}")


if __name__ == "__main__":
    main()
