"""The code keeps its own rules: style, types, direction of imports, size."""

import re
import subprocess
import sys
from pathlib import Path

import grimp
import networkx as nx
import pytest

from coverage.paths import ROOT

MODULES = sorted([*ROOT.glob("coverage/**/*.py"), *ROOT.glob("maps/**/*.py"), ROOT / "app.py"])


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("-m", "ruff", "check", "."), id="ruff"),
        pytest.param(("-m", "ruff", "format", "--check", "."), id="format"),
        pytest.param(("-m", "mypy"), id="mypy"),
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


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_can_be_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 420


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_streamlit_is_used_only_by_the_app(path: Path) -> None:
    inside = path == ROOT / "app.py" or (ROOT / "coverage" / "ui") in path.parents
    imports = re.search(r"^\s*(import|from) streamlit", path.read_text(encoding="utf-8"), re.M)
    assert inside or not imports


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_chinese_outside_the_catalogue(path: Path) -> None:
    found = re.findall(r".*[\u4e00-\u9fff].*", path.read_text(encoding="utf-8"))
    assert not found, "texts belong in data/messages, aliases in data/*.csv"
