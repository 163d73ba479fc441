"""Hostile and broken clients at the SMTP door (hazards F24, F25, A6): resets in the middle of a mail, slow ones,
thousands that say nothing, storms and floods.

Meanwhile mail of the trusted relay is answered, in each siege half of it within `USUAL_ANSWER`; the longest answer is
shown, and wrong only beyond `LONGEST_ANSWER`, for a machine that is busy with something else may hold up one or two.
Nothing half is stored, what was cut off and comes again is one ticket, and memory is bounded.
"""

from __future__ import annotations

import itertools
import socket
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from statistics import median

from tests.flow.process import Process
from tests.prove.clients import TIMEOUT, URGENT, Clients, Hand, letter
from tests.prove.desk import ProvenDesk, proven_desk
from tests.prove.figures import MEGABYTE, Figures
from tests.prove.firms import firm
from tests.prove.rig import Rig, Trial
from tests.prove.strangers import SIEGES, Siege, besieged, reset

MOST_MEMORY = 200 * 1024 * 1024
"""Octets, counted as systemd counts MemoryMax=200M."""

USUAL_ANSWER = 1.0
"""Seconds."""

LONGEST_ANSWER = 20.0
"""Seconds: a relay's own patience is some minutes, but a page waits for it."""

SESSIONS = 4
"""That the relay keeps."""

BUILDS = ("every connection is served", "the relay is one of many", "all mail is kept in memory")

CUTS = ("in the text", "before the dot", "in the dot", "after the dot")


@dataclass(frozen=True, slots=True)
class Answer:
    """How long a mail of the relay waited at most in a siege, how many strangers came, and the most memory so far."""

    siege: str
    seconds: float
    strangers: int
    memory: int

    def __str__(self) -> str:
        return f"{self.siege} {self.seconds:.2f} s ({self.strangers}, {self.memory // MEGABYTE} MB)"


@dataclass
class Relay:
    """Sends as a relay does, and notes how long each mail `waited` for its 250, all attempts together."""

    begun: dict[int, float] = field(default_factory=dict)
    waited: dict[int, float] = field(default_factory=dict)
    _cuts: Iterator[str] = field(default_factory=lambda: itertools.cycle(CUTS))

    def hand(self, clients: Clients, number: int) -> bool:
        """One attempt."""
        self.begun.setdefault(number, time.monotonic())
        try:
            return clients.by_smtp(number)
        finally:
            self.waited[number] = time.monotonic() - self.begun[number]

    def cut_off(self, clients: Clients, number: int) -> bool:
        """The first attempt ends in a reset; the second is whole."""
        if number in self.begun:
            return self.hand(clients, number)
        self.begun[number] = time.monotonic()
        cut(clients.port(), number, next(self._cuts))
        return False


def cut(port: int, number: int, where: str) -> None:
    """A mail whose sender is gone at that point."""
    text = letter(number)
    end = {"in the text": text[: len(text) // 2], "before the dot": text, "in the dot": text + b".\r"}
    with socket.create_connection(("127.0.0.1", port), TIMEOUT) as client:
        head = f"EHLO relay\r\nMAIL FROM:<{firm(number)}>\r\nRCPT TO:<{URGENT}>\r\nDATA\r\n"
        client.sendall(head.encode())
        heard = b""
        while b"\r\n354 " not in heard and (more := client.recv(4096)):
            heard += more
        client.sendall(end.get(where, text + b".\r\n"))
        time.sleep(0.02)  # a reset overtakes what the other side has not read yet
        reset(client)


def run(trial: Trial) -> Figures:
    """First the resets, then one siege after the other, with mail of the relay in each."""
    mails, cuts = trial.scale(short=8, long=100, caught=4), trial.scale(short=20, long=400, caught=4)
    patience = trial.scale(short=LONGEST_ANSWER, long=LONGEST_ANSWER, caught=LONGEST_ANSWER / 2)
    answers: list[Answer] = []
    with proven_desk(trial) as desk, desk.serving() as process:
        _send(desk, Relay().cut_off, cuts)
        for siege in SIEGES:
            answers.append(_answer_in(desk, process, siege, mails, patience))
            if trial.build and _is_wrong(desk):
                break
        desk.drain()
        desk.weigh(process)
        _is_wrong(desk)
        told = f"longest answer to the relay, and who came: {', '.join(map(str, answers))}"
        figures = desk.figures(cuts + sum(one.strangers for one in answers))
        return replace(figures, notes=(told,))


def _answer_in(desk: ProvenDesk, process: Process, siege: Siege, mails: int, patience: float) -> Answer:
    relay = Relay()
    with ThreadPoolExecutor(SESSIONS) as pool:
        with besieged(desk.port, siege) as strangers:
            sent = [pool.submit(desk.clients.send, relay.hand) for _ in range(mails)]
            wait(sent, patience)
        _finish(desk, sent)
    usual, longest = median(relay.waited.values()), max(relay.waited.values())
    if usual > USUAL_ANSWER:
        desk.wrong.append(f"{siege.__name__}: half of the relay's mail waited {usual:.1f} s and more")
    if longest > patience:
        desk.wrong.append(f"{siege.__name__}: a mail of the relay waited {longest:.0f} s")
    desk.weigh(process)
    return Answer(siege.__name__, longest, strangers.came, desk.rss_max)


def _send(desk: ProvenDesk, hand: Hand, mails: int) -> None:
    with ThreadPoolExecutor(SESSIONS) as pool:
        _finish(desk, [pool.submit(desk.clients.send, hand) for _ in range(mails)])


def _finish(desk: ProvenDesk, sent: Sequence[Future[int]]) -> None:
    """When nobody is at the door any more, each mail gets its 250; or the relay gives up."""
    if wait(sent, 2 * LONGEST_ANSWER).not_done:
        desk.wrong.append("mail of the relay was not taken although nobody else was at the door")
        desk.clients.give_up()


def _is_wrong(desk: ProvenDesk) -> bool:
    if desk.rss_max > MOST_MEMORY:
        desk.wrong.append(f"{desk.rss_max // MEGABYTE} MB of memory")
    return bool(desk.wrong)


RIG = Rig("intake", "strangers", run, BUILDS, is_alone=True)
