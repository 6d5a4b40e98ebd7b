"""Speed profiles: km/h by OSM highway class and area class, from ``data/speeds/*.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Final, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator

from coverage.county.config import ResponseParameters
from coverage.county.files import nearest, shown
from coverage.errors import InputError, Problem, raise_if_errors
from coverage.network.model import FloatArray, IntArray
from coverage.network.tags import CLASSES
from coverage.paths import DATA

AreaClass = Literal["urban", "rural"]
AREA_CLASSES: Final[tuple[AreaClass, ...]] = ("urban", "rural")

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
        If the profile or a class of ``speeds_kph`` is not known.
    """
    problems = [
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
    try:
        profile = load_profile(response.speed_profile)
    except InputError as error:
        raise InputError([*error.problems, *problems]) from None
    raise_if_errors(problems)
    return np.array(
        [
            [{**profile.kph(area), **response.speeds_kph}[c] for c in CLASSES]
            for area in AREA_CLASSES
        ]
    )


def edge_speed_kph(
    table: FloatArray, area: IntArray, highway: IntArray, maxspeed_kph: FloatArray, factor: float
) -> FloatArray:
    """Return the speed of each piece of road, km/h.

    The figure of its area class and class, lowered to the limit where that is lower, times
    `factor`.

    Parameters
    ----------
    table
        From `speed_table`.
    area, highway
        Positions in `AREA_CLASSES` and `CLASSES`.
    maxspeed_kph
        Limit, infinite where there is none.
    factor
        ``speed_factor`` of the county.
    """
    speed: FloatArray = np.minimum(table[area, highway], maxspeed_kph) * factor
    return speed
