"""Each edit gives what a folder that was edited by hand gives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from coverage.assessment.assess import assess_folder
from coverage.assessment.report import Report
from coverage.messages import LANGUAGES, Language, text
from coverage.problems import InputError
from coverage.scenario import words
from coverage.scenario.action import ConfigAction, RoadAction, TableAction
from coverage.scenario.apply import apply
from coverage.scenario.draft import Draft
from coverage.scenario.model import ACTIONS, VERBS, Edit
from coverage.scenario.run import assess_scenario, with_overrides
from coverage.scenario.words import edit_text
from tests.errors import input_error
from tests.rules_folder import FACILITIES, VILLAGES, write_folder
from tests.scenario_fixtures import CODE, assert_same, edit, scenario

V, F = VILLAGES.format(code=CODE), FACILITIES.format(code=CODE)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return assess_folder(write_folder(tmp_path_factory.mktemp("base") / "county"))


def by_hand(tmp_path: Path, **changed: str) -> Report:
    return assess_folder(write_folder(tmp_path / "hand", **changed))


def after(base: Report, *edits: Edit) -> Report:
    return assess_scenario(base, scenario(*edits))


STATION: dict[str, Any] = {
    "id": "n1",
    "name": "新站",
    "kind": "emergency_station",
    "lon": 112.34,
    "lat": 28.6,
    "ambulances": 1,
}

BY_HAND: dict[str, tuple[list[Edit], dict[str, str]]] = {
    "a station": (
        [edit("add_facility", **STATION)],
        {"facilities": F + "n1,新站,emergency_station,,,112.34,28.60,1\n"},
    ),
    "a station that names where it is": (
        [edit("add_facility", **STATION, township="东镇", village=f"{CODE}001202")],
        {"facilities": F + f"n1,新站,emergency_station,东镇,{CODE}001202,112.34,28.60,1\n"},
    ),
    "moved": (
        [edit("move_facility", id="s1", lon=112.35, lat=28.6)],
        {"facilities": F.replace("西街道,,112.20", ",,112.35")},
    ),
    "moved a little": (
        [edit("move_facility", id="s1", lon=112.21, lat=28.6)],
        {"facilities": F.replace("112.20", "112.21")},
    ),
    "removed": (
        [edit("remove_facility", id="h1")],
        {"facilities": "".join(r for r in F.splitlines(True) if not r.startswith("h1"))},
    ),
    "changed": (
        [edit("change_facility", id="h1", ambulances=2, kind="县医院")],
        {"facilities": F.replace("h1,东镇卫生院,township_hospital,东镇,,112.30,28.60,0",
                                 "h1,东镇卫生院,county_hospital,东镇,,112.30,28.60,2")},
    ),
    "not known": (
        [edit("change_facility", id="s1", ambulances=None)],
        {"facilities": F.replace("112.20,28.60,1", "112.20,28.60,")},
    ),
    "response": (
        [edit("set_response", turnout_min=1.5, access_detour=2, speeds_kph={"primary": 33})],
        {"more": "[response]\nturnout_min = 1.5\naccess_detour = 2.0\nspeeds_kph = {primary = 33}"},
    ),
    "speeds": (
        [edit("set_response", speed_profile="hunan"), edit("set_response", speed_factor=0.7)],
        {"more": '[response]\nspeed_profile = "hunan"\nspeed_factor = 0.7'},
    ),
    "a rule": (
        [
            edit("set_rule", id="ems-1030", parameters={"urban_limit_min": 1}),
            edit("set_rule", id="ems-1030", parameters={"rural_limit_min": 9}),
            edit("set_rule", id="ambulance-50k", enabled=True),
            edit("set_rule", id="hospice", enabled=False),
        ],
        {
            "more": "[rules.ems-1030]\nurban_limit_min = 1\nrural_limit_min = 9\n"
            "[rules.ambulance-50k]\nenabled = true\n[rules.hospice]\nenabled = false"
        },
    ),
    "more people": (
        [edit("grow", factor=1.1)],
        {"villages": V.replace("1000,220", "1100,220").replace("500,220", "550,220")
         .replace("60000,", "66000,")},
    ),
    "more people in one township": (
        [edit("grow", factor=0.5, townships=["西街道"])],
        {"villages": V.replace("60000,", "30000,")},
    ),
    "people of a village": (
        [edit("set_population", village=f"{CODE}001201", population=7)],
        {"villages": V.replace("1000,220", "7,220")},
    ),
    "a settlement": (
        [edit("add_village", code="x9", name="新村", township="东镇", population=800,
              area_class="121", lon=112.33, lat=28.605)],
        {"villages": V + "x9,新村,东镇,村,800,121,112.33,28.605\n"},
    ),
    "several": (
        [
            edit("add_facility", **STATION),
            edit("move_facility", id="n1", lon=112.31, lat=28.6),
            edit("change_facility", id="n1", ambulances=3),
            edit("remove_facility", id="s1"),
            edit("grow", factor=3, off=True),
        ],
        {"facilities": "".join(r for r in F.splitlines(True) if not r.startswith("s1"))
         + "n1,新站,emergency_station,,,112.31,28.60,3\n"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BY_HAND)
def test_an_edit_is_as_an_edited_folder(case: str, base: Report, tmp_path: Path) -> None:
    edits, changed = BY_HAND[case]
    assert_same(after(base, *edits), by_hand(tmp_path, **changed), 1e-9)


def roads(*ways: list[float], kph: str = "") -> str:
    nodes, refs, number = "", "", 0
    for way, places in enumerate(ways, 1):
        body = ""
        for lon in places:
            number += 1
            nodes += f'<node id="{number}" lat="28.60" lon="{lon}"/>'
            body += f'<nd ref="{number}"/>'
        refs += f'<way id="{way}">{body}<tag k="highway" v="primary"/>{kph}</way>'
    return f'<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">{nodes}{refs}</osm>'


WEST, EAST = [112.18, 112.20, 112.22, 112.26], [112.30, 112.35, 112.38]


def test_a_closed_bridge_is_as_a_road_that_was_cut(base: Report, tmp_path: Path) -> None:
    closed = after(base, edit("close_road", line=[[112.28, 28.59], [112.28, 28.61]]))
    cut = by_hand(tmp_path, roads=roads([*WEST, 112.28], [112.28, *EAST]))
    assert_same(closed, cut, 1e-5)  # a straight line on the map is not one in degrees
    minutes = closed.villages["response_min"].to_numpy()
    assert np.isnan(minutes[:2]).all()
    assert minutes[2] == base.villages["response_min"].iloc[2]


def test_a_closed_area_is_as_a_road_that_is_not_there(base: Report, tmp_path: Path) -> None:
    area = [[112.27, 28.59], [112.29, 28.59], [112.29, 28.61], [112.27, 28.61]]
    cut = by_hand(tmp_path, roads=roads([*WEST, 112.27], [112.29, *EAST]))
    assert_same(after(base, edit("close_road", area=area)), cut, 1e-5)


def test_a_slow_area_costs_just_its_length(base: Report) -> None:
    area = [[112.27, 28.59], [112.29, 28.59], [112.29, 28.61], [112.27, 28.61]]
    slow = after(base, edit("slow_road", area=area, factor=0.5))
    edges, places = base.network.edges, base.villages.geometry
    kph = edges.loc[edges["area_class"] == "rural", "speed_forward_kph"].iloc[0]
    metres = places.iloc[0].distance(places.iloc[1]) * 0.02 / 0.05
    more = slow.villages["response_min"] - base.villages["response_min"]
    assert more.tolist() == pytest.approx([metres / 1000 / kph * 60] * 2 + [0.0], abs=1e-4)


def test_speeds_and_slow_roads_go_together_in_either_order(base: Report) -> None:
    area = [[112.27, 28.59], [112.29, 28.59], [112.29, 28.61], [112.27, 28.61]]
    slow, faster = edit("slow_road", area=area, factor=0.5), edit("set_response", speed_factor=2)
    assert_same(after(base, slow, faster), after(base, faster, slow))


@pytest.mark.parametrize(("factor", "times", "kph"), [(0.01, 2, "0.004"), (3.0, 3, "1.08e+03")])
def test_slowing_again_and_again_ends_where_no_road_is_driven_so(
    base: Report, factor: float, times: int, kph: str
) -> None:
    area = [[112.27, 28.59], [112.29, 28.59], [112.29, 28.61], [112.27, 28.61]]
    slow = edit("slow_road", area=area, factor=factor)
    assert np.isfinite(after(base, slow).villages["response_min"]).any()
    with pytest.raises(InputError) as caught:
        after(base, *[slow] * 50)
    (problem,) = caught.value.problems
    assert problem.values["number"] == times
    assert kph in problem.text("en")
    assert "close_road" in problem.text("zh")


def test_a_road_edit_without_a_road_is_told(base: Report) -> None:
    found = after(base, edit("close_road", line=[[112.28, 28.65], [112.29, 28.65]]))
    assert_same(found, base)
    told = [p for p in found.quality if p.code == "scenario.in_edit"]
    assert [p.level for p in told] == ["warning"]
    assert "1" in told[0].text("zh")


def test_the_report_says_what_is_in_force(base: Report) -> None:
    found = assess_scenario(base, scenario(edit("grow", factor=2), name="<b>"))
    assert found.scenario == "<b>"
    assert base.scenario == ""
    assert found.parameters["scenario"]["edits"] == [{"grow": {"factor": 2.0}}]
    assert (found.quality[0].code, found.quality[0].level) == ("scenario.in_force", "note")


def test_a_scenario_without_edits_changes_no_figure(base: Report) -> None:
    assert_same(assess_scenario(base, scenario()), base)


def test_the_base_is_left_as_it_is(base: Report, tmp_path: Path) -> None:
    for edits, _ in BY_HAND.values():
        after(base, *edits)
    assert_same(base, by_hand(tmp_path))


def test_growth_keeps_a_townships_own_total_in_step(base: Report) -> None:
    county, _, _ = apply(base, scenario(edit("grow", factor=1.5)))
    assert county.townships["population"].isna().all()
    grown = apply(base, scenario(edit("set_population", village="河街社区", population=5)))
    assert grown.county.villages["population"].tolist() == [1000, 500, 5]


def test_overrides_are_the_countys_own_from_then_on(base: Report) -> None:
    overrides = {"ems-1030": {"urban_limit_min": 1}, "hospice": {"enabled": False}}
    found = with_overrides(base, overrides)
    assert found.scenario == ""
    ems = next(r for r in found.rules if r.rule.id == "ems-1030")
    assert ems.rule.values()["urban_limit_min"] == 1
    assert "hospice" not in [r.rule.id for r in found.rules]
    later = assess_scenario(found, scenario(edit("grow", factor=2)))
    kept = next(r for r in later.rules if r.rule.id == "ems-1030")
    assert kept.rule.values()["urban_limit_min"] == 1
    assert with_overrides(base, {}) is base


MISFITS: dict[str, tuple[Edit, str]] = {
    "id taken": (edit("add_facility", **{**STATION, "id": "s1"}), "“s1”"),
    "far away": (edit("add_facility", **{**STATION, "lon": 100}), "outside"),
    "swapped": (edit("add_facility", **{**STATION, "lon": 28.6, "lat": 90}), "outside"),
    "no township": (edit("add_facility", **STATION, township="东鎮"), "“东镇”"),
    "no village": (edit("add_facility", **STATION, village="东村庄"), "“东村”"),
    "move nobody": (edit("move_facility", id="s2", lon=112.2, lat=28.6), "“s1”"),
    "move far": (edit("move_facility", id="s1", lon=114, lat=28.6), "outside"),
    "remove nobody": (edit("remove_facility", id="zz"), "“zz”"),
    "change nobody": (edit("change_facility", id="S1", beds=1), "“s1”"),
    "no name": (edit("change_facility", id="s1", name=None), "“name”"),
    "elsewhere": (edit("close_road", line=[[100, 28], [101, 28]]), "20 km"),
    "road class": (edit("set_response", speeds_kph={"primry": 50}), "“primary”"),
    "profile": (edit("set_response", speed_profile="hunnan"), "hunan"),
    "rule": (edit("set_rule", id="ems-1031", enabled=True), "“ems-1030”"),
    "parameter": (edit("set_rule", id="ems-1030", parameters={"urban": 1}), "“urban_"),
    "bounds": (edit("set_rule", id="ems-1030", parameters={"urban_limit_min": 0}), "outside"),
    "type": (edit("set_rule", id="ems-1030", parameters={"urban_limit_min": "x"}), "number"),
    "grow nowhere": (edit("grow", factor=2, townships=["北镇"]), "township"),
    "nobody": (edit("set_population", village="0", population=1), "“0”"),
    "code taken": (
        edit("add_village", code=f"{CODE}001201", name="a", township="东镇", population=1,
             lon=112.3, lat=28.6),
        "another village",
    ),
    "settled outside": (
        edit("add_village", code="a", name="a", township="东镇", population=1, lon=112.5, lat=28.6),
        "2 km",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MISFITS)
def test_what_does_not_fit_the_county_is_said(case: str, base: Report) -> None:
    wrong, said = MISFITS[case]
    with pytest.raises(InputError) as caught:
        apply(base, scenario(edit("grow", factor=1), wrong))
    (line,) = caught.value.lines("en")
    assert line.startswith("edit 2: ")
    assert said in line
    assert caught.value.lines("zh")[0].startswith("第2条改动：")
    apply(base, scenario(wrong.model_copy(update={"off": True})))


def test_every_misfit_is_told_at_once_in_order(base: Report) -> None:
    with pytest.raises(InputError) as caught:
        apply(base, scenario(*(wrong for wrong, _ in MISFITS.values())))
    numbers = [p.values["number"] for p in caught.value.problems]
    # What a later edit states again is not looked at.
    wanted = [number for number, case in enumerate(MISFITS, 1) if case != "bounds"]
    assert numbers == wanted


def test_another_countys_scenario_is_refused(base: Report) -> None:
    with input_error("430903"):
        apply(base, scenario(code="430903"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_edit_has_words(base: Report, language: str) -> None:
    edits = [e for listed, _ in BY_HAND.values() for e in listed]
    edits.append(edit("close_road", line=[[112.28, 28.59], [112.28, 28.61]]))
    edits.append(edit("slow_road", area=[[112, 28], [113, 28], [113, 29]], factor=0.5))
    said = [edit_text(e, language, base.county) for e in edits]
    assert {e.verb for e in edits} == set(VERBS)
    assert all(said)
    assert not any("{" in words or "None" in words for words in said)
    moved = edit_text(edit("move_facility", id="s1", lon=1, lat=1), language, base.county)
    assert "县医院" in moved


@pytest.mark.parametrize("language", LANGUAGES)
def test_closed_and_slowed_roads_are_named(base: Report, language: Language) -> None:
    """Bridges first, three at most; a line that meets nothing says so."""
    edges = base.network.edges.iloc[[0, 0, 1, 1]].reset_index(drop=True)
    names = [f"路{row}" for row in range(len(edges))]
    edges["name"], edges["bridge"] = names, False
    edges.loc[edges.index[-1], "bridge"] = True
    network = replace(base.network, edges=edges)
    whole = edit("slow_road", area=[[111, 28], [114, 28], [114, 30], [111, 30]], factor=0.5)
    said = edit_text(whole, language, base.county, network)
    assert len(edges) > 3
    separator = text("scenario.road_separator", language)
    roads = separator.join([names[-1], *names[:2]])
    assert said.endswith(text("scenario.meets_more", language, roads=roads, count=len(edges)))
    nowhere = edit("close_road", line=[[100, 20], [100, 21]])
    said = edit_text(nowhere, language, base.county, network)
    assert said.endswith(text("scenario.meets_nothing", language))
    unnamed = replace(network, edges=edges.assign(name=""))
    assert edit_text(whole, language, base.county, unnamed) == edit_text(
        whole, language, base.county
    )


def test_every_verb_is_a_kind_of_action_of_one_of_three_sorts() -> None:
    """What is done, and in which words it is told, goes by the class: none is left out."""
    for verb, kind in ACTIONS.items():
        sorts = (TableAction, ConfigAction, RoadAction)
        assert sum(issubclass(kind, sort) for sort in sorts) == 1, verb
        assert not getattr(kind, "__abstractmethods__", None), verb
        assert words._values.dispatch(kind) is not words._values.dispatch(object), verb


def test_a_new_kind_of_edit_is_one_class_and_its_words(base: Report) -> None:
    class Rename(TableAction):
        id: str
        name: str

        def change(self, draft: Draft) -> None:
            draft.set_cells(draft.facility_row(self.id), {"name": self.name})

    class WithRename(Edit):
        rename: Rename | None = None

        @property
        def verb(self) -> str:
            return "rename"

    facility = str(base.county.facilities["id"].iloc[0])
    edits = (WithRename.model_construct(rename=Rename(id=facility, name="新名")),)
    made = scenario().model_copy(update={"edits": edits})
    assert apply(base, made).county.facilities["name"].iloc[0] == "新名"
    assert base.county.facilities["name"].iloc[0] != "新名"
