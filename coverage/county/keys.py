"""The keys of ``county.toml``: where they stand, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from coverage.county.files import CONFIG_NAME, nearest, shown
from coverage.faults import fault_of
from coverage.messages import Message
from coverage.problems import Problem

Rows = Mapping[tuple[str, ...], int]

_HEADER: Final = re.compile(r"\s*\[+\s*([^\[\]]+?)\s*\]")
_ENTRY: Final = re.compile(r"\s*([^=#\s]+)\s*=")


def rows_of(text: str) -> Rows:
    """Return the line on which each section and key of a TOML text seems to be written."""
    rows: dict[tuple[str, ...], int] = {}
    section: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            section = _parts(header[1])
            rows.setdefault(section, number)
        elif entry := _ENTRY.match(line):
            rows.setdefault((*section, *_parts(entry[1])), number)
    return MappingProxyType(rows)


def _parts(key: str) -> tuple[str, ...]:
    return tuple(part.strip(" \t\"'") for part in key.split("."))


def row_of(path: tuple[str, ...], rows: Rows) -> tuple[int, ...]:
    """Return the row of a key, or of the entry that holds it; empty where there is none.

    A whole section is no entry: a key that it lacks stands on no row.
    """
    if path in rows:
        return (rows[path],)
    holders = [path[:length] for length in range(len(path) - 1, 1, -1)]
    return next(((rows[holder],) for holder in holders if holder in rows), ())


def leave_out(raw: dict[str, Any], loc: tuple[int | str, ...]) -> None:
    """Take the entry at `loc` out of the mapping, where it is there; of a list, the whole list."""
    at: Any = raw
    for key, below in pairwise(loc):
        if isinstance(below, int) and isinstance(at, dict):
            at.pop(key, None)
        at = at.get(key) if isinstance(at, dict) else None
    if isinstance(at, dict):
        at.pop(loc[-1], None)


def key_problem(detail: ErrorDetails, model: type[BaseModel], rows: Rows) -> Problem:
    """Return the problem of a key of `model` that pydantic refused."""
    loc = detail["loc"]
    key = ".".join(shown(part) for part in loc)
    values: dict[str, object] = {"key": key, "value": shown(detail["input"])}
    row = row_of(tuple(str(part) for part in loc), rows)
    kind, limit, context = fault_of(detail)
    code = _CODES.get(kind, "county.key_bad")
    if kind == "unknown_key":
        known = _known_keys(model, loc)
        near = nearest(str(loc[-1]), known)
        values["hint"] = (
            Message("county.hint_nearest", {"near": near})
            if near
            else Message("county.hint_known", {"known": ", ".join(known)})
        )
    elif kind == "missing":
        row = ()
    elif kind == "no_zeros":
        values["refused"] = context["refused"]
    elif kind == "long_text":
        values["limit"] = context["max_length"]
    elif kind == "out_of_range":
        values["limit"] = limit
    return Problem(code, values=values, file=CONFIG_NAME, rows=row)


_CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "unknown_key": "county.key_unknown",
        "missing": "county.key_missing",
        "control": "county.key_control",
        "no_zeros": "county.key_no_zeros",
        "not_list": "county.key_list",
        "datum": "county.key_datum",
        "pattern": "county.key_code",
        "empty": "county.key_empty",
        "long_text": "county.key_too_long",
        "not_text": "county.key_text",
        "not_number": "county.key_number",
        "not_true_false": "county.key_true_false",
        "out_of_range": "county.key_range",
        "not_mapping": "county.key_table",
    }
)


def _known_keys(model: Any, loc: tuple[int | str, ...]) -> list[str]:
    """Return the keys that may stand in the table of `model` that holds `loc`."""
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
