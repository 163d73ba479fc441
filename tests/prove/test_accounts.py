"""The accounts: what a rig calls lost, and what came more than once."""

from __future__ import annotations

import pytest

from tests.flow.process import Taken
from tests.prove import accounts
from tests.prove.clients import Clients, identity, letter
from tests.prove.figures import Figures

WORK = f"From: tech1@example.com\r\nMessage-ID: {identity(0)}\r\n\r\n#temps 0:30\r\n".encode()


def compared(*rows: tuple[bytes, str | None]) -> Figures:
    """One mail with its 250, and what the database says of the mails that came."""
    clients = Clients(lambda: 25, acked={0: 0.0}, sent=1)
    return accounts.compare(
        clients, lambda asked: [(*row, 1) for row in rows] if asked == accounts.TICKETS else [], taken=()
    )


@pytest.mark.parametrize("outcome", [None, "parked", "recorded", "follow-up", "refused", "duplicate"])
def test_a_request_that_is_no_ticket_is_lost(outcome: str | None) -> None:
    """It had its 250, and nobody was called."""
    assert compared((letter(0), outcome)).lost == 1


def test_a_request_that_is_one_ticket_is_not() -> None:
    """However often its sender tried."""
    told = compared((letter(0), "ticket"), (letter(0), "duplicate"))
    assert told.hold
    assert (told.stored, told.lost, told.duplicated) == (1, 0, 0)


def test_a_request_that_is_two_tickets_came_twice() -> None:
    """Somebody would be called for nothing."""
    assert compared((letter(0), "ticket"), (letter(0), "ticket")).duplicated == 1


def test_what_was_never_stored_is_lost() -> None:
    """A 250 and nothing behind it."""
    assert compared().lost == 1


def test_a_technicians_mail_opens_nothing() -> None:
    """It is about a ticket that is there."""
    assert compared((WORK, "recorded")).hold
    assert compared((WORK, "refused")).lost == 1


def promised(*taken: Taken, state: str = "sent") -> Figures:
    """One page that was promised to a technician, and what the relay took."""
    row = "<p@desk.example>", "tech1@example.com", "page", 1001, state
    return accounts.compare(Clients(lambda: 25), lambda asked: [row] if asked == accounts.PROMISES else [], taken)


def a_page(to: str = "tech1@example.com") -> Taken:
    """As the relay took it."""
    return Taken("desk@example.com", to, b"Message-ID: <p@desk.example>\r\n\r\nx", 1.0)


def test_a_page_that_is_sent_and_never_came_is_lost_and_named() -> None:
    """Whoever reads the line of the rig knows where to look."""
    told = promised(a_page(to="tech2@example.com"))
    assert (told.pages, told.page_lost) == (0, 1)
    assert told.wrong == ("<p@desk.example> never reached tech1@example.com, and is 'sent'",)


def test_a_page_that_failed_is_lost_and_the_desk_knows() -> None:
    """The rig of the relay counts those that were refused for good."""
    told = promised(state="failed")
    assert told.page_lost == 1
    assert not told.wrong


def test_a_page_that_came_twice_reached_its_technician() -> None:
    """It counts once as a page."""
    told = promised(a_page(), a_page())
    assert (told.pages, told.page_lost, told.page_dup) == (1, 0, 1)
    assert told.hold
