"""When a process has no descriptors left (hazards F13): what must not be lost for good, nor be said a thousand times.

Python remembers for ever that it did not find a codec, also when it only could not open the codec's file. Host names,
and mails in that charset, could not be read until the next start; so all codecs are loaded at the beginning.

asyncio lets nobody in for a second then, and tells it with a traceback for each who waits: the log would fill the disk.
"""

from __future__ import annotations

import asyncio
import codecs
import errno
import math
from typing import Any

import structlog

from mailgate.mail.charset import TRUSTED

log = structlog.get_logger()

HOST_NAMES = "idna"
"""The codec by which `socket` reads the name of a relay or of a server."""

OUT_OF = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
PAUSE_SECONDS = 60.0


def load_codecs() -> None:
    """All that are ever asked for: a fiftieth of a second, and two megabytes."""
    for name in (*TRUSTED, HOST_NAMES):
        codecs.lookup(name)


class Scarcity:
    """What a loop does with an error that nobody handles (`set_exception_handler`): as ever, but that nobody can be let
    in is said once a minute."""

    def __init__(self) -> None:
        self._told_at = -math.inf

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if not isinstance(error, OSError) or error.errno not in OUT_OF:
            loop.default_exception_handler(context)
        elif loop.time() - self._told_at >= PAUSE_SECONDS:
            self._told_at = loop.time()
            log.error("door.nobody_let_in", reason=error.strerror)
