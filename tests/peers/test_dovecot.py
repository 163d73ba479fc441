"""MailboxReader against a real Dovecot, cut where it hurts."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from mailgate.core.custody import Delivery, ImapCursor, ImapSource
from mailgate.edge.imap_in import Mailbox
from tests.edge.custodies import CursorCustody
from tests.peers import wait_until
from tests.peers.cutting import cable_to
from tests.peers.dovecot import PASSWORD, Dovecot
from tests.peers.mailboxes import a_mail, arrived, reading, subjects

pytestmark = pytest.mark.peer("dovecot")


def test_mail_that_waits_is_taken_in_order_and_moved(dovecot: Dovecot, mailbox: Mailbox) -> None:
    """Over TLS with an authority of our own, into a folder with accents that did not exist."""
    custody = CursorCustody()
    for number in (1, 2, 3):
        dovecot.put(mailbox.user, a_mail(number), flags=[rb"\Seen"] if number == 2 else [])
    with reading(mailbox, custody):
        wait_until(lambda: dovecot.mails(mailbox.user, "Traités", "SEEN") == 3, what="three moved mails")
    assert subjects(custody) == ["panne 1", "panne 2", "panne 3"]
    assert dovecot.mails(mailbox.user) == 0
    first = custody.deliveries[0]
    assert (first.door, first.peer, first.trusted, first.raw) == ("imap", "localhost", False, a_mail(1))
    assert (first.envelope_from, first.recipients) == ("chef@acme.example", ("urgent@desk.example",))
    assert custody.cursors[mailbox.name].uid == 3


@pytest.mark.parametrize("tls", ["required", "starttls", "none"])
def test_a_new_mail_is_noticed_within_seconds(dovecot: Dovecot, mailbox: Mailbox, tls: str) -> None:
    """IDLE, not the next poll: an urgent mail pages people."""
    custody = CursorCustody()
    port = dovecot.tls if tls == "required" else dovecot.plain
    with reading(replace(mailbox, tls=tls, port=port, poll_seconds=3600), custody):  # type: ignore[arg-type]  # a parameter is a plain str
        for number in (1, 2):
            time.sleep(0.5)
            dovecot.put(mailbox.user, a_mail(number))
            wait_until(lambda: len(custody.deliveries) == number, what="the mail")  # noqa: B023 - called at once


def test_a_burst_loses_nobody(dovecot: Dovecot, mailbox: Mailbox) -> None:
    """Mails that arrive while others are fetched were announced in the middle, and IDLE does not say it again."""
    custody = CursorCustody()
    with reading(mailbox, custody):
        for number in range(20):
            dovecot.put(mailbox.user, a_mail(number))
        wait_until(lambda: dovecot.mails(mailbox.user, "Traités") == 20, what="all of the burst")
    assert sorted(subjects(custody)) == sorted(f"panne {number}" for number in range(20))


def test_several_mailboxes_are_read_side_by_side(dovecot: Dovecot, mailbox: Mailbox) -> None:
    """Each has a thread, a cursor and a fallback address of its own."""
    custody = CursorCustody()
    other = replace(mailbox, user=f"other-{mailbox.user}", fallback="urgent@desk.example")
    with reading(mailbox, custody), reading(other, custody):
        dovecot.put(mailbox.user, a_mail(1, "To: someone@elsewhere.example"))
        dovecot.put(other.user, a_mail(2, "To: someone@elsewhere.example"))
        arrived(custody, 2)
    assert {d.recipients for d in custody.deliveries} == {("regulier@desk.example",), ("urgent@desk.example",)}
    assert set(custody.cursors) == {mailbox.name, other.name}


class CuttingCustody(CursorCustody):
    """Keeps its word, and cuts the cable right after each of the first `cuts` commits."""

    def __init__(self, cut: Callable[[], None], cuts: int) -> None:
        super().__init__()
        self._cut = cut
        self._cuts = cuts

    def submit(self, delivery: Delivery) -> Future[int]:
        promise = super().submit(delivery)
        if len(self.deliveries) <= self._cuts:
            self._cut()
        return promise


@pytest.mark.parametrize("processed", ["Traités", None])
def test_a_cut_between_commit_and_move_takes_no_mail_twice(
    dovecot: Dovecot, mailbox: Mailbox, processed: str | None
) -> None:
    """F28: over three crashes, each mail is submitted once, and all of them are put away in the end."""
    dovecot.put(mailbox.user, a_mail(0), flags=[rb"\Seen"])
    with cable_to(dovecot.tls) as cable:
        custody = CuttingCustody(cable.cut, cuts=3)
        custody.cursors[mailbox.name] = cursor = _cursor_of(dovecot, mailbox)
        custody.places.add(ImapSource(mailbox.name, cursor.uidvalidity, cursor.uid))
        for number in (1, 2, 3, 4):
            dovecot.put(mailbox.user, a_mail(number))
        for crash in (1, 2, 3):
            with reading(replace(mailbox, port=cable.port, processed=processed), custody):
                arrived(custody, crash)
            cable.plug()
        with reading(replace(mailbox, port=cable.port, processed=processed), custody):
            wait_until(lambda: dovecot.mails(mailbox.user, "INBOX", "UNSEEN") == 0, what="an empty folder")
            arrived(custody, 4)
    assert subjects(custody) == ["panne 1", "panne 2", "panne 3", "panne 4"]
    assert dovecot.mails(mailbox.user, "Traités") == (5 if processed else 0)


def _cursor_of(dovecot: Dovecot, mailbox: Mailbox) -> ImapCursor:
    """As if everything that is there now had been read."""
    with dovecot.login(mailbox.user) as client:
        status = client.folder_status("INBOX", ["UIDVALIDITY", "UIDNEXT"])
    return ImapCursor(status[b"UIDVALIDITY"], status[b"UIDNEXT"] - 1)


def test_a_connection_that_dies_in_idle_is_made_again(dovecot: Dovecot, mailbox: Mailbox) -> None:
    """At the end of the stream the library reads nothing for ever, at full speed."""
    custody = CursorCustody()
    with cable_to(dovecot.tls) as cable, reading(replace(mailbox, port=cable.port, poll_seconds=3600), custody):
        dovecot.put(mailbox.user, a_mail(1))
        arrived(custody, 1)
        cable.cut()
        cable.plug()
        dovecot.put(mailbox.user, a_mail(2))
        arrived(custody, 2)
        assert cable.connections == 2


def test_when_uidvalidity_changes_everything_is_read_again(dovecot: Dovecot, mailbox: Mailbox) -> None:
    """F29: UIDs mean something else now; the engine recognises by content what it has."""
    custody = CursorCustody()
    box = replace(mailbox, folder="Support", processed=None)
    _rebuild(dovecot, box, [a_mail(1)])
    with reading(box, custody):
        arrived(custody, 1)
    _rebuild(dovecot, box, [a_mail(1), a_mail(2)])
    with reading(box, custody):
        arrived(custody, 3)
    assert subjects(custody) == ["panne 1", "panne 1", "panne 2"]


def _rebuild(dovecot: Dovecot, mailbox: Mailbox, raws: list[bytes]) -> None:
    time.sleep(1.1)  # Dovecot takes the second of creation as UIDVALIDITY
    with dovecot.login(mailbox.user) as client:
        if client.folder_exists(mailbox.folder):
            client.delete_folder(mailbox.folder)
        client.create_folder(mailbox.folder)
        for raw in raws:
            client.append(mailbox.folder, raw)


def test_at_the_first_contact_only_unread_mail_counts(dovecot: Dovecot, mailbox: Mailbox) -> None:
    """A firm that switches on must not get a thousand tickets for last year's mail, not even after a restart."""
    custody = CursorCustody()
    box = replace(mailbox, processed=None)
    for number, flags in enumerate([[rb"\Seen"], [], [rb"\Seen"], [], [rb"\Seen"]]):
        dovecot.put(box.user, a_mail(number), flags=flags)
    with reading(box, custody):
        arrived(custody, 2)
        dovecot.put(box.user, a_mail(5), flags=[rb"\Seen"])  # somebody was faster than us
        arrived(custody, 3)
    with reading(box, custody):
        dovecot.put(box.user, a_mail(6))
        arrived(custody, 4)
        wait_until(lambda: dovecot.mails(box.user, "INBOX", "UNSEEN") == 0, what="everything seen")
    assert subjects(custody) == ["panne 1", "panne 3", "panne 5", "panne 6"]


def test_a_first_contact_cut_short_still_knows_old_from_new(dovecot: Dovecot, mailbox: Mailbox) -> None:
    """The cursor stays until the last unread mail; else the read ones in between would pass for new."""
    for number, flags in enumerate([[], [rb"\Seen"], [], [rb"\Seen"]]):
        dovecot.put(mailbox.user, a_mail(number), flags=flags)
    with cable_to(dovecot.tls) as cable:
        custody = CuttingCustody(cable.cut, cuts=1)
        box = replace(mailbox, processed=None, port=cable.port)
        with reading(box, custody):
            arrived(custody, 1)
        assert custody.cursor(box.name) is None
        cable.plug()
        with reading(box, custody):
            arrived(custody, 2)
            wait_until(lambda: custody.cursor(box.name), what="a cursor")
    assert subjects(custody) == ["panne 0", "panne 2"]
    assert custody.cursors[box.name].uid == 4


def test_a_mail_that_is_too_large_stays_and_holds_nobody_up(dovecot: Dovecot, mailbox: Mailbox) -> None:
    """Never lost: a person sees it flagged where it lies, also after the next start."""
    custody = CursorCustody()
    box = replace(mailbox, max_size=1000, poll_seconds=0.2)
    dovecot.put(box.user, a_mail(1) + b"A" * 2000)
    dovecot.put(box.user, a_mail(2))
    with capture_logs() as logs:
        for _ in range(2):
            with reading(box, custody):
                wait_until(lambda: dovecot.mails(box.user, "Traités") == 1, what="the other mail")
                time.sleep(0.5)
    assert subjects(custody) == ["panne 2"]
    assert dovecot.mails(box.user, "INBOX", "FLAGGED") == 1
    assert len([entry for entry in logs if entry["event"] == "imap.left_alone"]) == 1


class BrokenCustody(CursorCustody):
    """Keeps nothing until `well`."""

    well = False
    asked = 0

    def submit(self, delivery: Delivery) -> Future[int]:
        self.asked += 1
        if self.well:
            return super().submit(delivery)
        promise: Future[int] = Future()
        promise.set_exception(RuntimeError("database is locked"))
        return promise


def test_what_custody_does_not_take_is_neither_marked_nor_skipped(dovecot: Dovecot, mailbox: Mailbox) -> None:
    """Going on with the next mail would move the cursor past this one: lost."""
    custody = BrokenCustody()
    dovecot.put(mailbox.user, a_mail(1))
    dovecot.put(mailbox.user, a_mail(2))
    with reading(mailbox, custody):
        wait_until(lambda: custody.asked >= 2, what="a second attempt")
        assert dovecot.mails(mailbox.user, "INBOX", "UNSEEN") == 2
        custody.well = True
        arrived(custody, 2)
    assert subjects(custody) == ["panne 1", "panne 2"]


def test_a_server_that_nobody_vouches_for_gets_no_password(dovecot: Dovecot, mailbox: Mailbox) -> None:
    """Trap A4: the system's authorities do not know this one."""
    asked: list[str] = []

    def password() -> str:
        asked.append("password")
        return PASSWORD

    for tls, port in (("required", dovecot.tls), ("starttls", dovecot.plain)):
        box = replace(mailbox, tls=tls, port=port, ca_file=None, password=password)  # type: ignore[arg-type]  # a plain str
        with capture_logs() as logs, reading(box, CursorCustody()):
            wait_until(lambda: [entry for entry in logs if entry["event"] == "imap.failed"], what="a refusal")
    assert asked == []


def test_a_wrong_password_is_tried_again_later_and_logged_nowhere(dovecot: Dovecot, mailbox: Mailbox) -> None:
    """F31: the provider may lock an account that is tried too often."""
    box = replace(mailbox, password=lambda: "not-the-password")
    with capture_logs() as logs, reading(box, CursorCustody()):
        wait_until(lambda: logs, what="the first failure")
        time.sleep(0.3)
    assert [entry["event"] for entry in logs] == ["imap.failed"]
    assert "not-the-password" not in str(logs)
