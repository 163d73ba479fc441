"""The library that kills a daemon at a chosen moment, or keeps what it does to its disk (`recorder.c`).

`library.preload(SOURCE)` first. A fork arms it for itself (`Dying`, `Telling` are what `preloaded.forked` calls
`Prepare`). Threads are known by their Python names, which the library learns when each begins to run.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("recorder.c")


@dataclass(frozen=True, slots=True)
class Point:
    """Just before operation `operation` of a room (the beginning of a thread's name will do, "" is every room), counted
    from its fsync number `syncs` on."""

    room: str
    operation: int
    syncs: int = 0


@dataclass(frozen=True, slots=True)
class Dying:
    """Dies at a point. `folder` is where operations count, `words` the file that then says where death fell."""

    folder: Path
    point: Point
    words: Path
    relay: int = 0

    def __call__(self) -> None:
        library, point = _armed(self.folder, self.relay), self.point
        words = os.fsencode(self.words)
        assert library.recorder_kill(point.room.encode(), point.syncs, point.operation, words) >= 0

    def died(self) -> bool:
        """Whether death fell: asked once, about the last process that was prepared."""
        said = self.words.exists() and bool(self.words.read_text())
        self.words.unlink(missing_ok=True)
        return said


@dataclass(frozen=True, slots=True)
class Telling:
    """Keeps every operation under `folder` in the file `record`, after what it holds already."""

    folder: Path
    record: Path
    relay: int = 0

    def __call__(self) -> None:
        assert _armed(self.folder, self.relay).recorder_record(os.fsencode(self.record)) >= 0


def _armed(folder: Path, relay: int) -> ctypes.CDLL:
    os.environ.pop("LD_PRELOAD", None)
    library = ctypes.CDLL(None)
    library.recorder_watch(os.fsencode(folder.resolve()), relay)

    def entered(*_: object) -> None:
        library.recorder_enter(threading.current_thread().name.encode())
        sys.setprofile(None)

    threading.setprofile(entered)
    return library
