"""Custody: what came in, byte for byte, and what became of it.

The commit of `accept` is the moment from which a mail cannot be lost; the 250 follows it. Everything that happens later
is decided from these rows, so an operator's wish and a failed delivery are rows here too.

What is asked of the octets of a mail is asked before the first statement, which on SQLite locks everybody else out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Executable, Row, Update, bindparam, delete, update
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from mailgate.core.custody import Delivery, ImapCursor, ImapSource
from mailgate.core.decision import Decision
from mailgate.core.events import (
    BankAsked,
    DeliveryFailed,
    DrillAsked,
    PageAnswered,
    ReleaseAsked,
    RetryAsked,
    TicketRequested,
)
from mailgate.core.model import Door
from mailgate.mail import parse
from mailgate.store import rows
from mailgate.store.columns import InboxKind, InboxState
from mailgate.store.database import Tx
from mailgate.store.tables import CursorRow, GapRow, InboxRow, RawRow, saved

Asked = DeliveryFailed | TicketRequested | RetryAsked | ReleaseAsked | DrillAsked | PageAnswered | BankAsked
"""The events that are put in the inbox as they are, not as mail."""

Patience = Callable[[Delivery], int]
"""For how many minutes a mail may wait (core.patience): what may wait less is decided first."""

A_DAY = 24 * 60

SET_ASIDE_MOST = 1000
"""How many rows in quarantine one page counts."""

_KINDS = {
    DeliveryFailed: (InboxKind.DELIVERY_FAILED, Door.OUTBOX),
    TicketRequested: (InboxKind.TICKET_REQUESTED, Door.CLI),
    RetryAsked: (InboxKind.RETRY_ASKED, Door.CLI),
    ReleaseAsked: (InboxKind.RELEASE_ASKED, Door.CLI),
    DrillAsked: (InboxKind.DRILL_ASKED, Door.CLI),
    PageAnswered: (InboxKind.PAGE_ANSWERED, Door.WEB),
    BankAsked: (InboxKind.BANK_ASKED, Door.CLI),
}
_SHAPES: dict[InboxKind, TypeAdapter[Asked]] = {kind: TypeAdapter(event) for event, (kind, _) in _KINDS.items()}


_INBOX, _RAWS = rows.table(InboxRow), rows.table(RawRow)
_WHOLE = select_columns(_INBOX, _RAWS.c.raw).outerjoin(_RAWS, _RAWS.c.inbox_id == _INBOX.c.id)
_ONE = _WHOLE.where(_INBOX.c.id == bindparam("own"))
_FIRST = _WHOLE.where(_INBOX.c.state == InboxState.PENDING).limit(1).with_for_update(of=_INBOX, skip_locked=True)
_OLDEST, _MOST_URGENT = _FIRST.order_by(_INBOX.c.id), _FIRST.order_by(_INBOX.c.patience, _INBOX.c.id)
_DONE = (
    update(_INBOX)
    .where(_INBOX.c.id == bindparam("own"), _INBOX.c.state == InboxState.PENDING)
    .values(state=InboxState.DONE, done_at=bindparam("now"))
    .values(outcome=bindparam("decided"), ticket=bindparam("of"), level=bindparam("by"))
)

WholeRow = Row[*tuple[Any, ...]]
"""An inbox row and the octets of its mail, None when it holds none."""


@dataclass(frozen=True, slots=True)
class Received:
    """One pending inbox row: a mail as delivered, or an event with its `inbox_id` filled in.

    Neither, when another version of this program wrote the row in a shape that this one cannot read."""

    id: int
    event: Asked | None
    delivery: Delivery | None
    digest: str
    received_at: datetime


def accept(tx: Tx, deliveries: Sequence[Delivery], now: datetime, patience: Patience = lambda _: 0) -> tuple[int, ...]:
    """Take mails into custody, all of them or none; the ids are in the order of `deliveries`.

    A mail fetched again from the same place of a mailbox keeps the id it has. Mailbox cursors move along."""
    keys = [delivery.source or position for position, delivery in enumerate(deliveries)]
    ids: dict[ImapSource | int, int] = {key: known for key in keys if (known := _in_custody(tx, key))}
    fresh = {key: delivery for key, delivery in zip(keys, deliveries, strict=True) if key not in ids}
    ids |= zip(fresh, _insert(tx, tuple(fresh.values()), patience, now), strict=True)
    for delivery in deliveries:
        _move_cursor(tx, delivery.source)
    return tuple(ids[key] for key in keys)


def ask(tx: Tx, event: Asked, now: datetime) -> int:
    """Put an event into the inbox; its `inbox_id` and `received_at` are set when it comes out again.

    Somebody waits for an answer, or a page has failed; that a mere mail has failed can wait."""
    kind, door = _KINDS[type(event)]
    payload = _SHAPES[kind].dump_python(event, mode="json")
    waits = isinstance(event, DeliveryFailed) and event.technician is None
    row = InboxRow(kind=kind, door=door, payload=payload, received_at=now, patience=A_DAY if waits else 0)
    tx.add(row)
    tx.flush()
    return saved(row.id)


def cursor(tx: Tx, mailbox: str) -> ImapCursor | None:
    """How far a mailbox was read, None for a new one."""
    row = tx.get(CursorRow, mailbox)
    return None if row is None else ImapCursor(row.uidvalidity, row.uid)


def kept(tx: Tx, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> tuple[int, ...]:
    """Those of the UIDs whose mails were taken, in ascending order."""
    places = (InboxRow.mailbox == mailbox, InboxRow.uidvalidity == uidvalidity, col(InboxRow.uid).in_(uids))
    return tuple(saved(uid) for uid in tx.exec(select(InboxRow.uid).where(*places).order_by(col(InboxRow.uid))))


def since(tx: Tx, mailbox: str) -> datetime | None:
    """When a mailbox was first read, as its first mail tells, or mail may be missing from; None for a new one. One that
    never had mail is no older than the desk."""
    first = select(InboxRow.received_at).order_by(col(InboxRow.id)).limit(1)
    of_it = tx.exec(first.where(InboxRow.mailbox == mailbox)).first()
    known = of_it or (tx.exec(first).first() if cursor(tx, mailbox) else None)
    return min((at for at in (known, gap(tx, mailbox)) if at is not None), default=None)


def begin(tx: Tx, mailbox: str, cursor: ImapCursor) -> None:
    """A mailbox is read from there on."""
    tx.merge(CursorRow(mailbox=mailbox, uidvalidity=cursor.uidvalidity, uid=cursor.uid))


def forget(tx: Tx, mailbox: str) -> None:
    """A mailbox is as new as if it had never been read, and its UIDs name other mails from now on."""
    tx.exec(update(InboxRow).where(col(InboxRow.mailbox) == mailbox).values(uid=None))
    tx.exec(delete(CursorRow).where(col(CursorRow.mailbox) == mailbox))


def gap(tx: Tx, mailbox: str) -> datetime | None:
    """Since when mail came into a mailbox that may be missing here, None when none is."""
    row = tx.get(GapRow, mailbox)
    return None if row is None else row.since


def filled(tx: Tx, mailbox: str) -> None:
    """Nothing of a mailbox is missing any more."""
    tx.exec(delete(GapRow).where(col(GapRow.mailbox) == mailbox))


def next_pending(tx: Tx) -> Received | None:
    """The oldest row that nothing was decided about yet."""
    return _first(tx, _OLDEST)


def most_urgent(tx: Tx) -> Received | None:
    """The oldest of the pending rows that may wait least."""
    return _first(tx, _MOST_URGENT)


def done(tx: Tx, inbox_id: int, decision: Decision, now: datetime) -> None:
    """A pending row was decided. One that its decision put in quarantine stays there."""
    decided = {"decided": decision.outcome, "of": decision.ticket, "by": decision.findings.level}
    rows.ask(tx, _DONE, {"own": inbox_id, "now": now, **decided})


def quarantine(tx: Tx, inbox_id: int, reason: str) -> None:
    """Keep the row aside until somebody looks; nothing of it is lost."""
    tx.exec(_one(inbox_id).values(state=InboxState.QUARANTINED, reason=reason))


def set_aside(tx: Tx, after: int) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """The oldest thousand rows in quarantine behind the row `after`, with their recipients."""
    kept = select(InboxRow.id, InboxRow.recipients).where(
        InboxRow.state == InboxState.QUARANTINED, col(InboxRow.id) > after
    )
    found = tx.exec(kept.order_by(col(InboxRow.id)).limit(SET_ASIDE_MOST))
    return tuple((saved(row), tuple(recipients)) for row, recipients in found)


def retry(tx: Tx, inbox_id: int) -> bool:
    """A quarantined row becomes pending again; False when there is none of that id."""
    aside = _one(inbox_id).where(col(InboxRow.state) == InboxState.QUARANTINED)
    return tx.exec(aside.values(state=InboxState.PENDING, reason=None)).rowcount == 1


def raw(tx: Tx, inbox_id: int) -> bytes | None:
    """The mail exactly as received, None when the row holds none."""
    row = tx.get(RawRow, inbox_id)
    return None if row is None else row.raw


def received(tx: Tx, inbox_id: int) -> Received:
    """A row that is known to be there."""
    return _received(rows.ask(tx, _ONE, {"own": inbox_id}).one())


def _first(tx: Tx, pending: Executable) -> Received | None:
    row = rows.ask(tx, pending).first()
    return None if row is None else _received(row)


def _one(inbox_id: int) -> Update:
    return update(InboxRow).where(col(InboxRow.id) == inbox_id)


def _in_custody(tx: Tx, key: ImapSource | int) -> int | None:
    if isinstance(key, int):
        return None
    place = (InboxRow.mailbox == key.mailbox, InboxRow.uidvalidity == key.uidvalidity, InboxRow.uid == key.uid)
    return tx.exec(select(InboxRow.id).where(*place)).first()


def _insert(tx: Tx, deliveries: Sequence[Delivery], patience: Patience, now: datetime) -> Sequence[int]:
    if not deliveries:
        return ()
    taken = [_columns(delivery, now) | {"patience": patience(delivery)} for delivery in deliveries]
    ids = rows.reserved(tx, InboxRow, len(taken))
    rows.add(tx, InboxRow, [{"id": inbox_id} | one for inbox_id, one in zip(ids, taken, strict=True)])
    raws = [{"inbox_id": inbox_id, "raw": delivery.raw} for inbox_id, delivery in zip(ids, deliveries, strict=True)]
    rows.add(tx, RawRow, raws)
    return ids


def _columns(delivery: Delivery, now: datetime) -> dict[str, object]:
    source = delivery.source
    return {
        "kind": InboxKind.MAIL,
        "door": delivery.door,
        "peer": delivery.peer,
        "trusted": delivery.trusted,
        "dkim": delivery.dkim,
        "envelope_from": delivery.envelope_from,
        "recipients": delivery.recipients,
        "digest": parse.digest(delivery.raw),
        "size": len(delivery.raw),
        "received_at": now,
        "arrived_at": delivery.arrived_at,
        "mailbox": source and source.mailbox,
        "uidvalidity": source and source.uidvalidity,
        "uid": source and source.uid,
    }


def _move_cursor(tx: Tx, source: ImapSource | None) -> None:
    if source is None or not source.in_turn:
        return
    row = tx.get(CursorRow, source.mailbox, with_for_update=True)
    if row is None or row.uidvalidity != source.uidvalidity or row.uid < source.uid:
        tx.merge(CursorRow(mailbox=source.mailbox, uidvalidity=source.uidvalidity, uid=source.uid))


def _received(row: WholeRow) -> Received:
    return Received(
        id=saved(row.id),
        event=_event(row),
        delivery=_delivery(row),
        digest=row.digest or "",
        received_at=row.received_at,
    )


def _event(row: WholeRow) -> Asked | None:
    if row.kind is InboxKind.MAIL:
        return None
    try:
        event = _SHAPES[row.kind].validate_python(row.payload)
    except ValidationError:
        return None
    return replace(event, inbox_id=saved(row.id), received_at=row.received_at)


def _delivery(row: WholeRow) -> Delivery | None:
    if row.kind is not InboxKind.MAIL:
        return None
    return Delivery(
        door=row.door,
        envelope_from=row.envelope_from,
        recipients=row.recipients,
        raw=row.raw,
        peer=row.peer,
        trusted=row.trusted,
        source=_source(row),
        dkim=row.dkim,
    )


def _source(row: WholeRow) -> ImapSource | None:
    if row.mailbox is None or row.uidvalidity is None or row.uid is None:
        return None
    return ImapSource(row.mailbox, row.uidvalidity, row.uid)
