"""Whether there is somebody to page: on each of the next days, over more than one channel, and when all else fails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from mailgate.cli.doctor.findings import Said, bad, few, ok, warning
from mailgate.cli.doctor.gateways import GATEWAYS, Gateway
from mailgate.cli.staffing import complaints
from mailgate.core.gaps import DAYS, Lack, staffing
from mailgate.core.paging import leads_of
from mailgate.core.policy import Policy, Queue
from mailgate.core.presence import Absences

ALARMING = frozenset({Lack.DESERTED, Lack.UNMANNED})


def queues(policy: Policy, absences: Absences, now: datetime) -> Iterator[Said]:
    """Each queue's people, today and on the days to come; skills and turns never reduce their number."""
    for queue in policy.queues.values():
        yield from _staffed(queue, policy, absences, now)
    yield from _rules_that_fall_short(policy)


def _staffed(queue: Queue, policy: Policy, absences: Absences, now: datetime) -> Iterator[Said]:
    found = staffing(queue, policy, absences, now)
    for one in complaints(queue, found, policy, now):
        alarm = bad if policy.is_urgent(queue) and one.lack in ALARMING else warning
        yield alarm(one.says)
    if not found.gaps:
        everybody = len(policy.teams[queue.team].members)
        yield ok(
            f"queue '{queue.key}': on each of the next {DAYS} days at least {found.least} of {everybody} people are "
            "there"
        )


def _rules_that_fall_short(policy: Policy) -> Iterator[Said]:
    """A rule may ask another team, or more people, than its queue does."""
    least = min(queue.notify for queue in policy.queues.values())
    for rule in policy.rules:
        team = policy.teams.get(rule.then.team or "")
        wanted = least if rule.then.notify is None else rule.then.notify
        if team is not None and len(team.members) < wanted:
            yield warning(
                f"rule '{rule.name}' ({rule.file}:{rule.line}) notifies {wanted} people, but its team '{team.key}' has "
                f"only {len(team.members)}"
            )


def pagers(policy: Policy, now: datetime) -> Iterator[Said]:
    """More than one way to each person who is paged, and no way that ended."""
    paged = dict.fromkeys(key for team in policy.teams.values() for key in team.members)
    alone = [key for key in paged if not policy.technicians[key].pagers]
    if alone:
        yield warning(f"one channel only, mail, reaches {few(alone)}: at night nobody sees it. Give them a `pager`")
    for key in paged:
        for pager in policy.technicians[key].pagers:
            gateway = GATEWAYS.get(pager.target.rpartition("@")[2].lower()) if pager.by_mail else None
            if gateway is not None:
                yield _ended(key, gateway, now.date())
    if paged and not alone:
        yield ok("everybody who is paged has a pager beside mail")


def _ended(technician: str, gateway: Gateway, today: date) -> Said:
    way = f"{gateway.carrier}'s way from mail to text messages ({gateway.domain})"
    instead = "Name another pager, for example an app that Apprise reaches"
    if gateway.ends > today:
        return warning(f"{technician} is paged through {way}, which ends in {gateway.ends:%B %Y}. {instead}")
    return bad(f"no page reaches {technician} through {way}: it ended in {gateway.ends:%B %Y}. {instead}")


def leads(policy: Policy, _now: datetime) -> Iterator[Said]:
    """Who hears what nobody else can settle: too few people, mails that could not be read."""
    orphans = [
        key for key in dict.fromkeys(queue.team for queue in policy.queues.values()) if not leads_of(key, policy)
    ]
    if not policy.desk.administrators:
        consequence = "nobody hears of mails that could not be read, or could not be sent"
        yield (bad if orphans else warning)(f"{consequence}: name `administrators` in [desk] of config.toml")
    if orphans:
        yield warning(
            f"nobody leads {few(f'team {key!r}' for key in orphans)}: when too few people can be paged, only the "
            "administrators hear of it. Give it `leads`, or declare a team named 'leads'"
        )
    if policy.desk.administrators and not orphans:
        yield ok(f"trouble is told to {few((*policy.desk.administrators, 'the leads'))}")
