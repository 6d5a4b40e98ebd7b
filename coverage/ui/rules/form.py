"""A rule of the county's own, written by answering questions.

Message ids with the prefixes ``rules_page.form_`` (`coverage.rules.registry.forms`),
``rules.parameter_`` (the forms' questions) and ``report.force_``
(`coverage.rules.model.rule.SourceClause.force`) are put together here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, get_args
from unicodedata import normalize

import streamlit as st

from coverage.analysis.trial import trial_result
from coverage.assessment.report import Report
from coverage.county.words import columns, meanings
from coverage.messages import Language, text
from coverage.problems import InputError
from coverage.report.condition_text import word_text
from coverage.report.setting_text import bounds_text, setting_text
from coverage.rules.authoring.own import (
    Answers,
    answers_of,
    checked,
    is_deadline,
    own_rule,
)
from coverage.rules.authoring.revise import revised
from coverage.rules.authoring.rule_file import rule_text
from coverage.rules.catalogue.settings import CountyRule
from coverage.rules.model.forms import InputKind, Question
from coverage.rules.model.rule import VILLAGE_KINDS, ParameterValue, UnitKind
from coverage.rules.registry import forms
from coverage.ui import visitor
from coverage.ui.rules.clause import clause_panel
from coverage.ui.rules.effect_table import result_line
from coverage.ui.rules.values import is_outside, tell_here, written_folder
from coverage.ui.state import session
from coverage.ui.widgets.errors import refused
from coverage.ui.words import literal
from coverage.workspace.write import write_rule

_FORCES: Final = ("binding", "target", "encouraged")
_TITLE_CHARACTERS: Final = 120
_ID_CHARACTERS: Final = 100
_AREA_CODES: Final = ("urban", "rural", "111", "112", "121", "122", "123", "210", "220")
_NUMBERS: Final = ("integer", "number")


def rule_form(
    report: Report, folder: Path, known: Mapping[str, CountyRule], language: Language
) -> None:
    """Draw the form; try the rule on the county, or write it into the county's folder."""
    st.markdown(text("rules_page.form_hint", language))
    begun = _pattern(known, language)
    form = st.selectbox(
        text("rules_page.form_question", language),
        list(forms()),
        index=list(forms()).index(begun.form) if begun else 0,
        format_func=lambda name: text(f"rules_page.form_{name}", language),
        key=f"own-form-{begun.id if begun else ''}-{language}",
    )
    key = f"own-{form}-{begun.id if begun else ''}-{language}"
    with st.form(key, border=True):
        answers = _answers(form, begun, report, key, language)
        replace = begun is not None and begun.id == answers.id
        with st.container(horizontal=True):
            trying = st.form_submit_button(text("rules_page.form_try", language))
            saving = st.form_submit_button(
                text("rules_page.form_save", language), type="primary", key=f"{key}-save"
            )
    tell_here()
    if not (trying or saving):
        return
    faults = _faults_of(answers, language)
    if faults:
        st.error("\n".join(f"- {line}" for line in faults), icon=":material/error:")
        return
    content = rule_text(revised(folder, begun, answers) if begun else own_rule(answers))
    try:
        rule = checked(folder, answers.id, content)
        if saving:
            target = written_folder(language)
            write_rule(target, answers.id, content, replace=replace)
    except InputError as error:
        refused(error, language)
        return
    if saving:
        current = session()
        current.rule = answers.id
        current.notice += text(
            "rules_page.form_saved",
            language,
            file=f"rules/{answers.id}.yaml",
            folder=visitor.place(target),
        )
        st.rerun()
    result = trial_result(report, rule)
    st.markdown(f"##### {text('rules_page.form_result', language)}")
    st.markdown(result_line(result, language))
    clause_panel(result, language)
    with st.expander(text("rules_page.form_file", language)):
        st.code(content, language="yaml")


def _pattern(known: Mapping[str, CountyRule], language: Language) -> Answers | None:
    """Return the county's own rule that the form begins with, or None for an empty form."""
    made = {
        rule_id: answers
        for rule_id, one in known.items()
        if one.own and (answers := answers_of(one.text)) is not None
    }
    wanted = st.selectbox(
        text("rules_page.form_pattern", language),
        ["", *made],
        format_func=lambda rule_id: (
            f"{made[rule_id].title} ({rule_id})"
            if rule_id
            else text("rules_page.form_new", language)
        ),
        key=f"own-pattern-{language}",
    )
    return made.get(wanted or "")


def _answers(
    form: str, begun: Answers | None, report: Report, key: str, language: Language
) -> Answers:
    old = begun or Answers(form, "", "", "", {})
    words = _words(old, key, language)
    st.markdown(f"**{text('rules_page.form_figures', language)}**")
    values = {}
    left, right = st.columns(2, gap="medium")
    for place, question in enumerate(forms()[form].questions):
        value = old.values.get(question.name, question.default)
        with (left, right)[place % 2]:
            values[question.name] = _ask(question, value, report, key, language)
    written = _source(old, key, language)
    return Answers(
        form=form,
        region=report.county.config.county.code,
        values=values,
        reading_en=old.reading_en if written["reading"] == old.reading else "",
        **words,
        **written,
    )


def _words(old: Answers, key: str, language: Language) -> dict[str, str]:
    first, second = st.columns([3, 2], gap="medium")
    third, fourth, fifth = st.columns([3, 2, 2], gap="medium")
    force = fourth.selectbox(
        text("rules_page.form_force", language),
        _FORCES,
        index=_FORCES.index(old.force),
        format_func=lambda name: text(f"report.force_{name}", language),
        key=f"{key}-force",
    )
    return {
        "title": first.text_input(
            text("rules_page.form_title", language),
            value=old.title,
            max_chars=max(_TITLE_CHARACTERS, len(old.title)),
            key=f"{key}-title",
        ),
        "id": second.text_input(
            text("rules_page.form_id", language),
            value=old.id,
            placeholder="own-rule-1",
            help=text("rules_page.form_id_help", language),
            max_chars=_ID_CHARACTERS,
            key=f"{key}-id",
        ).strip(),
        "title_en": third.text_input(
            text("rules_page.form_title_en", language),
            value=old.title_en,
            max_chars=max(_TITLE_CHARACTERS, len(old.title_en)),
            key=f"{key}-title-en",
        ),
        "force": force or _FORCES[0],
        "deadline": _day(
            fifth.text_input(
                text("rules_page.form_deadline", language),
                value=old.deadline,
                placeholder="2027",
                key=f"{key}-deadline",
            )
        ),
    }


def _day(words: str) -> str:
    """Return a day as it was meant: a Chinese keyboard writes wide digits."""
    return normalize("NFKC", words).strip()


def _source(old: Answers, key: str, language: Language) -> dict[str, str]:
    with st.expander(text("rules_page.form_source", language), expanded=bool(old.document)):
        first, second = st.columns(2, gap="medium")
        today = datetime.now(UTC).date().isoformat()
        return {
            "document": first.text_input(
                text("rules_page.form_document", language), value=old.document, key=f"{key}-doc"
            ),
            "number": second.text_input(
                text("rules_page.form_number", language), value=old.number, key=f"{key}-number"
            ),
            "clause": first.text_input(
                text("rules_page.form_clause", language), value=old.clause, key=f"{key}-clause"
            ),
            "date": _day(
                second.text_input(
                    text("rules_page.form_date", language),
                    value=old.date or today,
                    key=f"{key}-date",
                )
            ),
            "paraphrase": first.text_area(
                text("rules_page.form_paraphrase", language),
                value=old.paraphrase,
                key=f"{key}-paraphrase",
            ),
            "reading": second.text_area(
                text("rules_page.form_reading", language), value=old.reading, key=f"{key}-reading"
            ),
        }


def _ask(
    question: Question, value: ParameterValue, report: Report, key: str, language: Language
) -> ParameterValue:
    """Draw one question and return its answer."""
    label = text(f"rules.parameter_{question.name}", language)
    if not question.needed and isinstance(question.default, list | str):
        every = question.input == "facility_kinds"
        empty = "rules_page.every_if_empty" if every else "rules_page.may_be_empty"
        label = text(empty, language, label=label)
    own_key = f"{key}-{question.name}"
    if isinstance(question.default, list):
        words = [str(word) for word in value] if isinstance(value, list) else []
        options = _options(question.input, report)
        chosen: list[str] = st.multiselect(
            label,
            list(dict.fromkeys([*options, *words])),
            default=words,
            format_func=lambda word: word_text(word, language),
            accept_new_options=question.input == "conditions",
            placeholder=text("rules_page.choose", language),
            help=text("rules_page.conditions_help", language)
            if question.input == "conditions"
            else None,
            wrap=True,
            key=own_key,
        )
        return chosen
    if question.input in ("number_column", "village_column", "one_of"):
        return _choice(question, value, label, own_key, report, language)
    return _figure(question, value, label, own_key)


def _choice(
    question: Question,
    value: ParameterValue,
    label: str,
    key: str,
    report: Report,
    language: Language,
) -> ParameterValue:
    options = list(question.options) or ["", *_options(question.input, report)]
    if value not in options:
        options.append(value)

    def shown(option: ParameterValue) -> str:
        if option == "":
            empty = "rules_page.count_facilities" if not question.needed else "rules_page.choose"
            return text(empty, language)
        return f"{option:,}" if isinstance(option, int) else word_text(str(option), language)

    picked: ParameterValue = st.selectbox(
        label, options, index=options.index(value), format_func=shown, key=key
    )
    return picked


def _figure(question: Question, value: ParameterValue, label: str, key: str) -> ParameterValue:
    number = value if isinstance(value, int | float) else 0
    if isinstance(question.default, int):
        whole: int = st.number_input(
            label,
            value=int(number),
            step=1000 if question.input == "residents" else 1,
            key=key,
        )
        return whole
    share = question.input == "share"
    figure: float = st.number_input(
        label,
        value=float(number),
        step=0.05 if share else 1.0,
        format="%g",
        key=key,
    )
    return figure


def _options(input_kind: InputKind, report: Report) -> Sequence[str]:
    """Return the words that may answer a question."""
    if input_kind == "facility_kinds":
        return list(meanings("facility_kind"))
    if input_kind == "modes":
        return list(meanings("service_mode"))
    if input_kind in ("township_kinds", "village_kinds", "any_units"):
        units: tuple[UnitKind, ...] = get_args(UnitKind)
        return [
            unit
            for unit in units
            if input_kind == "any_units"
            or (unit in VILLAGE_KINDS) == (input_kind == "village_kinds")
        ]
    if input_kind == "area_codes":
        return _AREA_CODES
    if input_kind == "names":
        return [str(name) for name in report.county.townships["name"]]
    table = "villages" if input_kind == "village_column" else "facilities"
    types = _NUMBERS if input_kind == "number_column" else ("yes_no",)
    return [column.column for column in columns()[table] if column.type in types]


def _faults_of(answers: Answers, language: Language) -> list[str]:
    """Return in words what of the form is missing, out of its bounds or no day of the calendar."""
    faults = []
    missing = _missing(answers)
    if missing:
        separator = text("report.list_separator", language)
        names = separator.join(text(name, language) for name in missing)
        faults.append(text("rules_page.form_missing", language, names=names))
    for question in forms()[answers.form].questions:
        value = answers.values.get(question.name)
        low, high = _bounds(question)
        if is_outside(value, low, high):
            name = text(f"rules.parameter_{question.name}", language)
            bounds = bounds_text(low, high, language)
            faults.append(
                text(
                    "rules_page.form_out_of_range",
                    language,
                    name=name,
                    bounds=bounds,
                    value=setting_text(value or 0, "", language),
                )
            )
    days = {
        "rules_page.form_deadline_short": answers.deadline,
        "rules_page.form_date": answers.date,
    }
    faults += [
        text("rules_page.form_no_day", language, name=text(name, language), words=literal(words))
        for name, words in days.items()
        if not is_deadline(words)
    ]
    return faults


def _bounds(question: Question) -> tuple[float, float | None]:
    """Return where the number that answers a question must lie."""
    if question.input == "limit_min" or (isinstance(question.default, int) and question.default):
        return 1, None
    return 0, 1 if question.input == "share" else None


def _missing(answers: Answers) -> list[str]:
    """Return the messages that name what must be filled in and is not."""
    missing = []
    if not answers.title.strip():
        missing.append("rules_page.form_title")
    if not answers.id:
        missing.append("rules_page.form_id")
    missing += [
        f"rules.parameter_{question.name}"
        for question in forms()[answers.form].questions
        if question.needed and answers.values.get(question.name) in ("", [])
    ]
    return missing
