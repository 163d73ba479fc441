"""`mailgate duty`: who would be paged at a time, in order, and why. Asks the engine's own choice; creates nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from mailgate.cli.failures import DONE, Refusal
from mailgate.cli.options import HERE, AsJson, SiteConfig, moment
from mailgate.cli.output import local, plain, print_json
from mailgate.core.paging import WORDS, Chosen, Wanted, choose
from mailgate.core.people import Technician
from mailgate.core.policy import Policy, Queue
from mailgate.core.presence import Presence, Whereabouts
from mailgate.core.seen import FIRST_TICKET, Seen
from mailgate.core.targets import shown
from mailgate.daemon import clock
from mailgate.toml.mistakes import did_you_mean

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class OnCall:
    """Somebody who would be paged; `channels` are shown as people may see them, without secrets."""

    technician: str
    name: str
    channels: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class NotOnDuty:
    """Somebody of the team who is away or off duty, and until when."""

    technician: str
    name: str
    presence: Presence
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Duty:
    """The answer for one queue; `missing` of the people whom it promises cannot be found."""

    queue: str
    team: str
    at: datetime
    people: tuple[OnCall, ...]
    missing: int
    away: tuple[NotOnDuty, ...]
    next_handover: datetime | None


def duty(
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help="Then instead of now, in ISO 8601.")] = None,
    queue: Annotated[str | None, typer.Option(help="Only this queue.")] = None,
    config: SiteConfig = HERE,
    as_json: AsJson = False,
) -> int:
    """Say who would be paged, in order, and why."""
    from mailgate import site

    policy = site.load(config).policy
    zone = ZoneInfo(policy.desk.timezone)
    when = clock.now() if at is None else moment(at, zone)
    queues, seen = _queues(queue, policy), _seen(config)
    found = tuple(_duty(one, policy, seen, when) for one in queues)
    if as_json:
        print_json(found)
    else:
        print("\n\n".join("\n".join(_lines(one, zone)) for one in found))
    return DONE


def _queues(wanted: str | None, policy: Policy) -> tuple[Queue, ...]:
    if wanted is None:
        return tuple(policy.queues.values())
    if wanted not in policy.queues:
        raise Refusal(f"the rules know no queue '{wanted}'{did_you_mean(wanted, policy.queues)}")
    return (policy.queues[wanted],)


def _seen(config: Path) -> Seen:
    """Turns, load and absences by mail as the next decision will know them."""
    from mailgate.cli import desk
    from mailgate.store.snapshot import staff

    with desk.at(config) as here:
        return here.look(staff) or Seen(FIRST_TICKET)


def _duty(queue: Queue, policy: Policy, seen: Seen, at: datetime) -> Duty:
    chosen = choose(Wanted(queue.team, queue.notify), policy, seen, at)
    handover = policy.teams[queue.team].handover
    return Duty(
        queue=queue.key,
        team=queue.team,
        at=at,
        people=tuple(_people(chosen)),
        missing=chosen.missing,
        away=tuple(_away(one, policy) for one in chosen.absent),
        next_handover=handover.next(at) if handover else None,
    )


def _people(chosen: Chosen) -> Iterator[OnCall]:
    for one, why in zip(chosen.people, chosen.reasons, strict=True):
        yield OnCall(one.key, one.name, _channels(one), why)


def _channels(one: Technician) -> tuple[str, ...]:
    return (one.mail, *(shown(pager.target) for pager in one.pagers))


def _away(one: Whereabouts, policy: Policy) -> NotOnDuty:
    return NotOnDuty(one.technician, policy.technicians[one.technician].name, one.presence, one.until)


def _lines(answer: Duty, zone: ZoneInfo) -> Iterator[str]:
    yield f"queue '{answer.queue}' at {local(answer.at, zone)}: team '{answer.team}'"
    for place, one in enumerate(answer.people, start=1):
        yield plain(f"  {place}. {one.technician}, {one.name}: {one.why}")
        yield plain(f"     {', '.join(one.channels)}")
    if answer.missing:
        yield f"  {answer.missing} of {answer.missing + len(answer.people)} people missing"
    for away in answer.away:
        until = f" until {local(away.until, zone)}" if away.until else ""
        yield plain(f"  {away.technician}, {away.name}: {WORDS[away.presence]}{until}")
    if answer.next_handover:
        yield f"  next hand-over: {local(answer.next_handover, zone)}"
