"""The pages behind the signed links (edge.web_app.Pages): who may open one, how it stands, and what their word does.

A link belongs to one ticket and one technician, and to nobody once the technician has left the rules. A word becomes
one row in the inbox; the engine decides it (core.answers).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from mailgate.core.correspondence import title_of
from mailgate.core.events import PageAnswered
from mailgate.core.identity import technician_of
from mailgate.core.lifecycle import ACTIVE
from mailgate.core.people import Technician
from mailgate.edge.web_words import Shown, Standing
from mailgate.engine import Desk
from mailgate.mail import address
from mailgate.mail.nonce import SALT_OCTETS, is_fresh, nonce
from mailgate.store import inbox, query
from mailgate.store.columns import InboxState
from mailgate.store.database import Database
from mailgate.store.query.pages import PageStanding, page_standing

Holder = tuple[int, Technician]
"""The ticket that a link is about, and whose it is."""


@dataclass
class Answering:
    """Thread-safe. `desk` is asked once for each question, `salt` makes so many random octets, `arrived` is called when
    a row is pending."""

    database: Database
    desk: Callable[[], Desk]
    clock: Callable[[], datetime]
    salt: Callable[[int], bytes]
    arrived: Callable[[], None]

    def look(self, token: str) -> Shown | None:
        """How the page stands; None when the link is nobody's. Only reads."""
        desk = self.desk()
        holder = self._holder(token, desk)
        if holder is None:
            return None
        with self.database.read() as tx:
            found = page_standing(tx, holder[0])
        return None if found is None else self._shown(token, holder, found, desk)

    def is_fresh(self, token: str, nonce: str) -> bool:
        """Whether the nonce was handed out with this token's page within the hour."""
        return is_fresh(self.desk().ring, token.lower(), nonce, self.clock())

    def answer(self, token: str) -> int | None:
        """Their word as an inbox row, on disk when this returns."""
        holder = self._holder(token, self.desk())
        return None if holder is None else self.hear(*holder, "link")

    def hear(self, ticket: int, one: Technician, means: str) -> int:
        """The word of somebody who was proven to be the technician, as an inbox row that is on disk; `means` names the
        way they said it."""
        now = self.clock()
        with self.database.write() as tx:
            row = inbox.ask(tx, PageAnswered(0, now, ticket, one.key, means), now)
        self.arrived()
        return row

    def is_decided(self, row: int) -> bool:
        """Whether nothing more will become of the row by itself."""
        with self.database.read() as tx:
            fate = query.fate(tx, row)
        return fate is not None and fate.state is not InboxState.PENDING

    def _holder(self, token: str, desk: Desk) -> Holder | None:
        link = address.verify(desk.ring, token, self.clock().date(), address.IN_LINKS)
        one = technician_of(link.person, desk.policy) if link is not None else None
        return (link.ticket, one) if link is not None and one is not None else None

    def _shown(self, token: str, holder: Holder, found: PageStanding, desk: Desk) -> Shown:
        (ticket, one), policy = holder, desk.policy
        language = one.language or policy.desk.language
        assignee = policy.technicians.get(found.assignee or "")
        return Shown(
            standing=_standing(found, one),
            queue=title_of(policy.queues.get(found.queue), language, policy.desk.language) or found.queue,
            number=ticket,
            desk=policy.desk.name,
            language=language,
            holder=assignee.name if assignee is not None else found.assignee or "",
            nonce=nonce(desk.ring, token.lower(), self.salt(SALT_OCTETS), self.clock()),
        )


def _standing(found: PageStanding, one: Technician) -> Standing:
    if found.status not in ACTIVE:
        return Standing.OVER
    if found.assignee is None or not found.acknowledged:
        return Standing.WAITING
    if found.assignee != one.key:
        return Standing.TAKEN
    return Standing.YOURS if one.key in found.acknowledged else Standing.WAITING
