"""What speaks for a mail's author: what the relay found that handed it over, and the signatures found valid here."""

from __future__ import annotations

from mailgate.core.custody import Delivery
from mailgate.core.model import Address, AuthVerdict, Door
from mailgate.mail import auth


def verdict(delivery: Delivery, author: Address | None, authserv_id: str | None) -> AuthVerdict:
    """Whether the mail is proven to be of its author's domain."""
    if author is None:
        return AuthVerdict.NONE
    domain = author.mail.rpartition("@")[2]
    return auth.verdict(delivery.raw, _relay(delivery, authserv_id), delivery.dkim, domain)


def is_checked(delivery: Delivery, authserv_id: str | None, verifies_dkim: bool) -> bool:
    """Whether somebody looked for proofs: the relay that handed the mail over, or the door (not `explain`)."""
    return _relay(delivery, authserv_id) is not None or (verifies_dkim and delivery.door is not Door.CLI)


def _relay(delivery: Delivery, authserv_id: str | None) -> auth.Relay | None:
    if not delivery.trusted or authserv_id is None:
        return None
    fetched = delivery.door in (Door.IMAP, Door.CLI)
    return auth.Relay(authserv_id, auth.HOPS_TO_A_MAILBOX if fetched else auth.HOPS_TO_A_DOOR)
