"""The effects that change what a ticket is called, whose it is, and which others it belongs with."""

from __future__ import annotations

from typing import assert_never

from mailgate.core.relation_effects import ChangeCustomer, ChangeRequester, ChangeSubject, RelationEffect
from mailgate.store.database import Tx
from mailgate.store.tables import ParticipantRow, TicketRow


def change_relation(tx: Tx, effect: RelationEffect) -> None:
    """Turn one effect into columns and rows."""
    match effect:
        case ChangeSubject(number, subject):
            tx.get_one(TicketRow, number).subject = subject
        case ChangeRequester():
            _change_requester(tx, effect)
        case ChangeCustomer(number, customer, timezone):
            row = tx.get_one(TicketRow, number)
            row.customer, row.timezone = customer, timezone
        case _:
            assert_never(effect)


def take_part(tx: Tx, ticket: int, address: str) -> None:
    """Somebody takes part in a ticket, if they do not yet."""
    tx.merge(ParticipantRow(ticket=ticket, address=address.lower()))


def _change_requester(tx: Tx, effect: ChangeRequester) -> None:
    row = tx.get_one(TicketRow, effect.ticket)
    row.requester_mail, row.requester_name = effect.requester.mail, effect.requester.name
    row.language, row.registered = effect.language, effect.registered
    take_part(tx, effect.ticket, effect.requester.mail)
