"""What the daemon says, on standard output: one event a line, for a machine (json) or for a person (console).

Libraries speak through the standard `logging` and join the same lines. What this program says itself does not go that
way, which costs three times as much, and a ticket is told of in a dozen lines. Tracebacks never show local variables,
which may hold passwords and mail (libraries.md, finding 12).

Nobody waits for whoever reads them. A journal that is stuck, a pipe that is closed or a disk that is full costs lines,
which are counted, and never a mail (hazards F44).
"""

from __future__ import annotations

import io
import logging
import os
import select
import sys
from collections.abc import Callable, Sequence
from json import JSONEncoder
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

QUIET = ("apscheduler", "alembic", "imapclient", "mail.log", "aiosmtplib", "asyncio", "httpx2", "httpcore2")
"""Libraries that say at INFO what nobody needs, or at DEBUG whole mails."""

_JSON = JSONEncoder(ensure_ascii=False, default=repr)
"""What is neither text nor number is told as Python writes it."""

log = structlog.get_logger()


def speak(style: str) -> None:
    """Set up logging for this process; `style` is "json" or "console"."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    lines, ending = Lines(_standard_output()), _ending(style)
    voice = Voice(lines, ending)
    structlog.configure(
        processors=shared,
        logger_factory=lambda *_names: voice,
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    clean = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    lines.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[clean, *ending]))
    logging.basicConfig(handlers=[lines], level=logging.INFO, force=True)
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
        self.tell(lambda: self.format(record))

    def tell(self, made: Callable[[], str]) -> None:
        """Raises nothing either: a line that cannot be made is one that was dropped."""
        self.acquire()
        try:
            if not self._is_written(made):
                self.dropped += 1
            elif self.dropped > self._told:
                self._told = self.dropped
                log.warning("log.dropped", lines=self.dropped)
        finally:
            self.release()

    def _is_written(self, made: Callable[[], str]) -> bool:
        try:
            line = made().encode("utf-8", "backslashreplace") + b"\n"
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


class Voice:
    """What structlog speaks with."""

    def __init__(self, lines: Lines, ending: Sequence[Processor]) -> None:
        self._lines, self._ending = lines, ending

    def say(self, /, **said: object) -> None:
        """One event, as one line."""
        self._lines.tell(lambda: self._line(said))

    info = warning = error = critical = say

    def _line(self, said: EventDict) -> str:
        ended: Any = said
        for processor in self._ending:
            ended = processor(self, "", ended)
        return str(ended)


def _standard_output() -> int | None:
    """Its descriptor; None when there was none at the start, and its number may be anybody's."""
    try:
        return sys.stdout.fileno() if sys.stdout is not None else None
    except (io.UnsupportedOperation, ValueError):
        return None


def _ending(style: str) -> list[Processor]:
    if style == "console":
        plain = structlog.dev.plain_traceback
        return [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=plain)]
    frames = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    return [structlog.processors.ExceptionRenderer(frames), _as_json]


def _as_json(_logger: object, _name: str, said: EventDict) -> str:
    return _JSON.encode(said)
