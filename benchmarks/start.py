"""How long a new process takes: help, the list of recipes, one recipe checked, a first identity, a first gradient.

Run: `python benchmarks/start.py`. Each figure is the best of some new processes: processor time of the process and
wall time from its start to its end.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time

HEAD = "from derive.checker import judge_relation\nfrom derive.expr.build import grad, symbol\n"
#: name -> arguments of Python, and the target in seconds of processor time
CASES: dict[str, tuple[list[str], float]] = {
    "python alone": (["-c", ""], 0.0),
    "import derive": (["-c", "import derive"], 0.0),
    "derive --help": (["-m", "derive", "--help"], 0.3),
    "derive list": (["-m", "derive", "list"], 0.3),
    "first identity": (
        [
            "-c",
            HEAD + "x = symbol('x')\nassert judge_relation(x + x, '=', 2 * x).kind == 'holds'",
        ],
        0.25,
    ),
    "first gradient": (
        [
            "-c",
            HEAD
            + "x = symbol('x', 'n')\nassert judge_relation(grad(x.T @ x, x), '=', 2 * x).kind == 'holds'",
        ],
        1.5,
    ),
    "first derivative": (
        ["-c", "import derive; derive.differentiate('w^T w', wrt='w', check=False).to_json()"],
        0.0,
    ),
    "derive check mse-gradient": (["-m", "derive", "check", "mse-gradient"], 0.0),
}


def measured(arguments: list[str]) -> tuple[float, float]:
    """Processor seconds and wall seconds of one new process."""
    before, start = os.times(), time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        env=os.environ | {"PYTHONHASHSEED": "0"},
    )
    wall, after = time.perf_counter() - start, os.times()
    used = after.children_user + after.children_system
    return used - before.children_user - before.children_system, wall


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    print(f"new processes, the best of {rounds}")
    for name, (arguments, target) in CASES.items():
        runs = [measured(arguments) for _ in range(rounds)]
        cpu, wall = min(run[0] for run in runs), min(run[1] for run in runs)
        wanted = f"(target {target:g} s)" if target else ""
        print(f"  {name:28s} {cpu:5.2f} s cpu  {wall:5.2f} s wall  {wanted}")


if __name__ == "__main__":
    main()
