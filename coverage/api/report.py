"""From a county to its report, to a scenario's, and to what differs between them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from coverage.api.county import AnyPath
from coverage.assessment.assess import assess_county
from coverage.assessment.report import Report
from coverage.county.model import County
from coverage.messages import Language
from coverage.network.model import Network
from coverage.problems import InputError, Problem, chosen_language
from coverage.report.files import FORMATS
from coverage.report.files import write_report as write_files
from coverage.scenario import compare as comparing
from coverage.scenario.compare import Comparison
from coverage.scenario.file import load_scenario, scenario_of
from coverage.scenario.model import Scenario
from coverage.scenario.run import assess_scenario


def assess(
    county: County, roads: Network, *, region: str | None = None, as_of: date | None = None
) -> Report:
    """Test every rule that applies to a county.

    Parameters
    ----------
    county
        From `read_county` or `county_from_tables`; its own rules, in ``rules/`` of its folder, are
        tested too.
    roads
        From `read_roads`, for this county.
    region
        A region code (2 to 6 digits) or the name of a profile: tested as if the county lay there;
        None: where it does lie.
    as_of
        The day by which deadlines are judged; None: none is, for no clock is read.

    Returns
    -------
    Report
        ``villages`` and ``units`` (GeoDataFrames; minutes, residents, shares), ``rules_table()``,
        ``units_table(id)``, ``summary`` (residents, and minutes weighted by them), ``quality``
        (what was dropped, filled in or assumed).

    Raises
    ------
    InputError
        If the county states an unknown rule, or a parameter that the rule cannot have.

    Examples
    --------
    >>> report = cov.assess(county, roads)
    >>> report.summary.share, round(report.summary.p90_min)
    (0.4, 42)
    >>> report.villages[["name", "response_min", "covered"]].round().values.tolist()
    [['Ash', 3.0, True], ['Birch', 42.0, False]]
    """
    given = {file.role for file in county.inputs}
    if county.folder is None or "roads" not in given or roads.inputs:
        others = tuple(file for file in county.inputs if file.role != "roads")
        county = replace(county, inputs=(*others, *roads.inputs))
    return assess_county(county, roads, region=region, as_of=as_of)


def apply(report: Report, scenario: Scenario | Mapping[str, Any] | AnyPath) -> Report:
    """Assess the county of a report after the edits of a scenario.

    Only what the edits change is computed again.

    Parameters
    ----------
    report
        The county as it is.
    scenario
        A scenario, the path of its YAML file, or a mapping with the keys of the file (see
        ``docs/scenario.md``); of a mapping ``county`` may be left out.

    Returns
    -------
    Report
        With the scenario's name; `compare` tells what it changes.

    Raises
    ------
    ScenarioError
        With every edit that cannot be understood or does not fit the county.
    MissingFileError, UnreadableFileError
        If there is no such file, or it cannot be read.

    Examples
    --------
    >>> second = {
    ...     "id": "T",
    ...     "name": "Second",
    ...     "kind": "emergency_station",
    ...     "lon": 112.5,
    ...     "lat": 28.6,
    ...     "ambulances": 1,
    ... }
    >>> after = cov.apply(report, {"name": "A second station", "edits": [{"add_facility": second}]})
    >>> after.summary.share
    1.0
    """
    if isinstance(scenario, Mapping):
        stated = {"county": report.county.config.county.code, **scenario}
        scenario = scenario_of(stated)
    elif not isinstance(scenario, Scenario):
        scenario = load_scenario(Path(scenario))
    return assess_scenario(report, scenario)


def compare(before: Report, after: Report) -> Comparison:
    """Return what changes from one report of a county to another.

    Parameters
    ----------
    before, after
        Mostly the county as it is, and what `apply` gives for it.

    Returns
    -------
    Comparison
        ``rules`` (each with its outcome), ``villages`` (a DataFrame; minutes before, after and
        their change), ``people_gained`` and ``people_lost`` (residents newly, or no longer, within
        their limit), ``cost`` (10,000 yuan, by the scenario's unit costs).

    Raises
    ------
    SettingError
        If they are reports of two counties.

    Examples
    --------
    >>> changes = cov.compare(report, after)
    >>> changes.people_gained, changes.people_lost
    (3000.0, 0.0)
    >>> changes.villages[["name", "change_min"]].round().values.tolist()
    [['Ash', 0.0], ['Birch', -39.0]]
    """
    codes = [report.county.config.county.code for report in (before, after)]
    if codes[0] != codes[1]:
        values = dict(zip(("before", "after"), codes, strict=True))
        raise InputError([Problem("scenario.two_counties", values=values)])
    stated = after.parameters.get("scenario")
    scenario = None if stated is None else Scenario.model_validate(stated)
    return comparing.compare(before, after, scenario)


def write_report(
    report: Report,
    out: AnyPath,
    *,
    language: Language | None = None,
    formats: Collection[str] = FORMATS,
    before: Report | None = None,
) -> Path:
    """Write the result files of a report, as the command line does.

    Parameters
    ----------
    report
        From `assess` or `apply`.
    out
        The files go into ``out/<region code>/``, which is made; older ones there are replaced.
    language
        ``"zh"`` or ``"en"``; None: that of the machine's locale.
    formats
        Any of ``csv``, ``xlsx``, ``html``, ``png`` (the map) and ``json``.
    before
        The county as it is, where `report` is a scenario's: what it changes is written too.

    Returns
    -------
    Path
        The folder with the files.

    Raises
    ------
    SettingError
        If there is no such format or language.
    OutputError
        If the place cannot be written; what was there stays whole.

    Examples
    --------
    >>> folder = cov.write_report(report, "out", language="en", formats=["csv", "json"])
    >>> sorted(path.name for path in folder.iterdir())
    ['access.csv', 'manifest.json', 'report.json', 'villages.csv']
    """
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        values = {"format": ", ".join(map(str, unknown)), "known": ", ".join(FORMATS)}
        raise InputError([Problem("report.unknown_format", values=values)])
    comparison = None if before is None else compare(before, report)
    return write_files(report, Path(out), chosen_language(language), formats, comparison)
