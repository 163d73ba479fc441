"""Who settles several mails at once and who answers for a ticket may wait for each other on PostgreSQL: then the answer
goes first, and the mails are settled one by one."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import text
from sqlmodel import select

from mailgate import sender
from mailgate.core.delivery import Deferred, Delivered, Delivery, Lane, Parcel
from mailgate.core.model import Channel
from mailgate.core.page_effects import AcknowledgePages
from mailgate.group_commit import GroupCommit
from mailgate.sender import Ended, Means
from mailgate.store.columns import OutboxState
from mailgate.store.database import Database
from mailgate.store.tables import OutboxRow
from tests.builders import NOW
from tests.peers import wait_until
from tests.store.desk import MINUTE, a_page, apply, lease, promise

pytestmark = pytest.mark.peer("postgres")

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


class Untried:
    """A relay that nobody asks."""

    async def send(self, parcel: Parcel) -> Delivery:
        raise AssertionError(parcel)

    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def database(desk_url: str) -> Iterator[Database]:
    database = Database.open(desk_url)
    yield database
    database.close()


def waiting(database: Database) -> int:
    """How many wait for a lock."""
    with database.read() as tx:
        return int(tx.execute(text(WAITING)).scalar_one())


async def settle(database: Database, threads: ThreadPoolExecutor, *ended: Ended) -> None:
    """All of them in one transaction, as the sender does."""
    means = Means(database, threads, lambda: NOW, random.random, Untried, Untried(), lambda: None, "here")
    commits = GroupCommit(database, threads, partial(sender._write, means))
    await asyncio.gather(*(commits.write(one) for one in ended))


def test_an_answer_does_not_wait_for_those_who_settle(database: Database) -> None:
    """The mail to a technician left, the pager is busy; both are settled while the technician answers, who has the one
    page already and wants the other. Nobody is ended by the server, and nothing of it is lost."""
    promise(database, a_page(), a_page(channel=Channel.PAGER, target="sms:x"))
    first, second = lease(database, Lane.PAGE)
    left, busy = Ended(second, Delivered(), None), Ended(first, Deferred("busy"), NOW + MINUTE)
    with ThreadPoolExecutor(3) as threads:
        with database.write() as tx:
            tx.execute(text("SELECT 1 FROM outbox WHERE id = 2 FOR UPDATE"))
            settled = threads.submit(lambda: asyncio.run(settle(database, threads, left, busy)))
            wait_until(lambda: waiting(database) == 1, what="the sender, with the second page in hand")
            answered = threads.submit(apply, database, AcknowledgePages(1001, "tech1", NOW))
            wait_until(lambda: waiting(database) == 2, what="the answer, with the first page in hand")
        answered.result(10)
        settled.result(10)
    with database.read() as tx:
        states = [row.state for row in tx.exec(select(OutboxRow).order_by("id"))]
    assert states == [OutboxState.CANCELLED, OutboxState.SENT]
