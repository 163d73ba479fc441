"""What did not work: a mail nobody can read, a mail of ours that a relay refused, and asking to try again.

A refused mail is told to the desk, but never by way of the address that was refused, and the refusal of such a notice
is told to nobody: two dead mailboxes must not write to each other for ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mailgate.core.clocks import unkept
from mailgate.core.correspondence import View, desk_facts, facts_about, notice_letters
from mailgate.core.decision import Decision
from mailgate.core.effects import Effect, FailPage, Quarantine, RetryInbox, RetryOutbox, SendMail, SetCallback
from mailgate.core.events import DeliveryFailed, MailUnreadable, RetryAsked
from mailgate.core.letters import Facts, NoticeFacts
from mailgate.core.model import Activity, Outcome, Ticket
from mailgate.core.policy import Policy
from mailgate.core.routing import addressed_queue
from mailgate.core.seen import Seen
from mailgate.core.summons import alarm_unreadable, desk_addresses, responsible


def unreadable(event: MailUnreadable, seen: Seen, policy: Policy) -> Decision:
    """Keep the mail aside, tell the administrators, and page the urgent door's people all the same."""
    facts = Facts(desk_facts(policy), notice=NoticeFacts("quarantine", f"inbox {event.inbox_id}: {event.reason}"))
    effects: list[Effect] = [Quarantine(event.inbox_id, event.reason)]
    effects += map(SendMail, notice_letters(policy.desk.administrators, facts, policy))
    because = f"mail could not be read or decided: {event.reason}"
    queue = addressed_queue(event.recipients, policy)
    if queue is not None and policy.is_urgent(queue):
        effects += alarm_unreadable(queue, policy, seen, f"inbox {event.inbox_id}", event.received_at)
        because += f"; the {queue.key} door pages even then"
    return Decision(Outcome.RECORDED, because, tuple(effects))


def refused_delivery(event: DeliveryFailed, seen: Seen, policy: Policy) -> Decision:
    """Record that a mail of ours did not arrive, take back what it was to keep, and tell the desk."""
    ticket = seen.by_token
    effects: list[Effect] = [FailPage(event.outbox_id, event.reason)] if event.channel is not None else []
    if ticket is not None:
        effects += _owed_again(event, ticket)
    effects += _told(event, ticket, policy)
    because = f"{event.template} to {event.recipient} was not delivered: {event.reason}"
    return Decision(Outcome.RECORDED, because, tuple(effects), event.ticket)


def retry(event: RetryAsked) -> Decision:
    """Somebody wants a row tried again."""
    effect = RetryInbox(event.row) if event.box == "inbox" else RetryOutbox(event.row)
    return Decision(Outcome.RECORDED, f"somebody asked to retry {event.box} row {event.row}", (effect,))


def _owed_again(event: DeliveryFailed, ticket: Ticket) -> Iterator[Effect]:
    callback = ticket.callback
    if event.template == "notification" and callback is not None and callback.kept_how is Activity.REPLY:
        yield SetCallback(ticket.number, unkept(callback))


def _told(event: DeliveryFailed, ticket: Ticket | None, policy: Policy) -> Iterator[Effect]:
    if event.template == "notice":
        return
    detail = NoticeFacts("delivery-failed", f"{event.template} → {event.recipient}: {event.reason}")
    if ticket is None:
        facts, addresses = Facts(desk_facts(policy)), policy.desk.administrators
    else:
        facts = facts_about(ticket, policy, policy.desk.language, View.DESK)
        addresses = tuple(one.mail for one in responsible(ticket, policy))
    others = tuple(address for address in addresses if address != event.recipient)
    if not others:
        others = desk_addresses(policy.default_queue.team, policy) + policy.desk.administrators
        others = tuple(address for address in others if address != event.recipient)
    for letter in notice_letters(others, replace(facts, notice=detail), policy, event.ticket):
        yield SendMail(letter)
