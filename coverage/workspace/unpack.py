"""Take in a county folder that a visitor sends: as a zip, or as its files.

What is sent is not trusted. Nothing of it is executed; it is written only into a new folder of the
workspace, under names that are checked, and within limits of size, number and compression. It
becomes the workspace's county folder only as a whole.
"""

from __future__ import annotations

import re
import stat
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from coverage.county.files import CONFIG_NAME, nearest, shown
from coverage.messages import Message
from coverage.problems import InputError, Problem, Problems, raise_if_errors
from coverage.rules.catalogue.load import OWN_FOLDER
from coverage.workspace.folder import new_county_folder

MAX_SENT_BYTES: Final = 200_000_000
MAX_UNPACKED_BYTES: Final = 1_000_000_000
MAX_FILES: Final = 500
MAX_RATIO: Final = 200
"""Bytes that one byte of an archive may unfold to, of files that are not small."""

_SMALL_BYTES: Final = 20_000_000
_MAX_DEPTH: Final = 8
_MAX_NAME_BYTES: Final = 255
"""Of most file systems: a Chinese character takes three."""
_CHUNK: Final = 1 << 20
_MAX_DIRECTORY_BYTES: Final = 2_000_000
_TAIL_BYTES: Final = 22 + 65_535
_END: Final = b"PK\5\6"
_END_64: Final = b"PK\6\7"
_MEGA: Final = 1_000_000

DEVICE: Final = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[\d\u00b9\u00b2\u00b3])( *\..*)?", re.IGNORECASE
)
"""Windows gives these names to devices, whatever their suffix."""
_FORBIDDEN: Final = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')
# What systems and Office leave beside a user's files.
_LEFTOVERS: Final = frozenset({"__macosx", ".ds_store", "thumbs.db", "desktop.ini", ".git"})
_LEFTOVER_STARTS: Final = ("~$", ".~lock.", "._")
_ZIP_STARTS: Final = b"PK\3\4"
_OFFICE: Final = "[Content_Types].xml"
"""Stands in every workbook and document of Office, which are zips too."""
_ARCHIVES: Final = frozenset({".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz"})


@dataclass(frozen=True)
class Sent:
    """One file as a browser sends it.

    Attributes
    ----------
    name
        Its name, or its path inside the folder that was sent.
    stream
        Its bytes, from the beginning.
    size
        Bytes.
    """

    name: str
    stream: BinaryIO
    size: int


@dataclass(frozen=True)
class Taken:
    """A county folder taken in.

    Attributes
    ----------
    folder
        Where it is.
    files
        Files in it.
    left_out
        Names that were left out: what the system put beside the files, or beside the folder.
    """

    folder: Path
    files: int
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class _Entry:
    name: str
    parts: tuple[str, ...]
    info: zipfile.ZipInfo | None = None
    sent: Sent | None = None


def take_in(sent: Sequence[Sent], token: str) -> Taken:
    """Write what was sent into a new county folder of the workspace `token`.

    One file that is a zip is unpacked; anything else is taken as the county's files. The county
    folder may stand anywhere in what was sent, but only once.

    Raises
    ------
    InputError
        With every reason why it is refused; nothing is kept then.
    """
    size = sum(one.size for one in sent)
    if size > MAX_SENT_BYTES:
        raise _refused("workspace.too_big", limit_mb=MAX_SENT_BYTES // _MEGA)
    if len(sent) == 1 and PurePosixPath(sent[0].name).name.casefold() != CONFIG_NAME:
        return _take_zip(sent[0], token)
    entries = [_Entry(one.name, _parts(one.name), sent=one) for one in sent]
    return _written(_placed(_in_folder(entries)), token, None)


def _take_zip(sent: Sent, token: str) -> Taken:
    if not sent.size:
        raise _refused("workspace.empty", file=shown(sent.name))
    if not zipfile.is_zipfile(sent.stream):
        sent.stream.seek(0)
        cut = sent.stream.read(len(_ZIP_STARTS)) == _ZIP_STARTS
        raise _refused("workspace.zip_broken" if cut else "workspace.no_zip", file=shown(sent.name))
    if _directory_bytes(sent) > _MAX_DIRECTORY_BYTES:
        raise _refused("workspace.too_many_files", limit=MAX_FILES)
    try:
        with _opened(sent) as archive:
            infos = [info for info in archive.infolist() if not info.filename.endswith("/")]
            entries = [_Entry(i.filename, _parts(i.filename), info=i) for i in infos]
            _check_archive(infos, sent)
            return _written(_placed(entries), token, archive)
    except InputError:
        raise
    except Exception as error:  # what zipfile raises on spoilt bytes is not bounded by its manual
        raise _refused("workspace.zip_broken", file=shown(sent.name)) from error


def _directory_bytes(sent: Sent) -> int:
    """Return the length of the archive's list of files, which is read as a whole.

    An archive of this size needs no 64-bit list; one that has it is refused as too long.
    """
    sent.stream.seek(max(sent.size - _TAIL_BYTES, 0))
    tail = sent.stream.read(_TAIL_BYTES)
    end = tail.rfind(_END)
    if end < 0 or end + 22 > len(tail) or tail[max(end - 20, 0) :].startswith(_END_64):
        return _MAX_DIRECTORY_BYTES + 1
    return int.from_bytes(tail[end + 12 : end + 16], "little")


def _opened(sent: Sent) -> zipfile.ZipFile:
    """Open an archive whose names are in UTF-8, marked as such or not, or in GB18030.

    Chinese Windows writes names in its own encoding and does not say so.
    """
    for encoding in ("utf-8", "gb18030"):
        sent.stream.seek(0)
        try:
            return zipfile.ZipFile(sent.stream, metadata_encoding=encoding)
        except UnicodeDecodeError:
            continue
    raise _refused("workspace.zip_names", file=shown(sent.name))


def _check_archive(infos: Sequence[zipfile.ZipInfo], sent: Sent) -> None:
    if any(info.filename == _OFFICE for info in infos):
        raise _refused("workspace.no_zip", file=shown(sent.name))
    if any(info.flag_bits & 0x1 for info in infos):
        raise _refused("workspace.zip_locked", file=shown(sent.name))
    problems = Problems()
    if len(infos) > MAX_FILES:
        problems.append(Problem("workspace.too_many_files", values={"limit": MAX_FILES}))
    unpacked = sum(info.file_size for info in infos)
    if unpacked > MAX_UNPACKED_BYTES:
        limit_mb = MAX_UNPACKED_BYTES // _MEGA
        problems.append(Problem("workspace.too_big", values={"limit_mb": limit_mb}))
    elif unpacked > max(_SMALL_BYTES, MAX_RATIO * sent.size):
        problems.append(Problem("workspace.zip_bomb", values={"ratio": MAX_RATIO}))
    for info in infos:
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            problems.append(Problem("workspace.link", values={"file": shown(info.filename)}))
    problems.raise_if_errors()


def _parts(name: str) -> tuple[str, ...]:
    """Return the parts of a path, whichever slash it is written with."""
    return tuple(part for part in name.replace("\\", "/").split("/") if part not in ("", "."))


def _in_folder(entries: Sequence[_Entry]) -> list[_Entry]:
    """Return files that came one by one as they stand in a county folder: rules in their place."""
    flat = all(len(entry.parts) == 1 for entry in entries)
    return [
        _Entry(entry.name, (OWN_FOLDER, *entry.parts), sent=entry.sent)
        if flat and entry.parts[0].casefold().endswith(".yaml")
        else entry
        for entry in entries
    ]


def _placed(entries: Iterable[_Entry]) -> tuple[list[_Entry], tuple[str, ...]]:
    """Return the county's files with their paths in its folder, and the names left out.

    Raises
    ------
    InputError
        If a path is not one to write to, two files would get one name, or there is no county.
    """
    entries = list(entries)
    wanted = [entry for entry in entries if not _is_leftover(entry.parts)]
    left_out = [entry.name for entry in entries if _is_leftover(entry.parts)]
    problems = Problems()
    if len(wanted) > MAX_FILES:
        problems.append(Problem("workspace.too_many_files", values={"limit": MAX_FILES}))
    problems += [
        Problem("workspace.path", values={"file": shown(entry.name)})
        for entry in wanted
        if not _is_plain(entry)
    ]
    problems += [
        Problem("workspace.name_too_long", values={"file": shown(part), "bytes": size})
        for entry in wanted
        for part in entry.parts
        if (size := len(part.encode("utf-8", "surrogatepass"))) > _MAX_NAME_BYTES
    ]
    problems.raise_if_errors()
    root = _root(wanted)
    kept = [
        _Entry(entry.name, entry.parts[len(root) :], entry.info, entry.sent)
        for entry in wanted
        if entry.parts[: len(root)] == root
    ]
    left_out += [entry.name for entry in wanted if entry.parts[: len(root)] != root]
    raise_if_errors(_clashes(kept))
    return kept, tuple(shown(name) for name in left_out)


def _is_leftover(parts: tuple[str, ...]) -> bool:
    return any(part.casefold() in _LEFTOVERS or part.startswith(_LEFTOVER_STARTS) for part in parts)


def _is_plain(entry: _Entry) -> bool:
    """Return whether the path stays inside, on every system, and can be written on each."""
    name, parts = entry.name, entry.parts
    if not parts or len(parts) > _MAX_DEPTH or name.startswith(("/", "\\")):
        return False
    return all(
        part != ".."
        and not _FORBIDDEN.search(part)
        and not DEVICE.fullmatch(part)
        and not part.endswith((" ", "."))
        for part in parts
    )


def _root(entries: Sequence[_Entry]) -> tuple[str, ...]:
    """Return the path of the one folder with a ``county.toml``: the outermost, if it is one."""
    config_parents = [
        entry.parts[:-1] for entry in entries if entry.parts[-1].casefold() == CONFIG_NAME
    ]
    if not config_parents:
        raise _without_settings(sorted({entry.parts[-1] for entry in entries}))
    depth = min(len(root) for root in config_parents)
    outermost = sorted({root for root in config_parents if len(root) == depth})
    if len(outermost) > 1:
        folders = ", ".join(shown("/".join(root)) for root in outermost)
        raise _refused("workspace.several_counties", folders=folders)
    return outermost[0]


def _without_settings(names: Sequence[str]) -> InputError:
    """Return why files of these names are no county folder."""
    longer = next((name for name in names if name.casefold().startswith(f"{CONFIG_NAME}.")), None)
    if longer is not None:  # Windows hides the suffix that its editor put there
        return _refused("workspace.county_toml_suffix", file=shown(longer))
    packed = [shown(name) for name in names if PurePosixPath(name).suffix.casefold() in _ARCHIVES]
    if packed:
        return _refused("workspace.zip_inside", files=", ".join(packed))
    near = nearest(CONFIG_NAME, names)
    hint = Message("county.hint_nearest", {"near": shown(near)}) if near else ""
    return _refused("workspace.no_county_toml", hint=hint)


def _clashes(entries: Sequence[_Entry]) -> list[Problem]:
    """Return the names that two files would share, also where a system folds letters' case."""
    seen: set[str] = set()
    folders: set[str] = set()
    problems = Problems()
    for entry in entries:
        key = _folded(entry.parts)
        if key in seen:
            problems.append(Problem("workspace.twice", values={"file": shown(entry.name)}))
        seen.add(key)
        folders |= {_folded(entry.parts[:end]) for end in range(1, len(entry.parts))}
    problems += [Problem("workspace.twice", values={"file": shown(key)}) for key in seen & folders]
    return problems


def _folded(parts: tuple[str, ...]) -> str:
    return unicodedata.normalize("NFC", "/".join(parts)).casefold()


def _written(
    placed: tuple[list[_Entry], tuple[str, ...]], token: str, archive: zipfile.ZipFile | None
) -> Taken:
    entries, left_out = placed
    room = MAX_UNPACKED_BYTES
    with new_county_folder(token) as folder:
        for entry in entries:
            parts = entry.parts
            if len(parts) == 1 and parts[0].casefold() == CONFIG_NAME:
                parts = (CONFIG_NAME,)
            target = folder.making.joinpath(*parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            room -= _copied(_chunks(entry, archive), target, room)
    return Taken(folder.made, len(entries), left_out)


def _chunks(entry: _Entry, archive: zipfile.ZipFile | None) -> Iterator[bytes]:
    """Yield the bytes of one file.

    Raises
    ------
    zipfile.BadZipFile
        For anything that is wrong with an archive's bytes.
    """
    if entry.sent is not None:
        entry.sent.stream.seek(0)
        yield from iter(partial(entry.sent.stream.read, _CHUNK), b"")
    elif entry.info is not None and archive is not None:
        try:
            with archive.open(entry.info) as source:
                yield from iter(partial(source.read, _CHUNK), b"")
        except Exception as error:
            raise zipfile.BadZipFile(entry.name) from error


def _copied(chunks: Iterable[bytes], target: Path, room: int) -> int:
    """Write `chunks` to the new file `target` and return their bytes.

    Raises
    ------
    InputError
        As soon as there are more than `room`: what an archive says of its sizes may be false.
    """
    written = 0
    with target.open("xb") as stream:
        for chunk in chunks:
            written += len(chunk)
            if written > room:
                raise _refused("workspace.too_big", limit_mb=MAX_UNPACKED_BYTES // _MEGA)
            stream.write(chunk)
    return written


def _refused(code: str, **values: object) -> InputError:
    return InputError([Problem(code, values=values)])
