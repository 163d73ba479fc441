"""What the auditor sees in the rows."""

from __future__ import annotations

from pathlib import Path

from mailgate.core.audit import Part
from mailgate.core.effects import SendMail
from mailgate.daemon.looks import DiskLook, Patience, RowsLook
from mailgate.store import restored
from mailgate.store.disk import Disk
from mailgate.store.tables import OutboxRow
from tests.builders import NOW
from tests.flow.desk import a_database
from tests.store.desk import a_letter, a_page, promise


def test_a_page_that_a_restore_holds_is_trouble(tmp_path: Path) -> None:
    """Nobody is called by it, and only somebody's word lets it go; a mail that is held can wait."""
    with a_database(tmp_path / "mailgate.db") as database:
        promise(database, SendMail(a_letter()), a_page())
        look = RowsLook(database, Patience())
        for row in (1, 2):
            with database.write() as tx:
                restored.hold(tx, tx.get_one(OutboxRow, row), NOW)
            told = list(look(NOW))
            assert [one.part for one in told] == [Part.PAGES] * (row - 1)
    assert "outbox release" in told[0].says


def test_a_disk_that_takes_no_mail_is_trouble_of_its_own(tmp_path: Path) -> None:
    """The database still takes what is small: nothing else would say why senders wait."""
    assert list(DiskLook(Disk(tmp_path, 1))(NOW)) == []
    (told,) = DiskLook(Disk(tmp_path, 1 << 60))(NOW)
    assert told.part is Part.DISK
    assert "no mail is taken before" in told.says
