"""Which earlier mails and tickets a mail means, when somebody sends copies of what it names."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mailgate.core.decision import Decision
from mailgate.core.events import MailReceived
from mailgate.core.model import Address, Outcome
from mailgate.core.seen import Seen
from mailgate.core.ticket import Ticket
from mailgate.store import inbox, snapshot
from mailgate.store.database import Database
from mailgate.store.traces import CANDIDATES
from tests.builders import NOW, a_mail, contact_token, received, technician_token
from tests.store.desk import a_delivery, a_message, event_of, keep, open_ticket

VICTIM, STRANGER, COPIED = "chef@acme.example", "x@evil.example", "<m1@acme.example>"
HOUR = timedelta(hours=1)
WORK = technician_token("tech1")


def _seen(database: Database, event: MailReceived) -> Seen:
    with database.read() as tx:
        return snapshot.load(tx, event)


def _tickets(database: Database, *owners: str, message_id: str = COPIED) -> None:
    """From 1001 on, a ticket of each, opened by a mail with that Message-ID."""
    for number, owner in enumerate(owners, 1001):
        message = a_message(ticket=number, sender=owner, message_id=message_id)
        open_ticket(database, message, number=number, requester=Address(owner), participants=frozenset({owner}))


def _number(ticket: Ticket | None) -> int | None:
    return ticket.number if ticket else None


TRACES = {
    "by_reference": received(a_mail(references=(COPIED, COPIED))),
    "by_thread": received(threads=(1002, 1001, 1003)),
    "by_tag": received(a_mail(subject="[#1002] [#1001] [#1003]")),
}


@pytest.mark.parametrize("trace", TRACES)
def test_of_the_tickets_that_a_trace_names_the_authors_own_is_meant(database: Database, trace: str) -> None:
    """A stranger who sends mail under a known Message-ID, or puts another ticket's first, parts nobody from theirs."""
    _tickets(database, VICTIM, STRANGER, STRANGER)
    assert _number(getattr(_seen(database, TRACES[trace]), trace)) == 1001


@pytest.mark.parametrize("trace", TRACES)
def test_a_colleagues_ticket_is_nearer_than_a_strangers(database: Database, trace: str) -> None:
    """Who answers for an absent colleague takes part in nothing yet; a copy of their mail came from elsewhere."""
    _tickets(database, "it@acme.example", STRANGER, "x@evil-acme.example")
    assert _number(getattr(_seen(database, TRACES[trace]), trace)) == 1001


def test_an_authors_own_ticket_is_nearer_than_a_colleagues(database: Database) -> None:
    """Two people of one firm, two conversations."""
    _tickets(database, VICTIM, "it@acme.example")
    assert _number(_seen(database, TRACES["by_reference"]).by_reference) == 1001


@pytest.mark.parametrize(("trace", "number"), [("by_reference", 1003), ("by_thread", 1002), ("by_tag", 1002)])
def test_who_takes_part_in_none_means_the_nearest(database: Database, trace: str, number: int) -> None:
    """The newest mail that is referred to; the number that is named first."""
    _tickets(database, STRANGER, STRANGER, STRANGER)
    assert _number(getattr(_seen(database, TRACES[trace]), trace)) == number


def test_an_author_of_several_means_the_newest(database: Database) -> None:
    """One conversation went on in a second ticket."""
    _tickets(database, VICTIM, VICTIM)
    assert _number(_seen(database, TRACES["by_reference"]).by_reference) == 1002


def test_the_case_of_an_author_is_nobodys(database: Database) -> None:
    """Participants are kept in lower case."""
    _tickets(database, VICTIM, STRANGER)
    event = received(a_mail("Chef@ACME.example", references=(COPIED,)))
    assert _number(_seen(database, event).by_reference) == 1001


def test_many_copies_hide_nothing(database: Database) -> None:
    """Two of the victim's Message-IDs, copied more often than is looked at."""
    _tickets(database, VICTIM, *[STRANGER] * 2 * CANDIDATES)
    copies = [a_message(ticket=1002, sender=STRANGER, message_id="<m2@acme.example>") for _ in range(2 * CANDIDATES)]
    open_ticket(database, *copies, number=1099, requester=Address(STRANGER), participants=frozenset())
    event = received(a_mail(references=(COPIED, "<m2@acme.example>")))
    assert _number(_seen(database, event).by_reference) == 1001


def test_no_author_means_the_nearest(database: Database) -> None:
    """Two mailboxes in From: nobody's own ticket is asked for."""
    _tickets(database, VICTIM, STRANGER)
    assert _number(_seen(database, received(a_mail(None, references=(COPIED,)))).by_reference) == 1002


def _decided(database: Database, *outcomes: Outcome) -> MailReceived:
    """The same mail so often, decided so, from two envelopes in turn; and once more."""
    rows = [a_delivery(envelope_from=(VICTIM, STRANGER)[number % 2]) for number in range(len(outcomes))]
    *earlier, last = keep(database, *rows, a_delivery())
    open_ticket(database)
    with database.write() as tx:
        for inbox_id, outcome in zip(earlier, outcomes, strict=True):
            inbox.done(tx, inbox_id, Decision(outcome, "decided", ticket=1001), NOW)
    return event_of(database, last, token=WORK)


REFUSED, OBEYED, AGAIN = Outcome.REFUSED, Outcome.FOLLOW_UP, Outcome.DUPLICATE


@pytest.mark.parametrize(
    ("outcomes", "twins"),
    [
        ([REFUSED], []),
        ([REFUSED, REFUSED], []),
        ([REFUSED, OBEYED], [2]),
        ([OBEYED, REFUSED], [1]),
        ([REFUSED, OBEYED, AGAIN, REFUSED], [2, 3]),
        ([REFUSED, Outcome.RECORDED], [2]),
        ([REFUSED, OBEYED, *[REFUSED] * 4 * CANDIDATES], [2]),
    ],
)
def test_what_was_refused_may_be_asked_again_and_what_was_done_not(
    database: Database, outcomes: list[Outcome], twins: list[int]
) -> None:
    """Authentication failed once and passes now; but nothing is carried out twice, whoever hands it in (A28)."""
    assert [one.inbox_id for one in _seen(database, _decided(database, *outcomes)).twins] == twins


def test_a_customers_refused_mail_stays_the_same_mail(database: Database) -> None:
    """Whatever it was refused for, its writer was told; retries of a lost 250 must not tell them again."""
    event = _decided(database, REFUSED)
    (row,) = _seen(database, received(inbox_id=event.inbox_id, digest=event.digest, token=contact_token())).twins
    assert row.inbox_id == 1


@pytest.mark.parametrize(("ago", "same"), [(3 * HOUR, True), (5 * HOUR, False)])
def test_a_device_that_always_says_the_same_is_heard_again(database: Database, ago: timedelta, same: bool) -> None:
    """No Message-ID, no Date: only a retry within hours is the same mail, however often it was said before."""
    rows = [keep(database, a_delivery(), now=at)[0] for at in (NOW - 50 * HOUR, NOW - 9 * HOUR, NOW - ago)]
    (last,) = keep(database, a_delivery())
    open_ticket(database)
    with database.write() as tx:
        for inbox_id in rows:
            inbox.done(tx, inbox_id, Decision(Outcome.TICKET, "decided", ticket=1001), NOW)
    twins = _seen(database, event_of(database, last, mail=a_mail(message_id=""))).twins
    assert [one.inbox_id for one in twins] == ([rows[-1]] if same else [])
