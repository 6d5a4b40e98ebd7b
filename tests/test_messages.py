"""Every sentence a user may read is in both languages, and none is left over."""

import re
import string
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from coverage.messages import LANGUAGES, Message, catalogue, default_language, text
from coverage.paths import DATA, ROOT
from coverage.problems import InputError, Problem, raise_if_errors

IDS = sorted(catalogue())
CODE = "\n".join(
    path.read_text(encoding="utf-8")
    for path in [*ROOT.glob("coverage/**/*.py"), *ROOT.glob("maps/**/*.py"), ROOT / "app.py"]
)
# An id that code puts together from a documented, enumerated prefix: f"rules.kind.{kind}".
PREFIXES = tuple(re.findall(r"""f["']([a-z0-9_.]+[._])\{""", CODE))
AREAS = {path.stem for path in (DATA / "messages").glob("*.yaml")}

FILE_SUFFIXES = ("yaml", "toml", "json", "csv", "xlsx")


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def is_whole(entry: Mapping[str, str]) -> bool:
    return (
        set(entry) == set(LANGUAGES)
        and all(sentence.strip() for sentence in entry.values())
        and placeholders(entry["zh"]) == placeholders(entry["en"])
    )


# One test for all messages: a test for each would take longer to hand out than to run.
def test_every_message_is_whole() -> None:
    assert [name for name in IDS if not is_whole(catalogue()[name])] == []


@pytest.mark.parametrize(
    "entry", [{"zh": "好"}, {"zh": "好", "en": " "}, {"zh": "{a}", "en": "{b}"}]
)
def test_a_message_that_is_not_whole_is_noticed(entry: dict[str, str]) -> None:
    assert not is_whole(entry)


def test_every_message_is_used() -> None:
    literals = set(re.findall(r"""["']([\w.-]+)["']""", CODE))
    assert [name for name in set(IDS) - literals if not name.startswith(PREFIXES)] == []


def test_ids_belong_to_their_file_and_stand_once() -> None:
    seen: list[str] = []
    for path in sorted((DATA / "messages").glob("*.yaml")):
        lines = path.read_text(encoding="utf-8").splitlines()
        keys = [found[1] for line in lines if (found := re.match(r"^([\w.-]+):", line))]
        assert all(key.startswith(f"{path.stem}.") for key in keys), path.name
        assert set(keys) == set(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
        seen += keys
    assert len(seen) == len(set(seen))


def test_every_id_that_code_names_exists() -> None:
    areas = "|".join(sorted(AREAS))
    named = set(re.findall(rf"""["']((?:{areas})\.[a-z0-9_]+(?:[._][a-z0-9_]+)*)["']""", CODE))
    files = {name for name in named if name.rpartition(".")[2] in FILE_SUFFIXES}
    assert not named - files - set(IDS)


ROOMS = {"errors": "problems", "report": "assessment", "cli": "console"}
"""Where the texts of an area belong, where it is not the package of the same name."""


def layers() -> list[list[str]]:
    """The order of the house, from the top: each floor's packages."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        (contract, *_) = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    floors = [layer.split(" | ") for layer in contract["layers"]]
    return [[name.removeprefix("coverage.") for name in floor] for floor in floors]


def floor_of(package: str) -> int:
    return next(n for n, floor in enumerate(layers()) if package in floor)


def area_floor(area: str) -> int:
    return floor_of("ui" if area.endswith("_page") else ROOMS.get(area, area))


def areas_from_above(path: Path) -> set[str]:
    """The areas whose texts a module reads though they belong to a layer above it."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    package = parts[1] if parts[0] == "coverage" else "maps"
    if package == "__init__":
        return set()
    areas = "|".join(sorted(AREAS))
    code = path.read_text(encoding="utf-8")
    used = set(re.findall(rf"""["']({areas})\.[a-z0-9_]+(?:[._{{][^"']*)?["']""", code))
    return {area for area in used if area_floor(area) < floor_of(package)}


def test_a_layer_reads_its_own_texts_and_those_below() -> None:
    modules = [*ROOT.glob("coverage/**/*.py"), *ROOT.glob("maps/**/*.py")]
    above = {str(path.relative_to(ROOT)): areas_from_above(path) for path in modules}
    assert len(above) > 100
    assert {path: areas for path, areas in above.items() if areas} == {}


def has_another_language(entry: Mapping[str, str]) -> bool:
    bare = re.sub(r"\{[^}]*\}", "", entry["zh"])
    outside = re.sub(r"“[^”]*”|《[^》]*》|\([^)]*\)", "", entry["en"])
    # Four English words in a row are a sentence left untranslated, not a name or a command.
    return (
        re.search(r"\b[a-z]{2,} [a-z]{2,} [a-z]{2,} [a-z]{2,}\b", bare) is not None
        # Chinese in an English text stands only in quotes: a column's or a document's own name.
        or re.search(r"[\u4e00-\u9fff]", outside) is not None
    )


def test_chinese_has_no_english_sentence_and_english_no_chinese() -> None:
    assert [name for name in IDS if has_another_language(catalogue()[name])] == []


@pytest.mark.parametrize(
    "entry",
    [{"zh": "在 the road is closed 之后", "en": "x"}, {"zh": "村", "en": "the village 村"}],
)
def test_a_sentence_left_untranslated_is_noticed(entry: dict[str, str]) -> None:
    assert has_another_language(entry)


def test_a_message_may_hold_a_message() -> None:
    inner = Message("errors.column", {"column": "lon"})
    outer = Message("errors.at", {"place": "a.csv", "body": inner})
    assert outer.text("en") == "a.csv: column “lon”"
    assert text("errors.rows", "zh", rows=5) == "第 5 行"


def test_problem_says_file_row_column() -> None:
    problem = Problem(
        "errors.column", values={"column": "x"}, file="a.csv", rows=(2, 3), column="lon"
    )
    assert problem.text("zh") == "a.csv, 第 2, 3 行, “lon”列：“x”列"


def test_only_errors_raise() -> None:
    note = Problem("errors.column", level="note", values={"column": "x"})
    raise_if_errors([note])
    error = Problem("errors.column", values={"column": "y"})
    with pytest.raises(InputError) as caught:
        raise_if_errors([note, error])
    assert caught.value.lines("en") == ("column “y”",)


def test_default_language_is_one_of_ours() -> None:
    assert default_language() in LANGUAGES


def test_the_language_of_a_text_is_picked_in_one_place() -> None:
    picked = re.compile(r'== "zh"|getattr\([\w.]+, language\)|\.zh if |\.chinese if ')
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for folder in ("coverage", "maps")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if picked.search(line)
    ]
    assert [line.split(":")[0] for line in found] == ["coverage/messages.py"], found
