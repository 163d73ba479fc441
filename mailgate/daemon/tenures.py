"""Which mailboxes and ticks are this node's, of several on one database (store.tenures; hazards F30).

    every 5 s:  take what is free ─▶ keep what is ours for 30 s more ─▶ report what was done ─▶ learn what others did
                ─▶ succeed who is gone

A node counts the end of its tenure from before it asked, on a clock that nobody sets and that counts while the machine
sleeps: whoever cannot reach the database, was stopped or was asleep stands back before anybody else may begin. A node
that is stopped in the middle of a mail may finish that one mail later; it is in custody once all the same, because a
place of a mailbox is taken once, and its content is known. What a dead node had is another's within 40 s; what a node
lets go because it stops, or cannot reach the mailbox, within 5.

A node holds itself, too. Who does not any more is gone, and what it had leased to send is due again for the others.

On SQLite there is one node, and everything is its own for ever at no cost.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from mailgate.daemon import clock
from mailgate.daemon.clock import passed
from mailgate.daemon.signs import Pulse
from mailgate.store import outbox, tenures
from mailgate.store.database import DATABASE_FAULTS, Database
from mailgate.store.tenures import Tenure

log = structlog.get_logger()

MAILBOX, NODE = "mailbox ", "node "
"""How the posts of mailboxes and of nodes begin."""

LASTS = timedelta(seconds=30)
EVERY_SECONDS = 5.0
STOP_SECONDS = 2.0


class Post:
    """One thing that one node does at a time, as this node sees it. Thread-safe.

    `pulse` is beaten when it was done, by any node; `heard` is told what its holder lets the others know."""

    def __init__(self, name: str, pulse: Pulse, until: float, announce: Callable[[str, str], bool]) -> None:
        self.name, self._pulse = name, pulse
        self._until, self._away, self._announce = until, -math.inf, announce
        self._unreported: float | None = None
        self._done_at: datetime | None = None
        self.heard: Callable[[str], None] = lambda _word: None

    def is_ours(self) -> bool:
        """Whether this node may do it at this moment."""
        return passed() < self._until

    def beat(self) -> None:
        """It was done here."""
        self._pulse.beat()
        self._unreported = passed()

    def give_way(self, seconds: float) -> None:
        """Another node may be luckier: do not ask for it for so long. A node that is alone keeps it."""
        if self._until < math.inf:
            self._until, self._away = -math.inf, passed() + seconds

    def announce(self, word: str) -> bool:
        """Let the other nodes know, EVERY_SECONDS from now at the latest; False when it is not ours (any more).

        Raises DATABASE_FAULTS."""
        return self._announce(self.name, word)

    @property
    def is_away(self) -> bool:
        """Whether this node does not want it now."""
        return passed() < self._away

    def unreported(self) -> timedelta | None:
        """How long ago it was done here, when nobody was told yet; it is told now."""
        done, self._unreported = self._unreported, None
        return None if done is None else timedelta(seconds=passed() - done)

    def keep(self, until: float | None) -> bool:
        """Ours until then, or not ours (None); whether that is new."""
        before, self._until = self._until, -math.inf if self.is_away or until is None else until
        return (self._until > -math.inf) != (before > -math.inf)

    def learn(self, known: Tenure) -> None:
        """What the database says."""
        if known.done_at is not None and known.done_at != self._done_at:
            self._done_at = known.done_at
            self._pulse.beat()
        if known.word:
            self.heard(known.word)


class Tenures:
    """The thread that asks for this node's posts and keeps them. `node` is this node's name."""

    def __init__(
        self,
        database: Database | None,
        node: str,
        every: float = EVERY_SECONDS,
        clock: Callable[[], datetime] = clock.now,
    ) -> None:
        """`database` is the one that nodes share; None: this is the only node. `clock` is the sender's."""
        self._database, self.node, self.every, self._clock = database, node, every, clock
        self._posts: list[Post] = []
        self._own = self.post(NODE + node, Pulse())
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tenures", daemon=True)

    @property
    def are_shared(self) -> bool:
        """Whether there may be other nodes."""
        return self._database is not None

    def post(self, name: str, pulse: Pulse) -> Post:
        """One more; call it before `start`."""
        post = Post(name, pulse, -math.inf if self.are_shared else math.inf, self._announce)
        self._posts.append(post)
        return post

    def start(self) -> None:
        """Ask for everything that is free."""
        if self._database is not None:
            self._thread.start()

    def stop(self) -> None:
        """Let everything go, if the database takes it."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    def held(self) -> tuple[str, ...]:
        """What is ours now."""
        return tuple(post.name for post in self._posts if post.is_ours())

    def _run(self) -> None:
        assert self._database is not None
        while not self._stopping.is_set():
            self._guarded(self._look, self._database)
            self._stopping.wait(self.every)
        self._guarded(self._let_all_go, self._database)

    def _guarded(self, act: Callable[[Database], None], database: Database) -> None:
        try:
            act(database)
        except DATABASE_FAULTS as fault:  # what is ours runs out by itself
            log.warning("tenures.database_fault", error=type(fault).__name__)
        except Exception:  # without this thread, what is ours would be nobody's until the next start
            log.exception("tenures.failed")

    def _look(self, database: Database) -> None:
        asked_at, went_on = passed(), self._own.is_ours()
        self._release(database, [post for post in self._posts if post.is_away])
        wanted = [post.name for post in self._posts if not post.is_away]
        with database.write() as tx:
            held = tenures.hold(tx, wanted, self.node, LASTS)
            for post in self._posts:
                if (ago := post.unreported()) is not None:
                    tenures.report(tx, post.name, ago)
            tenures.forget(tx)
            known = {one.name: one for one in tenures.of(tx, [post.name for post in self._posts])}
        for post in self._posts:
            self._keep(post, asked_at + LASTS.total_seconds() if post.name in held else None)
            if post.name in known:
                post.learn(known[post.name])
        if went_on:
            self._succeed(database)

    def _succeed(self, database: Database) -> None:
        """What a node that is gone had leased is due again."""
        with database.write() as tx:
            for gone in tenures.succeed(tx, NODE, self._own.name, LASTS):
                mails = outbox.release(tx, self._clock(), gone)
                log.warning("node.gone", node=gone, mails=mails)

    def _keep(self, post: Post, until: float | None) -> None:
        if post.keep(until):
            log.info("tenure.begins" if post.is_ours() else "tenure.ends", what=post.name, node=self.node)

    def _let_all_go(self, database: Database) -> None:
        self._release(database, self._posts)

    def _release(self, database: Database, posts: Sequence[Post]) -> None:
        if posts:
            with database.write() as tx:
                tenures.let_go(tx, [post.name for post in posts], self.node)

    def _announce(self, name: str, word: str) -> bool:
        if self._database is None:
            return True
        with self._database.write() as tx:
            return tenures.announce(tx, name, self.node, word)
