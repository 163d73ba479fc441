"""MailboxReader against a real Dovecot whose server, folders or users do what they should not."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from mailgate.core.custody import ImapCursor
from mailgate.edge.imap_in import Mailbox
from tests.edge.custodies import CursorCustody
from tests.peers import wait_until
from tests.peers.dovecot import Dovecot
from tests.peers.mailboxes import a_mail, arrived, reading, subjects

pytestmark = pytest.mark.peer("dovecot")


@pytest.mark.parametrize("processed", ["Traités", None])
def test_a_deletion_that_is_taken_back_loses_no_mail(dovecot: Dovecot, mailbox: Mailbox, processed: str | None) -> None:
    """The cursor passes the mail while it is marked; afterwards nobody would look for it any more."""
    custody = CursorCustody()
    box = replace(mailbox, processed=processed)
    with reading(box, custody):
        dovecot.put(box.user, a_mail(1))
        arrived(custody, 1)
        wait_until(lambda: dovecot.mails(box.user, "INBOX", "UNSEEN") == 0, what="a mark")
    dovecot.put(box.user, a_mail(2), flags=[rb"\Deleted"])
    dovecot.put(box.user, a_mail(3))
    with reading(box, custody):
        arrived(custody, 3)
    assert subjects(custody) == ["panne 1", "panne 2", "panne 3"]


def test_what_was_deleted_before_the_first_contact_is_no_news(dovecot: Dovecot, mailbox: Mailbox) -> None:
    """Many mail programs leave there for years what they show no more."""
    custody = CursorCustody()
    dovecot.put(mailbox.user, a_mail(1), flags=[rb"\Deleted"])
    dovecot.put(mailbox.user, a_mail(2))
    with reading(mailbox, custody):
        arrived(custody, 1)
        dovecot.put(mailbox.user, a_mail(3))
        arrived(custody, 2)
    assert subjects(custody) == ["panne 2", "panne 3"]


def test_a_first_contact_that_finds_nothing_unread_is_remembered(dovecot: Dovecot, mailbox: Mailbox) -> None:
    """Else what comes while the desk is down, and is read by a person, passes for old."""
    custody = CursorCustody()
    box = replace(mailbox, processed=None)
    dovecot.put(box.user, a_mail(1), flags=[rb"\Seen"])
    with reading(box, custody):
        wait_until(lambda: custody.cursors, what="a cursor")
    dovecot.put(box.user, a_mail(2), flags=[rb"\Seen"])
    with reading(box, custody):
        arrived(custody, 1)
    assert subjects(custody) == ["panne 2"]


def test_an_empty_folder_is_remembered_and_left_as_it_is(dovecot: Dovecot, mailbox: Mailbox) -> None:
    """No UID is 0, and no server has to understand a search up to it."""
    custody = CursorCustody()
    with capture_logs() as logs:
        for _ in range(2):
            with reading(mailbox, custody):
                wait_until(lambda: custody.cursors, what="a cursor")
                time.sleep(0.3)
        with reading(mailbox, custody):
            dovecot.put(mailbox.user, a_mail(1))
            arrived(custody, 1)
    assert "imap.failed" not in [entry["event"] for entry in logs]


@pytest.mark.parametrize("processed", ["Traités", None])
def test_a_server_that_was_set_back_is_read_from_where_it_is(
    dovecot: Dovecot, mailbox: Mailbox, processed: str | None
) -> None:
    """It gives out UIDs again that lie below the cursor: the mail would be moved away, and never read."""
    custody = CursorCustody()
    box = replace(mailbox, processed=processed)
    dovecot.put(box.user, a_mail(1), flags=[rb"\Seen"])
    dovecot.put(box.user, a_mail(2))
    with dovecot.login(box.user) as client:
        status = client.folder_status("INBOX", ["UIDVALIDITY"])
    custody.cursors[box.name] = ImapCursor(status[b"UIDVALIDITY"], 50)
    with reading(box, custody):
        arrived(custody, 1)
        dovecot.put(box.user, a_mail(3))
        arrived(custody, 2 if processed is None else 3)
    assert subjects(custody) == ["panne 1", "panne 2", "panne 3"][processed is None :]


@pytest.mark.parametrize("processed", ["Traités", None])
def test_a_mail_that_the_server_cannot_give_holds_nobody_up(
    dovecot: Dovecot, mailbox: Mailbox, processed: str | None
) -> None:
    """Dovecot hangs up at it each time, and what is behind it may be urgent. It is read when it can be."""
    custody = CursorCustody()
    box = replace(mailbox, processed=processed, poll_seconds=0.5)
    with reading(box, custody):
        wait_until(lambda: custody.cursors, what="a cursor")
    for number in (1, 2, 3):
        dovecot.put(box.user, a_mail(number))
    broken = next(file for file in _files(dovecot, box) if b"panne 2" in file.read_bytes())
    whole = broken.read_bytes()
    broken.write_bytes(whole[:20])
    with reading(box, custody):
        wait_until(lambda: "panne 3" in subjects(custody), seconds=60, what="the mail behind it")
        assert custody.cursors[box.name].uid == 1
        next(file for file in _files(dovecot, box) if file.stat().st_size == 20).write_bytes(whole)
        wait_until(lambda: "panne 2" in subjects(custody), seconds=60, what="the mail")
        wait_until(lambda: custody.cursors[box.name].uid == (3 if processed is None else 2), what="the cursor")
        wait_until(lambda: dovecot.mails(box.user, "INBOX", "UNSEEN") == 0, what="everything put away")
    in_turn = ["panne 3"] if processed is None else []
    assert subjects(custody) == ["panne 1", "panne 3", "panne 2", *in_turn]


def _files(dovecot: Dovecot, mailbox: Mailbox) -> list[Path]:
    return [*(dovecot.run / "mail" / mailbox.user).glob("*/*,S=*")]


def test_what_cannot_be_put_away_holds_nobody_up(dovecot: Dovecot, mailbox: Mailbox) -> None:
    """It is in custody, and so must be what is behind it; nobody is told that all is well."""
    custody = CursorCustody()
    with reading(mailbox, custody):
        dovecot.put(mailbox.user, a_mail(1))
        wait_until(lambda: dovecot.mails(mailbox.user, "Traités") == 1, what="a moved mail")
    put_away = next((dovecot.run / "mail" / mailbox.user).glob(".Trait*"))
    shutil.chown(put_away / "tmp", "root", "root")
    shutil.chown(put_away / "cur", "root", "root")
    for number in (2, 3):
        dovecot.put(mailbox.user, a_mail(number))
    alive: list[int] = []
    with reading(mailbox, custody) as reader:
        reader.alive = lambda: alive.append(len(custody.deliveries))
        arrived(custody, 3)
        dovecot.put(mailbox.user, a_mail(4))
        arrived(custody, 4)
        assert alive == []
        for folder in ("tmp", "cur"):
            shutil.chown(put_away / folder, "nobody", "nogroup")
        wait_until(lambda: dovecot.mails(mailbox.user, "Traités") == 4, seconds=60, what="all of them moved")
    assert subjects(custody) == ["panne 1", "panne 2", "panne 3", "panne 4"]


def test_what_was_never_taken_is_not_moved_away(dovecot: Dovecot, mailbox: Mailbox) -> None:
    """The cursor passed a mail that was too large. Now the limit is higher and somebody took the flag away: moved like
    what is in custody, it would look like read."""
    custody = CursorCustody()
    dovecot.put(mailbox.user, a_mail(1) + b"A" * 2000)
    dovecot.put(mailbox.user, a_mail(2))
    with reading(replace(mailbox, max_size=1000), custody):
        wait_until(lambda: dovecot.mails(mailbox.user, "Traités") == 1, what="the other mail")
    with dovecot.login(mailbox.user) as client:
        client.select_folder("INBOX")
        client.remove_flags(client.search("ALL"), [rb"\Flagged"])
    with reading(mailbox, custody):
        dovecot.put(mailbox.user, a_mail(3))
        wait_until(lambda: dovecot.mails(mailbox.user, "Traités") == 2, what="the third mail")
    assert subjects(custody) == ["panne 2", "panne 3"]
    assert dovecot.mails(mailbox.user) == 1


def test_when_uidvalidity_changes_old_read_mail_stays_old(dovecot: Dovecot, mailbox: Mailbox) -> None:
    """F29: a server that is moved gives every mail another UID and keeps its day. Last year's mail is no news, what
    came since is: also what somebody has read before us, and after a restart in the middle."""
    first_read = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    box = replace(mailbox, folder="Support", processed=None)
    custody = CursorCustody()
    custody.cursors[box.name] = ImapCursor(1, 4)
    custody.first_read[box.name] = first_read
    with dovecot.login(box.user) as client:
        client.create_folder(box.folder)
        for number, (flags, hours) in enumerate(
            [((), -9000), ((rb"\Seen",), -9000), ((rb"\Seen",), -1), ((rb"\Seen",), 1), ((rb"\Deleted",), 20), ((), 90)]
        ):
            client.append(box.folder, a_mail(number), flags, first_read + timedelta(hours=hours))
        client.append(box.folder, a_mail(6), (rb"\Seen",), first_read - timedelta(days=9))
    with reading(box, custody):
        arrived(custody, 4)
        wait_until(lambda: custody.cursors[box.name].uidvalidity > 1, what="a cursor")
    with reading(box, custody):
        dovecot.put(box.user, a_mail(7), box.folder, [rb"\Seen"])
        arrived(custody, 5)
    assert subjects(custody) == ["panne 0", "panne 3", "panne 4", "panne 5", "panne 7"]
