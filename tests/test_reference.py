"""Results are, byte for byte, those kept from before the house was rebuilt."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from coverage.__main__ import main
from coverage.paths import DATA, DEMONSTRATION

REFERENCE = Path(__file__).parent / "reference"
MADE = ("371003", "430202", "430225")
SCENARIO = REFERENCE / "scenario" / "scenario.yaml"


def results(out: Path, folder: Path, *more: str) -> Path:
    words = ["report", str(folder), "--lang", "zh", "--formats", "json,csv", "--out", str(out)]
    assert main([*words, *more]) == 0
    return out / folder.name


def assert_kept(found: Path, kept: Path) -> None:
    names = {path.name for path in kept.iterdir()} - {SCENARIO.name}
    assert names == {path.name for path in found.iterdir()} - {"manifest.json"}
    for name in sorted(names):
        assert (found / name).read_bytes() == (kept / name).read_bytes(), name


def test_the_demonstration_county_has_the_results_it_had(tmp_path: Path) -> None:
    results(tmp_path, DEMONSTRATION)
    assert_kept(tmp_path / "430902", REFERENCE / "430902")


def test_a_scenario_has_the_results_it_had(tmp_path: Path) -> None:
    results(tmp_path, DEMONSTRATION, "--scenario", str(SCENARIO))
    assert_kept(tmp_path / "430902", REFERENCE / "scenario")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made")
    words = [sys.executable, str(DATA / "make_counties.py"), "--out", str(out), "--only", *MADE]
    done = subprocess.run(words, cwd=out, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out


@pytest.mark.parametrize("code", MADE)
def test_a_made_county_has_the_results_it_had(folders: Path, tmp_path: Path, code: str) -> None:
    assert_kept(results(tmp_path, folders / code), REFERENCE / code)
