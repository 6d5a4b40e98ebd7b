"""The result files of one county, each whole or absent."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Collection
from pathlib import Path
from types import MappingProxyType
from typing import Final

from coverage.assessment.report import Report
from coverage.messages import Language
from coverage.problems import OutputError, Problem, not_written
from coverage.report.comparison import comparison_csv
from coverage.report.manifest import MANIFEST, manifest_of, mismatch_problem, mismatches
from coverage.report.record import report_json
from coverage.report.swap import NEW, OLD, PART, carry_over, put_in_place, workshop
from coverage.report.table import access_csv, villages_csv
from coverage.scenario.compare import Comparison

_Writer = Callable[[Report, Path, Language], None]
COMPARISON: Final = "comparison.csv"
"""Written with the other csv files, where there is something to compare with."""


def _write_csv(report: Report, path: Path, language: Language) -> None:  # noqa: ARG001
    path.write_bytes(villages_csv(report))


def _write_access(report: Report, path: Path, language: Language) -> None:  # noqa: ARG001
    path.write_bytes(access_csv(report))


def _write_xlsx(report: Report, path: Path, language: Language) -> None:
    # A run without a workbook need not wait for openpyxl.
    from coverage.report.workbook import report_xlsx

    path.write_bytes(report_xlsx(report, language))


def _write_map(report: Report, path: Path, language: Language) -> None:
    # Drawing needs matplotlib and folium, which a run without maps need not wait for.
    from maps.export import write_map

    write_map(report, path, language)


_FILES: Final = MappingProxyType(
    {
        "csv": (("villages.csv", _write_csv), ("access.csv", _write_access)),
        "xlsx": (("report.xlsx", _write_xlsx),),
        "html": (("map.html", _write_map),),
        "png": (("map.png", _write_map),),
    }
)

_RECORD: Final = "report.json"
_NAMES: Final = (*(name for files in _FILES.values() for name, _ in files), COMPARISON, _RECORD)
"""Every result file; the record last, so that it speaks of files that are there."""
_OURS: Final = frozenset({*_NAMES, MANIFEST})

FORMATS: Final = (*_FILES, "json")
"""What `write_report` can write."""


def write_report(
    report: Report,
    out: Path,
    language: Language,
    formats: Collection[str] = FORMATS,
    comparison: Comparison | None = None,
) -> Path:
    """Write the result files of `report` into ``out/<code>/`` and return that folder.

    The whole set is first made in a folder beside it, its manifest last, and then takes the place
    of the older one: whenever the process ends, the results are wholly the older or wholly the new
    ones (see `coverage.report.swap`). Result files of an earlier run that are not in `formats` are
    not taken along, because they would show other figures than the new ones; other files are.

    Parameters
    ----------
    comparison
        Of a scenario's report with the county as it is: stands in ``report.json`` and, village by
        village, in ``comparison.csv``.

    Raises
    ------
    OutputError
        If the place cannot be written.
    """
    code = report.county.config.county.code
    target = out / code
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(_not_written(error, target).problems, everywhere=True) from error
    try:
        _check(target)
        place = target.resolve()
        with workshop(place) as folder:
            new = folder / NEW
            for name, write in _chosen(formats, comparison):
                write(report, new / name, language)
                _flush(new / name)
            (new / MANIFEST).write_bytes(manifest_of(new))
            _flush(new / MANIFEST)
            if place.exists():
                carry_over(place, new, _OURS)
            put_in_place(folder, place)
    except OSError as error:
        raise _not_written(error, target) from error
    return target


def results_problem(target: Path) -> Problem | None:
    """Return what is to be said of the results in `target`; None where they are whole, or none."""
    names = mismatches(target, _NAMES)
    return mismatch_problem(target, names) if names else None


def _chosen(formats: Collection[str], comparison: Comparison | None) -> list[tuple[str, _Writer]]:
    def write_json(report: Report, path: Path, language: Language) -> None:
        path.write_bytes(report_json(report, language, comparison))

    def write_comparison(report: Report, path: Path, language: Language) -> None:  # noqa: ARG001
        if comparison is not None:
            path.write_bytes(comparison_csv(comparison))

    files: list[tuple[str, _Writer]] = [
        file for name in _FILES if name in formats for file in _FILES[name]
    ]
    if comparison is not None and "csv" in formats:
        files.append((COMPARISON, write_comparison))
    return files + ([(_RECORD, write_json)] if "json" in formats else [])


def _check(target: Path) -> None:
    """Refuse a place with files that cannot be replaced: on Windows those that Excel has open."""
    problems: list[Problem] = []
    for path in (target / name for name in (*_NAMES, MANIFEST)):
        try:
            if path.exists() and not path.is_file():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
            if path.exists():
                with path.open("ab"):
                    pass
        except OSError as error:
            problems.extend(_not_written(error, target).problems)
    if problems:
        raise OutputError(problems)


def _not_written(error: OSError, target: Path) -> OutputError:
    """Say what could not be written, by the name that the user knows."""
    path = Path(str(error.filename2 or error.filename or target))
    if any(part.endswith(PART) for part in path.parts):
        path = target if path.name in (NEW, OLD) or path.name.endswith(PART) else target / path.name
    return not_written("report.cannot_write", error, path=path)


def _flush(path: Path) -> None:
    """Wait until the bytes are on the disk, so that a power cut leaves no empty file."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())
