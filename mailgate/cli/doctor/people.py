"""Whether there is somebody to page: on each of the next days, over more than one channel, and when all else fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from mailgate.cli.doctor.findings import Said, bad, few, ok, warning
from mailgate.cli.doctor.gateways import GATEWAYS, Gateway
from mailgate.core.paging import leads_of
from mailgate.core.policy import Policy, Queue
from mailgate.core.presence import is_away

DAYS = 14
NOON = time(12)


@dataclass(frozen=True, slots=True)
class Staffed:
    """How many people of a queue's team are there on one day of the desk."""

    day: date
    people: int


def queues(policy: Policy, now: datetime) -> Iterator[Said]:
    """Each queue's people, today and on the days to come; skills and turns never reduce their number."""
    for queue in policy.queues.values():
        yield from _staffed(queue, policy, now)
    yield from _rules_that_fall_short(policy)


def _staffed(queue: Queue, policy: Policy, now: datetime) -> Iterator[Said]:
    calendar = staff(queue, policy, now)
    promised = min(queue.notify, len(policy.teams[queue.team].members))  # `check` doubts a team that is too small
    deserted = [one.day for one in calendar if one.people == 0]
    short = [one.day for one in calendar if 0 < one.people < promised]
    if deserted:
        alarm = bad if policy.is_urgent(queue) else warning
        yield alarm(
            f"nobody is there to page for queue '{queue.key}' {_spans(deserted)}: all of team '{queue.team}' are away"
        )
    if short:
        yield warning(f"fewer than the {promised} people that queue '{queue.key}' promises are there {_spans(short)}")
    if not deserted and not short:
        least, all_of_them = min(one.people for one in calendar), len(policy.teams[queue.team].members)
        yield ok(
            f"queue '{queue.key}': on each of the next {DAYS} days at least {least} of {all_of_them} people are there"
        )


def staff(queue: Queue, policy: Policy, now: datetime) -> tuple[Staffed, ...]:
    """Who is there now, and at noon of the days that follow."""
    zone = ZoneInfo(policy.desk.timezone)
    today = now.astimezone(zone).date()
    times = [now] + [datetime.combine(today + timedelta(days=day), NOON, zone) for day in range(1, DAYS)]
    team = [policy.technicians[key] for key in policy.teams[queue.team].members]
    return tuple(
        Staffed(at.astimezone(zone).date(), sum(not is_away(one, policy, {}, at) for one in team)) for at in times
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


def _spans(days: Sequence[date]) -> str:
    """ "on 2026-12-24 to 2027-01-03 and 2027-01-05" """
    runs = [[day for _, day in run] for _, run in groupby(enumerate(days), lambda pair: pair[1].toordinal() - pair[0])]
    return "on " + " and ".join(f"{run[0]}" if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs)
