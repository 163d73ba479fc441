"""The composition root: builds everything, starts it, stops it. The only reader of the clock and of randomness.

    doors (SMTP and LMTP in the loop, a thread for each IMAP mailbox)
      └▶ Acceptor (thread) ──COMMIT──▶ "250"
           └▶ Engine (thread): event, decision, transaction
                └▶ Sender (loop): lease, send, settle

Stopping goes the same way: the doors first, then what they handed over, then what is in flight. What is cut off by the
end of the grace is in the database and goes on at the next start.
"""

from __future__ import annotations

import asyncio
import random
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from mailgate import site
from mailgate.acceptor import Acceptor
from mailgate.config import Config, LmtpDoor, MaildirRelay, SmtpDoor
from mailgate.core.identity import is_ours
from mailgate.edge import listen, maildir_out, pager, smtp_in, smtp_out
from mailgate.engine import Engine
from mailgate.logs import speak
from mailgate.mail.keyring import KEY_OCTETS, Keyring
from mailgate.sender import Means, Relay, Sender
from mailgate.site import Site
from mailgate.store.database import DATABASE_FAULTS, Database, ServeLock

log = structlog.get_logger()

GRACE_SECONDS = 4.0
"""How long the doors, and then the sender, wait for what is in flight: together below 10 s."""

TICK_SECONDS = 1
FAULT_PAUSE_SECONDS = 2.0
"""How long the engine rests when the database is in trouble."""


def clock() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def serve(path: Path) -> int:
    """Run the desk of a config.toml until SIGTERM or SIGINT; the exit code.

    Raises SiteMistakes, DatabaseBusy, SchemaTooNew or OSError (an address that cannot be had) before it is ready."""
    loaded = site.load(path)
    speak(loaded.config.log_format)
    with ExitStack() as held:
        database = held.enter_context(_database(loaded.config))
        asyncio.run(_run(loaded, database))
    log.info("daemon.stopped")
    return 0


async def _run(loaded: Site, database: Database) -> None:
    async with AsyncExitStack() as running:
        stop = _stop_on_signals()
        threads = running.enter_context(ThreadPoolExecutor(max_workers=4, thread_name_prefix="sender"))
        engine = EngineThread(Engine(loaded.desk(_ring(loaded.config)), database, clock), database)
        acceptor = Acceptor(database, clock, engine.wake)
        sender = Sender(_means(loaded.config, database, threads, engine.wake))
        engine.promised = _from_thread(sender.wake)
        sender.start()
        running.push_async_callback(sender.stop, GRACE_SECONDS)
        engine.start()
        running.push_async_callback(asyncio.to_thread, engine.stop)
        acceptor.start()
        running.push_async_callback(asyncio.to_thread, acceptor.stop)
        addresses = await _open_doors(loaded, acceptor, running)
        running.enter_context(_metronome(engine.wake, sender.wake))
        log.info("daemon.ready", addresses=addresses)
        await stop.wait()
        log.info("daemon.stopping")


@contextmanager
def _database(config: Config) -> Iterator[Database]:
    """The database, ours alone when it is a file, with its tables up to date."""
    with ExitStack() as held:
        if config.database.path is not None:
            held.enter_context(ServeLock(config.database.path))
        database = Database.open(config.database.url)
        held.callback(database.close)
        database.upgrade()
        yield database


def _ring(config: Config) -> Keyring:
    """The desk's keys; made on the first start, readable by nobody else."""
    known = site.ring_of(config)
    if known is not None:
        return known
    fresh = Keyring.fresh(secrets.token_bytes(KEY_OCTETS))
    site.write_ring(config, fresh)
    return fresh


class EngineThread:
    """Runs the engine whenever it is woken. `promised` is called after every decision."""

    def __init__(self, engine: Engine, database: Database) -> None:
        self._engine, self._database = engine, database
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="engine")
        self.promised: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Begin with what an earlier run left pending."""
        self._wake.set()
        self._thread.start()

    def wake(self) -> None:
        """Something is pending, or a timer may be due. Callable from any thread."""
        self._wake.set()

    def stop(self) -> None:
        """Finish the event in hand; the rest is pending at the next start."""
        self._stopping.set()
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait()
            self._wake.clear()
            try:
                self._engine.run_pending(self._stopping.is_set, self.promised)
            except DATABASE_FAULTS:
                log.exception("engine.database_fault")
                self._rest()
            except Exception:
                log.exception(
                    "engine.failed"
                )  # even setting the mail aside failed: it stays pending, a person must look
                self._rest()

    def _rest(self) -> None:
        self._stopping.wait(FAULT_PAUSE_SECONDS)
        self._wake.set()


def _means(config: Config, database: Database, threads: ThreadPoolExecutor, failed: Callable[[], None]) -> Means:
    return Means(
        database=database,
        threads=threads,
        clock=clock,
        chance=random.random,
        open_relay=_relay_opener(config),
        pager=pager.ApprisePager(),
        failed=failed,
        owner=f"{socket.gethostname()}-{secrets.token_hex(4)}",
    )


def _relay_opener(config: Config) -> Callable[[], Relay]:
    relay = config.relay
    if isinstance(relay, MaildirRelay):
        return lambda: maildir_out.MaildirRelay(relay.path)
    password = relay.password.read if relay.password is not None else None
    return lambda: smtp_out.SmtpRelay(relay.host, relay.port, relay.tls, relay.user, password, relay.ca_file)


async def _open_doors(loaded: Site, acceptor: Acceptor, running: AsyncExitStack) -> list[str]:
    """Open every configured door; each is closed first when everything stops."""
    config, addresses = loaded.config, []
    for door in (config.smtp, config.lmtp):
        if door is not None:
            opened = await smtp_in.open_door(_place(door), _keeper(loaded, door, acceptor), isinstance(door, LmtpDoor))
            running.push_async_callback(opened.close, GRACE_SECONDS)
            protocol = "lmtp" if isinstance(door, LmtpDoor) else "smtp"
            addresses += [f"{protocol}://{address}" for address in opened.addresses]
    return addresses


def _place(door: SmtpDoor | LmtpDoor) -> listen.Listen | listen.UnixListen:
    match door.listen:
        case configured if hasattr(configured, "path"):
            return listen.UnixListen(configured.path)
        case configured:
            return listen.Listen(configured.host, configured.port)


def _keeper(loaded: Site, door: SmtpDoor | LmtpDoor, acceptor: Acceptor) -> smtp_in.Keeper:
    policy = loaded.policy
    trusted = loaded.config.smtp.trusted_relays if loaded.config.smtp else ()
    hostname = policy.desk.address.rpartition("@")[2]
    return smtp_in.Keeper(acceptor, lambda address: is_ours(address, policy), hostname, door.max_size, trusted)


@contextmanager
def _metronome(*wakes: Callable[[], None]) -> Iterator[None]:
    """APScheduler wakes who might have something due; what is due is in the database."""
    scheduler = AsyncIOScheduler(
        timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    for wake in wakes:
        scheduler.add_job(_as_coroutine(wake), "interval", seconds=TICK_SECONDS)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)


def _as_coroutine(wake: Callable[[], None]) -> Callable[[], object]:
    async def tick() -> None:
        wake()

    return tick


def _from_thread(wake: Callable[[], None]) -> Callable[[], None]:
    """`wake` for other threads; harmless when the loop has ended."""
    loop = asyncio.get_running_loop()

    def call() -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(wake)

    return call


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop
