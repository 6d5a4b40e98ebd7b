"""A report's map to turn and ask, in a notebook or as a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Final

from coverage.api.county import AnyPath
from coverage.assessment.report import Report
from coverage.messages import Language
from coverage.problems import chosen_language
from maps.export import write_page
from maps.interactive import interactive_map
from maps.offline import offline_html

_HEIGHT_PX: Final = 520


@dataclass(frozen=True)
class MapPage:
    """A map as a whole page: nothing in it is fetched from anywhere.

    Attributes
    ----------
    html
        The page.
    title
        What it shows.
    """

    html: str = field(repr=False)
    title: str

    def save(self, path: AnyPath) -> Path:
        """Write the page, and return where; the file is whole or absent.

        Raises
        ------
        OutputError
            If the place cannot be written.
        """
        write_page(Path(path), self.html)
        return Path(path)

    def _repr_html_(self) -> str:
        return (
            f'<iframe srcdoc="{escape(self.html)}" title="{escape(self.title)}" '
            f'style="width:100%;height:{_HEIGHT_PX}px;border:0"></iframe>'
        )


def explore(
    report: Report,
    layer: str = "minutes",
    *,
    rule: str | None = None,
    before: Report | None = None,
    language: Language | None = None,
) -> MapPage:
    """Draw the map of a report that is turned and asked on a screen; no network is needed.

    Parameters
    ----------
    report
        From `assess` or `apply`.
    layer
        What is coloured: ``minutes``, ``coverage``, ``beyond``, ``station``, ``units``,
        ``speed``, ``reach`` or ``change``.
    rule
        For ``units``: id of the rule whose verdicts colour them; None: the first that has units.
    before
        The county as it is, where `report` is a scenario's: what the scenario changes is marked.
        ``change`` needs it.
    language
        ``"zh"`` or ``"en"``; None: that of the machine's locale.

    Returns
    -------
    MapPage
        Shown by a notebook as it is; ``save(path)`` writes it.

    Raises
    ------
    SettingError
        If there is no such layer, rule or language, or ``change`` has nothing to compare with.

    Examples
    --------
    >>> page = cov.explore(report, "coverage", language="en")
    >>> page.html.startswith("<!DOCTYPE html>"), "<script src=" in page.html
    (True, False)
    """
    drawn = interactive_map(report, chosen_language(language), layer, rule=rule, before=before)
    return MapPage(offline_html(drawn), f"{report.county.config.county.name}: {layer}")
