"""A scenario: edits of a county, each one mapping with one verb."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    model_serializer,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import InitErrorDetails, PydanticCustomError

from coverage.county.config import Code
from coverage.county.words import meanings
from coverage.scenario.action import Action, Flag, Name, Note, Number, Strict, as_text
from coverage.scenario.columns import number_columns
from coverage.scenario.edits.facilities import (
    AddFacility,
    ChangeFacility,
    MoveFacility,
    RemoveFacility,
)
from coverage.scenario.edits.people import AddVillage, Grow, SetPopulation
from coverage.scenario.edits.roads import CloseRoad, SlowRoad
from coverage.scenario.edits.settings import SetResponse, SetRule

MAX_EDITS: Final = 1000


class Edit(Strict):
    """One edit: exactly one verb, and what is noted of it.

    A new kind of edit is a class beside the others in `coverage.scenario.edits`, and a field here.

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
        return cls.model_validate({_verb_of(action): action, "note": note, "off": off})

    @model_validator(mode="before")
    @classmethod
    def _one_verb(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and len([key for key in VERBS if key in data]) != 1:
            unknown = [key for key in data if key not in cls.model_fields]
            if len(unknown) != 1:  # else the misspelt verb is reported
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
        written: dict[str, Any] = {self.verb: self.action.stated()}
        if self.note:
            written["note"] = self.note
        return written | ({"off": True} if self.off else {})


def _kind_of(field: FieldInfo) -> type[Action]:
    """Return the kind of action that a field of `Edit` holds, if not None."""
    kinds = [kind for kind in get_args(field.annotation) if kind is not type(None)]
    kind: type[Action] = kinds[0]
    return kind


ACTIONS: Final[Mapping[str, type[Action]]] = {
    name: _kind_of(field)
    for name, field in Edit.model_fields.items()
    if name not in {"note", "off"}
}
"""What an edit may do, by the verb that a file names it by."""

VERBS: Final = tuple(ACTIONS)


def _verb_of(action: Action) -> str:
    return next(verb for verb, kind in ACTIONS.items() if kind is type(action))


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


class Scenario(Strict):
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
    county: Annotated[Code, BeforeValidator(as_text)]
    note: Note = ""
    costs: Annotated[dict[str, Cost], AfterValidator(_known_costs)] = Field(default_factory=dict)
    edits: Annotated[
        tuple[Edit, ...], Field(max_length=MAX_EDITS), BeforeValidator(_none_is_empty)
    ] = ()

    def in_force(self) -> Iterator[tuple[int, Edit]]:
        """Return the edits that are applied, each with its number from 1."""
        return ((n, edit) for n, edit in enumerate(self.edits, start=1) if not edit.off)
