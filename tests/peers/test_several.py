"""Several nodes and one mailbox: two real `serve` on one PostgreSQL read it one at a time (hazards F30).

What befalls the nodes themselves is proven in tests/prove/nodes.py."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mailgate.config import keyfile
from tests.flow.desk import RING, Letter
from tests.flow.process import Process, a_site, command, eventually, serving
from tests.peers.dovecot import PASSWORD, Dovecot, running_dovecot
from tests.peers.postgres import Postgres

pytestmark = [pytest.mark.peer("postgres"), pytest.mark.peer("dovecot"), pytest.mark.timeout(240)]

HASTY = """
from datetime import timedelta
from mailgate.daemon import tenures
tenures.LASTS = timedelta(seconds=3)
init = tenures.Tenures.__init__
init.__defaults__ = (0.5, *init.__defaults__[1:])
from mailgate.cli.main import main
main()
"""
"""`mailgate` whose tenures last three seconds, and are kept every half a second."""

HUNG = 90.0
"""Seconds: a node that is stopped in the middle of a transaction holds its rows for half a minute
(`idle_in_transaction_session_timeout`)."""

USER = "support@example.com"
IMAP = """
[[imap]]
host = "localhost"
port = {port}
user = "{user}"
password_file = "imap"
processed = "Lus"
ca_file = "{authority}"
"""


@dataclass
class Cluster:
    """Two sites with one database and one mailbox."""

    roots: tuple[Path, Path]
    dovecot: Dovecot
    postgres: Postgres
    name: str

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        return self.postgres.ask(statement, self.name)

    def put(self, numbers: range) -> None:
        """So many mails arrive in the mailbox."""
        for number in numbers:
            letter = Letter("Bonjour", f"chef@firm{number}.example", subject=f"n {number} .")
            self.dovecot.put(USER, letter.raw(number))

    def are_all_read(self) -> bool:
        """Nothing is left in the mailbox, and everything was decided."""
        return self.dovecot.mails(USER) == 0 and self.ask("SELECT count(*) FROM inbox WHERE state = 'pending'") == [
            (0,)
        ]

    def owner(self) -> object:
        """Who has the mailbox now."""
        found = self.ask("SELECT holder FROM tenure WHERE name LIKE 'mailbox %' AND until > now()")
        return found[0][0] if found else None


@pytest.fixture
def cluster(postgres: Postgres, tmp_path: Path) -> Iterator[Cluster]:
    name = postgres.create_desk()
    with running_dovecot() as dovecot:
        edits = {"sqlite:///var/mailgate.db": postgres.url(name)}
        roots = (a_site(tmp_path / "first", **edits), a_site(tmp_path / "second", **edits))
        for root in roots:
            keyfile.write(root / "var/secret", RING)
            (root / "imap").write_text(PASSWORD)
            (root / "imap").chmod(0o600)
            section = IMAP.format(port=dovecot.tls, user=USER, authority=dovecot.certificate.authority)
            with (root / "config.toml").open("a") as config:
                config.write(section)
        yield Cluster(roots, dovecot, postgres, name)
    postgres.drop(name)


def connections(node: Process) -> int:
    """How often a node came to the mailbox."""
    return len(node.said("imap.connected"))


def test_a_mailbox_goes_from_the_node_that_hangs_to_the_next(cluster: Cluster) -> None:
    """One reader at a time, whatever becomes of it; every mail is one ticket."""
    with serving(cluster.roots[0], "-c", HASTY) as one:
        eventually(lambda: connections(one))
        with serving(cluster.roots[1], "-c", HASTY) as other:
            cluster.put(range(10))
            eventually(cluster.are_all_read)
            assert connections(other) == 0
            first = cluster.owner()

            one.popen.send_signal(signal.SIGSTOP)
            cluster.put(range(10, 20))
            eventually(cluster.are_all_read, HUNG)
            assert cluster.owner() != first
            assert connections(other) == 1
            told = command(cluster.roots[1], "doctor").stdout
            assert f"{cluster.owner()} reads mailbox {USER}@localhost/INBOX since" in told

            one.popen.send_signal(signal.SIGCONT)
            other.kill()
            cluster.put(range(20, 30))
            eventually(cluster.are_all_read)
            assert cluster.owner() == first
    subjects = Counter(str(subject) for (subject,) in cluster.ask("SELECT subject FROM ticket"))
    assert subjects == Counter(f"n {number} ." for number in range(30))
    verified = command(cluster.roots[0], "verify")
    assert verified.returncode == 0, verified.stdout
