"""Interactive maps without a network.

folium names its scripts and styles by their addresses on public servers, and streamlit-folium
hands these addresses to the browser. `folium-offline` carries the text of every one of them. Here
the texts are written once to the folder that Streamlit serves beside ``app.py``, and the addresses
are replaced by local ones before they leave the server.

This rests on three names that their packages keep private or undocumented, so that the versions
are pinned (folium 0.20.0, streamlit-folium 0.27.4, folium-offline 0.20.0.2, streamlit 1.67.0) and
tests fail if one of them changes its shape: ``offlinefolium.elements._res``,
``streamlit_folium._component_func`` and the latter's arguments ``css_links`` and ``js_links``.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from types import FunctionType
from typing import Any, Final
from urllib.parse import urlsplit

import folium
import streamlit_folium
from offlinefolium import elements as offline_elements

from coverage.paths import ROOT

STATIC: Final = ROOT / "static" / "folium"

_TEXTS: Final[Mapping[str, str]] = offline_elements._res

# The component's frame is served at <app>/component/<name>/index.html; a relative address also
# holds where the app stands below a path of its own.
_SERVED_AT: Final = "../../app/static/folium/"


class MissingAssetError(RuntimeError):
    """A map asks for a file that folium-offline does not carry: a defect, not bad input."""


def asset_name(url: str) -> str:
    """Return the name under which the file at `url` is stored: its own, and a digest of `url`."""
    name = PurePosixPath(urlsplit(url).path)
    suffix = name.suffix if name.suffix in {".css", ".js"} else ".js"
    digest = hashlib.sha256(url.encode()).hexdigest()[:12]
    return f"{name.stem}-{digest}{suffix}"


def local_url(url: str, folder: Path = STATIC) -> str:
    """Return the local address of the file at `url`, written to `folder` if it is not there yet.

    Raises
    ------
    MissingAssetError
        If folium-offline does not carry `url`.
    """
    if url not in _TEXTS:
        raise MissingAssetError(url)
    name = asset_name(url)
    _write(folder / name, _TEXTS[url].encode())
    return _SERVED_AT + name


def _write(path: Path, content: bytes) -> None:
    """Write `content` to `path` unless it is there; never leave half a file under that name."""
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _local(urls: Iterable[str], folder: Path) -> list[str]:
    return [local_url(url, folder) for url in urls]


def captured(fmap: folium.Map, height: int, **more: Any) -> dict[str, Any]:
    """Return what streamlit-folium would send to the browser for `fmap`.

    It is `streamlit_folium.st_folium` itself that makes it: a copy of the function whose global
    ``_component_func`` returns its arguments instead of drawing, so that no module is patched.
    """
    original = streamlit_folium.st_folium
    capture = FunctionType(
        original.__code__,
        {**original.__globals__, "_component_func": dict},
        original.__name__,
        original.__defaults__,
        original.__closure__,
    )
    arguments: dict[str, Any] = capture(
        fmap, height=height, use_container_width=True, returned_objects=[], **more
    )
    # Nothing is returned by its own means, hence nothing to react to.
    del arguments["on_change"]
    return arguments


def component_arguments(fmap: folium.Map, height: int, folder: Path = STATIC) -> dict[str, Any]:
    """Return what streamlit-folium would send to the browser for `fmap`, every address local.

    They are plain data, which can be cached.

    Parameters
    ----------
    fmap
        Is changed by folium in being rendered; do not use it again.
    height
        Of the map, pixels. The width is that of the page.
    folder
        Where the files are written; Streamlit serves `STATIC`.

    Raises
    ------
    MissingAssetError
        If the map asks for a file that is not carried.
    """
    arguments = captured(fmap, height)
    arguments["css_links"] = _local(arguments["css_links"], folder)
    arguments["js_links"] = _local(arguments["js_links"], folder)
    for part in ("header", "html", "script"):
        arguments[part] = _replace_known(arguments[part], folder)
    return arguments


def _replace_known(markup: str, folder: Path) -> str:
    """Replace every carried address that stands inside `markup` (a plugin's own link)."""
    if "://" not in markup:
        return markup
    for url in sorted((url for url in _TEXTS if url in markup), key=len, reverse=True):
        markup = markup.replace(url, local_url(url, folder))
    return markup


def show_map(arguments: dict[str, Any]) -> None:
    """Draw the map that `component_arguments` prepared."""
    streamlit_folium._component_func(**arguments)
