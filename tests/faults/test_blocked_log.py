"""Whoever reads what the daemon says may be stuck or gone (hazards F44): that costs lines, and no mail."""

from __future__ import annotations

import fcntl
import logging
import os
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailgate.logs import Lines
from tests.flow.desk import Letter
from tests.flow.process import PATIENCE, a_site, ask, eventually
from tests.peers import free_port, listens

ONE_PAGE = 4096
URGENT = "support-urgent@example.com"
MAILS = 8
"""Each is told of by more than one line, all of them by more than a page."""


@dataclass
class Piped:
    """A handler that writes into a pipe, and the end that somebody may read."""

    lines: Lines
    end: int

    def say(self, text: str) -> None:
        self.lines.handle(logging.makeLogRecord({"msg": text}))

    def read(self) -> list[str]:
        return os.read(self.end, 1 << 16).decode().splitlines()


@pytest.fixture
def piped() -> Iterator[Piped]:
    end, begin = os.pipe()
    fcntl.fcntl(begin, fcntl.F_SETPIPE_SZ, ONE_PAGE)
    yield Piped(Lines(begin), end)
    for descriptor in (end, begin):
        os.close(descriptor)


def test_what_does_not_fit_is_dropped_and_counted(piped: Piped) -> None:
    """Nobody reads: a handler that waited would hold up the thread that said it."""
    for _ in range(100):
        piped.say("x" * 99)
    assert piped.lines.dropped > 0
    assert piped.read() == ["x" * 99] * (100 - piped.lines.dropped)


def test_a_torn_line_stands_alone(piped: Piped) -> None:
    """What is said next is a line of its own again."""
    piped.say("x" * (ONE_PAGE + 1))
    assert piped.lines.dropped == 1
    piped.read()
    piped.say("there is room again")
    assert piped.read()[:2] == ["", "there is room again"]


def test_a_reader_who_is_gone_and_an_output_that_never_was_cost_lines_only() -> None:
    """A broken pipe raises at every write; a descriptor that was closed at the start may be the database's now."""
    end, begin = os.pipe()
    os.close(end)
    for lines in (Lines(begin), Lines(None)):
        lines.handle(logging.makeLogRecord({"msg": "nobody hears"}))
        assert lines.dropped == 1
    os.close(begin)


def test_a_line_that_cannot_be_formatted_is_one_that_was_dropped(piped: Piped) -> None:
    """The standard handler prints a traceback instead, on an output that may be stuck as well."""
    piped.lines.handle(logging.makeLogRecord({"msg": "%d", "args": ("no number",)}))
    assert piped.lines.dropped == 1


@contextmanager
def speaking_to(root: Path, output: int) -> Iterator[None]:
    """A daemon whose words go to a descriptor."""
    line = [sys.executable, "-m", "mailgate", "serve", "-c", str(root / "config.toml")]
    daemon = subprocess.Popen(line, stdout=output, stderr=output)
    try:
        yield
    finally:
        daemon.kill()
        daemon.wait()


@pytest.mark.parametrize("is_closed", [False, True], ids=["nobody reads", "closed"])
def test_mail_comes_in_while_nobody_can_be_told(tmp_path: Path, is_closed: bool) -> None:
    """Every mail gets its 250 and is a ticket."""
    port = free_port()
    root = a_site(tmp_path / "site", **{"127.0.0.1:0": f"127.0.0.1:{port}"})
    end, begin = os.pipe()
    fcntl.fcntl(begin, fcntl.F_SETPIPE_SZ, ONE_PAGE)
    with speaking_to(root, begin):
        os.close(begin)
        eventually(lambda: listens(port))
        if is_closed:
            os.close(end)
        for number in range(MAILS):
            with smtplib.SMTP("127.0.0.1", port, timeout=PATIENCE) as client:
                client.sendmail("chef@acme.example", [URGENT], Letter(f"mail {number}").raw(number))
        eventually(lambda: len(ask(root, "tickets")) == MAILS)
