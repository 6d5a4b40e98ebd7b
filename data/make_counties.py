"""Make ten illustrative counties: ``python data/make_counties.py [--out DIR] [--only CODE …]``.

They are the nine county-level units of Zhuzhou and Wendeng District of Weihai, so that rules
are inherited by region and places named. Real are the county's name and code, its residents at
the census of 2020 and the townships that a policy document names; all else is drawn by seeded
chance. The same seed gives the same folders; they are not kept in the repository.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from demo.counties import (
    SPECS,
    Census,
    Spec,
    plane_of,
    read_census,
    service_mode,
    settle_county,
    staff_county,
    streets_of,
    townships_of,
)
from demo.folder import TEXTS, Unit, write_facilities, write_townships, write_villages
from demo.osm_file import as_ways, write_pbf
from demo.people import Village
from demo.plain import Sketch, lay_roads, sketch

HERE: Final = Path(__file__).resolve().parent
CENSUS: Final = HERE / "sources" / "census_counties_2020.csv"
OUT: Final = HERE.parent / "out" / "counties"


def make(out: Path, only: Sequence[str] = ()) -> None:
    """Write a folder for each county (or for those of `only`) into `out`, named by its code."""
    census = read_census(CENSUS)
    for spec in SPECS:
        if not only or spec.code in only:
            make_county(out / spec.code, spec, census[spec.code])


def make_county(out: Path, spec: Spec, census: Census) -> None:
    """Write one county folder."""
    chance = [np.random.default_rng([int(spec.code), part]) for part in range(4)]
    land = sketch(townships_of(spec), streets_of(spec), spec.area_km2, chance[0])
    villages = settle_county(spec, census, land, chance[1])
    names = [*dict.fromkeys(village.unit for village in villages)]
    places = {
        name: np.array([(v.x, v.y) for v in villages if v.unit == name]) for name in land.units
    }
    roads = lay_roads(land, places, chance[2])
    facilities = staff_county(spec, census.name, villages, roads, chance[3])
    out.mkdir(parents=True, exist_ok=True)
    plane = plane_of(spec)
    write_pbf(as_ways(roads, plane), out / "roads.osm.pbf")
    units = [_unit(name, villages, land) for name in names]
    write_townships(out / "townships.geojson", units, plane)
    write_villages(out / "villages.csv", villages, service_mode, plane)
    write_facilities(out / "facilities.csv", facilities)
    text = (TEXTS / "illustrative.toml").read_text(encoding="utf-8")
    stated = {
        "name": census.name,
        "name_en": spec.name_en,
        "code": spec.code,
        "speeds": spec.speeds,
    }
    for word, value in stated.items():
        text = text.replace(f"@{word}@", value)
    (out / "county.toml").write_text(text, encoding="utf-8", newline="\n")


def _unit(name: str, villages: Sequence[Village], land: Sketch) -> Unit:
    mine = [village for village in villages if village.unit == name]
    kind = "street" if name.endswith("街道") else "township"
    residents = sum(village.residents for village in mine)
    return Unit(mine[0].code[:9], name, kind, residents, land.units[name])


def main() -> None:
    """Read the command line and make the folders."""
    parser = argparse.ArgumentParser(description="Make ten illustrative counties.")
    parser.add_argument("--out", type=Path, default=OUT, help="where to write the ten folders")
    codes = [spec.code for spec in SPECS]
    parser.add_argument("--only", nargs="+", default=(), choices=codes, help="just these codes")
    arguments = parser.parse_args()
    make(arguments.out, arguments.only)


if __name__ == "__main__":
    main()
