"""How the daemon is: for Prometheus in numbers, for whoever watches over it in one word and its reasons.

Nothing here names a customer, a technician or an address: only states, lanes and promises, which the program knows by
itself. What is asked of the database is bounded by what is open (store.query.gauges).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from mailgate.core.audit import Part, Verdict
from mailgate.core.delivery import Lane
from mailgate.daemon.lag import LoopLag
from mailgate.daemon.reading import Reading
from mailgate.edge.web_app import Health
from mailgate.store.columns import InboxState
from mailgate.store.database import DATABASE_FAULTS, Database
from mailgate.store.query.gauges import Gauges, Pile, gauges

log = structlog.get_logger()

LATE = timedelta(minutes=5)
"""How long a mail, a page or a timer may wait for its turn while all is well."""
SILENT_SECONDS = 60.0
LAG_SECONDS = 5.0

WELL = "ok"


class Pulse(Protocol):
    """The engine's. Thread-safe."""

    def silence(self) -> float:
        """Seconds since it was last seen at work or at rest."""


class Auditor(Protocol):
    """Has looked at everything lately. Thread-safe."""

    @property
    def verdict(self) -> Verdict: ...


class Reloads(Protocol):
    """Which files the desk goes by. Thread-safe."""

    reading: Reading

    def differs(self) -> bool:
        """Whether those on the disk are others."""


@dataclass(slots=True)
class Vitals:
    """Everything that can be asked. Thread-safe (edge.web_app.Vitals). The last two are the last to start."""

    database: Database
    clock: Callable[[], datetime]
    lag: LoopLag
    pulse: Pulse
    events: Callable[[], int]
    auditor: Auditor | None = None
    reloads: Reloads | None = None

    def heed(self, auditor: Auditor, reloads: Reloads) -> None:
        """From now on the auditor's verdict counts, and reloads are told of."""
        self.auditor, self.reloads = auditor, reloads

    def health(self) -> Health:
        """Whether somebody must look, and at what."""
        checks = tuple(self._checks())
        return Health(all(found == WELL for _, found in checks), checks)

    def troubles(self) -> frozenset[Part]:
        """Where the auditor found trouble."""
        return frozenset(one.part for one in self.auditor.verdict.troubles) if self.auditor is not None else frozenset()

    def metrics(self) -> bytes:
        """Prometheus' text format. Raises DATABASE_FAULTS."""
        registry = CollectorRegistry()
        registry.register(_Numbers(self, self._counted(), self.clock()))
        return generate_latest(registry)

    def _counted(self) -> Gauges:
        with self.database.read() as tx:
            return gauges(tx, self.clock())

    def _checks(self) -> Iterator[tuple[str, str]]:
        yield "loop", _judged(self.lag.worst > LAG_SECONDS, f"{self.lag.worst:.0f} s late")
        yield "engine", _judged(self.pulse.silence() > SILENT_SECONDS, f"silent for {self.pulse.silence():.0f} s")
        yield "auditor", ", ".join(sorted(self.troubles())) or WELL
        try:
            counted = self._counted()
        except DATABASE_FAULTS:
            log.exception("health.database_fault")
            yield "database", "cannot be read"
            return
        yield "database", WELL
        for name, piles in _piles(counted):
            yield name, self._lateness(piles)

    def _lateness(self, piles: Iterable[Pile]) -> str:
        since = min((pile.since for pile in piles if pile.since is not None), default=None)
        waited = timedelta() if since is None else self.clock() - since
        return _judged(waited > LATE, f"the oldest waits for {waited.total_seconds() / 60:.0f} min")


def _judged(wrong: bool, says: str) -> str:
    return says if wrong else WELL


def _piles(counted: Gauges) -> Iterator[tuple[str, tuple[Pile, ...]]]:
    """What moves within minutes, or something is stuck."""
    yield "inbox", tuple(pile for pile in counted.inbox if pile.labels == (InboxState.PENDING.value,))
    yield (
        "pages",
        tuple(pile for pile in counted.outbox if pile.labels[0] == Lane.PAGE.value and pile.labels[1] != "failed"),
    )
    yield "timers", (counted.timers,)


@dataclass(frozen=True, slots=True, eq=False)
class _Numbers(Collector):
    """One answer for Prometheus, counted beforehand."""

    vitals: Vitals
    counted: Gauges
    now: datetime

    def collect(self) -> Iterator[Metric]:
        yield from self._rows(
            "inbox", "Mails and requests that nothing was decided about.", ("state",), self.counted.inbox
        )
        yield from self._rows("outbox", "Promised mails and pages.", ("lane", "state"), self.counted.outbox)
        yield from self._rows("page", "Pages of tickets that are somebody's work.", ("state",), self.counted.pages)
        yield from self._rows("clock_running", "Promises that are owed.", ("promise",), self.counted.running)
        yield from self._rows("clock_late", "Promises that are overdue.", ("promise",), self.counted.late)
        yield from self._rows("timer_overdue", "Timers that should have fired.", (), (self.counted.timers,))
        yield GaugeMetricFamily(
            "mailgate_loop_lag_seconds", "Worst delay of the event loop in a minute.", self.vitals.lag.worst
        )
        events = "Events that the engine has decided since the start."
        yield CounterMetricFamily("mailgate_engine_events", events, self.vitals.events())
        silent = "Time since the engine was last seen at work or at rest."
        yield GaugeMetricFamily("mailgate_engine_silent_seconds", silent, self.vitals.pulse.silence())

        troubles = self.vitals.troubles()
        amiss = GaugeMetricFamily("mailgate_auditor_trouble", "1 where the auditor found trouble.", labels=["part"])
        for part in Part:
            amiss.add_metric([part.value], part in troubles)
        yield amiss
        if self.vitals.reloads is not None:
            yield from _read(self.vitals.reloads)

    def _rows(self, name: str, says: str, labels: tuple[str, ...], piles: tuple[Pile, ...]) -> Iterator[Metric]:
        rows = GaugeMetricFamily(f"mailgate_{name}_rows", says, labels=labels)
        age = GaugeMetricFamily(f"mailgate_{name}_oldest_seconds", f"{says} Age of the oldest.", labels=labels)
        for pile in piles:
            rows.add_metric(pile.labels, pile.rows)
            age.add_metric(pile.labels, (self.now - pile.since).total_seconds() if pile.since else 0.0)
        yield rows
        yield age


def _read(reloads: Reloads) -> Iterator[Metric]:
    now = reloads.reading
    yield GaugeMetricFamily(
        "mailgate_files_read_timestamp_seconds", "When the files were read that the desk goes by.", now.at.timestamp()
    )
    differ = "1 when the files on the disk are not those that the desk goes by."
    yield GaugeMetricFamily("mailgate_files_differ", differ, reloads.differs())
    refused = "1 when the last reload was refused, and the desk goes on as before."
    yield GaugeMetricFamily("mailgate_reload_refused", refused, bool(now.refused))
    waiting = "Keys of config.toml that wait for a restart."
    yield GaugeMetricFamily("mailgate_restart_waiting", waiting, len(now.waiting))
