"""The notebook runs from top to bottom, without a network, and shows what it says it shows."""

from __future__ import annotations

import ast
import json
import socket
from typing import Any, NoReturn

import pytest

import coverage as cov
from coverage.paths import ROOT

NOTEBOOK = json.loads((ROOT / "docs" / "notebook.ipynb").read_text(encoding="utf-8"))
CELLS = [cell for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]


def test_is_committed_without_outputs_and_with_an_id_each() -> None:
    assert (NOTEBOOK["nbformat"], NOTEBOOK["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in NOTEBOOK["cells"]]
    assert len(ids) == len(set(ids))
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in CELLS)


def run(source: str, names: dict[str, Any]) -> Any:
    """Run a cell, and return the value of its last line if that is an expression."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)
    if last is None:
        return None
    assert isinstance(last, ast.Expr)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)


def test_every_cell_runs_offline(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*arguments: object) -> NoReturn:
        raise AssertionError(f"the notebook asks the network: {arguments}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    names: dict[str, Any] = {"__name__": "__main__"}
    shown = [run("".join(cell["source"]), names) for cell in CELLS]
    assert all(value is not None for value in shown)
    pages = [value._repr_html_() for value in shown if hasattr(value, "_repr_html_")]
    assert len(pages) == len(shown) - 1  # all but the list of remarks
    assert "Illustrative data" in pages[0]
    (drawn,) = (value for value in shown if isinstance(value, cov.MapPage))
    assert "<script src=" not in drawn.html
    assert names["changes"].people_gained > 0
    assert names["changes"].people_lost == 0
    assert "residents more in time" in capsys.readouterr().out
    minutes = shown[-1]
    assert minutes.shape == (len(names["stations"]), 5)
    best = minutes.min()
    waits = names["report"].villages.set_index("name").loc[best.index]
    drive = (waits["response_min"] - waits["turnout_min"]).round(1)
    assert (best - drive).abs().max() < 0.11
