"""What every table shares, and the keys that tables know each other by."""

from __future__ import annotations

from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every index and constraint has a name that a migration can call it by."""

NEVER_REUSE_IDS = {"sqlite_autoincrement": True}

INBOX = "inbox.id"
OUTBOX = "outbox.id"
TICKET = "ticket.number"
INTERVENTION = "intervention.id"


class Row(SQLModel, registry=registry(metadata=MetaData(naming_convention=NAMES))):
    """What all tables share: this desk's metadata."""


def saved(identity: int | None) -> int:
    """The id of a row that the database has seen."""
    assert identity is not None
    return identity
