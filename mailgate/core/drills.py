"""A drill: every channel of one technician is used as a page would use it, with words that say so.

Nobody is woken by a drill that nobody waits for any more: one that was asked for while no daemon ran is dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from mailgate.core.correspondence import desk_facts, person_facts, to_technician
from mailgate.core.decision import Decision
from mailgate.core.events import DrillAsked
from mailgate.core.letters import Facts, Letter, NoticeFacts, Tone
from mailgate.core.model import Channel, Outcome
from mailgate.core.page_effects import Page
from mailgate.core.people import Technician
from mailgate.core.policy import Policy

TEMPLATE = "drill"

STALE = timedelta(minutes=5)
"""How long after it was asked for a drill may still begin."""


def drill(event: DrillAsked, policy: Policy, now: datetime) -> Decision:
    """Page the technician over every channel, in words that are no alarm."""
    one = policy.technicians.get(event.technician)
    if one is None:
        return Decision(Outcome.RECORDED, f"a drill for '{event.technician}', whom the rules do not know: nobody paged")
    if now - event.received_at > STALE:
        return Decision(Outcome.RECORDED, f"a drill for {one.key} came too late: nobody waits for it, nobody paged")
    pages = tuple(_pages(one, policy))
    return Decision(Outcome.RECORDED, f"a drill for {one.key} over {len(pages)} channels", pages)


def _pages(one: Technician, policy: Policy) -> Iterator[Page]:
    facts = Facts(desk_facts(policy), technician=person_facts(one), notice=NoticeFacts(TEMPLATE))
    reader = replace(to_technician(one, policy), token=None)
    letter = Letter(TEMPLATE, reader, Tone.GENERATED, facts)
    yield Page(one.key, Channel.MAIL, one.mail, letter)
    short = replace(letter, facts=replace(facts, notice=NoticeFacts(TEMPLATE, Channel.PAGER.value)))
    for pager in one.pagers:
        to = replace(reader, address=pager.target) if pager.by_mail else reader
        limit = pager.limit or policy.limits.page
        yield Page(one.key, Channel.PAGER, pager.target, replace(short, to=to, limit=limit))
