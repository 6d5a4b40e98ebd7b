"""A small county folder, archives of it, and what a browser would send."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path

from coverage.workspace.unpack import Sent

COUNTY_TOML = """\
# 县区设置
[county]
name = "测试县"
code = "430902"   # 行政区划代码

[sources]
townships = "townships.geojson"
villages = "数据/村.csv"
facilities = "facilities.csv"
roads = "roads.osm"

[rules.ems-1030]  # 我们的时限
urban_limit_min = 11
"""
FILES: Mapping[str, bytes] = {
    "county.toml": COUNTY_TOML.encode(),
    "townships.geojson": b'{"type": "FeatureCollection", "features": []}',
    "数据/村.csv": "编码,名称\n1,甲村\n".encode(),
    "facilities.csv": b"id,name\nf1,A\n",
    "roads.osm": b"<osm/>",
}


def written(folder: Path, files: Mapping[str, bytes] = FILES) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def sent(name: str, content: bytes) -> Sent:
    return Sent(name, io.BytesIO(content), len(content))


def zipped(
    files: Mapping[str, bytes], *, encoding: str | None = None, links: frozenset[str] = frozenset()
) -> bytes:
    """Return a zip; with `encoding`, names in it and not marked, as Windows does."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = _Unmarked(name, encoding) if encoding else zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            if name in links:
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, content)
    return buffer.getvalue()


class _Unmarked(zipfile.ZipInfo):
    """An entry whose name is in another encoding, without the mark that says which."""

    def __init__(self, name: str, encoding: str) -> None:
        super().__init__(name)
        self._encoding = encoding

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802
        return self.filename.encode(self._encoding), self.flag_bits & ~0x800
