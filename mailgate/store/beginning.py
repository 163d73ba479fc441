"""With which salt this database's reply addresses are signed (mail.keyring).

A key ring may outlive its database: the file was deleted, its volume is not mounted, the ring was copied to another
desk. Tickets are counted from the first again then, and an address that the ring signed before would open the ticket of
another customer (design.md §4, promise 6). So a database draws a salt when it is made; every node that shares it signs
with that one, and a backup brings it back.

A database that was at work before there were salts has none, and keeps every address that is out.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert
from sqlmodel import select

from mailgate.store.tables import BeginningRow

if TYPE_CHECKING:
    from mailgate.store.database import Tx

SALT_OCTETS = 16


def begin(connection: Connection) -> None:
    """Give new tables their salt."""
    connection.execute(insert(BeginningRow).values(id=1, salt=secrets.token_hex(SALT_OCTETS)))


def salt_of(tx: Tx) -> str:
    """The database's salt; the empty text when it has none."""
    return tx.exec(select(BeginningRow.salt)).first() or ""
