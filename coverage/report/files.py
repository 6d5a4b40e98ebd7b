"""The result files of one county, each whole or absent."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
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

_RECORD: Final = "report.json"
_NAMES: Final = (*(name for files in _FILES.values() for name, _ in files), COMPARISON, _RECORD)
"""Every result file; the record last, so that it speaks of files that are there."""

FORMATS: Final = (*_FILES, "json")
"""What `write_report` can write."""

_PART: Final = ".part"
_OLD: Final = "old"
_STALE_AFTER_S: Final = 3600.0


def write_report(
    report: Report,
    out: Path,
    language: Language,
    formats: Collection[str] = FORMATS,
    comparison: Comparison | None = None,
) -> Path:
    """Write the result files of `report` into ``out/<code>/`` and return that folder.

    The files are first written into a folder beside it and moved when all of them are complete
    and every older one can be replaced: whenever the process ends, each file is whole or absent,
    and where one cannot be moved all the older ones are back. Result files of an earlier run that
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
        _check(target)
        with _workshop(out, code) as workshop:
            for name, write in _chosen(formats, comparison):
                write(report, workshop / name, language)
                _flush(workshop / name)
            _move(workshop, target)
    except OSError as error:
        raise InputError([_problem(error, target)]) from error
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
    return files + ([(_RECORD, write_json)] if "json" in formats else [])


def _check(target: Path) -> None:
    """Refuse a place with files that cannot be replaced: on Windows those that Excel has open."""
    problems = []
    for path in (target / name for name in _NAMES):
        try:
            if path.exists() and not path.is_file():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
            if path.exists():
                with path.open("ab"):
                    pass
        except OSError as error:
            problems.append(_problem(error, target))
    if problems:
        raise InputError(problems)


def _problem(error: OSError, target: Path) -> Problem:
    """Say what could not be written, by the name that the user knows."""
    path = Path(str(error.filename2 or error.filename or target))
    if path.name.endswith(_PART):
        path = target
    elif any(part.endswith(_PART) for part in path.parts):
        path = target / path.name
    values = {"path": path, "reason": error.strerror or error}
    return Problem("report.cannot_write", values=values)


def _move(workshop: Path, target: Path) -> None:
    """Put the files of `workshop` into `target` in place of the older ones: all, or none."""
    made = not target.exists()
    target.mkdir(exist_ok=True)
    new = [name for name in _NAMES if (workshop / name).exists()]
    old = workshop / _OLD
    old.mkdir()
    for name in _NAMES:
        if (target / name).exists():
            shutil.copy2(target / name, old / name)
    try:
        for name in new:
            (workshop / name).replace(target / name)
        for name in set(_NAMES) - set(new):
            (target / name).unlink(missing_ok=True)
    except BaseException:
        _put_back(old, target, new)
        if made:
            with suppress(OSError):
                target.rmdir()
        raise


def _put_back(old: Path, target: Path, new: Collection[str]) -> None:
    """Undo what was moved, as far as the disk lets us."""
    kept = {path.name for path in old.iterdir()}
    for name in kept:
        with suppress(OSError):
            (old / name).replace(target / name)
    for name in set(new) - kept:
        with suppress(OSError):
            (target / name).unlink(missing_ok=True)


@contextmanager
def _workshop(out: Path, code: str) -> Iterator[Path]:
    """Give a new folder in `out`, and leave none behind: not even those of a killed run.

    A folder that is not yet old may be that of another run at this moment.
    """
    for left in out.glob(f".{code}.*{_PART}"):
        with suppress(OSError):  # the other run may just have removed its own
            if time.time() - left.stat().st_mtime > _STALE_AFTER_S:
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
