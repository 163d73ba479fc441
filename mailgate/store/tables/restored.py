"""What a database remembers of its backups: the points that it was set back to, what is held since, and where mail may
be missing (store.restored).
"""

from __future__ import annotations

from sqlmodel import Field

from mailgate.store.columns import MaybeTime, PlainText, Time
from mailgate.store.tables.row import INBOX, OUTBOX, Row


class RestorePointRow(Row, table=True):
    """A backup that was made of this database, in the backup alone until it was restored: then also here, with the
    moment of it, and the number from which tickets go on behind it."""

    __tablename__ = "restore_point"

    id: int | None = Field(default=None, primary_key=True)
    backed_up_at: Time
    restored_at: MaybeTime = None
    next_ticket: int | None = None


class HoldRow(Row, table=True):
    """An outbox row that may have left in the time that a restore took back; `word` is the inbox row of the operator's
    word that let it leave."""

    __tablename__ = "hold"

    outbox_id: int = Field(primary_key=True, foreign_key=OUTBOX, sa_column_kwargs={"autoincrement": False})
    at: Time
    word: int | None = Field(default=None, foreign_key=INBOX)


class GapRow(Row, table=True):
    """A mailbox in which mail lies that was read after the backup, `since` when it came in; gone once it was read."""

    __tablename__ = "imap_gap"

    mailbox: str = Field(primary_key=True, sa_type=PlainText)
    since: Time
