"""Whether somebody would notice that the desk is dead: what its auditor found last, and who is told outside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from mailgate import site
from mailgate.cli.doctor.findings import Said, bad, few, ok, warning
from mailgate.cli.output import local
from mailgate.config import Config
from mailgate.core.audit import Verdict
from mailgate.core.policy import Policy
from mailgate.daemon import reading, standing
from mailgate.daemon.clock import LONGEST_CORRECTION, doubt, in_words
from mailgate.store.database import Tx
from mailgate.store.query import overdue

RELOAD = "run `mailgate check`, then `systemctl reload mailgate` (or kill -HUP)"


def auditor(config: Config, now: datetime) -> Iterator[Said]:
    """What the auditor of the running desk found."""
    found = standing.last(standing.place(config.secret_path))
    zone = ZoneInfo(config.desk.timezone)
    if found is None:
        yield ok("the desk has not run yet: its auditor begins with it")
        return
    if standing.is_stale(found, now):
        since = f"its auditor looked last at {local(found.at, zone)}, {_well(found, zone)}"
        yield warning(f"`mailgate serve` does not run here, or hangs: {since}")
        return
    yield from (bad(f"{trouble.says} ({_well(found, zone)})") for trouble in found.troubles)
    if found.is_well:
        yield ok(f"the desk runs, and all was well at {local(found.at, zone)}")
    if found.jump is not None and abs(found.jump) > LONGEST_CORRECTION:
        yield warning(
            f"this machine's clock was set while the desk ran, and is {in_words(found.jump)} the desk's: put it right, "
            "or restart `mailgate serve` if it is right now"
        )


def reload(config: Config, now: datetime) -> Iterator[Said]:
    """Whether the running desk goes by the files that are on the disk."""
    seen, found = standing.last(standing.place(config.secret_path)), reading.last(reading.place(config.secret_path))
    if seen is None or found is None or standing.is_stale(seen, now):
        return
    since = f"that it read at {local(found.at, ZoneInfo(config.desk.timezone))}"
    if site.digest(config.path) == found.digest:
        yield ok(f"the desk goes by the files that are on the disk, {since}")
    elif found.refused:
        yield bad(f"the desk goes on with the files {since}: it refused to reload because of {few(found.refused, 1)}")
    else:
        yield warning(f"the desk goes by the files {since}, and those on the disk are others: {RELOAD}")
    for key in found.waiting:
        yield warning(f"{key} of config.toml was changed: it takes effect when `mailgate serve` is started again")


def heartbeat(config: Config) -> Iterator[Said]:
    """Who hears when the desk, or its whole machine, is silent."""
    beat = config.heartbeat
    if beat is None:
        yield warning(
            "nobody outside notices when this machine is dead: name in [heartbeat] of config.toml who expects a sign "
            "of life"
        )
        return
    ways = [*(["a URL is called"] if beat.calls else []), *([f"a mail goes to {beat.mail}"] if beat.mail else [])]
    if not beat.round_trip:
        yield ok("a relay that loses what it takes is not found out: round_trip = true in [heartbeat] does")
    yield ok(f"while all is well {' and '.join(ways)} every {beat.every.total_seconds() / 60:.0f} min")


def clock(tx: Tx, _policy: Policy, now: datetime) -> Iterator[Said]:
    """Whether the machine's clock can be right."""
    by = doubt(overdue.newest_entry(tx), now)
    if by is not None:
        yield warning(f"this machine's clock is {in_words(by)} the newest entry of the journal: is it right?")
    else:
        yield ok("this machine's clock fits the journal")


def _well(found: Verdict, zone: ZoneInfo) -> str:
    return (
        f"all was well last at {local(found.well_at, zone)}" if found.well_at else "all was never well since it began"
    )
