"""Errors have the name of what is wrong where all of it is of one kind, and arrive whole."""

import pickle
from pathlib import Path

import pytest
import yaml

from coverage.command_line import UsageError
from coverage.county.config import load_config
from coverage.county.files import refuse
from coverage.messages import catalogue
from coverage.paths import DATA
from coverage.problems import (
    NAMED_ERRORS,
    InputError,
    InvalidCellError,
    MissingColumnError,
    MissingFileError,
    OutputError,
    Problem,
    SettingError,
    UnreadableFileError,
    raise_if_errors,
)

LISTED = yaml.safe_load((DATA / "errors.yaml").read_text(encoding="utf-8"))
COLUMN = Problem("county.column_missing", values={"name": "kind", "chinese": "", "hint": ""})
CELL = Problem("county.negative", values={"cells": "-1"}, file="a.csv", rows=(2,), column="beds")
NOTE = Problem("county.merged_shared", "note", {"cells": "a"})


def test_list_names_every_class_and_each_message_once() -> None:
    assert set(LISTED) == {error.__name__ for error in NAMED_ERRORS}
    codes = [code for listed in LISTED.values() for code in listed]
    assert len(codes) == len(set(codes))
    assert not set(codes) - set(catalogue())


@pytest.mark.parametrize(
    ("problems", "error"),
    [
        ([COLUMN], MissingColumnError),
        ([CELL, CELL], InvalidCellError),
        ([CELL, NOTE], InvalidCellError),  # a note is no error
        ([COLUMN, CELL], InputError),
        ([Problem("county.table_empty")], InputError),
    ],
)
def test_name_is_that_of_all_errors(problems: list[Problem], error: type[InputError]) -> None:
    with pytest.raises(InputError) as raised:
        raise_if_errors(problems)
    assert type(raised.value) is error
    assert raised.value.problems == tuple(problems)


def test_raising_sites_give_the_named_error(tmp_path: Path) -> None:
    assert type(refuse("county.encoding", "a.csv")) is UnreadableFileError
    with pytest.raises(MissingFileError):
        load_config(tmp_path / "nowhere")
    with pytest.raises(MissingFileError):
        load_config(tmp_path)
    (tmp_path / "county.toml").write_text("[county\n", encoding="utf-8")
    with pytest.raises(UnreadableFileError):
        load_config(tmp_path)
    sources = "".join(f'{role} = "{role}.csv"\n' for role in ("townships", "villages"))
    toml = f'[county]\nname = "A"\ncode = "43"\n[sources]\n{sources}'
    (tmp_path / "county.toml").write_text(toml, encoding="utf-8")
    with pytest.raises(SettingError) as raised:
        load_config(tmp_path)
    assert len(raised.value.problems) == 3  # the code; facilities; roads


def test_a_class_that_is_named_by_the_site_stays() -> None:
    assert type(OutputError([COLUMN])) is OutputError
    assert type(UsageError("cli.no_folder")) is UsageError


@pytest.mark.parametrize(
    "error",
    [
        InputError([COLUMN, CELL]),
        InputError([COLUMN]),
        OutputError([Problem("report.cannot_write", values={"path": "a", "reason": "b"})]),
        UsageError("cli.no_folder"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_error_crosses_to_another_process_whole(error: InputError) -> None:
    other = pickle.loads(pickle.dumps(error))
    assert type(other) is type(error)
    assert other.problems == error.problems
    assert str(other) == str(error)
    assert vars(other) == vars(error)


def test_error_speaks_the_language_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    error = InputError([CELL])
    for locale, language in (("zh_CN.UTF-8", "zh"), ("en_GB.UTF-8", "en")):
        monkeypatch.setenv("LC_ALL", locale)
        assert str(error) == CELL.text(language)
