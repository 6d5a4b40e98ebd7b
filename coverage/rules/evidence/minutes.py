"""What a rule is tested with, beside the county's own tables."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from coverage.travel.model import Response


@dataclass(frozen=True)
class AccessMinutes:
    """The residents' travel time to the nearest of some facilities.

    Attributes
    ----------
    villages
        One row a village in the order of the county's villages: ``facility`` (row of the
        facility table, Int64), ``minutes`` (drive and access, rounded to 9 decimals); <NA> and
        NaN where none can be reached; ``far`` (bool): too far from every road.
    demand
        The same columns for each row of ``County.demand``.
    far_facilities
        How many of the facilities are too far from every road to be travelled to.
    """

    villages: pd.DataFrame
    demand: pd.DataFrame
    far_facilities: int = 0


@dataclass(frozen=True)
class Evidence:
    """Times on the road that a rule is tested with.

    Attributes
    ----------
    response
        When an ambulance is at the scene.
    access
        To the facilities that are known to be ones that the rule names; None where it names none.
    perhaps
        To these and those of which a blank cell leaves it open; None where no cell does. Of a
        rule on ambulances: until one comes from a facility that has not said whether it has any.
    region
        The region whose rules are tested, where it is not the county's own; else empty.
    somewhere
        The least that it may be to the nearest of those that are ones, or may be, and have no
        place; None where they may stand at anybody's door.
    """

    response: Response
    access: AccessMinutes | None = None
    perhaps: AccessMinutes | None = None
    region: str = ""
    somewhere: AccessMinutes | None = None
