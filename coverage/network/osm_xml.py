"""Reading OSM XML: every version of the format, editors' files, histories, Overpass answers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final
from xml.parsers import expat

from coverage.county.files import reading, refuse, shown
from coverage.network.barriers import BARRIER_TAGS
from coverage.network.container import open_plain
from coverage.network.objects import DELETED_HERE, Objects
from coverage.network.overpass import Places, Shapes, remark_problems
from coverage.network.restrictions import Member
from coverage.network.xml import guard_doctype, page_says

_CHUNK: Final = 1 << 20
_OBJECTS: Final = frozenset({"node", "way", "relation"})
_CHANGE: Final = "osmChange"


def read_xml(path: Path, file: str, objects: Objects) -> None:
    """Hand the objects of an OSM XML file to `objects`.

    The ``version`` of the root is not looked at: node, way and relation have been the same since
    0.5. What an editor deleted (``action="delete"``, ``visible="false"``) is handed over as such.

    Raises
    ------
    InputError
        If it is no XML, breaks off, has another root than ``osm`` or a document type, holds a
        number that is none, or is an answer that Overpass broke off.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    guard_doctype(parser, path, file)
    content = _Content(parser, path, file, objects)
    parser.StartElementHandler = content.start
    with reading(file), open_plain(path) as stream:
        try:
            while chunk := stream.read(_CHUNK):
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
            content.close()
        except expat.ExpatError as error:
            raise refuse("network.breaks_off", file, line=error.lineno) from None
        except (KeyError, ValueError, OverflowError) as error:
            line = parser.CurrentLineNumber
            raise refuse("network.osm_value", file, line=line, value=shown(error)) from None
    objects.tell(remark_problems(content.remark, file))
    content.shapes.refuse_bare(file)


class _Content:
    """Hands objects over as the parser meets their elements.

    An object is complete when the next begins: what belongs to it stands inside it.
    """

    def __init__(
        self, parser: expat.XMLParserType, path: Path, file: str, objects: Objects
    ) -> None:
        self._parser = parser
        self._path = path
        self._file = file
        self._objects = objects
        self._places = Places(objects)
        self._root = ""
        self._open = ""
        self._attributes: Mapping[str, str] = {}
        self._tags: dict[str, str] = {}
        self._refs: list[int] = []
        self._members: list[Member] = []
        self.remark = ""
        self.shapes = Shapes()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take up an element."""
        if name == "tag":
            self._tags[attributes["k"]] = attributes["v"]
        elif name == "nd":
            if self._open == "way":  # the members of a relation may have some, too
                self._nd(attributes)
        elif name in _OBJECTS:
            self.close()
            self._open, self._attributes = name, attributes
            if name == "node":
                self._node(attributes)
        elif name == "member":
            role = attributes.get("role", "")
            self._members.append(Member(attributes["type"], int(attributes["ref"]), role))
        elif name == "count":
            self.shapes.count()
        elif name == "remark":
            self._parser.CharacterDataHandler = self._add_remark
        elif not self._root:
            self._root = name
            if name.lower() == "html":
                raise refuse("network.web_page", self._file, said=page_says(self._path))
            if name != "osm":
                code = "network.osm_change" if name == _CHANGE else "network.wrong_root"
                raise refuse(code, self._file, root=shown(name))

    def close(self) -> None:
        """Hand over the object that is open."""
        self._parser.CharacterDataHandler = None
        number, version, visible = _identity(self._attributes) if self._open else (0, 0, True)
        if self._open == "way":
            refs = self._refs
            if visible:
                self.shapes.way(len(refs))
            self._objects.way(number, version, self._tags, lambda: refs, visible=visible)
        elif self._open == "relation":
            members = self._members
            self._objects.relation(number, version, self._tags, lambda: members, visible=visible)
        elif self._open == "node" and self._tags.get("barrier"):
            self._objects.barrier({k: v for k, v in self._tags.items() if k in BARRIER_TAGS})
        self._open = ""
        self._tags, self._refs, self._members = {}, [], []

    def _node(self, attributes: Mapping[str, str]) -> None:
        number, version, visible = _identity(attributes)
        if "lon" in attributes and "lat" in attributes:
            lon, lat = float(attributes["lon"]), float(attributes["lat"])
            self._objects.node(number, version, lon, lat, visible=visible)
        else:  # a version without a place: the node is gone
            self._objects.node(number, version, 0.0, 0.0, visible=False)

    def _nd(self, attributes: Mapping[str, str]) -> None:
        ref = int(attributes["ref"]) if "ref" in attributes else None
        if "lon" in attributes and "lat" in attributes:
            place = float(attributes["lon"]), float(attributes["lat"])
            self._refs.append(self._places.number(ref, *place))
        elif ref is not None:
            self._refs.append(ref)

    def _add_remark(self, text: str) -> None:
        self.remark += text


def _identity(attributes: Mapping[str, str]) -> tuple[int, int, bool]:
    """Return an object's id, its version (0 where none is given), and whether it is there."""
    number = int(attributes["id"])
    if attributes.get("action") == "delete":
        return number, DELETED_HERE, False
    return number, int(attributes.get("version", 0)), attributes.get("visible") != "false"
