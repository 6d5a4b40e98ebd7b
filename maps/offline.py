"""Interactive maps without the network: every asset is put into the page.

The assets are the texts that the package ``folium-offline`` carries, keyed by the address that
folium asks for. Its mapping is a private name, so both versions are pinned and a test checks that
every address a map asks for is in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final, cast

import folium
from branca.element import Element, Figure
from folium.elements import JSCSSMixin

_SCRIPT: Final = re.compile(r'<script src="([^"<>]+)"></script>')
_STYLE: Final = re.compile(r'<link rel="stylesheet" href="([^"<>]+)"/>')
_SOURCE_MAP: Final = re.compile(
    r"^[ \t]*(//[#@] sourceMappingURL=.*|/\*[#@] sourceMappingURL=.*?\*/)[ \t]*$", re.M
)
_CLOSING: Final = re.compile(r"</(script|style)", re.I)


@cache
def assets() -> Mapping[str, str]:
    """Return the text of every asset, by address; images are inlined in the style sheets."""
    from offlinefolium.elements import _res  # takes a quarter of a second: only when asked for

    return MappingProxyType({str(url): str(body) for url, body in _res.items()})


def asset_urls(m: folium.Map) -> tuple[str, ...]:
    """Return the addresses that the page of `m` asks for, in order, each once."""
    return tuple(dict.fromkeys(_urls(m)))


def _urls(element: Element) -> Iterator[str]:
    if isinstance(element, JSCSSMixin):
        for _, url in (*element.default_js, *element.default_css):
            yield url
    for child in element._children.values():
        yield from _urls(child)


def offline_html(m: folium.Map) -> str:
    """Return the whole page of `m`; nothing in it is fetched from anywhere.

    Raises
    ------
    KeyError
        If the page asks for an asset that the package does not carry.
    """
    page = _render(cast(Figure, m.get_root()))
    page = _SCRIPT.sub(lambda match: f"<script>{_inline(match[1])}</script>", page)
    return _STYLE.sub(lambda match: f"<style>{_inline(match[1])}</style>", page)


def _render(figure: Figure) -> str:
    """Return the page and leave `figure` as it was.

    Rendering adds to the figure's parts, under random names, so that a second time would write
    some lines twice.
    """
    parts = (figure.header, figure.html, figure.script)
    before = [part._children.copy() for part in parts]
    page: str = figure.render()
    for part, children in zip(parts, before, strict=True):
        part._children = children
    return page


def _inline(url: str) -> str:
    body = _SOURCE_MAP.sub("", assets()[url])
    return _CLOSING.sub(r"<\\/\1", body)
