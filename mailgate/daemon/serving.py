"""Builds everything, starts it, stops it.

    doors (SMTP and LMTP in the loop, a thread for each IMAP mailbox)
      └▶ Notary (threads), when signatures are verified
      └▶ Acceptor (thread) ──COMMIT──▶ "250"
           └▶ Engine (thread): event, decision, transaction
                └▶ Sender (loop): lease, send, settle
    Auditor (thread) looks at all of them
    Reloads (thread) puts edited files in force

Stopping goes the same way: the doors first, then what they handed over, then what is in flight. What is cut off by the
end of the grace is in the database and goes on at the next start. What cannot be stopped is left behind in the end.
"""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import structlog

from mailgate import site
from mailgate.acceptor import Acceptor
from mailgate.config import Config
from mailgate.config.heartbeat import wrong_url
from mailgate.core.letters import NoticeFacts
from mailgate.core.patience import patience
from mailgate.daemon.auditor import Auditor
from mailgate.daemon.canary import Aviary
from mailgate.daemon.clock import SteadyClock
from mailgate.daemon.descriptors import Scarcity, load_codecs
from mailgate.daemon.engine_thread import EngineThread
from mailgate.daemon.in_force import InForce
from mailgate.daemon.metronome import Metronome
from mailgate.daemon.reloading import Means, Reloads, look_at_what_runs
from mailgate.daemon.ring import RingWatch, ring_for
from mailgate.daemon.sending import Here, means_of, relay_opener
from mailgate.daemon.tenures import Tenures
from mailgate.daemon.verifying import verifying
from mailgate.daemon.watching import Pace, Pulses, Watched, watching
from mailgate.daemon.web import Inside, web_of
from mailgate.doors import Behind, opened
from mailgate.edge.dkim_keys import NameServers
from mailgate.edge.systemd import notify
from mailgate.engine import Engine
from mailgate.logs import speak
from mailgate.sender import Sender
from mailgate.site import Site
from mailgate.store import beginning, outbox, restored
from mailgate.store.database import Database, ServeLock
from mailgate.toml.mistakes import SiteMistakes

log = structlog.get_logger()

GRACE_SECONDS = 3.0
"""How long the sender waits for the mails in flight, after the doors waited as long for theirs."""

STOP_SECONDS = 9.0
"""When a stop is cut short: a name server, a disk or a pager's service may hang, and none of them can be interrupted.
That is a power cut to the database, which loses nothing."""

LOST = (
    "the key ring is older than this database: if one was lost or is elsewhere, stop, and put it back or restore a "
    "backup; the reply addresses of earlier mails find no ticket here"
)


def serve(path: Path) -> int:
    """Run the desk of a config.toml until SIGTERM or SIGINT; the exit code.

    Raises SiteMistakes, DatabaseBusy, SchemaTooNew, NeverRestored or DoorShut before it is ready."""
    hasty = _hasty_reloads()
    loaded = site.settled(path)
    secrets_amiss = (*loaded.config.unreadable_secrets(), *wrong_url(loaded.config))
    if missing := (*secrets_amiss, *loaded.config.dkim.missing_packages()):
        raise SiteMistakes(missing)
    speak(loaded.config.log_format)
    load_codecs()
    for doubt in (*loaded.doubts, *site.template_mistakes(loaded.templates)):
        log.warning("site.doubt", says=str(doubt))
    clock = SteadyClock()
    with ExitStack() as held:
        database, news = held.enter_context(_database(loaded.config, clock))
        asyncio.run(_run(loaded, database, clock, news, hasty))
    log.info("daemon.stopped")
    return 0


async def _run(
    loaded: Site, database: Database, clock: SteadyClock, news: Sequence[NoticeFacts], hasty: Sequence[int]
) -> None:
    asyncio.get_running_loop().set_exception_handler(Scarcity())
    stop, asked = _stop_on_signals(), _asked_on_signal(hasty)
    async with running(loaded, database, clock, asked=asked, news=news) as desk:
        log.info("daemon.ready", addresses=desk.addresses, files=loaded.digest)
        notify("READY=1")
        await stop.wait()
        log.info("daemon.stopping")
        notify("STOPPING=1")
        _stop_in_time()


@dataclass(frozen=True, slots=True)
class Running:
    """A desk at work."""

    addresses: list[str]
    engine: EngineThread
    sender: Sender
    threads: ThreadPoolExecutor
    metronome: Metronome
    auditor: Auditor
    reloads: Reloads


@asynccontextmanager
async def running(
    loaded: Site,
    database: Database,
    clock: SteadyClock,
    pace: Pace | None = None,
    asked: threading.Event | None = None,
    news: Sequence[NoticeFacts] = (),
) -> AsyncIterator[Running]:
    """Everything of a desk, started in the running loop, and stopped when the block ends; `asked` is set by whoever
    wants a reload, `news` are told the administrators at once. Raises DoorShut."""
    async with AsyncExitStack() as held:
        threads = held.enter_context(ThreadPoolExecutor(max_workers=4, thread_name_prefix="sender"))
        ring, salt = ring_for(loaded.config.secret_path), _salt_of(database)
        in_force = InForce(loaded, ring.salted(salt))
        tenures = Tenures(None if loaded.config.database.path else database, _name(), clock=clock.now)
        pulses = Pulses(loaded.config.imap, tenures)
        engine = EngineThread(Engine(in_force.desk(), database, clock.now), database)
        engine.alive = pulses.engine.beat
        in_force.changed = engine.use
        acceptor = Acceptor(database, clock.now, engine.wake, lambda mail: patience(mail, in_force.policy()))
        sender = Sender(means_of(in_force, Here(tenures.node, database, clock, threads), engine.wake))
        _take_up(loaded, database, clock)
        engine.promised = _from_thread(sender.wake)
        sender.start()
        held.push_async_callback(sender.stop, GRACE_SECONDS)
        _at_work(held, engine)
        _at_work(held, acceptor)
        aviary = Aviary(acceptor, pulses.canary)
        custody = held.enter_context(verifying(loaded.config, aviary, NameServers(), clock.now))
        inside = Inside(in_force, database, clock.now, pulses.engine, lambda: engine.events, engine.wake)
        web = await held.enter_async_context(web_of(inside))
        _at_work(held, tenures)
        ring_watch = RingWatch(loaded.config.secret_path, ring, lambda renewed: in_force.use_ring(renewed.salted(salt)))
        metronome = Metronome(engine.wake, sender.wake, ring_watch.look, pulses.scheduler.beat)
        metronome.start()
        held.callback(metronome.stop)
        relay = relay_opener(loaded.config)
        watched = Watched(loaded.config, in_force, clock, pulses, relay, metronome.rearm, tenures)
        watch = held.enter_context(watching(watched, pace))
        disk = site.disk_of(loaded.config)
        behind = Behind(
            policy=in_force.policy,
            custody=custody,
            cursors=acceptor,
            chance=random.random,
            post=pulses.post_of,
            tell=watch.tell,
            keeps_mail=disk.keeps_mail if disk is not None else lambda: True,
            app=web.app,
        )
        addresses = await held.enter_async_context(opened(loaded, behind))
        reloads = Reloads(Means(in_force, database, clock.now, engine.wake, watch.tell), asked)
        _at_work(held, reloads)
        web.heed(watch.auditor, reloads)
        for notice in news:
            watch.tell(notice)
        yield Running(addresses, engine, sender, threads, metronome, watch.auditor, reloads)


class Worker(Protocol):
    """A thread of ours; `stop` waits for what it has in hand."""

    def start(self) -> None: ...
    def stop(self) -> None: ...


def _at_work(held: AsyncExitStack, worker: Worker) -> None:
    """From now until the stack ends; the loop goes on while it stops."""
    worker.start()
    held.push_async_callback(asyncio.to_thread, worker.stop)


def _take_up(loaded: Site, database: Database, clock: SteadyClock) -> None:
    """What was promised by other rules than these."""
    with database.write() as tx:
        look_at_what_runs(tx, loaded.policy, clock.now())


@contextmanager
def _database(settings: Config, clock: SteadyClock) -> Iterator[tuple[Database, tuple[NoticeFacts, ...]]]:
    """The database, ours alone when it is a file, with its tables up to date and no lease of a process that is gone;
    and what the administrators should know of it."""
    with ExitStack() as held:
        if settings.database.path is not None:
            held.enter_context(ServeLock(settings.database.path))
        database = Database.open(settings.database.url, settings.database.read_password())
        held.callback(database.close)
        news = tuple(_lost(settings)) if database.upgrade() else ()
        _heed_restore(database)
        if settings.database.path is not None:
            with database.write() as tx:
                outbox.release(tx, clock.now())
        yield database, news


def _lost(settings: Config) -> Iterator[NoticeFacts]:
    """A new database, and a key ring that was there before it."""
    if settings.secret_path.exists():
        log.warning("database.new", database=settings.database.name, says=LOST)
        yield NoticeFacts("database-new", settings.database.name)


def _salt_of(database: Database) -> str:
    with database.read() as tx:
        return beginning.salt_of(tx)


def _name() -> str:
    """This node's, which no other has, and none will have after a restart."""
    return f"{socket.gethostname()}-{secrets.token_hex(4)}"


def _heed_restore(database: Database) -> None:
    """Say what is held since the database was set back. Raises NeverRestored."""
    with database.read() as tx:
        restored.refuse_backup(tx)
        held = restored.held(tx)
    if held.rows:
        log.warning(
            "outbox.held",
            mails=held.mails,
            pages=held.pages,
            since=held.since and held.since.isoformat(),
            says=restored.HOW,
        )


def _from_thread(wake: Callable[[], None]) -> Callable[[], None]:
    """`wake` for other threads; harmless when the loop has ended."""
    loop = asyncio.get_running_loop()

    def call() -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(wake)

    return call


def _stop_in_time() -> None:
    """From now on the process has STOP_SECONDS left, its exit included."""
    last_resort = threading.Timer(STOP_SECONDS, _cut_short)
    last_resort.daemon = True
    last_resort.start()


def _cut_short() -> None:
    log.warning("daemon.cut_short", after=STOP_SECONDS)
    os._exit(0)


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def _hasty_reloads() -> Sequence[int]:
    """Every SIGHUP from now until the loop takes them: an upgrade may be long, and the signal would end the process."""
    heard: list[int] = []
    signal.signal(signal.SIGHUP, lambda number, _frame: heard.append(number))
    return heard


def _asked_on_signal(hasty: Sequence[int]) -> threading.Event:
    """Set by SIGHUP."""
    asked = threading.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, asked.set)
    if hasty:
        asked.set()
    return asked
