"""One translation of what pydantic refuses, for county.toml, scenarios and rules."""

from __future__ import annotations

import ast
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coverage.faults import fault_of
from coverage.paths import ROOT


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
    number: Annotated[float, Field(ge=0, lt=10)] = 1.0
    text: Annotated[str, Field(min_length=1, max_length=3, pattern="^[ab]*$")] = "a"
    flag: bool = False
    names: Annotated[list[str], Field(min_length=1, max_length=2)] = ["a"]
    table: dict[str, int] = Field(default_factory=dict)


class Outer(Inner):
    inner: Inner


@pytest.mark.parametrize(
    ("stated", "kind", "limit"),
    [
        ({"nummer": 1}, "unknown_key", ""),
        ({"inner": None}, "not_mapping", ""),
        ({"number": -1.0}, "out_of_range", "≥ 0"),
        ({"number": 10.0}, "out_of_range", "< 10"),
        ({"number": float("nan")}, "not_number", ""),
        ({"number": "1"}, "not_number", ""),
        ({"text": 1}, "not_text", ""),
        ({"text": ""}, "empty", ""),
        ({"text": "aaaa"}, "long_text", ""),
        ({"text": "c"}, "pattern", ""),
        ({"flag": "yes"}, "not_true_false", ""),
        ({"names": "a"}, "not_list", ""),
        ({"names": []}, "too_few", ""),
        ({"names": ["a", "b", "c"]}, "too_many", ""),
        ({"table": 1}, "not_mapping", ""),
        ({"table": {"a": "x"}}, "int_type", ""),
    ],
)
def test_kind_and_limit(stated: dict[str, Any], kind: str, limit: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate({"inner": {}, **stated})
    (detail,) = caught.value.errors()
    assert fault_of(detail)[:2] == (kind, limit)


def test_what_is_missing() -> None:
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate({})
    assert [fault_of(detail).kind for detail in caught.value.errors()] == ["missing"]


def test_types_of_pydantic_are_named_in_one_module() -> None:
    types = {"extra_forbidden", "string_type", "model_type", "float_parsing", "bool_parsing"}
    naming = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "coverage").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in types
    }
    assert naming == {"coverage/faults.py"}
