"""The verb ``map``: layers, a rule, a scenario, a base map."""

from __future__ import annotations

from pathlib import Path

import pytest

from coverage import __main__ as cli
from coverage.assessment.report import Report
from coverage.messages import text
from coverage.paths import DEMONSTRATION
from coverage.progress import Progress
from maps import LAYERS

SCENARIO = """\
scenario: 1
name: "<b>新站</b>"
county: "430902"
edits:
  - add_facility:
      {id: N1, name: 新站, kind: emergency_station, lon: 112.475, lat: 28.725, ambulances: 1}
"""


@pytest.fixture(autouse=True)
def demonstration_is_read_once(monkeypatch: pytest.MonkeyPatch, demonstration: Report) -> None:
    """Reading is tested with the other verbs."""

    def assess(folder: Path, progress: Progress) -> Report:
        assert folder == DEMONSTRATION
        return demonstration

    monkeypatch.setattr("coverage.assessment.assess.assess_folder", assess)


def draw(out: Path, *words: object) -> int:
    return cli.main(
        ["map", str(DEMONSTRATION), "--out", str(out), "--lang", "zh", *map(str, words)]
    )


def test_a_scenario_is_drawn_and_said(tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    file.write_text(SCENARIO, encoding="utf-8")
    out = tmp_path / "m.html"
    assert draw(out, "--layer", "change", "--scenario", file) == 0
    page = out.read_text(encoding="utf-8")
    assert json_text("maps.change_gained") in page
    assert "<b>新站</b>" not in page
    assert json_text("maps.mark_new") in page


def json_text(message_id: str) -> str:
    """As a text stands in the page's scripts: Chinese escaped."""
    return text(message_id, "zh").encode("unicode_escape").decode()


def test_a_rule_is_chosen_and_a_wrong_one_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "m.svg"
    assert draw(out, "--layer", "units", "--rule", "village-clinic") == 0
    assert out.stat().st_size > 10_000
    assert draw(tmp_path / "n.svg", "--layer", "units", "--rule", "vilage-clinic") == 2
    assert "village-clinic" in capsys.readouterr().err
    assert not (tmp_path / "n.svg").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--layer", "change"), "maps.nothing_before"),
        (("--basemap", "none.tif"), "maps.basemap_missing"),
        (("--basemap", "none.tif", "--basemap-datum", "bd09"), "maps.basemap_datum"),
    ],
)
def test_what_is_missing_is_told_in_one_sentence(
    words: tuple[str, ...], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert draw(tmp_path / "m.html", *words) == 2
    said = capsys.readouterr().err
    assert text(told, "zh", path="none.tif", datum="bd09")[:12] in said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_help_names_every_layer(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["map", "--lang", "en", "--help"])
    told = capsys.readouterr().out
    assert "|".join(LAYERS) in told
