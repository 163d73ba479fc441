"""Promises to send: taken under a lease, tried, settled. At least once, byte for byte the same every time.

A worker takes rows until a time; when it dies, the rows come back after that time. `attempts` counts the leases and is
the fence: who comes back late with an older number finds that its row belongs to another attempt and changes nothing.

Between lease and settlement a page may be acknowledged or cancelled, and the work that a mail tells of be undone. It
then leaves if it is on its way, but is not tried again, neither after a failure nor by who takes it over when its lease
is out. Who settles locks the page first and the row after it, as who acknowledges does: on PostgreSQL the one would
otherwise overwrite what the other is about to commit.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, assert_never

from sqlalchemy import BindParameter, Row, Update, bindparam, update
from sqlmodel import col, select

from mailgate.core import delivery
from mailgate.core.delivery import Deferred, Delivered, Lane, Parcel, Refused, more_seconds
from mailgate.core.events import DeliveryFailed
from mailgate.core.model import Channel, PageState
from mailgate.core.rectifying import OF_DEEDS
from mailgate.core.reports import Fate
from mailgate.core.targets import is_mail
from mailgate.store import inbox, rows
from mailgate.store.columns import OutboxState
from mailgate.store.database import Tx
from mailgate.store.tables import DeedRow, OutboxMessageRow, OutboxRow, PageRow
from mailgate.store.tables.boxes import OPEN

UNSEEN = (PageState.PROMISED, PageState.CANCELLED)
"""The states of a page that learning of its departure changes."""


UNANSWERED = (PageState.PROMISED, PageState.SENT, PageState.ACCEPTED, PageState.ESCALATED)
"""The states of a page that nobody is known to have seen: a relay's word, or a bounce that comes later, fails it."""


NEEDLESS = (PageState.ACKNOWLEDGED, PageState.CANCELLED)
"""The states of a page that nobody needs to see any more."""


_BOX, _PAGE, _MESSAGE = rows.table(OutboxRow), rows.table(PageRow), rows.table(OutboxMessageRow)
_DEED = rows.table(DeedRow)
_THESE: BindParameter[Any] = bindparam("ids", expanding=True)
_DUE = (
    select(_BOX.c.id)
    .where(_BOX.c.lane == bindparam("served"), OPEN, _BOX.c.next_attempt_at <= bindparam("now"))
    .order_by(_BOX.c.next_attempt_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    .cte("due")
)
_TAKEN: dict[str, object] = {
    "attempts": _BOX.c.attempts + 1,
    "next_attempt_at": bindparam("until"),
    "leased_by": bindparam("owner"),
}
_TEXT = select(_MESSAGE.c.message).where(_MESSAGE.c.outbox_id == _BOX.c.id).scalar_subquery()
_LEASED = (
    *(_BOX.c.id, _BOX.c.lane, _BOX.c.template, _BOX.c.ticket, _BOX.c.technician, _BOX.c.channel, _BOX.c.target),
    *(_BOX.c.by_mail, _BOX.c.envelope_from, _BOX.c.subject, _BOX.c.attempts, _BOX.c.promised_at),
    _TEXT.label("message"),
)
TAKE = (
    update(_BOX).where(_BOX.c.id.in_(select(_DUE.c.id))).values(state=OutboxState.LEASED, **_TAKEN).returning(*_LEASED)
)
PAGES = (
    select(_PAGE.c.id, _PAGE.c.outbox_id, _PAGE.c.target, _PAGE.c.state)
    .where(_PAGE.c.outbox_id.in_(_THESE))
    .order_by(_PAGE.c.id)
    .with_for_update()
)
_SENT: dict[str, object] = {"state": OutboxState.SENT, "settled_at": bindparam("now"), "last_error": None}
SETTLE_SENT = (
    update(_BOX)
    .where(_BOX.c.id.in_(_THESE), _BOX.c.state == OutboxState.LEASED, _BOX.c.attempts == bindparam("fence"))
    .values(**_SENT)
    .returning(_BOX.c.id)
)
SEEN = select(_PAGE.c.outbox_id).where(_PAGE.c.outbox_id.in_(_THESE), _PAGE.c.state.in_(NEEDLESS))
UNDONE = (
    select(_BOX.c.id)
    .join(_DEED, _DEED.c.ticket == _BOX.c.ticket)
    .where(_BOX.c.id.in_(_THESE), _BOX.c.lane == Lane.BULK, _BOX.c.template.in_(OF_DEEDS))
    .where(_DEED.c.undone_at.is_not(None), _DEED.c.first_mail < _BOX.c.id, _DEED.c.last_mail >= _BOX.c.id)
)
"""Mails that belong to what a technician has undone since."""

DEPART = (
    update(_PAGE).where(_PAGE.c.id == bindparam("page")).values(sent_at=bindparam("now"), state=bindparam("departed"))
)


@dataclass(frozen=True, slots=True)
class Leased:
    """A parcel that this worker may send until its lease ends; `attempts` counts this attempt too.

    `settle` wants this value back: `fence` tells whether the row still belongs to this attempt."""

    parcel: Parcel
    lane: Lane
    attempts: int
    promised_at: datetime
    template: str
    ticket: int | None
    technician: str | None
    channel: Channel | None
    subject: str
    fence: int


@dataclass(frozen=True, slots=True)
class Lease:
    """At most `limit` rows of a lane for one worker; heavy mails for as much longer as they may take. `owner` is only
    there for people who look at the table."""

    lane: Lane
    limit: int
    owner: str
    until: datetime


def lease(tx: Tx, wanted: Lease, now: datetime) -> tuple[Leased, ...]:
    """Take what is due, the longest overdue first; rows whose lease ended are due again, unless nobody needs them."""
    asked = {"served": wanted.lane, "now": now, "most": wanted.limit, "until": wanted.until, "owner": wanted.owner}
    taken = sorted(rows.ask(tx, TAKE, asked).all(), key=lambda row: int(row.id))
    needless = _given_up(tx, [row.id for row in taken if row.attempts > 1], now)
    leased = tuple(_leased(row) for row in taken if row.id not in needless)
    for one in leased:
        if more := more_seconds(one.parcel):
            tx.exec(_held(one).values(next_attempt_at=wanted.until + timedelta(seconds=more)))
    return leased


def settle(tx: Tx, leased: Leased, result: delivery.Delivery, next_attempt_at: datetime | None, now: datetime) -> bool:
    """Write down how the attempt ended; False, and nothing changes, when the row belongs to a later attempt.

    Without `next_attempt_at` a deferred parcel has failed for good. A failure becomes an event in the inbox."""
    match result:
        case Delivered():
            return bool(sent(tx, (leased,), now))
        case Deferred(reason) | Refused(reason) if not _wanted(tx, leased):
            return _dropped(tx, leased, reason, now)
        case Deferred(reason) if next_attempt_at is not None:
            return _promised_again(tx, leased, reason, next_attempt_at)
        case Deferred(reason):
            return _failed(tx, leased, Fate.SOFT, reason, now)
        case Refused(reason):
            return _failed(tx, leased, Fate.HARD, reason, now)
        case _:
            assert_never(result)


def sent(tx: Tx, several: Sequence[Leased], now: datetime) -> int:
    """Write down that parcels were delivered, in as few statements for many as for one; how many still belonged to
    their attempt."""
    if not several:
        return 0
    pages = rows.ask(tx, PAGES, {"ids": sorted(leased.parcel.outbox_id for leased in several)}).all()
    held = {row.id for fence in {leased.fence for leased in several} for row in _settled(tx, several, fence, now)}
    if departed := [_departure(page, now) for page in pages if page.outbox_id in held]:
        rows.ask(tx, DEPART, departed)
    return len(held)


def release(tx: Tx, now: datetime, owner: str | None = None) -> int:
    """Every lease of a worker's that is gone ends now (None: of all, on a database that nobody else serves); how many
    rows are due again, and need not wait for their leases to run out. A page that somebody has seen meanwhile is not
    needed any more."""
    leased = update(OutboxRow).where(OPEN, col(OutboxRow.state) == OutboxState.LEASED)
    if owner is not None:
        leased = leased.where(col(OutboxRow.leased_by) == owner)
    answered = col(PageRow.state).in_(NEEDLESS)
    seen = select(PageRow.id).where(col(PageRow.outbox_id) == col(OutboxRow.id), answered).correlate(OutboxRow).exists()
    over = {"state": OutboxState.CANCELLED, "settled_at": now, "last_error": "no longer needed after a restart"}
    tx.exec(leased.where(seen).values(**over))
    return tx.exec(leased.values(state=OutboxState.PROMISED, next_attempt_at=now)).rowcount


def fail_page(tx: Tx, outbox_id: int) -> None:
    """The page that the row carried did not reach its person; harmless when it carried none, or they know already."""
    page = _page(tx, outbox_id)
    if page is not None and page.state in UNANSWERED:
        page.state = PageState.FAILED


def anew(now: datetime) -> rows.Values:
    """A row that is promised once more: due at once, its lifetime starts over, its attempts count on (they are the
    fence). What became of the last ones says nothing of the next."""
    fateless = {"fate": None, "fate_reason": None, "fate_at": None}
    return {"state": OutboxState.PROMISED, "next_attempt_at": now, "promised_at": now, "settled_at": None, **fateless}


def _given_up(tx: Tx, again: Sequence[int], now: datetime) -> Collection[int]:
    """Which of those that are taken once more nobody needs any more: they are over. Their pages are read, not locked,
    since their rows are: the other way round than who acknowledges."""
    seen = [one for which in (SEEN, UNDONE) for one in rows.ask(tx, which, {"ids": again}).scalars()] if again else []
    over = {"state": OutboxState.CANCELLED, "settled_at": now, "last_error": "no longer needed; its lease ran out"}
    if seen:
        tx.exec(update(OutboxRow).where(col(OutboxRow.id).in_(seen)).values(**over))
    return seen


def _settled(tx: Tx, several: Sequence[Leased], fence: int, now: datetime) -> Sequence[Row[Any]]:
    """Those of one number of attempts that still belonged to theirs; most are the first."""
    ids = sorted(leased.parcel.outbox_id for leased in several if leased.fence == fence)
    return rows.ask(tx, SETTLE_SENT, {"ids": ids, "fence": fence, "now": now}).all()


def _departure(page: Row[Any], now: datetime) -> rows.Values:
    """A relay only passes a mail on; a gateway or a service says that the page itself is accepted."""
    departed = PageState.SENT if is_mail(page.target) else PageState.ACCEPTED
    return {"page": page.id, "now": now, "departed": departed if page.state in UNSEEN else page.state}


def _promised_again(tx: Tx, leased: Leased, reason: str, next_attempt_at: datetime) -> bool:
    again = _held(leased).values(state=OutboxState.PROMISED, next_attempt_at=next_attempt_at, last_error=reason)
    return _changed(tx, again)


def _dropped(tx: Tx, leased: Leased, reason: str, now: datetime) -> bool:
    why = f"no longer needed; the last attempt said: {reason}"
    return _changed(tx, _held(leased).values(state=OutboxState.CANCELLED, settled_at=now, last_error=why))


def _failed(tx: Tx, leased: Leased, fate: Fate, reason: str, now: datetime) -> bool:
    ended = {"state": OutboxState.FAILED, "settled_at": now, "last_error": reason}
    held = _changed(tx, _held(leased).values(**ended, fate=fate, fate_reason=reason, fate_at=now))
    if held:
        fail_page(tx, leased.parcel.outbox_id)
        inbox.ask(tx, _failure(leased, fate, reason, now), now)
    return held


def _failure(leased: Leased, fate: Fate, reason: str, now: datetime) -> DeliveryFailed:
    return DeliveryFailed(
        inbox_id=0,
        received_at=now,
        outbox_id=leased.parcel.outbox_id,
        template=leased.template,
        recipient=leased.parcel.target,
        subject=leased.subject,
        reason=reason,
        ticket=leased.ticket,
        technician=leased.technician,
        channel=leased.channel,
        fate=fate,
        promised_at=leased.promised_at,
    )


def _wanted(tx: Tx, leased: Leased) -> bool:
    page = _page(tx, leased.parcel.outbox_id)
    if page is None:
        return rows.ask(tx, UNDONE, {"ids": [leased.parcel.outbox_id]}).first() is None
    return page.state is PageState.PROMISED


def _page(tx: Tx, outbox_id: int) -> PageRow | None:
    page = select(PageRow).where(PageRow.outbox_id == outbox_id).with_for_update()
    return tx.exec(page.execution_options(populate_existing=True)).first()


def _held(leased: Leased) -> Update:
    return update(OutboxRow).where(
        col(OutboxRow.id) == leased.parcel.outbox_id,
        col(OutboxRow.state) == OutboxState.LEASED,
        col(OutboxRow.attempts) == leased.fence,
    )


def _changed(tx: Tx, change: Update) -> bool:
    return tx.exec(change).rowcount == 1


def _leased(row: Row[Any]) -> Leased:
    return Leased(
        parcel=Parcel(row.id, row.envelope_from, row.target, row.message, row.by_mail),
        lane=row.lane,
        attempts=row.attempts,
        promised_at=row.promised_at,
        template=row.template,
        ticket=row.ticket,
        technician=row.technician,
        channel=row.channel,
        subject=row.subject,
        fence=row.attempts,
    )
