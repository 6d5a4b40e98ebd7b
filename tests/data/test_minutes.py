"""Every minute of the demonstration county, computed a second way."""

import numpy as np
import pytest

from coverage.county.read import read_county
from coverage.network.read import read_network
from coverage.paths import DEMONSTRATION
from coverage.travel.engine import TravelEngine
from coverage.travel.response import respond
from tests.independent import networkx_response_min


@pytest.mark.xdist_group("demonstration")
def test_every_minute_equals_networkx() -> None:
    county = read_county(DEMONSTRATION)
    network = read_network(county)
    minutes = respond(county, TravelEngine(network)).villages["response_min"].to_numpy(float)
    assert len(minutes) == 124
    assert np.isfinite(minutes).sum() == 123  # the island village has no bridge
    expected = networkx_response_min(county, network)
    np.testing.assert_allclose(minutes, expected, rtol=0, atol=1e-6, equal_nan=True)
