"""Without descriptors: nothing is unlearned for good, and the log stays short."""

from __future__ import annotations

import asyncio
import errno
import os
import resource
import subprocess
import sys

from structlog.testing import capture_logs

from mailgate.daemon.descriptors import Scarcity

FULL = OSError(errno.EMFILE, os.strerror(errno.EMFILE))

STARVING = """
import os
from mailgate.daemon.descriptors import load_codecs
from mailgate.mail.charset import decode
load_codecs()
held = []
try:
    while True:
        held.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    pass
for _ in range(2):
    print(ascii(decode(b"\\xb3", "iso-8859-2")))
    while held:
        os.close(held.pop())
"""


def few_descriptors() -> None:
    """Between fork and exec."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))


def test_a_charset_is_read_with_no_descriptor_left_and_for_ever_after() -> None:
    """Python would look for the codec's file once, and never again."""
    line = [sys.executable, "-c", STARVING]
    read = subprocess.run(line, capture_output=True, text=True, preexec_fn=few_descriptors, check=True).stdout
    assert read.split() == ["'\\u0142'"] * 2


def test_that_nobody_can_be_let_in_is_said_once() -> None:
    """A thousand who wait would otherwise be a thousand tracebacks a second."""

    async def told() -> list[str]:
        handler, loop = Scarcity(), asyncio.get_running_loop()
        with capture_logs() as logs:
            for _ in range(1000):
                handler(loop, {"message": "socket.accept() out of system resource", "exception": FULL})
        return [entry["event"] for entry in logs]

    assert asyncio.run(told()) == ["door.nobody_let_in"]


def test_any_other_error_is_told_as_ever() -> None:
    """Only scarcity is kept short."""

    async def told() -> list[str]:
        loop, seen = asyncio.get_running_loop(), list[str]()
        loop.default_exception_handler = lambda context: seen.append(context["message"])  # type: ignore[method-assign]  # a loop has no other way to be heard
        for error in (None, ValueError(), OSError(errno.EIO, "x")):
            Scarcity()(loop, {"message": "trouble", "exception": error})
        return seen

    assert asyncio.run(told()) == ["trouble"] * 3
