"""Maps draw without a network: every address that a map sends to the browser is local."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path

import folium
import folium.plugins
import pytest
import streamlit_folium

from coverage.ui import assets


def _map() -> folium.Map:
    fmap = folium.Map(location=[28.6, 112.3], tiles=None, max_zoom=18)
    cluster = folium.plugins.MarkerCluster().add_to(fmap)
    folium.Marker([28.6, 112.3], icon=folium.Icon(icon="plus")).add_to(cluster)
    folium.CircleMarker([28.61, 112.3], tooltip="甲村").add_to(fmap)
    folium.plugins.Fullscreen().add_to(fmap)
    return fmap


def test_streamlit_folium_has_the_shape_we_rest_on() -> None:
    """Fails when a new streamlit-folium hands its addresses over in another way."""
    assert "_component_func" in streamlit_folium.st_folium.__code__.co_names
    source = inspect.getsource(streamlit_folium.st_folium)
    assert source.count("_component_func(") == 1
    assert "css_links=css_links" in source
    assert "js_links=js_links" in source
    assert callable(streamlit_folium._component_func)
    page = (Path(streamlit_folium.build_dir) / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", page)


def test_every_address_is_local_and_its_file_is_there(tmp_path: Path) -> None:
    arguments = assets.component_arguments(_map(), 600, tmp_path)
    addresses = arguments["js_links"] + arguments["css_links"]
    assert len(addresses) > 8
    for address in addresses:
        assert address.startswith("../../app/static/folium/"), address
        assert (tmp_path / address.rsplit("/", 1)[1]).stat().st_size > 100
    assert any("leaflet-" in address for address in addresses)
    loaded = re.findall(
        r"""(?:src|href)=["'](https?://[^"']+)|url\(["']?(https?://[^"')]+)""",
        arguments["header"] + arguments["html"],
    )
    assert loaded == []


def test_styles_fetch_nothing_from_outside(tmp_path: Path) -> None:
    arguments = assets.component_arguments(_map(), 600, tmp_path)
    for address in arguments["css_links"]:
        style = (tmp_path / address.rsplit("/", 1)[1]).read_text(encoding="utf-8")
        assert re.findall(r"""url\(["']?(?:https?:)?//|@import""", style) == [], address


def test_the_arguments_are_plain_data(tmp_path: Path) -> None:
    arguments = assets.component_arguments(_map(), 600, tmp_path)
    json.dumps(arguments)
    assert arguments["height"] == 600
    assert arguments["width"] is None
    assert arguments["returned_objects"] == []


def test_streamlit_folium_itself_stays_as_it_was(tmp_path: Path) -> None:
    before = streamlit_folium._component_func
    assets.component_arguments(_map(), 600, tmp_path)
    assert streamlit_folium._component_func is before


def test_an_address_that_is_not_carried_is_a_defect(tmp_path: Path) -> None:
    with pytest.raises(assets.MissingAssetError, match=r"example\.org"):
        assets.local_url("https://example.org/x.js", tmp_path)


def test_a_damaged_file_is_written_anew(tmp_path: Path) -> None:
    url = "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.js"
    path = tmp_path / assets.asset_name(url)
    path.write_text("half", encoding="utf-8")
    assets.local_url(url, tmp_path)
    assert path.stat().st_size > 100_000
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_one_address_one_name() -> None:
    names = {assets.asset_name(url) for url in assets._TEXTS}
    assert len(names) == len(assets._TEXTS)
    assert all(Path(name).suffix in {".js", ".css"} for name in names)
    assert assets.asset_name("https://x/@joergdietrich/leaflet.terminator").endswith(".js")
