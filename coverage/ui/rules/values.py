"""The figures of one rule as fields: a change holds at once, for this workspace only.

Message ids with the prefix ``report.origin_`` (`coverage.rules.model.rule.Parameter.origin`) are
put together here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import streamlit as st

from coverage.county.config import load_config
from coverage.messages import Language, text
from coverage.problems import InputError, Problem
from coverage.report.condition_text import word_text
from coverage.report.setting_text import bounds_text, meaning_text, setting_text
from coverage.rules.catalogue.settings import ENABLED, CountyRule, check_setting, differing
from coverage.rules.model.rule import Parameter, ParameterValue, Rule
from coverage.ui import visitor
from coverage.ui.rules.clause import unit_text
from coverage.ui.state import keep, own_folder, session, set_rule
from coverage.ui.widgets.errors import guarded, refused
from coverage.ui.words import literal
from coverage.workspace.write import remove_rule, write_parameters

_SHARE_STEP: Final = 0.05
_FEW: Final = 10.0
"""Numbers up to this change by tenths, larger ones by whole steps."""


def rule_values(known: CountyRule, language: Language) -> None:
    """Draw the fields of a rule, and the buttons that keep or drop what was changed."""
    rule = known.rule
    own = session().workspace.overrides.get(rule.id, {})
    st.markdown(f"##### {text('rules_page.values_title', language)}")
    st.caption(text("rules_page.values_hint", language))
    field, trouble = st.session_state.pop(_REFUSED, ("", None))
    st.toggle(
        text("rules_page.tested", language),
        value=bool(own.get(ENABLED, known.tested)),
        key=_key(rule.id, ENABLED, language),
        on_change=partial(_show_trial, known, ENABLED, language),
    )
    for name, parameter in rule.parameters.items():
        value = own.get(name, parameter.value)
        label = _label(parameter, language) + _origin(known, name, value, language)
        change = partial(_show_trial, known, name, language)
        _field(label, _key(rule.id, name, language), parameter, value, change, language)
        if trouble is not None and name == field:
            refused(trouble, language)
    _buttons(known, bool(own), language)
    tell_here()


def tell_here() -> None:
    """Say what was done where its button was pressed: the page's top may be out of sight."""
    current = session()
    if current.notice:
        st.success(literal(current.notice), icon=":material/check_circle:")
        current.notice = ""


def _key(rule_id: str, name: str, language: Language) -> str:
    """Return the key of a field; another language or state of the workspace has other fields."""
    generation = st.session_state.get(_GENERATION, 0)
    return f"value-{rule_id}-{name}-{language}-{session().loads}-{generation}"


_GENERATION: Final = "rule-fields"
_REFUSED: Final = "rule-refused"


def _begin_anew() -> None:
    """Let every field begin anew with the value that is in force."""
    st.session_state[_GENERATION] = st.session_state.get(_GENERATION, 0) + 1


def _label(parameter: Parameter, language: Language) -> str:
    label = literal(meaning_text(parameter, language))
    unit = unit_text(parameter.unit, language)
    return text("rules_page.with_unit", language, label=label, unit=unit) if unit else label


def _field(
    label: str,
    key: str,
    parameter: Parameter,
    value: object,
    change: partial[None],
    language: Language,
) -> None:
    if isinstance(parameter.value, bool):
        st.checkbox(label, value=bool(value), key=key, on_change=change)
    elif isinstance(parameter.value, list):
        words = [str(word) for word in value] if isinstance(value, list) else []
        st.multiselect(
            label,
            list(dict.fromkeys([*parameter.choices, *parameter.value, *words])),
            default=words,
            format_func=lambda word: word_text(word, language),
            accept_new_options=not parameter.choices,
            placeholder=text("rules_page.choose", language),
            wrap=True,
            key=key,
            on_change=change,
        )
    elif isinstance(parameter.value, str):
        if parameter.choices:
            st.selectbox(
                label,
                parameter.choices,
                index=parameter.choices.index(str(value)) if value in parameter.choices else 0,
                format_func=lambda word: word_text(word, language),
                disabled=len(parameter.choices) == 1,
                key=key,
                on_change=change,
            )
        else:
            st.text_input(label, value=str(value), key=key, on_change=change)
    else:
        _number(label, parameter, value, key, change)


def _number(
    label: str, parameter: Parameter, value: object, key: str, change: partial[None]
) -> None:
    """Draw a number without its bounds: what the browser says of them is English."""
    shown = float(value) if isinstance(value, int | float) else 0.0
    if isinstance(parameter.value, int):
        st.number_input(
            label,
            value=int(shown),
            step=1 if shown < _FEW**3 else 1000,
            key=key,
            on_change=change,
        )
        return
    share = parameter.unit == "share"
    st.number_input(
        label,
        value=shown,
        step=_SHARE_STEP if share else 0.1 if shown < _FEW else 1.0,
        format="%g",
        key=key,
        on_change=change,
    )


def _origin(known: CountyRule, name: str, value: object, language: Language) -> str:
    """Return where the value comes from, and what it was, where it is not the text's, in grey."""
    of_text, of_county = known.text.parameters[name], known.rule.parameters[name]
    parts = [text(f"report.origin_{of_text.origin}", language)]
    if of_county.value != of_text.value:
        shown = literal(setting_text(of_text.value, of_text.unit, language))
        parts.append(text("rules_page.county_has_own", language, value=shown))
    if value != of_county.value:
        shown = literal(setting_text(of_county.value, of_county.unit, language))
        parts.append(text("rules_page.county_has", language, value=shown))
    limits = text("report.list_separator", language).join(parts)
    return text("rules_page.grey", language, told=limits)


def is_outside(value: object, low: float | None, high: float | None) -> bool:
    """Return whether `value` is a number beyond its bounds, which belong to it."""
    if not isinstance(value, int | float):
        return False
    return (low is not None and value < low) or (high is not None and value > high)


def _show_trial(known: CountyRule, name: str, language: Language) -> None:
    """Let the changed field `name` hold; what hinders it is told below the field."""
    try:
        _changed(known, language)
    except InputError as error:
        st.session_state[_REFUSED] = (name, error)


def _changed(known: CountyRule, language: Language) -> None:
    """Let what the fields say hold on this workspace, if the rule allows it.

    Raises
    ------
    InputError
        If a value does not fit; the workspace is then as it was.
    """
    folder = session().folder
    if folder is None:
        return
    rule = known.rule
    values: dict[str, ParameterValue] = {
        name: st.session_state[_key(rule.id, name, language)]
        for name in rule.parameters
        if _key(rule.id, name, language) in st.session_state
    }
    _check_bounds(rule, values, language)
    tested = bool(st.session_state.get(_key(rule.id, ENABLED, language), known.tested))
    other = differing(known, _typed(known, values), tested=tested)
    check_setting(folder, load_config(folder), rule.id, other)
    set_rule(rule.id, other)


def _check_bounds(rule: Rule, values: Mapping[str, ParameterValue], language: Language) -> None:
    problems = [
        Problem(
            "rules_page.out_of_range",
            values={
                "value": setting_text(value, parameter.unit, language),
                "bounds": bounds_text(
                    parameter.minimum, parameter.maximum, language, parameter.unit
                ),
            },
        )
        for name, value in values.items()
        if is_outside(value, (parameter := rule.parameters[name]).minimum, parameter.maximum)
    ]
    if problems:
        raise InputError(problems)


def _typed(known: CountyRule, values: Mapping[str, ParameterValue]) -> dict[str, ParameterValue]:
    """Return `values` with an emptied number as the county has it."""
    has = known.rule.values()
    return {name: has[name] if value is None else value for name, value in values.items()}


def _buttons(known: CountyRule, changed: bool, language: Language) -> None:
    rule_id = known.rule.id
    with st.container(horizontal=True):
        st.button(
            text("rules_page.save_to_county", language),
            type="primary",
            disabled=not changed,
            key="values-save",
            on_click=guarded,
            args=(_save, rule_id, language),
        )
        st.button(
            text("rules_page.drop_values", language),
            disabled=not changed,
            key="values-drop",
            on_click=_drop,
            args=(rule_id,),
        )
        if known.own:
            with st.popover(text("rules_page.remove", language)):
                st.markdown(text("rules_page.remove_sure", language))
                st.button(
                    text("rules_page.remove_yes", language),
                    key="rule-remove",
                    on_click=guarded,
                    args=(_remove, rule_id, language),
                )


def _drop(rule_id: str) -> None:
    set_rule(rule_id, None)
    _begin_anew()


def _save(rule_id: str, language: Language) -> None:
    """Write this workspace's values of a rule into the county's own ``county.toml``.

    Raises
    ------
    InputError
        If they cannot be written; they then still hold on this workspace.
    """
    values = dict(session().workspace.overrides.get(rule_id, {}))
    folder = written_folder(language)
    write_parameters(folder, rule_id, values)
    set_rule(rule_id, None)
    session().notice += text("rules_page.saved", language, id=rule_id, folder=visitor.place(folder))
    _begin_anew()


def written_folder(language: Language) -> Path:
    """Return the county folder to write into; say so where it is a copy made for it.

    Raises
    ------
    InputError
        If no county is open, or its copy cannot be made.
    """
    before = session().folder
    folder = own_folder()
    session().notice = "" if folder == before else text("rules_page.copied", language)
    return folder


def _remove(rule_id: str, language: Language) -> None:
    """Remove a rule of the county's own.

    Raises
    ------
    InputError
        If it cannot be removed.
    """
    folder = written_folder(language)
    remove_rule(folder, rule_id)
    workspace = session().workspace
    overrides = {known: kept for known, kept in workspace.overrides.items() if known != rule_id}
    keep(replace(workspace, overrides=overrides))
    session().rule = None
    session().notice += text("rules_page.removed", language, id=rule_id)
    _begin_anew()
