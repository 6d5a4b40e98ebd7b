"""What visitors send is taken in whole, or refused with every reason and nothing left behind."""

from __future__ import annotations

import errno
import io
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coverage.paths import DEMONSTRATION
from coverage.problems import InputError
from coverage.workspace import store, unpack
from coverage.workspace.model import new_token
from coverage.workspace.pack import county_zip, zip_of
from coverage.workspace.unpack import Sent, Taken, take_in
from tests.errors import input_error
from tests.examples import examples
from tests.workspace_fixtures import FILES, sent, tree, written, zipped


@pytest.fixture(autouse=True)
def planner_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(store.WORKSPACE_VARIABLE, str(tmp_path / "workspace"))
    return tmp_path / "workspace"


def take(*files: Sent) -> Taken:
    return take_in(files, new_token())


def refusal(*files: Sent) -> list[str]:
    """Return the codes with which it is refused, and make sure that nothing is left behind."""
    token = new_token()
    with pytest.raises(InputError) as refused:
        take_in(files, token)
    folder = store.workspace_folder(token)
    assert not folder.exists() or not list(folder.iterdir())
    for language in ("zh", "en"):
        assert all(refused.value.lines(language))
    return [problem.code for problem in refused.value.problems]


def test_a_zip_becomes_a_county_folder_of_the_workspace() -> None:
    token = new_token()
    taken = take_in([sent("county.zip", zipped(FILES))], token)
    assert tree(taken.folder) == dict(FILES)
    assert taken.folder.parent == store.workspace_folder(token)
    assert taken.files == len(FILES)
    assert taken.left_out == ()


def test_the_county_may_stand_deeper_and_what_is_beside_it_is_told() -> None:
    files = {f"某县/资料/{name}": content for name, content in FILES.items()}
    files |= {"某县/说明.docx": b"x", "__MACOSX/._a": b"x", "某县/资料/~$村.xlsx": b"x"}
    files |= {"某县/资料/._村.csv": b"x", "某县/资料/.~lock.村.xlsx#": b"x"}
    taken = take(sent("a.zip", zipped(files)))
    assert tree(taken.folder) == dict(FILES)
    assert set(taken.left_out) == set(files) - {f"某县/资料/{name}" for name in FILES}


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_names_that_are_not_marked_are_read_in_chinese(encoding: str) -> None:
    taken = take(sent("a.zip", zipped(FILES, encoding=encoding)))
    assert tree(taken.folder) == dict(FILES)


def test_backslashes_are_folders_and_the_settings_may_be_in_capitals() -> None:
    files = {"x\\" + name.replace("/", "\\"): content for name, content in FILES.items()}
    files["x\\COUNTY.TOML"] = files.pop("x\\county.toml")
    assert tree(take(sent("a.zip", zipped(files))).folder) == dict(FILES)


def test_single_files_become_a_folder_with_rules_in_their_place() -> None:
    files = {"county.toml": b"x", "villages.csv": b"1", "own-a.yaml": b"id: own-a"}
    taken = take(*(sent(name, content) for name, content in files.items()))
    assert tree(taken.folder) == {
        "county.toml": b"x",
        "rules/own-a.yaml": b"id: own-a",
        "villages.csv": b"1",
    }


def test_a_folder_sent_as_a_folder_keeps_its_shape() -> None:
    files = {f"某县/{name}": content for name, content in FILES.items()}
    files["某县/rules/own-a.yaml"] = b"x"
    taken = take(*(sent(name, content) for name, content in files.items()))
    assert tree(taken.folder) == {**FILES, "rules/own-a.yaml": b"x"}


def test_the_settings_alone_are_taken_and_fail_later_with_what_is_missing() -> None:
    assert tree(take(sent("county.toml", b"x")).folder) == {"county.toml": b"x"}


def test_the_demonstration_county_goes_out_and_comes_in_again() -> None:
    packed = county_zip(DEMONSTRATION, "430902")
    assert packed == county_zip(DEMONSTRATION, "430902")
    taken = take(sent("430902.zip", packed))
    assert tree(taken.folder) == tree(DEMONSTRATION)


@pytest.mark.parametrize(
    "name",
    [
        "../county.toml",
        "a/../../b.csv",
        "/etc/passwd",
        "\\\\server\\share\\x.csv",
        "C:\\x.csv",
        "C:x.csv",
        "rules/con.yaml",
        "NUL",
        "a/LPT1.csv",
        "村.csv ",
        "村.csv.",
        "a\tb.csv",
        "a|b.csv",
        "x:stream",
        "a/b/c/d/e/f/g/h/i.csv",
        "CONIN$",
        "com\u00b9.csv",
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(name: str) -> None:
    assert "workspace.path" in refusal(sent("a.zip", zipped({**FILES, name: b"x"})))
    files = [sent(other, content) for other, content in FILES.items()]
    assert "workspace.path" in refusal(*files, sent(name, b"x"))


def test_every_bad_path_is_told() -> None:
    files = {**FILES, "../a": b"x", "../b": b"x", "con": b"x"}
    assert refusal(sent("a.zip", zipped(files))) == ["workspace.path"] * 3


def test_links_are_refused() -> None:
    files = {**FILES, "villages.csv": b"/etc/passwd"}
    content = zipped(files, links=frozenset({"villages.csv"}))
    assert refusal(sent("a.zip", content)) == ["workspace.link"]


@pytest.mark.parametrize(
    "names",
    [
        ("村.csv", "村.csv"),
        ("Villages.csv", "villages.CSV"),
        ("caf\u00e9.csv", "cafe\u0301.csv"),
        ("a", "a/b.csv"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_refused(names: tuple[str, str]) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in ("county.toml", *names):
            archive.writestr(name, b"x")
    assert "workspace.twice" in refusal(sent("a.zip", buffer.getvalue()))


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    content = zipped({"county.toml": b"x", "villages.csv": b"0" * 60_000_000})
    assert len(content) < 100_000
    assert refusal(sent("a.zip", content)) == ["workspace.zip_bomb"]


def test_a_small_file_may_be_packed_tightly() -> None:
    content = zipped({"county.toml": b"x", "grid.tif": b"\0" * 10_000_000})
    assert take(sent("a.zip", content)).files == 2


def test_an_archive_that_lies_about_its_sizes_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = zipped({"county.toml": b"x", "villages.csv": b"0" * 3_000_000})
    central = honest.rfind(b"PK\1\2")
    lying = bytearray(honest)
    struct.pack_into("<I", lying, central + 24, 10)
    monkeypatch.setattr(unpack, "MAX_UNPACKED_BYTES", 1_000_000)
    assert refusal(sent("a.zip", bytes(lying)))[0] in {"workspace.zip_broken", "workspace.too_big"}


def test_limits_of_size_and_number(monkeypatch: pytest.MonkeyPatch) -> None:
    content = zipped(FILES)
    monkeypatch.setattr(unpack, "MAX_UNPACKED_BYTES", 20)
    assert refusal(sent("a.zip", content)) == ["workspace.too_big"]
    assert refusal(*(sent(n, c) for n, c in FILES.items())) == ["workspace.too_big"]
    monkeypatch.setattr(unpack, "MAX_SENT_BYTES", 30)
    assert refusal(sent("a.zip", content)) == ["workspace.too_big"]
    monkeypatch.undo()


def test_too_many_files_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(store.WORKSPACE_VARIABLE, str(tmp_path / "w"))
    files = {"county.toml": b"x"} | {f"{n}.csv": b"" for n in range(unpack.MAX_FILES)}
    assert refusal(sent("a.zip", zipped(files))) == ["workspace.too_many_files"]
    assert refusal(*(sent(n, c) for n, c in files.items())) == ["workspace.too_many_files"]


def test_a_list_of_files_that_is_too_long_is_not_even_read() -> None:
    files = {"county.toml": b"x"} | {f"{n:06}{'x' * 100}": b"" for n in range(15_000)}
    assert refusal(sent("a.zip", zipped(files))) == ["workspace.too_many_files"]


def test_a_password_is_told() -> None:
    content = bytearray(zipped({"county.toml": b"x", "villages.csv": b"y"}))
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = -1
        while (at := content.find(mark, at + 1)) >= 0:
            content[at + offset] |= 1
    assert refusal(sent("县区.zip", bytes(content))) == ["workspace.zip_locked"]
    with input_error(r"“县区\.zip”"):
        take(sent("县区.zip", bytes(content)))


def test_an_archive_among_the_files_is_told() -> None:
    assert refusal(sent("a.zip", zipped(FILES)), sent("b.csv", b"1")) == ["workspace.zip_inside"]


def test_a_hint_stands_between_single_blanks() -> None:
    with pytest.raises(InputError) as caught:
        take(sent("contry.toml", b"x"), sent("villages.csv", b"x"))
    (line,) = caught.value.lines("en")
    assert "  " not in line


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.rar", b"Rar!\x1a\x07\x00", "workspace.no_zip"),
        ("villages.csv", b"id,name", "workspace.no_zip"),
        ("a.zip", b"", "workspace.empty"),
        ("a.zip", b"PK\5\6", "workspace.no_zip"),
        ("a.zip", zipped(FILES)[:-30], "workspace.zip_broken"),
        (
            "村.xlsx",
            zipped({"[Content_Types].xml": b"", "xl/workbook.xml": b""}),
            "workspace.no_zip",
        ),
        ("a.zip", zipped({"县区.ZIP": zipped(FILES)}), "workspace.zip_inside"),
        ("a.zip", zipped({"county.toml.txt": b"", "a.zip": b""}), "workspace.county_toml_suffix"),
        ("a.zip", zipped({"x.csv": b"1"}), "workspace.no_county_toml"),
        ("a.zip", zipped({"county.tml": b"1"}), "workspace.no_county_toml"),
        ("a.zip", zipped({}), "workspace.no_county_toml"),
        (
            "a.zip",
            zipped({"甲/county.toml": b"", "乙/county.toml": b""}),
            "workspace.several_counties",
        ),
    ],
)
def test_what_is_no_county_is_told(name: str, content: bytes, code: str) -> None:
    assert refusal(sent(name, content)) == [code]


def test_files_without_settings_are_told_with_the_nearest_name() -> None:
    with input_error(r"contry\.toml"):
        take(sent("contry.toml", b"x"), sent("villages.csv", b"x"))


def test_nothing_of_a_torn_archive_stays() -> None:
    whole = zipped({"county.toml": b"x", "a.csv": bytes(range(256)) * 400})
    spoilt = bytearray(whole)
    spoilt[whole.find(b"a.csv") + 40] ^= 0xFF
    assert refusal(sent("a.zip", bytes(spoilt))) == ["workspace.zip_broken"]


@settings(examples(150), suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_spoilt_archive_is_taken_or_told_never_more(data: st.DataObject) -> None:
    content = bytearray(zipped(FILES))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    token = new_token()
    try:
        taken = take_in([sent("a.zip", bytes(content))], token)
    except InputError:
        folder = store.workspace_folder(token)
        assert not folder.exists() or not list(folder.iterdir())
    else:
        assert all(path.is_relative_to(taken.folder) for path in taken.folder.rglob("*"))


@settings(examples(60), suppress_health_check=list(HealthCheck))
@given(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=5))
def test_no_name_leads_outside(names: list[str]) -> None:
    token = new_token()
    files = [sent("county.toml", b"x"), *(sent(name, b"y") for name in names)]
    try:
        taken = take_in(files, token)
    except InputError:
        return
    written_ = [path for path in store.workspace_folder(token).rglob("*") if path.is_file()]
    assert all(path.resolve().is_relative_to(taken.folder.resolve()) for path in written_)


def test_a_full_disk_is_not_blamed_on_the_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(unpack, "_copied", full)
    assert refusal(sent("a.zip", zipped(FILES))) == ["workspace.not_saved"]


def test_a_zip_has_the_same_bytes_whatever_the_order() -> None:
    names = dict(reversed(list(FILES.items())))
    assert zip_of(FILES) == zip_of(names)
    with zipfile.ZipFile(io.BytesIO(zip_of(FILES))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == dict(FILES)


def test_only_the_county_goes_out_not_what_lies_beside_it(tmp_path: Path) -> None:
    folder = written(tmp_path / "county")
    written(folder, {"secret.txt": b"x", "rules/own-a.yaml": b"id", "README.md": b"r"})
    with zipfile.ZipFile(io.BytesIO(county_zip(folder, "430902"))) as archive:
        names = {name.removeprefix("430902/") for name in archive.namelist()}
    assert names == {*FILES, "rules/own-a.yaml", "README.md"}


def test_a_county_that_leads_outside_does_not_go_out(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_bytes(b"x")
    folder = written(tmp_path / "county")
    (folder / "facilities.csv").unlink()
    (folder / "facilities.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(InputError):
        county_zip(folder, "430902")


@pytest.mark.parametrize(("letters", "refused"), [(85, False), (86, True), (140, True)])
def test_a_long_name_gets_its_real_reason(letters: int, refused: bool) -> None:
    name = "字" * (letters - 1) + "字a" if letters == 86 else "字" * letters
    found = sent("a.zip", zipped({**FILES, name: b"x"}))
    if not refused:
        take_in([found], new_token())
        return
    with pytest.raises(InputError) as caught:
        take_in([found], new_token())
    (line,) = caught.value.lines("en")
    assert f"{len(name.encode())} bytes" in line
