"""What is allowed but probably not meant: warnings beside a rulebook that works."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from mailgate.core.billing import NONE
from mailgate.core.conditions import Condition
from mailgate.core.grading import KINDS
from mailgate.core.hours import Duration
from mailgate.core.policy import Bound, Policy
from mailgate.core.targets import scheme_of
from mailgate.rulebook.pagers import OWN, has_apprise
from mailgate.toml.document import Mistake, Source, did_you_mean
from mailgate.toml.positions import Path

PAID_KINDS = (("customer", "*", "covered", "*"), ("bank", "hours_not_for", "*"), ("bank", "flex_for", "*"))
"""Where rules say which kinds of request are paid by what."""

BEFORE_CLOSING = ("remind", "warn")
"""What customers are told before their request is closed because they say nothing."""

PROMISES = (
    ("severity", ("calendar",), ("engage", "resolve")),
    ("priority", ("calendar", "draft_at"), ("update_every",)),
)
"""What says how to count, and what makes the promise that is counted."""

TABLES = {"severity": "severities", "priority": "priorities"}

UNITS = {"hour": "an hour", "day": "a day"}


def doubts(sources: tuple[Source, ...], policy: Policy) -> Iterator[Mistake]:
    """Every warning about these rules."""
    for source in sources:
        yield from _teams_too_small(source, policy)
        yield from _skills_of_nobody(source, policy)
        yield from _pagers_out_of_reach(source)
        yield from _bounds_of_nothing(source, policy)
        yield from _hours_longer_than_days(source, policy)
        yield from _windows_longer_than_promises(source, policy)
        yield from _banks_of_nothing(source, policy)
        yield from _kinds_of_nothing(source, policy)
        yield from _words_that_never_leave(source, policy)
        yield from _customers_closed_unwarned(source, policy)
        yield from _promises_of_nothing(source, policy)
        yield from _rules_never_tried(source, policy)


def _teams_too_small(source: Source, policy: Policy) -> Iterator[Mistake]:
    """A promise of three people from a team of two falls short on every single mail."""
    for path in source.paths("queue", "*", "notify"):
        queue = policy.queues[str(path[1])]
        size = len(policy.teams[queue.team].members)
        if size < queue.notify:
            text = f"queue '{queue.key}' notifies {queue.notify} people, but team '{queue.team}' has only {size}"
            yield source.at_value(path, text)


def _skills_of_nobody(source: Source, policy: Policy) -> Iterator[Mistake]:
    """A skill that nobody has prefers nobody."""
    skills = sorted({skill for one in policy.technicians.values() for skill in one.skills})
    for end in ((), ("*",)):
        for path, skill in source.texts("rule", "*", "then", "skills", *end):
            if skill not in skills:
                yield source.at_value(path, f"no technician has the skill '{skill}'{did_you_mean(skill, skills)}")


def _pagers_out_of_reach(source: Source) -> Iterator[Mistake]:
    """The desk runs without the optional extra, by mail; but somebody must know that these pages will fail.

    A pager's URL may hold a password, and this ends in the log: only its scheme is named."""
    for end in ((), ("*",)):
        for path, url in source.texts("technician", "*", "pager", *end):
            scheme = scheme_of(url)
            if scheme not in OWN and not has_apprise():
                yield source.at_value(path, f"no page leaves by {scheme}: install mailgate with its extra 'notify'")


def _bounds_of_nothing(source: Source, policy: Policy) -> Iterator[Mistake]:
    """Not one acknowledgement may be what somebody wants; a forgotten digit is likelier."""
    for path in (path for unit in UNITS for path in source.paths("automatic", "*", unit)):
        if getattr(_bound(path, policy), str(path[2])) == 0:
            yield source.at_value(path, f"'{path[1]}' allows none in {UNITS[str(path[2])]}: all such mail is held back")


def _hours_longer_than_days(source: Source, policy: Policy) -> Iterator[Mistake]:
    """The hour of such a bound is never reached."""
    for path in source.paths("automatic", "*", "hour"):
        bound = _bound(path, policy)
        if bound.hour is not None and bound.day is not None and bound.hour > bound.day:
            yield source.at_value(path, f"'{path[1]}' allows {bound.hour} in an hour, but only {bound.day} in a day")


def _windows_longer_than_promises(source: Source, policy: Policy) -> Iterator[Mistake]:
    """What comes in a flood would be told when it is late already."""
    minutes = policy.floods.within // timedelta(minutes=1)
    soonest = min(policy.queues.values(), key=lambda queue: queue.callback.minutes)
    if minutes >= soonest.callback.minutes:
        for path in source.paths("floods", "within"):
            text = f"in a flood people may hear of a request after {minutes} min, and queue '{soonest.key}' promises"
            yield source.at_value(path, f"{text} {soonest.callback}")


def _banks_of_nothing(source: Source, policy: Policy) -> Iterator[Mistake]:
    """Paid in advance, and never charged."""
    if any(queue.tariff for queue in policy.queues.values()):
        return
    for path, kind in source.texts("customer", "*", "bank"):
        if kind != NONE:
            yield source.at_value(path, f"customer '{path[1]}' has a bank, but no queue has a 'tariff' that charges it")


def _kinds_of_nothing(source: Source, policy: Policy) -> Iterator[Mistake]:
    """A slip of the pen in `covered` charges a customer for what their contract pays."""
    kinds = sorted({*KINDS.values(), *(rule.then.kind for rule in policy.rules if rule.then.kind)})
    for place in PAID_KINDS:
        for path, kind in source.texts(*place):
            if kind not in kinds:
                text = f"no request is of the kind '{kind}'{did_you_mean(KINDS.get(kind, kind), kinds)}"
                yield source.at_value(path, text)


def _words_that_never_leave(source: Source, policy: Policy) -> Iterator[Mistake]:
    """The customer is written to on the way to the end of their request, and only then."""
    close = policy.closing.close
    for path in (path for step in BEFORE_CLOSING for path in source.paths("closing", step)):
        delay: Duration | None = getattr(policy.closing, str(path[1]))
        if delay is None:
            continue
        if close is None:
            yield source.at_value(path, f"nobody gets this mail: 'close' is never, and '{path[1]}' leaves before it")
        elif delay.minutes >= close.minutes:
            yield source.at_value(path, f"nobody gets this mail: requests are closed after {close}")


def _customers_closed_unwarned(source: Source, policy: Policy) -> Iterator[Mistake]:
    """A short `close` passes the usual times of what is not said."""
    close, before = policy.closing.close, [getattr(policy.closing, step) for step in BEFORE_CLOSING]
    usual = [delay for delay in before if delay is not None]
    if close is None or not usual or any(delay.minutes < close.minutes for delay in usual):
        return
    for path in source.paths("closing", "close"):
        yield source.at_value(path, f"requests are closed after {close} without a word before: say 'remind' or 'warn'")


def _promises_of_nothing(source: Source, policy: Policy) -> Iterator[Mistake]:
    """How a promise is counted, where none is made."""
    for section, keys, makers in PROMISES:
        for path in (path for key in keys for path in source.paths(section, "*", key)):
            if not any(getattr(getattr(policy, TABLES[section])[str(path[1])], maker) for maker in makers):
                missing = " or ".join(f"'{maker}'" for maker in makers)
                yield source.at_value(path, f"'{path[2]}' of {section} '{path[1]}' counts nothing without {missing}")


def _rules_never_tried(source: Source, policy: Policy) -> Iterator[Mistake]:
    """A rule that matches every mail and stops is the end of the list."""
    last = next((number for number, rule in enumerate(policy.rules) if rule.stop and rule.when == Condition()), None)
    if last is None or last == len(policy.rules) - 1:
        return
    rule, behind = policy.rules[last], len(policy.rules) - 1 - last
    for path in source.paths("rule", "*", "stop"):
        place = source.place(path[:2])
        if (rule.file, rule.line) == (place.file, place.line):
            rules = "the rule" if behind == 1 else f"the {behind} rules"
            yield source.at_value(path, f"{rules} behind this one will never be tried: it has no 'when', and stops")


def _bound(path: Path, policy: Policy) -> Bound:
    bound: Bound = getattr(policy.automatic, str(path[1]))
    return bound
