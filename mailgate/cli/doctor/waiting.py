"""Mail that does not move: taken in and not decided, promised and not sent, paged and not answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mailgate.cli.doctor.findings import Said, bad, few, ok, warning
from mailgate.cli.output import local
from mailgate.core.delivery import Lane
from mailgate.core.policy import Policy
from mailgate.store import restored
from mailgate.store.columns import InboxState
from mailgate.store.database import Tx
from mailgate.store.query import arrears
from mailgate.store.query.arrears import Heap

DECIDED_WITHIN = timedelta(minutes=10)
SENT_WITHIN = {Lane.PAGE: timedelta(minutes=5), Lane.BULK: timedelta(hours=1)}
WAITS = {Lane.PAGE: "pages wait", Lane.BULK: "mail waits"}


def inbox(tx: Tx, policy: Policy, now: datetime) -> Iterator[Said]:
    """What came in and waits."""
    pending, kept = arrears.undecided(tx, InboxState.PENDING), arrears.undecided(tx, InboxState.QUARANTINED)
    late = pending.since is not None and pending.since < now - DECIDED_WITHIN
    if late:
        yield bad(
            f"accepted mail waits to be decided ({_heap(pending, policy)}): is `mailgate serve` running, and what does "
            "its log say?"
        )
    if kept.rows:
        yield warning(
            f"mail is in quarantine ({_heap(kept, policy)}): `mailgate inbox` lists it, `inbox retry N` tries one again"
        )
    if not late and not kept.rows:
        yield ok("no accepted mail waits longer than it should to be decided")


def outbox(tx: Tx, policy: Policy, now: datetime) -> Iterator[Said]:
    """What was promised and waits."""
    late = [(lane, arrears.unsent(tx, lane, now - patience)) for lane, patience in SENT_WITHIN.items()]
    for lane, heap in late:
        if heap.rows:
            yield bad(
                f"{WAITS[lane]} to be sent ({_heap(heap, policy)}): is `mailgate serve` running, and does the relay "
                "take mail?"
            )
    waits = restored.held(tx)
    if waits.rows:
        since = local(waits.since, ZoneInfo(policy.desk.timezone))
        yield (bad if waits.pages else warning)(
            f"held since a restore, because it may have left: {waits.mails} of mail, {waits.pages} of pages, from "
            f"{since} on; {restored.HOW}"
        )
    given_up = arrears.failed(tx)
    if given_up.rows:
        yield warning(
            f"mail was given up ({_heap(given_up, policy)}): `mailgate outbox` lists it, `outbox retry N` tries one "
            "again"
        )
    if not given_up.rows and not waits.rows and not any(heap.rows for _, heap in late):
        yield ok("nothing waits longer than it should to be sent")


def pages(tx: Tx, _policy: Policy, now: datetime) -> Iterator[Said]:
    """What nobody answered."""
    ended = arrears.exhausted(tx)
    if ended:
        yield bad(
            f"everybody was paged to the last step for {few(f'ticket {number}' for number in ended)}, and nobody "
            "answered: somebody must take them, and find out why no page was heard"
        )
    tickets = tuple(number for number in arrears.unanswered(tx, now) if number not in ended)
    if tickets:
        yield warning(
            f"nobody answered the pages of {few(f'ticket {number}' for number in tickets)}, and the time to call back "
            "is over: do pages reach people?"
        )
    elif not ended:
        yield ok("no call back is overdue whose pages nobody answered")


def _heap(heap: Heap, policy: Policy) -> str:
    since = local(heap.since, ZoneInfo(policy.desk.timezone))
    return f"{heap.rows}, the oldest since {since}" + (f": {heap.reason}" if heap.reason else "")
