"""Write a change into a county folder, checked before a byte is written.

The project's own folders (the demonstration county) are refused: a workspace has a copy of them
(`coverage.workspace.folder.own_copy`).
"""

from __future__ import annotations

import os
import secrets
import shutil
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

import tomlkit
from pydantic import ValidationError
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Table

from coverage.county.config import CountyConfig, load_config
from coverage.county.files import CONFIG_NAME, decode, inside, refuse
from coverage.problems import InputError, Problem, not_written
from coverage.rules.catalogue.load import OWN_FOLDER, load_catalogue, with_own_rules
from coverage.rules.catalogue.selection import applicable_rules
from coverage.scratch import scratch
from coverage.workspace.folder import is_protected
from coverage.workspace.model import Setting

_RULES: Final = "rules"


def write_parameters(folder: Path, rule_id: str, values: Mapping[str, Setting]) -> None:
    """Set parameters of a rule (or ``enabled``) in ``county.toml``; comments and order stay.

    Raises
    ------
    InputError
        If the folder is protected, ``county.toml`` cannot be read, there is no such rule or
        parameter, a value is out of range, or the file cannot be written. It is then unchanged.
    """
    _writable(folder)
    load_config(folder)
    path = inside(folder, CONFIG_NAME)
    before = decode(path.read_bytes(), CONFIG_NAME)
    after = _with_parameters(before, rule_id, values)
    try:
        config = CountyConfig.model_validate(tomllib.loads(after))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise refuse("county.toml_broken", CONFIG_NAME) from error
    own = with_own_rules(folder, load_catalogue())
    applicable_rules(config, own.catalogue, own=own.own)
    _replace(path, after)


def write_rule(folder: Path, rule_id: str, content: str, *, replace: bool = False) -> Path:
    """Write an own rule as ``rules/<id>.yaml`` and return its path.

    Parameters
    ----------
    replace
        Whether a rule of the county's own with this id may be overwritten.

    Raises
    ------
    InputError
        If the folder is protected, the catalogue's loader refuses the rule, there is one with this
        id, or the file cannot be written. Nothing is then written.
    """
    _writable(folder)
    name = f"{rule_id}.yaml"
    file = f"{OWN_FOLDER}/{name}"
    if not _is_plain(rule_id):
        raise refuse("rules.own_rule_id", id=rule_id)
    path = folder / OWN_FOLDER / name
    if path.exists() and not replace:
        raise refuse("workspace.rule_there", file=file, id=rule_id)
    with scratch() as trial:
        rules = trial / OWN_FOLDER
        rules.mkdir()
        for other in (folder / OWN_FOLDER).glob("*.yaml"):
            shutil.copyfile(inside(folder, f"{OWN_FOLDER}/{other.name}"), rules / other.name)
        (rules / name).write_bytes(content.encode("utf-8"))
        with_own_rules(trial, load_catalogue())
    _replace(path, content)
    return path


def remove_rule(folder: Path, rule_id: str) -> None:
    """Remove a rule of the county's own; what ``county.toml`` says of it goes too.

    Raises
    ------
    InputError
        If the folder is protected, has no such rule, or cannot be written.
    """
    _writable(folder)
    if not _is_plain(rule_id):
        raise refuse("rules.own_rule_id", id=rule_id)
    path = inside(folder, f"{OWN_FOLDER}/{rule_id}.yaml")
    settings = inside(folder, CONFIG_NAME)
    before = decode(settings.read_bytes(), CONFIG_NAME)
    after = _without_rule(before, rule_id)
    if after != before:
        _replace(settings, after)
    try:
        path.unlink()
    except OSError as error:
        raise _not_written(path, error) from error


def _writable(folder: Path) -> None:
    if is_protected(folder):
        raise InputError([Problem("workspace.protected", values={"folder": folder})])


def _is_plain(rule_id: str) -> bool:
    return rule_id.replace("-", "").isalnum() and rule_id.isascii() and len(rule_id) <= 100


def _document(content: str) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(content)
    except TOMLKitError as error:
        raise refuse("county.toml_broken", CONFIG_NAME) from error


def _with_parameters(content: str, rule_id: str, values: Mapping[str, Setting]) -> str:
    document = _document(content)
    if _RULES not in document:
        document[_RULES] = tomlkit.table(is_super_table=True)
    rules = document[_RULES]
    if rule_id not in rules:
        inline = not isinstance(rules, Table) and not hasattr(rules, "is_super_table")
        rules[rule_id] = tomlkit.inline_table() if inline else tomlkit.table()
    for name, value in values.items():
        rules[rule_id][name] = value
    return tomlkit.dumps(document)


def _without_rule(content: str, rule_id: str) -> str:
    document = _document(content)
    rules = document.get(_RULES)
    if rules is not None and rule_id in rules:
        del rules[rule_id]
    return tomlkit.dumps(document)


def _replace(path: Path, content: str) -> None:
    """Give `path` this content, whole or not at all.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("xb") as stream:
            stream.write(content.encode("utf-8"))
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError as error:
        raise _not_written(path, error) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _not_written(path: Path, error: OSError) -> InputError:
    return not_written("workspace.not_written", error, file=path.name)
