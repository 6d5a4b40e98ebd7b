"""Hand out: a county folder, or any files, as one zip."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from coverage.workspace.folder import county_files

# The same files give the same bytes: an archive's clock begins with this day.
_DAY: Final = (1980, 1, 1, 0, 0, 0)
_PACKED: Final = frozenset({".png", ".pbf", ".xlsx", ".zip", ".gpkg"})
_MODE: Final = 0o644 << 16


def zip_of(files: Mapping[str, bytes] | Iterable[tuple[str, bytes]]) -> bytes:
    """Return a zip of `files` (path and content), the same bytes for the same files.

    Names are marked as UTF-8, which Windows, macOS and Linux all read.
    """
    pairs = files.items() if isinstance(files, Mapping) else files
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in sorted(pairs):
            entry = zipfile.ZipInfo(name, _DAY)
            entry.external_attr = _MODE
            packed = Path(name).suffix.lower() in _PACKED
            entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return buffer.getvalue()


def county_zip(folder: Path, name: str) -> bytes:
    """Return the county folder as a zip in which it is called `name`.

    Raises
    ------
    InputError
        If its files cannot be read.
    """
    files = county_files(folder).items()
    return zip_of((f"{name}/{path}", file.read_bytes()) for path, file in files)
