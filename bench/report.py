"""How long the whole report of a big county takes, and reading its roads beside OSMnx.

Run ``python -m bench.report``, or ``python -m bench.report --against DIR`` to run the report of
the big county and of the demonstration county in turns with that of another checkout of this
project (``git worktree add DIR 9956998``). The county (50,000 crossings, 1,000 villages) is
generated in a temporary folder; each run is a process of its own, so that its time and memory are
those a user sees. The first run compiles every module of every library, as after an installation.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.county import write_county, write_pbf

NEEDED_S = 10.0
NEEDED_GB = 1.5
NEEDED_RATIO = {"the generated county": 0.5, "the demonstration county": 0.6}
"""Processor seconds of the report, as a share of those of the checkout it is compared with."""
ROOT = Path(__file__).parents[1]
NO_CACHE = ("PYTHONDONTWRITEBYTECODE",)

OURS = """
import sys
from pathlib import Path
from coverage.county.read import read_county
from coverage.network.read import read_network
network = read_network(read_county(Path(sys.argv[1])))
print(f"{network.note.nodes:,} nodes, {network.note.edges:,} edges")
"""
OSMNX = """
import sys, warnings
warnings.simplefilter("ignore")
import osmnx
graph = osmnx.graph_from_xml(sys.argv[1], retain_all=True)
osmnx.routing.add_edge_travel_times(osmnx.routing.add_edge_speeds(graph, fallback=20))
print(f"{len(graph):,} nodes, {graph.number_of_edges():,} edges")
"""


@dataclass(frozen=True)
class Cost:
    """What a process took: elapsed and processor seconds, peak memory, and what it printed."""

    seconds: float
    processor_s: float
    peak_gb: float
    said: str


def run(cache: Path, *words: str, tree: Path = ROOT) -> Cost:
    """Run a Python process in a checkout, its compiled modules kept in `cache`, and measure it."""
    environment = {key: value for key, value in os.environ.items() if key not in NO_CACHE}
    environment["PYTHONPYCACHEPREFIX"] = str(cache)
    begin = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
        cwd=tree,
    ) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(said)
    seconds = time.perf_counter() - begin
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1e6, said)


def compared(folder: Path, scratch: Path, other: Path, rounds: int) -> tuple[Cost, Cost]:
    """Return the cheapest report of `folder` by this checkout and by another, run in turns."""
    costs: dict[Path, list[Cost]] = {ROOT: [], other: []}
    for _ in range(rounds + 1):  # the first compiles
        for place, (tree, known) in enumerate(costs.items()):
            out = ("--out", str(scratch / f"out{place}"), "--lang", "en")
            words = ("-m", "coverage", "report", str(folder), *out)
            known.append(run(scratch / f"compiled{place}", *words, tree=tree))
    ours, theirs = (min(known[1:], key=lambda cost: cost.processor_s) for known in costs.values())
    return ours, theirs


def compare(folder: Path, scratch: Path, other: Path, rounds: int) -> None:
    """Print what both counties' reports cost beside another checkout's; end if it is too much."""
    folders = dict(zip(NEEDED_RATIO, (folder, ROOT / "data" / "ziyang"), strict=True))
    print(f"{'report of':28}{'processor s':>12}{'before':>9}{'ratio':>8}{'needed':>8}")
    over = []
    for name, county in folders.items():
        ours, theirs = compared(county, scratch, other.resolve(), rounds)
        ratio = ours.processor_s / theirs.processor_s
        print(
            f"{name:28}{ours.processor_s:12.2f}{theirs.processor_s:9.2f}{ratio:8.2f}"
            f"{NEEDED_RATIO[name]:8.2f}"
        )
        over += [name] if ratio > NEEDED_RATIO[name] else []
    if over:
        raise SystemExit(f"takes too long: {', '.join(over)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=52_000)
    parser.add_argument("--villages", type=int, default=1000)
    parser.add_argument("--no-osmnx", action="store_true")
    parser.add_argument("--against", type=Path, metavar="DIR", help="another checkout")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "county"
        folder.mkdir()
        write_county(folder, given.nodes, given.villages)
        if given.against is not None:
            compare(folder, Path(name), given.against, given.rounds)
            return
        out = ("--out", str(Path(name) / "out"), "--lang", "en")
        cache = Path(name) / "compiled"
        first, whole = (run(cache, "-m", "coverage", "report", str(folder), *out) for _ in "12")
        print(whole.said)
        ours = run(cache, "-c", OURS, str(folder))
        print("ours: ", ours.said, end="")
        rows = [
            ("python -m coverage report, first run", first),
            ("python -m coverage report, afterwards", whole),
            ("county and roads read only (.osm.pbf)", ours),
        ]
        if not given.no_osmnx:
            write_pbf(Path(name) / "roads.osm", given.nodes)
            theirs = run(cache, "-c", OSMNX, str(Path(name) / "roads.osm"))
            print("OSMnx:", theirs.said, end="")
            rows.append(("the same roads by OSMnx (.osm)", theirs))
    print(f"\n{'':42}{'seconds':>9}{'processor':>11}{'peak GB':>9}{'times ours':>12}")
    for what, cost in rows:
        print(
            f"{what:42}{cost.seconds:9.2f}{cost.processor_s:11.2f}{cost.peak_gb:9.2f}"
            f"{cost.processor_s / ours.processor_s:12.1f}"
        )
    if whole.seconds > NEEDED_S or whole.peak_gb > NEEDED_GB:
        raise SystemExit(f"over {NEEDED_S:.0f} s or {NEEDED_GB} GB")


if __name__ == "__main__":
    main()
