"""What a customer did not hear after all: a technician's answer that did not arrive.

    call-back    owed again, or kept by what the customer heard since
    update       the period that the answer seemed to end goes on, and the one that it began never was
    the turn     the desk's again, unless they heard since: nobody asked them anything, or told them that all is done

A call or a visit in the same mail was made, whatever became of its words. An automatic sentence keeps nothing, so its
loss takes no promise back; it brings the turn back if it was all that the customer was asked by. The loss of an answer
that was undone does nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from mailgate.core.clocks import after_wait, counted_anew, dropped, kept, unkept
from mailgate.core.effects import Effect, SetClock
from mailgate.core.lifecycle import AFTER_CUSTOMER
from mailgate.core.model import Activity, Direction
from mailgate.core.moving import wake
from mailgate.core.policy import Policy
from mailgate.core.seen import Contact, Unheard
from mailgate.core.ticket import Clock, Line, Ticket, Wait


def taken_back(
    ticket: Ticket, promised_at: datetime | None, known: Unheard, policy: Policy, at: datetime
) -> Iterator[Effect]:
    """What the loss of an answer to the requester, which was promised then, takes back."""
    if not known.meant and not _asked_by(known, ticket):
        return
    said = known.written_at or _said_at(ticket, promised_at)
    since = said or promised_at
    heard = () if since is None else tuple(_heard(ticket, since, known, policy))
    woken = [] if heard else wake(ticket, AFTER_CUSTOMER[ticket.status], at)
    if ticket.callback is not None:
        owed = _callback(ticket.callback, ticket, said, heard, policy) if known.meant else ticket.callback
        owed = after_wait(ticket, owed, policy, at) if woken else owed
        if owed != ticket.callback:
            yield SetClock(ticket.number, owed)
    if known.meant and said is not None and all(one.at > said for one in heard):
        yield from (SetClock(ticket.number, clock) for clock in _news(ticket, said, known))
    yield from woken


def _asked_by(known: Unheard, ticket: Ticket) -> bool:
    """Whether the customer's wait began with the lost mail."""
    return known.written_at is not None and known.written_at == ticket.waiting_since


def _callback(
    callback: Clock, ticket: Ticket, said: datetime | None, heard: tuple[Contact, ...], policy: Policy
) -> Clock:
    """The promise without this answer."""
    if callback.how is not Activity.REPLY or said not in (None, callback.kept_at):
        return callback
    keeping = policy.queues.get(ticket.queue, policy.default_queue).callback_kept_by
    instead = next((one for one in heard if one.how in keeping), None)
    if instead is None:
        return _owed(callback, callback, ticket.waits)
    owed = _owed(callback, callback, _until(instead.at, ticket.waits))
    return kept(owed, instead.at, instead.by, instead.how)


def _news(ticket: Ticket, said: datetime, known: Unheard) -> Iterator[Clock]:
    """The period that ended with the answer ends as the next one did; without a next one, the ticket was settled."""
    ended = next((one for one in known.news if one.kept_at == said and one.asked_at != said), None)
    following = next((one for one in known.news if one.asked_at == said), None)
    if ended is None:
        return
    if following is not None:
        yield dropped(unkept(following), said)
    if following is not None and following.running:
        yield _owed(ended, following, ticket.waits)
        return
    over = said if following is None or following.ended_at is None else following.ended_at
    owed = _owed(ended, ended, _until(over, ticket.waits))
    heard = following is not None and following.kept_at is not None
    yield kept(owed, over, following.ended_by) if heard and following else dropped(owed, over)


def _owed(clock: Clock, like: Clock, waits: tuple[Wait, ...]) -> Clock:
    """A promise that was not kept after all, on the terms of `like`. An answer in a wait was judged by a part of it;
    now each wait counts whole, when it is over."""
    return counted_anew(clock, like.hours, like.delay, waits) if like.hours and like.delay else unkept(clock)


def _until(at: datetime, waits: tuple[Wait, ...]) -> tuple[Wait, ...]:
    """The waits as they were then, as if the last one had ended."""
    return tuple(replace(one, until=min(one.until or at, at)) for one in waits if one.since < at)


def _heard(ticket: Ticket, since: datetime, known: Unheard, policy: Policy) -> Iterator[Contact]:
    """What the customer heard from a person with the lost answer or since, as far as it may have arrived."""
    words = (_contact(line, policy) for line in _words(ticket) if line.at > since and line.at not in known.void)
    yield from sorted((*words, *(one for one in known.calls if one.at >= since)), key=lambda one: one.at)


def _contact(line: Line, policy: Policy) -> Contact:
    by = policy.technician_at(line.who)
    return Contact(line.at, by.key if by else line.who, Activity.REPLY)


def _said_at(ticket: Ticket, promised_at: datetime | None) -> datetime | None:
    """When the words of the lost answer were written: the newest of the desk's words that are not younger than it."""
    if promised_at is None:
        return None
    return max((line.at for line in _words(ticket) if line.at <= promised_at), default=None)


def _words(ticket: Ticket) -> tuple[Line, ...]:
    return tuple(line for line in ticket.history if line.direction is Direction.OUT and not line.automatic)
