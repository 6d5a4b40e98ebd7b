"""What is derived from a county goes with it."""

from __future__ import annotations

import ast
import gc
import weakref
from collections.abc import Iterator

from coverage.assessment.assess import assess
from coverage.paths import DATA
from coverage.rules.catalogue.load import load_catalogue
from coverage.rules.evidence.facts import CountyFacts
from coverage.rules.evidence.residents import all_known
from coverage.rules.registry import kind_ids
from tests.rules_fixtures import county, network

TOP = DATA.parent
TABLES = {"County", "CountyFacts", "DataFrame", "GeoDataFrame", "Series", "GeoSeries"}
TABLES |= {"Report", "Network", "NDArray", "ndarray"}


def _assessed() -> list[weakref.ref[object]]:
    """Assess a county by rules of every kind, and keep only what does not keep it alive."""
    place = county(
        [{"code": str(i), "name": f"镇{i}", "population": 100} for i in range(3)],
        [
            {
                "code": f"v{i}",
                "township": str(i),
                "population": 9,
                "x": 5000 + 10_000 * i,
                "y": 5000,
            }
            for i in range(3)
        ],
        [
            {"kind": "village_clinic", "x": 5000, "y": 5000, "village": "v0"},
            {"kind": "township_hospital", "x": 15_000, "y": 5000, "ambulances": 1},
        ],
    )
    rules = tuple(load_catalogue().values())
    assert {rule.kind for rule in rules} == set(kind_ids())
    report = assess(place, network(), rules)
    facts = report.facts
    held: list[object] = [
        report,
        place,
        place.facilities,
        place.villages,
        facts,
        facts.townships,
        facts.townships_of_facilities,
        facts.villages_of_facilities(1000.0),
        facts.facility_mask((), ()),
        report.engine,
    ]
    return [weakref.ref(one) for one in held]


def test_nothing_of_a_county_outlives_it() -> None:
    alive = _assessed()
    gc.collect()
    assert [one() for one in alive if one() is not None] == []


def test_no_cache_of_a_module_takes_a_county_or_a_table() -> None:
    cached = {
        f"{path.relative_to(TOP)}:{name}"
        for top in ("coverage", "maps")
        for path in (TOP / top).rglob("*.py")
        for name in _cached_of_tables(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert cached == set()


def test_the_scan_sees_such_a_cache() -> None:
    seen = "@lru_cache(maxsize=4)\ndef where(county: County) -> int: ..."
    assert list(_cached_of_tables(ast.parse(seen))) == ["where"]
    seen = "@functools.cache\ndef total(table: pd.DataFrame | None) -> int: ..."
    assert list(_cached_of_tables(ast.parse(seen))) == ["total"]


def _cached_of_tables(tree: ast.Module) -> Iterator[str]:
    """Give the functions that a cache of functools keeps by a table, or by what holds one."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        decorators = {part for d in node.decorator_list for part in _names(d)}
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        types = {part for a in arguments if a.annotation for part in _names(a.annotation)}
        if decorators & {"cache", "lru_cache"} and types & TABLES:
            yield node.name


def _names(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Attribute):
            yield part.attr


def test_facts_are_derived_once_and_anew_for_another_county() -> None:
    rows = [{"code": "1", "population": None}]
    villages = [{"code": "a", "township": "1", "population": 70}, {"code": "b", "township": "1"}]
    facts = CountyFacts(county(rows, villages, [{"kind": "township_hospital"}]))
    assert facts.townships is facts.townships
    assert facts.facility_mask(("nursery",), ()) is facts.facility_mask(("nursery",), ())
    assert facts.township_population.tolist() == [70.0]
    assert not all_known(facts.townships).any()
    other = CountyFacts(county([{"code": "1", "population": 5}], [], []))
    assert (other.township_population.tolist(), other.known_population) == ([5.0], 5.0)
    assert all_known(other.whole).all()
