"""A ticket that went through everything: its deadlines are explained as a person would explain them."""

from __future__ import annotations

from mailgate.cli.deadlines import shown
from mailgate.cli.story import told
from mailgate.core.reckoning import Reckoning, reckon
from mailgate.core.sla import report
from mailgate.core.ticket import Promise
from mailgate.store.query import FallenDue, fallen_due
from tests.builders import TORONTO, local
from tests.flow.desk import LiveDesk, answer
from tests.flow.test_conversation import CHEF, opened, to


def reckoned(desk: LiveDesk) -> tuple[Reckoning, ...]:
    """Every clock of the ticket, as `mailgate ticket` works it out."""
    story = desk.ticket()
    found = [(one, one.hours) for one in story.clocks]
    return tuple(reckon(one, hours, story.waits, desk.now) for one, hours in found if hours is not None)


def explained(desk: LiveDesk, promise: Promise) -> str:
    return next(shown(one, TORONTO).explained for one in reckoned(desk) if one.clock.promise is promise)


def waited(desk: LiveDesk) -> None:
    """Asked at 10:00; at 10:20 the technician asks something without an answer, at 11:00 the customer says it."""
    first = opened(desk)
    desk.advance(minutes=20)
    mails = desk.write(answer(to(first, "tech2@example.com"), "#note\n#attente client\nJ'attends la version."))
    assert mails
    desk.advance(minutes=40)
    desk.write(answer(to(first, CHEF), "C'est la version 7."))


def test_a_pause_is_told_with_its_cause_and_its_length(desk: LiveDesk) -> None:
    """Forty minutes of the customer's, so the call is owed forty minutes later."""
    waited(desk)
    told_so = explained(desk, Promise.CALLBACK)
    assert "Paused from Mon 2026-11-16 10:20 to Mon 2026-11-16 11:00, waiting for the customer: 40 min more." in told_so
    assert "Counted: Mon 2026-11-16 10:00–11:40 (1 h 40 min)." in told_so
    assert told_so.endswith("Still running, 40 min of working time left.")


def test_while_the_customer_is_awaited_the_clock_stands_still(desk: LiveDesk) -> None:
    """And says so, however long it takes."""
    first = opened(desk)
    desk.write(answer(to(first, "tech2@example.com"), "#note\n#attente client"))
    desk.advance(hours=3)
    assert explained(desk, Promise.CALLBACK).endswith("(waiting for the customer), 1 h left.")


def test_the_whole_ticket_can_be_read(desk: LiveDesk) -> None:
    """Each promise once, under one heading."""
    waited(desk)
    text = told(desk.ticket(), reckoned(desk), TORONTO)
    assert "\ndeadlines\ncall back by Mon 2026-11-16 11:40. Still running" in text


def test_a_promise_that_waits_is_missed_only_after_its_pause(desk: LiveDesk) -> None:
    """The report counts by the deadline as it stands."""
    waited(desk)
    desk.at(local("2026-11-16 12:00"))
    with desk.database.read() as tx:
        owed = fallen_due(tx, FallenDue(local("2026-11-16 00:00"), desk.now))
        (line,) = [
            one
            for one in report(owed, local("2026-11-16 00:00"), desk.now, TORONTO, desk.now).promises
            if one.promise is Promise.CALLBACK
        ]
    assert (line.tally.missed, line.tally.lateness[1]) == (1, 1)
