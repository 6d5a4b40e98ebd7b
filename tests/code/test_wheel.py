"""What is installed from a wheel has its data and all it needs, and finds them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from email.parser import Parser
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

from coverage import __version__
from coverage.paths import ROOT

_BUILD = "import setuptools.build_meta as b, sys; b.build_wheel(sys.argv[1])"
_LOOK = """
import sys
sys.path.insert(0, sys.argv[1])
import coverage
from coverage.paths import DATA, DEMONSTRATION
from coverage.messages import catalogue
assert DATA.is_relative_to(sys.argv[1]), DATA
assert (DEMONSTRATION / "county.toml").is_file()
assert catalogue()
from coverage.network.speeds import speed_table
from coverage.rules.catalogue.load import load_catalogue
from coverage.county.config import ResponseParameters
speed_table(ResponseParameters())
print(len(load_catalogue()))
"""


def run(*arguments: object, cwd: Path) -> str:
    command = [sys.executable, *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy of the project, without a network."""
    copy = tmp_path_factory.mktemp("project")
    ignore = shutil.ignore_patterns("__pycache__", "static")
    for name in ("coverage", "maps", "data"):
        shutil.copytree(ROOT / name, copy / name, ignore=ignore)
    for name in ("pyproject.toml", "setup.py", "MANIFEST.in", "requirements.txt", "README.md"):
        shutil.copy(ROOT / name, copy)
    out = tmp_path_factory.mktemp("wheel")
    run("-c", _BUILD, out, cwd=copy)
    (built,) = out.glob("*.whl")
    return built


def test_wheel_has_every_module_and_every_file_of_data(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    own = {
        path.relative_to(ROOT).as_posix()
        for package in ("coverage", "maps")
        for path in (ROOT / package).rglob("*")
        if path.suffix in {".py", ".css", ".js", ".typed"} and "static" not in path.parts
    }
    data = {
        f"coverage/_data/{path.relative_to(ROOT / 'data').as_posix()}"
        for path in (ROOT / "data").rglob("*")
        if path.is_file() and path.suffix != ".py" and not {"demo", "__pycache__"} & {*path.parts}
    }
    assert len(data) > 100
    assert held == own | data


def test_wheel_needs_what_requirements_say_and_has_the_version(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        told = Parser().parsestr(archive.read(name).decode("utf-8"))
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    plain = [re.split(r"\s*#", line)[0] for line in lines]
    listed = {Requirement(line) for line in plain if line}
    assert {Requirement(line) for line in told.get_all("Requires-Dist", [])} == listed
    assert told["Version"] == __version__
    assert told["Requires-Python"] == "<3.14,>=3.11"


def test_what_is_installed_finds_its_data(wheel: Path, tmp_path: Path) -> None:
    with ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    rules = run("-I", "-c", _LOOK, tmp_path / "site", cwd=tmp_path)
    assert int(rules) == len(list((ROOT / "data" / "rules").glob("*.yaml")))


def test_hooks_run_the_ruff_that_is_tested() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    pins = (ROOT / "constraints-dev.txt").read_text(encoding="utf-8")
    pinned = re.search(r"^ruff==(\S+)", pins, re.M)
    assert pinned
    assert re.findall(r"rev: v(\S+)", hooks) == [pinned[1]]
    assert re.findall(r"- id: (\S+)", hooks) == ["ruff-check", "ruff-format"]
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]
    bounds = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
    assert build["requires"] == re.findall(r"^setuptools\S+", bounds, re.M)
