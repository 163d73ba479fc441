"""Which ticket a mail belongs to. The evidence in order of strength; a stranger can forge none of it.

A contact's signed address is a capability: whoever holds it may add to the ticket. Message-IDs travel further than
that, in quotes and forwards, so ours (which carry a MAC) and foreign ones count only for the requester's own side, and
a "[#1042]" in the subject only for somebody who already takes part (promise 6, hazards A29 and A33). A mail that names
a ticket by evidence that does not count for its sender starts a ticket, and the desk is told which one it may mean.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailgate.core.events import MailReceived
from mailgate.core.identity import Sender
from mailgate.core.levels import Act, may, takes_part
from mailgate.core.model import TokenKind
from mailgate.core.seen import Seen
from mailgate.core.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Thread:
    """The ticket a mail belongs to, and what shows it."""

    ticket: Ticket
    why: str


def thread_of(event: MailReceived, sender: Sender, seen: Seen) -> Thread | None:
    """The ticket a mail continues, or None when it starts one."""
    kind = event.token.kind if event.token else None
    if seen.by_token is not None and kind is TokenKind.CONTACT and may(sender, Act.CONTINUE_BY_ADDRESS):
        return Thread(seen.by_token, "its signed reply address")
    if not may(sender, Act.CONTINUE_BY_TRACE):
        return None
    if seen.by_token is not None and kind is TokenKind.BOUNCE and _same_people(sender, seen.by_token):
        return Thread(seen.by_token, "the return address of a mail of ours")
    if seen.by_thread is not None and _same_people(sender, seen.by_thread):
        return Thread(seen.by_thread, "a Message-ID of ours in its References")
    if seen.by_reference is not None and _same_people(sender, seen.by_reference):
        return Thread(seen.by_reference, "a Message-ID that this customer sent us before")
    if seen.by_tag is not None and takes_part(sender, seen.by_tag):
        return Thread(seen.by_tag, "the number in its subject, from somebody who takes part")
    return None


def suggested(event: MailReceived, seen: Seen) -> Ticket | None:
    """The ticket that a mail may mean although nothing shows that its sender may continue it: for the desk's eyes."""
    returned = seen.by_token if event.token is not None and event.token.kind is not TokenKind.TECHNICIAN else None
    named = (returned, seen.by_thread, seen.by_reference, seen.by_tag, seen.same_id)
    return next((ticket for ticket in named if ticket is not None), None)


def _same_people(sender: Sender, ticket: Ticket) -> bool:
    same_customer = ticket.customer is not None and sender.customer_key == ticket.customer
    return same_customer or takes_part(sender, ticket)
