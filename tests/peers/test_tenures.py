"""One owner at a time: of two nodes on one PostgreSQL, for each mailbox, each canary and each notice (hazards F30)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from mailgate import site, starter
from mailgate.core.letters import NoticeFacts
from mailgate.daemon import tenures as daemon
from mailgate.daemon.clock import now
from mailgate.daemon.signs import Pulse
from mailgate.daemon.telling import Teller
from mailgate.daemon.tenures import Post, Tenures
from mailgate.daemon.watching import Pulses
from mailgate.engine import Desk
from mailgate.store import tenures
from mailgate.store.database import Database
from tests.flow.desk import RING
from tests.flow.process import eventually

pytestmark = pytest.mark.peer("postgres")

BOX, HALF_A_MINUTE = "mailbox support@imap.example.com/INBOX", timedelta(seconds=30)
OFTEN = 0.05


@pytest.fixture
def shared(desk_url: str) -> Iterator[Database]:
    """What the nodes share."""
    database = Database.open(desk_url)
    yield database
    database.close()


@dataclass
class Node:
    """A node with one mailbox; `words` is what it heard of the others."""

    tenures: Tenures
    pulse: Pulse = field(default_factory=Pulse)
    words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.post: Post = self.tenures.post(BOX, self.pulse)
        self.post.heard = self.words.append


@contextmanager
def two_nodes(shared: Database) -> Iterator[tuple[Node, Node]]:
    """The first has the mailbox."""
    first, second = (Node(Tenures(shared, name, OFTEN)) for name in ("first", "second"))
    first.tenures.start()
    eventually(first.post.is_ours)
    second.tenures.start()
    try:
        yield first, second
    finally:
        first.tenures.stop()
        second.tenures.stop()


def run_out(shared: Database) -> None:
    """The time of every tenure passes."""
    with shared.write() as tx:
        tx.execute(text("UPDATE tenure SET until = now() - interval '1 second'"))


def hold(shared: Database, *names: str, by: str) -> set[str]:
    with shared.write() as tx:
        return set(tenures.hold(tx, names, by, HALF_A_MINUTE))


def test_what_one_holds_another_cannot_have(shared: Database) -> None:
    """Each gets what is free, and keeps what it has."""
    assert hold(shared, "a", "b", by="first") == {"a", "b"}
    assert hold(shared, "a", "c", by="second") == {"c"}
    assert hold(shared, "a", "b", "c", by="first") == {"a", "b"}


def test_what_has_run_out_is_anybodys(shared: Database) -> None:
    """And its last holder's word counts no more."""
    hold(shared, "a", by="first")
    with shared.write() as tx:
        assert tenures.announce(tx, "a", "first", "word")
    run_out(shared)
    with shared.read() as tx:
        assert [(one.holder, one.word) for one in tenures.of(tx)] == [(None, "word")]
    assert hold(shared, "a", by="second") == {"a"}
    with shared.write() as tx:
        assert not tenures.announce(tx, "a", "first", "late")
        assert [(one.holder, one.word) for one in tenures.of(tx)] == [("second", "")]


def test_who_stops_hands_over_at_once(shared: Database) -> None:
    """Nobody waits for the end of a tenure that was let go."""
    with two_nodes(shared) as (first, second):
        assert not second.post.is_ours()
        first.tenures.stop()
        eventually(second.post.is_ours)


def test_who_dies_is_succeeded(shared: Database) -> None:
    """A node that says nothing more, and lets nothing go: LASTS and two rounds are less than a minute."""
    hold(shared, BOX, by="dead")
    waiting = Node(Tenures(shared, "waiting", OFTEN))
    waiting.tenures.start()
    time.sleep(4 * OFTEN)
    assert not waiting.post.is_ours()
    run_out(shared)
    eventually(waiting.post.is_ours)
    waiting.tenures.stop()
    assert daemon.LASTS.total_seconds() + 2 * daemon.EVERY_SECONDS <= 60


def test_who_cannot_reach_the_database_stands_back_first(shared: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """It counts from before it asked, so its time is over when another's may begin."""
    monkeypatch.setattr(daemon, "LASTS", timedelta(seconds=1))
    with two_nodes(shared) as (first, second):
        monkeypatch.setattr(first.tenures, "_look", lambda _database: None)  # as if nothing came back
        eventually(second.post.is_ours)
        assert not first.post.is_ours()


def test_who_cannot_read_a_mailbox_lets_another_try(shared: Database) -> None:
    """The mailbox may be out of reach for one machine only."""
    with two_nodes(shared) as (first, second):
        first.post.give_way(60)
        eventually(second.post.is_ours)
        assert not first.post.is_ours()


def test_all_nodes_know_that_it_was_done(shared: Database) -> None:
    """Or every node but one would say that nobody looks into the mailbox."""
    with two_nodes(shared) as (first, second):
        second.pulse._last = -1000.0
        first.post.beat()
        eventually(lambda: second.pulse.silence() < 100)


def test_all_nodes_hear_the_word_of_the_holder(shared: Database) -> None:
    """Behind one mail server, a canary comes back to any of them."""
    with two_nodes(shared) as (first, second):
        assert first.post.announce("<canary@example.com>")
        assert not second.post.announce("<another@example.com>")
        eventually(lambda: "<canary@example.com>" in second.words)


def test_a_node_that_is_alone_asks_nobody() -> None:
    """SQLite: no thread, no row, no second."""
    alone = Node(Tenures(None, "alone"))
    alone.tenures.start()
    alone.post.give_way(60)
    assert alone.post.is_ours()
    assert alone.post.announce("word")
    alone.tenures.stop()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """The starter's, with one administrator."""
    starter.write(tmp_path)
    return site.load(tmp_path / "config.toml").desk(RING)


@pytest.mark.parametrize(
    ("notice", "mails"),
    [
        (NoticeFacts("watch-pages", "outbox row 7, a page, has not left"), 1),
        (NoticeFacts("reload-refused", "rules/10-team.toml:3:1: no such word"), 1),
        (NoticeFacts("watch-engine", "the engine has not come to an end for 61 s"), 2),
        (NoticeFacts("clock-jumped", "1:00:00 ahead of the desk's own time"), 2),
    ],
)
def test_what_concerns_all_nodes_is_told_by_one(shared: Database, desk: Desk, notice: NoticeFacts, mails: int) -> None:
    """Each node has an auditor that finds the same; a machine's own trouble is told by itself."""
    for node in ("first", "second"):
        Teller(lambda: desk, shared, now, node, timedelta(hours=1)).tell(notice)
    with shared.read() as tx:
        assert tx.execute(text("SELECT count(*) FROM outbox")).scalar_one() == mails
    run_out(shared)
    Teller(lambda: desk, shared, now, "first", timedelta(hours=1)).tell(notice)
    with shared.read() as tx:
        assert tx.execute(text("SELECT count(*) FROM outbox")).scalar_one() == mails + 1


def test_a_canary_is_known_at_every_node(shared: Database) -> None:
    """The one that let it out hears that it came back to the other; neither takes it for a customer's mail."""
    nodes = [Tenures(shared, name, OFTEN) for name in ("first", "second")]
    first, second = (Pulses((), one) for one in nodes)
    nodes[0].start()
    eventually(first.round_trip.is_ours)
    nodes[1].start()
    first.canary.back._last = -1000.0
    assert first.round_trip.announce("<0.canary@example.com>")
    eventually(lambda: second.canary.returns(b"Message-ID: <0.canary@example.com>\r\n\r\n"))
    eventually(lambda: first.canary.back.silence() < 100)
    for one in nodes:
        one.stop()


def leased(shared: Database, owner: str) -> list[str]:
    """How the page of a mail stands after its lease, and after each change."""
    with shared.write() as tx:
        tx.execute(text("UPDATE outbox SET state = 'leased', next_attempt_at = now() + interval '2 minutes'"))
        tx.execute(text(f"UPDATE outbox SET leased_by = '{owner}'"))
    return states(shared)


def states(shared: Database) -> list[str]:
    with shared.read() as tx:
        return list(tx.execute(text("SELECT DISTINCT state FROM outbox")).scalars())


def test_what_a_dead_node_was_about_to_send_is_due_again(shared: Database, desk: Desk) -> None:
    """In a minute, not when its lease runs out; by whoever has gone on without a break meanwhile."""
    Teller(lambda: desk, shared, now, None, timedelta(hours=1)).tell(NoticeFacts("watch-pages", "x"))
    assert leased(shared, "dead") == ["leased"]
    hold(shared, f"{daemon.NODE}dead", by="dead")
    alive = Tenures(shared, "alive", OFTEN)
    alive.start()
    eventually(alive.held)
    with shared.write() as tx:
        tx.execute(text("UPDATE tenure SET until = now() WHERE holder = 'dead'"))
    time.sleep(4 * OFTEN)
    assert states(shared) == ["leased"]  # it has only just begun: perhaps nobody could reach the database
    with shared.write() as tx:
        tx.execute(text("UPDATE tenure SET since = since - interval '1 minute' WHERE holder = 'alive'"))
    eventually(lambda: states(shared) == ["promised"])
    alive.stop()


def test_whoever_was_late_itself_succeeds_nobody(shared: Database) -> None:
    """After the database was away every node is late, and none of them is gone."""
    hold(shared, f"{daemon.NODE}other", f"{daemon.NODE}own", by="own")
    with shared.write() as tx:
        tx.execute(text("UPDATE tenure SET since = since - interval '1 hour', until = now() - interval '1 second'"))
    hold(shared, f"{daemon.NODE}own", by="own")
    with shared.write() as tx:
        assert tenures.succeed(tx, daemon.NODE, f"{daemon.NODE}own", HALF_A_MINUTE) == ()
