"""Who in a county is too far from care, by which clause, and where.

``import coverage as cov`` offers what stands in `__all__`. Nothing is loaded before it is used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coverage.api.county import (
        AccessOptions,
        ResponseOptions,
        county_from_tables,
        read_county,
        read_roads,
    )
    from coverage.api.maps import MapPage, explore
    from coverage.api.report import apply, assess, compare, write_report
    from coverage.api.travel import travel_times
    from coverage.assessment.report import Report
    from coverage.county.model import County
    from coverage.network.model import Network
    from coverage.paths import DEMONSTRATION
    from coverage.problems import (
        CoverageError,
        InputError,
        InvalidCellError,
        MissingColumnError,
        MissingFileError,
        OutputError,
        PlaceError,
        Problem,
        ScenarioError,
        SettingError,
        UnreadableFileError,
    )
    from coverage.scenario.compare import Comparison
    from coverage.scenario.model import Scenario

__version__ = "0.1.0"

_HOMES = {
    "coverage.api.county": (
        "AccessOptions",
        "ResponseOptions",
        "county_from_tables",
        "read_county",
        "read_roads",
    ),
    "coverage.api.maps": ("MapPage", "explore"),
    "coverage.api.report": ("apply", "assess", "compare", "write_report"),
    "coverage.api.travel": ("travel_times",),
    "coverage.assessment.report": ("Report",),
    "coverage.county.model": ("County",),
    "coverage.network.model": ("Network",),
    "coverage.paths": ("DEMONSTRATION",),
    "coverage.problems": (
        "CoverageError",
        "InputError",
        "InvalidCellError",
        "MissingColumnError",
        "MissingFileError",
        "OutputError",
        "PlaceError",
        "Problem",
        "ScenarioError",
        "SettingError",
        "UnreadableFileError",
    ),
    "coverage.scenario.compare": ("Comparison",),
    "coverage.scenario.model": ("Scenario",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "DEMONSTRATION",
    "AccessOptions",
    "Comparison",
    "County",
    "CoverageError",
    "InputError",
    "InvalidCellError",
    "MapPage",
    "MissingColumnError",
    "MissingFileError",
    "Network",
    "OutputError",
    "PlaceError",
    "Problem",
    "Report",
    "ResponseOptions",
    "Scenario",
    "ScenarioError",
    "SettingError",
    "UnreadableFileError",
    "__version__",
    "apply",
    "assess",
    "compare",
    "county_from_tables",
    "explore",
    "read_county",
    "read_roads",
    "travel_times",
    "write_report",
]


def __getattr__(name: str) -> Any:
    """Load what is asked for by its public name."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
