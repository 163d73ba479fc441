"""What systemd hears of a desk: that it lives, as long as a restart would mend nothing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mailgate.core.audit import Part
from tests.faults.watched import HURRY, watched
from tests.flow.process import a_site, eventually, serving


@dataclass
class Systemd:
    """Listens where a service of Type=notify speaks, and remembers what it heard."""

    address: str
    news: list[str] = field(default_factory=list)

    def fed(self) -> int:
        """How often the watchdog was fed."""
        return sum("WATCHDOG=1" in one.splitlines() for one in self.news)

    def is_fed(self) -> bool:
        """Whether it is fed from now on."""
        before = self.fed()
        return bool(eventually(lambda: self.fed() >= before + 2))


@contextmanager
def systemd(address: str) -> Iterator[Systemd]:
    """A socket with a path, or with an abstract name that begins with "@"."""
    one = Systemd(address)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("\0" + address[1:] if address.startswith("@") else address)
        listening.settimeout(0.1)
        ended = threading.Event()

        def listen() -> None:
            while not ended.is_set():
                try:
                    one.news.append(listening.recv(4096).decode())
                except TimeoutError:
                    continue

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield one
        finally:
            ended.set()
            thread.join()


def test_systemd_hears_when_the_desk_is_ready_lives_and_stops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real `serve`, in the order of sd_notify(3)."""
    with systemd(f"{tmp_path}/notify") as heard:
        monkeypatch.setenv("NOTIFY_SOCKET", heard.address)
        monkeypatch.setenv("WATCHDOG_USEC", "600000")
        with serving(a_site(tmp_path / "site")) as process:
            assert heard.is_fed()
            assert "STATUS=all is well" in heard.news[-1].splitlines()
            process.stop()
        eventually(lambda: "STOPPING=1" in heard.news)
        assert heard.news.count("READY=1") == 1


def test_the_watchdog_starves_when_the_loop_hangs_and_not_when_the_relay_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The relay does not come back because the desk is started again, and again, and again."""
    with systemd(f"@mailgate-test-{tmp_path.name}") as heard:
        monkeypatch.setenv("NOTIFY_SOCKET", heard.address)
        with watched(tmp_path / "site") as desk:
            desk.sink.is_gone = True
            assert desk.falls_silent(Part.RELAY)
            assert heard.is_fed()
            released = threading.Event()
            desk.in_loop(lambda: released.wait(60))
            assert desk.falls_silent(Part.LOOP)
            before = heard.fed()
            released.wait(10 * HURRY.every)
            assert heard.fed() == before
            released.set()
            assert heard.is_fed()
