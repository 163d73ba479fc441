"""What stands between a client and a server, and can be cut: a cable, and one that is cut at the worst moment."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

SOCKET = ".s.PGSQL.5432"
COMMIT = b"COMMIT\x00"

Tell = Callable[[bytes], None]


class Cable:
    """A TCP relay that passes octets both ways until `cut`; `plug` lets new connections through. Counts connections."""

    def __init__(self, target: int) -> None:
        self.connections = 0
        self._target = target
        self._whole = True
        self._ends: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._accepting = threading.Thread(target=self._accept, name="cable", daemon=True)
        self._accepting.start()

    def cut(self) -> None:
        self._whole = False
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def plug(self) -> None:
        self._whole = True

    def close(self) -> None:
        self.cut()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._accepting.join(10)
        for end in self._ends:
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                if self._whole:
                    self._connect(near)
                else:
                    near.close()

    def _connect(self, near: socket.socket) -> None:
        self.connections += 1
        far = socket.create_connection(("127.0.0.1", self._target))
        self._ends += [near, far]
        for source, tell in zip((near, far), self._tellers(near, far), strict=True):
            threading.Thread(target=_pass_on, args=(source, tell, (near, far)), name="cable", daemon=True).start()

    def _tellers(self, near: socket.socket, far: socket.socket) -> tuple[Tell, Tell]:
        """Who tells the server what the client says, and who tells the client what the server says."""
        return far.sendall, near.sendall


def _pass_on(source: socket.socket, tell: Tell, ends: tuple[socket.socket, socket.socket]) -> None:
    with suppress(OSError):
        while octets := source.recv(65_536):
            tell(octets)
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def cable_to(port: int) -> Iterator[Cable]:
    cable = Cable(port)
    try:
        yield cable
    finally:
        cable.close()


class Toll:
    """Stands before a PostgreSQL server's unix socket. Once armed, the next COMMIT reaches the server and its answer
    nobody: the connection is cut instead."""

    def __init__(self, directory: Path, server: Path) -> None:
        self.directory, self.cuts = directory, 0
        self._server, self._is_armed = str(server / SOCKET), False
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(directory / SOCKET))
        self._listening.listen()
        threading.Thread(target=self._accept, name="toll", daemon=True).start()

    def arm(self) -> None:
        self._is_armed = True

    def close(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(self._server)
                threading.Thread(target=self._there, args=(near, far), name="toll", daemon=True).start()

    def _there(self, near: socket.socket, far: socket.socket) -> None:
        """One connection, to its end."""
        back = threading.Thread(target=_pass_on, args=(far, near.sendall, (far, near)), name="toll", daemon=True)
        back.start()
        with suppress(OSError):
            while octets := near.recv(65_536):
                if self._is_armed and COMMIT in octets:
                    self._is_armed, self.cuts = False, self.cuts + 1
                    near.shutdown(socket.SHUT_RDWR)
                    far.sendall(octets)
                    far.shutdown(socket.SHUT_WR)  # the server answers, and then finds nobody there
                    break
                far.sendall(octets)
        back.join(10)
        near.close()
        far.close()


@contextmanager
def toll_before(server: Path) -> Iterator[Toll]:
    with TemporaryDirectory(prefix="mailgate-toll-") as directory:
        toll = Toll(Path(directory), server)
        try:
            yield toll
        finally:
            toll.close()
