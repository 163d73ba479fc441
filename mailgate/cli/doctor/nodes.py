"""Of several machines on one database: which of them reads which mailbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from mailgate.cli.doctor.findings import Said, few, ok, warning
from mailgate.cli.output import local
from mailgate.core.policy import Policy
from mailgate.daemon.tenures import MAILBOX, NODE
from mailgate.store import tenures
from mailgate.store.database import Tx
from mailgate.store.tenures import Tenure


def nodes(tx: Tx, policy: Policy, _now: datetime) -> Iterator[Said]:
    """Every machine that serves the desk, and every mailbox that one has read lately."""
    known = tenures.of(tx)
    serving = [one.holder for one in known if one.name.startswith(NODE) and one.holder]
    if serving:
        yield ok(f"the desk is served by {few(serving)}")
    for one in known:
        if one.name.startswith(MAILBOX):
            yield _whose(one, ZoneInfo(policy.desk.timezone))


def _whose(mailbox: Tenure, zone: ZoneInfo) -> Said:
    looked = f", and looked into it at {local(mailbox.done_at, zone)}" if mailbox.done_at else ""
    if mailbox.holder is None:
        return warning(f"no machine reads {mailbox.name}: does `mailgate serve` run, and reach it?")
    return ok(f"{mailbox.holder} reads {mailbox.name} since {local(mailbox.since, zone)}{looked}")
