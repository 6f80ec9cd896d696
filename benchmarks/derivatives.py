"""Processor time of one derivative in textbook notation, over the sample problems: `derivatives.py [repeats]`."""

from __future__ import annotations

import json
import pathlib
import runpy
import statistics
import sys
import time

from derive.tensor import textbook

DATA = pathlib.Path(__file__).resolve().parents[1] / "tests" / "data" / "gradients"


def main() -> int:
    """Print the median, the slowest and the sum; exit status 1 when the median is not below 20 ms."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    expressions = runpy.run_path(str(DATA / "expressions.py"))["PROBLEMS"]
    lines = (DATA / "problems.jsonl").read_text("utf-8").splitlines()
    kinds = {p["id"]: p["kind"] for p in map(json.loads, lines)}
    rows = []
    for name, (body, variable) in expressions.items():
        wrt = (variable,) * (2 if kinds[name] == "hessian" else 1)
        times = []
        for _ in range(repeats):
            start = time.process_time()
            textbook(body, wrt)
            times.append(1000 * (time.process_time() - start))
        rows.append((min(times), name))
    rows.sort()
    median = statistics.median(t for t, _ in rows)
    print(f"{len(rows)} problems, best of {repeats} each")
    print(f"  median   {median:7.2f} ms   (target below 20 ms)")
    for milliseconds, name in rows[-5:]:
        print(f"  {name:20} {milliseconds:7.2f} ms")
    print(f"  all      {sum(t for t, _ in rows):7.1f} ms")
    return 0 if median < 20 else 1


if __name__ == "__main__":
    sys.exit(main())
