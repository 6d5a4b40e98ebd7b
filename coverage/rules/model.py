"""A rule as data, and what testing it gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from coverage.messages import Message

Kind = Literal[
    "response_time", "presence", "per_population", "density", "staffing", "share", "service"
]
Verdict = Literal["met", "unmet", "not_applicable", "not_assessable"]
ParameterValue = bool | int | float | str | list[str]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Bilingual(_Strict):
    """A text in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Parameter(_Strict):
    """A figure of a rule, and whether the text gives it or we assume it."""

    value: ParameterValue
    origin: Literal["text", "assumption"]
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    meaning: Bilingual


class Scope(_Strict):
    """Where a rule applies.

    Attributes
    ----------
    regions
        Prefixes of region codes (``43`` a province, ``4302`` a city, ``430902`` a county); an
        empty list means that the rule applies only where a county brings it in.
    unit_kinds
        Kinds of township (``township, street, zone``) or village (``village, community``) the
        rule speaks of; empty means all.
    """

    regions: tuple[Annotated[str, Field(pattern=r"^\d{2,6}$")], ...] = ()
    unit_kinds: tuple[str, ...] = ()


class SourceClause(_Strict):
    """Where a rule is written."""

    document: str
    title: str
    number: str
    date: str
    clause: str
    paraphrase: Bilingual


class Rule(_Strict):
    """One rule of the catalogue, as its YAML gives it."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    title: Bilingual
    kind: Kind
    parameters: dict[str, Parameter]
    scope: Scope
    reading: Bilingual
    deadline: str | None = None
    force: Literal["binding", "target", "encouraged"]
    sources: tuple[SourceClause, ...] = Field(min_length=1)


@dataclass(frozen=True)
class UnitResult:
    """A rule's result for one township, street or village.

    Attributes
    ----------
    observed, required, shortfall
        NaN where not known or not applicable; in the rule's `unit`.
    """

    code: str
    name: str
    verdict: Verdict
    observed: float
    required: float
    shortfall: float


@dataclass(frozen=True)
class RuleResult:
    """A rule's result for the county.

    Attributes
    ----------
    rule
        With the parameters that were really used.
    unit
        What `observed`, `required` and `shortfall` count: ``share``, ``townships``, ``villages``,
        ``centres`` or ``ambulances``.
    population_total
        Residents the rule speaks of.
    population_short
        Residents who do not have what the rule demands.
    note
        What a reader must know of this figure, or None.
    """

    rule: Rule
    verdict: Verdict
    observed: float
    required: float
    unit: str
    population_total: float
    population_short: float
    shortfall: float
    note: Message | None
    units: tuple[UnitResult, ...]
