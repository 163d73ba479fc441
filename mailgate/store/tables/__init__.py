"""The tables, one class each. Every query of the hot path has its index here; a test reads the query plans."""

from mailgate.store.tables.boxes import CursorRow, InboxRow, OutboxMessageRow, OutboxRow, PageRow, RawRow
from mailgate.store.tables.desk import CounterRow, JournalRow, TimerRow, TurnRow
from mailgate.store.tables.row import Row, saved
from mailgate.store.tables.tickets import AttachmentRow, InterventionRow, MessageRow, ParticipantRow, TicketRow

__all__ = [
    "AttachmentRow",
    "CounterRow",
    "CursorRow",
    "InboxRow",
    "InterventionRow",
    "JournalRow",
    "MessageRow",
    "OutboxMessageRow",
    "OutboxRow",
    "PageRow",
    "ParticipantRow",
    "RawRow",
    "Row",
    "TicketRow",
    "TimerRow",
    "TurnRow",
    "saved",
]
