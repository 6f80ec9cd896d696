"""What the repository promises of itself: dependencies, links, assets, and what stays out."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from derive.writer.assets import katex_css, katex_js, katex_version

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
SOURCES = sorted([*(ROOT / "derive").rglob("*.py"), *(ROOT / "recipes").rglob("*.py")])
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

# Text from a user must never reach these. Module -> why its call is safe.
EXECUTES = {"eval", "exec", "compile", "sympify", "parse_expr"}
SAFE_CALLS: dict[str, str] = {}


def _requirement_name(requirement: str) -> str:
    return re.split(r"[\[<>=!~ ;]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def _requirements() -> list[str]:
    extras = PROJECT["optional-dependencies"].values()
    listed = [*PROJECT["dependencies"], *(entry for extra in extras for entry in extra)]
    return [name for name in map(_requirement_name, listed) if name != PROJECT["name"]]


def _executing_calls(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.lineno}: {a.name}" for a in node.names if a.name in EXECUTES)
        elif isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name in EXECUTES and ast.unparse(called) != "re.compile":
                yield f"{node.lineno}: {ast.unparse(called)}"


def _swallowed(source: str) -> Iterator[int]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ExceptHandler) and all(isinstance(b, ast.Pass) for b in node.body):
            yield node.lineno


def _outside_imports(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        else:
            continue
        yield from (name.split(".")[0] for name in names)


def test_every_dependency_has_its_reason() -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text("utf-8").lower()
    assert [name for name in _requirements() if name not in text] == []


def test_every_outside_import_is_declared() -> None:
    ours = {"derive", "recipes"}
    homes = packages_distributions()
    declared = _requirements()
    missing = []
    for path in SOURCES:
        for name in _outside_imports(path.read_text("utf-8")):
            if name in ours or name in sys.stdlib_module_names:
                continue
            providers = [home.lower().replace("_", "-") for home in homes.get(name, [name])]
            if not any(provider in declared for provider in providers):
                missing.append(f"{path.relative_to(ROOT)} imports {name}")
    assert missing == []


def test_the_version_is_said_once() -> None:
    text = (ROOT / "derive" / "__init__.py").read_text("utf-8")
    assert f'__version__ = "{PROJECT["version"]}"' in text


def test_the_built_in_recipes_are_an_entry_point() -> None:
    assert PROJECT["entry-points"]["derive.recipes"] == {"catalogue": "recipes"}
    assert PROJECT["scripts"] == {"derive": "derive.cli:main"}


def test_the_changelog_is_open() -> None:
    assert "\n## Unreleased\n" in (ROOT / "CHANGELOG.md").read_text("utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_resolve(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text)
    local = [target for target in targets if not re.match(r"[a-z]+:", target)]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_nothing_executes_text() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{call}"
        for path in SOURCES
        if str(path.relative_to(ROOT)) not in SAFE_CALLS
        for call in _executing_calls(path.read_text("utf-8"))
    ]
    assert found == []


def test_no_exception_is_swallowed() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in SOURCES
        for line in _swallowed(path.read_text("utf-8"))
    ]
    assert found == []


def test_the_scans_find_what_they_look_for() -> None:
    assert list(_executing_calls("eval(x)\nsympy.sympify(x)\nre.compile(x)")) == [
        "1: eval",
        "2: sympy.sympify",
    ]
    assert list(_executing_calls("from sympy import sympify as s")) == ["1: sympify"]
    assert list(_swallowed("try:\n    f()\nexcept OSError:\n    pass")) == [3]
    assert list(_outside_imports("def f():\n    import a.b\nfrom c.d import e")) == ["c", "a"]


def test_katex_needs_no_other_file() -> None:
    css = katex_css()
    addresses = re.findall(r"url\(([^)]{0,40})", css)
    assert len(addresses) >= 20
    assert all(address.startswith("data:font/woff2;base64,") for address in addresses)
    assert "@import" not in css
    # A page puts the script between tags, which this would close.
    assert "</script" not in katex_js().lower()
    assert "</style" not in css.lower()


def test_katex_is_of_its_version_and_licence() -> None:
    folder = ROOT / "derive" / "writer" / "assets" / "katex"
    assert f'"{katex_version()}"' in katex_js()
    assert (folder / "LICENSE").read_text("utf-8").startswith("The MIT License (MIT)")


def test_ci_is_a_script_that_can_run() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert "pip\" install -q -e '.[test]'" in script.read_text("utf-8")
