"""What is held after a restore, and the operator's word that lets it go.

A restored desk knows nothing of what it did after the backup: mail, pages and escalations of that time may have left,
and nobody can tell which. So the database carries a mark, the moment of its restore, and one rule:

    what was promised before the mark and not settled is held, and so is
    whatever a decision promises about something that came before the mark

- A mail came when it was taken into custody; one that is fetched from a mailbox, when it came in there. So the gap that
  IMAP fills opens its tickets, and what is said of them waits for the operator.
- A timer came when it was due. What it sets for a moment after the mark is new: reminders and escalations go on.
- A held page is no page that nobody's channel takes: who is called in its place, a minute later, is held with it. The
  next step of the escalation is not.
- Held is a state of the outbox row. It stays open without a next attempt until `mailgate outbox release` or `drop`, or
  until nobody needs the page.

Mail that is handed in by SMTP after the mark is new: whoever hands it in was never told that it is in custody.

The mark is read with the row that an event is claimed by, so that no decision pays for it, and every node knows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, func, update
from sqlmodel import col, select

from mailgate.core.delivery import Lane
from mailgate.core.effects import ReleaseHeld
from mailgate.core.model import PageState
from mailgate.core.summons import REACH
from mailgate.store import outbox
from mailgate.store.columns import OutboxState
from mailgate.store.database import Tx
from mailgate.store.tables import HoldRow, OutboxRow, PageRow, RestorePointRow, saved

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""The next attempt of a row that is held."""

MARK = select(func.max(RestorePointRow.restored_at)).scalar_subquery()
"""When the database was restored last, for a query that reads something else."""

_COVERED = "what this transaction promises is held"

HOW = "`mailgate outbox` lists it, `mailgate outbox release` sends it, `mailgate outbox drop` gives it up"
"""What to do about what is held."""

UNSEEN = (PageState.PROMISED, PageState.FAILED)
"""The states of a page that is held, or bounced since it was."""

DROPPED = "dropped after a restore"


class NeverRestored(Exception):
    """The database is a backup, put in its place by hand: nothing of it is held."""


@dataclass(frozen=True, slots=True)
class Held:
    """How many mails and pages are held, and since when the oldest was promised."""

    mails: int = 0
    pages: int = 0
    since: datetime | None = None

    @property
    def rows(self) -> int:
        """All of them."""
        return self.mails + self.pages


def cover(tx: Tx, came: datetime, mark: datetime | None) -> None:
    """This transaction decides about something that came then: what it promises is held, or leaves."""
    tx.info[_COVERED] = mark is not None and came <= mark


def cover_timer(tx: Tx, kind: str, ticket: int | None, due_at: datetime, mark: datetime | None) -> None:
    """The same for a timer."""
    cover(tx, due_at, mark)
    if mark is not None and kind.startswith(REACH) and ticket is not None:
        waits = select(OutboxRow.id).where(col(OutboxRow.ticket) == ticket, _is_held(), OutboxRow.lane == Lane.PAGE)
        tx.info[_COVERED] |= tx.exec(waits.limit(1)).first() is not None


def is_covered(tx: Tx) -> bool:
    """Whether what this transaction promises is held."""
    return bool(tx.info.get(_COVERED))


def hold(tx: Tx, row: OutboxRow, now: datetime) -> None:
    """The row does not leave before the operator's word."""
    row.state, row.next_attempt_at = OutboxState.HELD, NEVER
    tx.merge(HoldRow(outbox_id=saved(row.id), at=now))


def release(tx: Tx, effect: ReleaseHeld, now: datetime) -> None:
    """The operator's word about what is held: it leaves now, or never."""
    meant = select(OutboxRow.id).where(*_meant(effect))
    pages = update(PageRow).where(col(PageRow.outbox_id).in_(meant), col(PageRow.state).in_(UNSEEN))
    tx.exec(pages.values(state=PageState.CANCELLED if effect.drop else PageState.PROMISED))
    if not effect.drop:
        tx.exec(update(HoldRow).where(col(HoldRow.outbox_id).in_(meant)).values(word=effect.by))
    dropped = {"state": OutboxState.CANCELLED, "settled_at": now, "last_error": DROPPED}
    tx.exec(update(OutboxRow).where(*_meant(effect)).values(**(dropped if effect.drop else outbox.anew(now))))


def refuse_backup(tx: Tx) -> None:
    """Raises NeverRestored when this is a backup as it was written."""
    unused = select(RestorePointRow.backed_up_at).where(col(RestorePointRow.restored_at).is_(None))
    backed_up_at = tx.exec(unused.limit(1)).first()
    if backed_up_at is not None:
        raise NeverRestored(
            f"this database is a copy that `mailgate backup` made on {backed_up_at:%Y-%m-%d %H:%M} UTC: name another "
            "place, and put it there by `mailgate restore`, or what it promised would leave twice"
        )


def held(tx: Tx) -> Held:
    """What is held now."""
    counted = select(OutboxRow.lane, func.count(), func.min(OutboxRow.promised_at)).where(_is_held())
    found = {lane: (rows, since) for lane, rows, since in tx.exec(counted.group_by(col(OutboxRow.lane)))}
    mails, pages = found.get(Lane.BULK, (0, None)), found.get(Lane.PAGE, (0, None))
    return Held(mails[0], pages[0], min((since for _, since in found.values()), default=None))


def newest_held(tx: Tx) -> int:
    """The id of the row that was promised last of those that are held, 0 when nothing is."""
    return tx.exec(select(func.max(OutboxRow.id)).where(_is_held())).one() or 0


def _is_held() -> ColumnElement[bool]:
    return col(OutboxRow.state) == OutboxState.HELD


def _meant(effect: ReleaseHeld) -> tuple[ColumnElement[bool], ...]:
    """Which rows the operator speaks of. What was held after they looked waits for another word."""
    only_row = () if effect.row is None else (col(OutboxRow.id) == effect.row,)
    only_pages = (col(OutboxRow.lane) == Lane.PAGE,) if effect.pages else ()
    return (_is_held(), col(OutboxRow.id) <= effect.through, *only_row, *only_pages)
