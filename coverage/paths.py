"""Where the project's own data files are."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
DATA: Final = ROOT / "data"
DEMONSTRATION: Final = DATA / "ziyang"
