"""A folder of our own for files that are needed while working."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from coverage.problems import is_full, no_scratch


@contextmanager
def scratch() -> Iterator[Path]:
    """Give an empty folder that nobody else may look into; it is removed at the end.

    Raises
    ------
    OutputError
        If it cannot be made, or the disk fills up while it is used.
    """
    try:
        made = TemporaryDirectory(prefix="planner-", ignore_cleanup_errors=True)
    except OSError as error:
        raise no_scratch(error) from error
    with made as folder:
        try:
            yield Path(folder)
        except Exception as error:
            if is_full(error):
                raise no_scratch(error) from error
            raise
