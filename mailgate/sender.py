"""Keeps what was promised: lease → send → settle, at least once, the same bytes and the same Message-ID each time.

    Tray (a lane's) ──a batch, one commit──▶ workers, each with a relay session ──▶ Settler ──a group, one commit──▶

A lane is a fixed number of workers; pages and bulk mail have separate lanes, so a relay that hangs on a bulk mail holds
up one bulk worker and no page (promise 5, invariant I23). A batch is leased for the lane and not for a worker: while
one of them hangs, the others take what lies in the tray, and what nobody took in time goes back for another node.

A lease outlives the longest attempt and the time in the tray. Whoever settles with a fence that no longer holds changes
nothing: somebody else has taken the row over since, and one mail may then leave twice, never zero times. What left and
is not yet settled leaves twice if we die now: at most a few mails a worker (AHEAD).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar

import structlog

from mailgate.core.delivery import Deferred, Delivered, Delivery, Lane, Parcel, Refused, next_attempt
from mailgate.store import outbox
from mailgate.store.database import Database
from mailgate.store.outbox import Lease, Leased
from mailgate.tray import Tray

log = structlog.get_logger()

ResultT = TypeVar("ResultT")

ATTEMPT_SECONDS = {Lane.PAGE: 60.0, Lane.BULK: 300.0}
"""The longest one attempt may take."""

TRAY_SECONDS = 5.0
"""How long what was leased may wait for a worker, unless the lease leaves less for it."""

LEASE = {Lane.PAGE: timedelta(minutes=2, seconds=TRAY_SECONDS), Lane.BULK: timedelta(minutes=10)}
"""Above the longest attempt and the time in the tray by a minute and more: how long the rows of a node that died wait
for another one."""

BATCH = 16
"""How many rows are leased at once."""

FAULT_PAUSE_SECONDS = 5.0
"""How long a worker rests when the database is in trouble, or anything else that it did not foresee."""

WORKERS = {Lane.PAGE: 4, Lane.BULK: 4}

AHEAD = 1
"""How many mails of one worker may have left without being settled: a commit may have to wait for others."""

UNDER_WAY = (AHEAD + 1) * sum(WORKERS.values())
"""As many mails may be on their way to the relay at a moment, and leave twice when something breaks then."""

NOBODY_FREE = Deferred("every worker was busy")


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


@dataclass(frozen=True, slots=True)
class Ended:
    """How an attempt ended, and who waits until that is written down. What `was_tried` not at all is due at once."""

    leased: Leased
    result: Delivery
    was_tried: bool = True
    settled: asyncio.Event = field(default_factory=asyncio.Event)


class Line:
    """What a lane works with: its tray, how long things may lie there (in seconds), and what waits to be settled."""

    def __init__(self, lane: Lane, lease: Callable[[], Awaitable[Sequence[Leased]]]) -> None:
        spare = LEASE[lane].total_seconds() - ATTEMPT_SECONDS[lane]
        self.lane = lane
        self.patience = max(0.1, min(TRAY_SECONDS, spare / 2))
        self.tray = Tray(lease, BATCH, self.patience)
        self.ended: asyncio.Queue[Ended | None] = asyncio.Queue()

    def give_back(self) -> None:
        """What nobody began in time is due again, here and for other nodes."""
        if left := self.tray.left():
            log.warning("sender.busy", lane=self.lane.value, given_back=len(left))
            for leased in left:
                self.ended.put_nowait(Ended(leased, NOBODY_FREE, was_tried=False))

    async def waiting(self) -> Sequence[Ended]:
        """Everything that waits to be settled, once there is something; nothing when that was all."""
        group = [await self.ended.get()]
        while not self.ended.empty() and group[-1] is not None:
            group.append(self.ended.get_nowait())
        if group[-1] is None and len(group) > 1:
            self.ended.put_nowait(None)
        return [one for one in group if one is not None]


class Sender:
    """The workers of every lane. Lives in the event loop; the database is used in `Means.threads`."""

    def __init__(self, means: Means, workers: dict[Lane, int] | None = None) -> None:
        self._means = means
        self._numbers = workers or WORKERS
        self._lines = {lane: Line(lane, partial(self._lease, lane)) for lane in self._numbers}
        self._workers: list[asyncio.Task[None]] = []
        self._settlers: list[asyncio.Task[None]] = []
        self._tidiers: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start the workers in the running loop."""
        for lane, line in self._lines.items():
            name = f"sender-{lane.value}"
            for _ in range(self._numbers[lane]):
                self._workers.append(asyncio.create_task(self._serve(line), name=name))
            self._settlers.append(asyncio.create_task(self._settle_all(line), name=name))
            self._tidiers.append(asyncio.create_task(_tidy(line), name=name))

    def wake(self) -> None:
        """Something was promised, or a retry may be due."""
        for line in self._lines.values():
            line.tray.call()

    async def stop(self, grace_seconds: float) -> None:
        """Let the mails in flight be settled within the grace; what is cut off is leased again later."""
        if not self._workers:
            return
        until = asyncio.get_running_loop().time() + grace_seconds
        for line in self._lines.values():
            line.tray.close()
        await asyncio.wait(self._workers, timeout=grace_seconds)
        for line in self._lines.values():
            line.give_back()
            line.ended.put_nowait(None)
        await asyncio.wait(self._settlers, timeout=max(0.1, until - asyncio.get_running_loop().time()))
        tasks = (*self._workers, *self._settlers, *self._tidiers)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, line: Line) -> None:
        relay, unsettled = self._means.open_relay(), deque[asyncio.Task[None]]()
        try:
            while (leased := await self._next(line)) is not None:
                result = await self._attempt(leased, relay)
                unsettled.append(asyncio.create_task(self._settle(leased, result)))
                if len(unsettled) > AHEAD:
                    await unsettled.popleft()
            await asyncio.gather(*unsettled)
        finally:
            for task in unsettled:
                task.cancel()
            await relay.close()

    async def _next(self, line: Line) -> Leased | None:
        while True:
            try:
                return await line.tray.next()
            except Exception:  # whatever it is, a worker that ends would be missing in its lane until the next start
                log.exception("sender.failed", lane=line.lane.value)
                await asyncio.sleep(FAULT_PAUSE_SECONDS)

    async def _attempt(self, leased: Leased, relay: Relay) -> Delivery:
        way, patience = relay if leased.parcel.by_mail else self._means.pager, ATTEMPT_SECONDS[leased.lane]
        try:
            async with asyncio.timeout(patience):
                return await way.send(leased.parcel)
        except TimeoutError:
            return Deferred(f"no answer within {patience:.0f} s")
        except Exception as error:
            log.exception("sender.attempt_failed", outbox=leased.parcel.outbox_id)
            return Deferred(f"{type(error).__name__}: {error}")

    async def _settle(self, leased: Leased, result: Delivery) -> None:
        """Together with whatever else waits for it."""
        ended = Ended(leased, result)
        self._lines[leased.lane].ended.put_nowait(ended)
        await ended.settled.wait()

    async def _settle_all(self, line: Line) -> None:
        while group := await line.waiting():
            await self._write(line, group)

    async def _write(self, line: Line, group: Sequence[Ended]) -> None:
        """What breaks its group is tried alone; when that fails, too, its row comes back after its lease."""
        try:
            await self._in_thread(partial(_settle_group, self._means, group))
            self._report(line, group)
        except Exception:
            log.exception("sender.failed", lane=line.lane.value, outbox=[one.leased.parcel.outbox_id for one in group])
            for one in group if len(group) > 1 else ():
                await self._write(line, [one])
            if len(group) == 1:
                await asyncio.sleep(FAULT_PAUSE_SECONDS)
        for one in group:
            one.settled.set()

    async def _lease(self, lane: Lane) -> Sequence[Leased]:
        return await self._in_thread(partial(_lease_batch, self._means, lane))

    async def _in_thread(self, call: Callable[[], ResultT]) -> ResultT:
        return await asyncio.get_running_loop().run_in_executor(self._means.threads, call)

    def _report(self, line: Line, group: Sequence[Ended]) -> None:
        tried = [one for one in group if one.was_tried]
        for one in tried:
            _report(one)
        if len(tried) < len(group):
            line.tray.call()
        if any(isinstance(one.result, Refused) for one in tried):
            self._means.failed()


async def _tidy(line: Line) -> None:
    """What lies in the tray while every worker hangs goes back."""
    while True:
        await asyncio.sleep(line.patience / 2)
        line.give_back()


def _report(ended: Ended) -> None:
    leased = ended.leased
    where = {"outbox": leased.parcel.outbox_id, "kind": leased.template, "attempts": leased.attempts}
    match ended.result:
        case Delivered():
            log.info("mail.sent", **where)
        case Deferred(reason):
            log.warning("mail.deferred", reason=reason, **where)
        case Refused(reason):
            log.warning("mail.refused", reason=reason, **where)


def _lease_batch(means: Means, lane: Lane) -> Sequence[Leased]:
    now = means.clock()
    with means.database.write() as tx:
        return outbox.lease(tx, Lease(lane, BATCH, means.owner, now + LEASE[lane]), now)


def _settle_group(means: Means, group: Sequence[Ended]) -> None:
    now = means.clock()
    departed = [one.leased for one in group if isinstance(one.result, Delivered)]
    others = [(one, _again(means, one, now)) for one in group if not isinstance(one.result, Delivered)]
    with means.database.write() as tx:
        outbox.sent(tx, departed, now)
        for one, again in others:
            outbox.settle(tx, one.leased, one.result, again, now)
    if any(isinstance(one.result, Deferred) and again is None for one, again in others):
        means.failed()


def _again(means: Means, ended: Ended, now: datetime) -> datetime | None:
    """When a deferred mail is tried again; None for never."""
    if not isinstance(ended.result, Deferred):
        return None
    if not ended.was_tried:
        return now
    leased = ended.leased
    again = next_attempt(leased.lane, leased.attempts, leased.promised_at, means.chance(), now)
    return again and max(again, now + timedelta(seconds=ended.result.wait))
