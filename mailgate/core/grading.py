"""What a technician grades by mail: severity, priority, level, kind and queue (domain.md §4, interfaces.md §6).

Whatever lowers the customer's own severity, or changes who works and whether it is billed, needs a reason, and the
customer reads it. Severities stand in the rules from the least to the most severe. Another queue counts its call-back
from when it was asked for, less every wait: a ticket that is moved is neither younger nor older. Where that makes the
call-back due later than the customer was promised, they are told.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import assert_never

from mailgate.core.clocks import counted_anew
from mailgate.core.effects import Effect, MoveToQueue, Reclassify
from mailgate.core.intents import UNSAID, Grade, Internal, Order, Problem, Scale
from mailgate.core.letters import Did, Regraded
from mailgate.core.policy import Policy
from mailgate.core.ticket import Clock, Ticket
from mailgate.core.words import fold

LEVELS = ("1", "2", "3")

KINDS = {
    "assistance": "assistance",
    "dépannage": "assistance",
    "défaut": "defect",
    "defect": "defect",
    "bogue": "defect",
    "bug": "defect",
    "service": "service",
    "personnalisation": "customisation",
    "customisation": "customisation",
    "customization": "customisation",
    "développement": "development",
    "development": "development",
    "formation": "training",
    "training": "training",
    "installation": "installation",
}
"""The kinds of request (domain.md §4) in the words of both languages, of each kind the French one first; the rules may
know more."""

SEVERITIES = (
    ("critique", "critical"),
    ("haute", "élevée", "forte", "high"),
    ("moyenne", "normale", "medium", "normal"),
    ("basse", "faible", "low"),
)
"""Words of both languages for one severity: whichever of them the rules have is meant by all."""


def against_grading(orders: tuple[Order, ...], ticket: Ticket, policy: Policy) -> Iterator[Problem]:
    """Everything that stands against how a mail grades the ticket."""
    said: set[Scale] = set()
    internal = any(isinstance(order.intent, Internal) for order in orders)
    for order in orders:
        if not isinstance(order.intent, Grade):
            continue
        if order.intent.scale in said:
            yield Problem("graded-twice", order.line)
        said.add(order.intent.scale)
        yield from _against(order, order.intent, internal, ticket, policy)


def graded(orders: tuple[Order, ...], ticket: Ticket, policy: Policy) -> Ticket:
    """The ticket as the mail grades it."""
    for order in orders:
        if isinstance(order.intent, Grade):
            ticket = _with(ticket, order.intent.scale, found(order.intent, policy) or "")
    return ticket


def regraded(orders: tuple[Order, ...], ticket: Ticket, policy: Policy) -> tuple[Regraded, ...]:
    """What of it the customer must hear, with the reason if there is one."""
    grades = [order.intent for order in orders if isinstance(order.intent, Grade) and order.intent.reason]
    told = [Regraded(one.scale, found(one, policy) or "", one.reason) for one in grades]
    changed = tuple(one for one in told if one.now != str(getattr(ticket, one.scale)))
    queue = graded(orders, ticket, policy).queue
    return (*changed, Regraded(Scale.QUEUE, queue, "")) if _calls_later(ticket, queue, policy) else changed


def grading(before: Ticket, after: Ticket) -> Iterator[Effect]:
    """What grades the ticket so."""
    fresh = Reclassify(
        before.number,
        _new(before.severity, after.severity),
        _new(before.priority, after.priority),
        None if after.level == before.level else after.level,
        _new(before.kind, after.kind),
    )
    if fresh != Reclassify(before.number):
        yield fresh
    if after.queue != before.queue:
        yield MoveToQueue(before.number, after.queue)


def moved(callback: Clock, before: Ticket, after: Ticket, policy: Policy) -> Clock:
    """The call-back as the ticket's queue promises it, from when it was asked for."""
    if after.queue == before.queue or not callback.running:
        return callback
    queue = policy.queues[after.queue]
    return counted_anew(callback, policy.calendar_of(queue), queue.callback, before.waits)


def _calls_later(ticket: Ticket, queue: str, policy: Policy) -> bool:
    """Whether the call-back that the customer waits for is due later in another queue: they have the other deadline in
    writing."""
    callback = ticket.callback
    if callback is None:
        return False
    return moved(callback, ticket, replace(ticket, queue=queue), policy).due_at > callback.due_at


def did_grade(orders: tuple[Order, ...], policy: Policy) -> Iterator[Did]:
    """What a transcript says of it."""
    for order in orders:
        if isinstance(order.intent, Grade):
            yield Did(order.intent.scale, found(order.intent, policy) or "")


def found(grade: Grade, policy: Policy) -> str | None:
    """The word of the rules that was typed, in any case and without accents."""
    return _known(grade.scale, policy).get(fold(grade.value))


def _against(order: Order, grade: Grade, internal: bool, ticket: Ticket, policy: Policy) -> Iterator[Problem]:
    value = found(grade, policy)
    if value is None:
        yield Problem("unknown-grade", order.line, grade.value, *_nearest(order, grade, policy))
    elif not grade.reason and _needs_reason(grade.scale, value, ticket, policy):
        yield Problem("missing-reason", order.line, meant=f"{order.line} {UNSAID}")
    elif internal and grade.reason:
        yield Problem("told-and-internal", order.line)
    elif internal and grade.scale is Scale.QUEUE and _calls_later(ticket, value, policy):
        yield Problem("later-and-internal", order.line)


def _needs_reason(scale: Scale, value: str, ticket: Ticket, policy: Policy) -> bool:
    if scale is Scale.LEVEL:
        return value != str(ticket.level)
    order = list(policy.severities)
    known = scale is Scale.SEVERITY and ticket.severity in order
    return known and order.index(value) < order.index(ticket.severity or "")


def _known(scale: Scale, policy: Policy) -> Mapping[str, str]:
    """The words that may stand there, folded, and what they mean."""
    words: Mapping[str, str] = {
        Scale.PRIORITY: {**_by_figures(policy.priorities), **{key: key for key in policy.priorities}},
        Scale.SEVERITY: {**_by_meaning(policy.severities), **{key: key for key in policy.severities}},
        Scale.LEVEL: {level: level for level in LEVELS},
        Scale.KIND: {**{rule.then.kind: rule.then.kind for rule in policy.rules if rule.then.kind}, **KINDS},
        Scale.QUEUE: {key: key for key in policy.queues},
    }[scale]
    return {fold(word): meant for word, meant in words.items()}


def _by_figures(keys: Iterable[str]) -> dict[str, str]:
    """ "1" for P1, where no other has the same figures."""
    figures = {key: "".join(filter(str.isdigit, key)) for key in keys}
    once = [one for one, times in Counter(figures.values()).items() if one and times == 1]
    return {one: key for key, one in figures.items() if one in once}


def _by_meaning(keys: Iterable[str]) -> dict[str, str]:
    """The words of the other language, and others that mean the same; not where the rules have two of them."""
    words: dict[str, str] = {}
    for alike in SEVERITIES:
        meant = [key for key in keys if fold(key) in map(fold, alike)]
        words.update(dict.fromkeys(alike, meant[0]) if len(meant) == 1 else {})
    return words


def _nearest(order: Order, grade: Grade, policy: Policy) -> tuple[str, str]:
    """The command with the nearest word that it knows, and the line mended so; else with all of them, and `?`."""
    words = _known(grade.scale, policy)
    close = difflib.get_close_matches(fold(grade.value)[:40], words, n=1, cutoff=0.6)
    command = order.line.split()[0]
    if not close:
        offered = (_offered(word, grade.scale, command) for word in dict.fromkeys(words.values()))
        return f"{command} {' / '.join(offered)}", f"{command} {UNSAID}"
    nearest = f"{command} {_offered(words[close[0]], grade.scale, command)}"
    return nearest, f"{nearest} {grade.reason}".rstrip()


def _offered(value: str, scale: Scale, command: str) -> str:
    """A value as somebody may type it who writes this command: a kind in French, unless the command is English."""
    french = scale is Scale.KIND and fold(command) != "#kind"
    return next((word for word, kind in KINDS.items() if french and kind == value), value)


def _with(ticket: Ticket, scale: Scale, value: str) -> Ticket:
    match scale:
        case Scale.PRIORITY:
            return replace(ticket, priority=value)
        case Scale.SEVERITY:
            return replace(ticket, severity=value)
        case Scale.LEVEL:
            return replace(ticket, level=int(value))
        case Scale.KIND:
            return replace(ticket, kind=value)
        case Scale.QUEUE:
            return replace(ticket, queue=value)
        case _:
            assert_never(scale)


def _new(before: str | None, after: str | None) -> str | None:
    return None if after == before else after
