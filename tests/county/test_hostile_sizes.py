"""Small files that stand for very much: refused with the limit, before anything is made of them."""

from __future__ import annotations

import bz2
import gzip
import io
import itertools
import json
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from coverage.assessment.assess import read_folder
from coverage.county import crowding, files, table, toml_size, workbook_size
from coverage.county.files import MAX_CELL_LENGTH, nearest, reading, shown
from coverage.county.parquet import read_parquet
from coverage.county.read import read_county
from coverage.county.sheets import MAX_COLUMNS
from coverage.county.table import MOST_WORDS
from coverage.network import unfolding
from coverage.paths import DEMONSTRATION
from coverage.problems import InputError, Problem
from tests import county_fixtures as fixtures

DEPTH = toml_size.MAX_DEPTH


def _problems(folder: Path) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        read_folder(folder)
    return list(caught.value.problems)


def _with_villages(folder: Path, suffix: str) -> Path:
    toml = fixtures.TOML.replace("villages.csv", f"villages.{suffix}")
    return fixtures.write_county(folder, toml=toml)


def _repeated(text: str, rows: int) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, "int32")), pa.array([text]))


def _bomb(**columns: pa.Array) -> pa.Table:
    villages = fixtures.villages().astype(str)
    rows = len(next(iter(columns.values())))
    plain = {name: _repeated(villages[name].iloc[0], rows) for name in villages}
    return pa.table({**plain, **columns})


@pytest.mark.parametrize(
    ("column", "code"),
    [
        (_repeated("x" * (4 * MAX_CELL_LENGTH + 1), 100_000), "county.cells_too_long"),
        (_repeated("x" * 30_000, 100_000), "county.file_too_big"),
        (pa.nulls(2_000_001, pa.string()), "county.too_many_rows"),
        (
            pa.ListArray.from_arrays(
                pa.array([0, 50_000_001], "int32"), pa.nulls(50_000_001, pa.int8())
            ),
            "county.file_too_big",
        ),
    ],
    ids=["a-long-cell", "one-text-often", "rows", "one-long-list"],
)
def test_a_parquet_of_one_thing_repeated(tmp_path: Path, column: pa.Array, code: str) -> None:
    folder = _with_villages(tmp_path, "parquet")
    pq.write_table(_bomb(note=column), folder / "villages.parquet", compression="zstd")
    assert (folder / "villages.parquet").stat().st_size < 1_000_000
    assert code in {problem.code for problem in _problems(folder)}


def test_a_parquet_says_what_it_says_without_the_check(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    made = pa.table(
        {
            "a": pa.array(["一", None, "三", "一"]),
            "b": pa.array([b"1", None, b"", b"3"]),
            "c": pa.array(["x", "y", None, "x"], pa.large_string()),
            "d": _repeated("z", 4),
            "e": pa.array([1, None, 3, 4]),
            "f": pa.array([["p"], None, [], ["q", "r"]]),
        }
    )
    pq.write_table(made, path, row_group_size=3)
    read, about = read_parquet(path, "table.parquet")
    assert about is None
    assert read.to_pylist() == pq.read_table(path).to_pylist()
    assert read.schema.equals(pq.read_table(path).schema)


@pytest.mark.parametrize(("more", "refused"), [(0, False), (1, True)])
def test_columns_of_a_csv(tmp_path: Path, more: int, refused: bool) -> None:
    villages = fixtures.villages()
    count = MAX_COLUMNS - villages.shape[1] + more
    extra = pd.DataFrame(1, index=villages.index, columns=[f"c{i}" for i in range(count)])
    folder = fixtures.write_county(tmp_path, villages=pd.concat([villages, extra], axis=1))
    codes = _codes_of(folder)
    assert ("county.too_many_columns" in codes) is refused


def _codes_of(folder: Path) -> set[str]:
    try:
        return {problem.code for problem in read_county(folder).quality}
    except InputError as error:
        return {problem.code for problem in error.problems}


def test_properties_of_a_layer(tmp_path: Path) -> None:
    folder = fixtures.write_county(tmp_path)
    for name in ("townships.geojson", "roads.geojson"):
        layer = json.loads((folder / name).read_text(encoding="utf-8"))
        layer["features"] += [
            {"type": "Feature", "geometry": None, "properties": {f"k{i}": 1}}
            for i in range(MAX_COLUMNS)
        ]
        (folder / name).write_text(json.dumps(layer), encoding="utf-8")
    files_named = {p.file for p in _problems(folder) if p.code == "county.too_many_columns"}
    assert files_named == {"townships.geojson", "roads.geojson"}


@pytest.mark.parametrize(("length", "refused"), [(MAX_CELL_LENGTH, False), (32_768, True)])
@pytest.mark.parametrize("suffix", ["csv", "geojson", "parquet"])
def test_length_of_a_cell(tmp_path: Path, suffix: str, length: int, refused: bool) -> None:
    villages = fixtures.villages()
    villages["备注"] = ""
    villages.loc[1, "备注"] = "甲" * length
    folder = _with_villages(tmp_path, suffix)
    path = folder / f"villages.{suffix}"
    if suffix == "csv":
        villages.to_csv(path, index=False)
    elif suffix == "parquet":
        villages.to_parquet(path)
    else:
        rows = json.loads(villages.to_json(orient="records"))
        features = [
            {
                "type": "Feature",
                "properties": row,
                "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
            }
            for row in rows
        ]
        layer = {"type": "FeatureCollection", "features": features}
        path.write_text(json.dumps(layer), encoding="utf-8")
    if not refused:
        assert "county.cells_too_long" not in _codes_of(folder)
        return
    (problem,) = [p for p in _problems(folder) if p.code == "county.cells_too_long"]
    assert problem.rows == ((3,) if suffix == "csv" else (2,))
    assert "备注" in problem.text("zh")


@pytest.mark.parametrize(
    ("toml", "row"),
    [
        (f"[rules]\n{'.'.join(['a'] * (DEPTH + 1))} = 1", 2),
        (f"x = {{{'.'.join(['a'] * 100_000)} = 1}}", 1),
        (f"[{' . '.join([chr(34) + 'a b' + chr(34)] * 5000)}]", 1),
        (f"x = {'{a=' * 300}1{'}' * 300}", None),
        (f"x = {'[' * 300}1{']' * 300}", None),
    ],
    ids=["key", "inline", "quoted", "tables", "lists"],
)
def test_depth_of_a_toml(tmp_path: Path, toml: str, row: int | None) -> None:
    folder = fixtures.write_county(tmp_path, toml=f"{fixtures.TOML}{toml}\n")
    (problem,) = _problems(folder)
    assert problem.code == "county.toml_too_deep"
    above = fixtures.TOML.count("\n")
    assert problem.rows == (() if row is None else (above + row,))


def test_what_is_not_deep_is_left_to_the_other_checks(tmp_path: Path) -> None:
    deep = ".".join(["a"] * DEPTH)
    folder = fixtures.write_county(tmp_path, toml=f"{fixtures.TOML}\n[rules]\n{deep[:-2]} = 1\n")
    assert "county.toml_too_deep" not in {p.code for p in _problems(folder)}
    words = "很. ... 长 " + "a. " * 100 + "." * 500
    toml = fixtures.TOML.replace('"Trial District"', f'"{words[:100]}"')
    assert read_county(fixtures.write_county(tmp_path / "b", toml=toml))


def test_number_of_keys_of_a_toml(tmp_path: Path) -> None:
    for count, code in ((toml_size.MAX_KEYS - 20, None), (toml_size.MAX_KEYS + 1, "toml_too_many")):
        speeds = "\n".join(f"k{i} = 30" for i in range(count))
        toml = f"{fixtures.TOML}\n[response.speeds_kph]\n{speeds}\n"
        codes = {p.code for p in _problems(fixtures.write_county(tmp_path, toml=toml))}
        assert (f"county.{code}" in codes) is (code is not None)


def test_a_name_of_a_county_is_no_novel(tmp_path: Path) -> None:
    toml = fixtures.TOML.replace("试验区", "试" * 101)
    (problem,) = _problems(fixtures.write_county(tmp_path, toml=toml))
    assert (problem.code, problem.rows) == ("county.key_too_long", (2,))


@pytest.mark.parametrize("column", ["kind", "township", "code"])
def test_a_column_of_nothing_but_faults(
    tmp_path: Path, column: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each word is compared with all that are known: told one by one, only the first are."""
    villages = pd.concat([fixtures.villages().astype(str)] * 40, ignore_index=True)
    villages["code"] = [f"4309021012{i:05}" for i in range(len(villages))]
    villages["name"] = [f"村{i}" for i in range(len(villages))]
    words = [f"无{i // 2}" for i in range(len(villages))]
    villages[column] = words
    compared: list[str] = []
    real = files.difflib.get_close_matches

    def counted(word: str, *arguments: object, **more: object) -> list[str]:
        compared.append(word)
        return real(word, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(files.difflib, "get_close_matches", counted)
    facilities = fixtures.facilities().drop(columns="village")
    folder = fixtures.write_county(tmp_path, villages=villages, facilities=facilities)
    found = [p for p in _problems(folder) if p.column == column]
    told = {row for problem in found for row in problem.rows}
    assert told == set(range(2, len(villages) + 2))
    assert len(found) == MOST_WORDS + 1
    rest = next(p for p in found if p.code == "county.same_fault")
    assert dict(rest.values)["words"] == len(set(words)) - MOST_WORDS
    assert len(compared) <= MOST_WORDS + 5


def test_many_unknown_columns_are_not_all_named() -> None:
    names = [f"没有这列{i}" for i in range(900)]
    (problem,) = table._unknown_columns("t.csv", names, [])
    assert problem.count == 900
    assert len(problem.text("zh")) < 1000


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress], ids=["gz", "bz2"])
@pytest.mark.parametrize(("size", "refused"), [(1_000_000, False), (1_000_001, True)])
def test_packed_roads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack, size: int, refused: bool
) -> None:
    monkeypatch.setattr(unfolding, "SMALL_BYTES", 1_000_000)
    suffix = "gz" if pack is gzip.compress else "bz2"
    toml = fixtures.TOML.replace("roads.geojson", f"roads.osm.{suffix}")
    folder = fixtures.write_county(tmp_path, toml=toml)
    ends = b'<?xml version="1.0"?><osm version="0.6">', b"</osm>"
    blank = b" " * (size - sum(map(len, ends)))
    (folder / f"roads.osm.{suffix}").write_bytes(pack(blank.join(ends)))
    assert ("network.unfolds" in {p.code for p in _problems(folder)}) is refused


def _varint(value: int) -> bytes:
    return bytes([value]) if value < 0x80 else bytes([value & 0x7F | 0x80]) + _varint(value >> 7)


def _block(raw_size: int, packed: bytes = b"packed") -> bytes:
    blob = b"\x10" + _varint(raw_size) + b"\x1a" + _varint(len(packed)) + packed
    header = b"\x0a\x07OSMData\x18" + _varint(len(blob))
    return len(header).to_bytes(4, "big") + header + blob


def test_blocks_of_a_pbf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unfolding, "SMALL_BYTES", 40_000_000)
    path = tmp_path / "roads.osm.pbf"
    path.write_bytes(_block(30_000_000) + _block(10_000_000))
    assert list(unfolding._pbf_sizes(path)) == [30_000_000, 10_000_000]
    unfolding.refuse_unfolding(path, path.name)
    path.write_bytes(_block(30_000_000) + _block(10_000_001))
    with pytest.raises(InputError) as caught:
        unfolding.refuse_unfolding(path, path.name)
    assert caught.value.problems[0].code == "network.unfolds"
    path.write_bytes(b"\xff" * 1000)
    unfolding.refuse_unfolding(path, path.name)  # no blocks: the reader's to tell


def test_the_demonstration_countys_roads_are_far_from_the_limit() -> None:
    path = DEMONSTRATION / "roads.osm.pbf"
    unfolded = sum(unfolding._pbf_sizes(path))
    assert path.stat().st_size < unfolded < 10 * path.stat().st_size


@pytest.mark.parametrize(
    ("rule", "code", "told"),
    [
        ("id: " + "9" * 40_000, "rules.file_not_yaml", 1),
        ("id: " + ":".join(["59"] * 20_000), "rules.file_not_yaml", 1),
        (
            "\n".join(f"k{i}: 1" for i in range(2000)),
            "rules.key_unknown",
            101,
        ),  # and that there are more
        ("? " + "k" * 30_000 + "\n: 1", "rules.key_unknown", None),
    ],
    ids=["number", "base-60", "keys", "long-key"],
)
def test_a_rule_file(tmp_path: Path, rule: str, code: str, told: int | None) -> None:
    folder = fixtures.write_county(tmp_path)
    (folder / "rules").mkdir()
    (folder / "rules" / "own.yaml").write_text(rule, encoding="utf-8")
    found = _problems(folder)
    assert code in {p.code for p in found}
    assert told is None or len(found) <= told
    assert all(len(p.text(language)) < 600 for p in found for language in ("zh", "en"))


def test_a_folder_of_very_many_rules(tmp_path: Path) -> None:
    folder = fixtures.write_county(tmp_path)
    (folder / "rules").mkdir()
    for i in range(1001):
        (folder / "rules" / f"r{i}.yaml").touch()
    assert [p.code for p in _problems(folder)] == ["rules.too_many_files"]


def test_words_are_shown_without_looking_at_all_of_them() -> None:
    class Counted(str):
        looked = 0

        def __getitem__(self, key: object) -> str:
            part = str.__getitem__(self, key)  # type: ignore[index]
            Counted.looked += len(part)
            return part

    assert shown(Counted("字" * 5_000_000)) == "字" * 40 + "…"
    assert Counted.looked <= 1000
    assert shown("短") == "短"
    assert shown(" " * 39 + "x" * 41) == "x" * 40 + "…"


def test_the_nearest_word_is_looked_for_among_some() -> None:
    assert nearest("甲镇", ["乙乡", "甲乡镇"]) == "甲乡镇"
    assert nearest("甲" * 200_000, ["甲" * 90, "甲" * 200_000]) == "甲" * 90


def test_a_lack_of_memory_is_not_taken_for_a_broken_file() -> None:
    with pytest.raises(MemoryError), reading("villages.csv"):
        raise MemoryError


def _workbook(path: Path, rows: bytes, shared: bytes = b"") -> None:
    plain = io.BytesIO()
    fixtures.villages().to_excel(plain, index=False, engine="openpyxl")
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            part = old.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                part = part.replace(b"</sheetData>", rows + b"</sheetData>")
            new.writestr(entry.filename, part)
        new.writestr("xl/sharedStrings.xml", b"<sst>" + shared + b"</sst>")


def _rows(cell: str, count: int) -> bytes:
    told = (cell.replace("N", str(row)) for row in range(10, 10 + count))
    return "".join(f"<row>{one}</row>" for one in told).encode()


@pytest.mark.parametrize(
    ("rows", "shared", "code"),
    [
        (_rows('<c r="XFDN"><v>1</v></c>', 60_000), b"", "county.too_many_columns"),
        (b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', b"", "county.too_many_columns"),
        (
            _rows('<c r="IN" t="s"><v>50</v></c>', 20_000),
            b"<si><t>" + b"x" * 30_000 + b"</t></si>",
            "county.file_too_big",
        ),
    ],
    ids=["last-column", "last-cell", "one-text-often"],
)
def test_a_workbook_of_next_to_nothing(
    tmp_path: Path, rows: bytes, shared: bytes, code: str
) -> None:
    folder = _with_villages(tmp_path, "xlsx")
    path = folder / "villages.xlsx"
    _workbook(path, rows, shared * 100)
    assert path.stat().st_size < 500_000
    assert code in {problem.code for problem in _problems(folder)}


def test_a_tag_on_the_border_of_two_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = _rows('<c r="AN" t="s"><v>0</v></c>', 3000)
    for size in (1000, 1013, 4999):
        monkeypatch.setattr(workbook_size, "_CHUNK", size)
        assert workbook_size._shown_bytes(io.BytesIO(sheet), [7]) == 3000 * 7
        items = b"<sst>" + b"".join(b"<si><t>%d</t></si>" % i for i in range(1000)) + b"</sst>"
        lengths = workbook_size._text_lengths(io.BytesIO(items))
        assert len(lengths) == 1000
        assert sum(lengths) == len(items) - len(b"</sst>")


def test_an_index_that_speaks_of_half_a_milliard_records(tmp_path: Path) -> None:
    toml = fixtures.TOML.replace("townships.geojson", "townships.shp")
    folder = fixtures.write_county(tmp_path, toml=toml, townships=None)
    fixtures.townships().to_file(folder / "townships.shp", engine="pyogrio", encoding="UTF-8")
    index = folder / "townships.shx"
    content = index.read_bytes()
    index.write_bytes(content[:24] + b"\x7f\xff\xff\xff" + content[28:])
    assert next((p.code, p.file) for p in _problems(folder)) == (
        "county.unreadable",
        "townships.shp",
    )


def _star(spikes: int) -> shapely.Polygon:
    angle = np.linspace(0, 2 * np.pi, 2 * spikes, endpoint=False)
    radius = np.where(np.arange(2 * spikes) % 2, 0.02, 0.0001)
    return shapely.Polygon(
        np.c_[fixtures.WEST + 0.025 + radius * np.cos(angle), 28.575 + radius * np.sin(angle)]
    )


def test_pairs_side_by_side_are_those_that_a_plain_count_finds() -> None:
    shapes = [_star(40), shapely.box(0, 0, 1, 1), shapely.Point(0, 0).buffer(1, quad_segs=30)]
    for shape in shapes:
        xy = shapely.get_coordinates(shape)
        pieces = [np.sort([a, b], axis=0) for a, b in itertools.pairwise(xy)]
        plain = [
            sum(
                bool(one[0, axis] <= other[1, axis] and other[0, axis] <= one[1, axis])
                for one, other in itertools.combinations(pieces, 2)
            )
            for axis in (0, 1)
        ]
        assert crowding._pairs(shape) == min(plain)


def test_an_outline_of_very_many_spikes(tmp_path: Path) -> None:
    towns = fixtures.townships()
    towns.geometry = [_star(150_000), *towns.geometry[1:]]
    folder = fixtures.write_county(tmp_path, townships=towns)
    found = [p for p in _problems(folder) if p.code == "county.shape_crowded"]
    assert [problem.rows for problem in found] == [(1,)]


def test_a_fine_outline_is_not_crowded() -> None:
    """A coast of 200,000 points, jagged at every scale."""
    rng = np.random.default_rng(1)
    angle = np.linspace(0, 2 * np.pi, 200_000, endpoint=False)
    radius = 1 + sum(rng.normal() / k * np.cos(k * angle + rng.normal()) for k in range(9, 4000, 7))
    coast = shapely.Polygon(np.c_[radius * np.cos(angle), radius * np.sin(angle)])
    assert not crowding.crowded(np.array([coast], dtype=object))[0]


def test_units_by_the_thousand(tmp_path: Path) -> None:
    towns = pd.concat([fixtures.townships()] * 251, ignore_index=True)
    towns["code"] = [f"43090{i + 1000}" for i in range(len(towns))]
    towns["name"] = [f"乡{i}" for i in range(len(towns))]
    folder = fixtures.write_county(tmp_path, townships=towns)
    (problem,) = [p for p in _problems(folder) if p.code == "county.too_many_units"]
    assert problem.values["count"] == 1004  # noqa: PD011 - a problem is no table


def test_units_on_one_another_are_not_told_pair_by_pair(tmp_path: Path) -> None:
    towns = pd.concat([fixtures.townships()] * 10, ignore_index=True)
    towns["code"] = [f"43090210{i:02}" for i in range(len(towns))]
    towns["name"] = [f"乡{i}" for i in range(len(towns))]
    found = _problems(fixtures.write_county(tmp_path, townships=towns))
    (rest,) = [p for p in found if p.code == "county.more_overlaps"]
    told = [p for p in found if p.code == "county.overlap"]
    assert len(told) == 50
    assert (rest.level, dict(rest.values)["pairs"]) == ("error", 4 * 45 - 50)
    assert len(found) < 100
