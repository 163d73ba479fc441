"""`#annuler`: a technician's own last mail on a ticket is undone by entries that compensate it; nothing is deleted.

    ticket           as before it, part by part, unless somebody changed that part since
    clocks           what it kept is owed again by the same deadline, what it began applies no longer
    minutes          an intervention of as many below zero
    mails            called back while nobody took them; behind one that left goes a correction
    nobody has it    people are called again

A wait that began with the mail never was, and one that ended with it goes on: so every clock is where it would be.
Whatever cannot be undone is said. A mail is undone once, and only while `limits.undo` of the rules has not passed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from mailgate.core.bank_effects import Book, EntryKind
from mailgate.core.clocks import counted_anew, dropped, unkept
from mailgate.core.decision import Decision, Findings
from mailgate.core.effects import AddIntervention, CancelTimer, Effect, SetClock, SetTimer
from mailgate.core.escalation import first_step, promised_people, team_of
from mailgate.core.events import MailReceived
from mailgate.core.floods import NAMED, counted
from mailgate.core.identity import Sender
from mailgate.core.intents import Problem, Undo
from mailgate.core.letters import Did, NoticeFacts
from mailgate.core.lifecycle import ACTIVE, WAITING_OVER
from mailgate.core.model import Direction, Outcome, Status
from mailgate.core.opening import incoming
from mailgate.core.page_effects import UnanswerPages
from mailgate.core.paging import Chosen, Wanted, same_people
from mailgate.core.people import Technician
from mailgate.core.policy import Policy
from mailgate.core.rectifying import called_back
from mailgate.core.seen import Seen
from mailgate.core.summons import first_words, summon
from mailgate.core.ticket import Clock, Promise, Ticket
from mailgate.core.transcripts import told_done
from mailgate.core.undo_effects import UndoDeed
from mailgate.core.undoable import Deed, Undone, as_in, put_back, state_of

UNDONE = NoticeFacts("undone")
"""Why people are called again."""

FIXED = frozenset({"status", "wait", "assignee"})
"""What a mail that released a request, or joined it to another, leaves so for good: others built on it."""

OWED_STILL = frozenset({Promise.CALLBACK, Promise.UPDATE})
"""The promises that are owed again even when somebody has moved the ticket on since."""


@dataclass(frozen=True, slots=True)
class Undoing:
    """A deed to undo, the ticket as it stands, and as it will."""

    deed: Deed
    by: Technician
    ticket: Ticket
    after: Ticket
    undone: Undone
    clocks: tuple[Clock, ...]
    at: datetime

    @property
    def gives_back(self) -> bool:
        """Whether somebody had the ticket, and nobody has it now."""
        had = self.ticket.assignee is not None and self.ticket.status is not Status.NEW
        nobody = self.after.assignee is None or self.after.status is Status.NEW
        return had and nobody and self.after.status in ACTIVE and bool(self.undone.parts & {"assignee", "status"})


def asks_to_undo(event: MailReceived) -> bool:
    """Whether a mail says `#annuler`."""
    return any(isinstance(order.intent, Undo) for order in event.orders.orders)


def undo(
    event: MailReceived, sender: Sender, by: Technician, seen: Seen, policy: Policy, findings: Findings
) -> Decision | tuple[Problem, ...]:
    """Undo the newest mail of theirs that was carried out on the ticket, or everything that stands against it."""
    against, ticket, deed = tuple(_against(event, seen, policy)), seen.by_token, seen.deed
    if against or ticket is None or deed is None:
        return against
    if deed.undone_at is not None:
        did = (Did("undone-already", _hour(deed.undone_at, policy)),)
        told = told_done(event, by, ticket, did, False, policy)
        because = f"{by.key} has undone the mail of inbox {deed.inbox_id} before"
        return Decision(Outcome.RECORDED, because, (told,), ticket.number, findings)
    return _carry_out(event, sender, _undoing(deed, by, ticket, seen, event.received_at), seen, policy, findings)


def _against(event: MailReceived, seen: Seen, policy: Policy) -> Iterator[Problem]:
    yield from event.orders.problems
    line = next(order.line for order in event.orders.orders if isinstance(order.intent, Undo))
    files = bool(event.mail.files)
    deed = seen.deed
    if seen.by_token is None:
        yield Problem("no-ticket")
    elif len(event.orders.orders) > 1 or event.orders.text.strip() or files:
        yield Problem("undo-alone", line)
    elif deed is None:
        yield Problem("nothing-to-undo", line)
    elif deed.undone_at is None and event.received_at > deed.at + policy.limits.undo:
        yield Problem("undo-too-late", line, _hour(deed.at + policy.limits.undo, policy))


def _undoing(deed: Deed, by: Technician, ticket: Ticket, seen: Seen, at: datetime) -> Undoing:
    joined = Status.MERGED in (deed.before.status, ticket.status)
    fixed = FIXED if joined or _released(deed) else frozenset[str]()
    undone = put_back(state_of(ticket, seen.marks.wakes_at), deed, fixed)
    after = as_in(ticket, undone.state)
    clocks = () if joined else tuple((_still_promised if fixed else _clocks)(deed, ticket, after, undone, at))
    return Undoing(deed, by, ticket, after.with_clocks(*clocks), undone, clocks, at)


def _released(deed: Deed) -> bool:
    return deed.before.status is Status.PARKED and deed.after.status in ACTIVE


def _still_promised(deed: Deed, ticket: Ticket, after: Ticket, undone: Undone, at: datetime) -> Iterator[Clock]:
    """The call-back that was promised with a release stands as the release does: what kept it at once counts for
    nothing."""
    moved_on = ticket.status is not deed.after.status and after.status not in ACTIVE
    for _, later in deed.moved:
        kept_then = later.promise is Promise.CALLBACK and later.ended_at == deed.at <= at
        if kept_then and ticket.clock(later.promise) == later and not moved_on:
            yield _with_waits(unkept(later), deed, ticket, undone)


def _clocks(deed: Deed, ticket: Ticket, after: Ticket, undone: Undone, at: datetime) -> Iterator[Clock]:
    """Each clock that nobody touched since: as before, and what the deed began in its place ends."""
    for before, later in deed.moved:
        if ticket.clock(later.promise) != later or not _is_owed(later.promise, after, undone):
            continue
        if before is None or before.asked_at != later.asked_at:
            yield from (dropped(later, at),) if later.running else ()
        if before is not None:
            yield _with_waits(before, deed, ticket, undone)


def _is_owed(promise: Promise, after: Ticket, undone: Undone) -> bool:
    """Whether a promise stands again as it did: not when somebody else has taken the ticket on since."""
    if promise is Promise.ENGAGEMENT:
        return after.assignee is None or after.status in (Status.NEW, Status.PARKED)
    moved_on = "status" in undone.stays
    return not moved_on or (promise in OWED_STILL and after.status in ACTIVE)


def _with_waits(clock: Clock, deed: Deed, ticket: Ticket, undone: Undone) -> Clock:
    """The clock less the waits that others began and ended since."""
    others = "status" not in undone.parts and any(wait.since >= deed.at and wait.until for wait in ticket.waits)
    if not others or not clock.running or clock.hours is None or clock.delay is None:
        return clock
    return counted_anew(clock, clock.hours, clock.delay, ticket.waits)


def _carry_out(
    event: MailReceived, sender: Sender, one: Undoing, seen: Seen, policy: Policy, findings: Findings
) -> Decision:
    number, deed = one.ticket.number, one.deed
    chosen, called = _call_again(one, seen, policy)
    mails, did_mails = called_back(deed, one.ticket, one.after, one.by, chosen.people, policy, one.at)
    effects: tuple[Effect, ...] = (
        replace(
            incoming(event, sender, number, automatic=False),
            direction=Direction.INTERNAL,
            to=(),
            text="\n".join(order.line for order in event.orders.orders),
        ),
        UndoDeed(number, deed.id, event.inbox_id, one.at, one.undone.state, deed.at),
        *(SetClock(number, clock) for clock in one.clocks),
        *_wait_again(one),
        *_compensation(event, deed),
        *mails,
        *called,
    )
    did = (
        *_did(one, policy),
        *did_mails,
        *_did_call(chosen),
        *_did_keep(one, seen, policy),
        *(Did("not-undone", line) for line in deed.lasting),
    )
    told = told_done(event, one.by, one.after, did, False, policy)
    parts = ", ".join(sorted(one.undone.parts)) or "nothing of the ticket"
    because = f"{one.by.key} undoes the mail of inbox {deed.inbox_id} on #{number}: {parts}"
    because += f"; changed since, so it stays: {', '.join(sorted(one.undone.stays))}" if one.undone.stays else ""
    because += f"; {chosen.why}" if chosen.why else ""
    return Decision(Outcome.FOLLOW_UP, because, (*effects, told), number, findings)


def _wait_again(one: Undoing) -> Iterator[Effect]:
    """The timer that ended a wait, as it was."""
    if "wait" not in one.undone.parts:
        return
    yield CancelTimer(one.ticket.number, WAITING_OVER)
    if one.undone.state.wakes_at is not None:
        yield SetTimer(one.ticket.number, WAITING_OVER, one.undone.state.wakes_at)


def _compensation(event: MailReceived, deed: Deed) -> Iterator[Effect]:
    """The minutes taken back, and given back to the bank that paid them."""
    work, at = deed.work, event.received_at
    if work is None or not (work.minutes or work.charged):
        return
    entry = None
    if work.bank is not None and work.charged:
        what = EntryKind.CORRECTION if work.charged > 0 else EntryKind.CHARGE
        entry = Book(work.bank, what, work.charged, at, event.inbox_id, "", deed.ticket, deed.technician)
    minutes, charged = -work.minutes, -work.charged
    yield AddIntervention(deed.ticket, deed.technician, work.activity, minutes, charged, work.public, at, entry)


def _call_again(one: Undoing, seen: Seen, policy: Policy) -> tuple[Chosen, tuple[Effect, ...]]:
    """Who was called for the ticket is called once more; not whoever gives it back. No other's pages speak for it."""
    ticket, team = one.after, team_of(one.after, policy)
    if not one.gives_back:
        return Chosen(team, (), 0, None, ""), ()
    without = frozenset({one.by.key})
    wanted = Wanted(team, promised_people(ticket, policy), frozenset(ticket.skills), ticket.language, None, without)
    chosen = same_people(ticket.notified, wanted, policy, seen, one.at)
    called = summon(ticket, chosen, first_words(ticket, one.at), policy, replace(UNDONE, detail=one.by.name))
    alone = (counted(ticket, one.at, alone=True),) if seen.flood is not None else ()
    return chosen, (*alone, UnanswerPages(ticket.number), *called, first_step(ticket, policy, one.at))


def _did(one: Undoing, policy: Policy) -> Iterator[Did]:
    if one.undone.parts or one.deed.work is not None or one.deed.mails:
        yield Did("undone", _hour(one.deed.at, policy))
    for part in sorted(one.undone.parts - {"wait"}):
        yield Did(f"again-{part}", _shown(part, one.after, policy))
    for part in sorted(one.undone.stays - {"wait"}):
        yield Did(f"stays-{part}", _shown(part, one.ticket, policy))
    work = one.deed.work
    if work is not None and (work.minutes or work.charged):
        yield Did("time-taken-back", f"{work.minutes} → {work.charged}")
    for clock in one.clocks:
        if clock.running and one.ticket.clock(clock.promise) != clock:
            yield Did(f"owed-{clock.promise}", _hour(clock.due_at, policy, day=True))


def _did_call(chosen: Chosen) -> Iterator[Did]:
    if chosen.people:
        yield Did("called-again", ", ".join(one.name for one in chosen.people))


def _did_keep(one: Undoing, seen: Seen, policy: Policy) -> Iterator[Did]:
    """Those that were taken with the front of a flood are not given back with it: somebody may work on them by now."""
    if one.gives_back and seen.flood is not None and seen.flood.kept:
        numbers = [f"#{number}" for number in seen.flood.kept]
        more = ", …" if len(numbers) > NAMED else ""
        yield Did("stay-taken", f"{_shown('assignee', one.ticket, policy)} ({', '.join(numbers[:NAMED])}{more})")


def _shown(part: str, ticket: Ticket, policy: Policy) -> str:
    """A part of a ticket for a transcript; a status by its word, which the template knows."""
    if part == "assignee":
        holder = policy.technicians.get(ticket.assignee or "")
        return holder.name if holder else ticket.assignee or ""
    if part == "contact":
        return ticket.requester.mail
    if part == "status":
        return ticket.status.value
    return str(getattr(ticket, part) or "")


def _hour(at: datetime, policy: Policy, day: bool = False) -> str:
    """A moment on the desk's clock: "10:42", or "2026-11-16 10:42"."""
    return f"{at.astimezone(ZoneInfo(policy.desk.timezone)):{'%Y-%m-%d ' if day else ''}%H:%M}"
