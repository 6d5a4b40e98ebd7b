"""The rules page: the catalogue, figures that hold at once or in the county, an own rule."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest
import yaml
from streamlit.testing.v1 import AppTest

from coverage.messages import LANGUAGES, Language, text
from coverage.paths import DEMONSTRATION
from coverage.rules.authoring.rule_file import rule_text
from coverage.rules.catalogue.load import load_catalogue
from coverage.rules.registry import forms
from coverage.ui.state import Session
from coverage.workspace.model import Workspace
from tests.demonstration import demonstration_report
from tests.ui_app import opened, run, shown, workspace_fixture, workspace_of  # noqa: F401 - fixture

# The caches stay: every test works on the same demonstration county, or on a copy of its own.


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Return a county that may be written into."""
    folder = tmp_path / "county"
    shutil.copytree(DEMONSTRATION, folder)
    return folder


def page(
    folder: Path, rule: str | None = None, language: Language = "zh", **workspace: object
) -> AppTest:
    made = Session(workspace=Workspace(folder=folder, language=language, **workspace), rule=rule)
    app = opened("rules", made)
    assert not app.exception
    assert not app.error, [e.value for e in app.error]
    return app


def field(app: AppTest, kind: str, name: str, place: int = 0) -> object:
    """Return the field whose key begins as the parameter's does."""
    found = [w for w in app.get(kind) if w.key and f"-{name}-" in w.key]
    return found[place]


def effect(app: AppTest) -> list[list[str]]:
    title = text("rules_page.column_turn", "zh")
    return next(t.value for t in app.table if title in t.value).to_numpy().tolist()


def catalogue(app: AppTest) -> list[str]:
    return [title.replace("\n", "") for title in app.dataframe[0].value.iloc[:, 0]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_rules_tested_here_with_clause_reading_and_columns(language: Language) -> None:
    app = page(DEMONSTRATION, "township-hospital", language)
    table = app.dataframe[0].value
    assert len(table) == len(demonstration_report().rules)
    rule = load_catalogue()["township-hospital"]
    title = rule.title.zh if language == "zh" else rule.title.en
    blank = "" if language == "zh" else " "
    assert title in [words.replace("\n", blank) for words in table.iloc[:, 0]]
    told = shown(app).replace("\\", "")
    assert (rule.reading.zh if language == "zh" else rule.reading.en) in told
    assert "益资政办发〔2023〕20号" in told
    needs = text("rules_page.needs", language, columns="@").split("@")[0]
    assert needs.strip() in told


def test_the_catalogue_is_searched_by_kind_scope_and_word() -> None:
    app = page(DEMONSTRATION)
    app.session_state["rules-scope-zh"] = "all"
    app.run()
    own = len(list((DEMONSTRATION / "rules").glob("*.yaml")))
    assert len(catalogue(app)) == len(load_catalogue()) + own
    app.session_state["rules-scope-zh"] = "own"
    app.run()
    assert len(catalogue(app)) == own
    app.session_state["rules-scope-zh"] = "all"
    app.text_input(key="rules-search").set_value("株卫发〔2022〕9号").run()
    assert 5 < len(catalogue(app)) < len(load_catalogue())
    app.text_input(key="rules-search").set_value("EMS-1030").run()
    assert catalogue(app) == [load_catalogue()["ems-1030"].title.zh]
    app.text_input(key="rules-search").set_value("<script>").run()
    assert text("rules_page.none_found", "zh") in shown(app)


def test_a_rule_that_does_not_apply_here_can_be_read() -> None:
    app = page(DEMONSTRATION, "sub-centres-wendeng")
    app.session_state["rules-scope-zh"] = "all"
    app.run()
    assert load_catalogue()["sub-centres-wendeng"].reading.zh[:12] in shown(app).replace("\\", "")


def test_a_changed_figure_holds_at_once_and_its_effect_is_shown() -> None:
    app = page(DEMONSTRATION, "ems-1030")
    assert effect(app)[0][-1] == text("ui.outcome_same", "zh")
    field(app, "number_input", "urban_limit_min").set_value(15.0).run()
    assert not app.exception
    assert workspace_of(app).overrides == {"ems-1030": {"urban_limit_min": 15.0}}
    (line,) = effect(app)
    # 45,356 residents in town and 11,528 in the countryside were late; in 15 minutes 3,039 still
    # are in town.
    assert line[4] == r"60\,783 人 → **18\,466 人**"
    assert line[-1] == text("ui.outcome_better", "zh")
    assert any("ems" in info.value for info in app.info)
    assert text("rules_page.state_tried", "zh") in app.dataframe[0].value.to_csv()


def test_going_back_to_the_countys_figure_leaves_nothing_behind() -> None:
    app = page(DEMONSTRATION, "ems-1030")
    field(app, "number_input", "urban_limit_min").set_value(15.0).run()
    field(app, "number_input", "urban_limit_min").set_value(10.0).run()
    assert workspace_of(app).overrides == {}
    field(app, "number_input", "urban_limit_min").set_value(12.0).run()
    app.button(key="values-drop").click().run()
    assert workspace_of(app).overrides == {}
    assert field(app, "number_input", "urban_limit_min").value == 10.0


def test_a_list_of_words_is_changed() -> None:
    app = page(DEMONSTRATION, "ems-1030")
    field(app, "multiselect", "urban_classes").set_value(["urban", "111", "112", "121"]).run()
    assert workspace_of(app).overrides["ems-1030"]["urban_classes"] == [
        "urban",
        "111",
        "112",
        "121",
    ]


def test_a_rule_is_dropped_and_brought_in() -> None:
    app = page(DEMONSTRATION, "township-hospital")
    field(app, "toggle", "enabled").set_value(False).run()
    assert workspace_of(app).overrides == {"township-hospital": {"enabled": False}}
    (line,) = effect(app)
    assert line[1].endswith(f"**{text('rules_page.not_tested', 'zh')}**")
    app = page(DEMONSTRATION, "elder-friendly", overrides={"elder-friendly": {"enabled": False}})
    assert field(app, "toggle", "enabled").value is False


def test_a_condition_that_is_none_is_told_and_changes_nothing() -> None:
    app = page(DEMONSTRATION, "tcm-hall")
    field(app, "multiselect", "quality").set_value(["tcm_hal"]).run()
    assert not app.exception
    assert workspace_of(app).overrides == {}
    assert any(r"tcm\_hall" in error.value for error in app.error)
    assert "Traceback" not in shown(app)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_number_out_of_its_bounds_is_told_below_its_field_and_not_taken(
    language: Language,
) -> None:
    app = page(DEMONSTRATION, "ems-1030", language)
    field(app, "number_input", "urban_limit_min").set_value(99999.0).run()
    assert not app.exception
    assert workspace_of(app).overrides == {}
    bounds = text("report.bounds_both", language, low="1", high="120")
    value = "99,999 分钟" if language == "zh" else "99,999 min"
    told = text("rules_page.out_of_range", language, value=value, bounds=bounds)
    assert told in app.error[0].value.replace("\\", "")
    assert len(app.error) == 1
    field(app, "number_input", "urban_limit_min").set_value(12.0).run()
    assert not app.error
    assert workspace_of(app).overrides == {"ems-1030": {"urban_limit_min": 12.0}}


def test_figures_saved_on_the_workspace_are_in_the_fields() -> None:
    app = page(DEMONSTRATION, "ems-1030", overrides={"ems-1030": {"urban_limit_min": 14.0}})
    assert field(app, "number_input", "urban_limit_min").value == 14.0
    county = text("rules_page.county_has", "zh", value="10")
    assert county in field(app, "number_input", "urban_limit_min").label


def test_a_figure_is_saved_to_the_county_with_its_comments(own: Path) -> None:
    app = page(own, "ems-1030")
    field(app, "number_input", "urban_limit_min").set_value(12.0).run()
    app.button(key="values-save").click().run()
    assert not app.exception
    assert not app.error
    settings = (own / "county.toml").read_text(encoding="utf-8")
    assert tomllib.loads(settings)["rules"]["ems-1030"] == {"urban_limit_min": 12.0}
    assert "# 从派车到车轮转动" in settings
    assert workspace_of(app).overrides == {}
    assert workspace_of(app).folder == own
    assert field(app, "number_input", "urban_limit_min").value == 12.0
    told = text("rules_page.county_has_own", "zh", value="10")
    assert told in field(app, "number_input", "urban_limit_min").label
    assert any(success.value for success in app.success)


def test_the_demonstration_county_is_copied_before_it_is_changed(planner_home: Path) -> None:
    before = (DEMONSTRATION / "county.toml").read_bytes()
    app = page(DEMONSTRATION, "ems-1030")
    field(app, "number_input", "urban_limit_min").set_value(12.0).run()
    app.button(key="values-save").click().run()
    assert not app.error
    folder = workspace_of(app).folder
    assert folder is not None
    assert folder.is_relative_to(planner_home)
    assert (DEMONSTRATION / "county.toml").read_bytes() == before
    stated = tomllib.loads((folder / "county.toml").read_text(encoding="utf-8"))
    assert stated["rules"]["ems-1030"]["urban_limit_min"] == 12.0
    assert text("rules_page.copied", "zh") in "".join(s.value for s in app.success).replace(
        "\\", ""
    )


def test_figures_that_no_longer_fit_can_be_dropped() -> None:
    made = Session(workspace=Workspace(folder=DEMONSTRATION, overrides={"gone": {"enabled": True}}))
    app = opened("rules", made)
    assert not app.exception
    assert app.error
    app.button(key="rules-drop-all").click().run()
    assert not app.error
    assert workspace_of(app).overrides == {}


# A rule of one's own


def form(folder: Path, kind: str = "response_from") -> AppTest:
    app = page(folder)
    app.session_state["rules-part-zh"] = "form"
    app.run()
    next(s for s in app.selectbox if s.key == "own-form--zh").set_value(kind).run()
    assert not app.exception
    return app


def fill(app: AppTest, kind: str, name: str, value: object) -> None:
    next(w for w in app.get(kind) if w.key and w.key.endswith(f"-{name}")).set_value(value)


def press(app: AppTest, message: str) -> None:
    label = text(message, "zh")
    next(b for b in app.button if b.label == label).click().run()
    assert not app.exception


def test_what_is_not_filled_in_is_named(own: Path) -> None:
    app = form(own, "share_quality")
    press(app, "rules_page.form_try")
    (error,) = app.error
    for name in ("rules_page.form_title", "rules_page.form_id", "rules.parameter_quality"):
        assert text(name, "zh") in error.value


def test_a_day_that_is_none_is_told_with_its_field_and_wide_digits_are_read(own: Path) -> None:
    app = form(own)
    fill(app, "text_input", "title", "x")
    fill(app, "text_input", "id", "own-day")
    fill(app, "text_input", "deadline", "2027-02-30")
    fill(app, "text_input", "date", "soon")
    press(app, "rules_page.form_save")
    (error,) = app.error
    for name, words in (("form_deadline_short", "2027\\-02\\-30"), ("form_date", "soon")):
        label = text(f"rules_page.{name}", "zh")
        assert text("rules_page.form_no_day", "zh", name=label, words=words) in error.value
    assert not (own / "rules" / "own-day.yaml").exists()
    fill(app, "text_input", "deadline", "２０２７－０６")
    fill(app, "text_input", "date", "2024-01-31")
    press(app, "rules_page.form_save")
    assert not app.error
    written = yaml.safe_load((own / "rules" / "own-day.yaml").read_text(encoding="utf-8"))
    assert written["sources"][0]["deadline"] == "2027-06"


def test_numbers_out_of_their_bounds_are_told_with_their_fields(own: Path) -> None:
    app = form(own)
    fill(app, "text_input", "title", "x")
    fill(app, "text_input", "id", "own-bounds")
    fill(app, "number_input", "urban_limit_min", -5.0)
    fill(app, "number_input", "required_share", 1.5)
    press(app, "rules_page.form_save")
    (error,) = app.error
    for name, value in (("urban_limit_min", "-5"), ("required_share", "1.5")):
        label = text(f"rules.parameter_{name}", "zh")
        assert label in error.value
        assert f"现在是 {value}。" in error.value
    assert not (own / "rules" / "own-bounds.yaml").exists()


def test_what_the_form_settles_is_shown_in_words_and_what_is_not_stated_not_at_all(
    own: Path,
) -> None:
    app = form(own)
    fill(app, "text_input", "title", "十分钟")
    fill(app, "text_input", "id", "own-ten")
    fill(app, "text_input", "date", "")
    press(app, "rules_page.form_save")
    assert [success.value for success in app.success]
    again = page(own, "own-ten")
    assert not [w for w in again.text_input if w.value == "from_facility"]
    told = shown(again).replace("\\", "")
    assert "**《本县自定》，目标**" in told
    place = catalogue(again).index("十分钟")
    assert again.dataframe[0].value[text("ui.column_clause", "zh")].iloc[place] == "本县自定"


def test_what_may_be_empty_says_so_and_what_must_not_does_not(own: Path) -> None:
    asked = text("rules.parameter_facility_kinds", "zh")
    for kind, label in (
        ("presence_county", text("rules_page.every_if_empty", "zh", label=asked)),
        ("response_to", asked),
    ):
        app = form(own, kind)
        found = [w.label for w in app.multiselect if (w.key or "").endswith("-facility_kinds")]
        assert found == [label]


def test_a_rule_is_tried_without_being_saved(own: Path) -> None:
    app = form(own)
    fill(app, "text_input", "title", "<script>十分钟</script>")
    fill(app, "text_input", "id", "own-ten")
    press(app, "rules_page.form_try")
    assert not app.error
    told = shown(app)
    assert "60,783" in told.replace("\\", "")
    assert "<script>" not in told.replace("\\<", "")
    assert not (own / "rules" / "own-ten.yaml").exists()


def test_a_rule_is_saved_tested_and_removed(own: Path) -> None:
    app = form(own, "staffing")
    fill(app, "text_input", "title", "每个卫生院3名护士")
    fill(app, "text_input", "id", "own-nurses-3")
    fill(app, "selectbox", "column", "nurses")
    fill(app, "multiselect", "facility_kinds", ["township_hospital"])
    fill(app, "number_input", "minimum", 3.0)
    press(app, "rules_page.form_save")
    assert not app.error
    written = yaml.safe_load((own / "rules" / "own-nurses-3.yaml").read_text(encoding="utf-8"))
    assert written["parameters"]["column"]["value"] == "nurses"
    assert written["title"] == {"zh": "每个卫生院3名护士", "en": "每个卫生院3名护士"}
    again = page(own, "own-nurses-3")
    assert "每个卫生院3名护士" in catalogue(again)
    again.button(key="rule-remove").click().run()
    assert not again.error
    assert not (own / "rules" / "own-nurses-3.yaml").exists()
    assert "每个卫生院3名护士" not in catalogue(again)


def test_an_id_that_is_taken_is_refused_in_words(own: Path) -> None:
    app = form(own)
    fill(app, "text_input", "title", "x")
    for taken in ("ems-1030", "../x"):
        fill(app, "text_input", "id", taken)
        press(app, "rules_page.form_save")
        assert len(app.error) == 1
        assert "Traceback" not in app.error[0].value
    fill(app, "text_input", "id", "own-station-gps")
    before = (own / "rules" / "own-station-gps.yaml").read_bytes()
    press(app, "rules_page.form_save")
    assert len(app.error) == 1
    assert (own / "rules" / "own-station-gps.yaml").read_bytes() == before


def test_a_rule_of_the_countys_own_is_opened_and_replaced(own: Path) -> None:
    app = page(own)
    app.session_state["rules-part-zh"] = "form"
    app.run()
    app.selectbox(key="own-pattern-zh").set_value("own-station-gps").run()
    fill(app, "number_input", "minimum", 2.0)
    press(app, "rules_page.form_save")
    assert not app.error
    written = yaml.safe_load((own / "rules" / "own-station-gps.yaml").read_text(encoding="utf-8"))
    assert written["parameters"]["minimum"]["value"] == 2.0
    assert written["parameters"]["facility_kinds"]["value"] == ["community_station"]


def test_what_the_form_does_not_ask_for_stays_as_the_file_has_it(own: Path) -> None:
    path = own / "rules" / "own-rural-service-10.yaml"
    stated = yaml.safe_load(path.read_text(encoding="utf-8"))
    second = {**stated["sources"][0], "clause": "§44"}
    stated["sources"].append(second)
    path.write_text(rule_text(stated), encoding="utf-8")
    app = page(own)
    app.session_state["rules-part-zh"] = "form"
    app.run()
    app.selectbox(key="own-pattern-zh").set_value("own-rural-service-10").run()
    fill(app, "number_input", "limit_min", 12.0)
    fill(app, "text_input", "clause", "§5")
    press(app, "rules_page.form_save")
    assert not app.error
    stated["parameters"]["limit_min"]["value"] = 12.0
    stated["sources"][0] = {**stated["sources"][0], "clause": "§5"}
    assert yaml.safe_load(path.read_text(encoding="utf-8")) == stated


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_can_be_drawn(language: Language) -> None:
    app = page(DEMONSTRATION, language=language)
    app.session_state[f"rules-part-{language}"] = "form"
    app.run()
    for kind in forms():
        next(s for s in app.selectbox if s.key == f"own-form--{language}").set_value(kind).run()
        assert not app.exception, kind
        assert not app.error, kind
