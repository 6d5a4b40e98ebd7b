"""The same roads at other speeds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from coverage.county.config import ResponseParameters
from coverage.network.build import M_PER_MIN_AT_1_KPH
from coverage.network.model import Network
from coverage.network.speeds import AREA_CLASSES, edge_speed_kph, speed_table
from coverage.network.tags import CLASSES


def respeed(network: Network, response: ResponseParameters) -> Network:
    """Return the network with the speeds that `response` gives, as if its roads were read anew.

    Edges are merged by class, area class and limit, never by speed, so that they stay the same.

    Parameters
    ----------
    network
        As built: an edit's slower roads (`coverage.network.edit`) are lost.
    response
        Speed profile, the county's own speeds, speed factor.

    Raises
    ------
    InputError
        If the profile or a road class is not known.
    """
    edges = network.edges
    number = {name: position for position, name in enumerate(CLASSES)}
    area = {name: position for position, name in enumerate(AREA_CLASSES)}
    speed = edge_speed_kph(
        speed_table(response),
        np.array([area[name] for name in edges["area_class"]], dtype=np.int64),
        np.array([number[name] for name in edges["highway"]], dtype=np.int64),
        edges["limit_kph"].to_numpy(float),
        response.speed_factor,
    )
    minutes = edges["length_m"].to_numpy(float) / (speed * M_PER_MIN_AT_1_KPH)
    return replace(network, edges=edges.assign(speed_kph=speed, drive_min=minutes))
