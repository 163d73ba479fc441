"""What the daemon says, on standard output: one event a line, for a machine (json) or for a person (console).

Libraries speak through the standard `logging` and join the same lines. Tracebacks never show local variables, which may
hold passwords and mail (libraries.md, finding 12).
"""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import Processor

QUIET = ("apscheduler", "alembic", "imapclient", "mail.log", "aiosmtplib", "asyncio", "httpx2", "httpcore2")
"""Libraries that say at INFO what nobody needs, or at DEBUG whole mails."""


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
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_ending(style)))
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


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
