"""Edits of roads."""

from __future__ import annotations

from typing import Annotated, Self

import shapely
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from coverage.network.edit import close_across, close_within, slow_within
from coverage.network.model import Network
from coverage.scenario.action import MAX_PLACES, Number, Place, RoadAction

Shape = shapely.LineString | shapely.Polygon


def _checked_area(area: tuple[Place, ...]) -> None:
    polygon = shapely.Polygon(area)
    if not polygon.is_valid or not polygon.area > 0:
        raise PydanticCustomError("area_crossed", "no simple area")


class CloseRoad(RoadAction):
    """Roads that cross a line, or the parts of roads in an area, cannot be driven."""

    line: Annotated[tuple[Place, ...], Field(min_length=2, max_length=MAX_PLACES)] | None = None
    area: Annotated[tuple[Place, ...], Field(min_length=3, max_length=MAX_PLACES)] | None = None

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        if (self.line is None) == (self.area is None):
            raise PydanticCustomError("one_shape", "line or area")
        if self.area is not None:
            _checked_area(self.area)
        elif self.line is not None and len(set(self.line)) < 2:
            raise PydanticCustomError("line_short", "no line")
        return self

    def shape(self) -> Shape:
        """Return what is drawn, in degrees."""
        return shapely.Polygon(self.area) if self.line is None else shapely.LineString(self.line)

    def changed(self, network: Network, shape: Shape, file: str) -> Network:
        """Return the network without the roads that cross the line, or the parts in the area."""
        if isinstance(shape, shapely.LineString):
            return close_across(network, shape, file)
        return close_within(network, shape, file)


class SlowRoad(RoadAction):
    """The parts of roads in an area are driven at a multiple of their speed."""

    area: Annotated[tuple[Place, ...], Field(min_length=3, max_length=MAX_PLACES)]
    factor: Annotated[Number, Field(ge=0.01, le=3)]

    @model_validator(mode="after")
    def _simple(self) -> Self:
        _checked_area(self.area)
        return self

    def shape(self) -> Shape:
        """Return what is drawn, in degrees."""
        return shapely.Polygon(self.area)

    def changed(self, network: Network, shape: Shape, file: str) -> Network:
        """Return the network with the parts of roads in the area at another speed."""
        assert isinstance(shape, shapely.Polygon)
        return slow_within(network, shape, self.factor, file)
