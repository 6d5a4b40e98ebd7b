"""``county.toml``: what a county folder says of itself."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

Code = Annotated[str, Field(pattern=r"^\d{6}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Identity(_Strict):
    """``[county]``: name and six-digit region code."""

    name: str = Field(min_length=1)
    name_en: str = ""
    code: Code
    illustrative: bool = False


class Source(_Strict):
    """One entry of ``[sources]``: a path inside the folder, and how to read it."""

    path: str = Field(min_length=1)
    sheet: str | None = None
    layer: str | None = None
    datum: str = "wgs84"


class Sources(_Strict):
    """``[sources]``: which file holds what."""

    townships: Source
    villages: Source
    facilities: Source
    roads: Source
    population: Source | None = None

    @field_validator("*", mode="before")
    @classmethod
    def _from_path(cls, value: object) -> object:
        return {"path": value} if isinstance(value, str) else value


class ResponseParameters(_Strict):
    """``[response]``: what the measure of time assumes."""

    turnout_min: float = Field(3.0, ge=0, le=60)
    access_speed_kph: float = Field(10.0, gt=0, le=60)
    access_detour: float = Field(1.3, ge=1, le=5)
    max_access_m: float = Field(3000.0, ge=0, le=50_000)
    speed_profile: str = "china"
    speed_factor: float = Field(1.0, gt=0, le=3)
    speeds_kph: dict[str, Annotated[float, Field(gt=0, le=200)]] = Field(default_factory=dict)


class CountyConfig(_Strict):
    """The whole of ``county.toml``.

    Attributes
    ----------
    rules
        ``[rules.<id>]``: ``enabled`` and the rule's parameters, not yet checked against the
        catalogue (`coverage.rules.select` does).
    """

    county: Identity
    sources: Sources
    response: ResponseParameters = ResponseParameters()
    rules: dict[str, dict[str, Any]] = Field(default_factory=dict)
