"""The sender's workers: a lane never has fewer of them than it started with."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from mailgate import sender
from mailgate.core import delivery
from mailgate.core.delivery import Deferred, Delivered, Delivery, Lane, Parcel, more_seconds
from mailgate.sender import Means, Sender
from mailgate.store import outbox, query
from mailgate.store.columns import OutboxState
from mailgate.store.database import Tx
from mailgate.store.outbox import Leased
from mailgate.store.tables import OutboxRow
from tests.flow.desk import Letter, LiveDesk, live_desk


@dataclass
class Relay:
    """Defers the first mail, takes the others, and says when it has taken `wanted`; counts how often it was closed."""

    wanted: int
    asked: int = 0
    taken: int = 0
    closed: int = 0
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, parcel: Parcel) -> Delivery:
        self.asked += 1
        if self.asked == 1:
            return Deferred("not now")
        self.taken += 1
        if self.taken == self.wanted:
            self.enough.set()
        return Delivered()

    async def close(self) -> None:
        self.closed += 1


class Unforeseen(Exception):
    """Nobody expected it."""


@dataclass
class Busy(Relay):
    """Asks every page to wait for 200 seconds."""

    async def send(self, parcel: Parcel) -> Delivery:
        self.enough.set()
        return Deferred("429 too many", 200.0)


def no_chance() -> float:
    """The retry of the deferred mail cannot be worked out."""
    raise Unforeseen


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[LiveDesk]:
    """A desk that promised one acknowledgement and three technicians' mails and pages; nothing has left."""
    with live_desk(tmp_path / "site") as running:
        running.accept(Letter("Bonjour").raw(1), "chef@acme.example", "support-urgent@example.com")
        running.decide()
        yield running


async def send_pages(
    desk: LiveDesk, relay: Relay, chance: Callable[[], float] = no_chance, workers: int = 1, grace: float = 1
) -> None:
    """So many workers send until the relay has enough, for five seconds at most."""
    with ThreadPoolExecutor(1) as threads:
        means = Means(desk.database, threads, lambda: desk.now, chance, lambda: relay, relay, lambda: None, "test")
        running = Sender(means, {Lane.PAGE: workers})
        running.start()
        async with asyncio.timeout(5):
            await relay.enough.wait()
        await running.stop(grace)


@dataclass
class Hanging(Relay):
    """Never answers the first, takes the others."""

    async def send(self, parcel: Parcel) -> Delivery:
        self.asked += 1
        if self.asked == 1:
            await asyncio.sleep(3600)
        self.taken += 1
        if self.taken == self.wanted:
            self.enough.set()
        return Delivered()


@dataclass
class Together(Relay):
    """Answers nobody before all are there."""

    async def send(self, parcel: Parcel) -> Delivery:
        self.asked += 1
        if self.asked == self.wanted:
            self.enough.set()
        await self.enough.wait()
        return Delivered()


@dataclass
class Slow(Relay):
    """Takes half a second for what is heavy."""

    async def send(self, parcel: Parcel) -> Delivery:
        await asyncio.sleep(0.5 if more_seconds(parcel) else 0)
        self.taken += 1
        if self.taken == self.wanted:
            self.enough.set()
        return Delivered()


def states(desk: LiveDesk) -> Counter[str]:
    """How many pages are in which state."""
    with desk.database.read() as tx:
        return Counter(tx.exec(select(OutboxRow.state).where(OutboxRow.lane == Lane.PAGE)))


def test_a_worker_survives_what_nobody_foresaw(desk: LiveDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that dies is noticed by nobody: the daemon goes on accepting, and pages wait until its next start."""
    monkeypatch.setattr(sender, "FAULT_PAUSE_SECONDS", 0.01)
    relay = Relay(wanted=5)
    asyncio.run(send_pages(desk, relay))
    assert (relay.asked, relay.taken) == (6, 5)


def test_what_was_taken_is_noted_once_the_database_is_well(desk: LiveDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Left to its lease, a page would come again minutes later although its reader has it."""
    faults, settle = [OperationalError("UPDATE outbox", None, Exception("disk I/O error"))] * 4, outbox.sent

    def sent(tx: Tx, several: Sequence[Leased], now: datetime) -> int:
        if several and faults:
            raise faults.pop()
        return settle(tx, several, now)

    monkeypatch.setattr(sender, "FAULT_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(outbox, "sent", sent)
    asyncio.run(send_pages(desk, Together(wanted=6), workers=6))
    assert not faults
    assert states(desk) == {OutboxState.SENT: 6}


def test_a_channel_that_asks_for_a_pause_gets_it(desk: LiveDesk) -> None:
    """F22: asked again in 15 seconds, a gateway that said 429 would say it for ever."""
    asyncio.run(send_pages(desk, Busy(wanted=1), lambda: 0.0))
    with desk.database.read() as tx:
        tried = [row for row in query.outbox(tx) if row.last_error == "429 too many"]
    assert tried
    assert all(row.next_attempt_at == desk.now + timedelta(seconds=200) for row in tried)


def test_who_hangs_keeps_nothing_from_the_others(desk: LiveDesk) -> None:
    """What was leased together is not one worker's: a gateway that hangs holds up one page, not a batch of them."""
    asyncio.run(send_pages(desk, Hanging(wanted=5), workers=2, grace=0.1))
    assert states(desk) == {OutboxState.SENT: 5, OutboxState.LEASED: 1}


def test_what_nobody_could_begin_is_due_again(desk: LiveDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """All workers hang: another node may have better luck, long before the lease ends."""
    monkeypatch.setattr(sender, "TRAY_SECONDS", 0.1)
    relay = Hanging(wanted=1)

    async def later() -> None:
        sending = asyncio.create_task(send_pages(desk, relay, grace=0.1))
        async with asyncio.timeout(5):
            while states(desk)[OutboxState.PROMISED] != 5:  # noqa: ASYNC110  # it is the table that changes
                await asyncio.sleep(0.05)
        relay.enough.set()
        await sending

    asyncio.run(later())
    assert states(desk) == {OutboxState.PROMISED: 5, OutboxState.LEASED: 1}


def test_a_heavy_mail_has_time_for_its_size(desk: LiveDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A customer's files on their way to a technician: on a line of one megabit, 10 MB take longer than a minute."""
    monkeypatch.setattr(delivery, "HEAVY", 1000)
    monkeypatch.setattr(delivery, "SLOWEST", 1000)
    monkeypatch.setitem(sender.ATTEMPT_SECONDS, Lane.PAGE, 0.1)
    asyncio.run(send_pages(desk, Slow(wanted=6), workers=6))
    assert states(desk) == {OutboxState.SENT: 6}


def test_heavy_mails_leave_a_worker_to_the_others(desk: LiveDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The technicians' mails with a customer's files fill the line; a text message goes another way, and at once."""
    monkeypatch.setattr(delivery, "HEAVY", 1000)
    asyncio.run(send_pages(desk, Slow(wanted=3), workers=2, grace=0.1))
    assert states(desk) == {OutboxState.SENT: 3, OutboxState.LEASED: 1, OutboxState.PROMISED: 2}
    with desk.database.read() as tx:
        waiting = [row.next_attempt_at for row in query.outbox(tx) if row.last_error]
    assert waiting == [desk.now + timedelta(seconds=30)] * 2


def test_what_was_taken_is_noted_while_the_daemon_stops(desk: LiveDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database was busy for a moment: at the next start, everybody would be paged once more."""
    faults, settle = [OperationalError("UPDATE outbox", None, Exception("database is locked"))] * 3, outbox.sent

    def sent(tx: Tx, several: Sequence[Leased], now: datetime) -> int:
        if several and faults:
            raise faults.pop()
        return settle(tx, several, now)

    monkeypatch.setattr(outbox, "sent", sent)
    asyncio.run(send_pages(desk, Together(wanted=6), workers=6, grace=3))
    assert states(desk) == {OutboxState.SENT: 6}


def test_whoever_stops_closes_the_ways_to_the_pagers(desk: LiveDesk) -> None:
    """A worker's relay and the pagers: else a gateway keeps a connection that nobody uses any more."""
    relay = Together(wanted=6)
    asyncio.run(send_pages(desk, relay, workers=6))
    assert relay.closed == 6 + 1


@contextmanager
def counted_commits() -> Iterator[list[object]]:
    """Every commit meanwhile."""
    commits: list[object] = []
    noted = commits.append
    event.listen(Engine, "commit", noted)
    try:
        yield commits
    finally:
        event.remove(Engine, "commit", noted)


def test_pages_that_leave_together_share_commits(desk: LiveDesk) -> None:
    """Two for each would be twelve, and each waits for the disk."""
    with counted_commits() as commits:
        asyncio.run(send_pages(desk, Together(wanted=6), workers=6))
    assert states(desk) == {OutboxState.SENT: 6}
    assert len(commits) <= 4


def test_what_ended_is_settled_with_the_next_lease(desk: LiveDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three leases, five mails and one that is given back are nine transactions, when each is one of its own."""
    monkeypatch.setattr(sender, "BATCH", 2)
    with counted_commits() as commits:
        asyncio.run(send_pages(desk, Relay(wanted=5), lambda: 0.0))
    assert states(desk) == {OutboxState.SENT: 5, OutboxState.PROMISED: 1}
    assert len(commits) == 7
