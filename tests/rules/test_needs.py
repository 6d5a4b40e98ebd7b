"""The columns that a rule is said to need are those that it reads."""

from __future__ import annotations

import pytest

from coverage.county.words import columns
from coverage.rules.catalogue.load import load_catalogue
from coverage.rules.registry import needed_columns

CATALOGUE = load_catalogue()


def names(rule_id: str) -> list[str]:
    return [f"{c.table}.{c.column}" for c in needed_columns(CATALOGUE[rule_id])]


@pytest.mark.parametrize(
    ("rule_id", "expected"),
    [
        (
            "ems-1030",
            ["villages.area_class", "facilities.lon", "facilities.lat", "facilities.ambulances"],
        ),
        ("public-health-committee", ["villages.kind", "villages.public_health_committee"]),
        (
            "psychiatric",
            [
                "facilities.ownership",
                "facilities.psychiatric_ward",
                "facilities.psychiatric_clinic",
            ],
        ),
        (
            "fever-clinics",
            [
                "facilities.fever_clinic",
                "facilities.enteric_clinic",
                "facilities.fever_room",
                "facilities.sub_centre",
            ],
        ),
        ("professional-posts", ["facilities.posts", "facilities.professional_posts"]),
        ("gp-per-facility", ["facilities.gps"]),
    ],
)
def test_columns_of_a_rule(rule_id: str, expected: list[str]) -> None:
    assert names(rule_id) == expected


@pytest.mark.parametrize("rule_id", sorted(CATALOGUE))
def test_every_rule_needs_optional_columns_of_the_dictionary_once(rule_id: str) -> None:
    found = needed_columns(CATALOGUE[rule_id])
    assert found
    assert len(set(found)) == len(found)
    assert all(column in columns()[column.table] for column in found)
    assert not any(column.required == "yes" for column in found)


def test_every_yes_no_and_staff_column_is_needed_by_some_rule() -> None:
    needed = {c for rule in CATALOGUE.values() for c in needed_columns(rule)}
    asked = {c for c in columns()["facilities"] if c.type in {"yes_no", "integer"}}
    assert asked <= needed


def test_the_dictionary_names_the_rules_that_a_column_feeds() -> None:
    # What nearly every rule reads is not listed rule by rule.
    by_all = {"lon", "lat", "geometry", "population", "township"}
    for table in columns().values():
        for column in table:
            if column.required == "no" and column.column not in by_all:
                needing = {r for r in CATALOGUE if column in needed_columns(CATALOGUE[r])}
                assert set(column.feeds) & set(CATALOGUE) == needing, column.column
