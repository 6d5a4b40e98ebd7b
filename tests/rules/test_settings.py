"""What a county states of rules: every rule with its own figures, and what would differ."""

from __future__ import annotations

import pytest

from coverage.county.config import CountyConfig, load_config
from coverage.paths import DEMONSTRATION
from coverage.rules.catalogue.load import load_catalogue
from coverage.rules.catalogue.settings import check_setting, county_rules, differing
from tests.errors import input_error


def config(**rules: dict[str, object]) -> CountyConfig:
    found = load_config(DEMONSTRATION)
    return found.model_copy(update={"rules": rules})


def test_every_rule_tested_or_not_with_the_countys_figures() -> None:
    known = county_rules(
        DEMONSTRATION,
        config(
            **{
                "ems-1030": {"urban_limit_min": 12},
                "nurses": {"figure": 5.0},
                "village-clinic": {"enabled": False},
                "physicians": {"enabled": True},
            }
        ),
    )
    assert set(known) >= set(load_catalogue())
    ems = known["ems-1030"]
    assert ems.tested
    assert (ems.rule.values()["urban_limit_min"], ems.text.values()["urban_limit_min"]) == (12, 10)
    assert not known["nurses"].tested
    assert known["nurses"].rule.values()["figure"] == 5.0
    assert not known["village-clinic"].tested
    assert known["physicians"].tested
    assert known["own-station-gps"].own
    assert known["own-station-gps"].tested
    assert not ems.own


def test_only_what_differs_is_kept() -> None:
    ems = county_rules(DEMONSTRATION, config())["ems-1030"]
    values = ems.rule.values()
    assert differing(ems, values, tested=True) == {}
    assert differing(ems, values, tested=False) == {"enabled": False}
    other = {**values, "urban_limit_min": 11.0}
    assert differing(ems, other, tested=True) == {"urban_limit_min": 11.0}


@pytest.mark.parametrize(
    ("rule_id", "values", "told"),
    [
        ("ems-1030", {"urban_limit_min": 0.0}, "urban_limit_min"),
        ("ems-1030", {"urban_limit_min": "ten"}, "urban_limit_min"),
        ("ems-1030", {"urban_clases": []}, "urban_classes"),
        ("ems-1031", {}, "ems-1030"),
        ("tcm-hall", {"quality": ["tcm_hal"]}, "tcm_hall"),
    ],
)
def test_what_does_not_fit_is_told(rule_id: str, values: dict[str, object], told: str) -> None:
    with input_error(told):
        check_setting(DEMONSTRATION, config(), rule_id, values)


def test_what_fits_is_taken() -> None:
    check_setting(DEMONSTRATION, config(), "ems-1030", {"urban_limit_min": 12, "enabled": True})
