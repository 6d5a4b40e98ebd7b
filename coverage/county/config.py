"""``county.toml``: what a county folder says of itself."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Final

from pydantic import (
    Field,
    PrivateAttr,
    ValidationError,
    field_validator,
)
from pydantic_core import PydanticCustomError

from coverage.county.blanks import refused_names
from coverage.county.datum import crs_of, shift_of
from coverage.county.files import CONFIG_NAME, decode, inside, reading, refuse, shown
from coverage.county.keys import Rows, key_problem, leave_out, row_of, rows_of
from coverage.county.sources import Source, Sources, StrictModel
from coverage.county.toml_faults import toml_fault
from coverage.county.toml_size import MAX_DEPTH, refuse_deep_keys, refuse_large
from coverage.crs import WGS84
from coverage.problems import Problem, Problems

_MAX_BYTES: Final = 1_000_000
_SOME_COUNTY: Final = {"name": "?", "code": "110101"}  # where county.toml does not say it well
_ALWAYS_WGS84: Final = (
    ".osm",
    ".osh",
    ".osm.gz",
    ".osm.bz2",
    ".osh.gz",
    ".osh.bz2",
    ".pbf",
    ".graphml",
)
_LINES: Final = (".gpkg", ".geojson", ".json", ".shp")
_NO_ROWS: Final[Rows] = MappingProxyType({})
_TWICE: Final = ("Cannot declare", "Cannot overwrite", "Cannot mutate", "Duplicate")

Code = Annotated[
    str,
    Field(pattern=r"^(1[1-9]|[2-7][0-9]|8[0-2])(0[1-9]|[1-9][0-9])(0[1-9]|[1-9][0-9])$"),
]
"""A county's: province 11-82, prefecture, and county 01-99 (00 would be the whole of it)."""


class Identity(StrictModel):
    """``[county]``: name and six-digit region code."""

    name: str = Field(min_length=1, max_length=100)
    name_en: str = Field("", max_length=100)
    code: Code
    illustrative: bool = False


class ResponseParameters(StrictModel):
    """``[response]``: what the measure of time assumes."""

    turnout_min: float = Field(3.0, ge=0, le=60)
    access_speed_kph: float = Field(10.0, ge=0.5, le=60)
    access_detour: float = Field(1.3, ge=1, le=5)
    max_access_m: float = Field(3000.0, ge=0, le=50_000)
    next_road_m: float = Field(200.0, ge=0, le=50_000)
    speed_profile: str = "china"
    speed_factor: float = Field(1.0, ge=0.05, le=3)
    speeds_kph: dict[str, Annotated[float, Field(ge=1, le=200)]] = Field(default_factory=dict)


class TableOptions(StrictModel):
    """How a table is read, beside what ``[sources]`` says of its file.

    Attributes
    ----------
    blank_is_zero
        Columns, by any of their names, in which an empty cell is 0, or no.
    """

    table: ClassVar[str]
    blank_is_zero: list[str] = Field(default_factory=list)

    @field_validator("blank_is_zero")
    @classmethod
    def _columns_that_can_be_zero(cls, value: list[str]) -> list[str]:
        if refused := refused_names(cls.table, value):
            raise PydanticCustomError("no_zeros", "no such columns", {"refused": refused})
        return value


class VillageOptions(TableOptions):
    """``[tables.villages]``."""

    table = "villages"


class FacilityOptions(TableOptions):
    """``[tables.facilities]``."""

    table = "facilities"


class Tables(StrictModel):
    """``[tables]``."""

    villages: VillageOptions = VillageOptions()
    facilities: FacilityOptions = FacilityOptions()

    def blank_is_zero(self) -> dict[str, list[str]]:
        """Return the columns of each table in which an empty cell is 0, or no."""
        return {o.table: o.blank_is_zero for o in (self.villages, self.facilities)}


class CountyConfig(StrictModel):
    """The whole of ``county.toml``.

    Attributes
    ----------
    rules
        ``[rules.<id>]``: ``enabled`` and the rule's parameters, not yet checked against the
        catalogue (`coverage.rules.catalogue.selection` does).
    """

    county: Identity
    sources: Sources
    response: ResponseParameters = ResponseParameters()
    tables: Tables = Tables()
    rules: dict[str, dict[str, Any]] = Field(default_factory=dict)
    _rows: Rows = PrivateAttr(default_factory=dict)

    def row_of(self, *path: str) -> tuple[int, ...]:
        """Return the row of ``county.toml`` on which the key at `path` stands, if it does."""
        return row_of(path, self._rows)


def load_config(folder: Path) -> CountyConfig:
    """Read ``county.toml``.

    Raises
    ------
    InputError
        With every problem of the file: no such file, bad TOML (with its line), unknown keys
        (naming the nearest known one), missing keys, values of the wrong type or out of range.
    """
    problems = Problems()
    config = examine_config(folder, problems)
    problems.raise_if_errors()
    assert config is not None
    return config


def examine_config(folder: Path, problems: Problems) -> CountyConfig | None:
    """Return what ``county.toml`` says as far as it can be read; None where it names no tables.

    Bad entries are left out, so that the tables can be looked at too; `problems` receives them
    as `load_config` raises them.
    """
    raw: dict[str, Any] | None = None
    with problems.collecting():
        text = _read_text(folder)
        raw = _parse(text)
    if raw is None:
        return None
    return config_of(raw, problems, rows_of(text))


def config_of(
    raw: dict[str, Any], problems: Problems, rows: Rows = _NO_ROWS
) -> CountyConfig | None:
    """Return what the keys and values of ``county.toml`` say, wherever they come from.

    Parameters
    ----------
    raw
        As TOML is parsed; bad entries are taken out.
    problems
        Is told of them.
    rows
        Where the keys stand in the file, if they do.
    """
    try:
        config = CountyConfig.model_validate(raw)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=True)
        problems.extend(key_problem(detail, CountyConfig, rows) for detail in details)
        for detail in details:
            leave_out(raw, detail["loc"])
        stated = raw.get("county")
        raw["county"] = _SOME_COUNTY | (stated if isinstance(stated, dict) else {})
        try:
            config = CountyConfig.model_validate(raw)
        except ValidationError:
            return None
    _place(config, rows)
    problems.extend(_unused_options(config))
    return config


def _place(config: CountyConfig, rows: Rows) -> None:
    """Let the parts of a new `config` know where they stand in the file."""
    config._rows = rows
    for name, source in _sources(config).items():
        source._key, source._row = f"sources.{name}", row_of(("sources", name), rows)


def _sources(config: CountyConfig) -> dict[str, Source]:
    stated = {name: getattr(config.sources, name) for name in Sources.model_fields}
    return {name: source for name, source in stated.items() if source is not None}


def _unused_options(config: CountyConfig) -> list[Problem]:
    """Tell of what a source says that its kind of file has no use for."""
    unused = []
    for name, source in _sources(config).items():
        path = source.path.lower()
        stated = {
            "sheet": source.sheet,
            "layer": source.layer,
            "datum": source.datum,
            "join_m": source.join_m,
            "crossings": source.crossings,
        }
        lines = name == "roads" and path.endswith(_LINES)
        has_no_use = {
            "sheet": source.sheet is not None and not path.endswith(".xlsx"),
            "layer": source.layer is not None and not path.endswith((".gpkg", ".shp")),
            "datum": (
                path.endswith((".tif", ".tiff"))
                if shift_of(source.datum)
                else path.endswith(_ALWAYS_WGS84) and crs_of(source.datum) != WGS84
            ),
            "join_m": source.join_m is not None and not lines,
            "crossings": source.crossings is not None and not lines,
        }
        codes = {
            "sheet": "county.sheet_unused",
            "layer": "county.layer_unused",
            "datum": "county.datum_unused",
            "join_m": "county.join_unused",
            "crossings": "county.join_unused",
        }
        for option in (option for option, is_unused in has_no_use.items() if is_unused):
            values = {"key": f"{source.key}.{option}", "value": shown(stated[option])}
            row = config.row_of("sources", name, option)
            unused.append(Problem(codes[option], values=values, file=CONFIG_NAME, rows=row))
    return unused


def _read_text(folder: Path) -> str:
    if not folder.is_dir():
        raise refuse("county.folder_missing", path=str(folder))
    path = inside(folder, CONFIG_NAME)
    if path.stat().st_size > _MAX_BYTES:
        raise refuse("county.file_too_big", CONFIG_NAME, limit_mb=_MAX_BYTES // 1_000_000)
    with reading(CONFIG_NAME):
        content = path.read_bytes()
    return decode(content, CONFIG_NAME)


def _parse(text: str) -> dict[str, Any]:
    refuse_deep_keys(text)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line ([0-9]+)", str(error))
        rows = [int(line[1])] if line else []
        if str(error).startswith(_TWICE):
            lines = text.splitlines()
            words = shown(lines[rows[0] - 1 if rows else -1])
            raise refuse("county.toml_twice", CONFIG_NAME, rows, line=words) from error
        raise toml_fault(text, rows[0] if rows else None) from error
    except RecursionError as error:
        raise refuse("county.toml_too_deep", CONFIG_NAME, limit=MAX_DEPTH) from error
    except ValueError as error:
        raise refuse("county.toml_broken", CONFIG_NAME) from error
    refuse_large(raw)
    return raw
