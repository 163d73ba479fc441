"""Which node has which mailbox and which tick (store.tenures)."""

from __future__ import annotations

from sqlmodel import Field

from mailgate.store.columns import MaybeTime, PlainText, Time, Words
from mailgate.store.tables.row import Row


class TenureRow(Row, table=True):
    """One thing that one node does at a time: `holder` may, from `since` and before `until`, on the clock of the
    database. It was done last at `done_at`, by anybody; `word` is what its holder lets the others know."""

    __tablename__ = "tenure"

    name: str = Field(primary_key=True, sa_type=PlainText)
    holder: Words
    since: Time
    until: Time
    done_at: MaybeTime = None
    word: Words = ""
