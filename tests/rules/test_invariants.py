"""What must hold for every county: more and nearer never makes a verdict worse."""

from __future__ import annotations

import math
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from coverage.county.words import columns, vocabulary
from coverage.rules.catalogue.load import load_catalogue
from coverage.rules.kinds.share import ShareOf
from coverage.rules.model.results import RuleResult, UnitResult
from tests.examples import examples
from tests.rules_fixtures import SIDE_M, county, evidence, rule_result

CATALOGUE = load_catalogue()
FACILITY_KINDS = sorted(set(vocabulary("facility_kind").values()))
YES_NO = [c.column for c in columns()["facilities"] if c.type == "yes_no"]
NUMBERS = [c.column for c in columns()["facilities"] if c.type == "integer"]
MODES = [None, *sorted(set(vocabulary("service_mode").values()))]
N_TOWNSHIPS = 3
EXAMPLES = 10

rank = {"unmet": 0, "not_assessable": 1, "not_applicable": 2, "met": 3}
population = st.none() | st.integers(0, 150_000)
minutes = st.none() | st.sampled_from([0.0, 9.999999999, 10.0, 10.000000001, 30.0, 31.0])
answer = st.none() | st.booleans()
code_of_township = st.integers(0, N_TOWNSHIPS - 1).map(str)
place = st.fixed_dictionaries({"x": st.floats(0, N_TOWNSHIPS * SIDE_M), "y": st.floats(0, SIDE_M)})


def _cells(seed: int, blank: float) -> dict[str, Any]:
    """What a facility has, as dice fall; so many cells are blank."""
    dice = Random(seed)
    cells: dict[str, Any] = {name: dice.random() < 0.7 for name in YES_NO}
    cells |= {name: dice.choice([0, 1, 3, 40]) for name in NUMBERS}
    cells |= {"level": dice.choice([1, 2, 3]), "ownership": dice.choice(["public", "private"])}
    return {name: None if dice.random() < blank else value for name, value in cells.items()}


@st.composite
def facility(draw: st.DrawFn) -> dict[str, Any]:
    cells = _cells(draw(st.integers(0, 10_000)), draw(st.sampled_from([0.0, 0.2, 1.0])))
    row = {**cells, "kind": draw(st.sampled_from(FACILITY_KINDS))}
    if draw(st.booleans()):
        row["township"] = draw(code_of_township)
    return row | (draw(place) if draw(st.booleans()) else {})


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
            "travel_min": draw(minutes),
            "service_mode": draw(st.sampled_from(MODES)),
            "public_health_committee": draw(answer),
            "maternal_worker": draw(answer),
            **draw(place),
        }
        for i in range(draw(st.integers(1, 5)))
    ]
    facilities = draw(st.lists(facility(), min_size=1, max_size=6))
    facilities = [{**row, "id": f"f{i}", "name": f"f{i}"} for i, row in enumerate(facilities)]
    return {"townships": townships, "villages": villages, "facilities": facilities}


def _results(tables: dict[str, Any], code: str = "430224") -> dict[str, RuleResult]:
    where = county(**tables, code=code)
    times = evidence(where, tables["villages"])
    return {rule.id: rule_result(rule, where, times) for rule in CATALOGUE.values()}


def _helps(rule_id: str, kind: str) -> bool:
    """A hospital's visits are less of a share for the others."""
    rule = CATALOGUE[rule_id]
    kinds = ShareOf.of(rule).numerator_kinds if rule.kind == "share" else ()
    return not kinds or kind in kinds


def _rests_on_the_first_number(before: RuleResult) -> bool:
    """A sum rests on the known numbers, so that the first one known may be too small."""
    numbers = {f"facilities.{name}" for name in NUMBERS}
    return before.verdict == "not_assessable" and bool(numbers & set(before.missing_columns))


@examples(EXAMPLES)
@given(counties(), facility(), st.sampled_from(["public", "private"]))
def test_an_added_facility_that_has_everything_never_makes_a_verdict_worse(
    tables: dict[str, Any], new: dict[str, Any], ownership: str
) -> None:
    has = dict.fromkeys(YES_NO, True) | dict.fromkeys(NUMBERS, 10)
    new = {**new, **has, "level": 3, "ownership": ownership, "id": "new"}
    before = _results(tables)
    after = _results({**tables, "facilities": [*tables["facilities"], new]})
    for rule_id, result in after.items():
        old = before[rule_id]
        if not _helps(rule_id, new["kind"]) or _rests_on_the_first_number(old):
            continue
        assert rank[result.verdict] >= rank[old.verdict], rule_id
        known = not (math.isnan(old.population_short) or math.isnan(result.population_short))
        if result.verdict == old.verdict and known:
            assert result.population_short <= old.population_short, rule_id


@examples(EXAMPLES)
@given(counties(), st.lists(st.booleans(), min_size=5, max_size=5))
def test_nearer_is_never_worse(tables: dict[str, Any], nearer: list[bool]) -> None:
    tables["facilities"][0]["ambulances"] = 1
    quick = [
        {**village, "minutes": 5.0, "travel_min": 5.0} if near else village
        for village, near in zip(tables["villages"], nearer, strict=False)
    ]
    before = _results(tables)
    after = _results({**tables, "villages": quick})
    for rule_id, result in after.items():
        assert rank[result.verdict] >= rank[before[rule_id].verdict], rule_id
        if CATALOGUE[rule_id].kind not in ("response_time", "service"):
            assert repr(_figures(result)) == repr(_figures(before[rule_id])), rule_id


@examples(EXAMPLES)
@given(counties(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(tables: dict[str, Any], random: Any) -> None:
    base = _with_shapes(tables)
    shuffled = {name: random.sample(rows, len(rows)) for name, rows in base.items()}
    before, after = _results(base), _results(shuffled)
    for rule_id, result in after.items():
        assert repr(_figures(result)) == repr(_figures(before[rule_id])), rule_id


@examples(EXAMPLES)
@given(counties())
def test_the_names_of_codes_change_nothing(tables: dict[str, Any]) -> None:
    base = _with_shapes(tables)
    names = {"code", "id", "township", "village"}
    renamed = {
        table: [
            {key: f"x{value}" if key in names and value else value for key, value in row.items()}
            for row in rows
        ]
        for table, rows in base.items()
    }
    for table in ("townships", "villages"):
        for old, new in zip(base[table], renamed[table], strict=True):
            new["name"] = old["name"] = f"name {old['code']}"
    before, after = _results(base), _results(renamed)
    for rule_id, result in after.items():
        figures = repr([_unit(unit) for unit in result.units])
        assert figures == repr([_unit(unit) for unit in before[rule_id].units]), rule_id
        assert repr(_figures(result)[:-1]) == repr(_figures(before[rule_id])[:-1]), rule_id


def _with_shapes(tables: dict[str, Any]) -> dict[str, Any]:
    """The tables with each township's polygon, which else hangs on the order of the rows."""
    shapes = county(**tables).townships.geometry
    townships = [
        {**row, "geometry": shape} for row, shape in zip(tables["townships"], shapes, strict=True)
    ]
    villages = [dict(row) for row in tables["villages"]]
    return {**tables, "townships": townships, "villages": villages}


def _unit(unit: UnitResult) -> tuple[object, ...]:
    return (unit.verdict, unit.observed, unit.required, unit.shortfall)


def _figures(result: RuleResult) -> tuple[object, ...]:
    return (
        result.verdict,
        result.observed,
        result.required,
        result.population_total,
        result.population_short,
        result.shortfall,
        result.note,
        result.missing_columns,
        sorted(result.units, key=lambda unit: (unit.code, unit.name)),
    )


@examples(EXAMPLES)
@given(counties(), st.sampled_from(["430202", "430224", "430281"]))
def test_what_every_result_keeps_to(tables: dict[str, Any], code: str) -> None:
    for rule_id, result in _results(tables, code).items():
        if result.verdict == "met":
            assert result.population_short == 0 or CATALOGUE[rule_id].kind == "response_time"
            assert result.shortfall == 0, rule_id
        if result.verdict == "unmet":
            if result.bound == "below":
                assert result.observed == result.required, rule_id
                assert math.isnan(result.shortfall), rule_id
            else:
                assert result.shortfall > 0, rule_id
            assert not result.population_short > result.population_total, rule_id
        if result.verdict == "not_assessable":
            assert result.missing_columns, rule_id
            assert result.note is not None, rule_id
        else:
            assert not result.missing_columns, rule_id
