"""What must not stop the desk: a broken template, a mail that breaks the decision, a database in trouble."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from sqlite3 import OperationalError as DriverError
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from mailgate import engine
from mailgate.core.budgets import REPORT
from mailgate.core.decide import decide
from mailgate.core.events import Event, RetryAsked, TimerFired
from mailgate.core.hours import Calendar
from mailgate.engine import FAULTS_OF_ONE_ROW, Engine
from mailgate.store import inbox, query, timers
from mailgate.store.database import DATABASE_FAULTS
from tests.flow.desk import Letter, LiveDesk, Sent


def break_decisions(desk: LiveDesk, **changes: Any) -> None:
    """From now on no promise can be worked out: the urgent calendar never opens."""
    never = Calendar("urgent", "America/Toronto", ((),) * 7, lambda _: None)
    policy = replace(desk.desk.policy, calendars={**desk.desk.policy.calendars, "urgent": never}, **changes)
    desk.engine = Engine(replace(desk.desk, policy=policy), desk.database, lambda: desk.now)


def mend(desk: LiveDesk) -> None:
    """The administrator put it right and started the daemon again."""
    desk.engine = Engine(desk.desk, desk.database, lambda: desk.now)


def waiting(desk: LiveDesk) -> tuple[query.InboxLine, ...]:
    """What `mailgate inbox` shows."""
    with desk.database.read() as tx:
        return query.inbox(tx)


def templates(mails: list[Sent]) -> list[str]:
    """What was sent, by template."""
    return sorted(mail.template for mail in mails)


@pytest.mark.parametrize(
    "fault", ["Subject: x\n\n{{ ticket.no_such_thing }}", "Subject: x\n\n{% if %}", "no subject line"]
)
def test_a_broken_template_sends_built_in_words_and_tells_the_administrators_once(desk: LiveDesk, fault: str) -> None:
    """No acknowledgement and no page waits for an administrator (design.md §1, F33)."""
    (desk.root / "templates/fr/acknowledgement.txt.j2").write_text(fault, "utf-8")
    desk.reload()
    mails = desk.write(Letter("Bonjour"))
    assert templates(mails) == ["acknowledgement", "notice", *["page"] * 3, *["technician"] * 3]
    acknowledgement = next(mail for mail in mails if mail.template == "acknowledgement")
    assert "1001" in acknowledgement.text
    assert next(mail for mail in mails if mail.template == "notice").to == "admin@example.com"
    assert "notice" not in templates(desk.write(Letter("Encore")))


def test_a_mail_that_breaks_the_decision_is_kept_and_the_urgent_door_pages(desk: LiveDesk) -> None:
    """Quarantine: the mail with its reason, the administrators told, the technicians woken."""
    break_decisions(desk)
    mails = desk.write(Letter("Bonjour"))
    assert templates(mails) == [*["notice"] * 4, *["page"] * 3]
    (row,) = waiting(desk)
    assert row.state.value == "quarantined"
    assert "never opens" in (row.reason or "")


def test_a_quarantined_mail_can_be_retried_and_is_then_an_ordinary_ticket(desk: LiveDesk) -> None:
    """`mailgate inbox retry N`, once the cause is mended; nothing of it was lost."""
    break_decisions(desk)
    desk.write(Letter("Bonjour"))
    mend(desk)
    with desk.database.write() as tx:
        inbox.retry(tx, 1)
    mails = desk.work()
    assert "acknowledgement" in templates(mails)
    assert desk.ticket().subject == "Panne du serveur"
    assert waiting(desk) == ()
    ids = [mail.header("Message-ID") for mail in desk.sent]
    assert len(set(ids)) == len(ids)


def test_other_mail_goes_on_while_one_is_in_quarantine(desk: LiveDesk) -> None:
    """One poison mail holds up nobody."""
    break_decisions(desk)
    desk.write(Letter("Poison"))
    assert "acknowledgement" in templates(desk.write(Letter("Bonjour", to="support-regulier@example.com")))


def test_a_mail_that_not_even_the_alarm_can_be_decided_about_holds_up_nobody(desk: LiveDesk) -> None:
    """Rules without the urgent team: aside without a word but the log's, and the next mail is read."""
    break_decisions(desk, teams={})
    desk.write(Letter("Poison"))
    assert [row.state.value for row in waiting(desk)] == ["quarantined"]
    mend(desk)
    assert "acknowledgement" in templates(desk.write(Letter("Bonjour")))


def test_a_row_that_cannot_be_read_holds_up_nobody(desk: LiveDesk) -> None:
    """A request of another version of mailgate: kept aside, and the mail behind it is read."""
    with desk.database.write() as tx:
        inbox.ask(tx, RetryAsked(0, desk.now, "inbox", 1), desk.now)
        tx.execute(text("""UPDATE inbox SET payload = '{"box": []}'"""))
    assert "acknowledgement" in templates(desk.write(Letter("Bonjour")))
    assert [row.state.value for row in waiting(desk)] == ["quarantined"]


def test_a_timer_that_cannot_be_decided_is_put_off_and_told_once(desk: LiveDesk) -> None:
    """Nobody who could be reminded has an address: the administrators hear of it, and it is tried again once mended."""
    desk.write(Letter("Bonjour"))
    with desk.database.write() as tx:
        tx.execute(text("UPDATE ticket SET status = 'waiting-customer', waiting_since = opened_at"))
        timers.set_timer(tx, 1001, "waiting-over", desk.now)
    people = desk.desk.policy.technicians.items()
    break_decisions(desk, technicians={key: replace(one, mails=()) for key, one in people})
    assert templates(desk.work()) == ["notice"]
    assert desk.advance(hours=2) == []
    mend(desk)
    desk.advance(hours=2)
    assert desk.ticket().status.value == "open"


@pytest.mark.parametrize(("remembered", "again"), [(3, []), (2, ["notice"] * 3)])
def test_what_was_told_is_remembered_within_bounds(
    desk: LiveDesk, monkeypatch: pytest.MonkeyPatch, remembered: int, again: list[str]
) -> None:
    """Each broken timer is a notice of its own, and a daemon runs for months."""
    monkeypatch.setattr(engine, "REMEMBERED", remembered)
    monkeypatch.setattr(engine, "decide", lambda *_: 1 // 0)
    mend(desk)
    with desk.database.write() as tx:
        for kind in ("one", "two", "three"):
            timers.set_timer(tx, None, kind, desk.now)
    assert templates(desk.work()) == ["notice"] * 3
    assert templates(desk.advance(hours=2)) == again


def test_a_database_fault_leaves_the_mail_pending(desk: LiveDesk) -> None:
    """Nobody's fault, nothing lost: it is tried again, not put in quarantine."""
    with desk.database.write() as tx:
        tx.execute(text("ALTER TABLE ticket RENAME TO gone"))
    with pytest.raises(DATABASE_FAULTS):
        desk.write(Letter("Bonjour"))
    assert [row.state.value for row in waiting(desk)] == ["pending"]
    with desk.database.write() as tx:
        tx.execute(text("ALTER TABLE gone RENAME TO ticket"))
    assert "acknowledgement" in templates(desk.work())


def test_a_row_that_only_ever_faults_is_set_aside_at_last(desk: LiveDesk) -> None:
    """A mail that the database itself cannot swallow must not hold up all the others for ever."""
    with desk.database.write() as tx:
        tx.execute(text("ALTER TABLE attachment RENAME TO gone"))
    break_attachment = Letter("x", headers={"Content-Type": "application/pdf", "Content-Disposition": "attachment"})
    desk.accept(break_attachment.raw(1), "chef@acme.example", "support-urgent@example.com")
    for _ in range(FAULTS_OF_ONE_ROW):
        with pytest.raises(DATABASE_FAULTS):
            desk.decide()
    desk.work()
    assert [row.state.value for row in waiting(desk)] == ["quarantined"]


def test_a_timer_that_only_ever_faults_is_put_off_at_last(desk: LiveDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the database itself cannot swallow must not keep every later escalation from being decided."""
    decided = list[str]()

    def refused(event: Event, *rest: Any) -> Any:
        if isinstance(event, TimerFired):
            decided.append(event.kind)
            if event.kind == "poison":
                raise OperationalError("", {}, DriverError("too many SQL variables"))
        return decide(event, *rest)

    monkeypatch.setattr(engine, "decide", refused)
    with desk.database.write() as tx:
        timers.set_timer(tx, None, "poison", desk.now)
        timers.set_timer(tx, None, REPORT, desk.now + timedelta(seconds=1))
    desk.now += timedelta(seconds=2)
    for _ in range(FAULTS_OF_ONE_ROW):
        with pytest.raises(DATABASE_FAULTS):
            desk.decide()
    assert set(decided) == {"poison"}
    desk.decide()
    assert decided[-1] == REPORT
