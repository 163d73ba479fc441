"""The short answer to a technician's commands: what was done, or what stands against all of it."""

from __future__ import annotations

from dataclasses import replace

from mailgate.core.correspondence import View, desk_facts, facts_about, person_facts, to_technician
from mailgate.core.effects import SendMail
from mailgate.core.events import MailReceived
from mailgate.core.intents import Problem
from mailgate.core.letters import Did, Doubt, Facts, InterventionFacts, Letter, Tone, TranscriptFacts
from mailgate.core.people import Technician
from mailgate.core.policy import Policy
from mailgate.core.ticket import Ticket


def transcript(
    event: MailReceived, one: Technician, ticket: Ticket | None, said: TranscriptFacts, policy: Policy
) -> Letter:
    """A transcript, always to the technician's registered address."""
    reader = to_technician(one, policy)
    if ticket is None:
        facts, reader = Facts(desk_facts(policy)), replace(reader, token=None)
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
    understood = tuple(order.line for order in event.orders.orders)
    return SendMail(transcript(event, one, ticket, TranscriptFacts(understood, problems=problems), policy))


def told_doubts(
    event: MailReceived, one: Technician, ticket: Ticket | None, doubts: tuple[Doubt, ...], policy: Policy
) -> SendMail:
    """Nothing is applied before one more word: what speaks against it."""
    understood = tuple(order.line for order in event.orders.orders)
    return SendMail(transcript(event, one, ticket, TranscriptFacts(understood, doubts=doubts), policy))


def told_done(
    event: MailReceived, one: Technician, ticket: Ticket | None, did: tuple[Did, ...], wants_help: bool, policy: Policy
) -> SendMail:
    """Everything was applied."""
    understood = tuple(order.line for order in event.orders.orders)
    return SendMail(transcript(event, one, ticket, TranscriptFacts(understood, did, help=wants_help), policy))


def did_time(intervention: InterventionFacts) -> Did:
    """Time recorded: real and charged minutes, as "15 → 30"."""
    return Did("time", f"{intervention.minutes} → {intervention.charged}")
