"""What a rule file may say in YAML, and that it is read the same by either parser."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from coverage.county.files import MAX_CELL_LENGTH
from coverage.paths import DATA
from coverage.rules.catalogue.plain_yaml import PlainLoader


def read(text: str) -> object:
    return yaml.load(text, Loader=PlainLoader)


@pytest.mark.parametrize("path", sorted((DATA / "rules").glob("*.yaml")), ids=lambda p: p.stem)
def test_every_rule_reads_as_with_the_plain_safe_loader(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert read(text) == yaml.safe_load(text)


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="PyYAML was built without libyaml")
def test_the_parser_is_the_one_in_c_where_there_is_one() -> None:
    assert issubclass(PlainLoader, yaml.cyaml.CParser)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\na: 2\n", 2),
        ("a: 1\nb:\n  c: 1\n  c: 2\n", 4),
        ("a: 1\n2: x\n", 2),
        ("a: &x {b: 1}\nc: *x\n", 2),
        (f"a: 1\nb: {'9' * (MAX_CELL_LENGTH + 1)}\n", 2),
        ("a: 1\nb: [1\n", 3),
        ("a: 1\nb: x: y\n", 2),
    ],
)
def test_what_is_refused_is_refused_at_its_line(text: str, line: int) -> None:
    with pytest.raises(yaml.MarkedYAMLError) as caught:
        read(text)
    assert caught.value.problem_mark is not None
    assert caught.value.problem_mark.line + 1 == line


def test_a_scalar_as_long_as_a_cell_may_be_is_read() -> None:
    assert read(f"a: {'x' * MAX_CELL_LENGTH}\n") == {"a": "x" * MAX_CELL_LENGTH}


def test_deep_nesting_ends_as_an_error_of_python() -> None:
    with pytest.raises(RecursionError):
        read("[" * 900 + "]" * 900)
