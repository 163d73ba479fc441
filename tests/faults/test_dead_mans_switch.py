"""The dead man's switch: whatever dies without a sound, the heart is not heard any more (hazards F43, I24).

Each test hears the heart first, then breaks one thing, then hears nothing, and where that can be mended hears it again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlalchemy import Engine as SqlEngine

from mailgate import engine
from mailgate.core.audit import Part
from mailgate.store import query
from mailgate.store.query import overdue
from tests.edge.imap_servers import scripted_imap
from tests.faults.watched import HURRY, Watched, told, watched
from tests.flow.process import eventually

IMAP = """
[[imap]]
host = "127.0.0.1"
port = {port}
user = "support@example.com"
password_env = "MAILGATE_TEST_PASSWORD"
tls = "none"
poll_seconds = 1
"""
EMPTY_FOLDER = {"SELECT": ("* 0 EXISTS", "* OK [UIDVALIDITY 7] x", "* OK [UIDNEXT 6] x"), "UID SEARCH": ("* SEARCH",)}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Watched]:
    """All is well."""
    with watched(tmp_path / "site") as one:
        yield one


def test_all_is_well_while_mails_come_and_go(desk: Watched) -> None:
    """Work is no trouble: the heart is heard before, meanwhile and afterwards."""
    for number in range(3):
        desk.write(f"Panne {number}")
    assert desk.is_heard()
    eventually(lambda: len(desk.sink.taken) == 3 * 7)
    assert desk.is_heard()


def test_an_engine_that_hangs_stops_the_heart(desk: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the middle of a decision: everything else goes on as if nothing were wrong."""
    step, released = engine.step, threading.Event()

    def hangs(*given: Any) -> Any:
        released.wait(60)
        return step(*given)

    monkeypatch.setattr(engine, "step", hangs)
    desk.write()
    assert desk.falls_silent(Part.ENGINE)
    released.set()
    assert desk.is_heard()


def test_a_sender_that_is_stuck_stops_the_heart(desk: Watched) -> None:
    """All its threads hang, so no promise is taken any more; it was decided all the same."""
    released = threading.Event()
    for _ in range(4):
        desk.desk.threads.submit(released.wait, 60)
    desk.write()
    assert desk.falls_silent(Part.SENDER)
    released.set()
    assert desk.is_heard()


def test_a_scheduler_that_is_dead_stops_the_heart(desk: Watched) -> None:
    """Nobody would wake the engine for a timer any more."""
    desk.in_loop(desk.desk.metronome.stop)
    assert desk.falls_silent(Part.SCHEDULER)
    desk.in_loop(desk.desk.metronome.start)


def test_an_event_loop_that_hangs_stops_the_heart(desk: Watched) -> None:
    """The doors are open, and nobody answers there."""
    released = threading.Event()
    desk.in_loop(lambda: released.wait(60))
    assert desk.falls_silent(Part.LOOP)
    released.set()
    assert desk.is_heard()


def test_a_database_that_is_read_only_stops_the_heart(desk: Watched) -> None:
    """Nothing waits in it, and yet no mail could be accepted."""
    with writing_nothing():
        assert desk.falls_silent(Part.DATABASE)
    assert desk.is_heard()
    eventually(lambda: "La base de données n’accepte plus rien" in told(desk))


def test_a_relay_that_hangs_on_every_mail_stops_the_heart(desk: Watched) -> None:
    """It lets us in, and then never answers: the technicians of this ticket know nothing."""
    desk.sink.hangs_on = frozenset(everybody(desk))
    desk.write()
    assert desk.falls_silent(Part.PAGES)


def test_a_relay_that_is_gone_stops_the_heart_before_any_mail_waits(desk: Watched) -> None:
    """In a quiet night nobody would learn of it before the first urgent mail."""
    desk.sink.is_gone = True
    assert desk.falls_silent(Part.RELAY)
    with desk.database.read() as tx:
        assert {(one.kind, one.to) for one in query.outbox(tx)} <= {("notice", "admin@example.com")}


def test_a_relay_that_says_nothing_stops_the_heart(desk: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """A black hole: it takes the connection, and that was all."""
    monkeypatch.setattr("mailgate.daemon.looks.LONGEST_VISIT", 0.5)
    desk.sink.is_deaf = True
    assert desk.falls_silent(Part.RELAY)
    desk.sink.is_deaf = False
    assert desk.is_heard()


def test_a_relay_that_takes_mail_and_loses_it_stops_the_heart(tmp_path: Path) -> None:
    """The politest black hole: found out by a mail to the desk itself that does not come back."""
    with watched(tmp_path / "site", beat="round_trip = true") as desk:
        desk.sink.hands_back = desk.port
        time.sleep(HURRY.back)
        assert desk.is_heard()
        desk.sink.hands_back = None
        assert desk.falls_silent(Part.RELAY)
        desk.sink.hands_back = desk.port
        assert desk.is_heard()
        with desk.database.read() as tx:
            assert query.inbox(tx) == ()
            assert overdue.newest_entry(tx) is None


def test_a_mailbox_that_is_silently_dead_stops_the_heart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection stands, and the server never says another word."""
    monkeypatch.setenv("MAILGATE_TEST_PASSWORD", "x")
    with scripted_imap(EMPTY_FOLDER) as server, watched(tmp_path / "site", IMAP.format(port=server.port)) as desk:
        assert desk.is_heard()
        assert server.commands("SELECT")
        server.is_mute = True
        assert desk.falls_silent(Part.IMAP)


def test_a_person_who_is_reached_another_way_is_reached(desk: Watched) -> None:
    """One dead channel of somebody is no reason to wake whoever watches the desk."""
    desk.sink.hangs_on = frozenset(one for one in everybody(desk) if "pager" in one)
    desk.write()
    eventually(lambda: len(desk.sink.taken) == 4)
    time.sleep(2)
    assert desk.verdict.is_well
    assert desk.is_heard()


def everybody(desk: Watched) -> Iterator[str]:
    """Every address that gets a mail for a ticket."""
    yield "chef@acme.example"
    for one in desk.loaded.policy.technicians.values():
        yield from (*one.mails, *(pager.target for pager in one.pagers))


@contextmanager
def writing_nothing() -> Iterator[None]:
    """Every transaction of every connection can only read, as on a disk that was remounted read-only."""

    def forbid(connection: Connection) -> None:
        if not connection.exec_driver_sql("PRAGMA query_only").scalar():
            connection.exec_driver_sql("PRAGMA query_only=ON")
            connection.info["forbidden"] = True

    def allow(connection: Connection) -> None:
        if connection.info.pop("forbidden", False):
            connection.exec_driver_sql("PRAGMA query_only=OFF")

    for name, listener in (("rollback", allow), ("commit", allow), ("begin", forbid)):
        event.listen(SqlEngine, name, listener)
    try:
        yield
    finally:
        event.remove(SqlEngine, "begin", forbid)
        time.sleep(0.5)  # for the transactions that are under way
        for name in ("rollback", "commit"):
            event.remove(SqlEngine, name, allow)
