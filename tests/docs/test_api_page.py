"""``docs/api.md`` says what the docstrings say, of every public name."""

import re

import coverage as cov
from tests.docs.api_page import PAGE, page


def test_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.docs.api_page"


def test_page_has_every_public_name() -> None:
    entries = re.findall(r"^### `(\w+)`$", page(), re.M)
    assert sorted(entries) == sorted({*cov.__all__} - {"__version__", "DEMONSTRATION"})
