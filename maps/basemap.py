"""What lies under the county's map: nothing, an online service, or a picture of one's own.

The online services are for the screen only. An exported page or sheet must open without a network
and must not give away a key, so that there only a local picture is drawn (`for_export`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from coverage.problems import InputError, Problem

Kind = Literal["none", "osm", "tianditu", "tiles", "mbtiles", "raster"]
KINDS: Final[tuple[Kind, ...]] = ("none", "osm", "tianditu", "tiles", "mbtiles", "raster")
ONLINE: Final[frozenset[Kind]] = frozenset({"osm", "tianditu"})
Datum = Literal["wgs84", "gcj02"]
DATUMS: Final[tuple[Datum, ...]] = ("wgs84", "gcj02")
LOCAL: Final[frozenset[Kind]] = frozenset({"tiles", "mbtiles", "raster"})

_KEY: Final = re.compile(r"[0-9A-Fa-f]{32}")


@dataclass(frozen=True)
class Basemap:
    """A choice of base map; plain values, so that it can be kept in a file and be a cache's key.

    Attributes
    ----------
    kind
        ``tiles``: a folder ``z/x/y.png`` (or .jpg, .webp); ``mbtiles``: one file; ``raster``: a
        GeoTIFF, or a picture with a world file beside it.
    path
        Of the folder or file of the local kinds.
    key
        Of Tianditu, 32 hexadecimal digits; never shown.
    datum
        Of a local one: ``gcj02`` for tiles of AMap or Tencent, whose places are shifted by some
        500 m; else ``wgs84``, with which CGCS2000 agrees.
    """

    kind: Kind = "none"
    path: str = ""
    key: str = field(default="", repr=False)
    datum: Datum = "wgs84"

    def checked(self) -> Basemap:
        """Return itself.

        Raises
        ------
        InputError
            If the kind or datum is not known, or its key or path is missing or cannot be one.
        """
        if self.kind not in KINDS:
            values = {"kind": self.kind, "known": ", ".join(KINDS)}
            raise InputError([Problem("maps.basemap_unknown", values=values)])
        if self.datum not in DATUMS:
            raise InputError([Problem("maps.basemap_datum", values={"datum": self.datum})])
        if self.kind == "tianditu" and not _KEY.fullmatch(self.key):
            raise InputError([Problem("maps.basemap_key")])
        if self.kind in LOCAL and not self.path:
            raise InputError([Problem("maps.basemap_no_path")])
        return self

    def state(self) -> tuple[int, int]:
        """Return time of change (ns) and size of what lies on the disk; zeros without it."""
        try:
            stat = Path(self.path).stat() if self.kind in LOCAL else None
        except (OSError, ValueError):
            stat = None
        return (stat.st_mtime_ns, stat.st_size) if stat else (0, 0)

    def for_export(self) -> Basemap:
        """Return what may stand in a file: itself where it is local, else none."""
        return self if self.kind in LOCAL else NO_BASEMAP


NO_BASEMAP: Final = Basemap()


def basemap_at(path: Path, datum: Datum = "wgs84") -> Basemap:
    """Return the local base map at `path`, its kind by what lies there."""
    if path.is_dir():
        return Basemap("tiles", str(path), datum=datum)
    kind: Kind = "mbtiles" if path.suffix.lower() == ".mbtiles" else "raster"
    return Basemap(kind, str(path), datum=datum)
