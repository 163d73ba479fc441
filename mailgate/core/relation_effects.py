"""What must happen to what a ticket is called, whose it is, who hears of it, and which others it belongs with."""

from __future__ import annotations

from dataclasses import dataclass

from mailgate.core.model import Address


@dataclass(frozen=True, slots=True)
class ChangeSubject:
    """The ticket is called something else from now on."""

    ticket: int
    subject: str


@dataclass(frozen=True, slots=True)
class ChangeRequester:
    """Somebody else asks for the ticket; who asked before goes on taking part in it. `language` and `registered` are
    the new one's."""

    ticket: int
    requester: Address
    language: str
    registered: bool


@dataclass(frozen=True, slots=True)
class ChangeCustomer:
    """The ticket belongs to another firm (a key of the rules), whose clocks tell local time in `timezone`."""

    ticket: int
    customer: str
    timezone: str


RelationEffect = ChangeSubject | ChangeRequester | ChangeCustomer
