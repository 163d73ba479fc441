"""Whom to page: exactly as many distinct people as the queue promises, or a shortfall that somebody hears of.

The team's order ranks those who are not away; wanted skills and the customer's language move people forward without
ever reducing the number (interfaces.md §4).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from mailgate.core.policy import Order, Policy, Team, Technician
from mailgate.core.seen import Seen


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request asks of the people: how many, from which team, with which skills and language."""

    team: str
    notify: int
    skills: frozenset[str] = frozenset()
    language: str = ""
    first: str | None = None
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Chosen:
    """The people to page, in order; `missing` is how many could not be found, `turn` where the rotation stands then."""

    team: str
    people: tuple[Technician, ...]
    missing: int
    turn: str | None
    why: str


def choose(wanted: Wanted, policy: Policy, seen: Seen, now: datetime) -> Chosen:
    """Pick the people for one request."""
    team = policy.teams[wanted.team]
    members = [policy.technicians[key] for key in _asked(team, wanted) if key not in wanted.without]
    present = [one for one in members if not is_away(one, policy, now)]
    ranked = sorted(RANKED[team.order](team, present, seen), key=lambda one: _preference(one, wanted, policy))
    people = tuple(ranked[: wanted.notify])
    turn = next((one.key for one in reversed(people) if one.key in team.members), None)
    return Chosen(
        team.key,
        people,
        max(wanted.notify - len(people), 0),
        turn if team.order is Order.ROTATION else None,
        _why(team, people, members, present, wanted),
    )


def is_away(technician: Technician, policy: Policy, now: datetime) -> bool:
    """Whether today, on the technician's own calendar, is one of their days of absence."""
    today: date = now.astimezone(ZoneInfo(technician.timezone or policy.desk.timezone)).date()
    return any(first <= today <= last for first, last in technician.away)


def leads_of(team_key: str, policy: Policy) -> tuple[Technician, ...]:
    """Who hears what a team cannot settle: its leads, else the team named `leads`."""
    team = policy.teams.get(team_key)
    named = team.leads if team and team.leads else ()
    if not named and "leads" in policy.teams:
        named = policy.teams["leads"].members
    return tuple(policy.technicians[key] for key in named if key in policy.technicians)


def _asked(team: Team, wanted: Wanted) -> tuple[str, ...]:
    """The team, and whoever the request is assigned to, who may come from another one."""
    return team.members if wanted.first is None else tuple(dict.fromkeys((*team.members, wanted.first)))


def _rotated(team: Team, present: Sequence[Technician], seen: Seen) -> Sequence[Technician]:
    last = seen.turns.get(team.key)
    if last not in team.members:
        return present
    place = {key: index for index, key in enumerate(team.members)}
    start, size = place[last] + 1, len(team.members)
    return sorted(present, key=lambda one: (place.get(one.key, size) - start) % size)


def _least_busy(_team: Team, present: Sequence[Technician], seen: Seen) -> Sequence[Technician]:
    return sorted(present, key=lambda one: seen.load.get(one.key, 0))


def _listed(_team: Team, present: Sequence[Technician], _seen: Seen) -> Sequence[Technician]:
    return present


RANKED: dict[Order, Callable[[Team, Sequence[Technician], Seen], Sequence[Technician]]] = {
    Order.ROTATION: _rotated,
    Order.LEAST_BUSY: _least_busy,
    Order.LISTED: _listed,
}


def _preference(one: Technician, wanted: Wanted, policy: Policy) -> tuple[bool, int, bool]:
    speaks = (one.language or policy.desk.language).partition("-")[0] == wanted.language.partition("-")[0]
    return one.key != wanted.first, -len(wanted.skills & one.skills), bool(wanted.language) and not speaks


def _why(
    team: Team,
    people: Sequence[Technician],
    members: Sequence[Technician],
    present: Sequence[Technician],
    wanted: Wanted,
) -> str:
    absent = [one.key for one in members if one not in present]
    words = f"team '{team.key}' by {team.order.value}: " + (", ".join(one.key for one in people) or "nobody")
    if absent:
        words += f" ({', '.join(absent)} away)"
    if len(people) < wanted.notify:
        words += f"; {wanted.notify - len(people)} of {wanted.notify} people missing"
    return words
