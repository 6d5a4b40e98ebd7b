"""Names of places as a rule writes them, and as a county's table does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from coverage.county.words import fold, vocabulary

_ENDINGS: Final = "place_name_ending"
_ABOVE: Final = "region_name_ending"


def rows_named(names: Sequence[str], wanted: str) -> npt.NDArray[np.int64]:
    """Return the positions of the places in `names` that are the one that a rule calls `wanted`.

    Those of exactly this name, if there are any; else those whose name says the same without its
    ending (town, township, street), or with the county or city before it.
    """
    folded = [fold(name) for name in names]
    exact = [row for row, name in enumerate(folded) if name == fold(wanted)]
    short = _plain(fold(wanted))
    like = [row for row, name in enumerate(folded) if short in _spellings(name)]
    return np.array(exact or like, dtype=np.int64)


def _spellings(folded: str) -> set[str]:
    """Return a place's name without its ending, and without what stands before it."""
    spellings = {_plain(folded)}
    for above in vocabulary(_ABOVE):
        before, _, rest = folded.rpartition(above)
        if before and rest:
            spellings.add(_plain(rest))
    return spellings


def _plain(folded: str) -> str:
    for ending in sorted(vocabulary(_ENDINGS), key=len, reverse=True):
        if folded.endswith(ending) and folded != ending:
            return folded.removesuffix(ending)
    return folded
