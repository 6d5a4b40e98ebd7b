"""Refusing XML that defines entities, before anything expands them."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Final
from xml.parsers import expat

from coverage.county.files import reading, refuse, shown
from coverage.network.container import open_plain

_CHUNK: Final = 65_536
_ERROR: Final = re.compile(r"</strong>:?(.{1,400}?)</p>", re.DOTALL)
_TITLE: Final = re.compile(r"<title>(.{1,400}?)</title>", re.DOTALL)
_ELEMENT: Final = re.compile(r"<[^<>]*>")
_SAID_LENGTH: Final = 160


class _RootReachedError(Exception):
    pass


def refuse_doctype(path: Path, file: str) -> None:
    """Raise `InputError` if the XML at `path` has a document type declaration.

    Entities can only be declared there, and it can only stand before the root element, so reading
    stops at the root. OSM and GraphML files need none.

    Raises
    ------
    InputError
        ``network.xml_doctype``, or ``network.web_page`` where the document type is that of a web
        page; ``network.breaks_off`` where the file is no XML.
    """

    def at_root(*_: object) -> None:
        raise _RootReachedError

    parser = expat.ParserCreate()
    guard_doctype(parser, path, file)
    parser.StartElementHandler = at_root
    with reading(file), suppress(_RootReachedError), open_plain(path) as stream:
        try:
            while chunk := stream.read(_CHUNK):
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise refuse("network.breaks_off", file, line=error.lineno) from None


def guard_doctype(parser: expat.XMLParserType, path: Path, file: str) -> None:
    """Let `parser` raise `InputError` where the file at `path` declares a document type."""

    def at_doctype(name: str, *_: object) -> None:
        if name.lower() == "html":
            raise refuse("network.web_page", file, said=page_says(path))
        raise refuse("network.xml_doctype", file)

    parser.StartDoctypeDeclHandler = at_doctype


def page_says(path: Path) -> str:
    """Return what a web page says in short: Overpass's error, the title, or its beginning."""
    with open_plain(path) as stream:
        text = stream.read(_CHUNK).decode("utf-8", errors="replace")
    match = _ERROR.search(text) or _TITLE.search(text)
    words = match[1] if match else _ELEMENT.sub(" ", text)
    return shown(words, _SAID_LENGTH) or "-"
