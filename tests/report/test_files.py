"""The result files: what is in them, and that each is whole or absent."""

from __future__ import annotations

import csv
import errno
import io
import json
import math
import os
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest

from coverage.__main__ import main
from coverage.assessment.assess import assess_folder, report_of
from coverage.assessment.report import Report
from coverage.messages import LANGUAGES, text
from coverage.paths import ROOT
from coverage.problems import InputError, Problem
from coverage.report import swap
from coverage.report.access import access_text, worst_access
from coverage.report.completeness import completeness_text, missing_text
from coverage.report.files import FORMATS, results_problem, write_report
from coverage.report.record import record, report_json
from coverage.report.score import (
    by_kind,
    figure_text,
    score_rows,
    score_table,
    source_text,
    width,
)
from coverage.report.table import ACCESS_HEADER, HEADER, access_csv, villages_csv
from coverage.rules.catalogue.load import load_catalogue
from coverage.rules.catalogue.selection import applicable_rules
from coverage.rules.model.results import AccessResult, Bound, VillageAccess
from coverage.rules.model.rule import FORCES, Unit
from coverage.rules.registry import kind_ids
from coverage.travel.engine import TravelEngine
from tests.rules_fixtures import county, network, response
from tests.rules_folder import write_folder
from tests.ui_fixtures import due_by


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


TEXT = {"type": "string"}
NUMBER = {"type": ["number", "null"]}
COUNT = {"type": "integer", "minimum": 0}
VERDICT = {"enum": ["met", "unmet", "not_applicable", "not_assessable"]}
SCHEMA = _object(
    schema={"const": 1},
    county=_object(
        code={"type": "string", "pattern": "^[0-9]{6}$"},
        name=TEXT,
        illustrative={"type": "boolean"},
    ),
    software=_object(version=TEXT),
    parameters=_object(
        measure={"const": 2},
        response={"type": "object"},
        rules={"type": "object", "additionalProperties": {"type": "object"}},
        crs=TEXT,
        as_of={"type": ["string", "null"], "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
        region=TEXT,
        deadlines={
            "type": "object",
            "additionalProperties": {
                "enum": ["none", "not_stated", "not_yet_due", "due", "overdue"]
            },
        },
        completeness=_object(
            applicable=COUNT,
            assessed=COUNT,
            share=NUMBER,
            missing={"type": "object", "additionalProperties": COUNT},
        ),
    ),
    inputs=_list(
        _object(
            role={"enum": ["county", "townships", "villages", "facilities", "roads", "population"]},
            path=TEXT,
            sha256={"type": "string", "pattern": "^[0-9a-f]{64}$"},
            rows=COUNT,
        )
    ),
    quality=_list(
        _object(
            level={"enum": ["error", "warning", "note"]},
            code=TEXT,
            message=TEXT,
            count=COUNT,
            rows=_list(COUNT),
        )
    ),
    response=_object(
        population=NUMBER,
        covered=NUMBER,
        share=NUMBER,
        unreachable=NUMBER,
        mean_min=NUMBER,
        p90_min=NUMBER,
    ),
    rules=_list(
        _object(
            id=TEXT,
            kind={"enum": list(kind_ids())},
            title=_object(zh=TEXT, en=TEXT),
            verdict=VERDICT,
            observed=NUMBER,
            required=NUMBER,
            unit={"enum": list(get_args(Unit))},
            population_total=NUMBER,
            population_short=NUMBER,
            shortfall=NUMBER,
            sources=_list(
                _object(
                    document=TEXT,
                    number=TEXT,
                    issuer=TEXT,
                    clause=TEXT,
                    force={"enum": list(FORCES)},
                    deadline={"type": ["string", "null"]},
                )
            ),
            note=TEXT,
            units=_list(
                _object(
                    code=TEXT,
                    name=TEXT,
                    verdict=VERDICT,
                    observed=NUMBER,
                    required=NUMBER,
                    shortfall=NUMBER,
                )
            ),
        )
    ),
)


RULES = [
    "ems-1030",
    "township-hospital",
    "village-clinic",
    "ambulance-50k",
    "community-centre-50k",
]


@pytest.fixture
def report() -> Report:
    place = county(
        [{"code": "1", "kind": "street"}, {"code": "2"}],
        [
            {"code": "a", "township": "1", "population": 100, "area": "111", "minutes": 12.5},
            {"code": "b", "township": "2", "population": 200, "name": "=1+1", "minutes": 30},
            {"code": "-c", "township": "2", "minutes": None, "name": '李,"家"\n村'},
        ],
        [{"kind": "emergency_station", "id": "@s", "ambulances": 1}],
        rules={"ambulance-50k": {"enabled": True}, "community-centre-50k": {"enabled": True}},
    )
    catalogue = {rule_id: rule for rule_id, rule in load_catalogue().items() if rule_id in RULES}
    rules = applicable_rules(place.config, catalogue)
    return report_of(place, TravelEngine(network()), response(place, [12.5, 30, None]), rules)


@pytest.mark.parametrize("language", LANGUAGES)
def test_report_json_has_the_keys_of_schema_1_and_no_others(report: Report, language: Any) -> None:
    data = json.loads(report_json(report, language))
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(data, SCHEMA)
    assert [rule["id"] for rule in data["rules"]] == RULES


def test_figures_in_report_json(report: Report) -> None:
    data = json.loads(report_json(report, "zh"))
    ems = data["rules"][0]
    assert data["response"] == {
        "population": 300,
        "covered": 200,
        "share": 0.666666667,
        "unreachable": 0,
        "mean_min": round((100 * 12.5 + 200 * 30) / 300, 9),
        "p90_min": 30.0,
    }
    assert isinstance(data["response"]["population"], int)
    assert (ems["verdict"], ems["population_short"]) == ("unmet", 100)
    assert ems["sources"] == [
        {
            "document": "ZY-2023",
            "number": "益资政办发〔2023〕20号，ZYDR-2023-01012",
            "issuer": "",
            "clause": "三（一）§2",
            "force": "target",
            "deadline": None,
        }
    ]
    assert ems["units"][0] == {
        "code": "1",
        "name": "名1",
        "verdict": "unmet",
        "observed": 0.0,
        "required": 1.0,
        "shortfall": 1.0,
    }
    assert data["rules"][4]["units"][0]["required"] is None


def test_what_is_not_known_is_null(report: Report) -> None:
    unknown = replace(report.summary, share=math.nan, mean_min=math.nan, p90_min=math.nan)
    data = record(replace(report, summary=unknown), "en")
    assert data["response"]["share"] is None
    assert data["response"]["mean_min"] is None


def test_quality_is_said_in_the_language(report: Report) -> None:
    extra = Problem("report.unreachable", "warning", values={"people": 7}, rows=(3, 5), count=7)
    seen = {
        language: record(replace(report, quality=(extra,)), language)["quality"][0]
        for language in LANGUAGES
    }
    assert seen["en"]["message"] != seen["zh"]["message"]
    assert seen["en"]["rows"] == [3, 5]
    assert seen["en"]["count"] == 7


def test_villages_csv(report: Report) -> None:
    content = villages_csv(report)
    assert content.startswith(b"\xef\xbb\xbfcode,")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert tuple(rows[0]) == HEADER
    assert rows[1] == [
        "a",
        "村a",
        "1",
        "urban",
        "100",
        "'@s",
        "3",
        "0",
        "9.5",
        "0",
        "12.5",
        "10",
        "false",
    ]
    assert rows[2][1] == "'=1+1"
    assert rows[2][-2:] == ["30", "true"]
    assert rows[3] == [
        "'-c",
        '李,"家"\n村',
        "2",
        "rural",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "30",
        "false",
    ]


def test_score(report: Report) -> None:
    for language in LANGUAGES:
        rows = score_rows(report, language)
        assert sorted(row.id for row in rows) == sorted(result.rule.id for result in report.rules)
        head, *lines = score_table(rows, language).splitlines()
        assert text("report.column_deadline", language) in head
        expected: list[str] = []
        for kind, group in by_kind(rows):
            expected += [
                text("report.kind_heading", language, kind=kind),
                *(r.title for r in group),
            ]
        assert len(lines) == len(expected) == len(rows) + 3
        assert all(line.startswith(start) for line, start in zip(lines, expected, strict=True))
        told = [line for line in lines if "ZY-2023" in line or "ZZ-" in line]
        assert len(told) == len(rows)
        starts = {
            width(line[: line.index(row.clause)]) for line, row in zip(told, rows, strict=True)
        }
        assert len(starts) == 1, "the last column stands under itself"


def test_a_row_tells_kind_reading_and_deadline(report: Report) -> None:
    dated = [replace(result, rule=due_by(result.rule, "2025")) for result in report.rules]
    for day, state in ((None, "not_stated"), (date(2026, 1, 1), "overdue")):
        judged = replace(report, rules=tuple(dated), as_of=day)
        row = score_rows(judged, "en")[0]
        assert (row.kind, row.kind_text, row.due) == ("response_time", "Response time", state)
        assert row.reading == judged.rules[0].rule.reading.en
        assert row.deadline_text == ("2025 overdue" if day else "2025")
        data = json.loads(report_json(judged, "en"))
        assert data["parameters"]["deadlines"]["ems-1030"] == state
        assert data["parameters"]["as_of"] == (day.isoformat() if day else None)


def test_completeness_counts_what_applies_and_names_what_is_missing(report: Report) -> None:
    first, second, third, *_ = report.rules
    results = (
        replace(first, verdict="met"),
        replace(second, verdict="not_applicable", missing_columns=("facilities.gps",)),
        replace(third, verdict="not_assessable", missing_columns=("facilities.beds",)),
        replace(
            third,
            verdict="not_assessable",
            missing_columns=("facilities.nurses", "facilities.beds"),
        ),
    )
    judged = replace(report, rules=results)
    found = judged.completeness
    assert (found.applicable, found.assessed, found.share) == (3, 1, 1 / 3)
    assert list(found.missing.items()) == [("facilities.beds", 2), ("facilities.nurses", 1)]
    assert "3 rule(s) apply" in completeness_text(judged, "en")
    assert "33.3 %" in completeness_text(judged, "en")
    assert "床位（2条）；注册护士（1条）" in missing_text(judged, "zh")
    assert json.loads(report_json(judged, "zh"))["parameters"]["completeness"] == {
        "applicable": 3,
        "assessed": 1,
        "share": 0.333333333,
        "missing": {"facilities.beds": 2, "facilities.nurses": 1},
    }
    nothing = replace(report, rules=())
    assert math.isnan(nothing.completeness.share)
    assert completeness_text(nothing, "en") == "No rule applies."
    assert missing_text(nothing, "en") == ""


def test_access_csv(report: Report) -> None:
    near = VillageAccess("-c", "=1+1", "东镇", 100.0, "@s", "站", 12.25, 4.5)
    far = VillageAccess("b", "村b", "东镇", math.nan, "", "", math.nan, math.nan)
    access = AccessResult((near, far), 100.0, 0.0, 12.25, 12.25, 12.25, {10: 0.0})
    judged = replace(report, rules=(replace(report.rules[0], access=access), *report.rules[1:]))
    content = access_csv(judged)
    assert content.startswith(b"\xef\xbb\xbfrule,")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert tuple(rows[0]) == ACCESS_HEADER
    assert rows[1:] == [
        ["ems-1030", "'-c", "'=1+1", "东镇", "100", "'@s", "12.25", "4.5"],
        ["ems-1030", "b", "村b", "东镇", "", "", "", ""],
    ]
    assert [v.code for v in worst_access(access)] == ["b", "-c"]
    assert access_text(access, "en") == (
        "Residents' travel time (minutes): mean 12.3, median 12.3, nine in ten within 12.3; "
        "0.0 % within 10; 0 cannot get there."
    )
    nobody = replace(access, mean_min=math.nan)
    assert access_text(nobody, "en") == "No resident can reach such a facility by road."


def test_a_figure_is_rounded_but_not_across_its_limit() -> None:
    assert figure_text(1.0, "share", "en") == "100.0 %"
    assert figure_text(0.99999, "share", "en") == "99.999 %"
    assert figure_text(0.3, "share", "en") == "30.0 %"
    assert figure_text(math.nan, "share", "en") == "-"
    assert figure_text(2 / 3, "share", "en") == "66.7 %"
    assert figure_text(0.8996, "share", "en", 0.9) == "89.96 %"
    assert figure_text(0.8996, "share", "en", 0.8) == "90.0 %"
    assert figure_text(3.09996, "per_1000", "en", 3.1) == "3.09996 per 1,000"
    assert figure_text(3.09996, "per_1000", "en", 3.0) == "3.1 per 1,000"
    assert figure_text(3.1, "per_1000", "en") == "3.1 per 1,000"
    assert figure_text(0.7 * 1.3, "per_1000", "en") == "0.91 per 1,000"
    assert figure_text(1200, "beds", "en") == "1,200 bed(s)"


def test_the_same_report_gives_the_same_bytes(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "c")
    first = write_report(assess_folder(folder), tmp_path / "1", "zh")
    second = write_report(assess_folder(folder), tmp_path / "2", "zh")
    names = sorted(path.name for path in first.iterdir())
    assert names == [
        "access.csv",
        "manifest.json",
        "map.html",
        "map.png",
        "report.json",
        "report.xlsx",
        "villages.csv",
    ]
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name
    assert sorted(path.name for path in (tmp_path / "1").iterdir()) == ["430902"]


def test_only_the_formats_asked_for_and_no_older_ones(report: Report, tmp_path: Path) -> None:
    target = write_report(report, tmp_path, "zh", ("json", "csv"))
    (target / "map.png").write_bytes(b"old")
    (target / "mine.txt").write_bytes(b"keep")
    for name, age_s in (("killed", 4000), ("running", 60)):
        (tmp_path / f".430902.{name}.part").mkdir()
        then = time.time() - age_s
        os.utime(tmp_path / f".430902.{name}.part", (then, then))
    write_report(report, tmp_path, "zh", ("json",))
    names = sorted(path.name for path in target.iterdir())
    assert names == ["manifest.json", "mine.txt", "report.json"]
    assert (target / "mine.txt").read_bytes() == b"keep"
    assert sorted(path.name for path in tmp_path.iterdir()) == [".430902.running.part", "430902"]


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_nothing_is_written_where_one_file_cannot_be_replaced(
    report: Report, tmp_path: Path
) -> None:
    (tmp_path / "430902" / "report.json").mkdir(parents=True)
    (tmp_path / "430902" / "villages.csv").write_bytes(b"old")
    with pytest.raises(InputError) as caught:
        write_report(report, tmp_path, "zh", ("json", "csv"))
    (line,) = caught.value.lines("en")
    assert str(tmp_path / "430902" / "report.json") in line
    assert _bytes(tmp_path / "430902") == {"villages.csv": b"old"}
    assert [path.name for path in tmp_path.iterdir()] == ["430902"]


def _changed(report: Report) -> Report:
    """Return the report with other figures in every file."""
    villages = report.response.villages.assign(response_min=9.0)
    return replace(
        report,
        summary=replace(report.summary, mean_min=1.5),
        response=replace(report.response, villages=villages),
    )


@pytest.mark.parametrize("way", ["exchange", "two renames"])
@pytest.mark.parametrize("last", range(1, 4))
@pytest.mark.parametrize("older", [True, False])
def test_killed_at_any_step_the_results_are_wholly_old_or_new_at_the_next_run(
    report: Report,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
    last: int,
    older: bool,
) -> None:
    """Every step that changes what stands under a name is counted; the process ends after `last`.

    After that nothing of the run happens any more, not even its clearing up.
    """
    target = tmp_path / "430902"
    formats = ("json", "csv")
    new = _bytes(write_report(_changed(report), tmp_path / "new", "en", formats))
    old = _bytes(write_report(report, tmp_path, "en", formats)) if older else {}
    if older:
        (target / "mine").mkdir()
        (target / "mine" / "notes.txt").write_bytes(b"keep")
    steps = 0
    rename, swapped, remove = Path.replace, swap.exchanged, shutil.rmtree

    class Killed(BaseException):
        pass

    def step() -> None:
        nonlocal steps
        steps += 1
        if steps > last:
            raise Killed

    def replaced(self: Path, other: Path) -> Path:
        step()
        return rename(self, other)

    def exchange(one: Path, other: Path) -> bool:
        if way != "exchange":
            return False
        step()
        return swapped(one, other)

    def removed(path: Path, **options: Any) -> None:
        step()
        remove(path, **options)

    monkeypatch.setattr(Path, "replace", replaced)
    monkeypatch.setattr(swap, "exchanged", exchange)
    monkeypatch.setattr(shutil, "rmtree", removed)
    with suppress(Killed):
        write_report(_changed(report), tmp_path, "en", formats)
    monkeypatch.undo()
    if target.exists():
        assert _bytes(target) in (old, new)
        assert results_problem(target) is None
    monkeypatch.setattr(swap, "_in_use", lambda _: False)
    with swap.workshop(target):
        pass
    assert _bytes(target) in (old, new)
    if older:
        assert (target / "mine" / "notes.txt").read_bytes() == b"keep"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["430902", "new"]


def test_a_folder_that_cannot_be_put_in_place_leaves_the_older_one(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = write_report(report, tmp_path, "en", ("json", "csv"))
    before = _bytes(target)
    rename = Path.replace

    def locked(self: Path, other: Path) -> Path:
        if self.name == swap.NEW:
            raise PermissionError(13, "Permission denied", str(self), None, str(other))
        return rename(self, other)

    monkeypatch.setattr(swap, "exchanged", lambda *_: False)
    monkeypatch.setattr(Path, "replace", locked)
    with pytest.raises(InputError) as caught:
        write_report(_changed(report), tmp_path, "en", ("json", "csv"))
    (line,) = caught.value.lines("en")
    assert str(target) in line
    assert "permission denied" in line
    assert ".part" not in line
    assert _bytes(target) == before
    assert [path.name for path in tmp_path.iterdir()] == ["430902"]


def test_a_leftover_of_a_process_that_ended_is_swept_at_once_and_one_at_work_never(
    report: Report, tmp_path: Path
) -> None:
    ended = subprocess.Popen([sys.executable, "-c", "pass"])
    ended.wait()
    with swap.workshop(tmp_path / "430902") as at_work:
        os.utime(at_work, (0, 0))
        # Killed before anything stood in it.
        left = tmp_path / at_work.name.replace(f"-{os.getpid()}-", f"-{ended.pid}-")
        left.mkdir()
        write_report(report, tmp_path, "en", ("json",))
        assert not left.exists()
        assert at_work.is_dir()


@pytest.mark.parametrize("what", ["changed", "missing", "of another run", "manifest", "unknown"])
def test_results_that_do_not_belong_together_are_told(
    report: Report, tmp_path: Path, what: str
) -> None:
    target = write_report(report, tmp_path, "en", ("json", "csv"))
    assert results_problem(target) is None
    name = "villages.csv"
    if what == "changed":
        content = bytearray((target / name).read_bytes())
        content[-3] ^= 1
        (target / name).write_bytes(content)
    elif what == "missing":
        (target / name).unlink()
    elif what == "of another run":
        name = "map.png"
        (target / name).write_bytes(b"old")
    elif what == "manifest":
        name = "manifest.json"
        (target / name).write_bytes(b"{")
    else:
        (target / "mine.txt").write_bytes(b"not ours")
    problem = results_problem(target)
    if what == "unknown":
        assert problem is None
    else:
        assert problem is not None
        assert name in problem.text("en")
        assert problem.level == "warning"


def test_report_says_that_older_results_were_not_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_folder(tmp_path / "c")
    words = ["report", str(folder), "--out", str(tmp_path / "out"), "--formats", "json,csv"]
    assert main([*words, "--lang", "en"]) == 0
    told = text("report.not_whole", "en", folder=tmp_path / "out" / "430902", names="report.json")
    assert told not in capsys.readouterr().out
    (tmp_path / "out" / "430902" / "report.json").write_bytes(b"{}")
    assert main([*words, "--lang", "en"]) == 0
    assert told in capsys.readouterr().out
    assert results_problem(tmp_path / "out" / "430902") is None


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "quota"),
        (errno.EACCES, "permission denied"),
        (errno.EROFS, "read-only"),
        (errno.ENAMETOOLONG, "255 bytes"),
    ],
)
def test_a_disk_at_fault_is_named_and_not_the_county(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def broken(*_: object) -> bytes:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("coverage.report.files.report_json", broken)
    with pytest.raises(InputError) as caught:
        write_report(report, tmp_path, "en", ("json",))
    (line,) = caught.value.lines("en")
    assert words in line
    assert "Nothing is wrong with the county" in line
    assert list(tmp_path.iterdir()) == []


def test_a_failure_while_writing_leaves_the_older_files(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = write_report(report, tmp_path, "zh", ("json", "csv"))
    before = {path.name: path.read_bytes() for path in target.iterdir()}

    def broken(*_: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("coverage.report.files.report_json", broken)
    with pytest.raises(InputError) as caught:
        write_report(report, tmp_path, "en", ("json", "csv"))
    assert "the disk is full" in caught.value.lines("en")[0]
    assert {path.name: path.read_bytes() for path in target.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["430902"]


def test_a_place_that_cannot_be_written_is_a_plain_problem(report: Report, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        write_report(report, tmp_path / "file", "zh", FORMATS)
    assert [problem.code for problem in caught.value.problems] == ["report.cannot_write"]


_KILLED_AGAIN_AND_AGAIN = """
import os, random, signal, sys, time
from dataclasses import replace
from pathlib import Path
from coverage.assessment.assess import assess_folder
from coverage.report.access import access_text, worst_access
from coverage.report.completeness import completeness_text, missing_text
from coverage.report.files import write_report

report = assess_folder(Path(sys.argv[1]))
out = Path(sys.argv[2])
formats = ("json", "csv")
villages = report.response.villages.assign(response_min=9.0)
other = replace(
    report,
    summary=replace(report.summary, mean_min=1.5),
    response=replace(report.response, villages=villages),
)
files = lambda folder: {path.name: path.read_bytes() for path in folder.glob("*")}
whole = [files(write_report(one, out / "whole", "zh", formats)) for one in (report, other)]
dice = random.Random(1030)
mixed, left, seen = 0, 0, set()
for _ in range(60):
    child = os.fork()
    if not child:
        while True:
            write_report(report, out, "zh", formats)
            write_report(other, out, "zh", formats)
    time.sleep(dice.uniform(0.0, 0.12))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    if (out / "430902").exists():
        found = files(out / "430902")
        mixed += found not in whole
        seen |= {whole.index(found)} if found in whole else set()
    left += len(list(out.glob(".*")))
write_report(report, out, "zh", formats)
print(mixed, left > 0, sorted(seen), sorted(path.name for path in out.iterdir()))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="two renames elsewhere")
def test_killed_at_any_point_the_results_are_wholly_old_or_new(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "c")
    done = subprocess.run(
        [sys.executable, "-c", _KILLED_AGAIN_AND_AGAIN, str(folder), str(tmp_path / "out")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "0 True [0, 1] ['430902', 'whole']", done.stderr


def test_a_document_without_a_number_is_told_by_its_issuer() -> None:
    """The opinions of Zhuzhou carry none; the issuer is not given out as a number."""
    (source,) = load_catalogue()["community-centre-50k"].sources
    told = {language: source_text(source, language) for language in LANGUAGES}
    assert told["zh"].startswith("ZZ-2022 二（一）2（株洲市人民政府办公室印发，无文号）")
    assert "issued by 株洲市人民政府办公室, without a number" in told["en"]
    assert told["zh"].endswith("，" + text(f"report.force_{source.force}", "zh"))


@pytest.mark.parametrize(
    ("bound", "zh", "en"),
    [
        ("exact", "{}", "{}"),
        ("at_least", "至少 {}", "at least {}"),
        ("at_most", "最多 {}", "at most {}"),
    ],
)
def test_a_figure_that_rests_on_blanks_says_which_bound_it_is(
    report: Report, bound: Bound, zh: str, en: str
) -> None:
    bounded = replace(report.rules[0], observed=0.5, bound=bound)
    told = replace(report, rules=(bounded,))
    assert score_rows(told, "zh")[0].observed_text == zh.format("50.0 %")
    assert score_rows(told, "en")[0].observed_text == en.format("50.0 %")
