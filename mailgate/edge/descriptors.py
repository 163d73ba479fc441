"""How many connections this process may hold at one time.

A connection is a file descriptor, and so is all that the database, the relay and the mailboxes need. Strangers at the
doors must never take the last of them: systemd gives a service 1024, which two doors can fill, unless it asks for more
of those that it may have (hazards F13, F25).
"""

from __future__ import annotations

import resource

ENOUGH = 8192
OURS = 256
"""For everything but guests: database, relay sessions, mailboxes, web pages, and a turn of the loop that lets in more
than it keeps."""


def claim() -> int:
    """Ask for as many as this process may have; how many those are."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ENOUGH if hard == resource.RLIM_INFINITY else min(ENOUGH, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return ENOUGH if soft == resource.RLIM_INFINITY else soft


def for_strangers(available: int, doors: int, most: int) -> int:
    """How many strangers each of so many doors may let in, at most `most`; where there are few, half of them all."""
    left = max(available - OURS, available // 2)
    return min(most, left // doors)
