"""The words of ``data/roads.toml``: what values of tags mean, and what they are called."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from coverage.county.files import shown
from coverage.messages import Name
from coverage.paths import DATA


@dataclass(frozen=True)
class RoadWords:
    """Other words for columns and values in line layers, from ``data/roads.toml``.

    Attributes
    ----------
    not_drivable
        OSM classes a car does not drive.
    columns
        For each column, its other names.
    other_values
        For each column, other value to OSM value.
    chinese
        What the classes, the other reasons for which a road is left out, and the kinds of barrier
        are called in Chinese.
    closed_values, driven_values, public_values
        Values of the tags of access: closed to ambulances too, closed to the public only, open.
    stopping_barriers, passed_barriers
        Kinds of barrier that stop cars, and that do not unless a tag of access says so.
    kph_units
        What may stand behind a speed in km/h, without blanks.
    """

    not_drivable: frozenset[str]
    columns: Mapping[str, tuple[str, ...]]
    other_values: Mapping[str, Mapping[str, str]]
    chinese: Mapping[str, str]
    closed_values: frozenset[str]
    driven_values: frozenset[str]
    public_values: frozenset[str]
    stopping_barriers: frozenset[str]
    passed_barriers: frozenset[str]
    kph_units: frozenset[str]


@cache
def road_words() -> RoadWords:
    """Return the words of ``data/roads.toml``."""
    raw = tomllib.loads((DATA / "roads.toml").read_text(encoding="utf-8"))
    return RoadWords(
        not_drivable=frozenset(raw["not_drivable"]),
        columns=MappingProxyType({key: tuple(names) for key, names in raw["columns"].items()}),
        other_values=MappingProxyType(
            {
                key: MappingProxyType(raw[name])
                for key, name in (
                    ("highway", "highway"),
                    ("oneway", "oneway"),
                    ("bridge", "bridge"),
                    ("tunnel", "bridge"),
                )
            }
        ),
        chinese=MappingProxyType(raw["chinese"]),
        closed_values=frozenset(raw["access"]["closed"]),
        driven_values=frozenset(raw["access"]["driven"]),
        public_values=frozenset(raw["access"]["public"]),
        stopping_barriers=frozenset(raw["barrier"]["stopping"]),
        passed_barriers=frozenset(raw["barrier"]["passed"]),
        kph_units=frozenset(raw["kph_units"]),
    )


def listed(figures: Mapping[str, object]) -> Name:
    """Return classes, kinds or reasons, each with its figure, as a reader calls them."""
    chinese = road_words().chinese
    return Name(
        zh=", ".join(f"{chinese.get(word, shown(word))} {n}" for word, n in figures.items()),
        en=", ".join(f"{shown(word)} {n}" for word, n in figures.items()),
    )
