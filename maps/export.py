"""Maps as files."""

from __future__ import annotations

import secrets
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from matplotlib.figure import Figure

from coverage.assessment.report import Report
from coverage.messages import Language
from coverage.problems import InputError, Problem, not_written
from maps.basemap import NO_BASEMAP, Basemap
from maps.briefing import briefing_map, fixed_settings
from maps.classes import check_layer
from maps.interactive import interactive_map
from maps.offline import offline_html

SUFFIXES: Final = (".png", ".pdf", ".svg", ".html")
# what matplotlib writes into a file besides the drawing: no clock, no version
_METADATA: Final[dict[str, dict[str, Any]]] = {
    ".png": {"Software": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    ".svg": {"Date": None, "Creator": None},
}

# less squeezed is less work, and for drawings no larger
_SAVED: Final[dict[str, dict[str, Any]]] = {".png": {"pil_kwargs": {"compress_level": 3}}}


def write_map(
    report: Report,
    path: Path,
    language: Language,
    layer: str = "minutes",
    *,
    rule: str | None = None,
    before: Report | None = None,
    basemap: Basemap = NO_BASEMAP,
) -> None:
    """Write a map: ``.html`` interactive and whole in itself, else a briefing map.

    The same report gives the same bytes. The file is whole or absent: it is written under another
    name beside its place and moved there.

    Raises
    ------
    InputError
        If there is no such layer or rule, the suffix is none of `SUFFIXES`, the base map cannot be
        read, or the place cannot be written to.
    """
    check_layer(layer)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        values = {"suffix": path.suffix or path.name, "known": ", ".join(SUFFIXES)}
        raise InputError([Problem(code="maps.unknown_suffix", values=values)])
    if suffix == ".html":
        drawn = interactive_map(
            report, language, layer, rule=rule, before=before, basemap=basemap.for_export()
        )
        body = offline_html(drawn).encode("utf-8")
    else:
        figure = briefing_map(
            report, language, layer, rule=rule, before=before, basemap=basemap.for_export()
        )
        body = _printed(figure, suffix)
    _write(path, body)


def write_page(path: Path, html: str) -> None:
    """Write a page, whole or absent.

    Raises
    ------
    OutputError
        If the place cannot be written to.
    """
    _write(path, html.encode("utf-8"))


def _write(path: Path, body: bytes) -> None:
    try:
        _replace(path, body)
    except OSError as error:
        raise not_written("maps.cannot_write", error, path=path) from error


def _printed(figure: Figure, suffix: str) -> bytes:
    buffer = BytesIO()
    with fixed_settings():
        figure.savefig(
            buffer, format=suffix[1:], metadata=_METADATA[suffix], **_SAVED.get(suffix, {})
        )
    return buffer.getvalue()


def _replace(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with temporary.open("xb") as file:
            file.write(body)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
