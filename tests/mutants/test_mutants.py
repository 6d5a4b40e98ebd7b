"""Some mutants of small counties a run (`mutator`); ``make mutants`` tries ten thousand."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from coverage.problems import InputError, Problem
from coverage.workspace.apart import DefectError
from tests.examples import times
from tests.mutants import mutations, mutator
from tests.mutants.counties import FORMATS
from tests.mutants.mutator import Figures, Mutator, faults

COUNT = 120

pytestmark = pytest.mark.xdist_group("mutants")  # the counties are written and read only once


@pytest.fixture(name="made", scope="module")
def made_fixture(tmp_path_factory: pytest.TempPathFactory) -> Mutator:
    return Mutator(tmp_path_factory.mktemp("mutants"))


def test_the_county_is_the_same_in_every_format(made: Mutator) -> None:
    for one, other in itertools.pairwise(made.base.values()):
        assert one.numbers == pytest.approx(other.numbers, rel=1e-6)
        assert one.verdicts == other.verdicts
    assert {verdict for _, verdict in made.base["plain"].verdicts} >= {"met", "unmet"}


def test_no_mutant_does_worse_than_a_message(
    made: Mutator, pytestconfig: pytest.Config, example_seed: int
) -> None:
    told: list[str] = []
    first = 0 if pytestconfig.getoption("explore") is None else example_seed
    assert faults(made, range(first, first + COUNT * times()), told.append) == 0, "\n".join(told)


def test_a_seed_makes_the_same_mutant_again(made: Mutator, tmp_path: Path) -> None:
    for seed in range(20):
        mutant = made.mutant(seed)
        assert mutant == made.mutant(seed)
        if mutant.mutation in mutations.CELLS:
            continue  # some formats write the day into the file
        for name in ("a", "b"):
            made.make(mutant, tmp_path / f"{seed}{name}")
        one, other = ((tmp_path / f"{seed}{n}" / mutant.file).read_bytes() for n in "ab")
        assert one == other


def test_every_file_and_every_mutation_is_met(made: Mutator) -> None:
    mutants = [made.mutant(seed) for seed in range(10_000)]
    tried = Counter((mutant.county, mutant.file) for mutant in mutants)
    files = {
        (name, path.relative_to(root).as_posix())
        for name, root in made.whole.items()
        for path in root.rglob("*")
        if path.is_file()
    }
    assert set(tried) == files
    inside = {name for found in mutations.INSIDE.values() for name in found}
    known = {*mutations.BYTES, *mutations.TEXT, *mutations.CELLS, *inside}
    assert {mutant.mutation for mutant in mutants} == known
    assert set(FORMATS) == {mutant.county for mutant in mutants}


BASE = Figures((100.0, 60.0, float("nan")), (("a", "met"),), frozenset({("note", 1, "said")}))


@pytest.mark.parametrize(
    ("now", "silent"),
    [
        (BASE, False),
        (replace(BASE, numbers=(100.0, 61.0, float("nan"))), True),
        (replace(BASE, numbers=(100.0, 60.0, 4.0)), True),
        (replace(BASE, numbers=(100.0, 60.0)), True),
        (replace(BASE, verdicts=(("a", "unmet"),)), True),
        (replace(BASE, verdicts=(("a", "not_assessable"),)), False),
        (
            replace(BASE, numbers=(1.0, 1.0, 1.0), remarks=frozenset({("lost", 1, "40 lost")})),
            False,
        ),
        (replace(BASE, numbers=(1.0, 1.0, 1.0), remarks=frozenset()), True),
    ],
)
def test_what_is_another_figure_without_a_remark(now: Figures, silent: bool) -> None:
    assert now.silently_other(BASE) is silent


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (DefectError("KeyError"), "defect"),
        (KeyError("lost"), "defect"),
        (InputError([Problem("limits.gone", values={"step": "x", "status": 11})]), "status 11"),
    ],
)
def test_what_is_a_fault(
    made: Mutator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    said: str,
) -> None:
    def broken(_: Path) -> None:
        raise error

    monkeypatch.setattr(mutator, "_read", broken)
    assert said in (made.fault(1, tmp_path / "county") or "")


def test_a_changed_folder_is_a_fault(
    made: Mutator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def changing(folder: Path) -> None:
        (folder / "left.tmp").touch()
        raise InputError([Problem("county.unreadable", file="x")])

    monkeypatch.setattr(mutator, "_read", changing)
    assert "changed the folder" in (made.fault(1, tmp_path / "county") or "")
