"""Who hears of a ticket when whoever has it is away: what a customer writes must not wait for the end of a holiday.

Those who have the ticket hear of it all the same, and so do the leads of its team who are there; without any, as many
others as the ticket would call now. Nobody is paged and nothing changes hands: one of them may take it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mailgate.core.escalation import fresh, promised_people, team_of
from mailgate.core.letters import NoticeFacts
from mailgate.core.paging import choose, leads_of
from mailgate.core.people import Technician
from mailgate.core.policy import Policy
from mailgate.core.presence import is_away
from mailgate.core.seen import Seen
from mailgate.core.summons import responsible
from mailgate.core.ticket import Ticket


def hearers(ticket: Ticket, seen: Seen, policy: Policy, now: datetime) -> tuple[Technician, ...]:
    """Who is told about a ticket now: who is responsible for it and, while all of them are away, who stands in."""
    people = responsible(ticket, policy)
    if not _all_away(people, seen, policy, now):
        return people
    there = (one for one in leads_of(team_of(ticket, policy), policy) if not is_away(one, policy, seen.absences, now))
    others = tuple(one for one in there if one not in people)
    return (*people, *(others or _others(ticket, people, seen, policy, now)))


def in_absence(notice: NoticeFacts, ticket: Ticket, seen: Seen, policy: Policy, now: datetime) -> NoticeFacts:
    """The notice, with the name of who has the ticket while they are away: whoever stands in reads why."""
    holder = policy.technicians.get(ticket.assignee or "")
    if holder is None or not is_away(holder, policy, seen.absences, now):
        return notice
    return replace(notice, absent=holder.name)


def _all_away(people: tuple[Technician, ...], seen: Seen, policy: Policy, now: datetime) -> bool:
    return all(is_away(one, policy, seen.absences, now) for one in people)


def _others(
    ticket: Ticket, people: tuple[Technician, ...], seen: Seen, policy: Policy, now: datetime
) -> tuple[Technician, ...]:
    wanted = fresh(ticket, max(promised_people(ticket, policy), 1), policy)
    return choose(replace(wanted, without=frozenset(one.key for one in people)), policy, seen, now).people
