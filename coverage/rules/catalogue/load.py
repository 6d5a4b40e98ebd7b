"""The rule catalogue: one YAML file a rule, the file's name its id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Final

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from coverage.county.files import inside, shown
from coverage.faults import fault_of
from coverage.paths import DATA
from coverage.problems import Problem, Problems
from coverage.rules.catalogue.plain_yaml import PlainLoader
from coverage.rules.model.rule import KnownKinds, Rule
from coverage.rules.registry import kind_ids, place_of, stated

OWN_FOLDER: Final = "rules"
"""Where a county folder has rules of its own."""

_SUFFIX: Final = ".yaml"
_HIDDEN: Final = (".", "~$")
# Explanations, and what file managers and editors leave behind.
_NO_RULES: Final = ("readme", "thumbs.db", "desktop.ini", *_HIDDEN)
_MAX_BYTES: Final = 1_000_000
_MAX_FILES: Final = 1000
_MOST_LISTED: Final = 100  # faulty keys of one file


@dataclass(frozen=True)
class OwnRules:
    """A catalogue with a county's own rules.

    Attributes
    ----------
    catalogue
        Every rule, by id, ordered by kind, then by id.
    own
        Ids of those that the county brings.
    """

    catalogue: Mapping[str, Rule]
    own: frozenset[str]


def load_catalogue(folder: Path = DATA / "rules") -> dict[str, Rule]:
    """Return every rule of `folder` by id, ordered by kind, then by id.

    Raises
    ------
    InputError
        With every problem of every file: no YAML, a key that is unknown, missing, twice there or
        of the wrong type, an id that is not the file's name, parameters that do not fit the
        kind, conditions on columns that there are not, a `beside` that names no rule.
    """
    paths = sorted(folder.glob("*.yaml"))
    return dict(_unchanged(tuple((p, p.stat().st_mtime_ns, p.stat().st_size) for p in paths)))


@lru_cache(maxsize=8)
def _unchanged(files: tuple[tuple[Path, int, int], ...]) -> Mapping[str, Rule]:
    """Return the rules of `files` (path, time of change, size); one run reads them often."""
    return _ordered(_read_all([path for path, _, _ in files], {}))


def with_own_rules(folder: Path, catalogue: Mapping[str, Rule]) -> OwnRules:
    """Return `catalogue` with the rules that the county folder brings in ``rules/*.yaml``.

    Raises
    ------
    InputError
        As `load_catalogue` does, with the files as ``rules/<name>.yaml``; also for an id that the
        catalogue has, a file that leaves the folder, and one that is no ``.yaml``.
    """
    problems = Problems()
    paths: list[Path] = []
    own: list[Rule] = []
    for name in _own_names(folder, problems):
        with problems.collecting():
            paths.append(inside(folder, f"{OWN_FOLDER}/{name}"))
    with problems.collecting():
        own = _read_all(paths, catalogue)
    problems.raise_if_errors()
    return OwnRules(_ordered([*catalogue.values(), *own]), frozenset(rule.id for rule in own))


def _own_names(folder: Path, problems: Problems) -> list[str]:
    """Return the names of the rule files; whatever else lies there by mistake is a problem."""
    place = folder / OWN_FOLDER
    if not place.is_dir():
        return []
    if not place.resolve().is_relative_to(folder.resolve()):
        values = {"path": OWN_FOLDER, "stated": ""}
        problems.append(Problem("county.link_outside", values=values))
        return []
    names = sorted(path.name for path in place.iterdir())
    if len(names) > _MAX_FILES:
        limit = {"limit": _MAX_FILES}
        problems.append(Problem("rules.too_many_files", values=limit, file=f"{OWN_FOLDER}/"))
        return []
    rules = [name for name in names if name.endswith(_SUFFIX)]
    problems += [
        Problem("rules.file_suffix", values={"suffix": _SUFFIX}, file=f"{OWN_FOLDER}/{shown(name)}")
        for name in names
        if not name.endswith(_SUFFIX) and not name.casefold().startswith(_NO_RULES)
    ]
    return [name for name in rules if not name.startswith(_HIDDEN)]


def _ordered(rules: Iterable[Rule]) -> dict[str, Rule]:
    return {rule.id: rule for rule in sorted(rules, key=lambda r: (place_of(r), r.id))}


def _read_all(paths: Iterable[Path], others: Mapping[str, Rule]) -> list[Rule]:
    """Return the rules of `paths`, which may stand beside `others` but not take their ids."""
    rules: dict[str, Rule] = {}
    problems = Problems()
    prefix = f"{OWN_FOLDER}/" if others else ""
    for path in paths:
        rule = _read_rule(path, prefix + path.name)
        if not isinstance(rule, Rule):
            problems += rule
        elif rule.id in others:
            file = prefix + path.name
            problems.append(Problem("rules.id_taken", values={"id": rule.id}, file=file))
        else:
            rules[rule.id] = rule
    known = {**others, **rules}
    problems += [
        _alone(rule, known, f"{prefix}{rule.id}.yaml")
        for rule in rules.values()
        if rule.beside and rule.beside not in known
    ]
    problems.raise_if_errors()
    return list(rules.values())


def nearest(word: str, known: Mapping[str, object]) -> str:
    """Return the known word most like `word`, nothing if no word is known."""
    return "".join(get_close_matches(word, list(known), n=1, cutoff=0.0))


def _read_rule(path: Path, file: str) -> Rule | list[Problem]:
    if path.stat().st_size > _MAX_BYTES:
        limit_mb = _MAX_BYTES // 1_000_000
        return [Problem("county.file_too_big", values={"limit_mb": limit_mb}, file=file)]
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=PlainLoader)  # noqa: S506
        rule = Rule.model_validate(data, context=KnownKinds(kind_ids()))
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
    except (ValueError, RecursionError) as error:  # a day of no calendar; nested too deeply
        return [Problem("rules.file_not_yaml", values={"detail": str(error)}, file=file)]
    if rule.id != path.stem:
        return [Problem("rules.id_not_file_name", values={"id": rule.id}, file=file)]
    try:
        stated(rule)
    except ValidationError as error:
        return _schema_problems(error, file, prefix="parameters.")
    return rule


def _alone(rule: Rule, known: Mapping[str, Rule], file: str) -> Problem:
    values = {"key": "beside", "id": rule.beside, "nearest": nearest(rule.beside or "", known)}
    return Problem("rules.beside_unknown", values=values, file=file)


def _schema_problems(error: ValidationError, file: str, prefix: str = "") -> list[Problem]:
    """Return one problem for each key that the schema refuses."""
    faults = error.errors(include_url=False)
    listed = [
        refusal(item, prefix + ".".join(str(part) for part in item["loc"]), file)
        for item in faults[:_MOST_LISTED]
    ]
    if len(faults) > _MOST_LISTED:
        values = {"told": _MOST_LISTED, "count": len(faults)}
        listed.append(Problem("rules.more_keys", values=values, file=file, count=len(faults)))
    return listed


def refusal(item: ErrorDetails, key: str, file: str) -> Problem:
    """Return what is wrong with the value of `key`."""
    kind, _, context = fault_of(item)
    code = _REFUSALS.get(kind, "rules.key_refused")
    if code == "rules.key_unknown" and key in _OF_SOURCES:
        code = "rules.key_of_source"
    values = {**context, "key": shown(key, 80), "detail": item["msg"]}
    return Problem(code, values=values, file=file)


_OF_SOURCES: Final = ("force", "deadline")
"""Keys that stood at the rule itself in version 0.1.0."""

_REFUSALS: Final[Mapping[str, str]] = {
    "unknown_key": "rules.key_unknown",
    "missing": "rules.key_missing",
    "kind_unknown": "rules.kind_unknown",
    "value_not_allowed": "rules.key_not_allowed",
    "unit_kinds_not_scope": "rules.key_unit_kinds",
    "unit_kinds_mixed": "rules.key_unit_kinds_mixed",
    "source_not_scope": "rules.key_source_regions",
    "deadline": "rules.key_deadline",
    "condition_form": "rules.condition_form",
    "condition_type": "rules.condition_type",
    "column_unknown": "rules.column_unknown",
    "word_unknown": "rules.word_unknown",
    "one_share": "rules.one_share",
    "one_measure": "rules.one_measure",
    "every_ambulance": "rules.every_ambulance",
    "named_units_alone": "rules.named_units_alone",
    "things_alone": "rules.things_alone",
    "direction_firm": "rules.direction_firm",
}


def check_values(rule: Rule) -> list[tuple[str, ErrorDetails]]:
    """Return each parameter whose value does not fit the kind, and what is wrong with it."""
    try:
        stated(rule)
    except ValidationError as error:
        return [
            (str(item["loc"][0]) if item["loc"] else "", item)
            for item in error.errors(include_url=False)
        ]
    return []
