"""A scenario file gives back what was written, and says plainly what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from coverage.messages import LANGUAGES
from coverage.paths import ROOT
from coverage.problems import InputError
from coverage.scenario.columns import plain_line
from coverage.scenario.edits.settings import SetRule
from coverage.scenario.file import MAX_BYTES, dump_scenario, load_scenario, parse_scenario
from coverage.scenario.model import VERBS, Edit, Scenario
from tests.errors import input_error
from tests.examples import examples
from tests.scenario_fixtures import edit, scenario, write

HEAD = 'scenario: 1\nname: 新站\ncounty: "430902"\nedits:\n'

WHOLE = """scenario: 1
name: 桥北新站
county: '430902'
note: |-
  第一行
  第二行: 'x' # off
costs:
  emergency_station: 300
  ambulances: 40.5
edits:
  - add_facility:
      id: X1
      name: 桥北急救站
      kind: emergency_station
      lon: 112.3
      lat: 28.6
      ambulances: 2
      icu: null
    note: 先看看
  - close_road:
      line:
        - [112.3, 28.6]
        - [112.31, 28.61]
    off: true
  - set_response:
      turnout_min: 2.5
      speeds_kph:
        primary: 50
        trunk: null
  - set_rule:
      id: ems-1030
      parameters:
        urban_limit_min: 12
"""


def test_a_file_is_read_and_written_the_same() -> None:
    found = parse_scenario(WHOLE, "a.yaml")
    assert found.name == "桥北新站"
    assert found.note == "第一行\n第二行: 'x' # off"
    assert [e.verb for e in found.edits] == [
        "add_facility",
        "close_road",
        "set_response",
        "set_rule",
    ]
    assert found.edits[0].add_facility.cells == {"ambulances": 2, "icu": None}
    assert [number for number, _ in found.in_force()] == [1, 3, 4]
    assert dump_scenario(found) == WHOLE


def test_words_of_the_tables_may_be_written() -> None:
    text = HEAD + "  - add_facility: {id: a, name: b, kind: 急救站, lon: 1, lat: 2, level: 二级}\n"
    said = parse_scenario(text, "a.yaml").edits[0].add_facility
    assert said.kind == "emergency_station"
    assert said.cells == {"level": 2}


def test_yaml_words_that_are_no_words_here_stay_text() -> None:
    text = HEAD + "  - remove_facility: {id: no}\n    off: true\n    note: 12:30\n"
    found = parse_scenario(text, "a.yaml").edits[0]
    assert (found.remove_facility.id, found.off, found.note) == ("no", True, "12:30")
    assert parse_scenario(HEAD + "  - remove_facility: {id: 007}", "a").edits[0].action.id == "007"
    assert parse_scenario(HEAD + "  - remove_facility: {id: 43}", "a").edits[0].action.id == "43"


words = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), max_size=20)
names = st.text(min_size=1, max_size=20).filter(plain_line)
degrees = st.tuples(st.floats(-180, 180, allow_nan=False), st.floats(-90, 90, allow_nan=False))
edits = st.one_of(
    st.builds(lambda i, p: edit("move_facility", id=i, lon=p[0], lat=p[1]), names, degrees),
    st.builds(lambda i, n: edit("change_facility", id=i, ambulances=n), names, st.integers(0, 99)),
    st.builds(
        lambda n, p, k, note: edit(
            "add_facility", id=n, name=n, kind=k, lon=p[0], lat=p[1], beds=None, note=note
        ),
        names,
        degrees,
        st.sampled_from(["emergency_station", "other"]),
        st.text(max_size=30),
    ),
    st.builds(lambda f: edit("grow", factor=f), st.floats(0.01, 10)),
    st.builds(lambda n, o: edit("remove_facility", id=n, off=o), names, st.booleans()),
    st.builds(
        lambda n, v: edit("set_rule", id=n, parameters={plain_line(n): v}),
        names,
        st.one_of(st.booleans(), st.integers(-(10**9), 10**9), words, st.lists(words, max_size=3)),
    ),
)


@given(name=names, note=st.text(max_size=50), edits=st.lists(edits, max_size=4))
@examples(150)
def test_whatever_is_written_is_read_again(name: str, note: str, edits: list[Edit]) -> None:
    given_ = scenario(*edits, name=name, note=note, costs={"beds": 0.25})
    text = dump_scenario(given_).encode("utf-8").decode("utf-8")
    assert parse_scenario(text, "a.yaml") == given_


BAD = {
    "nothing": ("", "key: value"),
    "a list": ("- 1", "key: value"),
    "broken": ("a: [", "row 1"),
    "alias": (HEAD + "  - &x {grow: {factor: 2}}\n  - *x\n", "row 5"),
    "anchor": ("scenario: &a 1", "row 1"),
    "deep": ("a: " + "[" * 40 + "]" * 40, "row 1"),
    "deeper": ("[" * 100_000, "cannot be understood"),
    "tag": ("a: !!python/object:os.system x", "python/object"),
    "binary": ("a: !!binary aGk=", "binary"),
    "twice": ("scenario: 1\nscenario: 1", "row 2"),
    "key no word": ("? [1]\n: 2", "row 1"),
    "nul": ("a: \0", "cannot be understood"),
    "version": ("scenario: 2\nname: a\ncounty: '430902'", "“2”"),
    "no county": ("scenario: 1\nname: a", "“county” is missing"),
    "code": ("scenario: 1\nname: a\ncounty: 43", "six digits"),
    "unknown key": (HEAD + "edit: 1", "“edits”"),
    "unknown verb": (HEAD + "  - add_facilty: {}", "edit 1: “add_facilty”"),
    "two verbs": (HEAD + "  - {grow: {factor: 2}, remove_facility: {id: a}}", "only one"),
    "no verb": (HEAD + "  - {note: a}", "only one"),
    "null verb": (HEAD + "  - remove_facility:", "only one"),
    "no edit": (HEAD + "  - 5", "edit 1"),
    "column": (HEAD + "  - change_facility: {id: a, ambulance: 2}", "“ambulances”"),
    "place by change": (HEAD + "  - change_facility: {id: a, lon: 2}", "“change_facility.lon”"),
    "half": (HEAD + "  - change_facility: {id: a, ambulances: 1.5}", "whole number"),
    "negative": (HEAD + "  - change_facility: {id: a, ambulances: -1}", "whole number"),
    "yes": (HEAD + "  - change_facility: {id: a, icu: yes}", "true or false"),
    "kind": (HEAD + "  - add_facility: {id: a, name: a, kind: x, lon: 1, lat: 1}", "nursery"),
    "nothing changed": (HEAD + "  - change_facility: {id: a}", "what is to change"),
    "nan": (HEAD + "  - grow: {factor: .nan}", "number"),
    "true factor": (HEAD + "  - grow: {factor: true}", "number"),
    "too many people": (HEAD + "  - grow: {factor: 11}", "≤ 10"),
    "off the globe": (HEAD + "  - move_facility: {id: a, lon: 1, lat: 91}", "≤ 90"),
    "turnout": (HEAD + "  - set_response: {turnout_min: 61}", "≤ 60"),
    "speed": (HEAD + "  - set_response: {speeds_kph: {primary: 0}}", "speeds_kph.primary"),
    "one point": (HEAD + "  - close_road: {line: [[1, 1]]}", "too few"),
    "one place": (HEAD + "  - close_road: {line: [[1, 1], [1, 1]]}", "two different"),
    "both": (
        HEAD + "  - close_road: {line: [[1, 1], [2, 2]], area: [[1, 1], [2, 2], [1, 2]]}",
        "either",
    ),
    "neither": (HEAD + "  - close_road: {}", "either"),
    "bow tie": (HEAD + "  - close_road: {area: [[0, 0], [1, 1], [0, 1], [1, 0]]}", "crosses"),
    "flat": (HEAD + "  - slow_road: {area: [[0, 0], [1, 1], [2, 2]], factor: 0.5}", "crosses"),
    "cost": (HEAD.replace("edits", "costs: {ambulance: 3}\nedits"), "“ambulances”"),
    "negative cost": (HEAD.replace("edits", "costs: {beds: -3}\nedits"), "≥ 0"),
    "blank name": ("scenario: 1\nname: ' '\ncounty: '430902'", "not empty"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_is_said(case: str) -> None:
    text, said = BAD[case]
    with pytest.raises(InputError) as caught:
        parse_scenario(text, "a.yaml")
    lines = caught.value.lines("en")
    assert all(line.startswith("a.yaml") for line in lines)
    assert said in "\n".join(lines)
    assert len(caught.value.lines("zh")) == len(lines)


def test_every_problem_is_told_at_once_with_its_line() -> None:
    text = HEAD + (
        "  - add_facility: {id: a, kind: other, lon: 200, lat: 1, bed: 3}\n"
        "  - grow: {factor: 2}\n"
        "  - grow:\n"
        "      factor: 20\n"
    )
    with pytest.raises(InputError) as caught:
        parse_scenario(text, "a.yaml")
    found = {(p.rows, p.values["number"], p.values["body"].id) for p in caught.value.problems}
    assert found == {
        ((5,), 1, "scenario.key_unknown"),
        ((5,), 1, "scenario.key_missing"),
        ((5,), 1, "scenario.out_of_range"),
        ((8,), 3, "scenario.out_of_range"),
    }


def test_files_are_read_with_care(tmp_path: Path) -> None:
    good = tmp_path / "好.yaml"
    good.write_bytes(WHOLE.encode("gb18030"))
    assert load_scenario(good) == parse_scenario(WHOLE, "a")
    for language in LANGUAGES:
        with pytest.raises(InputError) as caught:
            load_scenario(tmp_path / "no.yaml")
        assert "no.yaml" in caught.value.lines(language)[0]
    big = write(tmp_path / "big.yaml", "#" * (MAX_BYTES + 1))
    with input_error("MB"):
        load_scenario(big)
    with pytest.raises(InputError):
        load_scenario(tmp_path)


def test_an_edit_is_made_from_its_action() -> None:
    made = Edit.of(SetRule(id="ems-1030", enabled=False), "为什么", off=True)
    assert made == edit("set_rule", id="ems-1030", enabled=False, note="为什么", off=True)
    assert made.verb in VERBS


def test_an_edit_cannot_be_changed() -> None:
    made = edit("grow", factor=2)
    with pytest.raises(ValidationError):
        made.off = True  # type: ignore[misc]


def test_a_scenario_survives_json() -> None:
    found = parse_scenario(WHOLE, "a.yaml")
    assert Scenario.model_validate_json(found.model_dump_json()) == found


@pytest.mark.parametrize("page", ["README.md", "README.zh.md", "docs/scenario.md"])
def test_what_the_documents_show_can_be_read(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    shown = [part for part in text.split("```yaml\n")[1:] if part.startswith("scenario:")]
    assert len(shown) == 1
    found = parse_scenario(shown[0].split("```")[0], page)
    assert [e.verb for e in found.edits] == ["add_facility", "close_road"]
