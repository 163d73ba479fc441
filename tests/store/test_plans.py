"""The cost of one mail does not depend on how many tickets exist: the database's own plans say so."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

from mailgate.core.budgets import REPORT
from mailgate.core.decision import Decision
from mailgate.core.delivery import Delivered, Lane
from mailgate.core.effects import (
    AddIntervention,
    Assign,
    CancelTimer,
    ChangeStatus,
    ClearAddress,
    Effect,
    ForgetHeldBack,
    HoldBack,
    MarkAddress,
    OpenTicket,
    Quarantine,
    RecordAbsence,
    ReleaseHeld,
    RetryInbox,
    RetryOutbox,
    SendMail,
    SetFate,
    SetTimer,
    TakeTurn,
    WithdrawAbsences,
)
from mailgate.core.events import TimerFired
from mailgate.core.floods import WAKE, WINDOW
from mailgate.core.model import Activity, Address, Outcome, Status, Token, TokenKind
from mailgate.core.page_effects import AcknowledgePages, Await, CancelPages, CountCall, FailPage, PassOn, SpeakFor
from mailgate.core.relation_effects import (
    ChangeCustomer,
    ChangeRequester,
    ChangeSubject,
    LinkTickets,
    MergeTickets,
    MoveMessage,
    Unwatch,
    Watch,
)
from mailgate.core.reports import Fate, Report, ReportKind
from mailgate.store import claims, inbox, outbox, snapshot, timers
from mailgate.store.apply import apply_all
from mailgate.store.database import Database
from mailgate.store.outbox import Lease
from tests.builders import NOW, a_mail, a_ticket, contact_token, received, technician_token
from tests.store.desk import MINUTE, Writer, a_delivery, a_letter, a_message, a_page, fetched
from tests.store.plans import plan_of, scans, watched

COUNTING = {"ix_answer_address_at", "ix_answer_domain_at", "ix_answer_at", "ix_journal_refused"}

EFFECTS: tuple[Effect, ...] = (
    OpenTicket(a_ticket()),
    CountCall(1001, "acme", "urgent", NOW, alone=True),
    Await(1001, "reach-0-3", 60),
    a_message(inbox_id=1),
    SendMail(a_letter(), record=True, counted=True),
    a_page(),
    AddIntervention(1001, "tech1", Activity.CALL, 15, 15, True, NOW),
    ChangeStatus(1001, Status.OPEN, NOW),
    Assign(1001, "tech1"),
    SetTimer(1001, "callback", NOW),
    SetTimer(1001, "update", NOW),
    CancelTimer(1001, "update"),
    TakeTurn("support", "tech1"),
    RecordAbsence("tech1", NOW.date(), NOW.date(), NOW),
    WithdrawAbsences("tech1", NOW.date()),
    Quarantine(1, "why"),
    RetryInbox(1),
    FailPage(2, "bounced"),
    RetryOutbox(2),
    ReleaseHeld(1, 2),
    SetTimer(None, REPORT, NOW),
    HoldBack("address", "x@stranger.example", NOW),
    SetFate(1, Fate.HARD, "5.1.1", NOW),
    MarkAddress("chef@acme.example", Fate.HARD, "5.1.1", NOW),
    MarkAddress("chef@acme.example", Fate.HARD, "5.1.1", NOW),
    ClearAddress("chef@acme.example"),
    SpeakFor(1001, (1001,)),
    PassOn(1001, WAKE, NOW),
)
LATER: tuple[Effect, ...] = (
    AcknowledgePages(1001, "tech1", NOW),
    CancelPages(1001, "closed"),
    ForgetHeldBack(1),
    OpenTicket(a_ticket(number=1002)),
    ChangeSubject(1001, "Panne"),
    ChangeRequester(1001, Address("it@acme.example"), "fr", True),
    ChangeCustomer(1001, "acme", "UTC"),
    LinkTickets(1001, 1002, NOW),
    Watch(1001, "x@acme.example", NOW),
    Unwatch(1001, "x@acme.example"),
    MoveMessage(1001, 1002, 1),
    MergeTickets(1002, 1001, Status.OPEN, ()),
)


def _one_mail(database: Database) -> None:
    """From the door to the relay, with every effect there is."""
    with database.write() as tx:
        inbox.accept(tx, [a_delivery(), a_delivery(), fetched(3)], NOW)
    with database.write() as tx:
        found = inbox.next_pending(tx)
        assert found is not None
        assert inbox.most_urgent(tx) == found
        assert claims.claim_mail(tx, found.id)
        mail = a_mail(subject="[#1001]", references=("<m1@acme.example>",))
        snapshot.load(tx, received(mail, inbox_id=2, token=contact_token(), threads=(1001,), digest=found.digest))
        snapshot.load(tx, received(token=Token(TokenKind.BOUNCE, 1, 0)))
        snapshot.load(tx, received(a_mail(report=Report(ReportKind.DELIVERY, (), "<inbox-1.2@example.com>"))))
        snapshot.load(tx, TimerFired(1, REPORT, None, NOW))
        apply_all(tx, Writer(), EFFECTS, "inbox-1", NOW)
        snapshot.load(tx, received(token=contact_token()))
        for kind in (WINDOW, WAKE, "callback-warning"):
            snapshot.load(tx, TimerFired(1, kind, 1001, NOW))
        inbox.done(tx, 1, Decision(Outcome.TICKET, "decided", ticket=1001), NOW)
    with database.write() as tx:
        for lane in Lane:
            for leased in outbox.lease(tx, Lease(lane, 2, "worker", NOW + MINUTE), NOW):
                outbox.settle(tx, leased, Delivered(), None, NOW)
        due = timers.next_due(tx, NOW)
        assert due is not None
        assert claims.claim_timer(tx, due.timer_id, NOW)
        timers.put_off(tx, due.timer_id, NOW + MINUTE)
        timers.finish(tx, due.timer_id)
        apply_all(tx, Writer(), LATER, "inbox-2", NOW)


def _plans(database: Database, tmp_path: Path) -> list[tuple[str, list[str]]]:
    """Every statement of one mail with its plan."""
    with watched(database) as statements:
        _one_mail(database)
    connection = sqlite3.connect(tmp_path / "var" / "mailgate.db")
    asked = [one for one in statements if not one[0].startswith(("BEGIN", "PRAGMA"))]
    plans = [(one[0], plan_of(connection, one)) for one in asked]
    connection.close()
    return plans


def test_no_query_on_the_way_of_a_mail_reads_a_whole_table(database: Database, tmp_path: Path) -> None:
    """Other desks take twice as long per mail at 100,000 tickets (performance.md)."""
    plans = _plans(database, tmp_path)
    assert len(plans) > 40
    assert {text: found for text, plan in plans if (found := scans(plan))} == {}


def test_what_a_flood_makes_long_is_counted_by_its_own_index(database: Database, tmp_path: Path) -> None:
    """A ticket's whole journal, read to count its refusals, is no scan of the table and grows all the same."""
    lines = [line for _, plan in _plans(database, tmp_path) for line in plan]
    assert {name for name in COUNTING if any(f"INDEX {name} " in line for line in lines)} == COUNTING


def test_what_is_sent_again_and_again_is_read_from_one_end(database: Database, tmp_path: Path) -> None:
    """A device that says the same for years, or copies of one Message-ID: read to a limit, never sorted."""
    with watched(database) as statements, database.write() as tx:
        mail = a_mail(references=("<m1@acme.example>", "<m2@acme.example>"))
        snapshot.load(tx, received(mail, token=technician_token("tech1")))
    connection = sqlite3.connect(tmp_path / "var" / "mailgate.db")
    asked = [one for one in statements if "FROM inbox" in one[0] or "FROM message" in one[0]]
    lines = [line for one in asked for line in plan_of(connection, one)]
    connection.close()
    used = {found[1] for line in lines if (found := re.search(r"USING INDEX (\w+)", line))}
    assert used >= {"ix_inbox_decided", "ix_inbox_carried_out", "ix_message_message_id"}
    assert not [line for line in lines if "TEMP B-TREE" in line]


def test_the_next_mail_of_a_flood_is_found_without_sorting_it(database: Database, tmp_path: Path) -> None:
    """The oldest and the most urgent alike: the first entry of an index."""
    with watched(database) as statements, database.write() as tx:
        assert inbox.next_pending(tx) is inbox.most_urgent(tx) is None
    connection = sqlite3.connect(tmp_path / "var" / "mailgate.db")
    plans = [plan_of(connection, one) for one in statements if "FROM inbox" in one[0]]
    connection.close()
    assert ["ix_inbox_state_patience_id" in str(plan) for plan in plans] == [False, True]
    assert "TEMP B-TREE" not in str(plans)


def test_the_watch_would_see_a_scan(database: Database, tmp_path: Path) -> None:
    """The same eyes on a query without an index."""
    connection = sqlite3.connect(tmp_path / "var" / "mailgate.db")
    plan = plan_of(connection, ("SELECT number FROM ticket WHERE subject = ?", ("x",)))
    connection.close()
    assert scans(plan)
