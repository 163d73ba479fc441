"""What did not work: a mail of ours that a relay refused, and asking to try again.

A refused mail is told to the desk, but never by way of the address that was refused, and the refusal of such a notice
is told to nobody: two dead mailboxes must not write to each other for ever.

An answer that was to keep the call-back promise and did not arrive has asked nobody anything, and told nobody that all
is done: the ticket is the desk's again, or a clock that stands still would be no promise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from mailgate.core.clocks import after_wait, counted_anew, unkept
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
from mailgate.core.escalation import replace_unreached
from mailgate.core.events import DeliveryFailed, ReleaseAsked, RetryAsked
from mailgate.core.letters import Facts, NoticeFacts
from mailgate.core.model import Activity, Channel, Direction, Outcome, Status
from mailgate.core.page_effects import FailPage
from mailgate.core.policy import Policy
from mailgate.core.replies import wake
from mailgate.core.reports import Fate
from mailgate.core.seen import Seen
from mailgate.core.summons import desk_addresses, responsible
from mailgate.core.targets import is_mail, scheme_of, shown
from mailgate.core.ticket import Clock, Ticket


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
    if ticket is not None:
        yield from _owed_again(lost, ticket, policy, at)
    yield from _told(lost, ticket, policy)
    if ticket is not None and lost.technician is not None:
        yield from replace_unreached(ticket, lost.technician, lost.recipient, seen, policy, at)


def owes(effects: Iterable[Effect]) -> str:
    """What the ticket owes because of it, for reasons; "" when nothing."""
    words = [f"; the {one.clock.promise.value} is owed again" for one in effects if isinstance(one, SetClock)]
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


def _owed_again(lost: Undelivered, ticket: Ticket, policy: Policy, at: datetime) -> Iterator[Effect]:
    """The promise was kept by this very answer, so it was not kept; or nothing has kept it yet. Of the last answer, the
    customer's wait is over as well."""
    callback = ticket.callback
    if lost.recipient.lower() in ticket.watchers or ticket.status is Status.MERGED:
        return
    if lost.template != "notification" or callback is None:
        return
    owed = _unkept(callback, lost, ticket)
    woken = wake(ticket, at) if owed.running and _is_last_word(lost, ticket) else []
    if woken:
        owed = after_wait(ticket, owed, policy, at)
    if owed != callback:
        yield SetClock(ticket.number, owed)
    yield from woken


def _unkept(callback: Clock, lost: Undelivered, ticket: Ticket) -> Clock:
    """The promise without this answer. An answer in a wait was judged by a part of it; now each wait counts whole, when
    it is over."""
    if callback.how is not Activity.REPLY or _said_at(lost, ticket) not in (None, callback.kept_at):
        return callback
    hours, delay = callback.hours, callback.delay
    return counted_anew(callback, hours, delay, ticket.waits) if hours and delay else unkept(callback)


def _is_last_word(lost: Undelivered, ticket: Ticket) -> bool:
    """Whether the desk has said nothing since, that may have arrived."""
    return lost.promised_at is None or all(at <= lost.promised_at for at in _said(ticket))


def _said_at(lost: Undelivered, ticket: Ticket) -> datetime | None:
    """When the words of the lost answer were written: the newest of the desk's words that are not younger than it."""
    if lost.promised_at is None:
        return None
    return max((at for at in _said(ticket) if at <= lost.promised_at), default=None)


def _said(ticket: Ticket) -> list[datetime]:
    return [line.at for line in ticket.history if line.direction is Direction.OUT and not line.automatic]


def _told(lost: Undelivered, ticket: Ticket | None, policy: Policy) -> Iterator[Effect]:
    if lost.template == "notice":
        return
    detail = f"{lost.template} → {shown(lost.recipient)}: {lost.reason}"
    notice = NoticeFacts("delivery-failed", detail, lost.carrier)
    if ticket is None:
        facts, addresses = Facts(desk_facts(policy)), policy.desk.administrators
    else:
        facts = facts_about(ticket, policy, policy.desk.language, View.DESK)
        addresses = tuple(one.mail for one in responsible(ticket, policy))
    others = tuple(address for address in addresses if address != lost.recipient)
    if not others:
        others = desk_addresses(policy.default_queue.team, policy) + policy.desk.administrators
        others = tuple(address for address in others if address != lost.recipient)
    for letter in notice_letters(others, replace(facts, notice=notice), policy, ticket.number if ticket else None):
        yield SendMail(letter)
