"""Takes mails into custody: every door ends here, in `inbox.accept`, and hears back only after the commit.

Group commit: all mails that wait at that moment share one transaction, hence one fsync, and each gets its answer when
it is on disk. A mail that breaks its group is tried alone, so that it cannot hold back its neighbours.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from mailgate.core.custody import Delivery, ImapCursor
from mailgate.store import inbox
from mailgate.store.database import DATABASE_FAULTS, Database
from mailgate.store.inbox import Patience

log = structlog.get_logger()

GROUP_MAILS = 100
GROUP_OCTETS = 64_000_000
"""A group is closed at either bound, so that one commit stays short."""


class NotAccepting(Exception):
    """The daemon is stopping; the sender keeps the mail and tries again."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail at the door, and where its inbox id is awaited."""

    delivery: Delivery
    answer: Future[int] = field(default_factory=Future)


class Acceptor:
    """The acceptor thread. What is not `start` or `stop` may be called from any thread (core.custody)."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        arrived: Callable[[], None],
        patience: Patience = lambda _: 0,
    ) -> None:
        self._database, self._clock, self._arrived, self._patience = database, clock, arrived, patience
        self._queue: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="acceptor")
        self._gate = threading.Lock()
        self._open = True

    def start(self) -> None:
        """Begin to take mails."""
        self._thread.start()

    def stop(self) -> None:
        """Settle what waits, then take no more."""
        with self._gate:
            self._open = False
            self._queue.put(None)
        self._thread.join()

    def submit(self, delivery: Delivery) -> Future[int]:
        """Queue one mail; see core.custody.Custody. Who waits for the answer cannot call it off."""
        waiting = Waiting(delivery)
        waiting.answer.set_running_or_notify_cancel()  # a cancelled future would refuse its answer and end the thread
        with self._gate:
            if self._open:
                self._queue.put(waiting)
                return waiting.answer
        waiting.answer.set_exception(NotAccepting("the daemon is stopping"))
        return waiting.answer

    def cursor(self, mailbox: str) -> ImapCursor | None:
        """How far an IMAP mailbox was read."""
        with self._database.read() as tx:
            return inbox.cursor(tx, mailbox)

    def kept(self, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> tuple[int, ...]:
        """Which mails of an IMAP mailbox are in custody. Mostly nobody asks for any, and the database is left alone."""
        if not uids:
            return ()
        with self._database.read() as tx:
            return inbox.kept(tx, mailbox, uidvalidity, uids)

    def since(self, mailbox: str) -> datetime | None:
        """Since when the mail of an IMAP mailbox is the desk's."""
        with self._database.read() as tx:
            return inbox.since(tx, mailbox)

    def begin(self, mailbox: str, cursor: ImapCursor) -> None:
        """From where on an IMAP mailbox is read."""
        with self._database.write() as tx:
            inbox.begin(tx, mailbox, cursor)

    def forget(self, mailbox: str) -> None:
        """That an IMAP mailbox was ever read."""
        with self._database.write() as tx:
            inbox.forget(tx, mailbox)

    def gap(self, mailbox: str) -> datetime | None:
        """Since when mail of a mailbox may be missing."""
        with self._database.read() as tx:
            return inbox.gap(tx, mailbox)

    def filled(self, mailbox: str) -> None:
        """What may have been missing of a mailbox is in custody."""
        with self._database.write() as tx:
            inbox.filled(tx, mailbox)

    def _run(self) -> None:
        while self._takes_a_group():
            pass

    def _takes_a_group(self) -> bool:
        """A round of its own: between two rounds nothing here holds the mails of the last one in memory."""
        if (first := self._queue.get()) is None:
            return False
        group, ended = self._group(first)
        self._accept(group)
        return not ended

    def _group(self, first: Waiting) -> tuple[list[Waiting], bool]:
        """Everything that waits beside `first`, and whether the end was among it."""
        group, octets = [first], len(first.delivery.raw)
        while len(group) < GROUP_MAILS and octets < GROUP_OCTETS:
            try:
                other = self._queue.get_nowait()
            except queue.Empty:
                break
            if other is None:
                return group, True
            group.append(other)
            octets += len(other.delivery.raw)
        return group, False

    def _accept(self, group: Sequence[Waiting]) -> None:
        try:
            ids = self._commit([waiting.delivery for waiting in group])
        except DATABASE_FAULTS as fault:
            log.exception("custody.refused", mails=len(group))
            _fail(group, fault)
        except Exception as error:  # noqa: BLE001 - whatever it is, the senders must hear 451 and keep their mails
            self._accept_alone(group, error)
        else:
            for waiting, inbox_id in zip(group, ids, strict=True):
                waiting.answer.set_result(inbox_id)
            self._arrived()

    def _accept_alone(self, group: Sequence[Waiting], error: Exception) -> None:
        if len(group) == 1:
            log.error("custody.refused", mails=1, exc_info=error)
            _fail(group, error)
            return
        for waiting in group:
            self._accept([waiting])

    def _commit(self, deliveries: Sequence[Delivery]) -> tuple[int, ...]:
        with self._database.write() as tx:
            ids = inbox.accept(tx, deliveries, self._clock(), self._patience)
        log.info("mail.accepted", inbox=ids, size=[len(delivery.raw) for delivery in deliveries])
        return ids


def _fail(group: Sequence[Waiting], error: Exception) -> None:
    for waiting in group:
        waiting.answer.set_exception(error)
