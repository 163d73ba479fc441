"""A ticket for reading: what it is, then everything that happened to it, in order of time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from zoneinfo import ZoneInfo

from mailgate.cli import deadlines
from mailgate.cli.output import jsonable, local, plain
from mailgate.core.model import Direction
from mailgate.core.reckoning import Reckoning
from mailgate.core.reports import Fate
from mailgate.core.ticket import Promise
from mailgate.store.columns import OutboxState
from mailgate.store.query import (
    AddressShown,
    CallbackShown,
    InterventionShown,
    JournalShown,
    MailShown,
    MessageShown,
    PageShown,
    TicketStory,
)

ARROWS = {Direction.IN: "<-", Direction.OUT: "->", Direction.INTERNAL: "--"}

MISSED: dict[Fate | None, str] = {Fate.HARD: "hard bounce", Fate.SOFT: "soft bounce", Fate.DELAYED: "delayed"}
"""The fates of a mail that is not where it should be."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened; `text` is shown below its headline."""

    at: datetime
    headline: str
    text: str = ""


def as_json(story: TicketStory, clocks: Iterable[Reckoning], zone: ZoneInfo) -> object:
    """The object of interfaces.md §2: the story field by field, and each clock explained."""
    shape = {one.name: jsonable(getattr(story, one.name)) for one in fields(story) if one.name != "clocks"}
    shape["clocks"] = jsonable([deadlines.shown(one, zone) for one in clocks])
    return shape


def told(story: TicketStory, clocks: Sequence[Reckoning], zone: ZoneInfo) -> str:
    """The whole story, times in `zone`."""
    blocks = [_heading(story, zone)]
    if clocks:
        blocks.append("\n".join(_deadlines(clocks, zone)))
    blocks += [_paragraph(one, zone) for one in sorted(_happenings(story), key=lambda one: one.at)]
    return "\n\n".join(blocks)


def _heading(ticket: TicketStory, zone: ZoneInfo) -> str:
    facts = (
        ("status", ticket.status),
        ("queue", ticket.queue),
        ("kind", f"{ticket.kind}, level {ticket.level}"),
        ("severity", ticket.severity),
        ("priority", ticket.priority),
        ("tags", ", ".join(ticket.tags)),
        ("customer", ticket.customer),
        ("requester", ticket.requester),
        *(("no mail to", _unreached(one, zone)) for one in ticket.addresses),
        ("merged", f"into #{ticket.merged_into}" if ticket.merged_into else ""),
        ("holds", " ".join(f"#{one}" for one in ticket.merged)),
        ("linked", " ".join(f"#{one}" for one in ticket.links)),
        ("watchers", ", ".join(ticket.watchers)),
        ("assignee", ticket.assignee),
        ("opened", local(ticket.opened_at, zone)),
        ("call back", _call_back(ticket.callback, zone)),
        ("closed", local(ticket.closed_at, zone)),
    )
    lines = [f"{name:<11}{plain(str(fact))}" for name, fact in facts if fact]
    return "\n".join((f"#{ticket.number} {plain(ticket.subject)}", *lines))


def _deadlines(clocks: Sequence[Reckoning], zone: ZoneInfo) -> Iterator[str]:
    """The newest clock of each promise in full, and in a word what became of the earlier ones."""
    yield "deadlines"
    for promise in Promise:
        theirs = tuple(one for one in clocks if one.clock.promise is promise)
        yield from deadlines.paragraphs(theirs[-1:], zone)
        states = Counter(one.standing.state.value for one in theirs[:-1])
        if states:
            yield f"    Before: {', '.join(f'{count} {state}' for state, count in states.items())}."


def _unreached(marked: AddressShown, zone: ZoneInfo) -> str:
    often = f", {marked.times} times" if marked.times > 1 else ""
    return f"{marked.address} since {local(marked.since, zone)}{often}: {_ending(marked.fate, marked.reason)}"


def _call_back(promise: CallbackShown | None, zone: ZoneInfo) -> str:
    if promise is None:
        return ""
    due = f"by {local(promise.due_at, zone)} (calendar '{promise.calendar}')"
    if promise.kept_at is None:
        return due
    verdict = "too late" if promise.in_time is False else "in time"
    return f"{due}, kept {verdict} by {promise.kept_by} at {local(promise.kept_at, zone)}"


def _happenings(story: TicketStory) -> Iterator[Happening]:
    """What was decided stands before what it caused at the same moment."""
    yield from map(_decided, story.journal)
    yield from map(_said, story.messages)
    yield from map(_done, story.interventions)
    yield from (_paged(page, story.number) for page in story.pages)
    yield from (_missed(mail) for mail in story.mails if mail.fate in MISSED or mail.state is OutboxState.FAILED)


def _decided(entry: JournalShown) -> Happening:
    return Happening(entry.at, f"{entry.event}: {entry.because}")


def _said(message: MessageShown) -> Happening:
    to = f" to {', '.join(message.to)}" if message.to else ""
    files = "".join(f"\n[{part.name}, {part.content_type}, {part.size} octets]" for part in message.attachments)
    automatic = " (automatic)" if message.automatic else ""
    return Happening(message.at, f"{ARROWS[message.direction]} {message.from_}{to}{automatic}", message.text + files)


def _done(work: InterventionShown) -> Happening:
    where = "" if work.public else ", internal"
    paid = "" if work.bank is None else f" to the bank of {work.bank}"
    if work.minutes < 0 or work.charged < 0:
        back = f"{-work.minutes} min taken back, {-work.charged} given back{paid}{where}"
        return Happening(work.at, f"{work.by}: {work.activity}, {back}")
    return Happening(work.at, f"{work.by}: {work.activity}, {work.minutes} min, {work.charged} charged{paid}{where}")


def _paged(page: PageShown, number: int) -> Happening:
    """A page of another ticket is there because it tells of this one, too."""
    what = "page" if page.ticket == number else f"page of #{page.ticket}, which tells of this request,"
    return Happening(page.promised_at, f"{what} to {page.technician} by {page.channel} ({page.to}): {page.state}")


def _missed(mail: MailShown) -> Happening:
    ending = _ending(mail.fate, mail.reason)
    return Happening(mail.fate_at or mail.promised_at, f"mail to {mail.to} ({mail.kind}): {ending}")


def _ending(fate: Fate | None, reason: str | None) -> str:
    """A mail that an earlier version gave up has no fate."""
    how = MISSED.get(fate, "not delivered")
    return f"{how}, {reason}" if reason else how


def _paragraph(happening: Happening, zone: ZoneInfo) -> str:
    return "\n".join(_lines(happening, zone))


def _lines(happening: Happening, zone: ZoneInfo) -> Iterable[str]:
    yield f"{local(happening.at, zone)}  {plain(happening.headline)}"
    for line in happening.text.strip().splitlines():
        yield f"    {plain(line)}".rstrip()
