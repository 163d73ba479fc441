"""How long people wait: from the 250 of a mail to its acknowledgement, and to its last page, at the relay.

    python -m tests.bench.delay [--seconds N] [--tickets N]

A real `mailgate serve` with the desk of tests.bench.endtoend, a relay that notes when what came, and mails at a steady
rate, each a request of another customer's to the urgent door: seven letters each. One line for each of the answer to
the final dot, the acknowledgement, and the last of the six letters to people on duty: milliseconds, p50, p99 and the
longest. Then the processor time that one mail cost the daemon, from its arrival to its last letter.

We promise a page at the relay within 2 s (p99) at 20 mails/s. Relay and client are threads of this process: on a loaded
machine their own delay is in the figures.
"""

from __future__ import annotations

import argparse
import re
import smtplib
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.endtoend import CUSTOMERS, LETTERS, WARM_UP, author, cpu_seconds, mail, site
from tests.bench.seeding import Stock, stocked
from tests.flow.process import Process, Taken, serving, sinking
from tests.peers import wait_until

RATE = 20
"""Mails per second."""

SECONDS = 15
SESSIONS = 4
PATIENCE = 60.0
NUMBER = re.compile(rb"Panne (\d+)")


@dataclass(frozen=True, slots=True)
class Given:
    """A mail's number, when its final dot was sent, and when its 250 came."""

    number: int
    asked_at: float
    answered_at: float


def poured(port: int, numbers: range) -> list[Given]:
    """Hands the mails in at RATE, over some connections."""
    given: list[Given] = []
    begin = time.monotonic() + 0.1

    def hand_in(mine: range) -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=PATIENCE) as client:
            for number in mine:
                time.sleep(max(0.0, begin + (number - numbers[0]) / RATE - time.monotonic()))
                client.ehlo_or_helo_if_needed()
                client.mail(author(number))
                client.rcpt("support-urgent@example.com")
                asked = time.monotonic()
                assert client.data(mail(number))[0] == 250
                given.append(Given(number, asked, time.monotonic()))

    threads = [threading.Thread(target=hand_in, args=(numbers[start::SESSIONS],)) for start in range(SESSIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


def handed_over(process: Process, taken: Sequence[Taken], numbers: range) -> list[Given]:
    """The mails, once all their letters are at the relay."""
    wanted = len(taken) + LETTERS * len(numbers)
    given = poured(process.port(), numbers)
    wait_until(lambda: len(taken) >= wanted, PATIENCE, f"{wanted} letters")
    return given


def told(given: Iterable[Given], taken: Iterable[Taken]) -> Iterator[str]:
    """The lines of the table."""
    letters: defaultdict[int, list[Taken]] = defaultdict(list)
    for letter in taken:
        if found := NUMBER.search(letter.raw):
            letters[int(found[1])].append(letter)
    answers, acknowledgements, pages = [], [], []
    for one in given:
        answers.append(one.answered_at - one.asked_at)
        theirs = [letter.at for letter in letters[one.number] if letter.to == author(one.number)]
        ours = [letter.at for letter in letters[one.number] if letter.to != author(one.number)]
        acknowledgements.append(max(theirs) - one.answered_at)
        pages.append(max(ours) - one.answered_at)
    yield line("250 after the final dot", answers)
    yield line("acknowledgement at the relay", acknowledgements)
    yield line("last page at the relay", pages)


def line(what: str, seconds: Sequence[float]) -> str:
    """As it is printed."""
    ordered = sorted(1000 * one for one in seconds)
    p50, p99 = (ordered[int(share * (len(ordered) - 1))] for share in (0.5, 0.99))
    return f"{what:28}  p50 {p50:7.1f} ms  p99 {p99:7.1f} ms  longest {ordered[-1]:7.1f} ms"


def measured(stock: Stock, tickets: int, seconds: float) -> Iterator[str]:
    """The lines of the table, on a database that holds so many tickets."""
    with tempfile.TemporaryDirectory() as directory, sinking() as sink:
        root = site(Path(directory), sink.port)
        stock.put(root / "var/mailgate.db", tickets)
        with serving(root) as process:
            handed_over(process, sink.taken, range(WARM_UP))
            since = cpu_seconds(process)
            given = handed_over(process, sink.taken, range(WARM_UP, WARM_UP + round(RATE * seconds)))
            cost = 1000 * (cpu_seconds(process) - since) / len(given)
    yield from told(given, sink.taken)
    yield f"{len(given)} mails at {RATE}/s, {LETTERS} letters each; {cost:.2f} ms of processor time a mail"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.delay")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--tickets", type=int, default=0)
    asked = parser.parse_args()
    with stocked(CUSTOMERS) as stock:
        print("\n".join(measured(stock, asked.tickets, asked.seconds)))


if __name__ == "__main__":
    main()
