"""Takes up edited rules, templates and config.toml while the desk runs (hazards I36).

    SIGHUP ─▶ ask ─▶ read all files as they are at one moment ─▶ everything that `check` looks at
                       │ nothing wrong                             │ a mistake
                       ▼                                           ▼
                     InForce: one value, swapped whole           everything stays as it was; log, one notice
                       └▶ running clocks are looked at, as at the start; pages of who has left are called off

It has a thread of its own, because the rules' examples and every template take seconds, and nobody waits for it. Who
asks while it is at work is answered by one more reload, however many they are.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from mailgate import site
from mailgate.config.restart import for_now, waiting
from mailgate.core.letters import NoticeFacts
from mailgate.core.policy import Policy
from mailgate.daemon import reading
from mailgate.daemon.in_force import InForce
from mailgate.daemon.reading import Reading
from mailgate.edge.systemd import notify
from mailgate.rulebook import run_examples
from mailgate.site import Site
from mailgate.store import claims, clocks, departed
from mailgate.store.database import DATABASE_FAULTS, Database, Tx
from mailgate.toml.mistakes import Mistake, SiteMistakes

log = structlog.get_logger()

SHOWN = 20
"""So many mistakes are told; `check` tells all."""

NOTICES = 10
"""So many different refusals are told to the administrators before a reload succeeds again."""

PAUSE_SECONDS = 5.0
"""Until what runs is looked at again, when the database is in trouble."""

STOP_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Means:
    """What a reload needs: what is in force, the database, the time, how the engine is woken, and how the
    administrators are told."""

    in_force: InForce
    database: Database
    clock: Callable[[], datetime]
    wake: Callable[[], None]
    tell: Callable[[NoticeFacts], None]


class Reloads:
    """The thread that reloads. `ask`, `reading` and `differs` are for any thread; `asked` may be set beforehand."""

    def __init__(self, means: Means, asked: threading.Event | None = None) -> None:
        self._means = means
        self._asked = asked or threading.Event()
        self._stopping = threading.Event()
        self._told: set[tuple[str, ...]] = set()
        self._thread = threading.Thread(target=self._run, name="reloads", daemon=True)
        self.reading = Reading(means.clock(), means.in_force.site().digest)

    def start(self) -> None:
        """Say what is in force, and wait to be asked."""
        self._note(self.reading)
        self._thread.start()

    def stop(self) -> None:
        """A reload that is at work changes nothing any more."""
        self._stopping.set()
        self._asked.set()
        self._thread.join(STOP_SECONDS)

    def ask(self) -> None:
        """Somebody wants what is on the disk."""
        self._asked.set()

    def differs(self) -> bool:
        """Whether the files on the disk are not those that the desk goes by."""
        return site.digest(self._means.in_force.site().config.path) != self.reading.digest

    def reload(self) -> None:
        """Take up what is on the disk, or refuse it. Raises nothing."""
        notify("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")
        try:
            self._take_up()
        except SiteMistakes as found:
            self._refuse(found.mistakes)
        except Exception as error:
            log.exception("reload.failed")
            self._refuse((Mistake("mailgate", 0, 0, f"{type(error).__name__}: {error}"[:500]),))
        finally:
            notify("READY=1")

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._asked.wait()
            self._asked.clear()
            if not self._stopping.is_set():
                self.reload()

    def _take_up(self) -> None:
        """Raises SiteMistakes before anything has changed."""
        now, running = self._means.clock(), self._means.in_force.site()
        written = site.settled(running.config.path)
        if (wrong := site.mistakes_of(written, now)) != ():
            raise SiteMistakes(wrong)
        fresh = _for_now(running, written, now)
        if self._stopping.is_set():
            return
        self._means.in_force.use_site(fresh)
        self._told.clear()
        self._note(Reading(now, fresh.digest, waiting(running.config, written.config)))
        self._say_what_is_odd(fresh)
        log.info("daemon.reloaded", files=fresh.digest, needs_restart=list(self.reading.waiting))
        self._look_at_what_runs()

    def _say_what_is_odd(self, fresh: Site) -> None:
        for doubt in fresh.doubts:
            log.warning("site.doubt", says=str(doubt))
        for key in self.reading.waiting:
            log.warning("daemon.needs_restart", key=key, says="config.toml was changed here: restart to take it up")

    def _refuse(self, wrong: tuple[Mistake, ...]) -> None:
        says = tuple(map(str, wrong))
        for mistake in says[:SHOWN]:
            log.error("daemon.not_reloaded", says=mistake, mistakes=len(says))
        self._note(replace(self.reading, refused=says[:SHOWN]))
        if says not in self._told and len(self._told) < NOTICES:
            self._told.add(says)
            self._means.tell(NoticeFacts("reload-refused", _listed(says)))

    def _look_at_what_runs(self) -> None:
        """The new files are in force whatever becomes of this."""
        while not self._stopping.is_set():
            try:
                with self._means.database.write() as tx:
                    look_at_what_runs(tx, self._means.in_force.policy(), self._means.clock())
            except DATABASE_FAULTS:
                log.exception("reload.database_fault")
                self._stopping.wait(PAUSE_SECONDS)
            except Exception:  # the next start looks again
                log.exception("reload.not_looked_at")
                return
            else:
                self._means.wake()
                return

    def _note(self, now: Reading) -> None:
        self.reading = now
        reading.keep(reading.place(self._means.in_force.site().config.secret_path), now)


def look_at_what_runs(tx: Tx, policy: Policy, now: datetime) -> None:
    """What was promised by other rules than these: clocks on calendars that were edited since, and pages of people who
    have left. By one node at a time."""
    claims.take_floor(tx)
    clocks.take_up(tx, policy.calendars, now)
    departed.call_off(tx, policy.technicians, now)


def _for_now(running: Site, written: Site, now: datetime) -> Site:
    """What can be taken up without a restart. What must wait may be what the rest was written for: raises SiteMistakes
    when it is."""
    config = for_now(running.config, written.config)
    if not waiting(running.config, written.config):
        return replace(written, config=config)
    mixed = replace(site.of(config), digest=site.digest(config.path))
    if (wrong := run_examples(mixed.rulebook, now)) != ():
        raise SiteMistakes(wrong)
    if mixed.digest != written.digest:
        raise SiteMistakes([site.restless(config.path)])
    return mixed


def _listed(says: tuple[str, ...]) -> str:
    more = (f"(+ {len(says) - SHOWN})",) if len(says) > SHOWN else ()
    return "\n".join((*says[:SHOWN], *more))
