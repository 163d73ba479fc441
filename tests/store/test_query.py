"""What the command line shows."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from mailgate.core.decision import Decision
from mailgate.core.delivery import Delivered, Lane
from mailgate.core.effects import AddIntervention, ChangeStatus, MarkAddress, SendMail, SetClock, SetFate
from mailgate.core.events import RetryAsked, TimerFired
from mailgate.core.model import Activity, Channel, Outcome, Status
from mailgate.core.page_effects import CancelPages
from mailgate.core.reports import Fate
from mailgate.store import inbox, journal, outbox, query
from mailgate.store.columns import InboxState
from mailgate.store.database import Database
from mailgate.store.query import TicketFilter, TicketStory, deliveries
from tests.builders import NOW, a_kept_callback, local, received
from tests.store.desk import (
    MINUTE,
    RAW,
    a_delivery,
    a_letter,
    a_message,
    a_page,
    apply,
    finish,
    keep,
    lease,
    open_ticket,
)

PROMISED = """
    number queue kind status level severity priority tags subject requester customer assignee opened_at callback
    update_due_at closed_at messages interventions pages mails addresses journal
"""


def _numbers(database: Database, wanted: TicketFilter) -> list[int]:
    with database.read() as tx:
        return [ticket.number for ticket in query.tickets(tx, wanted, local("2026-11-16 12:00"))]


@pytest.fixture
def three_tickets(database: Database) -> Database:
    """1001 late, 1002 elsewhere and kept in time, 1003 closed before its promise was kept."""
    open_ticket(database)
    open_ticket(database, number=1002, queue="regulier", customer="autre", assignee="tech2")
    kept = replace(a_kept_callback(Activity.CALL), calendar="regulier", paused_minutes=0)
    apply(database, SetClock(1002, kept))
    open_ticket(database, ChangeStatus(1003, Status.CLOSED, NOW), number=1003)
    return database


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (TicketFilter(), [1003, 1002, 1001]),
        (TicketFilter(status=Status.CLOSED), [1003]),
        (TicketFilter(queue="urgent"), [1003, 1001]),
        (TicketFilter(customer="autre"), [1002]),
        (TicketFilter(assignee="tech2"), [1002]),
        (TicketFilter(late=True), [1001]),
        (TicketFilter(late=True, queue="regulier"), []),
    ],
)
def test_tickets_are_listed_newest_first_and_filtered(
    three_tickets: Database, wanted: TicketFilter, numbers: list[int]
) -> None:
    """Every status is listed; filters combine; late means a promise that is still owed."""
    assert _numbers(three_tickets, wanted) == numbers


def test_a_story_has_every_key_that_was_promised() -> None:
    """Programs read `ticket N --json` (interfaces.md §2)."""
    assert set(PROMISED.split()) <= {field.name for field in fields(TicketStory)}


def test_a_story_tells_everything_in_order(database: Database) -> None:
    """One value for the whole screen."""
    made = AddIntervention(1001, "tech1", Activity.CALL, 15, 15, True, NOW)
    open_ticket(database, a_message(), a_page(channel=Channel.PAGER), made, a_message(text="Merci"))
    with database.write() as tx:
        journal.record(tx, received(), Decision(Outcome.TICKET, "urgent door", ticket=1001), "", NOW)
        journal.record(
            tx, TimerFired(1, "callback", 1001, NOW), Decision(Outcome.RECORDED, "kept", ticket=1001), "", NOW
        )
        journal.record(tx, RetryAsked(2, NOW, "inbox", 1), Decision(Outcome.RECORDED, "asked"), "", NOW)
        story = query.ticket(tx, 1001)
    assert story is not None
    assert [message.text for message in story.messages] == ["Bonjour.", "Merci"]
    assert [(page.to, page.technician, page.channel) for page in story.pages] == [
        ("tech1@example.com", "tech1", Channel.PAGER)
    ]
    assert [entry.event for entry in story.journal] == ["mail-received", "timer-fired callback"]


def _sent(database: Database) -> None:
    """The mail of ticket 1001 leaves a minute later; its pages stay promised."""
    (leased,) = lease(database, Lane.BULK)
    with database.write() as tx:
        outbox.settle(tx, leased, Delivered(), None, NOW + MINUTE)


def test_a_story_tells_what_became_of_each_mail(database: Database) -> None:
    """What no mail server carries is no mail; why a mail is not wanted any more is told as well."""
    open_ticket(database, SendMail(a_letter()), a_page(), a_page(target="ntfys://x"))
    _sent(database)
    apply(database, CancelPages(1001, "closed"), SetFate(1, Fate.SOFT, "4.2.2 full", NOW + 2 * MINUTE))
    with database.read() as tx:
        story = query.ticket(tx, 1001)
    assert story is not None
    mail, page = story.mails
    assert (mail.state, mail.sent_at, mail.fate, mail.reason) == ("sent", NOW + MINUTE, "soft", "4.2.2 full")
    assert (page.state, page.sent_at, page.fate, page.reason) == ("cancelled", None, None, "closed")


def test_marked_addresses_are_listed_newest_first(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was heard last comes first, and no more than somebody can read."""
    for number, at in ((1, NOW + MINUTE), (2, NOW), (3, NOW + 2 * MINUTE), (2, NOW + 3 * MINUTE)):
        apply(database, MarkAddress(f"a{number}@acme.example", Fate.HARD, "5.1.1", at))
    monkeypatch.setattr(deliveries, "MOST_MARKED", 2)
    with database.read() as tx:
        first, second = query.marked_addresses(tx)
    assert (first.address, first.times, first.since, first.at) == ("a2@acme.example", 2, NOW, NOW + 3 * MINUTE)
    assert second.address == "a3@acme.example"


def test_an_unknown_ticket_has_no_story(database: Database) -> None:
    """The command line says so and answers 1."""
    with database.read() as tx:
        assert query.ticket(tx, 4711) is None


def test_a_ticket_without_a_promise_shows_none(database: Database) -> None:
    """A parked ticket owes nobody a call."""
    open_ticket(database, callback=None, status=Status.PARKED)
    with database.read() as tx:
        story = query.ticket(tx, 1001)
    assert story is not None
    assert story.callback is None


def test_the_inbox_lists_what_waits(database: Database) -> None:
    """Rows done are not listed; what an operator asked for waits there too."""
    (inbox_id,) = keep(database, a_delivery())
    with database.write() as tx:
        inbox.ask(tx, RetryAsked(0, NOW, "inbox", 1), NOW)
    with database.read() as tx:
        mail, asked = query.inbox(tx)
        assert query.raw(tx, inbox_id) == RAW
    assert (mail.id, mail.from_, mail.to) == (inbox_id, "chef@acme.example", ("support-urgent@example.com",))
    assert (mail.size, mail.door, asked.door, asked.kind) == (len(RAW), "smtp", "cli", "retry-asked")


def test_the_outbox_lists_what_did_not_leave(database: Database) -> None:
    """With what an administrator needs to understand why."""
    open_ticket(database, SendMail(a_letter()))
    with database.read() as tx:
        (line,) = query.outbox(tx)
    assert (line.kind, line.to, line.ticket, line.attempts) == ("acknowledgement", "chef@acme.example", 1001, 0)
    assert line.next_attempt_at == NOW


def test_the_fate_of_a_row_can_be_asked(database: Database) -> None:
    """`mailgate open` waits for the number of its ticket."""
    (inbox_id,) = keep(database, a_delivery())
    open_ticket(database)
    finish(database, [inbox_id], 1001)
    with database.read() as tx:
        fate = query.fate(tx, inbox_id)
        assert query.fate(tx, inbox_id + 1) is None
    assert fate == query.Fate(InboxState.DONE, 1001, None)


def test_what_leaves_can_be_looked_at(database: Database) -> None:
    """`outbox show N` prints the octets that the relay gets."""
    open_ticket(database, SendMail(a_letter()))
    with database.read() as tx:
        message = query.message(tx, 1)
        assert query.message(tx, 2) is None
    assert message is not None
    assert message.decode("utf-16").startswith("acknowledgement")
