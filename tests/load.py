"""Ten planners at once on one server: ``python -m tests.load [SECONDS]`` (300 by default).

Each has a workspace with a scenario of its own, on one of three counties, and goes through the
pages, switches its edit off and on and takes it back, over Streamlit's own protocol on the
loopback.
Whatever the server sends is looked through for an error, for another planner's scenario or county,
and on the overview for the planner's own number of people, computed here beforehand. Prints times
and the server's memory; ends with 1 if anything was wrong.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from coverage.assessment.assess import assess_folder
from coverage.assessment.report import Report
from coverage.messages import text
from coverage.paths import DEMONSTRATION
from coverage.scenario.model import Scenario
from coverage.scenario.run import Memo, assess_scenario
from coverage.workspace import store
from coverage.workspace.model import Workspace
from maps.words import people
from tests.browser.harness import serving

PLANNERS: Final = 10
COUNTIES: Final = 3
PATIENCE_S: Final = 120
PAGES: Final = ("county", "overview", "map", "scenario", "rules", "export")
DEFECT: Final = text("ui.defect", "zh")


@dataclass
class Planner:
    """One visitor.

    Attributes
    ----------
    marks
        The scenario's and the county's name, which nobody else may see.
    late
        The number that the overview must show: people who are not reached in time.
    """

    number: int
    workspace: Workspace
    marks: tuple[str, str]
    late: str
    others: tuple[str, ...] = ()
    errors: list[str] = field(default_factory=list)
    took_s: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    widgets: dict[str, str] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    page: str = ""

    def work(self, base: str, seconds: float, begin: threading.Barrier) -> None:
        """Go through the app until the time is over, which begins when all have arrived."""
        chance = random.Random(self.number)
        address = base.removeprefix("http://")
        try:
            with connect(
                f"ws://{address}/_stcore/stream",
                subprotocols=["streamlit"],  # type: ignore[list-item]
                max_size=None,
                # as through a proxy: who is not on the server's machine sees no list of workspaces
                additional_headers={"Origin": base, "X-Forwarded-For": f"10.0.0.{self.number}"},
            ) as server:
                self._run(server, "first")
                begin.wait(PATIENCE_S)
                until = time.monotonic() + seconds
                while time.monotonic() < until:
                    self._go(server, chance.choice(PAGES))
                    if self.page == "scenario":
                        for key in ("edit-off-0", "edit-off-0", "scenario-undo", "scenario-redo"):
                            self._run(server, key, key)
                            time.sleep(chance.uniform(0.1, 0.5))
                        self._go(server, "overview")
                    time.sleep(chance.uniform(0.5, 2.0))
        except Exception as error:
            self.errors.append(f"{type(error).__name__}: {error}")

    def _go(self, server: ClientConnection, page: str) -> None:
        self.page = page
        sent = self._run(server, page)
        if page == "overview" and self.late not in sent:
            self.errors.append(f"overview without {self.late}")

    def _run(self, server: ClientConnection, step: str, button: str | None = None) -> str:
        """Ask for one run of the page, with a click on `button`, and return all that is sent."""
        message = BackMsg()
        message.rerun_script.query_string = urlencode({"desk": self.workspace.token})
        message.rerun_script.page_script_hash = self.pages.get(self.page, "")
        if button is not None:
            widget = message.rerun_script.widget_states.widgets.add()
            widget.id = self.widgets[button]
            widget.trigger_value = True
        begun = time.monotonic()
        server.send(message.SerializeToString())
        parts = []
        while True:
            answer = ForwardMsg()
            raw = server.recv(timeout=PATIENCE_S)
            answer.ParseFromString(raw if isinstance(raw, bytes) else raw.encode())
            if not self._take(answer):
                break
            parts.append(answer.SerializeToString().decode("utf-8", "replace"))
        self.took_s[step].append(time.monotonic() - begun)
        sent = "".join(parts)
        for foreign in self.others:
            if foreign in sent:
                self.errors.append(f"{step}: sees {foreign}")
        if DEFECT in sent:
            self.errors.append(f"{step}: the page failed")
        return sent

    def _take(self, answer: ForwardMsg) -> bool:
        """Note what is needed of `answer`; return whether more is to come."""
        kind = answer.WhichOneof("type")
        if kind == "script_finished":
            if answer.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
                self.errors.append(f"script ended with {answer.script_finished}")
            return answer.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN
        if kind == "navigation":
            for page in answer.navigation.app_pages:
                self.pages[page.url_pathname or PAGES[0]] = page.page_script_hash
        if kind == "delta" and answer.delta.WhichOneof("type") == "new_element":
            element = answer.delta.new_element
            what = element.WhichOneof("type")
            if what == "exception":
                self.errors.append(element.exception.message)
            elif what == "alert" and element.alert.format == element.alert.ERROR:
                self.errors.append(element.alert.body)
            elif what == "button":
                # an id ends with the key that the page gave its widget
                self.widgets[element.button.id.split("-", 2)[-1]] = element.button.id
        return True


def counties(home: Path) -> list[Path]:
    """Return copies of the demonstration county that differ in their names."""
    made = []
    for number in range(COUNTIES):
        folder = home / f"county-{number}"
        shutil.copytree(DEMONSTRATION, folder)
        settings = folder / "county.toml"
        told = settings.read_text(encoding="utf-8")
        changed = told.replace('name = "资阳区"', f'name = "测试{number}区"')
        assert changed != told
        settings.write_text(changed, encoding="utf-8")
        made.append(folder)
    return made


def planners(home: Path) -> list[Planner]:
    """Return planners whose numbers differ from each other's, their workspaces saved."""
    folders = counties(home)
    base: Report = assess_folder(folders[0])
    memo = Memo()
    made = []
    for number in range(PLANNERS):
        scenario = Scenario.model_validate(
            {
                "name": f"情景{number:02}号",
                "county": "430902",
                "edits": [
                    {"set_response": {"turnout_min": 0.5 + 0.4 * number}},
                    {"grow": {"factor": 1.0 + 0.01 * number}},
                ],
            }
        )
        found = assess_scenario(base, scenario, memo).summary
        folder = folders[number % COUNTIES]
        workspace = store.save(
            Workspace(folder=folder, scenarios=(scenario,), current=scenario.name)
        )
        marks = (scenario.name, f"测试{number % COUNTIES}区")
        made.append(
            Planner(number, workspace, marks, people(found.population - found.covered, "zh"))
        )
    assert len({planner.late for planner in made}) == PLANNERS
    every = {mark for planner in made for mark in planner.marks}
    for planner in made:
        planner.others = tuple(sorted(every - set(planner.marks)))
    return made


def memory_mb(pid: int) -> float:
    """Return the resident memory of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def child() -> int:
    """Return the id of the one process that this one started."""
    me = os.getpid()
    (pid,) = Path(f"/proc/{me}/task/{me}/children").read_text().split()
    return int(pid)


@contextmanager
def listening(pid: int, sizes_mb: list[float]) -> Iterator[None]:
    """Note the server's memory every five seconds."""
    over = threading.Event()

    def listen() -> None:
        while not over.wait(5):
            sizes_mb.append(memory_mb(pid))

    thread = threading.Thread(target=listen)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def main(seconds: float) -> int:
    """Run the test and print its figures."""
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        os.environ[store.WORKSPACE_VARIABLE] = str(home / "workspace")
        all_planners = planners(home)
        sizes_mb: list[float] = []
        with serving(home) as base:
            pid = child()
            begun_mb = memory_mb(pid)
            begin = threading.Barrier(PLANNERS, action=sizes_mb.clear)
            with listening(pid, sizes_mb):
                threads = [
                    threading.Thread(target=p.work, args=(base, seconds, begin))
                    for p in all_planners
                ]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
    return told(all_planners, begun_mb, sizes_mb)


def told(all_planners: list[Planner], begun_mb: float, sizes_mb: list[float]) -> int:
    """Print what was found; return 1 where anything was wrong."""
    steps: dict[str, list[float]] = defaultdict(list)
    for planner in all_planners:
        for step, took in planner.took_s.items():
            steps[step] += took
        for error in planner.errors:
            print(f"planner {planner.number}: {error}", file=sys.stderr)
    for step, took in sorted(steps.items()):
        ordered = sorted(took)
        p95 = ordered[int(0.95 * (len(ordered) - 1))]
        print(
            f"{step:16} {len(took):5} runs, median {statistics.median(took):.2f} s, 95 % {p95:.2f}"
        )
    errors = sum(len(planner.errors) for planner in all_planners)
    half = len(sizes_mb) // 2
    print(f"{len(all_planners)} planners, {sum(map(len, steps.values()))} runs, {errors} errors")
    middle, last = max(sizes_mb[max(half - 3, 0) : half + 3]), max(sizes_mb[-6:])
    print(f"memory: {begun_mb:.0f} MB at first, {middle:.0f} MB half-way, {last:.0f} MB at the end")
    return 1 if errors else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("seconds", type=float, nargs="?", default=300.0)
    sys.exit(main(parser.parse_args().seconds))
