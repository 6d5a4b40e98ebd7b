"""What all tests share."""

from __future__ import annotations

import os

import pytest

from coverage.assessment.report import Report
from tests import examples
from tests.demonstration import demonstration_report


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--explore",
        nargs="?",
        const=examples.FRESH_SEED,
        metavar="SEED",
        help="draw fresh random examples, ten times as many; with a seed, those of that seed",
    )
    parser.addoption("--shuffle", type=int, metavar="SEED", help="run the tests in this order")


def pytest_configure(config: pytest.Config) -> None:
    given = config.getoption("explore")
    seed = None if given is None else examples.fresh_seed(given)
    if seed is not None:
        config.option.explore = str(seed)  # xdist hands it to every worker
    examples.load(seed)


def pytest_report_header(config: pytest.Config) -> str | None:
    seed = config.getoption("explore")
    return None if seed is None else f"fresh examples: --explore={seed} draws numpy's again"


def pytest_xdist_auto_num_workers() -> int:
    """Return one worker more than processors: that of the browser tests mostly waits for them."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    seed = config.getoption("shuffle")
    if seed is not None:
        by_name = {item.nodeid: item for item in items}
        items[:] = [by_name[name] for name in examples.shuffled(list(by_name), seed)]


@pytest.fixture
def example_seed(request: pytest.FixtureRequest) -> int:
    """Return the test's seed for numpy or `random`: always the same, but with ``--explore``."""
    return examples.seed_of(request.node.nodeid, request.config.getoption("explore"))


@pytest.fixture(scope="session")
def demonstration() -> Report:
    """Return the report of the demonstration county that all tests of a worker share."""
    return demonstration_report()
