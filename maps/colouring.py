"""Colours that tell neighbouring areas apart."""

from __future__ import annotations

import numpy as np
import shapely

from coverage.analysis.extent import Geometries


def neighbours_apart(polygons: Geometries, colours: int) -> list[int]:
    """Return a number below `colours` for each polygon, other than its neighbours' where possible.

    Each takes the first number that no neighbour before it has; where all are taken, the one that
    the fewest of them have.
    """
    touching = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    numbers: list[int] = []
    for place in range(len(polygons)):
        others = touching[1][touching[0] == place]
        taken = np.bincount(
            [numbers[other] for other in others.tolist() if other < place], minlength=colours
        )
        # prefers a number of its own while there are some, so that far areas differ too
        fresh = place if place < colours else int(np.argmin(taken))
        numbers.append(fresh if not taken[fresh] else int(np.argmin(taken)))
    return numbers
