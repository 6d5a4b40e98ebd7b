"""Maps as files: whole or absent, the same bytes, clear messages."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import threading
from pathlib import Path

import matplotlib as mpl
import pytest

import maps.export
from coverage.messages import LANGUAGES
from coverage.paths import ROOT
from coverage.problems import InputError
from maps import LAYERS
from maps.export import SUFFIXES, write_map
from tests.errors import input_error
from tests.maps_fixtures import HOSTILE, make_report

STARTS = {".png": b"\x89PNG", ".pdf": b"%PDF-", ".svg": b"<?xml", ".html": b"<!DOCTYPE html>"}
ENDS = {".png": b"IEND\xaeB`\x82", ".pdf": b"%%EOF\n", ".svg": b"</svg>\n", ".html": b"</html>"}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_report_gives_the_same_bytes(suffix: str, tmp_path: Path) -> None:
    first, second = tmp_path / f"a{suffix}", tmp_path / "deep" / "er" / f"b{suffix.upper()}"
    write_map(make_report(names=HOSTILE), first, "zh", "coverage")
    write_map(make_report(names=HOSTILE), second, "zh", "coverage")
    body = first.read_bytes()
    assert body == second.read_bytes()
    assert body.startswith(STARTS[suffix])
    assert body.endswith(ENDS[suffix])
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"a{suffix}", "deep"]


def test_layers_and_languages_differ(tmp_path: Path) -> None:
    bodies = set()
    for layer in LAYERS:
        for language in LANGUAGES:
            report = make_report()
            write_map(report, tmp_path / "map.html", language, layer, before=report)
            bodies.add((tmp_path / "map.html").read_bytes())
    assert len(bodies) == 2 * len(LAYERS)


def test_the_picture_is_a4_landscape_at_200_dpi(tmp_path: Path) -> None:
    write_map(make_report(), tmp_path / "map.png", "zh")
    width, height = struct.unpack(">II", (tmp_path / "map.png").read_bytes()[16:24])
    assert (width, height) == (2338, 1653)


def test_a_drawing_holds_no_date_and_no_name_of_the_machine(tmp_path: Path) -> None:
    for suffix in (".png", ".pdf", ".svg"):
        path = tmp_path / f"map{suffix}"
        write_map(make_report(), path, "zh")
        body = path.read_bytes()
        for told in (b"CreationDate", b"dc:date", b"matplotlib.org", str(ROOT).encode()):
            assert told not in body


def test_settings_of_the_machine_change_nothing(tmp_path: Path) -> None:
    write_map(make_report(), tmp_path / "a.svg", "zh")
    with mpl.rc_context({"lines.linewidth": 9, "text.color": "red", "figure.facecolor": "black"}):
        write_map(make_report(), tmp_path / "b.svg", "zh")
        assert mpl.rcParams["lines.linewidth"] == 9
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_two_threads_draw_what_one_draws(tmp_path: Path) -> None:
    def draw(name: str) -> None:
        write_map(make_report(), tmp_path / name, "zh")

    threads = [threading.Thread(target=draw, args=(f"{i}.svg",)) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({(tmp_path / f"{i}.svg").read_bytes() for i in range(3)}) == 1


@pytest.mark.parametrize("name", ["map", "map.gif", "map.", ".png.exe", "map.png "])
def test_an_unknown_suffix_is_told_with_the_known_ones(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        write_map(make_report(), tmp_path / name, "zh")
    for language in LANGUAGES:
        (line,) = caught.value.lines(language)
        assert all(suffix in line for suffix in SUFFIXES)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_layer_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        write_map(make_report(), tmp_path / "map.html", "zh", "sped")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "map.html").mkdir()
    for path in (tmp_path / "file" / "map.html", tmp_path / "map.html"):
        with pytest.raises(InputError) as caught:
            write_map(make_report(), path, "en")
        (line,) = caught.value.lines("en")
        assert str(path) in line
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "map.html"]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "map.html"
    path.write_text("old")

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with input_error("the disk is full"):
        write_map(make_report(), path, "en")
    monkeypatch.undo()
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["map.html"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such rights")
def test_others_may_read_the_file_as_any_other(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("")
    write_map(make_report(), tmp_path / "map.html", "zh")
    modes = {(tmp_path / name).stat().st_mode for name in ("plain", "map.html")}
    assert len(modes) == 1


def test_drawing_never_loads_pyplot_nor_a_browser() -> None:
    code = (
        "import sys; from pathlib import Path; from tests.maps_fixtures import make_report;"
        "from maps.briefing import briefing_map; briefing_map(make_report(), 'zh');"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert run.stdout.strip() == "False"
    assert maps.export.SUFFIXES == (".png", ".pdf", ".svg", ".html")
