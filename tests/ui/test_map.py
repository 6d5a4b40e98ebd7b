"""The map page: its states, its layers, the search and the ambulance's way in words."""

from __future__ import annotations

import os
from pathlib import Path
from typing import get_args

import pytest
import rasterio

from coverage.messages import Language, catalogue, text
from coverage.problems import InputError, Problem
from coverage.ui import cache
from coverage.ui.map.view import chosen_basemap
from coverage.ui.state import Session
from coverage.workspace.model import Workspace
from maps import LAYERS
from maps.basemap import DATUMS, KINDS, NO_BASEMAP, Datum, Kind
from tests import line_county
from tests.line_county import STATION, scenario
from tests.maps.test_basemap import geotiff
from tests.ui_app import (  # noqa: F401 - fixtures
    Give,
    county_fixture,
    fresh_fixture,
    give_fixture,
    opened,
    run,
    shown,
    workspace_fixture,
)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_without_a_county_one_can_be_chosen(language: Language) -> None:
    app = run("map", None, language)
    assert not app.exception
    assert app.button(key="demonstration").label == text("ui.open_demonstration", language)


def test_a_bad_county_is_told(give: Give) -> None:
    app = run("map", give(InputError([Problem("ui.no_folder", values={"folder": "x"})])))
    assert not app.exception
    assert len(app.error) == 1


def test_every_layer_and_base_map_has_a_name() -> None:
    assert {f"map_page.layer.{layer}" for layer in LAYERS} <= set(catalogue())
    assert {f"map_page.basemap_{kind}" for kind in KINDS} <= set(catalogue())
    assert {f"map_page.basemap_{datum}" for datum in DATUMS} <= set(catalogue())
    assert set(get_args(Kind)) == set(KINDS)
    assert set(get_args(Datum)) == set(DATUMS)


def test_every_layer_is_drawn(county: Path) -> None:
    session = Session(folder=county)
    app = opened("map", session)
    boxes = [box for box in app.selectbox if str(box.key).startswith("map-layer")]
    assert [len(box.options) for box in boxes] == [len(LAYERS) - 1]
    for layer in LAYERS:
        if layer == "change":
            continue
        found: Session = app.session_state["session"]
        found.layer = layer
        app.run()
        assert not app.exception, layer
        assert not app.error, layer


def test_the_difference_is_offered_with_a_scenario_only(county: Path) -> None:
    session = Session(
        workspace=Workspace(folder=county, scenarios=(scenario(STATION),), current="甲")
    )
    session.layer = "change"
    app = opened("map", session)
    assert not app.exception
    assert not app.error
    assert text("workspace.scenario_in_force", "zh", name="甲") in shown(app)
    assert app.session_state["session"].layer == "change"
    plain = opened("map", Session(folder=county))
    plain.session_state["session"].layer = "change"
    plain.run()
    assert not plain.exception
    assert plain.session_state["session"].layer == "minutes"


def test_a_searched_village_is_told_with_its_way(county: Path) -> None:
    app = run("map", county)
    app.selectbox(key="map-village").set_value(line_county.code_of("C")).run()
    assert not app.exception
    told = next(m.value for m in app.markdown if "C村" in m.value)
    assert "西站" in told
    assert "22.6 分钟" in told  # 3 and 9.78 km at 30 km/h
    assert "9.8 公里" in told
    assert "直路" in shown(app)


def test_the_map_s_arguments_are_made_once(county: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    drawn = cache.moving_layers

    def counted(*arguments: object, **more: object) -> object:
        made.append("moving")
        return drawn(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(cache, "moving_layers", counted)
    case = cache.Case(county)
    first = cache.map_arguments(case, "zh", "minutes")
    again = cache.map_arguments(case, "zh", "minutes")
    with_way = cache.map_arguments(case, "zh", "minutes", village=line_county.code_of("B"))
    assert first == again
    assert len(made) == 1
    assert len(with_way.layers) == len(first.layers) + 1
    assert with_way.base == first.base
    changed = cache.map_arguments(cache.Case(county, {}, scenario(STATION)), "zh", "minutes")
    assert changed.base == first.base  # the map stays in the browser
    assert len(made) == 2


@pytest.mark.parametrize(
    "kept",
    [
        {"kind": "other"},
        {"kind": "tianditu", "key": "short"},
        {"kind": "tiles", "path": ""},
        {},
    ],
)
def test_a_base_map_that_cannot_be_is_left_out(
    kept: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coverage.ui.visitor.is_local", lambda: True)
    assert chosen_basemap(Session(workspace=Workspace(basemap=kept))) == NO_BASEMAP


def test_files_of_the_server_are_no_base_map_for_another_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workspace = Workspace(basemap={"kind": "tiles", "path": "/etc"})
    monkeypatch.setattr("coverage.ui.visitor.is_local", lambda: False)
    assert chosen_basemap(Session(workspace=workspace)) == NO_BASEMAP
    monkeypatch.setattr("coverage.ui.visitor.is_local", lambda: True)
    assert chosen_basemap(Session(workspace=workspace)).path == "/etc"


def test_a_base_map_that_cannot_be_read_is_told_and_the_map_drawn(county: Path) -> None:
    workspace = Workspace(
        folder=county, basemap={"kind": "raster", "path": str(county / "none.tif")}
    )
    app = opened("map", Session(workspace=workspace))
    assert not app.exception
    assert not app.error
    assert [w.value for w in app.warning if "none" in w.value]


def test_a_base_map_that_another_took_the_place_of_is_drawn_anew(
    county: Path, tmp_path: Path
) -> None:
    basemap = geotiff(tmp_path / "plan.tif")
    case = cache.Case(county)
    first = cache.map_arguments(case, "zh", "minutes", basemap=basemap)
    assert cache.map_arguments(case, "zh", "minutes", basemap=basemap) == first
    with rasterio.open(basemap.path, "r+") as plan:
        plan.write(255 - plan.read())
    os.utime(basemap.path, ns=(1, 1))
    assert cache.map_arguments(case, "zh", "minutes", basemap=basemap) != first
