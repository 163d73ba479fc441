"""Hostile mail through the whole desk: custody, one ticket event, the raw bytes untouched, and the next mail is served.

A mail beyond a cap is processed from its envelope: the recipient decides the queue, and technicians are called.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from mailgate.store import inbox
from tests.flow.desk import Letter, LiveDesk, live_desk
from tests.mail.hostile import HOSTILE
from tests.mail.hostile.recipe import CHEF, Hostile

URGENT = "support-urgent@example.com"
PIECES = [
    *(
        b"From: ",
        b"Subject: ",
        b"Content-Type: multipart/mixed; boundary=b",
        b"--b",
        b"\r\n",
        b"\r\n\r\n",
        b"\0",
        b"\xe9",
    ),
    *(
        b"<",
        b'"',
        b"(",
        b"=?utf-8?q?=00?=",
        b"chef@acme.example",
        b"Content-Transfer-Encoding: base64",
        b"\xed\xa0\x80",
    ),
]

pytestmark = pytest.mark.timeout(60)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveDesk]:
    """One desk that gets them all, one after the other."""
    with live_desk(tmp_path_factory.mktemp("hostile") / "site") as running:
        running.without_floods()
        yield running


class Opened(AssertionError):
    """Somebody opened what must stay shut."""


def shut(*_: object, **__: object) -> Any:
    """Stands for every way to dial or to unpack."""
    raise Opened


@pytest.fixture(autouse=True)
def _sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a mail says, nothing is dialled and nothing is unpacked while it is read and told (A13, A21)."""
    for name in ("socket.socket", "socket.create_connection", "socket.getaddrinfo", "urllib.request.urlopen"):
        monkeypatch.setattr(name, shut)
    for name in ("zlib.decompress", "zlib.decompressobj", "gzip.open", "zipfile.ZipFile", "tarfile.open", "bz2.open"):
        monkeypatch.setattr(name, shut)


def decided(desk: LiveDesk) -> list[tuple[str, str]]:
    """What the journal says of the last two mails: event and outcome."""
    with desk.database.read() as tx:
        rows = tx.execute(text("SELECT event, outcome FROM journal ORDER BY id DESC LIMIT 2"))
        return [(str(event), str(outcome)) for event, outcome in rows]


def last_two(desk: LiveDesk) -> tuple[int, int]:
    """The inbox ids of the last two mails."""
    with desk.database.read() as tx:
        second = int(tx.execute(text("SELECT max(id) FROM inbox")).scalar_one())
    return second - 1, second


def ticket_of(desk: LiveDesk, inbox_id: int) -> int:
    with desk.database.read() as tx:
        return int(tx.execute(text(f"SELECT ticket FROM inbox WHERE id = {inbox_id}")).scalar_one())


def called(desk: LiveDesk, ticket: int) -> int:
    """How many people are paged for a ticket."""
    with desk.database.read() as tx:
        paged = text(f"SELECT count(*) FROM page WHERE ticket = {ticket} AND channel = 'pager'")
        return int(tx.execute(paged).scalar_one())


def reason_of(desk: LiveDesk, inbox_id: int) -> str:
    with desk.database.read() as tx:
        return str(tx.execute(text(f"SELECT because FROM journal WHERE inbox_id = {inbox_id}")).scalar_one())


def raw_of(desk: LiveDesk, inbox_id: int) -> bytes:
    with desk.database.read() as tx:
        return inbox.raw(tx, inbox_id) or b""


@pytest.mark.parametrize("hostile", HOSTILE, ids=str)
def test_it_is_one_ticket_and_the_next_mail_is_served(desk: LiveDesk, hostile: Hostile) -> None:
    """I1, I4, I7: whatever follows DATA, three people are called for it at the urgent door, and then for the next; what
    was left out of it is told."""
    raw = hostile.write()
    desk.accept(raw, CHEF, URGENT)
    desk.accept(Letter("Bonjour", subject=str(hostile)).raw(1), CHEF, URGENT)
    desk.decide()
    assert decided(desk) == [("mail-received", "ticket")] * 2
    first, second = last_two(desk)
    assert hashlib.sha256(raw_of(desk, first)).digest() == hashlib.sha256(raw).digest()
    assert hostile.defect in reason_of(desk, first)
    for ticket in {ticket_of(desk, first), ticket_of(desk, second)}:
        assert (desk.ticket(ticket).queue, called(desk, ticket)) == ("urgent", 3)


@settings(max_examples=60)
@given(st.binary(max_size=500) | st.lists(st.sampled_from(PIECES), max_size=20).map(b"".join))
def test_any_octets_are_one_ticket(desk: LiveDesk, octets: bytes) -> None:
    """A11, A16: not only those that somebody thought of. The same octets again are the same mail, and nothing new."""
    desk.accept(octets, CHEF, URGENT)
    desk.decide()
    ((event, outcome), *_) = decided(desk)
    assert (event, outcome) in {("mail-received", "ticket"), ("mail-received", "duplicate")}
    assert raw_of(desk, last_two(desk)[1]) == octets


def test_each_was_decided_once(desk: LiveDesk) -> None:
    """Nothing was put aside, nothing was decided twice."""
    with desk.database.read() as tx:
        decisions, distinct = tx.execute(text("SELECT count(*), count(DISTINCT inbox_id) FROM journal")).one()
        mails = tx.execute(text("SELECT count(*) FROM inbox")).scalar_one()
        states = set(tx.execute(text("SELECT state FROM inbox")).scalars())
    assert decisions == distinct == mails
    assert states <= {"done"}
