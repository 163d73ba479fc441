"""What became of our mails after a relay had taken them, and which addresses mail does not reach."""

from __future__ import annotations

from typing import assert_never

from sqlalchemy import delete, update
from sqlmodel import col

from mailgate.core.effects import ClearAddress, MarkAddress, SetFate
from mailgate.store.database import Tx
from mailgate.store.tables import AddressRow, OutboxRow

FateChange = SetFate | MarkAddress | ClearAddress


def change_fate(tx: Tx, effect: FateChange) -> None:
    """A report was believed, or an address turned out to work."""
    match effect:
        case SetFate(outbox_id, fate, reason, at):
            mail = update(OutboxRow).where(col(OutboxRow.id) == outbox_id)
            tx.exec(mail.values(fate=fate, fate_reason=reason, fate_at=at))
        case MarkAddress():
            _mark(tx, effect)
        case ClearAddress(address):
            tx.exec(delete(AddressRow).where(col(AddressRow.address) == address))
        case _:
            assert_never(effect)


def _mark(tx: Tx, effect: MarkAddress) -> None:
    """`since` stays what it was: the administrator asks for how long."""
    row = tx.get(AddressRow, effect.address)
    if row is None:
        tx.add(
            AddressRow(address=effect.address, fate=effect.fate, reason=effect.reason, since=effect.at, at=effect.at)
        )
        return
    row.fate, row.reason, row.at = effect.fate, effect.reason, effect.at
    row.times += 1
