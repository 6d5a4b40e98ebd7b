"""A workspace is found again as it was left, and never written over a newer state."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coverage.paths import DEMONSTRATION, ROOT
from coverage.problems import InputError
from coverage.scenario.history import History
from coverage.scenario.model import Scenario
from coverage.workspace import store
from coverage.workspace.model import Workspace, is_token, new_token
from tests.errors import input_error
from tests.examples import examples


@pytest.fixture(autouse=True)
def planner_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(store.WORKSPACE_VARIABLE, str(tmp_path / "工作区"))
    return tmp_path / "工作区"


def scenario(name: str = "河北岸设站", **more: object) -> Scenario:
    edit = {
        "add_facility": {
            "id": "n1",
            "name": "<script>新站</script>🚑",
            "kind": "emergency_station",
            "lon": 112.3,
            "lat": 28.6,
            "ambulances": 2,
        },
        "note": "桥以北",
    }
    return Scenario.model_validate({"name": name, "county": "430902", "edits": [edit], **more})


def full(token: str | None = None) -> Workspace:
    return Workspace(
        token=token or new_token(),
        folder=DEMONSTRATION,
        language="en",
        overrides={"ems-1030": {"urban_limit_min": 12.0, "enabled": True, "kinds": ["a", "b"]}},
        scenarios=(scenario(), scenario("另一个")),
        histories={
            "另一个": History(
                (scenario("从前"),), scenario("另一个"), (scenario("以后"), scenario())
            )
        },
        current="另一个",
        costs={"emergency_station": 120.0},
        basemap={"kind": "tiles", "path": "D:\\底图"},
    )


def test_a_workspace_is_loaded_as_it_was_saved() -> None:
    saved = store.save(full())
    assert saved.revision == 1
    assert store.load(saved.token) == saved
    again = store.save(replace(saved, current=None))
    assert store.load(saved.token) == again
    assert again.revision == 2


def test_the_scenarios_stand_readable_in_the_file(planner_home: Path) -> None:
    saved = store.save(full())
    text = (planner_home / "desks" / saved.token / "desk-1.json").read_text(encoding="utf-8")
    assert json.loads(text)["desk"] == 1  # as kept work of version 0.1.0 says
    assert "河北岸设站" in text
    assert "\\u" not in text


def test_only_the_owner_may_look_into_a_workspace(planner_home: Path) -> None:
    saved = store.save(full())
    mode = stat.S_IMODE((planner_home / "desks" / saved.token).stat().st_mode)
    assert mode == 0o700


def test_an_old_state_is_refused_and_told_the_new_one() -> None:
    first = store.save(full())
    theirs = store.save(replace(first, costs={"beds": 1.0}))
    with pytest.raises(store.ConflictError) as refused:
        store.save(replace(first, costs={"beds": 2.0}))
    assert refused.value.theirs == theirs
    assert store.load(first.token) == theirs


def test_an_old_state_is_refused_long_after_its_own_was_swept_away() -> None:
    workspace = first = store.save(full())
    for number in range(store.KEPT * 2):
        workspace = store.save(replace(workspace, costs={"beds": float(number)}))
    with pytest.raises(store.ConflictError):
        store.save(first)
    assert store.load(first.token) == workspace


def test_some_states_are_kept_and_the_rest_swept(planner_home: Path) -> None:
    workspace = full()
    for _ in range(store.KEPT + 15):
        workspace = store.save(workspace)
    left = list((planner_home / "desks" / workspace.token).iterdir())
    assert len(left) == store.KEPT
    assert not [path for path in left if path.suffix != ".json"]


def test_of_many_windows_that_save_at_once_one_wins_each_time() -> None:
    begun = store.save(full())
    won: list[Workspace] = []
    lost: list[Workspace] = []
    barrier = threading.Barrier(8)

    def window(number: int) -> None:
        barrier.wait()
        mine = replace(begun, costs={"beds": float(number)})
        try:
            won.append(store.save(mine))
        except store.ConflictError as conflict:
            lost.append(conflict.theirs)

    threads = [threading.Thread(target=window, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert lost == [won[0]] * 7
    assert store.load(begun.token) == won[0]


def test_without_links_the_name_is_still_given_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", no_links)
    first = store.save(full())
    second = store.save(replace(first, current=None))
    assert store.load(first.token) == second
    with pytest.raises(store.ConflictError):
        store.save(first)


def test_a_damaged_state_falls_back_to_the_one_before_and_work_goes_on(planner_home: Path) -> None:
    first = store.save(full())
    second = store.save(replace(first, current=None))
    newest = planner_home / "desks" / first.token / "desk-2.json"
    newest.write_bytes(newest.read_bytes()[:50])
    found = store.load(first.token)
    assert found.recovered
    assert replace(found, recovered=False, revision=1) == first
    third = store.save(found)
    assert third.revision == second.revision + 1
    assert not store.load(first.token).recovered


def test_a_wholly_damaged_workspace_is_told(planner_home: Path) -> None:
    saved = store.save(full())
    (planner_home / "desks" / saved.token / "desk-1.json").write_text("[" * 100_000)
    with input_error("damaged"):
        store.load(saved.token)


def test_a_scenario_of_a_newer_version_is_kept_as_it_is(planner_home: Path) -> None:
    saved = store.save(full())
    path = planner_home / "desks" / saved.token / "desk-1.json"
    path.write_text(path.read_text(encoding="utf-8").replace("scenario: 1", "scenario: 2", 1))
    found = store.load(saved.token)
    assert [kept.name for kept in found.scenarios] == ["另一个"]
    assert len(found.unread) == 1
    assert "scenario: 2" in store.load(store.save(found).token).unread[0]


def test_a_way_back_that_cannot_be_read_costs_nothing_else(planner_home: Path) -> None:
    saved = store.save(full())
    path = planner_home / "desks" / saved.token / "desk-1.json"
    path.write_text(path.read_text(encoding="utf-8").replace("从前", "从\\u0000前"))
    found = store.load(saved.token)
    assert found.scenarios == saved.scenarios
    assert found.histories == {}
    assert not found.recovered


@pytest.mark.parametrize(
    "token", ["", "..", "../../etc", "a" * 31, "A" * 32, "g" * 32, "a" * 32 + "\n", None]
)
def test_a_token_of_another_form_names_no_folder(token: str | None) -> None:
    assert not is_token(token)
    with pytest.raises(InputError):
        store.workspace_folder(token or "")


def test_a_workspace_that_is_not_there_is_told() -> None:
    with pytest.raises(InputError):
        store.load(new_token())


def test_a_workspace_that_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv(store.WORKSPACE_VARIABLE, str(tmp_path / "file"))
    with input_error("PLANNER_WORKSPACE"):
        store.save(full())


def test_an_emptied_workspace_is_filled_again(planner_home: Path) -> None:
    saved = store.save(full())
    for path in (planner_home / "desks" / saved.token).iterdir():
        path.unlink()
    assert store.load(store.save(saved).token).scenarios == saved.scenarios


def test_a_copy_has_its_own_token_and_its_own_county() -> None:
    workspace = full()
    folder = store.made_folder(workspace.token) / "county-1"
    folder.mkdir()
    (folder / "county.toml").write_text("[county]")
    saved = store.save(replace(workspace, folder=folder))
    copy = store.copied(saved)
    assert copy.token != saved.token
    assert copy.scenarios == saved.scenarios
    assert copy.folder is not None
    assert (copy.folder / "county.toml").read_text() == "[county]"
    assert not copy.folder.is_relative_to(store.workspace_folder(saved.token))
    (copy.folder / "county.toml").write_text("changed")
    assert (folder / "county.toml").read_text() == "[county]"
    assert store.load(saved.token) == saved


def test_a_workspace_may_be_moved(
    planner_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = full()
    folder = store.made_folder(workspace.token) / "county-1"
    folder.mkdir()
    saved = store.save(replace(workspace, folder=folder))
    planner_home.rename(tmp_path / "elsewhere")
    monkeypatch.setenv(store.WORKSPACE_VARIABLE, str(tmp_path / "elsewhere"))
    assert store.load(saved.token).folder == store.workspace_folder(saved.token) / "county-1"


def test_the_list_names_the_county_and_begins_with_the_last_changed(planner_home: Path) -> None:
    first = store.save(full())
    second = store.save(replace(full(), folder=planner_home / "不在了"))
    store.save(Workspace())  # no county yet: not worth a line
    (planner_home / "desks" / "stray.txt").write_text("x")
    for workspace, seconds in ((first, 1000), (second, 2000)):
        path = store.workspace_folder(workspace.token) / "desk-1.json"
        os.utime(path, (seconds, seconds))
    lines = store.listed()
    assert [(line.token, line.name, line.code) for line in lines] == [
        (second.token, "不在了", ""),
        (first.token, "资阳区", "430902"),
    ]
    assert lines[1].scenarios == 2


def test_a_county_that_was_only_looked_at_stands_in_the_list_once() -> None:
    looked = [store.save(Workspace(folder=DEMONSTRATION)) for _ in range(3)]
    worked = [store.save(full()) for _ in range(2)]
    for seconds, workspace in enumerate([*worked, *looked], 1000):
        os.utime(store.workspace_folder(workspace.token) / "desk-1.json", (seconds, seconds))
    tokens = [line.token for line in store.listed()]
    assert tokens == [looked[2].token, worked[1].token, worked[0].token]
    assert len(store.listed(limit=2)) == 2


def test_a_workspace_without_work_is_swept_in_the_end_and_work_never() -> None:
    looked, worked = store.save(Workspace(folder=DEMONSTRATION)), store.save(full())
    own = Workspace()
    (store.made_folder(own.token) / "county-1").mkdir()
    own = store.save(replace(own, folder=store.workspace_folder(own.token) / "county-1"))
    long_ago = time.time() - store._IDLE_S - 10
    for workspace in (looked, worked, own):
        os.utime(store.workspace_folder(workspace.token) / "desk-1.json", (long_ago, long_ago))
    young = store.save(Workspace(folder=DEMONSTRATION))
    store.save(Workspace())
    kept = [
        workspace for workspace in (looked, worked, own, young) if store.newest(workspace.token)
    ]
    assert kept == [worked, own, young]


def test_there_is_no_list_where_there_is_no_workspace() -> None:
    assert store.listed() == ()


_SAVER = """
import sys
from dataclasses import replace
from coverage.workspace import store
workspace = store.load(sys.argv[1])
print("begun", flush=True)
while True:
    beds = workspace.costs.get("beds", 0.0) + 1.0
    workspace = store.save(replace(workspace, costs={"beds": beds}))
"""


def test_a_killed_program_leaves_a_whole_workspace() -> None:
    saved = store.save(full())
    last = -1.0
    for wait_s in (0.03, 0.11, 0.07):
        with subprocess.Popen(
            [sys.executable, "-c", _SAVER, saved.token], cwd=ROOT, stdout=subprocess.PIPE
        ) as saver:
            assert saver.stdout is not None
            assert saver.stdout.readline().strip() == b"begun"
            threading.Event().wait(wait_s)
            saver.kill()
        found = store.load(saved.token)
        assert not found.recovered
        assert found.scenarios == saved.scenarios
        assert found.costs.get("beds", 0.0) > last
        last = found.costs["beds"]


_settings = st.one_of(
    st.booleans(),
    st.integers(-(10**9), 10**9),
    st.floats(-1e9, 1e9),
    st.text(max_size=20),
    st.lists(st.text(max_size=8), max_size=3),
)


@settings(examples(40), suppress_health_check=list(HealthCheck))
@given(
    overrides=st.dictionaries(
        st.text(max_size=12),
        st.dictionaries(st.text(max_size=12), _settings, max_size=3),
        max_size=3,
    ),
    costs=st.dictionaries(st.text(max_size=12), st.floats(0, 1e6), max_size=3),
)
def test_whatever_is_set_comes_back(overrides: dict, costs: dict) -> None:  # type: ignore[type-arg]
    saved = store.save(Workspace(overrides=overrides, costs=costs))
    found = store.load(saved.token)
    assert found == saved
    for rule, values in overrides.items():
        for name, value in values.items():
            assert type(found.overrides[rule][name]) is type(value)


def test_tokens_cannot_be_guessed_from_each_other() -> None:
    tokens = {new_token() for _ in range(200)}
    assert len(tokens) == 200
    assert all(re.fullmatch("[0-9a-f]{32}", token) for token in tokens)


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps a user's folder from others itself")
def test_the_workspace_is_its_owners_alone_also_one_made_before(planner_home: Path) -> None:
    (planner_home / "desks").mkdir(parents=True)
    for folder in (planner_home, planner_home / "desks"):
        folder.chmod(0o755)
    saved = store.save(Workspace())
    for folder in (planner_home, planner_home / "desks", store.workspace_folder(saved.token)):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_what_a_killed_app_left_half_written_is_swept(planner_home: Path) -> None:
    workspace = store.save(Workspace())
    folder = planner_home / "desks" / workspace.token
    old, new = folder / ".0123.part", folder / ".4567.part"
    for part in (old, new):
        part.write_bytes(b"{")
    os.utime(old, (0, 0))
    store.save(workspace)
    assert not old.exists()
    assert new.exists()
