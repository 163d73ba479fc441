"""Writes to the administrators, by way of the outbox.

Of several nodes on one database each has an auditor, and most of what they find is the same: one of them tells it. What
concerns one machine (its clock, its own parts) is told by each.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mailgate.core.audit import MENDED_BY_A_RESTART, Part
from mailgate.core.correspondence import letters_to_administrators
from mailgate.core.effects import SendMail
from mailgate.core.letters import NoticeFacts
from mailgate.engine import Desk
from mailgate.mail.compose import PlainWords, Scribe, TemplateFailed
from mailgate.store import tenures
from mailgate.store.apply import apply_all
from mailgate.store.database import Database

WATCH = "watch-"
OF_ONE_MACHINE = {f"{WATCH}{part}" for part in MENDED_BY_A_RESTART - {Part.SENDER}} | {"clock-jumped", "clock-doubtful"}


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells each notice once `within` a time, by whichever node. `node` is this one's name, None when it is alone."""

    desk: Callable[[], Desk]
    database: Database
    clock: Callable[[], datetime]
    node: str | None
    within: timedelta

    def tell(self, notice: NoticeFacts) -> None:
        """One mail to each administrator. Raises DATABASE_FAULTS."""
        desk = self.desk()
        try:
            self._write(notice, desk, desk.scribe())
        except TemplateFailed:
            self._write(notice, desk, desk.scribe(PlainWords()))

    def _write(self, notice: NoticeFacts, desk: Desk, scribe: Scribe) -> None:
        signed = notice if self.node is None else replace(notice, detail=f"{notice.detail} ({self.node})")
        told = tuple(map(SendMail, letters_to_administrators(signed, desk.policy)))
        with self.database.write() as tx:
            if tenures.is_first(tx, subject_of(notice, self.node or ""), self.within):
                apply_all(tx, scribe, told, occasion(), self.clock())


def subject_of(notice: NoticeFacts, node: str) -> str:
    """What two nodes that say the same agree in."""
    if notice.code in OF_ONE_MACHINE:
        return f"told {notice.code} {node}"
    if notice.code.startswith(WATCH):
        return f"told {notice.code}"
    return f"told {notice.code} {notice.detail}"


def occasion() -> str:
    """The name of one telling, unique for ever."""
    return f"audit-{secrets.token_hex(8)}"
