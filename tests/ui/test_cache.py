"""The app reads a county anew when a file that its figures rest on has changed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from coverage.paths import DATA
from coverage.ui import cache
from tests.rules_folder import write_folder


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project's rules and profiles, in place of its own."""
    copy = tmp_path / "data"
    for part in ("rules", "speeds"):
        shutil.copytree(DATA / part, copy / part)
    monkeypatch.setattr(cache, "DATA", copy)
    return copy


@pytest.mark.parametrize(
    "changed",
    ["rules/profiles/ziyang.toml", "rules/profiles/generic.toml", "rules/ems-1030.yaml"],
)
def test_a_changed_profile_or_rule_is_read_anew(changed: str, data: Path, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "county")
    before = cache.fingerprint(folder)
    assert cache.fingerprint(folder) == before
    file = data / changed
    stat = file.stat()
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    later = cache.fingerprint(folder)
    assert later != before
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    assert cache.fingerprint(folder) not in (before, later)


def test_a_new_or_missing_profile_is_noticed(data: Path, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "county")
    before = cache.fingerprint(folder)
    profile = data / "rules" / "profiles" / "hunan.toml"
    shutil.copy2(profile, profile.with_name("other.toml"))
    assert cache.fingerprint(folder) != before
    profile.with_name("other.toml").unlink()
    assert cache.fingerprint(folder) == before
    profile.unlink()
    assert cache.fingerprint(folder) != before
