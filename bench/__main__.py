"""Every measurement one after another: ``python -m bench [--against DIR]``.

Each is a process of its own (a bench must not warm another's caches), and one that misses its need
does not keep the others from running. The report is compared with that of another checkout where
one is given, else measured alone.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

NAMES = ("sweep", "matrix", "edits", "scenario", "report")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--against", type=Path, metavar="DIR", help="another checkout")
    given = parser.parse_args()
    missed = []
    for name in NAMES:
        more = ["--against", str(given.against)] if name == "report" and given.against else []
        print(f"\n== bench.{name} ==", flush=True)
        if subprocess.run([sys.executable, "-m", f"bench.{name}", *more], check=False).returncode:
            missed.append(name)
    if missed:
        raise SystemExit(f"missed its need: {', '.join(missed)}")


if __name__ == "__main__":
    main()
