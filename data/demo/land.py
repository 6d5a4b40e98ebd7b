"""Outline, waters and townships of the demonstration county: drawn by hand, roughened by chance.

The outline follows the real lie of the land only roughly: the Zi river in the south, hills in the
west, two polders parted by the Ganxi branch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
import shapely.ops
from scipy.spatial import cKDTree
from shapely.geometry import LineString, MultiPoint, Polygon
from shapely.geometry.base import BaseGeometry

from demo.plane import Array, LonLat, crinkle, spline, to_xy

ZI_RIVER: Final[list[LonLat]] = [
    (112.128, 28.531), (112.147, 28.548), (112.158, 28.572), (112.178, 28.589),
    (112.205, 28.593), (112.235, 28.584), (112.262, 28.574), (112.290, 28.578),
    (112.318, 28.587), (112.345, 28.582), (112.370, 28.588), (112.398, 28.601),
    (112.425, 28.602), (112.455, 28.592), (112.490, 28.597), (112.520, 28.612),
    (112.545, 28.640), (112.577, 28.655), (112.607, 28.677), (112.622, 28.706),
]  # fmt: skip
FAR_SIDE: Final[list[LonLat]] = [
    (112.619, 28.735), (112.606, 28.757), (112.584, 28.780), (112.556, 28.794),
    (112.521, 28.786), (112.489, 28.767), (112.460, 28.755), (112.435, 28.741),
    (112.414, 28.735), (112.394, 28.732), (112.374, 28.737), (112.345, 28.731),
    (112.320, 28.724), (112.301, 28.712), (112.280, 28.716), (112.255, 28.713),
    (112.236, 28.699), (112.211, 28.690), (112.194, 28.677), (112.170, 28.671),
    (112.145, 28.676), (112.119, 28.666), (112.096, 28.653), (112.077, 28.632),
    (112.083, 28.610), (112.097, 28.587), (112.091, 28.562), (112.109, 28.541),
]  # fmt: skip
GANXI: Final[list[LonLat]] = [
    (112.419, 28.6005), (112.415, 28.625), (112.425, 28.650), (112.418, 28.675),
    (112.428, 28.700), (112.420, 28.722), (112.414, 28.737),
]  # fmt: skip
XINQIAO_STREAM: Final[list[LonLat]] = [
    (112.160, 28.690), (112.172, 28.668), (112.168, 28.648), (112.181, 28.630),
    (112.178, 28.614), (112.190, 28.592),
]  # fmt: skip
FLOOD_DITCH: Final[list[LonLat]] = [
    (112.214, 28.668), (112.240, 28.648), (112.270, 28.651), (112.295, 28.668),
    (112.318, 28.694), (112.338, 28.716), (112.342, 28.747),
]  # fmt: skip
POLDER_CANAL: Final[list[LonLat]] = [
    (112.434, 28.662), (112.470, 28.672), (112.505, 28.700), (112.540, 28.715),
    (112.575, 28.722), (112.606, 28.731),
]  # fmt: skip
LAKE_CENTRE: Final[LonLat] = (112.386, 28.706)
ISLAND_CENTRE: Final[LonLat] = (112.2215, 28.5915)

HILL_FOOT: Final[list[LonLat]] = [
    (112.10, 28.52), (112.125, 28.565), (112.150, 28.600), (112.200, 28.617),
    (112.245, 28.640), (112.275, 28.648), (112.300, 28.668), (112.322, 28.695),
    (112.318, 28.76),
]  # fmt: skip

# Which places belong to which unit: each piece of land goes to the unit of the nearest point.
ANCHORS_WEST: Final[dict[str, list[LonLat]]] = {
    "新桥河镇": [
        (112.11, 28.60), (112.14, 28.57), (112.15, 28.645), (112.18623, 28.60892),
        (112.10, 28.645), (112.17, 28.665), (112.205, 28.625), (112.222, 28.597), (112.10, 28.56),
        (112.250, 28.600), (112.262, 28.622), (112.268, 28.588), (112.240, 28.620),
    ],
    "迎风桥镇": [
        (112.26333, 28.66083), (112.235, 28.69), (112.230, 28.655), (112.275, 28.705),
        (112.265, 28.640), (112.205, 28.680),
    ],
    "长春镇": [
        (112.335, 28.68), (112.312, 28.705), (112.36, 28.725), (112.39, 28.70), (112.385, 28.65),
        (112.395, 28.62), (112.345, 28.658), (112.308, 28.662), (112.293, 28.648),
        (112.345, 28.735), (112.40, 28.735), (112.375, 28.612), (112.370, 28.632),
        (112.320, 28.652),
    ],
    "长春经济开发区": [
        (112.300, 28.622), (112.320, 28.624), (112.340, 28.624), (112.289, 28.608),
        (112.293, 28.593),
    ],
    "大码头街道": [(112.31831, 28.59745), (112.306, 28.590)],
    "汽车路街道": [(112.340, 28.600), (112.352, 28.592), (112.334, 28.607), (112.340, 28.588)],
}  # fmt: skip
ANCHORS_EAST: Final[dict[str, list[LonLat]]] = {
    "沙头镇": [
        (112.468, 28.622), (112.437, 28.638), (112.50, 28.628), (112.525, 28.643),
        (112.437, 28.612),
    ],
    "张家塞乡": [
        (112.480, 28.693), (112.450, 28.700), (112.450, 28.738), (112.500, 28.675),
        (112.443, 28.672), (112.488, 28.740),
    ],
    "茈湖口镇": [
        (112.55056, 28.73278), (112.580, 28.700), (112.592, 28.752), (112.552, 28.778),
        (112.548, 28.678), (112.525, 28.762), (112.518, 28.712),
    ],
}  # fmt: skip


@dataclass(frozen=True)
class Water:
    """One water: its centre line (None for a lake) and its surface, metres."""

    name: str
    line: LineString | None
    surface: BaseGeometry


@dataclass(frozen=True)
class Land:
    """The drawn county, in metres.

    Attributes
    ----------
    west, east
        The two polders' sides of the Ganxi branch.
    island
        Land in the river without a bridge.
    hills
        Where roads wind.
    units
        Polygons by name; they share their borders and fill the outline.
    """

    outline: Polygon
    west: Polygon
    east: Polygon
    waters: tuple[Water, ...]
    island: Polygon
    hills: BaseGeometry
    units: dict[str, Polygon]

    @property
    def wet(self) -> BaseGeometry:
        """All water surfaces together."""
        return shapely.union_all([water.surface for water in self.waters])


def draw_land(rng: np.random.Generator) -> Land:
    """Return the county's land, waters and townships."""
    zi = LineString(spline(to_xy(ZI_RIVER), 250))
    far = crinkle(to_xy([ZI_RIVER[-1], *FAR_SIDE, ZI_RIVER[0]]), 0.09, 4, rng)
    outline = Polygon(np.vstack([np.asarray(zi.coords)[:-1], far[:-1]]))
    ganxi = LineString(spline(to_xy(GANXI), 250))
    reach = LineString(spline(to_xy([(112.423, 28.585), *GANXI, (112.413, 28.755)]), 250))
    halves = sorted(
        shapely.get_parts(shapely.ops.split(outline, reach)), key=lambda part: part.area
    )[-2:]
    west, east = sorted(halves, key=lambda part: part.centroid.x)
    island = _island()
    waters = (
        Water(
            "资江",
            zi,
            zi.buffer(210).union(island.buffer(130).buffer(300).buffer(-300)).difference(island),
        ),
        Water("甘溪港河", ganxi, ganxi.buffer(100)),
        _stream("新桥河", XINQIAO_STREAM, 18),
        _stream("撇洪河", FLOOD_DITCH, 22),
        _stream("民主垸干渠", POLDER_CANAL, 16),
        Water("皇家湖", None, _lake(rng)),
    )
    foot = np.vstack([to_xy(HILL_FOOT), to_xy([(111.9, 28.80), (111.9, 28.50)])])
    units = _fill([*_cells(west, ANCHORS_WEST, rng), *_cells(east, ANCHORS_EAST, rng)])
    return Land(outline, west, east, waters, island, Polygon(foot), units)


def _stream(name: str, points: list[LonLat], half_width_m: float) -> Water:
    line = LineString(spline(to_xy(points), 120))
    return Water(name, line, line.buffer(half_width_m))


def _island() -> Polygon:
    x, y = to_xy([ISLAND_CENTRE])[0]
    turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    along, across = 1150 * np.cos(turn), 210 * np.sin(turn)
    tilt = np.deg2rad(-13)
    ring = np.column_stack(
        [
            x + along * np.cos(tilt) - across * np.sin(tilt),
            y + along * np.sin(tilt) + across * np.cos(tilt),
        ]
    )
    return Polygon(np.round(ring, 1))


def _lake(rng: np.random.Generator) -> Polygon:
    x, y = to_xy([LAKE_CENTRE])[0]
    turn = np.linspace(0, 2 * np.pi, 14, endpoint=False)
    far = 1 + rng.uniform(-0.35, 0.2, len(turn))
    ring = np.column_stack([x + 1000 * far * np.cos(turn), y + 1700 * far * np.sin(turn)])
    return Polygon(spline(np.vstack([ring, ring[:1]]), 120))


def _cells(
    half: Polygon, anchors: dict[str, list[LonLat]], rng: np.random.Generator
) -> list[tuple[str, BaseGeometry]]:
    """Return pieces of `half`, each with the unit it belongs to."""
    names = [name for name, points in anchors.items() for _ in points]
    tree = cKDTree(np.vstack([to_xy(points) for points in anchors.values()]))
    west, south, east, north = half.bounds
    step = 230.0
    grid = np.stack(
        np.meshgrid(
            np.arange(west - step, east + step, step), np.arange(south, north + step, step)
        ),
        axis=-1,
    ).reshape(-1, 2)
    seeds = np.round(grid + rng.uniform(-0.42 * step, 0.42 * step, grid.shape), 1)
    voronoi = shapely.get_parts(shapely.voronoi_polygons(MultiPoint(seeds), extend_to=half))
    middles = shapely.get_coordinates(shapely.centroid(voronoi))
    # Bend the straight lines between anchors as real borders bend along ditches and ridges.
    x, y = middles.T
    bent = middles + np.column_stack(
        [
            340 * np.sin(y / 830 + 1) + 190 * np.sin(x / 310 + y / 420),
            340 * np.sin(x / 910 + 2) + 190 * np.sin(y / 290 - x / 470),
        ]
    )
    nearest = tree.query(bent)[1]
    pieces = shapely.intersection(voronoi, half)
    return [
        (names[unit], piece) for unit, piece in zip(nearest, pieces, strict=True) if piece.area > 0
    ]


def _fill(cells: list[tuple[str, BaseGeometry]]) -> dict[str, Polygon]:
    """Dissolve the cells by unit; every unit is one polygon and all share exact borders."""
    names = sorted({name for name, _ in cells})
    whole = {
        name: shapely.union_all([cell for unit, cell in cells if unit == name], grid_size=0.1)
        for name in names
    }
    borders = shapely.union_all([shape.boundary for shape in whole.values()], grid_size=0.1)
    faces = shapely.get_parts(shapely.polygonize([borders]))
    owner = [
        min(names, key=lambda name, spot=spot: whole[name].distance(spot))
        for spot in shapely.point_on_surface(faces)
    ]
    main = {
        name: max(
            (face for face, unit in zip(faces, owner, strict=True) if unit == name), key=_area
        )
        for name in names
    }
    for face, unit in zip(faces, owner, strict=True):
        if face is not main[unit]:
            beside = max(names, key=lambda name, face=face: main[name].intersection(face).length)
            main[beside] = shapely.union(main[beside], face)
    smooth = shapely.coverage_simplify(np.array([main[name] for name in names]), 75)
    return dict(zip(names, smooth, strict=True))


def _area(geometry: BaseGeometry) -> float:
    return float(geometry.area)


def inside(shape: BaseGeometry, points: Array) -> npt.NDArray[np.bool_]:
    """Return which of `points` lie in `shape`."""
    shapely.prepare(shape)
    return shapely.contains_xy(shape, points[:, 0], points[:, 1])
