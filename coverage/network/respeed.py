"""The same roads at other speeds."""

from __future__ import annotations

from dataclasses import replace

from coverage.county.config import ResponseParameters
from coverage.network.model import Network
from coverage.network.speeds import with_speeds


def respeed(network: Network, response: ResponseParameters) -> Network:
    """Return the network with the speeds that `response` gives, as if its roads were read anew.

    Edges are merged by class, area class and limits, never by speed, so that they stay the same.

    Parameters
    ----------
    network
        As built: an edit's slower roads (`coverage.network.edit`) are lost.
    response
        Speed profile, the county's own speeds, speed factor.

    Raises
    ------
    InputError
        If the profile or a road class is not known, or a speed is none that a road is driven at.
    """
    return replace(network, edges=with_speeds(network.edges, response))
