"""How a door closes: nothing is lost, nobody waits longer than the grace."""

from __future__ import annotations

import threading
import time

import pytest

from tests.edge.custodies import ListCustody, SlowCustody
from tests.edge.doors import smtp_door

MAIL = b"Subject: panne\r\n\r\nLe serveur est en panne.\r\n"


def test_an_idle_client_hears_goodbye_and_nobody_new_comes_in() -> None:
    """The client's relay tries again elsewhere or later, as 421 says."""
    with smtp_door(ListCustody()) as door, door.talk() as client:
        client.greet()
        door.close(3600)  # which nobody needs here
        assert client.hear_all() == ["421 4.3.2 stopping, try again later"]
        with pytest.raises(ConnectionError):
            door.talk()


def test_a_mail_on_its_way_is_settled_first() -> None:
    """What was begun before the end is finished within the grace."""
    custody = ListCustody()
    with smtp_door(custody) as door, door.talk() as client:
        client.greet()
        client.begin()
        client.send(MAIL)
        closing = threading.Thread(target=door.close, args=(5,))
        closing.start()
        time.sleep(0.2)
        client.send(b".\r\n")
        replies = client.hear_all()
        closing.join(2)
        assert not closing.is_alive()
    assert replies == ["250 2.0.0 accepted as inbox-1", "421 4.3.2 stopping, try again later"]
    assert len(custody.deliveries) == 1


def test_a_commit_that_never_ends_does_not_hold_the_door() -> None:
    """From CPython 3.12.1 on, waiting for the server waits for every client."""
    custody = SlowCustody()
    with smtp_door(custody) as door, door.talk() as client:
        client.greet()
        client.begin()
        client.send(MAIL + b".\r\n")
        assert custody.asked.wait(5)
        door.close(0.3)
        assert client.hear() == ""
