"""Daemons that start at once: forked from a process that has the program loaded, because a rig starts hundreds.

What a daemon does is the same, from reading its configuration to its end; only the interpreter's start and its imports
are saved (multiprocessing's forkserver). A broken build is put in place in the fork.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.flow.forgeries.weakening import Weakening, always
from tests.flow.process import Process, eventually

PRELOADED = [
    "mailgate.cli.main",
    "mailgate.daemon.serving",
    "mailgate.doors",
    "mailgate.edge.smtp_out",
    "mailgate.edge.maildir_out",
    "mailgate.store.schema",
    "tests.prove.builds",
    "tests.prove.preloaded",
    "tests.prove.__main__",
]
"""The last one is what every fork imports before anything else, with all rigs."""

FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(PRELOADED)

UNREAD = Weakening("the templates are not looked through", "site:template_mistakes", always(()))
"""A daemon prints every template once to say what is wrong with them: two seconds that prove nothing here."""

Prepare = Callable[[], None]
"""What a fork does before it becomes the daemon; a function at the top of a module."""


def nothing() -> None:
    """Prepare nothing."""


@dataclass
class Forked:
    """A fork with the manners of a subprocess.Popen."""

    process: BaseProcess

    @property
    def pid(self) -> int:
        return int(self.process.pid or 0)

    def poll(self) -> int | None:
        return self.process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self.process.join(timeout)
        if self.process.exitcode is None:
            raise TimeoutError(f"process {self.pid} is still there after {timeout} s")
        return self.process.exitcode

    def kill(self) -> None:
        self.process.kill()

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


def become(root: Path, build: str | None, prepare: Prepare, arguments: tuple[str, ...] = ("serve",)) -> None:
    """In the fork: `mailgate` with these arguments, its words in serve.log."""
    from mailgate.cli.main import main
    from tests.prove.builds import BUILDS

    log = os.open(root / "serve.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = ["mailgate", *arguments, "-c", str(root / "config.toml")]
    with BUILDS[build].applied() if build else nullcontext(), UNREAD.applied():
        prepare()
        main()


@contextmanager
def forked(root: Path, build: str | None = None, prepare: Prepare = nothing) -> Iterator[Process]:
    """The site's daemon, ready or already dead (a rig may kill it at any moment); killed with the block."""
    process = FORKING.Process(target=become, args=(root, build, prepare))
    (root / "serve.log").unlink(missing_ok=True)
    process.start()
    started = Process(root, Forked(process))
    try:
        eventually(lambda: started.popen.poll() is not None or is_ready(started))
        yield started
    finally:
        if started.popen.poll() is None:
            started.kill()


def is_ready(started: Process) -> bool:
    """Whether the daemon listens."""
    return (started.root / "serve.log").exists() and bool(started.said("daemon.ready"))
