"""What the colours of each layer mean: classes, their breaks and their symbols.

The classes of minutes take the viridis ramp from light (near) to dark (far); covered and not
covered, better and worse take blue and orange of Okabe and Ito. Both are told apart by colour-blind
readers, and what matters most has a shape of its own besides. Message ids put together here: one
for each verdict, ``maps.verdict_<verdict>``, and one for each kind of change,
``maps.change_<change>``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage.analysis.roads import REACH_MIN
from coverage.analysis.village_changes import CHANGES, Change
from coverage.messages import Message
from coverage.problems import InputError, Problem
from maps import LAYERS
from maps.style import INK, PAPER, PointClass, Symbol

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class AreaClass:
    """One entry of the legend of areas, which are drawn with `AREA_OPACITY`."""

    label: Message
    fill: str

    @property
    def seen(self) -> str:
        """The colour as it is seen on white, for the legend."""
        parts = [int(self.fill[at : at + 2], 16) for at in (1, 3, 5)]
        return "#" + "".join(f"{round(255 - AREA_OPACITY * (255 - part)):02x}" for part in parts)


@dataclass(frozen=True)
class LineClass:
    """One entry of the legend of roads."""

    label: Message
    colour: str
    width_px: float
    width_mm: float


AREA_OPACITY: Final = 0.55
MINUTE_BREAKS: Final = (5.0, 10.0, 15.0, 20.0, 30.0, 45.0)
_RAMP: Final = ("#fde725", "#90d743", "#35b779", "#21918c", "#31688e", "#443983", "#31073d")
BEYOND_BREAKS: Final = (2.0, 5.0, 10.0, 20.0)
_BEYOND_RAMP: Final = ("#fee391", "#fdae4b", "#f07818", "#b8420a", "#5c1a04")
SPEED_BREAKS: Final = (20.0, 30.0, 40.0, 60.0, 80.0)
_SPEED_RAMP: Final = ("#d2cdc6", "#a0bf5a", "#4fae77", "#2a86a0", "#2d5c93", "#2c1e66")
_REACH_RAMP: Final = ("#1b3b6f", "#2a8aa3", "#8fc96b")
_REACH_NOT: Final = "#c98b8b"
BLUE: Final = "#0072b2"
ORANGE: Final = "#e69f00"
_UNREACHABLE: Final = PointClass(Message("maps.unreachable"), Symbol("cross", "#000000", PAPER))

PLAIN: Final = PointClass(Message("maps.village"), Symbol("circle", PAPER, "#5a5a5a"))
"""A village on a layer that colours something else."""


def _circle(fill: str) -> Symbol:
    return Symbol("circle", fill, INK)


def steps(breaks: Sequence[float], up_to: str, between: str, over: str) -> list[Message]:
    """Return the labels of the classes between `breaks`, the ids being those of three messages."""
    return [
        Message(up_to, {"high": f"{breaks[0]:g}"}),
        *(Message(between, {"low": f"{a:g}", "high": f"{b:g}"}) for a, b in pairwise(breaks)),
        Message(over, {"low": f"{breaks[-1]:g}"}),
    ]


def _minute_classes() -> tuple[PointClass, ...]:
    labels = steps(MINUTE_BREAKS, "maps.minutes_up_to", "maps.minutes_between", "maps.minutes_over")
    return (
        *(PointClass(label, _circle(c)) for label, c in zip(labels, _RAMP, strict=True)),
        _UNREACHABLE,
    )


def _beyond_classes() -> tuple[PointClass, ...]:
    labels = steps(BEYOND_BREAKS, "maps.beyond_up_to", "maps.beyond_between", "maps.beyond_over")
    symbols = [Symbol("diamond", colour, INK) for colour in _BEYOND_RAMP]
    return (
        PointClass(Message("maps.covered"), _circle("#c9dcea")),
        *(PointClass(label, s) for label, s in zip(labels, symbols, strict=True)),
        _UNREACHABLE,
    )


_CHANGE_SYMBOLS: Final[Mapping[Change, Symbol]] = MappingProxyType(
    {
        "gained": Symbol("triangle", BLUE, INK),
        "lost": Symbol("down", "#d55e00", INK),
        "faster": Symbol("triangle", "#a6cbe3", INK),
        "slower": Symbol("down", "#f7cfa8", INK),
        "same": Symbol("circle", PAPER, "#8a8a8a"),
        "new": Symbol("square", "#009e73", INK),
        "unreachable": _UNREACHABLE.symbol,
    }
)

CLASSES: Final[Mapping[str, tuple[PointClass, ...]]] = MappingProxyType(
    {
        "minutes": _minute_classes(),
        "coverage": (
            PointClass(Message("maps.covered"), _circle(BLUE)),
            PointClass(Message("maps.not_covered"), Symbol("diamond", ORANGE, INK)),
            _UNREACHABLE,
        ),
        "beyond": _beyond_classes(),
        "change": tuple(
            PointClass(Message(f"maps.change_{change}"), _CHANGE_SYMBOLS[change])
            for change in CHANGES
        ),
    }
)
"""The classes of villages of each layer that has fixed ones, in the order of the legend; the last
is unreachable."""

VERDICTS: Final = ("met", "unmet", "not_assessable", "not_applicable")
VERDICT_POINTS: Final = tuple(
    PointClass(Message(f"maps.verdict_{verdict}"), symbol)
    for verdict, symbol in zip(
        VERDICTS,
        (
            _circle(BLUE),
            Symbol("diamond", ORANGE, INK),
            Symbol("square", "#bdbdbd", INK),
            Symbol("circle", PAPER, "#8a8a8a"),
        ),
        strict=True,
    )
)
VERDICT_FACILITIES: Final = tuple(
    PointClass(entry.label, Symbol(shape, entry.symbol.fill, INK, 7.0, 1.8))
    for entry, shape in zip(
        VERDICT_POINTS, ("square", "diamond", "triangle", "square"), strict=True
    )
)
"""With corners, so that they are drawn above villages and roads."""
VERDICT_AREAS: Final = tuple(
    AreaClass(Message(f"maps.verdict_{verdict}"), fill)
    for verdict, fill in zip(VERDICTS, ("#5ba4d0", "#f2b84b", "#bdbdbd", "#ffffff"), strict=True)
)

SPEED_LINES: Final = tuple(
    LineClass(label, colour, 1.0 + 0.5 * place, 0.22 + 0.12 * place)
    for place, (label, colour) in enumerate(
        zip(
            steps(SPEED_BREAKS, "maps.speed_up_to", "maps.speed_between", "maps.speed_over"),
            _SPEED_RAMP,
            strict=True,
        )
    )
)
REACH_LINES: Final = (
    *(
        LineClass(label, colour, 2.4 - 0.3 * place, 0.55 - 0.07 * place)
        for place, (label, colour) in enumerate(
            zip(
                steps(REACH_MIN, "maps.reach_up_to", "maps.reach_between", "maps.reach_over"),
                (*_REACH_RAMP, _REACH_NOT),
                strict=True,
            )
        )
    ),
)

STATION_COLOURS: Final = (
    "#88ccee", "#cc6677", "#ddcc77", "#117733", "#aa4499", "#44aa99", "#332288", "#999933",
    "#882255", "#e69f00",
)  # fmt: skip
"""Of the areas of stations: a set that colour-blind readers tell apart (Tol's, and an orange)."""
NO_STATION: Final = AreaClass(Message("maps.unreachable"), "#d5d5d5")


def check_layer(layer: str) -> str:
    """Return `layer` if there is such a layer.

    Raises
    ------
    InputError
        If `layer` is not one of `LAYERS`.
    """
    if layer not in LAYERS:
        values = {"layer": layer, "known": ", ".join(LAYERS)}
        raise InputError([Problem(code="maps.unknown_layer", values=values)])
    return layer


def village_classes(villages: pd.DataFrame, layer: str) -> IntArray:
    """Return each village's position in ``CLASSES[layer]``.

    Parameters
    ----------
    villages
        ``Report.villages``: ``response_min`` (NaN is unreachable), ``limit_min`` and ``covered``.
    layer
        ``minutes``, ``coverage`` or ``beyond``.

    Raises
    ------
    InputError
        If there is no such layer.
    """
    minutes = villages["response_min"].to_numpy(dtype=float, na_value=np.nan)
    last = len(CLASSES[check_layer(layer)]) - 1
    covered = villages["covered"].to_numpy(dtype=bool)
    if layer == "minutes":
        # "left" puts a value that equals a break into the class that ends there
        classes = np.searchsorted(MINUTE_BREAKS, minutes, side="left")
    elif layer == "beyond":
        over = minutes - villages["limit_min"].to_numpy(dtype=float)
        classes = np.where(covered, 0, 1 + np.searchsorted(BEYOND_BREAKS, over.round(9)))
    else:
        classes = np.where(covered, 0, 1)
    return np.where(np.isnan(minutes), last, classes).astype(np.int64)
