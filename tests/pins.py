"""Write the exact set of packages that the tests ran with: ``python -m tests.pins`` (needs uv).

``constraints.txt`` holds what the product needs, ``constraints-dev.txt`` what the tests need too.
Both name every package with one version and the digests of all its files, for Linux, Windows and
macOS and every Python that is supported; pip refuses whatever differs.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import distributions
from pathlib import Path
from types import MappingProxyType
from typing import Final

from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).resolve().parents[1]
PINS: Final[Mapping[str, str]] = MappingProxyType(
    {"requirements.txt": "constraints.txt", "requirements-dev.txt": "constraints-dev.txt"}
)
"""The file of pins for each file of bounds."""
OLDEST_PYTHON: Final = "3.11"

_HEADER: Final = """\
# Every package of {bounds} and all that they need, as tested: written by
# `python -m tests.pins`, installed by `pip install -r {pins}`. pip compares each file with its
# digest and installs nothing else.
"""


def installed() -> dict[str, str]:
    """Return the version of every package of this Python, by its canonical name."""
    return {canonicalize_name(d.metadata["Name"]): d.version for d in distributions()}


def main() -> None:
    """Write both files from what is installed here."""
    for bounds, pins in PINS.items():
        path = ROOT / pins
        # uv keeps the versions that stand in the file already, where the bounds allow them.
        known = [f"{name}=={version}\n" for name, version in installed().items()]
        path.write_text("".join(sorted(known)), encoding="utf-8")
        command = [
            *(sys.executable, "-m", "uv", "pip", "compile", bounds, "--output-file", pins),
            *("--universal", "--python-version", OLDEST_PYTHON, "--generate-hashes", "--quiet"),
            *("--no-header", "--no-annotate", "--no-emit-index-url"),
        ]
        subprocess.run(command, cwd=ROOT, check=True)
        header = _HEADER.format(bounds=bounds, pins=pins)
        path.write_text(header + path.read_text(encoding="utf-8"), encoding="utf-8")


if __name__ == "__main__":
    main()
