"""Base maps: pictures lie where they should, keys stay here, broken and foreign files are told."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable
from dataclasses import asdict, replace
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from playwright.sync_api import sync_playwright
from pyproj import Transformer

from coverage.analysis.extent import bounds
from coverage.county.datum import gcj02_from_wgs84, wgs84_from_gcj02
from coverage.crs import WGS84
from coverage.messages import LANGUAGES
from coverage.problems import InputError
from maps.basemap import KINDS, NO_BASEMAP, Basemap
from maps.basemap_datum import around, unshifted
from maps.export import write_map
from maps.ground import lonlat_corners, mercator_picture, picture_in, spread
from maps.interactive import base_map, interactive_map
from maps.picture import MERCATOR, WORLD_M, Box, Picture
from maps.tiles import FolderTiles, MBTiles, mosaic, open_mbtiles
from tests.examples import examples
from tests.machine import find_chromium
from tests.maps_fixtures import CRS, make_report

KEY = "0123456789abcdef0123456789ABCDEF"
RED, BLUE = (220, 20, 20, 255), (20, 20, 220, 255)
WEST_LON = 112.42  # west of it all pictures are red, east of it blue
TO_LONLAT = Transformer.from_crs(CRS, WGS84, always_xy=True)
FROM_LONLAT = Transformer.from_crs(WGS84, CRS, always_xy=True)


def colours(lon: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    return np.where((lon < WEST_LON)[..., None], RED, BLUE).astype(np.uint8)


def tile_png(zoom: int, column: int, row: int) -> bytes:
    """A tile whose pixels are coloured by where they are."""
    del row
    across = (column + (np.arange(256) + 0.5) / 256) / 2**zoom * 360 - 180
    buffer = BytesIO()
    Image.fromarray(np.tile(colours(across), (256, 1, 1))).save(buffer, "PNG")
    return buffer.getvalue()


def tiles_here(zoom: int, room: int = 1) -> list[tuple[int, int]]:
    """Columns and rows of the tiles over the county."""
    west, south, east, north = bounds(make_report())
    (lon0, lat0), (lon1, lat1) = TO_LONLAT.transform(west, south), TO_LONLAT.transform(east, north)

    def place(lon: float, lat: float) -> tuple[int, int]:
        y = math.asinh(math.tan(math.radians(lat)))
        return int((lon + 180) / 360 * 2**zoom), int((1 - y / math.pi) / 2 * 2**zoom)

    (left, bottom), (right, top) = place(lon0, lat0), place(lon1, lat1)
    return [
        (x, y)
        for x in range(left - room, right + room + 1)
        for y in range(top - room, bottom + room + 1)
    ]


def folder_of_tiles(path: Path, zoom: int = 11) -> Basemap:
    for x, y in tiles_here(zoom, room=2):
        file = path / str(zoom) / str(x) / f"{y}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(tile_png(zoom, x, y))
    return Basemap("tiles", str(path))


def mbtiles(path: Path, zoom: int = 11, kind: str = "png") -> Basemap:
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE metadata (name text, value text)")
        base.execute("INSERT INTO metadata VALUES ('format', ?)", (kind,))
        base.execute("CREATE TABLE tiles (zoom_level, tile_column, tile_row, tile_data)")
        for x, y in tiles_here(zoom, room=2):
            row = (zoom, x, 2**zoom - 1 - y, tile_png(zoom, x, y))
            base.execute("INSERT INTO tiles VALUES (?, ?, ?, ?)", row)
    base.close()
    return Basemap("mbtiles", str(path))


def geotiff(path: Path, crs: str = "EPSG:4326", driver: str = "GTiff") -> Basemap:
    west, south, east, north = 112.2, 28.5, 112.7, 28.95
    lon = west + (np.arange(500) + 0.5) / 500 * (east - west)
    bands = np.moveaxis(np.tile(colours(lon), (450, 1, 1)), 2, 0)[:3]
    box = (west, south, east, north)
    if crs != "EPSG:4326":
        to = Transformer.from_crs(WGS84, crs, always_xy=True)
        box = to.transform_bounds(*box)
    with rasterio.open(
        path, "w", driver=driver, width=500, height=450, count=3, dtype="uint8", crs=crs,
        transform=spread(*box, 500, 450),
    ) as target:  # fmt: skip
        target.write(bands)
    return Basemap("raster", str(path))


def with_world_file(path: Path) -> Basemap:
    """A JPEG without CRS, in degrees by its world file."""
    west, south, east, north = 112.2, 28.5, 112.7, 28.95
    lon = west + (np.arange(500) + 0.5) / 500 * (east - west)
    Image.fromarray(np.tile(colours(lon), (450, 1, 1))[..., :3]).save(path, "JPEG", quality=95)
    dx, dy = (east - west) / 500, (north - south) / 450
    lines = [dx, 0, 0, -dy, west + dx / 2, north - dy / 2]
    path.with_suffix(".jgw").write_text("\n".join(f"{v:.12f}" for v in lines))
    return Basemap("raster", str(path))


MAKERS: dict[str, Callable[[Path], Basemap]] = {
    "tiles": lambda folder: folder_of_tiles(folder / "tiles"),
    "mbtiles": lambda folder: mbtiles(folder / "base.mbtiles"),
    "geotiff": lambda folder: geotiff(folder / "base.tif"),
    "mercator": lambda folder: geotiff(folder / "merc.tif", "EPSG:3857"),
    "world file": lambda folder: with_world_file(folder / "base.jpg"),
}


def box_here() -> Box:
    return bounds(make_report())


def edge_lon(pixels: npt.NDArray[np.uint8], west: float, east: float) -> float:
    """Where red turns to blue along the middle row, in the unit of `west` and `east`."""
    row = pixels[pixels.shape[0] // 2]
    blue = (row[:, 2] > row[:, 0]) & (row[:, 3] > 0)
    return west + int(np.argmax(blue)) / len(blue) * (east - west)


@pytest.mark.parametrize("maker", sorted(MAKERS))
def test_a_picture_lies_where_it_should_on_screen(maker: str, tmp_path: Path) -> None:
    picture = mercator_picture(MAKERS[maker](tmp_path), CRS, box_here())
    (south, west), (north, east) = lonlat_corners(picture.box)
    assert west < 112.31
    assert east > 112.5
    assert south < 28.61
    assert north > 28.8
    found = edge_lon(picture.pixels, west, east)
    assert found == pytest.approx(WEST_LON, abs=2 * (east - west) / picture.pixels.shape[1] + 3e-4)


@pytest.mark.parametrize("maker", sorted(MAKERS))
def test_a_picture_lies_where_it_should_on_paper(maker: str, tmp_path: Path) -> None:
    box = box_here()
    pixels = picture_in(MAKERS[maker](tmp_path), CRS, box)
    assert pixels is not None
    height, width = pixels.shape[:2]
    assert width / height == pytest.approx((box[2] - box[0]) / (box[3] - box[1]), rel=0.01)
    assert (pixels[..., 3] == 255).mean() > 0.98
    x = edge_lon(pixels, box[0], box[2])
    wanted, _ = FROM_LONLAT.transform(WEST_LON, 28.7)
    assert x == pytest.approx(wanted, abs=60.0)


@pytest.mark.parametrize("maker", sorted(MAKERS))
def test_a_shifted_picture_is_put_where_it_belongs(maker: str, tmp_path: Path) -> None:
    shifted = replace(MAKERS[maker](tmp_path), datum="gcj02")
    box = box_here()
    picture = mercator_picture(shifted, CRS, box)
    (_, west), (_, east) = lonlat_corners(picture.box)
    middle = np.array([math.degrees(math.atan(math.sinh(_mean_y(picture.box))))])
    ((true,), _) = wgs84_from_gcj02(np.array([WEST_LON]), middle)
    assert WEST_LON - true > 0.004  # some 500 m
    found = edge_lon(picture.pixels, west, east)
    assert found == pytest.approx(true, abs=2 * (east - west) / picture.pixels.shape[1] + 3e-4)
    pixels = picture_in(shifted, CRS, box)
    assert pixels is not None
    assert (pixels[..., 3] == 255).mean() > 0.98  # the shift leaves no rim inside the county
    wanted, _ = FROM_LONLAT.transform(true, 28.7)
    assert edge_lon(pixels, box[0], box[2]) == pytest.approx(wanted, abs=60.0)


def _mean_y(box: Box) -> float:
    return (box[1] + box[3]) / 2 / WORLD_M * math.pi


@examples(30)
@given(lon=st.floats(75, 130), lat=st.floats(20, 50), size=st.floats(2_000, 80_000))
def test_each_pixel_is_taken_from_its_shifted_place(lon: float, lat: float, size: float) -> None:
    x, y = Transformer.from_crs(WGS84, MERCATOR, always_xy=True).transform(lon, lat)
    box = around((x, y, x + size, y + size))
    columns, rows = np.meshgrid(np.arange(64), np.arange(64))
    pixels = np.dstack([columns, rows, 0 * rows, 0 * rows + 255]).astype(np.uint8)
    found = unshifted(Picture(pixels, box)).pixels
    step = (box[2] - box[0]) / 64
    to_degrees = Transformer.from_crs(MERCATOR, WGS84, always_xy=True)
    to_metres = Transformer.from_crs(WGS84, MERCATOR, always_xy=True)
    for row, column in ((20, 20), (32, 40), (45, 25)):
        place = to_degrees.transform(box[0] + (column + 0.5) * step, box[3] - (row + 0.5) * step)
        moved = gcj02_from_wgs84(*(np.array([value]) for value in place))
        (at_x,), (at_y,) = to_metres.transform(*moved)
        assert abs((at_x - box[0]) / step - 0.5 - found[row, column, 0]) <= 0.5 + 1e-6
        assert abs((box[3] - at_y) / step - 0.5 - found[row, column, 1]) <= 0.5 + 1e-6
        assert found[row, column, 3] == 255


def test_rows_are_counted_from_the_north_in_folders_and_from_the_south_in_mbtiles(
    tmp_path: Path,
) -> None:
    """One tile in the north is there, all others are not: it must be on top of the picture."""
    zoom = 11
    tiles = tiles_here(zoom, room=0)
    column, northern = tiles[0][0], min(y for _, y in tiles)
    path = tmp_path / "t" / str(zoom) / str(column) / f"{northern}.png"
    path.parent.mkdir(parents=True)
    path.write_bytes(tile_png(zoom, column, northern))
    with sqlite3.connect(tmp_path / "b.mbtiles") as base:
        base.execute("CREATE TABLE metadata (name text, value text)")
        base.execute("CREATE TABLE tiles (zoom_level, tile_column, tile_row, tile_data)")
        data = (zoom, column, 2**zoom - 1 - northern, path.read_bytes())
        base.execute("INSERT INTO tiles VALUES (?, ?, ?, ?)", data)
    base.close()
    for basemap in (
        Basemap("tiles", str(tmp_path / "t")),
        Basemap("mbtiles", str(tmp_path / "b.mbtiles")),
    ):
        opacity = mercator_picture(basemap, CRS, box_here()).pixels[..., 3]
        assert opacity[:256, :256].all()
        assert not opacity[256:].any()


def test_the_finest_zoom_that_fits_is_taken_else_a_coarser_one(tmp_path: Path) -> None:
    for zoom in (9, 11, 13):
        folder_of_tiles(tmp_path, zoom)
    here = Transformer.from_crs(CRS, MERCATOR, always_xy=True).transform_bounds(*box_here())
    store = FolderTiles(tmp_path)
    assert store.zooms() == [9, 11, 13]

    def metres_a_pixel(most_px: int) -> float:
        picture = mosaic(store, here, "t", most_px)
        return (picture.box[2] - picture.box[0]) / picture.pixels.shape[1]

    world = 2 * 20037508.342789244 / 256
    assert metres_a_pixel(2048) == pytest.approx(world / 2**13)
    assert metres_a_pixel(600) == pytest.approx(world / 2**11)
    assert metres_a_pixel(10) == pytest.approx(world / 2**9)


def test_tiles_too_fine_for_the_page_are_made_smaller(tmp_path: Path) -> None:
    picture = mercator_picture(folder_of_tiles(tmp_path, 13), CRS, box_here(), most_px=300)
    assert max(picture.pixels.shape) <= 300
    (_, west), (_, east) = lonlat_corners(picture.box)
    assert east - west < 0.5
    found = edge_lon(picture.pixels, west, east)
    assert found == pytest.approx(WEST_LON, abs=2 * (east - west) / picture.pixels.shape[1])


def test_a_folder_whose_rows_are_counted_from_the_south_is_turned(tmp_path: Path) -> None:
    there = mercator_picture(folder_of_tiles(tmp_path / "xyz"), CRS, box_here())
    for column in (tmp_path / "xyz" / "11").iterdir():
        for tile in column.iterdir():
            to = tmp_path / "tms" / "11" / column.name / f"{2**11 - 1 - int(tile.stem)}.png"
            to.parent.mkdir(parents=True, exist_ok=True)
            tile.rename(to)
    turned = mercator_picture(Basemap("tiles", str(tmp_path / "tms")), CRS, box_here())
    assert turned.box == there.box
    assert np.array_equal(turned.pixels, there.pixels)


def test_a_raster_without_crs_may_be_in_the_countys(tmp_path: Path) -> None:
    west, south, east, north = box_here()
    pixels = np.full((100, 100, 3), 7, dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "plan.png")
    dx, dy = (east - west) / 100, (north - south) / 100
    world = [dx, 0, 0, -dy, west + dx / 2, north - dy / 2]
    (tmp_path / "plan.pgw").write_text("\n".join(str(v) for v in world))
    found = picture_in(Basemap("raster", str(tmp_path / "plan.png")), CRS, box_here())
    assert found is not None
    assert (found[..., 3] == 255).mean() > 0.97
    assert found[50, 50, 0] == 7


def test_a_palette_and_a_grey_raster_have_their_colours(tmp_path: Path) -> None:
    box = TO_LONLAT.transform_bounds(*box_here())
    shape = {"width": 20, "height": 20, "count": 1, "dtype": "uint8", "crs": "EPSG:4326"}
    where = spread(*box, 20, 20)
    for name, value in (("p.tif", 3), ("g.tif", 90)):
        with rasterio.open(tmp_path / name, "w", driver="GTiff", transform=where, **shape) as to:
            to.write(np.full((1, 20, 20), value, dtype=np.uint8))
            if name == "p.tif":
                to.write_colormap(1, {3: (10, 200, 30, 255)})
    palette, grey = (
        mercator_picture(Basemap("raster", str(tmp_path / name)), CRS, box_here(), 40).pixels
        for name in ("p.tif", "g.tif")
    )
    assert palette[20, 20].tolist() == [10, 200, 30, 255]
    assert grey[20, 20].tolist() == [90, 90, 90, 255]


def problem(basemap: Basemap) -> str:
    """The one thing that is wrong with it, said in both languages."""
    with pytest.raises(InputError) as caught:
        base_map(make_report(), "zh", basemap)
    for language in LANGUAGES:
        assert len(caught.value.lines(language)) == 1
    return caught.value.problems[0].code


def test_what_cannot_be_a_base_map_is_told(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.tif"
    with rasterio.open(
        elsewhere, "w", driver="GTiff", width=9, height=9, count=3, dtype="uint8",
        crs="EPSG:4326", transform=spread(10, 10, 11, 11, 9, 9),
    ) as target:  # fmt: skip
        target.write(np.ones((3, 9, 9), dtype=np.uint8))
    heights = tmp_path / "heights.tif"
    with rasterio.open(
        heights, "w", driver="GTiff", width=9, height=9, count=1, dtype="float32",
        crs="EPSG:4326", transform=spread(112, 28, 113, 29, 9, 9),
    ) as target:  # fmt: skip
        target.write(np.ones((1, 9, 9), dtype=np.float32))
    Image.new("RGB", (9, 9)).save(tmp_path / "photo.png")
    (tmp_path / "notes.txt").write_text("not a picture")
    (tmp_path / "empty").mkdir()
    far = tmp_path / "far" / "3" / "0"
    far.mkdir(parents=True)
    (far / "0.png").write_bytes(tile_png(3, 0, 0))
    vector = mbtiles(tmp_path / "vector.mbtiles", kind="pbf")
    sqlite3.connect(tmp_path / "other.mbtiles").execute("CREATE TABLE t (a)").connection.close()
    files = {
        Basemap("raster", str(elsewhere)): "maps.basemap_elsewhere",
        Basemap("raster", str(heights)): "maps.basemap_no_picture",
        Basemap("raster", str(tmp_path / "photo.png")): "maps.basemap_no_place",
        Basemap("raster", str(tmp_path / "notes.txt")): "maps.basemap_no_raster",
        Basemap("raster", str(tmp_path / "none.tif")): "maps.basemap_missing",
        Basemap("raster", str(tmp_path)): "maps.basemap_missing",
        Basemap("raster", "/vsicurl/http://127.0.0.1:9/x.tif"): "maps.basemap_missing",
        Basemap("raster", "x\0y"): "maps.basemap_missing",
        Basemap("tiles", str(tmp_path / "empty")): "maps.basemap_no_tiles",
        Basemap("tiles", str(tmp_path / "far")): "maps.basemap_elsewhere",
        Basemap("tiles", str(tmp_path / "notes.txt")): "maps.basemap_missing",
        Basemap("mbtiles", str(tmp_path / "notes.txt")): "maps.basemap_no_mbtiles",
        Basemap("mbtiles", str(tmp_path / "other.mbtiles")): "maps.basemap_no_mbtiles",
        vector: "maps.basemap_vector",
        Basemap("tiles"): "maps.basemap_no_path",
        Basemap("tianditu", key="short"): "maps.basemap_key",
        Basemap("tianditu", key=KEY + "'"): "maps.basemap_key",
        Basemap("google"): "maps.basemap_unknown",  # type: ignore[arg-type]
    }
    assert {basemap: problem(basemap) for basemap in files} == files


def test_tiles_that_are_no_pictures_bombs_or_outside_are_left_out(tmp_path: Path) -> None:
    basemap = folder_of_tiles(tmp_path / "t")
    files = sorted((tmp_path / "t").rglob("*.png"))
    files[0].write_bytes(b"<svg onload=alert(1)>")
    files[1].write_bytes(b"")
    Image.new("1", (3000, 3000)).save(files[2])
    outside = tmp_path / "secret.png"
    outside.write_bytes(tile_png(11, 0, 0))
    files[3].unlink()
    files[3].symlink_to(outside)
    store = FolderTiles(tmp_path / "t")
    zoom, column, row = 11, int(files[3].parent.name), int(files[3].stem)
    assert store.tile(zoom, column, row) is None
    assert mercator_picture(basemap, CRS, box_here()).pixels[..., 3].any()


def test_a_file_made_to_keep_sqlite_busy_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "busy.mbtiles"
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE metadata (name text, value text)")
        base.execute(
            "CREATE VIEW tiles AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
            " SELECT i AS zoom_level, i AS tile_column, i AS tile_row, '' AS tile_data FROM n"
        )
    base.close()
    monkeypatch.setattr("maps.tiles._MOST_STEPS", 3)
    with pytest.raises(InputError), open_mbtiles(path) as store:
        MBTiles.zooms(store)


def test_online_maps_are_for_the_screen_only_and_the_key_stays_here(tmp_path: Path) -> None:
    report = make_report()
    for basemap in (Basemap("tianditu", key=KEY), Basemap("osm")):
        screen = interactive_map(report, "zh", basemap=basemap).get_root().render()
        assert "tile_layer_" in screen
        assert ("tianditu.gov.cn" in screen) == (basemap.kind == "tianditu")
        for suffix in (".html", ".svg"):
            path = tmp_path / f"map{suffix}"
            write_map(report, path, "zh", basemap=basemap)
            body = path.read_text(encoding="utf-8")
            assert KEY not in body
            assert "tile_layer_" not in body
            assert "tianditu" not in body
            assert "tile.openstreetmap.org" not in body
    assert KEY not in repr(Basemap("tianditu", key=KEY))
    assert Basemap("osm").for_export() == NO_BASEMAP


def test_a_local_map_goes_into_the_file_the_same_bytes_each_time(tmp_path: Path) -> None:
    basemap = folder_of_tiles(tmp_path / "t")
    plain = tmp_path / "plain.html"
    write_map(make_report(), plain, "zh")
    for suffix in (".html", ".png"):
        first, second = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
        for path in (first, second):
            write_map(make_report(), path, "zh", basemap=basemap)
        assert first.read_bytes() == second.read_bytes()
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "data:image/jpeg;base64," in page
    assert str(tmp_path) not in page
    assert "data:image/jpeg;base64," not in plain.read_text(encoding="utf-8")


def test_a_choice_is_plain_values_and_knows_when_its_file_changed(tmp_path: Path) -> None:
    basemap = geotiff(tmp_path / "base.tif")
    assert Basemap(**asdict(basemap)) == basemap
    assert hash(basemap) == hash(Basemap(**asdict(basemap)))
    before = basemap.state()
    assert before != (0, 0)
    geotiff(tmp_path / "base.tif", "EPSG:3857")
    assert basemap.state() != before
    assert NO_BASEMAP.state() == Basemap("raster", "none").state() == (0, 0)
    assert set(KINDS) == {"none", "osm", "tianditu", "tiles", "mbtiles", "raster"}


@pytest.mark.browser
def test_in_a_browser_the_picture_lies_under_the_villages(tmp_path: Path) -> None:
    write_map(make_report(), tmp_path / "m.html", "zh", basemap=geotiff(tmp_path / "base.tif"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(find_chromium()), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        refused: list[str] = []
        page.on("request", lambda r: refused.append(r.url) if r.url.startswith("http") else None)
        page.goto((tmp_path / "m.html").as_uri())
        page.wait_for_function("document.querySelector('.leaflet-tile-pane img').naturalWidth > 0")
        page.wait_for_function("!document.querySelector('.leaflet-zoom-anim')")
        # where red turns to blue is where that longitude is drawn
        edge, image = page.evaluate(
            """lon => {
                const map = Object.values(window).find(v => v instanceof L.Map);
                const box = document.querySelector('.leaflet-tile-pane img')
                    .getBoundingClientRect();
                return [map.latLngToContainerPoint([28.7, lon]).x, [box.left, box.width]];
            }""",
            WEST_LON,
        )
        browser.close()
    assert refused == []
    picture = mercator_picture(geotiff(tmp_path / "base.tif"), CRS, with_room(box_here()))
    row = picture.pixels[picture.pixels.shape[0] // 2]
    share = int(np.argmax((row[:, 2] > row[:, 0]) & (row[:, 3] > 0))) / len(row)
    assert image[0] + share * image[1] == pytest.approx(edge, abs=2.0)


def with_room(box: Box) -> Box:
    room = 0.15 * max(box[2] - box[0], box[3] - box[1])
    return box[0] - room, box[1] - room, box[2] + room, box[3] + room
