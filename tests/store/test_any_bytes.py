"""A16: whatever octets come in, the database gives the same ones back, and what was read of them is kept whole."""

from __future__ import annotations

import hashlib

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from mailgate.core.effects import AddMessage, OpenTicket
from mailgate.core.model import Attachment, Direction
from mailgate.mail import parse
from mailgate.mail.text import clean_header, clean_text
from mailgate.store import inbox
from mailgate.store.apply import apply_all
from mailgate.store.database import Database
from mailgate.store.tables import AttachmentRow, MessageRow, TicketRow
from tests.builders import NOW, a_ticket
from tests.store.desk import Writer, a_delivery

ANY_TEXT = st.text(st.characters(codec=None)) | st.text(st.sampled_from("a\0\ud800\udfff\ufffe\U0010ffff\x1b\r\n\x85é"))
OCTETS = st.binary(max_size=3000) | st.sampled_from(
    [b"", b"\0", b"\xed\xa0\x80", b"\xff\xfe", b"\x80" * 999, b"\r\n\r\n", b"Subject: \0\xed\xb0\x80\r\n\r\n\0"]
)
one_database = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
"""Examples share the database of their test: what one leaves behind is in the way of none."""


@one_database
@given(OCTETS)
def test_raw_octets_come_back_as_they_went_in(database: Database, octets: bytes) -> None:
    """I4: SHA-256 of what is kept is that of what came after DATA."""
    with database.write() as tx:
        (number,) = inbox.accept(tx, [a_delivery(octets)], NOW)
    with database.read() as tx:
        kept = inbox.raw(tx, number)
    assert kept is not None
    assert hashlib.sha256(kept).digest() == hashlib.sha256(octets).digest()


@one_database
@given(OCTETS)
def test_what_was_read_of_any_octets_is_kept_as_it_was_read(database: Database, octets: bytes) -> None:
    """NUL, surrogates and the rest are cleaned in one place, so the database has nothing to refuse and to change."""
    mail = parse.read(octets + b"\r\n")
    assert_kept(database, mail.body, mail.subject)


@one_database
@given(ANY_TEXT, ANY_TEXT)
@example("\0", "\ud800")
def test_any_cleaned_text_is_kept_as_it_is(database: Database, text: str, name: str) -> None:
    """Whatever a decoder may ever make of octets."""
    assert_kept(database, clean_text(text), clean_header(name))


def assert_kept(database: Database, said: str, name: str) -> None:
    """A message of this text, with a file of this name, is read back as it was written."""
    file = Attachment(1, name, "text/plain", 1)
    with database.write() as tx:
        if tx.get(TicketRow, 1001) is None:
            apply_all(tx, Writer(), [OpenTicket(a_ticket())], "first", NOW)
        message = AddMessage(1001, Direction.IN, name, (name,), said, NOW, attachments=(file,))
        apply_all(tx, Writer(), [message], "then", NOW)
    with database.read() as tx:
        kept = tx.exec(select(MessageRow).order_by(col(MessageRow.id).desc())).first()
        assert kept is not None
        named = tx.exec(select(AttachmentRow.name).where(AttachmentRow.message == kept.id)).one()
        assert (kept.text, kept.sender, kept.recipients, named) == (said, name, (name,), name)
