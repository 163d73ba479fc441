"""What the command line shows: frozen listings, named as in interfaces.md §2 (`from_` is `from` there).

Times are aware and in UTC. Nothing here is on the path of a mail.
"""

from mailgate.store.query.bank import EntryShown, bank, is_asked, refusal
from mailgate.store.query.boxes import Fate, InboxLine, OutboxLine, fate, inbox, message, outbox, raw
from mailgate.store.query.deliveries import AddressShown, MailShown, marked_addresses
from mailgate.store.query.drills import DrillShown, drill
from mailgate.store.query.fallen_due import FallenDue, fallen_due
from mailgate.store.query.stories import (
    AttachmentShown,
    InterventionShown,
    JournalShown,
    MessageShown,
    PageShown,
    TicketStory,
    ticket,
)
from mailgate.store.query.summaries import (
    CallbackShown,
    DeadlineShown,
    TicketFilter,
    TicketLine,
    TicketSummary,
    tickets,
)

__all__ = [
    "AddressShown",
    "AttachmentShown",
    "CallbackShown",
    "DeadlineShown",
    "DrillShown",
    "EntryShown",
    "FallenDue",
    "Fate",
    "InboxLine",
    "InterventionShown",
    "JournalShown",
    "MailShown",
    "MessageShown",
    "OutboxLine",
    "PageShown",
    "TicketFilter",
    "TicketLine",
    "TicketStory",
    "TicketSummary",
    "bank",
    "drill",
    "fallen_due",
    "fate",
    "inbox",
    "is_asked",
    "marked_addresses",
    "message",
    "outbox",
    "raw",
    "refusal",
    "ticket",
    "tickets",
]
