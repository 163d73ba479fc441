"""How fast mails are taken, by whom, and for how much processor time.

    python -m tests.bench.acceptance [--rounds N] [--tickets N]

One client, Postfix's `smtp-source`, sends to four servers in turn, each in processes of its own: `smtp-sink`, which
keeps nothing; stock aiosmtpd, which keeps nothing either ("bare"); our SMTP door with the real acceptor and database,
which answers 250 after a commit with `synchronous=FULL` ("ours", without the engine); and a private Postfix that puts
what it gets on hold, so that nothing but its acceptance is measured. One line for each size and number of sessions:
mails per second, the median of the rounds; the two ratios that we promise (>= 1 of bare and >= 2 of Postfix, 4 KiB and
32 sessions); the processor time that one mail costs bare and ours, which a loaded machine changes least; and how many
mails shared one of our commits.

The client counts as one of our relays, as the Postfix in front of a mailgate does.

smtp-source sends the same text from the same sender to the same recipient; only the Message-Id differs. That is no
cheaper here: the door reads, fingerprints and stores every mail as if it were the first, and whether it is a twin is
the engine's question, after the 250. It is kind to the indexes, whose new entries all come to lie side by side.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from statistics import median
from typing import Any

import structlog
from aiosmtpd.smtp import SMTP
from sqlalchemy import Engine, event

from mailgate.acceptor import Acceptor
from mailgate.core.listening import Listen
from mailgate.edge.keeper import Keeper, Limits
from mailgate.edge.smtp_in import open_door
from mailgate.store.database import Database
from tests.bench.endtoend import CUSTOMERS
from tests.bench.seeding import Stock, stocked
from tests.peers import free_port, listens, require, wait_until
from tests.peers.postfix import running_postfix

SECONDS = 0.7
"""About how long one server is sent to in one round."""

FEWEST = 64
ROUNDS = 3
SIZES = (4096, 51200)
SESSIONS = (1, 8, 32)
ENVELOPE = ("-f", "chef@acme.example", "-t", "support@example.com")
TALKATIVE = Limits(commands=10**9, session_seconds=3600)
TICKS = os.sysconf("SC_CLK_TCK")
ON_HOLD = "smtpd_client_restrictions = check_client_access static:HOLD\n"


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server listens; `process` is there when it is all one process of ours."""

    name: str
    port: int
    process: subprocess.Popen[bytes] | None = None

    def cpu_seconds(self) -> float:
        """What its process has used so far, 0 for one that is several."""
        if self.process is None:
            return 0.0
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def commits(self) -> int:
        """How many transactions ours has committed so far."""
        if self.process is None:
            return 0
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@dataclass(frozen=True, slots=True)
class Run:
    """What one server did in one round."""

    mails: int
    seconds: float
    cpu_seconds: float
    commits: int


@dataclass(frozen=True, slots=True)
class Row:
    """All rounds of one size and number of sessions, by server."""

    size: int
    sessions: int
    runs: dict[str, list[Run]]

    def __str__(self) -> str:
        rates = {name: median(run.mails / run.seconds for run in runs) for name, runs in self.runs.items()}
        bare, ours = (self._sum(name, lambda run: run.cpu_seconds) / self._mails(name) for name in ("bare", "ours"))
        group = self._mails("ours") / max(1, self._sum("ours", lambda run: run.commits))
        return (
            f"{self.size // 1024:3} KiB {self.sessions:2} |"
            + "".join(f" {rate:8.0f}" for rate in rates.values())
            + f" | {rates['ours'] / rates['bare']:6.2f} {rates['ours'] / rates['postfix']:9.2f}"
            + f" | {bare * 1e6:7.0f} {ours * 1e6:7.0f} | {group:6.1f}"
        )

    def _mails(self, name: str) -> float:
        return self._sum(name, lambda run: run.mails)

    def _sum(self, name: str, figure: Callable[[Run], float]) -> float:
        return sum(figure(run) for run in self.runs[name])


HEADER = (
    "size, sessions|     sink     bare     ours  postfix | ÷ bare ÷ postfix | µs bare    ours | mails/commit\n"
    + "-" * 92
)


class Discarding:
    """The handler of stock aiosmtpd that keeps nothing."""

    async def handle_DATA(self, _server: object, _session: object, _envelope: object) -> str:  # noqa: N802 - its name
        return "250 OK"


async def bare(port: int) -> None:
    """An aiosmtpd as it comes, until nobody asks any more."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Discarding(), hostname="example.com", loop=loop), "127.0.0.1", port)
    await _answer(lambda: 0)
    server.close()


async def ours(port: int, path: str) -> None:
    """Our door, with the real acceptor and the database at this path behind it."""
    commits: list[object] = []
    event.listen(Engine, "commit", commits.append)
    async with AsyncExitStack() as held:
        database = Database.open(f"sqlite:///{path}")
        held.callback(database.close)
        acceptor = Acceptor(database, lambda: datetime.now(UTC), lambda: None)
        acceptor.start()
        held.push_async_callback(asyncio.to_thread, acceptor.stop)
        relays = (ip_network("127.0.0.0/8"),)
        keeper = Keeper(acceptor, lambda _: True, "example.com", 1_000_000, relays, TALKATIVE)
        door = await open_door(Listen("127.0.0.1", port), keeper, lmtp=False)
        held.push_async_callback(door.close, 1)
        await _answer(lambda: len(commits))


async def _answer(count: Callable[[], int]) -> None:
    """Says the count for every line on standard input, until its end."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def asked() -> None:
        if os.read(0, 1):
            os.write(1, b"%d\n" % count())
        else:
            loop.remove_reader(0)
            ended.set()

    loop.add_reader(0, asked)
    await ended.wait()


ROLES: dict[str, Callable[..., Coroutine[Any, Any, None]]] = {"bare": bare, "ours": ours}


@contextmanager
def sink() -> Iterator[Server]:
    """Postfix's smtp-sink."""
    port = free_port()
    no_root = () if os.geteuid() else ("-u", "nobody")
    process = subprocess.Popen([require("smtp-sink"), *no_root, f"127.0.0.1:{port}", "1024"])
    try:
        wait_until(lambda: listens(port), what="smtp-sink")
        yield Server("sink", port)
    finally:
        process.terminate()
        process.wait()


@contextmanager
def role(name: str, *given: Path) -> Iterator[Server]:
    """This module in a process of its own; it ends with its standard input."""
    port = free_port()
    line = [sys.executable, "-m", "tests.bench.acceptance", name, str(port), *map(str, given)]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        wait_until(lambda: listens(port), what=name)
        yield Server(name, port, process)
        assert process.stdin is not None
        process.stdin.close()


@contextmanager
def postfix() -> Iterator[Server]:
    """A private Postfix, up to its hold queue."""
    with running_postfix("smtp:[127.0.0.1]:1", settings=ON_HOLD) as running:
        yield Server("postfix", running.port)


def sent(server: Server, size: int, sessions: int, mails: int) -> Run:
    """One run of smtp-source, over connections that are kept."""
    line = [require("smtp-source"), "-d", "-s", str(sessions), "-l", str(size), "-m", str(mails), *ENVELOPE]
    cpu, commits, since = server.cpu_seconds(), server.commits(), time.monotonic()
    subprocess.run([*line, f"127.0.0.1:{server.port}"], check=True, timeout=60)
    seconds = time.monotonic() - since
    return Run(mails, seconds, server.cpu_seconds() - cpu, server.commits() - commits)


def measured(servers: list[Server], size: int, sessions: int, rounds: int) -> Row:
    """Every server in turn, as often as there are rounds; the first try only shows how many mails fill SECONDS."""
    tried = [sent(server, size, sessions, FEWEST) for server in servers]
    mails = [max(FEWEST, round(SECONDS * run.mails / run.seconds)) for run in tried]
    runs: dict[str, list[Run]] = {server.name: [] for server in servers}
    for _ in range(rounds):
        for server, many in zip(servers, mails, strict=True):
            runs[server.name].append(sent(server, size, sessions, many))
    return Row(size, sessions, runs)


def table(stock: Stock, tickets: int, rounds: int) -> Iterator[str]:
    """The lines of the table; the database of our door holds so many tickets beforehand."""
    yield HEADER
    with ExitStack() as held:
        database = Path(held.enter_context(tempfile.TemporaryDirectory())) / "bench.db"
        stock.put(database, tickets)
        servers = [held.enter_context(one) for one in (sink(), role("bare"), role("ours", database), postfix())]
        for size in SIZES:
            for sessions in SESSIONS:
                yield str(measured(servers, size, sessions, rounds))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.acceptance")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--tickets", type=int, default=0)
    asked = parser.parse_args()
    with stocked(CUSTOMERS) as stock:
        for line in table(stock, asked.tickets, asked.rounds):
            print(line, flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in ROLES:
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
        asyncio.run(ROLES[sys.argv[1]](int(sys.argv[2]), *sys.argv[3:]))
    else:
        main()
