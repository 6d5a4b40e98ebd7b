"""A county read in a process apart: the same report, and an end to what takes too much."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from coverage.assessment.assess import assess_folder
from coverage.limits import MEMORY_VARIABLE, SECONDS_VARIABLE, Limits, limits_of
from coverage.messages import LANGUAGES, Message
from coverage.paths import ROOT
from coverage.problems import InputError, StoppedError
from coverage.progress import no_progress
from coverage.report.record import record
from coverage.workspace import apart, reader
from coverage.workspace.answers import Broken, Refused, Request
from coverage.workspace.apart import DefectError, Readers, assess_apart
from tests import county_fixtures

ROOMY = Limits(memory_mb=8000, seconds=600)
SLEEPS = (sys.executable, "-c", "import time; time.sleep(600)")


@pytest.fixture(name="folder")
def folder_fixture(tmp_path: Path) -> Path:
    return county_fixtures.write_county(tmp_path / "county")


def _started_by(prepare: Callable[[], None]) -> list[psutil.Process]:
    """Return the processes that `prepare` started; others may run here for earlier tests."""
    this = psutil.Process()
    earlier = {child.pid for child in this.children(recursive=True)}
    prepare()
    return [child for child in this.children(recursive=True) if child.pid not in earlier]


def test_the_report_is_the_one_that_is_made_here(folder: Path) -> None:
    steps: list[Message] = []
    there, here = assess_apart(folder, steps.append), assess_folder(folder)
    for language in LANGUAGES:
        told = [json.dumps(record(report, language), sort_keys=True) for report in (there, here)]
        assert told[0] == told[1]
    assert there.villages.equals(here.villages)
    assert Message("report.step_rules") in steps


def test_every_problem_comes_back_in_both_languages(tmp_path: Path) -> None:
    folder = county_fixtures.write_county(tmp_path, roads=None, villages="a,b\n1,2\n")
    with pytest.raises(InputError) as here:
        assess_folder(folder)
    with pytest.raises(InputError) as there:
        assess_apart(folder)
    for language in LANGUAGES:
        assert there.value.lines(language) == here.value.lines(language)


@pytest.mark.parametrize(
    ("variable", "value", "code"),
    [(MEMORY_VARIABLE, "20", "limits.memory"), (SECONDS_VARIABLE, "0.000001", "limits.seconds")],
)
def test_too_much_is_ended_and_told_and_the_next_county_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, code: str
) -> None:
    own = Readers()
    started = _started_by(own.prepare)
    monkeypatch.setenv(variable, value)
    with pytest.raises(InputError) as caught:
        own.read(folder, limits_of(), no_progress)
    assert [problem.code for problem in caught.value.problems] == [code]
    assert all(variable in line for lang in LANGUAGES for line in caught.value.lines(lang))
    assert started
    assert not [child for child in started if child.is_running()]
    monkeypatch.delenv(variable)
    assert own.read(folder, limits_of(), no_progress).county.config.county.code == "430902"
    own.end()


def test_what_is_silent_can_be_stopped() -> None:
    silent = Readers(SLEEPS)
    told = []

    def stop(step: Message) -> None:
        told.append(step)
        if len(told) == 3:
            raise StoppedError

    (sleeper,) = _started_by(silent.prepare)
    with pytest.raises(StoppedError):
        silent.read(Path(), ROOMY, stop)
    assert not sleeper.is_running()
    silent.end()


def test_a_silent_process_is_ended_by_the_clock() -> None:
    silent = Readers(SLEEPS)
    with pytest.raises(InputError) as caught:
        silent.read(Path(), Limits(memory_mb=8000, seconds=0.3), no_progress)
    assert [problem.code for problem in caught.value.problems] == ["limits.seconds"]
    silent.end()


def test_a_process_that_dies_is_told() -> None:
    dying = Readers((sys.executable, "-c", "import os; os._exit(3)"))
    with pytest.raises(InputError) as caught:
        dying.read(Path(), ROOMY, no_progress)
    (problem,) = caught.value.problems
    assert (problem.code, problem.values["status"]) == ("limits.gone", 3)
    dying.end()


def test_a_defect_keeps_its_trace(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("lost")

    monkeypatch.setattr(reader, "assess_folder", broken)
    answer = reader.answer_to(Request(folder, ROOMY), no_progress)
    assert isinstance(answer, Broken)
    assert "in broken" in answer.trace
    says = f"import sys; sys.stdout.buffer.write({pickle.dumps(answer)!r}); sys.stdin.read()"
    readers = Readers((sys.executable, "-c", says))
    with pytest.raises(DefectError, match="in broken"):
        readers.read(folder, ROOMY, no_progress)
    readers.end()


def test_memory_refused_by_the_system_is_told_as_the_limit(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def greedy(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(reader, "assess_folder", greedy)
    answer = reader.answer_to(Request(folder, ROOMY), no_progress)
    assert isinstance(answer, Refused)
    assert [problem.code for problem in answer.problems] == ["limits.memory"]


def test_no_more_than_some_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "MAX_READERS", 0)

    def stop(step: Message) -> None:
        assert step == Message("limits.waiting")
        raise StoppedError

    with pytest.raises(StoppedError):
        Readers(SLEEPS).read(Path(), ROOMY, stop)


def test_a_process_ends_with_the_one_that_started_it() -> None:
    program = (
        "import os, psutil\n"
        "from coverage.workspace.apart import readers\n"
        "readers().prepare()\n"
        "print(psutil.Process().children()[0].pid, flush=True)\n"
        "os._exit(0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    pid = int(done.stdout)
    for _ in range(600):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return
        time.sleep(0.1)
    pytest.fail("it goes on")
