"""Spoil small counties at random, by a seed, and see that nothing worse comes of it than a message.

``python -m tests.mutants.mutator --count 10000 --seed 1`` (``make mutants``) tells every mutant
that

- ended with a defect of ours instead of with problems,
- took more memory or time than a small county may, or ended the process that read it,
- changed the county folder, or
- changed figures without a remark, where the damage can be seen (`tests.mutants.mutations.LOUD`).

``--only SEED`` keeps that one mutant's folder and says where.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import random
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from coverage.assessment.report import Report
from coverage.limits import Limits
from coverage.problems import InputError, Problem
from coverage.progress import no_progress
from coverage.scenario.file import load_scenario
from coverage.scenario.run import assess_scenario
from coverage.workspace.apart import MAX_READERS, DefectError, readers
from tests.mutants import mutations
from tests.mutants.counties import FORMATS, SCENARIO, table_of, write, write_roads, write_table

LIMITS: Final = Limits(memory_mb=1500, seconds=120)
"""Of one mutant of a county of eight villages; the seconds leave room for a busy machine."""
_TOML: Final = (".toml", ".yaml")


@dataclass(frozen=True)
class Mutant:
    """One way in which one file of one county is spoilt.

    Attributes
    ----------
    county, file, mutation
        Which; `mutation` as `tests.mutants.mutations` calls it.
    seed
        Makes it again.
    loud
        Whether its damage can be seen.
    """

    county: str
    file: str
    mutation: str
    seed: int
    loud: bool


@dataclass(frozen=True)
class Figures:
    """What officials read, and what is said beside it."""

    numbers: tuple[float, ...]
    verdicts: tuple[tuple[str, str], ...]
    remarks: frozenset[tuple[str, int, str]]

    def silently_other(self, base: Figures) -> bool:
        """Return whether the figures differ from `base` and nothing more is said."""
        told = bool(self.remarks - base.remarks)
        same = all(
            math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-6) or (math.isnan(a) and math.isnan(b))
            for a, b in zip(self.numbers, base.numbers, strict=False)
        )
        before = dict(base.verdicts)
        turned = any(
            {before.get(rule), verdict} == {"met", "unmet"} for rule, verdict in self.verdicts
        )
        counted = len(self.numbers) == len(base.numbers)
        return not told and (turned or not (same and counted))


def figures(report: Report) -> Figures:
    """Return the figures of a report; a rule that cannot be assessed says so itself."""
    found = report.summary
    minutes = report.villages["response_min"].to_numpy(float)
    return Figures(
        (found.population, found.covered, found.share, found.unreachable, *minutes),
        tuple((result.rule.id, result.verdict) for result in report.rules),
        frozenset(_remark(problem) for problem in report.quality),
    )


def _remark(problem: Problem) -> tuple[str, int, str]:
    # What the network is made of is said in any case, and is no remark on it.
    said = "" if problem.code == "report.network" else problem.text("en")
    return problem.code, 0 if not said else problem.count, said


class Mutator:
    """The counties as they are, and what became of them.

    Parameters
    ----------
    folder
        Where everything is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.whole = {name: write(name, folder / "whole" / name) for name in FORMATS}
        self.base = {name: figures(_read(path)) for name, path in self.whole.items()}

    def mutant(self, seed: int) -> Mutant:
        """Return the mutant of this seed."""
        rng = random.Random(seed)
        county = rng.choice(sorted(self.whole))
        root = self.whole[county]
        files = sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file())
        file = rng.choice([*files, *[f for f in files if f.startswith("roads.")]])
        suffix = Path(file).suffix
        choices: list[str] = [*mutations.BYTES, *[*mutations.INSIDE.get(suffix, {})] * 4]
        if suffix in {*_TOML, ".csv", ".geojson", ".osm", ".graphml"}:
            choices += [*mutations.TEXT, *mutations.TEXT]
        if _role(file) is not None:
            choices += [*mutations.CELLS, *mutations.CELLS]
        mutation = rng.choice(choices)
        framed = suffix in mutations.FRAMED and mutation in mutations.LOUD_WHERE_FRAMED
        return Mutant(county, file, mutation, seed, mutation in mutations.LOUD or framed)

    def make(self, mutant: Mutant, to: Path) -> None:
        """Write the mutant's folder."""
        rng = random.Random(mutant.seed + 1)
        shutil.copytree(self.whole[mutant.county], to)
        path = to / mutant.file
        cells = mutations.CELLS.get(mutant.mutation)
        if cells is None:
            found = mutations.BYTES | mutations.TEXT | mutations.INSIDE.get(path.suffix, {})
            path.write_bytes(found[mutant.mutation](path.read_bytes(), rng))
            return
        role = _role(mutant.file)
        assert role is not None
        before = path.read_bytes()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                spoilt = cells(table_of(role), rng)
                (write_roads if role == "roads" else write_table)(spoilt, path)  # type: ignore[arg-type]
        except Exception:  # the format cannot hold it, which is no fault of the reader
            shutil.rmtree(to)
            shutil.copytree(self.whole[mutant.county], to)
            path.write_bytes(mutations.flip(before, rng))

    def fault(self, seed: int, to: Path) -> str | None:
        """Return what is wrong with how the mutant of this seed is taken, None where nothing is."""
        mutant = self.mutant(seed)
        self.make(mutant, to)
        before = _digests(to)
        said = self._taken(mutant, to)
        if _digests(to) != before:
            said = f"{said or ''} changed the folder"
        return said and f"{mutant}: {said}"

    def _taken(self, mutant: Mutant, folder: Path) -> str | None:
        try:
            report = _read(folder)
            if mutant.file == SCENARIO:
                assess_scenario(report, load_scenario(folder / SCENARIO))
        except InputError as error:
            limits = [p.text("en") for p in error.problems if p.code.startswith("limits.")]
            untold = [p.code for p in error.problems if not (p.text("zh") and p.text("en"))]
            return "; ".join(limits + untold) or None
        except DefectError as error:
            return f"defect: {error}"
        except Exception as error:
            return f"defect in this process: {error!r}"
        if mutant.loud and figures(report).silently_other(self.base[mutant.county]):
            now, was = figures(report), self.base[mutant.county]
            return f"other figures without a remark: {now.numbers[:4]} for {was.numbers[:4]}"
        return None


def _read(folder: Path) -> Report:
    return readers().read(folder, LIMITS, no_progress)


def _role(file: str) -> str | None:
    """Return the role of a table's main file, None for any other file."""
    stem, _, suffix = file.partition(".")
    parts = ("dbf", "shx", "prj", "cpg")
    known = stem in {"townships", "villages", "facilities", "roads"}
    return stem if known and suffix not in parts else None


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def faults(mutator: Mutator, seeds: range, tell: Callable[[str], None]) -> int:
    """Try the mutants of `seeds`, tell what is wrong with each and return how many are."""

    def one(seed: int) -> str | None:
        with tempfile.TemporaryDirectory(dir=mutator.folder) as place:
            return mutator.fault(seed, Path(place) / "county")

    count = 0
    with ThreadPoolExecutor(MAX_READERS) as pool:
        for said in pool.map(one, seeds):
            if said is not None:
                count += 1
                tell(said)
    return count


def main() -> int:
    """Try as many mutants as asked for; return 1 if any is taken wrongly."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int)
    args = parser.parse_args()
    if args.only is not None:
        mutator = Mutator(Path(tempfile.mkdtemp()))
        to = mutator.folder / "county"
        print(mutator.mutant(args.only), mutator.fault(args.only, to) or "taken well", to)
        return 0
    with tempfile.TemporaryDirectory() as place:
        first = args.seed * 1_000_000
        count = faults(Mutator(Path(place)), range(first, first + args.count), print)
    print(f"{args.count} mutants, {count} taken wrongly")
    return int(count > 0)


if __name__ == "__main__":
    sys.exit(main())
