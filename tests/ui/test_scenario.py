"""The scenario page: every state of it, and what each form does to a county solved by hand."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from coverage import __main__ as cli
from coverage.messages import Language, text
from coverage.network.speeds import load_profile
from coverage.problems import InputError, Problem
from coverage.scenario import editing as edits
from coverage.scenario.edits.facilities import (
    AddFacility,
    ChangeFacility,
    MoveFacility,
    RemoveFacility,
)
from coverage.scenario.edits.people import AddVillage, Grow, SetPopulation
from coverage.scenario.edits.roads import CloseRoad, SlowRoad
from coverage.scenario.edits.settings import SetResponse, SetRule
from coverage.scenario.file import dump_scenario, parse_scenario
from coverage.scenario.model import VERBS, Scenario
from coverage.ui.scenario.compare import _best
from coverage.ui.scenario.state import case
from coverage.ui.state import Session
from coverage.workspace.export import scenario_pieces
from coverage.workspace.model import Workspace
from tests import line_county, ui_fixtures
from tests.line_county import STATION, scenario
from tests.ui_app import (  # noqa: F401
    Give,
    at_address,
    county_fixture,
    fresh_fixture,
    give_fixture,
    opened,
    run,
    shown,
    workspace_fixture,
    workspace_of,
)


def page(folder: Path, *scenarios: Scenario, current: str | None = None) -> AppTest:
    workspace = Workspace(folder=folder, scenarios=scenarios, current=current)
    return opened("scenario", Session(workspace=workspace))


def keyed(widgets: Iterable[Any], key: str) -> Any:
    """Return the widget whose key begins with `key`."""
    (found,) = [widget for widget in widgets if str(widget.key).startswith(key)]
    return found


def covered(app: AppTest) -> str:
    label = text("scenario_page.covered", "zh")
    return next(metric.value for metric in app.metric if metric.label == label)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_without_a_county_one_can_be_chosen(language: Language) -> None:
    app = run("scenario", None, language)
    assert not app.exception
    assert app.button(key="demonstration").label == text("ui.open_demonstration", language)


def test_a_bad_county_is_told(give: Give) -> None:
    folder = give(InputError([Problem("ui.no_folder", values={"folder": "x"})]))
    app = run("scenario", folder)
    assert not app.exception
    assert len(app.error) == 1


def test_without_a_scenario_the_county_as_it_is(county: Path) -> None:
    app = page(county)
    assert not app.exception
    assert not app.error
    assert covered(app) == "6,000 人"
    assert app.button(key="scenario-undo").disabled
    assert text("scenario_page.no_edits", "zh") in shown(app)
    assert app.metric[0].delta == ""


def test_with_a_scenario_the_hand_known_gain(county: Path) -> None:
    app = page(county, scenario(STATION), current="甲")
    assert not app.exception
    assert covered(app) == "15,000 人"
    assert app.metric[0].delta == "+9,000"
    said = shown(app)
    assert text("workspace.scenario_in_force", "zh", name="甲") in said
    gained = text("scenario_page.people_gained", "zh")
    assert next(m.value for m in app.metric if m.label == gained) == "9,000 人"
    moved = next(f.value for f in app.dataframe if text("ui.column_village", "zh") in f.value)
    outcome = text("scenario_page.village_gained", "zh")
    named = moved.set_index(text("ui.column_village", "zh"))[text("scenario_page.outcome", "zh")]
    assert named["D村"] == named["E村"] == outcome
    assert named["C村"] == text("scenario_page.village_better", "zh")
    assert not {"A村", "B村"} & set(named.index)


def test_a_scenario_of_another_county_is_told_and_left_out(county: Path) -> None:
    other = scenario(STATION).model_copy(update={"county": "430903"})
    app = page(county, other, current="甲")
    assert not app.exception
    assert "430903" in shown(app)
    assert covered(app) == "6,000 人"


@pytest.mark.parametrize("name", ["scenario", "map"])
def test_a_scenario_that_does_not_fit_shows_no_difference(county: Path, name: str) -> None:
    other = scenario(STATION).model_copy(update={"county": "430903"})
    session = Session(workspace=Workspace(folder=county, scenarios=(other,), current="甲"))
    session.layer = "change"
    app = opened(name, session)
    assert not app.exception
    assert len(app.error) == 1  # that it does not fit
    assert session.layer == "minutes"


def test_new_copy_drop(county: Path) -> None:
    app = page(county)
    app.button(key="scenario-new").click().run()
    first = text("scenario_page.new_name", "zh")
    assert workspace_of(app).current == first
    assert workspace_of(app).scenarios[0].county == "430902"
    app.button(key="scenario-duplicate").click().run()
    assert [s.name for s in workspace_of(app).scenarios] == [first, f"{first} 2"]
    assert workspace_of(app).current == f"{first} 2"
    app.button(key="scenario-drop-yes").click().run()
    assert [s.name for s in workspace_of(app).scenarios] == [first]
    assert workspace_of(app).current is None


def test_a_name_that_is_taken_is_refused(county: Path) -> None:
    app = page(county, scenario(name="甲"), scenario(STATION, name="乙"), current="乙")
    keyed(app.text_input, "scenario-name").set_value("甲")
    _submit(app, "scenario_page.apply", 0)
    assert text("scenario_page.name_taken", "zh", name="甲") in shown(app)
    assert [s.name for s in workspace_of(app).scenarios] == ["甲", "乙"]
    keyed(app.text_input, "scenario-name").set_value("丙")
    _submit(app, "scenario_page.apply", 0)
    assert [s.name for s in workspace_of(app).scenarios] == ["甲", "丙"]
    assert workspace_of(app).current == "丙"
    app.button(key="scenario-undo").click().run()
    assert [s.name for s in workspace_of(app).scenarios] == ["甲", "乙"]


def _submit(app: AppTest, message: str, which: int) -> None:
    [b for b in app.button if b.label == text(message, "zh")][which].click().run()


def test_a_station_in_a_village_then_undo_and_redo(county: Path) -> None:
    app = page(county)
    app.segmented_control(key="scenario-panel").set_value("facility").run()
    app.selectbox(key="place-at-zh").set_value(f"village:{line_county.code_of('D')}").run()
    app.button(key="place-here").click().run()
    assert not app.exception
    assert covered(app) == "15,000 人"
    (made,) = workspace_of(app).scenarios
    action = made.edits[0].action
    assert isinstance(action, AddFacility)
    assert (action.lon, action.lat, action.kind) == (112.45, 28.6, "emergency_station")
    app.button(key="scenario-undo").click().run()
    assert covered(app) == "6,000 人"
    app.button(key="scenario-redo").click().run()
    assert covered(app) == "15,000 人"


def test_what_was_done_before_a_reload_can_be_undone_and_redone_after_it(county: Path) -> None:
    app = page(county)
    app.segmented_control(key="scenario-panel").set_value("facility").run()
    app.selectbox(key="place-at-zh").set_value(f"village:{line_county.code_of('D')}").run()
    app.button(key="place-here").click().run()
    app = at_address("scenario", workspace_of(app).token)
    assert covered(app) == "15,000 人"
    app.button(key="scenario-undo").click().run()
    assert covered(app) == "6,000 人"
    app = at_address("scenario", workspace_of(app).token)
    assert covered(app) == "6,000 人"
    app.button(key="scenario-redo").click().run()
    assert covered(app) == "15,000 人"


def test_a_facility_is_built_beside_a_hospital_while_another_is_placed_on_the_map(
    county: Path,
) -> None:
    app = page(county)
    app.segmented_control(key="scenario-tool").set_value("add").run()
    app.segmented_control(key="scenario-panel").set_value("facility").run()
    assert not app.exception
    assert not app.error
    app.text_input(key="add-name").set_value("图上的站")
    app.text_input(key="place-name").set_value("东卫生院急救站")
    app.number_input(key="place-ambulances").set_value(2)
    app.selectbox(key="place-at-zh").set_value("facility:H1").run()
    app.button(key="place-here").click().run()
    (made,) = workspace_of(app).scenarios
    (edit,) = made.edits
    assert edit.action.stated() == {
        "id": "new-1",
        "name": "东卫生院急救站",
        "kind": "emergency_station",
        "lon": line_county.LONS["E"],
        "lat": line_county.LAT,
        "ambulances": 2,
    }
    assert covered(app) == "15,000 人"  # E at once, D 12.8 minutes off
    assert app.text_input(key="add-name").value == "图上的站"


def test_name_and_notes_show_what_they_are_of(county: Path) -> None:
    close = CloseRoad(line=((112.425, 28.59), (112.425, 28.61)))
    first, second = scenario(close, STATION, name="甲"), scenario(name="乙", note="第二个")
    app = page(county, first, second, current="甲")
    assert keyed(app.text_input, "scenario-name").value == "甲"
    keyed(app.text_area, "edit-note-text-0").set_value("大桥")
    _submit(app, "scenario_page.apply", 1)
    app.button(key="edit-down-0").click().run()
    assert [edit.note for edit in workspace_of(app).scenarios[0].edits] == ["", "大桥"]
    assert keyed(app.text_area, "edit-note-text-0").value == ""
    assert keyed(app.text_area, "edit-note-text-1").value == "大桥"
    keyed(app.selectbox, "scenario-choice").set_value("乙").run()
    assert workspace_of(app).current == "乙"
    assert keyed(app.text_input, "scenario-name").value == "乙"
    assert keyed(app.text_area, "scenario-note").value == "第二个"


def compared(app: AppTest) -> pd.DataFrame:
    """Return the table of all scenarios as it is shown: with its titles, by its first column."""
    config = json.loads(app.dataframe[0].proto.columns)
    table = app.dataframe[0].value
    titles = [config[place]["label"] for place in table]
    return (
        table.set_axis(titles, axis="columns")
        .set_index(pd.Index(table["0"], name=titles[0]))
        .iloc[:, 1:]
    )


def test_what_has_no_unit_cost_is_not_free(county: Path) -> None:
    dash = text("ui.unknown", "zh")
    label = text("scenario_page.cost", "zh")
    for costs, told, row in (
        ({}, dash, dash),
        ({"ambulances": 40.0}, "40.0 以上", "40.0 以上"),
        ({"ambulances": 40.0, "emergency_station": 300.0}, "340.0", "340.0"),
    ):
        app = page(county, scenario(STATION, costs=costs), current="甲")
        assert next(m.value for m in app.metric if m.label == label) == told
        app.segmented_control(key="scenario-view").set_value("all").run()
        table = compared(app)
        assert table.loc[label, "甲"] == row
        missing = len(costs) < 2
        assert ("没有单价" in shown(app)) == missing
        assert (str(table.loc[label, text("scenario_page.before", "zh")])[0] == "★") != missing


def test_times_that_fall_because_people_are_cut_off_are_not_called_better(county: Path) -> None:
    cut = CloseRoad(line=((112.425, 28.59), (112.425, 28.61)))
    app = page(county, scenario(cut), current="甲")
    mean = next(m for m in app.metric if m.label == text("scenario_page.mean_min", "zh"))
    assert mean.value == "16.0 分钟"  # (1 x 3.0 + 2 x 12.8 + 3 x 22.6) / 6
    assert mean.proto.color == mean.proto.MetricColor.GRAY
    told = text("scenario_page.cut_off", "zh", people="9,000 人", moved="+9,000")
    assert told in shown(app)
    app.segmented_control(key="scenario-view").set_value("all").run()
    table = compared(app)
    assert "★" not in table.loc[text("scenario_page.mean_min", "zh"), "甲"]
    before = table.loc[text("scenario_page.unreachable", "zh"), text("scenario_page.before", "zh")]
    assert before.startswith("★")
    app = page(county, scenario(STATION), current="甲")
    mean = next(m for m in app.metric if m.label == text("scenario_page.mean_min", "zh"))
    assert mean.proto.color == mean.proto.MetricColor.GREEN


def test_growth_is_not_applied_twice_by_itself(county: Path) -> None:
    app = page(county)
    app.segmented_control(key="scenario-panel").set_value("people").run()
    label = text("scenario_page.grow", "zh")
    next(n for n in app.number_input if n.label == label).set_value(10.0)
    _submit(app, "scenario_page.apply", -1)
    assert covered(app) == "6,600 人"
    assert next(n for n in app.number_input if n.label == label).value == 0


def test_speeds_stand_beside_those_of_the_profile(county: Path) -> None:
    app = page(county)
    app.segmented_control(key="scenario-panel").set_value("response").run()
    assert not app.exception
    profile = load_profile("china")
    shown_ = f"{profile.urban['trunk']:g} / {profile.rural['trunk']:g}"
    assert shown_ in shown(app)


def test_the_list_reorders_notes_puts_off_and_drops(county: Path) -> None:
    close = CloseRoad(line=((112.425, 28.59), (112.425, 28.61)))
    app = page(county, scenario(close, STATION), current="甲")
    assert covered(app) == "15,000 人"
    app.button(key="edit-off-1").click().run()
    assert covered(app) == "6,000 人"
    assert workspace_of(app).scenarios[0].edits[1].off
    app.button(key="edit-off-1").click().run()
    app.button(key="edit-down-0").click().run()
    assert [e.verb for e in workspace_of(app).scenarios[0].edits] == ["add_facility", "close_road"]
    keyed(app.text_area, "edit-note-text-0").set_value("靠近 *国道* <b>")
    _submit(app, "scenario_page.apply", 1)
    assert workspace_of(app).scenarios[0].edits[0].note == "靠近 *国道* <b>"
    assert r"靠近 \*国道\* \<b\>" in shown(app)
    app.button(key="edit-drop-0").click().run()
    assert [e.verb for e in workspace_of(app).scenarios[0].edits] == ["close_road"]
    assert covered(app) == "6,000 人"


def test_an_order_that_cannot_be_is_refused_and_told(county: Path) -> None:
    moved = MoveFacility(id="n1", lon=112.4, lat=28.6)
    app = page(county, scenario(STATION, moved), current="甲")
    app.button(key="edit-down-0").click().run()
    assert text("scenario_page.refused", "zh") in shown(app)
    assert [e.verb for e in workspace_of(app).scenarios[0].edits] == [
        "add_facility",
        "move_facility",
    ]


def test_turnout_growth_and_people(county: Path) -> None:
    app = page(county)
    app.segmented_control(key="scenario-panel").set_value("response").run()
    label = text("scenario_page.turnout_min", "zh")
    next(n for n in app.number_input if n.label == label).set_value(0.0)
    _submit(app, "scenario_page.apply", -1)
    assert not app.exception
    assert covered(app) == "10,000 人"  # D: 29.3 minutes without the three of turn-out
    app.segmented_control(key="scenario-panel").set_value("people").run()
    label = text("scenario_page.grow", "zh")
    next(n for n in app.number_input if n.label == label).set_value(10.0)
    _submit(app, "scenario_page.apply", -1)
    assert covered(app) == "11,000 人"
    app.selectbox(key="people-village").set_value(line_county.code_of("A")).run()
    label = text("scenario_page.people", "zh")
    next(n for n in app.number_input if n.label == label).set_value(2000)
    _submit(app, "scenario_page.apply", -1)
    assert covered(app) == "11,900 人"
    assert [e.verb for e in workspace_of(app).scenarios[0].edits] == [
        "set_response",
        "grow",
        "set_population",
    ]


def test_all_scenarios_with_the_best_of_each_row(county: Path) -> None:
    near = STATION.model_copy(update={"lon": 112.40})  # C: then D and E are 12.8 and 22.6 away
    app = page(
        county,
        scenario(STATION, name="东", costs={"emergency_station": 200, "ambulances": 40}),
        scenario(near, name="中"),
        scenario(RemoveFacility(id="S1"), name="无"),
    )
    app.segmented_control(key="scenario-view").set_value("all").run()
    assert not app.exception
    table = compared(app)
    row = table.loc[text("scenario_page.covered", "zh")]
    now = text("scenario_page.before", "zh")
    assert row.to_dict() == {
        now: "6,000 人",
        "东": "★ 15,000 人",
        "中": "★ 15,000 人",
        "无": "0 人",
    }
    assert table.loc[text("scenario_page.cost", "zh"), "东"] == "240.0"


@pytest.mark.parametrize("title", ["scenario_page.before", "scenario_page.figure_row"])
def test_a_scenario_may_be_called_as_another_column_is(county: Path, title: str) -> None:
    app = page(county, scenario(STATION, name=text(title, "zh")))
    app.segmented_control(key="scenario-view").set_value("all").run()
    assert not app.error
    titles = [text(f"scenario_page.{column}", "zh") for column in ("figure_row", "before")]
    assert [compared(app).index.name, *compared(app)] == [*titles, text(title, "zh")]


def test_a_settlement_that_was_not_there_is_not_said_to_have_been_out_of_reach(
    county: Path,
) -> None:
    settled = AddVillage(
        code="430902999999",
        name="新村",
        township="西镇",
        kind="village",
        population=100,
        lon=112.44,
        lat=28.6,
    )
    for made, word in ((STATION, "ui.unreached"), (settled, "ui.unknown")):
        app = page(county, scenario(made), current="甲")
        people = text("scenario_page.people", "zh")
        (villages,) = [frame for frame in app.dataframe if people in frame.value]
        assert villages.proto.placeholder == text(word, "zh")


def test_the_other_views_are_drawn(county: Path) -> None:
    app = page(county, scenario(STATION), current="甲")
    for view in ("sides", "costs"):
        app.segmented_control(key="scenario-view").set_value(view).run()
        assert not app.exception, view
        assert not app.error, view


def test_markup_in_names_stays_text(tmp_path: Path) -> None:
    evil = ui_fixtures.EVIL
    folder = line_county.write(tmp_path / "evil", village=evil + "{place}")
    named = STATION.model_copy(update={"name": evil})
    app = page(folder, scenario(named, name=evil), current=evil)
    assert not app.exception
    marked = [m.value for m in (*app.markdown, *app.caption, *app.info)]
    assert marked
    assert not [value for value in marked if "<script>" in value.replace(r"\<script\>", "")]


def test_the_page_and_the_command_line_give_the_same_figures(county: Path, tmp_path: Path) -> None:
    """Every kind of edit at once, saved by the page's own function."""
    made = scenario(
        STATION,
        MoveFacility(id="n1", lon=112.44, lat=28.6),
        ChangeFacility.model_validate({"id": "S1", "ambulances": 3}),
        RemoveFacility(id="H1"),
        CloseRoad(line=((112.475, 28.59), (112.475, 28.61))),
        SlowRoad(
            area=((112.31, 28.59), (112.34, 28.59), (112.34, 28.61), (112.31, 28.61)), factor=0.5
        ),
        SetResponse(turnout_min=2.0, speeds_kph={"primary": 40.0}),
        SetRule(id="ems-1030", parameters={"rural_limit_min": 25}),
        Grow(factor=1.1, townships=("430902101",)),
        SetPopulation(village=line_county.code_of("D"), population=4500),
        AddVillage(
            code="x", name="新村", township="430902102", population=700, lon=112.46, lat=28.6
        ),
        costs={"emergency_station": 300.0, "ambulances": 40.0},
    )
    assert {edit.verb for edit in made.edits} == set(VERBS)
    app = page(county, made, current="甲")
    assert not app.exception
    assert not app.error
    figures = {metric.label: metric.value for metric in app.metric}

    file = tmp_path / "甲.yaml"
    file.write_text(dump_scenario(made), encoding="utf-8")
    words = ["report", str(county), "--out", str(tmp_path / "out"), "--formats", "json"]
    assert cli.main([*words, "--scenario", str(file)]) == 0
    told = json.loads((tmp_path / "out/430902/report.json").read_text(encoding="utf-8"))
    response, changes = told["response"], told["comparison"]
    assert figures == {
        text(f"scenario_page.{key}", "zh"): value
        for key, value in {
            "covered": f"{response['covered']:,.0f} 人",
            "covered_share": f"{response['share'] * 100:.1f} %",
            "mean_min": f"{response['mean_min']:.1f} 分钟",
            "p90_min": f"{response['p90_min']:.1f} 分钟",
            "people_gained": f"{changes['people_gained']:,.0f} 人",
            "people_lost": f"{changes['people_lost']:,.0f} 人",
            "cost": f"{changes['cost']['total']:,.1f}",
        }.items()
    }
    # By hand, at 1.5 minutes a kilometre and 2 of turn-out: C is 7.9 minutes from the new station,
    # B 13.7 from the old one through the slow part, the new village 4.9; E is cut off.
    assert response["covered"] == 1100 + 2200 + 3300 + 4500 + 700
    assert response["unreachable"] == 5000


# -- the edits, without a page -----------------------------------------------------------------


def test_what_a_scenario_added_is_changed_where_it_was_added() -> None:
    made = edits.facility_moved(scenario(STATION), "n1", 112.5, 28.61)
    made = edits.facility_changed(made, "n1", {"ambulances": 3})
    (edit,) = made.edits
    assert isinstance(edit.action, AddFacility)
    assert (edit.action.lon, edit.action.lat) == (112.5, 28.61)
    assert edit.action.stated()["ambulances"] == 3
    assert edits.facility_removed(made, "n1").edits == ()


def test_a_facility_of_the_county_has_one_edit_of_each_kind() -> None:
    made = edits.facility_moved(scenario(), "S1", 112.5, 28.61)
    made = edits.facility_moved(made, "S1", 112.4, 28.6)
    made = edits.facility_changed(made, "S1", {"ambulances": 3})
    made = edits.facility_changed(made, "S1", {"ambulances": None, "beds": 5})
    assert [edit.verb for edit in made.edits] == ["move_facility", "change_facility"]
    assert made.edits[1].action.stated() == {"id": "S1", "ambulances": None, "beds": 5}
    assert edits.facility_changed(made, "S1", {}) == made
    gone = edits.facility_removed(made, "S1")
    assert [edit.verb for edit in gone.edits] == ["remove_facility"]


def test_order_off_note_and_names() -> None:
    made = scenario(STATION, RemoveFacility(id="S1"))
    assert edits.edit_moved(made, 0, 1).edits == made.edits[::-1]
    assert edits.edit_moved(made, 0, -1) == made
    assert edits.edit_moved(made, 1, 1) == made
    off = edits.edit_switched(made, 0)
    assert [edit.off for edit in off.edits] == [True, False]
    assert edits.edit_switched(off, 0) == made
    assert edits.edit_noted(off, 0, "说明").edits[0].off
    assert edits.edit_noted(made, 1, "说明").edits[1].note == "说明"
    assert edits.free_id("new", {"new-1", "new-3"}) == "new-2"
    assert edits.free_name("甲", {"甲", "甲 2"}) == "甲 3"
    assert edits.population_set(made, "v", 5).edits[2].verb == "set_population"


def test_the_best_of_a_row_is_none_where_all_are_alike() -> None:
    nan = float("nan")
    assert _best([1.0, 3.0, 3.0], more=True) == {1, 2}
    assert _best([1.0, 3.0, nan], more=False) == {0}
    assert _best([2.0, 2.0], more=True) == set()
    assert _best([nan, 2.0], more=True) == set()


def test_a_scenario_without_costs_takes_the_workspace_s() -> None:
    workspace = Workspace(costs={"beds": 3.0})
    assert workspace.priced(scenario()).costs == {"beds": 3.0}
    assert workspace.priced(scenario(costs={"nurses": 1})).costs == {"nurses": 1.0}


def test_page_files_and_report_have_the_same_unit_costs(county: Path) -> None:
    workspace = Workspace(
        folder=county, scenarios=(scenario(STATION),), current="甲", costs={"ambulances": 7}
    )
    app = opened("scenario", Session(workspace=workspace))
    label = text("scenario_page.cost", "zh")
    assert next(m.value for m in app.metric if m.label == label) == "7.0 以上"
    found = case(Session(workspace=workspace)).scenario
    assert found is not None
    assert found.costs == {"ambulances": 7}
    (piece,) = scenario_pieces([found])
    assert parse_scenario(piece.make().decode("utf-8"), "") == found


def test_a_saved_scenario_is_the_file_that_opens_again(county: Path) -> None:
    made = scenario(STATION, name="甲")
    app = page(county, made, current="甲")
    assert not app.exception
    assert "add_facility" in dump_scenario(made)
