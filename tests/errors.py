"""Errors of the input, and what they say in English whatever the machine's language is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from coverage.problems import InputError


@contextmanager
def input_error(
    pattern: str, error: type[InputError] = InputError
) -> Iterator[pytest.ExceptionInfo[InputError]]:
    """Expect an error whose English text holds `pattern`."""
    with pytest.raises(error) as raised:
        yield raised
    said = "\n".join(raised.value.lines("en"))
    assert re.search(pattern, said), said
