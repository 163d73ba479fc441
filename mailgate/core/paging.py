"""Whom to page: exactly as many distinct people as the queue promises, or a shortfall that somebody hears of.

Who is away is never called. The others are ranked: on duty before off duty (who fill up rather than nobody), then whom
a rule assigned, then whom an override puts first, then by wanted skills and language, then by the team's order. None of
it ever reduces the number (interfaces.md §4); whom a rule assigned is called beside it when they are off duty, for
nobody owns a ticket without having heard of it. Every person has a reason, for the journal and for `mailgate duty`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

from mailgate.core.people import Order, Team, Technician
from mailgate.core.policy import Policy
from mailgate.core.presence import Presence, Whereabouts, is_away, whereabouts
from mailgate.core.roster import Override, override_at
from mailgate.core.seen import Seen


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request asks of the people: how many, from which team, with which skills and language; `before` are as
    many as were called for it already."""

    team: str
    notify: int
    skills: frozenset[str] = frozenset()
    language: str = ""
    first: str | None = None
    without: frozenset[str] = frozenset()
    before: int = 0


@dataclass(frozen=True, slots=True)
class Chosen:
    """The people to page, in order; `missing` is how many could not be found, `turn` where the rotation stands then.

    `reasons` says of each of the people why they stand where they stand; `absent` are those who are not on duty, called
    or not, `short` the tickets whose want of people is known already."""

    team: str
    people: tuple[Technician, ...]
    missing: int
    turn: str | None
    why: str
    reasons: tuple[str, ...] = ()
    absent: tuple[Whereabouts, ...] = ()
    short: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Question:
    """One request for people, with all that the answer depends on; `override` says who stands first by exception."""

    wanted: Wanted
    team: Team
    policy: Policy
    seen: Seen
    now: datetime
    override: Override | None

    @classmethod
    def of(cls, wanted: Wanted, policy: Policy, seen: Seen, now: datetime) -> Self:
        """The question at one moment."""
        team = policy.teams[wanted.team]
        return cls(wanted, team, policy, seen, now, override_at(team.overrides, now))

    @property
    def start(self) -> int:
        """The index of the member with whom a rotation begins."""
        members = self.team.members
        if self.team.handover is not None:
            return self.team.handover.turns_at(self.now) % len(members)
        last = self.seen.turns.get(self.team.key)
        return members.index(last) + 1 if last in members else 0

    def asked(self) -> Iterator[Technician]:
        """The team, and whom an override or an assignment names, who may come from another one."""
        named = (self.override.technician if self.override else None, self.wanted.first)
        for key in dict.fromkeys((*self.team.members, *named)):
            if key is not None and key not in self.wanted.without:
                yield self.policy.technicians[key]

    def stands(self, one: Technician) -> Whereabouts:
        """Whether somebody can be called; an override puts them on duty, but calls nobody back from an absence."""
        found = whereabouts(one, self.policy, self.seen.absences, self.now)
        by_exception = self.override is not None and self.override.technician == one.key
        return Whereabouts(one.key, Presence.ON) if by_exception and found.presence is Presence.OFF else found

    def local(self, at: datetime) -> str:
        """A moment on the desk's clock: "2026-11-16 08:00"."""
        return f"{at.astimezone(ZoneInfo(self.policy.desk.timezone)):%Y-%m-%d %H:%M}"


def choose(wanted: Wanted, policy: Policy, seen: Seen, now: datetime) -> Chosen:
    """Pick the people for one request."""
    question = Question.of(wanted, policy, seen, now)
    team, asked = question.team, tuple(question.asked())
    standing = {one.key: question.stands(one) for one in asked}
    able = [one for one in asked if standing[one.key].presence is not Presence.AWAY]
    ranked = sorted(RANKED[team.order](question, able), key=lambda one: _preference(one, standing[one.key], question))
    called = ranked[: wanted.notify]
    people = (*called, *_owner(ranked[wanted.notify :], wanted))
    reasons = tuple(_reason(one, standing[one.key], question) for one in people)
    absent = tuple(one for one in standing.values() if one.presence is not Presence.ON)
    missing = max(wanted.notify - wanted.before - len(people), 0)
    turn = next((one.key for one in reversed(called) if one.key in team.members), None)
    moves = team.order is Order.ROTATION and team.handover is None
    why = _why(people, reasons, absent, question)
    return Chosen(team.key, people, missing, turn if moves else None, why, reasons, absent, seen.short)


def same_people(before: Sequence[str], wanted: Wanted, policy: Policy, seen: Seen, now: datetime) -> Chosen:
    """Those who were called before, as far as they are there and in the team; others only in place of who is not."""
    members = policy.teams[wanted.team].members
    known = (policy.technicians[key] for key in before if key in members and key not in wanted.without)
    able = tuple(one for one in known if not is_away(one, policy, seen.absences, now))[: wanted.notify]
    if not able or wanted.first not in (None, *(one.key for one in able)):
        return choose(wanted, policy, seen, now)
    asked = replace(wanted, notify=wanted.notify - len(able), without=wanted.without | {one.key for one in able})
    others = choose(asked, policy, seen, now)
    again = ", ".join(one.key for one in able)
    return replace(
        others,
        people=(*able, *others.people),
        why=f"team '{wanted.team}': {again} as before" + (f"; {others.why}" if asked.notify else ""),
        reasons=(*("called before" for _ in able), *others.reasons),
    )


def leads_of(team_key: str, policy: Policy) -> tuple[Technician, ...]:
    """Who hears what a team cannot settle: its leads, else the team named `leads`."""
    team = policy.teams.get(team_key)
    named = team.leads if team and team.leads else ()
    if not named and "leads" in policy.teams:
        named = policy.teams["leads"].members
    return tuple(policy.technicians[key] for key in named if key in policy.technicians)


def _owner(left_over: Sequence[Technician], wanted: Wanted) -> Iterator[Technician]:
    """Whom a rule assigned, when others are on duty in their place."""
    yield from (one for one in left_over if one.key == wanted.first and wanted.notify)


def _rotated(question: Question, able: Sequence[Technician]) -> Sequence[Technician]:
    place = {key: index for index, key in enumerate(question.team.members)}
    start, size = question.start, len(place)
    return sorted(able, key=lambda one: (place.get(one.key, size) - start) % size)


def _least_busy(question: Question, able: Sequence[Technician]) -> Sequence[Technician]:
    return sorted(able, key=lambda one: question.seen.load.get(one.key, 0))


def _listed(_question: Question, able: Sequence[Technician]) -> Sequence[Technician]:
    return able


RANKED: dict[Order, Callable[[Question, Sequence[Technician]], Sequence[Technician]]] = {
    Order.ROTATION: _rotated,
    Order.LEAST_BUSY: _least_busy,
    Order.LISTED: _listed,
}


def _preference(one: Technician, stands: Whereabouts, question: Question) -> tuple[bool, bool, bool, int, bool]:
    wanted, override = question.wanted, question.override
    return (
        stands.presence is Presence.OFF,
        one.key != wanted.first,
        override is None or one.key != override.technician,
        -len(wanted.skills & one.skills),
        not _speaks(one, question),
    )


def _speaks(one: Technician, question: Question) -> bool:
    language = one.language or question.policy.desk.language
    wanted = question.wanted.language
    return not wanted or language.partition("-")[0] == wanted.partition("-")[0]


def _reason(one: Technician, stands: Whereabouts, question: Question) -> str:
    """Why somebody who is paged stands where they stand, in one line."""
    wanted, override = question.wanted, question.override
    parts = []
    if stands.presence is Presence.OFF:
        parts.append(f"off duty until {question.local(stands.until or question.now)}")
        parts += ["too few others are on"] if one.key != wanted.first else []
    if one.key == wanted.first:
        parts.append("a rule assigns them")
    elif override is not None and one.key == override.technician:
        parts.append(f"override until {question.local(override.end)}")
    else:
        parts.append(PLACE[question.team.order](one, question))
    if wanted.skills & one.skills:
        parts.append(f"knows {', '.join(sorted(wanted.skills & one.skills))}")
    if not _speaks(one, question):
        parts.append(f"does not speak '{wanted.language}'")
    return ", ".join(parts)


def _place_in_rotation(one: Technician, question: Question) -> str:
    first = question.team.members[question.start % len(question.team.members)] == one.key
    if question.team.handover is not None:
        return f"first since {question.local(question.team.handover.last(question.now))}" if first else "next in order"
    return "their turn" if first else "next in turn"


def _place_by_load(one: Technician, question: Question) -> str:
    return f"{question.seen.load.get(one.key, 0)} open tickets"


def _place_in_list(one: Technician, question: Question) -> str:
    return f"place {question.team.members.index(one.key) + 1} of the list"


PLACE: dict[Order, Callable[[Technician, Question], str]] = {
    Order.ROTATION: _place_in_rotation,
    Order.LEAST_BUSY: _place_by_load,
    Order.LISTED: _place_in_list,
}
"""Why somebody stands where the team's order has them."""


def _why(
    people: Sequence[Technician], reasons: Sequence[str], absent: Sequence[Whereabouts], question: Question
) -> str:
    team, notify = question.team, question.wanted.notify
    called = (f"{one.key} ({reason})" for one, reason in zip(people, reasons, strict=True))
    words = f"team '{team.key}' by {team.order.value}: " + (", ".join(called) or "nobody")
    keys = {one.key for one in people}
    words += "".join(f"; {told(one, question.policy)}" for one in absent if one.technician not in keys)
    if len(people) < notify:
        words += f"; {notify - len(people)} of {notify} people missing"
    return words


def told(one: Whereabouts, policy: Policy) -> str:
    """ "tech1 away until 2027-01-04 00:00", on the clock of the desk."""
    until = one.until.astimezone(ZoneInfo(policy.desk.timezone)) if one.until else None
    return f"{one.technician} {WORDS[one.presence]}" + (f" until {until:%Y-%m-%d %H:%M}" if until else "")


WORDS = {Presence.ON: "on duty", Presence.OFF: "off duty", Presence.AWAY: "away"}
