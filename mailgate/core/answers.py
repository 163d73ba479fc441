"""A page that its technician answers by a signed link: decided as a mail of theirs that says « pris » and nothing else.

There is one rule for who has a ticket, who is told and whose pages are called off: `core.work`.
"""

from __future__ import annotations

from dataclasses import replace

from mailgate.core.authority import Standing
from mailgate.core.decision import Decision
from mailgate.core.events import MailReceived, PageAnswered
from mailgate.core.identity import Sender, person_id
from mailgate.core.intents import Orders
from mailgate.core.model import Address, AuthLevel, Door, Identity, Mail, Outcome, Token, TokenKind
from mailgate.core.people import Technician
from mailgate.core.policy import Policy
from mailgate.core.seen import Seen
from mailgate.core.work import work

SEEN = "pris"


def answered(event: PageAnswered, seen: Seen, policy: Policy) -> Decision:
    """Decide the word of somebody who opened the link of a page and pressed its button."""
    one = policy.technicians.get(event.technician)
    if one is None or seen.by_token is None:
        because = f"a page of #{event.ticket} answered for {event.technician}, whom the rules do not know: not obeyed"
        return Decision(Outcome.RECORDED, because, (), seen.by_token.number if seen.by_token else None)
    address = Address(one.mail, one.name)
    sender = Sender(Identity.TECHNICIAN, address, technician=one, level=AuthLevel.L4)
    decision = work(_as_mail(event, address, one, policy), sender, Standing(one), seen, policy)
    return replace(decision, because=f"{decision.because}; the page was answered by {event.means}")


def _as_mail(event: PageAnswered, address: Address, one: Technician, policy: Policy) -> MailReceived:
    return MailReceived(
        inbox_id=event.inbox_id,
        door=Door.WEB,
        envelope_from=one.mail,
        recipients=(policy.desk.address,),
        received_at=event.received_at,
        digest="",
        mail=Mail(address, text=SEEN),
        orders=Orders(SEEN),
        token=Token(TokenKind.TECHNICIAN, event.ticket, person_id("technician", one.key)),
    )
