"""The web door's inside: the pages behind links, and the daemon's vitals, in threads of their own."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from mailgate.config import SmsAnswers
from mailgate.daemon.answering import Answering
from mailgate.daemon.in_force import InForce, Live
from mailgate.daemon.lag import LoopLag
from mailgate.daemon.texting import Texting
from mailgate.daemon.vitals import Auditor, Pulse, Reloads, Vitals
from mailgate.edge.web import ASGIApp
from mailgate.edge.web_app import Door, Inner, web_app
from mailgate.store.database import Database

THREADS = 4


@dataclass(frozen=True, slots=True)
class Inside:
    """What the pages stand for: what is in force, its database and its time, the engine's pulse and how many events it
    decided; `arrived` is called when a row is pending."""

    in_force: InForce
    database: Database
    clock: Callable[[], datetime]
    pulse: Pulse
    events: Callable[[], int]
    arrived: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Web:
    """The application for the door (None: config.toml has no `[web]`), and whom it asks about the daemon."""

    app: ASGIApp | None = None
    heed: Callable[[Auditor, Reloads], None] = lambda _auditor, _reloads: None


@asynccontextmanager
async def web_of(inside: Inside) -> AsyncIterator[Web]:
    """What `[web]` needs, until the block ends."""
    where = inside.in_force.site().config.web
    if where is None:
        yield Web()
        return
    async with AsyncExitStack() as running:
        threads = running.enter_context(ThreadPoolExecutor(THREADS, thread_name_prefix="web"))
        lag = LoopLag()
        await running.enter_async_context(_beating(lag))
        database, clock = inside.database, inside.clock
        answering = Answering(database, inside.in_force.desk, clock, secrets.token_bytes, inside.arrived)
        vitals = Vitals(database, clock, lag, inside.pulse, inside.events)
        inner = Inner(answering, Texting(Live(lambda: _answers(inside.in_force)), answering), vitals)
        app = web_app(Door(where.base_url, where.metrics_allow, inside.in_force.desk().domain), inner, threads)
        yield Web(app, vitals.heed)


def _answers(in_force: InForce) -> Mapping[str, SmsAnswers]:
    """The gateways that bring answers."""
    return {name: one.answers for name, one in in_force.site().config.sms.items() if one.answers is not None}


@asynccontextmanager
async def _beating(lag: LoopLag) -> AsyncIterator[None]:
    task = asyncio.create_task(lag.beat(), name="loop-lag")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
