"""How a door closes: nothing is lost, nobody waits longer than the grace."""

from __future__ import annotations

import gc
import socket
import threading
import time
import weakref

import pytest

from tests.edge.custodies import ListCustody, SlowCustody
from tests.edge.doors import smtp_door
from tests.peers import wait_until

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


@pytest.mark.parametrize("linger", [b"\0\0\0\0\0\0\0\0", b"\1\0\0\0\0\0\0\0"], ids=["closed", "reset"])
def test_who_is_gone_leaves_nothing_in_memory(linger: bytes) -> None:
    """Trap M22: four hundred who came, talked and went kept 25 MB until the collector looked."""
    gc.disable()
    try:
        with smtp_door(ListCustody()) as door:
            with door.talk() as client:
                client.greet()
                client.send(b"NOOP\r\n" * 1000)
                [gone] = [weakref.ref(guest) for guest in door.door._guests._inside]
                client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            wait_until(lambda: gone() is None, what="the end of a session")
    finally:
        gc.enable()
