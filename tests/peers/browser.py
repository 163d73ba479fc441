"""A headless Chromium as wide as a phone, told what to do over a pipe (Chrome DevTools Protocol)."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from tests.peers import require, wait_until

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage --hide-scrollbars --remote-debugging-pipe"
).split()
AT_3_AND_4 = """
import fcntl, os, sys
for place, pipe in enumerate([fcntl.fcntl(int(one), fcntl.F_DUPFD, 10) for one in sys.argv[1:3]], 3):
    os.dup2(pipe, place)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Starts a program with its pipes where Chromium looks for them."""

PHONE = {"width": 375, "height": 667, "deviceScaleFactor": 2, "mobile": True}


@dataclass
class Browser:
    """One page of a running Chromium."""

    to: int
    from_: int
    session: str = ""

    def __post_init__(self) -> None:
        self._numbers, self._rest = count(1), b""
        target = self.tell("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.tell("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.tell("Emulation.setDeviceMetricsOverride", **PHONE)

    def tell(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command, and what it answers."""
        number = next(self._numbers)
        said = {"id": number, "method": method, "params": parameters}
        os.write(self.to, json.dumps(said | ({"sessionId": self.session} if self.session else {})).encode() + b"\0")
        while (heard := self._hear()).get("id") != number:
            pass
        assert "error" not in heard, heard
        return dict(heard["result"])

    def open(self, url: str) -> None:
        """Load a page to its end."""
        self.tell("Page.navigate", url=url)
        self.settled()

    def ask(self, expression: str) -> Any:
        """What a line of JavaScript says, whatever the page's own policy allows."""
        return self.tell("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def tap(self, selector: str) -> None:
        """Press what is there, as a person does; then wait for what comes."""
        box = self.ask(f"JSON.stringify(document.querySelector({selector!r}).getBoundingClientRect())")
        place = json.loads(box)
        middle = {"x": place["x"] + place["width"] / 2, "y": place["y"] + place["height"] / 2}
        self.ask("document.documentElement.dataset.old = 'yes'")
        for kind in ("mousePressed", "mouseReleased"):
            self.tell("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **middle)
        wait_until(lambda: self.ask("document.documentElement.dataset.old") is None, what="another page")
        self.settled()

    def settled(self) -> None:
        loaded = "document.readyState === 'complete' && location.href !== 'about:blank'"
        wait_until(lambda: self.ask(loaded), what="the page")

    def picture(self, path: Path) -> None:
        """A screenshot, for people."""
        path.write_bytes(base64.b64decode(self.tell("Page.captureScreenshot")["data"]))

    def _hear(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            chunk = os.read(self.from_, 65536)
            assert chunk, "the browser has gone"
            self._rest += chunk
        said, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(said))


@contextmanager
def browsing(folder: Path) -> Iterator[Browser]:
    """A browser with a profile of its own; it ends with the block."""
    chromium = require("chromium")
    (its_in, to), (from_, its_out) = os.pipe(), os.pipe()
    pipes = [str(its_in), str(its_out)]
    command = [sys.executable, "-c", AT_3_AND_4, *pipes, chromium, *FLAGS, f"--user-data-dir={folder}"]
    popen = subprocess.Popen(command, pass_fds=(its_in, its_out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(its_in)
    os.close(its_out)
    try:
        yield Browser(to, from_)
    finally:
        os.close(to)
        popen.terminate()
        popen.wait(20)
        os.close(from_)
