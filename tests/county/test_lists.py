"""Cells that list names, and the grade that stands in the cell of the level."""

from __future__ import annotations

import pytest

from coverage.county.read import read_county
from coverage.county.words import listed, vocabulary
from coverage.problems import InputError
from coverage.rules.evidence.facility_masks import fulfilling
from tests import county_fixtures as fixtures


def _read(tmp_path, **cells):
    """The county whose first facilities have these cells, in columns of these names."""
    table = fixtures.facilities().astype(object)
    for column, values in cells.items():
        table[column] = [*values, *[""] * (len(table) - len(values))]
    return read_county(fixtures.write_county(tmp_path, facilities=table)).facilities


@pytest.mark.parametrize(
    "cell",
    [
        "康复科、儿科",
        "康复科，儿科",
        "康复科,儿科",
        "康复科；儿科;",
        "康复科/儿科",
        "康复科／儿科",
        "康复科|儿科",
        "康复科  儿科",
        "、康复科、\u3000儿科",
    ],
)
def test_names_in_one_cell(cell):
    assert listed(cell) == ("康复科", "儿科")


@pytest.mark.parametrize("cell", ["无", "没有", "否", "0", "未设"])
def test_no_names(cell):
    assert listed(cell) == ()


def test_a_list_is_read_and_asked_for_a_name(tmp_path):
    cells = ["中医康复科；儿科", "无", "—", "内科"]
    read = _read(tmp_path, 特色专科名称=cells)
    has = fulfilling(read, ["specialty_names includes 疼痛|康复"])
    assert has.certain[:4].tolist() == [True, False, False, False]
    assert has.undecided[:4].tolist() == [False, False, True, False]
    assert has.undecided[4:].all()


@pytest.mark.parametrize("cell", ["康复科（在建）", "康复科、拟建儿科", "筹建中的疼痛科"])
def test_what_is_only_planned_is_refused(tmp_path, cell):
    with pytest.raises(InputError) as caught:
        _read(tmp_path, 特色专科名称=["儿科", cell])
    assert [(p.code, p.rows, p.column) for p in caught.value.problems] == [
        ("county.name_not_yet", (3,), "特色专科名称")
    ]
    assert cell in caught.value.lines("zh")[0]


@pytest.mark.parametrize(
    ("cell", "level", "grade_a"),
    [
        ("二级甲等", 2, True),
        ("二甲", 2, True),
        ("2级甲等", 2, True),
        ("三级甲等医院", 3, True),
        ("三乙", 3, False),
        ("二级乙等", 2, False),
        ("二级丙等", 2, False),
        ("三级特等", 3, True),
        ("二级", 2, None),
        ("3", 3, None),
        ("三级医院", 3, None),
    ],
)
def test_the_level_says_the_grade_where_it_is_written(tmp_path, cell, level, grade_a):
    read = _read(tmp_path, 等级=[cell])
    assert read["level"].iloc[0] == level
    assert (None if read["grade_a"].isna().iloc[0] else bool(read["grade_a"].iloc[0])) is grade_a
    assert read["grade_a"].iloc[1:].isna().all()


def test_the_column_of_the_grade_says_it_where_the_level_does_not(tmp_path):
    levels, grades = ["二级", "二级甲等", "", "三级"], ["是", "", "否", ""]
    read = _read(tmp_path, 级别=levels, 甲等=grades)
    assert read["grade_a"].iloc[:3].tolist() == [True, True, False]
    assert read["grade_a"].isna().iloc[3]


def test_two_cells_that_contradict_each_other_are_told(tmp_path):
    with pytest.raises(InputError) as caught:
        _read(tmp_path, 级别=["二级甲等", "二级乙等", "二级"], 甲等=["否", "是", "是"])
    assert [(p.code, p.rows, p.column) for p in caught.value.problems] == [
        ("county.grade_differs", (2, 3), "甲等")
    ]


def test_every_way_to_write_a_grade_is_a_way_to_write_a_level():
    assert set(vocabulary("grade_in_level")) - {"yes", "no"} <= set(vocabulary("level"))
