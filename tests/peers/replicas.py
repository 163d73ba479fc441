"""Two PostgreSQL servers: a primary, and a standby that every commit waits for. They write for good (fsync)."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tests.peers import wait_until
from tests.peers.postgres import SMALL, Postgres, Server, a_place, initialise

REPLICATES = {
    **SMALL,
    "wal_level": "replica",
    "max_wal_senders": "4",
    "autovacuum": "off",
    "wal_retrieve_retry_interval": "200ms",
}


@dataclass
class Pair(Postgres):
    """`run` is where the primary is reached, the first one until `fail_over`."""

    first: Server = None  # type: ignore[assignment]  # the fields before it have defaults
    second: Server = None  # type: ignore[assignment]  # the same

    def url(self, name: str, **settings: str) -> str:
        """Both servers; whichever takes writes is meant."""
        both = f"{self.first.run},{self.second.run}"
        return super().url(name, **settings).replace(f"host={self.run}", f"host={both}&target_session_attrs=read-write")

    def wait_for_standby(self, wait: bool = True) -> None:
        """From now on every commit is on both (or, as before, on the primary alone)."""
        self.ask(f"ALTER SYSTEM SET synchronous_standby_names = '{'*' if wait else ''}'")
        self.ask("SELECT pg_reload_conf()")
        state = "sync" if wait else "async"
        wait_until(lambda: self.ask("SELECT sync_state FROM pg_stat_replication") == [(state,)], what="the standby")

    def fail_over(self) -> None:
        """The primary is gone from one moment to the next, and the standby takes its place."""
        self.first.stop(signal.SIGKILL)
        self.run = self.second.run
        assert self.ask("SELECT pg_promote()") == [(True,)]


@contextmanager
def running_pair() -> Iterator[Pair]:
    """A primary and a standby that follows it, asynchronously until `wait_for_standby`."""
    with a_place() as one, a_place() as other, ExitStack() as running:
        first, second = Server(one, REPLICATES), Server(other, REPLICATES)
        initialise(first)
        running.callback(first.stop)
        first.start()
        copy = [
            "-h",
            str(one),
            "-U",
            "postgres",
            "-D",
            str(second.data),
            "-R",
            "-X",
            "stream",
            "-c",
            "fast",
            "--no-sync",
        ]
        second.program("pg_basebackup", *copy)
        running.callback(second.stop)
        second.start()
        yield Pair(one, first=first, second=second)
