"""A whole desk in this process, over loopback, with an auditor that is in a hurry and somebody who hears its heart."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, MutableMapping, MutableSequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

from structlog.testing import capture_logs

from mailgate import site
from mailgate.core.audit import Part, Verdict
from mailgate.core.custody import Delivery
from mailgate.core.delivery import Lane
from mailgate.core.model import Door
from mailgate.daemon.clock import SteadyClock
from mailgate.daemon.looks import Patience
from mailgate.daemon.serving import Running, running
from mailgate.daemon.watching import Pace
from mailgate.site import Site
from mailgate.store import inbox
from mailgate.store.database import Database
from tests.daemon.clocks import Machine
from tests.edge.sms_gateways import SmsService, sms_service
from tests.flow.desk import Letter, a_database
from tests.flow.process import Sink, a_site, eventually, sinking

HURRY = Pace(
    every=0.1,
    patience=Patience(
        pulse=1.5,
        line=1.0,
        lanes=dict.fromkeys(Lane, 1.0),
        page=1.0,
        mails=1.0,
        write_every=0.2,
        visit_every=0.3,
        visit_again=0.2,
    ),
    mailbox_slack=2.0,
    beat=0.2,
    canary=0.3,
    back=2.0,
    lasts=0.5,
)
ADMINISTRATOR = "admin@example.com"

A_WHILE = 1.5
"""Seconds in which a heart that beats is heard several times."""


@dataclass
class Watched:
    """The desk; `heard` is the place where its heart is listened to."""

    loaded: Site
    database: Database
    machine: Machine | None
    sink: Sink
    heard: SmsService
    log: MutableSequence[MutableMapping[str, Any]]
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    running: Future[Running] = field(default_factory=Future)

    @property
    def desk(self) -> Running:
        return self.running.result()

    @property
    def verdict(self) -> Verdict:
        return self.desk.auditor.verdict

    @property
    def port(self) -> int:
        """Of its SMTP door."""
        return int(self.desk.addresses[0].rpartition(":")[2])

    def beats(self) -> int:
        """How often the heart was heard."""
        return len(self.heard.heard)

    def is_heard(self) -> bool:
        """Whether the heart beats from now on: twice, so that one that was under way does not count."""
        before = self.beats()
        return bool(eventually(lambda: self.beats() >= before + 2))

    def falls_silent(self, part: Part) -> bool:
        """Whether the auditor finds this trouble, and the heart then stands still."""
        eventually(lambda: part in {trouble.part for trouble in self.verdict.troubles})
        time.sleep(0.5)  # for a beat that was under way
        before = self.beats()
        time.sleep(A_WHILE)
        return self.beats() == before

    def write(self, text: str = "Plus rien ne marche") -> None:
        """A mail comes into custody."""
        raw = Letter(text).raw(time.monotonic_ns())
        arrival = Delivery(Door.SMTP, "chef@acme.example", ("support-urgent@example.com",), raw, "127.0.0.1")
        with self.database.write() as tx:
            inbox.accept(tx, [arrival], self.verdict.at)

    def in_loop(self, call: Callable[[], Any]) -> None:
        self.loop.call_soon_threadsafe(call)


def told(desk: Watched) -> list[str]:
    """What the administrators were told about."""
    return [subject(one.raw) for one in desk.sink.taken if one.to == ADMINISTRATOR]


def subject(raw: bytes) -> str:
    """Of a mail, decoded."""
    return str(make_header(decode_header(str(message_from_bytes(raw)["Subject"]))))


@contextmanager
def watched(
    root: Path, more: str = "", machine: Machine | None = None, database: Path | None = None, beat: str = ""
) -> Iterator[Watched]:
    """The starter site behind a sink, its heart heard twice already; `more` is more of its config.toml, `database` one
    that another desk left, `beat` more of [heartbeat]."""
    with sinking() as sink, sms_service() as heard, capture_logs() as log:
        path = database or root / "var/mailgate.db"
        a_site(root, **{"maildir:var/outgoing": f"smtp://127.0.0.1:{sink.port}", "/var/mailgate.db": f"/{path}"})
        with (root / "config.toml").open("a", encoding="utf-8") as config:
            config.write(f'{more}\n[heartbeat]\nurl = "{heard.url}"\nmethod = "POST"\n{beat}\n')
        loaded = site.load(root / "config.toml")
        with a_database(path) as opened:
            one = Watched(loaded, opened, machine, sink, heard, log)
            with _at_work(one):
                assert one.is_heard()
                yield one


@contextmanager
def _at_work(one: Watched) -> Iterator[None]:
    stop = asyncio.Event()
    thread = threading.Thread(target=one.loop.run_until_complete, args=(_run(one, stop),), name="loop")
    thread.start()
    try:
        one.running.result(30)
        yield
    finally:
        one.in_loop(stop.set)
        thread.join(30)
        one.loop.run_until_complete(one.loop.shutdown_default_executor())
        one.loop.close()


async def _run(one: Watched, stop: asyncio.Event) -> None:
    machine = one.machine
    clock = SteadyClock() if machine is None else SteadyClock(machine.read_wall, machine.read_passed)
    try:
        async with running(one.loaded, one.database, clock, HURRY) as desk:
            one.running.set_result(desk)
            await stop.wait()
    except BaseException as error:
        if not one.running.done():
            one.running.set_exception(error)
        raise
