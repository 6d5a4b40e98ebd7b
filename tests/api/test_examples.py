"""Every public function has a docstring that is whole and an example that runs."""

from __future__ import annotations

import doctest
import inspect
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import coverage as cov

FUNCTIONS = sorted(name for name in cov.__all__ if inspect.isfunction(getattr(cov, name, None)))
METHODS = ("rules_table", "units_table")


def documented() -> dict[str, Any]:
    return {name: getattr(cov, name) for name in FUNCTIONS} | {
        f"Report.{name}": getattr(cov.Report, name) for name in METHODS
    }


@pytest.mark.parametrize("name", documented())
def test_docstring_has_every_section(name: str) -> None:
    function = documented()[name]
    text = inspect.getdoc(function) or ""
    sections = ["Returns\n-------", "Raises\n------", "Examples\n--------"]
    arguments = [word for word in inspect.signature(function).parameters if word != "self"]
    sections += ["Parameters\n----------"] * bool(arguments)
    for section in sections:
        assert section in text
    named = text.split("Parameters\n----------")[-1].split("\nReturns\n")[0].splitlines()
    told = {word.strip(" *") for line in named if line[:1] != " " for word in line.split(",")}
    assert set(arguments) <= told
    assert ">>> " in text


@pytest.mark.parametrize("name", documented())
def test_example_runs(
    name: str,
    county: cov.County,
    roads: cov.Network,
    report: cov.Report,
    after: cov.Report,
    roads_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    Path("roads.geojson").write_bytes(roads_file.read_bytes())
    names = {"cov": cov, "county": county, "roads": roads, "report": report, "after": after}
    finder = doctest.DocTestFinder(recurse=False)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    runner = doctest.DocTestRunner(optionflags=flags)
    found = finder.find(documented()[name], name, globs={**names, "pd": pd})
    lines: list[str] = []
    for example in found:
        runner.run(example, out=lines.append)
    assert runner.tries
    assert not runner.failures, "".join(lines)
