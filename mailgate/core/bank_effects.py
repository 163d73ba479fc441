"""What is written into a customer's bank (core.bank): nothing there is ever changed or taken out again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EntryKind(StrEnum):
    """What an entry is: hours that were bought, an intervention that was charged, or what sets an earlier one right."""

    PURCHASE = "purchase"
    CHARGE = "charge"
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True)
class Book:
    """Enter minutes (below zero: taken from it) into a customer's bank, because of the inbox row `inbox_id`.

    No two entries of one customer have the same reference ("" is none), and no inbox row has two of one kind."""

    customer: str
    what: EntryKind
    minutes: int
    at: datetime
    inbox_id: int
    reference: str = ""
    ticket: int | None = None
    technician: str | None = None
