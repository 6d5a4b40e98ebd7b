"""A full disk is told as such: it is neither a bad county nor a defect."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import Point

import coverage.report.files
from coverage.__main__ import BAD_INPUT, main
from coverage.county import geopackage
from coverage.county.files import reading
from coverage.county.layers import open_layer
from coverage.limits import limits_of
from coverage.messages import LANGUAGES, Language, Message, text
from coverage.paths import ROOT
from coverage.problems import InputError, OutputError, storage_reason
from coverage.scratch import scratch
from coverage.workspace import reader
from coverage.workspace.answers import Refused, Request
from coverage.workspace.folder import save_to
from tests.rules_folder import write_folder

FULL = OSError(errno.ENOSPC, "No space left on device")


def _full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("language", LANGUAGES)
def test_report_stops_at_a_full_disk_and_calls_no_county_bad(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    language: Language,
) -> None:
    folders = [
        write_folder(tmp_path / name, code) for name, code in zip("abc", _CODES, strict=True)
    ]
    write, read = coverage.report.files.report_json, []

    def second_is_full(report: object, *rest: object) -> bytes:
        read.append(report)
        if len(read) == 2:
            _full()
        return write(report, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(coverage.report.files, "report_json", second_is_full)
    words = ["report", *map(str, folders), "--out", str(tmp_path / "out"), "--formats", "json"]
    assert main([*words, "--lang", language]) == BAD_INPUT
    told = capsys.readouterr().err.splitlines()
    reason = text("errors.disk_full", language)
    path = tmp_path / "out" / _CODES[1] / "report.json"
    names = f"{folders[1]}, {folders[2]}"
    assert told == [
        text("report.cannot_write", language, path=path.parent, reason=reason),
        text("cli.some_failed", language, done=1, names=names),
    ]
    assert len(read) == 2
    assert [place.name for place in (tmp_path / "out").iterdir()] == [_CODES[0]]


_CODES = ("430902", "430903", "430921")


def test_a_place_that_is_no_folder_is_told_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = [str(write_folder(tmp_path / code, code)) for code in _CODES[:2]]
    (tmp_path / "out").write_bytes(b"")
    assert main(["report", *folders, "--out", str(tmp_path / "out"), "--lang", "en"]) == BAD_INPUT
    first, last = capsys.readouterr().err.splitlines()
    assert "Cannot write" in first
    assert last.endswith(f"not done: {folders[0]}, {folders[1]}")


def test_results_of_one_county_that_are_held_do_not_keep_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = [write_folder(tmp_path / code, code) for code in _CODES[:2]]
    (tmp_path / "out" / _CODES[0] / "report.xlsx").mkdir(parents=True)
    words = ["report", *map(str, folders), "--out", str(tmp_path / "out"), "--formats", "json"]
    assert main([*words, "--lang", "en"]) == BAD_INPUT
    heading, line, last = capsys.readouterr().err.splitlines()
    assert heading == text("cli.not_written", "en", folder=folders[0])
    assert "report.xlsx" in line
    assert last == text("cli.some_failed", "en", done=1, names=folders[0])
    assert (tmp_path / "out" / _CODES[1] / "report.json").is_file()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device")
@pytest.mark.parametrize("words", [["rules"], ["--help"], ["rules", "ems-1030"]])
def test_what_cannot_be_said_is_one_sentence(words: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "coverage", *words, "--lang", "en"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    reason = text("errors.disk_full", "en")
    assert done.stderr.splitlines() == [text("cli.cannot_print", "en", reason=reason)]
    assert done.returncode == BAD_INPUT


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device")
def test_bad_input_is_status_2_also_where_nobody_can_be_told(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        words = [sys.executable, "-m", "coverage", "check", str(tmp_path / "none")]
        done = subprocess.run(words, cwd=ROOT, stdout=full, stderr=full, check=False)
    assert done.returncode == BAD_INPUT


@pytest.mark.parametrize("suffix", [".shp", ".gpkg"])
def test_no_room_while_reading_is_not_a_bad_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    path = tmp_path / f"villages{suffix}"
    gpd.GeoDataFrame({"a": [1]}, geometry=[Point(112, 28)], crs=4326).to_file(path)
    monkeypatch.setattr(shutil, "copyfile", _full)
    with pytest.raises(OutputError) as caught:
        open_layer(path, path.name, lambda layers: next(iter(layers), ""))
    (line,) = caught.value.lines("en")
    assert "Nothing is wrong with the county's files" in line
    assert text("errors.disk_full", "en") in line
    assert caught.value.everywhere


def test_no_room_for_sqlite_is_told_alike() -> None:
    with sqlite3.connect(":memory:") as base:
        base.execute("PRAGMA max_page_count=2")
        with pytest.raises(OutputError), scratch():
            base.executescript("CREATE TABLE a(x); CREATE TABLE b(x); CREATE TABLE c(x);")
    base.close()
    with pytest.raises(InputError) as caught, reading("x"):
        raise OSError(errno.EIO, "Input/output error")
    assert not isinstance(caught.value, OutputError)


def test_no_temporary_folder_is_told_without_a_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "villages.gpkg"
    gpd.GeoDataFrame({"a": [1]}, geometry=[Point(112, 28)], crs=4326).to_file(path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with pytest.raises(OutputError) as caught, geopackage.open_geopackage(path):
        pass
    (line,) = caught.value.lines("en")
    assert text("errors.no_temporary", "en") in line
    assert str(tmp_path) not in line


def test_the_process_that_reads_says_whose_fault_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(*_: object) -> None:
        with scratch():
            _full()

    monkeypatch.setattr(reader, "assess_folder", read)
    answer = reader.answer_to(Request(tmp_path, limits_of()), lambda _: None)
    assert isinstance(answer, Refused)
    assert answer.output


@pytest.mark.parametrize("there", [True, False])
def test_a_county_is_saved_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    folder = write_folder(tmp_path / "c")
    target = tmp_path / "saved"
    if there:
        target.mkdir()
    copy, done = shutil.copyfile, []

    def third_is_full(source: Path, place: Path) -> Path:
        done.append(source)
        if len(done) == 3:
            _full()
        return copy(source, place)

    monkeypatch.setattr(shutil, "copyfile", third_is_full)
    with pytest.raises(OutputError):
        save_to(folder, target)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c", "saved"][: 1 + there]
    assert not there or not list(target.iterdir())
    monkeypatch.undo()
    save_to(folder, target)
    assert {path.name for path in target.iterdir()} == {path.name for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (FULL, Message("errors.disk_full")),
        (
            shutil.Error([("/secret/a", "/secret/b", f"[Errno {errno.ENOSPC}] full: '/secret/b'")]),
            Message("errors.disk_full"),
        ),
        (
            shutil.Error([("/secret/a", "/secret/b", f"[Errno {errno.ENOENT}] no: '/secret/b'")]),
            os.strerror(errno.ENOENT),
        ),
        (shutil.Error("`/secret/a` and `/secret/b` are the same"), Message("errors.no_reason")),
        (RuntimeError("Symlink loop from '/secret'"), Message("errors.no_reason")),
        (OSError("/secret cannot be opened"), Message("errors.no_reason")),
        (FileNotFoundError(errno.ENOENT, "No such file", "/secret"), "No such file"),
    ],
)
def test_the_reason_tells_no_path(error: Exception, reason: Message | str) -> None:
    assert storage_reason(error) == reason
