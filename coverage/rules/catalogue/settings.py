"""What a county, or a visitor, states of a rule in place of the catalogue's own figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from coverage.county.config import CountyConfig
from coverage.rules.catalogue.load import OwnRules, load_catalogue, with_own_rules
from coverage.rules.catalogue.selection import applicable_rules
from coverage.rules.model.rule import ParameterValue, Rule

ENABLED = "enabled"


@dataclass(frozen=True)
class CountyRule:
    """One rule of the catalogue as a county has it.

    Attributes
    ----------
    rule
        With the county's own parameters.
    text
        As the catalogue, or the county's own file, has it.
    tested
        Whether the county is tested by it.
    own
        Whether the county folder brings it.
    """

    rule: Rule
    text: Rule
    tested: bool
    own: bool


def county_rules(folder: Path, config: CountyConfig) -> dict[str, CountyRule]:
    """Return every rule that the county could be tested by, in the catalogue's order.

    Raises
    ------
    InputError
        With every problem of the rules, and of what ``county.toml`` says of them.
    """
    loaded = with_own_rules(folder, load_catalogue())
    tested = {rule.id for rule in applicable_rules(config, loaded.catalogue, own=loaded.own)}
    everything = _all_enabled(config, loaded)
    return {
        rule_id: CountyRule(
            everything[rule_id], rule, tested=rule_id in tested, own=rule_id in loaded.own
        )
        for rule_id, rule in loaded.catalogue.items()
    }


def check_setting(
    folder: Path, config: CountyConfig, rule_id: str, values: Mapping[str, object]
) -> None:
    """Check what is stated of one rule as if it stood in ``county.toml``.

    Raises
    ------
    InputError
        For an unknown rule or parameter, and every value of a wrong type or out of range.
    """
    loaded = with_own_rules(folder, load_catalogue())
    stated = {**config.rules.get(rule_id, {}), **values}
    changed = config.model_copy(update={"rules": {**config.rules, rule_id: stated}})
    applicable_rules(changed, loaded.catalogue, own=loaded.own)


def differing(
    known: CountyRule, values: Mapping[str, ParameterValue], *, tested: bool
) -> dict[str, ParameterValue]:
    """Return what of `values`, and of whether the rule is tested, is not as the county has it."""
    has = known.rule.values()
    changed = {name: value for name, value in values.items() if value != has[name]}
    return changed if tested == known.tested else {ENABLED: tested, **changed}


def _all_enabled(config: CountyConfig, loaded: OwnRules) -> dict[str, Rule]:
    """Return every rule with the county's parameters, tested or not."""
    stated = {
        rule_id: {**config.rules.get(rule_id, {}), ENABLED: True} for rule_id in loaded.catalogue
    }
    everything = config.model_copy(update={"rules": stated})
    return {
        rule.id: rule for rule in applicable_rules(everything, loaded.catalogue, own=loaded.own)
    }
