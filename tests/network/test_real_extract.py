"""A real OpenStreetMap extract, run as a county of its own."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from coverage.county.model import County
from coverage.county.read import read_county
from coverage.network.model import Network
from coverage.network.read import read_network
from coverage.paths import ROOT
from coverage.travel.engine import TravelEngine
from coverage.travel.response import respond
from tests.independent import networkx_response_min
from tests.real_extract import write_real_county


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_real_county(tmp_path_factory.mktemp("real"))


@pytest.fixture(scope="module")
def read(folder: Path) -> tuple[County, Network]:
    county = read_county(folder)
    return county, read_network(county)


def test_minutes_equal_networkx(read: tuple[County, Network]) -> None:
    county, network = read
    response = respond(county, TravelEngine(network))
    expected = networkx_response_min(county, network)
    reached = response.villages["response_min"].to_numpy(float)
    assert np.isfinite(reached).sum() >= 20
    np.testing.assert_allclose(reached, expected, rtol=0, atol=1e-6, equal_nan=True)


def test_the_network_is_a_town(read: tuple[County, Network]) -> None:
    note = read[1].note
    assert note.nodes > 100
    assert note.imputed_speeds == 0
    assert 0.5 < 1 - note.off_main_share <= 1
    assert {"primary", "secondary", "residential"} <= set(note.length_km)
    assert "footway" not in note.length_km


def test_report_and_map(folder: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "coverage", "report", str(folder), "--out", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    out = tmp_path / "360681"
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    villages = pd.read_csv(out / "villages.csv", dtype={"code": str})
    covered = villages.loc[villages["covered"].astype(bool), "population"].sum()
    assert report["response"]["covered"] == covered
    assert report["county"]["illustrative"] is True
    assert (out / "map.png").read_bytes().startswith(b"\x89PNG")
    assert "<script" in (out / "map.html").read_text(encoding="utf-8")
