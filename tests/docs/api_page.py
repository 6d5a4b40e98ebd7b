"""Write ``docs/api.md`` from the public docstrings: ``python -m tests.docs.api_page``."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any, Final

import coverage as cov
from coverage.paths import ROOT

PAGE: Final = ROOT / "docs" / "api.md"
_HEAD: Final = """\
# `import coverage as cov`

Written from the docstrings by `python -m tests.docs.api_page`; a test runs every example.
`docs/notebook.ipynb` shows it at work. Nothing is loaded before it is used, paths may be strings,
and texts follow `language` (`"zh"` or `"en"`), by default the machine's locale. Names and
meanings of columns are in `data/columns.csv`, those of parameters in `README.md`.

The package hides the test tool coverage.py, which has the same name: install the planner in an
environment of its own.
"""
_GROUPS: Final = {
    "Counties and roads": ("read_county", "county_from_tables", "read_roads"),
    "Reports": ("assess", "Report", "Report.rules_table", "Report.units_table", "write_report"),
    "Scenarios": ("apply", "compare", "Comparison", "Scenario"),
    "Maps and minutes": ("explore", "MapPage", "MapPage.save", "travel_times"),
    "What these are made of": (
        "County",
        "Network",
        "Problem",
        "ResponseOptions",
        "AccessOptions",
    ),
    "Errors": (
        "CoverageError",
        "InputError",
        "MissingFileError",
        "UnreadableFileError",
        "MissingColumnError",
        "InvalidCellError",
        "PlaceError",
        "SettingError",
        "ScenarioError",
        "OutputError",
    ),
}
_SECTION: Final = re.compile(r"^(\w[\w ]*)\n-+\n", re.M)


def named(name: str) -> Any:
    """Return what a dotted public name stands for."""
    thing: Any = cov
    for part in name.split("."):
        thing = getattr(thing, part)
    return thing


def page() -> str:
    """Return the whole page."""
    parts = [_HEAD]
    for title, names in _GROUPS.items():
        parts.append(f"## {title}\n")
        parts += [_entry(name) for name in names]
    return "\n".join(parts)


def _entry(name: str) -> str:
    thing = named(name)
    lines = [f"### `{name}`\n"]
    if inspect.isfunction(thing):
        lines.append(f"```python\n{_signature(name, thing)}\n```\n")
    elif issubclass(thing, Exception) and thing is not cov.CoverageError:
        lines.append(f"A `{thing.__bases__[0].__name__}`.\n")
    intro, *rest = _SECTION.split(inspect.cleandoc(thing.__doc__))
    lines.append(_plain(intro))
    for heading, body in zip(rest[::2], rest[1::2], strict=True):
        lines.append(f"**{heading}**\n")
        lines.append(_example(body) if heading == "Examples" else "\n".join(_items(body)) + "\n")
    return "\n".join(lines)


def _signature(name: str, function: Any) -> str:
    signature = inspect.signature(function)
    parts: list[str] = []
    kinds = [p.kind for p in signature.parameters.values()]
    for i, parameter in enumerate(signature.parameters.values()):
        if parameter.name == "self":
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and parameter.KEYWORD_ONLY not in kinds[:i]:
            parts.append("*")
        star = "**" if parameter.kind is parameter.VAR_KEYWORD else ""
        default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}"
        parts.append(f"{star}{parameter.name}: {parameter.annotation}{default}")
    inside = "".join(f"    {part},\n" for part in parts)
    return f"{name}(\n{inside}) -> {signature.return_annotation}"


def _plain(text: str) -> str:
    """Return reStructuredText's double backticks as Markdown's single ones."""
    return text.replace("``", "`").strip() + "\n"


def _items(body: str) -> Iterator[str]:
    """Yield each name of a section with what is said of it, as a list."""
    name, said = "", list[str]()
    for line in [*body.strip().splitlines(), "end"]:
        if line.startswith(" ") or not line:
            said.append(line.strip())
        else:
            if name:
                yield f"- `{name}`: {_plain(' '.join(said)).strip()}"
            name, said = line, []


def _example(body: str) -> str:
    return f"```pycon\n{body.strip()}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
