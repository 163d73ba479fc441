"""Who wrote a mail, as far as the rules know them (domain.md §3).

A technician or contact is recognised by the single address in From; an ambiguous From makes the sender unknown, never
"the first one" (hazards §2.4).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from mailgate.core.model import Address, AuthLevel, Identity, Token, TokenKind
from mailgate.core.people import Contact, Customer, Technician
from mailgate.core.policy import Policy


@lru_cache(maxsize=4096)
def person_id(role: str, key: str) -> int:
    """The 32-bit number by which a signed reply address names a person: `role` is "technician" or "contact"."""
    return int.from_bytes(hashlib.sha256(f"{role}|{key.lower()}".encode()).digest()[:4], "big")


@dataclass(frozen=True, slots=True)
class Sender:
    """The sender of a mail, what the rules say about them, and how surely it is them (`core.levels`)."""

    identity: Identity
    address: Address
    customer: Customer | None = None
    contact: Contact | None = None
    technician: Technician | None = None
    level: AuthLevel = AuthLevel.L0

    @property
    def registered(self) -> bool:
        """Whether this very person is named in the rules, so that their own words may be shown to them."""
        return self.contact is not None or self.technician is not None

    @property
    def customer_key(self) -> str | None:
        """The key of the sender's firm, or None."""
        return self.customer.key if self.customer else None


def recognise(author: Address | None, envelope_from: str, policy: Policy) -> Sender:
    """Find the author of a mail in the rules; without a usable author only the envelope sender is known."""
    if author is None:
        return Sender(Identity.UNKNOWN, Address(envelope_from))
    if is_ours(author.mail, policy):
        return Sender(Identity.OURSELVES, author)
    technician = policy.technician_at(author.mail)
    if technician is not None:
        return Sender(Identity.TECHNICIAN, author, technician=technician)
    return _as_customer(author, policy) or Sender(Identity.UNKNOWN, author)


def is_ours(address: str, policy: Policy) -> bool:
    """Whether an address is the desk's (tagged or not) or a queue's: not the whole domain (interfaces.md §5)."""
    wanted = address.lower()
    return is_desk(wanted, policy) or policy.queue_of(wanted) is not None


def is_desk(address: str, policy: Policy) -> bool:
    """Whether an address is the desk's own, with or without a tag."""
    local, _, domain = address.lower().rpartition("@")
    desk_local, _, desk_domain = policy.desk.address.lower().rpartition("@")
    return domain == desk_domain and (local == desk_local or local.startswith(f"{desk_local}+"))


def technician_of(person: int, policy: Policy) -> Technician | None:
    """The technician whom a token was made for; None once they left the rules, which revokes it."""
    return next((one for one in policy.technicians.values() if person_id("technician", one.key) == person), None)


def is_own_token(token: Token | None, sender: Sender) -> bool:
    """Whether a signed address was made for the customer's person who now writes."""
    theirs = person_id("contact", sender.address.mail)
    return token is not None and token.kind is TokenKind.CONTACT and token.person == theirs


def _as_customer(author: Address, policy: Policy) -> Sender | None:
    wanted = author.mail.lower()
    customer, contact = policy.book.contacts.get(wanted, (None, None))
    if contact is not None:
        return Sender(Identity.CONTACT, Address(contact.mail, contact.name or author.name), customer, contact)
    firm = policy.book.firms.get(wanted.rpartition("@")[2])
    if firm is None:
        return None
    return Sender(Identity.COLLEAGUE if firm.contacts else Identity.CONTACT, author, firm)
