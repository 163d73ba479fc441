"""The dead man's switch: somebody outside hears regularly that all is well, and raises the alarm when nothing comes.

A beat leaves only in the round in which everything was found well, and on its own ways: the URL is called and the mail
is handed to the relay by the auditor itself, without outbox and sender. It is not waited for, and there is never more
than one of a kind on its way. A beat that fails is logged once; that it does not arrive is the alarm.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime

import structlog

from mailgate.core.audit import Verdict
from mailgate.edge.asking import ask

log = structlog.get_logger()

SOONER = 0.5
"""Seconds that a beat may come early, so that rounds and beats need not fit."""

Way = Callable[[datetime], str | None]
"""Sends one beat; answers what went wrong, without a secret in it."""


@dataclass(slots=True)
class Beats:
    """The beats of one way, `name`, every so many seconds as long as all is well (or `always`)."""

    name: str
    send: Way
    every: float
    always: bool = False
    _sent_at: float = -math.inf
    _answer: Future[str | None] | None = None
    _wrong: str | None = None

    def hear(self, verdict: Verdict) -> None:
        """Beat, when all is well and it is time."""
        self._settle()
        if not (verdict.is_well or self.always):
            return
        if self._answer is None and time.monotonic() - self._sent_at >= self.every - SOONER:
            self._sent_at = time.monotonic()
            self._answer = ask(lambda: self.send(verdict.at))

    def _settle(self) -> None:
        if self._answer is None or not self._answer.done():
            return
        error = self._answer.exception()
        wrong = self._answer.result() if error is None else type(error).__name__
        if wrong != self._wrong:
            self._say(wrong)
        self._answer, self._wrong = None, wrong

    def _say(self, wrong: str | None) -> None:
        if wrong is None:
            log.info("heartbeat.heard", way=self.name)
        else:
            log.warning("heartbeat.failed", way=self.name, reason=wrong)
