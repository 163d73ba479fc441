"""The library in C, under a small program of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.prove.library import compiled
from tests.prove.recorder import SOURCE
from tests.prove.recording import Kind, operations
from tests.prove.replay import left

pytestmark = pytest.mark.peer("gcc")

ARMED = """
import ctypes, os, sys
folder, apart = sys.argv[1:]
library = ctypes.CDLL(None)
library.recorder_watch(folder.encode(), 0)
library.recorder_enter(b"writer_0")
{armed}
os.chdir(folder)
file = os.open("draft", os.O_CREAT | os.O_WRONLY)
os.write(file, b"one")
os.fsync(file)
os.pwrite(file, b"two", 3)
os.rename("draft", "kept")
os.ftruncate(file, 5)
open("shared-shm", "w").write("not kept")
os.unlink("shared-shm")
open(os.path.join(apart, "elsewhere"), "w").write("not kept either")
"""


def run(folder: Path, armed: str) -> int:
    """The exit code of the program, in `folder`."""
    (folder / "data").mkdir()
    environment = {**os.environ, "LD_PRELOAD": str(compiled(SOURCE, folder))}
    line: Sequence[str] = [sys.executable, "-c", ARMED.format(armed=armed), str(folder / "data"), str(folder)]
    return subprocess.run(line, env=environment).returncode


def test_the_record_tells_all_that_was_done(tmp_path: Path) -> None:
    """In its order, and nothing of other folders."""
    assert run(tmp_path, 'library.recorder_record(os.path.join(apart, "record").encode())') == 0
    record = list(operations(tmp_path / "record"))
    assert [one.kind for one in record] == [
        Kind.CREATE, Kind.WRITE, Kind.SYNC, Kind.WRITE, Kind.RENAME, Kind.TRUNCATE,
    ]  # fmt: skip
    assert left(record) == {str(tmp_path / "data/kept"): b"onetw"}


def test_death_falls_before_the_operation_that_was_named(tmp_path: Path) -> None:
    """The second one after the first fsync: the file has its octets, and not yet its name."""
    words = 'library.recorder_kill(b"writer", 1, 2, os.path.join(apart, "words").encode())'
    assert run(tmp_path, words) == -signal.SIGKILL
    assert (tmp_path / "data/draft").read_bytes() == b"onetwo"
    assert (tmp_path / "words").read_text() == f"writer_0 R {tmp_path}/data/draft\n"


def test_another_room_is_left_alone(tmp_path: Path) -> None:
    """Rooms are known by the beginning of their name."""
    words = 'library.recorder_kill(b"engine", 0, 1, os.path.join(apart, "words").encode())'
    assert run(tmp_path, words) == 0
    assert (tmp_path / "data/kept").exists()
