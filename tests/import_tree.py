"""The modules below a folder, and what they import: read from their text, nothing is run."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Import:
    """One imported name: `target` is a module of ours or the top-level name of one outside."""

    source: str
    target: str
    line: int
    at_import: bool  # runs when the source is imported: not in a function, not for types alone
    ours: bool

    def __str__(self) -> str:
        return f"{self.source}:{self.line} imports {self.target}"


class Tree:
    """The modules below a folder, and what they import.

    folder: holds the packages; packages: their names.
    """

    def __init__(self, folder: Path, packages: tuple[str, ...] = ("derive", "recipes")) -> None:
        self.packages = packages
        self.files = {
            _module_name(path, folder): path
            for package in packages
            for path in sorted((folder / package).rglob("*.py"))
        }
        self.imports = [edge for name in self.files for edge in self._read(name)]

    def _read(self, name: str) -> Iterator[Import]:
        tree = ast.parse(self.files[name].read_text("utf-8"))
        for node, at_import in imports_of(tree, at_import=True):
            for target in self._targets(name, node):
                ours = target.split(".")[0] in self.packages
                short = target if ours else target.split(".")[0]
                if ours or short not in sys.stdlib_module_names:
                    yield Import(name, short, node.lineno, at_import, ours)

    def _targets(self, name: str, node: ast.Import | ast.ImportFrom) -> Iterator[str]:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
            return
        base = node.module or ""
        if node.level:
            is_package = self.files[name].name == "__init__.py"
            parts = name.split(".")
            parent = parts[: len(parts) - node.level + is_package]
            base = ".".join([*parent, node.module] if node.module else parent)
        for alias in node.names:
            inner = f"{base}.{alias.name}"
            yield inner if inner in self.files else base

    def loaded_with(self, name: str) -> dict[str, list[str]]:
        """What importing a module loads -> the chain of modules that leads there.

        A module brings the packages above it; those above the start are asked about on their own.
        """
        chains: dict[str, list[str]] = {name: [name]}
        queue = [name]
        above = _ancestors(name)
        while queue:
            current = queue.pop(0)
            for edge in self.imports:
                if edge.source != current or not edge.at_import:
                    continue
                for target in (
                    [*_ancestors(edge.target), edge.target] if edge.ours else [edge.target]
                ):
                    if target not in chains and target not in above:
                        chains[target] = [*chains[current], target]
                        queue.append(target)
        return chains


def _ancestors(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts))]


def _module_name(path: Path, folder: Path) -> str:
    parts = list(path.relative_to(folder).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(
    node: ast.AST, at_import: bool
) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    """Every import statement below a node, and whether it runs when the module is imported."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, at_import
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            yield from imports_of(child, at_import=False)
        else:
            late = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from imports_of(child, at_import and not late)
