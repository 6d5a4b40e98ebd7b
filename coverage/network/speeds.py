"""Speed profiles: km/h by OSM highway class and area class, from ``data/speeds/*.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, field_validator

from coverage.county.config import ResponseParameters
from coverage.county.files import CONFIG_NAME, nearest, shown
from coverage.network.model import FloatArray
from coverage.network.tags import CLASSES
from coverage.network.words import listed
from coverage.paths import DATA
from coverage.problems import InputError, Problem, Problems, raise_if_errors

AreaClass = Literal["urban", "rural"]
AREA_CLASSES: Final[tuple[AreaClass, ...]] = ("urban", "rural")

M_PER_MIN_AT_1_KPH: Final = 1000 / 60

SLOWEST_KPH: Final = 1.0
"""No class of road is driven slower: a quarter of walking speed."""
FASTEST_KPH: Final = 400.0
"""No road is driven faster: beyond every car."""

_FOLDER: Final = DATA / "speeds"
_Kph = Annotated[float, Field(gt=0, le=200)]


class SpeedProfile(BaseModel):
    """One file of ``data/speeds/``.

    Attributes
    ----------
    name
        The region, in Chinese and English.
    source, licence
        Where the figures come from.
    assumptions
        Figures that are not in the source, and what they take instead.
    urban, rural
        km/h by OSM class; every class of `coverage.network.tags.CLASSES`.
    fallback
        For each area class, the classes without a figure of their own and where theirs is from.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    name: dict[Literal["zh", "en"], str]
    source: str = Field(min_length=1)
    licence: str = Field(min_length=1)
    assumptions: tuple[str, ...] = ()
    urban: dict[str, _Kph]
    rural: dict[str, _Kph]
    fallback: dict[AreaClass, dict[str, str]]

    @field_validator("urban", "rural")
    @classmethod
    def _whole(cls, value: dict[str, float]) -> dict[str, float]:
        if set(value) != set(CLASSES):
            raise ValueError(f"classes are not {', '.join(CLASSES)}")
        return value

    def kph(self, area_class: AreaClass) -> Mapping[str, float]:
        """Return the figures of one area class."""
        return self.urban if area_class == "urban" else self.rural


def profile_names() -> tuple[str, ...]:
    """Return the names that ``speed_profile`` in ``county.toml`` may have."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


@cache
def load_profile(name: str) -> SpeedProfile:
    """Return the profile `name`.

    Raises
    ------
    InputError
        If there is no such profile; the known ones are named.
    """
    if name not in profile_names():
        values = {"name": shown(name), "known": ", ".join(profile_names())}
        raise InputError(
            [
                Problem(
                    "network.unknown_profile",
                    values=values,
                    file="county.toml",
                    column="response.speed_profile",
                )
            ]
        )
    raw = tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return SpeedProfile.model_validate(raw)


def speed_table(response: ResponseParameters) -> FloatArray:
    """Return km/h by area class (rows as `AREA_CLASSES`) and class (columns as `CLASSES`).

    The county's own ``speeds_kph`` replaces the profile's figure in both area classes. Limits and
    ``speed_factor`` are not in it yet.

    Raises
    ------
    InputError
        If the profile or a class of ``speeds_kph`` is not known, or a road would be driven slower
        than `SLOWEST_KPH` or faster than `FASTEST_KPH`.
    """
    problems = Problems()
    with problems.collecting():
        profile = load_profile(response.speed_profile)
    problems += [
        Problem(
            "network.unknown_speed_class",
            values={
                "name": shown(name),
                "nearest": nearest(name.lower(), list(CLASSES), cutoff=0.0),
                "known": ", ".join(CLASSES),
            },
            file="county.toml",
            column=f"response.speeds_kph.{shown(name)}",
        )
        for name in response.speeds_kph
        if name not in CLASSES
    ]
    problems.raise_if_errors()
    table = np.array(
        [
            [{**profile.kph(area), **response.speeds_kph}[c] for c in CLASSES]
            for area in AREA_CLASSES
        ]
    )
    raise_if_errors(_implausible(table, response))
    return table


def with_speeds(edges: gpd.GeoDataFrame, response: ResponseParameters) -> gpd.GeoDataFrame:
    """Return the edges with their speeds and minutes in both directions, worked out anew.

    The figure of their area class and class, lowered to the limit of the direction where that is
    lower, times ``speed_factor``.

    Parameters
    ----------
    edges
        ``highway, area_class, limit_forward_kph, limit_backward_kph, length_m``.
    response
        Speed profile, the county's own speeds, speed factor.

    Raises
    ------
    InputError
        As `speed_table`.
    """
    table = speed_table(response)
    usual = table[
        pd.Index(AREA_CLASSES).get_indexer(pd.Index(edges["area_class"])),
        pd.Index(CLASSES).get_indexer(pd.Index(edges["highway"])),
    ]
    speeds = {
        way: np.minimum(usual, edges[f"limit_{way}_kph"].to_numpy(float)) * response.speed_factor
        for way in ("forward", "backward")
    }
    return driven_at(edges, speeds["forward"], speeds["backward"])


def driven_at(
    edges: gpd.GeoDataFrame, forward_kph: FloatArray, backward_kph: FloatArray
) -> gpd.GeoDataFrame:
    """Return the edges at these speeds, with the minutes they take."""
    length_m = edges["length_m"].to_numpy(float)
    return edges.assign(
        speed_forward_kph=forward_kph,
        speed_backward_kph=backward_kph,
        drive_forward_min=length_m / (forward_kph * M_PER_MIN_AT_1_KPH),
        drive_backward_min=length_m / (backward_kph * M_PER_MIN_AT_1_KPH),
    )


def driven_kph(edges: gpd.GeoDataFrame) -> FloatArray:
    """Return the speed of each edge, the lower where its directions differ."""
    speeds = edges[["speed_forward_kph", "speed_backward_kph"]].to_numpy(dtype=float)
    lower: FloatArray = speeds.min(axis=1)
    return lower


def _implausible(table: FloatArray, response: ResponseParameters) -> list[Problem]:
    """Name the classes that would be driven slower or faster than any road is."""
    driven = table * response.speed_factor
    odd = ((driven < SLOWEST_KPH) | (driven > FASTEST_KPH)).any(axis=0)
    if not odd.any():
        return []
    kph = {
        CLASSES[k]: "/".join(f"{speed:.3g}" for speed in np.unique(driven[:, k]))
        for k in np.flatnonzero(odd)
    }
    own = [name for name in kph if name in response.speeds_kph]
    values = {
        "speeds": listed(kph),
        "factor": f"{response.speed_factor:g}",
        "slowest": f"{SLOWEST_KPH:g}",
        "fastest": f"{FASTEST_KPH:g}",
    }
    column = f"response.speeds_kph.{own[0]}" if len(own) == len(kph) else "response.speed_factor"
    return [Problem("network.speed_implausible", values=values, file=CONFIG_NAME, column=column)]
