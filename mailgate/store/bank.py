"""The book of a customer's bank (core.bank): read from its beginning, written at its end.

Each entry has the next number of its customer, so two that are written at once cannot both be; and it is sealed with
everything that it says and with the seal of the entry before it, so `verify` sees what was edited, taken out or slipped
in behind the program's back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, func
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from mailgate.core.bank_effects import Book
from mailgate.core.events import MailReceived
from mailgate.core.intents import SetContact, SetCustomer, Spend
from mailgate.core.seen import Worked
from mailgate.core.ticket import Ticket
from mailgate.mail.text import clean_text
from mailgate.store import rows
from mailgate.store.database import Tx
from mailgate.store.tables import BankEntryRow, InterventionRow

_DONE = rows.table(InterventionRow)
_WORKED = select_columns(
    func.coalesce(func.sum(_DONE.c.minutes), 0), func.coalesce(func.sum(_DONE.c.charged), 0)
).where(_DONE.c.ticket == bindparam("of"))


@dataclass(frozen=True, slots=True)
class Last:
    """The end of a book, where the next entry is written."""

    number: int = 0
    seal: str = ""


def book(tx: Tx, effect: Book, intervention: int | None = None) -> None:
    """Write one entry at the end; IntegrityError when its inbox row or its reference has one already."""
    last = _last(tx, effect.customer)
    row = BankEntryRow(
        customer=clean_text(effect.customer),
        number=last.number + 1,
        at=effect.at,
        what=effect.what,
        minutes=effect.minutes,
        inbox_id=effect.inbox_id,
        reference=clean_text(effect.reference) or None,
        ticket=effect.ticket,
        intervention=intervention,
        technician=effect.technician and clean_text(effect.technician),
        seal="",
    )
    row.seal = seal(row, last.seal)
    tx.add(row)
    tx.flush()


def seal(row: BankEntryRow, before: str) -> str:
    """What an entry is known by, behind the one that was sealed `before`."""
    said = (
        *(before, row.customer, row.number, int(row.at.timestamp() * 1_000_000), row.what.value, row.minutes),
        *(row.inbox_id, row.reference, row.ticket, row.intervention, row.technician),
    )
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def banks(tx: Tx, *customers: str) -> Mapping[str, int]:
    """What is left in the banks of these customers (none named: of all), in minutes; without those in which nothing was
    ever entered."""
    whose = col(BankEntryRow.customer)
    left = select(whose, func.sum(BankEntryRow.minutes)).group_by(whose)
    found = tx.exec(left.where(whose.in_(customers)) if customers else left)
    return {customer: int(minutes) for customer, minutes in found}


def of_work(tx: Tx, event: MailReceived, ticket: Ticket | None) -> Mapping[str, int]:
    """What a technician's mail may charge, or the mail of theirs that it confirms: the ticket's customer, or whoever it
    says they are (by any name of the rules, which are not known here). Without a ticket it may begin one."""
    orders = (*event.orders.orders, *(event.held.mail.orders.orders if event.held is not None else ()))
    naming = Spend if ticket is None else SetCustomer | SetContact
    if any(isinstance(order.intent, naming) for order in orders):
        return banks(tx)
    return {} if ticket is None else banks(tx, ticket.customer or "")


def worked(tx: Tx, ticket: Ticket | None) -> Worked:
    """What all interventions on a ticket took and charged."""
    if ticket is None:
        return Worked()
    minutes, charged = rows.ask(tx, _WORKED, {"of": ticket.number}).one()
    return Worked(int(minutes), int(charged))


def is_booked(tx: Tx, customer: str, reference: str) -> bool:
    """Whether an entry of the customer has this reference."""
    same = select(BankEntryRow.number).where(BankEntryRow.customer == customer, BankEntryRow.reference == reference)
    return tx.exec(same).first() is not None


def _last(tx: Tx, customer: str) -> Last:
    ends = select(BankEntryRow.number, BankEntryRow.seal).where(BankEntryRow.customer == customer)
    found = tx.exec(ends.order_by(col(BankEntryRow.number).desc()).limit(1)).first()
    return Last() if found is None else Last(*found)
