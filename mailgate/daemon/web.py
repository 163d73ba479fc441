"""The web door's inside: the pages behind links, and the daemon's vitals, in threads of their own."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from mailgate.daemon.answering import Answering
from mailgate.daemon.lag import LoopLag
from mailgate.daemon.texting import Texting
from mailgate.daemon.vitals import Auditor, Pulse, Vitals
from mailgate.edge.web import ASGIApp
from mailgate.edge.web_app import Door, Inner, web_app
from mailgate.mail.keyring import Keyring
from mailgate.site import Site
from mailgate.store.database import Database

THREADS = 4


@dataclass(frozen=True, slots=True)
class Inside:
    """What the pages stand for: a site, its database and its time, the engine's pulse and how many events it decided;
    `arrived` is called when a row is pending."""

    site: Site
    database: Database
    clock: Callable[[], datetime]
    pulse: Pulse
    events: Callable[[], int]
    arrived: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Web:
    """The application for the door (None: config.toml has no `[web]`), how it takes up another ring, and whom it asks
    about the daemon."""

    app: ASGIApp | None = None
    use_ring: Callable[[Keyring], None] = lambda _ring: None
    heed: Callable[[Auditor], None] = lambda _auditor: None


@asynccontextmanager
async def web_of(inside: Inside, ring: Keyring) -> AsyncIterator[Web]:
    """What `[web]` needs, until the block ends."""
    where = inside.site.config.web
    if where is None:
        yield Web()
        return
    async with AsyncExitStack() as running:
        threads = running.enter_context(ThreadPoolExecutor(THREADS, thread_name_prefix="web"))
        lag = LoopLag()
        await running.enter_async_context(_beating(lag))
        database, clock = inside.database, inside.clock
        answering = Answering(database, inside.site.policy, ring, clock, secrets.token_bytes, inside.arrived)
        vitals = Vitals(database, clock, lag, inside.pulse, inside.events)
        domain = inside.site.policy.desk.address.rpartition("@")[2]
        gateways = {name: one.answers for name, one in inside.site.config.sms.items() if one.answers is not None}
        inner = Inner(answering, Texting(gateways, answering), vitals)
        app = web_app(Door(where.base_url, where.metrics_allow, domain), inner, threads)
        yield Web(app, answering.use_ring, vitals.heed)


@asynccontextmanager
async def _beating(lag: LoopLag) -> AsyncIterator[None]:
    task = asyncio.create_task(lag.beat(), name="loop-lag")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
