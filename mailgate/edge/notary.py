"""Notes on every mail whose signatures hold, on its way into custody, and never keeps it long.

    door ─▶ Notary.submit ─▶ a worker verifies ──────┐
                           ─▶ its time is up ────────┴▶ whichever comes first hands over to custody, once

A mail has BOX_SECONDS, its turn among the others included. All boxes last equally long, so the first to be opened is
the first to end, and one timekeeper watches them in that order. What is not noted by then was not said.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import structlog

from mailgate.core.custody import Custody, Delivery
from mailgate.edge.dkim import is_signed

log = structlog.get_logger()

BOX_SECONDS = 5.0
WORKERS = 4

Verify = Callable[[bytes, float], tuple[str, ...]]
"""The domains whose signatures of a mail hold, found within so many seconds."""


class Notary:
    """A core.custody.Custody in front of another one. Its answers are that one's."""

    def __init__(self, custody: Custody, verify: Verify, box_seconds: float = BOX_SECONDS) -> None:
        self._custody, self._verify, self._box_seconds = custody, verify, box_seconds
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="notary")
        self._boxes: queue.SimpleQueue[_Box | None] = queue.SimpleQueue()
        self._timekeeper = threading.Thread(target=self._keep_time, name="notary-time", daemon=True)

    def start(self) -> None:
        """Begin to watch the time."""
        self._timekeeper.start()

    def stop(self) -> None:
        """Verify nothing more; what is in hand goes on to custody."""
        self._workers.shutdown(wait=False, cancel_futures=True)
        self._boxes.put(None)

    def submit(self, delivery: Delivery) -> Future[int]:
        """See core.custody.Custody."""
        if not is_signed(delivery.raw):
            return self._custody.submit(delivery)
        box = _Box(delivery, time.monotonic() + self._box_seconds)
        try:
            self._workers.submit(self._look, box)
        except RuntimeError:  # stopped
            self._hand_over(box, ())
        self._boxes.put(box)
        return box.answer

    def _look(self, box: _Box) -> None:
        delivery = box.delivery
        if delivery is None:
            return
        try:
            signers = self._verify(delivery.raw, box.until - time.monotonic())
        except Exception:
            log.exception("dkim.failed")
            signers = ()
        self._hand_over(box, signers)

    def _keep_time(self) -> None:
        while (box := self._boxes.get()) is not None:
            if not box.empty.wait(max(0.0, box.until - time.monotonic())):
                log.info("dkim.out_of_time")
                self._hand_over(box, ())

    def _hand_over(self, box: _Box, signers: tuple[str, ...]) -> None:
        delivery = box.take()
        if delivery is None:
            return
        try:
            promise = self._custody.submit(replace(delivery, dkim=signers))
        except Exception as error:  # noqa: BLE001  # whoever waits at the door must hear of it
            box.answer.set_exception(error)
        else:
            promise.add_done_callback(partial(_pass_on, box.answer))


class _Box:
    """One mail until it is taken out, which happens once; `until` is a monotonic time."""

    def __init__(self, delivery: Delivery, until: float) -> None:
        self.delivery: Delivery | None = delivery
        self.until = until
        self.empty = threading.Event()
        self.answer: Future[int] = Future()
        self.answer.set_running_or_notify_cancel()  # who waits for the answer cannot call it off
        self._lock = threading.Lock()

    def take(self) -> Delivery | None:
        """The mail, for whoever comes first."""
        with self._lock:
            taken, self.delivery = self.delivery, None
        self.empty.set()
        return taken


def _pass_on(answer: Future[int], promise: Future[int]) -> None:
    error = promise.exception()
    if error is None:
        answer.set_result(promise.result())
    else:
        answer.set_exception(error)
