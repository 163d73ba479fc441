"""What the daemon says, on standard output: one event a line, for a machine (json) or for a person (console).

Libraries speak through the standard `logging` and join the same lines. Tracebacks never show local variables, which may
hold passwords and mail (libraries.md, finding 12).

Nobody waits for whoever reads them. A journal that is stuck, a pipe that is closed or a disk that is full costs lines,
which are counted, and never a mail (hazards F44).
"""

from __future__ import annotations

import io
import logging
import os
import select
import sys

import structlog
from structlog.typing import Processor

QUIET = ("apscheduler", "alembic", "imapclient", "mail.log", "aiosmtplib", "asyncio", "httpx2", "httpcore2")
"""Libraries that say at INFO what nobody needs, or at DEBUG whole mails."""

log = structlog.get_logger()


def speak(style: str) -> None:
    """Set up logging for this process; `style` is "json" or "console"."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = Lines(_standard_output())
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_ending(style)))
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


class Lines(logging.Handler):
    """Writes each line to a file descriptor, or nowhere. `dropped` counts those that could not be written; they are
    told of as soon as one can be."""

    def __init__(self, descriptor: int | None) -> None:
        super().__init__()
        self.dropped = 0
        self._told = 0
        self._is_torn = False
        self._descriptor = descriptor
        self._room = select.poll()
        if descriptor is not None:
            self._room.register(descriptor, select.POLLOUT)

    def emit(self, record: logging.LogRecord) -> None:
        """Raises nothing, and waits for nobody."""
        if not self._is_written(record):
            self.dropped += 1
        elif self.dropped > self._told:
            self._told = self.dropped
            log.warning("log.dropped", lines=self.dropped)

    def _is_written(self, record: logging.LogRecord) -> bool:
        try:
            line = self.format(record).encode("utf-8", "backslashreplace") + b"\n"
            return self._write(b"\n" + line if self._is_torn else line)
        except Exception:  # noqa: BLE001 - whatever it is, it would be said here
            return False

    def _write(self, line: bytes) -> bool:
        """In pieces that go into a pipe at once whenever there is room for any (POSIX, PIPE_BUF)."""
        for start in range(0, len(line), select.PIPE_BUF):
            piece = line[start : start + select.PIPE_BUF]
            if not self._room.poll(0) or self._descriptor is None:
                return False
            written = os.write(self._descriptor, piece)
            self._is_torn = start + written < len(line)
            if written < len(piece):
                return False
        return True


def _standard_output() -> int | None:
    """Its descriptor; None when there was none at the start, and its number may be anybody's."""
    try:
        return sys.stdout.fileno() if sys.stdout is not None else None
    except (io.UnsupportedOperation, ValueError):
        return None


def _ending(style: str) -> list[Processor]:
    clean = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if style == "console":
        plain = structlog.dev.plain_traceback
        return [clean, structlog.dev.ConsoleRenderer(colors=False, exception_formatter=plain)]
    frames = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    return [
        clean,
        structlog.processors.ExceptionRenderer(frames),
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
