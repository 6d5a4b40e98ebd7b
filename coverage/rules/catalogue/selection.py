"""Which rules a county is tested against, with its own parameters."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, Final

from coverage.county.config import CountyConfig
from coverage.figures import number_text
from coverage.problems import Problem, Problems
from coverage.rules.catalogue.load import check_values, nearest, refusal
from coverage.rules.catalogue.profiles import GENERIC, profiles, region_title
from coverage.rules.model.county_kind import county_kind
from coverage.rules.model.rule import Parameter, ParameterValue, Rule

CONFIG_FILE: Final = "county.toml"

_ENABLED: Final = "enabled"


def applicable_rules(
    config: CountyConfig,
    catalogue: Mapping[str, Rule],
    region: str | None = None,
    own: Collection[str] = (),
) -> tuple[Rule, ...]:
    """Return the rules to test, in the catalogue's order, with the county's own parameters.

    These are the rules whose scope covers the region's code, or where none does those of the
    generic profile (`selection_notes` says so); and the county's own rules, and those that
    ``county.toml`` enables; without those that it drops. Of a rule's sources only those that
    apply in the region are kept, if any does, and of these those that ask a county, or a
    district, as the county's own code makes it one.

    Parameters
    ----------
    region
        A code, or its first digits, or `coverage.rules.catalogue.profiles.GENERIC`: the rules are
        chosen as if the county lay there. None: where it does lie.
    own
        Ids of rules that the county folder brings.

    Raises
    ------
    InputError
        With every unknown rule or parameter and every value of a wrong type or out of range.
    """
    problems = Problems()
    changed = dict(catalogue)
    for rule_id, stated in config.rules.items():
        rule = catalogue.get(rule_id)
        if rule is None:
            values = {"id": rule_id, "nearest": nearest(rule_id, catalogue)}
            problem = Problem("rules.unknown_rule", values=values, file=CONFIG_FILE)
            problems.append(replace(problem, rows=config.row_of("rules", rule_id)))
            continue
        changed[rule_id] = rule.with_values(_values(rule, stated))
        faults = _problems(rule, stated) or [
            (name, refusal(item, f"rules.{rule_id}.{name}".rstrip("."), CONFIG_FILE))
            for name, item in check_values(changed[rule_id])
        ]
        problems += [
            replace(problem, rows=config.row_of("rules", rule_id, name)) for name, problem in faults
        ]
    problems.raise_if_errors()
    code = config.county.code if region is None else region
    chosen = _chosen(config, catalogue, code, own)
    kind = county_kind(config.county.code)
    return tuple(rule.cited_in(code, kind) for rule in changed.values() if rule.id in chosen)


def selection_notes(
    config: CountyConfig, rules: tuple[Rule, ...], region: str = ""
) -> tuple[Problem, ...]:
    """Return what a reader must know of the choice of `rules` for this county, or `region`."""
    code = region or config.county.code
    notes = []
    if code != config.county.code:
        values = {"code": config.county.code, "region": region_title(code)}
        notes.append(Problem("rules.other_region", level="note", values=values))
    if not rules:
        notes.append(Problem("rules.none_applied", level="warning", values={"code": code}))
    elif not any(rule.scope.covers(code) for rule in rules):
        notes.append(Problem("rules.none_binds", level="note", values={"code": code}))
    tested = {rule.id for rule in rules}
    notes += [
        Problem(
            "rules.parameters_unused",
            level="warning",
            values={"id": rule_id},
            file=CONFIG_FILE,
            rows=config.row_of("rules", rule_id),
        )
        for rule_id, stated in config.rules.items()
        if rule_id not in tested and _ENABLED not in stated
    ]
    return tuple(notes)


def _chosen(
    config: CountyConfig, catalogue: Mapping[str, Rule], code: str, own: Collection[str]
) -> set[str]:
    enabled = {rule_id: stated.get(_ENABLED) for rule_id, stated in config.rules.items()}
    binding = {rule.id for rule in catalogue.values() if rule.scope.covers(code)} - set(own)
    applying = (binding or generic_rules(catalogue)) | set(own)
    applying |= {rule_id for rule_id, said in enabled.items() if said}
    return {rule_id for rule_id in applying if enabled.get(rule_id) is not False}


def generic_rules(catalogue: Mapping[str, Rule]) -> set[str]:
    """Return the ids of the generic profile's rules that `catalogue` has."""
    return set(profiles()[GENERIC].rules) & set(catalogue)


def _values(rule: Rule, stated: Mapping[str, Any]) -> dict[str, ParameterValue]:
    """Return the county's values as the types that the rule's own values have."""
    return {
        name: _as_stated(rule.parameters[name], value)
        for name, value in stated.items()
        if name in rule.parameters
    }


def _as_stated(parameter: Parameter, value: Any) -> Any:
    """Return `value` as the type of the parameter, unchanged where it does not fit."""
    if isinstance(parameter.value, list) and isinstance(value, list):
        return [str(v) if isinstance(v, int) and not isinstance(v, bool) else v for v in value]
    if isinstance(parameter.value, float) and type(value) is int:
        return float(value)
    return value


def _problems(rule: Rule, stated: Mapping[str, Any]) -> list[tuple[str, Problem]]:
    """Return the names of the parameters that are at fault, and what is wrong with them."""
    faults = []
    for name, value in stated.items():
        key = f"rules.{rule.id}.{name}"
        if name == _ENABLED:
            if not isinstance(value, bool):
                faults.append((name, _problem("rules.enabled_not_bool", key=key)))
            continue
        parameter = rule.parameters.get(name)
        if parameter is None:
            near = nearest(name, {_ENABLED: None, **rule.parameters})
            faults.append((name, _problem("rules.unknown_parameter", key=key, nearest=near)))
            continue
        problem = _value_problem(parameter, key, _as_stated(parameter, value))
        if problem:
            faults.append((name, problem))
    return faults


def _value_problem(parameter: Parameter, key: str, value: Any) -> Problem | None:
    if not _same_type(parameter.value, value):
        kind = _TYPE_MESSAGES[type(parameter.value)]
        return _problem(kind, key=key, value=value)
    if parameter.allows(value):
        return None
    if parameter.choices:
        return _problem(
            "rules.not_a_choice", key=key, value=value, choices=", ".join(parameter.choices)
        )
    low, high = (
        number_text(b, b) if b is not None else "…" for b in (parameter.minimum, parameter.maximum)
    )
    return _problem("rules.out_of_range", key=key, value=value, minimum=low, maximum=high)


_TYPE_MESSAGES: Final[Mapping[type, str]] = {
    bool: "rules.want_bool",
    int: "rules.want_whole_number",
    float: "rules.want_number",
    str: "rules.want_text",
    list: "rules.want_list",
}


def _same_type(default: ParameterValue, value: Any) -> bool:
    if isinstance(default, list):
        return isinstance(value, list) and all(isinstance(word, str) for word in value)
    return type(value) is type(default)


def _problem(code: str, **values: object) -> Problem:
    return Problem(code, values=values, file=CONFIG_FILE)
