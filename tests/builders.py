"""Valid values by default, so that a test says only what it is about.

The firm: queues `regulier` (4 h, 2 people) and `urgent` (1 h, 3 people), technicians tech1 to tech4, customer `acme`
with two authorised contacts. Monday 2026-11-16 at 10:00 in Toronto is an ordinary working moment.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from mailgate.core.events import MailReceived
from mailgate.core.hours import Calendar, Span, parse_duration
from mailgate.core.identity import person_id
from mailgate.core.intents import Orders
from mailgate.core.model import Activity, Address, Door, Mail, Token, TokenKind
from mailgate.core.people import Contact, Customer, Pager, Team, Technician
from mailgate.core.policy import Desk, Policy, Priority, Queue, Rate, Severity, Tariff
from mailgate.core.ticket import Clock, Ending, Promise, Ticket

TORONTO = ZoneInfo("America/Toronto")
HOLIDAYS = {date(2026, 6, 24): "Fête nationale", date(2026, 12, 25): "Noël"}


def local(text: str) -> datetime:
    """A moment in Toronto, given as "2026-11-16 10:00", in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=TORONTO).astimezone(UTC)


NOW = local("2026-11-16 10:00")


def a_calendar(
    name: str = "regular", start: str = "08:30", end: str = "17:00", zone: str = "America/Toronto"
) -> Calendar:
    """Monday to Friday, closed on `HOLIDAYS`."""
    span = Span(time.fromisoformat(start), time.fromisoformat(end))
    return Calendar(name, zone, ((span,),) * 5 + ((), ()), HOLIDAYS.get)


def a_technician(number: int, **changes: Any) -> Technician:
    """tech1, tech2, … with a mail and one mail pager."""
    target = f"514555010{number}@pager.example.net"
    one = Technician(
        f"tech{number}", f"Technicien {number}", (f"tech{number}@example.com",), (Pager(target, True, 160),)
    )
    return replace(one, **changes)


def a_queue(key: str, callback: str, notify: int, **changes: Any) -> Queue:
    """A queue at support-KEY@example.com on the calendar of its own name."""
    address = f"support-{key}@example.com"
    titles = {"fr": f"soutien {key}", "en": f"{key} support"}
    return replace(
        Queue(key, (address,), key, parse_duration(callback), notify, "support", titles, tariff=key), **changes
    )


def a_policy(**changes: Any) -> Policy:
    """The whole firm."""
    people = {f"tech{number}": a_technician(number) for number in range(1, 5)}
    contacts = (Contact("chef@acme.example", "Chantal Chef", True), Contact("it@acme.example", "Ivan Tremblay"))
    policy = Policy(
        desk=Desk("Exemple Logiciels", "tickets@example.com", administrators=("admin@example.com",)),
        calendars={"regulier": a_calendar("regulier"), "urgent": a_calendar("urgent", "07:00", "20:00")},
        queues={"regulier": a_queue("regulier", "4h", 2), "urgent": a_queue("urgent", "1h", 3)},
        technicians=people,
        teams={"support": Team("support", tuple(people)), "leads": Team("leads", ("tech4",))},
        customers={"acme": Customer("acme", "Acme", ("acme.example",), contacts, "fr-CA")},
        severities={"haute": Severity("haute"), "critique": Severity("critique")},
        priorities={"P1": Priority("P1", parse_duration("2h"))},
        tariffs={
            "regulier": Tariff("regulier", Rate(15, 30), Rate(30, 60, 60)),
            "urgent": Tariff("urgent", Rate(30, 60, 60), Rate(60, 120, 120)),
        },
    )
    return replace(policy, **changes)


def a_mail(sender: str | None = "chef@acme.example", **changes: Any) -> Mail:
    """A short French request of a registered contact."""
    author = None if sender is None else Address(sender, "Chantal Chef")
    mail = Mail(author, "Panne du serveur", "Bonjour, rien ne marche.", "Bonjour, rien ne marche.", "<m1@acme.example>")
    return replace(mail, **{"size": 400, **changes})


def received(mail: Mail | None = None, to: str = "support-urgent@example.com", **changes: Any) -> MailReceived:
    """A mail at the urgent door, Monday at 10:00; the envelope sender is the author."""
    mail = mail or a_mail()
    envelope_from = mail.sender.mail if mail.sender else "bounce@elsewhere.example"
    event = MailReceived(1, Door.SMTP, envelope_from, (to,), NOW, "digest-1", mail, Orders(mail.text))
    return replace(event, **changes)


def a_callback(calendar: str, starts_at: datetime, due_at: datetime, **changes: Any) -> Clock:
    """A call-back promise, asked for when its clock starts."""
    return replace(Clock(Promise.CALLBACK, calendar, starts_at, starts_at, due_at), **changes)


def a_kept_callback(how: Activity | None, late: bool = False) -> Clock:
    """A call-back promise of the urgent queue that tech2 kept at 10:00."""
    ending = Ending.LATE if late else Ending.KEPT
    return a_callback("urgent", NOW, NOW, ended_at=NOW, ending=ending, ended_by="tech2", how=how)


OWED = a_callback("urgent", NOW, local("2026-11-16 11:00"))


def a_ticket(callback: Clock | None = OWED, **changes: Any) -> Ticket:
    """Ticket 1001 of chef@acme.example in the urgent queue, opened on Monday at 10:00, tech1 to tech3 paged."""
    ticket = Ticket(
        number=1001,
        queue="urgent",
        subject="Panne du serveur",
        requester=Address("chef@acme.example", "Chantal Chef"),
        opened_at=NOW,
        language="fr-CA",
        timezone="America/Toronto",
        customer="acme",
        registered=True,
        clocks=() if callback is None else (callback,),
        participants=frozenset({"chef@acme.example"}),
        notified=("tech1", "tech2", "tech3"),
        references=("<m1@acme.example>",),
    )
    return replace(ticket, **changes)


def technician_token(key: str, ticket: int = 1001) -> Token:
    """The verified signed address of a technician for a ticket."""
    return Token(TokenKind.TECHNICIAN, ticket, person_id("technician", key))


def contact_token(mail: str = "chef@acme.example", ticket: int = 1001) -> Token:
    """The verified signed address of a requester for a ticket."""
    return Token(TokenKind.CONTACT, ticket, person_id("contact", mail))
