"""A database that is locked, full or read-only: 451 or patience, nothing lost, and on it goes by itself (promise 2)."""

from __future__ import annotations

import smtplib
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mailgate.store.disk import Disk
from tests.flow.desk import Letter
from tests.flow.process import Process, a_site, ask, command, eventually, serving

LOCKED_SECONDS = 7.0
SMALL_MAILS = {'max_size = "25 MB"': 'max_size = "2 MB"'}
"""3 MB of the disk are for the desk's own work then."""


@contextmanager
def a_small_disk(path: Path, size: str) -> Iterator[None]:
    """A file system of its own."""
    path.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", path], capture_output=True)
    if mounted.returncode:
        pytest.skip("needs the right to mount a tmpfs")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", path], check=True)


def is_taken(process: Process, raw: bytes) -> bool:
    """Whether a mail got its 250; False for "come again", anything else fails."""
    try:
        process.send(raw)
    except smtplib.SMTPResponseException as refused:
        if refused.smtp_code in (451, 452):
            return False
        raise
    return True


def fill(path: Path) -> None:
    """Write until the disk is full."""
    with path.open("wb", buffering=0) as file:
        while file.write(bytes(4096)) == 4096:
            pass


def test_a_database_that_another_process_holds_delays_and_loses_nothing(tmp_path: Path) -> None:
    """A backup or an administrator's shell inside a transaction: the sender waits or is told to come again."""
    with serving(a_site(tmp_path / "site")) as process:
        process.send(Letter("avant").raw(1))
        eventually(lambda: len(ask(process.root, "tickets")) == 1)
        other = sqlite3.connect(process.root / "var/mailgate.db", isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        released = threading.Event()

        def let_go() -> None:
            released.set()
            other.execute("ROLLBACK")

        release = threading.Timer(LOCKED_SECONDS, let_go)
        release.start()
        taken = [is_taken(process, Letter("pendant").raw(number)) for number in range(2, 5)]
        assert released.is_set() or not all(taken)
        release.join()
        other.close()
        process.send(Letter("après").raw(99))
        eventually(lambda: len(ask(process.root, "tickets")) == 2 + sum(taken))


def test_a_full_disk_is_451_until_there_is_room_again(tmp_path: Path) -> None:
    """Every mail that got its 250 is a ticket; the daemon needs no restart."""
    root = a_site(tmp_path / "site", **SMALL_MAILS)
    with a_small_disk(root / "var", "8m"), serving(root) as process:
        process.send(Letter("avant").raw(1))
        eventually(lambda: len(ask(root, "tickets")) == 1)
        with pytest.raises(OSError, match="No space"):
            fill(root / "var/ballast")
        taken = [is_taken(process, Letter("x" * 200_000).raw(number)) for number in range(2, 8)]
        assert not all(taken)
        (root / "var/ballast").unlink()
        process.send(Letter("après").raw(99))
        eventually(lambda: len(ask(root, "tickets")) == 2 + sum(taken))
        eventually(lambda: ask(root, "outbox") == [])


def test_a_disk_that_fills_up_shuts_the_doors_and_stops_no_page(tmp_path: Path) -> None:
    """F12: 452 at MAIL while the desk still works off what it has; administrators are told, and nobody starts anew."""
    root = a_site(tmp_path / "site", **SMALL_MAILS)
    with a_small_disk(root / "var", "12m"), serving(root) as process:
        disk = Disk(root / "var", 2_000_000)
        (root / "var/ballast").write_bytes(bytes(disk.left().octets - 2_500_000))
        with pytest.raises(smtplib.SMTPSenderRefused, match="no space left for mail"):
            process.send(Letter("pendant").raw(1))
        opened = ("open", "--customer", "acme", "--contact", "chef@acme.example", "--subject", "Par téléphone")
        assert command(root, *opened, "--queue", "urgent").returncode == 0
        eventually(lambda: len(ask(root, "tickets")) == 1 and ask(root, "outbox") == [])
        (ticket,) = ask(root, "tickets")
        pages = ask(root, "ticket", str(ticket["number"]))["pages"]
        assert pages
        assert {page["state"] for page in pages} <= {"sent", "accepted"}
        eventually(lambda: process.said("auditor.trouble"))
        (root / "var/ballast").unlink()
        process.send(Letter("après").raw(2))
        eventually(lambda: len(ask(root, "tickets")) == 2)
