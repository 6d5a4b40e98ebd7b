"""What pydantic refuses, in the terms by which each layer chooses a message of its own."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from pydantic_core import ErrorDetails

_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "extra_forbidden": "unknown_key",
        "missing": "missing",
        "string_type": "not_text",
        "string_too_short": "empty",
        "string_too_long": "long_text",
        "string_pattern_mismatch": "pattern",
        "float_type": "not_number",
        "float_parsing": "not_number",
        "finite_number": "not_number",
        "bool_type": "not_true_false",
        "bool_parsing": "not_true_false",
        "list_type": "not_list",
        "tuple_type": "not_list",
        "dict_type": "not_mapping",
        "model_type": "not_mapping",
        "model_attributes_type": "not_mapping",
        "too_short": "too_few",
        "too_long": "too_many",
    }
)
_SIGNS: Final = MappingProxyType({"ge": "≥", "gt": ">", "le": "≤", "lt": "<"})


class Fault(NamedTuple):
    """What is wrong with one value.

    Attributes
    ----------
    kind
        ``unknown_key, missing, not_text, empty, long_text, pattern, not_number, not_true_false,
        not_list, not_mapping, too_few, too_many, out_of_range``; else the type of the error as it
        was raised, which is our own where a model of ours checks more than pydantic does.
    limit
        Of ``out_of_range``: the bound with its sign, as ``≥ 0``; else empty.
    context
        What the error says besides.
    """

    kind: str
    limit: str
    context: Mapping[str, Any]


def fault_of(detail: ErrorDetails) -> Fault:
    """Return what pydantic found wrong with one value."""
    context: Mapping[str, Any] = detail.get("ctx", {})
    for name, sign in _SIGNS.items():
        if name in context:
            return Fault("out_of_range", f"{sign} {context[name]:g}", context)
    return Fault(_KINDS.get(detail["type"], detail["type"]), "", context)
