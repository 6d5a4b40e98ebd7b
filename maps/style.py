"""The one style of every map: shapes, sizes, units, facilities, roads.

Message ids used here: ``maps.people_up_to, maps.people_between, maps.people_over``; one for each
facility group, ``maps.group_<key>``, and one for each group of roads, ``maps.road_<key>``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage.messages import Message

IntArray = npt.NDArray[np.int64]
Vertices = tuple[tuple[float, float], ...]

_ARM: Final = 0.36
_PLUS: Final[Vertices] = (
    (-_ARM, -1), (_ARM, -1), (_ARM, -_ARM), (1, -_ARM), (1, _ARM), (_ARM, _ARM),
    (_ARM, 1), (-_ARM, 1), (-_ARM, _ARM), (-1, _ARM), (-1, -_ARM), (-_ARM, -_ARM),
)  # fmt: skip
_TURN: Final = 0.5**0.5
HEAVY_PX: Final = 3.0
SHAPES: Final[Mapping[str, Vertices]] = MappingProxyType(
    {
        "circle": (),
        "square": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
        "diamond": ((0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0)),
        "triangle": ((-1, -0.8), (1, -0.8), (0, 1)),
        "down": ((-1, 0.8), (1, 0.8), (0, -1)),
        "plus": _PLUS,
        "bar": ((-1.2, -0.5), (1.2, -0.5), (1.2, 0.5), (-1.2, 0.5)),
        "cross": tuple(((x - y) * _TURN, (x + y) * _TURN) for x, y in _PLUS),
    }
)
"""Outlines around (0, 0), about one unit in radius, y upwards; a circle has none."""


@dataclass(frozen=True)
class Symbol:
    """How a point is drawn: a key of `SHAPES`, its two colours and a radius.

    Attributes
    ----------
    radius_px, radius_mm
        Radius on the screen and on paper; villages are sized by `SIZES` instead.
    heavy
        Whether its edge is thick; a `fill` of ``none`` makes it a ring.
    """

    shape: str
    fill: str
    edge: str
    radius_px: float = 6.0
    radius_mm: float = 1.4
    heavy: bool = False


@dataclass(frozen=True)
class PointClass:
    """One entry of the legend of points."""

    label: Message
    symbol: Symbol


@dataclass(frozen=True)
class SizeClass:
    """How large villages with so many people are drawn."""

    label: Message
    radius_px: float
    radius_mm: float


@dataclass(frozen=True)
class RoadGroup:
    """Road classes that are drawn alike.

    Attributes
    ----------
    classes
        OSM highway classes; a class with ``_link`` goes with its parent, one that no group names
        goes to the last.
    """

    key: str
    label: Message
    classes: frozenset[str]
    colour: str
    width_px: float
    width_mm: float


@dataclass(frozen=True)
class Stroke:
    """How a line is drawn; ``dash_px`` as in SVG, empty for none."""

    colour: str
    width_px: float
    width_mm: float
    dash_px: str = ""


INK: Final = "#1a1a1a"
PAPER: Final = "#ffffff"
MUTED: Final = "#5a5a5a"
WARNING_FILL: Final = "#fff3cd"
WARNING_EDGE: Final = "#b8860b"
SCENARIO_FILL: Final = "#e3f0fb"
SCENARIO_EDGE: Final = "#0072b2"
UNIT_EDGE: Final = "#6b6f76"
UNIT_FILL: Final[Mapping[str, str]] = MappingProxyType(
    {"township": "#f6f4ec", "street": "#e9edf3", "zone": "#efe9f1"}
)
FONTS_HTML: Final = "'Microsoft YaHei','PingFang SC',SimHei,'Noto Sans CJK SC',sans-serif"
FONTS_STATIC: Final = ("Microsoft YaHei", "SimHei", "Noto Sans CJK SC")

_PEOPLE_BREAKS: Final = (1_000, 3_000, 10_000)
SIZES: Final = (
    SizeClass(Message("maps.people_up_to", {"high": f"{_PEOPLE_BREAKS[0]:,}"}), 4.0, 0.75),
    SizeClass(
        Message(
            "maps.people_between",
            {"low": f"{_PEOPLE_BREAKS[0]:,}", "high": f"{_PEOPLE_BREAKS[1]:,}"},
        ),
        5.5,
        1.05,
    ),
    SizeClass(
        Message(
            "maps.people_between",
            {"low": f"{_PEOPLE_BREAKS[1]:,}", "high": f"{_PEOPLE_BREAKS[2]:,}"},
        ),
        7.5,
        1.45,
    ),
    SizeClass(Message("maps.people_over", {"low": f"{_PEOPLE_BREAKS[2]:,}"}), 10.0, 1.95),
)

ROUTE: Final = Stroke("#d7191c", 4.5, 1.0)
ROUTE_ACCESS: Final = Stroke("#d7191c", 2.5, 0.5, "2 6")
CLOSED: Final = Stroke("#000000", 4.0, 0.8, "3 6")
SLOWED: Final = Stroke("#d95f0e", 2.5, 0.55, "7 5")
BARRIER: Final = Symbol("bar", "#ffd400", INK, 8.0, 1.8)
MARK_SYMBOLS: Final[Mapping[str, Symbol]] = MappingProxyType(
    {
        "new": Symbol("circle", "none", "#009e73", 14.0, 3.2, heavy=True),
        "changed": Symbol("circle", "none", "#56b4e9", 14.0, 3.2, heavy=True),
        "moved": Symbol("circle", "none", "#cc79a7", 14.0, 3.2, heavy=True),
        "gone": Symbol("plus", "#9a9a9a", INK, 10.0, 2.1),
    }
)
"""Rings around the facilities that a scenario touches; what it takes away is grey."""

STATION: Final = "station"
FACILITY_GROUPS: Final[Mapping[str, PointClass]] = MappingProxyType(
    {
        STATION: PointClass(
            Message("maps.group_station"), Symbol("plus", "#d7191c", PAPER, 10.0, 2.3)
        ),
        "hospital": PointClass(
            Message("maps.group_hospital"), Symbol("square", INK, PAPER, 6.5, 1.4)
        ),
        "centre": PointClass(Message("maps.group_centre"), Symbol("square", PAPER, INK, 5.5, 1.15)),
        "clinic": PointClass(
            Message("maps.group_clinic"), Symbol("triangle", PAPER, INK, 4.5, 0.85)
        ),
        "other": PointClass(Message("maps.group_other"), Symbol("cross", "#9a9a9a", INK, 4.5, 0.9)),
    }
)
"""Facilities that answer calls first, then the rest by what they are."""

MAIN_GROUPS: Final = (STATION, "hospital", "centre")
"""What a map shows at first, and on paper: clinics stand in the villages and would hide them."""

_KIND_GROUP: Final[Mapping[str, str]] = MappingProxyType(
    {
        "county_hospital": "hospital",
        "tcm_hospital": "hospital",
        "mch_institution": "hospital",
        "township_hospital": "centre",
        "central_township_hospital": "centre",
        "community_centre": "centre",
        "community_station": "clinic",
        "village_clinic": "clinic",
    }
)

ROAD_GROUPS: Final = (
    RoadGroup(
        "trunk",
        Message("maps.road_trunk"),
        frozenset({"motorway", "trunk"}),
        "#6e6259",
        3.2,
        0.85,
    ),
    RoadGroup("primary", Message("maps.road_primary"), frozenset({"primary"}), "#857a70", 2.3, 0.6),
    RoadGroup(
        "secondary", Message("maps.road_secondary"), frozenset({"secondary"}), "#9c928a", 1.6, 0.42
    ),
    RoadGroup(
        "tertiary", Message("maps.road_tertiary"), frozenset({"tertiary"}), "#b0a8a1", 1.1, 0.3
    ),
    RoadGroup("local", Message("maps.road_local"), frozenset(), "#c6c0ba", 0.7, 0.18),
)


def size_classes(population: pd.Series) -> IntArray:
    """Return each village's position in `SIZES`; the smallest where people are not known."""
    people = np.nan_to_num(population.to_numpy(dtype=float, na_value=np.nan), nan=0.0)
    return np.asarray(np.searchsorted(_PEOPLE_BREAKS, people, side="left"), dtype=np.int64)


def facility_group(kind: str, answers_calls: bool) -> str:
    """Return the key of `FACILITY_GROUPS` for a facility of this `kind`."""
    return STATION if answers_calls else _KIND_GROUP.get(kind, "other")


def road_group(highway: str) -> int:
    """Return the position in `ROAD_GROUPS` of an OSM highway class."""
    parent = highway.removesuffix("_link")
    for position, group in enumerate(ROAD_GROUPS):
        if parent in group.classes:
            return position
    return len(ROAD_GROUPS) - 1


def svg(symbol: Symbol, radius_px: float) -> str:
    """Return an inline SVG picture of `symbol`, without any reference to outside."""
    half = radius_px * 1.25 + (HEAVY_PX if symbol.heavy else 1.0)
    vertices = SHAPES[symbol.shape]
    width = HEAVY_PX if symbol.heavy else 1.0
    paint = f'fill="{symbol.fill}" stroke="{symbol.edge}" stroke-width="{width:g}"'
    if vertices:
        points = " ".join(f"{x * radius_px:.2f},{-y * radius_px:.2f}" for x, y in vertices)
        shape = f'<polygon points="{points}" {paint}/>'
    else:
        shape = f'<circle r="{radius_px:g}" {paint}/>'
    box = f"{-half:g} {-half:g} {2 * half:g} {2 * half:g}"
    return (
        f'<svg width="{2 * half:g}" height="{2 * half:g}" viewBox="{box}" '
        f'style="display:block">{shape}</svg>'
    )
