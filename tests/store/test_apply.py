"""Decisions become rows."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from sqlalchemy import event
from sqlmodel import col, select

from mailgate.core.delivery import Lane, Refused
from mailgate.core.effects import (
    AddIntervention,
    Assign,
    ChangeStatus,
    Effect,
    MoveToQueue,
    Quarantine,
    RetryInbox,
    RetryOutbox,
    SendMail,
    SetClock,
)
from mailgate.core.letters import Enclosure
from mailgate.core.lifecycle import WAITING
from mailgate.core.model import Activity, Attachment, PageState, Status
from mailgate.core.page_effects import AcknowledgePages, CancelPages, CountCall, FailPage, FloodEffect
from mailgate.store import outbox, query
from mailgate.store.absences import AbsenceChange
from mailgate.store.budgets import BudgetChange
from mailgate.store.columns import InboxState, OutboxState
from mailgate.store.database import Database
from mailgate.store.fates import FateChange
from mailgate.store.promises import Promise, Withdrawal
from mailgate.store.query import OutboxLine, TicketStory
from mailgate.store.tables import OutboxRow, TicketRow
from mailgate.store.ticket_changes import ENDED, TicketChange
from tests.builders import NOW, a_kept_callback
from tests.store.desk import (
    MINUTE,
    a_delivery,
    a_letter,
    a_message,
    a_page,
    apply,
    keep,
    lease,
    open_ticket,
    promise,
)

PDF = Attachment(1, "écran.pdf", "application/pdf", 4)
WITH_FILE = (
    b"From: chef@acme.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/plain\r\n\r\nVoici.\r\n"
    b'--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="e.pdf"\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n--b--\r\n"
)


def _story(database: Database) -> TicketStory:
    with database.read() as tx:
        story = query.ticket(tx, 1001)
    assert story is not None
    return story


def _outbox(database: Database) -> list[OutboxRow]:
    with database.read() as tx:
        return list(tx.exec(select(OutboxRow).order_by(col(OutboxRow.id))))


def _waiting(database: Database) -> tuple[OutboxLine, ...]:
    with database.read() as tx:
        return query.outbox(tx)


def _page_states(database: Database) -> list[PageState]:
    return [page.state for page in _story(database).pages]


def _fail(database: Database) -> None:
    (leased,) = lease(database, Lane.PAGE)
    with database.write() as tx:
        outbox.settle(tx, leased, Refused("550 no"), None, NOW)


def test_every_effect_that_the_core_knows_has_its_place() -> None:
    """A new effect belongs to a ticket, a promise, an absence, a budget, a flood or a fate, or to what the desk
    remembers."""
    placed = (TicketChange, Promise, Withdrawal, AbsenceChange, BudgetChange, FateChange, FloodEffect)
    rest = set(get_args(Effect)) - {effect for place in placed for effect in get_args(place)}
    remembered = {
        *("SetTimer", "Await", "CancelTimer", "TakeTurn", "Quarantine", "RetryInbox"),
        *("Hold", "LetGo", "Book", "KeepDeed", "UndoDeed"),
    }
    assert {effect.__name__ for effect in rest} == remembered


@pytest.mark.parametrize("status", list(Status))
def test_a_status_carries_its_moment(database: Database, status: Status) -> None:
    """When the waiting began stops a clock; when it ended is in the report. Nothing of an earlier status stays."""
    open_ticket(database, waiting_since=NOW, closed_at=NOW)
    apply(database, ChangeStatus(1001, status, NOW + MINUTE))
    with database.read() as tx:
        row = tx.get_one(TicketRow, 1001)
    assert row.status is status
    assert row.waiting_since == (NOW + MINUTE if status in WAITING else None)
    assert row.closed_at == (NOW + MINUTE if status in ENDED else None)


def test_a_ticket_changes_hands_queue_and_promise(database: Database) -> None:
    """The columns that one technician's mail changes."""
    kept = replace(a_kept_callback(Activity.CALL), calendar="urgent", paused_minutes=5)
    open_ticket(database, Assign(1001, "tech2"), MoveToQueue(1001, "regulier"), SetClock(1001, kept))
    story = _story(database)
    assert (story.assignee, story.queue) == ("tech2", "regulier")
    assert story.callback is not None
    assert (story.callback.kept_by, story.callback.paused_minutes) == ("tech2", 5)


def test_an_intervention_is_written_down(database: Database) -> None:
    """Minutes are money."""
    open_ticket(database, AddIntervention(1001, "tech1", Activity.VISIT, 95, 120, True, NOW))
    (made,) = _story(database).interventions
    assert (made.by, made.activity, made.minutes, made.charged, made.public) == ("tech1", "visit", 95, 120, True)


def test_attachments_stay_with_their_message(database: Database) -> None:
    """The command line extracts them from the mail they came in."""
    (inbox_id,) = keep(database, a_delivery(WITH_FILE))
    open_ticket(database, a_message(inbox_id=inbox_id, attachments=(PDF,)), a_message(text="Sans pièce"))
    first, second = _story(database).messages
    assert [(one.inbox_id, one.index, one.name, one.size) for one in first.attachments] == [(1, 1, "écran.pdf", 4)]
    assert second.attachments == ()


def test_a_mail_is_rendered_once_and_kept(database: Database) -> None:
    """Sending it again later gives the same octets and the same Message-ID."""
    writer = open_ticket(database, SendMail(a_letter()), SendMail(a_letter("closing")))
    first, second = _outbox(database)
    assert [stamp.outbox_id for stamp in writer.stamps] == [first.id, second.id]
    assert [stamp.occasion for stamp in writer.stamps] == ["inbox-1.1", "inbox-1.2"]
    assert (first.message_id, first.subject) == ("<inbox-1.1@example.com>", "Objet de acknowledgement")
    assert _story(database).messages == ()


def test_a_mail_worth_remembering_joins_the_story(database: Database) -> None:
    """What the desk itself told the customer, as automatic."""
    open_ticket(database, SendMail(a_letter(), record=True), SendMail(a_letter(ticket=None), record=True))
    (said,) = _story(database).messages
    assert (said.direction, said.automatic, said.from_) == ("out", True, "tickets@example.com")
    assert said.text == "acknowledgement pour Chantal Chef, n° 1"


def test_attachments_travel_with_the_letter(database: Database) -> None:
    """The technician sees what the customer sent, octet for octet."""
    (inbox_id,) = keep(database, a_delivery(WITH_FILE))
    writer = open_ticket(database, a_page(letter=a_letter("technician", enclosure=Enclosure(inbox_id, (PDF,)))))
    assert writer.files == [((PDF, b"%PDF"),)]


def test_a_mail_whose_files_go_to_several_people_is_taken_apart_once(database: Database) -> None:
    """All else waits for this transaction, the doors too; a large mail decoded for each reader would hold them up."""
    (inbox_id,) = keep(database, a_delivery(WITH_FILE))
    letter = a_letter("technician", enclosure=Enclosure(inbox_id, (PDF,)))
    writer = open_ticket(database, *(a_page(one, letter=letter) for one in ("tech1", "tech2", "tech3")))
    assert writer.files == [((PDF, b"%PDF"),)]
    assert len(writer.enclosures) == 3
    assert len({id(file) for (file,) in writer.enclosures}) == 1


def test_a_page_that_is_no_mail_is_text(database: Database) -> None:
    """A pager service gets words, not MIME; its address is an Apprise URL."""
    promise(database, a_page(target="ntfys://ntfy.example.net/tech1"), a_page("tech2"))
    service, mail = lease(database, Lane.PAGE)
    assert (service.parcel.by_mail, service.parcel.message.decode()) == (False, "technician pour Chantal Chef, n° 1")
    assert mail.parcel.by_mail


def test_a_page_waits_for_the_opening_where_the_queue_says_so(database: Database) -> None:
    """Quiet hours hold back the pager, never a moment that is already past."""
    promise(database, a_page(not_before=NOW + MINUTE), a_page(not_before=NOW - MINUTE))
    assert [row.next_attempt_at for row in _outbox(database)] == [NOW + MINUTE, NOW]


def test_an_acknowledgement_covers_all_pages_of_one_person(database: Database) -> None:
    """What did not leave yet need not leave; the others are still being called."""
    promise(database, a_page("tech1"), a_page("tech1", target="ntfys://x"), a_page("tech2"))
    apply(database, AcknowledgePages(1001, "tech1", NOW + MINUTE))
    pages = _story(database).pages
    assert [page.acknowledged_at for page in pages] == [NOW + MINUTE, NOW + MINUTE, None]
    assert [row.state for row in _outbox(database)] == ["cancelled", "cancelled", "promised"]
    assert _outbox(database)[0].last_error == "acknowledged before it left"


def test_a_failed_page_is_not_acknowledged(database: Database) -> None:
    """It never reached anybody; the story keeps saying so."""
    promise(database, a_page())
    _fail(database)
    apply(database, AcknowledgePages(1001, "tech1", NOW))
    assert _page_states(database) == [PageState.FAILED]


def test_cancelled_pages_say_why_and_mail_still_leaves(database: Database) -> None:
    """Only what would wake somebody is taken back."""
    promise(database, a_page("tech1"), SendMail(a_letter()))
    apply(database, CancelPages(1001, "the ticket was closed"))
    page, mail = _outbox(database)
    assert (page.state, page.last_error, mail.state) == ("cancelled", "the ticket was closed", "promised")
    assert _page_states(database) == [PageState.CANCELLED]
    assert [line.kind for line in _waiting(database)] == ["acknowledgement"]


def test_only_the_pages_that_were_promised_before_are_cancelled(database: Database) -> None:
    """What is written at once stays on its side of whatever reads it."""
    open_ticket(database, a_page("tech1"), CancelPages(1001, "somebody else"), a_page("tech2"))
    assert [row.state for row in _outbox(database)] == ["cancelled", "promised"]


def test_a_call_for_people_does_not_part_the_promises_around_it(database: Database) -> None:
    """Every urgent mail asks for people between its acknowledgement and its pages."""
    call = CountCall(1001, "acme", "urgent", NOW, alone=True)
    asked: list[str] = []
    event.listen(database._writer, "before_cursor_execute", lambda _c, _d, said, *_: asked.append(said))
    writer = open_ticket(database, SendMail(a_letter()), call, a_page("tech1"))
    assert sum(said.startswith("INSERT INTO outbox ") for said in asked) == 1
    assert [row.lane for row in _outbox(database)] == [Lane.BULK, Lane.PAGE]
    assert [stamp.occasion for stamp in writer.stamps] == ["inbox-1.1", "inbox-1.3"]


def test_a_failed_page_can_be_promised_again(database: Database) -> None:
    """`outbox retry N`: the same octets, and a lifetime that starts over."""
    promise(database, a_page())
    _fail(database)
    assert (_page_states(database), _waiting(database)[0].next_attempt_at) == ([PageState.FAILED], None)
    apply(database, RetryOutbox(1), now=NOW + MINUTE)
    assert _page_states(database) == [PageState.PROMISED]
    (again,) = lease(database, Lane.PAGE, NOW + MINUTE)
    assert (again.attempts, again.promised_at) == (2, NOW + MINUTE)


def test_what_was_sent_is_not_sent_again_by_a_retry(database: Database) -> None:
    """An operator's mistyped number must not repeat a mail to a customer."""
    promise(database, a_page())
    apply(database, CancelPages(1001, "closed"), RetryOutbox(1))
    assert _outbox(database)[0].state is OutboxState.CANCELLED


def test_a_page_can_be_declared_lost(database: Database) -> None:
    """A bounce says that it did not reach its person; for a row without a page there is nothing to say."""
    promise(database, a_page(), SendMail(a_letter()))
    apply(database, FailPage(1, "bounced"), FailPage(2, "bounced"))
    assert _page_states(database) == [PageState.FAILED]


def test_quarantine_is_an_effect_and_so_is_its_end(database: Database) -> None:
    """`mailgate inbox` shows why; a retry makes the row pending again."""
    (inbox_id,) = keep(database, a_delivery())
    apply(database, Quarantine(inbox_id, "parts nested too deep"))
    with database.read() as tx:
        (line,) = query.inbox(tx)
    assert (line.state, line.reason) == (InboxState.QUARANTINED, "parts nested too deep")
    apply(database, RetryInbox(inbox_id))
    with database.read() as tx:
        (line,) = query.inbox(tx)
    assert (line.state, line.reason) == (InboxState.PENDING, None)
