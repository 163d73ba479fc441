"""What a decision is told of the past."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from mailgate.core.bank_effects import EntryKind
from mailgate.core.decision import Decision
from mailgate.core.effects import Assign, ChangeStatus, OpenTicket, SendMail, TakeTurn
from mailgate.core.events import (
    BankAsked,
    DeliveryFailed,
    DrillAsked,
    Event,
    MailUnreadable,
    RetryAsked,
    TicketRequested,
    TimerFired,
)
from mailgate.core.hours import Duration, Unit
from mailgate.core.model import Activity, Address, Direction, Door, Outcome, Status, Token, TokenKind
from mailgate.core.seen import LATELY_MOST, Earlier, Seen
from mailgate.core.ticket import Clock, Promise, Ticket
from mailgate.rehearsal import REHEARSED
from mailgate.store import inbox, snapshot
from mailgate.store.database import Database
from mailgate.store.tickets import HISTORY
from mailgate.store.traces import CANDIDATES
from tests.builders import NOW, a_kept_callback, a_mail, a_ticket, contact_token, received, technician_token
from tests.store.desk import (
    a_delivery,
    a_letter,
    a_message,
    a_page,
    apply,
    event_of,
    finish,
    keep,
    open_ticket,
)

BARE = {"notified": (), "references": (), "history": ()}


def _seen(database: Database, event: Event) -> Seen:
    with database.read() as tx:
        return snapshot.load(tx, event)


def _ticket(database: Database, number: int = 1001) -> Ticket:
    found = _seen(database, received(token=contact_token(ticket=number))).by_token
    assert found is not None
    return found


def test_a_new_desk_has_seen_nothing(database: Database) -> None:
    """The first ticket is 1001, whatever else."""
    assert _seen(database, received()) == Seen(next_ticket=1001)


def test_a_ticket_comes_back_as_it_was_opened(database: Database) -> None:
    """What the core decides on is what it had decided, not what columns made of it."""
    callback = replace(a_kept_callback(Activity.CALL), paused_minutes=15)
    ticket = a_ticket(severity="haute", priority="P1", assignee="tech2", tags=("é", "b"), callback=callback, **BARE)
    apply(database, OpenTicket(ticket))
    assert _ticket(database) == ticket
    assert _seen(database, received()).next_ticket == 1002


WORDS = st.text(st.characters(blacklist_categories=["Cs", "Cc"], max_codepoint=0x1FFF), max_size=12)
ANY_TIMES = st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1), timezones=st.timezones())
TIMES = ANY_TIMES.filter(lambda at: at == at.astimezone(UTC))  # in an hour that comes twice it is not (PEP 495)
MAYBE_WORDS = st.none() | WORDS
CLOCKS = st.builds(
    Clock, st.sampled_from(Promise), WORDS, TIMES, TIMES, TIMES, st.none() | st.just(Duration(4, Unit.HOURS))
)
TICKETS = st.builds(
    Ticket,
    number=st.just(1001),
    queue=WORDS,
    subject=WORDS,
    requester=st.builds(Address, mail=st.just("chef@acme.example"), name=WORDS),
    opened_at=TIMES,
    language=WORDS,
    timezone=WORDS,
    kind=WORDS,
    severity=MAYBE_WORDS,
    priority=MAYBE_WORDS,
    customer=MAYBE_WORDS,
    assignee=MAYBE_WORDS,
    clocks=st.lists(CLOCKS, max_size=3, unique_by=lambda clock: clock.promise).map(tuple),
    tags=st.lists(WORDS, max_size=3).map(tuple),
    participants=st.just(frozenset({"chef@acme.example"})),
    notified=st.just(()),
    references=st.just(()),
    history=st.just(()),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ticket=TICKETS)
def test_any_ticket_comes_back_as_it_was_opened(database: Database, ticket: Ticket) -> None:
    """Not only the one we thought of."""
    number = _seen(database, received()).next_ticket
    apply(database, OpenTicket(replace(ticket, number=number)))
    assert _ticket(database, number) == replace(ticket, number=number)


def test_who_writes_takes_part_but_no_automatic_mail_does(database: Database) -> None:
    """Taking part lets a subject tag alone join a ticket: an out-of-office answer must not open that door."""
    open_ticket(
        database,
        a_message(sender="IT@acme.example"),
        a_message(sender="robot@acme.example", automatic=True),
        a_message(sender="tech1@example.com", direction=Direction.OUT),
    )
    assert _ticket(database).participants == {"chef@acme.example", "it@acme.example"}


def test_the_last_messages_are_remembered_oldest_first(database: Database) -> None:
    """The next mail quotes them and continues their thread."""
    messages = [a_message(text=str(number), message_id=f"<m{number}@acme.example>") for number in range(50)]
    open_ticket(database, *messages, a_message(direction=Direction.OUT, text="50", message_id="<out@example.com>"))
    ticket = _ticket(database)
    assert [line.text for line in ticket.history] == [str(number) for number in range(51 - HISTORY, 51)]
    assert ticket.references == tuple(f"<m{number}@acme.example>" for number in range(40, 50))


def test_everybody_who_was_paged_is_known_once(database: Database) -> None:
    """Three people over two channels are three people, in the order they were called."""
    pages = [a_page("tech2"), a_page("tech2", target="ntfys://x"), a_page("tech1")]
    open_ticket(database, *pages)
    assert _ticket(database).notified == ("tech2", "tech1")


def test_an_answer_is_recognised_by_our_own_message_id(database: Database) -> None:
    """The newest reference whose ticket exists wins."""
    open_ticket(database)
    seen = _seen(database, received(threads=(4711, 1001)))
    assert seen.by_thread is not None
    assert seen.by_thread.number == 1001


def test_an_answer_is_recognised_by_the_requesters_message_id(database: Database) -> None:
    """A colleague answers the customer's own mail, which we never sent."""
    open_ticket(database, a_message(message_id="<m1@acme.example>"))
    event = received(a_mail(references=("<other@acme.example>", "<m1@acme.example>")))
    assert _seen(database, event).by_reference == _ticket(database)


def test_a_technicians_own_message_id_names_no_ticket(database: Database) -> None:
    """Only what came in from outside counts as a reference from outside."""
    open_ticket(database, a_message(direction=Direction.OUT, message_id="<t1@example.com>"))
    assert _seen(database, received(a_mail(references=("<t1@example.com>",)))).by_reference is None


@pytest.mark.parametrize(
    ("subject", "number"),
    [
        ("Re: [#1001] Panne", 1001),
        ("[#77] Fwd: [#1001]", 1001),
        ("#1001", None),
        ("[#" + "9" * 30 + "]", None),
        ("[#7]" * CANDIDATES + "[#1001]", None),
    ],
)
def test_a_subject_tag_names_a_ticket(database: Database, subject: str, number: int | None) -> None:
    """The first that exists, among the first few: a subject full of tags costs nothing."""
    open_ticket(database)
    found = _seen(database, received(a_mail(subject=subject))).by_tag
    assert (found and found.number) == number


def test_a_bounce_finds_the_ticket_of_what_bounced(database: Database) -> None:
    """Its signed address names an outbox row, not a ticket."""
    open_ticket(database, SendMail(a_letter()))
    seen = _seen(database, received(token=Token(TokenKind.BOUNCE, 1, 0)))
    assert seen.by_token == _ticket(database)
    assert _seen(database, received(token=Token(TokenKind.BOUNCE, 9, 0))).by_token is None


def test_the_same_mail_again_is_a_twin(database: Database) -> None:
    """Same content, same envelope sender; trace headers don't count, and a Message-ID alone means nothing."""
    first, second, other, third = keep(
        database,
        a_delivery(),
        a_delivery(b"Received: by mx\r\n" + a_delivery().raw, recipients=("support-regulier@example.com",)),
        a_delivery(envelope_from="it@acme.example"),
        a_delivery(),
    )
    open_ticket(database)
    finish(database, [first, second, other], 1001)
    seen = _seen(database, event_of(database, third))
    assert [(twin.inbox_id, twin.ticket) for twin in seen.twins] == [(first, 1001), (second, 1001)]
    assert seen.twins[1].recipients == ("support-regulier@example.com",)
    assert seen.by_twin == _ticket(database)


def test_what_a_technician_did_is_done_whoever_hands_the_mail_in_again(database: Database) -> None:
    """A stolen copy, or one fetched from a mailbox, comes under another envelope (hazards A28)."""
    first, second = keep(database, a_delivery(), a_delivery(envelope_from="x@evil.example"))
    open_ticket(database)
    with database.write() as tx:
        inbox.done(tx, first, Decision(Outcome.FOLLOW_UP, "worked", ticket=1001), NOW)
    again = replace(event_of(database, second), envelope_from="x@evil.example")
    assert [one.inbox_id for one in _seen(database, replace(again, token=technician_token("tech1"))).twins] == [first]
    assert _seen(database, replace(again, token=contact_token())).twins == ()


def test_a_mail_in_quarantine_is_nobodys_twin(database: Database) -> None:
    """It was never dealt with; sending it again is how the customer helps us."""
    first, second = keep(database, a_delivery(), a_delivery())
    with database.write() as tx:
        inbox.quarantine(tx, first, "unreadable")
    assert _seen(database, event_of(database, second)).twins == ()


def test_a_rehearsed_mail_has_an_id_that_every_database_compares() -> None:
    """PostgreSQL's integers have 32 bits; `explain` asks for what came before its mail."""
    assert REHEARSED < 2**31


def test_a_sender_is_known_by_their_latest_mails_of_a_day(database: Database) -> None:
    """Budgets count them, in a flood too: a hundred mails that wait behind this one must not hide what was decided."""
    keep(database, a_delivery(), now=NOW - timedelta(days=2))
    decided = keep(database, a_delivery(), a_delivery(), a_delivery(envelope_from="it@acme.example"))
    waiting = keep(database, *[a_delivery() for _ in range(LATELY_MOST + 1)])
    open_ticket(database)
    finish(database, [1, *decided], 1001)
    earlier = Earlier(Outcome.TICKET, 1001, a_delivery().recipients)
    assert _seen(database, received(inbox_id=waiting[0])).lately == (earlier, earlier)
    assert _seen(database, received(inbox_id=waiting[0], envelope_from="")).lately == ()


def test_the_turn_and_the_load_are_known(database: Database) -> None:
    """Rotation survives a restart; the least busy is who has the fewest tickets in hand."""
    open_ticket(database, TakeTurn("support", "tech1"), TakeTurn("support", "tech2"), Assign(1001, "tech1"))
    for number, status in ((1002, Status.WAITING_THIRD), (1003, Status.CLOSED), (1004, Status.OPEN)):
        open_ticket(database, ChangeStatus(number, status, NOW), number=number, assignee="tech1")
    open_ticket(database, number=1005)
    seen = _seen(database, received())
    assert seen.turns == {"support": "tech2"}
    assert seen.load == {"tech1": 3}


OTHERS = (
    (TimerFired(1, "callback", 1001, NOW), True),
    (DeliveryFailed(1, NOW, 1, "technician", "tech1@example.com", "Panne", "550", 1001), True),
    (DeliveryFailed(1, NOW, 1, "weekly", "chef@acme.example", "Semaine", "550"), False),
    (RetryAsked(1, NOW, "outbox", 1), True),
    (RetryAsked(1, NOW, "inbox", 1), False),
    (TicketRequested(1, NOW, "acme", "chef@acme.example", "Panne"), False),
    (DrillAsked(1, NOW, "tech1"), False),
    (BankAsked(1, NOW, "acme", EntryKind.PURCHASE, 60, "INV-12"), False),
    (MailUnreadable(1, Door.SMTP, "", (), NOW, "too deep"), False),
)


@pytest.mark.parametrize(("event", "named"), OTHERS)
def test_every_other_event_finds_the_ticket_it_names(database: Database, event: Event, named: bool) -> None:
    """Those that name none get none."""
    open_ticket(database, SendMail(a_letter()))
    assert (_seen(database, event).by_token is not None) == named


def test_a_ticket_named_in_several_ways_is_read_once(database: Database) -> None:
    """An ordinary answer carries token, thread and tag of the same ticket."""
    open_ticket(database, a_message())
    mail = a_mail(subject="[#1001]", references=("<m1@acme.example>",))
    event = received(mail, token=contact_token(), threads=(1001,))
    seen = _seen(database, event)
    assert seen.by_token is seen.by_thread is seen.by_reference is seen.by_tag is not None


def test_a_decision_that_was_rolled_back_gives_its_number_back(database: Database) -> None:
    """Ticket numbers have no gaps that somebody would ask about."""
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        open_ticket(database, a_message(ticket=4711))
    assert _seen(database, received()).next_ticket == 1001
