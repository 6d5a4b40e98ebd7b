"""Edits of ``county.toml``: the measure of time, and rules with their parameters."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from coverage.county.config import CountyConfig, ResponseParameters
from coverage.scenario.action import ConfigAction, Flag, Id, Number, Parameter


class SetResponse(ConfigAction):
    """Other values of ``[response]``; ``speeds_kph`` adds to those there are (null takes away)."""

    turnout_min: Number | None = None
    access_speed_kph: Number | None = None
    access_detour: Number | None = None
    max_access_m: Number | None = None
    next_road_m: Number | None = None
    speed_profile: str | None = None
    speed_factor: Number | None = None
    speeds_kph: dict[str, Number | None] | None = None

    @model_validator(mode="after")
    def _fits_the_county_file(self) -> Self:
        stated = self.model_dump(exclude_none=True)
        if not stated:
            raise PydanticCustomError("nothing_stated", "no value")
        speeds = {k: v for k, v in stated.pop("speeds_kph", {}).items() if v is not None}
        ResponseParameters.model_validate({**stated, "speeds_kph": speeds})
        return self

    def changed(self, config: CountyConfig) -> CountyConfig:
        """Return `config` with the response parameters that are stated."""
        stated = self.model_dump(exclude_none=True)
        response = config.response.model_dump()
        speeds = {**response["speeds_kph"], **stated.pop("speeds_kph", {})}
        speeds = {name: kph for name, kph in speeds.items() if kph is not None}
        if self.speeds_kph:
            speeds = {n: k for n, k in speeds.items() if self.speeds_kph.get(n, k) is not None}
        changed = ResponseParameters.model_validate({**response, **stated, "speeds_kph": speeds})
        return config.model_copy(update={"response": changed})


class SetRule(ConfigAction):
    """A rule tested or not, and its parameters."""

    id: Id
    enabled: Flag | None = None
    parameters: dict[str, Parameter] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.enabled is None and not self.parameters:
            raise PydanticCustomError("nothing_stated", "no value")
        return self

    def changed(self, config: CountyConfig) -> CountyConfig:
        """Return `config` with the rule's parameters, and whether it is tested."""
        stated = {**config.rules.get(self.id, {}), **self.parameters}
        if self.enabled is not None:
            stated["enabled"] = self.enabled
        return config.model_copy(update={"rules": {**config.rules, self.id: stated}})
