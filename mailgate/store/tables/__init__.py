"""The tables, one class each. Every query of the hot path has its index here; a test reads the query plans."""

from mailgate.store.tables.bank import BankEntryRow
from mailgate.store.tables.beginning import BeginningRow
from mailgate.store.tables.boxes import AddressRow, CursorRow, InboxRow, OutboxMessageRow, OutboxRow, PageRow, RawRow
from mailgate.store.tables.budgets import AnswerRow, HeldBackRow
from mailgate.store.tables.clocks import ClockRow, EditionRow, WaitRow
from mailgate.store.tables.deeds import DeedRow
from mailgate.store.tables.desk import AbsenceRow, CounterRow, JournalRow, TimerRow, TurnRow
from mailgate.store.tables.floods import FloodRow
from mailgate.store.tables.held import HeldMailRow
from mailgate.store.tables.restored import GapRow, HoldRow, RestorePointRow
from mailgate.store.tables.row import Row, saved
from mailgate.store.tables.tenures import TenureRow
from mailgate.store.tables.tickets import (
    AttachmentRow,
    InterventionRow,
    LinkRow,
    MessageRow,
    ParticipantRow,
    TicketRow,
    WatcherRow,
)

__all__ = [
    "AbsenceRow",
    "AddressRow",
    "AnswerRow",
    "AttachmentRow",
    "BankEntryRow",
    "BeginningRow",
    "ClockRow",
    "CounterRow",
    "CursorRow",
    "DeedRow",
    "EditionRow",
    "FloodRow",
    "GapRow",
    "HeldBackRow",
    "HeldMailRow",
    "HoldRow",
    "InboxRow",
    "InterventionRow",
    "JournalRow",
    "LinkRow",
    "MessageRow",
    "OutboxMessageRow",
    "OutboxRow",
    "PageRow",
    "ParticipantRow",
    "RawRow",
    "RestorePointRow",
    "Row",
    "TenureRow",
    "TicketRow",
    "TimerRow",
    "TurnRow",
    "WaitRow",
    "WatcherRow",
    "saved",
]
