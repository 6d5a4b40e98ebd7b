"""A sheet of paper in millimetres: text, symbols and lines put where they are wanted."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle
from matplotlib.patheffects import withStroke

from maps.style import INK, PAPER, SHAPES, Symbol
from maps.typeset import MM_PER_PT, clean, font, wrap

WIDTH_MM: Final = 297.0
HEIGHT_MM: Final = 210.0
DPI: Final = 200
DASHES: Final = (1.6, 1.0)
HEAVY_PT: Final = 1.6
_LINE_HEIGHT: Final = 1.45
_CIRCLE: Final = np.linspace(0, 2 * np.pi, 49)[:-1]


class Sheet:
    """An A4 sheet, landscape, with its origin at the lower left.

    Attributes
    ----------
    figure
        The figure, with no global state of pyplot.
    paper
        Axes over the whole sheet, one unit a millimetre.
    """

    def __init__(self) -> None:
        self.figure = Figure(figsize=(WIDTH_MM / 25.4, HEIGHT_MM / 25.4), dpi=DPI, facecolor=PAPER)
        canvas: Any = FigureCanvasAgg(self.figure)
        self._renderer = canvas.get_renderer()
        self.paper = self.axes(0, 0, WIDTH_MM, HEIGHT_MM)
        self.paper.set_xlim(0, WIDTH_MM)
        self.paper.set_ylim(0, HEIGHT_MM)
        self.paper.set_axis_off()
        self.paper.set_zorder(10)
        self.paper.patch.set_alpha(0.0)

    def axes(self, x: float, y: float, width: float, height: float) -> Axes:
        """Return axes at a place of the sheet, mm."""
        return self.figure.add_axes(
            (x / WIDTH_MM, y / HEIGHT_MM, width / WIDTH_MM, height / HEIGHT_MM)
        )

    def measure(self, text: str, size_pt: float) -> float:
        """Return the width of a text, mm."""
        if not text:
            return 0.0
        width, _, _ = self._renderer.get_text_width_height_descent(text, font(size_pt), False)
        return float(width) / DPI * 25.4

    def text(self, x: float, y: float, text: str, size_pt: float, **kwargs: Any) -> None:
        """Put one line of text; `y` is its middle."""
        settings: dict[str, Any] = {"va": "center", "color": INK, "parse_math": False, **kwargs}
        if settings.pop("halo", False):
            settings["path_effects"] = [withStroke(linewidth=2.2, foreground=PAPER)]
        self.paper.text(x, y, clean(text), fontproperties=font(size_pt), **settings)

    def fitted(self, x: float, y: float, text: str, size_pt: float, width_mm: float) -> None:
        """Put one line of text, in a smaller size, and at last cut, where it is too wide."""
        shown = clean(text)
        width = self.measure(shown, size_pt)
        size = max(size_pt * min(1.0, width_mm / width if width else 1.0), size_pt * 0.5)
        self.text(x, y, self.cut(shown, size, width_mm), size)

    def cut(self, text: str, size_pt: float, width_mm: float) -> str:
        """Return `text`, its end left out where it is wider than `width_mm`."""
        while len(text) > 1 and self.measure(text, size_pt) > width_mm * 1.001:
            text = text[:-2].rstrip() + "…"
        return text

    def wrapped(self, text: str, width_mm: float, size_pt: float) -> list[str]:
        """Return `text` in lines no wider than `width_mm`."""
        return wrap(text, width_mm, size_pt, self.measure)

    def paragraph(
        self, x: float, top: float, text: str, size_pt: float, width_mm: float, *, draw: bool = True
    ) -> float:
        """Put text in lines below `top` (or only measure it) and return where it ends."""
        step = size_pt * MM_PER_PT * _LINE_HEIGHT
        for line in self.wrapped(text, width_mm, size_pt):
            if draw:
                self.text(x, top - step / 2, line, size_pt)
            top -= step
        return top

    def symbol(self, x: float, y: float, symbol: Symbol, radius_mm: float) -> None:
        """Put a symbol."""
        outline = outline_of(symbol) * radius_mm + [x, y]
        width = HEAVY_PT if symbol.heavy else 0.5
        self.paper.add_patch(
            Polygon(outline, closed=True, facecolor=symbol.fill, edgecolor=symbol.edge, lw=width)
        )

    def line(
        self,
        x: tuple[float, float],
        y: float,
        colour: str,
        width_mm: float,
        *,
        dashed: bool = False,
    ) -> None:
        """Put a horizontal line."""
        self.paper.add_line(
            Line2D(
                x,
                (y, y),
                color=colour,
                lw=width_mm / MM_PER_PT,
                solid_capstyle="butt",
                ls=(0, DASHES) if dashed else "-",
            )
        )

    def box(
        self, x: float, y: float, width: float, height: float, fill: str, edge: str
    ) -> None:  # fmt: skip
        """Put a rectangle."""
        self.paper.add_patch(
            Rectangle((x, y), width, height, facecolor=fill, edgecolor=edge, lw=0.6)
        )

    def polygon(self, points: npt.ArrayLike, fill: str) -> None:
        """Put a filled polygon."""
        self.paper.add_patch(Polygon(np.asarray(points), closed=True, facecolor=fill, lw=0))


def outline_of(symbol: Symbol) -> npt.NDArray[np.float64]:
    """Return the outline of a symbol of radius one."""
    vertices = SHAPES[symbol.shape]
    if vertices:
        return np.array(vertices, dtype=float)
    return np.column_stack([np.cos(_CIRCLE), np.sin(_CIRCLE)])
