"""Puts the auditor together: what it looks at on this site, and who hears what it found.

pulses (engine, scheduler, mailboxes) ─┐
the event loop, the database, the relay ─▶ Auditor ─▶ systemd's watchdog     unless a restart would help
                                                  ─▶ heartbeat               only while all is well
                                                  ─▶ log, administrators, file for `doctor`
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from mailgate.config import Config, Heartbeat, ImapDoor
from mailgate.config.heartbeat import url_of
from mailgate.core.audit import Part, Verdict
from mailgate.core.correspondence import desk_facts, to_administrator
from mailgate.core.delivery import Delivered, Delivery, Parcel
from mailgate.core.letters import Facts, Letter, NoticeFacts, Tone
from mailgate.daemon import standing, telling
from mailgate.daemon.auditor import Auditor, Duty, Hearer, Look
from mailgate.daemon.canary import Canary
from mailgate.daemon.clock import SteadyClock, doubt
from mailgate.daemon.crier import AGAIN, LASTS, Crier
from mailgate.daemon.heart import Beats
from mailgate.daemon.in_force import InForce
from mailgate.daemon.looks import DiskLook, LoopLook, Patience, PulseLook, RelayLook, RowsLook
from mailgate.daemon.signs import Pulse
from mailgate.daemon.telling import occasion
from mailgate.daemon.tenures import MAILBOX, Post, Tenures
from mailgate.edge import heartbeat_out, smtp_probe
from mailgate.edge.imap_in import LONGEST_IDLE
from mailgate.edge.smtp_out import SmtpRelay
from mailgate.edge.systemd import notify
from mailgate.engine import Desk
from mailgate.mail.compose import Draft, PlainWords, Stamp, TemplateFailed
from mailgate.sender import Relay
from mailgate.site import disk_of
from mailgate.store.database import DATABASE_FAULTS, Database
from mailgate.store.query import overdue

STEP_SECONDS = 10.0
"""For each step of a visit to the relay."""

MAIL_SECONDS = 60.0
"""For a heartbeat by mail."""

MAILBOX_SLACK = 150.0
"""Seconds that a mailbox has on top of its own waits: for its search, and for a server that answers late."""

SET = timedelta(seconds=1)
"""A clock that is off by that much more or less was set."""

WATCHDOG = "WATCHDOG_USEC"


@dataclass(frozen=True, slots=True)
class Pace:
    """How often is looked, in seconds, and how long everything may take; tests are in a hurry."""

    every: float = 5.0
    patience: Patience = field(default_factory=Patience)
    mailbox_slack: float = MAILBOX_SLACK
    beat: float | None = None
    canary: float = 120.0
    back: float = 270.0
    lasts: float = LASTS
    again: float = AGAIN

    @classmethod
    def of_the_service(cls) -> Pace:
        """Fast enough for a watchdog of systemd's that is in a hurry, too."""
        watchdog = os.environ.get(WATCHDOG, "")
        return cls(min(cls().every, int(watchdog) / 3e6)) if watchdog.isdigit() and int(watchdog) else cls()


class Pulses:
    """The pulses that the rest of the desk beats, and the posts that beat some of them for all nodes."""

    def __init__(self, mailboxes: tuple[ImapDoor, ...], tenures: Tenures) -> None:
        self.engine, self.scheduler = Pulse(), Pulse()
        self.canary = Canary()
        self.round_trip = tenures.post("round trip", self.canary.back)
        self.round_trip.heard, self.canary.returned = self.canary.flies, self.round_trip.beat
        self._mailboxes = {mailbox: Pulse() for mailbox in mailboxes}
        self._posts = {one: tenures.post(MAILBOX + name_of(one), pulse) for one, pulse in self._mailboxes.items()}

    def of(self, mailbox: ImapDoor) -> Pulse:
        """A mailbox's own, beaten whenever it was looked into, by any node."""
        return self._mailboxes[mailbox]

    def post_of(self, mailbox: ImapDoor) -> Post:
        """Whether this node reads the mailbox."""
        return self._posts[mailbox]


@dataclass(frozen=True, slots=True)
class Watched:
    """Who is watched: the desk in force on its site, its clock, its pulses, how its relay is reached, and what this
    node does of what one node does. `rearm` starts the scheduler anew after the wall clock was set."""

    config: Config
    in_force: InForce
    clock: SteadyClock
    pulses: Pulses
    open_relay: Callable[[], Relay]
    rearm: Callable[[], None]
    tenures: Tenures

    @property
    def desk(self) -> Desk:
        """As it is now."""
        return self.in_force.desk()


@dataclass(frozen=True, slots=True)
class Watch:
    """The auditor at work, and how others have the administrators told of something."""

    auditor: Auditor
    tell: Callable[[NoticeFacts], None]


@contextmanager
def watching(watched: Watched, pace: Pace | None = None) -> Iterator[Watch]:
    """The watch, from now until the block ends; with connections to the database of its own."""
    pace = pace or Pace.of_the_service()
    where = watched.config.database
    database = Database.open(where.url, where.read_password(), checkpoint=False)
    crier = Crier(_teller(watched, database, pace), pace.lasts, pace.again)
    _doubt_the_clock(crier, database, watched.clock)
    duty = Duty(_looks(watched, database, pace), tuple(_hearers(watched, crier, pace)), pace.every)
    auditor = Auditor(duty, watched.clock)
    auditor.start()
    try:
        yield Watch(auditor, crier.say)
    finally:
        auditor.stop()
        database.close()


def _looks(watched: Watched, database: Database, pace: Pace) -> tuple[tuple[Part, Look], ...]:
    pulses, patience = watched.pulses, pace.patience
    looks: list[tuple[Part, Look]] = [
        (Part.LOOP, LoopLook(asyncio.get_running_loop(), patience.pulse)),
        (Part.SCHEDULER, PulseLook(Part.SCHEDULER, "the scheduler has not ticked", pulses.scheduler, patience.pulse)),
        (Part.ENGINE, PulseLook(Part.ENGINE, "the engine has not come to an end", pulses.engine, patience.pulse)),
        (Part.DATABASE, RowsLook(database, patience)),
    ]
    if (disk := disk_of(watched.config)) is not None:
        looks.append((Part.DISK, DiskLook(disk)))
    relay = watched.open_relay()
    if isinstance(relay, SmtpRelay):
        visit = partial(smtp_probe.probe, relay, STEP_SECONDS)
        looks.append((Part.RELAY, RelayLook(visit, patience.visit_every, patience.visit_again)))
    if watched.config.heartbeat is not None and watched.config.heartbeat.round_trip:
        lost = "no mail to the desk's own address has come back"
        looks.append((Part.RELAY, PulseLook(Part.RELAY, lost, pulses.canary.back, pace.back)))
    looks += [(Part.IMAP, _mailbox_look(mailbox, pulses, pace)) for mailbox in watched.config.imap]
    return tuple(looks)


def name_of(mailbox: ImapDoor) -> str:
    """Account and folder."""
    return f"{mailbox.user}@{mailbox.host}/{mailbox.folder}"


def _mailbox_look(mailbox: ImapDoor, pulses: Pulses, pace: Pace) -> PulseLook:
    unseen = f"mailbox {name_of(mailbox)} could not be looked into"
    patience = min(mailbox.poll_seconds, LONGEST_IDLE) + pace.mailbox_slack
    return PulseLook(Part.IMAP, unseen, pulses.of(mailbox), patience)


def _hearers(watched: Watched, crier: Crier, pace: Pace) -> Iterator[Hearer]:
    """Those that only pass it on first; what may be slow last."""
    yield _feed_watchdog
    if watched.config.heartbeat is not None:
        yield from _beats(watched, watched.config.heartbeat, pace)
    yield Rearm(watched.rearm).hear
    yield partial(standing.keep, standing.place(watched.config.secret_path))
    yield crier.hear


def _beats(watched: Watched, heartbeat: Heartbeat, pace: Pace) -> Iterator[Hearer]:
    every = pace.beat or heartbeat.every.total_seconds()
    if heartbeat.calls:
        yield Beats("url", partial(_call, heartbeat), every).hear
    if heartbeat.mail is not None:
        yield Beats("mail", partial(_write, watched, heartbeat.mail), every).hear
    if heartbeat.round_trip:
        yield Beats("round trip", partial(_let_out, watched), pace.canary, always=True).hear


def _feed_watchdog(verdict: Verdict) -> None:
    status = "STATUS=" + (verdict.troubles[0].says if verdict.troubles else "all is well")
    if verdict.needs_a_restart:
        notify(status)
    else:
        notify("WATCHDOG=1", status)


class Rearm:
    """Starts the scheduler anew whenever the wall clock was set."""

    def __init__(self, rearm: Callable[[], None]) -> None:
        self._rearm = rearm
        self._jump = timedelta(0)

    def hear(self, verdict: Verdict) -> None:
        """When it was put right again, too."""
        jump = verdict.jump or timedelta(0)
        if abs(jump - self._jump) > SET:
            self._rearm()
        self._jump = jump


def _call(heartbeat: Heartbeat, _now: datetime) -> str | None:
    url = url_of(heartbeat)
    return None if url is None else heartbeat_out.call(url, heartbeat.method)


def _write(watched: Watched, to: str, now: datetime) -> str | None:
    return _hand_over(watched, to, _drafted(watched, to, "all-well", now))


def _let_out(watched: Watched, now: datetime) -> str | None:
    """A mail to the desk itself, whose return is awaited: by one node, and when the others know it, too."""
    post, to = watched.pulses.round_trip, watched.desk.policy.desk.address
    if not post.is_ours():
        return None
    draft = _drafted(watched, to, "round-trip", now)
    watched.pulses.canary.flies(draft.message_id)
    if not post.announce(draft.message_id):
        return None
    time.sleep(2 * watched.tenures.every if watched.tenures.are_shared else 0)
    return _hand_over(watched, to, draft)


def _drafted(watched: Watched, to: str, code: str, now: datetime) -> Draft:
    desk = watched.desk
    facts = Facts(desk_facts(desk.policy), notice=NoticeFacts(code))
    letter = Letter("notice", to_administrator(to, desk.policy), Tone.GENERATED, facts)
    stamp = Stamp(0, occasion(), now)
    try:
        return desk.scribe().write(letter, stamp)
    except TemplateFailed:
        return desk.scribe(PlainWords()).write(letter, stamp)


def _hand_over(watched: Watched, to: str, draft: Draft) -> str | None:
    """To the relay, without the outbox; what comes back of it comes to nobody."""
    result = asyncio.run(_handed_over(watched.open_relay(), Parcel(0, "", to, draft.message)))
    return None if isinstance(result, Delivered) else result.reason


async def _handed_over(relay: Relay, parcel: Parcel) -> Delivery:
    try:
        return await asyncio.wait_for(relay.send(parcel), MAIL_SECONDS)
    finally:
        await relay.close()


def _doubt_the_clock(crier: Crier, database: Database, clock: SteadyClock) -> None:
    try:
        with database.read() as tx:
            newest = overdue.newest_entry(tx)
    except DATABASE_FAULTS:
        return
    if (by := doubt(newest, clock.now())) is not None:
        crier.doubt(by)


def _teller(watched: Watched, database: Database, pace: Pace) -> Callable[[NoticeFacts], None]:
    node = watched.tenures.node if watched.tenures.are_shared else None
    return telling.Teller(lambda: watched.desk, database, watched.clock.now, node, timedelta(seconds=pace.again)).tell
