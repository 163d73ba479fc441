"""Whatever happens to a ticket, and in whatever order: the laws that its clocks obey (domain.md §5, hazards I34)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.core.changes import Change
from mailgate.core.clocks import counted_anew
from mailgate.core.clockwork import clocks_after
from mailgate.core.lifecycle import ACTIVE, SETTLED
from mailgate.core.model import Status
from mailgate.core.ticket import Clock, Promise, Ticket
from tests.builders import local
from tests.core.calendars import MOMENTS
from tests.core.grading import FIRM, PRIORITIES, SEVERITIES, born, clock, step

LIVED = [status for status in Status if status not in (Status.PARKED, Status.MERGED, Status.NEW)]

TURNS = st.fixed_dictionaries({"status": st.sampled_from(LIVED)}, optional={"timed": st.booleans()})
HEARD = st.fixed_dictionaries({"heard_by": st.just("tech1"), "seen": st.just(True)})
GRADED = st.one_of(
    st.fixed_dictionaries({"severity": st.sampled_from([None, *SEVERITIES])}),
    st.fixed_dictionaries({"priority": st.sampled_from([None, *PRIORITIES])}),
    st.fixed_dictionaries({"queue": st.sampled_from(["regulier", "urgent"])}),
)
TAKEN = st.fixed_dictionaries({"assignee": st.sampled_from(["tech1", "tech2"]), "seen": st.just(True)})
EVENTS = st.lists(st.tuples(st.integers(1, 4000), st.one_of(TURNS, HEARD, GRADED, TAKEN)), max_size=12)


@dataclass(frozen=True, slots=True)
class Moment:
    """A ticket after one event, and every clock that was ever set, by what makes it the same row."""

    at: datetime
    ticket: Ticket
    rows: dict[tuple[Promise, datetime], Clock]


def life(at: datetime, events: list[tuple[int, dict[str, Any]]], **changes: Any) -> Iterator[Moment]:
    """The ticket's states, one after the other; the rows are as the store would hold them."""
    ticket = born(at, **changes)
    rows = {(one.promise, one.asked_at): one for one in ticket.clocks}
    yield Moment(at, ticket, rows)
    for minutes, event in events:
        at += timedelta(minutes=minutes)
        known = {key: value for key, value in event.items() if key in ("heard_by", "timed", "seen")}
        after = replace(ticket, **{key: value for key, value in event.items() if key not in known})
        set_now = clocks_after(Change(ticket, after, at, **known), FIRM)
        ticket = step(ticket, at, **event)
        rows = {**rows, **{(one.promise, one.asked_at): one for one in (*set_now, *ticket.clocks)}}
        yield Moment(at, ticket, rows)


@settings(max_examples=150)
@given(MOMENTS, EVENTS)
def test_no_promise_ever_runs_twice(at: datetime, events: list[tuple[int, dict[str, Any]]]) -> None:
    """One call, one solution, one period of news is owed at a time."""
    for now in life(at, events):
        running = [one.promise for one in now.rows.values() if one.running]
        assert sorted(running) == sorted(set(running))
        assert set(running) == {one.promise for one in now.ticket.clocks if one.running}


@settings(max_examples=150)
@given(MOMENTS, EVENTS)
def test_every_clock_makes_sense(at: datetime, events: list[tuple[int, dict[str, Any]]]) -> None:
    """due ≥ start ≥ asked; whoever ended it did so afterwards; what ended says how."""
    for now in life(at, events):
        for one in now.rows.values():
            assert one.asked_at <= one.starts_at <= one.due_at
            assert one.paused_minutes >= 0
            assert (one.ended_at is None) == (one.ending is None)
            assert one.ended_at is None or one.asked_at <= one.ended_at <= now.at


@settings(max_examples=150)
@given(MOMENTS, EVENTS)
def test_what_runs_fits_where_the_ticket_stands(at: datetime, events: list[tuple[int, dict[str, Any]]]) -> None:
    """News while it is under way, silence while the customer is awaited, nothing when it is closed."""
    for now in life(at, events):
        status, running = now.ticket.status, {one.promise for one in now.ticket.clocks if one.running}
        if status is Status.CLOSED:
            assert running == set()
        if status in SETTLED:
            assert not running & {Promise.UPDATE, Promise.RESOLUTION, Promise.VALIDATION, Promise.ENGAGEMENT}
        assert (Promise.VALIDATION in running) == (status is Status.WAITING_VALIDATION)
        assert Promise.CLOSING not in running or status in (Status.WAITING_CUSTOMER, Status.RESOLVED)
        owes_news = now.ticket.priority in PRIORITIES and PRIORITIES[now.ticket.priority].update_every is not None
        assert (Promise.UPDATE in running) == (owes_news and status in ACTIVE)


@settings(max_examples=150)
@given(MOMENTS, EVENTS, st.sampled_from(["haute", "critique"]), st.sampled_from(["regulier", "urgent"]))
def test_a_solution_is_owed_as_if_it_had_been_graded_so_from_the_beginning(
    at: datetime, events: list[tuple[int, dict[str, Any]]], severity: str, queue: str
) -> None:
    """Whatever severity and queue a ticket went through: elapsed time and pauses are all there (domain.md §5)."""
    *_, last = life(at, events)
    ended = last.at + timedelta(minutes=1)
    regraded = step(step(last.ticket, ended, status=Status.OPEN), ended, severity=severity, queue=queue)
    hours, delay = FIRM.calendars[queue], SEVERITIES[severity].resolve
    assert delay is not None
    one = clock(regraded, Promise.RESOLUTION)
    assert one == counted_anew(one, hours, delay, regraded.waits)
    assert (one.running, one.asked_at) == (True, regraded.opened_at)


def test_a_history_by_hand() -> None:
    """Critical, then high, then critical again, with both kinds of wait: eight hours of the desk's own time."""
    at = local("2026-11-16 10:00")
    events: list[tuple[int, dict[str, Any]]] = [
        (60, {"status": Status.WAITING_CUSTOMER}),
        (60, {"severity": "haute"}),
        (60, {"status": Status.WAITING_THIRD}),
        (60, {"queue": "regulier"}),
        (60, {"status": Status.OPEN, "severity": "critique", "queue": "urgent"}),
    ]
    *_, last = life(at, events)
    one = clock(last.ticket, Promise.RESOLUTION)
    assert (one.paused_minutes, one.due_at) == (240, local("2026-11-17 09:00"))
