"""Fakes of what the doors hand their mails to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import datetime

from mailgate.core.custody import Delivery, ImapCursor, ImapSource


class ListCustody:
    """Remembers every delivery in order and promises its number, counted from 1."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self._lock = threading.Lock()

    def submit(self, delivery: Delivery) -> Future[int]:
        with self._lock:
            self.deliveries.append(delivery)
            promise: Future[int] = Future()
            promise.set_result(len(self.deliveries))
            return promise


class FailingCustody(ListCustody):
    """Keeps nothing while `error` is set; afterwards it is a ListCustody."""

    def __init__(self, error: Exception | None, at_once: bool = False) -> None:
        super().__init__()
        self.error = error
        self._at_once = at_once

    def submit(self, delivery: Delivery) -> Future[int]:
        if self.error is None:
            return super().submit(delivery)
        if self._at_once:
            raise self.error
        promise: Future[int] = Future()
        promise.set_exception(self.error)
        return promise


class SlowCustody(ListCustody):
    """Commits only when told by `commit()`; `asked` is set when a mail waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = threading.Event()
        self.committed: list[Delivery] = []
        self._waiting: list[Callable[[], None]] = []

    def submit(self, delivery: Delivery) -> Future[int]:
        promise: Future[int] = Future()

        def settle() -> None:
            if promise.set_running_or_notify_cancel():
                self.committed.append(delivery)
                promise.set_result(len(self.committed))

        self._waiting.append(settle)
        self.asked.set()
        return promise

    def commit(self) -> None:
        waiting, self._waiting = self._waiting, []
        for settle in waiting:
            settle()


class CursorCustody(ListCustody):
    """A custody that keeps its word like the store: the cursor of a mailbox moves with the mail."""

    def __init__(self) -> None:
        super().__init__()
        self.cursors: dict[str, ImapCursor] = {}
        self.gaps: dict[str, datetime] = {}
        self.first_read: dict[str, datetime] = {}
        self.places: set[ImapSource] = set()

    def submit(self, delivery: Delivery) -> Future[int]:
        source = delivery.source
        if source is not None:
            self.places.add(source)
        if source is not None and source.in_turn:
            self.cursors[source.mailbox] = ImapCursor(source.uidvalidity, source.uid)
        return super().submit(delivery)

    def kept(self, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> tuple[int, ...]:
        return tuple(uid for uid in uids if ImapSource(mailbox, uidvalidity, uid) in self.places)

    def begin(self, mailbox: str, cursor: ImapCursor) -> None:
        self.cursors[mailbox] = cursor

    def forget(self, mailbox: str) -> None:
        del self.cursors[mailbox]

    def since(self, mailbox: str) -> datetime | None:
        return self.first_read.get(mailbox)

    def gap(self, mailbox: str) -> datetime | None:
        return self.gaps.get(mailbox)

    def filled(self, mailbox: str) -> None:
        del self.gaps[mailbox]

    def cursor(self, mailbox: str) -> ImapCursor | None:
        return self.cursors.get(mailbox)
