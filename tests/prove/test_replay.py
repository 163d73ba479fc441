"""A record played back: when the power goes, and what was promised by then."""

from __future__ import annotations

import struct
from pathlib import Path
from random import Random

from tests.prove.disk import POLICIES
from tests.prove.recording import Kind, Operation, operations
from tests.prove.replay import answered, drawn, left, states

FILE = "/var/a"


def said(words: bytes, to: str = "door") -> Operation:
    return Operation(Kind.ANSWER, to, data=words)


RECORD = (
    Operation(Kind.CREATE, FILE),
    said(b"220 mx.example.com ESMTP\r\n"),
    Operation(Kind.WRITE, FILE, data=b"one"),
    said(b"250 2.0.0 accepted as inbox-1\r\n"),
    Operation(Kind.WRITE, FILE, offset=3, data=b"two"),
)


def test_only_the_word_after_the_dot_is_a_promise() -> None:
    """Every other 250 means that a command was understood; what the relay hears is nobody's mail."""
    assert answered(said(b"250 2.0.0 accepted as inbox-7\r\n")) == {7}
    assert answered(said(b"250 2.0.0 accepted as inbox-7\r\n250 2.0.0 accepted as inbox-8\r\n")) == {7, 8}
    assert not answered(said(b"250 2.1.5 recipient ok\r\n"))
    assert not answered(said(b"250 2.0.0 accepted as inbox-7\r\n", to="relay"))


def test_a_promise_counts_from_its_250_on() -> None:
    """A mail that is gone before is tried again by its sender."""
    seen = {(state.moment, state.acked) for state in states(RECORD, 200, Random(1))}
    assert seen == {(0, frozenset()), (1, frozenset()), (2, frozenset()), (3, frozenset({1})), (4, frozenset({1}))}


def test_as_many_states_as_were_asked_for_and_every_250_among_them() -> None:
    """Right after a 250 the most is promised that was ever written so late."""
    assert len(list(states(RECORD, 50, Random(1)))) == 52
    assert drawn(RECORD, 0, Random(1)) == {3: 1}
    assert [state.policy for state in states(RECORD, 1, Random(1))] == list(POLICIES)


def test_without_a_cut_everything_is_there() -> None:
    """What the rig compares with the real folder, to know that its record is whole."""
    assert left(RECORD) == {FILE: b"onetwo"}


def test_an_entry_that_was_cut_short_is_no_operation(tmp_path: Path) -> None:
    """Whoever records is killed, too."""
    entry = struct.pack("<IIQQ", ord("W"), len(FILE), 3, 3) + FILE.encode() + b"two"
    record = tmp_path / "record"
    record.write_bytes(entry + entry[:-1])
    assert list(operations(record)) == [Operation(Kind.WRITE, FILE, 0, 3, b"two")]
