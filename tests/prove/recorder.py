"""The library that stands between a daemon and its disk: compiled here, carried by the forks, told what to do.

`preload()` first: the process that daemons are forked from then carries it (`recorder.c`, LD_PRELOAD), idle. A fork
arms it for itself (`Dying`, `Telling` are what `preloaded.forked` calls `Prepare`). Threads are known by their Python
names, which the library learns when each begins to run.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from functools import cache
from multiprocessing import forkserver
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.prove.preloaded import FORKING, PRELOADED, nothing

SOURCE = Path(__file__).with_name("recorder.c")
COMPILER = "gcc"
FLAGS = ("-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror")


def compile_in(folder: Path) -> Path:
    """The library, made in `folder`."""
    library = folder / "recorder.so"
    subprocess.run([COMPILER, *FLAGS, "-o", library, SOURCE, "-ldl", "-lpthread"], check=True)
    return library


@cache
def preload() -> None:
    """Every fork carries the library from now on. Nothing may have been forked before: a rig is its own process."""
    before = os.environ.get("LD_PRELOAD", "")
    with TemporaryDirectory(prefix="mailgate-recorder-") as folder:
        os.environ["LD_PRELOAD"] = f"{compile_in(Path(folder))} {before}".strip()
        FORKING.set_forkserver_preload([*PRELOADED, "tests.prove.warm"])
        forkserver.ensure_running()
        loaded = FORKING.Process(target=nothing)
        loaded.start()
        loaded.join()
    os.environ["LD_PRELOAD"] = before


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
