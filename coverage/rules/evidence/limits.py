"""The minutes within which an ambulance must be there, in towns and in the countryside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from coverage.rules.evidence.compare import BoolArray, FloatArray


@dataclass(frozen=True)
class ResponseLimits:
    """Limits in minutes by the area class of a village.

    Attributes
    ----------
    urban_classes
        The area codes (``urban``, ``rural``, or three digits of the statistics bureau) whose
        residents have the urban limit; all others have the rural one.
    """

    urban_limit_min: float
    rural_limit_min: float
    urban_classes: tuple[str, ...]

    def is_urban(self, villages: pd.DataFrame) -> BoolArray:
        """Return which villages have the limit for towns."""
        area = villages["area_code"].astype(object)
        area = area.where(area.notna(), villages["area_class"].astype(object))
        return area.isin(self.urban_classes).to_numpy(bool)

    def limits_min(self, villages: pd.DataFrame) -> FloatArray:
        """Return the limit of each village, minutes."""
        return np.where(self.is_urban(villages), self.urban_limit_min, self.rural_limit_min)
