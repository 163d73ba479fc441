"""An ordinary day, a hundredth of it hostile: memory and descriptors stay where they are, and nothing is lost (F42).

A daemon grows while it warms up: caches fill, threads begin. So the first third is not looked at, and the middle of the
second is compared with the middle of the last. Medians, because a checkpoint or a large mail is a peak and no growth.
"""

from __future__ import annotations

import re
import smtplib
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

from tests.flow.desk import Letter
from tests.flow.process import Process
from tests.prove.clients import TIMEOUT, URGENT, Clients
from tests.prove.desk import ProvenDesk, proven_desk
from tests.prove.figures import MEGABYTE, Figures
from tests.prove.firms import firm
from tests.prove.rig import Rig, Trial

RATE = 20
"""Mails a second."""

HOSTILE = 100
"""One mail of so many is hostile."""

SESSIONS = 4
LOOKS_A_SECOND = 2

SMALL_PART = "--b\nContent-Type: text/plain; charset=utf-8\n\nBonjour,\n\nrien ne va ({}).\n--b--\n"
EPILOGUE = "ce que des programmes laissent derriere la derniere partie d'un courriel\n" * 1200
"""Some ninety kilobytes that nobody reads (RFC 2046 §5.1.1): what is kept of a mail by mistake is seen by its size."""

MOST_GROWTH = 8 * MEGABYTE
"""Between the two middles; a daemon that keeps its mails grows by more than twice as much."""

MOST_DESCRIPTORS = 10

HOSTILE_MAILS = (
    b"From: <\r\nSubject: =?utf-8?q?=0D=0ABcc:_evil@x.example?=\r\n\r\nx",
    b"From: " + b"(" * 20_000 + b"\r\n\r\nx",
    b"To: " + b"a@b.example," * 4_000 + b"\r\n\r\nx",
    b"Content-Type: multipart/mixed; boundary=a\r\n\r\n"
    + b"--a\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n" * 900,
    b"Subject: " + b"=?utf-8?q?a?= " * 4_000 + b"\r\n\r\nx",
    b"Content-Type: text/html\r\n\r\n" + b"<div>" * 20_000,
    b"\r\n" + b"> " * 50_000 + b"\r\n" * 10_000,
    b"Subject: \xff\xfe\x00\x1b\r\n\r\n" + bytes(range(1, 10)) * 1_000,
)
"""Each breaks some mail program: what hazards M9 to M13 measured, and less than it takes to be refused for its size."""


@dataclass
class Watch:
    """What a process held, looked at from time to time."""

    pid: int
    memory: list[int] = field(default_factory=list)
    descriptors: list[int] = field(default_factory=list)

    def look(self) -> None:
        """Once (proc(5): VmRSS)."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        held = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert held
        self.memory.append(int(held[1]) * 1024)
        self.descriptors.append(len(list(Path(f"/proc/{self.pid}/fd").iterdir())))


def _growth(looks: list[int]) -> float:
    """From the middle of the second third to the middle of the last."""
    third = len(looks) // 3
    return median(looks[2 * third :]) - median(looks[third : 2 * third])


@contextmanager
def _watching(process: Process) -> Iterator[Watch]:
    watch, over = Watch(process.popen.pid), threading.Event()

    def run() -> None:
        while not over.wait(1 / LOOKS_A_SECOND):
            watch.look()

    with ThreadPoolExecutor(1) as watcher:
        running = watcher.submit(run)
        try:
            yield watch
        finally:
            over.set()
            running.result()


def run(trial: Trial) -> Figures:
    """So many seconds of mail, and then whatever the backlog needs."""
    mails = RATE * trial.scale(short=60, long=2 * 3600, caught=27)
    with proven_desk(trial) as desk, desk.serving() as process:
        with _watching(process) as watch:
            _day(desk.clients, mails)
        desk.drain()
        _judge(desk, watch)
        desk.stop(process)
        grown = f"memory: {_growth(watch.memory) / MEGABYTE:+.1f} MB, descriptors: {_growth(watch.descriptors):+.0f}"
        return replace(desk.figures(mails // HOSTILE), notes=(f"{grown}, from one third to the next",))


def _day(clients: Clients, mails: int) -> None:
    """So many mails, RATE in a second or as fast as they are taken; every so many, a hostile one as well."""
    began, numbers = time.monotonic(), iter(range(mails))

    def send() -> None:
        for number in numbers:
            time.sleep(max(0.0, began + number / RATE - time.monotonic()))
            if number % HOSTILE == 0:
                _attack(clients.port(), HOSTILE_MAILS[number // HOSTILE % len(HOSTILE_MAILS)])
            clients.send(_hand)

    with ThreadPoolExecutor(SESSIONS) as sessions:
        for one in [sessions.submit(send) for _ in range(SESSIONS)]:
            one.result()


def _hand(clients: Clients, number: int) -> bool:
    kind = {"MIME-Version": "1.0", "Content-Type": "multipart/mixed; boundary=b"}
    mail = Letter(SMALL_PART.format(number) + EPILOGUE, firm(number), subject=f"n {number} .", headers=kind)
    with smtplib.SMTP("127.0.0.1", clients.port(), timeout=TIMEOUT) as client:
        client.sendmail(firm(number), [URGENT], mail.raw(number))
    return True


def _attack(port: int, raw: bytes) -> None:
    """Whatever is answered: it is nobody's mail."""
    with suppress(OSError, smtplib.SMTPException), smtplib.SMTP("127.0.0.1", port, timeout=TIMEOUT) as client:
        client.sendmail("x@evil.example", [URGENT], raw)


def _judge(desk: ProvenDesk, watch: Watch) -> None:
    grown, opened = _growth(watch.memory), _growth(watch.descriptors)
    if grown > MOST_GROWTH:
        desk.wrong.append(f"memory grows: {grown / MEGABYTE:.1f} MB from one third to the next")
    if opened > MOST_DESCRIPTORS:
        desk.wrong.append(f"{opened:.0f} descriptors more from one third to the next")


RIG = Rig("soak", "hostile mails", run, ("every mail stays in memory",), is_alone=True)
