"""Refusing XML that defines entities, before anything expands them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final
from xml.parsers import expat

from coverage.county.files import reading
from coverage.errors import InputError, Problem
from coverage.network.unfolding import opened

_CHUNK: Final = 65_536


class _RootReachedError(Exception):
    pass


def refuse_doctype(path: Path, file: str) -> None:
    """Raise `InputError` if the XML at `path` has a document type declaration.

    Entities can only be declared there, and it can only stand before the root element, so reading
    stops at the root. OSM and GraphML files need none.

    Raises
    ------
    InputError
        ``network.xml_doctype``; or ``county.unreadable`` where the file is no XML.
    """

    def at_doctype(*_: object) -> None:
        raise InputError([Problem("network.xml_doctype", file=file)])

    def at_root(*_: object) -> None:
        raise _RootReachedError

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = at_doctype
    parser.StartElementHandler = at_root
    with reading(file), suppress(_RootReachedError), opened(path) as stream:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
