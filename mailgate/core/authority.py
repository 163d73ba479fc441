"""Whether a mail may command the desk: the technician's own address, their own token, and a From that stands up (L4).

Any doubt means that nothing happens, and that the technician's registered address is told (hazards §2.4, A22–A26).
"""

from __future__ import annotations

from dataclasses import dataclass

from mailgate.core.events import MailReceived
from mailgate.core.identity import Sender, is_desk, is_own_token, technician_of
from mailgate.core.intents import Acknowledge, Problem
from mailgate.core.levels import Act, is_pager_of, may
from mailgate.core.model import TokenKind
from mailgate.core.people import Technician
from mailgate.core.policy import Policy
from mailgate.core.seen import Seen
from mailgate.core.words import words_of

TAKEN = frozenset({"pris", "ok", "vu", "ack"})
"""One of these words alone acknowledges a page, as an empty answer does."""


NOT_YOURS = "not-your-address"


@dataclass(frozen=True, slots=True)
class Standing:
    """The technician a mail speaks for, and what stands against obeying it (None: nothing)."""

    technician: Technician
    problem: Problem | None = None

    @property
    def foreign(self) -> bool:
        """Whether somebody else holds the technician's signed address."""
        return self.problem is not None and self.problem.code == NOT_YOURS


def standing(event: MailReceived, sender: Sender, seen: Seen, policy: Policy) -> Standing | None:
    """Judge a mail that might be a technician's work; None when it is nobody's work."""
    holder = token_holder(event, policy)
    if holder is not None:
        return Standing(holder, _objection(event, sender, holder))
    if sender.technician is not None and _is_about_work(event, sender, seen, policy):
        return Standing(sender.technician, Problem("no-token"))
    return None


def only_acknowledges(event: MailReceived) -> bool:
    """Whether an answer says no more than "I have seen it"."""
    if any(not isinstance(order.intent, Acknowledge) for order in event.orders.orders) or event.orders.problems:
        return False
    words = words_of(event.orders.text)
    return not words or (len(words) == 1 and words[0] in TAKEN)


def token_holder(event: MailReceived, policy: Policy) -> Technician | None:
    """The technician for whom the mail's signed address was made."""
    token = event.token
    if token is None or token.kind is not TokenKind.TECHNICIAN:
        return None
    return technician_of(token.person, policy)


def _objection(event: MailReceived, sender: Sender, holder: Technician) -> Problem | None:
    if sender.technician is holder:
        return None if may(sender, Act.COMMAND) else Problem("auth-failing")
    if not is_pager_of(sender, holder):
        return Problem(NOT_YOURS, detail=sender.address.mail)
    seen = may(sender, Act.ACKNOWLEDGE_PAGE) and only_acknowledges(event)
    return None if seen else Problem("pager-only-acknowledges", detail=sender.address.mail)


def _is_about_work(event: MailReceived, sender: Sender, seen: Seen, policy: Policy) -> bool:
    """Whether a technician's mail without a token means a ticket or a command, rather than a request of their own."""
    commands = bool(event.orders.orders or event.orders.problems)
    if not commands and is_own_token(event.token, sender):
        return False
    named = seen.by_thread is not None or seen.by_tag is not None
    return commands or named or any(is_desk(address, policy) for address in event.recipients)
