"""The command line from end to end, each verb in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from coverage import __main__ as cli
from coverage.paths import ROOT
from tests.rules_folder import write_folder

VERBS = ("report", "check", "rules", "map")
FILES = {
    "report.json",
    "report.xlsx",
    "villages.csv",
    "access.csv",
    "map.html",
    "map.png",
    "manifest.json",
}


def run(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "coverage", *map(str, words)],
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1", "LC_ALL": "C.UTF-8", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=300,
    )


def _has_chinese(text: str) -> bool:
    return any("\u4e00" <= c <= "\u9fff" for c in text)


@pytest.mark.parametrize("verb", ["", *VERBS])
def test_help_is_in_chinese_by_default_and_in_english_on_request(
    verb: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    words = [verb] if verb else []
    with pytest.raises(SystemExit) as stopped:
        cli.main([*words, "--help"])
    assert stopped.value.code == 0
    chinese = capsys.readouterr().out
    with pytest.raises(SystemExit):
        cli.main([*words, "--lang", "en", "--help"])
    english = capsys.readouterr().out
    assert _has_chinese(chinese)
    assert not _has_chinese(english)
    assert "usage" not in chinese
    assert "--lang" in english


@pytest.mark.parametrize(
    ("variables", "chinese"),
    [
        ({"LC_ALL": "en_US.UTF-8"}, False),
        ({"LC_ALL": "zh_CN.UTF-8"}, True),
        ({"LANG": "C.UTF-8"}, True),
        ({"LANG": "en_GB"}, False),
        ({}, True),
    ],
)
def test_the_language_is_the_machines(
    variables: dict[str, str],
    chinese: bool,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert cli.main(["rules"]) == 0
    heading = capsys.readouterr().out.splitlines()[0]
    assert _has_chinese(heading) == chinese


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "report, check"),
        (["rport"], "“report”"),
        (["report"], "county folder"),
        (["report", "x"], "--out"),
        (["report", "x", "--out", "y", "--formats", "json,doc"], "“doc”"),
        (["report", "x", "--out", "y", "--formats", ","], "json"),
        (["report", "x", "--out", "y", "--scenario", "s"], "“s”"),
        (["report", "x", "--out", "y", "--as-of", "2025-02-30"], "“2025-02-30”"),
        (["report", "x", "--out", "y", "--as-of", "2025"], "2025-12-31"),
        (["report", "x", "--out", "y", "--region", "huna"], "“hunan”"),
        (["rules", "--region", "zhuzho"], "“zhuzhou”"),
        (["check"], "county folder"),
        (["check", "a", "b"], "not 2"),
        (["map", "x", "--out", "m.bmp"], "“.bmp”"),
        (["map", "x", "--out", "m"], ".png"),
        (["map", "x"], "--out"),
        (["map", "x", "--out", "m.png", "--layer", "heat"], "“heat”"),
        (["rules", "ems-1031"], "“ems-1030”"),
        (["rules", "--region"], "--region"),
        (["new", "x"], "“new”"),
    ],
)
def test_a_wrong_command_is_told_plainly(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["--lang", "en", *words]) == 2
    shown = capsys.readouterr()
    assert message in shown.err
    assert "Traceback" not in shown.err
    assert shown.out == ""
    assert cli.main([*words, "--lang=zh"]) == 2
    assert _has_chinese(capsys.readouterr().err)


def test_rules_lists_and_filters(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rules", "--lang", "en", "--region", "430224"]) == 0
    listed = capsys.readouterr().out
    assert "ambulance-50k" in listed
    assert "ems-1030" not in listed
    assert cli.main(["rules", "--lang", "en", "--region", "110101"]) == 0
    assert "no such rule" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("region", "there", "not_there"),
    [
        ("430224", {"hospice", "ambulance-50k"}, {"ems-1030", "sub-centres-ziyang"}),
        ("zhuzhou", {"hospice", "ambulance-50k"}, {"ems-1030", "sub-centres-ziyang"}),
        ("hunan", {"hospice"}, {"ambulance-50k"}),
        ("wendeng", {"service-coverage"}, {"hospice"}),
        ("generic", {"ems-1030", "township-hospital", "village-clinic"}, {"sub-centres-ziyang"}),
    ],
)
def test_rules_of_a_region_or_profile(
    region: str, there: set[str], not_there: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["rules", "--lang", "en", "--region", region]) == 0
    listed = {line.split()[0] for line in capsys.readouterr().out.splitlines()}
    assert there <= listed
    assert not not_there & listed


def test_rules_prints_the_columns_that_a_rule_needs(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rules", "geriatric-dept-hunan", "--lang", "en"]) == 0
    told = capsys.readouterr().out.split("Columns needed")[1]
    named = [line.split("(")[0].strip() for line in told.splitlines() if ": " in line]
    assert named == ["facilities: level", "facilities: ownership", "facilities: geriatric_dept"]
    assert cli.main(["rules", "--lang", "zh"]) == 0
    line = next(x for x in capsys.readouterr().out.splitlines() if x.startswith("tcm-hall "))
    assert line.endswith("中医馆")


def test_rules_tells_everything_about_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rules", "ambulance-50k", "--lang", "en"]) == 0
    told = capsys.readouterr().out
    for part in (
        "ZZ-145",
        "专栏3",
        "株卫发〔2022〕9号",
        "50,000 residents",
        "given by the text",
    ):
        assert part in told
    assert "our reading" in told


def test_report_of_good_and_bad_folders(tmp_path: Path) -> None:
    good = write_folder(tmp_path / "good")
    bad = write_folder(tmp_path / "bad", code="430224", villages="code,name\n1,a\n")
    last = write_folder(tmp_path / "last", code="360681", name="贵溪")
    out = tmp_path / "out"
    done = run("report", good, bad, tmp_path / "none", last, "--out", out, "--lang", "en")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "villages.csv" in done.stderr
    assert "none" in done.stderr
    assert "2 folder(s) done" in done.stderr.splitlines()[-1]
    assert sorted(path.name for path in out.iterdir()) == ["360681", "430902"]
    for code in ("360681", "430902"):
        names = {path.name for path in (out / code).iterdir()}
        assert names == FILES
    data = json.loads((out / "430902" / "report.json").read_text(encoding="utf-8"))
    assert data["county"]["name"] == "试验区"
    assert "Emergency 1030" in done.stdout
    assert "warning: facilities.csv, row 4" in done.stdout
    assert "贵溪" in done.stdout


def test_bad_input_writes_nothing(tmp_path: Path) -> None:
    bad = write_folder(tmp_path / "bad", facilities="")
    done = run("report", bad, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "facilities.csv" in done.stderr
    assert _has_chinese(done.stderr)
    assert done.stdout == ""
    assert not (tmp_path / "out").exists()


def test_a_second_folder_of_one_region_does_not_overwrite_the_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = write_folder(tmp_path / "bad", villages="code,name\n1,a\n")
    first = write_folder(tmp_path / "first", name="先")
    second = write_folder(tmp_path / "second", name="后")
    out = tmp_path / "out"
    folders = [str(folder) for folder in (bad, first, second)]
    assert cli.main(["report", *folders, "--out", str(out), "--lang", "en"]) == 2
    shown = capsys.readouterr().err
    assert "has the same region code" in shown
    assert "1 folder(s) done" in shown
    data = json.loads((out / "430902" / "report.json").read_text(encoding="utf-8"))
    assert data["county"]["name"] == "先"


def test_formats(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_folder(tmp_path / "c", more="[rules.ambulance-50k]\nenabled = true\n")
    words = ["report", str(folder), "--out", str(tmp_path / "out"), "--formats", "CSV, json"]
    assert cli.main([*words, "--lang", "en"]) == 0
    names = {path.name for path in (tmp_path / "out" / "430902").iterdir()}
    assert names == {"report.json", "villages.csv", "access.csv", "manifest.json"}
    assert "ambulance" in capsys.readouterr().out


def test_as_of_decides_deadlines_and_region_the_rules(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_folder(tmp_path / "c")
    out = tmp_path / "out"

    def told(*words: str) -> dict[str, Any]:
        line = ["report", str(folder), "--out", str(out), "--formats", "json", *words]
        assert cli.main([*line, "--lang", "en"]) == 0
        data: dict[str, Any] = json.loads((out / "430902" / "report.json").read_text("utf-8"))
        return data

    plain = told()["parameters"]
    assert plain["as_of"] is None
    assert plain["region"] == "430902"
    assert set(plain["deadlines"].values()) <= {"none", "not_stated"}
    capsys.readouterr()
    before = told("--as-of", "2025-12-31")
    after = told("--as-of", "2026-01-01")
    shown = capsys.readouterr().out
    verdicts = {rule["id"]: rule["verdict"] for rule in after["rules"]}
    assert verdicts["maternal-child-institution"] == "unmet"
    assert before["parameters"]["deadlines"]["maternal-child-institution"] == "not_yet_due"
    assert after["parameters"]["deadlines"]["maternal-child-institution"] == "overdue"
    assert "2025 overdue" in shown
    assert "could be assessed" in shown
    elsewhere = told("--region", "zhuzhou")
    assert elsewhere["county"]["code"] == "430902"
    assert elsewhere["parameters"]["region"] == "4302"
    ids = {rule["id"] for rule in elsewhere["rules"]}
    assert "community-centre-50k" in ids
    assert "ems-1030" not in ids


def test_check_tells_of_good_and_bad(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = write_folder(tmp_path / "good", code="360681")
    assert cli.main(["check", str(good), "--lang", "en"]) == 0
    told = capsys.readouterr().out
    assert "can be used" in told
    assert "warning: facilities.csv, row 4" in told
    assert "No document of this catalogue binds region 360681" in told
    bad = write_folder(tmp_path / "bad", more="[rules.ems-103]\nenabled = true\n")
    assert cli.main(["check", str(bad), "--lang", "en"]) == 2
    assert "ems-1030" in capsys.readouterr().err


@pytest.mark.parametrize("suffix", [".png", ".html"])
def test_map(tmp_path: Path, suffix: str) -> None:
    folder = write_folder(tmp_path / "c")
    target = tmp_path / "maps" / f"m{suffix}"
    done = run("map", folder, "--out", target, "--layer", "coverage")
    assert done.returncode == 0, done.stderr
    assert target.stat().st_size > 10_000


def test_a_place_without_room_is_told_plainly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_folder(tmp_path / "c")
    (tmp_path / "file").write_text("x", encoding="utf-8")
    target = tmp_path / "file" / "m.png"
    assert cli.main(["map", str(folder), "--out", str(target), "--lang", "en"]) == 2
    assert "Cannot write" in capsys.readouterr().err
    assert cli.main(["report", str(folder), "--out", str(tmp_path / "file"), "--lang", "en"]) == 2
    assert "Cannot write" in capsys.readouterr().err


def test_a_narrow_console_does_not_stop_the_report(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "c", name="龘㙍村😀")
    words = ["report", str(folder), "--out", str(tmp_path / "out"), "--formats", "json"]
    done = subprocess.run(
        [sys.executable, "-m", "coverage", *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "0", "PYTHONIOENCODING": "gbk", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    assert "达到" in done.stdout.decode("gbk")


def test_what_could_steer_a_terminal_is_made_visible(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_folder(tmp_path / "c", name="\\u001b[2Jgone")
    words = ["report", str(folder), "--out", str(tmp_path / "out"), "--formats", "json"]
    cli.main(words)
    shown = capsys.readouterr()
    assert "\x1b" not in shown.out + shown.err


def test_a_defect_of_ours_is_one_sentence_and_a_log(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def broken(*_: object) -> int:
        raise ZeroDivisionError("boom")

    monkeypatch.setattr(cli, "_rules", broken)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert cli.main(["rules", "--lang", "en"]) == 1
    shown = capsys.readouterr().err
    assert "boom" not in shown
    assert len(shown.strip().splitlines()) == 1
    (log,) = tmp_path.glob("planner-1030-*.log")
    assert str(log) in shown
    assert "ZeroDivisionError: boom" in log.read_text(encoding="utf-8")
    with pytest.raises(ZeroDivisionError):
        cli.main(["rules", "--debug"])


def test_stopping_is_no_defect(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_rules", stopped)
    assert cli.main(["rules", "--lang", "en"]) == 130
    assert "Stopped" in capsys.readouterr().err
