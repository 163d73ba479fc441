"""Mail programs that send numbered mails and try each again until it gets its 250 (RFC 5321 §4.5.4.1).

A mail is the same octet for octet at every attempt, so that what comes twice must be recognised. It carries its number
in its Message-ID, by which every account knows it.
"""

from __future__ import annotations

import smtplib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

from tests.flow.desk import Letter
from tests.prove.firms import firm

PAUSE = 0.05
TIMEOUT = 20.0
URGENT = "support-urgent@example.com"

Hand = Callable[["Clients", int], bool]
"""Hands mail of that number in; True once it got its 250. May raise OSError or SMTPException: try again."""


def identity(number: int) -> str:
    """The Message-ID of mail `number`."""
    return f"<{number}@{firm(number).rpartition('@')[2]}>"


def letter(number: int) -> bytes:
    """Mail `number`: always the same octets."""
    return Letter(f"Bonjour,\n\nplus rien ne marche ({number}).", firm(number), subject=f"n {number} .").raw(number)


@dataclass
class Clients:
    """`sent` counts mails, `acked` holds when each number got its 250 (monotonic seconds), `again` those that needed
    more than one attempt, `refusals` how often each code was heard instead of a 250 (0: none)."""

    port: Callable[[], int]
    acked: dict[int, float] = field(default_factory=dict)
    again: set[int] = field(default_factory=set)
    refusals: Counter[int] = field(default_factory=Counter)
    sent: int = 0
    _numbers: Iterator[int] = field(default_factory=count)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _enough: threading.Event = field(default_factory=threading.Event)
    _gone: threading.Event = field(default_factory=threading.Event)

    def by_smtp(self, number: int) -> bool:
        """One attempt with smtplib; a 5xx is an SMTPException like any other, and tried again."""
        with smtplib.SMTP("127.0.0.1", self.port(), timeout=TIMEOUT) as client:
            client.sendmail(firm(number), [URGENT], letter(number))
        return True

    def send(self, hand: Hand | None = None) -> int:
        """Send the next mail until it has its 250, or the rig is over; its number."""
        with self._lock:
            number, self.sent = next(self._numbers), self.sent + 1
        while not self._tried(hand or Clients.by_smtp, number):
            self.again.add(number)
            if self._gone.wait(PAUSE):
                return number
        self.acked[number] = time.monotonic()
        return number

    def send_many(self, mails: int, sessions: int = 6) -> None:
        """So many mails, several at a time."""
        with ThreadPoolExecutor(sessions) as pool:
            list(pool.map(lambda _: self.send(), range(mails)))

    def give_up(self) -> None:
        """Nothing is tried again from now on."""
        self._enough.set()
        self._gone.set()

    @contextmanager
    def pouring(self, sessions: int = 4, pause: float = 0.1) -> Iterator[Callable[[], None]]:
        """Mail after mail from several sessions, `pause` seconds apart, for as long as the block lasts or until what it
        gets is called: that comes back when each mail under way has its 250."""
        with ThreadPoolExecutor(sessions) as pool:
            poured = [pool.submit(self._pour, pause) for _ in range(sessions)]

            def finish() -> None:
                self._enough.set()
                for one in poured:
                    one.result()

            try:
                yield finish
            finally:
                self.give_up()

    def _pour(self, pause: float) -> None:
        while not self._enough.wait(pause):
            self.send()

    def _tried(self, hand: Hand, number: int) -> bool:
        try:
            return hand(self, number)
        except (OSError, smtplib.SMTPException) as error:
            self.refusals[_code(error)] += 1
            return False


def _code(error: Exception) -> int:
    """What the door said; 0 when it said nothing."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max(code for code, _ in error.recipients.values())
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else 0
