"""What a daemon stands on gives way under load: the disk fills up, has nothing left for this user, may only be read,
answers with errors; a commit's fsync fails; there are no descriptors left (hazards F6, F7, F12, F13).

While it lasts every mail hears 451 or 452, or nothing; not one 5xx. Nothing is lost, and when the trouble is over the
same process goes on by itself.

An fsync that failed must never be asked again and then believed (F6): Linux has forgotten the data by then. SQLite does
not do that. A commit whose fsync fails is rolled back; the next one writes its own pages to the log, over those of the
first, and a checkpoint whose fsync fails is begun again from the log, page for page, because the log is only given up
after an fsync that held. What is asked to last is always what was just written. So the daemon may stay; that a power
cut after such an fsync finds every promised mail is what the rig "power cut" shows.
"""

from __future__ import annotations

import errno
import os
import resource
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from tests.faults.test_storage import a_small_disk, fill
from tests.flow.process import Process, eventually
from tests.prove.desk import ProvenDesk, proven_desk
from tests.prove.failing import SOURCE, Disk
from tests.prove.figures import Figures
from tests.prove.library import preload
from tests.prove.rig import Rig, Trial

DISK, LONG_DISK = "48m", "512m"
"""Room for the mails of the run: it is full only when the ballast is there."""

MAX_SIZE = {'max_size = "25 MB"': 'max_size = "1 MB"'}
"""1.5 MB of it are no mail's."""

BITES = 5
"""A trouble lasts until so many attempts heard of it."""

UNHEARD = 25
"""So many mails are taken, and nobody heard of a trouble."""

MAILS = 4
"""It is over when so many mails have their 250."""

FEW = 45
"""Descriptors: somewhat more than a daemon needs that serves nobody."""

IDLE = 40
BUSY = 0.5
"""The share of a processor above which a daemon without descriptors runs in circles."""

WATCHED_SECONDS = 4.0


TROUBLES = 6
"""Of the disk; each comes `times` times."""


@dataclass
class Bench:
    """A daemon on a bad disk, under load."""

    desk: ProvenDesk
    disk: Disk

    def befalls(self, trouble: AbstractContextManager[object]) -> None:
        """Something goes wrong, until enough attempts heard of it, or mails are taken as if nothing was; then it is
        over, until enough mails are taken."""
        clients = self.desk.clients
        with trouble:
            refused, taken = clients.refusals.total() + BITES, len(clients.acked) + UNHEARD
            eventually(lambda: clients.refusals.total() >= refused or len(clients.acked) >= taken)
        taken = len(clients.acked) + MAILS
        eventually(lambda: len(clients.acked) >= taken)

    def fails(self, write: int = 0, sync: int = 0) -> None:
        """Every write or every fsync answers with that error, and some did."""
        failed = self.disk.failed
        self.befalls(self.disk.failing(write=write, sync=sync))
        if self.disk.failed == failed:
            self.desk.wrong.append(f"no call failed with {os.strerror(write or sync)!r}")

    @contextmanager
    def full(self) -> Iterator[None]:
        """Not an octet is left."""
        ballast = self.desk.root / "var/ballast"
        with suppress(OSError):
            fill(ballast)
        try:
            yield
        finally:
            ballast.unlink()


def run(trial: Trial) -> Figures:
    """All of it, on one desk."""
    preload(SOURCE)
    times, syncs = trial.scale(short=1, long=50, caught=1), trial.scale(short=20, long=1000, caught=1)
    disk = trial.scale(short=DISK, long=LONG_DISK, caught=DISK)
    with proven_desk(trial, **MAX_SIZE) as desk, a_small_disk(desk.root / "var", disk):
        bench = Bench(desk, Disk(desk.root / "var", desk.root / "orders"))
        with desk.clients.pouring() as finish:
            with desk.serving(bench.disk.under) as process:
                for _ in range(times):
                    _suffer(bench)
                for _ in range(syncs):
                    bench.disk.fail_a_sync()
                finish()
                desk.drain()
                desk.stop(process)
            with desk.serving(few_descriptors) as process:
                for _ in range(times):
                    _run_out(desk, process)
                desk.drain()
        refused = desk.clients.refusals
        desk.wrong += [f"{times} mails heard {code}" for code, times in refused.items() if code >= 500]
        told = ", ".join(f"{code} {times} times" for code, times in sorted(refused.items()))
        return replace(desk.figures(times * TROUBLES + syncs), notes=(f"heard instead of a 250: {told}",))


def _suffer(bench: Bench) -> None:
    bench.befalls(bench.full())
    bench.fails(write=errno.ENOSPC)  # as a quota answers while the disk itself has room
    bench.fails(write=errno.EROFS)
    bench.fails(write=errno.EIO)
    bench.fails(sync=errno.EIO)


def _run_out(desk: ProvenDesk, process: Process) -> None:
    """Guests who say nothing take every descriptor; who comes then waits, and the daemon does not run in circles."""
    with ThreadPoolExecutor(1) as client:
        with ExitStack() as held:
            for _ in range(IDLE):
                held.enter_context(socket.create_connection(("127.0.0.1", desk.port)))
            sent = client.submit(desk.clients.send)
            began, used = time.monotonic(), _processor_seconds(process)
            time.sleep(WATCHED_SECONDS)
            share = (_processor_seconds(process) - used) / (time.monotonic() - began)
            if share > BUSY:
                desk.wrong.append(f"without descriptors the daemon uses {share:.0%} of a processor")
        sent.result()


def _processor_seconds(process: Process) -> float:
    """What the daemon used since it began (proc(5): utime and stime)."""
    fields = Path(f"/proc/{process.popen.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def few_descriptors() -> None:
    """In the fork: the process may open only so many files."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (FEW, FEW))


RIG = Rig("storage", "troubles", run, ("250 before the commit", "trouble is 5xx"), needs=("gcc",), as_root=True)
