"""A county on one straight road, whose minutes are known without computing.

The road runs from west to east along the 28.60th parallel, and is driven at 30 km/h: two minutes a
kilometre. One hundredth of a degree there is 978 m. The villages lie on it, one every 0.05 degrees
(4.89 km), the station in the westernmost; all are rural (30 minutes), turn-out is three minutes:

    place      A       B       C       D       E
    lon     112.30  112.35  112.40  112.45  112.50
    people    1000    2000    3000    4000    5000
    minutes    3.0    12.8    22.6    32.3    42.1

So A, B and C are in time: 6,000 of 15,000 people. A station in D is 9.8 minutes from C and E and
19.6 from B: with both, all are in time.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from coverage.scenario.edits.facilities import AddFacility
from coverage.scenario.model import Edit, Scenario

LAT: Final = 28.60
LONS: Final = {"A": 112.30, "B": 112.35, "C": 112.40, "D": 112.45, "E": 112.50}
PEOPLE: Final = {"A": 1000, "B": 2000, "C": 3000, "D": 4000, "E": 5000}
IN_TIME: Final = 6000
EVERYBODY: Final = 15_000
STATION: Final = AddFacility(
    id="n1", name="新站", kind="emergency_station", lon=LONS["D"], lat=LAT, ambulances=1
)
"""With it, all are in time."""

_TOML: Final = """\
[county]
name = "{name}"
name_en = "Line District"
code = "430902"
illustrative = true

[sources]
townships = "townships.geojson"
villages = "villages.csv"
facilities = "facilities.csv"
roads = "roads.geojson"

[response.speeds_kph]
primary = 30
"""


def code_of(place: str) -> str:
    """Return the code of the village in a place."""
    return f"4309021012{ord(place) - ord('A') + 10}"


def scenario(*actions: object, name: str = "甲", **more: object) -> Scenario:
    """Return a scenario of this county."""
    made = tuple(Edit.of(action) for action in actions)
    return Scenario.model_validate({"name": name, "county": "430902", "edits": made, **more})


def write(folder: Path, name: str = "直线区", village: str = "{place}村") -> Path:
    """Write the county; `village` is the pattern of the villages' names."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "county.toml").write_text(_TOML.format(name=name), encoding="utf-8")
    south, north = LAT - 0.03, LAT + 0.03
    halves = [("430902101", "西镇", 112.27, 112.425), ("430902102", "东镇", 112.425, 112.53)]
    units = [
        _feature(
            {"code": code, "name": unit, "kind": "镇"},
            "Polygon",
            [[[w, south], [e, south], [e, north], [w, north], [w, south]]],
        )
        for code, unit, w, e in halves
    ]
    _layer(folder / "townships.geojson", units)
    road = [[lon, LAT] for lon in (112.28, *LONS.values(), 112.52)]
    _layer(
        folder / "roads.geojson",
        [_feature({"highway": "primary", "name": "直路"}, "LineString", road)],
    )
    rows = ["code,name,township,kind,population,area_class,lon,lat"]
    for place, lon in LONS.items():
        unit = "西镇" if lon < 112.425 else "东镇"
        named = village.replace("{place}", place).replace('"', '""')
        rows.append(f'{code_of(place)},"{named}",{unit},村,{PEOPLE[place]},220,{lon},{LAT}')
    (folder / "villages.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "facilities.csv").write_text(
        "id,name,kind,lon,lat,ambulances,beds\n"
        f"S1,西站,急救站,{LONS['A']},{LAT},1,\n"
        f"H1,东卫生院,乡镇卫生院,{LONS['E']},{LAT},0,20\n",
        encoding="utf-8",
    )
    return folder


def _feature(properties: dict[str, object], kind: str, places: object) -> dict[str, object]:
    shape = {"type": kind, "coordinates": places}
    return {"type": "Feature", "properties": properties, "geometry": shape}


def _layer(path: Path, features: list[dict[str, object]]) -> None:
    told = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
