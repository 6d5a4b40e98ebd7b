"""Everything that a visitor may take along, as files with their contents."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Final

from coverage.assessment.report import Report
from coverage.county.files import shown
from coverage.county.model import InputFile
from coverage.messages import Language, text
from coverage.report.files import COMPARISON, write_report
from coverage.report.manifest import MANIFEST, manifest_json
from coverage.scenario.compare import Comparison
from coverage.scenario.file import dump_scenario
from coverage.scenario.model import Scenario
from coverage.scratch import scratch
from coverage.workspace.folder import county_files
from coverage.workspace.unpack import DEVICE
from maps.basemap import NO_BASEMAP, Basemap
from maps.export import write_map

REPORT_FILES: Final = (
    ("report.xlsx", "xlsx"),
    ("map.html", "html"),
    ("map.png", "png"),
    ("villages.csv", "csv"),
    ("access.csv", "csv"),
    ("report.json", "json"),
)
"""The files of ``report`` in the order of their use, each with its format."""

MAP_SUFFIXES: Final = (".png", ".html")

_UNSAFE: Final = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]+')
_MAX_NAME_BYTES: Final = 200


@dataclass(frozen=True)
class Piece:
    """One file.

    Attributes
    ----------
    path
        Where it stands in the zip of all.
    about
        Id of the message that says in plain words what it is.
    make
        Returns its content.
    """

    path: str
    about: str
    make: Callable[[], bytes]

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.path.rsplit("/", 1)[-1]


def report_pieces(
    report: Report,
    language: Language,
    scenario: Scenario | None = None,
    comparison: Comparison | None = None,
) -> tuple[Piece, ...]:
    """Return the files that ``report`` writes, with ``--scenario`` where one is in force.

    Parameters
    ----------
    scenario, comparison
        What `report` is made with, and what it changes; None: the county as it is.
    """
    named = report if scenario is None else _with_input(report, scenario)
    made = cache(partial(_report_files, named, language, comparison))
    files = REPORT_FILES if comparison is None else (*REPORT_FILES, (COMPARISON, "csv"))
    pieces = tuple(
        Piece(
            f"report/{name}",
            f"workspace.about_{name.replace('.', '_')}",
            partial(_one_of, made, kind, name),
        )
        for name, kind in files
    )
    about = f"workspace.about_{MANIFEST.replace('.', '_')}"
    return (*pieces, Piece(f"report/{MANIFEST}", about, partial(_manifest, pieces)))


def _manifest(pieces: Iterable[Piece]) -> bytes:
    """Return what `coverage.report.files.write_report` says of the same files."""
    return manifest_json({piece.name: piece.make() for piece in pieces})


def _one_of(made: Callable[[str], Mapping[str, bytes]], kind: str, name: str) -> bytes:
    return made(kind)[name]


def _with_input(report: Report, scenario: Scenario) -> Report:
    """Return `report` with the scenario's own file among its inputs, as the command names it."""
    (piece,) = scenario_pieces([scenario])
    digest = hashlib.sha256(piece.make()).hexdigest()
    file = InputFile("scenario", shown(piece.name), digest, len(scenario.edits))
    county = report.county
    return replace(report, county=replace(county, inputs=(*county.inputs, file)))


def _report_files(
    report: Report, language: Language, comparison: Comparison | None, kind: str
) -> dict[str, bytes]:
    with scratch() as out:
        folder = write_report(report, out, language, (kind,), comparison)
        return {path.name: path.read_bytes() for path in folder.iterdir()}


def map_pieces(
    report: Report,
    language: Language,
    layer: str,
    *,
    rule: str | None = None,
    before: Report | None = None,
    basemap: Basemap = NO_BASEMAP,
) -> tuple[Piece, ...]:
    """Return the map of one layer, as a picture and as a page; an online base map stays out."""

    def make(suffix: str) -> bytes:
        with scratch() as out:
            path = out / f"{layer}{suffix}"
            under = basemap.for_export()
            write_map(report, path, language, layer, rule=rule, before=before, basemap=under)
            return path.read_bytes()

    return tuple(
        Piece(
            f"map/map-{layer}{suffix}",
            f"workspace.about_layer_{suffix[1:]}",
            partial(make, suffix),
        )
        for suffix in MAP_SUFFIXES
    )


def scenario_pieces(scenarios: Sequence[Scenario]) -> tuple[Piece, ...]:
    """Return the scenarios' files, each named after its scenario."""
    names = _file_names([scenario.name for scenario in scenarios])
    return tuple(
        Piece(
            f"scenarios/{name}.yaml",
            "workspace.about_scenario",
            partial(_scenario_bytes, scenario),
        )
        for name, scenario in zip(names, scenarios, strict=True)
    )


def _scenario_bytes(scenario: Scenario) -> bytes:
    return dump_scenario(scenario).encode("utf-8")


def county_pieces(folder: Path) -> tuple[Piece, ...]:
    """Return the files of the county folder.

    Raises
    ------
    InputError
        If they cannot be found.
    """
    return tuple(
        Piece(f"county/{name}", "workspace.about_county", path.read_bytes)
        for name, path in county_files(folder).items()
    )


def guide(pieces: Iterable[Piece], heading: str, language: Language) -> bytes:
    """Return a text that says in plain words what each file is; for Windows' own editor too."""
    lines = [heading, ""]
    last = ""
    for piece in pieces:
        about = text(piece.about, language)
        folder = piece.path.rsplit("/", 1)[0]
        if about == last:
            continue
        name = f"{folder}/" if piece.about == "workspace.about_county" else piece.path
        lines += [name, f"    {about}"]
        last = about
    return ("\r\n".join(lines) + "\r\n").encode("utf-8-sig")


def _file_names(names: Sequence[str]) -> list[str]:
    """Return names that every system takes for files, no two alike."""
    taken: set[str] = set()
    unique_names = []
    for number, name in enumerate(names, 1):
        cut = _UNSAFE.sub("_", name).encode()[:_MAX_NAME_BYTES].decode(errors="ignore")
        plain = cut.strip(" ._") or f"scenario-{number}"
        if DEVICE.fullmatch(plain):
            plain = f"_{plain}"
        unique, again = plain, 1
        while unique.casefold() in taken:
            again += 1
            unique = f"{plain}-{again}"
        taken.add(unique.casefold())
        unique_names.append(unique)
    return unique_names
