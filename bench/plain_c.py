"""The sweep in plain C, to hold ours to: compiled here where there is a C compiler."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from coverage.network.model import FloatArray
from coverage.travel.bucket import bucket_width_min
from coverage.travel.sweep import Arcs, Starts

CODE = r"""
#include <math.h>
#include <stdlib.h>
/* Least minutes by buckets; no place is named, no tie settled. */
void sweep(int n, const int *first, const int *head, const double *weight, int n_starts,
           const int *start, const double *cost, double width, int n_buckets, double *minutes) {
  int room = 4 * n + n_starts, used = 0, free_one = -1, waiting = 0, next = 0, mask = n_buckets - 1;
  int *node = malloc(sizeof(int) * room), *link = malloc(sizeof(int) * room);
  double *at = malloc(sizeof(double) * room);
  int *bucket = malloc(sizeof(int) * n_buckets);
  double per = 1.0 / width;
  long now = 0;
  for (int i = 0; i < n; i++) minutes[i] = INFINITY;
  for (int i = 0; i < n_buckets; i++) bucket[i] = -1;
  for (;;) {
    int tail = -1, begin, end;
    double base = 0;
    if (next < n_starts && (!waiting || (long)(cost[next] * per) <= now)) {
      if (!waiting) now = (long)(cost[next] * per);
      begin = next++; end = next;
    } else if (!waiting) break;
    else {
      int entry = bucket[now & mask];
      if (entry < 0) { now++; continue; }
      bucket[now & mask] = link[entry];
      tail = node[entry]; base = at[entry];
      link[entry] = free_one; free_one = entry; waiting--;
      if (base != minutes[tail]) continue;
      begin = first[tail]; end = first[tail + 1];
    }
    for (int k = begin; k < end; k++) {
      int to = tail < 0 ? start[k] : head[k];
      double least = tail < 0 ? cost[k] : base + weight[k];
      if (least >= minutes[to]) continue;
      minutes[to] = least;
      int entry = free_one;
      if (entry >= 0) free_one = link[entry]; else entry = used++;
      long in = (long)(least * per) & mask;
      node[entry] = to; at[entry] = least; link[entry] = bucket[in]; bucket[in] = entry;
      waiting++;
    }
  }
  free(node); free(link); free(at); free(bucket);
}
"""


def plain_c_sweep() -> Callable[[Arcs, Starts], FloatArray] | None:
    """Return the compiled sweep, which gives minutes only; None without a C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    folder = Path(tempfile.mkdtemp())
    source, library = folder / "sweep.c", folder / "sweep.so"
    source.write_text(CODE, encoding="utf-8")
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", source, "-o", library], check=True)
    function = ctypes.CDLL(str(library)).sweep
    shutil.rmtree(folder)

    def sweep(arcs: Arcs, starts: Starts) -> FloatArray:
        order = np.argsort(starts.minutes, kind="stable")
        node, cost = starts.node[order].astype(np.int32), starts.minutes[order]
        width, n_buckets = bucket_width_min(arcs)
        minutes = np.empty(arcs.n_nodes)
        arrays = [arcs.first, arcs.head, arcs.minutes, node, cost, minutes]
        first, head, weight, start, at, out = (a.ctypes.data_as(ctypes.c_void_p) for a in arrays)
        function(
            ctypes.c_int(arcs.n_nodes),
            *(first, head, weight),
            ctypes.c_int(len(node)),
            *(start, at),
            ctypes.c_double(width),
            ctypes.c_int(n_buckets),
            out,
        )
        return minutes

    return sweep
