"""A database that fails over, takes no writes for a while, or is lost in the middle of a COMMIT: nothing is lost, and
nothing happens twice (hazards F39)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from mailgate import site, starter
from mailgate.acceptor import Acceptor
from mailgate.core.custody import Delivery, ImapCursor
from mailgate.core.delivery import Delivered, Lane
from mailgate.core.model import Door
from mailgate.store import outbox
from mailgate.store.database import DATABASE_FAULTS, Database, postgresql
from mailgate.store.outbox import Lease, Leased
from tests.flow.desk import Letter, LiveDesk
from tests.peers import wait_until
from tests.peers.cutting import Toll, toll_before
from tests.peers.postgres import Postgres
from tests.peers.replicas import Pair, running_pair
from tests.store.desk import fetched

pytestmark = pytest.mark.peer("postgres")


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """A primary and its standby, for the tests of this file one after the other."""
    with running_pair() as running:
        running.wait_for_standby()
        yield running


@pytest.fixture
def toll(postgres: Postgres) -> Iterator[Toll]:
    with toll_before(postgres.run) as toll:
        yield toll


@pytest.fixture
def desk(toll: Toll, desk_url: str, postgres: Postgres, tmp_path: Path) -> Iterator[LiveDesk]:
    """The starter's desk behind the toll."""
    starter.write(tmp_path / "site")
    database = Database.open(desk_url.replace(str(postgres.run), str(toll.directory)))
    yield LiveDesk(site.load(tmp_path / "site/config.toml"), database)
    database.close()


def number_of(database: Database, what: str) -> int:
    with database.read() as tx:
        return int(tx.execute(text(f"SELECT count(*) FROM {what}")).scalar_one())


def raise_counter(database: Database) -> int:
    with database.write() as tx:
        return int(tx.execute(text("UPDATE counter SET next = next + 1 RETURNING next")).scalar_one())


def refuses(database: Database) -> bool:
    """Whether a write is refused by now; a setting takes a moment to arrive."""
    try:
        raise_counter(database)
    except DATABASE_FAULTS as fault:
        return "read-only" in str(fault)
    return False


def write_read_only(database: Database) -> None:
    with database.write() as tx:
        tx.execute(text("SET TRANSACTION READ ONLY"))
        tx.execute(text("UPDATE counter SET next = next"))


def test_who_was_connected_goes_on_with_the_server_that_takes_writes(pair: Pair) -> None:
    """The old primary stands and answers, but takes no writes any more; then it is gone."""
    database = Database.open(pair.url(pair.create_desk()))
    before = raise_counter(database)
    pair.wait_for_standby(False)
    pair.ask("ALTER SYSTEM SET default_transaction_read_only = on")
    pair.ask("SELECT pg_reload_conf()")
    wait_until(lambda: refuses(database), what="the setting")
    pair.fail_over()
    assert raise_counter(database) > before
    database.close()


def test_a_connection_to_a_server_that_takes_no_writes_is_not_used_again(desk_url: str) -> None:
    """It would stand for ever, and every mail would hear 451."""
    database = Database.open(desk_url)
    with database.write() as tx:
        one = tx.execute(text("SELECT pg_backend_pid()")).scalar_one()
    with pytest.raises(DATABASE_FAULTS):
        write_read_only(database)
    with database.write() as tx:
        assert tx.execute(text("SELECT pg_backend_pid()")).scalar_one() != one
    database.close()


def test_a_mail_whose_commit_got_no_answer_comes_again_and_is_the_same(desk: LiveDesk, toll: Toll) -> None:
    """The door says 451, as it must; the mail is in custody all the same, and its second copy changes nothing."""
    acceptor = Acceptor(desk.database, lambda: desk.now, lambda: None)
    acceptor.start()
    assert number_of(desk.database, "inbox") == 0  # a new connection commits its own settings
    delivery = Delivery(Door.SMTP, "chef@acme.example", ("support-urgent@example.com",), Letter("Panne").raw(1))
    toll.arm()
    with pytest.raises(DATABASE_FAULTS):
        acceptor.submit(delivery).result(10)
    assert acceptor.submit(delivery).result(10)
    acceptor.stop()
    assert (toll.cuts, number_of(desk.database, "inbox")) == (1, 2)
    desk.work()
    assert number_of(desk.database, "ticket") == 1
    assert number_of(desk.database, "outbox WHERE template = 'acknowledgement'") == 1


def test_a_mail_of_a_mailbox_whose_commit_got_no_answer_is_there_once(desk: LiveDesk, toll: Toll) -> None:
    """The reader fetches it again, from the same place, and goes on behind it."""
    acceptor = Acceptor(desk.database, lambda: desk.now, lambda: None)
    acceptor.start()
    assert number_of(desk.database, "inbox") == 0
    toll.arm()
    with pytest.raises(DATABASE_FAULTS):
        acceptor.submit(fetched(3)).result(10)
    assert acceptor.submit(fetched(3)).result(10) == 1
    acceptor.stop()
    assert (toll.cuts, number_of(desk.database, "inbox")) == (1, 1)
    assert acceptor.cursor("INBOX@imap.example.com") == ImapCursor(7, 3)


def test_a_decision_whose_commit_got_no_answer_is_not_made_again(desk: LiveDesk, toll: Toll) -> None:
    """The row says that it was decided."""
    desk.accept(Letter("Panne").raw(1), "chef@acme.example", "support-urgent@example.com")
    toll.arm()
    with pytest.raises(DATABASE_FAULTS):
        desk.decide()
    assert toll.cuts == 1
    desk.decide()
    assert number_of(desk.database, "ticket") == number_of(desk.database, "journal") == 1


def lease(desk: LiveDesk) -> tuple[Leased, ...]:
    """One page, for two minutes."""
    with desk.database.write() as tx:
        return outbox.lease(tx, Lease(Lane.PAGE, 1, "here", desk.now + timedelta(minutes=2)), desk.now)


def settle(desk: LiveDesk, leased: Leased) -> bool:
    with desk.database.write() as tx:
        return outbox.settle(tx, leased, Delivered(), None, desk.now)


def test_a_page_whose_settlement_got_no_answer_is_settled_once(desk: LiveDesk, toll: Toll) -> None:
    """Who settles it again finds that it is."""
    desk.accept(Letter("Panne").raw(1), "chef@acme.example", "support-urgent@example.com")
    desk.decide()
    (page,) = lease(desk)
    toll.arm()
    with pytest.raises(DATABASE_FAULTS):
        settle(desk, page)
    assert not settle(desk, page)
    assert number_of(desk.database, "outbox WHERE state = 'sent'") == 1


def test_a_page_whose_lease_got_no_answer_is_sent_later(desk: LiveDesk, toll: Toll) -> None:
    """Nobody knows that it is theirs; it is due again when its lease ends."""
    desk.accept(Letter("Panne").raw(1), "chef@acme.example", "support-urgent@example.com")
    desk.decide()
    pages = number_of(desk.database, "outbox WHERE lane = 'page'")
    toll.arm()
    with pytest.raises(DATABASE_FAULTS):
        lease(desk)
    assert [bool(lease(desk)) for _ in range(pages)] == [True] * (pages - 1) + [False]
    desk.now += timedelta(minutes=2)
    assert lease(desk)[0].attempts == 2


def test_a_server_that_went_without_a_word_is_given_up(desk_url: str) -> None:
    """TCP alone would wait a quarter of an hour for a machine that lost its power; a URL may say how long."""
    for url, patience in ((desk_url, "20000"), (f"{desk_url}&tcp_user_timeout=7000", "7000")):
        server = postgresql(url, None)
        with server.connect() as connection:
            raw = connection.connection.driver_connection
            assert isinstance(raw, psycopg.Connection)
            told = raw.info.get_parameters()
        server.dispose()
        assert (told["tcp_user_timeout"], told["keepalives_idle"], told["connect_timeout"]) == (patience, "10", "10")
