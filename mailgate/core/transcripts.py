"""The short answer to a technician's commands: what was done, or what stands against all of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mailgate.core.accounts import Received
from mailgate.core.correspondence import View, desk_facts, facts_about, person_facts, to_technician
from mailgate.core.effects import SendMail
from mailgate.core.events import MailReceived
from mailgate.core.intents import Problem
from mailgate.core.letters import (
    BankFacts,
    Did,
    Doubt,
    Facts,
    InterventionFacts,
    Letter,
    StatementFacts,
    Tone,
    TranscriptFacts,
)
from mailgate.core.manual import manual
from mailgate.core.mending import to_resend
from mailgate.core.people import Technician
from mailgate.core.policy import Policy
from mailgate.core.ticket import Ticket


def transcript(
    event: MailReceived, one: Technician, ticket: Ticket | None, said: TranscriptFacts, policy: Policy
) -> Letter:
    """A transcript, always to the technician's registered address."""
    reader = to_technician(one, policy)
    if ticket is None:
        facts = Facts(desk_facts(policy))
        reader = reader if said.doubts else replace(reader, token=None)
    else:
        facts = facts_about(ticket, policy, reader.language, View.DESK)
    facts = replace(facts, technician=person_facts(one), transcript=said)
    answered = event.mail.message_id
    references = (*event.mail.references, answered) if answered else ()
    return Letter("transcript", reader, Tone.REPLIED, facts, ticket.number if ticket else None, answered, references)


def told_problems(
    event: MailReceived, one: Technician, ticket: Ticket | None, problems: tuple[Problem, ...], policy: Policy
) -> SendMail:
    """Nothing was applied: what was understood, what was not, and the nearest valid form."""
    wrong = {problem.line for problem in problems}
    understood = tuple(order.line for order in event.orders.orders if order.line not in wrong)
    resend = to_resend(event.orders, problems)
    said = TranscriptFacts(understood, problems=problems, resend=resend)
    return SendMail(transcript(event, one, ticket, said, policy))


def told_doubts(
    event: MailReceived, one: Technician, ticket: Ticket | None, doubts: tuple[Doubt, ...], policy: Policy
) -> SendMail:
    """Nothing is applied before one more word: what speaks against it."""
    understood = tuple(order.line for order in event.orders.orders)
    return SendMail(transcript(event, one, ticket, TranscriptFacts(understood, doubts=doubts), policy))


@dataclass(frozen=True, slots=True)
class Account:
    """What became of a mail that was carried out: what was done, the work that it is, what the customer got, what is
    left in their bank, and what was asked about it."""

    did: tuple[Did, ...]
    help: bool = False
    spent: InterventionFacts | None = None
    received: Received | None = None
    bank: BankFacts | None = None
    statement: StatementFacts | None = None


def told_work(
    event: MailReceived, one: Technician, ticket: Ticket | None, account: Account, policy: Policy
) -> SendMail:
    """Everything was applied; `ticket` is as it stands now."""
    understood = tuple(order.line for order in event.orders.orders)
    guide = manual(ticket, one, policy) if account.help and ticket is not None else None
    said = TranscriptFacts(understood, account.did, help=account.help, received=account.received, manual=guide)
    letter = transcript(event, one, ticket, replace(said, statement=account.statement), policy)
    return SendMail(replace(letter, facts=replace(letter.facts, intervention=account.spent, bank=account.bank)))


def told_done(
    event: MailReceived, one: Technician, ticket: Ticket | None, did: tuple[Did, ...], wants_help: bool, policy: Policy
) -> SendMail:
    """The same of a mail that neither worked on a ticket nor wrote to a customer."""
    return told_work(event, one, ticket, Account(did, wants_help), policy)


def did_time(intervention: InterventionFacts) -> Did:
    """Time recorded: real and charged minutes, as "15 → 30"."""
    return Did("time", f"{intervention.minutes} → {intervention.charged}")
