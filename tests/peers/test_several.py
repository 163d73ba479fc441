"""Several nodes: two real `mailgate serve` on one PostgreSQL, killed, stopped beyond their leases, and gone on with."""

from __future__ import annotations

import shutil
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from mailgate import site
from tests.flow.desk import Letter
from tests.flow.process import Process, Sink, a_site, command, eventually, serving, sinking
from tests.peers.postgres import Postgres

pytestmark = [pytest.mark.peer("postgres"), pytest.mark.timeout(240)]

HASTY = """
from datetime import timedelta
from mailgate import sender
sender.LEASE.update(dict.fromkeys(sender.LEASE, timedelta(seconds=3)))
sender.ATTEMPT_SECONDS.update(dict.fromkeys(sender.LEASE, 2.0))
from mailgate.cli.main import main
main()
"""
"""`mailgate` with leases of three seconds; nothing else is unlike the real one."""

MAILS = 8
TIMERS = 40


@dataclass
class Cluster:
    """Two sites that differ in their ports alone, their database, and the relay that they share."""

    roots: tuple[Path, Path]
    sink: Sink
    postgres: Postgres
    name: str

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        return self.postgres.ask(statement, self.name)

    def count(self, what: str) -> int:
        return int(self.ask(f"SELECT count(*) FROM {what}")[0][0])

    def cut(self) -> None:
        """Every connection at once, as when the server restarts."""
        theirs = "datname = current_database() AND pid <> pg_backend_pid()"
        self.ask(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {theirs}")

    def is_done(self) -> bool:
        """Everything was decided and sent."""
        waiting = ("inbox WHERE state = 'pending'", "outbox WHERE settled_at IS NULL", "timer WHERE kind LIKE 'race%'")
        return not any(map(self.count, waiting))


@pytest.fixture
def cluster(postgres: Postgres, tmp_path: Path) -> Iterator[Cluster]:
    name = postgres.create()
    url = postgres.url(name, idle_in_transaction_session_timeout="3s")
    with sinking() as sink:
        edits = {"sqlite:///var/mailgate.db": url, "maildir:var/outgoing": f"smtp://127.0.0.1:{sink.port}"}
        first, second = (a_site(tmp_path / one, **edits) for one in ("first", "second"))
        yield Cluster((first, second), sink, postgres, name)
    postgres.drop(name)


def share_secret(cluster: Cluster) -> None:
    """Every node signs with the same keys; the first start made them."""
    first, second = (site.load(root / "config.toml").config.secret_path for root in cluster.roots)
    second.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(first, second)


def pour(nodes: tuple[Process, ...], numbers: range) -> None:
    """As many mails as there are numbers, of as many firms, at every node in its turn; each gets its 250."""

    def send(number: int) -> None:
        letter = Letter("Bonjour", f"chef@firm{number}.example", subject=f"n {number} .")
        nodes[number % len(nodes)].send(letter.raw(number), letter.sender)

    with ThreadPoolExecutor(8) as senders:
        list(senders.map(send, numbers))


def set_timers(cluster: Cluster, first: int) -> None:
    """Timers of the desk's own that are due."""
    numbers = f"generate_series({first}, {first + TIMERS - 1})"
    cluster.ask(f"INSERT INTO timer (kind, due_at) SELECT 'race-' || n, now() FROM {numbers} AS n")


def reached(cluster: Cluster) -> Counter[tuple[str, str]]:
    """How often each mail reached each address."""
    return Counter((message_from_bytes(one.raw)["Message-ID"], one.to) for one in cluster.sink.taken)


def all_is_well(cluster: Cluster, mails: int) -> None:
    """Lost 0; tickets and timers once; every mail that was promised reached its person at least once."""
    subjects = Counter(str(subject) for (subject,) in cluster.ask("SELECT subject FROM ticket"))
    assert subjects == Counter(f"n {number} ." for number in range(mails))
    fired = cluster.ask("SELECT count(*) FROM journal WHERE event LIKE 'timer-fired race%' GROUP BY event")
    assert fired == [(1,)] * 2 * TIMERS
    assert cluster.count("outbox WHERE template = 'acknowledgement'") == mails
    promised = {(str(number), str(to)) for number, to in cluster.ask("SELECT message_id, target FROM outbox")}
    assert promised == set(reached(cluster))
    verified = command(cluster.roots[0], "verify")
    assert verified.returncode == 0, verified.stdout


def test_a_node_that_is_stopped_and_one_that_is_killed_lose_nothing(cluster: Cluster) -> None:
    """F37: the other goes on with what each had in hand; whoever wakes up late settles nothing that is not its own."""
    first, second = cluster.roots
    with serving(first, "-c", HASTY) as one:
        share_secret(cluster)
        with serving(second, "-c", HASTY) as other:
            pour((one, other), range(MAILS))
            set_timers(cluster, 0)
            other.popen.send_signal(signal.SIGSTOP)
            assert not cluster.is_done()
            eventually(cluster.is_done)
            other.popen.send_signal(signal.SIGCONT)
            cluster.cut()
            set_timers(cluster, TIMERS)
            pour((one, other), range(MAILS, 2 * MAILS))
            one.kill()
            eventually(cluster.is_done)
            assert other.popen.poll() is None
            all_is_well(cluster, 2 * MAILS)
    assert {minutes for (minutes,) in cluster.ask("SELECT DISTINCT patience FROM inbox")} == {60}
    again = [times for times in reached(cluster).values() if times > 1]
    assert len(again) <= 2 * 6  # at most what the two nodes had under way: four pages and two mails each
