"""A disk that fails when a rig says so, under a daemon that knows nothing of it (`failing.c`).

`library.preload(SOURCE)` first.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.flow.process import eventually

SOURCE = Path(__file__).with_name("failing.c")
ORDERS = struct.Struct("=iiiii")
"""What fails a write, what fails an fsync, how many of those (-1: all), whether SQLite's log is spared, and how many
calls failed so far."""

ALL = -1


@dataclass(frozen=True, slots=True)
class Obeying:
    """In the fork: calls on the files of `folder` fail as the file `orders` says."""

    folder: Path
    orders: Path

    def __call__(self) -> None:
        told = ctypes.CDLL(None).failing_obey(os.fsencode(self.folder.resolve()), os.fsencode(self.orders))
        assert told == 0


class Disk:
    """The disk under a daemon's folder, and what is wrong with it."""

    def __init__(self, folder: Path, orders: Path) -> None:
        orders.write_bytes(bytes(ORDERS.size))
        self.under = Obeying(folder, orders)
        with orders.open("r+b") as file:
            self._orders = mmap.mmap(file.fileno(), ORDERS.size)

    @property
    def failed(self) -> int:
        """How many calls failed so far."""
        return int(ORDERS.unpack(self._orders[:])[-1])

    @contextmanager
    def failing(self, write: int = 0, sync: int = 0, syncs: int = ALL, spares_log: bool = False) -> Iterator[None]:
        """Every write fails with the error `write`, `syncs` fsyncs with `sync`, until the block ends."""
        self._say(write, sync, syncs if sync else 0, spares_log)
        try:
            yield
        finally:
            self._say(0, 0, 0, False)

    def fail_a_sync(self, spares_log: bool = False) -> None:
        """The next fsync fails; over when it did. With SQLite's log spared it is a checkpoint's, not a commit's."""
        failed = self.failed
        with self.failing(sync=errno.EIO, syncs=1, spares_log=spares_log):
            eventually(lambda: self.failed > failed)

    def _say(self, *orders: int) -> None:
        self._orders[: 4 * 4] = struct.pack("=iiii", *orders)
