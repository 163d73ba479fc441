"""A node that stops while the server hands it a long answer: its session waits for no word of the node's, and is ended
all the same. Through TCP, as from another machine."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import text

from mailgate.store import claims
from mailgate.store import database as store
from mailgate.store.database import DATABASE_FAULTS, Database, Tx
from tests.peers.postgres import FAST, SMALL, Server, a_place, initialise
from tests.store.desk import a_delivery, keep

pytestmark = pytest.mark.peer("postgres")

LONG = 20_000_000
"""Octets of a mail that no socket's buffers hold."""


@pytest.fixture
def url() -> Iterator[str]:
    """A server's on a loopback address that nobody else has."""
    address = "127." + ".".join(str(1 + octet % 250) for octet in secrets.token_bytes(3))
    with a_place() as directory:
        server = Server(directory, {**FAST, **SMALL, "listen_addresses": address})
        initialise(server)
        try:
            server.start()
            yield f"postgresql://postgres@{address}/postgres"
        finally:
            server.stop()


def ask_and_stop(tx: Tx) -> None:
    """Take the floor, ask for a long mail, and read nothing of it."""
    claims.take_floor(tx)
    driver = tx.connection().connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    driver.pgconn.send_query(b"SELECT raw FROM inbox_raw")
    driver.pgconn.flush()


def stop_on_the_floor(node: Database, other: Database, on_the_floor: list[Database]) -> None:
    """The node stops there, and the other waits for it; raises what becomes of the transaction."""
    with node.write() as tx:
        ask_and_stop(tx)
        with other.write() as beside:
            beside.execute(text("SET LOCAL lock_timeout = '20s'"))
            claims.take_floor(beside)
            on_the_floor.append(other)


def test_a_node_that_stops_in_the_middle_of_an_answer_is_not_waited_for(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody could decide anything until somebody ended it by hand."""
    monkeypatch.setattr(store, "PATIENCE", "2s")
    stopped, other = Database.open(url), Database.open(url)
    other.upgrade()
    keep(other, a_delivery(os.urandom(LONG)))
    on_the_floor: list[Database] = []
    with pytest.raises(DATABASE_FAULTS):
        stop_on_the_floor(stopped, other, on_the_floor)
    assert on_the_floor == [other]
    stopped.close()
    other.close()
