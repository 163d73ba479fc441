"""Who the rules name: the technicians and their teams, the customers and their contacts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from mailgate.core.hours import Calendar
from mailgate.core.roster import Handover, Override


class Order(StrEnum):
    """How a team picks whom to page."""

    ROTATION = "rotation"
    LEAST_BUSY = "least-busy"
    LISTED = "listed"


@dataclass(frozen=True, slots=True)
class Pager:
    """One way to reach a technician beside mail: a mail address, or a URL; `limit` is the most characters it takes.

    A `private` one never hears of customers or of what they wrote: other eyes see it, or other companies carry it."""

    target: str
    by_mail: bool
    limit: int | None = None
    private: bool = False


@dataclass(frozen=True, slots=True)
class Technician:
    """Somebody who works on tickets. `mails` are every address that counts as theirs, the first one is written to.

    `duty` is when they are on duty; None: whenever they are not `away`."""

    key: str
    name: str
    mails: tuple[str, ...]
    pagers: tuple[Pager, ...] = ()
    skills: frozenset[str] = frozenset()
    away: tuple[tuple[date, date], ...] = ()
    language: str | None = None
    timezone: str | None = None
    duty: Calendar | None = None

    @property
    def mail(self) -> str:
        """The address that the desk writes to."""
        return self.mails[0]


@dataclass(frozen=True, slots=True)
class Team:
    """Who may be paged for a queue, and in which order; without a `handover` a rotation moves with each page."""

    key: str
    members: tuple[str, ...]
    order: Order = Order.ROTATION
    leads: tuple[str, ...] = ()
    handover: Handover | None = None
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at a customer who may submit requests (domain.md §3)."""

    mail: str
    name: str = ""
    responsible: bool = False
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    """A firm under contract. `covered` are the kinds of request that maintenance pays for."""

    key: str
    name: str
    domains: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] = ()
    language: str | None = None
    timezone: str | None = None
    covered: frozenset[str] = frozenset({"assistance", "defect"})
    bank: str = "none"


@dataclass(frozen=True, slots=True)
class AddressBook:
    """Whose an address is: contacts by their addr-spec, firms by their domains, the first one in the rules where
    several claim the same."""

    contacts: Mapping[str, tuple[Customer, Contact]]
    firms: Mapping[str, Customer]

    @classmethod
    def of(cls, customers: Iterable[Customer]) -> AddressBook:
        """The book of all customers, in the order of the rules."""
        listed = tuple(reversed(tuple(customers)))
        return cls(
            {one.mail: (customer, one) for customer in listed for one in reversed(customer.contacts)},
            {domain: customer for customer in listed for domain in customer.domains},
        )
