"""A real `mailgate serve` on a site of its own, the relay behind it, and the accounts that are compared in the end."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.flow.process import Process, Sink, sinking
from tests.peers import free_port
from tests.prove import accounts
from tests.prove.clients import Clients
from tests.prove.figures import Figures
from tests.prove.firms import a_busy_site
from tests.prove.preloaded import Prepare, forked, nothing
from tests.prove.rig import Trial

LONGEST_WAIT = 120.0
"""Seconds in which a desk must work off some of what it has: else it is told as `wrong`, not waited for."""


@dataclass
class ProvenDesk:
    """A desk under a rig. `rss_max` is the most memory that any of its processes held."""

    root: Path
    port: int
    sink: Sink
    build: str | None
    clients: Clients
    rss_max: int = 0
    wrong: list[str] = field(default_factory=list)

    @contextmanager
    def serving(self, prepare: Prepare = nothing) -> Iterator[Process]:
        """The daemon, ready or dead already; killed at the end of the block when it is still there."""
        with forked(self.root, self.build, prepare) as process:
            try:
                yield process
            finally:
                self.weigh(process)

    def weigh(self, process: Process) -> None:
        """Note the most memory that the daemon held so far (VmHWM)."""
        try:
            status = Path(f"/proc/{process.popen.pid}/status").read_text()
        except OSError:
            return
        held = re.search(r"VmHWM:\s+(\d+) kB", status)
        self.rss_max = max(self.rss_max, int(held[1]) * 1024 if held else 0)

    def stop(self, process: Process) -> None:
        """SIGTERM, and the orderly end."""
        self.weigh(process)
        process.popen.send_signal(signal.SIGTERM)
        code = process.popen.wait(LONGEST_WAIT)
        if code:
            self.wrong.append(f"SIGTERM ended with exit code {code}")

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """What the database says."""
        path = self.root / "var/mailgate.db"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=LONGEST_WAIT)) as database:
            return database.execute(statement).fetchall()

    def waiting(self) -> tuple[int, int]:
        """How many rows nothing was decided about, and how many promises are not settled: (0, 0) when all is done."""
        kept = ("inbox WHERE state = 'pending'", "outbox WHERE settled_at IS NULL")
        undecided, unsettled = (self.ask(f"SELECT count(*) FROM {one}")[0][0] for one in kept)
        return undecided, unsettled

    def drain(self) -> None:
        """Let a daemon that runs work off what there is."""
        self.wait(self.waiting, "it never worked off what it had")

    def wait(self, waiting: Callable[[], tuple[int, ...]], wrong: str) -> None:
        """Until none of something is left, for as long as there is less of it from time to time; else that is wrong."""
        until = time.monotonic() + LONGEST_WAIT
        before: tuple[int, ...] = ()
        while any(left := waiting()):
            if left != before:
                until, before = time.monotonic() + LONGEST_WAIT, left
            if time.monotonic() > until:
                self.wrong.append(f"{wrong}: {left}")
                return
            time.sleep(0.1)

    def figures(self, faults: int) -> Figures:
        """Compare the accounts and ask `mailgate verify`; whoever asks has let the desk come to rest."""
        told = accounts.compare(self.clients, self.ask, self.sink.taken)
        return replace(told, rss_max=self.rss_max, faults=faults, wrong=(*self.wrong, *told.wrong, *self._verified()))

    def _verified(self) -> list[str]:
        """What `mailgate verify` finds broken."""
        line = [sys.executable, "-m", "mailgate", "verify", "--json", "-c", str(self.root / "config.toml")]
        done = subprocess.run(line, capture_output=True, text=True, timeout=LONGEST_WAIT)
        if done.returncode not in (0, 1):
            return [f"verify: {done.stderr.strip()[-300:]}"]
        found = (one for one in json.loads(done.stdout) if one["state"] == "broken")
        return [f"verify: {one['hazard']} {one['says']} ({one['count']})" for one in found]


@contextmanager
def proven_desk(trial: Trial, relay: str | None = None, **edits: str) -> Iterator[ProvenDesk]:
    """A desk on the trial's build, not yet started, and its relay: a sink, unless the URL `relay` names another one.

    `edits` are replacements in config.toml."""
    with sinking() as sink:
        port = free_port()
        url = relay or f"smtp://127.0.0.1:{sink.port}"
        places = {"maildir:var/outgoing": url, "127.0.0.1:0": f"127.0.0.1:{port}", **edits}
        root = a_busy_site(trial.folder / "site", **places)
        yield ProvenDesk(root, port, sink, trial.build, Clients(lambda: port))
