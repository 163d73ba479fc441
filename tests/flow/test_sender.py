"""The sender's workers: a lane never has fewer of them than it started with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from mailgate import sender
from mailgate.core.delivery import Deferred, Delivered, Delivery, Lane, Parcel
from mailgate.sender import Means, Sender
from mailgate.store import query
from tests.flow.desk import Letter, LiveDesk, live_desk


@dataclass
class Relay:
    """Defers the first mail, takes the others, and says when it has taken `wanted`."""

    wanted: int
    asked: int = 0
    taken: int = 0
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
        """Nothing is open."""


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


async def send_pages(desk: LiveDesk, relay: Relay, chance: Callable[[], float] = no_chance) -> None:
    """One worker sends until the relay has enough, for five seconds at most."""
    with ThreadPoolExecutor(1) as threads:
        means = Means(desk.database, threads, lambda: desk.now, chance, lambda: relay, relay, lambda: None, "test")
        running = Sender(means, {Lane.PAGE: 1})
        running.start()
        async with asyncio.timeout(5):
            await relay.enough.wait()
        await running.stop(1)


def test_a_worker_survives_what_nobody_foresaw(desk: LiveDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that dies is noticed by nobody: the daemon goes on accepting, and pages wait until its next start."""
    monkeypatch.setattr(sender, "FAULT_PAUSE_SECONDS", 0.01)
    relay = Relay(wanted=5)
    asyncio.run(send_pages(desk, relay))
    assert (relay.asked, relay.taken) == (6, 5)


def test_a_channel_that_asks_for_a_pause_gets_it(desk: LiveDesk) -> None:
    """F22: asked again in 15 seconds, a gateway that said 429 would say it for ever."""
    asyncio.run(send_pages(desk, Busy(wanted=1), lambda: 0.0))
    with desk.database.read() as tx:
        tried = [row for row in query.outbox(tx) if row.last_error == "429 too many"]
    assert tried
    assert all(row.next_attempt_at == desk.now + timedelta(seconds=200) for row in tried)
