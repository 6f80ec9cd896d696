"""Who may import whom: the architecture as data, and tests that read every import.

Imports inside functions count as well: loading late is a matter of time, not of architecture.
"""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent


def _import_tree() -> ModuleType:
    """The module beside this one: pytest's importlib mode imports no tests by name."""
    name = "import_tree"
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


trees = _import_tree()
Tree, imports_of = trees.Tree, trees.imports_of

# Layer -> layers that it may import besides itself and `errors`. "facade" is derive/__init__.py.
LAYERS: dict[str, set[str]] = {
    "errors": set(),
    "expr": set(),
    "derivation": {"expr"},
    "note": {"expr", "derivation"},
    "registry": {"derivation", "note"},
    "tensor": {"expr"},
    "rules": {"expr"},
    "engine": {"rules", "tensor", "expr", "derivation"},
    "reader": {"expr", "derivation"},
    # What decides may not know what derives: never rules, engine or tensor.
    "checker": {"expr", "derivation"},
    "writer": {"expr", "derivation", "checker.verdicts"},
    "facade": {
        "expr",
        "derivation",
        "note",
        "registry",
        "tensor",
        "rules",
        "engine",
        "reader",
        "checker",
        "writer",
        "api",
    },
    "cache": {"expr", "derivation", "checker.verdicts"},
    "plugin": {"*"},
    "api": {"*"},
    "pipeline": {"*"},
    "differentiation": {"*"},
    "listings": {"*"},
    "cli": {"*"},
    "web": {"*"},
    "__main__": {"cli"},
    # A recipe states with the public names of `derive` alone.
    "recipes": {"facade"},
}

# Layer -> packages from outside that it may import. The standard library is free to all.
OUTSIDE: dict[str, set[str]] = {
    "expr": {"sympy"},
    "tensor": {"sympy"},
    "engine": {"sympy"},
    "reader": {"latex2sympy2", "sympy", "nbformat"},
    "checker": {"numpy", "flint", "jax", "sympy", "scipy", "mpmath"},
    "writer": {"jinja2", "typst", "nbformat", "matplotlib", "numpy"},
    "cli": {"click", "rich"},
    "web": {"starlette", "uvicorn"},
    "plugin": {"pytest"},
}

# Package -> its packages in order: each may import only those before it, and a module beside them any.
ORDERED: dict[str, tuple[str, ...]] = {
    "reader": ("source", "relations", "grammar", "declarations", "rewriting", "reading"),
}

# Packages that only one module of a layer may import.
ONE_MODULE: dict[str, set[str]] = {
    "reader": {"latex2sympy2"},
    "writer": {"typst", "nbformat"},
}

# Module -> packages that are not loaded with it, however many imports lie between.
HEAVY = {"sympy", "jax", "jaxlib", "numpy", "scipy", "flint", "matplotlib", "latex2sympy2", "typst"}
LIGHT: dict[str, set[str]] = {
    "derive": HEAVY | {"nbformat", "jinja2"},
    "derive.plugin": HEAVY | {"nbformat", "jinja2", "click"},
    "derive.__main__": HEAVY | {"nbformat", "jinja2"},
    "derive.cli": HEAVY | {"nbformat", "jinja2"},
    "derive.errors": HEAVY,
    "derive.expr": HEAVY - {"sympy"},
    "derive.derivation": HEAVY - {"sympy"},
    "derive.note": HEAVY - {"sympy"},
    "derive.registry": HEAVY - {"sympy"},
    "derive.tensor": HEAVY - {"sympy"},
    "derive.rules": HEAVY - {"sympy"},
    "derive.engine": HEAVY - {"sympy"},
    "derive.reader": HEAVY - {"sympy"},
    "derive.checker": HEAVY - {"sympy", "numpy", "flint"},
    "derive.writer": HEAVY - {"sympy"},
}

LONGEST_MODULE = 500


def layer(module: str) -> str:
    """The layer of one of our modules: `derive.expr.nodes` -> `expr`."""
    parts = module.split(".")
    if parts[0] != "derive":
        return parts[0]
    return parts[1] if len(parts) > 1 else "facade"


def _permitted(source: str, target: str) -> bool:
    allowed = LAYERS[layer(source)]
    inside = target.removeprefix("derive.")
    return (
        "*" in allowed
        or layer(target) in {layer(source), "errors", *allowed}
        or any(inside == name or inside.startswith(f"{name}.") for name in allowed if "." in name)
    )


def forbidden_edges(tree: Tree) -> list[str]:
    """Imports of ours that the table does not permit, and modules without a row."""
    found = [f"{name} has no row in LAYERS" for name in tree.files if layer(name) not in LAYERS]
    known = [edge for edge in tree.imports if layer(edge.source) in LAYERS]
    return found + [
        str(edge) for edge in known if edge.ours and not _permitted(edge.source, edge.target)
    ]


def upward_edges(tree: Tree) -> list[str]:
    """Imports that point upwards in ORDERED (a module beside them is above all), and packages without a place."""
    found = []
    for home, order in ORDERED.items():
        rank = {f"derive.{home}.{name}": place for place, name in enumerate(order)}
        top = len(order)

        def place(module: str, rank: Mapping[str, int] = rank, top: int = top) -> int:
            return rank.get(".".join(module.split(".")[:3]), top)

        inside = [name for name in tree.files if layer(name) == home]
        packages = {".".join(name.split(".")[:3]): None for name in inside if name.count(".") > 2}
        found += [f"{name} has no place in ORDERED" for name in packages if name not in rank]
        found += [
            str(edge)
            for edge in tree.imports
            if edge.source in inside
            and layer(edge.target) == home
            and place(edge.source) < place(edge.target)
        ]
    return found


def forbidden_outside(tree: Tree) -> list[str]:
    """Imports of packages from outside that the table does not permit."""
    found = []
    homes: dict[tuple[str, str], dict[str, None]] = {}
    for edge in tree.imports:
        if edge.ours:
            continue
        home = layer(edge.source)
        if edge.target not in OUTSIDE.get(home, set()):
            found.append(str(edge))
        if edge.target in ONE_MODULE.get(home, set()):
            homes.setdefault((home, edge.target), {})[edge.source] = None
    for (home, package), modules in homes.items():
        if len(modules) > 1:
            found.append(f"{package} has more than one module of {home}: {', '.join(modules)}")
    return found


def cycles(tree: Tree) -> list[str]:
    """Cycles between modules, each once.

    Late imports count across layers, not inside one: a node that prints itself, or names a type,
    may know its printer late.
    """
    graph: dict[str, dict[str, None]] = {name: {} for name in tree.files}
    for edge in tree.imports:
        counts = edge.at_import or layer(edge.source) != layer(edge.target)
        if counts and edge.target in graph and edge.target != edge.source:
            graph[edge.source][edge.target] = None
    return _cycles_of(graph)


def _cycles_of(graph: Mapping[str, Iterable[str]]) -> list[str]:
    done: dict[str, None] = {}
    found: list[str] = []

    def visit(name: str, path: list[str]) -> None:
        if name in path:
            found.append(" -> ".join([*path[path.index(name) :], name]))
            return
        if name in done:
            return
        for target in graph.get(name, ()):
            visit(target, [*path, name])
        done[name] = None

    for name in graph:
        visit(name, [])
    return found


def heavy_loads(tree: Tree) -> list[str]:
    """Packages that a light module loads though it should not, with the chain that leads there."""
    return [
        " -> ".join(chain)
        for name, banned in LIGHT.items()
        if name in tree.files
        for package, chain in tree.loaded_with(name).items()
        if package in banned
    ]


def long_modules(tree: Tree) -> dict[str, int]:
    """Modules that pass the limit -> their lines."""
    lengths = {name: len(path.read_text("utf-8").splitlines()) for name, path in tree.files.items()}
    return {name: length for name, length in lengths.items() if length > LONGEST_MODULE}


def private_imports(tree: Tree) -> list[str]:
    """Names with a leading underscore that a module takes from another of ours."""
    return [
        f"{name}:{node.lineno} imports {alias.name}"
        for name, path in tree.files.items()
        for node, _ in imports_of(ast.parse(path.read_text("utf-8")), at_import=True)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name.startswith("_") and not alias.name.startswith("__")
    ]


@pytest.fixture(scope="module")
def ours() -> Tree:
    return Tree(ROOT)


def test_imports_follow_the_table(ours: Tree) -> None:
    assert forbidden_edges(ours) == []


def test_packages_know_only_those_before_them(ours: Tree) -> None:
    assert upward_edges(ours) == []


def test_private_names_stay_in_their_module(ours: Tree) -> None:
    assert private_imports(ours) == []


def test_outside_packages_follow_the_table(ours: Tree) -> None:
    assert forbidden_outside(ours) == []


def test_no_cycle_between_modules(ours: Tree) -> None:
    assert cycles(ours) == []


def test_light_modules_load_nothing_heavy(ours: Tree) -> None:
    assert heavy_loads(ours) == []


def test_the_table_has_no_cycle() -> None:
    below = {
        name: [other.split(".")[0] for other in others if other != "*"]
        for name, others in LAYERS.items()
    }
    assert _cycles_of(below) == []


def test_modules_are_short(ours: Tree) -> None:
    assert long_modules(ours) == {}


START = """
import sys
from derive.cli import main
sys.argv = ["derive", *sys.argv[1:]]
try:
    main()
except SystemExit as stop:
    if stop.code:
        raise
print("loaded:", *[name for name in {heavy!r} if name in sys.modules], file=sys.stderr)
"""


@pytest.mark.skipif(not any((ROOT / "derive").glob("cli*")), reason="derive.cli is missing")
@pytest.mark.parametrize("arguments", [["--help"], ["list"]], ids=["--help", "list"])
def test_the_command_starts_light(arguments: list[str]) -> None:
    code = START.format(heavy=["sympy", "jax", "numpy", "scipy"])
    run = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip(), "the command printed nothing"
    assert run.stderr.splitlines()[-1].split() == ["loaded:"]


# The test tests itself: each fault, planted in a package of its own, is found.


def plant(folder: Path, files: dict[str, str]) -> Tree:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return Tree(folder)


@pytest.mark.parametrize(
    "text",
    [
        "import derive.engine",
        "from derive import engine",
        "from derive.engine import fill",
        "from derive.engine.fill import fill",
        "from ..engine import fill",
        "def f():\n    from derive.engine import fill",
        "if TYPE_CHECKING:\n    from derive.engine import fill",
    ],
)
def test_a_forbidden_import_is_found(tmp_path: Path, text: str) -> None:
    tree = plant(
        tmp_path,
        {
            "derive/checker/judge.py": text,
            "derive/engine/__init__.py": "",
            "derive/engine/fill.py": "",
        },
    )
    assert len(forbidden_edges(tree)) == 1
    assert forbidden_edges(tree)[0].startswith("derive.checker.judge:")


def test_a_permitted_import_passes(tmp_path: Path) -> None:
    tree = plant(
        tmp_path,
        {
            "derive/writer/latex.py": "from ..checker.verdicts import Verdict\nimport derive.expr",
            "derive/checker/verdicts.py": "from derive.errors import DeriveError",
            "derive/expr/__init__.py": "from .nodes import Sum",
            "derive/expr/nodes.py": "import sympy\nimport re",
            "derive/errors.py": "",
            "recipes/mse.py": "from derive import eq",
        },
    )
    assert forbidden_edges(tree) == []
    assert forbidden_outside(tree) == []
    assert cycles(tree) == []
    assert heavy_loads(tree) == []


def test_only_the_verdict_types_of_the_checker_are_open_to_writers(tmp_path: Path) -> None:
    tree = plant(tmp_path, {"derive/writer/a.py": "from derive.checker.judge import check"})
    assert forbidden_edges(tree) == ["derive.writer.a:1 imports derive.checker.judge"]


def test_an_import_of_a_later_package_is_found(tmp_path: Path) -> None:
    text = "def f():\n    from derive.reader.reading import passes"
    files = {"derive/reader/source/tex.py": text, "derive/reader/reading/passes.py": ""}
    assert upward_edges(plant(tmp_path, files)) == [
        "derive.reader.source.tex:2 imports derive.reader.reading.passes"
    ]
    back = {"derive/reader/reading/a.py": "from derive.reader.source import tex"}
    assert upward_edges(plant(tmp_path / "back", back)) == []
    other = {"derive/reader/other/a.py": ""}
    assert upward_edges(plant(tmp_path / "other", other)) == [
        "derive.reader.other has no place in ORDERED"
    ]


def test_a_module_without_a_row_is_found(tmp_path: Path) -> None:
    tree = plant(tmp_path, {"derive/misc.py": "import derive.engine"})
    assert forbidden_edges(tree) == ["derive.misc has no row in LAYERS"]


def test_a_recipe_that_computes_is_found(tmp_path: Path) -> None:
    tree = plant(tmp_path, {"recipes/a.py": "import numpy\nfrom derive.expr import Sum"})
    assert forbidden_outside(tree) == ["recipes.a:1 imports numpy"]
    assert forbidden_edges(tree) == ["recipes.a:2 imports derive.expr"]


def test_a_second_adapter_is_found(tmp_path: Path) -> None:
    text = "def f():\n    import latex2sympy2"
    tree = plant(tmp_path, {"derive/reader/a.py": text, "derive/reader/b.py": text})
    assert forbidden_outside(tree) == [
        "latex2sympy2 has more than one module of reader: derive.reader.a, derive.reader.b"
    ]


def test_a_cycle_is_found(tmp_path: Path) -> None:
    tree = plant(
        tmp_path,
        {
            "derive/expr/a.py": "from derive.expr import b",
            "derive/expr/b.py": "from derive.expr.c import g",
            "derive/expr/c.py": "from .a import h\ndef f():\n    import derive.expr.b",
        },
    )
    assert cycles(tree) == ["derive.expr.a -> derive.expr.b -> derive.expr.c -> derive.expr.a"]


def test_a_late_cycle_is_found_between_layers(tmp_path: Path) -> None:
    tree = plant(
        tmp_path,
        {
            "derive/note.py": "import derive.expr.a",
            "derive/expr/a.py": "def f():\n    import derive.note",
        },
    )
    assert cycles(tree) == ["derive.expr.a -> derive.note -> derive.expr.a"]


def test_a_long_module_is_found(tmp_path: Path) -> None:
    tree = plant(tmp_path, {"derive/note.py": "x = 1\n" * 501, "derive/errors.py": "x = 1\n" * 500})
    assert long_modules(tree) == {"derive.note": 501}


def test_a_private_name_taken_from_another_module_is_found(tmp_path: Path) -> None:
    text = "from derive.errors import _place, NoteError"
    tree = plant(tmp_path, {"derive/note.py": text, "derive/errors.py": ""})
    assert private_imports(tree) == ["derive.note:1 imports _place"]


def test_a_heavy_import_is_found_through_a_chain(tmp_path: Path) -> None:
    files = {
        "derive/cli.py": "import derive.note",
        "derive/note.py": "from derive.expr.nodes import Sum",
        "derive/expr/__init__.py": "import sympy",
        "derive/expr/nodes.py": "",
    }
    tree = plant(tmp_path, files)
    assert heavy_loads(tree) == ["derive.cli -> derive.note -> derive.expr -> sympy"]
    late = plant(tmp_path, {**files, "derive/cli.py": "def main():\n    import derive.note"})
    assert heavy_loads(late) == []
