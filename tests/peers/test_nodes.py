"""Two nodes on one PostgreSQL, each with an engine and connections of its own: whatever they race for happens once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from threading import Barrier, BrokenBarrierError

import pytest
from sqlalchemy import text

from mailgate import engine, site, starter
from mailgate.core.decide import decide
from mailgate.core.decision import Decision
from mailgate.core.events import Event, RetryAsked
from mailgate.core.letters import NoticeFacts
from mailgate.core.policy import Policy
from mailgate.core.seen import Seen
from mailgate.daemon.in_force import InForce
from mailgate.daemon.reloading import Means, Reloads
from mailgate.store import claims, clocks, inbox, timers
from mailgate.store.database import DATABASE_FAULTS, IDLE, PATIENCE, Database, Tx, may_be_the_rows
from tests.flow.desk import RING, Letter, LiveDesk

pytestmark = pytest.mark.peer("postgres")

CHEF = "chef@acme.example"
ROWS = 200
Nodes = tuple[LiveDesk, LiveDesk]


@pytest.fixture
def nodes(desk_url: str, tmp_path: Path) -> Iterator[Nodes]:
    """The starter's desk twice, on one clock."""
    starter.write(tmp_path / "site")
    loaded = site.load(tmp_path / "site/config.toml")
    first, second = Database.open(desk_url), Database.open(desk_url)
    yield LiveDesk(loaded, first), LiveDesk(loaded, second)
    first.close()
    second.close()


def race(nodes: Nodes) -> None:
    """Both start at the same moment and work until nothing is left."""
    start = Barrier(len(nodes))

    def work(node: LiveDesk) -> None:
        start.wait(10)
        node.decide()

    with ThreadPoolExecutor(len(nodes)) as threads:
        list(threads.map(work, nodes))


def fill(node: LiveDesk, rows: int = ROWS) -> None:
    """As many rows as timers that are due."""
    with node.database.write() as tx:
        for number in range(rows):
            inbox.ask(tx, RetryAsked(0, node.now, "inbox", number), node.now)
            timers.set_timer(tx, None, f"race-{number}", node.now)


def decided(node: LiveDesk) -> list[int]:
    """How often each row was decided and each timer fired, by the journal."""
    with node.database.read() as tx:
        rows = tx.execute(text("SELECT event, inbox_id FROM journal")).all()
    return list(Counter(rows).values())


def number_of(node: LiveDesk, what: str) -> int:
    with node.database.read() as tx:
        return int(tx.execute(text(f"SELECT count(*) FROM {what}")).scalar_one())


def granted(*_: object) -> bool:
    """A claim that claims nothing."""
    return True


def test_every_row_is_decided_and_every_timer_fires_once(nodes: Nodes) -> None:
    """Whatever a node has in hand, the other passes over (hazards F38)."""
    fill(nodes[0])
    race(nodes)
    assert decided(nodes[0]) == [1] * 2 * ROWS
    assert number_of(nodes[0], "timer") == number_of(nodes[0], "inbox WHERE state = 'pending'") == 0


def test_without_its_claims_the_race_is_lost(nodes: Nodes, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same race with a broken build: something happens twice, and the test above would see it."""
    monkeypatch.setattr(claims, "claim_mail", granted)
    monkeypatch.setattr(claims, "claim_timer", granted)
    fill(nodes[0], rows=ROWS // 4)
    race(nodes)
    assert max(decided(nodes[0])) > 1


def test_mails_at_both_nodes_are_one_ticket_each(nodes: Nodes) -> None:
    """Numbers without a gap, one acknowledgement for each, no Message-ID twice."""
    for number in range(20):
        letter = Letter("Bonjour", f"chef@firm{number}.example", subject=f"n {number}")
        nodes[number % 2].accept(letter.raw(number), letter.sender, letter.to)
    race(nodes)
    with nodes[0].database.read() as tx:
        assert tx.execute(text("SELECT number FROM ticket ORDER BY 1")).scalars().all() == [*range(1001, 1021)]
    assert number_of(nodes[0], "outbox WHERE template = 'acknowledgement'") == 20
    assert number_of(nodes[0], "outbox") == number_of(nodes[0], "(SELECT DISTINCT message_id FROM outbox) x")
    assert set(decided(nodes[1])) == {1}


@contextmanager
def slow_decisions(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Seen]]:
    """Between what is seen and what is done passes a while; what was seen, in the order in which it ended."""
    seen_by: list[Seen] = []

    def slowly(event: Event, seen: Seen, policy: Policy, now: datetime) -> Decision:
        time.sleep(0.3)
        seen_by.append(seen)
        return decide(event, seen, policy, now)

    monkeypatch.setattr(engine, "decide", slowly)
    yield seen_by
    monkeypatch.setattr(engine, "decide", decide)


def test_one_mail_at_both_nodes_at_once_is_one_ticket(nodes: Nodes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relay that lost our 250 hands it to the other node: whoever decides second sees what the first did."""
    raw = Letter("Bonjour").raw(1)
    for node in nodes:
        node.accept(raw, CHEF, "support-urgent@example.com")
    with slow_decisions(monkeypatch) as seen:
        race(nodes)
    assert [len(one.twins) for one in seen] == [0, 1]
    assert number_of(nodes[0], "ticket") == 1


def test_two_acknowledgements_at_once_are_a_first_and_a_second(nodes: Nodes, monkeypatch: pytest.MonkeyPatch) -> None:
    """I21: the second is decided in sight of the first."""
    mails = nodes[0].write(Letter("Plus rien ne marche"))
    pages = {mail.to: mail for mail in mails if mail.template == "technician"}
    for number, name in enumerate(("tech1@example.com", "tech2@example.com")):
        nodes[number].accept(Letter("#pris", name, pages[name].reply_to).raw(10 + number), name, pages[name].reply_to)
    with slow_decisions(monkeypatch) as seen:
        race(nodes)
    answered = [sum(page.state.value == "acknowledged" for page in one.by_token.pages) for one in seen if one.by_token]
    assert answered[0] == 0 < answered[1]


def test_without_the_floor_nobody_sees_what_the_other_does(nodes: Nodes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken build again: each row is claimed, and the one mail is new to both."""
    monkeypatch.setattr(claims, "take_floor", granted)
    raw = Letter("Bonjour").raw(1)
    for node in nodes:
        node.accept(raw, CHEF, "support-urgent@example.com")
    with slow_decisions(monkeypatch) as seen:
        race(nodes)
    assert [len(one.twins) for one in seen[:2]] == [0, 0]


def test_every_session_is_given_half_a_minute(nodes: Nodes, desk_url: str) -> None:
    """For its next word in a transaction, unless the administrator chose another time."""
    chosen = Database.open(f"{desk_url}&options=-c%20{IDLE}%3D5s")
    for database, patience in ((nodes[0].database, PATIENCE), (chosen, "5s")):
        with database.write() as tx:
            assert tx.execute(text(f"SHOW {IDLE}")).scalar_one() == patience
    chosen.close()


def test_a_node_that_stops_in_the_middle_of_a_decision_is_not_waited_for(nodes: Nodes) -> None:
    """SIGSTOP, or a cable that was pulled, while it has the floor: its session is ended, and nothing of it remains."""
    stopped, other = nodes
    stopped.accept(Letter("Bonjour").raw(1), CHEF, "support-urgent@example.com")
    on_the_floor: list[LiveDesk] = []

    def stop(tx: Tx) -> None:
        tx.execute(text(f"SET LOCAL {IDLE} = '500ms'"))
        assert claims.claim_mail(tx, 1)
        tx.execute(text("UPDATE counter SET next = 5000"))
        other.decide()
        assert number_of(other, "ticket") == 0  # passed over
        with other.database.write() as beside:
            beside.execute(text("SET LOCAL lock_timeout = '30s'"))
            claims.take_floor(beside)
            on_the_floor.append(other)

    with pytest.raises(DATABASE_FAULTS) as fault, stopped.database.write() as tx:
        stop(tx)
    assert on_the_floor == [other]
    assert not may_be_the_rows(fault.value)
    other.decide()
    assert other.ticket(1001).queue == "urgent"


def conflict(node: LiveDesk, other: LiveDesk) -> None:
    """A deadlock: each waits for what the other holds."""
    barrier = Barrier(2)

    def hold(desk: LiveDesk, names: tuple[str, str]) -> None:
        with desk.database.write() as tx:
            tx.execute(text(f"UPDATE counter SET next = next WHERE name = '{names[0]}'"))
            barrier.wait(10)
            tx.execute(text(f"UPDATE counter SET next = next WHERE name = '{names[1]}'"))

    with node.database.write() as tx:
        tx.execute(text("INSERT INTO counter VALUES ('a', 1), ('b', 1)"))
    with ThreadPoolExecutor(2) as threads:
        ended = [threads.submit(hold, node, ("a", "b")), threads.submit(hold, other, ("b", "a"))]
    for one in ended:
        one.result()


def read_only(node: LiveDesk, _other: LiveDesk) -> None:
    """As after a failover to a standby."""
    with node.database.write() as tx:
        tx.execute(text("SET TRANSACTION READ ONLY"))
        tx.execute(text("UPDATE counter SET next = next"))


def cut_off(node: LiveDesk, _other: LiveDesk) -> None:
    """The server restarts."""
    with node.database.write() as tx:
        tx.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


@pytest.mark.parametrize("trouble", [conflict, read_only, cut_off])
def test_a_fault_of_the_server_is_never_blamed_on_a_row(
    nodes: Nodes, trouble: Callable[[LiveDesk, LiveDesk], None]
) -> None:
    """It is tried again for as long as it takes, and no good mail goes into quarantine."""
    with pytest.raises(DATABASE_FAULTS) as fault:
        trouble(*nodes)
    assert not may_be_the_rows(fault.value)


def test_what_the_server_cannot_take_is_the_rows(nodes: Nodes) -> None:
    """An index entry that is too long would fail for ever."""
    long = "md5(random()::text) || md5(random()::text)"
    with pytest.raises(DATABASE_FAULTS) as fault, nodes[0].database.write() as tx:
        tx.execute(text(f"INSERT INTO turn SELECT string_agg({long}, ''), 'x' FROM generate_series(1, 500)"))
    assert may_be_the_rows(fault.value)


def test_who_reads_sees_one_state_and_cannot_write(nodes: Nodes) -> None:
    """A ticket's story must not change between two of its queries."""
    with nodes[0].database.read() as tx:
        before = tx.execute(text("SELECT next FROM counter")).scalar_one()
        with nodes[1].database.write() as other:
            other.execute(text("UPDATE counter SET next = next + 1"))
        assert tx.execute(text("SELECT next FROM counter")).scalar_one() == before
        with pytest.raises(DATABASE_FAULTS, match="read-only"):
            tx.execute(text("UPDATE counter SET next = 1"))


def test_what_both_cannot_decide_is_told_once(nodes: Nodes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each node meets the same broken timer; the administrators need one mail of it."""
    monkeypatch.setattr(engine, "decide", lambda *_: 1 // 0)
    for node in nodes:
        with node.database.write() as tx:
            timers.set_timer(tx, None, "broken", node.now)
        node.decide()
    assert number_of(nodes[0], "outbox WHERE template = 'notice'") == 1


def test_two_nodes_that_reload_at_once_look_at_the_clocks_in_turn(
    nodes: Nodes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same timer is set by both: the second waits for the first, and neither fails or says that it was refused."""
    nodes[0].write(Letter("Bonjour"))
    monkeypatch.setattr(clocks, "outdated", lambda *_: (1001,))
    together, set_timer = Barrier(len(nodes)), timers.set_timer

    def slowly(tx: Tx, ticket: int | None, kind: str, due_at: datetime) -> None:
        set_timer(tx, ticket, kind, due_at)
        with suppress(BrokenBarrierError):
            together.wait(1)

    monkeypatch.setattr(timers, "set_timer", slowly)
    told = list[NoticeFacts]()
    people = tmp_path / "site/rules/30-people.toml"
    people.write_text(people.read_text("utf-8").replace("Camille", "Camille R."), "utf-8")
    in_force, now = InForce(nodes[0].site, RING), nodes[0].now
    reloads = [Reloads(Means(in_force, one.database, lambda: now, lambda: None, told.append)) for one in nodes]
    with ThreadPoolExecutor(len(nodes)) as threads:
        list(threads.map(Reloads.reload, reloads))
    assert (told, [one.reading.refused for one in reloads]) == ([], [(), ()])
