"""The auditor itself: what it makes of looks that find, fail and hang, and who hears of it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from mailgate.core.audit import Part, Trouble, Verdict
from mailgate.core.letters import NoticeFacts
from mailgate.daemon.auditor import Auditor, Duty, Hearer, Look
from mailgate.daemon.clock import SteadyClock
from mailgate.daemon.crier import Crier
from mailgate.daemon.heart import Beats
from mailgate.daemon.metronome import Metronome
from mailgate.store.database import DATABASE_FAULTS
from tests.builders import NOW
from tests.daemon.clocks import Machine
from tests.flow.process import eventually

HUNG = Trouble(Part.ENGINE, "the engine hangs")
HOUR = timedelta(hours=1)


class Patient:
    """Says what is in `troubles`, or raises `error`, or waits for `released`."""

    def __init__(self) -> None:
        self.troubles: tuple[Trouble, ...] = ()
        self.error: Exception | None = None
        self.released = threading.Event()
        self.released.set()

    def look(self, _now: datetime) -> Iterable[Trouble]:
        self.released.wait(30)
        if self.error is not None:
            raise self.error
        return self.troubles


def an_auditor(look: Look, *hearers: Hearer, every: float = 0.05) -> Auditor:
    """With one thing to look at, on a machine whose clock stands."""
    machine = Machine()
    return Auditor(Duty(((Part.ENGINE, look),), hearers, every), SteadyClock(machine.read_wall, machine.read_passed))


def test_what_was_found_is_heard_in_the_same_round() -> None:
    """And kept for whoever asks; when all was well last is kept, too."""
    patient, heard = Patient(), list[Verdict]()
    auditor = an_auditor(patient.look, heard.append)
    assert auditor.look() == Verdict(NOW, (), NOW)
    patient.troubles = (HUNG,)
    assert auditor.look() == auditor.verdict == heard[-1] == Verdict(NOW, (HUNG,), NOW)
    assert len(heard) == 2


def test_before_the_first_round_nothing_is_well() -> None:
    """A heart that beats before anybody looked proves nothing."""
    verdict = an_auditor(Patient().look).verdict
    assert not verdict.is_well
    assert verdict.well_at is None


def test_a_look_that_fails_is_a_trouble_without_its_words() -> None:
    """They may hold a password."""
    patient = Patient()
    patient.error = ValueError("hunter2")
    (trouble,) = an_auditor(patient.look).look().troubles
    assert (trouble.part, trouble.says) == (Part.ENGINE, "this could not be looked at: ValueError")


def test_a_hearer_that_fails_keeps_the_verdict_from_nobody() -> None:
    """The log cannot be written, and the administrators hear of it all the same."""
    heard = list[Verdict]()

    def fails(_verdict: Verdict) -> None:
        raise OSError("disk full")

    with capture_logs() as log:
        an_auditor(Patient().look, fails, heard.append).look()
    assert len(heard) == 1
    assert [line["event"] for line in log] == ["auditor.unheard"]


def test_an_auditor_that_hangs_is_in_trouble_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks learns that its last word is old; and nobody hears a new one."""
    monkeypatch.setattr("mailgate.daemon.auditor.STALE_ROUNDS", 1)
    patient, heard = Patient(), list[Verdict]()
    auditor = an_auditor(patient.look, heard.append)
    auditor.start()
    eventually(lambda: auditor.verdict.is_well)
    patient.released.clear()
    eventually(lambda: [trouble.part for trouble in auditor.verdict.troubles] == [Part.AUDITOR])
    rounds = len(heard)
    time.sleep(0.3)
    assert len(heard) == rounds
    patient.released.set()
    auditor.stop()


class Told:
    """Remembers notices; raises what a database in trouble raises while `broken`."""

    def __init__(self) -> None:
        self.notices: list[NoticeFacts] = []
        self.broken = False

    def tell(self, notice: NoticeFacts) -> None:
        if self.broken:
            raise DATABASE_FAULTS[-1]
        self.notices.append(notice)


def test_a_trouble_is_logged_once_and_told_once() -> None:
    """However many rounds find it; its end is logged, too."""
    told = Told()
    crier = Crier(told.tell, lasts=0)
    with capture_logs() as log:
        for troubles in ((HUNG,), (HUNG,), (), (HUNG,)):
            crier.hear(Verdict(NOW, troubles, None))
    assert [line["event"] for line in log] == ["auditor.trouble", "auditor.mended", "auditor.trouble"]
    assert told.notices == [NoticeFacts("watch-engine", "the engine hangs")]


def test_a_trouble_that_does_not_last_is_told_to_nobody() -> None:
    """A relay that is started anew is no reason for a mail."""
    told = Told()
    crier = Crier(told.tell, lasts=60)
    crier.hear(Verdict(NOW, (HUNG,), None))
    crier.hear(Verdict(NOW, (), NOW))
    assert told.notices == []


def test_what_cannot_be_told_is_told_later() -> None:
    """Also when it is over by then: a database that takes no write cannot take the mail about it."""
    told = Told()
    told.broken = True
    crier = Crier(told.tell, lasts=0)
    crier.hear(Verdict(NOW, (HUNG,), None))
    crier.hear(Verdict(NOW, (), NOW))
    assert told.notices == []
    told.broken = False
    crier.hear(Verdict(NOW, (), NOW))
    assert [notice.code for notice in told.notices] == ["watch-engine"]


def test_a_clock_that_is_set_again_and_again_is_told_once_an_hour() -> None:
    """And logged each time."""
    told = Told()
    crier = Crier(told.tell)
    with capture_logs() as log:
        for jump in (HOUR, HOUR, None, -HOUR, -2 * HOUR):
            crier.hear(Verdict(NOW, (), NOW, jump))
    assert [line["event"] for line in log] == ["clock.jumped", "clock.right_again", "clock.jumped", "clock.jumped"]
    assert told.notices == [NoticeFacts("clock-jumped", "1:00:00 ahead of the desk's own time")]


def test_a_heart_beats_only_while_all_is_well() -> None:
    """At its own pace, however often it is told."""
    sent = list[datetime]()
    beats = Beats("url", sent.append, every=0.7)
    for _ in range(3):
        beats.hear(Verdict(NOW, (HUNG,), NOW))
    assert sent == []
    for _ in range(3):
        beats.hear(Verdict(NOW, (), NOW))
    eventually(lambda: sent == [NOW])
    time.sleep(0.3)
    beats.hear(Verdict(NOW, (), NOW))
    eventually(lambda: sent == [NOW, NOW])


def test_a_beat_that_fails_is_logged_once() -> None:
    """And once when it is heard again."""
    wrong: list[str | None] = ["it answered 500", "it answered 500", None]
    beats = Beats("url", lambda _now: wrong.pop(0), every=0)
    with capture_logs() as log:
        while wrong:
            beats.hear(Verdict(NOW, (), NOW))
            time.sleep(0.02)
        time.sleep(0.1)
        beats.hear(Verdict(NOW, (HUNG,), NOW))
    assert [(line["event"], line.get("reason")) for line in log] == [
        ("heartbeat.failed", "it answered 500"),
        ("heartbeat.heard", None),
    ]


def test_a_metronome_that_is_armed_anew_beats_at_once() -> None:
    """After the wall clock went back, it would wait for the old time to come again."""

    async def beat() -> int:
        beats = list[int]()
        metronome = Metronome(lambda: beats.append(1))
        metronome.start()
        await asyncio.sleep(0.1)
        metronome.rearm()
        await asyncio.sleep(0.4)
        found = len(beats)
        metronome.stop()
        return found

    assert asyncio.run(beat()) == 1


def test_a_notice_that_cannot_be_written_holds_up_no_other() -> None:
    """No fault of the database's: it would fail the same way for ever."""
    told = list[str]()

    def tell(notice: NoticeFacts) -> None:
        if notice.code == "poison":
            raise ValueError(notice.code)
        told.append(notice.code)

    crier = Crier(tell)
    crier.say(NoticeFacts("poison"))
    crier.say(NoticeFacts("behind-it"))
    with capture_logs() as lines:
        crier.hear(Verdict(NOW, (), NOW))
    assert told == ["behind-it"]
    assert [line["event"] for line in lines] == ["auditor.untold"]
