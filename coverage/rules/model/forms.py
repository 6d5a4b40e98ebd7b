"""How a kind of rule is asked for in a form: which questions, declared without any page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from coverage.rules.model.rule import ParameterValue

InputKind = Literal[
    "limit_min",
    "metres",
    "share",
    "figure",
    "whole",
    "residents",
    "facility_kinds",
    "township_kinds",
    "village_kinds",
    "any_units",
    "conditions",
    "number_column",
    "village_column",
    "area_codes",
    "names",
    "modes",
    "one_of",
]
"""What a question of the form wants."""

UNIT_OF_RULE: Final = "unit of the rule"
"""In place of a question's unit: what the rule's figures count."""


@dataclass(frozen=True)
class Question:
    """One parameter that the form asks for; its label is the message ``rules.parameter_<name>``.

    Attributes
    ----------
    default
        What it begins with.
    needed
        Whether it may not be left empty.
    unit
        Of the parameter, as in `coverage.rules.model.rule.Parameter`, or `UNIT_OF_RULE`.
    options
        What may be chosen, where `input` is ``one_of``.
    villages_only
        It is stated only where the rule asks villages.
    """

    name: str
    input: InputKind
    default: ParameterValue
    needed: bool = False
    unit: str = ""
    options: tuple[ParameterValue, ...] = ()
    villages_only: bool = False


@dataclass(frozen=True)
class Form:
    """One way to put a requirement: a kind of rule with the parameters that it then needs.

    Attributes
    ----------
    kind
        Id of the kind.
    fixed
        Parameters that this way of putting it settles.
    """

    kind: str
    questions: tuple[Question, ...]
    fixed: Mapping[str, ParameterValue] = field(default_factory=dict)


FACILITY_KINDS: Final = Question("facility_kinds", "facility_kinds", [])
FACILITY_WHERE: Final = Question("facility_where", "conditions", [])
MINIMUM: Final = Question("minimum", "whole", 1)
REQUIRED_SHARE: Final = Question("required_share", "share", 1.0, unit="share")
MAX_MATCH: Final = Question("max_match_m", "metres", 1000.0, unit="m", villages_only=True)
