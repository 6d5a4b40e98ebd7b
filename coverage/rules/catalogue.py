"""The rule catalogue: one YAML file a rule, the file's name its id."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, get_args

import yaml
from pydantic import ValidationError

from coverage.errors import Problem, raise_if_errors
from coverage.paths import DATA
from coverage.rules.evaluate import EVALUATORS
from coverage.rules.model import Kind, Rule

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


class _PlainLoader(yaml.SafeLoader):
    """Refuses what makes a rule file say something else than a reader sees."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="alias", problem_mark=mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str) or key in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"duplicate key {key}", problem_mark=key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def load_catalogue(folder: Path = DATA / "rules") -> dict[str, Rule]:
    """Return every rule of `folder` by id, ordered by kind, then by id.

    Raises
    ------
    InputError
        With every problem of every file: no YAML, a key that is unknown, missing, twice there or
        of the wrong type, an id that is not the file's name, a kind nothing can test yet,
        parameters that do not fit the kind.
    """
    rules: list[Rule] = []
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")):
        found = _read_rule(path)
        if isinstance(found, Rule):
            rules.append(found)
        else:
            problems += found
    raise_if_errors(problems)
    return {rule.id: rule for rule in sorted(rules, key=lambda r: (KINDS.index(r.kind), r.id))}


def nearest(word: str, known: Mapping[str, object]) -> str:
    """Return the known word most like `word`, nothing if no word is known."""
    return "".join(get_close_matches(word, list(known), n=1, cutoff=0.0))


def _read_rule(path: Path) -> Rule | list[Problem]:
    file = path.name
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_PlainLoader)  # noqa: S506
        rule = Rule.model_validate(data)
    except UnicodeDecodeError:
        return [Problem("rules.file_not_utf8", file=file)]
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return [
            Problem(
                "rules.file_not_yaml", values={"detail": error.problem}, file=file, rows=(line,)
            )
        ]
    except yaml.YAMLError as error:
        return [Problem("rules.file_not_yaml", values={"detail": str(error)}, file=file)]
    except ValidationError as error:
        return _schema_problems(error, file)
    if rule.id != path.stem:
        return [Problem("rules.id_not_file_name", values={"id": rule.id}, file=file)]
    if rule.kind not in EVALUATORS:
        known = ", ".join(EVALUATORS)
        values = {"kind": rule.kind, "known": known}
        return [Problem("rules.kind_not_built", values=values, file=file)]
    try:
        EVALUATORS[rule.kind].parameters.of(rule)
    except ValidationError as error:
        return _schema_problems(error, file, prefix="parameters.")
    return rule


def _schema_problems(error: ValidationError, file: str, prefix: str = "") -> list[Problem]:
    """Return one problem for each key that the schema refuses."""
    return [
        Problem(
            _REFUSALS.get(item["type"], "rules.key_refused"),
            values={
                "key": prefix + ".".join(str(part) for part in item["loc"]),
                "detail": item["msg"],
            },
            file=file,
        )
        for item in error.errors(include_url=False)
    ]


_REFUSALS: Final[Mapping[str, str]] = {
    "extra_forbidden": "rules.key_unknown",
    "missing": "rules.key_missing",
    "value_not_allowed": "rules.key_not_allowed",
    "unit_kinds_not_scope": "rules.key_unit_kinds",
    "unit_kinds_mixed": "rules.key_unit_kinds_mixed",
    "source_not_scope": "rules.key_source_regions",
}


def check_values(rule: Rule) -> list[tuple[str, str]]:
    """Return each parameter whose value does not fit the kind, and what is wrong with it."""
    try:
        EVALUATORS[rule.kind].parameters.of(rule)
    except ValidationError as error:
        return [(str(item["loc"][0]), item["msg"]) for item in error.errors(include_url=False)]
    return []
