"""What a database was given when it was made (store.beginning)."""

from __future__ import annotations

from sqlmodel import Field

from mailgate.store.columns import Words
from mailgate.store.tables.row import Row


class BeginningRow(Row, table=True):
    """The one row, `id` 1, of a database that was made by a program that knew salts."""

    __tablename__ = "beginning"

    id: int | None = Field(default=None, primary_key=True)
    salt: Words
