"""An update against a new sweep: stations added, moved and removed, roads closed and slowed.

Run ``python -m bench.edits``. The new sweep is that of `coverage.travel.bucket`, over arcs that are
ready; the update begins at the sweep before the edit. Of each kind several edits are done, spread
over the network, and their seconds added. Every update is compared with its new sweep, bit by bit.
The last column is for edited roads what a scenario waits for: where the stations join them, their
arcs, and the sweep, by an engine of its own against one made from that before the edit.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from bench.roads import CENTRE, CRS_M, SPACING_M, lattice_ways, scattered, villages
from bench.sweep import timed
from coverage.county.config import ResponseParameters
from coverage.network.build import build_network
from coverage.network.edit import close_across, close_within, slow_within
from coverage.network.model import FloatArray, Network
from coverage.network.snap import leg_min, snap
from coverage.travel.bucket import bucket_kernel
from coverage.travel.edited import RoadEdit
from coverage.travel.engine import TravelEngine
from coverage.travel.journey import facility_starts
from coverage.travel.sweep import Starts, Sweep, arcs_of, sweep
from coverage.travel.update import (
    ArcsBothWays,
    Swept,
    compiled_loops,
    joins_of,
    matched_places,
    no_change,
    updated,
)

ROUNDS = 3
NEEDED_RATIO = 10.0
RESPONSE = ResponseParameters(max_access_m=10_000)


@dataclass(frozen=True)
class Edit:
    """What is edited: stations, or roads."""

    kind: str
    stations: gpd.GeoSeries
    roads: Callable[[Network], Network] | None = None


def edits(stations: gpd.GeoSeries, more: gpd.GeoSeries, places: FloatArray) -> Iterator[Edit]:
    """Yield edits of each kind at each of `places`."""
    points = list(stations)
    for number, (x, y) in enumerate(places):
        at = (number * 17) % len(points)
        line = shapely.LineString([(x, y - 1500), (x, y + 1500)])
        area = shapely.box(x - 1000, y - 1000, x + 1000, y + 1000)
        new = more.iloc[number]
        for kind, changed in (
            ("a station added", [*points[:at], new, *points[at:]]),
            ("a station moved", [*points[:at], new, *points[at + 1 :]]),
            ("a station removed", [*points[:at], *points[at + 1 :]]),
        ):
            yield Edit(kind, gpd.GeoSeries(changed, crs=stations.crs))
        yield Edit("roads closed along 3 km", stations, lambda n, line=line: close_across(n, line))
        yield Edit("roads closed in 4 km²", stations, lambda n, area=area: close_within(n, area))
        yield Edit("roads slowed in 4 km²", stations,
                   lambda n, area=area: slow_within(n, area, 0.5))  # fmt: skip


def starts_at(network: Network, stations: gpd.GeoSeries) -> Starts:
    """Return where the stations join the roads."""
    places = snap(network, stations, RESPONSE)
    return facility_starts(network, places, leg_min(places, RESPONSE), "from_facility")


def swept_by(engine: TravelEngine, stations: gpd.GeoSeries) -> Sweep:
    """Return the sweep from the stations."""
    return engine.sweep(stations, direction="from_facility", response=RESPONSE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=520_000)
    parser.add_argument("--stations", type=int, default=100)
    parser.add_argument("--places", type=int, default=5, help="edits of each kind")
    given = parser.parse_args()
    loops = compiled_loops()
    if loops is None:
        raise SystemExit("numba is missing: every edit is a new sweep")

    base = build_network(
        lattice_ways(given.nodes),
        crs=CRS_M,
        villages=villages(1000, given.nodes),
        response=RESPONSE,
    )
    stations = scattered(given.stations, given.nodes)
    engine = TravelEngine(base, bucket_kernel)
    arcs = ArcsBothWays(engine.arcs("from_facility"), engine.arcs("to_facility"))
    starts = starts_at(base, stations)
    known = Swept("from_facility", starts, sweep(arcs.leaving, starts, bucket_kernel))
    swept_by(engine, stations)
    print(f"{len(base.node_x):,} nodes, {len(base.edges):,} edges, {given.stations} stations")

    half_m = 0.8 * given.nodes**0.5 * SPACING_M / 2
    places = np.random.default_rng(7).uniform(-half_m, half_m, (given.places, 2)) + CENTRE
    more = scattered(given.places, given.nodes, seed=99)
    seconds: dict[str, FloatArray] = {}
    for edit in edits(stations, more, places):
        network = base if edit.roads is None else edit.roads(base)
        change = no_change(len(base.node_x)) if network is base else None
        if change is None:
            change = RoadEdit(base, network).arcs("from_facility")
            assert change is not None
        after = starts_at(network, edit.stations)
        new_arcs = arcs.leaving if network is base else arcs_of(network, "from_facility")

        def update() -> Sweep:
            number = matched_places(known.joins, joins_of(after))  # noqa: B023
            return updated(arcs, known, after, change, number, loops)  # noqa: B023

        update()  # compiles
        changed, update_s = timed(update, ROUNDS)
        anew, sweep_s = timed(lambda: sweep(new_arcs, after, bucket_kernel), ROUNDS)  # noqa: B023
        same = np.array_equal(changed.minutes, anew.minutes)
        if not (same and np.array_equal(changed.place, anew.place)):
            raise SystemExit(f"{edit.kind}: the update differs from a new sweep")
        whole_s = [np.nan, np.nan]
        if network is not base:
            whole_s = [
                timed(lambda made=made: swept_by(made, edit.stations))[1]  # noqa: B023
                for made in (engine.edited(network), TravelEngine(network, bucket_kernel))
            ]
        moved = np.count_nonzero(known.sweep.minutes != changed.minutes[: len(base.node_x)])
        row = np.array([moved, sweep_s, update_s, *whole_s])
        seconds[edit.kind] = seconds.get(edit.kind, np.zeros(5)) + row

    print(f"\n{'':28}{'nodes':>9}{'new sweep':>11}{'update':>9}{'times':>7}{'engine':>8}")
    for kind, row in seconds.items():
        moved, sweep_s, update_s, edited_s, engine_s = row / given.places
        whole = "" if np.isnan(edited_s) else f"{engine_s / edited_s:8.1f}"
        print(
            f"{kind:28}{moved:9,.0f}{1000 * sweep_s:8.1f} ms{1000 * update_s:6.2f} ms"
            f"{sweep_s / update_s:7.1f}{whole}"
        )
    slow = [kind for kind, row in seconds.items() if row[1] < NEEDED_RATIO * row[2]]
    if slow:
        raise SystemExit(f"not {NEEDED_RATIO:.0f} times faster than a new sweep: {', '.join(slow)}")


if __name__ == "__main__":
    main()
