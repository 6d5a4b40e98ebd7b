"""The result files of one county, each whole or absent."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Final

from coverage.errors import InputError, Problem
from coverage.messages import Language
from coverage.report.comparison import comparison_csv
from coverage.report.record import report_json
from coverage.report.table import access_csv, villages_csv
from coverage.results import Report
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

FORMATS: Final = (*_FILES, "json")
"""What `write_report` can write."""

_PART: Final = ".part"


def write_report(
    report: Report,
    out: Path,
    language: Language,
    formats: Collection[str] = FORMATS,
    comparison: Comparison | None = None,
) -> Path:
    """Write the result files of `report` into ``out/<code>/`` and return that folder.

    The files are first written into a folder beside it and moved when all of them are complete:
    whenever the process ends, each file is whole or absent. Result files of an earlier run that
    are not in `formats` are removed, because they would show other figures than the new ones.

    Parameters
    ----------
    comparison
        Of a scenario's report with the county as it is: stands in ``report.json`` and, village by
        village, in ``comparison.csv``.

    Raises
    ------
    InputError
        If the place cannot be written.
    """
    code = report.county.config.county.code
    target = out / code
    try:
        out.mkdir(parents=True, exist_ok=True)
        with _workshop(out, code) as workshop:
            files = _chosen(formats, comparison)
            for name, write in files:
                write(report, workshop / name, language)
                _flush(workshop / name)
            target.mkdir(exist_ok=True)
            for name in (*(name for name, _ in _chosen(FORMATS, None)), COMPARISON):
                if not (workshop / name).exists():
                    (target / name).unlink(missing_ok=True)
            for name, _ in files:
                (workshop / name).replace(target / name)
    except OSError as error:
        values = {"path": error.filename or target, "reason": error.strerror or error}
        raise InputError([Problem("report.cannot_write", values=values)]) from error
    return target


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
    # Last, so that a record that is there speaks of files that are there.
    return files + ([("report.json", write_json)] if "json" in formats else [])


@contextmanager
def _workshop(out: Path, code: str) -> Iterator[Path]:
    """Give a new folder in `out`, and leave none behind: not even those of a killed run."""
    for left in out.glob(f".{code}.*{_PART}"):
        shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{code}.", suffix=_PART, dir=out))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _flush(path: Path) -> None:
    """Wait until the bytes are on the disk, so that a power cut leaves no empty file."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())
