"""The set of packages that is installed is the one that is tested, and satisfies every bound."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.pins import PINS, ROOT, installed

_PIN = re.compile(r"([A-Za-z0-9._-]+)==(\S+)(?: ; (.+?))?((?: --hash=sha256:[0-9a-f]{64})+)")


def bounds(path: Path) -> Iterator[Requirement]:
    """Yield the requirements of a file and of those that it names."""
    for line in path.read_text(encoding="utf-8").splitlines():
        plain = line.split("#")[0].strip()
        if plain.startswith("-r "):
            yield from bounds(path.parent / plain[3:])
        elif plain:
            yield Requirement(plain)


@cache
def pins(name: str) -> dict[str, tuple[str, str, frozenset[str]]]:
    """Return version, condition and digests of every package of a file of pins."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [re.sub(r" +", " ", line) for line in text.splitlines() if not line.startswith("#")]
    found = [match for line in lines if line.strip() and (match := _PIN.fullmatch(line.strip()))]
    assert len(found) == len([line for line in lines if line.strip()])
    return {canonicalize_name(m[1]): (m[2], m[3] or "", frozenset(m[4].split())) for m in found}


def needed(requirements: list[Requirement]) -> dict[str, list[Requirement]]:
    """Return what is needed here, by name, with all that it needs in turn."""
    todo = [(requirement, frozenset({""})) for requirement in requirements]
    found: dict[str, list[Requirement]] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    while todo:
        requirement, extras = todo.pop()
        marker = requirement.marker
        if marker is not None and not any(marker.evaluate({"extra": extra}) for extra in extras):
            continue
        name = canonicalize_name(requirement.name)
        found.setdefault(name, []).append(requirement)
        asked = frozenset({"", *requirement.extras})
        if (name, asked) in seen:
            continue
        seen.add((name, asked))
        try:
            more = requires(name) or []
        except PackageNotFoundError:
            more = []
        todo += [(Requirement(one), asked) for one in more]
    return found


@pytest.mark.parametrize(("bound", "pinned"), PINS.items())
def test_the_pins_are_all_that_is_needed_and_satisfy_every_bound(bound: str, pinned: str) -> None:
    known = pins(pinned)
    wanted = needed(list(bounds(ROOT / bound)))
    assert {name: rs for name, rs in wanted.items() if name not in known} == {}
    loose = [
        r for name, rs in wanted.items() for r in rs if not r.specifier.contains(known[name][0])
    ]
    assert loose == []
    # What no package here asks for is for another system or another Python.
    assert {name for name, pin in known.items() if name not in wanted and not pin[1]} == set()


@pytest.mark.parametrize("pinned", PINS.values())
def test_what_is_installed_is_what_is_pinned(pinned: str) -> None:
    here = installed()
    known = pins(pinned)
    other = {name: here[name] for name in known if name in here and here[name] != known[name][0]}
    assert other == {}, f"install with: pip install -r {pinned}"


def test_the_tests_run_with_the_very_packages_of_the_product() -> None:
    product, tests = (pins(name) for name in PINS.values())
    assert {name: tests.get(name) for name in product} == product


@pytest.mark.parametrize("name", [*PINS, *PINS.values()])
def test_no_file_names_a_place_to_fetch_from(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "index" not in text


def test_what_is_read_by_private_names_has_one_version() -> None:
    exact = {
        canonicalize_name(r.name): str(r.specifier)
        for r in bounds(ROOT / "requirements.txt")
        if str(r.specifier).startswith("==")
    }
    text = (ROOT / "coverage" / "ui" / "assets.py").read_text(encoding="utf-8")
    for name in ("folium", "streamlit-folium", "folium-offline", "streamlit"):
        assert f"{name} {exact[name][2:]}" in text
