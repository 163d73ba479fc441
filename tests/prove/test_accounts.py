"""The accounts: what a rig calls lost, and what came more than once."""

from __future__ import annotations

import pytest

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
