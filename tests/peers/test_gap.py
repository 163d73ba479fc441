"""A desk that was set back to a backup, and a real mailbox that still has what came since."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mailgate import site, starter
from mailgate.acceptor import Acceptor
from mailgate.edge.imap_in import Mailbox, MailboxReader
from mailgate.store import backup, restore, restored
from mailgate.store.backup import Source
from mailgate.store.database import Database
from tests.builders import NOW
from tests.flow.desk import LiveDesk
from tests.peers import wait_until
from tests.peers.dovecot import PASSWORD, Dovecot
from tests.peers.mailboxes import a_mail

pytestmark = pytest.mark.peer("dovecot")

KNOWN = {"support-urgent@example.com"}
MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["Traités", None])
def mailbox(dovecot: Dovecot, request: pytest.FixtureRequest) -> Mailbox:
    """One that moves what was read, and one that leaves it."""
    return Mailbox(
        "localhost", dovecot.tls, f"gap-{bool(request.param)}@desk.example".lower(), lambda: PASSWORD,
        "support-urgent@example.com", 1 << 20, processed=request.param, ca_file=dovecot.certificate.authority,
    )  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    starter.write(tmp_path / "site")
    return tmp_path / "site"


@contextmanager
def working(root: Path, at: datetime) -> Iterator[LiveDesk]:
    """The desk at a moment."""
    database = Database.open(f"sqlite:///{root}/var/mailgate.db")
    database.upgrade()
    desk = LiveDesk(site.load(root / "config.toml"), database)
    desk.at(at)
    desk.without_floods()
    try:
        yield desk
    finally:
        database.close()


def read(desk: LiveDesk, mailbox: Mailbox, mails: int) -> None:
    """The mailbox is read until so many more mails were taken, and nothing is missing; then all is decided and sent."""
    acceptor = Acceptor(desk.database, lambda: desk.now, lambda: None)
    reader = MailboxReader(mailbox, acceptor, acceptor, KNOWN.__contains__, lambda: 0.0)
    before = count(desk)
    acceptor.start()
    reader.start()
    try:
        wait_until(lambda: count(desk) >= before + mails and acceptor.gap(mailbox.name) is None, what="the mails")
    finally:
        reader.stop()
        acceptor.stop()
    desk.work()


def count(desk: LiveDesk) -> int:
    with desk.database.read() as tx:
        return int(tx.connection().exec_driver_sql("SELECT count(*) FROM inbox").scalar_one())


def arrives(dovecot: Dovecot, mailbox: Mailbox, number: int, at: datetime) -> None:
    raw = a_mail(number, f"To: support-urgent@example.com\r\nMessage-ID: <{number}@acme.example>")
    with dovecot.login(mailbox.user) as client:
        client.append("INBOX", raw, (), at)


def subjects(desk: LiveDesk) -> list[str]:
    with desk.database.read() as tx:
        return [row[0] for row in tx.connection().exec_driver_sql("SELECT subject FROM ticket ORDER BY 1")]


def test_the_mailbox_fills_the_gap_and_nothing_leaves_twice(
    dovecot: Dovecot, mailbox: Mailbox, root: Path, tmp_path: Path
) -> None:
    """Mail read after the backup opens its tickets again, in silence; what comes now is answered."""
    with working(root, NOW) as desk:
        arrives(dovecot, mailbox, 1, NOW)
        read(desk, mailbox, 1)
        backup.write(Source(f"sqlite:///{root}/var/mailgate.db"), tmp_path / "backup.db", False, NOW)
        for number in (2, 3):
            arrives(dovecot, mailbox, number, NOW + number * MINUTE)
        read(desk, mailbox, 2)
        assert len(subjects(desk)) == 3
        answered = len(desk.sent)
    target = Source(f"sqlite:///{root}/var/mailgate.db")
    with backup.claimed(root / "var/staged") as staged:
        restore.stage(tmp_path / "backup.db", staged, NOW + 9 * MINUTE, target)
        restore.place(staged, target, True)
    with working(root, NOW + 10 * MINUTE) as desk:
        read(desk, mailbox, 2)
        assert subjects(desk) == ["panne 1", "panne 2", "panne 3"]
        with desk.database.read() as tx:
            held = restored.held(tx)
        assert not desk.sent
        assert 0 < held.rows <= answered
        arrives(dovecot, mailbox, 4, NOW + 10 * MINUTE)
        read(desk, mailbox, 1)
        assert {one.header("Subject") for one in desk.sent if one.template == "acknowledgement"} == {"[#2004] panne 4"}


def test_a_mailbox_that_the_backup_does_not_know_is_read_again(
    dovecot: Dovecot, mailbox: Mailbox, root: Path, tmp_path: Path
) -> None:
    """It was first read after the backup: what was put away since then is nobody's old mail."""
    box = replace(mailbox, user=f"later-{mailbox.user}")
    with working(root, NOW) as desk:
        backup.write(Source(f"sqlite:///{root}/var/mailgate.db"), tmp_path / "backup.db", False, NOW)
        for number in (1, 2):
            arrives(dovecot, box, number, NOW + number * MINUTE)
        read(desk, box, 2)
    target = Source(f"sqlite:///{root}/var/mailgate.db")
    with backup.claimed(root / "var/staged") as staged:
        restore.stage(tmp_path / "backup.db", staged, NOW + 9 * MINUTE, target, [box.name])
        restore.place(staged, target, True)
    with working(root, NOW + 10 * MINUTE) as desk:
        read(desk, box, 2)
        assert subjects(desk) == ["panne 1", "panne 2"]
