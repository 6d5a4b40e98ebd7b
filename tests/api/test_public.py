"""``import coverage as cov``: what it offers does what the command line does, with named errors."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio

import coverage as cov
from coverage.assessment.assess import assess_folder
from coverage.paths import ROOT
from coverage.report.record import record
from tests import line_county
from tests.api.conftest import SECOND, tables
from tests.errors import input_error

_HEAVY = {"numpy", "pandas", "geopandas", "scipy", "shapely", "yaml", "pydantic", "folium", "numba"}
_LAZY = """
import sys
import coverage as cov
assert "assess" in dir(cov) and "read_county" in cov.__all__
print(" ".join(sorted({name.split(".")[0] for name in sys.modules})))
print(" ".join(name for name in sys.modules if name.startswith("coverage.")))
try:
    cov.asess
except AttributeError as error:
    print(error)
"""
_TYPED = """
from typing import assert_type
import geopandas as gpd
import pandas as pd
import coverage as cov

county = cov.read_county("county")
assert_type(county, cov.County)
report = cov.assess(county, cov.read_roads(county))
assert_type(report, cov.Report)
assert_type(report.rules_table(), pd.DataFrame)
assert_type(report.units_table("ems-1030"), gpd.GeoDataFrame)
assert_type(cov.compare(report, cov.apply(report, "scenario.yaml")), cov.Comparison)
places = report.villages
cov.county_from_tables(places, places, places, name="", code="", turnout=3)
cov.assess(county)
"""


def test_import_loads_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LAZY], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded, own, error = done.stdout.splitlines()
    assert not set(loaded.split()) & _HEAVY
    assert own == ""
    assert error == "module 'coverage' has no attribute 'asess'"


def test_every_name_is_there_and_of_one_home() -> None:
    for name in cov.__all__:
        assert getattr(cov, name) is not None
    assert sorted(cov.__all__) == sorted({*cov._HOME, "__version__"})


@pytest.mark.xdist_group("mypy")  # one after the other: the second reads what the first checked
def test_types_are_seen_by_mypy(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(_TYPED, encoding="utf-8")
    cache = ROOT / ".mypy_cache"  # what `make test` has checked is not checked again
    command = ["-m", "mypy", "--strict", "--cache-dir", str(cache), str(program)]
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    errors = [line.split(": ", 1)[1] for line in done.stdout.splitlines() if ": error:" in line]
    assert len(errors) == 2, done.stdout + done.stderr
    assert 'Unexpected keyword argument "turnout"' in errors[0]
    assert 'Missing positional argument "roads"' in errors[1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return line_county.write(tmp_path_factory.mktemp("county") / "line")


def test_folder_gives_the_report_of_the_command_line(folder: Path) -> None:
    county = cov.read_county(str(folder))
    report = cov.assess(county, cov.read_roads(county))
    assert record(report, "en") == record(assess_folder(folder), "en")


def test_tables_give_what_their_files_give(folder: Path) -> None:
    townships = gpd.read_file(folder / "townships.geojson")
    villages = pd.read_csv(folder / "villages.csv", dtype={"code": str})
    places = gpd.points_from_xy(villages.pop("lon"), villages.pop("lat"), crs="EPSG:4326")
    county = cov.county_from_tables(
        townships.to_crs("EPSG:4547"),
        gpd.GeoDataFrame(villages, geometry=places).to_crs("EPSG:3857").set_index("code"),
        pd.read_csv(folder / "facilities.csv"),
        name="直线区",
        code="430902",
        illustrative=True,
        speeds_kph={"primary": 30.0},
    )
    report = cov.assess(county, cov.read_roads(county, folder / "roads.geojson"))
    expected = assess_folder(folder)
    close = {"atol": 1e-6}
    minutes = report.villages["response_min"]
    np.testing.assert_allclose(minutes, expected.villages["response_min"], **close)
    assert report.summary.covered == expected.summary.covered == line_county.IN_TIME
    verdicts = report.rules_table("en")["verdict"].tolist()
    assert verdicts == [result.verdict for result in expected.rules]
    assert county.folder is None
    roles = [(file.role, file.path, file.rows) for file in report.county.inputs]
    assert roles == [
        ("townships", "townships", 2),
        ("villages", "villages", 5),
        ("facilities", "facilities", 2),
        ("roads", "roads.geojson", 0),
    ]
    of_folder = {file.role: file.sha256 for file in expected.county.inputs}
    assert report.county.inputs[-1].sha256 == of_folder["roads"]


def test_every_problem_of_every_table_is_told_at_once() -> None:
    townships, villages, facilities = tables()
    villages.loc[1, "population"] = -1
    villages.loc[0, "township"] = "Wset"
    facilities["kind"] = "hopsital"
    with pytest.raises(cov.InputError) as raised:
        cov.county_from_tables(
            townships.set_crs(None, allow_override=True),
            villages,
            facilities.drop(columns="id"),
            name="",
            code="43",
            turnout_min=-1,
            rules={"ems-1030": {}},
        )
    told = {(p.code, p.file, p.rows, p.column) for p in raised.value.problems}
    assert {
        ("county.key_empty", None, (), None),
        ("county.key_code", None, (), None),
        ("county.key_range", None, (), None),
        ("county.frame_no_crs", "townships", (), None),
        ("county.negative", "villages", (2,), "population"),
        ("county.column_missing", "facilities", (), "id"),
        ("county.word_unknown_required", "facilities", (1,), "kind"),
    } <= told
    assert type(raised.value) is cov.InputError


def test_unknown_parameter_is_named_with_its_neighbour() -> None:
    options = {"turnout": 3.0}
    with input_error("turnout_min", cov.SettingError):
        cov.county_from_tables(*tables(), name="L", code="430902", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (lambda v: v.drop(columns="population"), cov.MissingColumnError),
        (lambda v: v.assign(lon="x"), cov.InvalidCellError),
        (lambda v: v.assign(lon=[28.6, 28.6], lat=[112.3, 112.5]), cov.PlaceError),
    ],
)
def test_errors_have_names(spoil: object, error: type[cov.InputError]) -> None:
    townships, villages, facilities = tables()
    assert callable(spoil)
    with pytest.raises(cov.InputError) as raised:
        cov.county_from_tables(townships, spoil(villages), facilities, name="L", code="430902")
    assert type(raised.value) is error


def test_cells_that_are_missing_are_not_known_and_0_is_0() -> None:
    townships, villages, facilities = tables()
    villages["population"] = pd.array([None, 0], dtype="Int64")
    facilities["icu"] = pd.array([pd.NA], dtype="boolean")
    facilities["beds"] = 0.0
    county = cov.county_from_tables(townships, villages, facilities, name="L", code="430902")
    assert county.villages["population"].isna().tolist() == [True, False]
    assert county.facilities[["icu", "beds"]].isna().to_numpy().tolist() == [[True, False]]
    filled = cov.county_from_tables(
        *(townships, villages, facilities.assign(nurses=None)),
        name="L",
        code="430902",
        blank_is_zero={"facilities": ["nurses"]},
    )
    assert filled.facilities["nurses"].tolist() == [0]


def test_grid_spreads_residents_from_its_own_file(tmp_path: Path) -> None:
    path = tmp_path / "people.tif"
    cells = np.full((20, 40), 3, dtype="float32")  # of 0.01 degrees, over both townships
    place = rasterio.Affine(0.01, 0, 112.2, 0, -0.01, 28.7)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=40,
        height=20,
        count=1,
        dtype="float32",
        crs="EPSG:4326",
        transform=place,
    ) as grid:
        grid.write(cells, 1)
    county = cov.county_from_tables(*tables(), name="L", code="430902", population_grid=str(path))
    people = county.demand.groupby("village")["population"].agg(["size", "sum"])
    assert (people["size"] > 100).all()
    np.testing.assert_allclose(people["sum"], [2000, 3000])
    assert [(file.role, file.path) for file in county.inputs][-1] == ("population", "people.tif")
    with pytest.raises(cov.MissingFileError):
        cov.county_from_tables(
            *tables(), name="L", code="430902", population_grid=tmp_path / "none.tif"
        )


def test_datum_of_what_there_is_not_is_named() -> None:
    with input_error("sources.vilages.*villages", cov.SettingError):
        cov.county_from_tables(*tables(), name="L", code="430902", datums={"vilages": "gcj02"})
    with input_error("sources.villages.datum", cov.SettingError):
        cov.county_from_tables(*tables(), name="L", code="430902", datums={"villages": "mars"})


def test_datum_shifts_places_back(county: cov.County) -> None:
    shifted = cov.county_from_tables(
        *tables(), name="L", code="430902", datums={"villages": "gcj02"}
    )
    away = shifted.villages.distance(county.villages)
    assert away.between(100, 1000).all()


def test_what_is_no_table_is_refused() -> None:
    townships, _, facilities = tables()
    with pytest.raises(TypeError, match="villages must be a DataFrame"):
        cov.county_from_tables(townships, "villages.csv", facilities, name="L", code="430902")  # type: ignore[arg-type]


def test_language_that_there_is_not_is_named(report: cov.Report, tmp_path: Path) -> None:
    wrong: Any = "fr"
    for call in (
        lambda: report.rules_table(wrong),
        lambda: report.units_table("ems-1030", wrong),
        lambda: cov.write_report(report, tmp_path, language=wrong),
        lambda: cov.explore(report, language=wrong),
    ):
        with input_error("“fr”.*zh, en", cov.SettingError):
            call()
    assert not list(tmp_path.iterdir())


def test_two_counties_are_not_compared(report: cov.Report, roads: cov.Network) -> None:
    other = cov.county_from_tables(*tables(), name="M", code="430903")
    with input_error("430902 and 430903", cov.SettingError):
        cov.compare(report, cov.assess(other, roads))


def test_everything_shows_itself_shortly(
    county: cov.County, roads: cov.Network, report: cov.Report, after: cov.Report
) -> None:
    assert repr(county) == (
        "County(name='线<区>', code='430902', townships=2, villages=2, facilities=1)"
    )
    assert repr(roads) == "Network(nodes=2, edges=1, length_km=23)"
    changes = repr(cov.compare(report, after))
    assert changes.startswith("Comparison(people_gained=3000, people_lost=0, better=")


def test_roads_of_a_county_of_tables_must_be_named(county: cov.County, tmp_path: Path) -> None:
    with input_error("read_roads", cov.SettingError):
        cov.read_roads(county)
    with pytest.raises(cov.MissingFileError):
        cov.read_roads(county, tmp_path / "nowhere" / "roads.osm.pbf")
    with pytest.raises(cov.MissingFileError):
        cov.read_roads(county, tmp_path / "roads.osm.pbf")
    (tmp_path / "roads.txt").write_text("x")
    with pytest.raises(cov.UnreadableFileError):
        cov.read_roads(county, tmp_path / "roads.txt")
    with input_error("datum", cov.SettingError):
        cov.read_roads(county, tmp_path / "roads.txt", datum="mars")


def test_rules_of_the_county_are_checked(roads: cov.Network) -> None:
    county = cov.county_from_tables(
        *tables(), name="L", code="430902", rules={"ems-1031": {"enabled": True}}
    )
    with input_error("ems-1030", cov.SettingError) as raised:
        cov.assess(county, roads)
    assert raised.value.problems[0].file is None


def test_rules_table_has_what_the_record_has(report: cov.Report) -> None:
    told = record(report, "en")["rules"]
    table = report.rules_table("en")
    assert table["id"].tolist() == [rule["id"] for rule in told]
    assert table["title"].tolist() == [rule["title"]["en"] for rule in told]
    for column in ("observed", "required", "shortfall", "population_short"):
        expected = [np.nan if rule[column] is None else rule[column] for rule in told]
        np.testing.assert_allclose(table[column], expected, atol=1e-9)


def test_units_table_lies_on_the_map_but_for_what_the_county_lacks(report: cov.Report) -> None:
    for result in report.rules:
        units = report.units_table(result.rule.id, "en")
        assert units["code"].tolist() == [unit.code for unit in result.units]
        in_county = units["code"].isin({"1", "2", "A", "B", "430902"})
        assert (units.geometry.notna() == in_county).all(), result.rule.id
        assert units.crs == report.county.crs
    with input_error("ems-1030", cov.SettingError):
        report.units_table("ems-1031")


def test_glance_is_short_escaped_and_says_what_is_invented(
    report: cov.Report, after: cov.Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "线<区>（430902）" in repr(report)
    assert len(repr(report)) < 300
    page = report._repr_html_()
    assert "线&lt;区&gt;" in page
    assert "<区" not in page
    assert "示例数据" not in page
    assert "A second station" in after._repr_html_()
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    assert "Line (430902): 0 rule(s) met" in repr(report)
    invented = cov.county_from_tables(
        *tables(), name="L", code="430902", illustrative=True, speeds_kph={"primary": 30.0}
    )
    shown = cov.assess(invented, report.network)
    assert "Illustrative data" in repr(shown)
    assert "Illustrative data" in shown._repr_html_()


def test_scenario_may_be_a_path_a_mapping_or_made(
    report: cov.Report, after: cov.Report, tmp_path: Path
) -> None:
    stated = {"name": "A second station", "edits": [{"add_facility": SECOND}]}
    path = tmp_path / "scenario.yaml"
    path.write_text(json.dumps({**stated, "county": "430902"}), encoding="utf-8")
    made = cov.Scenario.model_validate({**stated, "county": "430902"})
    for scenario in (path, str(path), made):
        assert record(cov.apply(report, scenario), "en") == record(after, "en")
    with input_error("add_facility", cov.ScenarioError) as raised:
        cov.apply(report, {"name": "A", "edits": [{"add_facilty": SECOND}]})
    assert raised.value.problems[0].file is None
    with pytest.raises(cov.ScenarioError):
        cov.apply(report, {"name": "A", "edits": [{"remove_facility": {"id": "none"}}]})
    with pytest.raises(cov.MissingFileError):
        cov.apply(report, tmp_path / "none.yaml")


def test_comparison_counts_the_scenario_s_costs(report: cov.Report) -> None:
    stated = {
        "name": "A",
        "costs": {"emergency_station": 120},
        "edits": [{"add_facility": SECOND}],
    }
    changes = cov.compare(report, cov.apply(report, stated))
    assert changes.cost.total == 120
    assert changes.people_gained == 3000


def test_written_files_are_those_of_the_command_line(
    report: cov.Report, after: cov.Report, tmp_path: Path
) -> None:
    folder = cov.write_report(
        after, str(tmp_path), language="en", formats=["csv", "json"], before=report
    )
    assert folder == tmp_path / "430902"
    assert (folder / "comparison.csv").is_file()
    told = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert told["comparison"]["people_gained"] == 3000
    with input_error("docx", cov.SettingError):
        cov.write_report(after, tmp_path, formats=["docx"])
    (tmp_path / "file").write_text("")
    with pytest.raises(cov.OutputError):
        cov.write_report(after, tmp_path / "file", formats=["json"])


def test_map_asks_for_nothing(report: cov.Report, after: cov.Report, tmp_path: Path) -> None:
    page = cov.explore(after, "change", before=report, language="zh")
    for asked in ("<script src=", "<link ", "@import", "url(http"):
        assert asked not in page.html
    assert page.save(str(tmp_path / "map.html")).read_text(encoding="utf-8") == page.html
    assert page._repr_html_().count("<iframe") == 1
    assert "<script" not in page._repr_html_()
    assert len(repr(page)) < 100
    with pytest.raises(cov.SettingError):
        cov.explore(report, "chnage")
    with pytest.raises(cov.SettingError):
        cov.explore(report, "change")
