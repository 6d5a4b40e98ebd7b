"""A scenario: edits of a county, each one mapping with one verb."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Final, Literal, Self

import shapely
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    model_serializer,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from coverage.county.config import Code, ResponseParameters
from coverage.county.words import meanings
from coverage.scenario.columns import (
    Cell,
    cell_of,
    column_of,
    number_columns,
    plain_line,
    plain_text,
)

MAX_EDITS: Final = 1000
MAX_PLACES: Final = 10_000
DEGREE_DECIMALS: Final = 7
"""Places are rounded to this (1 cm), so that a file gives back what was drawn."""


def _as_text(value: object) -> object:
    """Take a code that was written without quotes for the text it stands for."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _is_text(value: str) -> str:
    plain = plain_line(value)
    if not plain:
        raise PydanticCustomError("blank", "blank")
    return plain


def _degrees(value: float) -> float:
    return round(value, DEGREE_DECIMALS)


def _word_of(vocabulary: str) -> BeforeValidator:
    """Accept any alias of a word of `vocabulary`."""

    def known(value: object) -> object:
        return cell_of(vocabulary, value)

    return BeforeValidator(known)


Id = Annotated[str, BeforeValidator(_as_text), Field(max_length=200), AfterValidator(_is_text)]
Name = Annotated[str, Field(max_length=200), AfterValidator(_is_text)]
Note = Annotated[str, Field(max_length=5000), AfterValidator(plain_text)]
Number = Annotated[float, Field(strict=True)]
Flag = Annotated[bool, Field(strict=True)]
Lon = Annotated[Number, Field(ge=-180, le=180), AfterValidator(_degrees)]
Lat = Annotated[Number, Field(ge=-90, le=90), AfterValidator(_degrees)]
Place = tuple[Lon, Lat]
People = Annotated[Number, Field(ge=0, le=100_000_000)]
Parameter = bool | int | float | str | list[str]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Action(_Strict):
    """Base of what an edit does."""

    def stated(self) -> dict[str, Any]:
        """Return what is written in a file: nothing that was left to its default."""
        return {**self.model_dump(mode="json", exclude_unset=True), **(self.model_extra or {})}


class _WithColumns(Action):
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


class AddFacility(_WithColumns):
    """A new facility; any facility column may stand beside these."""

    table = "facilities"
    id: Id
    name: Name
    kind: Annotated[str, _word_of("facility_kind")]
    lon: Lon
    lat: Lat
    township: Id | None = None
    village: Id | None = None


class MoveFacility(Action):
    """A facility goes to another place."""

    id: Id
    lon: Lon
    lat: Lat


class RemoveFacility(Action):
    """A facility closes."""

    id: Id


class ChangeFacility(_WithColumns):
    """Other figures for a facility: any column, null = not known."""

    table = "facilities"
    barred = frozenset({"lon", "lat"})
    id: Id

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.cells:
            raise PydanticCustomError("nothing_stated", "no column")
        return self


class _OnRoads(Action):
    @staticmethod
    def _checked_area(area: tuple[Place, ...]) -> None:
        polygon = shapely.Polygon(area)
        if not polygon.is_valid or not polygon.area > 0:
            raise PydanticCustomError("area_crossed", "no simple area")


class CloseRoad(_OnRoads):
    """Roads that cross a line, or the parts of roads in an area, cannot be driven."""

    line: Annotated[tuple[Place, ...], Field(min_length=2, max_length=MAX_PLACES)] | None = None
    area: Annotated[tuple[Place, ...], Field(min_length=3, max_length=MAX_PLACES)] | None = None

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        if (self.line is None) == (self.area is None):
            raise PydanticCustomError("one_shape", "line or area")
        if self.area is not None:
            self._checked_area(self.area)
        elif self.line is not None and len(set(self.line)) < 2:
            raise PydanticCustomError("line_short", "no line")
        return self


class SlowRoad(_OnRoads):
    """The parts of roads in an area are driven at a multiple of their speed."""

    area: Annotated[tuple[Place, ...], Field(min_length=3, max_length=MAX_PLACES)]
    factor: Annotated[Number, Field(ge=0.01, le=3)]

    @model_validator(mode="after")
    def _simple(self) -> Self:
        self._checked_area(self.area)
        return self


class SetResponse(Action):
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


class SetRule(Action):
    """A rule tested or not, and its parameters."""

    id: Id
    enabled: Flag | None = None
    parameters: dict[str, Parameter] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.enabled is None and not self.parameters:
            raise PydanticCustomError("nothing_stated", "no value")
        return self


class Grow(Action):
    """Residents become more or fewer, everywhere or in some townships (codes or names)."""

    factor: Annotated[Number, Field(gt=0, le=10)]
    townships: tuple[Id, ...] = ()


class SetPopulation(Action):
    """The residents of one village (its code)."""

    village: Id
    population: People


class AddVillage(_WithColumns):
    """A new settlement; any village column may stand beside these."""

    table = "villages"
    code: Id
    name: Name
    township: Id
    kind: Annotated[str, _word_of("village_kind")] = "village"
    population: People
    area_class: Annotated[str, BeforeValidator(_as_text), _word_of("area_class")] = "rural"
    lon: Lon
    lat: Lat


class Edit(_Strict):
    """One edit: exactly one verb, and what is noted of it.

    Attributes
    ----------
    note
        The planner's own words.
    off
        It is kept but not applied.
    """

    add_facility: AddFacility | None = None
    move_facility: MoveFacility | None = None
    remove_facility: RemoveFacility | None = None
    change_facility: ChangeFacility | None = None
    close_road: CloseRoad | None = None
    slow_road: SlowRoad | None = None
    set_response: SetResponse | None = None
    set_rule: SetRule | None = None
    grow: Grow | None = None
    set_population: SetPopulation | None = None
    add_village: AddVillage | None = None
    note: Note = ""
    off: Flag = False

    @classmethod
    def of(cls, action: Action, note: str = "", *, off: bool = False) -> Self:
        """Return the edit that does `action`."""
        return cls.model_validate({_VERB_OF[type(action)]: action, "note": note, "off": off})

    @model_validator(mode="before")
    @classmethod
    def _one_verb(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and len([key for key in VERBS if key in data]) != 1:
            unknown = [key for key in data if key not in cls.model_fields]
            if len(unknown) != 1:  # else the misspelt verb is told
                raise PydanticCustomError("one_verb", "one verb")
        return data

    @model_validator(mode="after")
    def _verb_says_something(self) -> Self:
        if all(getattr(self, verb) is None for verb in VERBS):
            raise PydanticCustomError("one_verb", "one verb")
        return self

    @property
    def verb(self) -> str:
        """What the edit does, as a file names it."""
        return next(verb for verb in VERBS if getattr(self, verb) is not None)

    @property
    def action(self) -> Action:
        """What the edit does, with its values."""
        action: Action = getattr(self, self.verb)
        return action

    @model_serializer
    def _stated(self) -> dict[str, Any]:
        said: dict[str, Any] = {self.verb: self.action.stated()}
        if self.note:
            said["note"] = self.note
        return said | ({"off": True} if self.off else {})


VERBS: Final = tuple(name for name in Edit.model_fields if name not in {"note", "off"})
"""What an edit may do, in the order in which help names it."""

_VERB_OF: Final[Mapping[type[Action], str]] = {
    AddFacility: "add_facility",
    MoveFacility: "move_facility",
    RemoveFacility: "remove_facility",
    ChangeFacility: "change_facility",
    CloseRoad: "close_road",
    SlowRoad: "slow_road",
    SetResponse: "set_response",
    SetRule: "set_rule",
    Grow: "grow",
    SetPopulation: "set_population",
    AddVillage: "add_village",
}


def _known_costs(costs: dict[str, float]) -> dict[str, float]:
    """Refuse what has no cost: neither a kind of facility nor a column of numbers."""
    known = cost_keys()
    errors = [
        InitErrorDetails(
            type=PydanticCustomError("cost_unknown", "unknown", {"known": ", ".join(known)}),
            loc=(key,),
            input=key,
        )
        for key in costs
        if key not in known
    ]
    if errors:
        raise ValidationError.from_exception_data("costs", errors)
    return costs


def cost_keys() -> tuple[str, ...]:
    """Return what may have a unit cost: kinds of facility, then columns of numbers."""
    return (*meanings("facility_kind"), *number_columns())


def _none_is_empty(value: object) -> object:
    """Take ``edits:`` with nothing behind it for an empty list."""
    return () if value is None else value


Cost = Annotated[Number, Field(ge=0, le=1e9)]


class Scenario(_Strict):
    """Edits of one county, in the order in which they are applied.

    Attributes
    ----------
    scenario
        Version of the file's form.
    county
        Code of the county it was made for.
    costs
        What one costs, in 10,000 yuan: a new facility by kind, or one more of a number column.
    """

    scenario: Literal[1] = 1
    name: Name
    county: Annotated[Code, BeforeValidator(_as_text)]
    note: Note = ""
    costs: Annotated[dict[str, Cost], AfterValidator(_known_costs)] = Field(default_factory=dict)
    edits: Annotated[
        tuple[Edit, ...], Field(max_length=MAX_EDITS), BeforeValidator(_none_is_empty)
    ] = ()

    def in_force(self) -> Iterator[tuple[int, Edit]]:
        """Return the edits that are applied, each with its number from 1."""
        return ((n, edit) for n, edit in enumerate(self.edits, start=1) if not edit.off)
