"""Which folder somebody means who types, or pastes, a path."""

from __future__ import annotations

from pathlib import Path

import pytest

from coverage.paths import DEMONSTRATION
from coverage.workspace.folder import county_at, save_to, typed_path
from tests.workspace_fixtures import written


@pytest.fixture
def county(tmp_path: Path) -> Path:
    return written(tmp_path / "数据 一" / "资阳 区")


@pytest.mark.parametrize(
    "form",
    ["{}", '"{}"', "  {} ", "\u202a{}", "\u201c{}\u201d", "'{}' ", '\ufeff"{}"', "{}/"],
)
def test_a_pasted_path_is_freed_of_what_came_along(form: str, county: Path) -> None:
    assert typed_path(form.format(county)) == county
    assert county_at(Path(form.format(county))) == county


@pytest.mark.parametrize("nothing", ["", "  ", '""', "\u200b", " \u201c\u201d "])
def test_nothing_is_nothing(nothing: str) -> None:
    assert typed_path(nothing) is None


def test_home_and_where_one_stands(county: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(county.parent))
    monkeypatch.setenv("USERPROFILE", str(county.parent))
    monkeypatch.chdir(county.parent)
    assert county_at(Path("~/资阳 区")) == county
    assert county_at(Path("资阳 区")) == county  # absolute, so that a workspace finds it again
    assert typed_path("~nobody-of-this-name/x") == Path("~nobody-of-this-name/x")


@pytest.mark.parametrize("name", ["county.toml", "facilities.csv", ""])
def test_a_file_of_the_county_means_the_county(name: str, county: Path) -> None:
    assert county_at(county / name) == county


def test_the_folder_around_the_county_means_it_if_there_is_but_one(county: Path) -> None:
    assert county_at(county.parent) == county
    written(county.parent / "another")
    assert county_at(county.parent) == county.parent


@pytest.mark.parametrize("other", ["a\0b", "长" * 400, "D:\\数据\\某某县", "nowhere", "/"])
def test_what_is_no_county_stays_what_was_typed(other: str) -> None:
    assert county_at(Path(other)) == Path(other)


def test_the_place_that_was_saved_to_is_told_in_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert save_to(DEMONSTRATION, Path("out")) == tmp_path / "out"
