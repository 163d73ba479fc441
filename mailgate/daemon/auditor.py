"""The auditor: looks at everything in turns, and believes nobody who is looked at.

It has a thread and connections of its own and needs neither the event loop nor the scheduler, the engine or the sender.
Each look is a question with an answer in troubles; one that fails is a trouble itself. What a round found is its
verdict, and everybody who has to act on it hears it in the same round: systemd, the heartbeat, the log, the
administrators. An auditor that hangs says nothing to anybody, which is the alarm (hazards F43, I24).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from mailgate.core.audit import Part, Trouble, Verdict
from mailgate.daemon.clock import SteadyClock
from mailgate.daemon.signs import Pulse

log = structlog.get_logger()

Look = Callable[[datetime], Iterable[Trouble]]
Hearer = Callable[[Verdict], None]

STOP_SECONDS = 1.0
STALE_ROUNDS = 6
"""So many rounds without a verdict, and the auditor itself is in trouble."""


@dataclass(frozen=True, slots=True)
class Duty:
    """What is looked at, who hears of it, and every how many seconds."""

    looks: Sequence[tuple[Part, Look]]
    hearers: Sequence[Hearer]
    every: float = 5.0


class Auditor:
    """The auditor's thread. `verdict` may be asked from any thread."""

    def __init__(self, duty: Duty, clock: SteadyClock) -> None:
        self._duty, self._clock = duty, clock
        self._verdict = Verdict(clock.now(), (Trouble(Part.AUDITOR, "nothing has been looked at yet"),), None)
        self._pulse = Pulse()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="auditor", daemon=True)

    def start(self) -> None:
        """The first round begins at once."""
        self._thread.start()

    def stop(self) -> None:
        """A look that hangs is not waited for."""
        self._stopping.set()
        self._thread.join(STOP_SECONDS)

    @property
    def verdict(self) -> Verdict:
        """What the last round found; when there was none for long, that."""
        silence = self._pulse.silence()
        if silence <= max(self._duty.every * STALE_ROUNDS, STALE_ROUNDS):
            return self._verdict
        hangs = Trouble(Part.AUDITOR, f"the auditor has found nothing out for {silence:.0f} s")
        return replace(self._verdict, troubles=(hangs, *self._verdict.troubles))

    def look(self) -> Verdict:
        """One round: look at everything, then tell everybody."""
        now = self._clock.now()
        troubles = tuple(trouble for part, look in self._duty.looks for trouble in _asked(part, look, now))
        self._verdict = Verdict(now, troubles, self._verdict.well_at if troubles else now, self._clock.jump())
        self._pulse.beat()
        for hear in self._duty.hearers:
            self._tell(hear)
        return self._verdict

    def _tell(self, hear: Hearer) -> None:
        try:
            hear(self._verdict)
        except Exception:  # one hearer that fails must not keep the verdict from the others
            log.exception("auditor.unheard")

    def _run(self) -> None:
        while not self._stopping.is_set():
            self.look()
            self._stopping.wait(self._duty.every)


def _asked(part: Part, look: Look, now: datetime) -> tuple[Trouble, ...]:
    try:
        return tuple(look(now))
    except Exception as error:  # noqa: BLE001  # whatever it is: what cannot be looked at is not well
        return (Trouble(part, f"this could not be looked at: {type(error).__name__}"),)
