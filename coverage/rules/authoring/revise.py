"""A county's own rule changed by the form: what the form does not ask for stays as it was."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeGuard

import yaml

from coverage.county.files import inside
from coverage.rules.authoring.own import Answers, own_rule
from coverage.rules.catalogue.load import OWN_FOLDER


def revised(folder: Path, before: Answers, after: Answers) -> dict[str, Any]:
    """Return the rule that the form asks for, in the form of its file; not yet checked.

    Where it is another way to put the requirement, the rule is made anew.

    Parameters
    ----------
    folder
        The county's, which has the rule that the form began with.
    before
        The answers that the form began with.
    """
    made = own_rule(after)
    if after.form != before.form:
        return made
    text = inside(folder, f"{OWN_FOLDER}/{before.id}.yaml").read_text(encoding="utf-8-sig")
    return _merged(yaml.safe_load(text), own_rule(before), made)


def _merged(
    stated: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, Any]:
    """Return `stated` with whatever differs between `before` and `after` as `after` has it."""
    merged = {}
    for name in (*stated, *(name for name in after if name not in stated)):
        if before.get(name) == after.get(name):
            if name in stated:
                merged[name] = stated[name]
        elif name in after:
            merged[name] = _value(stated.get(name), before.get(name), after[name])
    return merged


def _value(stated: object, before: object, after: object) -> object:
    if isinstance(stated, dict) and isinstance(before, dict) and isinstance(after, dict):
        return _merged(stated, before, after)
    # The form asks for one source, the first.
    if _is_records(stated) and _is_records(before) and _is_records(after):
        return [_merged(stated[0], before[0], after[0]), *stated[1:]]
    return after


def _is_records(value: object) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)
