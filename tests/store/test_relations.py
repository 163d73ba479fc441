"""What a ticket is called and whose it is, in rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mailgate.core.effects import ChangeStatus, Effect, SetTimer
from mailgate.core.events import HeldMail, MailReceived, PageAnswered, TimerFired
from mailgate.core.intents import LinkTo, Order, Orders
from mailgate.core.model import Address, Status
from mailgate.core.relation_effects import (
    ChangeCustomer,
    ChangeRequester,
    ChangeSubject,
    LinkTickets,
    MergeTickets,
    Unwatch,
    Watch,
)
from mailgate.core.seen import Seen
from mailgate.core.ticket import Ticket
from mailgate.store import relations, snapshot, timers
from mailgate.store.database import Database
from mailgate.store.tables import TicketRow
from mailgate.store.tickets import find_ticket
from tests.builders import NOW, a_mail, contact_token, received, technician_token
from tests.store.desk import MINUTE, a_message, apply, open_ticket


def ticket(database: Database, number: int = 1001) -> Ticket:
    """The ticket, read back."""
    with database.read() as tx:
        found = find_ticket(tx, number)
    assert found is not None
    return found


def test_subject_and_customer_are_columns(database: Database) -> None:
    """Read back as they were said."""
    open_ticket(database, ChangeSubject(1001, "Panne d’onduleur"), ChangeCustomer(1001, "globex", "Europe/Zurich"))
    found = ticket(database)
    assert (found.subject, found.customer, found.timezone) == ("Panne d’onduleur", "globex", "Europe/Zurich")


def test_a_new_requester_takes_part_and_the_former_one_still_does(database: Database) -> None:
    """Participants are kept in lower case."""
    open_ticket(database)
    apply(database, ChangeRequester(1001, Address("IT@acme.example", "Ivan"), "en", True))
    found = ticket(database)
    assert (found.requester, found.language, found.registered) == (Address("IT@acme.example", "Ivan"), "en", True)
    assert found.participants == {"it@acme.example", "chef@acme.example"}


def test_a_link_is_seen_from_both_tickets_once(database: Database) -> None:
    """Said twice, from either side, it is one link."""
    open_ticket(database)
    open_ticket(database, LinkTickets(1002, 1001, NOW), number=1002)
    apply(database, LinkTickets(1001, 1002, NOW + MINUTE))
    assert (ticket(database).links, ticket(database, 1002).links) == ((1002,), (1001,))


def test_watchers_are_kept_in_the_order_in_which_they_came(database: Database) -> None:
    """Who watches already goes on, who is taken back is gone, and who never watched is no fault."""
    open_ticket(database, Watch(1001, "z@acme.example", NOW), Watch(1001, "a@acme.example", NOW + MINUTE))
    apply(database, Watch(1001, "z@acme.example", NOW + 2 * MINUTE))
    assert ticket(database).watchers == ("z@acme.example", "a@acme.example")
    apply(database, Unwatch(1001, "z@acme.example"), Unwatch(1001, "nobody@acme.example"))
    assert ticket(database).watchers == ("a@acme.example",)


def commanded(number: int, **changes: Any) -> MailReceived:
    """A technician's mail that names a ticket."""
    orders = Orders("", (Order(LinkTo(number), f"#lier {number}"),))
    return received(inbox_id=9, orders=orders, token=technician_token("tech1"), **changes)


def loaded(database: Database, event: MailReceived) -> Seen:
    """The snapshot for a mail."""
    with database.write() as tx:
        return snapshot.load(tx, event)


def test_the_tickets_that_a_command_names_are_seen(database: Database) -> None:
    """By their numbers, and beside them the customer's newest others, for who mistyped."""
    for number in (1001, 1002, 1003):
        open_ticket(database, number=number)
    open_ticket(database, number=1004, customer="globex")
    seen = loaded(database, commanded(1002))
    assert [one.number for one in seen.named.values()] == [1002]
    assert seen.siblings == (1003, 1002)
    assert loaded(database, commanded(77)).named == {}


def test_numbers_of_a_customers_mail_name_nothing(database: Database) -> None:
    """Only a technician's signed address makes commands of its lines."""
    open_ticket(database)
    event = replace(commanded(1001), token=contact_token())
    assert (loaded(database, event).named, loaded(database, event).siblings) == ({}, ())


def test_a_confirming_word_sees_what_the_held_mail_names(database: Database) -> None:
    """« oui » has no number in it."""
    open_ticket(database)
    open_ticket(database, number=1002)
    event = received(inbox_id=9, token=technician_token("tech1"), held=HeldMail(commanded(1002), NOW))
    assert set(loaded(database, event).named) == {1002}


def merge(number: int, into: int) -> tuple[Effect, ...]:
    """What makes a ticket part of another."""
    return ChangeStatus(number, Status.MERGED, NOW), MergeTickets(number, into, Status.NEW, ())


def test_whatever_names_a_merged_ticket_means_where_it_went(database: Database) -> None:
    """A signed address, a Message-ID of ours, a number in the subject, a Message-ID seen before, and a page."""
    for number in (1001, 1002):
        open_ticket(database, a_message(ticket=number, message_id=f"<m{number}@acme.example>"), number=number)
    apply(database, *merge(1001, 1002))
    mail = a_mail(subject="Re: [#1001]", references=("<m1001@acme.example>",))
    seen = loaded(database, received(mail, inbox_id=9, token=contact_token(), threads=(1001,)))
    named = (seen.by_token, seen.by_thread, seen.by_tag, seen.by_reference)
    assert [one.number for one in named if one] == [1002] * 4
    page = PageAnswered(9, NOW, 1001, "tech1")
    with database.write() as tx:
        followed = snapshot.load(tx, page).by_token
        own = snapshot.load(tx, TimerFired(3, "waiting-over", 1001, NOW)).by_token
    assert followed is not None
    assert own is not None
    assert (followed.number, own.number) == (1002, 1001)


def test_a_command_that_names_a_merged_ticket_sees_where_it_went(database: Database) -> None:
    """By the number as it was typed."""
    for number in (1001, 1002, 1003):
        open_ticket(database, number=number)
    apply(database, *merge(1002, 1003))
    assert {typed: one.number for typed, one in loaded(database, commanded(1002)).named.items()} == {1002: 1003}


def test_no_lead_is_longer_than_one_step(database: Database) -> None:
    """What became part of a ticket that becomes part of another goes along."""
    for number in (1001, 1002, 1003):
        open_ticket(database, number=number)
    apply(database, *merge(1001, 1002))
    apply(database, *merge(1002, 1003))
    assert [ticket(database, number).merged_into for number in (1001, 1002, 1003)] == [1003, 1003, None]
    with database.read() as tx:
        assert relations.merged(tx, 1003) == (1001, 1002)


def test_a_circle_in_the_rows_ends(database: Database) -> None:
    """However it came to be: a mail is answered, not a question without end."""
    for number in (1001, 1002):
        open_ticket(database, number=number)
    apply(database, *merge(1001, 1002))
    with database.write() as tx:
        tx.get_one(TicketRow, 1002).merged_into = 1001
    found = loaded(database, received(inbox_id=9, token=contact_token())).by_token
    assert found is not None
    assert found.number == 1002


def test_people_come_along_and_timers_do_not(database: Database) -> None:
    """Who wrote in the merged ticket takes part in the other; nothing of it comes due."""
    open_ticket(database, SetTimer(1001, "callback-warning", NOW), a_message(sender="friend@acme.example"))
    open_ticket(database, SetTimer(1002, "callback-warning", NOW), number=1002)
    apply(database, *merge(1001, 1002))
    assert "friend@acme.example" in ticket(database, 1002).participants
    with database.read() as tx:
        assert timers.is_set(tx, 1002, "callback-warning")
        assert not timers.is_set(tx, 1001, "callback-warning")
