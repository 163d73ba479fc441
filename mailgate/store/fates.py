"""What became of our mails after a relay had taken them, and which addresses mail does not reach."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from sqlalchemy import bindparam, delete, update
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from mailgate.core.effects import ClearAddress, MarkAddress, SetFate
from mailgate.core.events import MailReceived
from mailgate.core.model import TokenKind
from mailgate.core.reports import Report
from mailgate.core.seen import Sent
from mailgate.store import rows
from mailgate.store.database import Tx
from mailgate.store.tables import AddressRow, OutboxRow, saved

_ADDRESS = rows.table(AddressRow).c.address
_MARKED = select_columns(_ADDRESS).where(_ADDRESS.in_(bindparam("asked", expanding=True)))

FateChange = SetFate | MarkAddress | ClearAddress


def change_fate(tx: Tx, effect: FateChange) -> None:
    """A report was believed, or an address turned out to work."""
    match effect:
        case SetFate(outbox_id, fate, reason, at):
            mail = update(OutboxRow).where(col(OutboxRow.id) == outbox_id)
            tx.exec(mail.values(fate=fate, fate_reason=reason, fate_at=at))
        case MarkAddress():
            _mark(tx, effect)
        case ClearAddress(address):
            tx.exec(delete(AddressRow).where(col(AddressRow.address) == address))
        case _:
            assert_never(effect)


def reported(tx: Tx, event: MailReceived) -> OutboxRow | None:
    """The mail of ours that came back to its return address, or that a report names.

    A signed address of a ticket outweighs a report about another ticket's mail: anybody can write a report."""
    if event.token is not None and event.token.kind is TokenKind.BOUNCE:
        return tx.get(OutboxRow, event.token.ticket)
    row = _named(tx, event.mail.report) if event.mail.report is not None else None
    agreed = row is None or event.token is None or event.token.ticket == row.ticket
    return row if agreed else None


def sent(row: OutboxRow, event: MailReceived) -> Sent:
    """The mail as the core sees it; only its own return address proves that it came back."""
    proven = event.token is not None and event.token.kind is TokenKind.BOUNCE
    return Sent(
        outbox_id=saved(row.id),
        template=row.template,
        target=row.target,
        subject=row.subject,
        proven=proven,
        technician=row.technician,
        channel=row.channel,
        fate=row.fate,
        promised_at=row.promised_at,
        reason=row.fate_reason,
    )


def marked(tx: Tx, addresses: Iterable[str]) -> frozenset[str]:
    """Those of the addresses (lower case) that mail does not reach."""
    asked = list(addresses)
    return frozenset(rows.ask(tx, _MARKED, {"asked": asked}).scalars()) if asked else frozenset()


def _mark(tx: Tx, effect: MarkAddress) -> None:
    """`since` stays what it was: the administrator asks for how long."""
    row = tx.get(AddressRow, effect.address)
    since, times = (row.since, row.times) if row else (effect.at, 0)
    tx.merge(
        AddressRow(
            address=effect.address,
            fate=effect.fate,
            reason=effect.reason,
            since=since,
            at=effect.at,
            times=times + 1,
        )
    )


def _named(tx: Tx, report: Report) -> OutboxRow | None:
    if not report.message_id:
        return None
    ours = select(OutboxRow).where(OutboxRow.message_id == report.message_id.lower())
    return tx.exec(ours.order_by(col(OutboxRow.id).desc()).limit(1)).first()
