"""The acceptor thread: whoever waits at a door hears an answer, whatever the others at the door do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailgate.acceptor import Acceptor, NotAccepting
from mailgate.core.custody import Delivery
from mailgate.core.model import Door
from tests.builders import NOW
from tests.flow.desk import Letter, a_database

PATIENCE = 10


@pytest.fixture
def acceptor(tmp_path: Path) -> Iterator[Acceptor]:
    """A running acceptor on a database of its own."""
    with a_database(tmp_path / "mailgate.db") as database:
        running = Acceptor(database, lambda: NOW, lambda: None)
        running.start()
        yield running
        running.stop()


def a_delivery(number: int) -> Delivery:
    """One mail to the urgent door, unlike any other."""
    return Delivery(Door.SMTP, "chef@acme.example", ("support-urgent@example.com",), Letter("x").raw(number))


def test_an_answer_that_is_called_off_does_not_end_the_acceptor(acceptor: Acceptor) -> None:
    """A cancelled future refuses its result; the thread would die of it and every later mail would wait in vain."""
    acceptor.submit(a_delivery(1)).cancel()
    assert acceptor.submit(a_delivery(2)).result(PATIENCE) == 2


def test_a_mail_that_comes_after_the_end_is_refused_at_once(acceptor: Acceptor) -> None:
    """The sender hears 451 and keeps it, instead of waiting for a thread that is gone."""
    acceptor.stop()
    assert isinstance(acceptor.submit(a_delivery(1)).exception(PATIENCE), NotAccepting)


def test_what_waits_when_the_acceptor_stops_is_settled(acceptor: Acceptor) -> None:
    """Nobody who was let in goes away without an answer."""
    answers = [acceptor.submit(a_delivery(number)) for number in range(300)]
    acceptor.stop()
    assert [answer.result(0) for answer in answers] == list(range(1, 301))
