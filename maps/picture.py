"""A picture laid on the ground."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image
from pyproj import CRS

FloatArray = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]
Box = tuple[float, float, float, float]
"""West, south, east, north, metres."""

MERCATOR: Final = CRS.from_epsg(3857)
WORLD_M: Final = 20037508.342789244
"""Half the side of the square that Web Mercator shows."""
_JPEG_QUALITY: Final = 82
_PAPER: Final = 255


@dataclass(frozen=True)
class Picture:
    """A picture laid on the ground, north up.

    Attributes
    ----------
    pixels
        Rows from the north, red, green, blue, opacity.
    box
        Its edges, in the CRS it was made for.
    """

    pixels: Pixels
    box: Box

    def reduced(self, most_px: int) -> Picture:
        """Return it halved until neither side is longer than `most_px`, if its sides are even."""
        height, width = self.pixels.shape[:2]
        factor = 1
        while max(height, width) > most_px * factor and not (height | width) % (2 * factor):
            factor *= 2
        small = np.asarray(Image.fromarray(self.pixels).reduce(factor), dtype=np.uint8)
        return Picture(small, self.box)

    def clear_url(self) -> str:
        """Return it as an address that holds the whole of it, clear where it is not."""
        buffer = BytesIO()
        Image.fromarray(self.pixels).save(buffer, "PNG", optimize=True)
        return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()

    def data_url(self) -> str:
        """Return it as an address that holds the whole of it, on white where it is not."""
        opacity = self.pixels[..., 3:].astype(np.uint16)
        colours = self.pixels[..., :3].astype(np.uint16)
        shown = (colours * opacity + _PAPER * (_PAPER - opacity)) // _PAPER
        buffer = BytesIO()
        Image.fromarray(shown.astype(np.uint8)).save(buffer, "JPEG", quality=_JPEG_QUALITY)
        return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
