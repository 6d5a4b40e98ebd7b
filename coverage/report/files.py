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
from coverage.report.record import report_json
from coverage.report.table import access_csv, villages_csv
from coverage.results import Report

_Writer = Callable[[Report, Path, Language], None]


def _write_json(report: Report, path: Path, language: Language) -> None:
    path.write_bytes(report_json(report, language))


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
        "json": (("report.json", _write_json),),
    }
)

FORMATS: Final = tuple(_FILES)
"""What `write_report` can write."""

_PART: Final = ".part"


def write_report(
    report: Report, out: Path, language: Language, formats: Collection[str] = FORMATS
) -> Path:
    """Write the result files of `report` into ``out/<code>/`` and return that folder.

    The files are first written into a folder beside it and moved when all of them are complete:
    whenever the process ends, each file is whole or absent. Result files of an earlier run that
    are not in `formats` are removed, because they would show other figures than the new ones.

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
            for name, write in _chosen(formats):
                write(report, workshop / name, language)
                _flush(workshop / name)
            target.mkdir(exist_ok=True)
            for name, _ in _chosen(FORMATS):
                if not (workshop / name).exists():
                    (target / name).unlink(missing_ok=True)
            for name, _ in _chosen(formats):
                (workshop / name).replace(target / name)
    except OSError as error:
        values = {"path": error.filename or target, "reason": error.strerror or error}
        raise InputError([Problem("report.cannot_write", values=values)]) from error
    return target


def _chosen(formats: Collection[str]) -> list[tuple[str, _Writer]]:
    return [file for name in FORMATS if name in formats for file in _FILES[name]]


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
