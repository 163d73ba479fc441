"""What must happen to what a ticket is called, whose it is, who hears of it, and which others it belongs with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailgate.core.model import Address, Status
from mailgate.core.ticket import Clock


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


@dataclass(frozen=True, slots=True)
class LinkTickets:
    """Two tickets belong together, and each shows the other."""

    ticket: int
    other: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Watch:
    """Whatever the customer is told goes to this address (lower case), too, as a mail of its own."""

    ticket: int
    address: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Unwatch:
    """The address hears no more."""

    ticket: int
    address: str


@dataclass(frozen=True, slots=True)
class MergeTickets:
    """The ticket became part of `into`, which stands as `status` then and owes what `clocks` say; nothing of its own
    comes due any more."""

    ticket: int
    into: int
    status: Status
    clocks: tuple[Clock, ...]


@dataclass(frozen=True, slots=True)
class MoveMessage:
    """The message that came in as inbox row `inbox_id` belongs to the ticket `into`."""

    ticket: int
    into: int
    inbox_id: int


RelationEffect = (
    ChangeSubject | ChangeRequester | ChangeCustomer | LinkTickets | MergeTickets | MoveMessage | Watch | Unwatch
)
