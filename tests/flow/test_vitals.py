"""What `/health` says: well, or what is not."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailgate.core.audit import Part, Trouble, Verdict
from mailgate.core.effects import SetTimer
from mailgate.daemon.lag import LoopLag
from mailgate.daemon.vitals import Vitals
from mailgate.edge.web_app import Health
from mailgate.store.apply import apply_all
from tests.builders import NOW
from tests.flow.desk import Letter, LiveDesk
from tests.store.desk import Writer


@dataclass
class Engine:
    """Was seen `silent` seconds ago."""

    silent: float = 0.0

    def silence(self) -> float:
        return self.silent


@dataclass
class Auditor:
    """Found `troubles`."""

    troubles: tuple[Trouble, ...] = ()

    @property
    def verdict(self) -> Verdict:
        return Verdict(NOW, self.troubles, None)


def vitals(desk: LiveDesk, silent: float = 0.0, *troubles: Trouble) -> Vitals:
    """The daemon of a desk."""
    return Vitals(desk.database, lambda: desk.now, LoopLag(), Engine(silent), lambda: 7, Auditor(troubles))


def wrong(health: Health) -> dict[str, str]:
    return {name: found for name, found in health.checks if found != "ok"}


def test_a_desk_at_rest_is_well(desk: LiveDesk) -> None:
    """Also with a request in hand whose clock runs."""
    desk.write(Letter("Panne"))
    assert vitals(desk).health().ok


def test_a_mail_that_nobody_decides_is_not_well(desk: LiveDesk) -> None:
    """After five minutes; the word names no mail."""
    desk.accept(Letter("Panne").raw(1), "chef@acme.example", "support-urgent@example.com")
    assert vitals(desk).health().ok
    desk.now = NOW.replace(minute=6)
    assert wrong(vitals(desk).health()) == {"inbox": "the oldest waits for 6 min"}


def test_a_page_that_does_not_leave_is_not_well(desk: LiveDesk) -> None:
    """Nobody is woken."""
    desk.accept(Letter("Panne").raw(1), "chef@acme.example", "support-urgent@example.com")
    desk.decide()
    desk.now = NOW.replace(minute=6)
    assert set(wrong(vitals(desk).health())) == {"pages"}


def test_a_timer_that_does_not_fire_is_not_well(desk: LiveDesk) -> None:
    """The engine is late."""
    with desk.database.write() as tx:
        apply_all(tx, Writer(), (SetTimer(None, "report", NOW),), "inbox-1", NOW)
    desk.now = NOW.replace(minute=6)
    assert set(wrong(vitals(desk).health())) == {"timers"}


def test_a_silent_engine_is_not_well(desk: LiveDesk) -> None:
    """It looks for work every second."""
    assert vitals(desk, 59).health().ok
    assert wrong(vitals(desk, 61).health()) == {"engine": "silent for 61 s"}


def test_the_auditors_verdict_counts(desk: LiveDesk) -> None:
    """By its parts: its sentences may name a mailbox."""
    told = vitals(desk, 0.0, Trouble(Part.RELAY, "relay.example.com refuses"), Trouble(Part.IMAP, "u@imap.example.com"))
    assert wrong(told.health()) == {"auditor": "imap, relay"}
    numbers = told.metrics().decode()
    assert 'mailgate_auditor_trouble{part="relay"} 1.0' in numbers
    assert 'mailgate_auditor_trouble{part="engine"} 0.0' in numbers
    assert "mailgate_engine_events_total 7.0" in numbers


def test_a_database_that_cannot_be_read_is_not_well(desk: LiveDesk, tmp_path: Path) -> None:
    """Said in a word: the driver's own may hold a path or a name."""
    with desk.database.write() as tx:
        tx.connection().exec_driver_sql("ALTER TABLE timer RENAME TO gone")
    assert wrong(vitals(desk).health()) == {"database": "cannot be read"}
    with desk.database.write() as tx:
        tx.connection().exec_driver_sql("ALTER TABLE gone RENAME TO timer")


def test_a_loop_that_was_held_up_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever blocked it: everybody else waited."""
    monkeypatch.setattr("mailgate.daemon.lag.BEAT_SECONDS", 0.05)

    async def held_up() -> float:
        lag = LoopLag()
        beating = asyncio.create_task(lag.beat())
        await asyncio.sleep(0)
        time.sleep(0.4)  # noqa: ASYNC251 - this is what must not happen
        await asyncio.sleep(0.1)
        beating.cancel()
        return lag.worst

    assert asyncio.run(held_up()) > 0.3
