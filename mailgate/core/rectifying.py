"""The mails of a deed that is undone: called back while nobody took them, and corrected when they have left.

A relay that was asked once may have taken a mail although it did not say so: such a mail is both called back and
corrected. Nobody gets more than one correction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from mailgate.core.correspondence import facts_about, letter_to_requester, person_facts, view_of_requester
from mailgate.core.effects import Effect, SendMail
from mailgate.core.letters import Did, Letter, MessageFacts, NoticeFacts, Tone
from mailgate.core.people import Technician
from mailgate.core.policy import Policy
from mailgate.core.relating import copies
from mailgate.core.summons import first_words, tell
from mailgate.core.ticket import Ticket
from mailgate.core.undo_effects import WithdrawMail
from mailgate.core.undoable import Deed, Mailed

TO_CUSTOMERS = frozenset({"notification", "closing", "validation", "followed"})
TO_COLLEAGUES = frozenset({"technician"})
OF_DEEDS = TO_CUSTOMERS | TO_COLLEAGUES
"""The templates of what a technician's mail sends to others."""


def called_back(
    deed: Deed,
    ticket: Ticket,
    after: Ticket,
    by: Technician,
    called: tuple[Technician, ...],
    policy: Policy,
    at: datetime,
) -> tuple[tuple[Effect, ...], tuple[Did, ...]]:
    """What happens to the mails of a deed, and what its author hears of it; `called` are people who hear anyway."""
    mails = tuple(one for one in deed.mails if one.template in OF_DEEDS)
    left = tuple(one for one in mails if one.tried or not one.unsent)
    customers = _by_address(one for one in left if one.template in TO_CUSTOMERS)
    colleagues = _colleagues(left, (by, *called), policy)
    effects: tuple[Effect, ...] = (
        *(WithdrawMail(one.outbox_id, f"undone by {by.key}") for one in mails if one.unsent),
        *_corrections(customers, ticket, after, by, policy),
        *tell(after, colleagues, NoticeFacts("undone", by.name), first_words(after, at), policy),
    )
    return effects, tuple(_did(mails, customers, colleagues))


def _by_address(mails: Iterator[Mailed]) -> tuple[Mailed, ...]:
    return tuple({one.target.lower(): one for one in mails}.values())


def _colleagues(left: tuple[Mailed, ...], known: tuple[Technician, ...], policy: Policy) -> tuple[Technician, ...]:
    """Who was told of the deed and hears of its end by no other way."""
    told = (policy.technician_at(one.target) for one in left if one.template in TO_COLLEAGUES)
    return tuple({one.key: one for one in told if one is not None and one not in known}.values())


def _corrections(
    mails: tuple[Mailed, ...], ticket: Ticket, after: Ticket, by: Technician, policy: Policy
) -> Iterator[SendMail]:
    """That the mail of then counts for nothing, and how the request stands: to each who got that mail."""
    told = {one.target.lower(): one.at for one in mails}
    for asks in {one.requester.mail.lower(): one for one in (after, ticket)}.values():
        at = told.pop(asks.requester.mail.lower(), None)
        if at is not None:
            yield SendMail(_correction(asks, after, at, by, policy), record=True)
    if told:
        letter = _correction(ticket, after, min(told.values()), by, policy)
        yield from (one for one in copies(letter, ticket, policy) if one.letter.to.address.lower() in told)


def _correction(asks: Ticket, after: Ticket, at: datetime, by: Technician, policy: Policy) -> Letter:
    """To who asks for the ticket, or did before the mail was undone."""
    reader = replace(after, requester=asks.requester, language=asks.language, registered=asks.registered)
    facts = facts_about(reader, policy, reader.language, view_of_requester(reader))
    facts = replace(facts, technician=person_facts(by), message=MessageFacts("", at=at))
    return letter_to_requester("correction", reader, policy, Tone.GENERATED, facts)


def _did(mails: tuple[Mailed, ...], customers: tuple[Mailed, ...], colleagues: tuple[Technician, ...]) -> Iterator[Did]:
    for one in mails:
        if one.unsent and not one.tried:
            yield Did("called-back", one.target)
    for one in customers:
        yield Did("corrected", one.target)
    if colleagues:
        yield Did("told-undone", ", ".join(one.name for one in colleagues))
