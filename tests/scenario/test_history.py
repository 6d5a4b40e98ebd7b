"""Undo and redo."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from coverage.scenario.history import MAX_STEPS, History
from tests.scenario_fixtures import edit, scenario


def step(number: int) -> object:
    return scenario(edit("grow", factor=1 + number / 1000))


def test_undo_and_redo_walk_the_same_states() -> None:
    states = [step(n) for n in range(4)]
    history = History.of(states[0])
    for state in states[1:]:
        history = history.edited(state)
    seen = [history.present]
    while history.past:
        history = history.undone()
        seen.append(history.present)
    assert seen == states[::-1]
    assert history.undone() == history
    while history.future:
        history = history.redone()
    assert history.present == states[-1]
    assert history.redone() == history


def test_a_new_edit_forgets_what_was_undone() -> None:
    history = History.of(step(0)).edited(step(1)).undone().edited(step(2))
    assert history.future == ()
    assert history.undone().present == step(0)


def test_nothing_changed_is_no_step() -> None:
    history = History.of(step(0)).edited(step(1)).undone()
    assert history.edited(step(0)) is history


def test_the_past_is_bounded() -> None:
    history = History.of(step(0))
    for number in range(1, 2 * MAX_STEPS):
        history = history.edited(step(number))
    assert len(history.past) == MAX_STEPS
    assert history.past[-1] == step(2 * MAX_STEPS - 2)


@given(st.lists(st.sampled_from(["undo", "redo", *range(5)]), max_size=40))
def test_an_undo_is_taken_back_by_a_redo(moves: list[object]) -> None:
    history = History.of(step(0))
    for move in moves:
        if move == "undo":
            back = history.undone()
            assert not history.past or back.redone() == history
            history = back
        elif move == "redo":
            history = history.redone()
        else:
            history = history.edited(step(int(str(move))))
