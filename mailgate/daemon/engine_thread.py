"""The engine's thread: it sleeps until somebody wakes it, and works off what is pending."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from mailgate.engine import Desk, Engine
from mailgate.store.database import DATABASE_FAULTS, Database

log = structlog.get_logger()

FAULT_PAUSE_SECONDS = 2.0
"""How long the engine rests when the database is in trouble."""


class EngineThread:
    """Runs the engine whenever it is woken. `promised` is called after every decision, `alive` after every decision and
    whenever there was nothing left to decide."""

    def __init__(self, engine: Engine, database: Database) -> None:
        self._engine, self._database = engine, database
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="engine")
        self.events = 0
        self.promised: Callable[[], None] = lambda: None
        self.alive: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Begin with what an earlier run left pending."""
        self._wake.set()
        self._thread.start()

    def wake(self) -> None:
        """Something is pending, or a timer may be due. Callable from any thread."""
        self._wake.set()

    def use(self, desk: Desk) -> None:
        """Decide by another desk from the next event on. Callable from any thread."""
        self._engine.use(desk)

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
                self._engine.run_pending(self._stopping.is_set, self._decided)
                self.alive()
            except DATABASE_FAULTS:
                log.exception("engine.database_fault")
                self._rest()
            except Exception:  # what it is about stays pending, and a person must look
                log.exception("engine.failed")
                self._rest()

    def _decided(self) -> None:
        self.events += 1
        self.alive()
        self.promised()

    def _rest(self) -> None:
        self._stopping.wait(FAULT_PAUSE_SECONDS)
        self._wake.set()
