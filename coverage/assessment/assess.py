"""From a county folder to its report."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from coverage.assessment.report import Report, ResponseSummary, response_distribution
from coverage.county.config import CountyConfig, examine_config
from coverage.county.model import County
from coverage.county.read import has_roads, read_tables
from coverage.figures import share_text, whole_people
from coverage.measures.distribution import Distribution, FloatArray, within_limit
from coverage.messages import Message
from coverage.network.model import Network, NetworkNote
from coverage.network.read import examine_roads, read_network
from coverage.network.words import listed
from coverage.problems import Problem, Problems, raise_if_errors
from coverage.progress import Progress, no_progress
from coverage.rules.catalogue.load import OwnRules, load_catalogue, with_own_rules
from coverage.rules.catalogue.profiles import region_code
from coverage.rules.catalogue.selection import applicable_rules, generic_rules, selection_notes
from coverage.rules.evaluate import Evaluator, collect_evidence, evaluate_rule
from coverage.rules.evidence.facts import CountyFacts
from coverage.rules.model.rule import Rule
from coverage.rules.registry import response_limits, village_limits
from coverage.travel.bucket import prepare_kernel
from coverage.travel.engine import TravelEngine
from coverage.travel.model import Response
from coverage.travel.response import respond

MEASURE: Final = 2
"""How minutes are measured (docs/measure.md); 1 had no leaving leg and joined motorways."""


def assess_folder(
    folder: Path,
    progress: Progress = no_progress,
    *,
    as_of: date | None = None,
    region: str | None = None,
) -> Report:
    """Read the county in `folder` and test every rule that applies to it.

    Parameters
    ----------
    as_of
        The day that deadlines are judged by; no clock is read.
    region
        A region code (2 to 6 digits) or the name of a profile: the county is tested as if it lay
        there. None: where it does lie.

    Raises
    ------
    InputError
        With every problem of the folder.
    """
    county, network, rules, catalogue = read_folder(folder, progress, region)
    prepare_kernel(len(network.node_x), progress)
    progress(Message("report.step_response"))
    engine = TravelEngine(network)
    response = respond(county, engine)
    progress(Message("report.step_rules"))
    code = "" if region is None else region_code(region)
    return report_of(county, engine, response, rules, catalogue=catalogue, as_of=as_of, region=code)


class Inputs(NamedTuple):
    """What a county folder holds.

    Attributes
    ----------
    rules
        Those to test, with the county's own parameters.
    catalogue
        Every rule as it was loaded, the county's own among them.
    """

    county: County
    network: Network
    rules: tuple[Rule, ...]
    catalogue: OwnRules


def read_folder(
    folder: Path, progress: Progress = no_progress, region: str | None = None
) -> Inputs:
    """Return the county, its network and the rules to test.

    Raises
    ------
    InputError
        With every problem: of ``county.toml``, of the tables, of the rules'
        parameters and of the roads.
    """
    problems = Problems()
    progress(Message("report.step_county"))
    config = examine_config(folder, problems)
    county = network = None
    roads_there = False
    if config is not None:
        roads_there = has_roads(folder, config, problems)
        county = read_tables(folder, config, problems)
        with problems.collecting():
            rules, catalogue = _rules(folder, config, region)
    progress(Message("network.step_read"))
    if county is not None:
        with problems.collecting():
            network = read_network(county, progress)
    elif config is not None:
        examine_roads(folder, config, problems, is_there=roads_there)
    problems.raise_if_errors()
    if county is None or network is None:
        raise AssertionError("an input that cannot be read has a problem")
    return Inputs(county, network, rules, catalogue)


def _rules(
    folder: Path | None, config: CountyConfig, region: str | None
) -> tuple[tuple[Rule, ...], OwnRules]:
    code = None if region is None else region_code(region)
    catalogue = load_catalogue()
    loaded = OwnRules(catalogue, frozenset())
    if folder is not None:
        loaded = with_own_rules(folder, catalogue)
    return applicable_rules(config, loaded.catalogue, code, loaded.own), loaded


def assess_county(
    county: County, network: Network, *, as_of: date | None = None, region: str | None = None
) -> Report:
    """Test every rule that applies to a county that is read already.

    Parameters
    ----------
    as_of, region
        As in `assess_folder`.

    Raises
    ------
    InputError
        With every problem of the county's rules and their parameters.
    """
    problems = Problems()
    with problems.collecting():
        rules, catalogue = _rules(county.folder, county.config, region)
    if county.folder is None:  # what it states of rules stands in no file
        raise_if_errors(replace(problem, file=None) for problem in problems)
    problems.raise_if_errors()
    engine = TravelEngine(network)
    response = respond(county, engine)
    code = "" if region is None else region_code(region)
    return report_of(county, engine, response, rules, catalogue=catalogue, as_of=as_of, region=code)


def assess(
    county: County,
    network: Network,
    rules: tuple[Rule, ...],
    catalogue: OwnRules | None = None,
) -> Report:
    """Return the result of testing `rules` on `county`.

    Parameters
    ----------
    catalogue
        As in `report_of`.
    """
    engine = TravelEngine(network)
    return report_of(county, engine, respond(county, engine), rules, catalogue=catalogue)


def report_of(
    county: County,
    engine: TravelEngine,
    response: Response,
    rules: tuple[Rule, ...],
    *,
    catalogue: OwnRules | None = None,
    as_of: date | None = None,
    region: str = "",
    evaluator: Evaluator = evaluate_rule,
) -> Report:
    """Return what `assess` does, for a response that is already computed.

    Parameters
    ----------
    engine
        Over the roads that `response` was computed on.
    catalogue
        Every rule that scenarios may name, as loaded; None: the project's own catalogue.
    region
        Code of the region whose rules are tested, or ``generic``; empty: the county's own.
    evaluator
        Tests one rule; another than the plain one may remember results.
    """
    if catalogue is None:
        catalogue = OwnRules(load_catalogue(), frozenset())
    facts = CountyFacts(county)
    evidence = collect_evidence(facts, engine, response, rules, region)
    results = tuple(evaluator(rule, facts, evidence[rule.id]) for rule in rules)
    tested_limits = next((rule for rule in rules if response_limits(rule)), None)
    limit_rule = tested_limits or _generic_limit_rule(catalogue)
    limit_min = village_limits(limit_rule).limits_min(county.villages)
    waiting = response_distribution(county, response, limit_min)
    summary = _summary(waiting)
    return Report(
        county=county,
        engine=engine,
        catalogue=catalogue,
        limit_rule=limit_rule,
        response=response,
        summary=summary,
        villages=_villages(county, response, limit_min),
        units=_units(facts, waiting),
        rules=results,
        quality=(
            *county.quality,
            *engine.network.quality,
            *response.quality,
            *selection_notes(county.config, rules, region),
            *([] if tested_limits else [_limits_note(limit_rule)]),
            *_response_notes(county, summary),
            _network_note(engine.network.note),
        ),
        parameters={
            "measure": MEASURE,
            "response": county.config.response.model_dump(mode="json"),
            "rules": {rule.id: rule.values() for rule in rules},
            **_tables(county.config),
            "crs": county.crs.to_string(),
        },
        as_of=as_of,
        region=region,
    )


def _tables(config: CountyConfig) -> dict[str, object]:
    """Return ``tables`` as ``county.toml`` states it, where it does."""
    stated = config.tables.model_dump(mode="json", exclude_defaults=True)
    return {"tables": stated} if stated else {}


def _summary(waiting: Distribution) -> ResponseSummary:
    """Return the key figures over the residents whose number is known."""
    return ResponseSummary(
        population=waiting.population,
        covered=waiting.covered,
        share=waiting.covered_share,
        unreachable=waiting.unreachable,
        mean_min=waiting.mean_min,
        p90_min=waiting.p90_min,
    )


def _villages(county: County, response: Response, limit_min: FloatArray) -> gpd.GeoDataFrame:
    villages = county.villages
    township_name = dict(zip(county.townships["code"], county.townships["name"], strict=True))
    facility_name = county.facilities["name"].astype(object)
    station = response.villages["station"]
    minutes = response.villages["response_min"].to_numpy(float)
    return gpd.GeoDataFrame(
        {
            "code": villages["code"],
            "name": villages["name"],
            "township": villages["township"],
            "township_name": villages["township"].map(township_name),
            "kind": villages["kind"],
            "area_class": villages["area_class"],
            "population": villages["population"].astype(float),
            "station_id": response.villages["station_id"],
            "station_name": [
                None if pd.isna(row) else facility_name.iloc[int(row)] for row in station
            ],
            "turnout_min": response.villages["turnout_min"].astype(float),
            "leaving_min": response.villages["leaving_min"].astype(float),
            "drive_min": response.villages["drive_min"].astype(float),
            "access_min": response.villages["access_min"].astype(float),
            "response_min": minutes,
            "limit_min": limit_min,
            "covered": within_limit(minutes, limit_min),
        },
        geometry=gpd.GeoSeries(villages.geometry),
        crs=county.crs,
    )


def _units(facts: CountyFacts, waiting: Distribution) -> gpd.GeoDataFrame:
    county = facts.county
    people = waiting.people
    township = county.villages["township"].to_numpy()[county.demand["village"].to_numpy()]
    sums = (
        pd.DataFrame({"people": people, "within": np.where(waiting.within, people, 0.0)})
        .groupby(township)
        .sum()
        .reindex(county.townships["code"], fill_value=0.0)
    )
    residents = sums["people"].where(sums["people"] > 0)
    return gpd.GeoDataFrame(
        {
            "code": county.townships["code"],
            "name": county.townships["name"],
            "kind": county.townships["kind"],
            "population": facts.township_population,
            "covered_share": (sums["within"] / residents).to_numpy(float),
        },
        geometry=gpd.GeoSeries(county.townships.geometry),
        crs=county.crs,
    )


def _generic_limit_rule(catalogue: OwnRules) -> Rule:
    """Return the generic profile's rule on the ambulance's time."""
    generic = generic_rules(catalogue.catalogue)
    rules = catalogue.catalogue.values()
    return next(rule for rule in rules if rule.id in generic and response_limits(rule))


def _limits_note(limit_rule: Rule) -> Problem:
    return Problem("rules.limits_assumed", level="note", values={"id": limit_rule.id})


def _response_notes(county: County, summary: ResponseSummary) -> list[Problem]:
    unknown = int(county.villages["population"].isna().sum())
    notes = []
    if unknown:
        notes.append(
            Problem(
                "report.population_unknown", "warning", values={"count": unknown}, count=unknown
            )
        )
    if summary.unreachable:
        people = whole_people(summary.unreachable)
        notes.append(
            Problem("report.unreachable", "warning", values={"people": people}, count=people)
        )
    return notes


def _network_note(note: NetworkNote) -> Problem:
    lengths = sorted(note.length_km.items(), key=lambda item: (-item[1], item[0]))
    return Problem(
        "report.network",
        "note",
        values={
            "nodes": note.nodes,
            "edges": note.edges,
            "lengths": listed({highway: f"{km:.1f}" for highway, km in lengths}),
            "components": note.components,
            "off_main": share_text(note.off_main_share),
            "unknown": share_text(note.unknown_class_share),
            "imputed": note.imputed_speeds,
            "dropped": listed(dict(sorted(note.dropped.items()))) if note.dropped else "0",
        },
        count=note.edges,
    )
