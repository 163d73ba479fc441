"""What a technician's mail changed, in rows: kept, read back by whoever holds the token, and put back."""

from __future__ import annotations

from dataclasses import replace

from mailgate.core.effects import AddIntervention, Assign, ChangeStatus, SendMail, SetTimer
from mailgate.core.intents import Correct, Order, Orders, Undo
from mailgate.core.lifecycle import WAITING_OVER
from mailgate.core.model import Activity, Status
from mailgate.core.seen import Seen
from mailgate.core.ticket import Ticket
from mailgate.core.undo_effects import KeepDeed, UndoDeed, WithdrawMail
from mailgate.core.undoable import Deed, Marks, Work, put_back, state_of
from mailgate.store import snapshot
from mailgate.store.database import Database
from mailgate.store.tickets import find_ticket
from tests.builders import NOW, a_mail, received, technician_token
from tests.store.desk import MINUTE, a_delivery, a_letter, apply, finish, keep, open_ticket

LATER = NOW + 4 * MINUTE


def ticket(database: Database) -> Ticket:
    """Ticket 1001, read back."""
    with database.read() as tx:
        found = find_ticket(tx, 1001)
    assert found is not None
    return found


def seen(database: Database, technician: str = "tech1", intent: Undo | Correct | None = None) -> Seen:
    """What the next mail of a technician may know."""
    orders = Orders("", (Order(intent or Undo(), "#annuler"),))
    event = received(a_mail(f"{technician}@example.com"), orders=orders, token=technician_token(technician))
    with database.write() as tx:
        return snapshot.load(tx, replace(event, inbox_id=9))


def a_deed(database: Database) -> Ticket:
    """tech1 took the ticket and waits for the customer for three days; the ticket before that."""
    open_ticket(database)
    finish(database, keep(database, a_delivery()), 1001)
    before = ticket(database)
    kept = KeepDeed(before, Marks(), 1, "tech1", NOW, Work(Activity.CALL, 15, 30), ("#absent",))
    apply(
        database,
        Assign(1001, "tech1"),
        ChangeStatus(1001, Status.WAITING_CUSTOMER, NOW),
        SetTimer(1001, WAITING_OVER, LATER),
        AddIntervention(1001, "tech1", Activity.CALL, 15, 30, True, NOW),
        SendMail(a_letter("notification")),
        kept,
    )
    return before


def read(database: Database) -> Deed:
    """The deed as tech1's next mail finds it."""
    found = seen(database).deed
    assert found is not None
    return found


def test_a_deed_is_read_back_whole(database: Database) -> None:
    """The state before and after, the work, what nothing undoes, and the mail that it promised."""
    before = a_deed(database)
    found = read(database)
    assert (found.before, found.after) == (state_of(before, None), state_of(ticket(database), LATER))
    assert (found.work, found.lasting, found.clocks_before) == (
        Work(Activity.CALL, 15, 30),
        ("#absent",),
        before.clocks,
    )
    (mail,) = found.mails
    assert (mail.template, mail.unsent, mail.tried) == ("notification", True, False)


def test_a_deed_is_its_technicians(database: Database) -> None:
    """Nobody undoes for a colleague."""
    a_deed(database)
    assert seen(database, "tech2").deed is None


def test_what_is_undone_is_as_before(database: Database) -> None:
    """And said to be undone; the wait that had begun took no time, and the mail does not leave."""
    before = a_deed(database)
    deed = read(database)
    state = put_back(state_of(ticket(database), LATER), deed, frozenset()).state
    apply(database, UndoDeed(1001, deed.id, 1, LATER, state, NOW), WithdrawMail(deed.mails[0].outbox_id, "undone"))
    after = ticket(database)
    assert (after.status, after.assignee, after.waits, after.waiting_since) == (before.status, None, (), None)
    assert (read(database).undone_at, read(database).mails) == (LATER, ())


def test_who_takes_time_back_is_shown_their_own(database: Database) -> None:
    """A colleague has recorded nothing."""
    a_deed(database)
    asked = Correct(Activity.CALL, 5)
    assert seen(database, "tech1", asked).own == (Work(Activity.CALL, 15, 30),)
    assert seen(database, "tech2", asked).own == ()
