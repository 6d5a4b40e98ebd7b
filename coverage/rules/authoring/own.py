"""A county's own rule, made from answers to a form, checked as if it stood in the folder."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from coverage.county.files import inside
from coverage.messages import catalogue as messages
from coverage.problems import InputError, Problem
from coverage.rules.catalogue.load import OWN_FOLDER, load_catalogue, with_own_rules
from coverage.rules.model.forms import UNIT_OF_RULE, Form
from coverage.rules.model.period import Deadline
from coverage.rules.model.rule import VILLAGE_KINDS, ParameterValue, Rule, Unit
from coverage.rules.registry import forms, kinds
from coverage.scratch import scratch

_ID: Final = re.compile(r"[a-z0-9-]{1,100}")


@dataclass(frozen=True)
class Answers:
    """What was filled into the form.

    Attributes
    ----------
    form
        A key of `coverage.rules.registry.forms`.
    values
        Of the form's questions, by name.
    title_en, reading_en
        Empty: the Chinese stands for both.
    document, number, date, clause, paraphrase
        Where it is written, if anywhere.
    """

    form: str
    id: str
    title: str
    region: str
    values: Mapping[str, ParameterValue]
    title_en: str = ""
    reading: str = ""
    reading_en: str = ""
    force: str = "target"
    deadline: str = ""
    document: str = ""
    number: str = ""
    date: str = ""
    clause: str = ""
    paraphrase: str = ""


def own_rule(answers: Answers) -> dict[str, Any]:
    """Return the rule that the form asks for, in the form of its file; not yet checked.

    Parameters left empty that the form does not need are left out.
    """
    form = forms()[answers.form]
    values = _values(form, answers)
    title = _both(answers.title, answers.title_en)
    own = messages()["rules.no_document"]["zh"]
    unit = kinds()[form.kind].unit(values)
    return {
        "id": answers.id,
        "title": title,
        "kind": form.kind,
        "unit": unit,
        "scope": {"regions": [answers.region], "unit_kinds": values.get("unit_kinds", [])},
        "parameters": {name: _parameter(name, value, form, unit) for name, value in values.items()},
        "reading": _both(answers.reading or answers.title, answers.reading_en or answers.title_en),
        "sources": [
            {
                "document": answers.document.strip() or own,
                "title": answers.document.strip() or own,
                "number": answers.number.strip(),
                "date": answers.date.strip(),
                "clause": answers.clause.strip(),
                "force": answers.force,
                "deadline": answers.deadline.strip() or None,
                "paraphrase": _both(answers.paraphrase or answers.title, answers.title_en),
            }
        ],
    }


def _values(form: Form, answers: Answers) -> dict[str, ParameterValue]:
    """Return the parameters that the rule states."""
    values = dict(form.fixed)
    for question in form.questions:
        value = answers.values.get(question.name, question.default)
        if question.needed or _says_something(value):
            values[question.name] = value
    unit_kinds = values.get("unit_kinds", [])
    if not (isinstance(unit_kinds, list) and unit_kinds and VILLAGE_KINDS.issuperset(unit_kinds)):
        for question in form.questions:
            if question.villages_only:
                values.pop(question.name, None)
    return values


def is_deadline(words: str) -> bool:
    """Return whether `words` are a day, month or year of the calendar, or nothing."""
    try:
        _DEADLINE.validate_python(words.strip() or None)
    except ValidationError:
        return False
    return True


_DEADLINE: Final[TypeAdapter[str | None]] = TypeAdapter(Deadline | None)


def answers_of(rule: Rule) -> Answers | None:
    """Return the answers that make `rule`, or None where no form makes it."""
    source = rule.sources[0]
    for name, form in forms().items():
        questions = {question.name for question in form.questions}
        stated = rule.values()
        fits = form.kind == rule.kind and set(stated) <= questions | set(form.fixed)
        settled = all(stated.get(key) == value for key, value in form.fixed.items())
        needed = all(_says_something(stated.get(q.name, "")) for q in form.questions if q.needed)
        if fits and settled and needed:
            return Answers(
                form=name,
                id=rule.id,
                title=rule.title.zh,
                region=rule.scope.regions[0] if rule.scope.regions else "",
                values=stated,
                title_en=rule.title.en if rule.title.en != rule.title.zh else "",
                reading=rule.reading.zh,
                reading_en=rule.reading.en if rule.reading.en != rule.reading.zh else "",
                force=source.force,
                deadline=source.deadline or "",
                document=source.title,
                number=source.number,
                date=source.date,
                clause=source.clause,
                paraphrase=source.paraphrase.zh,
            )
    return None


def checked(folder: Path, rule_id: str, content: str) -> Rule:
    """Return the rule that `content` is, as `folder` would be read with it in its rules.

    Nothing is written into the folder.

    Raises
    ------
    InputError
        With every problem of the text, of its id, and of its place beside the other rules.
    """
    name = f"{rule_id}.yaml"
    if _ID.fullmatch(rule_id) is None:
        raise InputError([Problem("rules.own_rule_id", values={"id": rule_id})])
    with scratch() as trial:
        rules = trial / OWN_FOLDER
        rules.mkdir()
        for other in (folder / OWN_FOLDER).glob("*.yaml"):
            shutil.copyfile(inside(folder, f"{OWN_FOLDER}/{other.name}"), rules / other.name)
        (rules / name).write_text(content, encoding="utf-8")
        loaded = with_own_rules(trial, load_catalogue())
    return loaded.catalogue[rule_id]


def _says_something(value: ParameterValue) -> bool:
    return value not in ("", []) and not (isinstance(value, float) and value == 0)


def _both(chinese: str, english: str) -> dict[str, str]:
    return {"zh": chinese.strip(), "en": english.strip() or chinese.strip()}


def _parameter(name: str, value: ParameterValue, form: Form, unit_of_rule: Unit) -> dict[str, Any]:
    # What the parameters mean are the messages rules.parameter_<name>.
    meaning = messages()[f"rules.parameter_{name}"]
    stated: dict[str, Any] = {"value": value, "origin": "assumption"}
    unit = next((question.unit for question in form.questions if question.name == name), "")
    if unit:
        stated["unit"] = unit_of_rule if unit == UNIT_OF_RULE else unit
    if name == "unit_kinds":
        stated["choices"] = value
    elif name in form.fixed and isinstance(value, str):
        stated["choices"] = [value]
    return {**stated, "meaning": {"zh": meaning["zh"], "en": meaning["en"]}}
