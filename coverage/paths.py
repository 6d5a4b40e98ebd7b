"""Where the project's own data files are."""

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parent
_INSTALLED: Final = _PACKAGE / "_data"
"""Where ``setup.py`` puts the data of a wheel; a checkout has them beside the package."""

ROOT: Final = _PACKAGE.parent
DATA: Final = _INSTALLED if _INSTALLED.is_dir() else ROOT / "data"
DEMONSTRATION: Final = DATA / "ziyang"
