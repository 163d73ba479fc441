"""What did not work: a mail of ours that a relay refused, and asking to try again.

A refused mail is told to the desk, but never by way of the address that was refused, and the refusal of such a notice
is told to nobody: two dead mailboxes must not write to each other for ever. What a lost answer had kept is owed
again (core.unheard).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from mailgate.core.changes import changes
from mailgate.core.clockwork import clocks_after
from mailgate.core.correspondence import View, desk_facts, facts_about, notice_letters
from mailgate.core.decision import Decision
from mailgate.core.effects import (
    ChangeStatus,
    Effect,
    MarkAddress,
    ReleaseHeld,
    RetryInbox,
    RetryOutbox,
    SendMail,
    SetClock,
)
from mailgate.core.escalation import replace_unreached, team_of
from mailgate.core.events import DeliveryFailed, ReleaseAsked, RetryAsked
from mailgate.core.letters import Facts, NoticeFacts
from mailgate.core.model import Channel, Outcome, Status
from mailgate.core.page_effects import FailPage
from mailgate.core.policy import Policy
from mailgate.core.presence import is_away
from mailgate.core.reports import Fate
from mailgate.core.seen import ANSWERS, Seen
from mailgate.core.stand_ins import hearers
from mailgate.core.summons import desk_addresses
from mailgate.core.targets import is_mail, scheme_of, shown
from mailgate.core.ticket import Ticket
from mailgate.core.unheard import taken_back


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A mail of ours that did not arrive, and why; `channel` is there for a page, `promised_at` when it was written."""

    outbox_id: int
    template: str
    recipient: str
    fate: Fate
    reason: str
    channel: Channel | None = None
    promised_at: datetime | None = None
    technician: str | None = None

    @property
    def by_mail(self) -> bool:
        """Whether the recipient is a mail address rather than the URL of a pager."""
        return is_mail(self.recipient)

    @property
    def carrier(self) -> str:
        """What was to carry a page beside the mailbox that everybody has: "mail" for a pager's address, else the scheme
        of its URL; "" for any other mail."""
        return (scheme_of(self.recipient) or "mail") if self.channel is Channel.PAGER else ""


def refused_delivery(event: DeliveryFailed, seen: Seen, policy: Policy) -> Decision:
    """A relay refused a mail of ours, or was tried for too long."""
    lost = Undelivered(
        event.outbox_id, event.template, event.recipient, event.fate, event.reason, event.channel, event.promised_at,
        event.technician,
    )  # fmt: skip
    effects = tuple(undelivered(lost, seen, event.received_at, policy))
    because = f"{event.template} to {shown(event.recipient)} was not delivered: {event.reason}{owes(effects)}"
    return Decision(Outcome.RECORDED, because, effects, event.ticket)


def undelivered(lost: Undelivered, seen: Seen, at: datetime, policy: Policy) -> Iterator[Effect]:
    """What follows from a mail that did not arrive: its page failed, its address is marked, what it was to keep is owed
    again, the desk is told, and somebody else is called for a person whom nothing reaches."""
    ticket = seen.by_token
    if lost.channel is not None:
        yield FailPage(lost.outbox_id, lost.reason)
    if lost.by_mail:
        yield MarkAddress(lost.recipient.lower(), lost.fate, lost.reason, at)
    taken: tuple[Effect, ...] = ()
    if ticket is not None and _is_an_answer(lost, ticket):
        taken = tuple(taken_back(ticket, lost.promised_at, seen.unheard, policy, at))
    yield from taken
    yield from _told(lost, _as_it_stands(taken, seen, policy, at), seen, at, policy)
    if ticket is not None and lost.technician is not None:
        yield from replace_unreached(ticket, lost.technician, lost.recipient, seen, policy, at)


def owes(effects: Iterable[Effect]) -> str:
    """What the ticket owes because of it, for reasons; "" when nothing."""
    effects = tuple(effects)
    clocks = (one.clock for one in effects if isinstance(one, SetClock) and one.clock.running)
    words = [f"; the {clock.promise.value} is owed again" for clock in clocks]
    words += [f"; the ticket is {one.status.value}" for one in effects if isinstance(one, ChangeStatus)]
    return "".join(words)


def retry(event: RetryAsked | ReleaseAsked) -> Decision:
    """Somebody wants a row tried again, or says what becomes of what a restore held."""
    if isinstance(event, ReleaseAsked):
        return _released(event)
    effect = RetryInbox(event.row) if event.box == "inbox" else RetryOutbox(event.row)
    return Decision(Outcome.RECORDED, f"somebody asked to retry {event.box} row {event.row}", (effect,))


def _released(event: ReleaseAsked) -> Decision:
    which = "pages" if event.pages else "rows"
    what = f"row {event.row}" if event.row is not None else f"the {which} up to {event.through}"
    effect = ReleaseHeld(event.inbox_id, event.through, event.row, event.pages, event.drop)
    because = f"somebody asked to {'drop' if event.drop else 'release'} {what} of what a restore held"
    return Decision(Outcome.RECORDED, because, (effect,))


def _is_an_answer(lost: Undelivered, ticket: Ticket) -> bool:
    """Whether it was written to who asks; a copy is no measure of what they know."""
    copied = lost.recipient.lower() in ticket.watchers
    return lost.template in ANSWERS and not copied and ticket.status is not Status.MERGED


def _as_it_stands(taken: tuple[Effect, ...], seen: Seen, policy: Policy, at: datetime) -> Ticket | None:
    """The ticket with what it owes again: the mail about it names no deadline that is none."""
    changed = changes(taken, seen, policy, at)
    return next((one.after.with_clocks(*clocks_after(one, policy)) for one in changed), seen.by_token)


def _told(lost: Undelivered, ticket: Ticket | None, seen: Seen, at: datetime, policy: Policy) -> Iterator[Effect]:
    if lost.template == "notice":
        return
    detail = f"{shown(lost.recipient)} ({lost.reason})"
    notice = NoticeFacts("delivery-failed", detail, lost.carrier, lost.template)
    facts = facts_about(ticket, policy, policy.desk.language, View.DESK) if ticket else Facts(desk_facts(policy))
    others = _who_hears(lost, ticket, seen, at, policy)
    for letter in notice_letters(others, replace(facts, notice=notice), policy, ticket.number if ticket else None):
        yield SendMail(letter)


def _who_hears(lost: Undelivered, ticket: Ticket | None, seen: Seen, at: datetime, policy: Policy) -> tuple[str, ...]:
    """Who is told of a mail that was lost: never its recipient alone, nor somebody who is away alone."""
    people = [one for one in hearers(ticket, seen, policy, at) if one.mail != lost.recipient] if ticket else []
    addresses = [one.mail for one in people]
    if all(is_away(one, policy, seen.absences, at) for one in people):
        addresses += [*(desk_addresses(team_of(ticket, policy), policy) if ticket else ()), *policy.desk.administrators]
    others = tuple(one for one in dict.fromkeys(addresses) if one != lost.recipient)
    leads = desk_addresses(policy.default_queue.team, policy)
    return others or tuple(one for one in leads if one != lost.recipient)
