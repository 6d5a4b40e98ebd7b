"""What assessing one county gives: all that a report, a map or the app shows."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import geopandas as gpd
import pandas as pd

from coverage.assessment import tables
from coverage.county.model import County
from coverage.measures.distribution import Distribution, FloatArray
from coverage.messages import Language, default_language
from coverage.network.model import Network
from coverage.problems import Problem, chosen_language
from coverage.rules.catalogue.load import OwnRules
from coverage.rules.evidence.facts import CountyFacts
from coverage.rules.model.results import RuleResult
from coverage.rules.model.rule import Rule
from coverage.travel.engine import TravelEngine
from coverage.travel.model import Response


@dataclass(frozen=True)
class ResponseSummary:
    """Key figures of the ambulance's time to the scene.

    Attributes
    ----------
    population
        Residents at all demand points.
    covered
        Residents whose response is within their limit.
    share
        ``covered / population``; NaN without residents.
    unreachable
        Residents no station can reach.
    mean_min, p90_min
        Over the residents that can be reached, weighted by residents; NaN without any.
    """

    population: float
    covered: float
    share: float
    unreachable: float
    mean_min: float
    p90_min: float


@dataclass(frozen=True)
class Completeness:
    """How many of the rules that apply could be assessed with the data given.

    Attributes
    ----------
    applicable
        Rules that speak of something in this county.
    assessed
        Those of them that are met or unmet.
    bounds
        Rules assessed, the figure of which is only a bound, for cells are blank.
    missing
        For each column, as ``table.column``, whose blank cells keep rules from being assessed:
        how many rules. Most rules first, then by name.
    """

    applicable: int
    assessed: int
    missing: Mapping[str, int]
    bounds: int = 0

    @property
    def share(self) -> float:
        """``assessed / applicable``; NaN where no rule applies."""
        return self.assessed / self.applicable if self.applicable else math.nan


@dataclass(frozen=True)
class Report:
    """The result of testing one county, and what made it.

    Attributes
    ----------
    engine
        Travel over the county's roads: whatever else concerns minutes or ways is computed
        by it, so that its search tree and its arcs are made once.
    catalogue
        Every rule as it was loaded, the county's own among them; scenarios choose from it.
    limit_rule
        The rule whose limits the villages have: the first one tested on the ambulance's time,
        else that of the generic profile.
    villages
        One row a village, in the order of the file: ``code, name, township`` (code),
        ``township_name, kind, area_class, population, station_id, station_name, turnout_min,
        leaving_min, drive_min, access_min, response_min, limit_min, covered`` (bool),
        ``geometry`` (the point, in the county's CRS).
    units
        One row a township, street or zone: ``code, name, kind, population, covered_share``
        (of its residents, NaN without residents), ``geometry`` (polygon).
    rules
        In the catalogue's order.
    quality
        Of county, network and travel, in this order.
    as_of
        The day by which deadlines are judged; None where no day is given.
    region
        The region or profile whose rules are tested, where it is not the county's own; else empty.
    scenario
        Name of the scenario whose edits are in force; empty: the county as it is.
    """

    county: County
    engine: TravelEngine
    catalogue: OwnRules
    limit_rule: Rule
    response: Response
    summary: ResponseSummary
    villages: gpd.GeoDataFrame
    units: gpd.GeoDataFrame
    rules: tuple[RuleResult, ...]
    quality: tuple[Problem, ...]
    parameters: dict[str, object]
    as_of: date | None = None
    region: str = ""
    scenario: str = ""

    @cached_property
    def facts(self) -> CountyFacts:
        """What rules ask of the county, derived from its tables."""
        return CountyFacts(self.county)

    @property
    def waiting(self) -> Distribution:
        """How long residents wait for an ambulance, one entry a demand point."""
        limit_min = self.villages["limit_min"].to_numpy(float)
        return response_distribution(self.county, self.response, limit_min)

    @property
    def network(self) -> Network:
        """The roads."""
        return self.engine.network

    @property
    def completeness(self) -> Completeness:
        """How many of the rules that apply could be assessed."""
        applicable = [r for r in self.rules if r.verdict != "not_applicable"]
        open_ = [r for r in applicable if r.verdict == "not_assessable"]
        counted = Counter(column for result in open_ for column in set(result.missing_columns))
        missing = dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))
        bounds = sum(r.bound != "exact" and r not in open_ for r in applicable)
        return Completeness(len(applicable), len(applicable) - len(open_), missing, bounds)

    def rules_table(self, language: Language | None = None) -> pd.DataFrame:
        """Return one row a rule that was tested, in the catalogue's order.

        Parameters
        ----------
        language
            ``"zh"`` or ``"en"``, of `title` and `note`; None: that of the machine's locale.

        Returns
        -------
        DataFrame
            ``id``, ``kind``, ``title``, ``verdict`` (``met``, ``unmet``, ``not_applicable`` or
            ``not_assessable``), ``observed`` (NaN where not known), ``bound`` (of ``observed``:
            ``exact``, ``at_least``, ``at_most`` or ``below``), ``required``, ``shortfall``,
            ``unit`` (what these three count), ``population_total`` (residents the rule speaks
            of), ``population_short`` (those without what it asks for), ``missing_columns`` (whose
            blank cells keep the verdict open, as ``table.column``, joined by commas), ``note``.

        Raises
        ------
        SettingError
            If there is no such language.

        Examples
        --------
        >>> table = report.rules_table("en").set_index("id")
        >>> table.loc[["ems-1030"], ["verdict", "observed", "required"]].values.tolist()
        [['unmet', 0.4, 1.0]]
        """
        return tables.rules_table(self, chosen_language(language))

    def units_table(self, rule_id: str, language: Language | None = None) -> gpd.GeoDataFrame:
        """Return one row a township, street or village for which a rule was tested.

        Parameters
        ----------
        rule_id
            The id of a rule that was tested, such as ``"ems-1030"``.
        language
            Of `name`, where a unit has a name in each; None: that of the machine's locale.

        Returns
        -------
        GeoDataFrame
            ``code``, ``name``, ``verdict``, ``observed``, ``bound``, ``required``,
            ``shortfall`` (as in `rules_table`, in the rule's unit) and ``geometry`` (the outline,
            or of a village the point) in the county's CRS, None of a unit that the rule names and
            the county lacks. Empty where the rule has no units.

        Raises
        ------
        SettingError
            If no such rule was tested, or there is no such language.

        Examples
        --------
        >>> report.units_table("ems-1030", "en")[["name", "verdict"]].values.tolist()
        [['West', 'met'], ['East', 'unmet']]
        """
        return tables.units_table(self, rule_id, chosen_language(language))

    def __repr__(self) -> str:
        return f"<Report: {tables.glance(self, default_language())}>"

    def _repr_html_(self) -> str:
        return tables.glance_html(self, default_language())


def response_distribution(
    county: County, response: Response, limit_min: FloatArray
) -> Distribution:
    """Return how long residents wait for an ambulance, one entry a demand point.

    Parameters
    ----------
    limit_min
        Of each village: that of its demand points.
    """
    village = county.demand["village"].to_numpy()
    return Distribution.of(
        response.demand["response_min"], county.demand["population"], limit_min[village]
    )
