"""Make the demonstration county: ``python data/make_ziyang.py [--out DIR]``.

Real are the names and codes of units and villages, the census totals and the town points; the
rest is drawn by hand and by seeded chance (see the README it writes). The same seed gives the
same folder.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

import numpy as np
from demo.care import make_facilities
from demo.folder import write_folder
from demo.land import draw_land
from demo.main_roads import main_pieces
from demo.mesh import lay_mesh
from demo.minor_roads import build_roads
from demo.osm_file import as_ways, write_pbf
from demo.people import read_names, settle
from demo.traffic import finish_roads

HERE: Final = Path(__file__).resolve().parent
SEED: Final = 430902


def make(out: Path) -> None:
    """Write the whole county folder to `out`."""
    chance = [np.random.default_rng([SEED, part]) for part in range(5)]
    land = draw_land(chance[0])
    villages = settle(read_names(HERE / "sources" / "ziyang_villages_2023.csv"), land, chance[1])
    pieces = main_pieces(land)
    graph, xy = lay_mesh(land, pieces, villages, chance[2])
    roads = finish_roads(build_roads(graph, xy, land, pieces, villages, chance[3]), villages)
    facilities = make_facilities(villages, roads, chance[4])
    out.mkdir(parents=True, exist_ok=True)
    write_pbf(as_ways(roads), out / "roads.osm.pbf")
    write_folder(out, land, villages, facilities)


def main() -> None:
    """Read the command line and make the folder."""
    parser = argparse.ArgumentParser(description="Make the demonstration county.")
    parser.add_argument("--out", type=Path, default=HERE / "ziyang", help="where to write it")
    make(parser.parse_args().out)


if __name__ == "__main__":
    main()
