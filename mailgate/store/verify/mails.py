"""The mails of both boxes, one at a time: a mail may be large, and there may be very many.

Each transaction reads a few: a daemon that writes meanwhile is not held up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from typing import Any

from sqlalchemy import Row, Select, SQLColumnExpression, and_, exists, select
from sqlmodel import col

from mailgate.core.model import Outcome, Token
from mailgate.mail import address
from mailgate.store.database import Database
from mailgate.store.tables import InboxRow, OutboxMessageRow, OutboxRow, RawRow

BATCH = 200
"""Mails of one transaction."""

TAG = re.compile(r"\+([a-z2-7]{42})@")
"""Where a signed address has its token."""

LIST_FIELDS = ("List-Id", "List-Post", "List-Unsubscribe")
"""What a mailing list adds to what it passes on (RFC 2919, RFC 2369)."""

was_answered = and_(
    col(InboxRow.outcome) == Outcome.TICKET,
    exists().where(col(OutboxRow.ticket) == col(InboxRow.ticket), col(OutboxRow.template) == "acknowledgement"),
)

_PARSER = BytesHeaderParser()
_END_OF_HEADER = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Written:
    """One mail of the outbox: its header as the standard library reads it, its row, and its octets."""

    head: Message
    id: int
    template: str
    ticket: int | None
    technician: str | None
    target: str
    envelope_from: str
    message_id: str
    octets: bytes

    def values(self, name: str) -> list[str]:
        """Every value of a header field, unfolded."""
        return [str(value).replace("\r\n", "") for value in self.head.get_all(name, [])]

    @property
    def reply_token(self) -> Token | None:
        """What the signed address says that answers go to."""
        tags = [address.claimed(tag) for value in self.values("Reply-To") for tag in TAG.findall(value.lower())]
        return tags[0] if tags else None


@dataclass(frozen=True, slots=True)
class Kept:
    """One mail of the inbox, what was noted of it when it came, and whether the ticket that it opened was acknowledged
    to somebody."""

    id: int
    digest: str | None
    size: int
    answered: bool
    octets: bytes

    @property
    def says_who_wrote(self) -> str | None:
        """The Auto-Submitted field (RFC 3834 §5), None without one."""
        head = _header(self.octets)
        return _PARSER.parsebytes(head)["Auto-Submitted"] if b"auto-submitted" in head.lower() else None

    @property
    def came_by_list(self) -> str | None:
        """The field by which a mailing list passed it on (RFC 2919, RFC 2369), None without one."""
        head = _header(self.octets)
        if b"\nlist-" not in head.lower():
            return None
        fields = _PARSER.parsebytes(head)
        return next((name for name in LIST_FIELDS if name in fields), None)


def kept(database: Database) -> Iterator[Kept]:
    """Every mail in custody."""
    stored = select(
        col(InboxRow.id), col(InboxRow.digest), col(InboxRow.size), was_answered, col(RawRow.raw)
    ).join(RawRow, col(RawRow.inbox_id) == col(InboxRow.id))  # fmt: skip
    for row in _one_by_one(database, stored, col(InboxRow.id)):
        yield Kept(*row)


def written(database: Database) -> Iterator[Written]:
    """Every promise that leaves as a mail."""
    stored = (
        select(
            col(OutboxRow.id), col(OutboxRow.template), col(OutboxRow.ticket), col(OutboxRow.technician),
            col(OutboxRow.target), col(OutboxRow.envelope_from), col(OutboxRow.message_id),
            col(OutboxMessageRow.message),
        )
        .join(OutboxMessageRow, col(OutboxMessageRow.outbox_id) == col(OutboxRow.id))
        .where(col(OutboxRow.by_mail).is_(True))
    )  # fmt: skip
    for row in _one_by_one(database, stored, col(OutboxRow.id)):
        yield Written(_PARSER.parsebytes(_header(row[-1])), *row)


def _header(octets: bytes) -> bytes:
    end = octets.find(_END_OF_HEADER)
    return octets if end < 0 else octets[: end + len(_END_OF_HEADER)]


def _one_by_one(
    database: Database, stored: Select[*tuple[Any, ...]], key: SQLColumnExpression[Any]
) -> Iterator[Row[*tuple[Any, ...]]]:
    """The rows of a query whose first column is `key`, in its order."""
    last, more = 0, True
    while more:
        few = stored.where(key > last).order_by(key).limit(BATCH).execution_options(yield_per=1)
        more = False
        with database.read() as tx, tx.connection().execute(few) as rows:
            for row in rows:
                last, more = row[0], True
                yield row
