"""What the auditor looks at: one look for each thing that can die without a sound (hazards F43).

Three kinds of sign are taken. Whoever works beats a pulse. Rows that wait show whether their line moves: a long line
that moves is work, and no trouble. And what is used too rarely to be sure of is tried out: the database is written, the
relay is visited as far as its login.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mailgate.core.audit import Part, Trouble
from mailgate.core.delivery import Lane
from mailgate.daemon.signs import Line, Pulse
from mailgate.edge.asking import ask
from mailgate.edge.probe import TOO_LONG, Probed, Stopped
from mailgate.store import restored
from mailgate.store.database import DATABASE_FAULTS, Database, Tx
from mailgate.store.disk import Disk
from mailgate.store.query import overdue

LONGEST_VISIT = 60.0
"""Seconds; every step of a visit has its own bound, well below."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is too long, in seconds.

    `pulse` is for whoever has to show life once a second, `line` for an inbox row or a timer that is first in line,
    `lanes` for an outbox row (longer than the longest attempt), `page` for a page that reached its person in no way,
    `mails` for mail that is tried in vain. The rest says how often things are tried out."""

    pulse: float = 60.0
    line: float = 60.0
    lanes: Mapping[Lane, float] = field(default_factory=lambda: {Lane.PAGE: 90.0, Lane.BULK: 330.0})
    page: float = 60.0
    mails: float = 180.0
    write_every: float = 30.0
    visit_every: float = 120.0
    visit_again: float = 20.0


@dataclass(frozen=True, slots=True)
class PulseLook:
    """Somebody who has to show life, every so many seconds; `what` begins the sentence."""

    part: Part
    what: str
    pulse: Pulse
    patience: float

    def __call__(self, _now: datetime) -> Iterator[Trouble]:
        silence = self.pulse.silence()
        if silence > self.patience:
            yield Trouble(self.part, f"{self.what} for {silence:.0f} s")


class LoopLook:
    """The event loop has to do a small thing for us in every round."""

    def __init__(self, loop: asyncio.AbstractEventLoop, patience: float) -> None:
        self._loop, self._pulse = loop, Pulse()
        self._look = PulseLook(Part.LOOP, "the event loop has not turned", self._pulse, patience)

    def __call__(self, now: datetime) -> Iterator[Trouble]:
        self._loop.call_soon_threadsafe(self._pulse.beat)
        yield from self._look(now)


class RowsLook:
    """The database takes a write, and nothing in it waits in vain. When it cannot be written, nothing else is asked."""

    def __init__(self, database: Database, patience: Patience) -> None:
        self._database, self._patience = database, patience
        self._inbox, self._timers = Line(), Line()
        self._lanes = {lane: Line() for lane in Lane}
        self._written_at = -math.inf

    def __call__(self, now: datetime) -> Iterator[Trouble]:
        try:
            self._prove_writable()
        except DATABASE_FAULTS as fault:
            yield Trouble(Part.DATABASE, f"the database takes no write: {_words_of(fault)}")
            return
        try:
            yield from self._waiting(now)
        except DATABASE_FAULTS as fault:
            yield Trouble(Part.DATABASE, f"the database cannot be read: {_words_of(fault)}")

    def _prove_writable(self) -> None:
        if time.monotonic() - self._written_at < self._patience.write_every:
            return
        with self._database.write() as tx:
            overdue.prove_writable(tx)
        self._written_at = time.monotonic()

    def _waiting(self, now: datetime) -> Iterator[Trouble]:
        with self._database.read() as tx:
            yield from self._lines(tx, now)
            page = overdue.unreached(tx, now - timedelta(seconds=self._patience.page))
            if page is not None:
                yield Trouble(Part.PAGES, f"outbox row {page.row}, a page, has not left {_since(page)}")
            pages = restored.held(tx).pages
            if pages:
                yield Trouble(Part.PAGES, f"{pages} pages are held since a restore: `outbox release` or `drop` them")
            mail = overdue.unsent_mail(tx, now - timedelta(seconds=self._patience.mails))
            if mail is not None:
                yield Trouble(Part.RELAY, f"no mail leaves: outbox row {mail.row} is tried in vain {_since(mail)}")

    def _lines(self, tx: Tx, now: datetime) -> Iterator[Trouble]:
        line, lanes = self._patience.line, self._patience.lanes
        yield from _stands(self._inbox, overdue.undecided(tx), line, Part.INBOX, "inbox row {} is not decided")
        yield from _stands(self._timers, overdue.unfired(tx, now), line, Part.TIMERS, "timer {} is overdue")
        for lane, queue in self._lanes.items():
            first = overdue.untaken(tx, lane, now)
            yield from _stands(queue, first, lanes[lane], Part.SENDER, "nobody sends outbox row {}, due")


@dataclass(frozen=True, slots=True)
class DiskLook:
    """The doors have room for another mail."""

    disk: Disk

    def __call__(self, _now: datetime) -> Iterator[Trouble]:
        lack = self.disk.lack(self.disk.left())
        if lack is not None:
            yield Trouble(Part.DISK, lack)


@dataclass(slots=True)
class RelayLook:
    """The relay lets us in; visited now and then, and more often while it does not. A visit is never waited for."""

    visit: Callable[[], Probed]
    every: float
    again: float
    _answer: Future[Probed] | None = None
    _asked_at: float = -math.inf
    _wrong: str | None = None

    def __call__(self, _now: datetime) -> Iterator[Trouble]:
        self._hear()
        if self._answer is None and time.monotonic() - self._asked_at >= (self.again if self._wrong else self.every):
            self._answer, self._asked_at = ask(self.visit), time.monotonic()
        if self._wrong is not None:
            yield Trouble(Part.RELAY, f"the relay takes no mail: {self._wrong}")

    def _hear(self) -> None:
        if self._answer is None:
            return
        if self._answer.done():
            self._wrong, self._answer = _reason(self._answer), None
        elif time.monotonic() - self._asked_at > LONGEST_VISIT:
            self._wrong, self._answer = TOO_LONG, None


def _stands(line: Line, first: overdue.First | None, patience: float, part: Part, what: str) -> Iterator[Trouble]:
    stood = line.stands(first.row if first else None)
    if first is not None and stood >= patience:
        yield Trouble(part, f"{what.format(first.row)} {_since(first)}")


def _since(first: overdue.First) -> str:
    return f"since {first.since:%Y-%m-%d %H:%M:%S} UTC"


def _reason(answer: Future[Probed]) -> str | None:
    error = answer.exception()
    if error is not None:
        return type(error).__name__
    found = answer.result()
    return f"{found.step}: {found.reason}" if isinstance(found, Stopped) else None


def _words_of(fault: Exception) -> str:
    """The driver's own words in one line, without the statement."""
    return " ".join(str(getattr(fault, "orig", None) or fault).split())[:200]
