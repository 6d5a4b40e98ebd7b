"""``[sources]`` of ``county.toml``: which file holds what, and where it lies."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, field_validator
from pydantic_core import PydanticCustomError

from coverage.county.datum import crs_of
from coverage.county.files import inside


class StrictModel(BaseModel):
    """A part of ``county.toml``: no other keys than its own, no other types."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Source(StrictModel):
    """One entry of ``[sources]``: a path inside the folder, and how to read it."""

    path: str = Field(min_length=1)
    sheet: str | None = None
    layer: str | None = None
    datum: str = "wgs84"
    join_m: float | None = Field(None, ge=0, le=50)
    crossings: Literal["join", "apart"] | None = None
    _key: str = PrivateAttr("")
    _row: tuple[int, ...] = PrivateAttr(())

    @property
    def key(self) -> str:
        """Where ``county.toml`` names it; empty where it does not."""
        return self._key

    @property
    def row(self) -> tuple[int, ...]:
        """The row of ``county.toml`` that names it."""
        return self._row

    @field_validator("path")
    @classmethod
    def _visible(cls, value: str) -> str:
        if any(character < " " or character == "\x7f" for character in value):
            raise PydanticCustomError("control", "control characters")
        return value

    @field_validator("datum")
    @classmethod
    def _known_datum(cls, value: str) -> str:
        try:
            crs_of(value)
        except ValueError as error:
            raise PydanticCustomError("datum", "unknown datum") from error
        return value


class Sources(StrictModel):
    """``[sources]``: which file holds what."""

    townships: Source
    villages: Source
    facilities: Source
    roads: Source
    population: Source | None = None

    @field_validator("*", mode="before")
    @classmethod
    def _from_path(cls, value: object) -> object:
        return {"path": value} if isinstance(value, str) else value


def source_path(folder: Path, source: Source) -> Path:
    """Return the path of a source of ``county.toml``.

    Raises
    ------
    InputError
        As `inside` does.
    """
    return inside(folder, source.path, source.key, source.row)


def parts_of(folder: Path, source: Source) -> list[Path]:
    """Return the file and, of a shapefile, its other parts, in order of name.

    Raises
    ------
    InputError
        If one of them leaves the folder.
    """
    path = source_path(folder, source)
    if path.suffix.lower() != ".shp":
        return [path]
    root = folder.resolve()
    siblings = sorted(p for p in path.parent.iterdir() if p.stem == path.stem)
    return [
        inside(folder, part.relative_to(root).as_posix())
        for part in siblings
        if part.suffix.lower() in {".shp", ".shx", ".dbf", ".prj", ".cpg"}
    ]
