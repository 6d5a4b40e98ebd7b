"""``county.toml``: what is accepted, and what is said of the rest."""

from __future__ import annotations

import tomllib
from contextlib import suppress
from typing import Any

import pytest

from coverage.assessment.assess import assess_folder
from coverage.county.config import examine_config, load_config
from coverage.county.sources import source_path
from coverage.problems import InputError, Problem, Problems
from tests import county_fixtures as fixtures


def _problems(tmp_path, toml: object) -> tuple[Problem, ...]:
    folder = fixtures.write_county(tmp_path, toml=toml)
    with pytest.raises(InputError) as caught:
        load_config(folder)
    for problem in caught.value.problems:
        assert problem.file == "county.toml"
        assert problem.text("zh")
        assert problem.text("en")
    return caught.value.problems


def test_the_design_s_own_example(tmp_path):
    toml = """
[county]
name = "资阳区"
name_en = "Ziyang District"
code = "430902"
illustrative = true
[sources]
townships = "townships.geojson"
villages = { path = "villages.xlsx", sheet = "村", datum = "gcj02" }
facilities = "facilities.csv"
roads = "roads.osm.pbf"
[response]
turnout_min = 3.0
access_speed_kph = 10.0
access_detour = 1.3
max_access_m = 3000
speed_profile = "hunan"
speed_factor = 1.0
[response.speeds_kph]
primary = 60
[rules.ems-1030]
urban_limit_min = 10
[rules.community-centre-50k]
enabled = true
"""
    config = load_config(fixtures.write_county(tmp_path, toml=toml))
    assert config.county.code == "430902"
    assert config.sources.villages.sheet == "村"
    assert config.sources.villages.datum == "gcj02"
    assert config.sources.roads.path == "roads.osm.pbf"
    assert config.sources.population is None
    assert config.response.speeds_kph == {"primary": 60}
    assert config.rules == {
        "ems-1030": {"urban_limit_min": 10},
        "community-centre-50k": {"enabled": True},
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_file_that_notepad_saved(tmp_path, encoding):
    content = fixtures.TOML.replace("\n", "\r\n").encode(encoding)
    config = load_config(fixtures.write_county(tmp_path, toml=content))
    assert config.county.name == "试验区"


CASES = [
    ("[response]\nturnout = 3", "key_unknown", 13, "turnout_min"),
    ("[respons]\nx = 1", "key_unknown", 12, "response"),
    ("[response]\nturnout_min = -1", "key_range", 13, "≥ 0"),
    ("[response]\nspeed_factor = 0.049", "key_range", 13, "≥ 0.05"),
    ("[response]\naccess_speed_kph = 1e-300", "key_range", 13, "≥ 0.5"),
    ("[response]\nnext_road_m = -1", "key_range", 13, "≥ 0"),
    ("[response]\nturnout_min = 61", "key_range", 13, "≤ 60"),
    ("[response]\nturnout_min = 'three'", "key_number", 13, "three"),
    ("[response]\nturnout_min = '3'", "key_number", 13, "3"),
    ("[response]\nturnout_min = true", "key_number", 13, "True"),
    ("[response]\nturnout_min = nan", "key_number", 13, "nan"),
    ("[response]\nspeed_profile = 3", "key_text", 13, "3"),
    ("[response.speeds_kph]\nprimary = 1e-300", "key_range", 13, "≥ 1"),
    ("[response.speeds_kph]\nprimary = 'fast'", "key_number", 13, "fast"),
    ("[rules]\nems-1030 = 3", "key_table", 13, "ems-1030"),
]


@pytest.mark.parametrize(("more", "code", "line", "said"), CASES)
def test_a_bad_entry_says_its_line(tmp_path, more, code, line, said):
    problems = _problems(tmp_path, f"{fixtures.TOML}{more}\n")
    assert [(p.code, p.rows) for p in problems] == [(f"county.{code}", (line,))]
    assert said in problems[0].text("zh")
    assert said in problems[0].text("en")


VILLAGES = 'villages = {{ path = "villages.csv", {} }}'


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ('code = "430902"', "code = 430902", "key_text", "430902"),
        ('code = "430902"', 'code = "４３０９０２"', "key_code", "01-99"),
        ('code = "430902"', 'code = "430900"', "key_code", "430900"),
        ('code = "430902"', 'code = "430000"', "key_code", "430000"),
        ('code = "430902"', 'code = "000000"', "key_code", "000000"),
        ('code = "430902"', 'code = "830101"', "key_code", "11-82"),
        ("illustrative = true", 'illustrative = "yes"', "key_true_false", "yes"),
        ('villages = "villages.csv"', VILLAGES.format('sheet = "x"'), "sheet_unused", "sheet"),
        ('villages = "villages.csv"', VILLAGES.format('layer = "x"'), "layer_unused", "layer"),
        ('code = "430902"', 'code = "43090"', "key_code", "43090"),
        ('code = "430902"', 'code = "４３０９０２a"', "key_code", "county.code"),
        ('name = "试验区"', 'name = ""', "key_empty", "county.name"),
        ("illustrative = true", 'illustrative = "maybe"', "key_true_false", "maybe"),
        ("illustrative = true", "ilustrative = true", "key_unknown", "illustrative"),
        ('villages = "villages.csv"', "villages = 3", "key_table", "sources.villages"),
        (
            'villages = "villages.csv"',
            'villages = { path = "villages.csv", shet = "a" }',
            "key_unknown",
            "sheet",
        ),
        (
            'villages = "villages.csv"',
            'villages = { path = "villages.csv", datum = "gcj" }',
            "key_datum",
            "gcj02",
        ),
        (
            'villages = "villages.csv"',
            'villages = { path = "villages.csv", datum = "EPSG:99999" }',
            "key_datum",
            "EPSG:99999",
        ),
    ],
)
def test_a_bad_value(tmp_path, old, new, code, said):
    assert old in fixtures.TOML
    problems = _problems(tmp_path, fixtures.TOML.replace(old, new))
    assert [p.code for p in problems] == [f"county.{code}"]
    line = next(i for i, text in enumerate(fixtures.TOML.splitlines(), 1) if text == old)
    assert problems[0].rows == (line,)
    assert said in problems[0].text("zh")


def test_missing_keys_and_sections(tmp_path):
    toml = fixtures.TOML.replace('roads = "roads.geojson"\n', "").replace("code =", "kode =")
    found = {(p.code, p.values["key"]) for p in _problems(tmp_path, toml)}
    assert found == {
        ("county.key_missing", "sources.roads"),
        ("county.key_missing", "county.code"),
        ("county.key_unknown", "county.kode"),
    }
    assert {p.code for p in _problems(tmp_path, "")} == {"county.key_missing"}


@pytest.mark.parametrize(
    ("toml", "rows"),
    [
        ("[county]\nname = 资阳\n", (2,)),
        ("[county\n", (1,)),
        ("a = 1\na = 2\n", (2,)),
        ("a = " + "[" * 5000, None),
        (b"\xff\xff\xff\x00", None),
        (b"\x00" * 100, None),
    ],
)
def test_a_file_that_is_no_toml(tmp_path, toml, rows):
    problems = _problems(tmp_path, toml)
    assert len(problems) == 1
    assert problems[0].code in {
        "county.toml_broken",
        "county.toml_unclosed",
        "county.toml_unquoted",
        "county.toml_too_deep",
        "county.toml_twice",
        "county.encoding",
    }
    if rows is not None:
        assert problems[0].rows == rows


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ('roads = "data\\villages.shp"', "toml_backslash", "single quotes"),
        ('roads = "D:\\users\\r.shp"', "toml_backslash", "forward slashes"),
        ('roads = "data\\new.shp"', "key_control", "forward slashes"),
        ('roads = "data\\temp.shp"', "key_control", "single quotes"),
        ("roads = \u201croads.shp\u201d", "toml_punctuation", "“\u201c”"),
        ('roads \uff1d "roads.shp"', "toml_punctuation", "write ="),
        ("\u3010rules\u3011", "toml_punctuation", "write ["),
        ('roads\uff1a"roads.shp"', "toml_punctuation", "write :"),
        ('道路 = "roads.shp"', "toml_bare_key", "plain letters"),
        ("[规则]", "toml_bare_key", "plain letters"),
        ("roads = roads.shp", "toml_unquoted", "no quotes"),
        ('roads = "roads.shp', "toml_unclosed", 'missing "'),
        ("[rules", "toml_unclosed", "missing ]"),
        ('roads = { path = "roads.shp"', "toml_unclosed", "missing }"),
    ],
)
def test_the_cause_and_the_row_of_what_is_no_toml(tmp_path, line, code, said):
    toml = fixtures.TOML.replace('roads = "roads.geojson"', line)
    row = 1 + toml.splitlines().index(line)
    for bytes_ in (toml.encode(), toml.encode("utf-8-sig"), toml.encode("utf-16")):
        (problem,) = (p for p in _problems(tmp_path, bytes_) if p.code == f"county.{code}")
        assert problem.rows == (row,)
        assert said in problem.text("en")
        assert problem.text("zh")


def test_marks_in_texts_and_comments_are_no_fault(tmp_path):
    toml = fixtures.TOML.replace("试验区", "“试验”区（新）").replace(
        "[sources]", "[sources]  # 【来源】"
    )
    (tmp_path / "county.toml").write_text(toml, encoding="gb18030")
    for name in ("townships.geojson", "villages.csv", "facilities.csv", "roads.geojson"):
        (tmp_path / name).touch()
    assert load_config(tmp_path).county.name == "“试验”区（新）"


@pytest.mark.parametrize("more", ["[county]\nx = 1", "[response]\na = 1\na = 2\nb = 3"])
def test_what_stands_twice_is_said_so(tmp_path, more):
    (problem,) = _problems(tmp_path, f"{fixtures.TOML}{more}\n")
    assert problem.code == "county.toml_twice"
    assert problem.rows == ((12,) if "county" in more else (14,))
    assert ("[county]" if "county" in more else "a = 2") in problem.text("zh")


@pytest.mark.parametrize(
    ("path", "datum", "refused"),
    [
        ("r.osm", "EPSG:4546", True),
        ("r.osm.pbf", "EPSG:4546", True),
        ("r.graphml", "EPSG:4546", True),
        ("r.osm", "EPSG:4326", False),
        ("r.osm", "gcj02", False),
        ("r.gpkg", "EPSG:4546", False),
    ],
)
def test_a_datum_that_would_not_be_used(tmp_path, path, datum, refused):
    roads = f'roads = {{ path = "{path}", datum = "{datum}" }}'
    toml = fixtures.TOML.replace('roads = "roads.geojson"', roads)
    found = Problems()
    examine_config(fixtures.write_county(tmp_path, toml=toml), found)
    assert [p.code for p in found] == (["county.datum_unused"] if refused else [])


def test_the_rest_of_a_file_with_a_bad_value_is_looked_at_too(tmp_path):
    more = """[rules.ems-1031]
enabled = true
[rules.ems-1030]
urban_limit = 5
[response]
turnout_min = -1
speed_profile = "hunna"
speeds_kph = { primry = 3 }
"""
    toml = fixtures.TOML.replace('"430902"', '"430900"') + more
    folder = fixtures.write_county(tmp_path, toml=toml)
    with pytest.raises(InputError) as caught:
        assess_folder(folder)
    assert [(p.code, p.rows) for p in caught.value.problems][:4] == [
        ("county.key_code", (4,)),
        ("county.key_range", (17,)),
        ("rules.unknown_rule", (12,)),
        ("rules.unknown_parameter", (15,)),
    ]
    assert {p.column for p in caught.value.problems[4:]} == {
        "response.speed_profile",
        "response.speeds_kph.primry",
    }


def test_no_folder_and_no_file(tmp_path):
    with pytest.raises(InputError) as caught:
        load_config(tmp_path / "nowhere")
    assert [p.code for p in caught.value.problems] == ["county.folder_missing"]
    assert [p.code for p in _problems(tmp_path, None)] == ["county.file_missing"]


def test_source_path_is_inside_and_exists(tmp_path):
    folder = fixtures.write_county(tmp_path)
    sources = load_config(folder).sources
    assert source_path(folder, sources.roads) == (folder / "roads.geojson").resolve()
    assert source_path(folder, sources.roads.model_copy(update={"path": ".\\roads.geojson"}))


def test_how_lines_of_roads_join(tmp_path):
    def toml(roads: str) -> str:
        return fixtures.TOML.replace('"roads.geojson"', roads)

    def told(roads: str) -> Problem:
        (problem,) = _problems(tmp_path, toml(roads))
        return problem

    for option, value in (("crossings", '"join"'), ("join_m", "2.0")):
        stated = toml(f'{{ path = "a.osm", {option} = {value} }}')
        found = Problems()
        examine_config(fixtures.write_county(tmp_path, toml=stated), found)
        assert [p.code for p in found] == ["county.join_unused"]
        assert f"sources.roads.{option}" in found[0].text("en")
    assert "join_m" in told('{ path = "a.shp", join_m = 51 }').text("zh")
    assert "crossings" in told('{ path = "a.shp", crossings = "jion" }').text("en")
    stated = toml('{ path = "a.shp", join_m = 0, crossings = "apart" }')
    roads = load_config(fixtures.write_county(tmp_path, toml=stated)).sources.roads
    assert (roads.join_m, roads.crossings) == (0, "apart")


@pytest.mark.parametrize(
    "changed",
    [{}, {"toml": fixtures.TOML + '\n[response]\nturnout_min = "x"\n'}, {"villages": "name\nx\n"}],
)
def test_county_toml_is_parsed_once(
    tmp_path, monkeypatch: pytest.MonkeyPatch, changed: dict[str, str]
) -> None:
    folder = fixtures.write_county(tmp_path, **changed)
    parsed: list[str] = []
    loads = tomllib.loads

    def count(text: str) -> dict[str, Any]:
        if "[sources]" in text:
            parsed.append(text)
        return loads(text)

    monkeypatch.setattr(tomllib, "loads", count)
    with suppress(InputError):
        assess_folder(folder)
    assert len(parsed) == 1


def test_each_problem_is_told_once(tmp_path) -> None:
    """Of county.toml, of its rules, of a table, and of the roads, which two parts look for."""
    toml = fixtures.TOML.replace('roads = "roads.geojson"', 'roads = "a.osm"')
    toml += '\n[response]\nturnout_min = "x"\nspeed_profile = "nowhere"\n'
    toml += "[rules.ems-1031]\nenabled = true\n"
    folder = fixtures.write_county(tmp_path, toml=toml, villages="name\nx\n")
    with pytest.raises(InputError) as caught:
        assess_folder(folder)
    told = [problem.text("en") for problem in caught.value.problems]
    codes = {problem.code for problem in caught.value.problems}
    assert codes >= {
        "county.key_number",
        "rules.unknown_rule",
        "county.column_missing",
        "county.file_missing",
        "network.unknown_profile",
    }
    assert sorted(set(told)) == sorted(told)


def test_a_collector_takes_in_what_is_raised_and_goes_on() -> None:
    problems = Problems()
    assert not problems.has_errors
    with problems.collecting():
        raise InputError([Problem("errors.disk_full"), Problem("errors.no_access", level="note")])
    with problems.collecting():
        problems.append(Problem("errors.read_only", level="note"))
    assert [p.code for p in problems] == [
        "errors.disk_full",
        "errors.no_access",
        "errors.read_only",
    ]
    assert problems.has_errors
    with pytest.raises(InputError) as caught:
        problems.raise_if_errors()
    assert caught.value.problems == tuple(problems)
    Problems(problems[1:]).raise_if_errors()
    with pytest.raises(ZeroDivisionError), problems.collecting():
        raise ZeroDivisionError
