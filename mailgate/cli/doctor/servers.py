"""What a visit to a server means: the same words for the relay and for a mailbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import assert_never

from mailgate.cli.doctor.findings import Said, bad, ok, warning
from mailgate.edge.asking import ask
from mailgate.edge.probe import TOO_LONG, Passed, Probed, Step, Stopped

STEP_SECONDS = 5.0
VISIT_SECONDS = 14.0
"""For all steps together."""

SOON = timedelta(days=14)

STOPPED: dict[Step, str] = {
    Step.NAME: "its name is not found ({}): look at the host in config.toml, and at this machine's resolver",
    Step.CONNECTION: "it cannot be reached ({}): look at host and port, and at the firewalls on the way",
    Step.GREETING: "it does not greet as a mail server does ({}): look at the port, and whether it knows this machine",
    Step.TLS: "no trusted connection ({}). Neither password nor mail goes there before its certificate is valid for "
    "that name; `ca_file` names an authority that is not public",
    Step.LOGIN: "it refuses the login ({}): look at user and password",
    Step.FOLDER: "the folder cannot be opened ({}): look at `folder`",
}


def visited(name: str, visit: Callable[[], Probed], now: datetime) -> Iterator[Said]:
    """Pay a visit, and say how it went."""
    match _in_time(visit):
        case Stopped(step, reason):
            yield bad(f"{name}: {STOPPED[step].format(reason)}")
        case Passed(expires, missing):
            yield ok(
                f"{name}: connection, TLS and login are as they should be" if expires else f"{name}: it lets us in"
            )
            if expires is not None and expires - now < SOON:
                yield warning(f"{name}: its certificate ends on {expires:%Y-%m-%d}, in {(expires - now).days} days")
            yield from (ok(f"{name}: folder '{folder}' is made when the first mail is read") for folder in missing)
        case _ as never:
            assert_never(never)


def _in_time(visit: Callable[[], Probed]) -> Probed:
    try:
        return ask(visit).result(VISIT_SECONDS)
    except TimeoutError:
        return Stopped(Step.CONNECTION, TOO_LONG)
