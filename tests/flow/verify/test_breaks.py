"""Each invariant, broken alone, is the one that `verify` names."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from email.errors import MultipartInvariantViolationDefect
from email.message import Message
from email.parser import BytesHeaderParser
from pathlib import Path

import pytest

from mailgate.mail import parse
from mailgate.store.database import Database
from mailgate.store.verify import INVARIANTS, State, mails, verify
from tests.builders import NOW
from tests.flow.verify.breaks import BREAKS

NOTES = {"quarantine", "failed", "held", "lease-ended", "exhausted"}
"""What is shown and breaks nothing; their tests are beside these."""


class EarlyParser(BytesHeaderParser):
    """Misses the parts of a mail whose header alone it was given, as the one of Python 3.11.2 does."""

    def parsebytes(self, text: bytes | bytearray, headersonly: bool = True) -> Message:
        """The header, and that defect."""
        head: Message = super().parsebytes(text, headersonly)
        head.defects += [MultipartInvariantViolationDefect()] if head.get_content_maintype() == "multipart" else []
        return head


def broken_by(database: Database) -> dict[str, str]:
    """What is broken, and the first row that breaks it."""
    found = (one for one in verify(database, NOW) if one.state is State.BROKEN)
    return {one.invariant: f"{one.table} {one.rows[0].row} {one.rows[0].detail}" for one in found}


def test_conversations_break_nothing(copy: Database) -> None:
    """The database that every other test here breaks is sound."""
    assert broken_by(copy) == {}


def test_a_parser_that_misses_the_body_of_a_header_breaks_nothing(
    copy: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Debian 12 `verify` called every mail in parts unreadable."""
    monkeypatch.setattr(mails, "_PARSER", EarlyParser())
    assert broken_by(copy) == {}


@pytest.mark.parametrize(("name", "statement"), BREAKS.items(), ids=list(BREAKS))
def test_one_broken_row_is_one_finding(name: str, statement: str, broken: Path, copy: Database) -> None:
    """Whatever breaks one promise is named by that promise, and by no other."""
    with closing(sqlite3.connect(broken)) as database, database:
        database.create_function("digest", 1, parse.digest)
        assert database.executescript(statement).connection.total_changes > 0
    assert list(broken_by(copy)) == [name]


def test_every_invariant_was_seen_broken() -> None:
    """A question that never finds anything proves nothing."""
    assert {*BREAKS, *NOTES} == {one.name for one in INVARIANTS} - {"pages"}
