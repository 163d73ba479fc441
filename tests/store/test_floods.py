"""Who is told of what in a flood, read back from rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from mailgate.core.effects import Assign, ChangeStatus, Effect, SetTimer
from mailgate.core.events import TimerFired
from mailgate.core.flood_letters import LATE, REMINDED
from mailgate.core.floods import NAMED, WAKE, WINDOW
from mailgate.core.model import Status
from mailgate.core.page_effects import Await, CountCall, PassOn, SpeakFor
from mailgate.core.seen import Call, Flood, Seen
from mailgate.store import floods, snapshot, timers
from mailgate.store.database import Database
from tests.builders import NOW, received
from tests.store.desk import MINUTE, a_letter, a_page, apply, open_ticket


def asked(database: Database, number: int, *more: Effect, alone: bool = True, customer: str = "acme") -> None:
    """A ticket that asked for people, a minute after the one before it."""
    at = NOW + (number - 1001) * MINUTE
    open_ticket(database, CountCall(number, customer, "urgent", at, alone), *more, number=number)


def loaded(database: Database, kind: str, number: int) -> Seen:
    """The snapshot for a timer."""
    with database.write() as tx:
        return snapshot.load(tx, TimerFired(3, kind, number, NOW))


def flood(database: Database, kind: str, number: int) -> Flood | None:
    """What a timer's ticket has to do with a flood."""
    return loaded(database, kind, number).flood


def test_the_calls_of_an_hour_are_seen_with_their_people(database: Database) -> None:
    """The newest first; what is older, and what was gathered, is nothing that a mail must know."""
    asked(database, 1001, a_page("tech1"))
    page = a_page("tech2", letter=replace(a_letter("technician"), ticket=1002))
    asked(database, 1002, page, SetTimer(1002, WINDOW, NOW), ChangeStatus(1001, Status.OPEN, NOW))
    asked(database, 1003, alone=False)
    with database.write() as tx:
        seen = snapshot.load(tx, received(received_at=NOW + 60 * MINUTE + timedelta(seconds=30), inbox_id=9))
        all_of_them = floods.calls(tx, NOW + MINUTE)
    newest = Call(1002, "acme", "urgent", NOW + MINUTE, gathers=True, people=("tech2",))
    assert seen.calls == (newest,)
    assert all_of_them == (newest, Call(1001, "acme", "urgent", NOW, waits=False))


def test_a_window_sees_what_was_gathered_in_its_queue(database: Database) -> None:
    """The oldest whole, the others by number; what somebody has by then waits for no page."""
    asked(database, 1001)
    for number in range(1002, 1027):
        asked(database, number, alone=False)
    asked(database, 1027, alone=False, customer="other")
    apply(database, ChangeStatus(1002, Status.OPEN, NOW))
    found = flood(database, WINDOW, 1001)
    assert found is not None
    assert (found.front, found.waiting, found.gathered) == (1001, 24, tuple(range(1003, 1003 + NAMED)))
    assert found.first is not None
    assert found.first.number == 1003


def test_a_page_speaks_for_what_was_gathered_and_for_those_it_names(database: Database) -> None:
    """Nobody else's."""
    asked(database, 1001)
    for number in (1002, 1003):
        asked(database, number, alone=False)
    asked(database, 1004, alone=False, customer="other")
    apply(database, SpeakFor(1002, (1001,)))
    assert flood(database, "", 1002) == Flood(1002, named=(1001, 1003), size=2)
    assert flood(database, "", 1003) == Flood(1002, named=(1001, 1002), size=2)
    assert flood(database, "", 1004) == Flood(None)


def test_those_behind_are_woken_once_and_only_if_nobody_has_them(database: Database) -> None:
    """One statement, however many."""
    for number in (1001, 1002, 1003):
        asked(database, number)
    apply(database, SpeakFor(1001, (1002, 1003)), ChangeStatus(1003, Status.OPEN, NOW))
    apply(database, PassOn(1001, WAKE, NOW), PassOn(1001, WAKE, NOW))
    with database.write() as tx:
        fired = timers.next_due(tx, NOW)
        assert fired is not None
        assert (fired.ticket, fired.kind) == (1002, WAKE)
        timers.finish(tx, fired.timer_id)
        assert timers.next_due(tx, NOW) is None


def test_letters_that_spoke_lately_are_known(database: Database) -> None:
    """By the timer of the front, counted from when it was written."""
    for number in (1001, 1002):
        asked(database, number)
    apply(database, SpeakFor(1001, (1002,)), Await(1001, REMINDED[0], 900), now=NOW + MINUTE)
    assert flood(database, "callback-warning", 1002) == Flood(1001, told=frozenset(REMINDED[:1]))
    assert flood(database, "callback-warning", 1001) == Flood(1001, named=(1002,), size=1)
    with database.write() as tx:
        assert timers.next_due(tx, NOW + 15 * MINUTE) is None
        assert timers.next_due(tx, NOW + 16 * MINUTE) is not None


def test_of_what_somebody_has_the_others_in_the_same_hands_are_known(database: Database) -> None:
    """When the next letter may be the last: nobody needs them for any other."""
    for number in range(1001, 1006):
        asked(database, number)
    taken = [Assign(number, "tech1") for number in (1001, 1002, 1003)] + [Assign(1004, "tech2")]
    opened = [ChangeStatus(number, Status.OPEN, NOW) for number in (1001, 1002, 1003, 1004)]
    apply(database, SpeakFor(1001, (1002, 1003, 1004, 1005)), *taken, *opened, now=NOW)
    named = []
    for kind in (*REMINDED, *LATE):
        apply(database, Await(1001, kind, 900), now=NOW)
        found = flood(database, "callback-warning", 1002)
        assert found is not None
        named.append((found.named, found.size))
    others = ((1001, 1003), 2)
    assert named == [((), 0), others, ((), 0), ((), 0), others, ((), 0)]
    assert flood(database, "callback-warning", 1005) == Flood(1001, "tech1", frozenset({*REMINDED, *LATE}))


def test_a_ticket_for_which_nobody_was_to_be_called_is_in_no_flood(database: Database) -> None:
    """It has no row."""
    open_ticket(database)
    assert loaded(database, "callback-warning", 1001).flood is None


def test_the_calls_of_one_customer_are_read_alone(database: Database) -> None:
    """However many others ask within the hour; "" is everybody whom the rules do not name."""
    for number, customer in ((1001, "acme"), (1002, ""), (1003, "helvetia"), (1004, "acme")):
        asked(database, number, a_page("tech1"), customer=customer)
    with database.write() as tx:
        found = {
            firm: [call.ticket for call in floods.calls(tx, NOW + 5 * MINUTE, firm)] for firm in ("acme", "", None)
        }
    assert found == {"acme": [1004, 1001], "": [1002], None: [1004, 1003, 1002, 1001]}
