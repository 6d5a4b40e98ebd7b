"""Changes are written into a county folder checked, with its comments kept, or not at all."""

from __future__ import annotations

import os
import shutil
import time
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from coverage.assessment.assess import assess_folder
from coverage.paths import DATA, DEMONSTRATION
from coverage.problems import InputError
from coverage.workspace import folder as folders
from coverage.workspace import store
from coverage.workspace.folder import county_files, is_protected, own_copy, save_to
from coverage.workspace.model import Workspace
from coverage.workspace.write import remove_rule, write_parameters, write_rule
from tests.demonstration import demonstration_report
from tests.errors import input_error
from tests.workspace_fixtures import COUNTY_TOML, FILES, tree, written

OWN = (DEMONSTRATION / "rules" / "own-hospice-150k.yaml").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def planner_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(store.WORKSPACE_VARIABLE, str(tmp_path / "workspace"))
    return tmp_path / "workspace"


@pytest.fixture
def county(tmp_path: Path) -> Path:
    return written(tmp_path / "county")


def settings(county: Path) -> str:
    return (county / "county.toml").read_text(encoding="utf-8")


def test_a_parameter_is_written_and_every_other_byte_stays(county: Path) -> None:
    write_parameters(county, "ems-1030", {"urban_limit_min": 12.0})
    assert settings(county) == COUNTY_TOML.replace("= 11", "= 12.0")
    write_parameters(county, "township-hospital", {"enabled": False})
    text = settings(county)
    assert text.startswith(COUNTY_TOML.replace("= 11", "= 12.0"))
    assert tomllib.loads(text)["rules"]["township-hospital"] == {"enabled": False}


def test_the_first_rule_makes_its_table(tmp_path: Path) -> None:
    bare = COUNTY_TOML.split("[rules")[0]
    county = written(tmp_path / "bare", {**FILES, "county.toml": bare.encode()})
    write_parameters(county, "ems-1030", {"urban_limit_min": 12.0, "enabled": True})
    text = settings(county)
    assert text.startswith(bare)
    assert "[rules]\n" not in text
    assert tomllib.loads(text)["rules"] == {"ems-1030": {"urban_limit_min": 12.0, "enabled": True}}


@pytest.mark.parametrize(
    "written_as",
    [
        "[rules]\nems-1030 = { urban_limit_min = 9 }\n",
        "rules.ems-1030.urban_limit_min = 9\n",
        "[rules.ems-1030]\nurban_limit_min = 9\n[rules.beds]\nenabled = true\n",
    ],
)
def test_however_the_rules_are_written(tmp_path: Path, written_as: str) -> None:
    bare = COUNTY_TOML.split("[rules")[0]
    whole = written_as + bare if written_as.startswith("rules.") else bare + written_as
    county = written(tmp_path / "other", {**FILES, "county.toml": whole.encode()})
    write_parameters(county, "ems-1030", {"urban_limit_min": 12.0})
    write_parameters(county, "township-hospital", {"enabled": False})
    rules = tomllib.loads(settings(county))["rules"]
    assert rules["ems-1030"] == {"urban_limit_min": 12.0}
    assert rules["township-hospital"] == {"enabled": False}


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("ems-1031", {"urban_limit_min": 12.0}),
        ("ems-1030", {"urban_limt_min": 12.0}),
        ("ems-1030", {"urban_limit_min": -5.0}),
        ("ems-1030", {"urban_limit_min": float("nan")}),
        ("ems-1030", {"urban_limit_min": "twelve"}),
        ("ems-1030", {"enabled": 3}),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_written(
    county: Path, rule: str, values: dict[str, object]
) -> None:
    before = tree(county)
    with pytest.raises(InputError):
        write_parameters(county, rule, values)  # type: ignore[arg-type]
    assert tree(county) == before


def test_a_rule_is_written_once_and_again_only_on_purpose(county: Path) -> None:
    path = write_rule(county, "own-hospice-150k", OWN)
    assert path.read_text(encoding="utf-8") == OWN
    before = tree(county)
    with pytest.raises(InputError) as refused:
        write_rule(county, "own-hospice-150k", OWN)
    assert [problem.code for problem in refused.value.problems] == ["workspace.rule_there"]
    assert tree(county) == before
    changed = OWN + "# changed\n"
    write_rule(county, "own-hospice-150k", changed, replace=True)
    assert path.read_text(encoding="utf-8") == changed


@pytest.mark.parametrize(
    ("rule_id", "content"),
    [
        ("own-hospice-150k", "id: [\n"),
        ("own-hospice-150k", OWN.replace("kind:", "knd:", 1)),
        ("own-hospice-151k", OWN),
        ("../own", OWN),
        ("own/../../x", OWN),
        ("", OWN),
        ("规则", OWN),
        ("ems-1030", OWN.replace("own-hospice-150k", "ems-1030")),
    ],
)
def test_a_rule_that_the_catalogue_refuses_is_not_written(
    county: Path, rule_id: str, content: str
) -> None:
    before = tree(county.parent)
    with pytest.raises(InputError):
        write_rule(county, rule_id, content)
    assert tree(county.parent) == before


def test_a_removed_rule_takes_its_settings_along(county: Path) -> None:
    write_rule(county, "own-hospice-150k", OWN)
    write_parameters(county, "own-hospice-150k", {"enabled": True})
    remove_rule(county, "own-hospice-150k")
    assert not (county / "rules" / "own-hospice-150k.yaml").exists()
    assert tomllib.loads(settings(county)) == tomllib.loads(COUNTY_TOML)
    with pytest.raises(InputError):
        remove_rule(county, "own-hospice-150k")


def test_the_demonstration_county_is_never_written_but_copied(planner_home: Path) -> None:
    before = tree(DATA)
    assert is_protected(DEMONSTRATION)
    for change in (
        lambda: write_parameters(DEMONSTRATION, "ems-1030", {"urban_limit_min": 12.0}),
        lambda: write_rule(DEMONSTRATION, "own-a", OWN),
        lambda: remove_rule(DEMONSTRATION, "own-hospice-150k"),
    ):
        with pytest.raises(InputError) as refused:
            change()
        assert [problem.code for problem in refused.value.problems] == ["workspace.protected"]
    workspace = store.save(Workspace(folder=DEMONSTRATION))
    copy = own_copy(workspace)
    assert copy.is_relative_to(planner_home)
    assert tree(copy) == tree(DEMONSTRATION)
    assert not is_protected(copy)
    write_parameters(copy, "ems-1030", {"urban_limit_min": 60.0})
    assert tree(DATA) == before
    changed, kept = assess_folder(copy), demonstration_report()
    assert changed.summary.covered > kept.summary.covered


def test_a_link_to_the_demonstration_county_is_protected_too(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(DEMONSTRATION)
    assert is_protected(tmp_path / "link")


def test_a_file_that_cannot_be_written_is_told(
    county: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, target: object) -> Path:
        raise OSError(28, "the disk is full on device")

    monkeypatch.setattr(Path, "replace", full)
    before = tree(county)
    with input_error("the disk is full"):
        write_parameters(county, "ems-1030", {"urban_limit_min": 12.0})
    assert tree(county) == before


def test_a_copy_is_saved_only_where_nothing_is(county: Path, tmp_path: Path) -> None:
    saved = save_to(county, tmp_path / "new" / "place")
    assert tree(saved) == dict(FILES)
    with input_error("holds files"):
        save_to(county, saved)
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError):
        save_to(county, tmp_path / "file")
    with pytest.raises(InputError):
        save_to(county, Path("a\0b"))
    (tmp_path / "empty").mkdir()
    assert tree(save_to(county, tmp_path / "empty")) == dict(FILES)


def test_every_missing_file_is_told(county: Path) -> None:
    (county / "roads.osm").unlink()
    (county / "facilities.csv").unlink()
    with pytest.raises(InputError) as refused:
        county_files(county)
    assert len(refused.value.problems) == 2


def test_old_county_folders_are_swept_and_those_in_use_stay(planner_home: Path) -> None:
    workspace = store.save(Workspace(folder=DEMONSTRATION))
    first = own_copy(workspace)
    workspace = store.save(replace(workspace, folder=first))
    unused = own_copy(workspace)
    young = own_copy(workspace)
    week_ago = time.time() - folders._UNUSED_S - 10
    killed = (
        store.workspace_folder(workspace.token) / ".part-0123abcd"
    )  # the app died while unpacking
    killed.mkdir()
    for path in (first, unused, killed):
        os.utime(path, (week_ago, week_ago))
    last = own_copy(workspace)
    assert [path.exists() for path in (first, unused, young, last)] == [True, False, True, True]
    assert not killed.exists()
    shutil.rmtree(planner_home)
