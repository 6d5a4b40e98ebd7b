"""``county.toml``: what a county folder says of itself."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from coverage.county.datum import crs_of
from coverage.county.files import decode, inside, nearest, reading, refuse, shown
from coverage.errors import InputError, Problem, raise_if_errors
from coverage.messages import Message

CONFIG_NAME: Final = "county.toml"
_MAX_BYTES: Final = 1_000_000

Code = Annotated[str, Field(pattern=r"^\d{6}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Identity(_Strict):
    """``[county]``: name and six-digit region code."""

    name: str = Field(min_length=1)
    name_en: str = ""
    code: Code
    illustrative: bool = False


class Source(_Strict):
    """One entry of ``[sources]``: a path inside the folder, and how to read it."""

    path: str = Field(min_length=1)
    sheet: str | None = None
    layer: str | None = None
    datum: str = "wgs84"

    @field_validator("datum")
    @classmethod
    def _known_datum(cls, value: str) -> str:
        try:
            crs_of(value)
        except ValueError as error:
            raise PydanticCustomError("datum", "unknown datum") from error
        return value


class Sources(_Strict):
    """``[sources]``: which file holds what."""

    townships: Source
    villages: Source
    facilities: Source
    roads: Source
    population: Source | None = None

    @field_validator("*", mode="before")
    @classmethod
    def _from_path(cls, value: object) -> object:
        return {"path": value} if isinstance(value, str) else value


class ResponseParameters(_Strict):
    """``[response]``: what the measure of time assumes."""

    turnout_min: float = Field(3.0, ge=0, le=60)
    access_speed_kph: float = Field(10.0, gt=0, le=60)
    access_detour: float = Field(1.3, ge=1, le=5)
    max_access_m: float = Field(3000.0, ge=0, le=50_000)
    speed_profile: str = "china"
    speed_factor: float = Field(1.0, gt=0, le=3)
    speeds_kph: dict[str, Annotated[float, Field(gt=0, le=200)]] = Field(default_factory=dict)


class CountyConfig(_Strict):
    """The whole of ``county.toml``.

    Attributes
    ----------
    rules
        ``[rules.<id>]``: ``enabled`` and the rule's parameters, not yet checked against the
        catalogue (`coverage.rules.select` does).
    """

    county: Identity
    sources: Sources
    response: ResponseParameters = ResponseParameters()
    rules: dict[str, dict[str, Any]] = Field(default_factory=dict)


def load_config(folder: Path) -> CountyConfig:
    """Read ``county.toml``.

    Raises
    ------
    InputError
        With every problem of the file: no such file, bad TOML (with its line), unknown keys
        (naming the nearest known one), missing keys, values of the wrong type or out of range.
    """
    config, found = examine_config(folder)
    raise_if_errors(found)
    assert config is not None
    return config


def examine_config(folder: Path) -> tuple[CountyConfig | None, list[Problem]]:
    """Read ``county.toml`` as far as it can be read, so that the tables can be looked at too.

    Returns
    -------
    config
        With bad entries left out; None where it does not say where the tables are.
    problems
        As `load_config` raises them.
    """
    try:
        text = _read_text(folder)
        raw = _parse(text)
    except InputError as error:
        return None, list(error.problems)
    try:
        return CountyConfig.model_validate(raw), []
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=True)
    problems = [_problem(detail, text) for detail in details]
    for detail in details:
        _leave_out(raw, detail["loc"])
    raw["county"] = {"name": "?", "code": "000000"}
    try:
        return CountyConfig.model_validate(raw), problems
    except ValidationError:
        return None, problems


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
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        rows = [int(line[1])] if line else []
        raise refuse("county.toml_broken", CONFIG_NAME, rows) from error
    except (RecursionError, ValueError) as error:
        raise refuse("county.toml_broken", CONFIG_NAME) from error


def _leave_out(raw: dict[str, Any], loc: tuple[int | str, ...]) -> None:
    """Take the entry at `loc` out of the mapping, where it is there."""
    at: Any = raw
    for key in loc[:-1]:
        at = at.get(key) if isinstance(at, dict) else None
    if isinstance(at, dict):
        at.pop(loc[-1], None)


def _known_keys(loc: tuple[int | str, ...]) -> list[str]:
    """Return the keys that may stand in the table that holds `loc`."""
    model: Any = CountyConfig
    for key in loc[:-1]:
        field = model.model_fields.get(key)
        if field is None:
            return []
        kinds = [field.annotation, *getattr(field.annotation, "__args__", ())]
        models = [k for k in kinds if isinstance(k, type) and issubclass(k, BaseModel)]
        if not models:
            return []
        model = models[0]
    return list(model.model_fields)


def _problem(detail: ErrorDetails, text: str) -> Problem:
    """Say what pydantic found, in our own words."""
    loc = detail["loc"]
    key = ".".join(shown(part) for part in loc)
    values: dict[str, object] = {"key": key, "value": shown(detail["input"])}
    line = _line_of(loc, text)
    rows = () if line is None else (line,)
    kind, context = detail["type"], detail.get("ctx", {})
    code = "county.key_bad"
    if kind == "extra_forbidden":
        code, known = "county.key_unknown", _known_keys(loc)
        near = nearest(str(loc[-1]), known)
        values["hint"] = (
            Message("county.hint_nearest", {"near": near})
            if near
            else Message("county.hint_known", {"known": ", ".join(known)})
        )
    elif kind == "missing":
        code, rows = "county.key_missing", ()
    elif kind == "datum":
        code = "county.key_datum"
    elif kind == "string_pattern_mismatch":
        code = "county.key_code"
    elif kind == "string_too_short":
        code = "county.key_empty"
    elif kind == "string_type":
        code = "county.key_text"
    elif kind.startswith(("float", "finite")):
        code = "county.key_number"
    elif kind.startswith("bool"):
        code = "county.key_true_false"
    elif kind.startswith(("greater", "less")):
        code, (limit, *_) = "county.key_range", context.values()
        sign = {"greater_than": ">", "greater_than_equal": "≥", "less_than": "<"}.get(kind, "≤")
        values["limit"] = f"{sign} {limit:g}"
    elif kind.startswith(("model", "dict")):
        code = "county.key_table"
    return Problem(code, values=values, file=CONFIG_NAME, rows=rows)


def _line_of(loc: tuple[int | str, ...], text: str) -> int | None:
    """Return the line on which the key of `loc` seems to be written, counted from 1."""
    section = ""
    names = [str(part) for part in loc]
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line):
            section = header[1].replace('"', "")
            if section.split(".") == names:
                return number
        elif entry := re.match(r"\s*([^=#\s]+)\s*=", line):
            path = [*section.split("."), *entry[1].replace('"', "").split(".")]
            path = [part for part in path if part]
            if path == names or (
                len(path) < len(names) and path == names[: len(path)] and len(path) > 1
            ):
                return number
    return None
