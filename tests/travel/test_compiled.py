"""numba beside our package of coverage.py's name."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from coverage.paths import ROOT
from coverage.travel import compiled as guard

GUARDED = """
import sys
import coverage.travel.sweep
from coverage.travel.compiled import compiled, is_ready, numba
before = {name: module for name, module in sys.modules.items() if name.startswith("coverage")}
assert "numba" not in sys.modules
from coverage.travel.bucket import settle_ties, bucket_kernel
assert not is_ready(settle_ties) and "numba" not in sys.modules
assert numba() is not None and numba() is sys.modules["numba"]
after = {name: module for name, module in sys.modules.items() if name.startswith("coverage")}
assert all(after[name] is module for name, module in before.items())
import coverage, numba
assert coverage is before["coverage"]
import numpy as np
from coverage.travel.sweep import Arcs, Starts
arcs = Arcs(np.array([0, 1, 1], np.int32), np.array([1], np.int32), np.array([2.5]))
tie = Starts(np.array([1, 0]), np.array([0, 0]), np.array([1.0, 1.0]), 2)
swept = bucket_kernel(arcs, tie)
assert swept.minutes.tolist() == [1.0, 3.5] and swept.place.tolist() == [0, 0]
assert is_ready(settle_ties)
print("right")
"""


def run(code: str, cache: Path) -> str:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-c", code]
    done = subprocess.run(
        words, env=environment, cwd=cache, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_numba_comes_in_and_our_modules_stay_what_they_are(tmp_path: Path) -> None:
    cache = tmp_path / "张三"
    cache.mkdir()
    assert run(GUARDED, cache).split() == ["right"]
    kept = [path for path in cache.rglob("*") if path.is_file()]
    assert {path.suffix for path in kept} == {".nbi", ".nbc"}
    for path in kept:  # as after a power cut
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert run(GUARDED, cache).split() == ["right"]


@pytest.fixture(name="forgotten")
def forgotten_fixture() -> Iterator[None]:
    """Whatever was imported and compiled is looked for anew, and again afterwards."""
    for known in (guard.numba, guard.compiled):
        known.cache_clear()
    yield
    for known in (guard.numba, guard.compiled):
        known.cache_clear()


def add(first: float, second: float) -> float:
    return first + second


@pytest.mark.usefixtures("forgotten")
def test_without_numba_nothing_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    assert guard.numba() is None
    assert guard.compiled(add) is None
    assert not guard.is_ready(add)
    assert sys.modules["coverage"].__name__ == "coverage"


@pytest.mark.usefixtures("forgotten")
def test_where_machine_code_cannot_be_kept_it_is_compiled_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[dict[str, Any]] = []

    def njit(**options: Any) -> Any:
        asked.append(options)
        if options.get("cache"):
            raise RuntimeError("no locator available")
        return lambda function: function

    monkeypatch.setattr(guard, "numba", lambda: SimpleNamespace(njit=njit))
    fast = guard.compiled(add)
    assert fast is not None
    assert fast(1.0, 2.0) == 3.0
    assert {options.get("cache", False) for options in asked} == {True, False}
    assert all(options["nogil"] for options in asked)


@pytest.mark.usefixtures("forgotten")
def test_what_was_called_once_is_ready() -> None:
    fast = guard.compiled(add)
    assert fast is not None
    assert not guard.is_ready(add)
    assert fast(1.5, 2.0) == np.float64(3.5)
    assert guard.is_ready(add)
