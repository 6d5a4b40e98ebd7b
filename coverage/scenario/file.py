"""Scenario files: small readable YAML, read with care and written back the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from coverage.county.files import decode, nearest, reading, refuse, shown
from coverage.faults import fault_of
from coverage.messages import Message
from coverage.problems import InputError, Problem
from coverage.scenario.columns import column_names
from coverage.scenario.model import ACTIONS, VERBS, Edit, Scenario, cost_keys

MAX_BYTES: Final = 2_000_000
SUFFIXES: Final = (".yaml", ".yml")
_MAX_DEPTH: Final = 8
_EDITS: Final = "edits"

_Loc = tuple[int | str, ...]
_NO_LINES: Final[Mapping[_Loc, int]] = MappingProxyType({})

# YAML 1.2's core words only: with YAML 1.1's, a key ``off`` would be read as false, 12:30 as 750.
_WORDS: Final = (
    ("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]),
    ("tag:yaml.org,2002:bool", re.compile(r"^(?:[tT]rue|TRUE|[fF]alse|FALSE)$"), list("tTfF")),
    ("tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]{0,17})$"), list("-+0123456789")),
    (
        "tag:yaml.org,2002:float",
        re.compile(r"^[-+]?[0-9]+(?:\.[0-9]*(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)$"),
        list("-+0123456789"),
    ),
)


class _Loader(yaml.SafeLoader):
    """Composes nodes; refuses references and depth."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012
    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if self.check_event(yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.MarkedYAMLError(problem="& *", problem_mark=event.start_mark)
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise yaml.MarkedYAMLError(problem="…", problem_mark=event.start_mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


class _Dumper(yaml.SafeDumper):
    """Writes places on one line, all else a line each."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False if flow is False else indentless)


for _tag, _pattern, _first in _WORDS:
    _Loader.add_implicit_resolver(_tag, _pattern, _first)
    _Dumper.add_implicit_resolver(_tag, _pattern, _first)


class _Place(list[float]):
    """A pair that is written on one line."""


def _text_node(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Write a text of several lines as such."""
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text_node)
_Dumper.add_representer(
    _Place,
    lambda dumper, place: dumper.represent_sequence(
        "tag:yaml.org,2002:seq", place, flow_style=True
    ),
)


def load_scenario(path: Path) -> Scenario:
    """Read a scenario file.

    Raises
    ------
    InputError
        If it cannot be read, or as `parse_scenario` does.
    """
    name = shown(path.name)
    if not path.is_file():
        raise refuse("scenario.file_missing", path=str(path))
    with reading(name):
        size = path.stat().st_size
        content = b"" if size > MAX_BYTES else path.read_bytes()
    if size > MAX_BYTES:
        raise refuse("county.file_too_big", name, limit_mb=MAX_BYTES // 1_000_000)
    return parse_scenario(decode(content, name), name)


def parse_scenario(text: str, file: str) -> Scenario:
    """Return the scenario that `text` describes.

    Parameters
    ----------
    text
        YAML; only plain words, numbers, lists and mappings are understood.
    file
        How messages name the file.

    Raises
    ------
    InputError
        With every problem: the number of the edit, the line, and the nearest known key.
    """
    if len(text) > MAX_BYTES:
        raise refuse("county.file_too_big", file, limit_mb=MAX_BYTES // 1_000_000)
    lines: dict[_Loc, int] = {}
    try:
        root = _Loader(text).get_single_node()
        data = None if root is None else _plain(root, (), lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        rows = (mark.line + 1,) if mark else ()
        detail = shown(error.problem or error.context or "")
        raise refuse("scenario.not_yaml", file, rows, detail=detail) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise refuse("scenario.not_yaml", file, detail=shown(error)) from error
    if not isinstance(data, dict):
        raise refuse("scenario.no_mapping", file)
    return scenario_of(data, file, lines)


def scenario_of(
    data: Mapping[str, Any], file: str | None = None, lines: Mapping[_Loc, int] = _NO_LINES
) -> Scenario:
    """Return the scenario that the keys and values of a file describe.

    Parameters
    ----------
    data
        Plain words, numbers, lists and mappings.
    file, lines
        The file they come from, and where they stand in it; without, they stand in none.

    Raises
    ------
    InputError
        As `parse_scenario` does.
    """
    try:
        return Scenario.model_validate(data)
    except ValidationError as error:
        details = error.errors(include_url=False)
    raise InputError([_problem(detail, lines, file) for detail in details])


def dump_scenario(scenario: Scenario) -> str:
    """Return the file's text for `scenario`; `parse_scenario` gives the same scenario back."""
    data: dict[str, Any] = {"scenario": scenario.scenario, "name": scenario.name}
    data["county"] = scenario.county
    if scenario.note:
        data["note"] = scenario.note
    if scenario.costs:
        data["costs"] = _written(scenario.costs)
    data[_EDITS] = [_written(edit.model_dump()) for edit in scenario.edits]
    return str(
        yaml.dump(
            data,
            Dumper=_Dumper,
            allow_unicode=True,
            sort_keys=False,
            default_flow_style=False,
            width=100,
        )
    )


def _written(value: Any) -> Any:
    """Return `value` as YAML shows it best: whole numbers without a point, places on a line."""
    if isinstance(value, Mapping):
        return {key: _written(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        items = [_written(item) for item in value]
        pair = len(items) == 2 and all(isinstance(item, int | float) for item in items)
        return _Place(items) if pair else items
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _plain(node: yaml.Node, loc: _Loc, lines: dict[_Loc, int]) -> Any:
    """Return what a node holds, and note the line of each entry."""
    lines.setdefault(loc, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*loc, i), lines) for i, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        entries: dict[str, Any] = {}
        for key_node, item in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is None or key in entries:
                detail = "? [" if key is None else shown(key)
                raise yaml.MarkedYAMLError(problem=detail, problem_mark=key_node.start_mark)
            lines[*loc, key] = key_node.start_mark.line + 1
            entries[key] = _plain(item, (*loc, key), lines)
        return entries
    return _scalar(node)


def _scalar(node: yaml.Node) -> Any:
    kind = node.tag.removeprefix("tag:yaml.org,2002:")
    if kind == "null":
        return None
    if kind == "bool":
        return node.value.lower() == "true"
    if kind == "int":
        return int(node.value)
    if kind == "float":
        return float(node.value)
    if kind == "str":
        return node.value
    raise yaml.MarkedYAMLError(problem=kind, problem_mark=node.start_mark)


def _problem(detail: ErrorDetails, lines: Mapping[_Loc, int], file: str | None) -> Problem:
    """Return the problem of a value that pydantic refused, with the edit's number and the line."""
    loc = detail["loc"]
    rows = [lines[loc[:n]] for n in range(len(loc), -1, -1) if loc[:n] in lines][:1]
    in_edit = len(loc) > 1 and loc[0] == _EDITS and isinstance(loc[1], int)
    path = loc[2:] if in_edit else loc
    key = ".".join(str(part + 1) if isinstance(part, int) else shown(part) for part in path)
    kind, limit, context = fault_of(detail)
    values: dict[str, object] = {"key": key or _EDITS, "value": shown(detail["input"])}
    code = _CODES.get(kind, "scenario.key_bad")
    if kind == "out_of_range":
        values["limit"] = limit
    if code == "scenario.key_unknown":
        values["hint"] = _hint(str(loc[-1]), _known_keys(loc))
    elif code in {"scenario.one_verb", "scenario.want_word"}:
        values["known"] = context.get("known", ", ".join(VERBS))
    elif code == "scenario.too_many":
        values["limit"] = context.get("max_length", "")
    body = Message(code, values)
    if in_edit:
        number = int(loc[1]) + 1
        body = Message("scenario.in_edit", {"number": number, "body": body})
    return Problem(body.id, values=body.values, file=file, rows=tuple(rows))


def _hint(word: str, known: list[str]) -> Message:
    near = nearest(word, known)
    if near:
        return Message("county.hint_nearest", {"near": near})
    return Message("county.hint_known", {"known": ", ".join(known)})


def _known_keys(loc: _Loc) -> list[str]:
    """Return the keys that may stand where the unknown one stands."""
    if loc[0] == "costs":
        return list(cost_keys())
    if loc[0] != _EDITS or len(loc) < 2:
        return list(Scenario.model_fields)
    if len(loc) == 3:
        return list(Edit.model_fields)
    model = ACTIONS.get(str(loc[2]))
    known = list(model.model_fields) if model else []
    table = getattr(model, "table", None)
    barred: frozenset[str] = getattr(model, "barred", frozenset())
    return known + [
        name for name in (column_names(table) if table else ()) if name not in {*known, *barred}
    ]


_CODES: Final[Mapping[str, str]] = {
    "unknown_key": "scenario.key_unknown",
    "column_unknown": "scenario.key_unknown",
    "cost_unknown": "scenario.key_unknown",
    "missing": "scenario.key_missing",
    "one_verb": "scenario.one_verb",
    "nothing_stated": "scenario.nothing_stated",
    "one_shape": "scenario.one_shape",
    "line_short": "scenario.line_short",
    "area_crossed": "scenario.area_crossed",
    "too_few": "scenario.too_few_places",
    "too_many": "scenario.too_many",
    "long_text": "scenario.too_long",
    "out_of_range": "scenario.out_of_range",
    "want_count": "scenario.want_count",
    "want_yes_no": "scenario.want_true_false",
    "not_true_false": "scenario.want_true_false",
    "want_word": "scenario.want_word",
    "want_text": "scenario.want_text",
    "not_text": "scenario.want_text",
    "blank": "scenario.want_text",
    "not_number": "scenario.want_number",
    "pattern": "scenario.want_code",
    "literal_error": "scenario.version",
    "not_list": "scenario.want_list",
    "not_mapping": "scenario.want_mapping",
}
