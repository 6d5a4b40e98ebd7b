"""Places that fit the roads only in another datum than the stated one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Transformer

from coverage.county.datum import bd09_from_wgs84, gcj02_from_wgs84
from coverage.crs import WGS84
from coverage.network.model import Network
from coverage.network.read import read_network
from tests.network_fixtures import CRS_M, county_with, degrees, osm_xml, villages_at

JUNCTIONS = [(x * 900.0 + 250 * y, y * 1100.0) for y in range(5) for x in range(5)]
NODES = dict(enumerate(JUNCTIONS, start=1))
WAYS = [
    ([5 * y + x + 1 for x in range(5)], {"highway": "tertiary"}) for y in range(5)
] + [([5 * y + x + 1 for y in range(5)], {"highway": "tertiary"}) for x in range(5)]  # fmt: skip


def network(
    folder: Path, shift: object, *, off_m: float = 20, n: int = 12, roads: str = ""
) -> Network:
    """Read a lattice whose villages lie `off_m` beside it, with coordinates of another datum."""
    chance = np.random.default_rng(4)
    at = [JUNCTIONS[k] for k in chance.permutation(25)[:n]]
    turn = chance.uniform(0, 2 * np.pi, n)
    away = off_m * np.column_stack([np.cos(turn), np.sin(turn)])
    villages = villages_at([tuple(place) for place in (np.array(at) + away).tolist()])
    lon_lat = Transformer.from_crs(CRS_M, WGS84, always_xy=True)
    back = Transformer.from_crs(WGS84, CRS_M, always_xy=True)
    if callable(shift):
        xy = shapely.get_coordinates(np.asarray(villages.geometry.array))
        moved = back.transform(*shift(*lon_lat.transform(*xy.T)))
        villages = villages.set_geometry(list(shapely.points(np.column_stack(moved))), crs=CRS_M)
    text = osm_xml(NODES, WAYS)
    if roads == "gcj02":
        for x, y in degrees(JUNCTIONS):
            lon, lat = gcj02_from_wgs84(np.array([x]), np.array([y]))
            text = text.replace(
                f'lat="{y:.9f}" lon="{x:.9f}"', f'lat="{lat[0]:.9f}" lon="{lon[0]:.9f}"'
            )
    (folder / "roads.osm").write_text(text, encoding="utf-8")
    return read_network(county_with(folder, "roads.osm", villages=villages))


def told(found: Network) -> list[tuple[str, object, str | None]]:
    return [(p.code, p.values["datum"], p.file) for p in found.quality if "suspected" in p.code]


@pytest.mark.parametrize(
    ("shift", "datum"), [(gcj02_from_wgs84, "gcj02"), (bd09_from_wgs84, "bd09")]
)
def test_villages_in_a_shifted_datum_are_suspected(
    tmp_path: Path, shift: object, datum: str
) -> None:
    found = network(tmp_path, shift)
    assert told(found) == [("network.suspected_datum", datum, "villages.csv")]
    (problem,) = [p for p in found.quality if "suspected" in p.code]
    assert problem.level == "warning"
    assert f'datum = "{datum}"' in problem.text("zh")
    assert f'datum = "{datum}"' in problem.text("en")


def test_roads_in_a_shifted_datum_are_suspected(tmp_path: Path) -> None:
    found = network(tmp_path, None, roads="gcj02")
    assert told(found) == [("network.suspected_road_datum", "gcj02", "roads.osm")]


@pytest.mark.parametrize(("off_m", "n"), [(20, 12), (150, 12), (400, 25), (20, 6)])
def test_villages_that_are_where_they_say_are_not(tmp_path: Path, off_m: float, n: int) -> None:
    assert told(network(tmp_path, None, off_m=off_m, n=n)) == []


@pytest.mark.parametrize(("n", "suspected"), [(5, 0), (6, 1)])
def test_few_places_are_no_ground_for_a_suspicion(tmp_path: Path, n: int, suspected: int) -> None:
    assert len(told(network(tmp_path, gcj02_from_wgs84, n=n))) == suspected
