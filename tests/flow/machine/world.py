"""The desk that the machine plays with: a real database, the real engine and sender, a clock, everybody's mailboxes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import func, select

from mailgate import site, starter
from mailgate.core.custody import Delivery
from mailgate.core.delivery import Lane
from mailgate.core.policy import Floods, Policy
from mailgate.engine import Desk, Engine
from mailgate.sender import COMPANY_SECONDS, Means, Sender
from mailgate.store import inbox, outbox
from mailgate.store.columns import InboxState
from mailgate.store.database import Database, Tx
from mailgate.store.inbox import Asked
from mailgate.store.tables import InboxRow, OutboxRow, TimerRow, saved
from mailgate.store.tables.boxes import OPEN
from tests.builders import NOW
from tests.flow.desk import RING, a_database
from tests.flow.machine.cutting import Cut, CutDatabase
from tests.flow.machine.relay import Relay
from tests.flow.restoring import Rows, Untouched

TICK = timedelta(milliseconds=1)
"""What passes whenever somebody looks at the clock."""

QUIET_PASSES = 40
"""Rounds of the event loop in which nothing is sent: the sender has nothing to do."""

USUAL, OTHERS, FLOODED = range(3)
"""The rules that there are: each request calls people of its own; fewer of them; one page tells of several."""

MOST_ROUNDS = 10_000
"""A desk that is still busy after so many rounds never rests."""


class Inline(Executor):
    """Does at once what others do in threads; `calls` counts."""

    def __init__(self) -> None:
        self.calls = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        self.calls += 1
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **named))
        except BaseException as error:  # noqa: BLE001 - as a thread does it
            future.set_exception(error)
        return future


class World:
    """One desk from its first moment on; `mailboxes` are what the relay passed on, by address."""

    def __init__(self, desks: tuple[Desk, ...], database: CutDatabase, rows: Rows | Untouched) -> None:
        self.database, self.cuts, self.desks = database, database.cuts, desks
        self.now, self.desk, self.restarts = NOW, desks[0], 0
        self.relay, self._rows = Relay(self.cuts), rows
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(_unless_cut)
        self.engine = Engine(self.desk, database, self.clock)

    def close(self) -> None:
        """The end of the example: the stage is empty again."""
        self.cuts.mend()
        self._loop.close()
        self._rows.put_back()

    def clock(self) -> datetime:
        """The time, and a little of it passes."""
        self.now += TICK
        return self.now

    def reload(self, which: int) -> None:
        """Other rules from the next event on."""
        self.desk = self.desks[which]
        self.engine.use(self.desk)

    def take(self, *deliveries: Delivery) -> None:
        """Mails come in. Whoever is not told that they are in custody tries again."""
        self._insist(lambda tx: inbox.accept(tx, deliveries, self.clock()))

    def ask(self, wish: Asked) -> None:
        """An operator's command, given again when it was not answered."""
        self._insist(lambda tx: inbox.ask(tx, wish, self.clock()))

    def _insist(self, put: Callable[[Tx], object]) -> None:
        while True:
            try:
                with self.database.write() as tx:
                    put(tx)
                return
            except Cut:
                self.start_again()

    def work(self) -> None:
        """Let the engine and the sender do what is due; after a power cut, in a new process."""
        for _ in range(MOST_ROUNDS):
            try:
                self.engine.run_pending(lambda: False, lambda: None)
                self._send()
            except Cut:
                self.start_again()
            if not self._is_due():
                return
        raise AssertionError("the desk never rests")

    def start_again(self) -> None:
        """What `serve` does first."""
        self.cuts.mend()
        self.restarts += 1
        with self.database.write() as tx:
            self.relay.was_cut_off(frozenset(saved(row) for row in tx.exec(select(OutboxRow.id).where(OPEN))))
            outbox.release(tx, self.clock())
        self.engine = Engine(self.desk, self.database, self.clock)

    def advance(self, span: timedelta) -> None:
        """Time passes, from one thing that falls due to the next."""
        until = self.now + span
        while (following := self._next_due()) is not None and following <= until:
            self.now = max(self.now, following)
            self.work()
        self.now = max(self.now, until)

    def _send(self) -> None:
        self.relay.now = self.now
        self._loop.run_until_complete(self._send_all())
        if self.cuts.gone:
            raise Cut

    async def _send_all(self) -> None:
        threads = Inline()
        means = Means(
            self.database, threads, self.clock, lambda: 0.5, lambda: self.relay, self.relay, lambda: None, "machine"
        )
        sender = Sender(means, {Lane.PAGE: 1, Lane.BULK: 1})
        sender.start()
        calls, quiet = -1, 0
        while quiet < QUIET_PASSES and not self.cuts.gone:
            quiet = quiet + 1 if calls == threads.calls else 0
            calls = threads.calls
            await asyncio.sleep(0)
        await self._until_cut(asyncio.create_task(sender.stop(1)))

    async def _until_cut(self, end: asyncio.Task[None]) -> None:
        """Whoever waits for what a dead program would do waits in vain."""
        while not (end.done() or self.cuts.gone):
            await asyncio.wait({end}, timeout=COMPANY_SECONDS)
        if self.cuts.gone:
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
        else:
            end.result()

    def _is_due(self) -> bool:
        with self.database.read() as tx:
            pending = tx.exec(select(func.count()).where(InboxRow.state == InboxState.PENDING)).one()
        following = self._next_due()
        return bool(pending) or (following is not None and following <= self.now)

    def _next_due(self) -> datetime | None:
        with self.database.read() as tx:
            timers = tx.exec(select(func.min(TimerRow.due_at))).one()
            promises = tx.exec(select(func.min(OutboxRow.next_attempt_at)).where(OPEN)).one()
        return min((one for one in (timers, promises) if one is not None), default=None)


class Stage:
    """The starter site with an empty database, which every example finds as it was."""

    def __init__(self, root: Path, database: Database) -> None:
        self._rows: Rows | Untouched = Untouched(database)
        if database._writer.dialect.name == "sqlite":
            _hurry(database)
            self._rows = Rows(database)
        self._database = CutDatabase.around(database)
        usual = site.load(root / "config.toml").desk(RING)
        self._desks = (_quiet(usual, ""), _quiet(usual, "others"), replace(usual, rules="rules of a flood"))

    def begin(self) -> World:
        """A desk of its own, until it is closed."""
        return World(self._desks, self._database, self._rows)


@contextmanager
def a_stage(root: Path) -> Iterator[Stage]:
    """The starter site in `root`."""
    starter.write(root)
    with a_database(root / "var/mailgate.db") as database:
        yield Stage(root, database)


def _hurry(database: Database) -> None:
    """No disk fails here: the power goes between two steps of the program, whatever the disk has kept of them."""
    connection = database._writer.raw_connection()
    connection.cursor().execute("PRAGMA synchronous=OFF")
    connection.close()


def _unless_cut(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A worker that ended without power complains to nobody."""
    if not isinstance(context.get("exception"), Cut):
        loop.default_exception_handler(context)


def _quiet(desk: Desk, others: str) -> Desk:
    """Rules under which each request calls people of its own; the other rules call fewer."""
    policy: Policy = replace(desk.policy, floods=Floods(tickets=10**6, unknown=10**6))
    if others:
        queues = {key: replace(queue, notify=2) for key, queue in policy.queues.items()}
        policy = replace(policy, queues=queues)
    return replace(desk, policy=policy, rules=f"rules {others}")
