"""A LaTeX document of 100 relations: time to read and judge it, cold and after the imports.

Run: `python benchmarks/documents.py`. Each figure is that of a new process: processor time and wall time of reading and
judging one document in which no derivative occurs, one in which every fourth relation is a gradient, and one in which
every tenth relation is wrong and gets a diagnosis.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from typing import Any

DECLARATIONS = r"""
Let $X \in \mathbb{R}^{n\times d}$, $y \in \mathbb{R}^n$, $w, v \in \mathbb{R}^d$, $A, B \in \mathbb{R}^{d \times d}$
and $\lambda > 0$, $t \in \mathbb{R}$. Let $S \in \mathbb{R}^{d \times d}$ be symmetric positive definite.
"""
#: chains of true relations, five signs in all
CHAINS = (
    r"\|Xw - y\|_2^2 &= (Xw-y)^\top (Xw-y) \\ &= w^\top X^\top X w - 2 y^\top X w + y^\top y",
    r"(A B)^\top &= B^\top A^\top \\ &= (A B)^{\top}",
    r"\operatorname{tr}(A B) &= \operatorname{tr}(B A)",
    r"w^\top S v &= v^\top S w",
    r"\log\det(\lambda S) &= d \log \lambda + \log\det S",
    r"(@ t + \lambda)^2 &= (@ t)^2 + 2 (@ t) \lambda + \lambda^2",
    r"\frac{1}{1 + e^{-@ t}} &= \frac{e^{@ t}}{1 + e^{@ t}} \\ &= 1 - \frac{1}{1 + e^{@ t}}",
    r"(S^{-1})^\top &= S^{-1}",
)
GRADIENTS = (
    r"\nabla_w \|Xw - y\|_2^2 &= 2 X^\top (X w - y) \\ &= 2 X^\top X w - 2 X^\top y",
    r"\nabla_w (w^\top A w) &= (A + A^\top) w",
    r"\nabla_w (w^\top S w) &= 2 S w",
)
WRONG = (
    r"(A B)^\top &= A^\top B^\top",
    r"\|Xw - y\|_2^2 &= w^\top X^\top X w + 2 y^\top X w + y^\top y",
)
INSIDE = """
import json, sys, time
start = time.process_time(), time.perf_counter()
import derive
source = sys.stdin.read()
if sys.argv[1] == "warm":
    derive.check_text(sys.argv[2])
    start = time.process_time(), time.perf_counter()
report = derive.check_text(source)
used = time.process_time() - start[0], time.perf_counter() - start[1]
kinds = [r.verdict.kind for r in report.relations]
print(json.dumps([*used, {k: kinds.count(k) for k in dict.fromkeys(kinds)}]))
"""


def document(relations: int, every: int = 0, others: tuple[str, ...] = ()) -> str:
    """A document with this many relation signs, where each `every`-th chain is one of `others`."""
    parts, signs, chain = [DECLARATIONS], 0, 0
    while signs < relations:
        other = every and chain % every == every - 1
        listed = others if other else CHAINS
        body = listed[(chain // every if other else chain) % len(listed)]
        signs += body.count("&=")
        parts.append("\\begin{align}\n" + body.replace("@", str(chain + 2)) + "\n\\end{align}")
        chain += 1
    return "\n\n".join(parts)


def measured(source: str, mode: str) -> list[Any]:
    """Processor seconds, wall seconds and verdicts of a new process; `warm` counts after the imports."""
    small = (
        DECLARATIONS
        + "\\[ A B + w v^\\top = w v^\\top + A B \\]\n\n\\[ \\sin(t)^2 + \\cos(t)^2 = 1 \\]"
    )
    done = subprocess.run(
        [sys.executable, "-c", INSIDE, mode, small],
        input=source,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    found: list[Any] = json.loads(done.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--relations", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    documents = {
        "no derivative": (document(options.relations), 0.5),
        "a quarter gradients": (document(options.relations, 4, GRADIENTS), 0.0),
        "a tenth wrong": (document(options.relations, 10, WRONG), 0.0),
    }
    print(f"a document of {options.relations} relations, the best of {options.rounds} processes")
    begun = time.perf_counter()
    for name, (source, warm) in documents.items():
        for mode, target in (("cold", 3.0), ("warm", warm)):
            runs = [measured(source, mode) for _ in range(options.rounds)]
            cpu, wall, kinds = min(run[0] for run in runs), min(run[1] for run in runs), runs[0][2]
            wanted = f"(target {target:g} s)" if target else ""
            print(f"  {name:20s} {mode}  {cpu:5.2f} s cpu  {wall:5.2f} s wall {wanted:14s} {kinds}")
    print(f"  all together {time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
