"""A command is a short process: it asks the composition root, the only reader of the clock, what time it is."""

from __future__ import annotations

from datetime import datetime


def now() -> datetime:
    """The time in UTC."""
    from mailgate import daemon

    return daemon.clock()
