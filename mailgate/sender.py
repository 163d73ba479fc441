"""Keeps what was promised: lease → send → settle, at least once, the same bytes and the same Message-ID each time.

    Tray (a lane's) ──▶ workers, each with a relay session ──what ended──▶ GroupCommit (one for all) ──a batch──▶ Tray

A lane is a fixed number of workers; pages and bulk mail have separate lanes, so a relay that hangs on a bulk mail holds
up one bulk worker and no page (promise 5, invariant I23). A batch is leased for the lane and not for a worker: while
one of them hangs, the others take what lies in the tray, and what nobody took in time goes back for another node. Heavy
mails take long on a slow line, and never have all workers of a lane: no short page waits behind a customer's files.

A lease outlives the longest attempt and the time in the tray. Whoever settles with a fence that no longer holds changes
nothing: somebody else has taken the row over since, and one mail may then leave twice, never zero times. What left and
is not yet settled leaves twice if we die now: at most one mail a worker, for none sends the next before that. So there
are few of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import structlog

from mailgate.core.delivery import Deferred, Delivered, Delivery, Lane, Parcel, Refused, more_seconds, next_attempt
from mailgate.group_commit import GroupCommit
from mailgate.store import claims, outbox
from mailgate.store.database import DATABASE_FAULTS, Database, Tx
from mailgate.store.outbox import Lease, Leased
from mailgate.tray import ROOM_SECONDS, Line, Tray

log = structlog.get_logger()

ATTEMPT_SECONDS = {Lane.PAGE: 60.0, Lane.BULK: 900.0}
"""The longest one attempt may take, unless the mail is heavy."""

TRAY_SECONDS = 5.0
"""How long what was leased may wait for a worker, unless the lease leaves less for it."""

LEASE = {Lane.PAGE: timedelta(minutes=2, seconds=TRAY_SECONDS), Lane.BULK: timedelta(minutes=20)}
"""Above the longest attempt and the time in the tray by a minute and more, and longer for heavy mails: until then, the
rows of a node that died wait for another one."""

BATCH = 16
"""How many rows are leased at once."""

FAULT_PAUSE_SECONDS, LAST_PAUSE_SECONDS = 5.0, 0.2
"""How long a worker rests when the database is in trouble or anything else happened unforeseen, and while it stops."""

WORKERS = {Lane.PAGE: 3, Lane.BULK: 3}

COMPANY_SECONDS = 0.005
"""How long what left waits to be settled together with others, or with the next lease, while somebody is at work. A
transaction costs as much as sending some mails."""

UNDER_WAY = sum(WORKERS.values())
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
    """How an attempt ended, and when the mail is tried `again` if it was deferred; None for never."""

    leased: Leased
    result: Delivery
    again: datetime | None

    @property
    def has_failed(self) -> bool:
        """For good."""
        return isinstance(self.result, Refused) or (isinstance(self.result, Deferred) and self.again is None)


@dataclass(slots=True)
class Asked:
    """A tray is empty; `leased` is what there was for it, once that is written."""

    lane: Lane
    leased: Sequence[Leased] = ()


class Sender:
    """The workers of every lane. Lives in the event loop; the database is used in `Means.threads`."""

    def __init__(self, means: Means, workers: dict[Lane, int] | None = None) -> None:
        self._means = means
        self._numbers = workers or WORKERS
        self._lines = {lane: self._line(lane) for lane in self._numbers}
        self._commits = GroupCommit(means.database, means.threads, partial(_write, means), COMPANY_SECONDS)
        self._workers, self._tidiers = list[asyncio.Task[None]](), list[asyncio.Task[None]]()
        self._given_back: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()

    def start(self) -> None:
        """Start the workers in the running loop."""
        for lane, line in self._lines.items():
            name = f"sender-{lane.value}"
            for _ in range(self._numbers[lane]):
                self._workers.append(asyncio.create_task(self._serve(line), name=name))
            self._tidiers.append(asyncio.create_task(self._tidy(line), name=name))

    def wake(self) -> None:
        """Something was promised, or a retry may be due."""
        for line in self._lines.values():
            line.tray.call()

    async def stop(self, grace_seconds: float) -> None:
        """Let the mails in flight be settled within the grace; what is cut off is leased again later."""
        if not self._workers:
            return
        until = asyncio.get_running_loop().time() + grace_seconds
        self._stopping.set()
        for line in self._lines.values():
            line.tray.close()
        await asyncio.wait(self._workers, timeout=grace_seconds)
        for line in self._lines.values():
            self._give_back(line)
        if self._given_back:
            await asyncio.wait(self._given_back, timeout=max(0.1, until - asyncio.get_running_loop().time()))
        tasks = (*self._workers, *self._tidiers, *self._given_back)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, self._means.pager.close(), return_exceptions=True)

    def _line(self, lane: Lane) -> Line[Leased]:
        patience = max(0.1, min(TRAY_SECONDS, (LEASE[lane].total_seconds() - ATTEMPT_SECONDS[lane]) / 2))
        return Line(lane, self._numbers[lane], Tray(partial(self._lease, lane), BATCH, patience))

    async def _serve(self, line: Line[Leased]) -> None:
        relay = self._means.open_relay()
        try:
            while (leased := await self._next(line)) is not None:
                with line.at_work(more_seconds(leased.parcel) > 0):
                    result = await self._attempt(leased, relay)
                async with asyncio.TaskGroup() as ending:
                    ending.create_task(self._settle(leased, result))
                    if line.is_held_up:
                        await self._go_on(line)
        finally:
            await relay.close()

    async def _go_on(self, line: Line[Leased]) -> None:
        """Settle now what ended, with the next lease if there is to be one."""
        self._commits.hasten()
        with suppress(Exception):  # whoever is free next meets the same trouble, and says so
            await line.tray.fill()

    async def _next(self, line: Line[Leased]) -> Leased | None:
        while True:
            try:
                leased = await line.tray.next()
                if leased is None or line.has_room(more_seconds(leased.parcel) > 0):
                    return leased
                self._put_back(line, [leased], ROOM_SECONDS)
            except Exception:  # whatever it is, a worker that ends would be missing in its lane until the next start
                log.exception("sender.failed", lane=line.lane.value)
                await self._rest()

    async def _rest(self) -> None:
        """After a fault. Who is stopping has no time to lose: what is not settled by then leaves again."""
        with suppress(TimeoutError):
            async with asyncio.timeout(FAULT_PAUSE_SECONDS):
                await self._stopping.wait()
        await asyncio.sleep(LAST_PAUSE_SECONDS)

    async def _attempt(self, leased: Leased, relay: Relay) -> Delivery:
        way = relay if leased.parcel.by_mail else self._means.pager
        patience = ATTEMPT_SECONDS[leased.lane] + more_seconds(leased.parcel)
        try:
            async with asyncio.timeout(patience):
                return await way.send(leased.parcel)
        except TimeoutError:
            return Deferred(f"no answer within {patience:.0f} s")
        except Exception as error:
            log.exception("sender.attempt_failed", outbox=leased.parcel.outbox_id)
            return Deferred(f"{type(error).__name__}: {error}")

    async def _settle(self, leased: Leased, result: Delivery) -> None:
        """What cannot be written down comes back after its lease."""
        try:
            ended = Ended(leased, result, _again(self._means, leased, result))
            await self._write_down(ended)
        except Exception:
            log.exception("sender.failed", lane=leased.lane.value, outbox=leased.parcel.outbox_id)
            await self._rest()
            return
        _report(ended)
        if ended.has_failed:
            self._means.failed()

    async def _write_down(self, ended: Ended) -> None:
        """Tried again while the database is in trouble, and the mail is ours: else who was reached is reached again."""
        until = self._means.clock() + LEASE[ended.leased.lane]
        while True:
            try:
                return await self._commits.write(ended, in_hurry=False)
            except DATABASE_FAULTS as fault:
                if self._means.clock() > until:
                    raise
                log.warning("sender.unsettled", outbox=ended.leased.parcel.outbox_id, error=str(fault))
                await self._rest()

    async def _lease(self, lane: Lane) -> Sequence[Leased]:
        asked = Asked(lane)
        await self._commits.write(asked)
        return asked.leased

    async def _tidy(self, line: Line[Leased]) -> None:
        while True:
            await asyncio.sleep(line.tray.patience / 2)
            self._give_back(line)

    def _give_back(self, line: Line[Leased]) -> None:
        """What nobody began in time is due again, here and for other nodes."""
        if left := line.tray.left():
            log.warning("sender.busy", lane=line.lane.value, given_back=len(left))
            self._put_back(line, left, 0.0)

    def _put_back(self, line: Line[Leased], left: Sequence[Leased], seconds: float) -> None:
        task = asyncio.create_task(self._due_again(line, left, seconds))
        self._given_back.add(task)
        task.add_done_callback(self._given_back.discard)

    async def _due_again(self, line: Line[Leased], left: Sequence[Leased], seconds: float) -> None:
        again = self._means.clock() + timedelta(seconds=seconds)
        written = (self._commits.write(Ended(leased, NOBODY_FREE, again)) for leased in left)
        for error in filter(None, await asyncio.gather(*written, return_exceptions=True)):
            log.error("sender.failed", lane=line.lane.value, exc_info=error)
        line.tray.call()


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


def _write(means: Means, tx: Tx, entries: Sequence[Ended | Asked]) -> None:
    """What ended, and after it what may begin: what was given back is due again."""
    now = means.clock()
    ended = [one for one in entries if isinstance(one, Ended)]
    if len(ended) > 1:
        claims.give_way(tx)
    outbox.sent(tx, [one.leased for one in ended if isinstance(one.result, Delivered)], now)
    for one in ended:
        if not isinstance(one.result, Delivered):
            outbox.settle(tx, one.leased, one.result, one.again, now)
    for asked in (one for one in entries if isinstance(one, Asked)):
        asked.leased = outbox.lease(tx, Lease(asked.lane, BATCH, means.owner, now + LEASE[asked.lane]), now)


def _again(means: Means, leased: Leased, result: Delivery) -> datetime | None:
    """When a deferred mail is tried again; None for never."""
    if not isinstance(result, Deferred):
        return None
    now = means.clock()
    again = next_attempt(leased.lane, leased.attempts, leased.promised_at, means.chance(), now)
    return again and max(again, now + timedelta(seconds=result.wait))
