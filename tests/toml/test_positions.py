"""Where things stand in a TOML document."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings

from mailgate.toml.positions import Path, Position, Span, locate, position
from tests.toml.documents import DOCUMENTS


def paths_of(value: object, path: Path = ()) -> Iterator[Path]:
    """Every path of a document as tomllib reads it."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        yield (*path, key)
        yield from paths_of(inner, (*path, key))


@settings(max_examples=300, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(DOCUMENTS)
def test_every_path_that_tomllib_sees_has_a_place_and_no_other_has(text: str) -> None:
    """A mistake without a place, or at the place of something else, sends the administrator astray."""
    assert set(locate(text)) == set(paths_of(tomllib.loads(text)))


@settings(max_examples=100, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(DOCUMENTS)
def test_a_key_never_stands_after_its_value(text: str) -> None:
    """Of a header the bracket comes first; of everything else the key does."""
    starts = text.split("\n")
    for span in locate(text).values():
        header = starts[span.value.line - 1][span.value.column - 1 :].startswith("[")
        assert span.key <= span.value or header


def test_columns_are_counted_in_characters_from_one() -> None:
    """An editor that jumps to line and column must land on the key."""
    found = locate('[queue.urgent]\n"é"   = "x"\n')
    assert found[("queue", "urgent", "é")] == Span(Position(2, 1), Position(2, 9))


def test_a_table_stands_at_its_bracket_and_its_name_at_its_key() -> None:
    """Missing keys are told at the bracket, unknown tables at the name."""
    assert locate("\n  [a.b]\n")[("a", "b")] == Span(Position(2, 6), Position(2, 3))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_an_array_of_tables_counts_its_elements(end: str) -> None:
    """`[[rule]]` is written often; each mistake belongs to one of them."""
    found = locate(end.join(["[[rule]]", 'name = "a"', "[[rule]]", "[[rule.example]]", "mail = {}"]))
    assert found[("rule", 1)].value == Position(3, 1)
    assert found[("rule", 1, "example", 0, "mail")].key == Position(5, 1)


def test_an_offset_is_a_line_and_a_column() -> None:
    """The end of a file is a place, too."""
    assert position("ab\ncd", 5) == Position(2, 3)
