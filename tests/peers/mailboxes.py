"""Accounts of a private Dovecot as a MailboxReader reads them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mailgate.edge.imap_in import Mailbox, MailboxReader
from tests.edge.custodies import CursorCustody
from tests.peers import wait_until
from tests.peers.dovecot import PASSWORD, Dovecot

KNOWN = {"urgent@desk.example", "regulier@desk.example"}


def a_mailbox(dovecot: Dovecot, user: str) -> Mailbox:
    """A fresh account that moves what was read."""
    return Mailbox(
        "localhost",
        dovecot.tls,
        user,
        lambda: PASSWORD,
        "regulier@desk.example",
        1 << 20,
        processed="Traités",
        ca_file=dovecot.certificate.authority,
    )


def a_mail(number: int = 1, headers: str = "To: urgent@desk.example") -> bytes:
    return f"From: chef@acme.example\r\nSubject: panne {number}\r\n{headers}\r\n\r\nBonjour\r\n".encode()


@contextmanager
def reading(mailbox: Mailbox, custody: CursorCustody) -> Iterator[MailboxReader]:
    reader = MailboxReader(mailbox, custody, custody, KNOWN.__contains__, lambda: 0.0)
    reader.start()
    try:
        yield reader
    finally:
        reader.stop()
        reader._thread.join(30)
        assert not reader._thread.is_alive(), "a reader stops"


def subjects(custody: CursorCustody) -> list[str]:
    return [d.raw.split(b"Subject: ")[1].split(b"\r\n")[0].decode() for d in custody.deliveries]


def arrived(custody: CursorCustody, count: int) -> None:
    wait_until(lambda: len(custody.deliveries) >= count, what=f"{count} mails")
