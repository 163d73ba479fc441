"""The three gates of a TOML file: it can be read, it is TOML, the model accepts it."""
# ruff: noqa: RUF012  pydantic gives every instance its own copy of a default

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field

from mailgate.toml.document import SiteMistakes, parse, read
from mailgate.toml.fields import Octets, Table, Text


class Size(StrEnum):
    SMALL = "small"
    LARGE = "large"


class Leg(Table):
    length: Annotated[int, Field(ge=1, le=9)]


class Chair(Table):
    name: Text
    legs: list[Leg] = []
    wide: bool = False
    size: Annotated[Size, Field(strict=False)] = Size.SMALL
    colour: Literal["red", "blue"] | None = None
    weight: Octets = 0
    owners: Annotated[list[str], Field(min_length=1)] = ["me"]
    code: Annotated[str, Field(max_length=3)] = ""
    kind: Annotated[str, Field(alias="sort")] = ""


class House(Table):
    chair: dict[str, Chair] = {}
    spare: Chair | None = None


def mistakes(tmp_path: Path, raw: str | bytes) -> list[str]:
    """What is wrong with a house."""
    path = tmp_path / "house.toml"
    path.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    with pytest.raises(SiteMistakes) as caught:
        read(path, House, "house.toml")
    return list(map(str, caught.value.mistakes))


def test_an_unknown_key_is_named_with_its_table_and_the_nearest_key(tmp_path: Path) -> None:
    """interfaces.md §2 shows this very sentence."""
    text = "[chair.old]\nname = 'x'\nweigth = 3\n"
    expected = "house.toml:3:1: unknown key 'weigth' in [chair.old] (did you mean 'weight'?)"
    assert mistakes(tmp_path, text) == [expected]


def test_every_mistake_is_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    """Mending one mistake only to be told the next one is how an afternoon goes by."""
    text = "[chair.a]\nwide = 1\nlegs = [{ length = 0 }, { lenght = 2 }]\n[chiar.b]\n"
    assert [line.split(": ")[0] for line in mistakes(tmp_path, text)] == [
        "house.toml:1:1",
        "house.toml:2:8",
        "house.toml:3:20",
        "house.toml:3:25",
        "house.toml:3:27",
        "house.toml:4:2",
    ]


SENTENCES = {
    "wide = 1": "2:8: 'wide' in [chair.a] must be true or false, not 1",
    "legs = 1": "2:8: 'legs' in [chair.a] must be a list, not 1",
    "legs = [1]": "2:9: 'legs' in [chair.a] must be a table, not 1",
    "legs = [{}]": "2:9: missing key 'length' in [[chair.a.legs]]",
    "legs = [{ length = 10 }]": "2:20: 'length' in [[chair.a.legs]] must be at most 9, not 10",
    "legs = [{ length = 0 }]": "2:20: 'length' in [[chair.a.legs]] must be at least 1, not 0",
    "legs = [{ length = 'x' }]": "2:20: 'length' in [[chair.a.legs]] must be a whole number, not 'x'",
    "size = 'lage'": "2:8: 'size' in [chair.a] must be 'small' or 'large', not 'lage' (did you mean 'large'?)",
    "colour = true": "2:10: 'colour' in [chair.a] must be 'red' or 'blue', not true",
    "code = []": "2:8: 'code' in [chair.a] must be a text, not a list",
    "code = {}": "2:8: 'code' in [chair.a] must be a text, not a table",
    "owners = []": "2:10: 'owners' in [chair.a] must not be empty",
    "weight = '9 stone'": "2:10: '9 stone' is not a size: write 25 MB, 500 kB or a number of octets",
    "code = 'long'": "2:8: 'code' in [chair.a]: String should have at most 3 characters",
    "srot = 'x'": "2:1: unknown key 'srot' in [chair.a] (did you mean 'sort'?)",
}


@pytest.mark.parametrize(("line", "sentence"), SENTENCES.items())
def test_each_kind_of_mistake_has_its_sentence(tmp_path: Path, line: str, sentence: str) -> None:
    """pydantic's own words are written for programmers."""
    assert mistakes(tmp_path, f"[chair.a]\n{line}\nname = 'x'\n") == [f"house.toml:{sentence}"]


def test_a_section_that_is_no_table_is_told(tmp_path: Path) -> None:
    """The top of a document has no table around it to name."""
    assert mistakes(tmp_path, "chair = 3") == ["house.toml:1:9: 'chair' must be a table, not 3"]


def test_an_optional_table_knows_its_keys_too(tmp_path: Path) -> None:
    """The nearest key is looked for through every way that a schema may be written."""
    found = mistakes(tmp_path, "[spare]\nname = 'x'\ncolor = 'red'\n")
    assert found == ["house.toml:3:1: unknown key 'color' in [spare] (did you mean 'colour'?)"]


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ("a = 1\nb = ", "house.toml:2:5: this is not a value: a text needs quotes, and the file ends here"),
        ("a = oui\n", "house.toml:1:5: this is not a value: a text needs quotes"),
        ("a = 1\na = 2\n", "house.toml:2:6: this key is already set in this table"),
        ("[x.y]\n[x.y]\n", "house.toml:2:5: [x.y] is already declared in this file"),
        ("a 1\n", "house.toml:1:3: a key wants '=' and a value after it"),
        ("[a.\n", "house.toml:1:4: Invalid initial character for a key part"),
        ("a = " + "[" * 3000 + "]" * 3000, "house.toml:1:1: lists or tables are nested too deeply"),
        ("a = " + "1" * 5000, "house.toml:1:1: Exceeds the limit"),
        (b'[desk]\nname = "caf\xe9"\n', "house.toml:2:12: octet 0xe9 is not UTF-8: save the file in UTF-8"),
    ],
)
def test_a_file_that_is_not_toml_is_told_with_its_place(tmp_path: Path, raw: str | bytes, sentence: str) -> None:
    """Syntax errors are the commonest of all."""
    (found,) = mistakes(tmp_path, raw)
    assert found.startswith(sentence)


def test_a_mark_of_byte_order_is_no_mistake(tmp_path: Path) -> None:
    """Notepad writes one in front of the first key."""
    path = tmp_path / "house.toml"
    path.write_bytes(b"\xef\xbb\xbfa = 1\n")
    assert parse(path, "house.toml").data == {"a": 1}


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_file_that_cannot_be_read_is_a_mistake_without_a_line(tmp_path: Path, name: str) -> None:
    """A missing file and a directory of that name are told like any other mistake."""
    with pytest.raises(SiteMistakes, match=r"^config\.toml: cannot be read: "):
        parse(tmp_path / name, "config.toml")
