"""What the pages for developers name is there."""

import re
from importlib.util import find_spec

import pytest

from coverage.paths import ROOT

PAGES = ("docs/architecture.md", "CONTRIBUTING.md")
_PLACE = re.compile(r"`((?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:py|md|toml|txt))`")
_MODULE = re.compile(r"\b((?:coverage|tests|maps)(?:\.[a-z_]+)+)\b(?!/)")


@pytest.mark.parametrize("page", PAGES)
def test_every_place_and_module_is_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    places = set(_PLACE.findall(text))
    assert len(places) > 10
    inner = ("model/", "evidence/", "kinds/", "catalogue/", "authoring/")  # of coverage/rules/
    roots = {place: "coverage/rules/" if place in inner else "" for place in places}
    assert not [p for p, root in roots.items() if not (ROOT / root / p).exists()]
    modules = {m for m in _MODULE.findall(text) if not m.endswith((".py", ".md", ".toml"))}
    assert not [name for name in modules if find_spec(name) is None]


def test_table_of_rooms_has_every_package() -> None:
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    packages = {path.parent.name for path in (ROOT / "coverage").glob("*/__init__.py")}
    assert not [name for name in packages if f"`coverage/{name}/`" not in text]
