"""What became of mails that were promised, and whom mail does not reach."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from mailgate.core.reports import Fate
from mailgate.store.columns import OutboxState
from mailgate.store.database import Tx
from mailgate.store.tables import AddressRow, OutboxRow, ParticipantRow, TicketRow, saved

MOST_MARKED = 1000


@dataclass(frozen=True, slots=True)
class MailShown:
    """One promised mail to one recipient; `kind` is its template.

    `state` is what the relay made of it, `fate` what became of it then (null: nothing was reported); `reason` says why
    it did not leave, did not arrive, or was not needed any more, in the words of whoever said so."""

    id: int
    kind: str
    to: str
    subject: str
    state: OutboxState
    fate: Fate | None
    reason: str | None
    promised_at: datetime
    sent_at: datetime | None
    fate_at: datetime | None


@dataclass(frozen=True, slots=True)
class AddressShown:
    """An address that mail does not reach: what was said last and when, since when, and how often."""

    address: str
    fate: Fate
    reason: str
    since: datetime
    at: datetime
    times: int


def mails_of(tx: Tx, ticket: int) -> tuple[MailShown, ...]:
    """Every mail of a ticket, pages by mail included, oldest first."""
    promised = select(OutboxRow).where(OutboxRow.ticket == ticket, col(OutboxRow.by_mail)).order_by(col(OutboxRow.id))
    return tuple(_mail(row) for row in tx.exec(promised))


def marked_of(tx: Tx, ticket: TicketRow, written_to: Iterable[str]) -> tuple[AddressShown, ...]:
    """Those of a ticket's people that mail does not reach; `written_to` are the recipients of its mails."""
    takes_part = tx.exec(select(ParticipantRow.address).where(ParticipantRow.ticket == ticket.number))
    people = {ticket.requester_mail.lower(), *takes_part, *(address.lower() for address in written_to)}
    theirs = select(AddressRow).where(col(AddressRow.address).in_(people)).order_by(col(AddressRow.address))
    return tuple(_address(row) for row in tx.exec(theirs))


def marked_addresses(tx: Tx) -> tuple[AddressShown, ...]:
    """Whom mail does not reach: the thousand that were heard of last, newest first."""
    newest = select(AddressRow).order_by(col(AddressRow.at).desc(), col(AddressRow.address)).limit(MOST_MARKED)
    return tuple(_address(row) for row in tx.exec(newest))


def _mail(row: OutboxRow) -> MailShown:
    return MailShown(
        id=saved(row.id),
        kind=row.template,
        to=row.target,
        subject=row.subject,
        state=row.state,
        fate=row.fate,
        reason=row.fate_reason or row.last_error,
        promised_at=row.promised_at,
        sent_at=row.settled_at if row.state is OutboxState.SENT else None,
        fate_at=row.fate_at,
    )


def _address(row: AddressRow) -> AddressShown:
    return AddressShown(row.address, row.fate, row.reason, row.since, row.at, row.times)
