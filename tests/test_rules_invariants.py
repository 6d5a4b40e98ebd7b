"""What must hold for every county: more and nearer never makes a verdict worse."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.rules.catalogue import load_catalogue
from coverage.rules.evaluate import evaluate
from coverage.rules.model import RuleResult
from tests.rules_fixtures import SIDE_M, county, evidence, rule_for

CATALOGUE = load_catalogue()
FACILITY_KINDS = ("township_hospital", "village_clinic", "community_centre", "emergency_station")
N_TOWNSHIPS = 3

rank = {"unmet": 0, "not_assessable": 1, "not_applicable": 2, "met": 3}
population = st.none() | st.integers(0, 150_000)
minutes = st.none() | st.sampled_from([0.0, 9.999999999, 10.0, 10.000000001, 30.0, 31.0])
code_of_township = st.integers(0, N_TOWNSHIPS - 1).map(str)
place = st.fixed_dictionaries({"x": st.floats(0, N_TOWNSHIPS * SIDE_M), "y": st.floats(0, SIDE_M)})
facility = st.fixed_dictionaries(
    {"kind": st.sampled_from(FACILITY_KINDS), "ambulances": st.none() | st.integers(0, 3)},
    optional={"township": code_of_township},
).flatmap(lambda row: place.map(lambda at: {**row, **at}) | st.just(row))


@st.composite
def counties(draw: st.DrawFn) -> dict[str, Any]:
    townships = [
        {
            "code": str(i),
            "kind": draw(st.sampled_from(["township", "street", "zone"])),
            "population": draw(population),
        }
        for i in range(N_TOWNSHIPS)
    ]
    villages = [
        {
            "code": f"v{i}",
            "township": draw(code_of_township),
            "kind": draw(st.sampled_from(["village", "community"])),
            "population": draw(population),
            "area": draw(st.sampled_from(["111", "121", "220", "urban", "rural"])),
            "minutes": draw(minutes),
            **draw(place),
        }
        for i in range(draw(st.integers(1, 6)))
    ]
    facilities = draw(st.lists(facility, min_size=1, max_size=6))
    facilities = [{**row, "id": f"f{i}"} for i, row in enumerate(facilities)]
    return {"townships": townships, "villages": villages, "facilities": facilities}


def _results(tables: dict[str, Any], code: str = "430224") -> dict[str, RuleResult]:
    where = county(**tables, code=code)
    times = evidence(where, tables["villages"])
    return {
        rule_id: evaluate(rule_for(CATALOGUE, rule_id, where), where, times)
        for rule_id in CATALOGUE
    }


@settings(max_examples=60, deadline=None)
@given(counties(), st.data())
def test_an_added_facility_never_makes_a_verdict_worse(
    tables: dict[str, Any], data: st.DataObject
) -> None:
    new = {**data.draw(facility), "id": "new"}
    if new["ambulances"] is None:
        new["ambulances"] = 1
    before = _results(tables)
    after = _results({**tables, "facilities": [*tables["facilities"], new]})
    for rule_id, result in after.items():
        if before[rule_id].verdict == "not_assessable":
            continue
        assert rank[result.verdict] >= rank[before[rule_id].verdict], rule_id
        assert result.population_short <= before[rule_id].population_short, rule_id
        assert result.observed >= before[rule_id].observed or rule_id == "ems-1030"


@settings(max_examples=60, deadline=None)
@given(counties(), st.lists(st.booleans(), min_size=6, max_size=6))
def test_a_nearer_ambulance_never_makes_a_verdict_worse(
    tables: dict[str, Any], nearer: list[bool]
) -> None:
    tables["facilities"][0]["ambulances"] = 1
    quick = [
        {**village, "minutes": 5.0 if near else village["minutes"]}
        for village, near in zip(tables["villages"], nearer, strict=False)
    ]
    before = _results(tables)["ems-1030"]
    after = _results({**tables, "villages": quick})["ems-1030"]
    assert rank[after.verdict] >= rank[before.verdict]
    assert after.population_short <= before.population_short


@settings(max_examples=60, deadline=None)
@given(counties(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(tables: dict[str, Any], random: Any) -> None:
    squares = {t["code"]: i for i, t in enumerate(tables["townships"])}
    where = county(**tables, code="430224")
    with_shapes = [
        {**t, "geometry": where.townships.geometry.iloc[squares[t["code"]]]}
        for t in tables["townships"]
    ]
    base = {**tables, "townships": with_shapes}
    shuffled = {name: random.sample(rows, len(rows)) for name, rows in base.items()}
    before, after = _results(base), _results(shuffled)
    for rule_id, result in after.items():
        assert repr(_figures(result)) == repr(_figures(before[rule_id])), rule_id


def _figures(result: RuleResult) -> tuple[object, ...]:
    return (
        result.verdict,
        result.observed,
        result.required,
        result.population_total,
        result.population_short,
        result.shortfall,
        result.note,
        sorted(result.units, key=lambda unit: unit.code),
    )


@settings(max_examples=60, deadline=None)
@given(counties(), st.sampled_from(["430202", "430224", "430281"]))
def test_what_every_result_keeps_to(tables: dict[str, Any], code: str) -> None:
    for rule_id, result in _results(tables, code).items():
        if result.verdict in ("met", "unmet"):
            assert 0 <= result.population_short <= result.population_total, rule_id
            assert (result.verdict == "met") <= (result.shortfall == 0), rule_id
            assert (result.population_short > 0) <= (result.verdict == "unmet"), rule_id
