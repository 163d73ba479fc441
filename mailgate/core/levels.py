"""How surely a mail is its sender's, and what it may therefore do: the one table of authority (hazards §2.4).

    L0  nobody that the desk or the ticket knows, or a From that fails authentication; a From that is doubtful, whatever
        else the mail has
    L1  a From that the rules name, or that takes part in the ticket; nothing proves it
    L2  the same, and a passing verdict for its domain
    L3  whoever holds a signed reply address: it proves the ticket, not the writer
    L4  the very person whom the signed address was made for, and a From that stands up as `commands_need` asks; known,
        too, because an address that has the same number can be found by trying (identity.person_id)

The level is found once, when the mail is decided, and kept with it; nothing reads the headers again later. A passing
sender who uses somebody else's signed address stays at L2: the address adds the ticket, it proves nobody.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from mailgate.core.events import MailReceived
from mailgate.core.identity import Sender, is_own_token, technician_of
from mailgate.core.model import AuthLevel, AuthVerdict, Identity, Token, TokenKind
from mailgate.core.people import Technician
from mailgate.core.policy import CommandsNeed, Policy
from mailgate.core.seen import Seen
from mailgate.core.ticket import Ticket


class Act(StrEnum):
    """What a mail may set off."""

    SEE_OWN_WORDS = "sees its own subject and name again"
    CLEAR_ADDRESS = "shows that mail reaches its address"
    CONTINUE_BY_TRACE = "continues a ticket by a Message-ID or a number in its subject"
    CONTINUE_BY_ADDRESS = "continues the ticket of its signed address"
    ACKNOWLEDGE_PAGE = "says from a pager that a page was seen"
    RELEASE = "lets a parked request in"
    VALIDATE = "says that what the desk did is well done"
    BE_ANSWERED = "is answered whatever the budgets say"
    COMMAND = "works on a ticket as a technician"


_KNOWN = frozenset({Act.SEE_OWN_WORDS, Act.CLEAR_ADDRESS, Act.CONTINUE_BY_TRACE})
_PROVEN = _KNOWN | {Act.CONTINUE_BY_ADDRESS, Act.RELEASE, Act.VALIDATE, Act.BE_ANSWERED}
_HOLDING = frozenset({Act.CLEAR_ADDRESS, Act.CONTINUE_BY_TRACE, Act.CONTINUE_BY_ADDRESS, Act.VALIDATE})

MAY: dict[AuthLevel, frozenset[Act]] = {
    AuthLevel.L0: frozenset(),
    AuthLevel.L1: _KNOWN,
    AuthLevel.L2: _PROVEN,
    AuthLevel.L3: _HOLDING | {Act.ACKNOWLEDGE_PAGE},
    AuthLevel.L4: frozenset(Act),
}
"""What each level may do beyond what nobody is denied: start a ticket, page people, get fixed words. The level opens
the way; whether the person is a contact, takes part, or is in the rules at all is asked where the act is done."""

ENOUGH = {
    CommandsNeed.PASS: frozenset({AuthVerdict.PASS}),
    CommandsNeed.NOT_FAILING: frozenset({AuthVerdict.PASS, AuthVerdict.NONE}),
}
"""The verdicts that make a From stand up for L4."""


def may(sender: Sender, act: Act) -> bool:
    """Whether the sender's mail may set this off."""
    return act in MAY[sender.level]


def graded(event: MailReceived, sender: Sender, seen: Seen, policy: Policy) -> Sender:
    """The sender with the level of their mail."""
    return replace(sender, level=auth_level(event, sender, seen, policy))


def auth_level(event: MailReceived, sender: Sender, seen: Seen, policy: Policy) -> AuthLevel:
    """The level of one mail. `sender` is its author as the rules know them."""
    if event.mail.sender is None:
        return AuthLevel.L0
    known = _is_known(sender, seen)
    if known and _holds_own_address(event.token, sender, policy) and event.verdict in _enough(event.token, policy):
        return AuthLevel.L4
    if known and event.verdict is AuthVerdict.PASS:
        return AuthLevel.L2
    if _holds_address(event, sender, seen, policy):
        return AuthLevel.L3
    return AuthLevel.L1 if known and event.verdict is not AuthVerdict.FAIL else AuthLevel.L0


def takes_part(sender: Sender, ticket: Ticket) -> bool:
    """Whether the sender asked for the ticket or wrote in it."""
    return sender.address.mail.lower() in ticket.participants


def is_pager_of(sender: Sender, technician: Technician) -> bool:
    """Whether the mail comes from the address of one of the technician's pagers."""
    return any(pager.by_mail and pager.target == sender.address.mail.lower() for pager in technician.pagers)


def _is_known(sender: Sender, seen: Seen) -> bool:
    """Whether the one author in From is somebody: of the rules, or of a ticket that the mail names."""
    named = (seen.by_token, seen.by_thread, seen.by_reference, seen.by_tag)
    return sender.identity is not Identity.UNKNOWN or any(takes_part(sender, ticket) for ticket in named if ticket)


def _enough(token: Token | None, policy: Policy) -> frozenset[AuthVerdict]:
    """What a From must show beside its own signed address: the desk says so for technicians."""
    for_work = token is not None and token.kind is TokenKind.TECHNICIAN
    return ENOUGH[policy.desk.commands_need if for_work else CommandsNeed.NOT_FAILING]


def _holds_own_address(token: Token | None, sender: Sender, policy: Policy) -> bool:
    if token is None:
        return False
    if token.kind is TokenKind.TECHNICIAN:
        return sender.technician is not None and technician_of(token.person, policy) is sender.technician
    return is_own_token(token, sender)


def _holds_address(event: MailReceived, sender: Sender, seen: Seen, policy: Policy) -> bool:
    """A signed address of a ticket that exists, in hands that it may be in: anybody's for a customer's, for a
    technician's only their own, or their pager's unless that is found false: to silence a page is the desk's greatest
    harm. Who left the rules took their addresses with them."""
    token = event.token
    if token is None or token.kind is TokenKind.BOUNCE or seen.by_token is None:
        return False
    if token.kind is TokenKind.CONTACT:
        return True
    holder = technician_of(token.person, policy)
    by_pager = holder is not None and is_pager_of(sender, holder) and event.verdict is not AuthVerdict.FAIL
    return holder is not None and (sender.technician is holder or by_pager)
