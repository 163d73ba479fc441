"""What became of our mails after a relay had taken them, and which addresses mail does not reach."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from sqlalchemy import bindparam, delete, update
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from mailgate.core.clocks import HEARING
from mailgate.core.effects import ClearAddress, MarkAddress, SetFate
from mailgate.core.events import MailReceived
from mailgate.core.model import Activity, Direction, TokenKind
from mailgate.core.reports import LOST, Report
from mailgate.core.seen import ANSWER, ANSWERS, Contact, Sent, Unheard
from mailgate.core.ticket import Promise
from mailgate.store import rows
from mailgate.store.clocks import clocks_of
from mailgate.store.database import Tx
from mailgate.store.tables import AddressRow, DeedRow, InterventionRow, MessageRow, OutboxRow, saved

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


def unheard(tx: Tx, row: OutboxRow) -> Unheard:
    """What is known of a mail that did not arrive, or may not have, if it was an answer."""
    if row.ticket is None or row.template not in ANSWERS:
        return Unheard()
    deeds = tx.exec(
        select(DeedRow.at, DeedRow.undone_at, DeedRow.first_mail, DeedRow.last_mail).where(DeedRow.ticket == row.ticket)
    ).all()
    undone = frozenset(at for at, undone_at, _, _ in deeds if undone_at is not None)
    wrote = {one: at for one in (saved(row.id), *_lost(tx, row)) for at, _, first, last in deeds if first < one <= last}
    written_at = wrote.get(saved(row.id))
    return Unheard(
        meant=written_at not in undone and not _is_automatic(tx, row),
        written_at=written_at,
        void=undone.union(wrote.values()),
        calls=tuple(one for one in _calls(tx, row.ticket) if one.at not in undone),
        news=tuple(one for one in clocks_of(tx, row.ticket) if one.promise is Promise.UPDATE),
    )


def _lost(tx: Tx, like: OutboxRow) -> Iterable[int]:
    """The answers on the ticket to the same address that are known not to have arrived."""
    same = (OutboxRow.ticket == like.ticket, OutboxRow.template == ANSWER, OutboxRow.target == like.target)
    return (saved(one) for one in tx.exec(select(OutboxRow.id).where(*same, col(OutboxRow.fate).in_(LOST))))


def _is_automatic(tx: Tx, row: OutboxRow) -> bool:
    """Whether the desk wrote it: its own words are part of the story under the mail's own Message-ID."""
    own = (MessageRow.message_id == row.message_id, MessageRow.direction == Direction.OUT, col(MessageRow.automatic))
    return tx.exec(select(MessageRow.id).where(MessageRow.ticket == row.ticket, *own)).first() is not None


def _calls(tx: Tx, ticket: int) -> Iterable[Contact]:
    calls = select(InterventionRow).where(
        InterventionRow.ticket == ticket,
        col(InterventionRow.activity).in_(HEARING - {Activity.REPLY}),
        InterventionRow.minutes >= 0,
    )
    for row in tx.exec(calls.order_by(col(InterventionRow.id))):
        yield Contact(row.at, row.technician, row.activity)


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
