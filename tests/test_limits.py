"""Limits of memory and time on what reads a county here, in this process."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from coverage import limits
from coverage.__main__ import BAD_INPUT, main
from coverage.limits import MEMORY_VARIABLE, SECONDS_VARIABLE, Limits, limited, limits_of
from coverage.messages import Message
from coverage.problems import InputError
from tests import county_fixtures

STEP = Message("network.step_read")
ROOMY = Limits(memory_mb=1e6, seconds=600)


def _step() -> Message:
    return STEP


def _nobody(error: InputError) -> None:
    raise AssertionError(error)


def _never_end() -> None:
    while True:
        time.sleep(0.01)


def _deaf_until(given_up: threading.Event) -> None:
    while not given_up.is_set():
        try:
            given_up.wait(60)
        except KeyboardInterrupt:
            continue


def _codes(error: InputError) -> list[str]:
    return [problem.code for problem in error.problems]


def test_the_usual_limits_leave_the_machine_a_quarter() -> None:
    usual = limits_of({})
    assert 0 < usual.memory_mb <= 0.75 * psutil.virtual_memory().total / 1e6 + 1
    assert usual.seconds == 600


def test_the_environment_states_others() -> None:
    assert limits_of({MEMORY_VARIABLE: "1500", SECONDS_VARIABLE: " 0.5 "}) == Limits(1500, 0.5)


@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "1e300", "much", "1,000"])
@pytest.mark.parametrize("variable", [MEMORY_VARIABLE, SECONDS_VARIABLE])
def test_no_number_is_no_limit(variable: str, value: str) -> None:
    with pytest.raises(InputError) as caught:
        limits_of({variable: value})
    assert _codes(caught.value) == ["limits.bad_value"]
    assert variable in caught.value.lines("en")[0]


@pytest.mark.parametrize(
    ("tight", "code"),
    [
        (Limits(memory_mb=1, seconds=600), "limits.memory"),
        (Limits(memory_mb=1e6, seconds=0.05), "limits.seconds"),
    ],
)
def test_work_that_never_ends_is_ended(
    tight: Limits, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits.sys, "platform", "other")  # without the system's own ceiling
    with pytest.raises(InputError) as caught, limited(tight, _step, _nobody):
        _never_end()
    assert _codes(caught.value) == [code]
    assert STEP.text("en") in caught.value.lines("en")[0]


def test_work_within_the_limits_is_left_alone() -> None:
    done = []
    with limited(ROOMY, _step, _nobody):
        time.sleep(3 * limits.BEAT_S)
        done.append(1)
    assert done


def test_ctrl_c_stays_ctrl_c() -> None:
    with pytest.raises(KeyboardInterrupt), limited(ROOMY, _step, _nobody):
        raise KeyboardInterrupt


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux refuses memory so")
def test_one_great_allocation_is_refused_by_the_system() -> None:
    ceiling_mb = psutil.Process().memory_info().vms / 1e6 + 500
    with (
        pytest.raises(InputError) as caught,
        limited(Limits(ceiling_mb, 600), _step, _nobody),
    ):
        bytearray(int(ceiling_mb * 2e6))
    assert _codes(caught.value) == ["limits.memory"]
    assert len(bytearray(200_000_000)) == 200_000_000


def test_work_that_hears_no_interrupt_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_GRACE_S", 0.05)
    given_up = threading.Event()
    told: list[InputError] = []

    def give_up(error: InputError) -> None:
        told.append(error)
        given_up.set()

    with pytest.raises(InputError), limited(Limits(1e6, 0.05), _step, give_up):
        _deaf_until(given_up)
    assert _codes(told[0]) == ["limits.seconds"]


@pytest.mark.parametrize("verb", ["report", "check", "map"])
def test_every_verb_that_reads_is_limited(
    verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = county_fixtures.write_county(tmp_path / "county")
    out = {"report": ["--out", str(tmp_path / "out")], "check": []}.get(
        verb, ["--out", str(tmp_path / "out.png")]
    )
    monkeypatch.setattr("coverage.assessment.assess.read_tables", lambda *_: _never_end())
    monkeypatch.setenv(SECONDS_VARIABLE, "0.2")
    assert main([verb, str(folder), *out, "--lang", "en"]) == BAD_INPUT
    assert SECONDS_VARIABLE in capsys.readouterr().err
    assert not list(tmp_path.glob("out*"))
