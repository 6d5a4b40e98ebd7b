"""One server and one Chromium for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.harness import Visit, browsing, serving, visit


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("home")) as base:
        yield base


# Closed with the module: playwright keeps an event loop running, which other tests may not expect.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as running:
        yield running


@pytest.fixture
def seen(browser: Browser, server: str) -> Iterator[Visit]:
    with visit(browser, server) as tab:
        yield tab
