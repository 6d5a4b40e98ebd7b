"""The parameters that each kind of rule states, by name and type."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from coverage.rules.model.conditions import (
    Conditions,
    FacilityKinds,
    NumberColumn,
    RegionConditions,
    RegionKinds,
    ServiceModes,
    Things,
    VillageColumn,
)
from coverage.rules.model.rule import Kind, KindParameters, UnitKind
from coverage.travel.model import Direction

Rounding = Literal["up", "down", "nearest"]
Share = Annotated[float, Field(gt=0, le=1)]


class ResponseTime(KindParameters):
    """Minutes on the road, by ambulance or of residents.

    Attributes
    ----------
    direction
        ``from_facility``: an ambulance drives to the scene, from the dispatch order;
        ``to_facility``: residents travel to the nearest facility chosen.
    urban_limit_min, rural_limit_min
        The minutes allowed.
    urban_classes
        The area codes (``urban``, ``rural``, or three digits of the statistics bureau) whose
        residents have the urban limit; all others have the rural one.
    required_share
        Of the residents.
    expected_kinds
        Kinds of facility that are expected to say whether they have ambulances.
    """

    direction: Direction = "from_facility"
    urban_limit_min: float = Field(gt=0)
    rural_limit_min: float = Field(gt=0)
    urban_classes: tuple[str, ...]
    required_share: Share
    expected_kinds: FacilityKinds = ()

    @model_validator(mode="after")
    def _every_ambulance_answers(self) -> Self:
        if self.direction == "from_facility" and (self.facility_kinds or self.facility_where):
            raise PydanticCustomError("every_ambulance", "every ambulance answers calls")
        return self


class Presence(KindParameters):
    """So many of something in each unit, or in the county.

    Attributes
    ----------
    unit_kinds
        The units that must each have them: kinds of township, or kinds of village; empty: the
        county as a whole.
    minimum
        How many each unit must have.
    max_match_m
        Village rules: how far from the nearest village of its township a facility may stand
        that names no village and lies in no village's polygon.
    named_units
        Names of the townships that alone are asked; empty: all of `unit_kinds`.
    region_where
        Conditions that take the place of `facility_where` in a region.
    alternative_where
        Conditions that are enough in place of `facility_where`; empty: there are none such.
    named_facilities
        Names (or parts of names) of the facility that alone is asked. Where the county has none
        so named, any facility of the kinds is, and the note says so.
    things
        Several things that must each be there, `minimum` times: conditions that a facility must
        fulfil beside `facility_where`, in a place or anywhere. Empty, or none of them asked of
        the county's region: facilities are counted.
    sum_column
        The facility column of numbers that is added up; empty: facilities are counted.
    expected_kinds
        As in `Density`, of `sum_column`.
    village_column
        The yes/no column of villages that is counted in place of facilities.
    """

    unit_kinds: tuple[UnitKind, ...] = ()
    minimum: int = Field(ge=1)
    max_match_m: float = Field(0.0, ge=0)
    named_units: tuple[str, ...] = ()
    region_where: RegionConditions = ()
    alternative_where: Conditions = ()
    named_facilities: tuple[str, ...] = ()
    things: Things = ()
    sum_column: NumberColumn = ""
    expected_kinds: FacilityKinds = ()
    village_column: VillageColumn = ""

    @model_validator(mode="after")
    def _counts_one_thing(self) -> Self:
        if self.sum_column and self.village_column:
            raise PydanticCustomError("one_measure", "sum_column or village_column, not both")
        if self.named_units and not self.unit_kinds:
            raise PydanticCustomError("named_units_alone", "named_units without unit_kinds")
        other = self.unit_kinds or self.sum_column or self.village_column
        if other and (self.things or self.named_facilities or self.alternative_where):
            raise PydanticCustomError("things_alone", "of the county's facilities only")
        return self


class PerPopulation(KindParameters):
    """One of something for so many residents, in whole numbers.

    Attributes
    ----------
    unit_kinds
        Kinds of township that are asked one by one; empty: the county as a whole.
    per
        Residents for whom there must be one.
    threshold
        Units of at most so many residents are not asked.
    rounding
        Of residents divided by `per`.
    factor_county, factor_district
        By which residents are multiplied before they are divided: in a county or county-level
        city, and in a district (`coverage.rules.model.county_kind`).
    column
        The facility column that is added up; empty: the facilities themselves are counted.
    expected_kinds
        As in `Density`.
    """

    unit_kinds: tuple[UnitKind, ...] = ()
    per: int = Field(ge=1)
    threshold: float = Field(0.0, ge=0)
    rounding: Rounding
    factor_county: float = Field(1.0, gt=0)
    factor_district: float = Field(1.0, gt=0)
    column: NumberColumn = ""
    expected_kinds: FacilityKinds = ()


class Density(KindParameters):
    """So many of something for each 1,000 or 10,000 residents of the county.

    Attributes
    ----------
    column
        The facility column that is added up; empty: the facilities themselves are counted.
    per
        1,000 or 10,000.
    figure
        How many for each `per` residents.
    growth_share
        By how much of itself `figure` is to grow.
    upper_figure
        More than so many is told, and does not fail; 0: there is no upper figure.
    expected_kinds
        Kinds of facility that are expected to state `column`: a blank of theirs may be any
        number, one of any other kind counts as none; empty: whoever the rule speaks of.
    judged
        Whether the figure is owed; else it is told and nothing is judged.
    """

    column: NumberColumn = ""
    per: int = Field(ge=1)
    figure: float = Field(gt=0)
    growth_share: float = Field(0.0, ge=0)
    upper_figure: float = Field(0.0, ge=0)
    expected_kinds: FacilityKinds = ()
    judged: bool = True


class Staffing(KindParameters):
    """So many people in each facility.

    Attributes
    ----------
    column
        The facility column that counts them.
    minimum
        How many each facility must have.
    """

    column: NumberColumn = Field(min_length=1)
    minimum: float = Field(gt=0)


class ShareOf(KindParameters):
    """A share: of the facilities that have a quality, or of one sum in another.

    One of four: `quality`; `each_quality`; `numerator_column` with `denominator_column`;
    `numerator_kinds` with `denominator_column`.

    Attributes
    ----------
    quality
        Conditions of which a facility must fulfil every one.
    special_where, special_quality
        Facilities for which another quality holds in place of `quality`, and which.
    each_quality
        Conditions that each have a share of their own, which must all be large enough.
    numerator_column, denominator_column
        Facility columns that are added up.
    region_kinds
        Kinds of facility that take the place of `facility_kinds` in a region.
    numerator_kinds
        Kinds of facility whose part of the sum of `denominator_column` is the share.
    required_share
        The least share allowed.
    expected_kinds
        Kinds of facility that are expected to state `denominator_column`, as in `Density`; of
        `quality`: that are expected to state what `facility_where` asks, so that a blank of any
        other kind means that it is not asked.
    """

    quality: Conditions = ()
    special_where: Conditions = ()
    special_quality: Conditions = ()
    each_quality: Conditions = ()
    numerator_column: NumberColumn = ""
    denominator_column: NumberColumn = ""
    region_kinds: RegionKinds = ()
    numerator_kinds: FacilityKinds = ()
    required_share: Share
    expected_kinds: FacilityKinds = ()

    @model_validator(mode="after")
    def _is_one_share(self) -> Self:
        stated = [self.quality, self.each_quality, self.numerator_column, self.numerator_kinds]
        sums = bool(self.numerator_column or self.numerator_kinds)
        if sum(map(bool, stated)) != 1 or sums != bool(self.denominator_column):
            raise PydanticCustomError("one_share", "one form of share, whole")
        if bool(self.special_where) != bool(self.special_quality) or (
            self.special_where and not self.quality
        ):
            raise PydanticCustomError("one_share", "special_where with special_quality")
        return self


class Service(KindParameters):
    """A service in each village, from a facility of its own or of others, or brought there.

    Attributes
    ----------
    unit_kinds
        Kinds of village that are asked.
    clinic_kinds
        Kinds of facility that serve a village.
    limit_min
        Minutes by road from the village to the one that serves it.
    modes
        Values of ``service_mode`` that serve a village without a drive.
    max_match_m
        As in `Presence`: how near a clinic that names no village belongs to one.
    """

    unit_kinds: tuple[UnitKind, ...] = Field(min_length=1)
    clinic_kinds: FacilityKinds = Field(min_length=1)
    limit_min: float = Field(gt=0)
    modes: ServiceModes = ()
    max_match_m: float = Field(0.0, ge=0)


PARAMETERS: Final[Mapping[Kind, type[KindParameters]]] = MappingProxyType(
    {
        "response_time": ResponseTime,
        "presence": Presence,
        "per_population": PerPopulation,
        "density": Density,
        "staffing": Staffing,
        "share": ShareOf,
        "service": Service,
    }
)
"""What the rules of each kind must state."""
