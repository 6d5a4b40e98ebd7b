"""The parameters that every kind of rule states by name and type, and what they read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from coverage.rules.model.conditions import Conditions, FacilityKinds, ReadsColumns
from coverage.rules.model.rule import Rule, Scope, UnitKind

Share = Annotated[float, Field(gt=0, le=1)]


class KindParameters(BaseModel):
    """Base of the parameters that a kind of rule must state.

    Attributes
    ----------
    facility_kinds
        Kinds of facility that the rule speaks of; empty: every kind.
    facility_where
        Conditions that they must all fulfil (`coverage.rules.model.conditions`).
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    facility_kinds: FacilityKinds = ()
    facility_where: Conditions = ()

    @classmethod
    def of(cls, rule: Rule) -> Self:
        """Return the values of `rule`'s parameters, typed."""
        return cls.model_validate(rule.values(), context=rule.scope)

    @field_validator("unit_kinds", check_fields=False)
    @classmethod
    def _of_units_or_of_the_county(
        cls, value: tuple[UnitKind, ...], info: ValidationInfo
    ) -> tuple[UnitKind, ...]:
        scope = info.context
        if isinstance(scope, Scope) and bool(value) != bool(scope.unit_kinds):
            raise PydanticCustomError("unit_kinds_not_scope", "the scope names other units")
        return value

    @property
    def stated_unit_kinds(self) -> tuple[UnitKind, ...]:
        """The kinds of unit that are asked, where the kind of rule has such a parameter."""
        units: tuple[UnitKind, ...] = getattr(self, "unit_kinds", ())
        return units

    @property
    def expected(self) -> tuple[str, ...]:
        """The kinds of facility that should state a figure, where there is such a parameter."""
        kinds: tuple[str, ...] = getattr(self, "expected_kinds", ())
        return kinds

    def named_columns(self) -> Iterator[str]:
        """Give the columns that the parameters name, as ``table.column``."""
        for name, info in type(self).model_fields.items():
            for mark in info.metadata:
                if isinstance(mark, ReadsColumns):
                    yield from mark.columns(getattr(self, name))
