"""Mail in memory is bounded at all doors together, whoever sends it."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace

import pytest

from mailgate.edge.room import OCTETS, Place, Room
from tests.edge.custodies import ListCustody, SlowCustody
from tests.edge.doors import Talk, a_keeper, running

HALF = b"x" * 600
FULL = "452 4.3.1 too much mail at once, try again later"


def a_place(room: Room, is_trusted: bool = False) -> Place:
    return Place(room, is_trusted)


def test_strangers_leave_room_for_our_own_relays() -> None:
    """Trap A6: they fill their part with mails that never end."""
    room = Room(100, reserved=40)
    assert a_place(room).holds(60)
    assert not a_place(room).is_had()
    assert a_place(room, is_trusted=True).holds(40)
    assert not a_place(room, is_trusted=True).is_had()


def test_who_finds_no_room_holds_none() -> None:
    """What it had is for others at once: two mails that grow in turn must not shut each other out."""
    room = Room(100, reserved=0)
    first, second = a_place(room), a_place(room)
    assert first.holds(60)
    assert second.holds(40)
    assert not second.holds(41)
    assert first.holds(100)


def test_a_place_is_left_with_its_block() -> None:
    """Also when its text never ended."""
    room = Room(100, reserved=0)
    with a_place(room) as place:
        assert place.holds(100)
    assert a_place(room).holds(100)


def test_a_mail_that_waits_for_its_commit_is_in_memory_although_its_sender_is_gone() -> None:
    """Who hangs up after each dot would else fill the memory of a desk whose disk is slow."""
    room, promise = Room(100, reserved=0), Future[int]()
    with a_place(room) as place:
        assert place.holds(100)
        place.keep_until(promise)
    assert not a_place(room).is_had()
    promise.set_result(1)
    assert a_place(room).holds(100)


@pytest.mark.parametrize("largest", [1, OCTETS, 10 * OCTETS])
def test_a_mail_of_the_largest_size_finds_room(largest: int) -> None:
    """From a stranger, and from a relay beside it."""
    room = Room.for_mails_of(largest)
    assert room.octets >= OCTETS
    assert a_place(room).holds(largest)
    assert a_place(room, is_trusted=True).holds(largest)


def begun(client: Talk) -> Talk:
    """In the middle of its text."""
    client.greet()
    assert client.begin().startswith("354 ")
    client.send(HALF)
    return client


def test_what_finds_no_room_is_thrown_away_and_comes_again() -> None:
    """Nothing half is kept; the session goes on, and none of it counts as the client's mistake."""
    custody = SlowCustody()
    keeper = replace(a_keeper(custody), room=Room(1000, reserved=0))
    with running(keeper) as door, door.talk() as first, door.talk() as second:
        begun(first).send(b"\r\n.\r\n")
        assert custody.asked.wait(5)
        begun(second).send(b"\r\n.\r\n")
        assert second.hear() == FULL
        custody.commit()
        assert first.hear().startswith("250 ")
        custody.asked.clear()
        second.begin()
        second.send(HALF + b"\r\n.\r\n")
        assert custody.asked.wait(5)
        custody.commit()
        assert second.hear().startswith("250 ")
    assert [delivery.raw for delivery in custody.committed] == [HALF + b"\r\n"] * 2


def test_a_full_house_is_said_before_the_text() -> None:
    """And the next mail of that client is taken when there is room."""
    keeper = replace(a_keeper(ListCustody()), room=Room(1000, reserved=1000))
    with running(keeper) as door, door.talk() as client:
        client.greet()
        assert client.begin() == FULL
        keeper.room.reserved = 0
        assert client.mail(HALF + b"\r\n").startswith("250 ")


def test_a_mail_of_exactly_the_largest_size_is_taken() -> None:
    """By a door that has room for two of them."""
    raw = b"x" * (OCTETS - 2) + b"\r\n"
    custody = ListCustody()
    keeper = replace(a_keeper(custody, max_size=OCTETS), room=Room.for_mails_of(OCTETS))
    with running(keeper) as door, door.talk() as client:
        client.greet()
        assert client.mail(raw).startswith("250 ")
    assert custody.deliveries[0].raw == raw


def test_too_large_is_for_good_even_where_there_is_no_room() -> None:
    """Else it would come again for days."""
    keeper = replace(a_keeper(ListCustody(), max_size=2000), room=Room(1000, reserved=0))
    with running(keeper) as door, door.talk() as client:
        client.greet()
        assert client.mail(HALF * 4 + b"\r\n").startswith("552 ")
