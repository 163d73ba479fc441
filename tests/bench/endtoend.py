"""From the door to the relay: how many tickets a second, and what one of them costs, however many there are already.

    python -m tests.bench.endtoend [--mails N] [--tickets 0 100000 1000000]

Customers write to the urgent door of a real `mailgate serve`, which opens a ticket for each, acknowledges it, calls
three people by mail and by pager, and hands the seven letters to Postfix's `smtp-sink`. The first 50 mails warm it up.
One line for each number of tickets that the database holds beforehand (tests.bench.seeding):

    tickets/s   from the first 250 to the last letter at the sink; client, daemon and sink share the machine
    CPU ms      what the daemon spends on one ticket, and that in proportion to the first line
    MB          its memory when nothing has happened yet, and at most

Two hundred customers write in turn and no budget holds anything back, so that nothing is a flood and everything leaves.
The rate depends on what else the machine does; processor time does less, and the ratio of two of them least.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.seeding import Stock, stocked
from tests.flow.process import Process, a_site, serving
from tests.peers import free_port, listens, require, wait_until

CUSTOMERS = 200
SESSIONS = 8
LETTERS = 7
"""An acknowledgement, and three people's mail and pager."""

WARM_UP = 50
MAILS = 1500
MOST_SECONDS = 600.0
TICKS = os.sysconf("SC_CLK_TCK")
TEXT = (
    "Bonjour,\r\n\r\nLe serveur {number} ne répond plus depuis ce matin.\r\nMerci de nous rappeler.\r\n\r\nClaude\r\n"
)
UNBOUNDED = (
    ("{ hour = 20, day = 100 }", "{ hour = 10000, day = 10000 }"),
    ("tickets = 4 ", "tickets = 100 "),
)
"""What a contact may be answered, and how many requests of one customer are no flood yet."""


@dataclass(frozen=True, slots=True)
class Run:
    """What became of some mails, all of them at the sink in the end."""

    tickets: int
    mails: int
    seconds: float
    cpu_seconds: float
    idle_mb: float
    peak_mb: float

    @property
    def cpu_ms(self) -> float:
        """What one ticket cost the daemon."""
        return 1000 * self.cpu_seconds / self.mails

    def line(self, first: Run) -> str:
        """As it is printed; `first` is what it is compared with."""
        return (
            f"{self.tickets:9,} tickets: {self.mails / self.seconds:6.1f} tickets/s, {self.cpu_ms:6.2f} CPU ms each "
            f"({self.cpu_ms / first.cpu_ms:.2f}), {self.idle_mb:4.0f} MB idle, {self.peak_mb:4.0f} MB at most"
        )


@dataclass
class Sink:
    """A relay that takes everything, and how many mails it took so far."""

    port: int
    taken: int = 0

    def count(self, said: Iterator[bytes]) -> None:
        """Read what smtp-sink says of itself, until it ends."""
        for piece in said:
            self.taken = max(self.taken, *map(int, re.findall(rb"mesg=(\d+)\r", piece)), 0)


@contextmanager
def sinking() -> Iterator[Sink]:
    """Postfix's smtp-sink, which counts aloud."""
    sink, no_root = Sink(free_port()), () if os.geteuid() else ("-u", "nobody")
    line = [require("smtp-sink"), *no_root, "-c", f"127.0.0.1:{sink.port}", "1024"]
    with subprocess.Popen(line, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        pieces = iter(lambda: os.read(process.stdout.fileno(), 65536), b"")  # type: ignore[union-attr]  # asserted above
        reader = threading.Thread(target=sink.count, args=(pieces,))
        reader.start()
        try:
            wait_until(lambda: listens(sink.port), what="smtp-sink")
            yield sink
        finally:
            process.terminate()
            reader.join()


def site(root: Path, relay: int) -> Path:
    """The starter with many customers, who may write as much as they like."""
    a_site(root, **{"maildir:var/outgoing": f"smtp://127.0.0.1:{relay}"})
    for path in (root / "rules").glob("*.toml"):
        text = path.read_text("utf-8")
        for old, new in UNBOUNDED:
            text = text.replace(old, new)
        path.write_text(text, "utf-8")
    rules = root / "rules/40-customers.toml"
    rules.write_text(rules.read_text("utf-8") + "".join(map(_customer, range(CUSTOMERS))), "utf-8")
    return root


def _customer(number: int) -> str:
    contact = f'{{ name = "Chef {number}", mail = "{author(number)}", responsible = true }}'
    return (
        f'\n[customer.c{number}]\nname = "Client {number}"\ndomains = ["c{number}.example"]\ncontacts = [{contact}]\n'
    )


def author(number: int) -> str:
    """Who writes the mail of this number."""
    return f"chef@c{number % CUSTOMERS}.example"


def mail(number: int) -> bytes:
    """Unlike any other."""
    head = (
        f"From: Chef <{author(number)}>\r\nTo: support-urgent@example.com\r\nSubject: Panne {number}\r\n"
        f"Message-ID: <{number}@c{number % CUSTOMERS}.example>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    return (head + TEXT.format(number=number)).encode()


@dataclass
class Client:
    """Hands mails in over some sessions; `first` is when the first of them had its 250."""

    port: int
    first: float = field(default=0.0)

    async def send(self, numbers: range) -> None:
        """All of them, each session every SESSIONS-th."""
        await asyncio.gather(*(self._session(numbers[start::SESSIONS]) for start in range(SESSIONS)))

    async def _session(self, numbers: range) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        await _replied(reader, b"220")
        await _say(reader, writer, b"EHLO bench", b"250")
        for number in numbers:
            await _say(reader, writer, f"MAIL FROM:<{author(number)}>".encode(), b"250")
            await _say(reader, writer, b"RCPT TO:<support-urgent@example.com>", b"250")
            await _say(reader, writer, b"DATA", b"354")
            await _say(reader, writer, mail(number) + b".", b"250")
            self.first = self.first or time.monotonic()
        writer.close()


async def _say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: bytes, expected: bytes) -> None:
    writer.write(line + b"\r\n")
    await _replied(reader, expected)


async def _replied(reader: asyncio.StreamReader, expected: bytes) -> None:
    while (line := await reader.readline())[3:4] == b"-":
        pass
    assert line.startswith(expected), line


def measured(stock: Stock, tickets: int, mails: int) -> Run:
    """One run on a database that holds so many tickets."""
    with tempfile.TemporaryDirectory() as directory, sinking() as sink:
        root = site(Path(directory), sink.port)
        stock.put(root / "var/mailgate.db", tickets)
        with serving(root) as process:
            idle = memory(process, "VmRSS")
            handed_over(process, sink, range(WARM_UP))
            since = cpu_seconds(process)
            seconds = handed_over(process, sink, range(WARM_UP, WARM_UP + mails))
            return Run(tickets, mails, seconds, cpu_seconds(process) - since, idle, memory(process, "VmHWM"))


def handed_over(process: Process, sink: Sink, numbers: range) -> float:
    """How long it took from the first 250 until every letter was at the sink."""
    wanted, client = sink.taken + LETTERS * len(numbers), Client(process.port())
    asyncio.run(client.send(numbers))
    wait_until(lambda: sink.taken >= wanted, MOST_SECONDS, f"{wanted} letters")
    return time.monotonic() - client.first


def cpu_seconds(process: Process) -> float:
    """What the daemon has used so far."""
    fields = Path(f"/proc/{process.popen.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory(process: Process, what: str) -> float:
    """A figure of /proc/PID/status, in MB."""
    status = Path(f"/proc/{process.popen.pid}/status").read_text()
    found = re.search(rf"{what}:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024


def main(arguments: list[str]) -> int:
    """Print one line for each number of tickets."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.endtoend")
    parser.add_argument("--mails", type=int, default=MAILS)
    parser.add_argument("--tickets", type=int, nargs="+", default=[0])
    asked = parser.parse_args(arguments)
    first: Run | None = None
    with stocked(CUSTOMERS) as stock:
        for tickets in asked.tickets:
            run = measured(stock, tickets, asked.mails)
            first = first or run
            print(run.line(first), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
