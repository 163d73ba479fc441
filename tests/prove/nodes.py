"""Several nodes: two identical `serve` on one PostgreSQL whose commits wait for a standby, and what befalls them under
load, one after the other (hazards F26, F37 to F39).

    held        somebody's psql holds the row by which nodes decide: both stand there with the same mail in their hands
    paused      a node is stopped for longer than its leases, and wakes up to find its rows taken over
    cut         every connection to the database breaks at once
    killed      a node dies (kill -9), and comes back
    restarted   the database is stopped in the middle of everything, and goes through its log
    fail over   the primary dies, and the standby takes its place; no node is restarted for it

Meanwhile customers write, technicians record their minutes by mail, and timers come due. A mail reaches whichever node
is next in turn, as behind a Postfix that tries both.
"""

from __future__ import annotations

import signal
import smtplib
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email import message_from_bytes
from itertools import cycle
from pathlib import Path
from typing import Any

import psycopg

from mailgate import sender
from mailgate.config import keyfile
from tests.flow.desk import RING
from tests.flow.process import Process, Sink, sinking
from tests.peers import free_port
from tests.peers.replicas import Pair, running_pair
from tests.prove.clients import TIMEOUT, Clients, identity
from tests.prove.desk import ProvenDesk
from tests.prove.figures import Figures
from tests.prove.firms import a_busy_site
from tests.prove.preloaded import forked
from tests.prove.rig import Rig, Trial

LEASE_SECONDS = 3.0
UNDER_WAY = 2 * sender.UNDER_WAY
"""As many mails of two nodes may be on their way at a moment, and leave twice when something breaks then."""

TIMERS = 20
TECHNICIAN = "tech1@example.com"


def hasty() -> None:
    """Leases of three seconds; nothing else is unlike the real ones."""
    sender.LEASE.update(dict.fromkeys(sender.LEASE, timedelta(seconds=LEASE_SECONDS)))
    sender.ATTEMPT_SECONDS.update(dict.fromkeys(sender.LEASE, LEASE_SECONDS - 1))


@dataclass
class Nodes(ProvenDesk):
    """`nodes` run on sites that differ in their ports alone; `database` is the name of the one that they share."""

    pair: Pair = None  # type: ignore[assignment]  # the fields before it have defaults
    database: str = ""
    roots: tuple[Path, ...] = ()
    nodes: list[Process] = field(default_factory=list)
    timers: int = 0
    recorded: int = 0

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        return self.pair.ask(statement, self.database)

    def set_timers(self) -> None:
        """Timers of the desk's own, that are due and change nothing."""
        numbers = f"generate_series({self.timers}, {self.timers + TIMERS - 1})"
        self.ask(f"INSERT INTO timer (kind, due_at) SELECT 'race-' || n, now() FROM {numbers} AS n")
        self.timers += TIMERS

    def record_minutes(self) -> None:
        """The technician answers the next pages with the time that the work took."""
        pages = dict(map(_page, [one.raw for one in self.sink.taken if one.to == TECHNICIAN]))
        known = [to for to in pages.values() if "+" in to]
        for to in known[self.recorded : self.recorded + 3]:
            self.recorded += 1
            self.clients.send(lambda clients, number, to=to: _record(clients, number, to))  # type: ignore[misc]  # mypy cannot infer it

    def waiting(self) -> tuple[int, int]:
        with suppress(psycopg.OperationalError):
            undecided, unsettled = super().waiting()
            return undecided + self.ask("SELECT count(*) FROM timer WHERE kind LIKE 'race%'")[0][0], unsettled
        return -1, -1

    def figures(self, faults: int) -> Figures:
        """With what only several nodes can do wrong."""
        told = super().figures(faults)
        return replace(told, wrong=(*told.wrong, *self._twice(told, faults)))

    def _twice(self, told: Figures, faults: int) -> Iterator[str]:
        fired = Counter(times for (times,) in self.ask(FIRED))
        if fired != {1: self.timers}:
            yield f"of {self.timers} timers so many fired so often: {dict(fired)}"
        if (minutes := self.ask(MINUTES)) != [(self.recorded, self.recorded)]:
            yield f"minutes were recorded {self.recorded} times, and (entries, tickets) are {minutes}"
        if told.page_dup > faults * UNDER_WAY:
            yield f"{told.page_dup} mails left again, and {faults * UNDER_WAY} at most were under way at the faults"


FIRED = "SELECT count(*) FROM journal WHERE event LIKE 'timer-fired race%' GROUP BY event"
MINUTES = "SELECT count(*), count(DISTINCT ticket) FROM intervention"


def held(desk: Nodes) -> None:
    """Without a claim, both nodes decide what they had read: left to chance, they seldom read the same mail."""
    desk.ask("WITH floor AS (SELECT name FROM counter FOR UPDATE) SELECT count(pg_sleep(1)) FROM floor")


def paused(desk: Nodes) -> None:
    """SIGSTOP for longer than a lease and than an idle transaction may take."""
    desk.nodes[1].popen.send_signal(signal.SIGSTOP)
    time.sleep(LEASE_SECONDS + 1)
    desk.nodes[1].popen.send_signal(signal.SIGCONT)


def cut(desk: Nodes) -> None:
    theirs = "datname = current_database() AND pid <> pg_backend_pid()"
    desk.ask(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {theirs}")


def killed(desk: Nodes) -> None:
    desk.weigh(desk.nodes[0])
    desk.nodes[0].kill()


def restarted(desk: Nodes) -> None:
    desk.pair.first.stop()
    desk.pair.first.start()


def fail_over(desk: Nodes) -> None:
    desk.pair.fail_over()


FAULTS: tuple[Callable[[Nodes], None], ...] = (held, paused, cut, killed, restarted, fail_over)
A_WHILE = 1.2
"""Seconds of load around each."""


def run(trial: Trial) -> Figures:
    """Every fault in its turn, and a last while to work off what there is."""
    faults = trial.scale(short=FAULTS, long=FAULTS[:-1] * 20 + FAULTS[-1:], caught=(held,))
    with several(trial) as desk, ExitStack() as running, desk.clients.pouring(sessions=2, pause=0.6) as finish:
        desk.nodes = [running.enter_context(_node(desk, root)) for root in desk.roots]
        for fault in (*faults, None):
            desk.set_timers()
            time.sleep(A_WHILE)
            if fault is not None:
                fault(desk)
            for at, node in enumerate(desk.nodes):
                if node.popen.poll() is not None:
                    desk.nodes[at] = running.enter_context(_node(desk, desk.roots[at]))
            desk.record_minutes()
        finish()
        desk.drain()
        for node in desk.nodes:
            desk.weigh(node)
        return desk.figures(len(faults))


def _node(desk: Nodes, root: Path) -> Any:
    return forked(root, desk.build, hasty)


@contextmanager
def several(trial: Trial) -> Iterator[Nodes]:
    """Two sites, their database on two servers, and the relay that they share."""
    with running_pair() as pair, sinking() as sink:
        name = pair.create_desk()
        pair.wait_for_standby()
        ports = (free_port(), free_port())
        url = pair.url(name, idle_in_transaction_session_timeout="3s")
        roots = tuple(_a_site(trial.folder / str(port), port, url, sink) for port in ports)
        turn = cycle(ports)
        clients = Clients(lambda: next(turn))
        yield Nodes(roots[0], ports[0], sink, trial.build, clients, pair=pair, database=name, roots=roots)


def _a_site(root: Path, port: int, url: str, sink: Sink) -> Path:
    """Every node signs with the same keys."""
    relay = f"smtp://127.0.0.1:{sink.port}"
    edits = {"sqlite:///var/mailgate.db": url, "maildir:var/outgoing": relay, "127.0.0.1:0": f"127.0.0.1:{port}"}
    a_busy_site(root, **edits)
    keyfile.write(root / "var/secret", RING)
    return root


def _record(clients: Clients, number: int, to: str) -> bool:
    head = f"From: {TECHNICIAN}\r\nTo: {to}\r\nSubject: Re: n\r\nMessage-ID: {identity(number)}\r\n"
    raw = f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\n#temps 0:30\r\n".encode()
    with smtplib.SMTP("127.0.0.1", clients.port(), timeout=TIMEOUT) as client:
        client.sendmail(TECHNICIAN, [to], raw)
    return True


def _page(raw: bytes) -> tuple[str, str]:
    """The ticket of a technician's mail, and the address that answers it."""
    mail = message_from_bytes(raw)
    return str(mail["Message-ID"]).partition(".")[0], str(mail["Reply-To"])


RIG = Rig("nodes", "faults", run, ("no lease", "no claim"), needs=("postgres",))
