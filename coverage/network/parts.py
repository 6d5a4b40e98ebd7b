"""What hangs together: the parts of a network, its main part, and what is said of the rest."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from coverage.figures import share_text
from coverage.network.model import BoolArray, FloatArray, IntArray, NetworkNote
from coverage.network.tags import CLASSES
from coverage.problems import Problem

OFF_MAIN: Final = "network.off_main"
ONE_WAY_OFF_MAIN: Final = "network.one_way_off_main"

_MANY_OFF_MAIN_SHARE: Final = 0.02
_SAME_LENGTH_M: Final = 0.01
"""Parts whose lengths differ by less are equally long: the one with the first edge counts."""


def with_parts(edges: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the edges with the columns ``main`` and ``component``, worked out anew.

    ``main`` tells whether both ends are in the largest strongly connected part, by length of
    road: the nodes from each of which traffic comes to every other. ``component`` numbers the
    parts between which there is no road at all: 0 holds the main part, the others follow from the
    longest.
    """
    used, ends = np.unique(
        np.concatenate([edges["u"].to_numpy(), edges["v"].to_numpy()]), return_inverse=True
    )
    n, n_nodes = len(edges), len(used)
    u, v = ends[:n], ends[n:]
    length_m = edges["length_m"].to_numpy(float)
    forward, backward = edges["forward"].to_numpy(), edges["backward"].to_numpy()
    tail = np.concatenate([u[forward], v[backward]])
    head = np.concatenate([v[forward], u[backward]])
    arcs = coo_array((np.ones(len(tail), dtype=bool), (tail, head)), (n_nodes, n_nodes))
    strong = connected_components(arcs, directed=True, connection="strong")[1]
    inside = strong[u] == strong[v]
    main = inside & (strong[u] == _longest(strong[u][inside], length_m[inside]))
    return edges.assign(main=main, component=_components(u, v, length_m, main, n_nodes))


def _longest(part: IntArray, length_m: FloatArray) -> int:
    """Return the part with most length, the first met of those that are equally long."""
    if not len(part):
        return -1
    total = np.bincount(part, weights=length_m)
    longest = total >= total.max() - _SAME_LENGTH_M
    return int(part[longest[part]][0])


def _components(
    u: IntArray, v: IntArray, length_m: FloatArray, main: BoolArray, n_nodes: int
) -> IntArray:
    links = coo_array((np.ones(len(u), dtype=bool), (u, v)), (n_nodes, n_nodes))
    count, of_node = connected_components(links, directed=False)
    of_edge = of_node[u]
    total = np.bincount(of_edge, weights=length_m, minlength=count)
    first = np.full(count, len(u), dtype=np.int64)
    np.minimum.at(first, of_edge, np.arange(len(u)))
    holds_main = np.zeros(count, dtype=bool)
    holds_main[of_edge[main]] = True
    rounded = np.round(total / _SAME_LENGTH_M)
    rank = np.empty(count, dtype=np.int64)
    rank[np.lexsort((first, -rounded, ~holds_main))] = np.arange(count)
    component: IntArray = rank[of_edge]
    return component


def note_of(
    edges: gpd.GeoDataFrame, n_nodes: int, unknown_share: float, dropped: dict[str, int]
) -> NetworkNote:
    """Return the counts of a network whose edges know their parts."""
    length = edges["length_m"].to_numpy()
    by_class = edges["length_m"].groupby(edges["highway"]).sum() / 1000
    component = edges["component"].to_numpy()
    one_way = (component == 0) & ~edges["main"].to_numpy()
    total = length.sum()
    return NetworkNote(
        nodes=n_nodes,
        edges=len(edges),
        length_km={c: float(by_class[c]) for c in CLASSES if c in by_class.index},
        components=int(component.max(initial=-1)) + 1,
        off_main_share=float(length[component > 0].sum() / total) if total else 0.0,
        one_way_share=float(length[one_way].sum() / total) if total else 0.0,
        unknown_class_share=unknown_share,
        imputed_speeds=0,
        dropped=dropped,
    )


def parts_quality(note: NetworkNote, file: str) -> tuple[Problem, ...]:
    """Return what is to be said of roads off the main part."""
    problems = []
    if note.components > 1:
        problems.append(
            Problem(
                OFF_MAIN,
                level="warning" if note.off_main_share > _MANY_OFF_MAIN_SHARE else "note",
                values={
                    "parts": note.components - 1,
                    "share": share_text(note.off_main_share, _MANY_OFF_MAIN_SHARE),
                },
                file=file,
                count=note.components - 1,
            )
        )
    if note.one_way_share > 0:
        problems.append(
            Problem(
                ONE_WAY_OFF_MAIN,
                level="note",
                values={"share": share_text(note.one_way_share)},
                file=file,
            )
        )
    return tuple(problems)
