"""A county's own rule, made from answers to a form, checked as if it stood in the folder."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

from pydantic import TypeAdapter, ValidationError

from coverage.county.files import inside
from coverage.messages import catalogue as messages
from coverage.problems import InputError, Problem
from coverage.rules.catalogue.load import OWN_FOLDER, load_catalogue, with_own_rules
from coverage.rules.model.period import Deadline
from coverage.rules.model.rule import VILLAGE_KINDS, Kind, ParameterValue, Rule, Unit
from coverage.scratch import scratch

Asked = Literal[
    "limit_min",
    "metres",
    "share",
    "figure",
    "whole",
    "residents",
    "facility_kinds",
    "township_kinds",
    "village_kinds",
    "any_units",
    "conditions",
    "number_column",
    "village_column",
    "area_codes",
    "names",
    "modes",
    "rounding",
    "lot",
]
"""What a question of the form wants."""

_ID: Final = re.compile(r"[a-z0-9-]{1,100}")


@dataclass(frozen=True)
class Question:
    """One parameter that the form asks for.

    Attributes
    ----------
    needed
        Whether it may not be left empty.
    default
        What it begins with.
    """

    name: str
    asked: Asked
    default: ParameterValue
    needed: bool = False


@dataclass(frozen=True)
class Form:
    """One way to put a requirement: a kind of rule with the parameters that it then needs.

    Attributes
    ----------
    fixed
        Parameters that this way of putting it settles.
    """

    kind: Kind
    questions: tuple[Question, ...]
    fixed: Mapping[str, ParameterValue] = field(default_factory=dict)


_KINDS: Final = Question("facility_kinds", "facility_kinds", [])
_WHERE: Final = Question("facility_where", "conditions", [])
_MINIMUM: Final = Question("minimum", "whole", 1)
_SHARE: Final = Question("required_share", "share", 1.0)
_LIMITS: Final = (
    Question("urban_limit_min", "limit_min", 10.0),
    Question("rural_limit_min", "limit_min", 30.0),
    Question("urban_classes", "area_codes", ["urban", "111", "112"], needed=True),
)

FORMS: Final[Mapping[str, Form]] = MappingProxyType(
    {
        "response_from": Form("response_time", (*_LIMITS, _SHARE), {"direction": "from_facility"}),
        "response_to": Form(
            "response_time",
            (
                Question("facility_kinds", "facility_kinds", [], needed=True),
                _WHERE,
                *_LIMITS,
                _SHARE,
            ),
            {"direction": "to_facility"},
        ),
        "presence_units": Form(
            "presence",
            (
                Question("unit_kinds", "any_units", ["township"], needed=True),
                _KINDS,
                _WHERE,
                _MINIMUM,
                Question("named_units", "names", []),
                Question("max_match_m", "metres", 1000.0),
            ),
        ),
        "presence_county": Form("presence", (_KINDS, _WHERE, _MINIMUM)),
        "presence_sum": Form(
            "presence",
            (
                Question("sum_column", "number_column", "ambulances", needed=True),
                _KINDS,
                _WHERE,
                _MINIMUM,
            ),
        ),
        "presence_village": Form(
            "presence",
            (
                Question("unit_kinds", "village_kinds", ["village"], needed=True),
                Question("village_column", "village_column", "", needed=True),
            ),
            {"minimum": 1},
        ),
        "per_population": Form(
            "per_population",
            (
                Question("unit_kinds", "township_kinds", []),
                _KINDS,
                _WHERE,
                Question("column", "number_column", ""),
                Question("per", "residents", 50_000),
                Question("threshold", "figure", 0.0),
                Question("rounding", "rounding", "up"),
            ),
        ),
        "density": Form(
            "density",
            (
                Question("column", "number_column", ""),
                _KINDS,
                _WHERE,
                Question("per", "lot", 1000),
                Question("figure", "figure", 1.0),
                Question("upper_figure", "figure", 0.0),
            ),
        ),
        "staffing": Form(
            "staffing",
            (
                Question("column", "number_column", "gps", needed=True),
                _KINDS,
                _WHERE,
                Question("minimum", "figure", 1.0),
            ),
        ),
        "share_quality": Form(
            "share",
            (_KINDS, _WHERE, Question("quality", "conditions", [], needed=True), _SHARE),
        ),
        "share_sums": Form(
            "share",
            (
                Question("numerator_column", "number_column", "", needed=True),
                Question("denominator_column", "number_column", "", needed=True),
                _KINDS,
                _WHERE,
                _SHARE,
            ),
        ),
        "share_kinds": Form(
            "share",
            (
                Question("numerator_kinds", "facility_kinds", [], needed=True),
                Question("denominator_column", "number_column", "", needed=True),
                _SHARE,
            ),
        ),
        "service": Form(
            "service",
            (
                Question("unit_kinds", "village_kinds", ["village"], needed=True),
                Question("clinic_kinds", "facility_kinds", ["village_clinic"], needed=True),
                _WHERE,
                Question("limit_min", "limit_min", 30.0),
                Question("modes", "modes", ["stationed", "rounds"]),
                Question("max_match_m", "metres", 1000.0),
            ),
        ),
    }
)
"""The ways to put a requirement, by name."""


@dataclass(frozen=True)
class Answers:
    """What the form was told.

    Attributes
    ----------
    form
        A key of `FORMS`.
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
    form = FORMS[answers.form]
    stated = {
        question.name: answers.values.get(question.name, question.default)
        for question in form.questions
    }
    kept = {
        question.name: stated[question.name]
        for question in form.questions
        if question.needed or _says_something(stated[question.name])
    }
    values = {**form.fixed, **kept}
    units = values.get("unit_kinds", [])
    units = units if isinstance(units, list) else []
    if not VILLAGE_KINDS.issuperset(units) or not units:
        values.pop("max_match_m", None)
    title = _both(answers.title, answers.title_en)
    own = messages()["rules.no_document"]["zh"]
    return {
        "id": answers.id,
        "title": title,
        "kind": form.kind,
        "unit": _unit(form.kind, values),
        "scope": {"regions": [answers.region], "unit_kinds": units},
        "parameters": {
            name: _parameter(name, value, values, settled=name in form.fixed)
            for name, value in values.items()
        },
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
    for name, form in FORMS.items():
        asked = {question.name for question in form.questions}
        stated = rule.values()
        fits = form.kind == rule.kind and set(stated) <= asked | set(form.fixed)
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
        found = with_own_rules(trial, load_catalogue())
    return found.catalogue[rule_id]


def _says_something(value: ParameterValue) -> bool:
    return value not in ("", []) and not (isinstance(value, float) and value == 0)


def _both(chinese: str, english: str) -> dict[str, str]:
    return {"zh": chinese.strip(), "en": english.strip() or chinese.strip()}


def _parameter(
    name: str, value: ParameterValue, values: Mapping[str, ParameterValue], *, settled: bool
) -> dict[str, Any]:
    # What the parameters mean are the messages rules.parameter_<name>.
    meaning = messages()[f"rules.parameter_{name}"]
    found: dict[str, Any] = {"value": value, "origin": "assumption"}
    if unit := _PARAMETER_UNITS.get(name, ""):
        found["unit"] = unit
    if name in ("figure", "upper_figure"):
        found["unit"] = _density_unit(values)
    if name == "unit_kinds":
        found["choices"] = value
    elif settled and isinstance(value, str):
        found["choices"] = [value]
    return {**found, "meaning": {"zh": meaning["zh"], "en": meaning["en"]}}


_PARAMETER_UNITS: Final = {
    "urban_limit_min": "min",
    "rural_limit_min": "min",
    "limit_min": "min",
    "max_match_m": "m",
    "per": "residents",
    "threshold": "residents",
    "required_share": "share",
}


def _density_unit(values: Mapping[str, ParameterValue]) -> Unit:
    return "per_1000" if values.get("per") == 1000 else "per_10000"


def _unit(kind: Kind, values: Mapping[str, ParameterValue]) -> Unit:
    """Return what the rule's figures count."""
    units = values.get("unit_kinds")
    if kind in ("response_time", "share"):
        return "share"
    if kind == "density":
        return _density_unit(values)
    if kind == "service":
        return "villages"
    if kind == "presence" and isinstance(units, list) and units:
        return "villages" if VILLAGE_KINDS.issuperset(units) else "townships"
    column = values.get("sum_column") or (values.get("column") if kind != "staffing" else "")
    if not column:
        return "facilities"
    known: dict[ParameterValue, Unit] = {"ambulances": "ambulances", "beds": "beds"}
    return known.get(str(column), "things")
