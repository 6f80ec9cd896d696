"""Verdicts kept by content: a derivation that was checked before, by the same code and with the same options, is not
checked again.

The key is a hash of a canonical text of the derivation, the options, the source of every part of derive that has a say
in a verdict, and the versions of the libraries below it. A report is one JSON file in the user's cache folder; what
cannot be read back exactly as it was is not kept, and a damaged file counts as absent.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from fractions import Fraction
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from derive.checker.verdicts import (
    Counterexample,
    Diagnosis,
    Evidence,
    FileReport,
    RelationReport,
    Verdict,
)
from derive.derivation import Derivation
from derive.errors import UsageError
from derive.expr.nodes import Expr

#: what decides a verdict and its wording: parts of derive, and libraries
PARTS = (
    "checker",
    "engine",
    "expr",
    "rules",
    "tensor",
    "writer",
    "derivation.py",
    "errors.py",
    "pipeline.py",
    "cache.py",
)
LIBRARIES = ("sympy", "numpy", "jax", "jaxlib", "scipy", "mpmath", "python-flint")

#: the most that the folder holds, and what is left after it was emptied of the least recently used
MOST_BYTES, MOST_FILES, KEPT_SHARE = 64 * 2**20, 20_000, 0.75
#: files written by one process between two looks at the size
BETWEEN_LOOKS = 64


def default_folder() -> Path:
    """The folder of this user: `DERIVE_CACHE`, else the place that the platform has for caches."""
    given = os.environ.get("DERIVE_CACHE")
    if given:
        return Path(given).expanduser()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "derive"
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "derive" / "Cache"
    given = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(given) if os.path.isabs(given) else Path.home() / ".cache") / "derive"


# ------------------------------------------------------------------------------------ canonical text


def canonical(value: Any) -> str:
    """Every field of a value as one S-expression. Each expression is written once and named `#number` from then on,
    definitions included; equal values give equal texts in every process. Raises `UsageError` for what has no
    canonical text."""
    numbers: dict[Expr, int] = {}
    lines: list[str] = []
    for node in _in_order(value):
        parts = " ".join(_written(part, numbers) for part in node.key())
        numbers[node] = len(lines)
        lines.append(f"#{len(lines)} ({type(node).__name__} {parts})")
    lines.append(_written(value, numbers))
    return "\n".join(lines)


def _in_order(value: Any) -> Iterator[Expr]:
    """Every distinct expression below a value, parts before wholes; iterative, for definitions may be 1000 deep."""
    done: dict[Expr, None] = {}
    stack = [(node, False) for node in reversed(list(_expressions(value)))]
    while stack:
        node, ready = stack.pop()
        if node in done:
            continue
        if ready:
            done[node] = None
            yield node
            continue
        stack.append((node, True))
        below = [n for n in _expressions(node.key()) if n not in done]
        stack.extend((n, False) for n in reversed(below))


def _expressions(value: Any) -> Iterator[Expr]:
    """The outermost expressions in a field: itself, in tuples, in facts, laws and steps."""
    if isinstance(value, Expr):
        yield value
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _expressions(item)
    elif is_dataclass(value):
        for part in fields(value):
            yield from _expressions(getattr(value, part.name))


def _written(value: Any, numbers: dict[Expr, int]) -> str:
    if isinstance(value, Expr):
        return f"#{numbers[value]}"
    if value is None or isinstance(value, bool | int | float | Fraction):
        return repr(value)
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, tuple | list):
        return "(" + " ".join(_written(item, numbers) for item in value) + ")"
    if is_dataclass(value):
        parts = (_written(getattr(value, part.name), numbers) for part in fields(value))
        return f"({type(value).__name__} {' '.join(parts)})"
    raise UsageError(f"{value!r} ({type(value).__name__}) has no canonical text")


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """A hash of what decides verdicts: the source of `PARTS`, the versions of `LIBRARIES`, and the platform."""
    root = Path(__file__).parent
    digest = hashlib.sha256()
    for part in PARTS:
        path = root / part
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            digest.update(file.relative_to(root).as_posix().encode() + b"\0")
            digest.update(file.read_bytes() + b"\0")
    for name in LIBRARIES:
        digest.update(f"{name} {_version(name)}\0".encode())
    digest.update(f"{sys.version_info[:2]} {platform.machine()} {sys.platform}".encode())
    return digest.hexdigest()[:16]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


# --------------------------------------------------------------------------------------- the folder


@dataclass(frozen=True)
class Cache:
    """Reports in a folder, by the hash of what was checked. It never raises for the state of the folder: what cannot
    be read is a miss, what cannot be written is not kept."""

    folder: Path

    @property
    def shelf(self) -> Path:
        """The folder of the reports that this version of derive made."""
        return self.folder / "verdicts" / fingerprint()

    def path(self, derivation: Derivation, options: Any) -> Path | None:
        """The file for the report of a derivation under `options` (a dataclass); None when it has no canonical text."""
        try:
            text = canonical((derivation, options))
        except UsageError:
            return None
        return (
            self.shelf / f"{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}.json"
        )

    def has(self, derivation: Derivation, options: Any) -> bool:
        """Whether a report is there."""
        path = self.path(derivation, options)
        return path is not None and path.exists()

    def get(self, derivation: Derivation, options: Any) -> FileReport | None:
        """The report that was kept, or None."""
        path = self.path(derivation, options)
        if path is None or not path.exists():
            return None
        try:
            report = report_from(json.loads(path.read_text("utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        with suppress(OSError):
            os.utime(path)
        return report

    def put(self, derivation: Derivation, options: Any, report: FileReport) -> bool:
        """Keep a report; False when it is not one to keep or the folder cannot be written."""
        path = self.path(derivation, options)
        text = lasting_text(report)
        if path is None or text is None:
            return False
        try:
            _write(path, text)
        except OSError:
            return False
        _look_at_size(self.folder)
        return True


def _write(path: Path, text: str) -> None:
    """Write beside the place and rename: another process sees the whole file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


_written_here: dict[Path, int] = {}


def _look_at_size(folder: Path) -> None:
    """Bound the folder after the first file that this process wrote, and then every `BETWEEN_LOOKS` files."""
    count = _written_here.get(folder, 0)
    _written_here[folder] = count + 1
    if count % BETWEEN_LOOKS == 0:
        with suppress(OSError):
            bound(folder)


def bound(folder: Path, most_bytes: int = MOST_BYTES, most_files: int = MOST_FILES) -> int:
    """Remove the files that were used least recently when there are too many; returns how many were removed."""
    found = []
    for path in sorted((folder / "verdicts").rglob("*")):
        with suppress(OSError):
            if path.is_file():
                state = path.stat()
                found.append((state.st_mtime_ns, path, state.st_size))
    total, count, removed = sum(size for _, _, size in found), len(found), 0
    if total <= most_bytes and count <= most_files:
        return 0
    for _, path, size in sorted(found):
        if total <= KEPT_SHARE * most_bytes and count <= KEPT_SHARE * most_files:
            break
        with suppress(OSError):
            path.unlink()
            total, count, removed = total - size, count - 1, removed + 1
    return removed


# ------------------------------------------------------------------------------------------- reports


def lasting_text(report: FileReport) -> str | None:
    """The JSON of a report that would come out the same again; None for one in which the clock had a say (a relation
    that took too long, a failure for which the search ended without a diagnosis) or that JSON does not keep exactly."""
    if any(_by_the_clock(relation.verdict) for relation in report.relations):
        return None
    plain = replace(report, relations=tuple(map(_without_trees, report.relations)))
    try:
        text = json.dumps(asdict(plain), ensure_ascii=False)
        again = report_from(json.loads(text))
    except (TypeError, ValueError, KeyError):
        return None
    return text if json.dumps(asdict(again), ensure_ascii=False) == text else None


def _by_the_clock(verdict: Verdict) -> bool:
    if verdict.kind == "unchecked":
        return "took longer" in verdict.why
    return verdict.kind == "fails" and verdict.diagnosis is None


def _without_trees(relation: RelationReport) -> RelationReport:
    """Without the corrected side as an expression, of which its LaTeX stays."""
    found = relation.verdict.diagnosis
    if found is None or found.corrected is None:
        return relation
    return replace(
        relation, verdict=replace(relation.verdict, diagnosis=replace(found, corrected=None))
    )


def report_from(data: dict[str, Any]) -> FileReport:
    """The report of its JSON; raises `KeyError`, `TypeError` or `ValueError` for anything else."""
    relations = tuple(_relation(row) for row in data["relations"])
    return FileReport(data["path"], data["recipe"], relations, _strings(data["notes"]))


def _relation(row: dict[str, Any]) -> RelationReport:
    verdict = row["verdict"]
    if verdict["kind"] not in ("holds", "fails", "unchecked", "definition"):
        raise ValueError(f"{verdict['kind']!r} is no verdict")
    evidence, point, found = (verdict[k] for k in ("evidence", "counterexample", "diagnosis"))
    made = Verdict(
        verdict["kind"],
        Evidence(**(evidence | {"sizes": tuple(evidence["sizes"])})) if evidence else None,
        verdict["why"],
        Counterexample(**point) if point else None,
        Diagnosis(**found) if found else None,
        _strings(verdict["assumptions"]),
    )
    return RelationReport(**(row | {"verdict": made}))


def _strings(values: Sequence[Any]) -> tuple[str, ...]:
    if not all(isinstance(value, str) for value in values):
        raise ValueError(f"{values!r} are not texts")
    return tuple(values)
