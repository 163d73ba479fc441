"""A mail to the desk's own address, which has to come back: a relay that takes every mail and loses it is polite, and
nothing but a mail that is missed tells it from one that works (hazards F19).

It goes out by the relay and comes in by a door, and is recognised there by its Message-ID, which nobody else can make.
It is nobody's request and leaves no row; only a mailbox, whose place in the folder is kept with each mail, keeps it.

Of several nodes one lets canaries out, after it told the others: behind one mail server they come back to any of them.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from mailgate.core.custody import Custody, Delivery
from mailgate.daemon.signs import Pulse

REMEMBERED = 16
"""Canaries that may still come back."""

HEAD = 16_384
"""Octets in which a Message-ID is looked for."""


@dataclass(slots=True)
class Canary:
    """Which canaries are out, and when one came back last, to any node; `returned` is called when one comes back to
    this one. Thread-safe."""

    back: Pulse = field(default_factory=Pulse)
    returned: Callable[[], None] = lambda: None
    _out: deque[bytes] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def flies(self, message_id: str) -> None:
        """This one is let out, by this node or another."""
        with self._lock:
            if (known := message_id.encode("ascii")) not in self._out:
                self._out.append(known)

    def returns(self, raw: bytes) -> bool:
        """Whether a mail is one of ours; it is then back."""
        head = raw[:HEAD]
        with self._lock:
            if not any(message_id in head for message_id in self._out):
                return False
        self.back.beat()
        self.returned()
        return True


@dataclass(frozen=True, slots=True)
class Aviary:
    """Stands before custody, and keeps the canaries from it."""

    custody: Custody
    canary: Canary

    def submit(self, delivery: Delivery) -> Future[int]:
        """See core.custody.Custody; a canary gets its answer at once, and no row."""
        if not self.canary.returns(delivery.raw) or delivery.source is not None:
            return self.custody.submit(delivery)
        answer: Future[int] = Future()
        answer.set_result(0)
        return answer
