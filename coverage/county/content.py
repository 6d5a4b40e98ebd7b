"""What a file is by its first bytes, where its name says something else."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from coverage.county.files import refuse
from coverage.messages import Message
from coverage.problems import InputError

_OLE2: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP: Final = b"PK\x03\x04"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_BIFF: Final = "Workbook".encode("utf-16-le")
_HEAD_BYTES: Final = 1024
_DIRECTORY_BYTES: Final = 4_000_000  # of an OLE2 file, in which its streams are named
WORKBOOK_SUFFIXES: Final = (".xls", ".xlsm", ".xlsb", ".xlt", ".et", ".ods", ".numbers", ".wps")
"""Of spreadsheets that are not read: they are to be saved as .xlsx."""


def check_workbook(path: Path, file: str) -> None:
    """Refuse what is named .xlsx and is something else, by what it is.

    Raises
    ------
    InputError
        If it is empty, locked by a password, of Excel 97-2003, a page of the web, or plain text.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    if head.startswith(_OLE2):
        raise _refuse_ole2(path, file)
    if head.startswith(_ZIP):
        return
    if not head.strip(b"\0 \r\n\t"):
        raise refuse("county.table_empty", file)
    if _is_markup(head):
        raise _is(file, "county.is_web_page", ".xlsx")
    if b"\0" not in head:
        raise _is(file, "county.is_text", ".xlsx")


def check_parts(parts: Iterable[str], file: str) -> None:
    """Refuse an archive named .xlsx whose parts are not those of such a workbook."""
    names = set(parts)
    if "xl/workbook.bin" in names:
        raise _is(file, "county.is_xlsb", ".xlsx")
    if "_rels/.rels" not in names or not any(name.startswith("xl/") for name in names):
        raise _is(file, "county.is_other_archive", ".xlsx")


def check_text(path: Path, file: str) -> None:
    """Refuse what is named .csv and is a workbook or a page of the web.

    Raises
    ------
    InputError
        Which says what it is.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    if head.startswith(_OLE2):
        raise _refuse_ole2(path, file)
    if head.startswith(_ZIP):
        raise _is(file, "county.is_xlsx", ".csv")
    if _is_markup(head):
        raise _is(file, "county.is_web_page", ".csv")


def _is_markup(head: bytes) -> bool:
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    return start.startswith((b"<!doctype", b"<html", b"<table", b"<meta", b"<?xml", b"<head"))


def _refuse_ole2(path: Path, file: str) -> InputError:
    with path.open("rb") as stream:
        content = stream.read(_DIRECTORY_BYTES)
        stream.seek(0, 2)
        stream.seek(max(stream.tell() - _DIRECTORY_BYTES, len(content)))
        content += stream.read()
    if _ENCRYPTED in content:
        return refuse("county.workbook_locked", file)
    what = "county.is_xls" if _BIFF in content else "county.is_ole"
    return _is(file, what, path.suffix.lower())


def _is(file: str, what: str, suffix: str) -> InputError:
    return refuse("county.content_other", file, what=Message(what), suffix=suffix)
