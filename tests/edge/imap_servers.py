"""An IMAP server that answers from a script."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

CAPABILITIES = "IMAP4rev1 UIDPLUS MOVE IDLE"
ONE_MAIL = {
    "SELECT": ("* 1 EXISTS", "* OK [UIDVALIDITY 7] x", "* OK [UIDNEXT 6] x"),
    "LIST": ('* LIST () "/" done',),
    "UID SEARCH": ("* SEARCH 5",),
    "RFC822.SIZE": ("* 1 FETCH (UID 5 RFC822.SIZE 19)",),
    "BODY.PEEK[]": ("* 1 FETCH (UID 5 BODY[] {19}", "Subject: x", "", "hello)"),
}


class ScriptedImap:
    """Says `greeting`, then for each command the lines of the first key of `script` that the command contains, and OK.

    To IDLE it says "+ idling" unless the script knows better. "TAG" in a line is the command's. A line "drip" sends an
    octet now and then for ever, "close" ends the connection. While `is_mute` it says nothing at all. Remembers what it
    heard."""

    def __init__(
        self, script: Mapping[str, tuple[str, ...]], greeting: str = "* OK ready", capabilities: str = CAPABILITIES
    ) -> None:
        self.heard: list[str] = []
        self.connections = 0
        self.is_mute = False
        self.script = {"CAPABILITY": (f"* CAPABILITY {capabilities}",), **script}
        self._greeting = greeting
        self._open: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._accepting = threading.Thread(target=self._accept, name="imap-server", daemon=True)
        self._accepting.start()

    def commands(self, verb: str) -> list[str]:
        return [command for command in self.heard if verb in command]

    def close(self) -> None:
        _hang_up(self._listening)
        self._accepting.join(10)  # whoever it has just let in is hung up on, too
        for each in self._open:
            _hang_up(each)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connected, _ = self._listening.accept()
                self.connections += 1
                self._open.append(connected)
                threading.Thread(target=self._serve, args=(connected,), name="imap-server", daemon=True).start()

    def _serve(self, connected: socket.socket) -> None:
        with suppress(OSError, ValueError), connected.makefile("rb") as lines:
            self._say(connected, self._greeting)
            for line in lines:
                self._obey(connected, line.decode().strip())

    def _obey(self, connected: socket.socket, line: str) -> None:
        tag, _, command = line.partition(" ")
        self.heard.append(command or tag)
        if command == "IDLE" and "IDLE" not in self.script:
            self._say(connected, "+ idling")
        for answer in next((lines for key, lines in self.script.items() if key in command), ()):
            self._say(connected, answer.replace("TAG", tag))
        if command != "IDLE":
            self._say(connected, f"{self._idle_tag if tag == 'DONE' else tag} OK done")
        self._idle_tag = tag

    _idle_tag = ""

    def _say(self, connected: socket.socket, line: str) -> None:
        if self.is_mute:
            return
        if line == "close":
            connected.shutdown(socket.SHUT_RDWR)
        while line == "drip":
            connected.sendall(b"x")
            time.sleep(0.05)
        connected.sendall(line.encode() + b"\r\n")


def _hang_up(each: socket.socket) -> None:
    with suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    each.close()


@contextmanager
def scripted_imap(
    script: Mapping[str, tuple[str, ...]], greeting: str = "* OK ready", capabilities: str = CAPABILITIES
) -> Iterator[ScriptedImap]:
    server = ScriptedImap(script, greeting, capabilities)
    try:
        yield server
    finally:
        server.close()
