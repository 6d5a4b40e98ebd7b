"""Every minute of the demonstration county, computed a second way."""

import numpy as np
import pytest

from coverage.assessment.report import Report
from tests.independent import networkx_response_min


@pytest.mark.xdist_group("demonstration")
def test_every_minute_equals_networkx(demonstration: Report) -> None:
    minutes = demonstration.response.villages["response_min"].to_numpy(float)
    assert len(minutes) == 124
    assert np.isfinite(minutes).sum() == 123  # the island village has no bridge
    expected = networkx_response_min(demonstration.county, demonstration.network)
    np.testing.assert_allclose(minutes, expected, rtol=0, atol=1e-6, equal_nan=True)
