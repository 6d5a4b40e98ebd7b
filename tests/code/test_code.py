"""The code keeps its own rules: style, types, direction of imports, size."""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import grimp
import networkx as nx
import pytest

from coverage.paths import ROOT

MODULES = sorted([*ROOT.glob("coverage/**/*.py"), *ROOT.glob("maps/**/*.py"), ROOT / "app.py"])
APP_PACKAGE = str(Path("coverage", "ui"))


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("-m", "ruff", "check", "."), id="ruff"),
        pytest.param(("-m", "ruff", "format", "--check", "."), id="format"),
        pytest.param(("-m", "mypy"), id="mypy", marks=pytest.mark.xdist_group("mypy")),
        pytest.param(
            ("-c", "from importlinter.cli import lint_imports_command as c; c(['--no-cache'])"),
            id="import-linter",
        ),
    ],
)
def test_tool_finds_nothing(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr


def test_import_linter_contract_names_every_package() -> None:
    contract = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("[tool.importlinter]")[1]
    packages = {
        path.stem if path.is_file() else path.name
        for path in (ROOT / "coverage").iterdir()
        if path.name != "__init__.py" and (path.suffix == ".py" or (path / "__init__.py").is_file())
    }
    assert packages <= set(re.findall(r"coverage\.(\w+)", contract))


def _circles(within: str, *, types: bool) -> list[list[str]]:
    """Return the circles of imports; the package's face, which offers all, is left out."""
    modules = grimp.build_graph(
        "coverage", "maps", cache_dir=None, exclude_type_checking_imports=not types
    )
    imports = nx.DiGraph(
        (module, imported)
        for module in modules.modules
        for imported in modules.find_modules_directly_imported_by(module)
        if module.startswith(within) and imported.startswith(within) and imported != "coverage"
    )
    return [sorted(c) for c in nx.strongly_connected_components(imports) if len(c) > 1]


def test_no_modules_import_one_another_in_a_circle() -> None:
    assert _circles("", types=False) == []


def test_reading_a_county_has_no_circle_even_for_the_sake_of_types() -> None:
    """What config and files both need stands below both."""
    assert _circles("coverage.county", types=True) == []


def modules_where(wrong: Callable[[Path, str], object]) -> list[str]:
    """Return the modules of which something is wrong, by their path and text."""
    return [
        str(path.relative_to(ROOT))
        for path in MODULES
        if wrong(path, path.read_text(encoding="utf-8"))
    ]


def test_every_module_can_be_read_in_one_sitting() -> None:
    assert len(MODULES) > 100
    assert modules_where(lambda _, code: len(code.splitlines()) > 420) == []


def test_streamlit_is_used_only_by_the_app() -> None:
    users = modules_where(lambda _, code: re.search(r"^\s*(import|from) streamlit", code, re.M))
    assert "app.py" in users
    assert [path for path in users if path != "app.py" and not path.startswith(APP_PACKAGE)] == []


def test_no_chinese_outside_the_catalogue() -> None:
    """Texts belong in data/messages, aliases in data/*.csv."""
    assert modules_where(lambda _, code: re.search(r"[\u4e00-\u9fff]", code)) == []


VAGUE = frozenset(
    {"found", "told", "asked", "heard", "perhaps", "somewhere", "quietly", "tried", "gathered"}
)
"""Names that say how a value came about, and not what it holds."""


def names_given(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The names that a module gives to values, arguments, functions and classes, by line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.lineno, node.name


def vague(tree: ast.Module) -> list[tuple[int, str]]:
    return [(line, name) for line, name in names_given(tree) if VAGUE & set(name.split("_"))]


def test_a_name_says_what_it_holds() -> None:
    assert vague(ast.parse("def f(told: int) -> None:\n    n_found = told\n")) == [
        (1, "told"), (2, "n_found"),
    ]  # fmt: skip
    named = {
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for folder in ("coverage", "maps")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line, name in vague(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert not named
