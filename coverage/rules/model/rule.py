"""A rule as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated, Final, Literal, Self, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from coverage.messages import Language, in_language
from coverage.rules.model.conditions import Conditions, FacilityKinds
from coverage.rules.model.county_kind import CountyKind, is_addressed
from coverage.rules.model.period import Deadline, last_day

UnitKind = Literal["township", "street", "zone", "village", "community"]
Unit = Literal[
    "share",
    "townships",
    "villages",
    "centres",
    "ambulances",
    "facilities",
    "places",
    "per_1000",
    "per_10000",
    "posts",
    "beds",
    "things",
]
Force = Literal["binding", "target", "encouraged"]
FORCES: Final[tuple[Force, ...]] = get_args(Force)
"""From the strongest to the weakest."""
VILLAGE_KINDS: Final[frozenset[UnitKind]] = frozenset({"village", "community"})
ParameterValue = bool | int | float | str | list[str]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Bilingual(_Strict):
    """A text in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def text(self, language: Language) -> str:
        """Return the text in `language`."""
        return in_language(self.zh, self.en, language)


class Parameter(_Strict):
    """A figure of a rule, and whether the text gives it or we assume it.

    Attributes
    ----------
    minimum, maximum
        Bounds of a number, both included.
    choices
        The only words that `value` (or each of its words) may be; empty means any word.
    """

    value: ParameterValue
    origin: Literal["text", "assumption"]
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    meaning: Bilingual

    @model_validator(mode="after")
    def _value_is_allowed(self) -> Self:
        if not self.allows(self.value):
            raise PydanticCustomError("value_not_allowed", "outside its bounds or choices")
        return self

    def allows(self, value: ParameterValue) -> bool:
        """Return whether `value` is within the bounds and among the choices."""
        if isinstance(value, (str, list)):
            words = [value] if isinstance(value, str) else value
            return not self.choices or set(words) <= set(self.choices)
        above = self.minimum is None or value >= self.minimum
        return above and (self.maximum is None or value <= self.maximum)


class Scope(_Strict):
    """Where a rule applies.

    Attributes
    ----------
    regions
        Prefixes of region codes (``43`` a province, ``4302`` a city, ``430902`` a county); an
        empty list means that the rule applies only where a county brings it in.
    unit_kinds
        Kinds of township (``township, street, zone``) or village (``village, community``) that
        the rule can be asked of; its parameter ``unit_kinds``, where it has one, says of which
        of them it is asked. Empty means the county as a whole.
    area_classes
        ``urban`` and ``rural``, where a rule speaks of one of them only; empty means both.
    """

    regions: tuple[Annotated[str, Field(pattern=r"^[0-9]{2,6}$")], ...] = ()
    unit_kinds: tuple[UnitKind, ...] = ()
    area_classes: tuple[Literal["urban", "rural"], ...] = ()

    def covers(self, code: str) -> bool:
        """Return whether the region `code` lies in one of the regions."""
        return code.startswith(self.regions) if self.regions else False


class SourceClause(_Strict):
    """Where a rule is written.

    Attributes
    ----------
    number
        As the document carries it; empty where it has none.
    issuer
        Who issued it, where that must stand in for a number.
    regions
        Where this document applies, of the rule's regions; empty means in all of them.
    county_kinds
        Whether this clause asks counties and county-level cities, or districts; empty: both.
    force
        What this document says of it: ``binding`` (shall), ``target`` (a plan, or pushed forward),
        ``encouraged``. Which words mean which is in ``docs/rules.md``.
    deadline
        The day, month or year (``2025-06-30``, ``2025-06``, ``2025``) by whose end this document
        wants it, None where it names none.
    """

    document: str
    title: str
    number: str
    issuer: str = ""
    date: str
    clause: str
    paraphrase: Bilingual
    force: Force
    regions: tuple[Annotated[str, Field(pattern=r"^[0-9]{2,6}$")], ...] = ()
    county_kinds: tuple[CountyKind, ...] = ()
    deadline: Deadline | None = None


class Access(_Strict):
    """Facilities to which every resident's travel time is worked out, beside the verdict.

    Attributes
    ----------
    facility_kinds, facility_where
        Which facilities, as in the parameters of every kind
        (`coverage.rules.model.parameters.KindParameters`); what is not stated here is as the
        rule's parameters have it.
    serving
        A village that names the facility that serves it is timed to that one, not the nearest.
    """

    facility_kinds: FacilityKinds | None = None
    facility_where: Conditions | None = None
    serving: bool = False


@dataclass(frozen=True)
class KnownKinds:
    """The ids of the kinds that a rule may be of: the context in which a rule file is checked."""

    ids: tuple[str, ...]


class Rule(_Strict):
    """One rule of the catalogue, as its YAML gives it.

    Attributes
    ----------
    kind
        Id of its kind (`coverage.rules.registry`), which says what parameters there must be and
        tests it.
    unit
        What its figures count: a ``share`` of residents, or things.
    reading
        How a wording that leaves something open is read.
    beside
        Id of the rule that has another figure for the same thing, and that this one is shown
        next to.
    access
        Facilities to which the residents' travel time is reported with the result.
    direction
        The text gives no figure, only a direction: met only where all of it is done, encouraged,
        and never overdue. The note of the result says so.
    """

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    title: Bilingual
    kind: str
    unit: Unit
    parameters: dict[str, Parameter]
    scope: Scope
    reading: Bilingual
    sources: tuple[SourceClause, ...] = Field(min_length=1)
    beside: str | None = None
    access: Access | None = None
    direction: bool = False

    @field_validator("kind")
    @classmethod
    def _kind_is_known(cls, kind: str, info: ValidationInfo) -> str:
        if isinstance(info.context, KnownKinds) and kind not in info.context.ids:
            known = info.context.ids
            values = {
                "kind": kind,
                "nearest": "".join(get_close_matches(kind, known, n=1, cutoff=0.0)),
                "known": ", ".join(known),
            }
            raise PydanticCustomError("kind_unknown", "no kind {kind}", values)
        return kind

    @model_validator(mode="after")
    def _direction_asks_no_figure(self) -> Self:
        firm = [s for s in self.sources if s.force != "encouraged" or s.deadline]
        share = self.parameters.get("required_share")
        if self.direction and (firm or (share is not None and share.value != 1)):
            raise PydanticCustomError("direction_firm", "a direction with a figure or a date")
        return self

    @model_validator(mode="after")
    def _unit_kinds_are_in_scope(self) -> Self:
        of_villages = VILLAGE_KINDS.intersection(self.scope.unit_kinds)
        if of_villages and not VILLAGE_KINDS.issuperset(self.scope.unit_kinds):
            raise PydanticCustomError("unit_kinds_mixed", "townships and villages are mixed")
        unit_kinds = self.parameters.get("unit_kinds")
        if unit_kinds is not None and set(unit_kinds.choices) != set(self.scope.unit_kinds):
            raise PydanticCustomError("unit_kinds_not_scope", "choices differ from scope")
        return self

    @model_validator(mode="after")
    def _sources_are_in_scope(self) -> Self:
        for source in self.sources:
            if not set(source.regions) <= set(self.scope.regions):
                raise PydanticCustomError("source_not_scope", "regions outside the scope")
        return self

    @property
    def force(self) -> Force:
        """The strongest force that one of its sources has."""
        return min((source.force for source in self.sources), key=FORCES.index)

    @property
    def deadline(self) -> str | None:
        """The earliest deadline that one of its sources names; None where none does."""
        named = [source.deadline for source in self.sources if source.deadline]
        return min(named, key=last_day, default=None)

    def cited_in(self, code: str, kind: CountyKind | None = None) -> Rule:
        """Return the rule with only the sources that apply in region `code`, if any does.

        Of these, only those that ask a county of `kind` (None: of any), if any does. Its force
        and deadline are then those of these sources.
        """
        apply = [s for s in self.sources if not s.regions or code.startswith(s.regions)]
        apply = apply or list(self.sources)
        asking = [source for source in apply if is_addressed(kind, source.county_kinds)]
        return self.model_copy(update={"sources": tuple(asking or apply)})

    def values(self) -> dict[str, ParameterValue]:
        """Return each parameter's value."""
        return {name: parameter.value for name, parameter in self.parameters.items()}

    def with_values(self, values: Mapping[str, ParameterValue]) -> Rule:
        """Return the rule with some of its parameters changed (names and ranges checked before)."""
        changed = {
            name: parameter.model_copy(update={"value": values[name]})
            for name, parameter in self.parameters.items()
            if name in values
        }
        return self.model_copy(update={"parameters": {**self.parameters, **changed}})
