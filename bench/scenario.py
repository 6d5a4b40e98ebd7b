"""How long a changed scenario takes to compute: on the demonstration county and on a big one.

Run ``python -m bench.scenario``. The base is assessed once; then each kind of edit is applied to
it, as in the app after the first load, with one memo that all share. The processor's seconds are
told as well, for on a busy machine the elapsed ones say little.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.county import write_county
from coverage.assessment.assess import assess_folder
from coverage.assessment.report import Report
from coverage.paths import DEMONSTRATION
from coverage.scenario.compare import compare
from coverage.scenario.model import Edit, Scenario
from coverage.scenario.run import Memo, assess_scenario

NEEDED_S = {"demonstration": 0.5, "big": 2.0}


def edits(base: Report) -> Iterator[Edit]:
    """One of each kind, in the middle of the county."""
    villages, facilities = base.county.villages, base.county.facilities
    village, facility = villages.iloc[len(villages) // 2], facilities.iloc[0]
    lon, lat = float(village.lon), float(village.lat)
    place = {"lon": lon + 0.002, "lat": lat}

    def square(half_deg: float) -> list[tuple[float, float]]:
        corners = ((-1, -1), (1, -1), (1, 1), (-1, 1))
        return [(lon + x * half_deg, lat + y * half_deg) for x, y in corners]

    new = {"id": "new", "name": "new", "kind": "emergency_station", "ambulances": 2, **place}
    settled = {"code": "new", "name": "new", "township": village.township, "population": 900}
    said: list[tuple[str, dict[str, Any]]] = [
        ("add_facility", new),
        ("move_facility", {"id": facility.id, **place}),
        ("remove_facility", {"id": facility.id}),
        ("change_facility", {"id": facility.id, "ambulances": 5, "gps": 3}),
        ("close_road", {"line": [(lon - 0.05, lat), (lon + 0.05, lat)]}),
        ("close_road", {"area": square(0.03)}),
        ("slow_road", {"area": square(0.1), "factor": 0.5}),
        ("set_response", {"turnout_min": 2.5}),
        ("set_response", {"speeds_kph": {"primary": 50}}),
        ("set_rule", {"id": "ems-1030", "parameters": {"urban_limit_min": 12}}),
        ("grow", {"factor": 1.1}),
        ("set_population", {"village": village.code, "population": 9}),
        ("add_village", {**settled, **place}),
    ]
    return (Edit.model_validate({verb: values}) for verb, values in said)


def measured(name: str, base: Report) -> float:
    """Print the seconds of each edit, and return the longest."""
    network = base.network.note
    print(
        f"\n{name}: {network.nodes:,} nodes, {len(base.villages):,} villages, "
        f"{len(base.county.facilities):,} facilities, {len(base.rules)} rules"
    )
    print(f"{'edit':20}{'seconds':>9}{'processor':>11}{'compare':>9}{'undone':>9}")
    memo, code = Memo(), base.county.config.county.code
    longest = 0.0
    empty = Scenario(name="none", county=code)
    assess_scenario(base, empty, memo)
    for edit in edits(base):
        changed = Scenario(name="one", county=code, edits=(edit,))
        begin, processor = time.perf_counter(), time.process_time()
        after = assess_scenario(base, changed, memo)
        seconds, processor_s = time.perf_counter() - begin, time.process_time() - processor
        begin = time.process_time()
        compare(base, after, changed)
        compare_s = time.process_time() - begin
        begin = time.process_time()
        assess_scenario(base, empty, memo)
        undone_s = time.process_time() - begin
        print(f"{edit.verb:20}{seconds:9.2f}{processor_s:11.2f}{compare_s:9.2f}{undone_s:9.2f}")
        longest = max(longest, processor_s)
    return longest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=52_000)
    parser.add_argument("--villages", type=int, default=1000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_county(folder, given.nodes, given.villages)
        # Every rule that the demonstration county tests, so that none is missing here.
        demonstration = assess_folder(DEMONSTRATION)
        own = {result.rule.id for result in demonstration.rules if result.rule.id[:4] != "own-"}
        with (folder / "county.toml").open("a", encoding="utf-8") as toml:
            toml.writelines(f"[rules.{rule}]\nenabled = true\n" for rule in sorted(own))
        big = assess_folder(folder)
    longest = {
        "demonstration": measured("demonstration county", demonstration),
        "big": measured("generated county", big),
    }
    late = [name for name, seconds in longest.items() if seconds > NEEDED_S[name]]
    if late:
        raise SystemExit(f"over the time needed: {', '.join(late)}")


if __name__ == "__main__":
    main()
