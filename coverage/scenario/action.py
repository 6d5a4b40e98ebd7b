"""What an edit may do: the bases of its kinds, and the types of what it states."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, Self

import shapely
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from coverage.county.config import CountyConfig
from coverage.network.model import Network
from coverage.scenario.columns import Cell, cell_of, column_of, plain_line, plain_text
from coverage.scenario.draft import Draft

MAX_PLACES: Final = 10_000
DEGREE_DECIMALS: Final = 7
"""Places are rounded to this (1 cm), so that a file gives back what was drawn."""


def as_text(value: object) -> object:
    """Take a code that was written without quotes for the text it stands for."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _is_text(value: str) -> str:
    plain = plain_line(value)
    if not plain:
        raise PydanticCustomError("blank", "blank")
    return plain


def _degrees(value: float) -> float:
    return round(value, DEGREE_DECIMALS)


def word_of(vocabulary: str) -> BeforeValidator:
    """Accept any alias of a word of `vocabulary`."""

    def known(value: object) -> object:
        return cell_of(vocabulary, value)

    return BeforeValidator(known)


Id = Annotated[str, BeforeValidator(as_text), Field(max_length=200), AfterValidator(_is_text)]
Name = Annotated[str, Field(max_length=200), AfterValidator(_is_text)]
Note = Annotated[str, Field(max_length=5000), AfterValidator(plain_text)]
Number = Annotated[float, Field(strict=True)]
Flag = Annotated[bool, Field(strict=True)]
Lon = Annotated[Number, Field(ge=-180, le=180), AfterValidator(_degrees)]
Lat = Annotated[Number, Field(ge=-90, le=90), AfterValidator(_degrees)]
Place = tuple[Lon, Lat]
People = Annotated[Number, Field(ge=0, le=100_000_000)]
Parameter = bool | int | float | str | list[str]


class Strict(BaseModel):
    """A part of a scenario: no other keys than its own."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Action(Strict):
    """Base of what an edit does."""

    def stated(self) -> dict[str, Any]:
        """Return what is written in a file: nothing that was left to its default."""
        return {**self.model_dump(mode="json", exclude_unset=True), **(self.model_extra or {})}


class TableAction(Action):
    """An action on the county's tables."""

    @abstractmethod
    def change(self, draft: Draft) -> None:
        """Change the tables of `draft`.

        Raises
        ------
        MisfitError
            If the county has not what the action speaks of.
        """


class ConfigAction(Action):
    """An action on what ``county.toml`` states."""

    @abstractmethod
    def changed(self, config: CountyConfig) -> CountyConfig:
        """Return `config` with what the action states."""


class RoadAction(Action):
    """An action on the roads within or across a shape."""

    @abstractmethod
    def shape(self) -> shapely.LineString | shapely.Polygon:
        """Return what is drawn, in degrees."""

    @abstractmethod
    def changed(
        self, network: Network, shape: shapely.LineString | shapely.Polygon, file: str
    ) -> Network:
        """Return the network after the action.

        Parameters
        ----------
        shape
            As drawn, in the network's CRS.
        file
            That the roads were read from, for messages.
        """


class WithColumns(TableAction):
    """An action that may state any column of a table, checked by the column dictionary."""

    model_config = ConfigDict(extra="allow")
    table: ClassVar[str]
    barred: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="wrap")
    @classmethod
    def _known_columns(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Read the other columns by the dictionary; tell all that is wrong at once."""
        errors: list[InitErrorDetails] = []
        if isinstance(data, Mapping):
            data = dict(data)
            for key in [key for key in data if key not in cls.model_fields]:
                try:
                    data[key] = column_of(cls.table, str(key), data[key], cls.barred)
                except PydanticCustomError as error:
                    errors.append(
                        InitErrorDetails(type=error, loc=(str(key),), input=data.pop(key))
                    )
        try:
            made = handler(data)
        except ValidationError as error:
            errors += [_again(item) for item in error.errors(include_url=False)]
        if errors:
            raise ValidationError.from_exception_data(cls.__name__, errors)
        return made

    @property
    def cells(self) -> Mapping[str, Cell]:
        """The table's columns that are stated beside the fields above (None = not known)."""
        return dict(self.model_extra or {})


def _again(item: Any) -> InitErrorDetails:
    """Return an error of pydantic's own as one that can be raised once more."""
    kind = PydanticCustomError(item["type"], "{text}", {**item.get("ctx", {}), "text": item["msg"]})
    return InitErrorDetails(type=kind, loc=item["loc"], input=item["input"])
