"""A real `mailgate serve` in a process of its own, on free loopback ports, and a sink that stands for the relay."""

from __future__ import annotations

import json
import os
import signal
import smtplib
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedIOBase
from pathlib import Path
from typing import Any, Protocol

from mailgate import starter

PATIENCE = 30.0


def eventually(check: Callable[[], Any], patience: float = PATIENCE) -> Any:
    """What `check` answers once that is true; fails after so many seconds."""
    until = time.monotonic() + patience
    while not (answer := check()):
        assert time.monotonic() < until, "it never came to be"
        time.sleep(0.05)
    return answer


class Child(Protocol):
    """What is asked of a process: a subprocess.Popen, or what has its manners."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def kill(self) -> None: ...

    def send_signal(self, sig: int) -> None: ...


@dataclass
class Process:
    """One running daemon."""

    root: Path
    popen: Child

    def log(self) -> list[dict[str, Any]]:
        """What it said so far."""
        lines = (self.root / "serve.log").read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def said(self, event: str) -> list[dict[str, Any]]:
        """The lines of one event."""
        return [line for line in self.log() if line["event"] == event]

    def port(self, scheme: str = "smtp") -> int:
        """The port of a door."""
        addresses = self.said("daemon.ready")[-1]["addresses"]
        return int(next(one for one in addresses if one.startswith(scheme)).rpartition(":")[2])

    def send(self, raw: bytes, sender: str = "chef@acme.example", *to: str) -> None:
        """Hand one mail in over SMTP; raises what smtplib raises."""
        with smtplib.SMTP("127.0.0.1", self.port(), timeout=PATIENCE) as client:
            client.sendmail(sender, to or ["support-urgent@example.com"], raw)

    def stop(self) -> None:
        """SIGTERM, and the orderly end."""
        self.popen.send_signal(signal.SIGTERM)
        assert self.popen.wait(PATIENCE) == 0

    def kill(self) -> None:
        """kill -9."""
        self.popen.kill()
        self.popen.wait()


def a_site(root: Path, **replacements: str) -> Path:
    """The starter on free ports, with other edits to config.toml."""
    starter.write(root)
    config = root / "config.toml"
    text = config.read_text("utf-8").replace("127.0.0.1:8025", "127.0.0.1:0")
    for old, new in replacements.items():
        text = text.replace(old, new)
    config.write_text(text, "utf-8")
    return root


def command(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """One `mailgate` command on the site."""
    line = [sys.executable, "-m", "mailgate", *arguments, "-c", str(root / "config.toml")]
    return subprocess.run(line, capture_output=True, text=True, timeout=PATIENCE)


def ask(root: Path, *arguments: str) -> Any:
    """What a command answers with `--json`."""
    done = command(root, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@contextmanager
def serving(root: Path, *program: str) -> Iterator[Process]:
    """The site's daemon, ready; ended with the block, by force when it is still there. `program` is what Python runs,
    mailgate as it is unless something else is named."""
    with (root / "serve.log").open("wb") as log:
        line = [sys.executable, *(program or ("-m", "mailgate")), "serve", "-c", str(root / "config.toml")]
        popen = subprocess.Popen(
            line, stdout=log, stderr=subprocess.STDOUT, env={**os.environ, "PYTHONUNBUFFERED": "1"}
        )
    process = Process(root, popen)
    try:
        eventually(lambda: process.said("daemon.ready") or popen.poll() is not None)
        assert popen.poll() is None, (root / "serve.log").read_text("utf-8")
        yield process
    finally:
        if popen.poll() is None:
            process.kill()


def outgoing(root: Path) -> list[bytes]:
    """The mails in the maildir relay."""
    return [path.read_bytes() for path in sorted((root / "var/outgoing/new").glob("*"))]


@dataclass
class Taken:
    """A mail that the sink took."""

    envelope_from: str
    to: str
    raw: bytes
    at: float


@dataclass
class Sink:
    """A relay that takes everything, but hangs on the recipients named in `hangs_on` (it never answers their RCPT).

    While `is_deaf` it greets nobody, while `is_gone` it hangs up. Mail to the desk's own address it hands to the SMTP
    port `hands_back`."""

    hangs_on: frozenset[str] = frozenset()
    is_deaf: bool = False
    is_gone: bool = False
    hands_back: int | None = None
    taken: list[Taken] = field(default_factory=list)
    port: int = 0

    def take(self, mail: Taken) -> None:
        """Keep it, or hand it back."""
        if mail.to != "tickets@example.com":
            self.taken.append(mail)
        elif self.hands_back is not None:
            with smtplib.SMTP("127.0.0.1", self.hands_back, timeout=PATIENCE) as client:
                client.sendmail(mail.envelope_from, [mail.to], mail.raw)


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        sink: Sink = self.server.sink  # type: ignore[attr-defined]  # set by `sinking`
        envelope = ["", ""]
        while sink.is_deaf:
            time.sleep(0.05)
        if not sink.is_gone:
            self._say("220 sink")
        while line := self._heard(sink):
            verb = line[:4].upper()
            if verb in ("MAIL", "RCPT"):
                envelope[verb == "RCPT"] = line.partition("<")[2].partition(">")[0]
            if verb == "RCPT" and envelope[1] in sink.hangs_on:
                time.sleep(PATIENCE)
            if verb == "DATA":
                self._say("354 go on")
                sink.take(Taken(envelope[0], envelope[1], receiving(self.rfile), time.monotonic()))
            self._say("221 bye" if verb == "QUIT" else "250 ok")

    def _heard(self, sink: Sink) -> str:
        """The next line, or none for whoever comes to a relay that is gone."""
        line = b"" if sink.is_gone else self.rfile.readline()
        return "" if sink.is_gone else line.decode("ascii", "replace").strip()

    def _say(self, reply: str) -> None:
        self.wfile.write(f"{reply}\r\n".encode())


def receiving(arriving: BufferedIOBase) -> bytes:
    """A text after DATA, its transparency dots taken off. Raises ConnectionError when its end never comes."""
    lines = []
    while (line := arriving.readline()) != b".\r\n":
        if not line:
            raise ConnectionError
        lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
    return b"".join(lines)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed in the middle of a line is what these tests are about."""


@contextmanager
def sinking(hangs_on: frozenset[str] = frozenset()) -> Iterator[Sink]:
    """A sink on a free loopback port."""
    sink = Sink(hangs_on)
    with _Server(("127.0.0.1", 0), _Session) as server:
        server.sink = sink  # type: ignore[attr-defined]  # read by `_Session`
        sink.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield sink
        finally:
            server.shutdown()
            thread.join()


def lmtp(port: int, raw: bytes, *recipients: str) -> list[str]:
    """Hand one mail in over LMTP; the replies after the dot."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        file = connection.makefile("rwb")
        head = ["LHLO tests", "MAIL FROM:<chef@acme.example>", *(f"RCPT TO:<{one}>" for one in recipients), "DATA"]
        assert file.readline().startswith(b"220")
        for line in head:
            file.write(f"{line}\r\n".encode())
            file.flush()
            while file.readline()[3:4] == b"-":
                pass
        file.write(raw + b"\r\n.\r\n")
        file.flush()
        replies = [file.readline().decode() for _ in recipients]
        file.write(b"QUIT\r\n")
        file.flush()
    return replies
