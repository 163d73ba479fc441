"""Keeps what was promised: lease → send → settle, at least once, the same bytes and the same Message-ID each time.

A lane is a fixed number of workers, each with a relay session of its own; pages and bulk mail have separate lanes, so a
relay that hangs on a bulk mail holds up one bulk worker and no page (promise 5, invariant I23).

A lease outlives the longest attempt. Whoever settles with a fence that no longer holds changes nothing: somebody else
has taken the row over since, and one mail may then leave twice, never zero times.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar

import structlog

from mailgate.core.delivery import Deferred, Delivered, Delivery, Lane, Parcel, Refused, next_attempt
from mailgate.store import outbox
from mailgate.store.database import Database
from mailgate.store.outbox import Lease, Leased

log = structlog.get_logger()

ResultT = TypeVar("ResultT")

ATTEMPT_SECONDS = {Lane.PAGE: 60.0, Lane.BULK: 300.0}
"""The longest one attempt may take."""

LEASE = {Lane.PAGE: timedelta(minutes=2), Lane.BULK: timedelta(minutes=10)}
"""Well above the longest attempt: how long the rows of a node that died wait for another one."""

FAULT_PAUSE_SECONDS = 5.0
"""How long a worker rests when the database is in trouble, or anything else that it did not foresee."""

WORKERS = {Lane.PAGE: 4, Lane.BULK: 2}


class Relay(Protocol):
    """Hands one mail at a time to the next system."""

    async def send(self, parcel: Parcel) -> Delivery: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Means:
    """What sending needs: the database and the threads to use it in, the clock, a share of chance in [0, 1), a way to
    open a relay session, one to reach what is not mail, and whom to wake when a delivery failed for good."""

    database: Database
    threads: Executor
    clock: Callable[[], datetime]
    chance: Callable[[], float]
    open_relay: Callable[[], Relay]
    pager: Relay
    failed: Callable[[], None]
    owner: str


class Sender:
    """The workers of every lane. Lives in the event loop; the database is used in `Means.threads`."""

    def __init__(self, means: Means, workers: dict[Lane, int] | None = None) -> None:
        self._means = means
        self._wakes: list[asyncio.Event] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._workers = workers or WORKERS
        self._stopping = False

    def start(self) -> None:
        """Start the workers in the running loop."""
        for lane, count in self._workers.items():
            for _ in range(count):
                wake = asyncio.Event()
                self._wakes.append(wake)
                self._tasks.append(asyncio.create_task(self._serve(lane, wake), name=f"sender-{lane.value}"))

    def wake(self) -> None:
        """Something was promised, or a retry may be due."""
        for wake in self._wakes:
            wake.set()

    async def stop(self, grace_seconds: float) -> None:
        """Let the mails in flight be settled within the grace; what is cut off is leased again later."""
        self._stopping = True
        self.wake()
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=grace_seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _serve(self, lane: Lane, wake: asyncio.Event) -> None:
        relay = self._means.open_relay()
        try:
            while not self._stopping:
                await self._drain(lane, relay)
                if not self._stopping:
                    await wake.wait()
                    wake.clear()
        finally:
            await relay.close()

    async def _drain(self, lane: Lane, relay: Relay) -> None:
        """Send until the lane has nothing due."""
        while not self._stopping:
            try:
                leased = await self._lease(lane)
                if leased is None:
                    return
                result = await self._attempt(leased, relay)
                await self._settle(leased, result)
            except Exception:  # whatever it is, a worker that ends would be missing in its lane until the next start
                log.exception("sender.failed", lane=lane.value)
                await asyncio.sleep(FAULT_PAUSE_SECONDS)

    async def _attempt(self, leased: Leased, relay: Relay) -> Delivery:
        way, patience = relay if leased.parcel.by_mail else self._means.pager, ATTEMPT_SECONDS[leased.lane]
        try:
            return await asyncio.wait_for(way.send(leased.parcel), patience)
        except TimeoutError:
            return Deferred(f"no answer within {patience:.0f} s")
        except Exception as error:
            log.exception("sender.attempt_failed", outbox=leased.parcel.outbox_id)
            return Deferred(f"{type(error).__name__}: {error}")

    async def _lease(self, lane: Lane) -> Leased | None:
        return await self._in_thread(partial(_lease_one, self._means, lane))

    async def _settle(self, leased: Leased, result: Delivery) -> None:
        await self._in_thread(partial(_settle_one, self._means, leased, result))
        self._report(leased, result)

    async def _in_thread(self, call: Callable[[], ResultT]) -> ResultT:
        return await asyncio.get_running_loop().run_in_executor(self._means.threads, call)

    def _report(self, leased: Leased, result: Delivery) -> None:
        where = {"outbox": leased.parcel.outbox_id, "kind": leased.template, "attempts": leased.attempts}
        match result:
            case Delivered():
                log.info("mail.sent", **where)
            case Deferred(reason):
                log.warning("mail.deferred", reason=reason, **where)
            case Refused(reason):
                log.warning("mail.refused", reason=reason, **where)
                self._means.failed()


def _lease_one(means: Means, lane: Lane) -> Leased | None:
    now = means.clock()
    with means.database.write() as tx:
        leased = outbox.lease(tx, Lease(lane, 1, means.owner, now + LEASE[lane]), now)
    return leased[0] if leased else None


def _settle_one(means: Means, leased: Leased, result: Delivery) -> None:
    now = means.clock()
    again = None
    if isinstance(result, Deferred):
        again = next_attempt(leased.lane, leased.attempts, leased.promised_at, means.chance(), now)
        again = again and max(again, now + timedelta(seconds=result.wait))
    with means.database.write() as tx:
        outbox.settle(tx, leased, result, again, now)
    if isinstance(result, Deferred) and again is None:
        means.failed()
